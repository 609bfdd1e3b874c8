//! What a report may not tell, and who is asked about it first: small numbers where a period parts a month, names in titles, and reports that
//! were dropped.

use serde_json::{Value, json};

use crate::audit::picture_in;
use crate::imports::sends_as;
use crate::periodic::{a_draft, a_march, begins, submits};
use crate::support::{TestApp, on_both_engines};

/// Sessions on these days, to each of which three came.
async fn counts_in_may(app: &TestApp, days: &[&str]) {
    for day in days {
        let starts = linli::clock::Timestamp::parse_rfc3339(&format!("{day}T02:00:00Z")).unwrap();
        let mut tx = app.begin().await;
        let session: i64 = sqlx::query_scalar(
            "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, updated_at)
             values (1, 1, $1, $2, $3, 'completed', 0) returning id",
        )
        .bind(starts)
        .bind(starts.0 + 3_600_000)
        .bind(*day)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        for person in 1..=3 {
            sqlx::query(
                "insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth)
                 values ($1, $2, 'participant', 'roster', $3, $3, 0, 0, 0, 0)",
            )
            .bind(session)
            .bind(person)
            .bind(starts)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
    }
}

fn figure<'a>(version: &'a Value, key: &str) -> &'a Value {
    version["figures"].as_array().unwrap().iter().find(|figure| figure["key"] == key).unwrap()
}

on_both_engines! {
    async fn of_a_month_that_a_period_parts_nothing_of_people_is_told(app: TestApp) {
        a_march(&app).await;
        let own = [
            ("center", "1"), ("provider", "1"), ("purchaser", "1"), ("starts_on", "2026-02-15"), ("ends_on", "2027-02-14"),
            ("years_from", "start"), ("due.quarter", "10"), ("reason", "补充协议"),
        ];
        app.sign_in("ada").await.post("/agreements/1", &own).await.is(303);
        counts_in_may(&app, &["2026-05-05", "2026-05-20"]).await;
        app.at("2026-08-26T02:00:00Z");
        begins(&app, "quarter:2026-02-15").await;
        // Whoever writes it sees all of it.
        app.sign_in("ben").await.get("/periodic-reports/1").await.is(200).hides("≥");
        submits(&app, "1").await;
        let told = app.token("pat").await.get("/api/v1/reports/1/versions/1").await.is(200).json();
        let visits = figure(&told, "visits");
        assert_eq!((&visits["value"], &visits["at_least"]), (&json!(3), &json!(true)), "March's, and not those of early May");
        assert_eq!(figure(&told, "sessions")["value"], 2, "that sessions were is nobody's secret");
        // May itself is told whole, where it is read whole.
        let may = "/api/v1/summary?scope=center:1&from=2026-05-01&to=2026-06-01";
        assert_eq!(figure(&app.token("pat").await.get(may).await.is(200).json(), "visits")["value"], 6);
    }

    async fn a_name_in_a_title_is_asked_about(app: TestApp) {
        a_draft(&app).await;
        app.execute("update activities set title = '陈伯2生日会'").await;
        let (ben, program) = (app.sign_in("ben").await, app.token("ben").await);
        ben.get("/periodic-reports/1/submission").await.is(200).shows("活动名称").shows("陈伯2生日会").shows("/centers/1/activities/1/edit");
        program.post_json("/api/v1/reports/1/submission", json!({})).await.is_refused("report_privacy");
        let hits = program.get("/api/v1/reports/1/privacy").await.is(200).json();
        assert_eq!((&hits["items"][0]["activity_id"], &hits["items"][0]["chapter"]), (&json!(1), &Value::Null));
        // A title of a confidential kind goes into no report.
        app.execute("update activities set kind_id = (select id from service_kinds where code = 'case_work')").await;
        submits(&app, "1").await;
        app.execute("update activities set kind_id = (select id from service_kinds where code = 'community_activity')").await;
        begins(&app, "quarter:2026-01-01").await;
        let hits = program.get("/api/v1/reports/2/privacy").await.is(200).json();
        let kept = json!({"hit": hits["items"][0]["hit"], "reason": "本人同意"});
        program.post_json("/api/v1/reports/2/privacy", kept).await.is(204);
        let left = program.get("/api/v1/reports/2/privacy").await.is(200).json();
        assert_eq!(left["items"], json!([]));
    }

    async fn a_name_in_what_an_indicator_is_called_is_asked_about_in_either_language(app: TestApp) {
        a_draft(&app).await;
        app.execute(
            "insert into indicators (agreement_id, name, name_en, unit, target, span, place, created_at, created_by)
             values (1, '探访老人', '探访陈伯1', 'visits', 10, 'whole', 1, 0, 1)",
        )
        .await;
        let (ben, program) = (app.sign_in("ben").await, app.token("ben").await);
        let page = ben.get("/periodic-reports/1/submission").await.is(200);
        page.shows("指标的英文名称").shows("探访陈伯1").shows("/agreements/1/indicators/1/edit").hides("指标名称");
        program.post_json("/api/v1/reports/1/submission", json!({})).await.is(409).is_refused("report_privacy");
        let privacy = "/api/v1/reports/1/privacy";
        let hits = program.get(privacy).await.is(200).json();
        assert_eq!((&hits["items"][0]["indicator_id"], &hits["items"][0]["chapter"]), (&json!(1), &Value::Null));
        // What is kept in one of the two is asked about in the other.
        let kept = json!({"hit": hits["items"][0]["hit"], "reason": "本人同意"});
        program.post_json(privacy, kept).await.is(204);
        app.execute("update indicators set name = '陪陈伯1看病'").await;
        let hits = program.get(privacy).await.is(200).json();
        assert_eq!((hits["items"].as_array().unwrap().len(), &hits["items"][0]["sentence"]), (1, &json!("陪陈伯1看病。")));
        // Called the same in both it is asked about once.
        app.execute("update indicators set name = name_en").await;
        let hits = program.get(privacy).await.is(200).json();
        assert_eq!(hits["items"].as_array().unwrap().len(), 1);
        ben.get("/periodic-reports/1/submission").await.is(200).shows("指标名称");
        app.execute("update indicators set name = '探访老人', name_en = 'Visits'").await;
        submits(&app, "1").await;
    }

    async fn a_name_below_a_picture_is_asked_about(app: TestApp) {
        a_draft(&app).await;
        let (ben, program) = (app.sign_in("ben").await, app.token("ben").await);
        let sheet = picture_in(30);
        sends_as(&ben, "/periodic-reports/1/evidence", ("sheet", "签到表.png"), &sheet).await.is(303);
        ben.post("/periodic-reports/1/evidence/1", &[("caption", "陈伯2的签到表")]).await.is(303);
        program.post_json("/api/v1/reports/1/submission", json!({})).await.is(409).is_refused("report_privacy");
        ben.get("/periodic-reports/1/submission").await.is(200).shows("陈伯2的签到表");
        ben.post("/periodic-reports/1/evidence/1", &[("caption", "一月的签到表")]).await.is(303);
        submits(&app, "1").await;
    }

    async fn what_was_dropped_after_it_was_returned_still_verifies(app: TestApp) {
        a_draft(&app).await;
        submits(&app, "1").await;
        let (ben, pat) = (app.sign_in("ben").await, app.sign_in("pat").await);
        pat.post("/periodic-reports/1/return", &[("version", "1"), ("comment", "请补充")]).await.is(303);
        let ending = [("last_day", "2026-02-28"), ("end_reason", "机构退出")];
        app.sign_in("ada").await.post("/agreements/1/ending", &ending).await.is(303);
        ben.post("/periodic-reports/1/removal", &[]).await.is(303);
        assert_eq!(app.number("select count(*) from periodic_reports where state = 'dropped'").await, 1);
        let public = "select public_id from periodic_reports";
        let mut conn = app.db().read().await.unwrap();
        let public: String = sqlx::query_scalar(public).fetch_one(&mut *conn).await.unwrap();
        drop(conn);
        pat.get(&format!("/reports/verify/{public}")).await.is(200).hides("与提交时不一致");
        // The purchaser read it, and finds it again.
        pat.get("/periodic-reports").await.is(200).shows("href=\"/periodic-reports/1\"");
        pat.get("/periodic-reports/1").await.is(200).shows("2026年3月");
    }

    async fn how_many_wait_for_an_answer_is_not_told(app: TestApp) {
        a_march(&app).await;
        app.execute(
            "insert into hour_claims (person_id, center_id, kind, served_on, starts_at, ends_at, minutes, state, asked_as, asked_at)
             values (1, 1, 'self_reported', '2026-03-18', 1, 2, 1, 'pending', 'oneself', 0)",
        )
        .await;
        let march = "/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01";
        let told = async |login: &str| figure(&app.token(login).await.get(march).await.is(200).json(), "pending_claims").clone();
        let (own, purchaser) = (told("ann").await, told("pat").await);
        assert_eq!((&own["value"], &purchaser["value"], &purchaser["hidden"]), (&json!(1), &Value::Null, &json!(true)));
    }
}

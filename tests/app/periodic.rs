//! Reports that an agreement owes: drafted, submitted, returned, accepted, corrected afterwards, and proved.

use linli::periodic_reports::{jobs, verifying};
use serde_json::{Value, json};

use crate::check_in::{people, request, session};
use crate::support::{TestApp, User, on_both_engines};

const REPORT: &str = "/periodic-reports/1";
const API: &str = "/api/v1/reports/1";

/// On 5 March two residents come to the session and a third one is entered; it is closed.
pub(crate) async fn a_march(app: &TestApp) {
    session(app, None, None).await;
    people(app, 3).await;
    let ann = app.token("ann").await;
    for person in 1..=2 {
        let body = json!({"request_id": request(), "person_id": person, "role": "participant"});
        ann.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
    }
    app.execute(
        "insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth)
         values (1, 3, 'participant', 'roster', 1772676000000, 1772676000000, 0, 0, 0, 0)",
    )
    .await;
    app.at("2026-03-05T04:10:00Z");
    app.token("ann").await.post_json("/api/v1/sessions/1/closing", json!({"summary": "大家喝早茶"})).await.is(200);
}

/// The same, and on 2 April a draft for March.
async fn a_draft(app: &TestApp) {
    a_march(app).await;
    app.at("2026-04-02T02:00:00Z");
    begins(app, "month:2026-03-01").await;
}

pub(crate) async fn begins(app: &TestApp, period: &str) {
    let ben = app.sign_in("ben").await;
    ben.post("/periodic-reports", &[("agreement", "1"), ("period", period)]).await.is(303);
}

pub(crate) async fn writes(user: &User<'_>, chapter: &str, content: &str, version: &str) {
    let fields = [("content", content), ("version", version)];
    user.post(&format!("{REPORT}/chapters/{chapter}"), &fields).await.is(303);
}

pub(crate) async fn submits(app: &TestApp, report: &str) {
    app.sign_in("ben").await.post(&format!("/periodic-reports/{report}/submission"), &[]).await.is(303);
}

/// The value of a figure, if it is listed.
fn figure(figures: &Value, key: &str) -> Option<i64> {
    figures.as_array().unwrap().iter().find(|figure| figure["key"] == key)?["value"].as_i64()
}

async fn version(app: &TestApp, report: &str, number: i64) -> Value {
    app.token("pat").await.get(&format!("/api/v1/reports/{report}/versions/{number}")).await.is(200).json()
}

/// Whether the report is what was submitted: by its page, and as the command line looks.
async fn is_unchanged(app: &TestApp) -> bool {
    let public = app.token("pat").await.get(API).await.is(200).json()["public_id"].as_str().unwrap().to_owned();
    let page = app.sign_in("pat").await.get(&format!("/reports/verify/{public}")).await.is(200).text();
    let mut conn = app.db().read().await.unwrap();
    let found = verifying::verify_number(&mut conn, &app.sealer, "R000001").await.unwrap();
    let unchanged = found.iter().all(verifying::Verification::is_unchanged);
    assert_eq!(page.contains("与提交时不一致"), !unchanged);
    unchanged
}

on_both_engines! {
    async fn a_report_is_drafted_returned_submitted_again_and_accepted(app: TestApp) {
        a_draft(&app).await;
        let [ben, ann, pat] = [app.sign_in("ben").await, app.sign_in("ann").await, app.sign_in("pat").await];
        pat.get("/periodic-reports").await.is(200).shows("2026年3月").shows("草稿");
        pat.get(REPORT).await.is(404);
        writes(&ann, "overview", "三月平稳。", "0").await;
        ben.get(REPORT).await.is(200).shows("三月平稳。").shows("大家喝早茶");
        ann.post(&format!("{REPORT}/submission"), &[]).await.is(403);
        submits(&app, "1").await;
        ben.post(&format!("{REPORT}/chapters/overview"), &[("content", "改"), ("version", "1")]).await.is(409);
        pat.get(REPORT).await.is(200).shows("三月平稳。").shows("SHA-256");
        pat.get(&format!("{REPORT}/versions/1")).await.is(200).shows("三月平稳。").shows("SHA-256").hides("陈伯");

        let comments = [("version", "1"), ("comment", "请写志愿服务"), ("comments.overview", "太短")];
        pat.post(&format!("{REPORT}/return"), &[("version", "1")]).await.is(422);
        pat.post(&format!("{REPORT}/return"), &comments).await.is(303);
        ben.get(REPORT).await.is(200).shows("请写志愿服务").shows("太短");
        writes(&ben, "overview", "三月平稳，来了三位街坊。", "1").await;
        submits(&app, "1").await;
        pat.get(&format!("{REPORT}/differences")).await.is(200).shows("三月平稳。").shows("来了三位街坊");
        pat.post(&format!("{REPORT}/acceptance"), &[("version", "1")]).await.is(409);
        pat.post(&format!("{REPORT}/acceptance"), &[("version", "2")]).await.is(303);
        ben.post(&format!("{REPORT}/withdrawal"), &[]).await.is(409);
        let second = version(&app, "1", 2).await;
        assert_eq!(figure(&second["figures"], "visits"), Some(3));
        assert_eq!(figure(&second["figures"], "persons"), Some(3));
        assert_eq!(figure(&second["figures"], "sessions"), Some(1));
        assert_eq!(second["rows"], json!({"sessions": 1, "attendances": 3}));
    }

    async fn a_late_correction_shows_next_month_and_only_there(app: TestApp) {
        a_draft(&app).await;
        submits(&app, "1").await;
        let accepted = version(&app, "1", 1).await;
        app.sign_in("pat").await.post(&format!("{REPORT}/acceptance"), &[("version", "1")]).await.is(303);

        app.at("2026-05-04T02:00:00Z");
        let first = app.number("select min(id) from attendances").await;
        let voided = app.token("ann").await.post_json(
            &format!("/api/v1/sessions/1/checkins/{first}/void"), json!({"reason": "点错了人"}),
        ).await;
        assert!(voided.status.code < 300, "{}", voided.text());
        begins(&app, "month:2026-04-01").await;
        submits(&app, "2").await;
        let april = version(&app, "2", 1).await;
        assert_eq!(figure(&april["figures"], "visits"), Some(0), "April is counted by itself");
        assert_eq!(april["adjustments"][0]["report"], "R000001");
        let told = &april["adjustments"][0]["figures"];
        assert_eq!((figure(told, "visits"), figure(told, "persons"), figure(told, "sessions")), (Some(-1), Some(-1), None));
        let pat = app.sign_in("pat").await;
        pat.post("/periodic-reports/2/acceptance", &[("version", "1")]).await.is(303);

        app.at("2026-06-03T02:00:00Z");
        begins(&app, "month:2026-05-01").await;
        begins(&app, "quarter:2026-01-01").await;
        submits(&app, "3").await;
        submits(&app, "4").await;
        assert_eq!(version(&app, "3", 1).await["adjustments"], json!([]), "it was told");
        assert_eq!(figure(&version(&app, "4", 1).await["figures"], "visits"), Some(2), "a quarter is counted from the rows");
        assert_eq!(version(&app, "1", 1).await["figures"], accepted["figures"], "a version does not change");
        assert!(is_unchanged(&app).await);
    }

    async fn any_changed_number_word_or_row_is_noticed(app: TestApp) {
        a_draft(&app).await;
        writes(&app.sign_in("ben").await, "overview", "三月平稳。", "0").await;
        submits(&app, "1").await;
        assert!(is_unchanged(&app).await);
        for (change, back) in [
            (
                "update report_versions set document = replace(document, '\"key\":\"visits\"', '\"key\":\"visitz\"')",
                "update report_versions set document = replace(document, '\"key\":\"visitz\"', '\"key\":\"visits\"')",
            ),
            ("update report_version_texts set content = '三月不平。'", "update report_version_texts set content = '三月平稳。'"),
            (
                "update report_version_rows set ids = replace(ids, '[', '[ ')",
                "update report_version_rows set ids = replace(ids, '[ ', '[')",
            ),
            ("update report_versions set digest = 'x' || digest", "update report_versions set digest = substr(digest, 2)"),
        ] {
            app.execute(change).await;
            assert!(!is_unchanged(&app).await, "{change}");
            app.execute(back).await;
            assert!(is_unchanged(&app).await, "{back}");
        }
        app.execute("delete from attendances where person_id = 3").await;
        assert!(!is_unchanged(&app).await, "a row behind is gone");
    }

    async fn words_are_taken_out_and_the_version_still_verifies(app: TestApp) {
        a_draft(&app).await;
        writes(&app.sign_in("ben").await, "overview", "三月平稳。", "0").await;
        submits(&app, "1").await;
        let redaction = [("place", "overview"), ("reason", "写了姓名")];
        app.sign_in("ann").await.post(&format!("{REPORT}/versions/1/redaction"), &redaction).await.is(403);
        app.sign_in("ben").await.post(&format!("{REPORT}/versions/1/redaction"), &redaction).await.is(303);
        app.sign_in("pat").await.get(&format!("{REPORT}/versions/1")).await.is(200).hides("三月平稳").shows("这段文字已删去");
        assert!(is_unchanged(&app).await);
    }

    async fn who_saves_over_a_newer_text_is_told_and_loses_nothing(app: TestApp) {
        a_draft(&app).await;
        let [ben, ann] = [app.sign_in("ben").await, app.sign_in("ann").await];
        let autosave = format!("{REPORT}/chapters/plan/autosave");
        ben.post(&autosave, &[("content", "办讲座"), ("version", "0")]).await.is(204);
        ann.post(&autosave, &[("content", "办义诊"), ("version", "0")]).await.is(409);
        let form = format!("{REPORT}/chapters/plan");
        ann.post(&form, &[("content", "办义诊"), ("version", "0")]).await.is(422).shows("办讲座").shows("办义诊");
        ann.post(&form, &[("content", "办讲座和义诊"), ("version", "1")]).await.is(303);
        assert_eq!(app.number("select version from report_chapters where chapter = 'plan'").await, 2);
        app.token("ann").await.post_json(&format!("{API}/chapters/plan"), json!({"content": "x", "version": 1})).await
            .is_refused("chapter_changed");
    }

    async fn a_residents_name_is_stopped_at_submitting(app: TestApp) {
        a_draft(&app).await;
        let ben = app.sign_in("ben").await;
        writes(&ben, "overview", "三月平稳。陈伯1得到了帮助。", "0").await;
        let submission = format!("{REPORT}/submission");
        ben.get(&submission).await.is(200).shows("陈伯1得到了帮助。");
        ben.post(&submission, &[]).await.is(422);
        assert_eq!(app.number("select count(*) from report_versions").await, 0);
        let hits = app.token("ben").await.get(&format!("{API}/privacy")).await.is(200).json();
        let hit = hits["items"][0]["hit"].as_str().unwrap();
        ben.post(&format!("{REPORT}/privacy"), &[("hit", hit), ("reason", "本人同意写出")]).await.is(303);
        submits(&app, "1").await;
    }

    async fn a_report_is_seen_by_its_parties_and_those_above_alone(app: TestApp) {
        a_draft(&app).await;
        for login in ["ada", "tom", "cai", "pat", "pia", "otto", "olga"] {
            app.sign_in(login).await.get(REPORT).await.is(404);
        }
        submits(&app, "1").await;
        for login in ["ada", "tom", "cai", "pat"] {
            app.sign_in(login).await.get(&format!("{REPORT}/versions/1")).await.is(200).hides("陈伯");
        }
        for login in ["pia", "otto", "olga"] {
            app.sign_in(login).await.get(&format!("{REPORT}/versions/1")).await.is(404);
            app.token(login).await.get(&format!("{API}/versions/1")).await.is(404);
        }
        app.sign_in("pia").await.post(&format!("{REPORT}/acceptance"), &[("version", "1")]).await.is(404);
        // Taken back, it is a draft again, and nobody else's to see.
        app.sign_in("ben").await.post(&format!("{REPORT}/withdrawal"), &[]).await.is(303);
        app.sign_in("pat").await.get(&format!("{REPORT}/versions/1")).await.is(404);
        app.sign_in("ben").await.get(&format!("{REPORT}/versions/1")).await.is(200);
    }

    async fn months_that_are_over_have_drafts_by_themselves(app: TestApp) {
        app.at("2026-04-01T01:00:00Z");
        for _ in 0..2 {
            let mut tx = app.begin().await;
            jobs::ask(&mut tx, app.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
            app.run_jobs().await;
            // Of February and March, for two agreements.
            assert_eq!(app.number("select count(*) from periodic_reports").await, 4);
        }
        app.sign_in("ben").await.get("/periodic-reports").await.is(200).shows("2026年3月");
    }

    async fn what_the_purchaser_asks_for_stands_before_the_provider_until_it_comes(app: TestApp) {
        a_draft(&app).await;
        app.at("2026-04-20T02:00:00Z");
        let [ben, pat] = [app.sign_in("ben").await, app.sign_in("pat").await];
        pat.get("/periodic-reports").await.is(200).shows("逾期 5 天").shows("催交");
        pat.post("/periodic-reports/reminders", &[("agreement", "1"), ("period", "month:2026-03-01")]).await.is(303);
        ben.get("/periodic-reports").await.is(200).shows("已催交");
        ben.get(REPORT).await.is(200).shows("莞城街道办事处");
        submits(&app, "1").await;
        ben.get("/periodic-reports").await.is(200).hides("已催交");
        pat.post("/periodic-reports/reminders", &[("agreement", "1"), ("period", "month:2026-03-01")]).await.is(409);
        let listed = app.token("pat").await.get("/api/v1/reports?state=submitted").await.is(200).json();
        assert_eq!(listed["items"][0]["period"], "month:2026-03-01");
    }
}

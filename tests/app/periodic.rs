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
pub(crate) async fn a_draft(app: &TestApp) {
    a_march(app).await;
    app.at("2026-04-02T02:00:00Z");
    begins(app, "month:2026-03-01").await;
}

/// Two are told too: so few came in March.
pub(crate) async fn tells_of_two(app: &TestApp) {
    app.sign_in("ada").await.post("/small-cells", &[("least", "2"), ("under_way", "on")]).await.is(303);
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
pub(crate) fn figure(figures: &Value, key: &str) -> Option<i64> {
    figures.as_array().unwrap().iter().find(|figure| figure["key"] == key)?["value"].as_i64()
}

pub(crate) async fn version(app: &TestApp, report: &str, number: i64) -> Value {
    app.token("pat").await.get(&format!("/api/v1/reports/{report}/versions/{number}")).await.is(200).json()
}

/// The first who came in March is taken out again: a late correction.
pub(crate) async fn corrects_march(app: &TestApp) {
    let first = app.number("select min(id) from attendances").await;
    let path = format!("/api/v1/sessions/1/checkins/{first}/void");
    let voided = app.token("ann").await.post_json(&path, json!({"reason": "点错了人"})).await;
    assert!(voided.status.code < 300, "{}", voided.text());
}

/// The next morning: drafts make themselves, and follow their agreements.
pub(crate) async fn overnight(app: &TestApp) {
    let mut tx = app.begin().await;
    jobs::ask(&mut tx, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    app.run_jobs().await;
}

/// The first agreement ends in March.
async fn ends_in_march(app: &TestApp) {
    let ending = [("last_day", "2026-03-20"), ("end_reason", "机构退出")];
    app.sign_in("ada").await.post("/agreements/1/ending", &ending).await.is(303);
}

/// Whether the report is what was submitted: by its page, and as the command line looks.
pub(crate) async fn is_unchanged(app: &TestApp) -> bool {
    let public = app.token("pat").await.get(API).await.is(200).json()["public_id"].as_str().unwrap().to_owned();
    let page = app.sign_in("pat").await.get(&format!("/reports/verify/{public}")).await.is(200).text();
    let mut conn = app.db().read().await.unwrap();
    let found = verifying::verify_number(&mut conn, &app.sealer, "R000001").await.unwrap();
    let unchanged = found.iter().all(verifying::Verification::is_unchanged);
    assert_eq!(page.contains("与提交时不一致"), !unchanged);
    unchanged
}

/// An indicator that is entered by hand.
const INDICATOR: &str =
    "insert into indicators (agreement_id, name, name_en, unit, target, span, place, created_at, created_by)
    values (1, '探访陈伯1', 'Visits', 'visits', 10, 'whole', 1, 0, 1)";

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
        ben.post(&format!("{REPORT}/chapters/overview"), &[("content", "改一句"), ("version", "1")]).await
            .is(409).shows("这段文字没有保存").shows("改一句");
        pat.get(REPORT).await.is(200).shows("三月平稳。").shows("SHA-256").shows(&format!("{REPORT}/rows?figure=visits\""));
        // Every number leads to the rows behind it: with names for whoever serves there, and without for whoever pays.
        let rows = pat.get(&format!("{REPORT}/rows?figure=visits")).await.is(303).leads_to();
        pat.get(&rows).await.is(200).hides("陈伯");
        let rows = ann.get(&format!("{REPORT}/rows?figure=persons")).await.is(303).leads_to();
        ann.get(&rows).await.is(200).shows("陈伯1");
        ben.get(&format!("{REPORT}/rows?figure=nothing")).await.is(303);
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
        assert_eq!(second["rows"], json!({"sessions": 1}), "how many came is told by the figures alone");
    }

    async fn a_late_correction_shows_next_month_and_only_there(app: TestApp) {
        tells_of_two(&app).await;
        a_draft(&app).await;
        submits(&app, "1").await;
        let accepted = version(&app, "1", 1).await;
        app.sign_in("pat").await.post(&format!("{REPORT}/acceptance"), &[("version", "1")]).await.is(303);

        app.at("2026-05-04T02:00:00Z");
        corrects_march(&app).await;
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

    async fn what_waits_for_its_answer_is_not_told_again(app: TestApp) {
        tells_of_two(&app).await;
        a_draft(&app).await;
        submits(&app, "1").await;
        app.sign_in("pat").await.post(&format!("{REPORT}/acceptance"), &[("version", "1")]).await.is(303);
        app.at("2026-05-04T02:00:00Z");
        corrects_march(&app).await;
        begins(&app, "month:2026-04-01").await;
        submits(&app, "2").await;
        app.at("2026-06-03T02:00:00Z");
        begins(&app, "month:2026-05-01").await;
        submits(&app, "3").await;
        assert_eq!(figure(&version(&app, "2", 1).await["adjustments"][0]["figures"], "visits"), Some(-1));
        assert_eq!(version(&app, "3", 1).await["adjustments"], json!([]), "April's waits, and tells it");
        // Returned it tells nothing, until it comes again.
        let comment = [("version", "1"), ("comment", "请补充")];
        app.sign_in("pat").await.post("/periodic-reports/2/return", &comment).await.is(303);
        app.sign_in("ben").await.post("/periodic-reports/3/withdrawal", &[]).await.is(303);
        submits(&app, "3").await;
        assert_eq!(figure(&version(&app, "3", 2).await["adjustments"][0]["figures"], "visits"), Some(-1));
        submits(&app, "2").await;
        assert_eq!(version(&app, "2", 2).await["adjustments"], json!([]), "May's tells it by now");
    }

    async fn an_agreement_s_own_quarters_are_owed_within_its_own_days(app: TestApp) {
        let own = [
            ("center", "1"), ("provider", "1"), ("purchaser", "1"), ("starts_on", "2026-02-15"), ("ends_on", "2027-02-14"),
            ("years_from", "start"), ("due.quarter", "10"), ("reason", "补充协议"),
        ];
        app.sign_in("ada").await.post("/agreements/1", &own).await.is(303);
        app.at("2026-05-26T02:00:00Z");
        let owed = app.token("pat").await.get("/api/v1/reports").await.is(200).json();
        let told: Vec<Value> =
            owed["items"].as_array().unwrap().iter().map(|one| json!([one["period"], one["due_on"], one["late"]])).collect();
        assert_eq!(json!(told), json!([["quarter:2026-05-15", "2026-08-24", 0], ["quarter:2026-02-15", "2026-05-24", 2]]));
        let [ben, pat] = [app.sign_in("ben").await, app.sign_in("pat").await];
        ben.get("/periodic-reports/new").await.is(200).shows("quarter:2026-02-15").shows("month:2026-03-01");
        pat.post("/periodic-reports/reminders", &[("agreement", "1"), ("period", "month:2026-03-01")]).await.is(422);
        pat.post("/periodic-reports/reminders", &[("agreement", "1"), ("period", "quarter:2026-02-15")]).await.is(303);
        overnight(&app).await;
        assert_eq!(app.number("select count(*) from periodic_reports where agreement_id = 1").await, 1);
        let due = "select count(*) from periodic_reports where kind = 'quarter' and ends_on = '2026-05-14' and due_on = '2026-05-24'";
        assert_eq!(app.number(due).await, 1);
        ben.get("/periodic-reports").await.is(200).shows("季度 2026-02-15 至 2026-05-14").shows("逾期 2 天");
        submits(&app, "1").await;
        assert_eq!(app.token("pat").await.get(API).await.is(200).json()["to"], "2026-05-14");
    }

    async fn a_report_over_several_centers_is_for_who_reaches_all_of_them(app: TestApp) {
        app.execute("update agreement_centers set agreement_id = 1 where agreement_id = 2").await;
        app.execute("update operators set provider_id = 1 where center_id = 2").await;
        a_draft(&app).await;
        let chapter = [("content", "三月平稳。"), ("version", "0")];
        let ann = app.sign_in("ann").await;
        ann.get(REPORT).await.is(404);
        ann.post(&format!("{REPORT}/chapters/overview"), &chapter).await.is(404);
        ann.post("/periodic-reports", &[("agreement", "1"), ("period", "month:2026-02-01")]).await.is(404);
        assert_eq!(app.token("ann").await.get("/api/v1/reports").await.is(200).json()["items"], json!([]));
        // Who works in both writes in it.
        app.execute("insert into account_scopes (account_id, center_id) select id, 2 from accounts where login = 'ann'").await;
        writes(&app.sign_in("ann").await, "overview", "三月平稳。", "0").await;
        submits(&app, "1").await;
        let read = [
            ("ada", 200), ("ben", 200), ("ann", 200), ("pat", 200), ("dan", 200),
            // A center alone, or the town of one of them.
            ("tom", 404), ("cai", 404), ("olga", 404), ("otto", 404), ("pia", 404),
        ];
        for (login, status) in read {
            app.sign_in(login).await.get(&format!("{REPORT}/versions/1")).await.is(status);
            app.token(login).await.get(&format!("{API}/versions/1")).await.is(status);
        }
    }

    async fn drafts_follow_an_agreement_that_ends_and_runs_again(app: TestApp) {
        a_draft(&app).await;
        begins(&app, "month:2026-04-01").await;
        ends_in_march(&app).await;
        let ben = app.sign_in("ben").await;
        ben.get(REPORT).await.is(200).shows("已不是协议的报告期");
        app.token("ben").await.post_json(&format!("{API}/submission"), json!({})).await.is_refused("report_not_agreed");
        app.at("2026-04-03T01:00:00Z");
        overnight(&app).await;
        let march = "select count(*) from periodic_reports where agreement_id = 1 and starts_on = '2026-03-01'";
        let cut = "select count(*) from periodic_reports where id = 1 and ends_on = '2026-03-20' and due_on = '2026-04-04'";
        let dropped = "select count(*) from periodic_reports where state = 'dropped' and starts_on = '2026-04-01'";
        assert_eq!((app.number(march).await, app.number(cut).await, app.number(dropped).await), (1, 1, 1));
        let told = "select count(*) from audit_events where action in ('periodic_report.adapted', 'periodic_report.dropped')";
        assert_eq!(app.number(told).await, 2);
        app.token("ben").await.get("/api/v1/reports").await.is(200).shows("month:2026-03-01").hides("month:2026-04-01");

        let again = [
            ("center", "1"), ("provider", "1"), ("purchaser", "1"), ("starts_on", "2026-01-01"), ("ends_on", "2026-12-31"),
            ("reason", "继续"),
        ];
        app.sign_in("ada").await.post("/agreements/1", &again).await.is(303);
        // Whoever begins another has them put right at once: no second one beside it.
        begins(&app, "month:2026-04-01").await;
        let whole = "select count(*) from periodic_reports where id = 1 and ends_on = '2026-03-31' and due_on = '2026-04-15'";
        assert_eq!((app.number(march).await, app.number(whole).await, app.number(dropped).await), (1, 1, 0));
        submits(&app, "1").await;
    }

    async fn what_was_written_for_lost_days_stays_until_the_manager_drops_it(app: TestApp) {
        a_draft(&app).await;
        begins(&app, "month:2026-04-01").await;
        let [ada, ben] = [app.sign_in("ada").await, app.sign_in("ben").await];
        ben.post("/periodic-reports/2/chapters/plan", &[("content", "办讲座"), ("version", "0")]).await.is(303);
        ben.post("/periodic-reports/2/removal", &[]).await.is(409);
        ends_in_march(&app).await;
        overnight(&app).await;
        ben.get("/periodic-reports").await.is(200).shows("协议日期已改");
        ben.get("/periodic-reports/2").await.is(200).shows("办讲座").shows("撤销草稿");
        let mistyped = [("void_reason", "录错")];
        ada.post("/agreements/1/void", &mistyped).await.is(422).shows("不能撤销");
        app.sign_in("ann").await.post("/periodic-reports/2/removal", &[]).await.is(403);
        app.sign_in("otto").await.post("/periodic-reports/2/removal", &[]).await.is(404);
        ben.post("/periodic-reports/2/removal", &[]).await.is(303);
        ben.get("/periodic-reports").await.is(200).hides("协议日期已改");
        ben.get("/periodic-reports/2").await.is(404);
        // Drafts in which nobody wrote go with an agreement that was mistyped.
        ada.post("/agreements/1/void", &mistyped).await.is(303);
        ben.get(REPORT).await.is(404);
        app.token("ben").await.get("/api/v1/reports").await.is(200).hides("month:2026-03-01");
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
            (
                "update report_version_texts set content = '三月不平。' where place = 'overview'",
                "update report_version_texts set content = '三月平稳。' where place = 'overview'",
            ),
            (
                "update report_version_texts set content = content || '。' where place = 'activity.1'",
                "update report_version_texts set content = '早茶会' where place = 'activity.1'",
            ),
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

    async fn what_an_indicator_is_called_is_looked_through_too(app: TestApp) {
        a_draft(&app).await;
        app.execute(INDICATOR).await;
        app.sign_in("ben").await.post(&format!("{REPORT}/submission"), &[]).await.is(422).shows("探访陈伯1");
        app.execute("update indicators set name = '探访长者'").await;
        submits(&app, "1").await;
    }

    /// Whatever the later version says otherwise, and not the figures and chapters alone.
    async fn every_part_that_differs_is_told(app: TestApp) {
        a_draft(&app).await;
        let [ben, pat] = [app.sign_in("ben").await, app.sign_in("pat").await];
        writes(&ben, "overview", "三月平稳。", "0").await;
        submits(&app, "1").await;
        let returns = async |number: &str| {
            pat.post(&format!("{REPORT}/return"), &[("version", number), ("comment", "请补")]).await.is(303);
        };
        let parts = async || {
            let told = app.token("pat").await.get(&format!("{API}/differences")).await.is(200).json();
            told["parts"].as_array().unwrap().iter().map(|part| part.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        returns("1").await;
        submits(&app, "1").await;
        pat.get(&format!("{REPORT}/differences")).await.is(200).shows("两版一模一样");
        assert_eq!(parts().await, Vec::<String>::new(), "what is salted anew is no difference");
        returns("2").await;
        app.execute(INDICATOR).await;
        app.execute("update indicators set name = '探访长者'").await;
        submits(&app, "1").await;
        pat.get(&format!("{REPORT}/differences")).await.is(200).shows("还有改动的部分").shows("指标").hides("两版一模一样");
        assert_eq!(parts().await, ["indicators"]);
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
            overnight(&app).await;
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
        let march = [("agreement", "1"), ("period", "month:2026-03-01")];
        pat.post("/periodic-reports/reminders", &march).await.is(303);
        pat.post("/periodic-reports/reminders", &march).await.is(409);
        app.token("pat").await.post_json("/api/v1/report-reminders", json!({"agreement": 1, "period": "month:2026-03-01"})).await
            .is_refused("report_reminded_today");
        ben.get("/centers").await.is(200).shows("莞城街道办事处 催交报告：2026年3月");
        pat.get("/centers").await.is(200).hides("催交报告");
        ben.get("/periodic-reports").await.is(200).shows("已催交");
        ben.get(REPORT).await.is(200).shows("莞城街道办事处");
        submits(&app, "1").await;
        ben.get("/periodic-reports").await.is(200).hides("已催交");
        ben.get("/centers").await.is(200).hides("催交报告");
        pat.post("/periodic-reports/reminders", &march).await.is(409);
        let listed = app.token("pat").await.get("/api/v1/reports?state=submitted").await.is(200).json();
        assert_eq!(listed["items"][0]["period"], "month:2026-03-01");
        // It came: returned, it is asked for anew.
        pat.post(&format!("{REPORT}/return"), &[("version", "1"), ("comment", "请补充")]).await.is(303);
        ben.get("/centers").await.is(200).hides("催交报告");
        app.at("2026-04-21T02:00:00Z");
        app.sign_in("pat").await.post("/periodic-reports/reminders", &march).await.is(303);
        app.sign_in("ben").await.get("/centers").await.is(200).shows("催交报告");
    }
}

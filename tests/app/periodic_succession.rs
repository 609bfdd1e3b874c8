//! Agreements that follow one another: the reports of the next one go on from those of the last, with what came late, with what they are
//! compared with and with words to quote. Provider 1 (ben) serves center 1 for purchaser 1 (pat) until the end of March, and from April on
//! by another agreement.

use serde_json::{Value, json};

use crate::periodic::a_draft;
use crate::support::{TestApp, on_both_engines};

/// March is accepted, its agreement over, and the next one begun.
async fn goes_on(app: &TestApp) {
    app.sign_in("ada").await.post("/small-cells", &[("least", "2"), ("under_way", "on")]).await.is(303);
    a_draft(app).await;
    let ben = app.sign_in("ben").await;
    let words = [("content", "三月平稳。"), ("version", "0")];
    ben.post("/periodic-reports/1/chapters/overview", &words).await.is(303);
    submits_and_accepts(app, 1).await;
    let ending = [("last_day", "2026-03-31"), ("end_reason", "合同期满")];
    app.sign_in("ada").await.post("/agreements/1/ending", &ending).await.is(303);
    concludes(app, ("1", "1"), ("2026-04-01", "2027-03-31")).await;
}

async fn concludes(app: &TestApp, (provider, purchaser): (&str, &str), (from, to): (&str, &str)) {
    let agreement =
        [("center", "1"), ("provider", provider), ("purchaser", purchaser), ("starts_on", from), ("ends_on", to)];
    app.sign_in("ada").await.post("/agreements", &agreement).await.is(303);
}

async fn begins(app: &TestApp, agreement: i64, period: &str) -> i64 {
    let agreement = agreement.to_string();
    let asked = [("agreement", agreement.as_str()), ("period", period)];
    app.sign_in("ben").await.post("/periodic-reports", &asked).await.is(303);
    app.number("select max(id) from periodic_reports").await
}

async fn submits(app: &TestApp, report: i64) {
    app.sign_in("ben").await.post(&format!("/periodic-reports/{report}/submission"), &[]).await.is(303);
}

async fn submits_and_accepts(app: &TestApp, report: i64) {
    submits(app, report).await;
    let accepts = format!("/periodic-reports/{report}/acceptance");
    app.sign_in("pat").await.post(&accepts, &[("version", "1")]).await.is(303);
}

async fn version(app: &TestApp, report: i64) -> Value {
    app.token("pat").await.get(&format!("/api/v1/reports/{report}/versions/1")).await.is(200).json()
}

/// One of March's three visits is taken out again.
async fn corrects_march(app: &TestApp) {
    let first = app.number("select min(id) from attendances").await;
    let path = format!("/api/v1/sessions/1/checkins/{first}/void");
    app.token("ann").await.post_json(&path, json!({"reason": "点错了人"})).await;
    assert_eq!(app.number("select count(*) from attendances where voided_at is not null").await, 1);
}

/// Who was taken out of March was there after all.
async fn comes_after_all(app: &TestApp) {
    app.execute(
        "insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth)
         select session_id, person_id, 'participant', 'roster', came_at, recorded_at, 0, 0, 0, 0
         from attendances where voided_at is not null",
    )
    .await;
    app.execute("update marks set version = version + 1").await;
}

/// The first agreement is one of centers 1 and 3, until this day.
async fn revises(app: &TestApp, last: &str, more: &[(&str, &str)]) {
    let agreement = [
        ("center", "1"),
        ("center", "3"),
        ("provider", "1"),
        ("purchaser", "1"),
        ("starts_on", "2026-01-01"),
        ("ends_on", last),
        ("reason", "补充协议"),
    ];
    app.sign_in("ada").await.post("/agreements/1", &[&agreement[..], more].concat()).await.is(303);
}

fn figure(figures: &Value, key: &str) -> Option<i64> {
    figures.as_array().unwrap().iter().find(|figure| figure["key"] == key)?["value"].as_i64()
}

on_both_engines! {
    async fn the_next_agreement_tells_what_came_late_to_the_last(app: TestApp) {
        goes_on(&app).await;
        app.at("2026-05-04T02:00:00Z");
        corrects_march(&app).await;
        let april = begins(&app, 3, "month:2026-04-01").await;
        app.sign_in("ben").await.get(&format!("/periodic-reports/{april}")).await.is(200).shows("三月平稳。");
        submits_and_accepts(&app, april).await;
        let told = version(&app, april).await;
        assert_eq!(told["adjustments"][0]["report"], "R000001");
        assert_eq!(figure(&told["adjustments"][0]["figures"], "visits"), Some(-1));
        let before = &told["compared"][0];
        assert_eq!((&before["from"], &before["to"]), (&json!("2026-03-01"), &json!("2026-03-31")));
        assert_eq!(figure(&before["figures"], "visits"), Some(2));
        app.at("2026-06-03T02:00:00Z");
        let may = begins(&app, 3, "month:2026-05-01").await;
        submits(&app, may).await;
        assert_eq!(version(&app, may).await["adjustments"], json!([]), "it was told");
    }

    /// Whichever is submitted first tells it: the last agreement's own late report, or the next one's.
    async fn it_is_told_once_by_whichever_comes_first(app: TestApp) {
        goes_on(&app).await;
        app.at("2026-05-04T02:00:00Z");
        corrects_march(&app).await;
        let april = begins(&app, 3, "month:2026-04-01").await;
        submits(&app, april).await;
        // Of the last one all its days together are reported by then: counted from the rows, it is told nothing by another.
        let whole = begins(&app, 1, "whole:2026-01-01").await;
        submits(&app, whole).await;
        let told = version(&app, whole).await;
        assert_eq!((figure(&told["figures"], "visits"), &told["adjustments"]), (Some(2), &json!([])));
        assert_eq!(figure(&version(&app, april).await["adjustments"][0]["figures"], "visits"), Some(-1));
    }

    /// The first agreement, of centers 1 and 3, goes on in center 1 while the next one, of 3 and 4, runs already.
    async fn one_that_runs_side_by_side_with_the_next_tells_nothing_again(app: TestApp) {
        app.sign_in("ada").await.post("/small-cells", &[("least", "2"), ("under_way", "on")]).await.is(303);
        revises(&app, "2026-03-31", &[]).await;
        a_draft(&app).await;
        submits_and_accepts(&app, 1).await;
        let next = [
            ("center", "3"), ("center", "4"), ("provider", "1"), ("purchaser", "1"), ("starts_on", "2026-04-01"),
            ("ends_on", "2027-03-31"),
        ];
        app.sign_in("ada").await.post("/agreements", &next).await.is(303);
        app.at("2026-05-04T02:00:00Z");
        corrects_march(&app).await;
        let april = begins(&app, 3, "month:2026-04-01").await;
        submits_and_accepts(&app, april).await;
        let told = version(&app, april).await;
        assert_eq!(figure(&told["adjustments"][0]["figures"], "visits"), Some(-1));
        revises(&app, "2026-06-30", &[("to.3", "2026-03-31")]).await;
        let beside = begins(&app, 1, "month:2026-04-01").await;
        submits(&app, beside).await;
        assert_eq!(version(&app, beside).await["adjustments"], json!([]), "the next one told it");
        // What is otherwise again the first one tells first.
        app.at("2026-06-03T02:00:00Z");
        comes_after_all(&app).await;
        let first = begins(&app, 1, "month:2026-05-01").await;
        submits(&app, first).await;
        let told = version(&app, first).await;
        assert_eq!((&told["adjustments"][0]["report"], told["adjustments"].as_array().unwrap().len()), (&json!("R000001"), 1));
        assert_eq!(figure(&told["adjustments"][0]["figures"], "visits"), Some(1));
        app.at("2026-07-03T02:00:00Z");
        let quarter = begins(&app, 3, "quarter:2026-04-01").await;
        submits(&app, quarter).await;
        let told = version(&app, quarter).await;
        assert_eq!(told["adjustments"], json!([]), "the first one told it");
        let before = &told["compared"][0];
        assert_eq!((&before["from"], &before["to"]), (&json!("2026-01-01"), &json!("2026-03-31")), "of center 3 it goes on");
    }

    async fn what_was_told_of_is_counted_again_only_where_it_is_otherwise(app: TestApp) {
        app.sign_in("ada").await.post("/small-cells", &[("least", "2"), ("under_way", "on")]).await.is(303);
        a_draft(&app).await;
        submits_and_accepts(&app, 1).await;
        app.at("2026-05-04T02:00:00Z");
        corrects_march(&app).await;
        let april = begins(&app, 1, "month:2026-04-01").await;
        submits(&app, april).await;
        assert_eq!(figure(&version(&app, april).await["adjustments"][0]["figures"], "visits"), Some(-1));
        app.at("2026-06-03T02:00:00Z");
        let may = begins(&app, 1, "month:2026-05-01").await;
        let (ben, page) = (app.sign_in("ben").await, format!("/periodic-reports/{may}"));
        let statements = async || {
            ben.get(&page).await.is(200);
            let before = app.db().statements();
            ben.get(&page).await.is(200);
            app.db().statements() - before
        };
        let few = statements().await;
        app.execute("update report_version_earlier set marks_seen = null, told_digest = null").await;
        assert!(statements().await > few, "where nobody knows as what it was counted, it is counted");
        comes_after_all(&app).await;
        submits(&app, may).await;
        assert_eq!(figure(&version(&app, may).await["adjustments"][0]["figures"], "visits"), Some(1));
        // Taken back it told nothing, however it was counted for it.
        ben.post(&format!("{page}/withdrawal"), &[]).await.is(303);
        submits(&app, may).await;
        let again = app.token("pat").await.get(&format!("/api/v1/reports/{may}/versions/2")).await.is(200).json();
        assert_eq!(figure(&again["adjustments"][0]["figures"], "visits"), Some(1));
        app.at("2026-07-03T02:00:00Z");
        let june = begins(&app, 1, "month:2026-06-01").await;
        submits(&app, june).await;
        assert_eq!(version(&app, june).await["adjustments"], json!([]), "all of it was told");
    }

    /// Another purchaser's agreement over the same center is nobody's forerunner.
    async fn another_s_agreement_is_not_gone_on_from(app: TestApp) {
        app.sign_in("ada").await.post("/small-cells", &[("least", "2"), ("under_way", "on")]).await.is(303);
        a_draft(&app).await;
        submits_and_accepts(&app, 1).await;
        concludes(&app, ("1", "2"), ("2026-04-01", "2027-03-31")).await;
        app.at("2026-05-04T02:00:00Z");
        corrects_march(&app).await;
        let april = begins(&app, 3, "month:2026-04-01").await;
        submits(&app, april).await;
        let told = app.token("pia").await.get(&format!("/api/v1/reports/{april}/versions/1")).await.is(200).json();
        assert_eq!(told["adjustments"], json!([]));
        assert_eq!(told["compared"], json!([]));
    }
}

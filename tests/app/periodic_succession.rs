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

    /// Another purchaser's agreement over the same center is nobody's forerunner, nor is one that runs beside it.
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

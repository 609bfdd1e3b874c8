//! How reports are answered: a slip that is taken back, a receipt of the version that was read, a quarter and a year on their whole way;
//! and of which days there may be one.

use linli::periodic_reports::verifying::{Verification, verify_number};
use serde_json::{Value, json};

use crate::periodic::{
    a_draft, a_march, begins, corrects_march, figure, is_unchanged, overnight, submits, tells_of_two, version, writes,
};
use crate::support::{TestApp, on_both_engines};

const REPORT: &str = "/periodic-reports/1";
const API: &str = "/api/v1/reports/1";

/// What waits for the purchaser's answer is accepted, now.
pub(crate) async fn accepts_what_waits(app: &TestApp) {
    let id = app.number("select min(id) from periodic_reports where state = 'submitted'").await;
    let last = app.number("select max(versions) from periodic_reports where state = 'submitted'").await;
    let path = format!("/api/v1/reports/{id}/acceptance");
    app.token("pat").await.post_json(&path, json!({"version": last})).await.is(204);
}

/// The purchaser's answer to a version of the first report.
async fn accepts(app: &TestApp, number: i64) {
    app.token("pat").await.post_json(&format!("{API}/acceptance"), json!({"version": number})).await.is(204);
}

async fn undoes(app: &TestApp) -> crate::support::Answer {
    let body = json!({"version": 1, "reason": "点错了"});
    app.token("pat").await.post_json(&format!("{API}/acceptance/undoing"), body).await
}

/// The first agreement asks for quarters and years of its own, from April 2025 on.
async fn asks_for_own_years(app: &TestApp) {
    let own = [
        ("center", "1"),
        ("provider", "1"),
        ("purchaser", "1"),
        ("starts_on", "2025-04-01"),
        ("ends_on", "2027-03-31"),
        ("years_from", "start"),
        ("due.quarter", "10"),
        ("due.year", "30"),
        ("reason", "补充协议"),
    ];
    app.sign_in("ada").await.post("/agreements/1", &own).await.is(303);
}

/// By how much a version tells an earlier report to be otherwise: its visits, by the report's number.
fn told_of(version: &Value) -> Vec<(String, Option<i64>)> {
    let all = version["adjustments"].as_array().unwrap().iter();
    let mut told: Vec<(String, Option<i64>)> =
        all.map(|one| (one["report"].as_str().unwrap().to_owned(), figure(&one["figures"], "visits"))).collect();
    told.sort();
    told
}

on_both_engines! {
    async fn an_acceptance_that_was_a_slip_is_taken_back_on_its_day(app: TestApp) {
        a_draft(&app).await;
        submits(&app, "1").await;
        undoes(&app).await.is(409).is_refused("report_not_accepted");
        accepts(&app, 1).await;
        let (pat, undoing) = (app.sign_in("pat").await, format!("{REPORT}/acceptance/undoing"));
        pat.get(REPORT).await.is(200).shows("撤回接受").shows(&undoing);
        app.sign_in("ben").await.get(REPORT).await.is(200).hides("撤回接受");
        pat.post(&undoing, &[("version", "1"), ("reason", "")]).await.is(422).shows("id=\"e-reason\"");
        pat.post(&undoing, &[("version", "2"), ("reason", "点错了")]).await.is(422).shows("报告有了新的版本");
        for (login, status) in [("ben", 403), ("dan", 403), ("ada", 403), ("pia", 404)] {
            app.sign_in(login).await.post(&undoing, &[("version", "1"), ("reason", "点错了")]).await.is(status);
        }
        pat.post(&undoing, &[("version", "1"), ("reason", "点错了")]).await.is(303);
        let waits = "select count(*) from periodic_reports r join report_versions v on v.report_id = r.id
                     where r.state = 'submitted' and v.state = 'submitted' and v.answered_at is null and v.answered_by is null";
        assert_eq!(app.number(waits).await, 1);
        let told = "select count(*) from audit_events where action = 'periodic_report.acceptance_undone' and detail = 'R000001-1 点错了'";
        assert_eq!(app.number(told).await, 1);
        assert!(is_unchanged(&app).await, "the audit knows what became of it");
        // It waits for an answer as if there had been none.
        pat.get(REPORT).await.is(200).shows("接受报告").hides("撤回接受");
        accepts(&app, 1).await;
        // Until midnight, by which the day ends.
        app.at("2026-04-02T15:59:00Z");
        undoes(&app).await.is(204);
        accepts(&app, 1).await;
        app.at("2026-04-02T16:00:00Z");
        undoes(&app).await.is(409).is_refused("report_acceptance_over");
        app.sign_in("pat").await.get(REPORT).await.is(200).shows("接受只能在当天撤回").hides(&undoing);
        assert!(is_unchanged(&app).await);
    }

    async fn an_acceptance_stays_once_a_later_report_may_have_told_of_it(app: TestApp) {
        a_draft(&app).await;
        app.at("2026-05-04T02:00:00Z");
        submits(&app, "1").await;
        accepts(&app, 1).await;
        begins(&app, "quarter:2026-01-01").await;
        submits(&app, "2").await;
        undoes(&app).await.is(204);
        accepts(&app, 1).await;
        begins(&app, "month:2026-04-01").await;
        submits(&app, "3").await;
        undoes(&app).await.is(409).is_refused("report_acceptance_told");
        let pat = app.sign_in("pat").await;
        pat.get(REPORT).await.is(200).shows("之后的报告已经提交").hides("acceptance/undoing");
        // Taken back it told nothing.
        app.sign_in("ben").await.post("/periodic-reports/3/withdrawal", &[]).await.is(303);
        undoes(&app).await.is(204);
    }

    /// Of two requests the one that began first may come last: what stands is what the later report found.
    async fn an_acceptance_stays_where_a_later_report_found_it_whichever_began_first(app: TestApp) {
        tells_of_two(&app).await;
        a_draft(&app).await;
        app.at("2026-05-04T02:00:00Z");
        submits(&app, "1").await;
        corrects_march(&app).await;
        begins(&app, "month:2026-04-01").await;
        app.at("2026-05-04T02:00:09Z");
        accepts(&app, 1).await;
        // Its submission had begun before, and waited.
        app.at("2026-05-04T02:00:05Z");
        submits(&app, "2").await;
        assert_eq!(told_of(&version(&app, "2", 1).await), [("R000001".to_owned(), Some(-1))]);
        app.at("2026-05-04T02:00:12Z");
        undoes(&app).await.is(409).is_refused("report_acceptance_told");
        app.sign_in("ben").await.post("/periodic-reports/2/withdrawal", &[]).await.is(303);
        undoes(&app).await.is(204);
        // And the other way about: it was accepted after the later report was submitted.
        app.at("2026-05-04T02:00:20Z");
        submits(&app, "2").await;
        app.at("2026-05-04T02:00:15Z");
        accepts(&app, 1).await;
        app.at("2026-05-04T02:00:25Z");
        assert!(told_of(&version(&app, "2", 2).await).is_empty());
        undoes(&app).await.is(204);
    }

    async fn a_receipt_is_of_the_version_that_was_read(app: TestApp) {
        a_draft(&app).await;
        submits(&app, "1").await;
        let (dan, program) = (app.sign_in("dan").await, app.token("dan").await);
        let (page, receipt) = (format!("{REPORT}/receipt"), format!("{API}/receipt"));
        dan.get(REPORT).await.is(200).shows(&page).shows("name=\"version\" value=\"1\"");
        // While the page is open another version comes.
        let back = json!({"version": 1, "comment": "请补充"});
        app.token("pat").await.post_json(&format!("{API}/return"), back).await.is(204);
        program.post_json(&receipt, json!({"version": 1})).await.is(409).is_refused("report_not_submitted");
        submits(&app, "1").await;
        dan.post(&page, &[("version", "1")]).await.is(409);
        program.post_json(&receipt, json!({"version": 1})).await.is(409).is_refused("report_version_changed");
        program.post_json(&receipt, json!({})).await.is(422);
        assert_eq!(app.number("select count(*) from report_receipts").await, 0);
        dan.post(&page, &[("version", "2")]).await.is(303);
        program.post_json(&receipt, json!({"version": 2})).await.is(204);
        assert_eq!(app.number("select count(*) from report_receipts where version = 2").await, 1);
    }

    /// A quarter of the agreement's own, and its first year, which ends with it.
    async fn a_quarter_and_a_year_go_their_way_and_a_correction_is_told_of_each_once(app: TestApp) {
        tells_of_two(&app).await;
        asks_for_own_years(&app).await;
        a_march(&app).await;
        app.at("2026-04-02T02:00:00Z");
        begins(&app, "quarter:2026-01-01").await;
        begins(&app, "year:2025-04-01").await;
        let (ben, pat) = (app.sign_in("ben").await, app.sign_in("pat").await);
        writes(&ben, "overview", "本季平稳。", "0").await;
        submits(&app, "1").await;
        let words = [("version", "1"), ("comment", "请写明人数"), ("comments.overview", "太短")];
        pat.post(&format!("{REPORT}/return"), &words).await.is(303);
        ben.get(REPORT).await.is(200).shows("请写明人数").shows("太短");
        writes(&ben, "overview", "本季平稳，来了三位街坊。", "1").await;
        submits(&app, "1").await;
        accepts(&app, 2).await;
        let year = [("content", "全年按协议开展服务。"), ("version", "0")];
        ben.post("/periodic-reports/2/chapters/overview", &year).await.is(303);
        submits(&app, "2").await;
        pat.get("/periodic-reports/2").await.is(200).shows("全年按协议开展服务。");
        pat.post("/periodic-reports/2/acceptance", &[("version", "1")]).await.is(303);
        let (quarter, whole) = (version(&app, "1", 2).await, version(&app, "2", 1).await);
        for told in [&quarter, &whole] {
            assert_eq!(figure(&told["figures"], "visits"), Some(3));
        }
        assert_eq!((&whole["from"], &whole["to"]), (&json!("2025-04-01"), &json!("2026-03-31")));

        app.at("2026-05-04T02:00:00Z");
        corrects_march(&app).await;
        begins(&app, "month:2026-04-01").await;
        submits(&app, "3").await;
        let once: [(String, Option<i64>); 2] = [("R000001".to_owned(), Some(-1)), ("R000002".to_owned(), Some(-1))];
        assert_eq!(told_of(&version(&app, "3", 1).await), once);
        app.at("2026-07-03T02:00:00Z");
        begins(&app, "quarter:2026-04-01").await;
        submits(&app, "4").await;
        assert!(told_of(&version(&app, "4", 1).await).is_empty(), "April told it");
        assert_eq!(version(&app, "1", 2).await["figures"], quarter["figures"], "a version does not change");
        assert_eq!(version(&app, "2", 1).await["figures"], whole["figures"]);
        let mut conn = app.db().read().await.unwrap();
        for number in ["R000001", "R000002", "R000003", "R000004"] {
            let found = verify_number(&mut conn, &app.sealer, number).await.unwrap();
            assert!(found.iter().all(Verification::is_unchanged), "{number}: {found:?}");
        }
    }

    async fn any_period_may_be_drafted_and_what_the_agreement_asks_for_is_owed(app: TestApp) {
        asks_for_own_years(&app).await;
        app.at("2026-05-26T02:00:00Z");
        let (ben, pat) = (app.sign_in("ben").await, app.sign_in("pat").await);
        let none = ["quarter:2026-02-01", "year:2026-01-01", "month:2027-04-01", "month:2026-03-02", "week:2026-03-02"];
        for none in none {
            ben.post("/periodic-reports", &[("agreement", "1"), ("period", none)]).await.is(422);
        }
        for any in ["month:2026-03-01", "quarter:2026-01-01", "half_year:2025-10-01", "year:2025-04-01", "whole:2025-04-01"] {
            begins(&app, any).await;
        }
        let told = async |period: &str| {
            let owed = app.token("pat").await.get("/api/v1/reports").await.is(200).json();
            let one = owed["items"].as_array().unwrap().iter().find(|one| one["period"] == period).cloned();
            one.map(|one| json!([one["awaited"], one["late"], one["state"]]))
        };
        assert_eq!(told("month:2026-03-01").await, Some(json!([false, 0, "draft"])), "nobody waits for it");
        assert_eq!(told("half_year:2025-10-01").await, Some(json!([false, 0, "draft"])));
        assert_eq!(told("quarter:2026-01-01").await, Some(json!([true, 46, "draft"])), "due on 10 April");
        pat.get("/periodic-reports").await.is(200).shows("协议没有要求").shows("逾期 46 天");
        for (period, status) in [("month:2026-03-01", 422), ("quarter:2026-01-01", 303)] {
            pat.post("/periodic-reports/reminders", &[("agreement", "1"), ("period", period)]).await.is(status);
        }
        // What was begun stays, and no month makes itself.
        overnight(&app).await;
        let months = "select count(*) from periodic_reports where agreement_id = 1 and kind in ('month', 'half_year') and state = 'draft'";
        assert_eq!(app.number(months).await, 2);
        assert_eq!(app.number("select count(*) from periodic_reports where agreement_id = 1").await, 5);
        let march = app.number("select id from periodic_reports where kind = 'month' and agreement_id = 1").await;
        submits(&app, &march.to_string()).await;
        pat.get(&format!("/periodic-reports/{march}")).await.is(200).shows("2026年3月");
    }

    async fn what_made_itself_goes_when_the_agreement_asks_for_it_no_more(app: TestApp) {
        app.at("2026-04-01T01:00:00Z");
        overnight(&app).await;
        begins(&app, "month:2026-01-01").await;
        let drafts = "select count(*) from periodic_reports where agreement_id = 1 and state = 'draft'";
        assert_eq!(app.number(drafts).await, 3, "February and March made themselves");
        asks_for_own_years(&app).await;
        app.at("2026-04-02T01:00:00Z");
        overnight(&app).await;
        let month = "select count(*) from periodic_reports where agreement_id = 1 and kind = 'month' and state = 'draft'
                     and starts_on = '2026-01-01'";
        assert_eq!(app.number(month).await, 1, "somebody began it");
        assert_eq!(app.number(drafts).await, 3, "with the first quarter and the first year");
        // Whoever wants March's begins it again.
        begins(&app, "month:2026-03-01").await;
        app.at("2026-04-03T01:00:00Z");
        overnight(&app).await;
        assert_eq!(app.number(drafts).await, 4);
    }
}

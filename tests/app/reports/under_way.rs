//! A period that runs is told to nobody who sees no small numbers: who asks again and again would learn a hidden number from what a total
//! grows by.

use std::collections::BTreeMap;

use rocket::http::Method;
use serde_json::{Value, json};

use super::month::{Held, Month, at};
use crate::access;
use crate::support::workbook::sheets;
use crate::support::{TestApp, User, on_both_engines};

/// In the middle of March.
const NOW: &str = "2026-03-20T02:00:00Z";
const OVER: &str = "2026-04-01T02:00:00Z";

/// January, February, and March until the 19th: ten elders who come every second week, and a volunteer.
async fn a_quarter_so_far(app: &TestApp) -> i64 {
    let mut month = Month::begin(app).await;
    let elders = month.team(1).await;
    let mut people = Vec::new();
    for _ in 0..12 {
        people.push(month.person(Some("1950-05-01")).await);
    }
    let mut last = 0;
    for day in ["2026-01-08", "2026-01-22", "2026-02-05", "2026-02-19", "2026-03-05", "2026-03-19"] {
        last = month.session(at(&format!("{day} 09:00")), 60, Held { team: Some(elders), ..Held::default() }).await;
        for person in &people[..6] {
            month.attend(last, *person, "participant").await;
        }
    }
    month.commit().await;
    for (measure, within) in [("visits", None), ("persons", Some("group:elderly"))] {
        let mut asked = json!({
            "name": measure, "measure": measure, "unit": measure, "target": "1000", "span": "project_year"
        });
        if let Some(within) = within {
            asked["within"] = json!(within);
        }
        app.token("ada").await.post_json("/api/v1/agreements/1/indicators", asked).await.is(201);
    }
    let by_hand = json!({"name": "入户探访", "unit": "visits", "target": "1000", "span": "project_year"});
    app.token("ada").await.post_json("/api/v1/agreements/1/indicators", by_hand).await.is(201);
    app.at(NOW);
    enters(app, "2026-02", "8").await;
    enters(app, "2026-03", "1").await;
    app.execute("update small_cells set under_way = 0").await;
    last
}

/// What nobody counts is entered by hand.
async fn enters(app: &TestApp, month: &str, value: &str) {
    let fields = [("month", month), ("value", value), ("reason", "补记")];
    let ben = app.sign_in("ben").await;
    crate::upkeep::sends(&ben, "/agreements/1/indicators/3/values", &fields, None).await.is(303);
}

/// Somebody who needs help comes, for the first time.
async fn somebody_comes(app: &TestApp, session: i64) {
    let mut month = Month::begin(app).await;
    let person = month.person(Some("1949-01-01")).await;
    month.grant(person, "needy", "2025-01-01", None).await;
    month.attend(session, person, "participant").await;
    month.commit().await;
    let mut tx = app.begin().await;
    linli::marks::all(&mut tx, [linli::centers::CenterId(1)]);
    tx.commit().await.unwrap();
    enters(app, "2026-03", "2").await;
}

/// Where the numbers of March are, and of what holds it: the paths that are refused while it runs.
const RUNNING: [&str; 12] = [
    "/centers/1/reports/2026-03",
    "/centers/1/reports/2026-03.csv",
    "/centers/1/reports/2026-03.xlsx",
    "/centers/1/reports/2026-03.docx",
    "/centers/1/reports/2026-03/print",
    "/centers/1/reports/2026-03/rows?figure=visits",
    "/centers/1/reports/2026-Q1",
    "/centers/1/reports/2026-H1",
    "/centers/1/reports/2026",
    "/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01&by=month",
    "/api/v1/summary?scope=center:1&from=2026-01-01&to=2026-04-01",
    "/api/v1/summary/rows?scope=center:1&from=2026-03-01&to=2026-04-01&figure=visits.elderly",
];

/// And where they would be among others.
const AMONG: [&str; 15] = [
    "/centers/1/reports",
    "/reports",
    "/reports?period=2026-03",
    "/reports?period=2026-02",
    "/reports?period=2026-Q1",
    "/reports?period=2026",
    "/indicators",
    "/agreements/1/indicators",
    "/agreements/1/indicators/1",
    "/agreements/1/indicators/2",
    "/agreements/1/indicators/3",
    "/indicators/matrix",
    "/api/v1/agreements/1/indicators/3/values",
    "/api/v1/indicators",
    "/api/v1/summary?scope=center:1&from=2026-02-01&to=2026-03-01&by=month",
];

/// All that somebody may fetch, by its path.
async fn all(browser: &User<'_>, program: &User<'_>) -> BTreeMap<String, (u16, Vec<u8>)> {
    let paths = access::rows().filter(|row| row.method == Method::Get).map(|row| row.path);
    let mut read = BTreeMap::new();
    for path in paths.chain(RUNNING).chain(AMONG) {
        let user = if path.starts_with("/api/") { program } else { browser };
        let answer = user.get(path).await;
        read.insert(path.to_owned(), (answer.status.code, answer.body.clone()));
    }
    for list in ["rollup", "indicators", "indicator_matrix"] {
        for period in ["", "2026-02", "2026-03"] {
            let fields = [("list", list), ("format", "csv"), ("period", period)];
            let answer = browser.post("/exports", &fields).await;
            read.insert(format!("{list} {period}"), (answer.status.code, answer.body.clone()));
        }
    }
    read
}

fn done(indicators: &Value) -> Vec<Option<i64>> {
    indicators["items"].as_array().unwrap().iter().map(|one| one["done"].as_i64()).collect()
}

on_both_engines! {
    /// Whatever the purchaser and the department may fetch is to the letter as it was when one more has come today.
    async fn nothing_that_is_read_grows_by_who_comes_today(app: TestApp) {
        let last = a_quarter_so_far(&app).await;
        let mut before = Vec::new();
        for login in ["pat", "dan"] {
            let (browser, program) = (app.sign_in(login).await, app.token(login).await);
            let (first, second) = (all(&browser, &program).await, all(&browser, &program).await);
            // A code that is another each time tells nobody's number.
            let changes: Vec<&String> = first.keys().filter(|path| first[*path] != second[*path]).collect();
            assert!(!changes.iter().any(|path| AMONG.contains(&path.as_str()) || RUNNING.contains(&path.as_str())), "{changes:?}");
            assert!(changes.len() < 10, "{changes:?}");
            for path in AMONG {
                assert_eq!(first[path].0, 200, "{login} {path}");
            }
            for path in RUNNING {
                assert_eq!(first[path].0, 409, "{login} {path}");
            }
            let changes: Vec<String> = changes.into_iter().cloned().collect();
            before.push((browser, program, first, changes));
        }
        somebody_comes(&app, last).await;
        app.token("ben").await.get("/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01").await.is(200).shows("\"visits.needy\"");
        for (browser, program, mut first, changes) in before {
            let mut now = all(&browser, &program).await;
            for path in changes {
                first.remove(&path);
                now.remove(&path);
            }
            let grown: Vec<&String> = now.keys().filter(|path| now[*path] != first[*path]).collect();
            assert!(grown.is_empty(), "{grown:?}");
        }
    }

    async fn what_is_over_is_read_and_what_runs_is_said_to_run(app: TestApp) {
        a_quarter_so_far(&app).await;
        let (pat, program) = (app.sign_in("pat").await, app.token("pat").await);
        pat.get("/centers/1/reports").await.is(200).shows("2026-02").shows("2026-01").hides("/reports/2026-03").hides("2026-Q1");
        pat.get("/reports").await.is(200).shows("2026年2月").hides("2026-Q1");
        pat.get("/reports?period=2026-03").await.is(200).shows("这个统计期尚未结束");
        pat.get("/centers/1/reports?from=2026-03-01&to=2026-03-31").await.is(200).shows("这个统计期尚未结束");
        pat.get("/centers/1/reports/2026-03").await.is(409).shows("这个统计期尚未结束");
        pat.get("/agreements/1/indicators").await.is(200).shows("2026年2月28日");
        pat.get("/agreements/1/indicators/1").await.is(200).shows("2026年2月28日");
        program.get("/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01").await.is(409).is_refused("period_not_over");
        // What is done is told until the end of February; whoever knows the people reads today's.
        assert_eq!(done(&program.get("/api/v1/agreements/1/indicators").await.is(200).json()), [Some(24), Some(6), Some(8)]);
        assert_eq!(done(&program.get("/api/v1/indicators?sort=center").await.is(200).json()), [Some(24), Some(6), Some(8)]);
        let ben = app.token("ben").await;
        assert_eq!(done(&ben.get("/api/v1/agreements/1/indicators").await.is(200).json()), [Some(36), Some(6), Some(9)]);
        app.sign_in("ben").await.get("/centers/1/reports/2026-03").await.is(200);
        app.sign_in("ben").await.get("/agreements/1/indicators").await.is(200).hides("统计期结束后显示");
        // In April it is over, and the first quarter with it; the half-year is not.
        app.at(OVER);
        let (pat, program) = (app.sign_in("pat").await, app.token("pat").await);
        pat.get("/centers/1/reports").await.is(200).shows("/reports/2026-03").shows("2026-Q1").hides("2026-H1");
        pat.get("/centers/1/reports/2026-03").await.is(200);
        pat.get("/centers/1/reports/2026-Q1").await.is(200);
        pat.get("/centers/1/reports/2026-H1").await.is(409);
        assert_eq!(done(&program.get("/api/v1/agreements/1/indicators").await.is(200).json()), [Some(36), Some(6), Some(9)]);
    }

    /// What is over is told to the purchaser whole, though its month runs on.
    async fn an_agreement_that_has_ended_is_told_whole(app: TestApp) {
        a_quarter_so_far(&app).await;
        app.execute("update agreements set ends_on = '2026-03-19' where id = 1").await;
        app.execute("update agreement_centers set ends_on = '2026-03-19' where agreement_id = 1").await;
        let pat = app.token("pat").await;
        assert_eq!(done(&pat.get("/api/v1/agreements/1/indicators").await.is(200).json()), [Some(36), Some(6), Some(9)]);
        assert_eq!(pat.get("/api/v1/agreements/1/indicators/3/values").await.is(200).json()["items"].as_array().unwrap().len(), 2);
        let trend = app.sign_in("pat").await.post("/exports", &[("list", "rollup"), ("format", "xlsx"), ("from", "2026-01-01"), ("to", "2026-03-19")]).await.is(200);
        let sheets = sheets(&trend);
        let visits = |month: &str| sheets.iter().flat_map(|(_, rows)| rows)
            .find(|row| row[0] == *month).map(|row| row[1].to_string());
        assert_eq!((visits("2026-02"), visits("2026-03")), (Some("12".into()), Some("12".into())));
        pat.get("/api/v1/summary?scope=center:1&from=2026-01-01&to=2026-03-20").await.is(200);
        pat.get("/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01").await.is(409).is_refused("period_not_over");
    }

    /// In the first month of a year nothing of it is told yet: it has not begun, and the year before is shown.
    async fn in_the_first_month_of_a_year_nothing_is_unknown(app: TestApp) {
        a_quarter_so_far(&app).await;
        app.at("2026-01-12T02:00:00Z");
        let states = async || {
            let list = app.token("pat").await.get("/api/v1/agreements/1/indicators").await.is(200).json();
            let of = list["items"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap().to_owned());
            of.collect::<std::collections::BTreeSet<String>>().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(states().await, ["not_begun"]);
        app.execute("update agreements set ends_on = '2027-12-31' where id = 1").await;
        app.execute("update agreement_centers set ends_on = '2027-12-31' where agreement_id = 1").await;
        app.at("2027-01-12T02:00:00Z");
        assert_eq!(states().await, ["missed"], "last year's");
        app.at("2027-02-12T02:00:00Z");
        assert_eq!(states().await, ["far_behind"], "the year that runs");
    }

    async fn a_form_is_filled_of_a_month_that_is_over(app: TestApp) {
        a_quarter_so_far(&app).await;
        let ben = app.sign_in("ben").await;
        ben.get("/centers/1/purchaser-forms?month=2026-03").await.is(200).shows("还没有结束");
        ben.get("/centers/1/purchaser-forms?month=2026-02").await.is(200).hides("还没有结束");
    }

    async fn the_city_may_tell_what_runs(app: TestApp) {
        a_quarter_so_far(&app).await;
        let (ada, pat) = (app.sign_in("ada").await, app.sign_in("pat").await);
        ada.get("/small-cells").await.is(200).hides("name=\"under_way\" value=\"1\" checked");
        ada.post("/small-cells", &[("least", "3"), ("under_way", "1")]).await.is(303);
        ada.get("/small-cells").await.is(200).shows("name=\"under_way\" value=\"1\" checked");
        pat.get("/centers/1/reports/2026-03").await.is(200);
        assert_eq!(app.number("select count(*) from audit_events where action = 'small_cells.set'").await, 1);
        app.token("ada").await.post_json("/api/v1/small-cells", json!({"least": 3})).await.is(200);
        pat.get("/centers/1/reports/2026-03").await.is(409);
    }
}

//! How many different people an agreement's indicator counts from its first day on: what each month adds is told to nobody who is told no
//! small numbers where it is one.

use serde_json::{Value, json};

use super::month::{Held, Month, at};
use crate::support::{TestApp, on_both_engines};

const ALL: &str = "/api/v1/agreements/1/indicators";

/// A session in each of the year's first months, to which these of the same people came; nobody is told of days that are not over.
async fn came(app: &TestApp, months: [std::ops::Range<usize>; 3]) {
    app.token("ada").await.post_json("/api/v1/small-cells", json!({"least": 3, "under_way": false})).await.is(200);
    let mut month = Month::begin(app).await;
    let mut people = Vec::new();
    for _ in 0..20 {
        people.push(month.person(Some("1985-05-01")).await);
    }
    for (name, came) in ["2026-01", "2026-02", "2026-03"].into_iter().zip(months) {
        let session = month.session(at(&format!("{name}-02 09:00")), 60, Held { kind: 3, ..Held::default() }).await;
        for person in &people[came] {
            month.attend(session, *person, "participant").await;
        }
    }
    month.commit().await;
}

async fn persons(app: &TestApp, more: Value) -> i64 {
    let mut body = json!({"name": "服务人数", "unit": "persons", "target": 100, "span": "whole", "measure": "persons"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.token("ben").await.post_json(ALL, body).await.is(201).json()["id"].as_i64().unwrap()
}

/// What a reader is told of it: as it is, and at least.
async fn told(app: &TestApp, who: &str, id: i64) -> (Option<i64>, Option<i64>) {
    let all = app.token(who).await.get(ALL).await.is(200).json();
    let one = all["items"].as_array().unwrap().iter().find(|one| one["id"] == id).cloned().unwrap();
    (one["done"].as_i64(), one["at_least"].as_i64())
}

on_both_engines! {
    /// In February one came for the first time, and one came no more.
    async fn one_who_is_new_is_told_to_nobody_who_is_told_no_small_numbers(app: TestApp) {
        app.at("2026-03-05T02:00:00Z");
        let all = persons(&app, json!({})).await;
        let here = persons(&app, json!({"name": "本中心", "center": 1})).await;
        came(&app, [0..12, 1..13, 0..16]).await;
        for id in [all, here] {
            assert_eq!(told(&app, "ben", id).await, (Some(16), None));
            for login in ["pat", "dan"] {
                assert_eq!(told(&app, login, id).await, (None, Some(12)), "{login}: 13 less January's 12 would be one");
            }
        }
        let pat = app.sign_in("pat").await;
        let page = pat.get(&format!("/agreements/1/indicators/{all}")).await.is(200).text();
        assert!(!page.contains(">13<") && !page.contains("≥ 13"), "{page}");
        // In the version, too.
        let ben = app.sign_in("ben").await;
        ben.post("/periodic-reports", &[("agreement", "1"), ("period", "month:2026-02-01")]).await.is(303);
        let report = app.number("select max(id) from periodic_reports").await;
        ben.post(&format!("/periodic-reports/{report}/submission"), &[]).await.is(303);
        let version = app.token("pat").await.get(&format!("/api/v1/reports/{report}/versions/1")).await.is(200).json();
        for one in version["indicators"].as_array().unwrap() {
            assert_eq!((&one["done"], &one["at_least"]), (&json!(12), &json!(true)), "{one}");
        }
        // The quarter is a report's: it is told there as well.
        app.at("2026-04-02T02:00:00Z");
        assert_eq!(told(&app, "pat", all).await, (Some(16), None));
    }

    /// Four are new, nobody is missing, and twelve came again.
    async fn what_tells_of_nobody_alone_is_told(app: TestApp) {
        app.at("2026-03-05T02:00:00Z");
        let all = persons(&app, json!({})).await;
        came(&app, [0..12, 0..16, 0..0]).await;
        assert_eq!(told(&app, "pat", all).await, (Some(16), None));
    }

    /// What two months added together is told with the second.
    async fn what_waited_is_told_with_the_next_months(app: TestApp) {
        app.at("2026-05-05T02:00:00Z");
        let of_project_year = persons(&app, json!({"span": "project_year"})).await;
        came(&app, [0..12, 0..13, 0..16]).await;
        app.at("2026-03-05T02:00:00Z");
        assert_eq!(told(&app, "pat", of_project_year).await, (None, Some(12)));
        app.at("2026-05-05T02:00:00Z");
        assert_eq!(told(&app, "pat", of_project_year).await, (Some(16), None), "nobody came in April");
    }
}

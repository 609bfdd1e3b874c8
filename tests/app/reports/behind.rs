//! Every number opens the rows behind it, and they are as many as it says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{MARCH, a_tricky_month, figures};
use crate::support::{TestApp, on_both_engines};

/// All rows behind a figure.
async fn rows(app: &TestApp, login: &str, scope: &str, key: &str) -> Vec<Value> {
    let token = app.token(login).await;
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/summary/rows?scope={scope}&from={}&to={}&figure={key}{cursor}", MARCH.0, MARCH.1);
        let answer = token.get(&path).await.is(200).json();
        rows.extend(answer["items"].as_array().unwrap().clone());
        match answer["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
    }
}

/// Whether a figure has no rows, by its key.
fn stands_alone(key: &str) -> bool {
    ["registered_population", "second_population", "booked_minutes", "open_minutes"]
        .iter()
        .any(|start| key.starts_with(start))
}

on_both_engines! {
    async fn the_rows_behind_every_figure_are_as_many_as_it_says(app: TestApp) {
        a_tricky_month(&app).await;
        for (login, scope) in [("ann", "center:1"), ("ada", "city"), ("tom", "center:1")] {
            for (key, value) in figures(&app, login, scope, MARCH).await {
                if stands_alone(&key) {
                    let path = format!("/api/v1/summary/rows?scope={scope}&from={}&to={}&figure={key}", MARCH.0, MARCH.1);
                    app.token(login).await.get(&path).await.is(404);
                    continue;
                }
                let rows = rows(&app, login, scope, &key).await;
                let sum: i64 = rows.iter().map(|row| row["value"].as_i64().unwrap()).sum();
                let different = |of: &str| rows.iter().map(|row| row[of].to_string()).collect::<BTreeSet<_>>().len() as i64;
                let (of_people, of_units) = (
                    key.starts_with("persons") || key == "volunteers" || key.starts_with("volunteers.") || key == "without_birth_date",
                    key.starts_with("units_"),
                );
                match (login == "tom", of_people, of_units) {
                    (false, true, _) => assert_eq!(different("person_id"), value, "{login} {key}"),
                    (false, _, true) => assert_eq!(different("unit"), value, "{login} {key}"),
                    // Of sessions: nobody is in one twice, and may be in several.
                    (true, true, _) | (true, _, true) => assert!(sum >= value, "{login} {key}"),
                    _ => assert_eq!(sum, value, "{login} {key}"),
                }
            }
        }
    }

    async fn names_are_for_who_works_with_the_people(app: TestApp) {
        a_tricky_month(&app).await;
        let page = "/centers/1/reports/2026-03/rows?figure=persons";
        app.sign_in("ann").await.get(page).await.is(200).shows("居民").shows("/centers/1/people/");
        for login in ["tom", "cai", "ben", "pat", "dan"] {
            let told = app.sign_in(login).await.get(page).await.is(200);
            assert!(!told.text().contains("/people/") && !told.text().contains("居民3号"), "{login}");
            for row in rows(&app, login, "center:1", "persons").await {
                assert_eq!((&row["name"], &row["person_id"]), (&Value::Null, &Value::Null), "{login}");
            }
        }
        app.sign_in("olga").await.get(page).await.is(404);
        app.sign_in("ann").await.get("/centers/1/reports/2026-03/rows?figure=nothing").await.is(404);
    }

    async fn a_purchaser_reads_sessions_and_no_small_number_of_them(app: TestApp) {
        a_tricky_month(&app).await;
        let found = rows(&app, "pat", "center:1", "visits").await;
        assert_eq!(found.len(), 6, "the sessions that count");
        for row in &found {
            let value = row["value"].as_i64();
            assert!(value.is_none_or(|value| value == 0 || value >= 3), "{row}");
            assert_eq!(row["hidden"], json!(value.is_none()));
        }
        assert!(found.iter().any(|row| row["hidden"] == json!(true)), "the first of March had one child");
        // Which sessions the elderly came to is nobody's business but the center's.
        assert!(rows(&app, "pat", "center:1", "visits.elderly").await.is_empty());
        app.sign_in("pat").await.get("/centers/1/reports/2026-03/rows?figure=visits.elderly").await.is(200).shows("不提供明细");
    }

    async fn every_number_of_the_page_leads_to_its_rows(app: TestApp) {
        a_tricky_month(&app).await;
        let ann = app.sign_in("ann").await;
        let page = ann.get("/centers/1/reports/2026-03").await.is(200).text();
        let links: BTreeSet<&str> = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next())
            .filter(|link| link.contains("/rows?figure=")).collect();
        assert!(links.len() > 40, "{}", links.len());
        for link in links {
            ann.get(link).await.is(200);
        }
    }

    async fn the_rows_are_taken_as_a_file_and_the_audit_says_so(app: TestApp) {
        a_tricky_month(&app).await;
        let form = |format| [("from", MARCH.0), ("to", MARCH.1), ("figure", "visits"), ("format", format)];
        let ann = app.sign_in("ann").await;
        let csv = ann.post("/centers/1/reports/rows", &form("csv")).await.is(200).text();
        assert!(csv.contains("居民") && csv.contains("人次"), "{csv}");
        ann.post("/centers/1/reports/rows", &form("xlsx")).await.is(200);
        ann.post("/centers/1/reports/rows", &form("pdf")).await.is(422);
        let pat = app.sign_in("pat").await;
        assert!(!pat.post("/centers/1/reports/rows", &form("csv")).await.is(200).text().contains("居民3号"));
        assert_eq!(app.number("select count(*) from audit_events where action = 'export.taken'").await, 3);
    }
}

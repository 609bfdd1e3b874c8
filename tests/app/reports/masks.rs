//! What a version hides stays hidden when its month is counted again.

use std::collections::{BTreeMap, BTreeSet};

use super::month::{Held, Month, at};
use super::told_before::{adults, held};
use super::{HIDDEN, figures};
use crate::support::{TestApp, on_both_engines};

const JANUARY: (&str, &str) = ("2026-01-01", "2026-02-01");
const FEBRUARY: (&str, &str) = ("2026-02-01", "2026-03-01");

/// In each of two months two come to case work and twelve to an activity. Gives the people, and the case work's sessions.
async fn two_quiet_months(app: &TestApp) -> (Vec<i64>, [i64; 2]) {
    let mut month = Month::begin(app).await;
    let mut people = Vec::new();
    for _ in 0..12 {
        people.push(month.person(Some("1985-05-01")).await);
    }
    let mut quiet = [0; 2];
    for (place, name) in ["2026-01", "2026-02"].into_iter().enumerate() {
        let held = |kind| Held { kind, ..Held::default() };
        quiet[place] = month.session(at(&format!("{name}-06 09:00")), 60, held(1)).await;
        for person in &people[..2] {
            month.attend(quiet[place], *person, "participant").await;
        }
        let large = month.session(at(&format!("{name}-08 09:00")), 60, held(3)).await;
        for person in &people {
            month.attend(large, *person, "participant").await;
        }
    }
    month.commit().await;
    app.at("2026-03-05T02:00:00Z");
    (people, quiet)
}

/// Drafts and submits the report of the month that begins on that day. Gives its number.
async fn submits(app: &TestApp, first: &str) -> i64 {
    let ben = app.sign_in("ben").await;
    let month = format!("month:{first}");
    ben.post("/periodic-reports", &[("agreement", "1"), ("period", month.as_str())]).await.is(303);
    let id = app.number("select max(id) from periodic_reports").await;
    ben.post(&format!("/periodic-reports/{id}/submission"), &[]).await.is(303);
    id
}

fn hidden(figures: &BTreeMap<String, i64>) -> BTreeSet<String> {
    figures.iter().filter(|(_, value)| **value == HIDDEN).map(|(key, _)| key.clone()).collect()
}

/// January's visits session by session, as the purchaser's rows tell them.
async fn told(app: &TestApp) -> Vec<Option<i64>> {
    let path = "/api/v1/summary/rows?scope=center:1&from=2026-01-01&to=2026-02-01&figure=visits";
    let rows = app.token("pat").await.get(path).await.is(200).json();
    rows["items"].as_array().unwrap().iter().map(|row| row["value"].as_i64()).collect()
}

pub(super) async fn marked(app: &TestApp) {
    let mut tx = app.begin().await;
    linli::marks::all(&mut tx, [linli::centers::CenterId(1)]);
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn what_a_version_hides_is_hidden_when_its_month_is_counted_again(app: TestApp) {
        let (people, quiet) = two_quiet_months(&app).await;
        let january = submits(&app, "2026-01-01").await;
        app.sign_in("pat").await.post(&format!("/periodic-reports/{january}/acceptance"), &[("version", "1")]).await.is(303);
        let first = figures(&app, "pat", "center:1", JANUARY).await;
        assert_eq!(hidden(&first), hidden(&figures(&app, "pat", "center:1", FEBRUARY).await));
        assert_eq!((first["visits.kind.case_work"], first["visits"]), (HIDDEN, 14));
        // Four more are entered late, in both months. Of February nothing was told for good; of January it was.
        let mut month = Month::begin(&app).await;
        for session in quiet {
            for person in &people[2..6] {
                month.attend(session, *person, "participant").await;
            }
        }
        month.commit().await;
        marked(&app).await;
        let (again, other) = (figures(&app, "pat", "center:1", JANUARY).await, figures(&app, "pat", "center:1", FEBRUARY).await);
        assert_eq!((other["visits.kind.case_work"], other["visits"]), (6, 18));
        assert_eq!((again["visits.kind.case_work"], again["visits"]), (HIDDEN, 18));
        assert!(hidden(&first).is_subset(&hidden(&again)), "{:?}", hidden(&first).difference(&hidden(&again)));
        // Nor by the rows, by a longer period, or by what the next report tells of it.
        let pat = app.sign_in("pat").await;
        pat.get("/centers/1/reports/2026-01/rows?figure=visits.kind.case_work").await.is(200).shows("＊");
        let both = figures(&app, "pat", "center:1", ("2026-01-01", "2026-04-01")).await;
        assert_eq!(both["visits.kind.case_work"], HIDDEN, "at least February's");
        assert_eq!(figures(&app, "ben", "center:1", JANUARY).await["visits.kind.case_work"], 6, "who knows the people reads it");
        let february = submits(&app, "2026-02-01").await;
        let version = app.token("pat").await.get(&format!("/api/v1/reports/{february}/versions/1")).await.is(200).json();
        let adjusted: BTreeMap<&str, i64> = version["adjustments"][0]["figures"].as_array().unwrap().iter()
            .map(|figure| (figure["key"].as_str().unwrap(), figure["value"].as_i64().unwrap()))
            .collect();
        assert_eq!(adjusted.get("visits"), Some(&4));
        for key in hidden(&first) {
            assert!(!adjusted.contains_key(key.as_str()), "{key}");
        }
        assert!(version["figures"].as_array().unwrap().iter().any(|figure| figure["key"] == "visits.kind.case_work" && figure["value"] == 6));
    }

    /// Also where nobody is left of whom it told, and where less is called small.
    async fn what_a_version_hides_is_hidden_where_nothing_is_left_of_it(app: TestApp) {
        let (_, quiet) = two_quiet_months(&app).await;
        submits(&app, "2026-01-01").await;
        let first = figures(&app, "pat", "center:1", JANUARY).await;
        app.token("ada").await.post_json("/api/v1/small-cells", serde_json::json!({"least": 2, "under_way": true})).await.is(200);
        assert!(hidden(&first).is_subset(&hidden(&figures(&app, "pat", "center:1", JANUARY).await)));
        let mut tx = app.begin().await;
        for session in quiet {
            sqlx::query("update attendances set voided_at = 1, voided_by = 1 where session_id = $1").bind(session).execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        marked(&app).await;
        let (again, other) = (figures(&app, "pat", "center:1", JANUARY).await, figures(&app, "pat", "center:1", FEBRUARY).await);
        assert_eq!((other["visits.kind.case_work"], other["visits"]), (0, 12));
        assert_eq!(again["visits.kind.case_work"], HIDDEN);
        assert!(hidden(&first).is_subset(&hidden(&again)), "{:?}", hidden(&first).difference(&hidden(&again)));
    }

    /// Of a session, too: beside its kind's number, which is told, it would follow from the others.
    async fn a_session_that_a_version_hides_is_hidden_ever_after(app: TestApp) {
        let mut month = Month::begin(&app).await;
        let mut people = Vec::new();
        for _ in 0..14 {
            people.push(month.person(Some("1985-05-01")).await);
        }
        let mut sessions = Vec::new();
        for (day, came) in [("2026-01-05", 2), ("2026-01-06", 9), ("2026-01-07", 12)] {
            let session = month.session(at(&format!("{day} 09:00")), 60, Held { kind: 3, ..Held::default() }).await;
            for person in &people[..came] {
                month.attend(session, *person, "participant").await;
            }
            sessions.push(session);
        }
        month.commit().await;
        app.at("2026-03-05T02:00:00Z");
        let before = told(&app).await;
        assert_eq!(before, [None, None, Some(12)]);
        submits(&app, "2026-01-01").await;
        let mut month = Month::begin(&app).await;
        for person in &people[12..] {
            month.attend(sessions[0], *person, "participant").await;
        }
        month.commit().await;
        marked(&app).await;
        assert_eq!(figures(&app, "pat", "center:1", JANUARY).await["visits"], 25);
        assert_eq!(told(&app).await, [None, None, Some(12)], "9 would tell that there were 2");
        app.execute("delete from figure_masks").await;
        marked(&app).await;
        assert_eq!(told(&app).await, [Some(4), Some(9), Some(12)], "without it they would be told");
    }

    /// What was submitted by mistake and taken back was read in between.
    async fn what_a_version_hid_that_was_taken_back_stays_hidden(app: TestApp) {
        let (people, quiet) = two_quiet_months(&app).await;
        let report = submits(&app, "2026-01-01").await;
        let read = app.token("pat").await.get(&format!("/api/v1/reports/{report}/versions/1")).await.is(200).json();
        assert!(read["figures"].as_array().unwrap().iter().any(|one| one["key"] == "visits" && one["value"] == 14));
        app.sign_in("ben").await.post(&format!("/periodic-reports/{report}/withdrawal"), &[]).await.is(303);
        let mut month = Month::begin(&app).await;
        for person in &people[2..6] {
            month.attend(quiet[0], *person, "participant").await;
        }
        month.commit().await;
        marked(&app).await;
        let told = figures(&app, "pat", "center:1", JANUARY).await;
        assert_eq!((told["visits"], told["visits.kind.case_work"]), (18, HIDDEN), "6 would tell that there were 2 of 14");
        app.sign_in("ben").await.post(&format!("/periodic-reports/{report}/submission"), &[]).await.is(303);
        let again = app.token("pat").await.get(&format!("/api/v1/reports/{report}/versions/2")).await.is(200).json();
        let quiet = again["figures"].as_array().unwrap().iter().find(|one| one["key"] == "visits.kind.case_work").unwrap();
        assert_eq!(quiet["value"], serde_json::Value::Null);
    }

    /// What a version told as it was is known: what comes late and is small does not follow from a sum beside it.
    async fn what_was_told_as_it_was_gives_nothing_away_that_comes_late(app: TestApp) {
        let people = adults(&app, 12).await;
        held(&app, "2026-01-08", 3, &people).await;
        app.at("2026-03-05T02:00:00Z");
        let january = submits(&app, "2026-01-01").await;
        app.sign_in("pat").await.post(&format!("/periodic-reports/{january}/acceptance"), &[("version", "1")]).await.is(303);
        let first = figures(&app, "pat", "center:1", JANUARY).await;
        assert_eq!((first["visits"], first["visits.kind.case_work"]), (12, 0));
        // Case work that nobody had closed, with one.
        held(&app, "2026-01-09", 1, &people[..1]).await;
        let again = figures(&app, "pat", "center:1", JANUARY).await;
        assert_eq!(again["visits.kind.case_work"], HIDDEN);
        assert_eq!(again["visits"], HIDDEN, "13 less the 12 of before would be one");
        assert_eq!(figures(&app, "ben", "center:1", JANUARY).await["visits"], 13);
        let february = submits(&app, "2026-02-01").await;
        let told = app.token("pat").await.get(&format!("/api/v1/reports/{february}/versions/1")).await.is(200).json();
        let adjusted = told["adjustments"][0]["figures"].as_array().unwrap();
        assert!(adjusted.iter().all(|one| !one["key"].as_str().unwrap().starts_with("visits")), "{adjusted:?}");
    }

    /// Heads that were told stay told where the visits are hidden: as they are, not as none.
    async fn heads_that_were_told_are_told_beside_hidden_visits(app: TestApp) {
        let people = adults(&app, 12).await;
        let large = held(&app, "2026-01-08", 3, &people).await;
        let mut month = Month::begin(&app).await;
        month.heads(large, 7, [0; 4], false).await;
        month.commit().await;
        marked(&app).await;
        app.at("2026-03-05T02:00:00Z");
        let january = submits(&app, "2026-01-01").await;
        app.sign_in("pat").await.post(&format!("/periodic-reports/{january}/acceptance"), &[("version", "1")]).await.is(303);
        let first = figures(&app, "pat", "center:1", JANUARY).await;
        assert_eq!((first["visits"], first["unnamed"]), (19, 7));
        held(&app, "2026-01-09", 1, &people[..1]).await;
        let again = figures(&app, "pat", "center:1", JANUARY).await;
        assert_eq!((again["visits"], again["unnamed"]), (HIDDEN, 7));
        let both = figures(&app, "pat", "center:1", ("2026-01-01", "2026-04-01")).await;
        assert_eq!((both["visits"], both["unnamed"]), (HIDDEN, 7));
        let february = submits(&app, "2026-02-01").await;
        let told = app.token("pat").await.get(&format!("/api/v1/reports/{february}/versions/1")).await.is(200).json();
        let adjusted = told["adjustments"][0]["figures"].as_array().unwrap();
        assert!(adjusted.iter().all(|one| one["key"] != "unnamed"), "{adjusted:?}");
    }

    /// What a later version hides of an earlier month, which it corrects, is hidden from then on.
    async fn what_a_correction_hides_is_hidden_ever_after(app: TestApp) {
        let (people, quiet) = two_quiet_months(&app).await;
        let mut month = Month::begin(&app).await;
        for person in &people[2..5] {
            month.attend(quiet[0], *person, "participant").await;
        }
        month.commit().await;
        marked(&app).await;
        let january = submits(&app, "2026-01-01").await;
        app.sign_in("pat").await.post(&format!("/periodic-reports/{january}/acceptance"), &[("version", "1")]).await.is(303);
        assert_eq!(figures(&app, "pat", "center:1", JANUARY).await["visits.kind.case_work"], 5);
        // Three of the five were entered by mistake: what is left is small, and February's version says nothing of it.
        let mut tx = app.begin().await;
        sqlx::query("update attendances set voided_at = 1, voided_by = 1 where session_id = $1 and person_id in ($2, $3, $4)")
            .bind(quiet[0]).bind(people[2]).bind(people[3]).bind(people[4])
            .execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        marked(&app).await;
        submits(&app, "2026-02-01").await;
        let mut month = Month::begin(&app).await;
        for person in &people[5..8] {
            month.attend(quiet[0], *person, "participant").await;
        }
        month.commit().await;
        marked(&app).await;
        assert_eq!(figures(&app, "pat", "center:1", JANUARY).await["visits.kind.case_work"], HIDDEN, "two were left, between");
    }
}

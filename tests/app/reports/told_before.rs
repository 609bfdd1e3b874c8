//! What versions said is remembered: also of the months of a longer period, of single sessions, and of those that another pays for by now.

use serde_json::{Value, json};

use super::charges::a_second_pays;
use super::masks::marked;
use super::month::{Held, Month, at};
use super::{HIDDEN, MARCH, figures};
use crate::support::{TestApp, on_both_engines};

/// Kinds of service, by their numbers.
const CASE_WORK: i64 = 1;
const COMMUNITY: i64 = 3;

/// So many adults, who are in no group.
pub(super) async fn adults(app: &TestApp, count: usize) -> Vec<i64> {
    let mut month = Month::begin(app).await;
    let mut people = Vec::new();
    for _ in 0..count {
        people.push(month.person(Some("1985-05-01")).await);
    }
    month.commit().await;
    people
}

/// A session of that kind on that day, to which these came; what is kept of its month is not good any more.
pub(super) async fn held(app: &TestApp, day: &str, kind: i64, people: &[i64]) -> i64 {
    let mut month = Month::begin(app).await;
    let session = month.session(at(&format!("{day} 09:00")), 60, Held { kind, ..Held::default() }).await;
    for person in people {
        month.attend(session, *person, "participant").await;
    }
    month.commit().await;
    marked(app).await;
    session
}

/// These came too, and are entered late.
async fn came_too(app: &TestApp, session: i64, people: &[i64]) {
    let mut month = Month::begin(app).await;
    for person in people {
        month.attend(session, *person, "participant").await;
    }
    month.commit().await;
    marked(app).await;
}

/// The report of the first agreement for that period is submitted. Gives its first version, as the purchaser reads it.
async fn submits(app: &TestApp, period: &str) -> Value {
    let ben = app.sign_in("ben").await;
    ben.post("/periodic-reports", &[("agreement", "1"), ("period", period)]).await.is(303);
    let id = app.number("select max(id) from periodic_reports").await;
    ben.post(&format!("/periodic-reports/{id}/submission"), &[]).await.is(303);
    app.token("pat").await.get(&format!("/api/v1/reports/{id}/versions/1")).await.is(200).json()
}

/// March's visits session by session, as a reader's rows tell them.
async fn by_session(app: &TestApp, login: &str) -> Vec<Option<i64>> {
    let path = format!("/api/v1/summary/rows?scope=center:1&from={}&to={}&figure=visits", MARCH.0, MARCH.1);
    let rows = app.token(login).await.get(&path).await.is(200).json();
    rows["items"].as_array().unwrap().iter().map(|row| row["value"].as_i64()).collect()
}

/// What a reader is told of March by these keys.
async fn march<const N: usize>(app: &TestApp, login: &str, keys: [&str; N]) -> [i64; N] {
    let told = figures(app, login, "center:1", MARCH).await;
    keys.map(|key| told[key])
}

/// By mistake it stood with the first agreement: the second one's pays for it.
async fn is_charged_to_the_second(app: &TestApp, session: i64) {
    let charge = [("charged_to", "3"), ("reason", "记错出资方")];
    app.sign_in("ann").await.post(&format!("/centers/1/sessions/{session}/charging"), &charge).await.is(303);
}

on_both_engines! {
    /// A quarter's report tells its months: what comes late to one of them does not follow from what it was.
    async fn what_a_quarter_told_of_a_month_gives_nothing_away_that_comes_late(app: TestApp) {
        let people = adults(&app, 12).await;
        held(&app, "2026-01-08", COMMUNITY, &people).await;
        held(&app, "2026-03-05", COMMUNITY, &people).await;
        app.at("2026-04-05T02:00:00Z");
        let version = submits(&app, "quarter:2026-01-01").await;
        assert_eq!((&version["months"][2]["from"], &version["months"][2]["visits"]), (&json!("2026-03-01"), &json!(12)));
        let keys = ["visits", "visits.kind.case_work", "visits.kind.community_activity"];
        assert_eq!(march(&app, "pat", keys).await, [12, 0, 12]);
        held(&app, "2026-03-09", CASE_WORK, &people[..1]).await;
        let [visits, case_work, community] = march(&app, "pat", keys).await;
        assert_eq!(case_work, HIDDEN);
        assert_eq!(visits, HIDDEN, "13 less the 12 of before would be one");
        assert_eq!(community, 12, "what was told and is the same is told on");
        assert_eq!(march(&app, "ben", keys).await, [13, 1, 12], "who knows the people reads it");
        let quarter = figures(&app, "pat", "center:1", ("2026-01-01", "2026-04-01")).await;
        assert_eq!(quarter["visits"], HIDDEN);
    }

    /// What was told of a session is known: what another brings late does not follow from it beside their kind's number.
    async fn what_was_told_of_a_session_gives_nothing_away_of_another(app: TestApp) {
        let people = adults(&app, 12).await;
        held(&app, "2026-03-05", COMMUNITY, &people[..10]).await;
        app.at("2026-04-05T02:00:00Z");
        assert_eq!(by_session(&app, "pat").await, [Some(10)]);
        submits(&app, "month:2026-03-01").await;
        // One that nobody had closed, with two.
        let late = held(&app, "2026-03-09", COMMUNITY, &people[10..]).await;
        let keys = ["visits", "visits.kind.community_activity", "persons.kind.community_activity"];
        assert_eq!(march(&app, "pat", keys).await, [HIDDEN; 3], "12 less the 10 of before would be two");
        assert_eq!(by_session(&app, "pat").await, [Some(10), None], "what was told and is the same is told on");
        assert_eq!(march(&app, "ben", keys).await, [12; 3]);
        // With so many that it is told itself, the kind's number is told again, as long as no version hid it.
        came_too(&app, late, &people[..3]).await;
        assert_eq!(march(&app, "pat", keys).await, [15, 15, 12]);
        assert_eq!(by_session(&app, "pat").await, [Some(10), Some(5)]);
    }

    /// Who came are the same: the persons are told as they were, and what the late session has of them is not.
    async fn a_late_session_of_the_same_people_is_hidden_beside_one_that_was_told(app: TestApp) {
        let people = adults(&app, 10).await;
        held(&app, "2026-03-05", COMMUNITY, &people).await;
        app.at("2026-04-05T02:00:00Z");
        submits(&app, "month:2026-03-01").await;
        held(&app, "2026-03-09", COMMUNITY, &people[..2]).await;
        let keys = ["visits", "visits.kind.community_activity", "persons"];
        assert_eq!(march(&app, "pat", keys).await, [HIDDEN, HIDDEN, 10]);
        assert_eq!(by_session(&app, "pat").await, [Some(10), None]);
    }

    /// Of a session that was hidden and is the only one left of its kind the kind's number tells as much.
    async fn a_session_that_was_hidden_does_not_follow_from_what_is_left_of_its_kind(app: TestApp) {
        let people = adults(&app, 9).await;
        let small = held(&app, "2026-03-05", COMMUNITY, &people[..2]).await;
        held(&app, "2026-03-09", COMMUNITY, &people).await;
        app.at("2026-04-05T02:00:00Z");
        assert_eq!(by_session(&app, "pat").await, [None, None]);
        submits(&app, "month:2026-03-01").await;
        assert_eq!(march(&app, "pat", ["visits.kind.community_activity"]).await, [11]);
        let mut tx = app.begin().await;
        sqlx::query("update attendances set voided_at = 1, voided_by = 1 where session_id = $1").bind(small).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        marked(&app).await;
        assert_eq!(by_session(&app, "pat").await, [None]);
        assert_eq!(march(&app, "pat", ["visits.kind.community_activity"]).await, [HIDDEN], "11 less these 9 were two");
    }

    /// Whoever pays for it by now: what was hidden of a session is so before every outsider.
    async fn a_session_that_was_hidden_is_so_when_another_pays_for_it(app: TestApp) {
        let people = adults(&app, 14).await;
        let mut sessions = Vec::new();
        for (day, came) in [("2026-03-12", 2), ("2026-03-13", 9), ("2026-03-14", 12)] {
            sessions.push(held(&app, day, COMMUNITY, &people[..came]).await);
        }
        app.at("2026-04-05T02:00:00Z");
        a_second_pays(&app).await;
        assert_eq!(by_session(&app, "pat").await, [None, None, Some(12)]);
        submits(&app, "month:2026-03-01").await;
        came_too(&app, sessions[0], &people[12..]).await;
        is_charged_to_the_second(&app, sessions[0]).await;
        is_charged_to_the_second(&app, sessions[1]).await;
        assert_eq!(by_session(&app, "quan").await, [None, None], "4 and 9");
        assert_eq!(march(&app, "quan", ["visits"]).await, [13]);
        assert_eq!(by_session(&app, "pat").await, [Some(12)]);
        app.execute("delete from figure_masks").await;
        marked(&app).await;
        assert_eq!(by_session(&app, "quan").await, [Some(4), Some(9)], "without it they would be told");
    }

    /// The same days are told otherwise once the agreement goes on beyond them: what was put together before is of other days.
    async fn days_that_part_a_month_are_not_recalled_as_they_were_before_they_did(app: TestApp) {
        let people = adults(&app, 8).await;
        held(&app, "2026-03-05", COMMUNITY, &people).await;
        held(&app, "2026-05-05", COMMUNITY, &people).await;
        for sql in [
            "update agreements set starts_on = '2026-02-15', ends_on = '2026-05-14', years_from = 'start' where id = 1",
            "update agreement_centers set starts_on = '2026-02-15', ends_on = '2026-05-14' where agreement_id = 1",
        ] {
            app.execute(sql).await;
        }
        app.at("2026-06-10T02:00:00Z");
        let ben = app.sign_in("ben").await;
        ben.post("/periodic-reports", &[("agreement", "1"), ("period", "quarter:2026-02-15")]).await.is(303);
        let paper = "/periodic-reports/1/print";
        ben.get(paper).await.is(200).hides("≥ 8");
        for sql in [
            "update agreements set ends_on = '2027-02-14' where id = 1",
            "update agreement_centers set ends_on = '2027-02-14' where agreement_id = 1",
        ] {
            app.execute(sql).await;
        }
        ben.get(paper).await.is(200).shows("≥ 8");
    }
}

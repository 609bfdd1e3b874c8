//! Places in sessions and courses: who has one, who waits, who moves up; on what terms; and what becomes of them.

mod chain;
mod door;
mod histories;
mod journeys;
mod model;
mod phone;
mod races;
mod seats;

use serde_json::{Value, json};

use crate::check_in::{another, people, request, session};
use crate::support::{Answer, TestApp, User, on_both_engines};

/// A session of 10 March at 10:00 with so many seats, number 2, for which one registers on these terms; `people` of the center, of whom the first
/// `old` are elderly.
async fn planned(app: &TestApp, seats: Option<i64>, terms: Value, (count, old): (i64, i64)) {
    session(app, None, None).await;
    another(app, "lesson", "2026-03-10", seats, None).await;
    people(app, count).await;
    let mut tx = app.begin().await;
    sqlx::query("update people set birth_date = '1940-01-01' where id <= $1")
        .bind(old)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let ann = app.token("ann").await;
    ann.post_json("/api/v1/activities/1/registration-terms", terms).await.is(200);
}

async fn registers(ann: &User<'_>, session: i64, person: i64, companions: i64) -> Answer {
    let body = json!({"request_id": request(), "person": person, "companions": companions});
    ann.post_json(&format!("/api/v1/sessions/{session}/registrations"), body).await
}

/// The number of somebody's registration that holds.
async fn place_of(app: &TestApp, session: i64, person: i64) -> Option<i64> {
    sqlx::query_scalar(
        "select id from registrations where session_id = $1 and person_id = $2 and state in ('confirmed', 'waiting')",
    )
    .bind(session)
    .bind(person)
    .fetch_optional(&mut *app.db().read().await.unwrap())
    .await
    .unwrap()
}

async fn cancels(app: &TestApp, ann: &User<'_>, session: i64, person: i64) -> Answer {
    let id = place_of(app, session, person).await.unwrap();
    ann.post_json(&format!("/api/v1/sessions/{session}/registrations/{id}/cancellation"), json!({})).await
}

/// Who is in a state, as the list has them, in its order.
async fn who(ann: &User<'_>, session: i64, state: &str) -> Vec<i64> {
    let list = ann.get(&format!("/api/v1/sessions/{session}/registrations")).await.is(200).json();
    let items = list["items"].as_array().unwrap().iter().filter(|one| one["state"] == state);
    items.map(|one| one["person_id"].as_i64().unwrap()).collect()
}

on_both_engines! {
    async fn kept_seats_wait_for_priority_groups_until_their_time(app: TestApp) {
        planned(&app, Some(4), json!({"mode": "recommended", "waitlist": true, "kept": 2, "kept_hours": 24}), (8, 2)).await;
        let ann = app.token("ann").await;
        for person in [5, 6] {
            assert_eq!(registers(&ann, 2, person, 0).await.is(201).json()["state"], "confirmed");
        }
        assert_eq!(registers(&ann, 2, 7, 0).await.is(201).json()["place"], 1);
        assert_eq!(registers(&ann, 2, 1, 0).await.is(201).json()["state"], "confirmed");
        // Again is the same.
        assert_eq!(registers(&ann, 2, 1, 0).await.is(200).json()["state"], "confirmed");
        // A day before the kept seat opens: the list says so at once, and the job writes it.
        app.at("2026-03-09T01:59:59Z");
        assert_eq!(who(&ann, 2, "waiting").await, [7]);
        app.at("2026-03-09T02:00:00Z");
        assert_eq!(who(&ann, 2, "waiting").await, Vec::<i64>::new());
        assert_eq!(app.number("select count(*) from registrations where state = 'waiting'").await, 1);
        app.run_jobs().await;
        assert_eq!(app.number("select count(*) from registrations where state = 'waiting'").await, 0);
        assert_eq!(registers(&ann, 2, 2, 0).await.is(201).json()["state"], "waiting");
    }

    async fn a_seat_that_is_free_goes_to_the_first_in_line(app: TestApp) {
        planned(&app, Some(3), json!({"mode": "recommended", "waitlist": true, "companions": 2}), (8, 2)).await;
        let ann = app.token("ann").await;
        assert_eq!(registers(&ann, 2, 5, 2).await.is(201).json()["state"], "confirmed");
        for (person, companions) in [(6, 1), (7, 0), (1, 0)] {
            assert_eq!(registers(&ann, 2, person, companions).await.is(201).json()["state"], "waiting");
        }
        registers(&ann, 2, 8, 3).await.is_refused("registration_companions");
        assert_eq!(who(&ann, 2, "waiting").await, [1, 6, 7]);
        cancels(&app, &ann, 2, 5).await.is(204);
        // The elderly one first, then two who come together: the seventh waits.
        assert_eq!(who(&ann, 2, "confirmed").await, [6, 1]);
        assert_eq!(who(&ann, 2, "waiting").await, [7]);
        // Two bring nobody, so the next moves up.
        let six = place_of(&app, 2, 6).await.unwrap();
        let path = format!("/api/v1/sessions/2/registrations/{six}");
        ann.post_json(&format!("{path}/companions"), json!({"companions": 0})).await.is(200);
        assert_eq!(who(&ann, 2, "waiting").await, Vec::<i64>::new());
        ann.post_json(&format!("{path}/companions"), json!({"companions": 1})).await.is_refused("registration_full");
        // Excused is not cancelled, and frees the seat as well.
        registers(&ann, 2, 8, 0).await.is(201);
        ann.post_json(&format!("{path}/excuse"), json!({"word": "发烧"})).await.is(204);
        assert_eq!(who(&ann, 2, "excused").await, [6]);
        assert_eq!(who(&ann, 2, "waiting").await, Vec::<i64>::new());
        // Given up twice is given up once.
        let seven = place_of(&app, 2, 7).await.unwrap();
        for _ in 0..2 {
            let path = format!("/api/v1/sessions/2/registrations/{seven}/cancellation");
            ann.post_json(&path, json!({})).await.is(204);
        }
        assert_eq!(app.number("select count(*) from audit_events where action = 'session.registration_cancelled'").await, 2);
    }

    async fn whoever_is_behind_one_who_brings_too_many_gets_a_place_by_a_worker_alone(app: TestApp) {
        planned(&app, Some(2), json!({"mode": "recommended", "waitlist": true, "companions": 2}), (4, 0)).await;
        let ann = app.token("ann").await;
        for (person, companions) in [(1, 0), (2, 1), (3, 0)] {
            registers(&ann, 2, person, companions).await.is(201);
        }
        assert_eq!(who(&ann, 2, "waiting").await, [2, 3]);
        let three = place_of(&app, 2, 3).await.unwrap();
        let path = format!("/api/v1/sessions/2/registrations/{three}/place");
        assert_eq!(ann.post_json(&path, json!({})).await.is(200).json()["state"], "confirmed");
        let two = place_of(&app, 2, 2).await.unwrap();
        let path = format!("/api/v1/sessions/2/registrations/{two}/place");
        ann.post_json(&path, json!({})).await.is_refused("registration_full");
    }

    async fn the_terms_say_who_when_and_whether(app: TestApp) {
        planned(&app, Some(9), json!({"mode": "open"}), (4, 1)).await;
        let ann = app.token("ann").await;
        registers(&ann, 2, 1, 0).await.is_refused("registration_not_needed");
        let terms = json!({"mode": "required", "age_from": 60, "age_to": 70, "only": ["disabled"]});
        ann.post_json("/api/v1/activities/1/registration-terms", terms).await.is(200);
        registers(&ann, 2, 1, 0).await.is_refused("registration_age");
        registers(&ann, 2, 2, 0).await.is_refused("registration_groups");
        let anyway = json!({"request_id": request(), "person": 1, "anyway": true});
        ann.post_json("/api/v1/sessions/2/registrations", anyway).await.is(201);
        // By how they live here, as far as that is known.
        let local = json!({"mode": "required", "only_residence": "registered"});
        let told = ann.post_json("/api/v1/activities/1/registration-terms", local).await.is(200).json();
        assert_eq!(told["only_residence"], "registered");
        app.execute("update people set residence = 'migrant' where id = 3").await;
        registers(&ann, 2, 3, 0).await.is_refused("registration_residence");
        registers(&ann, 2, 4, 0).await.is(201);
        let page = app.sign_in("ann").await.get("/centers/1/activities/1/registration-terms").await.is(200);
        page.shows("<option value=\"registered\" selected>");
        let terms = json!({"mode": "required", "age_from": 60, "age_to": 70, "only": ["disabled"]});
        ann.post_json("/api/v1/activities/1/registration-terms", terms).await.is(200);
        // One session's own terms go before, and come back.
        ann.post_json("/api/v1/sessions/2/registration-terms", json!({"mode": "recommended"})).await.is(200);
        registers(&ann, 2, 2, 0).await.is(201);
        ann.post_json("/api/v1/sessions/2/registration-terms/removal", json!({})).await.is(204);
        registers(&ann, 2, 3, 0).await.is_refused("registration_groups");
        // It has begun.
        registers(&ann, 1, 1, 0).await.is_refused("registration_over");
        app.at("2026-03-10T02:00:00Z");
        cancels(&app, &ann, 2, 2).await.is_refused("registration_over");
        // Another center's is not there.
        let olga = app.token("olga").await;
        registers(&olga, 2, 1, 0).await.is(404);
        olga.get("/api/v1/sessions/2/registrations").await.is(404);
        olga.get("/api/v1/activities/1/registration-terms").await.is(404);
    }

    async fn a_course_is_taken_with_all_its_dates_or_none(app: TestApp) {
        let terms = json!({"mode": "required", "whole": true, "waitlist": true});
        planned(&app, Some(2), terms, (4, 0)).await;
        another(&app, "second", "2026-03-17", Some(1), None).await;
        let ann = app.token("ann").await;
        assert_eq!(registers(&ann, 2, 1, 0).await.is(201).json()["state"], "confirmed");
        assert_eq!(who(&ann, 3, "confirmed").await, [1]);
        // There is a seat on the first date, and none on the second.
        assert_eq!(registers(&ann, 3, 2, 0).await.is(201).json()["state"], "waiting");
        assert_eq!(who(&ann, 2, "waiting").await, [2]);
        // A date that is added joins by itself.
        another(&app, "third", "2026-03-24", Some(1), None).await;
        app.at("2026-03-05T12:00:00Z");
        app.run_jobs().await;
        assert_eq!((who(&ann, 4, "confirmed").await, who(&ann, 4, "waiting").await), (vec![1], vec![2]));
        // One date given up does not do; all of them do.
        cancels(&app, &ann, 3, 1).await.is(204);
        assert_eq!(who(&ann, 2, "waiting").await, [2]);
        let id = place_of(&app, 2, 1).await.unwrap();
        let path = format!("/api/v1/sessions/2/registrations/{id}/cancellation");
        ann.post_json(&path, json!({"course": true})).await.is(204);
        for session in 2..=4 {
            assert_eq!(who(&ann, session, "confirmed").await, [2], "session {session}");
        }
        assert_eq!(app.number("select count(*) from courses where state = 'confirmed'").await, 1);
        // Whoever takes the course and gave up a date may take the date again.
        cancels(&app, &ann, 4, 2).await.is(204);
        assert_eq!(registers(&ann, 4, 2, 0).await.is(201).json()["state"], "confirmed");
        assert_eq!(app.number("select count(*) from courses").await, 2);
    }

    async fn nobody_takes_part_where_they_serve(app: TestApp) {
        planned(&app, Some(9), json!({"mode": "recommended"}), (3, 0)).await;
        let ann = app.sign_in("ann").await;
        for person in ["1", "2"] {
            ann.post("/centers/1/teams/1/members", &[("person", person)]).await.is(303);
        }
        let ann = app.token("ann").await;
        let need = json!({"position": "签到", "wanted": 2});
        let need = ann.post_json("/api/v1/sessions/2/needs", need).await.is(201).json()["id"].as_i64().unwrap();
        ann.post_json("/api/v1/sessions/2/shifts", json!({"need": need, "person": 1})).await.is(201);
        registers(&ann, 2, 1, 0).await.is_refused("registration_on_shift");
        registers(&ann, 2, 2, 0).await.is(201);
        ann.post_json("/api/v1/sessions/2/shifts", json!({"need": need, "person": 2})).await.is_refused("shift_participant");
    }

    async fn a_worker_keeps_the_list_on_its_page(app: TestApp) {
        planned(&app, Some(1), json!({"mode": "recommended", "waitlist": true, "companions": 1}), (3, 1)).await;
        let ann = app.sign_in("ann").await;
        let list = "/centers/1/sessions/2/registrations";
        ann.get(list).await.is(200).shows("还没有人报名");
        ann.post(&format!("{list}/search"), &[("q", "陈伯2")]).await.is(200).shows("陈伯2").shows("报名");
        let number = request();
        let guest = [("request_id", number.as_str()), ("person", "2"), ("companions", "0")];
        for _ in 0..2 {
            assert_eq!(ann.post(list, &guest).await.is(303).leads_to(), list);
        }
        let number = request();
        ann.post(list, &[("request_id", number.as_str()), ("person", "1")]).await.is(303);
        ann.get(list).await.is(200).shows("候补第 1 位").shows("优先");
        let first = place_of(&app, 2, 2).await.unwrap();
        ann.post(&format!("{list}/{first}/place"), &[]).await.is(303);
        let second = place_of(&app, 2, 1).await.unwrap();
        ann.post(&format!("{list}/{second}/place"), &[]).await.is(422).shows("名额不够了");
        ann.post(&format!("{list}/{first}/cancellation"), &[("word", "住院")]).await.is(303);
        assert_eq!(app.number("select count(*) from registrations where state = 'confirmed' and person_id = 1").await, 1);
        // As a file, with masks.
        let file = [("list", "registrations"), ("session", "2"), ("format", "csv")];
        let file = ann.post("/centers/1/exports", &file).await.is(200).text();
        assert!(file.contains("陈伯1") && file.contains("住院") && file.contains("****0081"), "{file}");
        // A session of another center's is not there, and a leader keeps no list.
        app.sign_in("olga").await.get(list).await.is(404);
        app.sign_in("lei").await.get(list).await.is(403);
    }

    async fn who_has_no_phone_page_is_called(app: TestApp) {
        planned(&app, Some(2), json!({"mode": "recommended", "waitlist": true}), (4, 0)).await;
        let ann = app.token("ann").await;
        for person in 1..=3 {
            registers(&ann, 2, person, 0).await.is(201);
        }
        app.at("2026-03-09T01:00:00Z");
        let calls = async || ann.get("/api/v1/calls?center=1").await.is(200).json()["items"].as_array().unwrap().clone();
        assert_eq!(calls().await.len(), 2);
        let (one, two) = (place_of(&app, 2, 1).await.unwrap(), place_of(&app, 2, 2).await.unwrap());
        ann.post_json(&format!("/api/v1/calls/{one}"), json!({"answer": "cannot"})).await.is(204);
        ann.post_json(&format!("/api/v1/calls/{two}"), json!({"answer": "not_reached"})).await.is(204);
        assert_eq!(who(&ann, 2, "confirmed").await, [2, 3], "the seat went to who waited");
        let lines: Vec<(Value, Value)> =
            calls().await.iter().map(|line| (line["person_id"].clone(), line["answer"].clone())).collect();
        assert_eq!(lines, [(json!(1), json!("cannot")), (json!(2), json!("not_reached")), (json!(3), Value::Null)]);
        let page = app.sign_in("ann").await;
        page.get("/centers/1/calls").await.is(200).shows("陈伯3").shows("没打通");
        page.post(&format!("/centers/1/calls/{two}"), &[("answer", "comes"), ("day", "2026-03-10")]).await.is(303);
        app.token("olga").await.post_json(&format!("/api/v1/calls/{two}"), json!({"answer": "comes"})).await.is(404);
    }

    async fn two_who_are_one_have_one_place(app: TestApp) {
        planned(&app, Some(2), json!({"mode": "recommended", "waitlist": true}), (4, 0)).await;
        let ann = app.token("ann").await;
        for person in [1, 2, 3] {
            registers(&ann, 2, person, 0).await.is(201);
        }
        let merged = ann.post_json("/api/v1/people/merges", json!({"kept": 1, "merged": 2})).await.is(201).json();
        assert_eq!(app.number("select count(*) from registrations where person_id = 1 and state = 'confirmed'").await, 1);
        assert_eq!(app.number("select count(*) from registrations where state = 'merged'").await, 1);
        // The seat that became free goes to who waits, at the next look.
        assert_eq!(who(&ann, 2, "confirmed").await, [1, 3]);
        let id = merged["id"].as_i64().unwrap();
        ann.post_json(&format!("/api/v1/people/merges/{id}/undoing"), json!({})).await;
        assert_eq!(app.number("select count(*) from registrations where person_id = 2 and state = 'confirmed'").await, 1);
    }
}

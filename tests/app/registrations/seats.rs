//! Seats where the line and the door meet: who left, who comes back, whose turn came unwritten, and what returns with a merge.

use serde_json::{Value, json};

use super::{cancels, place_of, planned, registers, who};
use crate::check_in::{another, card, request};
use crate::support::{Answer, TestApp, User, on_both_engines};

/// On the session's morning, so many minutes after half past nine.
fn minute(app: &TestApp, minute: u32) {
    app.at(&format!("2026-03-10T01:{:02}:00Z", 30 + minute));
}

async fn passes(user: &User<'_>, person: i64, way: &str) -> Answer {
    let body = json!({"request_id": request(), "person_id": person, "role": "participant", "way": way});
    user.post_json("/api/v1/sessions/2/checkins", body).await
}

/// Somebody's only attendance at the session gets companions.
async fn brings(app: &TestApp, attendance: i64, companions: &str) -> Answer {
    let path = format!("/centers/1/sessions/2/attendances/{attendance}/companions");
    app.sign_in("ann").await.post(&path, &[("companions", companions)]).await
}

async fn drops_in(app: &TestApp) {
    app.execute("update activities set admission = 'drop_in'").await;
}

on_both_engines! {
    async fn who_comes_back_with_company_needs_a_seat_for_each(app: TestApp) {
        planned(&app, Some(3), json!({"mode": "open"}), (4, 0)).await;
        drops_in(&app).await;
        minute(&app, 0);
        let ann = app.token("ann").await;
        let came = passes(&ann, 1, "in").await.is(201).json()["attendance_id"].as_i64().unwrap();
        brings(&app, came, "2").await.is(303);
        passes(&ann, 2, "in").await.is_refused("full");
        minute(&app, 1);
        passes(&ann, 1, "out").await.is(201);
        minute(&app, 2);
        passes(&ann, 2, "in").await.is(201);
        minute(&app, 3);
        passes(&ann, 1, "in").await.is_refused("full");
        minute(&app, 4);
        passes(&ann, 2, "out").await.is(201);
        minute(&app, 5);
        passes(&ann, 1, "in").await.is(201);
        passes(&ann, 2, "in").await.is_refused("full");
    }

    async fn within_one_delivery_company_goes_and_comes_with_whom_it_belongs_to(app: TestApp) {
        planned(&app, Some(3), json!({"mode": "open"}), (4, 0)).await;
        drops_in(&app).await;
        minute(&app, 0);
        let came = passes(&app.token("ann").await, 1, "in").await.is(201).json()["attendance_id"].as_i64().unwrap();
        brings(&app, came, "2").await.is(303);
        minute(&app, 9);
        let scan = |at: u32, person: i64, way: &str| json!({
            "request_id": request(), "session_id": 2, "person_id": person, "role": "participant", "way": way,
            "occurred_at": format!("2026-03-10T01:{}:00Z", 30 + at),
        });
        let items = [scan(1, 1, "out"), scan(2, 2, "in"), scan(3, 3, "in"), scan(4, 1, "in"), scan(5, 4, "in"), scan(6, 2, "out")];
        let told = app.token("fay").await.post_json("/api/v1/checkins/batch", json!({"items": items})).await.is(200).json();
        let words: Vec<&str> =
            told["answers"].as_array().unwrap().iter().map(|one| one["answer"].as_str().unwrap()).collect();
        assert_eq!(words, ["out", "in", "in", "refused", "in", "out"]);
        assert_eq!(told["answers"][3]["code"], "full");
    }

    async fn a_stay_that_is_over_takes_nobodys_seat(app: TestApp) {
        planned(&app, Some(1), json!({"mode": "open"}), (3, 0)).await;
        drops_in(&app).await;
        minute(&app, 9);
        passes(&app.token("ann").await, 1, "in").await.is(201);
        let scan = |at: u32, person: i64, way: &str| json!({
            "request_id": request(), "session_id": 2, "person_id": person, "role": "participant", "way": way,
            "occurred_at": format!("2026-03-10T01:{}:00Z", 30 + at),
        });
        // The way out arrives before the way in.
        let items = [scan(4, 2, "out"), scan(1, 2, "in"), scan(5, 3, "in")];
        let told = app.token("fay").await.post_json("/api/v1/checkins/batch", json!({"items": items})).await.is(200).json();
        assert_eq!((&told["answers"][1]["answer"], &told["answers"][2]["code"]), (&json!("in"), &json!("full")), "{told}");
    }

    async fn where_people_drop_in_whoever_left_gives_the_seat_to_the_line(app: TestApp) {
        planned(&app, Some(2), json!({"mode": "recommended", "waitlist": true}), (6, 0)).await;
        drops_in(&app).await;
        let ann = app.token("ann").await;
        for person in 1..=3 {
            registers(&ann, 2, person, 0).await.is(201);
        }
        assert_eq!(who(&ann, 2, "waiting").await, [3]);
        minute(&app, 0);
        passes(&ann, 1, "in").await.is(201);
        assert_eq!(who(&ann, 2, "waiting").await, [3]);
        minute(&app, 1);
        passes(&ann, 1, "out").await.is(201);
        assert_eq!(who(&ann, 2, "waiting").await, Vec::<i64>::new());
        // A newcomer does not pass who waited.
        passes(&ann, 4, "in").await.is_refused("full");
        passes(&ann, 3, "in").await.is(201);
        passes(&ann, 4, "in").await.is_refused("full");
        passes(&ann, 2, "in").await.is(201);
        // Whoever left has no seat to come back to, and whoever registers now waits.
        minute(&app, 2);
        passes(&ann, 1, "in").await.is_refused("full");
        assert_eq!(registers(&ann, 2, 5, 0).await.is(201).json()["state"], "waiting");
        // A seat of the quota is theirs until the end.
        app.execute("update activities set admission = 'quota'").await;
        assert_eq!(who(&ann, 2, "waiting").await, [5]);
        passes(&ann, 1, "in").await.is(201);
    }

    async fn whose_turn_came_unwritten_keeps_the_seats_of_whom_they_bring(app: TestApp) {
        let terms = json!({"mode": "recommended", "waitlist": true, "kept": 2, "kept_hours": 24, "companions": 1});
        planned(&app, Some(4), terms, (8, 0)).await;
        let ann = app.token("ann").await;
        registers(&ann, 2, 5, 0).await.is(201);
        assert_eq!(registers(&ann, 2, 6, 1).await.is(201).json()["state"], "waiting");
        // The kept seats are open since yesterday; no job has run.
        minute(&app, 0);
        let came = passes(&ann, 6, "in").await.is(201).json()["attendance_id"].as_i64().unwrap();
        assert_eq!(app.number("select count(*) from registrations where state = 'waiting'").await, 0);
        assert_eq!(app.number("select count(*) from audit_events where action = 'session.moved_up'").await, 1);
        passes(&ann, 7, "in").await.is(201);
        passes(&ann, 8, "in").await.is_refused("full");
        brings(&app, came, "1").await.is(303);
        passes(&ann, 5, "in").await.is(201);
        passes(&ann, 8, "in").await.is_refused("full");
    }

    async fn whoever_is_registered_and_has_no_shift_takes_part(app: TestApp) {
        planned(&app, Some(9), json!({"mode": "recommended", "waitlist": true}), (3, 0)).await;
        app.execute("update sessions set team_id = 1 where id = 2").await;
        for member in [
            "insert into team_members (team_id, person_id, joined_on, created_at) values (1, 1, '2025-01-01', 0)",
            "insert into team_members (team_id, person_id, joined_on, created_at) values (1, 2, '2025-01-01', 0)",
            "insert into team_members (team_id, person_id, joined_on, created_at) values (1, 3, '2025-01-01', 0)",
        ] {
            app.execute(member).await;
        }
        let ann = app.token("ann").await;
        for person in [1, 3] {
            registers(&ann, 2, person, 0).await.is(201);
        }
        minute(&app, 0);
        let page = app.sign_in("ann").await;
        // Beside whoever was found stand those who are expected.
        let serving = |answer: Answer| answer.is(200).text().matches("志愿者签到").count();
        let search = "/centers/1/sessions/2/search";
        assert_eq!(serving(page.get("/centers/1/sessions/2").await), 1);
        assert_eq!(serving(page.post(search, &[("q", "陈伯1")]).await), 1);
        assert_eq!(serving(page.post(search, &[("q", "陈伯2")]).await), 2);
        // A desk without a network takes them for the same.
        let day = app.sign_in("fay").await.get("/centers/1/front-desk/day").await.is(200).json();
        let told = day["people"].as_array().unwrap();
        let roles = |id: i64| told.iter().find(|one| one["id"] == id).unwrap()["roles"].clone();
        assert_eq!((roles(1), roles(2)), (Value::Null, json!({"2": "volunteer"})));
        for person in [2, 3] {
            let body = json!({"request_id": request(), "person_id": person});
            ann.post_json("/api/v1/sessions/2/checkins", body).await.is(201);
        }
        // On a phone that is not known, by the card.
        let code = card(&app, 1).await;
        let shown = [("request_id", &*request()), ("card", code.plain())];
        app.anyone().post("/c/lesson", &shown).await.is(200).shows("签到成功");
        assert_eq!(app.number("select count(*) from attendances where part = 'participant' and person_id in (1, 3)").await, 2);
        assert_eq!(app.number("select person_id from attendances where part = 'volunteer'").await, 2);
    }

    async fn a_waiting_course_waits_for_a_date_that_was_given_up_and_taken_again(app: TestApp) {
        planned(&app, Some(2), json!({"mode": "required", "whole": true, "waitlist": true}), (4, 0)).await;
        another(&app, "second", "2026-03-17", Some(1), None).await;
        let ann = app.token("ann").await;
        assert_eq!(registers(&ann, 2, 1, 0).await.is(201).json()["state"], "confirmed");
        assert_eq!(registers(&ann, 2, 2, 0).await.is(201).json()["state"], "waiting");
        app.at("2026-03-05T04:00:00Z");
        assert_eq!(registers(&ann, 2, 3, 0).await.is(201).json()["state"], "waiting");
        app.at("2026-03-05T05:00:00Z");
        cancels(&app, &ann, 2, 2).await.is(204);
        // There is a seat on this date, and none on the other.
        assert_eq!(registers(&ann, 2, 2, 0).await.is(201).json()["state"], "waiting");
        assert_eq!((who(&ann, 2, "confirmed").await, who(&ann, 2, "waiting").await), (vec![1], vec![2, 3]));
        let id = place_of(&app, 2, 1).await.unwrap();
        let path = format!("/api/v1/sessions/2/registrations/{id}/cancellation");
        ann.post_json(&path, json!({"course": true})).await.is(204);
        for session in [2, 3] {
            let stand = (who(&ann, session, "confirmed").await, who(&ann, session, "waiting").await);
            assert_eq!(stand, (vec![2], vec![3]), "session {session}");
        }
    }

    async fn where_dates_are_not_taken_together_any_more_each_is_waited_for(app: TestApp) {
        planned(&app, Some(2), json!({"mode": "required", "whole": true, "waitlist": true}), (4, 0)).await;
        another(&app, "second", "2026-03-17", Some(1), None).await;
        let ann = app.token("ann").await;
        registers(&ann, 2, 1, 0).await.is(201);
        registers(&ann, 2, 2, 0).await.is(201);
        assert_eq!(who(&ann, 2, "waiting").await, [2]);
        let terms = json!({"mode": "required", "waitlist": true});
        ann.post_json("/api/v1/activities/1/registration-terms", terms).await.is(200);
        assert_eq!((who(&ann, 2, "confirmed").await, who(&ann, 3, "waiting").await), (vec![1, 2], vec![2]));
        cancels(&app, &ann, 3, 1).await.is(204);
        assert_eq!(who(&ann, 3, "confirmed").await, [2]);
    }

    async fn who_came_is_not_excused(app: TestApp) {
        planned(&app, Some(3), json!({"mode": "recommended"}), (3, 0)).await;
        let ann = app.token("ann").await;
        for person in [1, 2] {
            registers(&ann, 2, person, 0).await.is(201);
        }
        minute(&app, 0);
        let came = passes(&ann, 1, "in").await.is(201).json()["attendance_id"].as_i64().unwrap();
        let (one, two) = (place_of(&app, 2, 1).await.unwrap(), place_of(&app, 2, 2).await.unwrap());
        let path = |id: i64| format!("/api/v1/sessions/2/registrations/{id}/excuse");
        ann.post_json(&path(one), json!({"word": "发烧"})).await.is_refused("registration_came");
        let page = app.sign_in("ann").await;
        page.post(&format!("/centers/1/sessions/2/registrations/{one}/excuse"), &[]).await.is(422).shows("人已经签到了");
        ann.post_json(&path(two), json!({"word": "发烧"})).await.is(204);
        assert_eq!((who(&ann, 2, "confirmed").await, who(&ann, 2, "excused").await), (vec![1], vec![2]));
        // A check-in by mistake is taken back first.
        page.post(&format!("/centers/1/sessions/2/attendances/{came}/void"), &[("reason", "点错了人")]).await.is(303);
        ann.post_json(&path(one), json!({"word": "发烧"})).await.is(204);
    }

    async fn a_place_that_was_given_on_comes_back_from_a_merge_as_a_turn(app: TestApp) {
        planned(&app, Some(2), json!({"mode": "recommended", "waitlist": true}), (6, 0)).await;
        let ann = app.token("ann").await;
        for person in [1, 2, 3] {
            registers(&ann, 2, person, 0).await.is(201);
        }
        let merged = ann.post_json("/api/v1/people/merges", json!({"kept": 1, "merged": 2})).await.is(201).json();
        // Whoever registers writes that the third moved up.
        assert_eq!(registers(&ann, 2, 4, 0).await.is(201).json()["state"], "waiting");
        let path = format!("/api/v1/people/merges/{}/undoing", merged["id"]);
        ann.post_json(&path, json!({})).await.is(200);
        assert_eq!((who(&ann, 2, "confirmed").await, who(&ann, 2, "waiting").await), (vec![1, 3], vec![2, 4]));
        assert_eq!(app.number("select count(*) from registrations where state = 'confirmed'").await, 2);
        cancels(&app, &ann, 2, 3).await.is(204);
        assert_eq!((who(&ann, 2, "confirmed").await, who(&ann, 2, "waiting").await), (vec![1, 2], vec![4]));
    }

    async fn the_place_of_whoever_is_erased_goes_to_the_line(app: TestApp) {
        planned(&app, Some(1), json!({"mode": "recommended", "waitlist": true}), (3, 0)).await;
        let ann = app.token("ann").await;
        registers(&ann, 2, 1, 0).await.is(201);
        assert_eq!(registers(&ann, 2, 2, 0).await.is(201).json()["state"], "waiting");
        let wish = json!({"wanted_by": "person", "reason": "本人书面要求"});
        let asked = ann.post_json("/api/v1/people/1/erasure", wish).await.is(201).json();
        let path = format!("/api/v1/erasures/{}/approval", asked["id"]);
        app.token("ben").await.post_json(&path, json!({"number": 1})).await.is(200);
        assert_eq!((who(&ann, 2, "confirmed").await, who(&ann, 2, "waiting").await), (vec![2], vec![]));
        minute(&app, 0);
        passes(&ann, 3, "in").await.is_refused("full");
        passes(&ann, 2, "in").await.is(201);
    }

    async fn fewer_places_are_held_against_all_who_are_to_come(app: TestApp) {
        planned(&app, Some(6), json!({"mode": "recommended", "companions": 3}), (3, 0)).await;
        let ann = app.token("ann").await;
        registers(&ann, 2, 1, 3).await.is(201);
        minute(&app, 0);
        passes(&ann, 1, "in").await.is(201);
        let places = async |capacity: i64| {
            let body = json!({"room": 1, "date": "2026-03-10", "starts": "10:00", "ends": "12:00", "capacity": capacity});
            ann.post_json("/api/v1/sessions/2/schedule", body).await
        };
        // One is in, three are to come.
        places(3).await.is(422);
        places(4).await.is(200);
        // Where people drop in, who left counts no more.
        drops_in(&app).await;
        minute(&app, 1);
        passes(&ann, 1, "out").await.is(201);
        places(2).await.is(422);
        places(3).await.is(200);
    }
}

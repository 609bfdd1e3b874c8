//! What devices deliver: batches, late, again, out of order, by wrong clocks.

use serde_json::{Value, json};

use super::{another, card, people, request, session, tries};
use crate::support::{User, on_both_engines};

async fn deliver(user: &User<'_>, body: Value) -> Vec<Value> {
    let answer = user.post_json("/api/v1/checkins/batch", body).await.is(200);
    answer.json()["answers"].as_array().unwrap().clone()
}

fn words(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["answer"].as_str().unwrap()).collect()
}

const ROWS: &str = "select count(*) from attendances where voided_at is null";

on_both_engines! {
    async fn a_delivery_answers_each_scan_by_itself(app: TestApp) {
        session(&app, Some(1), None).await;
        people(&app, 3).await;
        let (one, lost) = (card(&app, 1).await, card(&app, 3).await);
        app.execute("update cards set revoked_at = 1 where person_id = 3").await;
        let fay = app.token("fay").await;
        let id = request();
        let answers = deliver(&fay, json!({"items": [
            {"request_id": id, "session_id": 1, "card": format!("http://linli.example/k/{}", one.plain())},
            {"request_id": id, "session_id": 1, "card": one.to_string().to_lowercase()},
            {"request_id": request(), "session_id": 1, "card": one.plain()},
            {"request_id": request(), "session_id": 1, "person_id": 2},
            {"request_id": request(), "session_id": 1, "card": lost.plain()},
            {"request_id": request(), "session_id": 1, "card": "7KD4M-00000"},
            {"request_id": request(), "session_id": 1, "card": "https://elsewhere.example/"},
            {"request_id": request(), "session_id": 99, "person_id": 2},
            {"request_id": request(), "session_id": 1, "person_id": 99},
            {"request_id": "1", "session_id": 1, "person_id": 2},
            {"request_id": request(), "session_id": 1, "person_id": 2, "way": "up"},
            {"request_id": request(), "session_id": 1, "person_id": 2, "role": "volunteer"},
        ]})).await;
        assert_eq!(words(&answers), [
            "in", "in", "already", "refused", "refused", "unknown", "unknown", "not_found", "not_found", "invalid", "invalid", "in",
        ]);
        let codes: Vec<&Value> = answers.iter().map(|answer| &answer["code"]).collect();
        assert_eq!(codes[3..6], ["full", "card_revoked", "unknown_code"]);
        assert_eq!(codes[9..11], ["request_id", "way"]);
        assert_eq!(app.number(ROWS).await, 2);
        assert_eq!(app.number("select count(*) from scans").await, 7, "the same request is one scan, what is not there none");
    }

    async fn what_fails_by_our_fault_keeps_nothing_else(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "two", "2026-03-05", None, None).await;
        people(&app, 2).await;
        app.execute("update sessions set local_date = 'broken' where id = 2").await;
        let fay = app.token("fay").await;
        let answers = deliver(&fay, json!({"items": [
            {"request_id": request(), "session_id": 2, "person_id": 1},
            {"request_id": request(), "session_id": 1, "person_id": 1},
        ]})).await;
        assert_eq!(words(&answers), ["in"], "the first stays with the device");
        assert_eq!(app.number(ROWS).await, 1);
    }

    async fn a_wrong_clock_is_noticed_and_put_right(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        app.at("2026-03-05T02:30:00Z");
        let fay = app.token("fay").await;
        // The tablet is ten minutes behind: it scanned at 01:50 by its own clock, half an hour before it is ours.
        let late = json!({"sent_at": "2026-03-05T02:20:00Z", "items": [
            {"request_id": request(), "session_id": 1, "person_id": 1, "occurred_at": "2026-03-05T01:50:00Z", "offline": true}]});
        let answer = fay.post_json("/api/v1/checkins/batch", late).await.is(200).json();
        assert_eq!(answer["behind_ms"], 600_000);
        assert_eq!(answer["answers"][0]["at"], "2026-03-05T02:00:00Z");
        // Three seconds are the way of the delivery itself, and nobody comes later than now.
        let fast = json!({"sent_at": "2026-03-05T02:30:03Z", "items": [
            {"request_id": request(), "session_id": 1, "person_id": 2, "occurred_at": "2026-03-05T02:30:02Z"}]});
        let answer = fay.post_json("/api/v1/checkins/batch", fast).await.is(200).json();
        assert_eq!((answer["behind_ms"].as_i64(), answer["answers"][0]["at"].as_str()), (Some(0), Some("2026-03-05T02:30:00Z")));
    }

    async fn a_way_out_may_arrive_before_its_way_in(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 1).await;
        app.execute("insert into team_members (team_id, person_id, joined_on, created_at) values (1, 1, '2025-01-01', 0)").await;
        app.at("2026-03-05T03:50:00Z");
        let fay = app.token("fay").await;
        let scan = |way: &str, at: &str| json!({"items": [
            {"request_id": request(), "session_id": 1, "person_id": 1, "way": way, "occurred_at": at, "offline": true}]});
        let out = deliver(&fay, scan("out", "2026-03-05T03:40:00Z")).await;
        assert_eq!((words(&out), &out[0]["code"]), (vec!["refused"], &json!("not_in")));
        assert_eq!(words(&deliver(&fay, scan("in", "2026-03-05T03:00:00Z")).await), ["in"]);
        // Away from 02:30 to 03:00, which another device saw.
        assert_eq!(words(&deliver(&fay, scan("in", "2026-03-05T02:00:00Z")).await), ["already"]);
        assert_eq!(words(&deliver(&fay, scan("out", "2026-03-05T02:30:00Z")).await), ["out"]);
        assert_eq!(app.number("select came_at from attendances").await, 1_772_676_000_000);
        assert_eq!(app.number("select left_at - came_at from attendances").await, 100 * 60_000);
        assert_eq!(app.number("select away_ms from attendances").await, 30 * 60_000);
        // What is measured leaves the time away out.
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/sessions/1/closing").await.is(200).shows("value=\"70\"");
    }

    async fn a_delivery_knows_its_limits(app: TestApp) {
        session(&app, None, None).await;
        let fay = app.token("fay").await;
        let many: Vec<Value> = (0..501).map(|_| json!({"request_id": request(), "session_id": 1, "person_id": 1})).collect();
        fay.post_json("/api/v1/checkins/batch", json!({"items": many})).await.is(422).is_refused("invalid");
        fay.post_json("/api/v1/checkins/batch", json!({"sent_at": "yesterday", "items": []})).await.is(422);
        fay.post_json("/api/v1/checkins/batch", json!({"items": 7})).await.is(400).is_refused("bad_request");
        assert!(deliver(&fay, json!({"items": []})).await.is_empty());
    }

    async fn a_desk_delivers_yesterdays_scans_and_nothing_else_of_yesterday(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "eve", "2026-03-04", None, None).await;
        people(&app, 2).await;
        let fay = app.token("fay").await;
        let scan = |person: i64, offline: bool, at: &str| json!({"items": [
            {"request_id": request(), "session_id": 2, "person_id": person, "offline": offline, "occurred_at": at}]});
        assert_eq!(words(&deliver(&fay, scan(1, true, "2026-03-04T02:10:00Z")).await), ["in"]);
        assert_eq!(words(&deliver(&fay, scan(2, false, "2026-03-04T02:10:00Z")).await), ["not_found"]);
        assert_eq!(words(&deliver(&fay, scan(2, true, "2026-03-05T01:00:00Z")).await), ["not_found"]);
    }

    async fn a_revoked_token_admits_nobody_though_it_was_good_a_moment_ago(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 3).await;
        let (fay, other) = (app.token("fay").await, app.token("olga").await);
        tries(&fay, 1, "participant", &request()).await.is(201);
        tries(&other, 2, "participant", &request()).await.is(404);
        app.execute("update logins set revoked_at = 1 where account_id = (select id from accounts where login = 'fay')").await;
        tries(&fay, 2, "participant", &request()).await.is(401).is_refused("unauthorized");
        fay.post_json("/api/v1/checkins/batch", json!({"items": [{"request_id": request(), "session_id": 1, "person_id": 2}]})).await.is(401);
        app.execute("update logins set revoked_at = null").await;
        app.execute("update accounts set disabled_at = 1 where login = 'fay'").await;
        tries(&fay, 3, "participant", &request()).await.is(401);
        assert_eq!(app.number(ROWS).await, 1);
    }

    /// A token is remembered by the server; whether it still stands is looked up also where nothing is decided.
    async fn who_was_cut_off_is_told_whatever_they_deliver(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let fay = app.token("fay").await;
        deliver(&fay, json!({"items": [{"request_id": request(), "session_id": 1, "person_id": 1}]})).await;
        deliver(&fay, json!({"items": []})).await;
        app.execute("update accounts set disabled_at = 1 where login = 'fay'").await;
        for items in [json!([]), json!([7]), json!([{"request_id": "x"}]), json!([{"request_id": request(), "session_id": 1, "person_id": 1}])] {
            let told = fay.post_json("/api/v1/checkins/batch", json!({"items": items})).await.is(401).is_refused("unauthorized");
            assert_eq!(told.json()["title"], "需要访问令牌");
            assert_eq!(told.header("www-authenticate"), "Bearer");
        }
        fay.post_json("/api/v1/sessions/1/checkins", json!({})).await.is(401);
        app.execute("update accounts set disabled_at = null where login = 'fay'").await;
        fay.post_json("/api/v1/sessions/1/checkins", json!({})).await.is(422);
        deliver(&fay, json!({"items": []})).await;
    }
}

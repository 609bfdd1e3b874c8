//! Many at the same moment: seats, requests, closing.

use rocket::futures::future::join_all;
use rocket::futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use super::{AT_ONCE, SESSION, another, codes, people, request, session, tries};
use crate::support::{Answer, on_both_engines};

on_both_engines! {
    async fn a_hundred_people_for_ten_seats(app: TestApp) {
        session(&app, Some(10), None).await;
        people(&app, 101).await;
        let ann = app.token("ann").await;
        let answers = join_all((1..=100).map(|person| { let ann = ann.clone(); async move { tries(&ann, person, "participant", &request()).await } })).await;
        assert_eq!(codes(&answers), (10, 0, 90));
        assert_eq!(app.number("select count(*) from attendances").await, 10);
        assert_eq!(app.number("select count(*) from scans where outcome = 'full'").await, 90);
        tries(&ann, 101, "volunteer", &request()).await.is(201);
    }

    async fn two_thousand_tries_of_five_hundred_people(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 500).await;
        let ann = app.token("ann").await;
        let all = (0..2_000).map(|n| { let ann = ann.clone(); async move { tries(&ann, n % 500 + 1, "participant", &request()).await } });
        let answers: Vec<Answer> = stream::iter(all).buffer_unordered(AT_ONCE).collect().await;
        assert_eq!(codes(&answers), (500, 1_500, 0));
        assert_eq!(app.number("select count(*) from attendances").await, 500);
        assert_eq!(app.number("select count(distinct person_id) from attendances").await, 500);
        assert_eq!(app.number("select count(*) from scans where outcome = 'already_in'").await, 1_500);
    }

    async fn one_request_sent_twenty_times_at_once_is_one(app: TestApp) {
        session(&app, Some(5), None).await;
        people(&app, 1).await;
        let (ann, id) = (app.token("ann").await, request());
        let answers: Vec<Answer> = join_all((0..20).map(|_| tries(&ann, 1, "participant", &id))).await;
        let bodies: Vec<Value> = answers.iter().map(Answer::json).collect();
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
        assert_eq!(answers.iter().filter(|answer| answer.status.code == 201).count(), 1);
        assert_eq!(app.number("select count(*) from scans").await, 1);
    }

    async fn two_who_come_with_one_phone_do_not_wait_for_each_other(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "tai", "2026-03-05", None, None).await;
        people(&app, 1).await;
        let mut phone = app.anyone();
        let first = phone.post("/c/tea", &[("request_id", &request()), ("name", "梁惠芳"), ("phone", "13800138000")]).await.is(200);
        phone.keep(&first);
        // In one tab the phone is about to speak for one more of the family; on SQLite nobody else writes meanwhile.
        if app.db().engine() == Engine::Sqlite {
            return;
        }
        let mut tab = app.begin().await;
        sqlx::query("insert into phone_people (phone_id, person_id, added_at) values (1, 1, 0)").execute(&mut *tab).await.unwrap();
        phone.post("/c/tai", &[("request_id", &request()), ("person_id", "2")]).await.is(200).shows("签到成功");
        tab.commit().await.unwrap();
    }

    async fn nobody_slips_into_a_session_that_is_being_closed(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 8).await;
        let ann = app.token("ann").await;
        tries(&ann, 8, "volunteer", &request()).await.is(201);
        let mut closing = app.begin().await;
        sqlx::query("update sessions set status = 'completed'").execute(&mut *closing).await.unwrap();
        let parts = ["participant", "volunteer", "staff"];
        let people = join_all((0..6).map(|n| { let ann = ann.clone(); async move { tries(&ann, n + 1, parts[usize::try_from(n % 3).unwrap()], &request()).await } }));
        let heads = async { loop {
            let answer = ann.post_json("/api/v1/sessions/1/head_counts", json!({"request_id": request(), "heads": 5})).await;
            if answer.status.code != 503 { return answer; }
        } };
        let worker = app.sign_in("ann");
        let close = async { rocket::tokio::time::sleep(std::time::Duration::from_millis(300)).await; closing.commit().await.unwrap(); };
        let (people, heads, ()) = rocket::tokio::join!(people, heads, close);
        for answer in people {
            answer.is(409).is_refused("closed");
        }
        heads.is(409).is_refused("closed");
        let worker = worker.await;
        worker.post(&format!("{SESSION}/attendances/1/departure"), &[]).await.is(409);
        assert_eq!(app.number("select count(*) from attendances").await, 1);
        assert_eq!(app.number("select count(*) from head_counts").await, 0);
    }
}

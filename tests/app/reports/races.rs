//! Writers that cross: each marks months of several centers that the others mark too, and none waits for one that waits for it. On
//! PostgreSQL, for on SQLite one writes at a time.

use std::collections::BTreeMap;

use linli::activities::SessionId;
use linli::marks;
use serde_json::{Map, Value, json};

use super::AFTER;
use super::city::City;
use super::kept::{counts_anew, is_not_alarmed, wrong};
use crate::support::{Answer, Engine, TestApp, User, app};

const ROUNDS: usize = 10;

const MARKS: &str = "select cast(coalesce(sum(version), 0) as bigint) from marks";

/// Two processes at one database.
fn two_at_one(test: impl AsyncFnOnce(&TestApp, &TestApp)) {
    let Some(url) = app::fresh_database(Engine::Postgres) else { return };
    app::runtime().block_on(async {
        let (one, other) = (TestApp::open(&url).await, TestApp::open(&url).await);
        test(&one, &other).await;
    });
}

/// Whether it was done. It may be refused; that another was in the way is no reason.
fn comes_through(answer: &Answer) -> bool {
    assert!(answer.status.code < 500, "{} {}", answer.status, answer.text());
    answer.status.code < 400
}

/// Confirms all that waits in a center at once: service of several months, and corrections of others.
async fn decides(user: &User<'_>, center: i64, claims: &[i64]) -> bool {
    let of_all = |value: Value| -> Map<String, Value> {
        claims.iter().map(|claim| (claim.to_string(), value.clone())).collect()
    };
    let body = json!({
        "center": center, "answer": "confirm", "word": "电话核实过", "pick": of_all(json!(true)), "why": of_all(json!("电话核实过")),
    });
    comes_through(&user.post_json("/api/v1/claims/decisions", body).await)
}

/// Makes two people one, and takes it back.
async fn joins_and_parts(user: &User<'_>, kept: i64, merged: i64) -> bool {
    let made = user.post_json("/api/v1/people/merges", json!({"kept": kept, "merged": merged})).await;
    if !comes_through(&made) {
        return false;
    }
    let path = format!("/api/v1/people/merges/{}/undoing", made.json()["id"]);
    comes_through(&user.post_json(&path, json!({})).await)
}

async fn voids(user: &User<'_>, session: i64, attendance: i64) -> bool {
    let path = format!("/api/v1/sessions/{session}/checkins/{attendance}/void");
    comes_through(&user.post_json(&path, json!({"reason": "点错了人"})).await)
}

/// Ends an agreement some days earlier than the last time.
async fn ends(user: &User<'_>, agreement: i64, round: usize) -> bool {
    let body = json!({"last_day": format!("2026-12-{:02}", 30 - round), "end_reason": "机构退出"});
    comes_through(&user.post_json(&format!("/api/v1/agreements/{agreement}/ending"), body).await)
}

/// What waits in a center after some told of service in these weeks, and that what was confirmed of the winter is not right.
async fn told(city: &City<'_>, center: i64, round: usize) -> Vec<i64> {
    for (n, person) in city.people[4..7].iter().enumerate() {
        let service = json!({
            "center": center, "person": person, "served_on": city.days_ago(1 + (round * 7 + n * 20) % 55),
            "from_time": format!("{:02}:00", 6 + round), "to_time": format!("{:02}:40", 6 + round), "content": "送餐",
        });
        city.asks("/api/v1/claims", service).await;
        city.asks_to_correct(round * 3 + n, round * 5 + n).await;
    }
    let waiting = format!(
        "select id, center_id, minutes from hour_claims where state = 'pending' and center_id = {center} order by id"
    );
    city.rows(&waiting).await.into_iter().map(|(claim, ..)| claim).collect()
}

#[test]
fn writers_that_cross_all_come_through() {
    two_at_one(async |one, other| {
        one.at(AFTER);
        let city = City::found(one).await;
        for n in 0..16 {
            city.confirms(n, 40 + n).await;
        }
        other.clock.set(one.clock.now().0);
        let (here, there) = (one.token("ada").await, other.token("ada").await);
        let mut done: BTreeMap<&str, usize> = BTreeMap::new();
        for round in 0..ROUNDS {
            let (first, second) = (told(&city, 1, round).await, told(&city, 2, round).await);
            let good = "select id, session_id, person_id from attendances where voided_at is null order by id";
            let (attendance, session, _) = city.choose(good, round * 7).await.expect("an attendance");
            let people = &city.people;
            let (confirmed, also, joined, likewise, voided, ended, too, (), ()) = rocket::tokio::join!(
                decides(&here, 1, &first),
                decides(&there, 2, &second),
                joins_and_parts(&here, people[0], people[1]),
                joins_and_parts(&there, people[3], people[2]),
                voids(&there, session, attendance),
                ends(&here, 1, round),
                ends(&there, 2, round),
                counts_anew(one),
                is_not_alarmed(other),
            );
            let deeds = [
                ("decides", confirmed),
                ("decides", also),
                ("joins and parts", joined),
                ("joins and parts", likewise),
                ("voids", voided),
                ("ends", ended),
                ("ends", too),
            ];
            for (deed, was_done) in deeds {
                *done.entry(deed).or_default() += usize::from(was_done);
            }
        }
        assert!(done.values().all(|times| *times > 0), "{done:?}");
        counts_anew(other).await;
        assert!(wrong(one).await.is_empty());
    });
}

#[test]
fn what_one_transaction_marks_in_one_order_another_marks_in_the_other() {
    two_at_one(async |one, other| {
        one.at(AFTER);
        City::found(one).await;
        let november = SessionId(one.number("select min(id) from sessions where local_date = '2025-11-12'").await);
        let december = SessionId(one.number("select min(id) from sessions where local_date = '2025-12-31'").await);
        let before = one.number(MARKS).await;
        let (mut first, mut second) = (one.begin().await, other.begin().await);
        marks::sessions(&mut first, &[december]).await.unwrap();
        marks::sessions(&mut second, &[november]).await.unwrap();
        marks::sessions(&mut first, &[november]).await.unwrap();
        marks::sessions(&mut second, &[december]).await.unwrap();
        // Twice is once.
        marks::sessions(&mut second, &[december]).await.unwrap();
        let (first, second) = rocket::tokio::join!(first.commit(), second.commit());
        first.unwrap();
        second.unwrap();
        assert_eq!(one.number(MARKS).await, before + 4);
    });
}

//! Requests that get into each other's way: one of them may be refused, none may break.

use serde_json::json;

use crate::support::{TestApp, on_both_engines};

/// The live bookings that stand for no planned session, and the planned sessions without one: none of either.
const ASTRAY: &str = "select (select count(*) from bookings b join sessions s on s.id = b.session_id
        where b.released_at is null and s.status <> 'planned')
    + (select count(*) from sessions s where s.status = 'planned'
        and not exists (select 1 from bookings b where b.session_id = s.id and b.released_at is null))";

on_both_engines! {
    async fn moving_all_and_cancelling_all_wait_for_each_other(app: TestApp) {
        let ann = app.token("ann").await;
        let series = json!({"center": 1, "title": "长者太极班", "kind": 3, "room": 1, "date": "2026-03-06", "starts": "14:00",
            "ends": "16:00", "repeat": "weekly", "times": 40, "on_conflict": "fail"});
        ann.post_json("/api/v1/activities", series).await.is(201);
        for round in 0..20_u64 {
            let place = json!({"room": 1, "date": "2026-03-06", "starts": "14:01", "ends": "16:01", "scope": "all"});
            let later = async {
                // Into the middle of the other one.
                rocket::tokio::time::sleep(std::time::Duration::from_millis(4 * (round % 10))).await;
                ann.post_json("/api/v1/sessions/1/cancellation", json!({"reason": "台风", "scope": "all"})).await
            };
            let texts = [("title", "太极"), ("kind", "3"), ("published", "1")];
            let by_page = app.sign_in("ann").await;
            let (moved, cancelled, revised) = rocket::tokio::join!(
                ann.post_json("/api/v1/sessions/1/schedule", place),
                later,
                by_page.post("/centers/1/activities/1", &texts),
            );
            for answer in [&moved, &cancelled] {
                assert!(matches!(answer.status.code, 200 | 409), "round {round}: {} {}", answer.status, answer.text());
            }
            assert_eq!(revised.status.code, 303, "round {round}: {}", revised.text());
            assert_eq!(app.number(ASTRAY).await, 0, "round {round}");
            for session in 1..=40 {
                let restored = ann.post_json(&format!("/api/v1/sessions/{session}/restoration"), json!({})).await;
                assert!(matches!(restored.status.code, 200 | 409), "{}", restored.text());
            }
        }
    }
}

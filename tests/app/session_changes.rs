//! Two who change a session, or sessions of one series, at about the same time.

use serde_json::json;

use crate::activities::{LIVE, TEA, fridays, with};
use crate::support::on_both_engines;

/// Sessions that are elsewhere than their room is booked.
const TORN: &str = "select count(*) from sessions s join bookings b on b.session_id = s.id and b.released_at is null
    where s.status = 'planned' and (b.starts_at <> s.starts_at or b.ends_at <> s.ends_at)";

on_both_engines! {
    async fn a_change_holds_against_what_was_seen(app: TestApp) {
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        ann.post_json("/api/v1/activities", fridays(json!({"times": 2}))).await.is(201);
        let seen = ann.get("/api/v1/sessions/1").await.is(200).json()["sequence"].as_i64().unwrap();
        let opened = page.get("/centers/1/sessions/1/schedule").await.is(200);
        opened.shows(&format!("name=\"sequence\" value=\"{seen}\""));
        let place = |starts: &str, ends: &str, seen: i64| {
            json!({"room": 1, "date": "2026-03-06", "starts": starts, "ends": ends, "sequence": seen})
        };
        ann.post_json("/api/v1/sessions/1/schedule", place("16:00", "18:00", seen)).await.is(200);
        // Whoever still looks at 14:00 and gives more places does not move it back.
        let old = with(TEA, &[("title", ""), ("kind", ""), ("published", ""), ("capacity", "20")]);
        let old: Vec<_> = old.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let stale = seen.to_string();
        let again = page.post("/centers/1/sessions/1/schedule", &[&old[..], &[("sequence", stale.as_str())]].concat()).await;
        let now = seen + 1;
        again.is(422).shows("刚刚被别人改过").shows("16:00–18:00").shows("value=\"20\"").shows(&format!("name=\"sequence\" value=\"{now}\""));
        ann.post_json("/api/v1/sessions/1/schedule", place("14:00", "16:00", seen)).await.is(409).is_refused("session_changed");
        ann.post_json("/api/v1/sessions/1/schedule", place("14:00", "16:00", -1)).await.is(422);
        assert_eq!(app.number("select count(*) from sessions where capacity = 20").await, 0);
        ann.post_json("/api/v1/sessions/1/schedule", place("14:00", "16:00", now)).await.is(200);
    }

    /// One gives all of a series other places while another moves one of it.
    async fn changes_that_cross_leave_every_session_where_its_room_is_booked(app: TestApp) {
        let (ann, other) = (app.token("ann").await, app.token("ann").await);
        ann.post_json("/api/v1/activities", fridays(json!({"times": 4}))).await.is(201);
        for round in 0..10 {
            let (from, to) = if round % 2 == 0 { ("09:00", "10:00") } else { ("14:00", "16:00") };
            let all = json!({"room": 1, "capacity": 10 + round, "date": "2026-03-06", "starts": "14:00", "ends": "16:00",
                "scope": "all", "by_hand": "leave"});
            let one = json!({"room": 1 + round % 2, "date": "2026-03-20", "starts": from, "ends": to});
            let (all, one) = rocket::tokio::join!(
                ann.post_json("/api/v1/sessions/1/schedule", all),
                other.post_json("/api/v1/sessions/3/schedule", one)
            );
            for answer in [all, one] {
                assert!(matches!(answer.status.code, 200 | 409 | 503), "{} {}", answer.status, answer.text());
            }
            assert_eq!(app.number(TORN).await, 0, "round {round}");
        }
        assert_eq!(app.number(LIVE).await, 4);
    }
}

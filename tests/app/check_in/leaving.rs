//! Going again: on the own phone, at the desk, and coming back.

use super::{SESSION, another, people, request, session, ticks};
use crate::support::{TestApp, User, on_both_engines};

/// A phone that speaks for person 1, who is in the team that serves.
async fn volunteers_phone(app: &TestApp) -> User<'_> {
    session(app, None, Some(1)).await;
    people(app, 1).await;
    app.execute("insert into team_members (team_id, person_id, joined_on, created_at) values (1, 1, '2025-01-01', 0)")
        .await;
    app.execute("insert into phones (secret_hash, label, created_at, seen_at) values ('x', '?', 0, 0)").await;
    app.execute("insert into phone_people (phone_id, person_id, added_at) values (1, 1, 0)").await;
    let secret = linli::auth::logins::new_secret();
    let mut tx = app.begin().await;
    sqlx::query("update phones set secret_hash = $1")
        .bind(linli::auth::logins::hash(&secret))
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut phone = app.anyone();
    phone.cookies.push(("phone".into(), secret));
    phone
}

on_both_engines! {
    async fn staff_who_did_not_check_out_are_listed_at_closing(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let ann = app.sign_in("ann").await;
        ticks(&ann, "1", "staff").await.is(303);
        ticks(&ann, "2", "staff").await.is(303);
        let closing = format!("{SESSION}/closing");
        app.at("2026-03-05T04:00:00Z");
        ann.get(&closing).await.is(200).shows("没有签退的工作人员").shows("attendances/1\"").shows("attendances/2\"");
        ann.post(&format!("{SESSION}/attendances/1/departure"), &[]).await.is(303);
        ann.get(&closing).await.is(200).hides("attendances/1\"").shows("attendances/2\"");
    }

    async fn who_served_checks_out_on_the_phone_and_may_come_back(app: TestApp) {
        let phone = volunteers_phone(&app).await;
        let taps = async |field: &str| phone.post("/c/tea", &[("request_id", &request()), (field, "1")]).await;
        taps("leaving").await.is(409).shows("还没有签到");
        app.at("2026-03-05T02:10:00Z");
        taps("person_id").await.is(200).shows("签到成功");
        phone.get("/c/tea").await.is(200).shows("name=\"leaving\"").shows("签退");
        app.at("2026-03-05T03:00:00Z");
        taps("leaving").await.is(200).shows("签退成功").shows("11:00");
        taps("leaving").await.is(200).shows("已经签退");
        phone.get("/c/tea").await.is(200).shows("已签退").hides("name=\"leaving\"");
        app.at("2026-03-05T03:20:00Z");
        taps("person_id").await.is(200).shows("签到成功");
        // After the end too: who stays to clean up leaves then, and is asked how it was afterwards.
        app.at("2026-03-05T04:15:00Z");
        phone.get("/c/tea").await.is(200).shows("name=\"leaving\"");
        taps("leaving").await.is(200).shows("签退成功");
        phone.get("/c/tea").await.is(200).shows("name=\"score\"");
        assert_eq!(app.number("select (left_at - came_at - away_ms) / 60000 from attendances").await, 105);
        assert_eq!(app.number("select count(*) from attendances").await, 1);
        assert_eq!(app.number("select count(*) from scans where outcome in ('admitted', 'left', 'returned', 'not_in', 'already_left')").await, 6);
    }

    async fn a_participant_is_not_asked_to_check_out(app: TestApp) {
        let phone = volunteers_phone(&app).await;
        another(&app, "eve", "2026-03-05", None, None).await;
        phone.post("/c/eve", &[("request_id", &request()), ("person_id", "1")]).await.is(200).shows("签到成功");
        phone.get("/c/eve").await.is(200).hides("name=\"leaving\"");
    }

    async fn going_needs_no_fresh_code(app: TestApp) {
        let phone = volunteers_phone(&app).await;
        phone.post("/c/tea", &[("request_id", &request()), ("person_id", "1")]).await.is(200);
        app.execute("update sessions set rotating = 1").await;
        phone.get("/c/tea").await.is(200).shows("name=\"leaving\"");
        phone.post("/c/tea", &[("request_id", &request()), ("leaving", "1")]).await.is(200).shows("签退成功");
        phone.post("/c/tea", &[("request_id", &request()), ("person_id", "1")]).await.is(409).shows("屏幕上的二维码");
    }
}

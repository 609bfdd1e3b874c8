//! Hours of several sessions, confirmed in one list.

use serde_json::json;

use super::{SESSION, another, people, request, session, ticks};
use crate::support::{TestApp, User, on_both_engines};

const LIST: &str = "/centers/1/hours";

/// Two sessions at the same time, both over; 陈伯1 helped at both, 陈伯2 at the first, 陈伯3 at the second and forgot to check out.
async fn two_sessions<'a>(app: &'a TestApp) -> User<'a> {
    session(app, None, None).await;
    another(app, "walk", "2026-03-05", None, Some(1)).await;
    people(app, 3).await;
    let ann = app.sign_in("ann").await;
    app.at("2026-03-05T02:00:00Z");
    for person in ["1", "2"] {
        ticks(&ann, person, "volunteer").await.is(303);
    }
    for person in ["1", "3"] {
        let tick = [("request_id", &*request()), ("person_id", person), ("role", "volunteer")];
        ann.post("/centers/1/sessions/2/attendances", &tick).await.is(303);
    }
    app.at("2026-03-05T04:00:00Z");
    for (session, attendance) in [(1, 1), (1, 2), (2, 3)] {
        ann.post(&format!("/centers/1/sessions/{session}/attendances/{attendance}/departure"), &[]).await.is(303);
    }
    for session in [1, 2] {
        ann.post(&format!("/centers/1/sessions/{session}/closing"), &[("summary", "好")]).await.is(303);
    }
    ann
}

on_both_engines! {
    async fn what_is_ticked_is_confirmed_at_once_and_no_minute_twice_without_a_reason(app: TestApp) {
        let ann = two_sessions(&app).await;
        ann.get(LIST).await.is(200).shows("4 人次待确认").shows("忘记签退").shows("陈伯3").hides("已逾期");
        ann.post(LIST, &[("minutes.1", "120")]).await.is(422).shows("还没有勾选");
        let first = [("confirm.1", "1"), ("minutes.1", "120"), ("confirm.2", "1"), ("minutes.2", "121")];
        ann.post(LIST, &first).await.is(422).shows("超过 120 分钟").shows("e-why.2");
        let both = [("confirm.1", "1"), ("minutes.1", "120"), ("confirm.2", "1"), ("minutes.2", "100"), ("confirm.3", "1"), ("minutes.3", "110")];
        ann.post(LIST, &both).await.is(422).shows("e-why.3").shows("03-05 10:00–12:00").shows("value=\"110\"");
        assert_eq!(app.number("select count(*) from hours_entries").await, 0, "all of it or nothing");
        ann.post(LIST, &[&both[..], &[("why.3", "上半场在茶会，下半场去探访")]].concat()).await.is(303);
        assert_eq!(app.number("select count(*) from hours_entries").await, 3);
        assert_eq!(app.number("select cast(sum(minutes) as bigint) from hours_entries where person_id = 1").await, 230);
        assert_eq!(app.number("select count(*) from hours_entries where source = 'adjusted'").await, 2, "not as measured");
        assert_eq!(app.number("select count(*) from hours_entries where team_id = 1").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'hours.confirmed'").await, 3);
        ann.get(LIST).await.is(200).shows("陈伯3").hides("陈伯2");
        ann.post(LIST, &both).await.is(422).shows("已经确认过了");
        app.sign_in("olga").await.post(LIST, &both).await.is(404);
        app.sign_in("olga").await.post("/centers/2/hours", &[("confirm.4", "1"), ("minutes.4", "1")]).await.is(422);
        assert_eq!(app.number("select count(*) from hours_entries").await, 3, "another center's are not to be had");
    }

    async fn who_served_elsewhere_meanwhile_is_asked_about_wherever_hours_are_confirmed(app: TestApp) {
        let ann = two_sessions(&app).await;
        let hours = |attendance: &'static str, why: &'static str| {
            let names = [format!("minutes.{attendance}"), format!("why.{attendance}")];
            [("attendance".to_owned(), attendance), (names[0].clone(), "60"), (names[1].clone(), why)]
        };
        let posts = async |session: &str, fields: [(String, &str); 3]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
            ann.post(&format!("/centers/1/sessions/{session}/hours"), &fields).await
        };
        posts("1", hours("1", "")).await.is(303);
        ann.get(LIST).await.is(200).shows("与 03-05 10:00–12:00 的服务时间重叠");
        posts("2", hours("3", "")).await.is(422).shows("写明原因");
        let token = app.token("ann").await;
        let asked = token.get("/api/v1/hours/pending?center=1").await.is(200).json();
        let third = asked["items"].as_array().unwrap().iter().find(|one| one["attendance_id"] == 3).unwrap().clone();
        assert_eq!(third["overlap"], "03-05 10:00–12:00");
        let there = token.get("/api/v1/sessions/2/hours").await.is(200).json();
        assert!(there["items"].as_array().unwrap().iter().any(|one| one["overlap"] == "03-05 10:00–12:00"), "{there}");
        let closed = ann.get("/centers/1/sessions/2/closing").await.is(200);
        closed.shows("与 03-05 10:00–12:00 的服务时间重叠").shows("为什么时间重叠？");
        let body = json!({"center": 1, "confirm": {"3": true}, "minutes": {"3": 60}});
        let refused = token.post_json("/api/v1/hours/confirmations", body).await.is(422).json();
        assert_eq!(refused["errors"]["why.3"]["code"], "field.reason_for_overlap");
        let body = json!({"center": 1, "confirm": {"3": true}, "minutes": {"3": 60}, "why": {"3": "两处轮流"}});
        token.post_json("/api/v1/hours/confirmations", body).await.is(200);
        // What was taken back counts no more, and is in nobody's way.
        ann.post(&format!("{SESSION}/attendances/1/void"), &[("reason", "签错了")]).await.leads_to();
        assert_eq!(app.number("select cast(sum(minutes) as bigint) from hours_entries where person_id = 1").await, 60);
        posts("2", hours("4", "")).await.is(303);
    }

    async fn what_waits_too_long_is_overdue(app: TestApp) {
        let ann = two_sessions(&app).await;
        app.at("2026-03-19T02:00:00Z");
        app.sign_in("ann").await.get(LIST).await.is(200).hides("已逾期");
        app.at("2026-03-20T02:00:00Z");
        app.sign_in("ann").await.get(LIST).await.is(200).shows("4 人次已逾期");
        drop(ann);
    }

    async fn two_who_confirm_the_same_list_confirm_it_once(app: TestApp) {
        let ann = two_sessions(&app).await;
        let ticks = [("confirm.2", "1"), ("minutes.2", "60"), ("confirm.4", "1"), ("minutes.4", "60")];
        let (one, two) = rocket::tokio::join!(ann.post(LIST, &ticks), ann.post(LIST, &ticks));
        let mut codes = [one.status.code, two.status.code];
        codes.sort_unstable();
        assert_eq!(codes, [303, 422]);
        assert_eq!(app.number("select count(*) from hours_entries").await, 2);
    }
}

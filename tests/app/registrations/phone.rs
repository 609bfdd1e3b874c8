//! Places taken and given up on a phone.

use serde_json::json;

use super::{planned, registers, who};
use crate::check_in::request;
use crate::support::on_both_engines;

const PAGE: &str = "/agenda/1/sessions/2";
const FORM: &str = "/agenda/1/sessions/2/registrations";

on_both_engines! {
    async fn a_name_and_a_number_are_a_place_and_the_link_gives_it_up(app: TestApp) {
        planned(&app, Some(2), json!({"mode": "required", "waitlist": true, "companions": 1}), (2, 0)).await;
        let mut phone = app.anyone();
        phone.get(PAGE).await.is(200).shows("还有 2 个名额").shows("必须报名");
        let number = request();
        let typed = [("request_id", number.as_str()), ("name", "黄秀英"), ("phone", "13700137000"), ("companions", "1")];
        let first = phone.post(FORM, &typed).await.is(303);
        let link = first.leads_to();
        phone.keep(&first);
        assert!(link.starts_with("/r/"), "{link}");
        // Sent twice it is the same.
        assert_eq!(phone.post(FORM, &typed).await.is(303).leads_to(), link);
        assert_eq!(app.number("select count(*) from people where name = '黄秀英'").await, 1);
        phone.get(&link).await.is(200).shows("已有名额").shows("带 1 人");
        phone.get(PAGE).await.is(200).shows("名额已满");
        let ann = app.token("ann").await;
        assert_eq!(registers(&ann, 2, 1, 0).await.is(201).json()["state"], "waiting");
        // Without a login, on another device.
        let place = app.number("select min(id) from registrations").await.to_string();
        let anyone = app.anyone();
        anyone.post("/r/00000000000000000000/cancellation", &[("registration", &place)]).await.is(404);
        for _ in 0..2 {
            anyone.post(&format!("{link}/cancellation"), &[("registration", &place)]).await.is(303);
        }
        assert_eq!(who(&ann, 2, "confirmed").await, [1]);
        anyone.get(&link).await.is(200).shows("已取消");
    }

    async fn a_family_is_one_tap_and_me_says_what_is_tomorrow(app: TestApp) {
        planned(&app, Some(3), json!({"mode": "recommended", "waitlist": true, "companions": 1}), (2, 0)).await;
        let mut phone = app.anyone();
        for name in ["黄秀英", "黄小明"] {
            let number = request();
            let typed = [("request_id", number.as_str()), ("name", name), ("phone", "13700137000")];
            phone.keep(&phone.post("/c/tea", &typed).await.is(200));
        }
        phone.get(PAGE).await.is(200).shows("黄秀英").shows("黄小明");
        let number = request();
        let both = [("request_id", number.as_str()), ("person", "3"), ("person", "4")];
        let link = phone.post(FORM, &both).await.is(303).leads_to();
        phone.get(&link).await.is(200).shows("黄秀英").shows("黄小明");
        // For somebody else this phone does not speak.
        let number = request();
        phone.post(FORM, &[("request_id", number.as_str()), ("person", "1")]).await.is(404);
        phone.get("/me").await.is(200).shows("我的报名").hides("来不了请点这里");
        app.at("2026-03-09T02:00:00Z");
        phone.get("/me").await.is(200).shows("来不了请点这里");
        let ann = app.token("ann").await;
        let place = app.number("select max(id) from registrations where person_id = 4").await;
        let stranger = app.anyone();
        stranger.post(&format!("/me/registrations/{place}/cancellation"), &[]).await.is(404);
        phone.post(&format!("/me/registrations/{place}/cancellation"), &[]).await.is(303);
        assert_eq!(who(&ann, 2, "confirmed").await, [3]);
    }

    async fn a_name_typed_elsewhere_shows_nothing_of_what_was_taken_before(app: TestApp) {
        planned(&app, Some(3), json!({"mode": "recommended"}), (1, 0)).await;
        let (one, other) = (request(), request());
        let typed = |number| [("request_id", number), ("name", "黄秀英"), ("phone", "13700137000")];
        app.anyone().post(FORM, &typed(one.as_str())).await.is(303);
        let mut stranger = app.anyone();
        let again = stranger.post(FORM, &typed(other.as_str())).await.is(303);
        assert_eq!(again.leads_to(), PAGE, "no link to what another phone took");
        stranger.keep(&again);
        stranger.get("/me").await.is(200).hides("我的报名");
        assert_eq!(app.number("select count(*) from registrations").await, 1);
    }

    /// A phone that only remembers a name learns of what it took itself; who is told of a place by no phone is called.
    async fn what_others_took_is_told_by_no_phone_that_only_remembers_a_name(app: TestApp) {
        planned(&app, Some(9), json!({"mode": "recommended", "companions": 2}), (2, 0)).await;
        let (mut phone, number) = (app.anyone(), request());
        let typed = [("request_id", number.as_str()), ("name", "黄秀英"), ("phone", "13700137000")];
        phone.keep(&phone.post("/c/tea", &typed).await.is(200));
        let ann = app.token("ann").await;
        registers(&ann, 2, 3, 0).await.is(201);
        phone.get(PAGE).await.is(200).shows("黄秀英").hides("已有名额");
        phone.get("/me").await.is(200).hides("我的报名");
        app.at("2026-03-09T01:00:00Z");
        let called = async || {
            let calls = ann.get("/api/v1/calls?center=1").await.is(200).json()["items"].as_array().unwrap().clone();
            calls.iter().map(|line| line["person_id"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(called().await, [3]);
        // Asking for it again says no more than that.
        let number = request();
        let tapped = [("request_id", number.as_str()), ("person", "3"), ("companions", "1")];
        assert_eq!(phone.post(FORM, &tapped).await.is(303).leads_to(), PAGE);
        assert_eq!(app.number("select heads from registrations").await, 1, "what another hand wrote stays");
        // Once it is known whose phone it is, it tells her, and nobody calls.
        app.execute("update phone_people set confirmed_at = 1, confirmed_how = 'worker' where person_id = 3").await;
        phone.get("/me").await.is(200).shows("我的报名");
        phone.get(PAGE).await.is(200).shows("已有名额");
        assert_eq!(called().await, Vec::<i64>::new());
        // And whom it registered may bring more.
        let number = request();
        let tapped = [("request_id", number.as_str()), ("person", "3"), ("companions", "2")];
        phone.post(FORM, &tapped).await.is(303);
        assert_eq!(app.number("select heads from registrations").await, 3);
        let number = request();
        phone.post(FORM, &[("request_id", number.as_str()), ("person", "3"), ("companions", "3")]).await.is(422);
    }

    async fn whoever_registered_sees_what_changed_since(app: TestApp) {
        planned(&app, Some(9), json!({"mode": "recommended"}), (1, 0)).await;
        let (mut phone, number) = (app.anyone(), request());
        let typed = [("request_id", number.as_str()), ("name", "黄秀英"), ("phone", "13700137000")];
        let taken = phone.post(FORM, &typed).await.is(303);
        let link = taken.leads_to();
        phone.keep(&taken);
        phone.get(&link).await.is(200).hides("有改动");
        let ann = app.token("ann").await;
        let place = json!({"room": 2, "date": "2026-03-11", "starts": "15:00", "ends": "16:00"});
        ann.post_json("/api/v1/sessions/2/schedule", place).await.is(200);
        for path in [link.as_str(), "/me"] {
            phone.get(path).await.is(200).shows("有改动").shows("报名时是").shows("10:00").shows("15:00");
        }
        ann.post_json("/api/v1/sessions/2/cancellation", json!({"reason": "台风"})).await.is(200);
        phone.get(&link).await.is(200).shows("原因：台风");
    }

    async fn the_time_and_the_seats_are_told_in_words(app: TestApp) {
        let terms = json!({"mode": "recommended", "opens_days": 1, "closes_hours": 2});
        planned(&app, Some(1), terms, (1, 0)).await;
        let asks = async |name: &str| {
            let number = request();
            app.anyone().post(FORM, &[("request_id", &number), ("name", name), ("phone", "13700137000")]).await
        };
        asks("黄秀英").await.is(422).shows("还没到报名时间");
        app.at("2026-03-09T02:00:00Z");
        asks("黄秀英").await.is(303);
        asks("黄小明").await.is(422).shows("名额不够了");
        assert_eq!(app.number("select count(*) from people where name = '黄小明'").await, 0);
        app.at("2026-03-10T00:00:00Z");
        asks("黄小明").await.is(422).shows("报名已经截止");
        app.anyone().get(FORM).await.is(200).shows("报名已经截止");
        app.anyone().get("/agenda/1/sessions/999/registrations").await.is(404);
    }

    async fn who_cannot_come_tomorrow_frees_the_seats_for_the_next_at_once(app: TestApp) {
        planned(&app, Some(2), json!({"mode": "recommended", "waitlist": true, "companions": 1}), (2, 0)).await;
        let mut phones = Vec::new();
        for (name, number, companions) in
            [("黄秀英", "13700137000", "1"), ("黄小明", "13511115111", "0"), ("李阿姨", "13511115112", "0")]
        {
            let (mut phone, id) = (app.anyone(), request());
            let typed = [("request_id", id.as_str()), ("name", name), ("phone", number), ("companions", companions)];
            phone.keep(&phone.post(FORM, &typed).await.is(303));
            phones.push(phone);
        }
        let [grandmother, neighbour, third] = &phones[..] else { panic!("three phones") };
        app.at("2026-03-09T02:00:00Z");
        grandmother.get("/me").await.is(200).shows("来不了请点这里").shows("已有名额");
        neighbour.get("/me").await.is(200).shows("候补第 1 位");
        let place = app.number("select id from registrations where heads = 2").await;
        // Another phone's place is not there; the same tap twice is one.
        let path = format!("/me/registrations/{place}/cancellation");
        neighbour.post(&path, &[]).await.is(404);
        for _ in 0..2 {
            grandmother.post(&path, &[]).await.is(303);
        }
        // Written, and not only read: both of those who waited have one of her two seats.
        assert_eq!(app.number("select count(*) from registrations where state = 'confirmed' and heads = 1").await, 2);
        assert_eq!(app.number("select count(*) from audit_events where action = 'session.moved_up'").await, 2);
        for phone in [neighbour, third] {
            phone.get("/me").await.is(200).shows("已有名额").hides("候补第").shows("来不了请点这里");
        }
        grandmother.get("/me").await.is(200).hides("来不了请点这里");
        // Once it has begun there is nothing to give up.
        app.at("2026-03-10T02:00:00Z");
        let place = app.number("select max(id) from registrations").await;
        third.post(&format!("/me/registrations/{place}/cancellation"), &[]).await.is(409);
    }
}

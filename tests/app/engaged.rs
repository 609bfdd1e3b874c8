//! A worker's appointments where sessions are planned, in their week and calendar, in their handover, and under a closure: to everybody
//! but that worker they are busy, and nothing more.

use serde_json::{Value, json};

use crate::appointments::{MONDAY, offered, takes};
use crate::check_in::{people, request};
use crate::feeds::feed_of;
use crate::support::{Answer, TestApp, User, on_both_engines};

const NEXT_MONDAY: &str = "2026-03-16T01:00:00Z";

/// The worker with whom somebody has an appointment.
async fn booked(app: &TestApp) -> i64 {
    people(app, 1).await;
    offered(app).await;
    takes(&app.token("ann").await, MONDAY, 1).await.is(201);
    app.number("select worker_id from appointments").await
}

/// Plans a session with the worker in room 1, on the Monday of the appointment.
async fn plans(token: &User<'_>, worker: i64, (starts, ends): (&str, &str), reason: Option<&str>) -> Answer {
    let mut body = json!({
        "center": 1, "title": "读报会", "kind": 3, "room": 1, "worker": worker, "date": "2026-03-09", "starts": starts, "ends": ends,
    });
    if let Some(reason) = reason {
        body["overlap_reason"] = json!(reason);
    }
    token.post_json("/api/v1/activities", body).await
}

async fn hires(ben: &User<'_>, name: &str, phone: &str) -> i64 {
    let body = json!({
        "center": 1, "name": name, "phone": phone, "kind": "social_worker", "qualification": "intermediate",
        "started_on": "2025-01-01",
    });
    ben.post_json("/api/v1/workers", body).await.is(201).json()["id"].as_i64().unwrap()
}

/// The kind of service that has the number 1.
async fn kind(app: &TestApp) -> String {
    let sql = "select name from service_kinds where id = 1";
    sqlx::query_scalar(sql).fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap()
}

fn asks_why(answer: &Answer) -> bool {
    answer.status.code == 422 && answer.json()["errors"]["overlap_reason"]["code"] == "field.busy_elsewhere"
}

/// The items of a handover that are appointments: what became of each, and who has it.
fn of_appointments(told: &Value) -> Vec<(Value, Value)> {
    let items = told["items"].as_array().unwrap().iter();
    items
        .filter(|item| item["kind"] == "appointments")
        .map(|item| (item["outcome"].clone(), item["worker_id"].clone()))
        .collect()
}

on_both_engines! {
    async fn a_session_at_the_time_of_an_appointment_is_asked_about(app: TestApp) {
        let worker = booked(&app).await;
        let (ann, token) = (app.sign_in("ann").await, app.token("ann").await);
        let number = worker.to_string();
        let tea = [("title", "茶话会"), ("kind", "3"), ("room", "1"), ("worker", &*number), ("date", "2026-03-09"), ("starts", "09:30"), ("ends", "10:30")];
        ann.post("/centers/1/activities", &tea).await.is(422).shows("罗心语 2026-03-09 09:00–10:00 有约").hides("陈伯1");
        ann.post("/centers/1/activities", &[&tea[..], &[("overlap_reason", "接完再去")]].concat()).await.is(303);
        assert!(asks_why(&plans(&token, worker, ("08:30", "09:01"), None).await));
        plans(&token, worker, ("08:30", "09:00"), None).await.is(201);
        // Whoever moves one there is asked as well.
        let id = app.number("select max(id) from sessions").await;
        let to = json!({"room": 1, "worker": worker, "date": "2026-03-09", "starts": "08:45", "ends": "09:15"});
        assert!(asks_why(&token.post_json(&format!("/api/v1/sessions/{id}/schedule"), to).await));
        // Another worker is free, and so is this one once it is called off.
        let other = hires(&app.token("ben").await, "何静雯", "13500001000").await;
        plans(&token, other, ("09:00", "09:20"), None).await.is(201);
        token.post_json("/api/v1/appointments/1/cancellation", json!({"reason": "改天"})).await.is(204);
        app.execute("update sessions set status = 'cancelled'").await;
        app.execute("update bookings set released_at = 1 where session_id is not null").await;
        plans(&token, worker, ("09:00", "10:00"), None).await.is(201);
    }

    async fn a_session_that_is_added_again_asks_who_is_busy_by_now(app: TestApp) {
        people(&app, 1).await;
        offered(&app).await;
        let (ann, token) = (app.sign_in("ann").await, app.token("ann").await);
        let worker = app.number("select max(id) from workers").await;
        plans(&token, worker, ("09:00", "10:00"), None).await.is(201);
        token.post_json("/api/v1/sessions/1/cancellation", json!({"reason": "下雨"})).await.is(200);
        takes(&token, MONDAY, 1).await.is(201);
        let path = "/api/v1/sessions/1/restoration";
        assert!(asks_why(&token.post_json(path, json!({})).await));
        let page = "/centers/1/sessions/1/schedule/restoration";
        ann.post(page, &[]).await.is(422).shows("有约").shows("name=\"overlap_reason\"").hides("陈伯1");
        assert_eq!(app.number("select count(*) from sessions where status = 'planned'").await, 0);
        ann.post(page, &[("overlap_reason", "接完再去")]).await.is(303);
        let told = "select count(*) from audit_events where action = 'session.restored' and detail = '接完再去'";
        assert_eq!(app.number(told).await, 1);
        // The same where it is a session.
        token.post_json("/api/v1/sessions/1/cancellation", json!({"reason": "下雨"})).await.is(200);
        token.post_json("/api/v1/appointments/1/cancellation", json!({"reason": "改天"})).await.is(204);
        let other = json!({
            "center": 1, "title": "合唱团", "kind": 3, "room": 2, "worker": worker, "date": "2026-03-09", "starts": "09:30", "ends": "10:30",
        });
        token.post_json("/api/v1/activities", other).await.is(201);
        assert!(asks_why(&token.post_json(path, json!({})).await));
        token.post_json("/api/v1/sessions/2/cancellation", json!({"reason": "停电"})).await.is(200);
        token.post_json(path, json!({"overlap_reason": "没有人要问"})).await.is(200);
        assert_eq!(app.number("select count(*) from audit_events where detail = '没有人要问'").await, 0, "nobody was busy");
    }

    async fn a_worker_sees_the_own_appointments_and_others_that_they_are_busy(app: TestApp) {
        let worker = booked(&app).await;
        let kind = kind(&app).await;
        let week = format!("/centers/1/week?view=worker&worker={worker}&date=2026-03-09");
        let own = app.sign_in("ann").await.get(&week).await.is(200).shows("block other c-1 s-108 e-120");
        own.shows(&format!("预约 {kind}")).shows("block-in\" href=\"/centers/1/appointments\"").hides("陈伯1");
        for other in ["ada", "cai"] {
            let page = app.sign_in(other).await.get(&week).await.is(200).shows("block other c-1 s-108 e-120").shows("有约");
            page.hides(&format!("预约 {kind}")).hides("block-in\" href=\"/centers/1/appointments\"").hides("陈伯1");
        }
        let ann = app.sign_in("ann").await;
        let [own, room] = [feed_of(&ann, "worker", worker).await, feed_of(&ann, "room", 2).await];
        let calendar = app.anyone().get(&own).await.is(200).shows(&format!("SUMMARY:预约：{kind}")).hides("陈伯1");
        calendar.shows("DTSTART;TZID=Asia/Shanghai:20260309T090000");
        app.anyone().get(&room).await.is(200).shows("SUMMARY:已占用").hides("陈伯1");
        app.token("ann").await.post_json("/api/v1/appointments/1/cancellation", json!({"reason": "改天"})).await.is(204);
        app.anyone().get(&own).await.is(200).hides("预约");
        ann.get(&week).await.is(200).hides("block other");
    }

    async fn who_leaves_hands_appointments_over_and_the_times_end(app: TestApp) {
        let worker = booked(&app).await;
        let token = app.token("ann").await;
        takes(&token, NEXT_MONDAY, 1).await.is(201);
        let ben = app.token("ben").await;
        let heir = hires(&ben, "何静雯", "13500001000").await;
        let path = format!("/api/v1/workers/{worker}/handover");
        let open = ben.get(&format!("{path}?from=2026-03-06")).await.is(200).json();
        assert_eq!(open["items"][0]["time"], "09:00");
        let listed: Vec<(&Value, &Value, &Value)> =
            open["items"].as_array().unwrap().iter().map(|one| (&one["kind"], &one["name"], &one["date"])).collect();
        let expected = [json!("appointments"), Value::Null, json!("2026-03-09"), json!("2026-03-16")];
        let [kind, none, first, second] = &expected;
        assert_eq!(listed, [(kind, none, first), (kind, none, second)]);
        app.sign_in("ben").await.get(&format!("/centers/1/workers/{worker}/handover?from=2026-03-06")).await.is(200)
            .shows("之后的预约").shows("有约 <small").hides("陈伯1");
        ben.post_json(&format!("/api/v1/workers/{worker}/ending"), json!({"ended_on": "2026-03-06"})).await.is_refused("worker_leads");
        ben.post_json(&format!("/api/v1/workers/{worker}/ending"), json!({"ended_on": "2026-03-17"})).await.is(200);
        ben.post_json(&format!("/api/v1/workers/{worker}/ending"), json!({"stays": true})).await.is(200);
        let faults = ben.post_json(&path, json!({"from": "2026-03-06", "leaves": true})).await.is(422).json();
        assert_eq!(faults["errors"]["successor"]["code"], "field.nobody_leads");
        // The other one is with somebody else then.
        app.execute(
            "insert into appointments (center_id, worker_id, kind_id, room_id, booking_id, request_id, starts_at, ends_at, state, person_id, made_at)
             select center_id, (select max(id) from workers), kind_id, room_id, booking_id, 'x', starts_at + 60000, ends_at, state, person_id, 0
             from appointments where id = 1",
        ).await;
        let all = json!({"from": "2026-03-06", "successor": heir, "leaves": true});
        let faults = ben.post_json(&path, all.clone()).await.is(422).json();
        assert_eq!(faults["errors"]["appointments"]["code"], "field.has_appointment_then");
        app.execute("delete from appointments where request_id = 'x'").await;
        let made = ben.post_json(&path, all).await.is(201).json();
        assert_eq!(of_appointments(&made), [(json!("given"), json!(heir)), (json!("given"), json!(heir))]);
        assert_eq!(app.number("select count(*) from bookings where worker_id = (select max(id) from workers)").await, 2);
        assert!(asks_why(&plans(&token, heir, ("09:00", "10:00"), None).await));
        // No slot is left from the day on which they leave.
        let told = token.get("/api/v1/appointment_times?center=1").await.is(200).json();
        assert_eq!(told["items"][0]["free"], json!([]));
        app.at("2026-03-06T02:00:00Z");
        let told = app.token("ada").await.get("/api/v1/appointment_times?center=1").await.is(200).json();
        assert_eq!(told["items"], json!([]));
    }

    async fn appointments_go_back_or_are_called_off(app: TestApp) {
        let worker = booked(&app).await;
        takes(&app.token("ann").await, NEXT_MONDAY, 1).await.is(201);
        let ben = app.token("ben").await;
        let heir = hires(&ben, "何静雯", "13500001000").await;
        let path = format!("/api/v1/workers/{worker}/handover");
        let made = ben.post_json(&path, json!({"from": "2026-03-06", "appointments": heir})).await.is(201).json();
        assert_eq!(of_appointments(&made), [(json!("given"), json!(heir)), (json!("given"), json!(heir))]);
        // What the other one called off stays with them.
        app.token("ada").await.post_json("/api/v1/appointments/2/cancellation", json!({"reason": "改天"})).await.is(204);
        let undone = ben.post_json(&format!("/api/v1/handovers/{}/undoing", made["id"]), json!({})).await.is(200).json();
        let outcomes: Vec<Value> = of_appointments(&undone).into_iter().map(|(outcome, _)| outcome).collect();
        assert_eq!(outcomes, ["returned", "given"]);
        let back = "select count(*) from appointments a join bookings b on b.id = a.booking_id
            where a.id = 1 and b.worker_id = a.worker_id and a.worker_id = (select min(worker_id) from appointment_times)";
        assert_eq!(app.number(back).await, 1);
        let mut off = json!({"from": "2026-03-06", "cancel_appointments": true, "leaves": true});
        let faults = ben.post_json(&path, off.clone()).await.is(422).json();
        assert_eq!(faults["errors"]["appointments_reason"]["code"], "field.required");
        off["appointments_reason"] = json!("社工长期病假");
        let made = ben.post_json(&path, off).await.is(201).json();
        assert_eq!(of_appointments(&made), [(json!("cancelled"), Value::Null)]);
        assert_eq!(app.number("select count(*) from appointments where state = 'booked'").await, 0);
        assert_eq!(app.number("select count(*) from bookings where released_at is null").await, 0);
        app.sign_in("ben").await.get(&format!("/centers/1/handovers/{}", made["id"])).await.is(200)
            .shows("已取消预约 1 个").hides("陈伯1").hides("社工长期病假");
    }

    async fn whom_to_tell_that_it_was_called_off_is_read_by_its_worker(app: TestApp) {
        booked(&app).await;
        let id = request();
        let wish = [("request_id", id.as_str()), ("name", "黄秀英"), ("phone", "13511115111"), ("word", "睡不好")];
        let mut phone = app.anyone();
        phone.keep(&phone.post("/agenda/1/appointments/1-2026-03-09T02:00:00Z", &wish).await.is(303));
        let (ann, ada) = (app.sign_in("ann").await, app.sign_in("ada").await);
        ann.get("/centers/1/appointments").await.is(200).hides("已取消，请告知").hides("13511115111");
        let cancel = json!({"reason": "社工外出"});
        app.token("ada").await.post_json("/api/v1/appointments/2/cancellation", cancel).await.is(204);
        ann.get("/centers/1/appointments").await.is(200).shows("已取消，请告知").shows("黄秀英").shows("tel:13511115111").shows("社工外出");
        ada.get("/centers/1/appointments").await.is(200).hides("已取消，请告知").hides("黄秀英").hides("13511115111");
        // Once the time is past there is nothing to tell.
        app.at("2026-03-09T02:00:00Z");
        app.sign_in("ann").await.get("/centers/1/appointments").await.is(200).hides("已取消，请告知");
    }

    async fn a_closure_lists_what_else_it_hits(app: TestApp) {
        booked(&app).await;
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        let meeting = [("kind", "meeting"), ("title", "站务会"), ("holder", "陈静雯"), ("room", "2"), ("date", "2026-03-09"), ("starts", "14:00"), ("ends", "15:00")];
        ann.post("/centers/1/reservations", &meeting).await.is(303);
        ann.get("/centers/1/affected-sessions").await.is(200).shows("没有受影响的场次");
        let closing = [("from", "2026-03-09"), ("to", "2026-03-09"), ("reason", "刷墙")];
        assert_eq!(ben.post("/centers/1/rooms/2/closures", &closing).await.is(303).leads_to(), "/centers/1/affected-sessions");
        let own = ann.get("/centers/1/affected-sessions").await.is(200).shows("站务会").shows("刷墙").hides("陈伯1");
        own.shows("/centers/1/reservations").shows("/centers/1/appointments");
        ben.get("/centers/1/affected-sessions").await.is(200).shows("有约").hides("陈伯1");
        ben.get("/centers/1/rooms").await.is(200).shows("2 场待处理");
        ben.get("/centers/1/rooms/2").await.is(200).shows("2 场待处理").shows("09:00–10:00 已占用");
        ben.get("/centers/1/room-closures").await.is(200).shows("2 场待处理");
        ann.get("/centers/1").await.is(200).shows("2 个会议、预约或借用的功能室不开放");
        let told = app.token("ann").await.get("/api/v1/affected-bookings?center=1").await.is(200).json();
        let kinds: Vec<(&Value, &Value, &Value)> =
            told["items"].as_array().unwrap().iter().map(|one| (&one["kind"], &one["label"], &one["reason"])).collect();
        let (appointment, meeting, why) = (json!("appointment"), json!("站务会"), json!("刷墙"));
        assert_eq!(kinds, [(&appointment, &Value::Null, &why), (&json!("meeting"), &meeting, &why)]);
        app.token("olga").await.get("/api/v1/affected-bookings?center=1").await.is(404);
        app.token("ann").await.post_json("/api/v1/appointments/1/cancellation", json!({"reason": "改天"})).await.is(204);
        ben.get("/centers/1/room-closures").await.is(200).shows("1 场待处理");
    }

    async fn what_a_newcomer_looks_for_is_linked(app: TestApp) {
        booked(&app).await;
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/rooms").await.is(200).shows("/centers/1/defects\"").shows("/centers/1/assets\"").shows("/centers/1/drills\"");
        app.sign_in("cai").await.get("/centers/1/rooms").await.is(200).hides("/centers/1/defects\"");
        ann.get("/centers/1/activities").await.is(200).shows("/centers/1/appointments\"");
        app.anyone().get("/agenda/1").await.is(200).shows("/agenda/1/appointments\"").shows("/agenda/1/defects\"");
        app.anyone().get("/me").await.is(200).shows("/me/appointments\"");
        ann.post("/centers/1/appointments/times/1/ending", &[]).await.is(303);
        app.anyone().get("/agenda/1").await.is(200).hides("/agenda/1/appointments\"");
    }
}

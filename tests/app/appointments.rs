//! Appointments: a worker's free times, taken once, by staff or by a phone; and who comes is read by the worker alone.

use serde_json::{Value, json};

use crate::check_in::{people, request, session};
use crate::support::{Answer, TestApp, User, on_both_engines};

/// The worker who signs in as ann, with times on Mondays from 9:00 to 12:00 in room 2, an hour each, which phones may take.
pub(crate) async fn offered(app: &TestApp) {
    let ada = app.sign_in("ada").await;
    let worker =
        [("name", "罗心语"), ("kind", "social_worker"), ("started_on", "2026-01-01"), ("phone", "13600136088")];
    ada.post("/centers/1/workers", &worker).await.is(303);
    let ann = app.number("select id from accounts where login = 'ann'").await;
    let id = app.number("select max(id) from workers").await.to_string();
    ada.post(&format!("/accounts/{ann}/worker"), &[("worker", &id)]).await.is(303);
    let times = [("worker", id.as_str()), ("room", "2"), ("kind", "1"), ("weekday", "1"), ("starts", "09:00")];
    let more = [("ends", "12:00"), ("slot_minutes", "60"), ("by_phone", "1")];
    app.sign_in("ann").await.post("/centers/1/appointments/times", &[&times[..], &more].concat()).await.is(303);
}

pub(crate) async fn takes(user: &User<'_>, at: &str, person: i64) -> Answer {
    let body = json!({"center": 1, "request_id": request(), "times": 1, "starts_at": at, "person": person});
    user.post_json("/api/v1/appointments", body).await
}

async fn free(user: &User<'_>) -> Vec<String> {
    let told = user.get("/api/v1/appointment_times?center=1").await.is(200).json();
    let slots = told["items"][0]["free"].as_array().unwrap().clone();
    slots.iter().map(|slot| slot["starts_at"].as_str().unwrap().to_owned()).collect()
}

pub(crate) const MONDAY: &str = "2026-03-09T01:00:00Z";

on_both_engines! {
    async fn free_slots_follow_from_the_times_and_leave_out_what_is_taken(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        offered(&app).await;
        let ann = app.token("ann").await;
        let all = free(&ann).await;
        assert_eq!((all.len(), all[0].as_str()), (12, MONDAY), "three an hour on four Mondays");
        takes(&ann, MONDAY, 1).await.is(201);
        assert_eq!(free(&ann).await.len(), 11);
        takes(&ann, MONDAY, 1).await.is_refused("appointment_gone");
        takes(&ann, "2026-03-09T01:30:00Z", 1).await.is_refused("appointment_gone");
        takes(&ann, "2026-03-10T01:00:00Z", 1).await.is_refused("appointment_gone");
        // A session in the room, a closed room and a holiday are in the way too.
        let page = app.sign_in("ann").await;
        let tea = [("title", "茶话会"), ("kind", "3"), ("room", "2"), ("date", "2026-03-16"), ("starts", "09:30"), ("ends", "10:30")];
        page.post("/centers/1/activities", &tea).await.is(303);
        assert_eq!(free(&ann).await.len(), 9);
        page.post("/centers/1/activities", &[&tea[..3], &[("room", "2"), ("date", "2026-03-09"), ("starts", "09:00"), ("ends", "10:00")]].concat()).await.is(422);
        page.post("/centers/1/appointments/times/1/ending", &[]).await.is(303);
        let told = ann.get("/api/v1/appointment_times?center=1").await.is(200).json();
        assert_eq!(told["items"], json!([]));
        assert_eq!(app.number("select count(*) from appointments where state = 'booked'").await, 1, "what was taken stays");
    }

    /// The answer was lost on its way, and with it the secret that makes the phone known again.
    async fn a_phone_that_never_heard_the_answer_has_what_it_took(app: TestApp) {
        offered(&app).await;
        let id = request();
        let wish = [("request_id", id.as_str()), ("name", "黄秀英"), ("phone", "13511115111")];
        let path = "/agenda/1/appointments/1-2026-03-09T01:00:00Z";
        app.anyone().post(path, &wish).await.is(303);
        let mut again = app.anyone();
        let taken = again.post(path, &wish).await.is(303);
        again.keep(&taken);
        assert_eq!(app.number("select count(*) from appointments").await, 1);
        again.get("/me/appointments").await.is(200).shows("罗心语");
        // Who knows the number of the request, and not who asked, is told nothing.
        let other = [("request_id", id.as_str()), ("name", "黄小明"), ("phone", "13511115111")];
        app.anyone().post(path, &other).await.is(404);
        // Two taps at once are one.
        let (second, two) = (request(), "/agenda/1/appointments/1-2026-03-09T02:00:00Z");
        let wish = [("request_id", second.as_str()), ("name", "黄秀英"), ("phone", "13511115111")];
        let (one, other) = rocket::tokio::join!(again.post(two, &wish), again.post(two, &wish));
        for answer in [one, other] {
            assert!(matches!(answer.status.code, 303 | 503), "{} {}", answer.status, answer.text());
        }
        assert_eq!(app.number("select count(*) from appointments").await, 2);
    }

    async fn of_two_who_want_one_slot_one_has_it(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        offered(&app).await;
        let ann = app.token("ann").await;
        for round in 0..4 {
            let at = format!("2026-03-{:02}T0{}:00:00Z", 9 + 7 * (round / 2), 1 + round % 2);
            let both = rocket::tokio::join!(takes(&ann, &at, 1), takes(&ann, &at, 2));
            let mut got = [both.0.status.code, both.1.status.code];
            got.sort_unstable();
            assert_eq!(got, [201, 409], "{at}");
        }
        assert_eq!(app.number("select count(*) from appointments").await, 4);
    }

    async fn a_phone_takes_one_and_gives_it_back(app: TestApp) {
        offered(&app).await;
        let mut phone = app.anyone();
        phone.get("/agenda/1/appointments").await.is(200).shows("09:00").shows("罗心语");
        phone.get(&format!("/agenda/1/appointments/1-{MONDAY}")).await.is(200).shows("只有这位社工看得到");
        let id = request();
        let fields = [("request_id", id.as_str()), ("name", "黄秀英"), ("phone", "13511115111"), ("word", "睡不好")];
        let path = format!("/agenda/1/appointments/1-{MONDAY}");
        let refused = phone.post(&path, &fields[..2]).await.is(422).shows("value=\"黄秀英\"").text();
        assert!(refused.contains("back=%2Fagenda%2F1%2Fappointments%2F1-"), "the other language leads back to the slot");
        phone.keep(&phone.post(&path, &fields).await.is(303));
        phone.post(&path, &fields).await.is(303);
        assert_eq!(app.number("select count(*) from appointments").await, 1, "the same tap again is the same");
        phone.get("/me/appointments").await.is(200).shows("已预约").shows("罗心语");
        let other = app.anyone();
        other.get("/me/appointments").await.is(200).hides("罗心语");
        other.post("/me/appointments/1/cancellation", &[]).await.is(404);
        phone.post("/me/appointments/1/cancellation", &[]).await.is(303);
        assert_eq!(free(&app.token("ann").await).await.len(), 12);
        phone.post("/me/appointments/1/cancellation", &[]).await.is(409);
    }

    async fn who_comes_is_read_by_the_worker_alone(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        offered(&app).await;
        let ben = app.token("ada").await;
        takes(&ben, MONDAY, 1).await.is(201);
        let id = request();
        let wish = [("request_id", id.as_str()), ("name", "黄秀英"), ("phone", "13511115111"), ("word", "睡不好")];
        app.anyone().post("/agenda/1/appointments/1-2026-03-09T02:00:00Z", &wish).await.is(303);
        let own = app.sign_in("ann").await.get("/centers/1/appointments").await.is(200);
        own.shows("陈伯1").shows("黄秀英").shows("睡不好").hides("13511115111");
        let named = ["陈伯1", "黄秀英", "睡不好", "13511115111"];
        let (page, ada) = (app.sign_in("cai").await, app.sign_in("ada").await);
        for path in [
            "/centers/1/appointments",
            "/centers/1/week?date=2026-03-09",
            "/centers/1/activities",
            "/centers/1/audit",
            "/centers/1/reports/2026-03",
            "/agenda/1",
            "/agenda/1/appointments",
            "/agenda/1/today",
            "/calendar/centers/1.ics",
            "/centers/1/wall?month=2026-03",
        ] {
            for user in [&page, &ada] {
                let told = user.get(path).await.text();
                assert!(named.iter().all(|name| !told.contains(name)), "{path} names who comes: {told}");
            }
        }
        let told = ben.get("/api/v1/appointments?center=1").await.is(200).json();
        let names: Vec<&Value> = told["items"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, [&Value::Null, &Value::Null]);
        let told = app.token("ann").await.get("/api/v1/appointments?center=1").await.is(200).json();
        assert_eq!(told["items"][1]["name"], "黄秀英");
        // Nor does a colleague read in the copy of somebody's own data what it was for.
        let asked = json!({"asker": "person", "identity": "身份证"});
        let ann = app.token("ann").await;
        let told = ben.post_json("/api/v1/people/1/own-data", asked.clone()).await.is(200).text();
        assert!(told.contains("of_its_worker") && !told.contains("罗心语"), "{told}");
        assert!(ann.post_json("/api/v1/people/1/own-data", asked).await.is(200).text().contains("罗心语"));
        // What became of it the worker alone says.
        app.at("2026-03-09T04:30:00Z");
        let (ann, ben) = (app.token("ann").await, app.token("ada").await);
        ben.post_json("/api/v1/appointments/1/outcome", json!({"outcome": "came"})).await.is(404);
        ann.post_json("/api/v1/appointments/1/outcome", json!({"outcome": "came"})).await.is(204);
        ann.post_json("/api/v1/appointments/1/outcome", json!({"outcome": "missed"})).await.is(204);
        ann.post_json("/api/v1/appointments/1/cancellation", json!({"reason": "晚了"})).await.is_refused("appointment_over");
        app.token("olga").await.post_json("/api/v1/appointments/1/outcome", json!({"outcome": "came"})).await.is(404);
    }
}

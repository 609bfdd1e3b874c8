//! The door knows who has a place.

use serde_json::json;

use super::{place_of, planned, registers, who};
use crate::check_in::request;
use crate::support::{Answer, User, on_both_engines};

async fn comes(ann: &User<'_>, person: i64, anyway: bool) -> Answer {
    let body = json!({"request_id": request(), "person_id": person, "role": "participant", "anyway": anyway});
    ann.post_json("/api/v1/sessions/2/checkins", body).await
}

on_both_engines! {
    async fn whoever_is_not_registered_is_let_in_by_a_worker_alone(app: TestApp) {
        planned(&app, Some(3), json!({"mode": "required"}), (6, 0)).await;
        let ann = app.token("ann").await;
        registers(&ann, 2, 1, 0).await.is(201);
        app.at("2026-03-10T01:30:00Z");
        comes(&ann, 1, false).await.is(201);
        comes(&ann, 2, false).await.is_refused("not_registered");
        comes(&ann, 2, true).await.is(201);
        // A phone is told in words; who serves needs no place.
        let mut phone = app.anyone();
        let number = request();
        let typed = [("request_id", number.as_str()), ("name", "黄秀英"), ("phone", "13700137000")];
        phone.keep(&phone.post("/c/lesson", &typed).await.is(409).shows("这场活动要先报名"));
        let serves = json!({"request_id": request(), "person_id": 3, "role": "volunteer"});
        ann.post_json("/api/v1/sessions/2/checkins", serves).await.is(201);
        // On the page a second tap lets them in.
        let page = app.sign_in("ann").await;
        let number = request();
        let tick = [("request_id", number.as_str()), ("person_id", "4"), ("role", "participant")];
        page.post("/centers/1/sessions/2/attendances", &tick).await.is(422).shows("没报名也放行");
        let tick = [&tick[..], &[("anyway", "1")]].concat();
        page.post("/centers/1/sessions/2/attendances", &tick).await.is(303);
        comes(&ann, 5, true).await.is_refused("full");
    }

    async fn a_seat_is_kept_until_ten_past_and_then_open(app: TestApp) {
        planned(&app, Some(3), json!({"mode": "recommended", "companions": 1}), (6, 0)).await;
        let ann = app.token("ann").await;
        registers(&ann, 2, 1, 1).await.is(201);
        app.at("2026-03-10T02:05:00Z");
        comes(&ann, 2, false).await.is(201);
        comes(&ann, 3, false).await.is_refused("full");
        // Who has a place comes in, with whom they bring: counted once.
        let came = comes(&ann, 1, false).await.is(201).json();
        comes(&ann, 3, false).await.is_refused("full");
        let attendance = came["attendance_id"].as_i64().unwrap();
        let page = app.sign_in("ann").await;
        let path = format!("/centers/1/sessions/2/attendances/{attendance}/companions");
        page.post(&path, &[("companions", "2")]).await.is(422);
        page.post(&path, &[("companions", "1")]).await.is(303);
        comes(&ann, 3, false).await.is_refused("full");
        page.post(&path, &[("companions", "0")]).await.is(303);
        comes(&ann, 3, false).await.is_refused("full");
        app.at("2026-03-10T02:10:00Z");
        comes(&ann, 3, false).await.is(201);
        comes(&ann, 4, false).await.is_refused("full");
    }

    async fn closing_notes_who_did_not_come_and_reopening_takes_it_back(app: TestApp) {
        planned(&app, Some(9), json!({"mode": "required"}), (4, 0)).await;
        let ann = app.token("ann").await;
        for person in [1, 2, 3] {
            registers(&ann, 2, person, 0).await.is(201);
        }
        app.at("2026-03-10T02:00:00Z");
        comes(&ann, 1, false).await.is(201);
        app.at("2026-03-10T04:10:00Z");
        let three = place_of(&app, 2, 3).await.unwrap();
        ann.post_json("/api/v1/sessions/2/closing", json!({"summary": "好"})).await.is(200);
        assert_eq!(who(&ann, 2, "no_show").await, [2, 3]);
        // Who said so afterwards was excused.
        ann.post_json(&format!("/api/v1/sessions/2/registrations/{three}/excuse"), json!({"word": "住院"})).await.is(204);
        ann.post_json("/api/v1/sessions/2/reopening", json!({})).await;
        assert_eq!((who(&ann, 2, "confirmed").await, who(&ann, 2, "excused").await), (vec![1, 2], vec![3]));
    }
}

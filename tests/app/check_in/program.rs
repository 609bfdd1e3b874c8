//! A program at the door.

use serde_json::json;

use super::{SESSION, people, request, session, tries};
use crate::support::on_both_engines;

on_both_engines! {
    async fn the_same_request_gets_the_same_answer(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let (ann, id) = (app.token("ann").await, request());
        let first = tries(&ann, 1, "participant", &id).await.is(201).json();
        app.at("2026-03-05T02:30:00Z");
        assert_eq!(tries(&ann, 1, "participant", &id).await.is(200).json(), first);
        tries(&ann, 2, "participant", &id).await.is(409).is_refused("request_reused");
        tries(&ann, 1, "volunteer", &id).await.is(409).is_refused("request_reused");
        let again = request();
        tries(&ann, 1, "participant", &again).await.is(409).is_refused("already_in");
        tries(&ann, 1, "participant", &again).await.is(409).is_refused("already_in");
        tries(&ann, 1, "volunteer", &request()).await.is(201);
        assert_eq!(app.number("select count(*) from scans").await, 3);
        assert_eq!(app.number("select count(*) from attendances").await, 2);
        let list = ann.get("/api/v1/sessions/1/checkins").await.is(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
        assert_eq!(list["items"][0]["came_at"], "2026-03-05T02:00:00Z");
    }

    async fn an_answer_about_leaving_says_when_they_came_and_when_they_left(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let (ann, path) = (app.token("ann").await, "/api/v1/sessions/1/checkins");
        let came = tries(&ann, 1, "participant", &request()).await.is(201).json();
        assert_eq!((&came["came_at"], &came["left_at"]), (&json!("2026-03-05T02:00:00Z"), &json!(null)));
        app.at("2026-03-05T02:40:00Z");
        let goes = json!({"request_id": request(), "person_id": 1, "role": "participant", "way": "out"});
        let left = ann.post_json(path, goes.clone()).await.is(201).json();
        assert_eq!((&left["came_at"], &left["left_at"]), (&json!("2026-03-05T02:00:00Z"), &json!("2026-03-05T02:40:00Z")));
        app.at("2026-03-05T02:50:00Z");
        assert_eq!(ann.post_json(path, goes).await.is(200).json(), left, "the same request gets the same answer");
        let list = ann.get(path).await.is(200).json();
        for time in ["came_at", "left_at"] {
            assert_eq!(list["items"][0][time], left[time], "{time}");
        }
    }

    async fn the_api_says_what_is_wrong_with_a_try(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let (ann, path) = (app.token("ann").await, "/api/v1/sessions/1/checkins");
        let faults = ann.post_json(path, json!({"request_id": "7", "role": "guest", "occurred_at": "2026-03-05T09:00:00Z"})).await.is(422).json();
        let keys: Vec<_> = faults["errors"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["occurred_at", "person_id", "request_id", "role"]);
        tries(&ann, 999, "participant", &request()).await.is(404);
        tries(&app.token("olga").await, 1, "participant", &request()).await.is(404);
        tries(&app.token("cai").await, 1, "participant", &request()).await.is(403);
        tries(&app.token("fay").await, 1, "participant", &request()).await.is(201);
        tries(&app.token("lei").await, 1, "participant", &request()).await.is(404);
        ann.post_json("/api/v1/sessions/1/head_counts", json!({"heads": 5, "elderly": 2})).await.is(422);
        let count = json!({"request_id": request(), "heads": 5, "elderly": 2});
        let first = ann.post_json("/api/v1/sessions/1/head_counts", count.clone()).await.is(201).json();
        assert_eq!(ann.post_json("/api/v1/sessions/1/head_counts", count.clone()).await.is(200).json(), first);
        let other = json!({"request_id": count["request_id"], "heads": 6});
        ann.post_json("/api/v1/sessions/1/head_counts", other).await.is(409).is_refused("request_reused");
        ann.post_json("/api/v1/sessions/1/head_counts", json!({"request_id": request(), "heads": 5, "elderly": 6})).await.is(422);
        assert_eq!(app.number("select cast(sum(heads) as bigint) from head_counts").await, 5);
        let undo = "/api/v1/sessions/1/head_counts/1/void";
        ann.post_json(undo, json!({"reason": "miscounted"})).await.is(204);
        ann.post_json("/api/v1/sessions/1/head_counts", count).await.is(409).is_refused("voided");
    }

    async fn who_comes_along_is_told_by_a_program_too(app: TestApp) {
        session(&app, Some(4), None).await;
        people(&app, 2).await;
        let ann = app.token("ann").await;
        tries(&ann, 1, "participant", &request()).await.is(201);
        const ALONG: &str = "/api/v1/sessions/1/checkins/1/companions";
        let told = ann.post_json(ALONG, json!({"companions": 3})).await.is(200).json();
        assert_eq!((&told["companions"], &told["brought_by"]), (&json!(3), &json!(null)));
        ann.post_json(ALONG, json!({"companions": 4})).await.is(409).is_refused("full");
        ann.post_json(ALONG, json!({"companions": 21})).await.is(422);
        ann.post_json(ALONG, json!({"companions": 1})).await.is(200);
        assert_eq!(app.number("select cast(sum(heads) as bigint) from head_counts where voided_at is null").await, 1);
        const ESCORTS: &str = "/api/v1/sessions/1/checkins/1/escorts";
        ann.post_json(ESCORTS, json!({"way": "up", "name": "外婆"})).await.is(422);
        ann.post_json(ESCORTS, json!({"way": "in", "name": "外婆"})).await.is(200);
        let told = ann.post_json(ESCORTS, json!({"way": "out", "name": "舅舅"})).await.is(200).json();
        assert_eq!((&told["brought_by"], &told["fetched_by"]), (&json!("外婆"), &json!("舅舅")));
        assert_eq!(ann.get("/api/v1/sessions/1/checkins").await.is(200).json()["items"][0], told);
        ann.post_json("/api/v1/sessions/1/checkins/2/companions", json!({"companions": 1})).await.is(404);
        app.token("cai").await.post_json(ESCORTS, json!({"way": "in", "name": "外婆"})).await.is(403);
        app.token("lei").await.post_json(ESCORTS, json!({"way": "in", "name": "外婆"})).await.is(404);
    }

    async fn a_voided_check_in_is_not_repeated_to_a_program(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let (ann, id) = (app.token("ann").await, request());
        tries(&ann, 1, "participant", &id).await.is(201);
        app.sign_in("ann").await.post(&format!("{SESSION}/attendances/1/void"), &[("reason", "x")]).await.leads_to();
        tries(&ann, 1, "participant", &id).await.is(409).is_refused("voided");
        tries(&ann, 1, "participant", &request()).await.is(201);
    }

    async fn walk_ins_of_one_name_are_told_apart_by_phone(app: TestApp) {
        session(&app, None, None).await;
        let (ann, id) = (app.sign_in("ann").await, request());
        for number in ["13800138000", "13900139000", "13800138000"] {
            let form = [("request_id", id.as_str()), ("name", "黄丽珍"), ("phone", number), ("role", "participant")];
            ann.post(&format!("{SESSION}/walk-ins"), &form).await.is(303);
        }
        assert_eq!(app.number("select count(*) from people").await, 2);
        assert_eq!(app.number("select count(*) from attendances").await, 2);
    }
}

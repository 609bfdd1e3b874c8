//! What a device kept and the server could not count: a worker decides.

use serde_json::json;

use super::{people, request, session};
use crate::support::{TestApp, on_both_engines};

const REVIEW: &str = "/centers/1/desk/review";

/// Scans that a desk delivers late, by which the session's only seat is taken and the session then closed.
async fn deliver(app: &TestApp) {
    session(app, Some(1), None).await;
    people(app, 3).await;
    let fay = app.token("fay").await;
    let scan = |who: serde_json::Value| {
        let mut item =
            json!({"request_id": request(), "session_id": 1, "offline": true, "occurred_at": "2026-03-05T02:00:00Z"});
        item.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
        item
    };
    let items = [scan(json!({"person_id": 1})), scan(json!({"person_id": 2})), scan(json!({"card": "nobody's"}))];
    fay.post_json("/api/v1/checkins/batch", json!({"items": items})).await.is(200);
    app.execute("update sessions set status = 'completed'").await;
    fay.post_json("/api/v1/checkins/batch", json!({"items": [scan(json!({"person_id": 3}))]})).await.is(200);
}

on_both_engines! {
    async fn what_could_not_be_counted_waits_for_a_worker(app: TestApp) {
        deliver(&app).await;
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/desk").await.is(200).shows("有 3 条断网时的扫码待核对");
        app.sign_in("fay").await.get("/centers/1/desk").await.is(200).hides("待核对");
        ann.get(REVIEW).await.is(200).shows("陈伯2").shows("陈伯3").shows("不认识的卡").hides("陈伯1");

        // The seat is taken: counting says so, and the scan goes on waiting.
        ann.post(&format!("{REVIEW}/2/counting"), &[]).await.is(422).shows("已经满员");
        app.execute("update sessions set capacity = 3").await;
        assert_eq!(ann.post(&format!("{REVIEW}/2/counting"), &[]).await.leads_to(), REVIEW);
        assert_eq!(ann.post(&format!("{REVIEW}/4/counting"), &[]).await.leads_to(), REVIEW, "closed or not");
        ann.post(&format!("{REVIEW}/2/counting"), &[]).await.is(404);
        ann.post(&format!("{REVIEW}/3/counting"), &[]).await.is(404);
        ann.post(&format!("{REVIEW}/3/dismissal"), &[("reason", "")]).await.is(422).shows("请填写这一项");
        assert_eq!(ann.post(&format!("{REVIEW}/3/dismissal"), &[("reason", "公交卡")]).await.leads_to(), REVIEW);
        ann.get(REVIEW).await.is(200).shows("没有待核对的扫码");
        assert_eq!(app.number("select count(*) from attendances where came_at = 1772676000000").await, 3);
        assert_eq!(app.number("select count(*) from audit_events where action in ('attendance.corrected', 'scan.dismissed')").await, 3);
    }

    async fn a_device_whose_clock_was_wrong_does_not_make_up_hours(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let scan = json!({"request_id": request(), "session_id": 1, "person_id": 1, "role": "volunteer", "offline": true,
            "occurred_at": "1970-01-01T00:00:09Z"});
        let told = app.token("fay").await.post_json("/api/v1/checkins/batch", json!({"items": [scan]})).await.is(200).json();
        assert_eq!(told["answers"][0]["code"], "not_open_yet");
        let ann = app.sign_in("ann").await;
        ann.get(REVIEW).await.is(200).shows("从活动开始的 10:00 算起");
        ann.post(&format!("{REVIEW}/1/counting"), &[]).await.is(303);
        assert_eq!(app.number("select count(*) from attendances where came_at = 1772676000000").await, 1, "the session's start");
    }

    async fn another_centers_scans_are_not_found(app: TestApp) {
        deliver(&app).await;
        let olga = app.sign_in("olga").await;
        olga.get(REVIEW).await.is(404);
        olga.post("/centers/2/desk/review/2/counting", &[]).await.is(404);
        olga.get("/centers/2/desk/review").await.is(200).hides("陈伯");
    }
}

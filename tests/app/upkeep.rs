//! What is broken, owned, lent and practised.

use rocket::http::ContentType;
use serde_json::json;

use crate::audit::picture;
use crate::check_in::{people, request, session};
use crate::support::{Answer, User, on_both_engines};

/// Sends a form with a file in it, or without one, as a browser does: in parts.
pub(crate) async fn sends(
    user: &User<'_>,
    path: &str,
    fields: &[(&str, &str)],
    file: Option<&(&str, &str, Vec<u8>)>,
) -> Answer {
    const BORDER: &str = "linli-border-0191c7f1";
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{BORDER}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some((field, name, bytes)) = file {
        let head = format!(
            "--{BORDER}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BORDER}--\r\n").as_bytes());
    user.fetch(path, Some((ContentType::new("multipart", "form-data").with_params(("boundary", BORDER)), body))).await
}

const OPEN: &str = "select count(*) from defects where ended_at is null";

on_both_engines! {
    async fn whoever_stands_before_it_reports_it_with_a_photo(app: TestApp) {
        let phone = app.anyone();
        phone.get("/agenda/1/defects?room=1").await.is(200).shows("报修").hides("登录邻里");
        let id = request();
        let told = [("request_id", id.as_str()), ("what", "二楼灯不亮"), ("room", "1")];
        let photo = ("photo", "灯.png", picture());
        sends(&phone, "/agenda/1/defects", &told, Some(&photo)).await.is(303);
        sends(&phone, "/agenda/1/defects", &told, Some(&photo)).await.is(303);
        assert_eq!(app.number(OPEN).await, 1, "the same tap again is the same");
        phone.get("/agenda/1/defects/thanks").await.is(200).shows("收到");

        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/defects").await.is(200).shows("二楼灯不亮").shows("待处理");
        ann.get("/centers/1/defects/1").await.is(200).shows("手机报修").shows("/defects/1/photo");
        ann.get("/centers/1/defects/1/photo").await.is(200);
        phone.get("/centers/1/defects/1/photo").await.is(303);
        app.sign_in("olga").await.get("/centers/1/defects/1").await.is(404);

        // What is no photo is not taken, and what was typed stays.
        let id = request();
        let told = [("request_id", id.as_str()), ("what", "水管漏水"), ("room", "")];
        let sheet = ("photo", "a.png", b"MZ no picture".to_vec());
        sends(&phone, "/agenda/1/defects", &told, Some(&sheet)).await.is(422).shows("水管漏水");
        let elsewhere = [("request_id", id.as_str()), ("what", "水管漏水"), ("room", "999")];
        phone.post("/agenda/1/defects", &elsewhere).await.is(422);
        phone.post("/agenda/1/defects", &told).await.is(303);
        phone.post("/agenda/2/defects", &told).await.is(404);
        assert_eq!(app.number(OPEN).await, 2);
    }

    async fn a_defect_is_given_to_somebody_becomes_overdue_is_mended_and_begins_again(app: TestApp) {
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        let body = json!({"center": 1, "request_id": request(), "what": "门锁坏了", "room": 1});
        ann.post_json("/api/v1/defects", body).await.is(201);
        let until = |day: &str| json!({"mender": "物业维修", "mend_by": day});
        ann.post_json("/api/v1/defects/1/assignment", until("2026-03-04")).await.is(422);
        ann.post_json("/api/v1/defects/1/assignment", until("2026-03-10")).await.is(204);
        page.get("/centers/1/defects").await.is(200).shows("物业维修").shows("维修中").hides("已逾期");
        app.at("2026-03-11T02:00:00Z");
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        page.get("/centers/1/defects").await.is(200).shows("已逾期");
        let answer = |word: &str| json!({"answer": word, "word": "换了锁芯"});
        ann.post_json("/api/v1/defects/1/answer", answer("reopened")).await.is_refused("defect_open");
        ann.post_json("/api/v1/defects/1/answer", answer("mended")).await.is(204);
        ann.post_json("/api/v1/defects/1/answer", answer("dismissed")).await.is_refused("defect_over");
        ann.post_json("/api/v1/defects/1/assignment", until("2026-03-20")).await.is_refused("defect_over");
        page.get("/centers/1/defects?state=mended").await.is(200).shows("门锁坏了").hides("已逾期");
        page.get("/centers/1/defects?state=reported").await.is(200).hides("门锁坏了");
        page.post("/centers/1/defects/1/answer", &[("answer", "reopened"), ("word", "又坏了")]).await.is(303);
        assert_eq!(ann.get("/api/v1/defects/1").await.is(200).json()["state"], "assigned");
        let file = page.post("/centers/1/exports", &[("list", "defects"), ("format", "csv")]).await.is(200).text();
        assert!(file.contains("门锁坏了") && file.contains("物业维修"), "{file}");
        app.token("olga").await.post_json("/api/v1/defects/1/answer", answer("mended")).await.is(404);
    }

    async fn a_thing_is_with_one_borrower_at_a_time(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        let thing = |number: &str, lendable: bool| {
            json!({"center": 1, "number": number, "name": "轮椅", "kind": "aid", "origin": "donated", "cost_yuan": 680, "lendable": lendable})
        };
        ann.post_json("/api/v1/assets", thing("L-1", true)).await.is(201);
        ann.post_json("/api/v1/assets", thing("L-2", false)).await.is(201);
        ann.post_json("/api/v1/assets", thing("L-1", true)).await.is(422);
        let to = |person: i64, due: &str| json!({"person": person, "due_on": due});
        ann.post_json("/api/v1/assets/2/loans", to(1, "2026-03-12")).await.is_refused("asset_not_lent");
        ann.post_json("/api/v1/assets/1/loans", to(99, "2026-03-12")).await.is(404);
        ann.post_json("/api/v1/assets/1/loans", json!({"due_on": "2026-03-12"})).await.is(422);
        ann.post_json("/api/v1/assets/1/loans", json!({"person": 1, "unit": "居委会", "due_on": "2026-03-12"})).await.is(422);
        let both = rocket::tokio::join!(
            ann.post_json("/api/v1/assets/1/loans", to(1, "2026-03-12")),
            ann.post_json("/api/v1/assets/1/loans", to(2, "2026-03-12")),
        );
        let mut got = [both.0.status.code, both.1.status.code];
        got.sort_unstable();
        assert_eq!(got, [204, 409]);
        assert_eq!(app.number("select count(*) from loans").await, 1);
        ann.post_json("/api/v1/assets/1/writing-off", json!({"reason": "坏了"})).await.is_refused("asset_out");
        page.get("/centers/1/assets").await.is(200).shows("借出");
        page.post("/centers/1/assets/1/candidates", &[("q", "陈伯")]).await.is(200);
        page.post("/centers/1/assets/1/return", &[("word", "完好")]).await.is(303);
        page.post("/centers/1/assets/1/return", &[("word", "完好")]).await.is(422);
        page.get("/centers/1/assets/1").await.is(200).shows("完好");
        // What does not come back is out of the register.
        ann.post_json("/api/v1/assets/1/loans", to(2, "2026-03-12")).await.is(204);
        ann.post_json("/api/v1/assets/1/return", json!({"lost": true})).await.is(422);
        ann.post_json("/api/v1/assets/1/return", json!({"lost": true, "word": "丢失"})).await.is(204);
        let told = ann.get("/api/v1/assets/1").await.is(200).json();
        assert_eq!((&told["written_off_why"], told["loans"].as_array().unwrap().len()), (&json!("丢失"), 2));
        ann.post_json("/api/v1/assets/1/loans", to(2, "2026-03-12")).await.is_refused("asset_not_lent");
        app.token("olga").await.get("/api/v1/assets/1").await.is(404);
    }

    async fn drills_are_written_down_and_a_mistake_stays_with_its_reason(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/drills").await.is(200).shows("还没有记录");
        let drill = [("held_on", "2026-03-02"), ("kind", "fire"), ("minutes", "40"), ("people", "35"), ("led_by", "罗志文")];
        let sheet = ("photo", "签到表.png", picture());
        sends(&ann, "/centers/1/drills", &drill, Some(&sheet)).await.is(303);
        ann.get("/centers/1/drills").await.is(200).shows("消防演练").shows("35 人参加").shows("罗志文");
        ann.get("/centers/1/drills/1/sheet").await.is(200);
        let to_come = [("held_on", "2026-04-02"), ("kind", "fire"), ("minutes", "40"), ("people", "35"), ("led_by", "罗志文")];
        ann.post("/centers/1/drills", &to_come).await.is(422);
        ann.post("/centers/1/drills/1/void", &[("void.1", "")]).await.is(422);
        ann.post("/centers/1/drills/1/void", &[("void.1", "日期写错")]).await.is(303);
        ann.get("/centers/1/drills").await.is(200).shows("已作废").shows("日期写错");
        app.sign_in("olga").await.get("/centers/1/drills/1/sheet").await.is(404);
        let file = ann.post("/centers/1/exports", &[("list", "drills"), ("format", "csv")]).await.is(200).text();
        assert!(file.contains("日期写错"), "{file}");
    }
}

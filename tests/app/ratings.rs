//! How it was: asked of phones that came, once, for a day; told without names, from three answers on.

use crate::check_in::{request, session};
use crate::support::{TestApp, User, on_both_engines};

const SESSION: &str = "/centers/1/sessions/1";

/// A phone that checked in at ten.
async fn guest<'a>(app: &'a TestApp, name: &str) -> User<'a> {
    let mut phone = app.anyone();
    let fields = [("request_id", &*request()), ("name", name), ("phone", "13800138000")];
    let answer = phone.post("/c/tea", &fields).await.is(200);
    phone.keep(&answer);
    phone
}

async fn rates(phone: &mut User<'_>, score: &str, remark: &str) {
    let answer = phone.post("/c/tea/rating", &[("request_id", &request()), ("score", score), ("remark", remark)]).await;
    assert_eq!(answer.leads_to(), "/c/tea");
    phone.keep(&answer);
}

on_both_engines! {
    async fn a_phone_that_came_is_asked_once_when_it_is_over(app: TestApp) {
        session(&app, None, None).await;
        let mut phone = guest(&app, "梁惠芳").await;
        let stranger = app.anyone();
        app.at("2026-03-05T03:59:59Z");
        phone.get("/c/tea").await.is(200).hides("您觉得怎么样");
        phone.post("/c/tea/rating", &[("request_id", &request()), ("score", "5")]).await.is(409);

        app.at("2026-03-05T04:00:00Z");
        phone.get("/c/tea").await.is(200).shows("您觉得怎么样").shows("非常满意").hides("<script");
        phone.get("/c/tea?another").await.is(200).shows("name=\"phone\"");
        stranger.get("/c/tea").await.is(200).hides("您觉得怎么样");
        stranger.post("/c/tea/rating", &[("request_id", &request()), ("score", "5")]).await.is(409);
        let long = "好".repeat(201);
        for (score, remark) in [("", ""), ("0", ""), ("6", ""), ("x", ""), ("5", &*long), ("5", "一\n二")] {
            let fields = [("request_id", &*request()), ("score", score), ("remark", remark)];
            phone.post("/c/tea/rating", &fields).await.is(422).shows("您觉得怎么样").shows("class=\"error\"");
        }
        assert_eq!(app.number("select count(*) from ratings").await, 0);
        let before = phone.clone();
        let twice = request();
        let fields = [("request_id", &*twice), ("score", "4"), ("remark", "<b>茶好</b>")];
        for _ in 0..2 {
            // A double tap: both were sent before the cookie came back.
            assert_eq!(before.post("/c/tea/rating", &fields).await.leads_to(), "/c/tea");
        }
        phone.keep(&before.post("/c/tea/rating", &fields).await);
        assert_eq!(app.number("select count(*) from ratings").await, 1);
        phone.get("/c/tea").await.is(200).shows("谢谢您").hides("您觉得怎么样");
        rates(&mut phone, "1", "").await;
        assert_eq!(app.number("select count(*) from ratings").await, 1);

        let other = guest(&app, "陈小明").await;
        app.at("2026-03-06T03:59:59Z");
        other.get("/c/tea").await.is(200).shows("您觉得怎么样");
        app.at("2026-03-06T04:00:00Z");
        other.get("/c/tea").await.is(200).hides("您觉得怎么样");
        other.post("/c/tea/rating", &[("request_id", &request()), ("score", "5")]).await.is(409);
    }

    async fn no_question_of_what_did_not_take_place_or_was_taken_back(app: TestApp) {
        session(&app, None, None).await;
        let phone = guest(&app, "梁惠芳").await;
        app.at("2026-03-05T05:00:00Z");
        app.execute("update sessions set status = 'completed'").await;
        phone.get("/c/tea").await.is(200).shows("您觉得怎么样");
        app.execute("update sessions set status = 'cancelled'").await;
        phone.get("/c/tea").await.is(200).hides("您觉得怎么样");
        app.execute("update sessions set status = 'completed'").await;
        app.execute("update attendances set voided_at = 1").await;
        phone.get("/c/tea").await.is(200).hides("您觉得怎么样");
    }

    async fn answers_are_told_from_three_on_and_not_to_the_purchaser(app: TestApp) {
        session(&app, None, None).await;
        let mut phones = Vec::new();
        for name in ["梁惠芳", "陈小明", "王大力"] {
            phones.push(guest(&app, name).await);
        }
        let (ann, tom) = (app.sign_in("ann").await, app.sign_in("tom").await);
        ann.get(SESSION).await.is(200).hides("居民评价");
        app.at("2026-03-05T05:00:00Z");
        rates(&mut phones[0], "5", "茶好喝").await;
        rates(&mut phones[1], "4", "").await;
        for page in [SESSION, "/centers/1/sessions/1/closing"] {
            ann.get(page).await.is(200).shows("居民评价").shows("评价满 3 份才显示").hides("茶好喝").hides("份不记名评价");
        }
        rates(&mut phones[2], "4", "<i>再来</i>").await;
        for page in [SESSION, "/centers/1/sessions/1/closing"] {
            ann.get(page).await.is(200).shows("4.3").shows("3 份不记名评价").shows("茶好喝").shows("&#60;i&#62;再来").shows("满意 2");
        }
        tom.get(SESSION).await.is(200).shows("4.3");
        app.sign_in("fay").await.get(SESSION).await.is(200).hides("居民评价").hides("茶好喝");
        app.sign_in("pat").await.get(SESSION).await.is(403);
        app.sign_in("pat").await.get("/centers/1/reports/2026-03").await.is(200).hides("茶好喝");
    }

    async fn an_answer_holds_nothing_of_who_gave_it(app: TestApp) {
        session(&app, None, None).await;
        let mut phones = Vec::new();
        for n in 0..12 {
            phones.push(guest(&app, &format!("陈伯{n}甲")).await);
        }
        app.at("2026-03-05T16:30:00Z");
        let audited = app.number("select count(*) from audit_events").await;
        let tried = app.number("select count(*) from scans").await;
        for (n, phone) in phones.iter_mut().enumerate() {
            rates(phone, "5", &format!("第{n}位")).await;
        }
        assert_eq!(app.number("select count(*) from audit_events").await, audited, "not even that somebody answered");
        assert_eq!(app.number("select count(*) from scans").await, tried);
        assert_eq!(app.number("select count(*) from ratings where local_date = '2026-03-06'").await, 12, "the date there");
        // The keys are no order of arrival: that twelve random ones rise by chance is one in half a billion.
        let mut conn = app.db().read().await.unwrap();
        let told: Vec<String> = sqlx::query_scalar("select comment from ratings order by id").fetch_all(&mut *conn).await.unwrap();
        let came: Vec<String> = (0..12).map(|n| format!("第{n}位")).collect();
        assert_ne!(told, came);
        let columns: Vec<String> = sqlx::query_scalar("select comment from ratings where id < 1000000").fetch_all(&mut *conn).await.unwrap();
        assert!(columns.is_empty(), "counted up: {columns:?}");
    }
}

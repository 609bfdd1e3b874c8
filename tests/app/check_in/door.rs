//! Phones at the door.

use super::{SESSION, another, people, request, session, ticks, tries};
use crate::support::{User, on_both_engines};

on_both_engines! {
    async fn a_phone_gives_name_and_number_once_and_then_taps(app: TestApp) {
        session(&app, None, None).await;
        let mut phone = app.anyone();
        let page = phone.get("/c/tea").await.is(200).shows("早茶会").shows("name=\"phone\"").hides("<script");
        assert!(page.body.len() < 6_000, "{} bytes", page.body.len());
        assert_eq!(app.number("select count(*) from scans").await, 0, "looking checks nobody in");

        let first = request();
        let mut form = [("request_id", first.as_str()), ("name", "梁惠芳"), ("phone", "1380013")];
        phone.post("/c/tea", &form).await.is(422).shows("value=\"梁惠芳\"").shows(&first);
        form[2].1 = "138 0013 8000";
        let answer = phone.post("/c/tea", &form).await.is(200).shows("签到成功").shows("梁惠芳").shows("10:00");
        phone.keep(&answer);
        let secret = &phone.cookies.iter().find(|(name, _)| name == "phone").unwrap().1;
        assert!(secret.len() > 40, "the cookie is opaque");

        app.at("2026-03-05T02:20:00Z");
        phone.post("/c/tea", &form).await.is(200).shows("签到成功").shows("10:00");
        form[0].1 = "0d0e8c4b-8ad3-4b5a-9a57-0a6d0f0f5f11";
        phone.post("/c/tea", &form).await.is(200).shows("已经签过了").shows("10:00");
        assert_eq!(app.number("select count(*) from people").await, 1);
        assert_eq!(app.number("select count(*) from attendances").await, 1);
        assert_eq!(app.number("select count(*) from scans").await, 2);

        another(&app, "tai", "2026-03-06", None, None).await;
        app.at("2026-03-06T02:00:00Z");
        phone.get("/c/tai").await.is(200).shows("您好，").hides("name=\"phone\"");
        phone.post("/c/tai", &[("request_id", &request()), ("person_id", "1")]).await.is(200).shows("签到成功");
        phone.get("/me").await.is(200).shows("梁惠芳").shows("参加 2 次");
        app.at("2026-03-09T02:00:00Z");
        phone.get("/c/tai").await.is(200).shows("已经签过了");
    }

    async fn a_phone_is_seen_whenever_it_checks_in(app: TestApp) {
        session(&app, None, None).await;
        let mut phone = app.anyone();
        let form = |name| [("request_id", request()), ("name", name), ("phone", "13800138000".to_owned())];
        let post = async |phone: &User<'_>, fields: &[(&str, String)]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            phone.post("/c/tea", &fields).await.is(200)
        };
        let answer = post(&phone, &form("梁惠芳".to_owned())).await;
        phone.keep(&answer);
        let seen_now = async || {
            let seen = app.number("select seen_at from phones").await;
            assert_eq!(seen, app.clock.now().0.0);
        };
        app.at("2026-03-05T02:10:00Z");
        post(&phone, &[("request_id", request()), ("person_id", "1".to_owned())]).await;
        seen_now().await;
        app.at("2026-03-05T02:20:00Z");
        post(&phone, &form("陈小明".to_owned())).await;
        seen_now().await;
        assert_eq!(app.number("select count(*) from phones").await, 1);
    }

    async fn a_family_shares_a_phone_until_it_is_forgotten(app: TestApp) {
        session(&app, None, None).await;
        let mut phone = app.anyone();
        let mut person = 0;
        for (name, number) in [("梁惠芳", "13800138000"), ("陈小明", "13800138000")] {
            let answer = phone.post("/c/tea", &[("request_id", &request()), ("name", name), ("phone", number)]).await.is(200);
            phone.keep(&answer);
            person += 1;
        }
        phone.get("/c/tea").await.is(200).shows("谁来了？").shows("梁惠芳").shows("陈小明").shows("已签到");
        phone.get("/c/tea?another").await.is(200).shows("name=\"phone\"");
        assert_eq!(app.number("select count(*) from phones").await, 1);
        assert_eq!(app.number("select count(*) from phone_people").await, person);

        people(&app, 1).await;
        phone.post("/c/tea", &[("request_id", &request()), ("person_id", "3")]).await.is(404);
        let old = phone.clone();
        let answer = phone.post("/c/tea/forget", &[]).await;
        assert_eq!(answer.leads_to(), "/c/tea");
        phone.keep(&answer);
        phone.get("/c/tea").await.is(200).shows("name=\"phone\"").hides("梁惠芳");
        old.get("/c/tea").await.is(200).hides("梁惠芳");
        old.post("/c/tea", &[("request_id", &request()), ("person_id", "1")]).await.is(422);
        old.get("/me").await.is(200).hides("梁惠芳");
    }

    async fn the_door_says_why_not(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let (phone, ann) = (app.anyone(), app.token("ann").await);
        phone.get("/c/nothing").await.is(404).shows("怎么办");
        let form = |id: &str| [("request_id".to_owned(), id.to_owned()), ("name".into(), "梁惠芳".into()), ("phone".into(), "13800138000".into())];
        let post = async |id: String| {
            let form = form(&id);
            let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            phone.post("/c/tea", &form).await
        };
        for (instant, status, code) in [
            ("2026-03-05T00:59:00Z", "planned", "not_open_yet"),
            ("2026-03-06T16:00:00Z", "planned", "closed"),
            ("2026-03-05T02:00:00Z", "completed", "closed"),
            ("2026-03-05T02:00:00Z", "cancelled", "cancelled"),
        ] {
            app.at(instant);
            let mut tx = app.begin().await;
            sqlx::query("update sessions set status = $1").bind(status).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
            tries(&ann, 1, "participant", &request()).await.is(409).is_refused(code);
            phone.get("/c/tea").await.is(200).shows("还没签到").hides("name=\"phone\"");
            post(request()).await.is(409).shows("还没签到");
        }
        assert_eq!(app.number("select count(*) from scans where outcome <> 'admitted'").await, 8, "every try is on record");
        assert_eq!(app.number("select count(*) from people").await, 2, "nobody is registered at a closed door");
        assert_eq!(app.number("select count(*) from attendances").await, 0);
    }

    async fn what_is_no_code_and_no_name_is_refused(app: TestApp) {
        session(&app, None, None).await;
        let phone = app.anyone();
        for path in ["/c/%00", "/c/te%00a", "/c/TEA", "/c/%E8%8C%B6", "/c/teateateatea"] {
            phone.get(path).await.is(404).shows("怎么办");
            phone.post(path, &[]).await.is(404);
        }
        for name in ["\u{200b}\u{200d}", "123", "…"] {
            phone.post("/c/tea", &[("request_id", &request()), ("name", name), ("phone", "13800138000")]).await.is(422).shows("至少要有一个字");
        }
        assert_eq!(app.number("select count(*) from people").await, 0);
    }

    async fn a_phone_shows_what_it_checked_in_and_no_more(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "before", "2026-02-26", None, None).await;
        let (ann, neighbour, mut own) = (app.sign_in("ann").await, app.anyone(), app.anyone());
        let form = |id: String| [("request_id", id), ("name", "梁惠芳".to_owned()), ("phone", "13800138000".to_owned())];
        let post = async |user: &User<'_>, path: &str| {
            let form = form(request());
            user.post(path, &form.each_ref().map(|(name, value)| (*name, value.as_str()))).await
        };
        let answer = post(&own, "/c/tea").await.is(200).shows("签到成功");
        own.keep(&answer);
        own.get("/me").await.is(200).shows("参加 1 次").shows("早茶会");

        // Whoever knows a name and a number learns nothing of where that person has been.
        let mut neighbour = neighbour;
        let answer = post(&neighbour, "/c/tea").await.is(200).shows("已经签过了");
        neighbour.keep(&answer);
        neighbour.get("/me").await.is(200).hides("早茶会").shows("参加 0 次");

        // What a worker entered shows on no phone, nor does what is not public, nor case work.
        ann.get(SESSION).await.is(200);
        app.execute("insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth) values (2, 1, 'participant', 'paper', 0, 0, 0, 0, 0, 0)").await;
        own.get("/me").await.is(200).shows("参加 1 次");
        app.execute("update activities set published = 0").await;
        own.get("/me").await.is(200).shows("参加 0 次").hides("早茶会");
        app.execute("update activities set published = 1, kind_id = (select id from service_kinds where code = 'case_work')").await;
        own.get("/me").await.is(200).shows("参加 0 次").hides("早茶会");
    }

    async fn one_address_registers_a_hall_and_no_more(app: TestApp) {
        session(&app, Some(1), None).await;
        people(&app, 1).await;
        ticks(&app.sign_in("ann").await, "1", "participant").await.leads_to();
        let from = async |address: &str| {
            let body = format!("request_id={}&name=%E6%A2%81&phone=13800138000", request());
            let post = app.client.post("/c/tea").remote(format!("{address}:4000").parse::<std::net::SocketAddr>().unwrap());
            let post = post.header(rocket::http::ContentType::Form).header(rocket::http::Header::new("Sec-Fetch-Site", "same-origin"));
            let answer = post.body(body).dispatch().await;
            (answer.status().code, answer.into_string().await.unwrap())
        };
        let mut served = 0;
        let said = loop {
            match from("192.0.2.1").await {
                (429, said) => break said,
                (status, _) => assert_eq!(status, 409),
            }
            served += 1;
            assert!(served < 500, "no limit");
        };
        assert!(served >= 60, "{served}");
        assert!(said.contains("怎么办") && said.contains("请等一分钟再试"));
        assert_eq!(from("192.0.2.2").await.0, 409, "another address is not concerned");
        assert_eq!(app.number("select count(*) from people").await, 1);
    }
}

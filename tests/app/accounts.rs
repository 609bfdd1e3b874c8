//! The first administrator, signing in and out, accounts and their logins.

use linli::auth::setup;
use rocket::futures::future::{join, join_all};

use crate::support::cast::PASSWORD;
use crate::support::on_both_engines;

on_both_engines! {
    async fn the_setup_link_works_once(app: TestApp) {
        app.execute("delete from logins").await;
        app.execute("delete from account_scopes").await;
        app.execute("delete from audit_events").await;
        app.execute("update room_weeks set created_by = null").await;
        app.execute("update agreement_departments set added_by = null").await;
        app.execute("delete from small_cells").await;
        app.execute("delete from accounts").await;
        let secret = setup::link(app.db(), &app.sealer, app.clock.now()).await.unwrap().expect("a link while there is no account");
        let path = format!("/setup/{secret}");
        let form = [("name", "管理员"), ("login", "First.Admin"), ("password", PASSWORD), ("password_again", PASSWORD)];
        app.anyone().get("/setup/something-else").await.is(404);
        app.anyone().get(&path).await.is(200);
        app.anyone().post(&path, &[("name", "管理员"), ("login", "root"), ("password", "password1234"), ("password_again", "password1234")])
            .await.is(422).shows("这个密码太容易猜到").shows("value=\"管理员\"").hides("password1234");
        let mut admin = app.anyone();
        let made = admin.post(&path, &form).await;
        assert_eq!(made.leads_to(), "/centers");
        admin.keep(&made);
        admin.get("/accounts").await.is(200).shows("first.admin");
        app.anyone().get(&path).await.is(404);
        app.anyone().post(&path, &form).await.is(404);
        assert!(setup::link(app.db(), &app.sealer, app.clock.now()).await.unwrap().is_none());
    }

    async fn signing_in_needs_the_password_and_signing_out_ends_it(app: TestApp) {
        let try_with = |password: &'static str| {
            let anyone = app.anyone();
            async move { anyone.post("/sign-in", &[("login", "Ann"), ("password", password), ("next", "/account")]).await }
        };
        try_with("wrong-password-12").await.is(422).shows("用户名或密码不对").shows("value=\"Ann\"");
        app.anyone().post("/sign-in", &[("login", "nobody"), ("password", PASSWORD)]).await.is(422).shows("用户名或密码不对");
        for login in ["ＡＮＮ", "ａｎｎ", "\u{202d}ann\u{202c}", " an n"] {
            app.anyone().post("/sign-in", &[("login", login), ("password", PASSWORD)]).await.is(303);
        }
        let entered = try_with(PASSWORD).await;
        assert_eq!(entered.leads_to(), "/account");
        assert!(entered.header("set-cookie").contains("HttpOnly; SameSite=Lax"), "{}", entered.header("set-cookie"));
        let mut ann = app.anyone();
        ann.keep(&entered);
        ann.get("/account").await.is(200).shows("社工");
        ann.post("/sign-out", &[]).await.is(303);
        assert!(ann.get("/account").await.leads_to().starts_with("/sign-in?next="));
    }

    async fn guessing_is_slowed_down(app: TestApp) {
        for _ in 0..10 {
            app.anyone().post("/sign-in", &[("login", "ann"), ("password", "guess-guess-guess")]).await.is(422);
        }
        app.anyone().post("/sign-in", &[("login", "ann"), ("password", PASSWORD)]).await.is(429).shows("请等一分钟");
        app.anyone().post("/sign-in", &[("login", "ben"), ("password", PASSWORD)]).await.is(303);
    }

    async fn who_guesses_keeps_nobody_else_out(app: TestApp) {
        let from = |address: &str, password: &'static str| {
            let anyone = app.anyone().at_address(address);
            async move { anyone.post("/sign-in", &[("login", "ann"), ("password", password)]).await }
        };
        // A connection has a whole /64: these are one household.
        for n in 0..10 {
            from(&format!("2001:db8:1:1::{n:x}"), "guess-guess-guess").await.is(422);
        }
        from("2001:db8:1:1:ffff::1", PASSWORD).await.is(429).shows("请等一分钟");
        from("2001:db8:1:2::1", PASSWORD).await.is(303);
        from("192.0.2.1", PASSWORD).await.is(303);
        // Thirty at once from one household, whomever they are for.
        let ben = [("login", "ben"), ("password", PASSWORD)];
        let crowd = join_all((0..30).map(async |n| {
            let anyone = app.anyone().at_address(&format!("2001:db8:1:1::{n:x}"));
            anyone.post("/sign-in", &[("login", &format!("somebody{n}")), ("password", "x")]).await;
        }));
        let among_them = app.anyone().at_address("2001:db8:1:1::ff");
        join(crowd, among_them.post("/sign-in", &ben)).await.1.is(429);
        app.anyone().at_address("2001:db8:1:2::ff").post("/sign-in", &ben).await.is(303);
    }

    async fn a_crowd_that_guesses_slows_down_strangers_and_not_the_owners_browser(app: TestApp) {
        let mut desk = app.anyone().at_address("192.0.2.1");
        let entered = desk.post("/sign-in", &[("login", "Ann"), ("password", PASSWORD)]).await.is(303);
        desk.keep(&entered);
        desk.cookies.retain(|(name, _)| name != "login");
        let mut number = 0;
        loop {
            let from = number..number + 8;
            let tries = join_all(from.map(async |n: u32| {
                let stranger = app.anyone().at_address(&format!("10.0.{}.{}", n / 250, n % 250));
                stranger.post("/sign-in", &[("login", "ann"), ("password", "guess-guess-guess")]).await.status.code
            })).await;
            number += 8;
            if tries.contains(&429) {
                break;
            }
            assert!(number < 400, "as many guesses as there are addresses");
        }
        // The same browser elsewhere, and the crowd goes on.
        desk.at_address("198.51.100.7").post("/sign-in", &[("login", "ann"), ("password", PASSWORD)]).await.is(303);
        let ben = [("login", "ben"), ("password", PASSWORD)];
        app.anyone().at_address("10.0.0.1").post("/sign-in", &ben).await.is(303);
    }

    /// Residents and staff are behind one router: what the former try does not keep the latter out.
    async fn guessing_in_the_hall_keeps_no_owner_out(app: TestApp) {
        let hall = "192.0.2.1";
        let mut desk = app.anyone().at_address(hall);
        let entered = desk.post("/sign-in", &[("login", "ann"), ("password", PASSWORD)]).await.is(303);
        desk.keep(&entered);
        let stranger = app.anyone().at_address(hall);
        let tries = join_all((0..60).map(async |n| {
            let login = if n < 20 { "ann".to_owned() } else { format!("somebody{n}") };
            stranger.post("/sign-in", &[("login", &*login), ("password", "guess-guess-guess")]).await.status.code
        })).await;
        assert_eq!((tries[19], tries[59]), (429, 429), "{tries:?}");
        let change = [("current_password", PASSWORD), ("password", "another-harbour-tulip")];
        desk.post("/account/password", &change).await.is(303);
        desk.cookies.retain(|(name, _)| name != "login");
        desk.post("/sign-in", &[("login", "ann"), ("password", "another-harbour-tulip")]).await.is(303);
    }

    async fn guessing_at_an_open_browser_is_slowed_down_alike(app: TestApp) {
        let mut ann = app.anyone();
        let entered = ann.post("/sign-in", &[("login", "ann"), ("password", PASSWORD)]).await.is(303);
        ann.keep(&entered);
        let guess = [("current_password", "guess-guess-guess"), ("password", "another-harbour-tulip")];
        for _ in 0..10 {
            ann.post("/account/password", &guess).await.is(422);
        }
        let right = [("current_password", PASSWORD), guess[1]];
        ann.post("/account/password", &right).await.is(429).shows("请等一分钟");
        // Nor does it guess on at the sign-in; who comes with another browser is not concerned.
        ann.post("/sign-in", &[("login", "ann"), ("password", PASSWORD)]).await.is(429);
        app.anyone().post("/sign-in", &[("login", "ann"), ("password", PASSWORD)]).await.is(303);
        let ben = app.sign_in("ben").await;
        ben.post("/account/password", &right).await.is(303);
    }

    async fn a_disabled_account_is_out_at_once(app: TestApp) {
        let (ada, ann, program) = (app.sign_in("ada").await, app.sign_in("ann").await, app.token("ann").await);
        ann.get("/centers").await.is(200);
        program.get("/api/v1/centers").await.is(200);
        let id = app.number("select id from accounts where login = 'ann'").await;
        ada.post(&format!("/accounts/{id}/disabling"), &[]).await.is(303);
        assert!(ann.get("/centers").await.leads_to().starts_with("/sign-in"));
        program.get("/api/v1/centers").await.is(401).is_refused("unauthorized");
        app.anyone().post("/sign-in", &[("login", "ann"), ("password", PASSWORD)]).await.is(422);
        ada.post(&format!("/accounts/{id}/enabling"), &[]).await.is(303);
        assert!(ann.get("/centers").await.leads_to().starts_with("/sign-in"), "old logins stay ended");
        app.anyone().post("/sign-in", &[("login", "ann"), ("password", PASSWORD)]).await.is(303);
        let ada_id = app.number("select id from accounts where login = 'ada'").await;
        ada.post(&format!("/accounts/{ada_id}/disabling"), &[]).await.is(409);
    }

    async fn everyone_sees_and_ends_their_own_logins(app: TestApp) {
        let (phone, desk, ben) = (app.sign_in("ann").await, app.sign_in("ann").await, app.sign_in("ben").await);
        let phones = app.number("select min(l.id) from logins l join accounts a on a.id = l.account_id where a.login = 'ann'").await;
        let path = format!("/account/logins/{phones}/revocation");
        desk.get("/account").await.is(200).shows(&path);
        ben.post(&path, &[]).await.is(404);
        desk.post(&path, &[]).await.is(303);
        phone.get("/account").await.is(303);
        desk.get("/account").await.is(200);
        let change = [("current_password", PASSWORD), ("password", "another-harbour-tulip")];
        let other = app.sign_in("ann").await;
        desk.post("/account/password", &[("current_password", "no"), change[1]]).await.is(422).shows("密码不对");
        desk.post("/account/password", &change).await.is(303);
        desk.get("/account").await.is(200);
        other.get("/account").await.is(303);
    }

    async fn the_administrator_makes_accounts(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let mut form = vec![("role", "social_worker"), ("name", "陈静雯"), ("login", "ann"), ("password", PASSWORD), ("password_again", "x")];
        ada.post("/accounts", &form).await.is(422).shows("请填写这一项").shows("value=\"陈静雯\"");
        form.push(("center", "1"));
        ada.post("/accounts", &form).await.is(422).shows("两次输入不一致");
        form[4].1 = PASSWORD;
        ada.post("/accounts", &form).await.is(422).shows("这个用户名已经有人用了");
        form[2].1 = "ｊｉｎｇ。Ｗｅｎ";
        ada.post("/accounts", &form).await.is(303);
        let jingwen = app.sign_in("jing.wen").await;
        assert_eq!(jingwen.get("/home").await.leads_to(), "/centers/1");
        jingwen.get("/accounts").await.is(403);
        assert_eq!(app.number("select count(*) from audit_events where action = 'account.created' and detail = 'social_worker'").await, 3);
    }

    async fn an_account_is_opened_by_its_owner_with_a_link_that_works_once(app: TestApp) {
        let (ada, nobody) = (app.sign_in("ada").await, app.anyone());
        let form = [("role", "front_desk"), ("center", "1"), ("name", "新前台"), ("login", "new.desk")];
        let page = ada.post("/accounts", &form).await.leads_to();
        let shown = ada.get(&page).await.is(200).shows("有效期至");
        let link = link_on(&shown.text());
        ada.get("/accounts").await.shows("待开通");
        // The same link each time it is looked at; with it nobody else's password, and before it no way in.
        assert_eq!(link_on(&ada.get(&page).await.text()), link);
        nobody.post("/sign-in", &[("login", "new.desk"), ("password", "")]).await.is(422);
        nobody.get(&link).await.is(200).shows("新前台").shows("new.desk").hides("PASSWORD");
        nobody.post(&link, &[("password", "short"), ("password_again", "short")]).await.is(422).shows("至少");
        nobody.post(&link, &[("password", PASSWORD), ("password_again", "x")]).await.is(422).shows("两次输入不一致");
        let twice = [("password", PASSWORD), ("password_again", PASSWORD)];
        assert_eq!(nobody.post(&link, &twice).await.leads_to(), "/home");
        nobody.get(&link).await.is(404);
        nobody.post(&link, &twice).await.is(404);
        let desk = app.sign_in("new.desk").await;
        ada.get(&page).await.hides("有效期至");
        // Who forgot it gets another link; the old password and every login end at once.
        assert_eq!(ada.post(&format!("{page}/link"), &[]).await.leads_to(), page);
        desk.get("/account").await.is(303);
        nobody.post("/sign-in", &[("login", "new.desk"), ("password", PASSWORD)]).await.is(422);
        let again = link_on(&ada.get(&page).await.text());
        assert_ne!(again, link);
        ada.post(&format!("{page}/link"), &[]).await.is(303);
        nobody.get(&again).await.is(404);
        let last = link_on(&ada.get(&page).await.text());
        app.at("2026-03-13T10:00:01+08:00");
        nobody.get(&last).await.is(404);
        let ada = app.sign_in("ada").await;
        ada.get(&page).await.hides("有效期至").shows("生成新的开通链接");
        ada.post(&format!("{page}/link"), &[]).await.is(303);
        let fresh = link_on(&ada.get(&page).await.text());
        ada.post(&format!("{page}/disabling"), &[]).await.is(303);
        nobody.get(&fresh).await.is(404);
        nobody.post(&fresh, &twice).await.is(404);
    }

    async fn a_manager_sees_the_link_of_a_new_worker_and_never_that_of_an_opened_account(app: TestApp) {
        let (ben, nobody) = (app.sign_in("ben").await, app.anyone());
        let form = [("name", "何伟明"), ("phone", "13500135000"), ("kind", "social_worker"), ("started_on", "2026-03-01"), ("sign_in", "1"), ("login", "wei")];
        let page = ben.post("/centers/1/workers", &form).await.leads_to();
        let first = link_on(&ben.get(&page).await.text());
        ben.post(&format!("{page}/link"), &[]).await.is(303);
        nobody.get(&first).await.is(404);
        let link = link_on(&ben.get(&page).await.text());
        assert_eq!(nobody.post(&link, &[("password", PASSWORD), ("password_again", PASSWORD)]).await.leads_to(), "/home");
        ben.get(&page).await.hides("/invitations/");
        ben.post(&format!("{page}/link"), &[]).await.is(404);
        let ada = app.sign_in("ada").await;
        let id = app.number("select id from accounts where login = 'wei'").await;
        ada.post(&format!("/accounts/{id}/link"), &[]).await.is(303);
        ben.get(&page).await.hides("/invitations/").hides("生成新的开通链接");
        ben.post(&format!("{page}/link"), &[]).await.is(404);
    }

    async fn nobody_takes_their_own_password_away(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let own = app.number("select id from accounts where login = 'ada'").await;
        ada.post(&format!("/accounts/{own}/link"), &[]).await.is(409);
        ada.get(&format!("/accounts/{own}")).await.is(200).hides("/link\"");
        app.sign_in("ada").await.get("/accounts").await.is(200);
    }

    async fn a_disabled_account_has_no_link(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let form = [("role", "front_desk"), ("center", "1"), ("name", "新前台"), ("login", "new.desk")];
        let page = ada.post("/accounts", &form).await.leads_to();
        ada.post(&format!("{page}/disabling"), &[]).await.is(303);
        ada.get(&page).await.is(200).hides("/invitations/");
        ada.post(&format!("{page}/link"), &[]).await.is(404);
        ada.post(&format!("{page}/enabling"), &[]).await.is(303);
        ada.get(&page).await.is(200).shows("/invitations/");
    }

    async fn the_link_of_an_account_that_waited_for_its_staff_record_is_shown_with_it(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let form = [("role", "social_worker"), ("center", "1"), ("name", "何伟明"), ("login", "wei")];
        let staff = ada.post("/accounts", &form).await.leads_to();
        let account = staff.split("account=").nth(1).unwrap();
        let record = [("name", "何伟明"), ("phone", "13500135000"), ("kind", "social_worker"), ("started_on", "2026-03-01"), ("account", account)];
        let page = ada.post("/centers/1/workers", &record).await.leads_to();
        ada.get(&page).await.is(200).shows("/invitations/");
    }

    async fn of_two_who_use_a_link_at_once_one_does(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let form = [("role", "front_desk"), ("center", "1"), ("name", "新前台"), ("login", "new.desk")];
        let page = ada.post("/accounts", &form).await.leads_to();
        let link = link_on(&ada.get(&page).await.text());
        let (one, other) = (app.anyone(), app.anyone());
        let twice = [("password", PASSWORD), ("password_again", PASSWORD)];
        let (first, second) = rocket::tokio::join!(one.post(&link, &twice), other.post(&link, &twice));
        let mut both = [first.status.code, second.status.code];
        both.sort_unstable();
        assert_eq!(both, [303, 404]);
    }

    async fn another_sites_page_can_do_nothing(app: TestApp) {
        use rocket::http::{ContentType, Cookie, Header};
        let ann = app.sign_in("ann").await;
        let (name, secret) = ann.cookies[0].clone();
        let post = |headers: &[(&'static str, &'static str)]| {
            let mut request = app.client.post("/sign-out").header(ContentType::Form).cookie(Cookie::new(name.clone(), secret.clone()));
            for (name, value) in headers {
                request = request.header(Header::new(*name, *value));
            }
            request.dispatch()
        };
        for foreign in [
            &[("Sec-Fetch-Site", "cross-site")][..],
            &[("Sec-Fetch-Site", "same-site")],
            &[("Origin", "https://evil.example"), ("Host", "linli.example")],
            &[("Referer", "https://evil.example/linli.example"), ("Host", "linli.example")],
            &[("Origin", "null"), ("Host", "linli.example")],
            &[],
        ] {
            assert_eq!(post(foreign).await.status().code, 403, "{foreign:?}");
        }
        ann.get("/account").await.is(200);
        assert_eq!(post(&[("Origin", "https://linli.example"), ("Host", "linli.example")]).await.status().code, 303);
        ann.get("/account").await.is(303);
        // A form whose first field is `_method` becomes another method, and no GET does what a POST does.
        let ann = app.sign_in("ann").await;
        ann.post("/sign-out", &[("_method", "GET")]).await.is(404);
        ann.get("/account").await.is(200);
    }
}

on_both_engines! {
    /// Nor in the other one's place: a kiosk's token opens no page, and a cookie that was read off a browser is no token.
    async fn a_token_is_not_a_cookie_and_a_cookie_no_token(app: TestApp) {
        let mut cookie = app.sign_in("ann").await;
        cookie.get("/api/v1/centers").await.is(401).is_refused("unauthorized");
        let swapped = cookie.with_secret_as_token();
        swapped.get("/api/v1/centers").await.is(401).is_refused("unauthorized");
        let body = serde_json::json!({"request_id": "0191c7f0-0000-7000-8000-000000000001", "person_id": 1, "role": "participant"});
        swapped.post_json("/api/v1/sessions/1/checkins", body.clone()).await.is(401);
        cookie.get("/centers").await.is(200);
        cookie.cookies.clear();
        cookie.get("/centers").await.is(303);
        let token = app.token("ada").await;
        token.get("/api/v1/centers").await.is(200);
        token.post_json("/api/v1/sessions/1/checkins", body).await.is(404);
        token.with_secret_as_login().get("/accounts").await.is(303);
        token.with_secret_as_login().post("/accounts", &[]).await.is(303);
    }
}

on_both_engines! {
    async fn a_place_that_is_not_there_is_a_fault_of_its_field(app: TestApp) {
        let ada = app.sign_in("ada").await;
        for (role, field, place) in
            [("social_worker", "center", "99999"), ("team_leader", "team", "99999"), ("town_supervisor", "town", "无名镇"), ("purchaser", "purchaser", "-1")]
        {
            let form = [("role", role), (field, place), ("name", "某人"), ("login", "somebody"), ("password", PASSWORD), ("password_again", PASSWORD)];
            ada.post("/accounts", &form).await.is(422).shows("请从列表中选择").shows(&format!("id=\"e-{field}\""));
        }
        assert_eq!(app.number("select count(*) from accounts where login = 'somebody'").await, 0);
    }
}

/// The path of the one-time link that a page shows.
fn link_on(page: &str) -> String {
    let secret = page.split("/invitations/").nth(1).expect("a link").split(['<', '"', '&']).next().unwrap_or_default();
    format!("/invitations/{secret}")
}

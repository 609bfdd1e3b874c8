//! A phone that is to be forgotten speaks for nobody any more, whoever holds it and whatever it kept; what its people did stays.

use crate::check_in::{another, request, session};
use crate::support::{Answer, TestApp, User, on_both_engines};

/// Checks somebody in with this phone.
async fn enters(phone: &mut User<'_>, path: &str, name: &str, number: &str) {
    let fields = [("request_id", &*request()), ("name", name), ("phone", number)];
    let answer = phone.post(path, &fields).await.is(200);
    phone.keep(&answer);
}

/// A phone of a mother, who came with her son.
async fn family(app: &TestApp) -> User<'_> {
    session(app, None, None).await;
    another(app, "tai", "2026-03-05", None, None).await;
    let mut phone = app.anyone();
    enters(&mut phone, "/c/tea", "梁惠芳", "13800138000").await;
    enters(&mut phone, "/c/tea", "梁小明", "13800138000").await;
    phone
}

/// The browser is told to drop the cookie: it is empty, and ended long ago.
fn drops_the_cookie(answer: &Answer) -> bool {
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str());
    let mut phones = set.filter(|cookie| cookie.starts_with("phone="));
    phones.any(|cookie| cookie.starts_with("phone=;") && cookie.contains("Max-Age=0") && cookie.contains("Path=/;"))
}

on_both_engines! {
    async fn a_phone_is_forgotten_and_its_past_stays(app: TestApp) {
        let mut phone = family(&app).await;
        let kept = phone.clone();
        phone.get("/me").await.is(200).shows("梁惠芳").shows("梁小明").shows("早茶会").shows("忘记这部手机");
        let answer = phone.post("/me/forget", &[]).await;
        assert_eq!(answer.leads_to(), "/me");
        assert!(drops_the_cookie(&answer), "{:?}", answer.headers);
        phone.keep(&answer);
        phone.get("/me").await.is(200).shows("这部手机还没有签到过").hides("梁惠芳").hides("早茶会").hides("忘记这部手机");

        // Whoever kept the cookie, in a copy of the phone, is nobody either.
        kept.get("/me").await.is(200).shows("这部手机还没有签到过").hides("梁惠芳").hides("早茶会");
        kept.get("/c/tai").await.is(200).hides("梁惠芳").shows("name=\"phone\"");
        let person = app.number("select min(id) from people").await.to_string();
        let tap = [("request_id", &*request()), ("person_id", &person)];
        kept.post("/c/tai", &tap).await.is(422).hides("梁惠芳");
        let second = app.number("select count(*) from attendances where session_id = 2");
        assert_eq!(second.await, 0, "one tap brings nobody in any more");

        assert_eq!(app.number("select count(*) from phones where revoked_at = 1772676000000").await, 1);
        assert_eq!(app.number("select count(*) from attendances where voided_at is null").await, 2);
        assert_eq!(app.number("select count(*) from enrolments").await, 2);
        assert_eq!(app.number("select count(*) from audit_events where action = 'phone.forgotten' and account_id is null").await, 1);
    }

    async fn a_phone_that_begins_anew_knows_nothing_of_before(app: TestApp) {
        let mut phone = family(&app).await;
        phone.keep(&phone.post("/me/forget", &[]).await);
        enters(&mut phone, "/c/tai", "梁惠芳", "13800138000").await;
        phone.get("/me").await.is(200).shows("梁惠芳").hides("梁小明").shows("参加 1 次");
        assert_eq!(app.number("select count(*) from people").await, 2, "the center knows her still");
        assert_eq!(app.number("select count(*) from phones").await, 2);
    }

    async fn only_this_phone_is_forgotten(app: TestApp) {
        let mut phone = family(&app).await;
        let mut fathers = app.anyone();
        enters(&mut fathers, "/c/tai", "梁小明", "13800138000").await;
        phone.keep(&phone.post("/me/forget", &[]).await);
        fathers.get("/me").await.is(200).shows("梁小明").shows("参加 1 次");
        // Asked twice, or by a phone that was never known: there is nothing to forget, and nothing to tell of.
        for stranger in [&phone, &app.anyone()] {
            assert_eq!(stranger.post("/me/forget", &[]).await.leads_to(), "/me");
        }
        assert_eq!(app.number("select count(*) from phones where revoked_at is null").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'phone.forgotten'").await, 1);
    }

    async fn not_me_at_the_door_forgets_the_phone_too(app: TestApp) {
        let mut phone = family(&app).await;
        let kept = phone.clone();
        let answer = phone.post("/c/tai/forget", &[]).await;
        assert_eq!(answer.leads_to(), "/c/tai");
        assert!(drops_the_cookie(&answer), "{:?}", answer.headers);
        phone.keep(&answer);
        for asked in [&phone, &kept] {
            asked.get("/c/tai").await.is(200).hides("梁惠芳").shows("name=\"phone\"");
            asked.get("/me").await.is(200).shows("这部手机还没有签到过");
        }
    }
}

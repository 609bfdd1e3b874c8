//! The hall: codes that rotate, tickets that survive the typing, and what the staff is told looks odd.

use crate::check_in::{another, people, request, session};
use crate::support::{Answer, TestApp, User, on_both_engines, qr};

const SESSION: &str = "/centers/1/sessions/1";

/// The moment `seconds` after ten o'clock, when a half minute begins.
fn at(app: &TestApp, seconds: i64) {
    app.at(&format!("2026-03-05T02:{:02}:{:02}Z", seconds / 60, seconds % 60));
}

/// A session at `/c/tea` whose code rotates.
async fn rotating(app: &TestApp) {
    session(app, None, None).await;
    let ann = app.sign_in("ann").await;
    assert_eq!(ann.post(&format!("{SESSION}/rotating-code"), &[("rotating", "1")]).await.leads_to(), SESSION);
}

/// The path that a phone reads from the screen.
async fn scanned(app: &TestApp, session: &str) -> String {
    let screen = app.sign_in("fay").await.get(&format!("{session}/screen")).await.is(200);
    let link = qr::read(&screen.text());
    link.split_once("//").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| format!("/{path}")).unwrap()
}

/// The ticket in a page's form.
fn ticket(page: &Answer) -> String {
    page.text().split_once("name=\"ticket\" value=\"").expect("a ticket").1.split('"').next().unwrap().to_owned()
}

/// Gives a name and a number, with the ticket that the page gave.
async fn enters(phone: &mut User<'_>, path: &str, ticket: &str, name: &str) -> Answer {
    let fields = [("request_id", &*request()), ("name", name), ("phone", "13800138000"), ("ticket", ticket)];
    let answer = phone.post(path, &fields).await;
    phone.keep(&answer);
    answer
}

on_both_engines! {
    async fn the_code_on_the_screen_lets_in_and_the_posters_link_does_not(app: TestApp) {
        rotating(&app).await;
        let mut phone = app.anyone();
        phone.get("/c/tea").await.is(200).shows("这个二维码已经换了").shows("请再扫一次屏幕上的二维码").hides("name=\"phone\"");
        enters(&mut phone, "/c/tea", "", "梁惠芳").await.is(409).shows("这个二维码已经换了");
        assert_eq!(app.number("select count(*) from scans where outcome = 'code_expired'").await, 1);
        assert_eq!(app.number("select count(*) from people").await, 0);

        let link = scanned(&app, SESSION).await;
        assert!(link.starts_with("/c/tea?k=") && link.len() == 9 + 16, "{link}");
        let page = phone.get(&link).await.is(200).shows("name=\"phone\"");
        assert_eq!(app.number("select count(*) from attendances").await, 0, "looking checks nobody in");
        enters(&mut phone, "/c/tea", &ticket(&page), "梁惠芳").await.is(200).shows("签到成功");
    }

    async fn a_code_is_good_for_this_step_and_the_next(app: TestApp) {
        rotating(&app).await;
        at(&app, 0);
        let link = scanned(&app, SESSION).await;
        at(&app, 29);
        assert_eq!(scanned(&app, SESSION).await, link, "one code for half a minute");
        let phone = app.anyone();
        at(&app, 59);
        assert_ne!(scanned(&app, SESSION).await, link);
        phone.get(&link).await.is(200).shows("name=\"phone\"");
        at(&app, 60);
        phone.get(&link).await.is(200).shows("这个二维码已经换了").hides("name=\"phone\"");
    }

    async fn another_sessions_code_and_a_tampered_one_are_unknown(app: TestApp) {
        rotating(&app).await;
        another(&app, "tai", "2026-03-05", None, None).await;
        app.execute("update sessions set rotating = 1").await;
        let phone = app.anyone();
        let link = scanned(&app, SESSION).await;
        phone.get(&link.replace("/c/tea", "/c/tai")).await.is(404).shows("没有找到").hides("name=\"phone\"");
        let start = link.len() - 16;
        for place in start..link.len() {
            let other = if &link[place..=place] == "A" { "B" } else { "A" };
            let tampered = format!("{}{other}{}", &link[..place], &link[place + 1..]);
            phone.get(&tampered).await.is(404).hides("name=\"phone\"");
        }
        for wrong in ["", "A", "%00", "%E4%BD%A0", &"A".repeat(500)] {
            phone.get(&format!("/c/tea?k={wrong}")).await.is(404).hides("name=\"phone\"");
        }
        phone.get(&link).await.is(200).shows("name=\"phone\"");
    }

    async fn a_ticket_survives_the_typing_and_is_good_nowhere_else(app: TestApp) {
        rotating(&app).await;
        another(&app, "tai", "2026-03-05", None, None).await;
        app.execute("update sessions set rotating = 1").await;
        let mut phone = app.anyone();
        at(&app, 0);
        let good = ticket(&phone.get(&scanned(&app, SESSION).await).await.is(200));
        enters(&mut phone, "/c/tai", &good, "梁惠芳").await.is(404).shows("没有找到");
        for place in 0..good.len() {
            let other = if &good[place..=place] == "A" { "B" } else { "A" };
            let tampered = format!("{}{other}{}", &good[..place], &good[place + 1..]);
            enters(&mut phone, "/c/tea", &tampered, "梁惠芳").await.is(404);
            if place == 8 {
                app.execute("delete from scans").await;
            }
        }
        assert_eq!(app.number("select count(*) from attendances").await, 0);
        // Five minutes of typing, with a slip between: the form keeps its ticket.
        at(&app, 290);
        let slip = [("request_id", &*request()), ("name", ""), ("phone", "138"), ("ticket", &good)];
        assert_eq!(ticket(&phone.post("/c/tea", &slip).await.is(422)), good);
        at(&app, 300);
        enters(&mut phone, "/c/tea", &good, "梁惠芳").await.is(200).shows("签到成功");
        // Ten minutes are enough; who is in is told so all the same.
        at(&app, 601);
        enters(&mut phone, "/c/tea", &good, "陈小明").await.is(409).shows("这个二维码已经换了");
        phone.post("/c/tea", &[("request_id", &request()), ("person_id", "1")]).await.is(200).shows("已经签过了");
        phone.get("/c/tea").await.is(200).shows("已经签过了");
        assert_eq!(app.number("select count(*) from attendances").await, 1);
    }

    async fn a_familys_phone_scans_once_and_a_remembered_one_needs_the_code_too(app: TestApp) {
        rotating(&app).await;
        another(&app, "tai", "2026-03-05", None, None).await;
        app.execute("update sessions set rotating = 1").await;
        let mut phone = app.anyone();
        let page = phone.get(&scanned(&app, SESSION).await).await.is(200);
        phone.keep(&page);
        enters(&mut phone, "/c/tea", &ticket(&page), "梁惠芳").await.is(200);
        at(&app, 120);
        let more = phone.get("/c/tea?another").await.is(200).shows("name=\"phone\"");
        enters(&mut phone, "/c/tea", &ticket(&more), "陈小明").await.is(200).shows("签到成功");
        at(&app, 700);
        phone.get("/c/tea?another").await.is(200).shows("请再扫一次").hides("name=\"phone\"");

        // One tap elsewhere: not without the code, not with somebody else's ticket.
        let tap = |ticket: String| [("request_id".to_owned(), request()), ("person_id".into(), "1".into()), ("ticket".into(), ticket)];
        let send = async |phone: &User<'_>, ticket: &str| {
            let fields = tap(ticket.to_owned());
            let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            phone.post("/c/tai", &fields).await
        };
        let tai = "/centers/1/sessions/2";
        send(&phone, "").await.is(409).shows("请再扫一次");
        phone.cookies.retain(|(name, _)| name == "phone");
        let mine = ticket(&phone.get(&scanned(&app, tai).await).await.is(200).shows("谁来了"));
        let mut neighbour = app.anyone();
        let page = neighbour.get(&scanned(&app, tai).await).await;
        enters(&mut neighbour, "/c/tai", &ticket(&page), "王大力").await.is(200);
        let relayed = ticket(&neighbour.get(&scanned(&app, tai).await).await.is(200));
        send(&phone, &relayed).await.is(404);
        send(&phone, &mine).await.is(200).shows("签到成功");
        // A person for whom the phone does not speak is not even told to be in.
        let fields = [("request_id", &*request()), ("person_id", "3")];
        phone.post("/c/tai", &fields).await.is(409).hides("王大力");
    }

    async fn staff_lets_in_without_a_code(app: TestApp) {
        rotating(&app).await;
        people(&app, 2).await;
        let (fay, ann) = (app.sign_in("fay").await, app.token("ann").await);
        let fields = [("request_id", &*request()), ("person_id", "1"), ("role", "participant")];
        fay.post(&format!("{SESSION}/attendances"), &fields).await.is(303);
        let body = serde_json::json!({"request_id": request(), "person_id": 2, "role": "participant"});
        ann.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
    }

    async fn a_coordinator_switches_and_the_audit_tells(app: TestApp) {
        session(&app, None, None).await;
        let ann = app.sign_in("ann").await;
        let switch = format!("{SESSION}/rotating-code");
        ann.get(SESSION).await.is(200).shows("海报").shows("改用动态二维码");
        ann.post(&switch, &[("rotating", "2")]).await.is(422);
        ann.post(&switch, &[("rotating", "1")]).await.is(303);
        ann.post(&switch, &[("rotating", "1")]).await.is(303);
        ann.get(SESSION).await.is(200).shows("投到大屏").hides("qr.png");
        ann.post(&switch, &[("rotating", "0")]).await.is(303);
        app.anyone().get("/c/tea").await.is(200).shows("name=\"phone\"").hides("name=\"ticket\"");
        assert_eq!(app.number("select count(*) from audit_events where action like 'session.code_%'").await, 2);
        app.sign_in("fay").await.get(SESSION).await.is(200).hides("rotating-code");
    }

    async fn the_screen_shows_what_is_needed_and_nothing_that_fits_in_no_hall(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let fay = app.sign_in("fay").await;
        let screen = format!("{SESSION}/screen");
        let plain = fay.get(&screen).await.is(200).shows("早茶会").shows("http-equiv=\"refresh\"").hides("<progress").hides("陈伯");
        assert!(qr::read(&plain.text()).ends_with("/c/tea"));
        app.execute("update sessions set rotating = 1").await;
        at(&app, 10);
        fay.get(&screen).await.is(200).shows("data-lasts=\"20\"").shows("每 30 秒").shows("<b>0</b>");
        let fields = [("request_id", &*request()), ("person_id", "1"), ("role", "volunteer")];
        fay.post(&format!("{SESSION}/attendances"), &fields).await.is(303);
        fay.get(&screen).await.is(200).shows("<b>1</b>");
        app.at("2026-03-05T00:30:00Z");
        fay.get(&screen).await.is(200).shows("签到还没有开始").shows("09:00").hides("<progress");
        app.execute("update sessions set status = 'cancelled'").await;
        fay.get(&screen).await.is(200).shows("取消").hides("<svg");
    }

    async fn what_looks_odd_is_told_with_names_and_times_and_stops_nobody(app: TestApp) {
        session(&app, None, None).await;
        let ann = app.sign_in("ann").await;
        let mut phone = app.anyone();
        for (n, name) in ["梁惠芳", "陈小明", "王大力", "李阿婆"].into_iter().enumerate() {
            ann.get(SESSION).await.is(200).hides("请看一眼");
            at(&app, 60 * i64::try_from(n).unwrap());
            enters(&mut phone, "/c/tea", "", name).await.is(200).shows("签到成功");
        }
        ann.get(SESSION).await.is(200).shows("请看一眼").shows("一部手机签了 4 个人").shows("李阿婆 10:03").hides("短时间内");
        for n in 0..10 {
            at(&app, 600 + 2 * n);
            enters(&mut app.anyone(), "/c/tea", "", &format!("陈伯{n}甲")).await.is(200);
        }
        ann.get(SESSION).await.is(200).shows("短时间内有 10 个人").shows("陈伯9甲 10:10:18");
        app.sign_in("tom").await.get(SESSION).await.is(200).hides("请看一眼").hides("李阿婆");
        // A mistake that is taken back is settled.
        ann.post(&format!("{SESSION}/attendances/4/void"), &[("reason", "点错了")]).await.is(303);
        ann.get(SESSION).await.is(200).hides("一部手机签了");
    }
}

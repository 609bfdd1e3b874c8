//! The worker's page: ticks, walk-ins, heads, sheets.

use serde_json::json;

use super::{SESSION, another, people, request, session, ticks, tries};
use crate::support::on_both_engines;

on_both_engines! {
    async fn the_roster_ticks_voids_and_ticks_again(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let (ann, fay) = (app.sign_in("ann").await, app.sign_in("fay").await);
        fay.post(&format!("{SESSION}/search"), &[("q", "cb")]).await.is(200).shows("陈伯1").shows("尾号 0081");
        assert_eq!(ticks(&fay, "1", "participant").await.leads_to(), format!("{SESSION}?came=1"));
        assert_eq!(ticks(&ann, "1", "participant").await.leads_to(), format!("{SESSION}?was_in=1"), "ticked by two: what was wanted is so");
        ticks(&ann, "999", "participant").await.is(404);
        ann.get(SESSION).await.is(200).shows("已到 1 人").shows("陈伯1");
        let attendance = format!("{SESSION}/attendances/1");
        fay.get(&attendance).await.is(200).shows("名单勾选");
        fay.post(&format!("{attendance}/void"), &[]).await.is(422);
        assert_eq!(fay.post(&format!("{attendance}/void"), &[("reason", "点错了人")]).await.leads_to(), SESSION);
        fay.post(&format!("{attendance}/void"), &[("reason", "点错了人")]).await.is(404);
        fay.get(&attendance).await.is(404);
        ann.get(SESSION).await.is(200).hides("已到 1 人");
        assert_eq!(ticks(&ann, "1", "participant").await.leads_to(), format!("{SESSION}?came=1"));
        assert_eq!(app.number("select count(*) from attendances").await, 2);
        assert_eq!(app.number("select count(*) from attendances where voided_at is null").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'attendance.voided'").await, 1);
    }

    async fn a_tap_by_mistake_is_undone_for_a_minute_by_whoever_tapped(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let (ann, fay) = (app.sign_in("ann").await, app.sign_in("fay").await);
        let undo = |number: i64| format!("{SESSION}/attendances/{number}/undo");
        let came = ticks(&fay, "1", "participant").await.leads_to();
        fay.get(&came).await.is(200).shows("<b>陈伯1</b> 已签到").shows(&undo(1)).shows("撤销");
        ann.get(&came).await.is(200).shows("<b>陈伯1</b> 已签到").hides(&undo(1));
        ann.post(&undo(1), &[]).await.is(422).shows("由签到的人自己").shows(&format!("{SESSION}/attendances/1/void"));
        assert_eq!(fay.post(&undo(1), &[]).await.leads_to(), SESSION);
        fay.get(&came).await.is(200).hides("已签到");
        fay.post(&undo(1), &[]).await.is(404);
        let said = "select count(*) from audit_events where action = 'attendance.voided' and detail = '点错了'";
        assert_eq!(app.number(said).await, 1, "the audit says why");

        let came = ticks(&fay, "1", "participant").await.leads_to();
        app.at("2026-03-05T02:00:59Z");
        fay.get(&came).await.is(200).shows(&undo(2));
        app.at("2026-03-05T02:01:00Z");
        fay.get(&came).await.is(200).shows("已签到").hides(&undo(2));
        fay.post(&undo(2), &[]).await.is(422).shows("在一分钟内");
        assert_eq!(app.number("select count(*) from attendances where voided_at is null").await, 1);
        fay.post(&format!("{SESSION}/attendances/2/void"), &[("reason", "点错了人")]).await.leads_to();

        app.at("2026-03-05T08:00:00Z");
        let came = ticks(&ann, "1", "participant").await.leads_to();
        ann.get(&came).await.is(200).shows(&undo(3)).shows("已签到");
        assert_eq!(ann.post(&undo(3), &[]).await.leads_to(), SESSION, "what is entered afterwards, as well");
    }

    async fn the_loudest_button_is_the_front_desk_and_closing_after_the_end(app: TestApp) {
        session(&app, None, None).await;
        let ann = app.sign_in("ann").await;
        let (desk, closing) = ("class=\"button primary\" href=\"/centers/1/front-desk#session-1\"", format!("{SESSION}/closing"));
        let primary = format!("class=\"button primary\" href=\"{closing}\"");
        for moment in ["2026-03-04T16:00:00Z", "2026-03-05T02:00:00Z", "2026-03-05T03:59:59Z"] {
            app.at(moment);
            ann.get(SESSION).await.is(200).shows(desk).shows(&closing).hides(&primary);
        }
        app.at("2026-03-04T15:59:59Z");
        ann.get(SESSION).await.is(200).hides("front-desk#").hides(&primary);
        app.at("2026-03-05T04:00:00Z");
        ann.get(SESSION).await.is(200).hides("front-desk#").shows(&primary);
        app.at("2026-03-05T02:00:00Z");
        app.sign_in("tom").await.get(SESSION).await.is(200).hides("front-desk#");
    }

    async fn whoever_is_searched_for_in_vain_begins_a_walk_in(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let ann = app.sign_in("ann").await;
        let search = async |text: &str| ann.post(&format!("{SESSION}/search"), &[("q", text)]).await.is(200).text();
        assert!(ann.get(SESSION).await.is(200).text().contains("<details class=\"card fold\">"), "closed as long as nobody needs it");
        for (text, field) in [(" 欧阳锋 ", "value=\"欧阳锋\""), ("13800138000", "value=\"13800138000\"")] {
            let page = search(text).await;
            let form = &page[page.find("id=\"walk-in\"").unwrap()..page.find("id=\"heads\"").unwrap()];
            assert!(form.contains(field) && page.contains("<details class=\"card fold\" open>"), "{text}: {form}");
        }
        for text in ["0099", "陈伯"] {
            assert!(!search(text).await.contains("<details class=\"card fold\" open>"), "{text} is no newcomer's name");
        }
    }

    async fn eight_names_stand_there_and_the_others_open(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "before", "2026-02-26", None, None).await;
        people(&app, 10).await;
        app.execute("insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth) select 2, id, 'participant', 'paper', 0, 0, 0, 0, 0, 0 from people").await;
        let ann = app.sign_in("ann").await;
        let page = ann.get(SESSION).await.is(200).shows("还没到 10 人").shows("再显示 2 人").text();
        assert_eq!(page.matches("name=\"person_id\"").count(), 10, "all of them are there without a script");
        ticks(&ann, "1", "participant").await.leads_to();
        let page = ann.get(SESSION).await.is(200).shows("再显示 1 人").text();
        assert!(page.contains("<span class=\"state\">已到</span>") && page.contains("陈伯1的签到记录"), "{page}");
    }

    async fn names_are_for_those_who_receive_people(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        ticks(&app.sign_in("ann").await, "1", "participant").await.leads_to();
        for login in ["tom", "cai", "ben"] {
            app.sign_in(login).await.get(SESSION).await.is(200).hides("陈伯1");
        }
        app.sign_in("lei").await.get(SESSION).await.is(404);
        app.sign_in("olga").await.get(SESSION).await.is(404);
        app.execute("update sessions set team_id = 1").await;
        app.sign_in("lei").await.get(SESSION).await.is(200).shows("陈伯1");
        app.sign_in("lei").await.get("/centers/1/desk").await.is(200).shows("早茶会");
        app.at("2026-03-06T02:00:00Z");
        app.sign_in("fay").await.get(SESSION).await.is(404);
        app.sign_in("fay").await.get("/centers/1/desk").await.is(200).hides("早茶会");
    }

    async fn a_walk_in_is_registered_once_and_heads_are_counted(app: TestApp) {
        session(&app, None, None).await;
        let ann = app.sign_in("ann").await;
        let id = request();
        let form = [("request_id", id.as_str()), ("name", "黄丽珍"), ("phone", ""), ("role", "participant")];
        assert_eq!(ann.post(&format!("{SESSION}/walk-ins"), &form).await.leads_to(), format!("{SESSION}?came=1"));
        ann.post(&format!("{SESSION}/walk-ins"), &form).await.is(303);
        assert_eq!(app.number("select count(*) from people").await, 1, "a double tap registers one");
        ann.post(&format!("{SESSION}/walk-ins"), &[("request_id", &request()), ("role", "participant")]).await.is(422).shows("请填写这一项");
        ann.post(&format!("{SESSION}/head-counts"), &[("request_id", &id), ("heads", "0")]).await.is(422);
        for _ in 0..2 {
            let heads = [("request_id", id.as_str()), ("heads", "12"), ("elderly", "7")];
            assert_eq!(ann.post(&format!("{SESSION}/head-counts"), &heads).await.leads_to(), SESSION, "a double tap counts once");
        }
        ann.get(SESSION).await.is(200).shows("<strong>13</strong>").shows("未具名 12 人");
        let why = [("void_reason.1", "miscounted")];
        let undo = format!("{SESSION}/head-counts/1/void");
        ann.post(&undo, &[("void_reason.1", " ")]).await.is(422).shows("#f-void_reason.1");
        assert_eq!(ann.post(&undo, &why).await.leads_to(), SESSION);
        ann.post(&undo, &why).await.is(404);
        let told = "select count(*) from audit_events where action = 'head_count.voided' and detail = 'miscounted'";
        assert_eq!(app.number(told).await, 1, "why stands in the audit");
        ann.get(SESSION).await.is(200).shows("<strong>1</strong>");
    }

    async fn what_is_entered_afterwards_says_so(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        app.at("2026-03-06T08:00:00Z");
        ticks(&app.sign_in("ann").await, "1", "participant").await.leads_to();
        app.sign_in("ann").await.get(&format!("{SESSION}/attendances/1")).await.is(200).shows("事后补录");
        assert_eq!(app.number("select count(*) from attendances a join sessions s on s.id = a.session_id where a.came_at = s.starts_at and a.recorded_by is not null").await, 1);
    }

    async fn groups_are_those_of_the_sessions_day(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        app.execute("update people set birth_date = '1966-03-05' where id = 1").await;
        app.execute("update people set birth_date = '1966-03-06' where id = 2").await;
        app.execute("insert into group_memberships (person_id, priority_group, valid_from, valid_to, document, created_at) values (2, 'needy', '2025-01-01', '2026-03-05', '低保证', 0)").await;
        app.at("2026-03-06T08:00:00Z");
        let ann = app.sign_in("ann").await;
        ticks(&ann, "1", "participant").await.leads_to();
        ticks(&ann, "2", "participant").await.leads_to();
        assert_eq!(app.number("select count(*) from attendances where person_id = 1 and elderly = 1 and needy = 0").await, 1);
        assert_eq!(app.number("select count(*) from attendances where person_id = 2 and elderly = 0 and needy = 1").await, 1);
    }

    async fn sheets_are_printed_and_the_code_is_drawn(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "next", "2026-03-12", None, None).await;
        people(&app, 1).await;
        let ann = app.sign_in("ann").await;
        ticks(&ann, "1", "participant").await.leads_to();
        ann.get("/centers/1/sessions/2/sign-in-sheet").await.is(200).shows("陈伯1");
        for (seats, lines) in [("10", 12), ("36", 44), ("1", 2)] {
            app.execute(match seats {
                "10" => "update sessions set capacity = 10 where id = 2",
                "36" => "update sessions set capacity = 36 where id = 2",
                _ => "update sessions set capacity = 1 where id = 2",
            })
            .await;
            let sheet = ann.get("/centers/1/sessions/2/sign-in-sheet").await.is(200).shows("陈伯1").text();
            assert_eq!(sheet.matches("<td class=\"num\">").count(), lines, "{seats} seats and a fifth more");
        }
        let poster = ann.get(&format!("{SESSION}/poster")).await.is(200).shows("早茶会").shows("/c/tea").shows("<svg");
        poster.shows("2026年3月5日 周四").shows("Thu 5 March 2026");
        let png = ann.get(&format!("{SESSION}/qr.png")).await.is(200);
        assert_eq!((png.header("content-type"), &png.body[1..4]), ("image/png", &b"PNG"[..]));
        ann.get(&format!("{SESSION}/qr.svg")).await.is(200).shows("<svg");
        app.sign_in("cai").await.get(&format!("{SESSION}/sign-in-sheet")).await.is(403);
    }

    async fn what_was_voided_or_full_is_decided_anew(app: TestApp) {
        session(&app, Some(1), None).await;
        people(&app, 2).await;
        let (ann, mut phone, page) = (app.sign_in("ann").await, app.anyone(), request());
        let form = [("request_id", page.as_str()), ("name", "梁惠芳"), ("phone", "13800138000")];
        ticks(&ann, "1", "participant").await.leads_to();
        let answer = phone.post("/c/tea", &form).await.is(409).shows("已经满员");
        phone.keep(&answer);
        assert!(phone.cookies.iter().all(|(name, _)| name != "phone"), "no phone is remembered for who is turned away");
        assert_eq!(app.number("select count(*) from people").await, 2, "nobody is registered at a full door");
        assert_eq!(app.number("select count(*) from phones").await, 0);
        let walk_in = [("request_id", page.as_str()), ("name", "黄丽珍"), ("phone", "13900139000"), ("role", "participant")];
        ann.post(&format!("{SESSION}/walk-ins"), &walk_in).await.is(422).shows("已经满员");
        assert_eq!(app.number("select count(*) from people").await, 2);

        ann.post(&format!("{SESSION}/attendances/1/void"), &[("reason", "点错了人")]).await.leads_to();
        let answer = phone.post("/c/tea", &form).await.is(200).shows("签到成功");
        phone.keep(&answer);
        phone.post("/c/tea", &form).await.is(200).shows("签到成功");
        ann.post(&format!("{SESSION}/attendances/2/void"), &[("reason", "点错了人")]).await.leads_to();
        assert_eq!(ann.post(&format!("{SESSION}/walk-ins"), &walk_in).await.leads_to(), format!("{SESSION}?came=4"), "the same page lets in who was turned away");
        phone.post("/c/tea", &form).await.is(409).shows("已经满员");
        ann.post(&format!("{SESSION}/attendances/3/void"), &[("reason", "点错了人")]).await.leads_to();
        phone.post("/c/tea", &form).await.is(200).shows("签到成功");
        assert_eq!(app.number("select count(*) from people").await, 4);
        assert_eq!(app.number("select count(*) from attendances where voided_at is null").await, 1);

        // Known to the phone, but not to this center: a center learns of nobody whom it turns away.
        app.execute("update attendances set voided_at = 0").await;
        ticks(&ann, "1", "participant").await.leads_to();
        app.execute("delete from enrolments where person_id = 3").await;
        let tap = [("request_id", page.as_str()), ("person_id", "3")];
        phone.post("/c/tea", &tap).await.is(409).shows("已经满员");
        assert_eq!(app.number("select count(*) from enrolments where person_id = 3").await, 0);
        app.execute("update attendances set voided_at = 0").await;
        phone.post("/c/tea", &tap).await.is(200).shows("签到成功");
        assert_eq!(app.number("select count(*) from enrolments where person_id = 3").await, 1);
    }

    async fn heads_and_names_share_the_seats(app: TestApp) {
        session(&app, Some(5), None).await;
        people(&app, 3).await;
        let ann = app.token("ann").await;
        let heads = async |number: i64| ann.post_json("/api/v1/sessions/1/head_counts", json!({"request_id": request(), "heads": number})).await;
        tries(&ann, 1, "participant", &request()).await.is(201);
        heads(5).await.is(409).is_refused("full");
        heads(3).await.is(201);
        tries(&ann, 2, "participant", &request()).await.is(201);
        heads(1).await.is(409).is_refused("full");
        tries(&ann, 3, "participant", &request()).await.is(409).is_refused("full");
        let why = [("void_reason.1", "miscounted")];
        app.sign_in("ann").await.post(&format!("{SESSION}/head-counts/1/void"), &why).await.leads_to();
        tries(&ann, 3, "participant", &request()).await.is(201);
    }

    async fn a_team_leader_finds_whom_the_session_knows(app: TestApp) {
        session(&app, None, Some(1)).await;
        another(&app, "before", "2026-02-26", None, Some(1)).await;
        people(&app, 3).await;
        app.execute("insert into team_members (team_id, person_id, joined_on, created_at) values (1, 1, '2025-01-01', 0)").await;
        app.execute("insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth) values (2, 2, 'participant', 'paper', 0, 0, 0, 0, 0, 0)").await;
        let lei = app.sign_in("lei").await;
        let search = format!("{SESSION}/search");
        lei.post(&search, &[("q", "cb")]).await.is(200).shows("找到 2 人").shows("陈伯1").shows("陈伯2").hides("陈伯3");
        app.sign_in("ann").await.post(&search, &[("q", "cb")]).await.is(200).shows("找到 3 人").shows("陈伯3");
        ticks(&lei, "3", "participant").await.is(404);
        tries(&app.token("lei").await, 3, "participant", &request()).await.is(404);
        ticks(&lei, "1", "volunteer").await.leads_to();
        ticks(&lei, "2", "participant").await.leads_to();
    }
}

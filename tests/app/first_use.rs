//! What somebody meets who uses Linli for the first time: pages that keep what was typed, questions before what cannot be
//! undone, and ways back.

mod languages;

use std::collections::BTreeSet;

use data_encoding::BASE64;
use serde_json::json;

use self::languages::{change, in_english};
use crate::check_in::{SESSION, people, request, session};
use crate::support::browser::Browser;
use crate::support::cast::PASSWORD;
use crate::support::live::Live;
use crate::support::{Engine, TestApp, on_both_engines};

on_both_engines! {
    async fn what_was_typed_stays_in_the_other_language(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let mut ann = app.sign_in("ann").await;
        let typed = [("name", "梁惠芳"), ("phone", "1380013"), ("sex", "f"), ("needy", "1"), ("needy.document", "低保证 7"), ("password", "x")];
        let form = ann.get("/centers/1/people/new").await.is(200).text();
        let again = in_english(&mut ann, &form, &typed).await.is(200).text();
        for shown in ["Register a person", "value=\"梁惠芳\"", "value=\"1380013\"", "value=\"f\" checked", "value=\"低保证 7\""] {
            assert!(again.contains(shown), "{shown} is not in {again}");
        }
        ann.keep(&ann.get("/centers/1/people/new").await.is(200).shows("梁惠芳"));
        ann.get("/centers/1/people/new").await.is(200).hides("梁惠芳");

        let faulty = ann.post("/centers/1/people", &typed).await.is(422).text();
        in_english(&mut ann, &faulty, &typed).await.is(200).shows("value=\"梁惠芳\"").shows("action=\"/centers/1/people\"");
        let found = ann.post("/centers/1/people/search", &[("q", "陈伯")]).await.is(200).shows("陈伯1").text();
        in_english(&mut ann, &found, &[("q", "陈伯")]).await.is(200).shows("陈伯1").shows("value=\"陈伯\"");
        let walk_in = [("request_id", &*request()), ("name", "林小明"), ("phone", "1")];
        let refused = ann.post(&format!("{SESSION}/walk-ins"), &walk_in).await.is(422).text();
        in_english(&mut ann, &refused, &walk_in[1..]).await.is(200).shows("value=\"林小明\"").shows("Walk-in");
    }

    async fn the_door_keeps_what_was_typed(app: TestApp) {
        session(&app, None, None).await;
        let mut phone = app.anyone();
        let page = phone.get("/c/tea").await.is(200).text();
        let typed = [("request_id", &*request()), ("name", "陈秀英"), ("phone", "1380")];
        let answer = phone.post(&format!("/preferences?back={}", change(&page).unwrap().0), &[&typed[..], &[("large", "1")]].concat()).await;
        phone.keep(&answer);
        phone.get(&answer.leads_to()).await.is(200).shows("class=\"large\"").shows("value=\"陈秀英\"").shows("value=\"1380\"");
        // Another page does not get it, nor one who altered it.
        phone.get("/c/tai").await.hides("陈秀英");
        for (name, value) in &mut phone.cookies {
            if name == "entry" {
                value.replace_range(40..41, if &value[40..41] == "A" { "B" } else { "A" });
            }
        }
        phone.get("/c/tea").await.is(200).hides("陈秀英");
    }

    async fn a_wrong_card_is_told_at_the_top(app: TestApp) {
        session(&app, None, None).await;
        let page = app.anyone().post("/c/tea", &[("request_id", &*request()), ("card", "7KD4M")]).await.is(422).text();
        let (told, field) = (page.find("href=\"#f-card\""), page.find("id=\"f-name\""));
        assert!(told.is_some() && told < field, "{page}");
        // Who comes too early did nothing wrong.
        app.at("2026-03-04T02:00:00Z");
        app.anyone().get("/c/tea").await.is(200).shows("<body class=\"already\">").shows("还没有开始").hides("坐下");
    }

    async fn a_walk_in_of_a_known_name_is_asked_who_it_is(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let ann = app.sign_in("ann").await;
        let walk_ins = format!("{SESSION}/walk-ins");
        let sent = |extra: (&'static str, &'static str)| {
            [("request_id", request()), ("name", "陈 伯1".to_owned()), ("role", "volunteer".to_owned()), (extra.0, extra.1.to_owned())]
        };
        let posts = async |fields: &[(&str, String)]| {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            ann.post(&walk_ins, &fields).await
        };
        posts(&sent(("phone", ""))).await.is(422).shows("是这一位吗").shows("****0081").shows("name=\"person_id\" value=\"1\"")
            .hides("name=\"person_id\" value=\"2\"").shows("name=\"anyway\"");
        // A number, which the known one has not, tells nothing either.
        posts(&sent(("phone", "13800138000"))).await.is(422).shows("是这一位吗");
        assert_eq!(app.number("select count(*) from people").await, 2);
        posts(&sent(("anyway", "1"))).await.is(303);
        assert_eq!(app.number("select count(*) from people").await, 3);
        app.execute("update people set phone_hash = 'another'").await;
        posts(&sent(("phone", "13800138000"))).await.is(303);
        let program = app.token("ann").await;
        let body = |anyway: bool| json!({"request_id": request(), "name": "陈伯2", "role": "participant", "anyway": anyway});
        program.post_json("/api/v1/sessions/1/walk_ins", body(false)).await.is(409).is_refused("name_known");
        program.post_json("/api/v1/sessions/1/walk_ins", body(true)).await.is(201);
    }

    async fn a_registration_of_a_known_name_is_asked_who_it_is(app: TestApp) {
        people(&app, 1).await;
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &[("name", "陈伯1")]).await.is(422).shows("是这一位吗").shows("/centers/1/people/1\"").shows("name=\"anyway\"");
        ann.post("/centers/1/people", &[("name", "陈伯1"), ("anyway", "1")]).await.is(303);
        app.execute("update people set birth_date = '1950-01-01'").await;
        ann.post("/centers/1/people", &[("name", "陈伯1"), ("birth_date", "2015-01-01")]).await.is(303);
        let program = app.token("ann").await;
        program.post_json("/api/v1/people", json!({"center": 1, "name": "陈伯1"})).await.is(409).is_refused("name_known");
    }

    async fn a_running_session_is_closed_on_purpose_and_opened_again(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let ann = app.sign_in("ann").await;
        let closing = format!("{SESSION}/closing");
        app.at("2026-03-05T02:30:00Z");
        let tick = [("request_id", &*request()), ("person_id", "1"), ("role", "volunteer")];
        ann.post(&format!("{SESSION}/attendances"), &tick).await.is(303);
        app.at("2026-03-05T02:31:00Z");
        // One minute so far, not the ninety until its end; and nobody forgot anything.
        ann.get(&closing).await.is(200).shows("还没到结束时间").shows("value=\"1\">").shows("还在场").hides("warn\">忘记签退").shows("name=\"early\"");
        ann.post(&closing, &[("summary", "停电")]).await.is(422).shows("确认现在就结束");
        ann.post(&closing, &[("summary", "停电"), ("early", "1")]).await.is(303);
        // Closed: its minutes end with it, and more than it lasted needs a reason.
        app.at("2026-03-05T05:00:00Z");
        ann.post(&format!("{SESSION}/hours"), &[("attendance", "1"), ("minutes.1", "90")]).await.is(422).shows("超过 31 分钟");
        let reopening = format!("{SESSION}/reopening");
        ann.get(&closing).await.is(200).shows("重新打开");
        assert_eq!(ann.post(&reopening, &[]).await.leads_to(), SESSION);
        ann.post(&reopening, &[]).await.is(409);
        ann.get(&closing).await.is(200).shows("停电").shows("warn\">忘记签退");
        ann.post(&closing, &[("summary", "停电"), ("confirm.1", "1"), ("minutes.1", "30")]).await.is(303);
        ann.get(&closing).await.is(200).hides("重新打开");
        ann.post(&reopening, &[]).await.is(409).shows("已经确认了");
        app.execute("delete from hours_entries").await;
        app.at("2026-03-05T16:30:00Z");
        ann.post(&reopening, &[]).await.is(409).shows("过了当天");
        ann.get(&closing).await.is(200).hides("重新打开");
    }

    async fn an_account_gets_its_staff_record(app: TestApp) {
        let (ada, ben) = (app.sign_in("ada").await, app.sign_in("ben").await);
        ann_leads(&app, false).await;
        let new = [("name", "李芳"), ("login", "lifang"), ("role", "social_worker"), ("center", "1"), ("password", PASSWORD), ("password_again", PASSWORD)];
        let staff = ada.post("/accounts", &new).await.leads_to();
        let account = app.number("select id from accounts where login = 'lifang'").await;
        assert_eq!(staff, format!("/centers/1/workers/new?account={account}"));
        ada.get(&staff).await.is(200).shows("李芳 (lifang)").shows("value=\"李芳\"");
        ben.get("/centers/1/workers").await.is(200).shows(&format!("new?account={account}\""));
        let account = account.to_string();
        let record = [("name", "李芳"), ("phone", "13600136000"), ("kind", "social_worker"), ("started_on", "2026-03-01"), ("account", &account), ("sign_in", "1")];
        ben.post("/centers/1/workers", &record).await.is(303);
        assert_eq!(app.number("select count(*) from accounts where login = 'lifang'").await, 1);
        assert_eq!(app.number("select count(*) from workers w join accounts a on a.id = w.account_id where a.login = 'lifang'").await, 1);
        let second = [("name", "李方"), ("phone", "13600136001"), record[2], record[3], record[4]];
        ben.post("/centers/1/workers", &second).await.is(422).shows("已有员工登记");
        // Nobody else's account: not one of another center.
        let olga = app.number("select id from accounts where login = 'olga'").await.to_string();
        ben.post("/centers/1/workers", &[second[0], second[1], second[2], second[3], ("account", &olga)]).await.is(422);
        ann_leads(&app, true).await;
    }

    async fn organizations_and_agreements_are_mended(app: TestApp) {
        let ada = app.sign_in("ada").await;
        ada.get("/organizations").await.is(200).shows("/providers/1/edit").shows("/purchasers/1/edit").shows("/agreements/1\"");
        ada.get("/providers/1/edit").await.is(200).shows("莞爱社会工作服务中心");
        ada.post("/providers/1", &[("name", ""), ("contact", "")]).await.is(422);
        ada.post("/providers/1", &[("name", "莞爱社工"), ("contact", "0769")]).await.is(303);
        ada.get("/organizations").await.is(200).shows("莞爱社工");
        ada.post("/providers/999", &[("name", "x")]).await.is(404);
        let other = app.number("select id from providers where id <> 1").await.to_string();
        ada.post(&format!("/providers/{other}"), &[("name", "莞爱社工")]).await.is(422);
        let terms = |ends: &'static str| [("center", "1"), ("provider", "1"), ("purchaser", "1"), ("starts_on", "2026-01-01"), ("ends_on", ends), ("reason", "补充协议")];
        ada.get("/agreements/1").await.is(200).shows("/agreements/1/edit").shows("/agreements/1/indicators").shows("/agreements/1/recipients");
        ada.get("/agreements/1/edit").await.is(200).shows("name=\"center\" value=\"1\" checked");
        ada.post("/agreements/1", &terms("2025-12-31")).await.is(422);
        ada.post("/agreements/1", &terms("2026-06-30")).await.is(303);
        assert_eq!(app.number("select count(*) from agreement_centers where agreement_id = 1 and ends_on = '2026-06-30'").await, 1);
        // The days after it are free again.
        let next = [("center", "1"), ("provider", "1"), ("purchaser", "1"), ("starts_on", "2026-07-01"), ("ends_on", "2026-12-31")];
        ada.post("/agreements", &next).await.is(303);
        ada.post("/agreements/1", &terms("2026-07-31")).await.is(422).shows("这段时间已有协议");
        assert_eq!(app.number("select count(*) from audit_events where action in ('provider.revised', 'agreement.revised')").await, 2);
        app.execute("delete from agreement_centers").await;
        ada.get("/organizations").await.is(200).shows("还没有协议").hides("先添加承接机构");
    }

    async fn what_was_ended_by_a_slip_comes_back(app: TestApp) {
        let (ada, ben, ann) = (app.sign_in("ada").await, app.sign_in("ben").await, app.sign_in("ann").await);
        ann.get("/centers/1/teams/1").await.is(200).shows("<details class=\"ask\">").shows("以后安排活动不能再选它");
        ann.post("/centers/1/teams/1/disbanding", &[]).await.is(303);
        ann.get("/centers/1/teams/1").await.is(200).shows("恢复队伍");
        app.sign_in("ben").await.get("/centers/1/teams/1").await.hides("恢复队伍");
        ann.post("/centers/1/teams/1/restoration", &[]).await.is(303);
        ann.post("/centers/1/teams/1/restoration", &[]).await.is(404);
        assert_eq!(app.number("select count(*) from teams where disbanded_on is null").await, 1);
        ben.get("/centers/1/rooms/1").await.is(200).shows("<details class=\"ask\">");
        ben.post("/centers/1/rooms/1/retirement", &[]).await.is(303);
        ben.get("/centers/1/rooms").await.is(200).shows("不再使用的功能室").shows("/centers/1/rooms/1/restoration");
        ann.get("/centers/1/rooms").await.is(200).hides("不再使用的功能室");
        ben.post("/centers/1/rooms/1/restoration", &[]).await.is(303);
        ben.post("/centers/1/rooms/1/restoration", &[]).await.is(404);
        ben.get("/centers/1/rooms/1").await.is(200);
        ada.get("/holidays").await.is(200).shows("<details class=\"ask\">");
        let fay = app.number("select id from accounts where login = 'fay'").await;
        ada.get(&format!("/accounts/{fay}")).await.is(200).shows("<details class=\"ask\">").shows("以后可以重新启用");
    }

    async fn the_list_shows_whose_birth_date_is_missing(app: TestApp) {
        people(&app, 2).await;
        app.execute("update people set birth_date = '1950-01-01' where id = 2").await;
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1").await.is(200).shows("/centers/1/people?missing=birth\"");
        ann.get("/centers/1/people?missing=birth").await.is(200).shows("陈伯1").hides("陈伯2").shows("共 1 人");
        ann.get("/centers/1/people").await.is(200).shows("陈伯2").shows("共 2 人");
    }

    async fn small_words_are_right(app: TestApp) {
        session(&app, None, None).await;
        let (ann, lei) = (app.sign_in("ann").await, app.sign_in("lei").await);
        // The faults stand in the order of the fields, with their number.
        let page = ann.post("/centers/1/people", &[("name", "陈"), ("phone", "1"), ("id_number", "1")]).await.is(422).shows("有 2 处需要修改").text();
        assert!(page.find("#f-phone\"") < page.find("#f-id_number\""), "{page}");
        ann.post("/centers/1/people", &[]).await.is(422).shows("有 1 处需要修改");
        app.anyone().post("/sign-in", &[("login", "ann"), ("password", "wrong")]).await.shows("没有登录").hides("需要修改");
        lei.get("/centers/1/desk").await.is(200).shows("您的队伍今天没有活动");
        // Closed early, it is no more offered; nor is what the phone's people are in already.
        let mut phone = app.anyone();
        phone.keep(&phone.post("/c/tea", &[("request_id", &*request()), ("name", "陈秀英"), ("phone", "13800138000")]).await.is(200));
        let page = phone.get("/me").await.is(200).text();
        assert_eq!(page.matches("早茶会").count(), 1, "{page}");
        app.execute("update sessions set status = 'completed', closed_at = 1").await;
        app.anyone().get("/agenda/1").await.is(200).shows("早茶会").shows("已结束");
        app.anyone().get("/").await.is(200).hides("早茶会");
    }
}

/// Whether the form of a session offers anybody to lead it.
async fn ann_leads(app: &TestApp, somebody: bool) {
    let page = app.sign_in("ann").await.get("/centers/1/activities/new").await.is(200);
    if somebody {
        page.hides("还没有登记工作人员")
    } else {
        page.shows("还没有登记工作人员")
    };
}

/// How many sheets a page takes.
pub(crate) async fn sheets(browser: &Browser) -> usize {
    let pdf = browser.cdp("Page.printToPDF", json!({ "printBackground": true, "preferCSSPageSize": true })).await;
    let pdf = BASE64.decode(pdf["data"].as_str().unwrap().as_bytes()).unwrap();
    let pages: BTreeSet<usize> = pdf
        .windows(11)
        .enumerate()
        .filter(|(_, text)| text.starts_with(b"/Type /Page") && text.len() == 11)
        .map(|(at, _)| at)
        .filter(|at| pdf.get(at + 11) != Some(&b's'))
        .collect();
    pages.len()
}

#[test]
fn a_poster_is_one_sheet() {
    let url = crate::support::app::fresh_database(Engine::Sqlite).unwrap();
    let live = Live::on(&url, 0);
    crate::support::app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        session(&app, None, None).await;
        let Some(browser) = Browser::desktop().open().await else { return };
        browser.becomes(&app.sign_in("ann").await, &live.base).await;
        for title in [
            "早茶会",
            "长者智能手机应用进阶学习班第三期",
            "“邻里守望·情暖重阳”社区长者集体生日会暨智能手机应用进阶学习成果展示活动",
            "Intergenerational calligraphy and lantern workshop for the whole neighbourhood, part two",
        ] {
            let mut tx = app.begin().await;
            sqlx::query("update activities set title = $1").bind(title).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
            browser.goto(&live.link(&format!("{SESSION}/poster"))).await;
            assert_eq!(sheets(&browser).await, 1, "{title}");
        }
        for paper in ["a4", "a3"] {
            browser.goto(&live.link(&format!("/centers/1/wall?month=2026-03&paper={paper}"))).await;
            assert_eq!(sheets(&browser).await, 1, "{paper}");
        }
        browser.close().await;
    });
}

/// A phone at the door, without a script; a desk with one.
#[test]
fn large_letters_come_while_somebody_types() {
    let url = crate::support::app::fresh_database(Engine::Sqlite).unwrap();
    let live = Live::on(&url, 0);
    crate::support::app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        session(&app, None, None).await;
        let Some(phone) = Browser::phone().without_javascript().open().await else { return };
        phone.goto(&live.link("/c/tea")).await;
        phone.fill("[name=name]", "陈秀英").await;
        phone.fill("[name=phone]", "138001").await;
        phone.click("button[name=large]").await;
        phone.text("html.large").await;
        assert_eq!(phone.attr("[name=name]", "value").await.as_deref(), Some("陈秀英"));
        assert_eq!(phone.attr("[name=phone]", "value").await.as_deref(), Some("138001"));
        phone.close().await;

        let Some(desk) = Browser::desktop().open().await else { return };
        desk.becomes(&app.sign_in("ann").await, &live.base).await;
        desk.goto(&live.link("/centers/1/people/new")).await;
        desk.fill("[name=name]", "梁惠芳").await;
        desk.click(".toggle-large").await;
        desk.text("html.large").await;
        assert_eq!(desk.execute("return document.querySelector('[name=name]').value", vec![]).await, json!("梁惠芳"));
        desk.click("button[name=lang]").await;
        desk.see("Register a person").await;
        desk.text("html.large").await;
        assert_eq!(desk.attr("[name=name]", "value").await.as_deref(), Some("梁惠芳"));
        // Enter sends the form, not the button for the language that stands before it.
        desk.execute("document.querySelector('[name=name]').focus()", vec![]).await;
        desk.fill("[name=name]", "梁惠芳\n").await;
        desk.see("Registered.").await;
        desk.close().await;
    });
}

/// A long text is kept in its tab until it is sent, but not one that lies sealed; signing out takes it away.
#[test]
fn a_long_text_outlives_a_reload() {
    let url = crate::support::app::fresh_database(Engine::Sqlite).unwrap();
    let live = Live::on(&url, 0);
    crate::support::app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        session(&app, None, None).await;
        let Some(desk) = Browser::desktop().open().await else { return };
        desk.becomes(&app.sign_in("ann").await, &live.base).await;
        let value = async |name: &str| {
            desk.execute(&format!("return document.querySelector('[name={name}]').value"), vec![]).await
        };
        let (new, known) = (live.link("/centers/1/activities/new"), live.link("/centers/1/people/new"));
        desk.goto(&new).await;
        desk.fill("[name=description]", "请自带水杯").await;
        desk.goto(&known).await;
        desk.fill("[name=note]", "喜欢下棋").await;
        desk.fill("[name=care]", "对花生过敏").await;
        desk.goto(&new).await;
        assert_eq!(value("description").await, json!("请自带水杯"));
        desk.goto(&known).await;
        assert_eq!((value("note").await, value("care").await), (json!(""), json!("")));
        let kept = desk.execute("return JSON.stringify(sessionStorage)", vec![]).await.to_string();
        assert!(kept.contains("水杯") && !kept.contains("下棋") && !kept.contains("花生"), "{kept}");
        desk.execute("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()", vec![]).await;
        desk.see("登录").await;
        let kept = desk.execute("return sessionStorage.length", vec![]).await;
        assert_eq!(kept, json!(0));
        desk.close().await;
    });
}

/// A slash goes to the search; what is found leads on. On a phone a sign does, and a family is registered one after the other.
#[test]
fn a_slash_searches_and_a_family_is_registered() {
    let url = crate::support::app::fresh_database(Engine::Sqlite).unwrap();
    let live = Live::on(&url, 0);
    crate::support::app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        let Some(phone) = Browser::phone().open().await else { return };
        phone.becomes(&app.sign_in("ann").await, &live.base).await;
        phone.goto(&live.link("/centers/1/people/new")).await;
        phone.fill("[name=name]", "何大海").await;
        phone.fill("[name=address]", "罗沙路 12 号").await;
        phone.click("[name=next]").await;
        phone.see("刚刚登记了 何大海").await;
        phone.select("[name=lives_with]", "spouse").await;
        phone.fill("[name=name]", "林美").await;
        phone.submit("form#entry").await;
        phone.see("配偶").await;
        phone.no_horizontal_scroll().await;
        phone.click(".bar-find").await;
        phone.fill("main [name=q]", "hdh\n").await;
        phone.see("何大海").await;
        phone.no_horizontal_scroll().await;
        phone.close().await;

        let Some(desk) = Browser::desktop().open().await else { return };
        desk.becomes(&app.sign_in("ann").await, &live.base).await;
        desk.goto(&live.link("/centers/1/activities")).await;
        desk.execute("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }))", vec![])
            .await;
        assert_eq!(desk.execute("return document.activeElement.id", vec![]).await, json!("bar-q"));
        desk.fill("#bar-q", "linmei\n").await;
        desk.click("main a.row-link").await;
        desk.see("何大海").await;
        desk.close().await;
    });
}

on_both_engines! {
    async fn a_new_center_is_led_through_its_first_steps(app: TestApp) {
        let ada = app.sign_in("ada").await;
        ada.get("/centers/3").await.is(200).shows("开始使用").shows("已完成 0 步").shows("必备 0/8").hides("都办好了")
            .shows("class=\"next\"").shows("href=\"/organizations\"").shows("href=\"/centers/3/rooms\"")
            .shows("href=\"/centers/3/workers/new\"").shows("href=\"/centers/3/people/new\"").shows("href=\"/centers/3/activities/new\"");
        let agreement = [("center", "3"), ("provider", "1"), ("purchaser", "1"), ("starts_on", "2026-01-01"), ("ends_on", "2026-12-31")];
        ada.post("/agreements", &agreement).await.is(303);
        // Who may not take a step is told who does.
        let ben = app.sign_in("ben").await;
        ben.get("/centers/3").await.is(200).shows("已完成 1 步").hides("href=\"/organizations\"").shows("由社工办理").hides("/centers/3/people/new");
        app.sign_in("tom").await.get("/centers/1").await.is(200).hides("class=\"card flush first-steps\"").shows("“开始使用”还有几步没有完成");
        let mut rooms = vec![("weekdays.opens".to_owned(), "08:30"), ("weekdays.closes".to_owned(), "21:00")];
        for kind in 1..=8 {
            let name = ["一", "二", "三", "四", "五", "六", "七", "八"][kind - 1];
            rooms.extend([("add", "1"), ("name", name), ("area_m2", "40"), ("capacity", "9")].map(|(field, value)| (format!("{field}.{kind}"), value)));
        }
        let rooms: Vec<_> = rooms.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        ben.post("/centers/3/rooms/required", &rooms).await.is(303);
        let worker = [("name", "何伟明"), ("phone", "13500135000"), ("kind", "social_worker"), ("started_on", "2026-03-01"), ("birth_date", "1990-01-01")];
        ben.post("/centers/3/workers", &worker).await.is(303);
        // Who works there is no resident yet.
        ada.get("/centers/3").await.is(200).shows("已完成 3 步").shows("必备 8/8").shows("/centers/3/people/new").hides("/centers/3/workers/new");
        ada.post("/centers/3/people", &[("name", "陈秀英"), ("birth_date", "1950-01-01")]).await.is(303);
        let room = app.number("select max(id) from rooms").await.to_string();
        let tea = [("title", "茶话会"), ("kind", "3"), ("room", &room), ("date", "2026-03-06"), ("starts", "14:00"), ("ends", "16:00")];
        ada.get("/centers/3").await.is(200).shows("已完成 4 步");
        ada.post("/centers/3/activities", &tea).await.is(303);
        app.execute("update people set birth_date = '1990-01-01' where birth_date is null").await;
        ada.get("/centers/3").await.is(200).hides("开始使用").shows("都办好了");
    }

    async fn a_city_without_an_agreement_is_told_where_to_begin(app: TestApp) {
        let ada = app.sign_in("ada").await;
        ada.get("/centers").await.is(200).hides("开始使用");
        app.execute("delete from agreement_departments").await;
        app.execute("delete from agreement_centers").await;
        app.execute("delete from agreements").await;
        ada.get("/centers").await.is(200).shows("开始使用").shows("已完成 1 步").shows("href=\"/agreements/new\"");
        app.sign_in("tom").await.get("/centers").await.is(200).hides("开始使用");
    }
}

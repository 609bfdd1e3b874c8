//! Somebody is erased: everything that says who it was goes, every count stays, and every page that leads to them says so.

use std::collections::{BTreeMap, BTreeSet};

use rocket::http::Method;
use serde_json::{Value, json};

use crate::check_in::{another, card, request, session};
use crate::imports::{SMALL, sends};
use crate::support::dump::Dump;
use crate::support::{TestApp, User, on_both_engines};

/// What erasing somebody does with each column of text, as its owner says: a new one fails until somebody says it.
const COLUMNS: &str = include_str!("erasure.txt");

async fn registers(app: &TestApp, body: Value) -> i64 {
    let whole = json!({"center": 1}).as_object().unwrap().clone();
    let body: serde_json::Map<String, Value> = whole.into_iter().chain(body.as_object().unwrap().clone()).collect();
    app.token("ann").await.post_json("/api/v1/people", body.into()).await.is(201).json()["id"].as_i64().unwrap()
}

/// Comes to the session; the attendance.
async fn comes(app: &TestApp, session: i64, person: i64, role: &str) -> i64 {
    let body = json!({"request_id": request(), "person_id": person, "role": role});
    let path = format!("/api/v1/sessions/{session}/checkins");
    app.token("ann").await.post_json(&path, body).await.is(201).json()["attendance_id"].as_i64().unwrap()
}

/// Ann asks for it.
async fn asked(app: &TestApp, person: i64) -> i64 {
    let wish = json!({"wanted_by": "person", "reason": "本人书面要求"});
    let path = format!("/api/v1/people/{person}/erasure");
    app.token("ann").await.post_json(&path, wish).await.is(201).json()["id"].as_i64().unwrap()
}

/// Whoever answers for the center approves.
async fn approves(by: &User<'_>, erasure: i64, person: i64) -> Value {
    let path = format!("/api/v1/erasures/{erasure}/approval");
    by.post_json(&path, json!({ "number": person })).await.is(200).json()
}

async fn erases(app: &TestApp, person: i64) -> Value {
    let erasure = asked(app, person).await;
    approves(&app.token("ben").await, erasure, person).await
}

const MONTH: &str = "/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01";

/// Every number that is told of the center: the month's figures, and who lives where.
async fn told(app: &TestApp) -> Vec<String> {
    let ada = app.token("ada").await;
    let households = app.sign_in("ann").await;
    let homes =
        households.post("/centers/1/exports", &[("list", "households"), ("on", "2026-03-04"), ("format", "csv")]).await;
    let counts = "select count(*) from household_members where moved_in <= '2026-03-04' and voided_at is null";
    vec![
        ada.get(MONTH).await.is(200).text(),
        ada.get("/api/v1/summary?scope=city&from=2026-01-01&to=2026-05-01").await.is(200).text(),
        homes.is(200).text().lines().count().to_string(),
        app.number(counts).await.to_string(),
        app.number("select cast(sum(minutes) as bigint) from hours_entries").await.to_string(),
    ]
}

/// An old woman with all that is known of somebody, a boy without a birth date who was brought, and a volunteer.
async fn furnish(app: &TestApp) -> [i64; 3] {
    session(app, None, None).await;
    let paper = json!({"valid_from": "2026-01-01", "document": "低保证"});
    let old = json!({"name": "翟栖植", "phone": "13922223333", "birth_date": "1949-12-31", "sex": "f", "needy": paper, "note": "怕狗"});
    let old = registers(app, old).await;
    let boy = registers(app, json!({"name": "钱小散"})).await;
    let volunteer = registers(app, json!({"name": "孙志愿", "phone": "13922224444"})).await;
    for person in [old, boy] {
        comes(app, 1, person, "participant").await;
    }
    let serves = comes(app, 1, volunteer, "volunteer").await;
    let ann = app.token("ann").await;
    let home = json!({"center": 1, "head_id": old, "opened_on": "2026-02-01", "address": "罗沙路 7 号"});
    ann.post_json("/api/v1/households", home).await.is(201);
    let browser = app.sign_in("ann").await;
    browser.post("/centers/1/teams/1/members", &[("person", &volunteer.to_string())]).await.is(303);
    app.at("2026-03-05T04:10:00Z");
    let (confirm, minutes) = (serves.to_string(), serves.to_string());
    let closing = json!({"summary": "好", "confirm": {confirm: true}, "minutes": {minutes: 60}});
    ann.post_json("/api/v1/sessions/1/closing", closing).await.is(200);
    [old, boy, volunteer]
}

on_both_engines! {
    async fn every_count_stays_and_every_page_leads_on(app: TestApp) {
        let [old, boy, volunteer] = furnish(&app).await;
        let before = told(&app).await;
        assert!(before[0].contains("\"persons\""), "{}", before[0]);
        for person in [old, boy, volunteer] {
            assert_eq!(erases(&app, person).await["extent"], "everywhere");
        }
        assert_eq!(told(&app).await, before);
        let ann = app.sign_in("ann").await;
        let page = ann.get(&format!("/centers/1/people/{old}")).await.is(410);
        page.shows("这个人的信息已删除").shows("3月5日").hides("翟栖植");
        ann.get(&format!("/centers/1/people/{old}/edit")).await.is(410);
        ann.post(&format!("/centers/1/people/{old}/erasure"), &[]).await.is(410);
        let program = app.token("ann").await;
        program.get(&format!("/api/v1/people/{old}")).await.is(410).is_refused("gone");
        program.get(&format!("/api/v1/people/{old}/erasure")).await.is(410);
        app.token("olga").await.get(&format!("/api/v1/people/{old}")).await.is(404);
        for path in ["/centers/1/sessions/1", "/centers/1/sessions/1/closing", "/centers/1/teams/1", "/centers/1/audit",
                     "/centers/1/sessions/1/attendances/1", "/centers/1/households/1"] {
            let page = ann.get(path).await.is(200).hides("翟栖植").hides("钱小散").hides("孙志愿");
            assert!(page.text().contains("已删除的人") || path.ends_with("teams/1"), "{path}: {}", page.text());
        }
        ann.get("/centers/1/people").await.is(200).hides("已删除的人");
        for (text, path) in [("翟", "/centers/1/people/search"), ("已删除", "/centers/1/people/search"), ("Erased", "/search")] {
            ann.post(path, &[("q", text)]).await.is(200).hides(&format!("/people/{old}\""));
        }
        let came = program.get("/api/v1/sessions/1/checkins").await.is(200).json();
        assert_eq!(came["items"].as_array().unwrap().len(), 3, "{came}");
        app.sign_in("ann").await.get("/centers/1").await.is(200);
        // The reasons are kept, the names are not.
        let dump = Dump::of(app.db()).await.text();
        for word in ["翟栖植", "钱小散", "孙志愿", "13922223333", "1949-12-31", "怕狗", "罗沙路 7 号", "低保证"] {
            assert!(!dump.contains(word), "{word}");
        }
        let log = app.sign_in("ada").await;
        log.get("/centers/1/audit").await.is(200).shows("永久删除了个人信息").shows("本人书面要求");
        assert_eq!(app.number("select count(*) from erasures where wiped_at is null").await, 3);
        app.run_jobs().await;
        assert_eq!(app.number("select count(*) from erasures where wiped_at is null").await, 0);
    }

    async fn the_door_knows_them_no_more(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "next", "2026-03-05", None, None).await;
        let person = registers(&app, json!({"name": "翟栖植", "phone": "13922223333"})).await;
        let code = card(&app, person).await;
        let mut phone = app.anyone();
        let fields = [("request_id", &*request()), ("name", "翟栖植"), ("phone", "13922223333")];
        let came = phone.post("/c/tea", &fields).await.is(200);
        phone.keep(&came);
        let desk = app.sign_in("fay").await;
        let day = desk.fetch("/centers/1/front-desk/day", None).await.is(200).text();
        assert!(day.contains("翟栖植"));
        erases(&app, person).await;
        // A tablet's next look at the day.
        let day = desk.fetch("/centers/1/front-desk/day", None).await.is(200).text();
        assert!(!day.contains("翟栖植") && !day.contains(&format!("\"person\":{person}")), "{day}");
        // A tick on a page that was open, or a scan that waited for a network.
        let scan = json!({"request_id": request(), "session_id": 2, "person_id": person, "offline": true,
                          "occurred_at": "2026-03-05T02:05:00Z"});
        let batch = app.token("fay").await.post_json("/api/v1/checkins/batch", json!({"items": [scan]})).await.is(200).json();
        assert_eq!(batch["answers"][0]["answer"], "not_found", "{batch}");
        let tick = json!({"request_id": request(), "person_id": person, "role": "participant"});
        let tick = app.token("fay").await.post_json("/api/v1/sessions/2/checkins", tick).await;
        assert!(tick.status.code == 409 || tick.status.code == 404, "{}", tick.text());
        let shown = json!({"request_id": request(), "card": code.plain(), "role": "participant"});
        app.token("fay").await.post_json("/api/v1/sessions/2/checkins", shown).await.is(409).is_refused("unknown_code");
        phone.get("/c/next").await.is(200).hides("翟栖植");
        phone.get("/me").await.is(200).hides("翟栖植");
        assert_eq!(app.number("select count(*) from enrolments").await, 0);
        // The same name and number is somebody new.
        let fields = [("request_id", &*request()), ("name", "翟栖植"), ("phone", "13922223333")];
        app.anyone().post("/c/next", &fields).await.is(200);
        assert_eq!(app.number("select count(*) from people where name = '翟栖植'").await, 1);
    }

    async fn who_answers_for_the_center_decides_and_sees_no_name(app: TestApp) {
        let person = registers(&app, json!({"name": "翟栖植", "phone": "13922223333"})).await;
        let here = format!("/centers/1/people/{person}/erasure");
        let ann = app.sign_in("ann").await;
        ann.get(&here).await.is(200).shows("会删除的").shows("电话和身份证号：1 个");
        for (wish, fault) in [(vec![("wanted_by", "person"), ("reason", "翟栖植 搬走了")], "不要写姓名"), (vec![("reason", "搬走了")], "")] {
            ann.post(&here, &wish).await.is(422).shows(fault);
        }
        let wish = [("wanted_by", "guardian"), ("reason", "搬到外地")];
        ann.post(&here, &wish).await.is(303);
        ann.post(&here, &wish).await.is(422).shows("等待决定");
        let path = |what: &str| format!("/centers/1/erasures/1/{what}");
        let number = person.to_string();
        let typed = [("number.1", number.as_str())];
        for (login, status) in [("ann", 403), ("fay", 403), ("lei", 403), ("otto", 404)] {
            app.sign_in(login).await.post(&path("approval"), &typed).await.is(status);
        }
        let ben = app.sign_in("ben").await;
        let list = ben.get("/centers/1/erasures").await.is(200).shows(&format!("编号 {person}")).shows("监护人");
        list.hides("翟栖植").hides("搬到外地");
        ben.post(&path("approval"), &[("number.1", "999")]).await.is(422).shows("和编号不一样");
        ben.post(&path("refusal"), &[("decline_reason.1", "还要办手续")]).await.is(303);
        ben.post(&path("approval"), &typed).await.is(422).shows("已有决定");
        ann.get(&here).await.is(200).shows("还要办手续");
        ann.post(&here, &wish).await.is(303);
        let ada = app.sign_in("ada").await;
        ada.get("/centers/1/erasures").await.is(200).shows("搬到外地");
        let second = app.number("select max(id) from erasures").await;
        let field = format!("number.{second}");
        ada.post(&format!("/centers/1/erasures/{second}/approval"), &[(&*field, &*number)]).await.is(303);
        ben.get("/centers/1/erasures").await.is(200).shows("正在把数据库文件里的残留清掉");
        app.run_jobs().await;
        ben.get("/centers/1/erasures").await.is(200).shows("文件已清理");
    }

    async fn another_center_keeps_what_it_knows_until_it_is_the_last(app: TestApp) {
        let body = json!({"name": "翟栖植", "id_number": "11010519491231002X", "note": "怕狗", "address": "罗沙路 7 号"});
        let person = registers(&app, body).await;
        let there = json!({"center": 2, "name": "翟栖植", "id_number": "11010519491231002X", "note": "怕猫"});
        app.token("olga").await.post_json("/api/v1/people", there).await.is(201);
        let told = erases(&app, person).await;
        assert_eq!(told["extent"], "center");
        app.token("ann").await.get(&format!("/api/v1/people/{person}")).await.is(410);
        let known = app.token("olga").await.get(&format!("/api/v1/people/{person}")).await.is(200).json();
        assert_eq!((&known["name"], &known["note"]), (&json!("翟栖植"), &json!("怕猫")));
        assert!(!Dump::of(app.db()).await.text().contains("罗沙路 7 号"));
        let wish = json!({"wanted_by": "person", "reason": "搬走了"});
        let olga = app.token("olga").await;
        let erasure = olga.post_json(&format!("/api/v1/people/{person}/erasure"), wish).await.is(201).json();
        let told = approves(&app.token("otto").await, erasure["id"].as_i64().unwrap(), person).await;
        assert_eq!(told["extent"], "everywhere");
        assert!(!Dump::of(app.db()).await.text().contains("翟栖植"));
    }

    async fn what_was_asked_elsewhere_is_done_with_the_human(app: TestApp) {
        let body = json!({"name": "翟栖植", "id_number": "11010519491231002X"});
        let person = registers(&app, body).await;
        let there = json!({"center": 2, "name": "翟栖植", "id_number": "11010519491231002X"});
        let olga = app.token("olga").await;
        olga.post_json("/api/v1/people", there).await.is(201);
        let wish = json!({"wanted_by": "person", "reason": "搬走了"});
        olga.post_json(&format!("/api/v1/people/{person}/erasure"), wish).await.is(201);
        let erasure = asked(&app, person).await;
        // The city's administrator answers for both.
        assert_eq!(approves(&app.token("ada").await, erasure, person).await["extent"], "everywhere");
        let told = app.token("otto").await.get("/api/v1/erasures?center=2").await.is(200).json();
        assert_eq!((&told["items"][0]["state"], &told["items"][0]["extent"]), (&json!("erased"), &json!("everywhere")));
        olga.get(&format!("/api/v1/people/{person}")).await.is(410);
    }

    async fn who_works_here_is_not_erased_and_who_did_loses_the_account(app: TestApp) {
        let ben = app.sign_in("ben").await;
        let password = [("password", "quiet-lantern-mango"), ("password_again", "quiet-lantern-mango")];
        let worker = [("name", "何静植"), ("phone", "13500135000"), ("kind", "social_worker"), ("sign_in", "1"), ("login", "he.jing"),
                      ("certificate_number", "植入证书"), ("started_on", "2026-01-04")];
        ben.post("/centers/1/workers", &[&worker[..], &password].concat()).await.is(303);
        let person = app.number("select id from people where name = '何静植'").await;
        app.execute("insert into audit_events (at, account_id, actor, action, subject, subject_id, detail)
                     select 1, id, name, 'login.opened', 'login', 1, '手机' from accounts where login = 'he.jing'").await;
        let erasure = asked(&app, person).await;
        let approval = format!("/api/v1/erasures/{erasure}/approval");
        let by = app.token("ben").await;
        by.post_json(&approval, json!({ "number": person })).await.is(409).is_refused("erasure_works_here");
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-03-05")]).await.is(303);
        by.post_json(&approval, json!({ "number": person })).await.is(200);
        let dump = Dump::of(app.db()).await.text();
        for word in ["何静植", "he.jing", "植入证书", "13500135000"] {
            assert!(!dump.contains(word), "{word} in {dump}");
        }
        assert_eq!(app.number("select count(*) from accounts where login like 'erased-%' and disabled_at is not null").await, 1);
        ben.get("/centers/1/workers").await.is(200).shows("已删除的人");
    }

    async fn a_roster_that_names_them_is_taken_out(app: TestApp) {
        let ann = app.token("ann").await;
        let path = "/api/v1/people/imports?center=1";
        let roster = "姓名,联系电话,监护人\n李小明,13500135002,何伟明\n".as_bytes();
        let [first, second, other] = [("a.csv", SMALL), ("b.csv", roster), ("c.csv", "姓名,联系电话\n林美,13500135009\n".as_bytes())];
        let mut ids = Vec::new();
        for (name, bytes) in [first, second, other] {
            ids.push(sends(&ann, path, name, bytes).await.is(201).json()["id"].as_i64().unwrap());
        }
        ann.post_json(&format!("/api/v1/people/imports/{}/application", ids[0]), json!({})).await.is(200);
        let person = app.number("select id from people where name = '何伟明'").await;
        erases(&app, person).await;
        let status = async |id: i64| ann.get(&format!("/api/v1/people/imports/{id}/file")).await.status.code;
        assert_eq!([status(ids[0]).await, status(ids[1]).await, status(ids[2]).await], [404, 404, 200]);
        let rows: Vec<(i64, i64)> = sqlx::query_as("select import_id, row from import_rows order by import_id, row")
            .fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert_eq!(rows, [(ids[0], 3), (ids[1], 2), (ids[2], 2)], "the others' rows stay");
        let browser = app.sign_in("ann").await;
        browser.get(&format!("/centers/1/people/imports/{}", ids[0])).await.is(200).shows("名册文件已清除");
        browser.get(&format!("/centers/1/people/imports/{}", ids[1])).await.is(200).shows("名册文件已清除");
        // The rest of it can still be taken back.
        ann.post_json(&format!("/api/v1/people/imports/{}/undoing", ids[0]), json!({})).await.is(200);
        assert_eq!(app.number("select count(*) from people where name = '何小明'").await, 0);
        app.run_jobs().await;
    }

    async fn what_is_done_twice_is_done_once(app: TestApp) {
        let person = registers(&app, json!({"name": "翟栖植"})).await;
        let erasure = asked(&app, person).await;
        let ben = app.token("ben").await;
        let path = format!("/api/v1/erasures/{erasure}/approval");
        let body = Some((rocket::http::ContentType::JSON, json!({ "number": person }).to_string()));
        let (one, two) = rocket::tokio::join!(ben.ask(Method::Post, &path, body.clone()), ben.ask(Method::Post, &path, body));
        let mut codes = [one.status.code, two.status.code];
        codes.sort_unstable();
        assert!(codes[0] == 200 && [409, 410].contains(&codes[1]), "{codes:?}");
        assert_eq!(app.number("select count(*) from audit_events where action = 'person.erased'").await, 1);
    }

    /// What erasure does with each column, said in a table beside this file.
    async fn every_column_of_text_is_spoken_for(app: TestApp) {
        let columns = match app.db().engine() {
            Engine::Sqlite => "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
                               where m.type = 'table' and lower(c.type) in ('text', 'blob', 'bytea') and m.name not like 'sqlite_%'
                                 and m.name <> '_sqlx_migrations'",
            Engine::Postgres => "select cast(table_name as text), cast(column_name as text) from information_schema.columns
                                 where table_schema = 'public' and data_type in ('text', 'bytea') and table_name <> '_sqlx_migrations'
                                   and table_name in (select t.table_name from information_schema.tables t where t.table_type = 'BASE TABLE')",
        };
        let there: Vec<(String, String)> = sqlx::query_as(columns).fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
        let there: BTreeSet<String> = there.into_iter().map(|(table, column)| format!("{table}.{column}")).collect();
        let said: BTreeMap<&str, &str> = COLUMNS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| line.split_once(' ').unwrap_or_else(|| panic!("{line} says nothing"))).collect();
        let unsaid: Vec<_> = there.iter().filter(|column| !said.contains_key(column.as_str())).collect();
        assert!(unsaid.is_empty(), "what does erasing somebody do with: {unsaid:#?}");
        let gone: Vec<_> = said.keys().filter(|column| !there.contains(**column)).collect();
        assert!(gone.is_empty(), "no such column: {gone:?}");
        for (column, what) in said {
            let word = what.trim().split(' ').next().unwrap();
            assert!(["erased", "nobody", "number", "other"].contains(&word) && what.trim().len() > word.len(), "{column}: {what}");
        }
    }
}

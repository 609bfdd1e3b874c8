//! What an agreement asks for: counted or entered, how it stands as the days go, and who may know what of it.

use serde_json::{Value, json};

use crate::audit::picture;
use crate::check_in::{people, request};
use crate::support::workbook::first_sheet;
use crate::support::{Answer, TestApp, User, on_both_engines};
use crate::upkeep::sends;

const ALL: &str = "/api/v1/agreements/1/indicators";
const MATRIX: &str = "/indicators/matrix";

/// Asks for something and gives its number.
async fn asks(app: &TestApp, who: &str, body: Value) -> i64 {
    app.token(who).await.post_json(ALL, body).await.is(201).json()["id"].as_i64().unwrap()
}

/// Something that Linli cannot count, one for each day of the year.
async fn home_visits(app: &TestApp) -> i64 {
    asks(app, "ben", json!({"name": "入户探访", "unit": "visits", "target": 365, "span": "project_year"})).await
}

async fn enters(user: &User<'_>, id: i64, month: &str, value: &str, more: &[(&str, &str)]) -> Answer {
    let fields = [&[("month", month), ("value", value)][..], more].concat();
    sends(user, &format!("/agreements/1/indicators/{id}/values"), &fields, None).await
}

async fn shown(app: &TestApp, who: &str, id: i64) -> Value {
    let all = app.token(who).await.get(ALL).await.is(200).json();
    let found = all["items"].as_array().unwrap().iter().find(|one| one["id"] == id).cloned();
    found.unwrap_or(Value::Null)
}

/// An afternoon at which so many residents took part, five more were counted and a worker led; closed at its end.
async fn afternoon(app: &TestApp, worker: i64, residents: i64) {
    people(app, residents).await;
    let ann = app.token("ann").await;
    let plan = json!({"center": 1, "title": "茶话会", "kind": 3, "room": 1, "worker": worker, "date": "2026-03-05",
        "starts": "14:00", "ends": "16:00"});
    ann.post_json("/api/v1/activities", plan).await.is(201);
    let session = app.number("select max(id) from sessions").await;
    let path = format!("/api/v1/sessions/{session}");
    app.at("2026-03-05T06:30:00Z");
    for person in 1..=residents {
        let body = json!({"request_id": request(), "person_id": person, "role": "participant"});
        ann.post_json(&format!("{path}/checkins"), body).await.is(201);
    }
    ann.post_json(&format!("{path}/head_counts"), json!({"request_id": request(), "heads": 5})).await.is(201);
    app.at("2026-03-05T08:10:00Z");
    ann.post_json(&format!("{path}/closing"), json!({"summary": "好"})).await.is(200);
}

async fn worker(app: &TestApp) -> i64 {
    let worker =
        [("name", "陈静雯"), ("phone", "13600136000"), ("kind", "social_worker"), ("started_on", "2026-01-01")];
    app.sign_in("ben").await.post("/centers/1/workers", &worker).await.is(303);
    app.number("select max(id) from workers").await
}

/// Somebody of whom a statement makes a worker; the worker's number.
async fn somebody_works(app: &TestApp, employs: &'static str) -> i64 {
    app.execute("insert into people (name, name_key, name_fold, pinyin, sounds, created_at, updated_at) values ('李文', '李文', '李文', '', '', 0, 0)").await;
    app.execute(employs).await;
    app.number("select max(id) from workers").await
}

async fn workbook(user: &User<'_>, fields: &[(&str, &str)]) -> Vec<Vec<String>> {
    workbook_of(user, "indicators", fields).await
}

async fn workbook_of(user: &User<'_>, list: &str, fields: &[(&str, &str)]) -> Vec<Vec<String>> {
    let fields = [&[("list", list), ("format", "xlsx")][..], fields].concat();
    let file = user.post("/exports", &fields).await.is(200);
    first_sheet(&file)
}

/// A page's table as it is read: what each cell says, a row each, the head first.
async fn matrix(user: &User<'_>, path: &str) -> Vec<Vec<String>> {
    let page = user.get(path).await.is(200).text();
    let table = page.split_once("<table").and_then(|(_, rest)| rest.split_once("</table>")).map(|(table, _)| table);
    let said = |cell: &str| {
        let texts = cell.split('>').skip(1).map(|part| part.split('<').next().unwrap_or_default());
        texts.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    };
    let cells = |row: &str| row.replace("<th", "<td").split("<td").skip(1).map(said).collect::<Vec<String>>();
    table.unwrap_or_default().split("<tr").skip(1).map(cells).collect()
}

on_both_engines! {
    async fn what_is_counted_is_what_counting_by_hand_finds(app: TestApp) {
        let chen = worker(&app).await;
        let visits = asks(&app, "ben", json!({"name": "服务人次", "unit": "visits", "target": 1000, "span": "project_year", "measure": "visits"})).await;
        let persons = asks(&app, "ben", json!({"name": "服务人数", "unit": "persons", "target": 100, "span": "whole", "measure": "persons", "center": 1})).await;
        let kind = asks(&app, "ben", json!({"name": "社区活动", "unit": "activities", "target": 50, "span": "whole", "measure": "sessions", "within": "kind:3"})).await;
        let other = asks(&app, "ben", json!({"name": "小组", "unit": "meetings", "target": 50, "span": "whole", "measure": "sessions", "within": "kind:2"})).await;
        let led = asks(&app, "ben", json!({"name": "每名社工", "unit": "hours", "target": 100, "span": "project_year", "measure": "led_minutes", "worker": chen})).await;
        afternoon(&app, chen, 4).await;
        for (id, done) in [(visits, 9), (persons, 4), (kind, 1), (other, 0), (led, 120)] {
            assert_eq!(shown(&app, "pat", id).await["done"], done, "{id}");
        }
        let page = app.sign_in("pat").await.get(&format!("/agreements/1/indicators/{visits}")).await.is(200);
        page.shows("服务人次").shows("<svg").shows("2026年3月");
    }

    async fn a_purchaser_is_not_told_of_very_few(app: TestApp) {
        let chen = worker(&app).await;
        let persons = asks(&app, "ben", json!({"name": "服务人数", "unit": "persons", "target": 100, "span": "whole", "measure": "persons", "center": 1})).await;
        let kind = asks(&app, "ben", json!({"name": "社区活动", "unit": "activities", "target": 50, "span": "whole", "measure": "sessions", "within": "kind:3"})).await;
        afternoon(&app, chen, 2).await;
        assert_eq!(shown(&app, "ann", persons).await["done"], 2);
        assert_eq!(shown(&app, "ann", persons).await["hidden"], false);
        for login in ["pat", "dan"] {
            let told = shown(&app, login, persons).await;
            assert_eq!((&told["done"], &told["forecast"], &told["at_least"]), (&Value::Null, &Value::Null, &Value::Null), "{login}");
            assert_eq!((&told["hidden"], &told["state"]), (&json!(true), &json!("unknown")), "{login}");
            assert_eq!(shown(&app, login, kind).await["done"], 1, "a session is nobody's secret");
        }
        let pat = app.sign_in("pat").await;
        pat.get("/agreements/1/indicators").await.is(200).shows("＊");
        pat.get(&format!("/agreements/1/indicators/{persons}")).await.is(200).shows("＊");
        app.sign_in("ann").await.get("/agreements/1/indicators").await.is(200).hides("＊");
        let rows = workbook(&pat, &[]).await;
        let row = rows.iter().find(|row| row[0] == "服务人数").unwrap();
        assert_eq!((row[9].as_str(), row[11].as_str()), ("＊", ""), "{row:?}");
        let told = ["? 看不到全部 ＊ / 100", "▼▼ 严重落后 1 / 50"];
        assert_eq!(matrix(&pat, MATRIX).await[1][1..], told, "an agreement's only center has one row");
        assert_eq!(matrix(&app.sign_in("ann").await, MATRIX).await[1][1], "▼▼ 严重落后 2 / 100");
        let rows = workbook_of(&pat, "indicator_matrix", &[]).await;
        assert_eq!(rows[1][2..], ["＊ / 100 看不到全部", "1 / 50 严重落后"], "{rows:?}");
    }

    async fn every_center_stands_beside_every_indicator(app: TestApp) {
        app.execute("insert into agreement_centers (agreement_id, center_id, starts_on, ends_on) values (1, 3, '2026-01-01', '2026-12-31')").await;
        let ada = app.sign_in("ada").await;
        let (visit, call) = ("入户探访", "电话探访");
        for (name, center, done) in [(visit, Some("1"), "60"), (visit, Some("3"), "50"), (call, Some("1"), "55"), (call, Some("3"), "365"), (call, None, "20")] {
            let id = asks(&app, "ada", json!({"name": name, "unit": "visits", "target": 365, "span": "project_year", "center": center})).await;
            let more: &[(&str, &str)] = if center.is_none() { &[("center", "3")] } else { &[] };
            enters(&ada, id, "2026-01", done, more).await.is(303);
        }
        let (pat, pia) = (app.sign_in("pat").await, app.sign_in("pia").await);
        let (first, third) = ("罗沙社区综合服务中心", "流涌尾社区综合服务中心");
        let of = |name: &str| format!("{name} 莞城街道办事处");
        let together = of(&format!("{first}、{third} 协议的全部中心合计"));
        let (visits, calls) = ("入户探访 人次 手工填报", "电话探访 人次 手工填报");
        let found = matrix(&pat, MATRIX).await;
        assert_eq!(found[0], ["服务中心", visits, calls]);
        assert_eq!(found[1], [of(third).as_str(), "▼▼ 严重落后 50 / 365", "✓ 已完成 365 / 365"]);
        assert_eq!(found[2], [of(first).as_str(), "▲ 正常 60 / 365", "▼ 落后 55 / 365"]);
        assert_eq!(found[3], [together.as_str(), "— 无", "▼▼ 严重落后 20 / 365"]);
        assert_eq!(found.len(), 4);
        let page = pat.get(MATRIX).await.is(200).shows("正常或已完成 2 项").shows("落后 1 项").shows("严重落后或未完成 2 项");
        page.hides("未开始或看不到全部").shows("href=\"/agreements/1/indicators/1\"").shows("href=\"/indicators\"");
        // Of another's agreement nothing; of another center's nothing either, and part of a total is no total.
        pia.get(MATRIX).await.is(200).shows("还没有指标").hides("入户探访").hides("莞城街道办事处");
        let own = matrix(&app.sign_in("ann").await, MATRIX).await;
        assert_eq!((own.len(), own[1][0].as_str(), own[2][2].as_str()), (3, of(first).as_str(), "? 看不到全部 — / 365"));
        // Cut, it has what is left, and takes that along to the list and into the file.
        let reached = format!("{MATRIX}?state=reached");
        let left = vec![vec!["服务中心".to_owned(), calls.to_owned()], vec![of(third), "✓ 已完成 365 / 365".to_owned()]];
        assert_eq!(matrix(&pat, &reached).await, left);
        pat.get(&reached).await.is(200).shows("href=\"/indicators?state=reached\"");
        pat.get("/indicators?state=reached").await.is(200).shows("href=\"/indicators/matrix?state=reached\"");
        pat.get(&format!("{MATRIX}?agreement=2")).await.is(200).shows("没有符合条件的记录");
        let file = workbook_of(&pat, "indicator_matrix", &[("state", "reached")]).await;
        assert_eq!(file[0][2..], ["1. 电话探访（人次）"]);
        assert_eq!(file[1..], [[third, "莞城街道办事处", "365 / 365 已完成"].map(str::to_owned)], "{file:?}");
        // However many there are.
        let statements = async |path: &str| {
            let before = app.db().statements();
            pat.get(path).await.is(200);
            app.db().statements() - before
        };
        let few = (statements("/indicators").await, statements(MATRIX).await);
        asks(&app, "ada", json!({"name": "讲座", "unit": "sessions", "target": 12, "span": "whole", "center": 3})).await;
        assert_eq!((few.0, statements(MATRIX).await), (few.1, few.1));
    }

    async fn what_is_entered_is_marked_and_corrected_with_a_reason(app: TestApp) {
        let id = home_visits(&app).await;
        let ann = app.sign_in("ann").await;
        let paper = ("paper", "登记表.png", picture());
        let path = format!("/agreements/1/indicators/{id}/values");
        sends(&ann, &path, &[("month", "2026-01"), ("value", "30"), ("word", "春节前")], Some(&paper)).await.is(303);
        enters(&ann, id, "2026-02", "20", &[]).await.is(303);
        assert_eq!(shown(&app, "ann", id).await["done"], 50);
        enters(&ann, id, "2026-02", "25", &[]).await.is(422).shows("请写明原因");
        enters(&ann, id, "2026-02", "25", &[("reason", "漏记一周")]).await.is(303);
        assert_eq!(shown(&app, "ann", id).await["done"], 55);
        // The same again is no correction.
        enters(&ann, id, "2026-02", "25", &[]).await.is(303);
        assert_eq!(app.number("select count(*) from indicator_values").await, 3, "the former one is kept");
        for wrong in ["2026-04", "2025-12", "2027-01"] {
            enters(&ann, id, wrong, "1", &[]).await.is(422).shows("请选协议期内");
        }
        enters(&ann, id, "2026-03", "1.5", &[]).await.is(422);
        ann.get(&format!("/agreements/1/indicators/{id}")).await.is(200).shows("手工填报").shows("漏记一周").shows("春节前");
        let value = app.number("select min(id) from indicator_values").await;
        ann.get(&format!("{path}/{value}/paper")).await.is(200);
        // A purchaser sees the number and that it was entered, and neither who, nor the word, nor the paper.
        let pat = app.sign_in("pat").await;
        pat.get(&format!("/agreements/1/indicators/{id}")).await.is(200).shows("手工填报").hides("春节前").hides("· ann");
        pat.get(&format!("{path}/{value}/paper")).await.is(403);
    }

    async fn what_linli_counts_is_not_entered(app: TestApp) {
        let id = asks(&app, "ben", json!({"name": "服务人次", "unit": "visits", "target": 1000, "span": "whole", "measure": "visits"})).await;
        enters(&app.sign_in("ann").await, id, "2026-02", "20", &[]).await.is(422).shows("不用填报");
        let (unit, part) = (json!({"name": "a", "unit": "yuan", "target": 1, "span": "whole", "measure": "visits"}), json!({"name": "a", "unit": "visits", "target": 1, "span": "whole", "measure": "visits", "within": "kind:99"}));
        let ben = app.token("ben").await;
        assert!(ben.post_json(ALL, unit).await.is(422).json()["errors"]["unit"].is_object());
        assert!(ben.post_json(ALL, part).await.is(422).json()["errors"]["within"].is_object());
    }

    async fn it_stands_as_the_days_go(app: TestApp) {
        let id = home_visits(&app).await;
        let ann = app.sign_in("ann").await;
        // On 5 March 63 days of 365 are over.
        let mut reason = Vec::new();
        for (value, state) in [("60", "on_track"), ("59", "behind"), ("51", "behind"), ("50", "far_behind"), ("365", "reached"), ("63", "on_track")] {
            enters(&ann, id, "2026-01", value, &reason).await.is(303);
            reason = vec![("reason", "重新核对")];
            let found = shown(&app, "pat", id).await;
            assert_eq!((found["expected"].as_i64(), found["state"].as_str()), (Some(63), Some(state)), "{value}");
        }
        assert_eq!(shown(&app, "pat", id).await["forecast"], 365);
        app.at("2026-07-01T02:00:00Z");
        assert_eq!(shown(&app, "pat", id).await["state"], "far_behind");
        app.sign_in("pat").await.get("/centers/1/reports").await.is(200).shows("落后的指标").shows("入户探访");
        app.sign_in("ben").await.get("/centers/1").await.is(200).shows("落后的指标").shows("严重落后");
        app.sign_in("ada").await.get("/centers").await.is(200).shows("有 1 项指标落后");
        app.at("2027-01-01T02:00:00Z");
        let found = shown(&app, "pat", id).await;
        assert_eq!((found["state"].as_str(), found["forecast"].is_null()), (Some("missed"), true));
        app.sign_in("pat").await.get("/indicators").await.is(200).shows("未完成").shows("差 302");
    }

    async fn a_template_and_another_agreement_are_copied_and_then_ones_own(app: TestApp) {
        let ada = app.token("ada").await;
        ada.post_json("/api/v1/indicator_templates", json!({"name": "示范点标准"})).await.is(201);
        for (name, unit, measure) in [("服务人次", "visits", json!("visits")), ("链接资源", "yuan", Value::Null)] {
            let item = json!({"name": name, "unit": unit, "target": 28_000, "span": "project_year", "measure": measure});
            ada.post_json("/api/v1/indicator_templates/1/items", item).await.is(204);
        }
        let ben = app.token("ben").await;
        assert_eq!(ben.post_json(&format!("{ALL}/copy"), json!({"source": "template:1"})).await.is(200).json()["copied"], 2);
        let otto = app.token("otto").await;
        otto.post_json("/api/v1/agreements/2/indicators/copy", json!({"source": "agreement:1"})).await.is(422);
        ada.post_json("/api/v1/agreements/2/indicators/copy", json!({"source": "agreement:1"})).await.is(200);
        assert_eq!(otto.get("/api/v1/agreements/2/indicators").await.is(200).json()["items"][1]["target"], 2_800_000, "in fen");
        ada.post_json("/api/v1/indicator_templates/1/items/1/removal", json!({})).await.is(204);
        assert_eq!(app.number("select count(*) from indicators").await, 4);
        ben.post_json(&format!("{ALL}/copy"), json!({"source": "template:9"})).await.is(422);
    }

    async fn a_template_becomes_one_for_each_center_and_each_social_worker(app: TestApp) {
        app.execute("insert into agreement_centers (agreement_id, center_id, starts_on, ends_on) values (1, 3, '2026-01-01', '2026-12-31')").await;
        let chen = worker(&app).await;
        let li = somebody_works(&app, "insert into workers (person_id, center_id, kind, started_on, created_at) select max(id), 3, 'social_worker', '2026-01-01', 0 from people").await;
        // Who is no social worker, or has left, is asked for nothing.
        somebody_works(&app, "insert into workers (person_id, center_id, kind, started_on, created_at) select max(id), 1, 'staff', '2026-01-01', 0 from people").await;
        somebody_works(&app, "insert into workers (person_id, center_id, kind, started_on, ended_on, created_at) select max(id), 1, 'social_worker', '2025-01-01', '2026-02-01', 0 from people").await;
        let ada = app.token("ada").await;
        ada.post_json("/api/v1/indicator_templates", json!({"name": "示范点标准"})).await.is(201);
        let led = json!({"name": "带领小组", "unit": "meetings", "target": 12, "span": "project_year", "measure": "led_sessions", "within": "kind:2"});
        let visits = json!({"name": "服务人次", "unit": "visits", "target": 600, "span": "project_year", "measure": "visits"});
        for item in [visits, led] {
            ada.post_json("/api/v1/indicator_templates/1/items", item).await.is(204);
        }
        let copies = async |agreement: i64, body: Value| ada.post_json(&format!("/api/v1/agreements/{agreement}/indicators/copy"), body).await;
        let each = json!({"source": "template:1", "lines": "each_center"});
        assert_eq!(copies(1, each.clone()).await.is(200).json(), json!({"copied": 4, "left_out": 0}));
        let whose = async || {
            let all = ada.get(ALL).await.is(200).json();
            let of = |one: &Value| (one["center_id"].as_i64(), one["worker_id"].as_i64(), one["target"].as_i64());
            all["items"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
        };
        let led = [(Some(1), Some(chen), Some(12)), (Some(3), Some(li), Some(12))];
        let (first, third) = ((Some(1), None, Some(600)), (Some(3), None, Some(600)));
        assert_eq!(whose().await, [first, third, led[0], led[1]]);
        assert_eq!(copies(1, json!({"source": "template:1"})).await.is(200).json()["copied"], 3);
        assert_eq!(whose().await[4..], [(None, None, Some(600)), led[0], led[1]]);
        // Of another agreement each stays of whom it is; and where there is no social worker, the rest is copied.
        let others = copies(1, json!({"source": "agreement:2", "lines": "each_center"})).await.is(422).json();
        assert!(others["errors"]["lines"].is_object(), "{others}");
        assert_eq!(copies(2, each).await.is(200).json(), json!({"copied": 1, "left_out": 1}));
        let page = app.sign_in("ada").await;
        page.get("/agreements/2/indicators/copy").await.is(200).shows("value=\"together\" checked").shows("value=\"each_center\"");
        page.post("/agreements/2/indicators/copy", &[("source", "template:1"), ("lines", "each_center")]).await.is(303);
        ada.post_json("/api/v1/indicator_templates/1/items/1/removal", json!({})).await.is(204);
        page.post("/agreements/2/indicators/copy", &[("source", "template:1")]).await.is(422).shows("还没有社工");
        for _ in 0..7 {
            app.execute("insert into indicator_template_items (template_id, name, name_en, unit, target, span, place, measure, within)
                select template_id, name, name_en, unit, target, span, place, measure, within from indicator_template_items").await;
        }
        let before = app.number("select count(*) from indicators").await;
        copies(1, json!({"source": "template:1"})).await.is(409).is_refused("too_many_indicators");
        assert_eq!(app.number("select count(*) from indicators").await, before);
    }

    async fn what_a_worker_leads_is_counted_by_kind(app: TestApp) {
        let chen = worker(&app).await;
        let body = |unit: &str, measure: &str, within: &str| json!({"name": "带领", "unit": unit, "target": 40, "span": "whole", "measure": measure, "within": within, "worker": chen});
        let activities = asks(&app, "ben", body("activities", "led_sessions", "kind:3")).await;
        let groups = asks(&app, "ben", body("meetings", "led_sessions", "kind:2")).await;
        let hours = asks(&app, "ben", body("hours", "led_minutes", "kind:3")).await;
        app.token("ben").await.post_json(ALL, body("sessions", "led_sessions", "group:elderly")).await.is(422);
        afternoon(&app, chen, 4).await;
        let march = app.token("ann").await.get("/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01").await.is(200).json();
        let figure = |key: &str| march["figures"].as_array().unwrap().iter().find(|figure| figure["key"] == key).unwrap()["value"].clone();
        for (id, done) in [(activities, 1), (groups, 0), (hours, 120)] {
            assert_eq!(shown(&app, "pat", id).await["done"], done, "{id}");
            assert_eq!(shown(&app, "ann", id).await["done"], done, "{id}");
        }
        let of_kind = format!("worker.{chen}.kind.community_activity");
        assert_eq!((figure(&format!("led_sessions.{of_kind}")), figure(&format!("led_minutes.{of_kind}"))), (json!(1), json!(120)));
        app.sign_in("ben").await.get(&format!("/agreements/1/indicators/{hours}")).await.is(200).shows("社区活动");
    }

    async fn who_changes_what_was_changed_meanwhile_is_told(app: TestApp) {
        let id = home_visits(&app).await;
        let path = format!("/agreements/1/indicators/{id}");
        let (ada, ben) = (app.sign_in("ada").await, app.sign_in("ben").await);
        ben.get(&format!("{path}/edit")).await.is(200).shows("name=\"version\" value=\"0\"");
        let with = |target: &'static str, version: &'static str| {
            [("name", "入户探访"), ("unit", "visits"), ("span", "project_year"), ("target", target), ("version", version)]
        };
        ada.post(&path, &with("400", "0")).await.is(303);
        let again = ben.post(&path, &with("500", "0")).await.is(422);
        again.shows("刚才有别人改过这项指标").shows("现在是：400").shows("name=\"version\" value=\"1\"").shows("value=\"500\"");
        assert_eq!(shown(&app, "ben", id).await["target"], 400, "nobody overwrites what they have not seen");
        ben.post(&path, &with("500", "1")).await.is(303);
        // A program says what it has seen.
        let program = app.token("ben").await;
        let body = |version: Option<i64>| json!({"name": "入户探访", "unit": "visits", "span": "whole", "target": 600, "version": version});
        let revises = async |version: Option<i64>| program.post_json(&format!("{ALL}/{id}"), body(version)).await;
        assert!(revises(None).await.is(422).json()["errors"]["version"].is_object());
        revises(Some(1)).await.is(409).is_refused("indicator_changed");
        assert_eq!(shown(&app, "ben", id).await["version"], 2);
        assert_eq!(revises(Some(2)).await.is(200).json()["version"], 3);
        assert_eq!(revises(Some(3)).await.is(200).json()["version"], 3, "the same again is no change");
    }

    async fn twelve_visits_are_not_kept_as_twelve_hours(app: TestApp) {
        let id = home_visits(&app).await;
        let ann = app.sign_in("ann").await;
        ann.get(&format!("/agreements/1/indicators/{id}")).await.is(200).shows("name=\"unit\" value=\"visits\"");
        let hours = [("name", "入户探访"), ("unit", "hours"), ("target", "365"), ("span", "project_year")];
        app.sign_in("ben").await.post(&format!("/agreements/1/indicators/{id}"), &hours).await.is(303);
        enters(&ann, id, "2026-02", "12", &[("unit", "visits")]).await.is(422).shows("刚才有别人改过这项指标").shows("name=\"unit\" value=\"hours\"");
        let fields = [("month", "2026-02"), ("value", "12"), ("unit", "visits")];
        sends(&app.token("ann").await, &format!("{ALL}/{id}/values"), &fields, None).await.is(409).is_refused("indicator_changed");
        assert_eq!(app.number("select count(*) from indicator_values").await, 0);
        enters(&ann, id, "2026-02", "12", &[("unit", "hours")]).await.is(303);
        assert_eq!(shown(&app, "ann", id).await["done"], 720);
    }

    async fn a_value_is_taken_back_for_a_reason_and_its_month_is_not_known_again(app: TestApp) {
        let id = home_visits(&app).await;
        let (ann, pat) = (app.sign_in("ann").await, app.sign_in("pat").await);
        enters(&ann, id, "2026-01", "30", &[]).await.is(303);
        enters(&ann, id, "2026-02", "20", &[]).await.is(303);
        let path = format!("/agreements/1/indicators/{id}");
        let value = app.number("select max(id) from indicator_values").await;
        let (removal, field) = (format!("{path}/values/{value}/removal"), format!("void.{value}"));
        let why = [(field.as_str(), "填到了别的月份")];
        ann.get(&path).await.is(200).shows(&format!("action=\"{removal}\""));
        ann.post(&removal, &[]).await.is(422).shows(&format!("id=\"e-{field}\""));
        pat.post(&removal, &why).await.is(403);
        app.sign_in("olga").await.post(&removal, &why).await.is(404);
        ann.post(&removal, &why).await.is(303);
        ann.post(&removal, &why).await.is(404);
        assert_eq!(shown(&app, "pat", id).await["done"], 30);
        ann.get(&path).await.is(200).shows("已撤回").shows("填到了别的月份").hides(&format!("action=\"{removal}\""));
        pat.get(&path).await.is(200).shows("已撤回").hides("填到了别的月份");
        let told = matrix(&ann, &path).await;
        let month = |name: &str| told.iter().find(|row| row[0] == name).unwrap()[1..3].to_vec();
        assert_eq!((month("2026年1月"), month("2026年2月")), (vec!["30".to_owned(); 2], vec!["—".to_owned(); 2]));
        // It is entered as if there had been none.
        enters(&ann, id, "2026-02", "22", &[]).await.is(303);
        assert_eq!(shown(&app, "pat", id).await["done"], 52);
        let (program, last) = (app.token("ann").await, app.number("select max(id) from indicator_values").await);
        let removal = format!("{ALL}/{id}/values/{last}/removal");
        program.post_json(&removal, json!({})).await.is(422);
        program.post_json(&removal, json!({"reason": "重复填报"})).await.is(204);
        program.post_json(&removal, json!({"reason": "重复填报"})).await.is(404);
        let values = async |login: &str| app.token(login).await.get(&format!("{ALL}/{id}/values")).await.is(200).json()["items"].clone();
        let (own, purchaser) = (values("ann").await, values("pat").await);
        assert_eq!((&own[0]["taken_back"], &own[0]["replaced"], &own[0]["taken_back_reason"]), (&json!(true), &json!(true), &json!("重复填报")));
        assert_eq!((&purchaser[0]["taken_back"], &purchaser[0]["taken_back_reason"]), (&json!(true), &Value::Null));
        assert_eq!(own[2]["taken_back"], false);
        assert_eq!(app.number("select count(*) from audit_events where action = 'indicator.taken_back'").await, 2);
        assert_eq!(app.number("select count(*) from indicator_values").await, 3, "all of it is kept");
    }

    async fn of_two_centers_each_is_entered_and_both_are_told(app: TestApp) {
        app.execute("insert into agreement_centers (agreement_id, center_id, starts_on, ends_on) values (1, 3, '2026-01-01', '2026-12-31')").await;
        let together = home_visits(&app).await;
        let third = asks(&app, "ada", json!({"name": "电话探访", "unit": "visits", "target": 100, "span": "whole", "center": 3})).await;
        let ada = app.sign_in("ada").await;
        enters(&ada, together, "2026-02", "20", &[]).await.is(422);
        enters(&ada, together, "2026-02", "20", &[("center", "3")]).await.is(303);
        enters(&app.sign_in("ann").await, together, "2026-02", "11", &[]).await.is(303);
        enters(&ada, third, "2026-02", "5", &[]).await.is(303);
        assert_eq!(shown(&app, "pat", together).await["done"], 31);
        assert_eq!(shown(&app, "pat", third).await["done"], 5);
        // Part of a total is no total, and another center's is not hers.
        assert_eq!(shown(&app, "ann", together).await["state"], "unknown");
        assert!(shown(&app, "ann", third).await.is_null());
        app.sign_in("ann").await.get(&format!("/agreements/1/indicators/{third}")).await.is(404);
        enters(&app.sign_in("ann").await, third, "2026-02", "5", &[]).await.is(404);
    }

    async fn what_was_entered_is_removed_with_a_reason(app: TestApp) {
        let (entered, empty) = (home_visits(&app).await, home_visits(&app).await);
        enters(&app.sign_in("ann").await, entered, "2026-01", "30", &[]).await.is(303);
        let ben = app.token("ben").await;
        ben.post_json(&format!("{ALL}/{entered}/removal"), json!({})).await.is(422);
        ben.post_json(&format!("{ALL}/{entered}/removal"), json!({"reason": "补充协议取消"})).await.is(204);
        ben.post_json(&format!("{ALL}/{empty}/removal"), json!({})).await.is(204);
        ben.post_json(&format!("{ALL}/{empty}/removal"), json!({})).await.is(404);
        assert!(ben.get(ALL).await.is(200).json()["items"].as_array().unwrap().is_empty());
        assert_eq!(app.number("select count(*) from indicator_values").await, 1);
    }

    async fn a_purchaser_reads_a_number_where_a_worker_is_named(app: TestApp) {
        let chen = worker(&app).await;
        let id = asks(&app, "ben", json!({"name": "每名社工带领", "unit": "sessions", "target": 40, "span": "project_year", "measure": "led_sessions", "worker": chen})).await;
        let told = shown(&app, "pat", id).await;
        assert_eq!((told["worker"].as_str(), told["worker_id"].is_null()), (Some("#1"), true));
        let pat = app.sign_in("pat").await;
        for path in ["/indicators".to_owned(), MATRIX.to_owned(), "/agreements/1/indicators".to_owned(), format!("/agreements/1/indicators/{id}")] {
            pat.get(&path).await.is(200).shows("#1").hides("陈静雯");
        }
        for list in ["indicators", "indicator_matrix"] {
            assert!(!format!("{:?}", workbook_of(&pat, list, &[]).await).contains("陈静雯"), "{list}");
        }
        app.sign_in("ben").await.get("/agreements/1/indicators").await.is(200).shows("陈静雯");
    }

    async fn the_list_goes_out_cut_as_it_is_shown_and_its_text_stays_text(app: TestApp) {
        asks(&app, "ben", json!({"name": "=1+1", "unit": "hours", "target": 10, "span": "project_year"})).await;
        let good = home_visits(&app).await;
        enters(&app.sign_in("ann").await, good, "2026-01", "300", &[]).await.is(303);
        let pat = app.sign_in("pat").await;
        let rows = workbook(&pat, &[]).await;
        assert_eq!((rows.len(), rows[1][0].as_str(), rows[1][8].as_str()), (3, "=1+1", "10"));
        let late = workbook(&pat, &[("state", "late")]).await;
        assert_eq!(late.len(), 2, "{late:?}");
        let file = pat.post("/exports", &[("list", "indicators"), ("format", "csv")]).await.is(200).text();
        assert!(file.contains("\"\t=1+1\""), "{file}");
        let file = pat.post("/exports", &[("list", "indicator_matrix"), ("format", "csv")]).await.is(200).text();
        assert!(file.contains(",1. =1+1（小时）,2. 入户探访（人次）\r\n"), "{file}");
        app.sign_in("pia").await.get("/indicators").await.is(200).hides("入户探访");
    }
}

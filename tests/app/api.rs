//! The API as a whole, and what programs do at the door and after it: walk-ins, corrections, closing, hours.

use std::collections::BTreeSet;

use linli::check_in::RequestId;
use serde_json::{Value, json};

use crate::support::{TestApp, User, on_both_engines};

/// Served under `/api/v1`, but for the description itself: method and path as OpenAPI writes them.
fn served(app: &TestApp) -> BTreeSet<String> {
    let routes = app.client.rocket().routes().filter(|route| route.uri.as_str().starts_with("/api/v1/"));
    let named = routes.map(|route| {
        let path = route.uri.path().replace('<', "{").replace('>', "}");
        format!("{} {path}", route.method.as_str().to_lowercase())
    });
    named.filter(|name| !name.ends_with("/openapi.json")).collect()
}

/// Ann schedules the team's morning of 5 March, 10:30 to 12:00 in Dongguan, half an hour after the tests' clock: session 1.
async fn schedules_the_morning(ann: &User<'_>, capacity: Option<i64>) {
    let morning = json!({"center": 1, "title": "早茶会", "kind": 3, "room": 1, "team": 1, "capacity": capacity,
        "date": "2026-03-05", "starts": "10:30", "ends": "12:00"});
    ann.post_json("/api/v1/activities", morning).await.is(201);
}

fn walk_in(name: &str, phone: &str, role: &str) -> Value {
    json!({"request_id": RequestId::random().to_string(), "name": name, "phone": phone, "role": role})
}

const WALK_INS: &str = "/api/v1/sessions/1/walk_ins";
const CHECK_INS: &str = "/api/v1/sessions/1/checkins";
const HEADS: &str = "/api/v1/sessions/1/head_counts";
const CLOSING: &str = "/api/v1/sessions/1/closing";
const HOURS: &str = "/api/v1/sessions/1/hours";

/// What stands in the list of volunteers for an attendance.
fn of_attendance(volunteers: &Value, attendance: i64) -> &Value {
    let found = volunteers.as_array().unwrap().iter().find(|row| row["attendance_id"] == attendance);
    found.unwrap_or_else(|| panic!("{attendance} is not in {volunteers}"))
}

on_both_engines! {
    async fn every_route_is_described(app: TestApp) {
        let description = app.anyone().get("/api/v1/openapi.json").await.is(200).json();
        let paths = description["paths"].as_object().unwrap();
        let described: BTreeSet<String> = paths.iter()
            .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| format!("{method} {path}")))
            .collect();
        assert_eq!(described, served(&app));
    }

    /// Errors are problem documents, those of our own making too.
    async fn every_error_is_described_as_it_is_sent(app: TestApp) {
        let description = app.anyone().get("/api/v1/openapi.json").await.is(200).json();
        for (path, methods) in description["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                for status in ["4XX", "500", "503"] {
                    let content = &operation["responses"][status]["content"];
                    let kinds: Vec<_> = content.as_object().unwrap_or_else(|| panic!("{method} {path}: no {status}")).keys().collect();
                    assert_eq!(kinds, ["application/problem+json"], "{method} {path} {status}");
                    assert_eq!(content["application/problem+json"]["schema"]["$ref"], "#/components/schemas/Problem");
                }
            }
        }
        assert!(!description.to_string().contains("\"propertyNames\":{\"format\""), "a key of a JSON object is text");
        let told = app.anyone().get("/api/v1/centers").await.is(401);
        assert_eq!(told.header("content-type"), "application/problem+json");
    }

    async fn a_method_that_is_not_there_is_told_with_those_that_are(app: TestApp) {
        use rocket::http::Method;
        let ann = app.token("ann").await;
        for (method, path, allowed) in [
            (Method::Delete, "/api/v1/people", "GET, HEAD, POST"), (Method::Put, "/api/v1/people/1", "GET, HEAD, POST"),
            (Method::Get, "/api/v1/checkins/batch", "POST"), (Method::Patch, "/api/v1/summary?scope=city", "GET, HEAD"),
            (Method::Post, "/api/v1/openapi.json", "GET, HEAD"), (Method::Options, "/api/v1/teams", "GET, HEAD, POST"),
        ] {
            let told = ann.ask(method, path, None).await.is(405).is_refused("method_not_allowed");
            assert_eq!((told.header("content-type"), told.header("allow")), ("application/problem+json", allowed), "{method} {path}");
            assert_eq!(told.json()["title"], "这个地址不接受这种请求");
        }
        ann.ask(Method::Delete, "/api/v1/nowhere", None).await.is(404).is_refused("not_found");
        ann.get("/api/v1/people/x").await.is(404).is_refused("not_found");
        // No file where one is expected; beside it a path of the same shape takes a number.
        let body = Some((rocket::http::ContentType::JSON, "{}".to_owned()));
        ann.ask(Method::Post, "/api/v1/people/imports?center=1", body).await.is(415).is_refused("wrong_kind");
        ann.ask(Method::Head, "/api/v1/teams?center=1", None).await.is(200);
    }

    async fn a_value_of_the_wrong_kind_is_never_read_as_another(app: TestApp) {
        let ann = app.token("ann").await;
        let tea = |field: &str, value: Value| {
            let mut body = json!({"center": 1, "title": "早茶会", "kind": 3, "room": 1, "date": "2026-03-09", "starts": "10:30", "ends": "12:00"});
            body[field] = value;
            body
        };
        for (field, value, code) in [
            ("published", json!("yes"), "field.not_yes_or_no"), ("published", json!("true"), "field.not_yes_or_no"),
            ("published", json!(1), "field.not_yes_or_no"), ("published", json!([true]), "field.not_yes_or_no"),
            ("published", json!({"a": true}), "field.not_yes_or_no"),
            ("title", json!(["甲", "乙"]), "field.only_one"), ("title", json!(["甲"]), "field.only_one"),
            ("title", json!(true), "field.wrong_kind"), ("description", json!({"zh": "甲"}), "field.wrong_kind"),
            ("description", json!(["甲", "乙"]), "field.only_one"), ("capacity", json!([5, 6]), "field.only_one"),
            ("capacity", json!(true), "field.wrong_kind"), ("room", json!([1]), "field.only_one"),
        ] {
            let told = ann.post_json("/api/v1/activities", tea(field, value.clone())).await.is(422).json();
            assert_eq!(told["errors"][field]["code"], code, "{field}: {value}");
        }
        for value in [json!([1, 2]), json!(true)] {
            ann.post_json("/api/v1/people", json!({"center": value, "name": "甲"})).await.is(422);
        }
        for (value, published) in [(json!(true), true), (json!(false), false), (Value::Null, false)] {
            let made = ann.post_json("/api/v1/activities", tea("published", value)).await;
            assert!(matches!(made.status.code, 201 | 409), "{published}: {}", made.text());
        }
        // A form with a field twice is no form of ours.
        let ada = app.sign_in("ada").await;
        ada.post("/providers", &[("name", "甲社"), ("name", "乙社")]).await.is(422).shows("这里只填一个");
        ada.post("/catalogs/team-kinds", &[("name", "甲"), ("name_en", "A"), ("needs_qualification", "yes")]).await.is(422);
        ada.post("/catalogs/team-kinds", &[("name", "甲"), ("name_en", "A"), ("needs_qualification", "on")]).await.is(303);
    }

    async fn a_cursor_that_no_list_gave_out_is_told(app: TestApp) {
        let (ann, ada) = (app.token("ann").await, app.token("ada").await);
        schedules_the_morning(&ann, None).await;
        ada.post_json("/api/v1/retention/runs", json!({})).await.is(201);
        let lists = ["/api/v1/activities?center=1", "/api/v1/people?center=1", "/api/v1/sessions?center=1&from=2026-01-01&to=2027-01-01", "/api/v1/sessions/1/checkins?", "/api/v1/households?center=1", "/api/v1/units?center=1", "/api/v1/people/merges?center=1", "/api/v1/people/doubles?center=1", "/api/v1/retention/runs/1/items?", "/api/v1/volunteers?center=1", "/api/v1/certificates?center=1", "/api/v1/summary/rows?scope=center:1&from=2026-03-01&to=2026-04-01&figure=visits"];
        for list in lists {
            let by = if list.contains("retention") { &ada } else { &ann };
            for cursor in ["zzz", "1.5", "-1", "99999999999999999999"] {
                let told = by.get(&format!("{list}&cursor={cursor}")).await.is(422).is_refused("invalid");
                assert_eq!(told.header("content-type"), "application/problem+json", "{list}");
                assert_eq!(told.json()["errors"]["cursor"]["code"], "field.not_a_choice", "{list}");
            }
            by.get(&format!("{list}&cursor=")).await.is(200);
            assert_eq!(by.get(&format!("{list}&cursor=7")).await.is(200).json()["items"], json!([]), "{list}");
        }
        let with_cursor = app.client.rocket().routes().filter(|route| route.uri.as_str().contains("<cursor>")).count();
        assert_eq!(with_cursor, lists.len(), "a list that is read page by page is not asked here");
    }

    async fn a_faulty_address_is_told_by_what_is_wrong_with_it(app: TestApp) {
        let (ada, ann) = (app.token("ada").await, app.token("ann").await);
        for list in ["activities", "people", "rooms", "teams", "workers", "sessions"] {
            let faults = ada.get(&format!("/api/v1/{list}?center=all&from=2026-03-01&to=2026-04-01")).await.is(422).json();
            assert_eq!(faults["errors"]["center"]["code"], "field.not_a_choice", "{list}");
            let faults = ada.get(&format!("/api/v1/{list}")).await.is(422).json();
            assert_eq!(faults["errors"]["center"]["code"], "field.required", "{list}");
        }
        let faults = ann.get("/api/v1/sessions?center=1&from=2026-02-30&to=2026-04-01").await.is(422).json();
        assert_eq!(faults["errors"]["from"]["code"], "field.not_a_date");
    }

    async fn a_program_registers_a_walk_in_once(app: TestApp) {
        let (ann, fay) = (app.token("ann").await, app.token("fay").await);
        schedules_the_morning(&ann, None).await;
        let huang = walk_in("黄丽珍", "13800138000", "participant");
        let first = fay.post_json(WALK_INS, huang.clone()).await.is(201).json();
        assert_eq!((&first["method"], &first["person_id"]), (&json!("walk_in"), &json!(1)));
        app.at("2026-03-05T02:10:00Z");
        assert_eq!(fay.post_json(WALK_INS, huang.clone()).await.is(200).json(), first);
        fay.post_json(WALK_INS, walk_in("黄丽珍", "13800138000", "participant")).await.is(409).is_refused("already_in");
        assert_eq!(app.number("select count(*) from people").await, 1);
        let faults = fay.post_json(WALK_INS, json!({"name": "。", "phone": "1", "role": "guest"})).await.is(422).json();
        let keys: Vec<_> = faults["errors"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["name", "phone", "request_id", "role"]);

        ann.post_json(&format!("{CHECK_INS}/1/void"), json!({"reason": "点错了人"})).await.is(204);
        fay.post_json(WALK_INS, huang).await.is(409).is_refused("voided");
        assert_eq!(app.number("select count(*) from attendances where voided_at is null").await, 0);
        app.token("olga").await.post_json(WALK_INS, walk_in("黄丽珍", "", "participant")).await.is(404);
    }

    async fn nobody_walks_in_at_a_full_door(app: TestApp) {
        let ann = app.token("ann").await;
        schedules_the_morning(&ann, Some(1)).await;
        ann.post_json(WALK_INS, walk_in("黄丽珍", "", "participant")).await.is(201);
        ann.post_json(WALK_INS, walk_in("梁惠芳", "", "participant")).await.is(409).is_refused("full");
        assert_eq!(app.number("select count(*) from people").await, 1);
        ann.post_json(WALK_INS, walk_in("梁惠芳", "", "volunteer")).await.is(201);
    }

    async fn a_program_takes_a_check_in_back_with_a_reason(app: TestApp) {
        let (ann, fay) = (app.token("ann").await, app.token("fay").await);
        schedules_the_morning(&ann, None).await;
        fay.post_json(WALK_INS, walk_in("黄丽珍", "", "participant")).await.is(201);
        let void = format!("{CHECK_INS}/1/void");
        let faults = fay.post_json(&void, json!({})).await.is(422).json();
        assert_eq!(faults["errors"]["reason"]["code"], "field.required");
        app.token("olga").await.post_json(&void, json!({"reason": "x"})).await.is(404);
        fay.post_json("/api/v1/sessions/1/checkins/9/void", json!({"reason": "x"})).await.is(404);
        fay.post_json(&void, json!({"reason": "点错了人"})).await.is(204);
        fay.post_json(&void, json!({"reason": "点错了人"})).await.is(404);
        assert_eq!(fay.get(CHECK_INS).await.is(200).json()["items"], json!([]));
        assert_eq!(app.number("select count(*) from attendances where void_reason = '点错了人'").await, 1, "it stays on record");
    }

    async fn a_program_lists_counts_of_heads_and_takes_one_back(app: TestApp) {
        let (ann, fay) = (app.token("ann").await, app.token("fay").await);
        schedules_the_morning(&ann, None).await;
        let counts = async |heads: i64| fay.post_json(HEADS, json!({"request_id": RequestId::random().to_string(), "heads": heads, "elderly": 3})).await.is(201).json();
        let (five, seven) = (counts(5).await, counts(7).await);
        assert_eq!(five["elderly"], 3);
        assert_eq!(app.token("cai").await.get(HEADS).await.is(200).json()["items"], json!([seven, five]));
        app.token("cai").await.post_json(&format!("{HEADS}/1/void"), json!({})).await.is(403);
        fay.post_json(&format!("{HEADS}/1/void"), json!({})).await.is(422);
        let why = json!({"reason": "miscounted"});
        fay.post_json(&format!("{HEADS}/1/void"), why.clone()).await.is(204);
        fay.post_json(&format!("{HEADS}/1/void"), why).await.is(404);
        assert_eq!(fay.get(HEADS).await.is(200).json()["items"], json!([seven]));
    }

    async fn a_program_closes_a_session_and_keeps_its_hours(app: TestApp) {
        let ann = app.token("ann").await;
        schedules_the_morning(&ann, None).await;
        ann.post_json(CLOSING, json!({"summary": "顺利"})).await.is(409).is_refused("session_not_begun");
        for (name, role) in [("甲", "volunteer"), ("乙", "volunteer"), ("丙", "participant")] {
            ann.post_json(WALK_INS, walk_in(name, "", role)).await.is(201);
        }
        app.at("2026-03-05T03:40:00Z");
        let departure = |attendance: i64| format!("{CHECK_INS}/{attendance}/departure");
        assert_eq!(ann.post_json(&departure(1), json!({})).await.is(200).json()["left_at"], "2026-03-05T03:40:00Z");
        ann.post_json(&departure(1), json!({})).await.is(409).is_refused("already_left");
        ann.post_json(&departure(3), json!({})).await.is(200);
        ann.post_json(&departure(3), json!({})).await.is(409).is_refused("already_left");

        app.at("2026-03-05T04:10:00Z");
        ann.post_json(HOURS, json!({"attendance": 1, "minutes": 90})).await.is(409).is_refused("session_not_completed");
        let before = ann.get(HOURS).await.is(200).json();
        assert_eq!(before["items"].as_array().unwrap().len(), 2, "only volunteers earn hours");
        let (one, two) = (of_attendance(&before["items"], 1), of_attendance(&before["items"], 2));
        assert_eq!((&one["measured_minutes"], &one["forgot_to_leave"]), (&json!(100), &json!(false)));
        assert_eq!((&one["explained_minutes"], &two["explained_minutes"]), (&json!(100), &json!(120)));
        assert_eq!((&two["measured_minutes"], &two["forgot_to_leave"]), (&json!(120), &json!(true)));

        ann.post_json(CLOSING, json!({"confirm": {"1": true}, "minutes": {"1": 100}})).await.is(422);
        ann.post_json(CLOSING, json!({"summary": "顺利", "confirm": {"1": true}, "minutes": {"1": -5}})).await.is(422);
        let closing = json!({"summary": "来了两位志愿者", "confirm": {"1": true}, "minutes": {"1": 100, "2": 120}});
        let closed = ann.post_json(CLOSING, closing.clone()).await.is(200).json();
        assert_eq!((&closed["status"], &closed["closed_at"]), (&json!("completed"), &json!("2026-03-05T04:10:00Z")));
        assert_eq!(of_attendance(&closed["volunteers"], 1)["confirmed"], json!({"id": 1, "minutes": 100, "source": "measured", "reason": null}));
        assert_eq!(of_attendance(&closed["volunteers"], 2)["confirmed"], Value::Null, "who is not confirmed waits");
        assert_eq!(ann.get(CLOSING).await.is(200).json(), closed);
        ann.post_json(CLOSING, closing).await.is(409).is_refused("session_not_planned");

        let confirmed = ann.post_json(HOURS, json!({"attendance": 2, "minutes": 90})).await.is(201).json();
        assert_eq!(of_attendance(&confirmed["items"], 2)["confirmed"], json!({"id": 2, "minutes": 90, "source": "adjusted", "reason": null}));
        ann.post_json(HOURS, json!({"attendance": 2, "minutes": 90})).await.is(409).is_refused("hours_confirmed");
        ann.post_json(HOURS, json!({"attendance": 3, "minutes": 90})).await.is(404);
        ann.post_json(HOURS, json!({"attendance": 2})).await.is(422);

        let correction = format!("{HOURS}/1/correction");
        ann.post_json(&correction, json!({"minutes": 40})).await.is(422);
        let corrected = ann.post_json(&correction, json!({"minutes": 40, "reason": "中途离开"})).await.is(200).json();
        assert_eq!(of_attendance(&corrected["items"], 1)["confirmed"]["minutes"], 40);
        assert_eq!(of_attendance(&corrected["items"], 1)["confirmed"]["reason"], "中途离开");
        ann.post_json(&correction, json!({"minutes": 40, "reason": "中途离开"})).await.is(409).is_refused("hours_reversed");
        ann.post_json(&format!("{HOURS}/2/correction"), json!({"minutes": 0, "reason": "没有服务"})).await.is(200);
        assert_eq!(app.number("select cast(sum(minutes) as bigint) from hours_entries").await, 40);
        assert_eq!(app.number("select count(*) from hours_entries").await, 6, "corrected by reversal, never overwritten");

        app.token("fay").await.post_json(&format!("{CHECK_INS}/1/void"), json!({"reason": "x"})).await.is(403);
        ann.post_json(&format!("{CHECK_INS}/1/void"), json!({"reason": "签错了场次"})).await.is(204);
        assert_eq!(app.number("select cast(sum(minutes) as bigint) from hours_entries").await, 0);
        ann.post_json(WALK_INS, walk_in("丁", "", "participant")).await.is(409).is_refused("closed");
        for path in [CLOSING, HOURS] {
            app.token("olga").await.get(path).await.is(404);
            app.token("fay").await.get(path).await.is(403);
        }
    }
}

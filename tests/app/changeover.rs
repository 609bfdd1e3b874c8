//! Another provider takes a center over in mid-year: each reads its days and nothing else, the center's people are the new one's, and
//! both sign for what goes over. Provider 1 (ben) runs center 1 until the end of June 2026, provider 2 (otto) from 1 July on.

use linli::clock::{Month, Zone};
use serde_json::{Value, json};

use crate::support::cast::PASSWORD;
use crate::support::{TestApp, User, on_both_engines};

/// 20 June 2026, while nothing has changed yet.
const BEFORE: &str = "2026-06-20T02:00:00Z";
/// 15 July 2026.
const AFTER: &str = "2026-07-15T02:00:00Z";

const JUNE: (&str, &str) = ("2026-06-01", "2026-07-01");
const JULY: (&str, &str) = ("2026-07-01", "2026-08-01");

/// The agreements of the year, as they stand when the change is agreed on; one purchaser pays for both halves.
async fn is_agreed(app: &TestApp) {
    for sql in [
        "update agreements set ends_on = '2026-06-30' where id = 1",
        "update agreement_centers set ends_on = '2026-06-30' where agreement_id = 1",
        "insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at)
         values (2, 1, '2026-07-01', '2026-12-31', 0)",
        "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on)
         select max(id), 1, '2026-07-01', '2026-12-31' from agreements",
    ] {
        app.execute(sql).await;
    }
}

/// What the server does every hour.
async fn an_hour_passes(app: &TestApp) {
    let now = app.clock.now();
    let today = Zone::SHANGHAI.date(now.0);
    let mut tx = app.begin().await;
    linli::agreements::hand_over(&mut tx, today).await.unwrap();
    linli::changeovers::settle(&mut tx, now).await.unwrap();
    tx.commit().await.unwrap();
}

/// Five heads on 10 June, seven on 10 July.
async fn two_sessions(app: &TestApp) {
    app.execute(
        "insert into activities (center_id, kind_id, title, published, created_at) values (1, 3, '长者太极班', 0, 0)",
    )
    .await;
    for sql in [
        "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, closed_at, updated_at)
         values (1, 1, 1781056800000, 1781060400000, '2026-06-10', 'completed', 1781060400000, 0)",
        "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, closed_at, updated_at)
         values (1, 1, 1783648800000, 1783652400000, '2026-07-10', 'completed', 1783652400000, 0)",
        "insert into head_counts (session_id, heads, counted_at)
         select id, 5, starts_at from sessions where local_date = '2026-06-10'",
        "insert into head_counts (session_id, heads, counted_at)
         select id, 7, starts_at from sessions where local_date = '2026-07-10'",
    ] {
        app.execute(sql).await;
    }
}

/// The visits that a program is told of center 1; the status where it is told none.
async fn visits(app: &TestApp, login: &str, (from, to): (&str, &str)) -> Result<i64, u16> {
    let path = format!("/api/v1/summary?scope=center:1&from={from}&to={to}");
    let answer = app.token(login).await.get(&path).await;
    if answer.status.code != 200 {
        return Err(answer.status.code);
    }
    let figures = answer.json()["figures"].as_array().unwrap().clone();
    let visits = figures.iter().find(|figure| figure["key"] == "visits").unwrap();
    Ok(visits["value"].as_i64().unwrap())
}

/// Whether the month's page, its print, its file and its workbook are there.
async fn month_is(user: &User<'_>, month: &str, status: u16) {
    for ending in ["", ".csv", ".xlsx", ".docx", "/print"] {
        user.get(&format!("/centers/1/reports/{month}{ending}")).await.is(status);
    }
    user.get(&format!("/centers/1/reports/{month}/rows?figure=visits")).await.is(status);
    let month = Month::parse(month).unwrap();
    let (from, to) = (month.first().to_string(), month.end().to_string());
    for format in ["csv", "xlsx"] {
        let asked = [("from", from.as_str()), ("to", to.as_str()), ("figure", "visits"), ("format", format)];
        user.post("/centers/1/reports/rows", &asked).await.is(status);
    }
}

async fn hires(ben: &User<'_>, name: &str, phone: &str) -> i64 {
    let body = json!({
        "center": 1, "name": name, "phone": phone, "kind": "social_worker", "started_on": "2026-01-01",
    });
    ben.post_json("/api/v1/workers", body).await.is(201).json()["id"].as_i64().unwrap()
}

async fn plans(ann: &User<'_>, worker: i64, date: &str) -> i64 {
    let body = json!({
        "center": 1, "title": "夏日合唱团", "kind": 3, "room": 1, "worker": worker, "date": date, "starts": "14:00", "ends": "15:00",
    });
    ann.post_json("/api/v1/activities", body).await.is(201);
    ann.app.number("select max(id) from sessions").await
}

async fn list_of(user: &User<'_>) -> Value {
    user.get("/api/v1/changeovers?center=1").await.is(200).json()
}

fn count(list: &Value, item: &str) -> i64 {
    let counts = list["counts"].as_array().unwrap();
    counts.iter().find(|count| count["item"] == item).unwrap_or_else(|| panic!("{item} in {list}"))["n"]
        .as_i64()
        .unwrap()
}

on_both_engines! {
    async fn each_provider_reads_its_days_and_nothing_else(app: TestApp) {
        is_agreed(&app).await;
        two_sessions(&app).await;
        app.at(AFTER);
        an_hour_passes(&app).await;
        assert_eq!((visits(&app, "ben", JUNE).await, visits(&app, "ben", JULY).await), (Ok(5), Err(404)));
        assert_eq!((visits(&app, "otto", JUNE).await, visits(&app, "otto", JULY).await), (Err(404), Ok(7)));
        // The purchaser paid for both halves, and another for neither.
        assert_eq!((visits(&app, "pat", JUNE).await, visits(&app, "pat", JULY).await), (Ok(5), Ok(7)));
        assert_eq!(visits(&app, "pia", JULY).await, Err(404));
        // A period over both is nobody's but whose days reach over it.
        let both = ("2026-06-01", "2026-08-01");
        assert_eq!((visits(&app, "ben", both).await, visits(&app, "otto", both).await), (Err(404), Err(404)));
        let (ben, otto) = (app.sign_in("ben").await, app.sign_in("otto").await);
        month_is(&ben, "2026-06", 200).await;
        month_is(&ben, "2026-07", 404).await;
        month_is(&otto, "2026-06", 404).await;
        month_is(&otto, "2026-07", 200).await;
        ben.get("/centers/1/reports").await.is(200).shows("/centers/1/reports/2026-06").hides("/centers/1/reports/2026-07");
        otto.get("/centers/1/reports").await.is(200).hides("/centers/1/reports/2026-06").shows("/centers/1/reports/2026-07");
        ben.get("/reports?period=2026-06").await.is(200).shows("罗沙");
        ben.get("/reports?period=2026-07").await.is(200).hides("罗沙");
        // A roll-up's file, and the rows for a program.
        for (user, program, month, status) in [
            (&ben, "ben", "2026-06", 200), (&ben, "ben", "2026-07", 404), (&otto, "otto", "2026-07", 200), (&otto, "otto", "2026-06", 404),
        ] {
            let roll = user.post("/exports", &[("list", "rollup"), ("format", "csv"), ("period", month)]).await.is(200);
            assert_eq!(roll.text().contains("罗沙"), status == 200, "{program} {month}");
            let (from, to) = if month == "2026-06" { JUNE } else { JULY };
            let rows = format!("/api/v1/summary/rows?scope=center:1&from={from}&to={to}&figure=visits");
            app.token(program).await.get(&rows).await.is(status);
        }
        // What each one's agreement asks for counts its own days, and is nobody else's to read.
        let second = app.number("select max(id) from agreements where provider_id = 2").await;
        for (login, agreement, done, other) in [("ben", 1, 5, second), ("otto", second, 7, 1)] {
            let program = app.token(login).await;
            let list = format!("/api/v1/agreements/{agreement}/indicators");
            let asked = json!({"name": "服务人次", "unit": "visits", "target": 500, "span": "whole", "measure": "visits"});
            program.post_json(&list, asked).await.is(201);
            assert_eq!(program.get(&list).await.is(200).json()["items"][0]["done"], done, "{login}");
            program.get(&format!("/api/v1/agreements/{other}/indicators")).await.is(404);
        }
        // Who works for the next provider reads what it does, and the rows with the names behind it as little.
        for sql in [
            "insert into accounts (login, name, role, created_at) values ('nan', '南姐', 'social_worker', 0)",
            "insert into account_scopes (account_id, center_id, held_for_id) select max(id), 1, 2 from accounts",
        ] {
            app.execute(sql).await;
        }
        assert_eq!((visits(&app, "nan", JUNE).await, visits(&app, "nan", JULY).await), (Err(404), Ok(7)));
        let nan = app.sign_in("nan").await;
        month_is(&nan, "2026-06", 404).await;
        month_is(&nan, "2026-07", 200).await;
        nan.get("/centers/1").await.is(200);
        nan.get("/centers/1/reports").await.is(200).hides("/centers/1/reports/2026-06");
        // No session opens behind the former provider's report.
        ben.get("/centers/1/reports/2026-06").await.is(200).shows("长者太极班").hides("/centers/1/sessions/");
    }

    async fn in_the_month_of_the_change_each_reads_its_part(app: TestApp) {
        is_agreed(&app).await;
        two_sessions(&app).await;
        for sql in [
            "update agreement_centers set ends_on = '2026-07-09' where agreement_id = 1",
            "update agreement_centers set starts_on = '2026-07-10' where agreement_id = (select max(id) from agreements)",
            "update sessions set local_date = '2026-07-09' where local_date = '2026-06-10'",
        ] {
            app.execute(sql).await;
        }
        app.at(AFTER);
        an_hour_passes(&app).await;
        assert_eq!((visits(&app, "ben", JULY).await, visits(&app, "otto", JULY).await), (Ok(5), Ok(7)));
        assert_eq!(visits(&app, "pat", JULY).await, Ok(12));
    }

    async fn the_people_are_the_new_providers_from_that_day(app: TestApp) {
        is_agreed(&app).await;
        app.at(BEFORE);
        an_hour_passes(&app).await;
        for (login, path) in [("ben", "/centers/1/workers"), ("ann", "/centers/1/people"), ("fay", "/centers/1/desk"), ("lei", "/centers/1/teams")] {
            app.sign_in(login).await.get(path).await.is(200);
        }
        app.sign_in("otto").await.get("/centers/1").await.is(404);
        app.at(AFTER);
        an_hour_passes(&app).await;
        for (login, path) in [
            ("ben", "/centers/1"), ("ben", "/centers/1/workers"), ("ben", "/centers/1/week"), ("ben", "/centers/1/activities"),
            ("ben", "/centers/1/audit"), ("ann", "/centers/1/people"), ("ann", "/centers/1/week"), ("fay", "/centers/1/desk"),
            ("lei", "/centers/1/teams"),
        ] {
            app.sign_in(login).await.get(path).await.is(404);
        }
        app.token("ann").await.get("/api/v1/people?center=1").await.is(404);
        for path in ["/centers/1", "/centers/1/workers", "/centers/1/week", "/centers/1/rooms"] {
            app.sign_in("otto").await.get(path).await.is(200);
        }
        // Who reads the center for itself goes on, and nobody's account was closed.
        app.sign_in("cai").await.get("/centers/1").await.is(200);
        app.sign_in("tom").await.get("/centers/1").await.is(200);
        assert_eq!(app.number("select count(*) from accounts where disabled_at is not null").await, 0);
        // The new provider's people are made as always.
        let neu = json!({"center": 1, "name": "赵新", "phone": "13500009009", "kind": "social_worker", "started_on": "2026-07-01"});
        app.token("otto").await.post_json("/api/v1/workers", neu).await.is(201);
    }

    async fn sessions_to_come_are_opened_by_the_new_one_and_led_by_nobody_yet(app: TestApp) {
        is_agreed(&app).await;
        app.at(BEFORE);
        let worker = hires(&app.token("ben").await, "何静雯", "13500001000").await;
        let staying = hires(&app.token("ben").await, "罗志文", "13500001001").await;
        let employed = json!({"employer": "邻家社会工作服务社", "employed_on": "2026-07-01"});
        app.token("ben").await.post_json(&format!("/api/v1/workers/{staying}/employments"), employed).await.is(200);
        let ann = app.token("ann").await;
        let session = plans(&ann, worker, "2026-07-20").await;
        plans(&ann, staying, "2026-07-21").await;
        let told = list_of(&app.token("otto").await).await;
        assert_eq!((count(&told, "sessions"), count(&told, "leaderless")), (2, 1), "who is employed elsewhere by then stays");
        app.at(AFTER);
        an_hour_passes(&app).await;
        an_hour_passes(&app).await;
        let otto = app.sign_in("otto").await;
        otto.get(&format!("/centers/1/sessions/{session}")).await.is(200).shows("夏日合唱团");
        let told = list_of(&app.token("otto").await).await;
        assert_eq!((count(&told, "sessions"), count(&told, "leaderless")), (2, 1), "as before");
        otto.get("/centers/1/changeover").await.is(200).shows("还没有人负责").hides("何静雯");
        // The former provider still reads whom it had there.
        app.sign_in("ben").await.get("/centers/1/changeover").await.is(200).shows("何静雯").shows("留任");
        assert_eq!(app.number("select count(*) from workers where ended_on = '2026-07-01'").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'worker.left_with_provider'").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'center.changed_hands'").await, 1, "once");
    }

    async fn both_sign_the_list_that_was_made(app: TestApp) {
        app.sign_in("ben").await.get("/centers/1/changeover").await.is(200).shows("没有更换承接机构");
        app.sign_in("otto").await.get("/centers/1/changeover").await.is(404);
        is_agreed(&app).await;
        app.at(BEFORE);
        let (ben, otto) = (app.token("ben").await, app.token("otto").await);
        let center = || json!({"center": 1});
        let live = list_of(&ben).await;
        assert_eq!((&live["id"], &live["changes_on"], count(&live, "rooms")), (&Value::Null, &json!("2026-07-01"), 2));
        app.token("pat").await.get("/api/v1/changeovers?center=1").await.is(403);
        app.token("olga").await.get("/api/v1/changeovers?center=1").await.is(404);
        let made = ben.post_json("/api/v1/changeovers", center()).await.is(200).json();
        let signature = format!("/api/v1/changeovers/{}/signature", made["id"]);
        // What comes later is not on the list, until it is made anew.
        app.execute("insert into defects (center_id, request_id, what, state, reported_at, changed_at) values (1, 'x', '灯不亮', 'reported', 0, 0)").await;
        assert_eq!(count(&list_of(&otto).await, "defects"), 0);
        assert_eq!(count(&ben.post_json("/api/v1/changeovers", center()).await.is(200).json(), "defects"), 1);
        app.token("ada").await.post_json(&signature, json!({})).await.is(409).is_refused("changeover_not_a_party");
        otto.post_json(&signature, json!({})).await.is(200);
        otto.post_json(&signature, json!({})).await.is(409).is_refused("changeover_signed");
        ben.post_json("/api/v1/changeovers", center()).await.is(409).is_refused("changeover_signed");
        app.at(AFTER);
        an_hour_passes(&app).await;
        // The former one may sign when it is over, too.
        let signed = ben.post_json(&signature, json!({})).await.is(200).json();
        assert!(signed["given_at"].is_string() && signed["taken_at"].is_string());
        assert_eq!(count(&signed, "defects"), 1);
        app.sign_in("otto").await.get("/centers/1/changeover/sheet").await.is(200)
            .shows("盖章").shows("监交方").shows("灯不亮").shows("2026年7月1日");
    }

    async fn a_list_is_for_the_provider_that_it_names(app: TestApp) {
        is_agreed(&app).await;
        app.at(BEFORE);
        let (ben, otto, page) = (app.token("ben").await, app.token("otto").await, app.sign_in("ben").await);
        let center = || json!({"center": 1});
        let made = ben.post_json("/api/v1/changeovers", center()).await.is(200).json();
        assert_eq!(made["to_provider_id"], 2);
        let signature = |list: &Value| format!("/api/v1/changeovers/{}/signature", list["id"]);
        otto.post_json(&signature(&made), json!({})).await.is(200);
        // The agreement goes to a third provider after all.
        app.sign_in("ada").await.post("/providers", &[("name", "石龙社会工作服务社")]).await.is(303);
        app.execute("update agreements set provider_id = 3 where id = (select max(id) from agreements)").await;
        otto.post_json(&signature(&made), json!({})).await.is(404);
        ben.post_json(&signature(&made), json!({})).await.is(409).is_refused("changeover_other_list");
        let live = list_of(&ben).await;
        assert_eq!((&live["id"], &live["to_provider_id"], &live["taken_at"]), (&Value::Null, &json!(3), &Value::Null));
        // The third one gets a list of its own. A page that shows the first, or this one as it was, does not sign it.
        let anew = ben.post_json("/api/v1/changeovers", center()).await.is(200).json();
        let (first, second) = (made["id"].to_string(), anew["id"].to_string());
        assert_ne!(first, second);
        for seen in [&[("list", first.as_str())][..], &[("list", second.as_str()), ("listed", "0")]] {
            page.post("/centers/1/changeover/signature", seen).await.is(409).shows("这份清单不是现在的了");
        }
        ben.post_json(&signature(&anew), json!({})).await.is(200);
        app.at(AFTER);
        an_hour_passes(&app).await;
        assert_eq!(app.number("select to_provider_id from changeovers where settled_at is not null").await, 3);
        assert_eq!(
            app.number("select count(*) from changeovers where to_provider_id = 2 and taken_at is not null and given_at is null").await,
            1,
            "what was signed stays signed for whom it was"
        );
    }

    async fn a_provider_that_was_entered_by_mistake_never_had_the_center(app: TestApp) {
        // Ada takes the agreement to be with provider 2, on the day on which it was entered with provider 1.
        app.execute("update agreements set provider_id = 2 where id = 1").await;
        an_hour_passes(&app).await;
        assert_eq!(app.number("select count(*) from changeovers").await, 0);
        app.sign_in("ann").await.get("/centers/1/people").await.is(200);
        app.sign_in("otto").await.get("/centers/1").await.is(200);
        app.sign_in("ben").await.get("/centers/1").await.is(404);
    }

    async fn each_provider_has_the_ledger_of_its_days(app: TestApp) {
        is_agreed(&app).await;
        two_sessions(&app).await;
        app.at(AFTER);
        an_hour_passes(&app).await;
        let new = [("name", "赵新"), ("login", "zhao"), ("role", "social_worker"), ("center", "1")];
        let passwords = [("password", PASSWORD), ("password_again", PASSWORD)];
        app.sign_in("ada").await.post("/accounts", &[&new[..], &passwords].concat()).await.is(303);
        let days = |from, to| format!("center=1&from={from}&to={to}");
        for login in ["otto", "zhao"] {
            let (user, program) = (app.sign_in(login).await, app.token(login).await);
            for (from, to, status) in
                [("2026-06-01", "2026-06-30", 404), ("2026-07-01", "2026-07-31", 200), ("2026-06-01", "2026-07-31", 200)]
            {
                let asked = days(from, to);
                let page = user.get(&format!("/centers/1/ledger?{asked}")).await.is(status).hides("2026年6月10日");
                assert_eq!(page.text().contains("只有下面这几天的台账"), status == 200 && from == "2026-06-01", "{login} {from}");
                let fields = [("from", from), ("to", to)];
                let archive = user.post("/centers/1/ledger/archive", &fields).await.is(status).hides("2026-06-10");
                assert_eq!(archive.text().contains("2026-07-10"), status == 200, "{login} {from}");
                let body = json!({"center": 1, "from": from, "to": to});
                program.post_json("/api/v1/ledger/archive", body).await.is(status).hides("2026-06-10");
                let list = program.get(&format!("/api/v1/ledger?{asked}")).await.is(status);
                if status == 200 {
                    let list = list.json();
                    assert_eq!((&list["from"], list["sessions"].as_array().unwrap().len()), (&json!("2026-07-01"), 1), "{login}");
                    assert_eq!(list["clipped"], json!(from == "2026-06-01"), "{login}");
                }
            }
            // Nor is anybody led to days that are not theirs.
            user.get("/centers/1/ledger").await.is(200).hides("from=2026-06-01").hides("from=2026-04-01");
        }
        app.sign_in("ada").await.get(&format!("/centers/1/ledger?{}", days("2026-06-01", "2026-06-30"))).await.is(200).shows("长者太极班");
        for login in ["ben", "ann"] {
            app.sign_in(login).await.get(&format!("/centers/1/ledger?{}", days("2026-06-01", "2026-06-30"))).await.is(404);
        }
    }
}

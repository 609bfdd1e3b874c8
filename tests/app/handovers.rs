//! A worker leaves: everything that they had in hand is handed over or listed, and nothing is led by nobody.

use serde_json::{Value, json};

use crate::support::app::START;
use crate::support::{TestApp, User, on_both_engines};

/// Takes a social worker on; their number.
async fn hires(ben: &User<'_>, name: &str, phone: &str) -> i64 {
    let body = json!({
        "center": 1, "name": name, "phone": phone, "kind": "social_worker", "qualification": "intermediate",
        "started_on": "2025-01-01",
    });
    ben.post_json("/api/v1/workers", body).await.is(201).json()["id"].as_i64().unwrap()
}

/// Plans a series of one date or several, led by a worker.
async fn plans(
    ann: &User<'_>,
    title: &str,
    worker: i64,
    room: i64,
    (date, starts, ends): (&str, &str, &str),
    times: i64,
) {
    let mut body = json!({
        "center": 1, "title": title, "kind": 3, "room": room, "team": 1, "worker": worker, "date": date, "starts": starts, "ends": ends,
        "on_conflict": "fail", "overlap_reason": "两间一起办",
    });
    if times > 1 {
        body["repeat"] = json!("weekly");
        body["times"] = json!(times);
    }
    ann.post_json("/api/v1/activities", body).await.is(201);
}

/// Sessions to come without anybody, or led by who will have left; and colleagues under a supervisor who will.
const LED_BY_NOBODY: &str = "select
    (select count(*) from sessions s where s.status = 'planned' and (s.worker_id is null or exists (
        select 1 from workers w where w.id = s.worker_id and w.ended_on <= s.local_date)))
  + (select count(*) from supervisions x join workers w on w.id = x.worker_id join workers v on v.id = x.supervisor_id
     where x.voided_at is null and v.ended_on is not null and w.ended_on is null
       and (x.ended_on is null or x.ended_on > v.ended_on))";

/// Forty things in the hands of the first worker: 24 sessions of two series, 6 single ones, 4 colleagues, 2 posts, a session to be closed,
/// one with hours to be confirmed, a team, and a tablet.
async fn forty(app: &TestApp, ann: &User<'_>, ben: &User<'_>) -> Vec<i64> {
    let mut workers = vec![hires(ben, "何静雯", "13500001000").await];
    for (name, phone) in [
        ("罗志文", "13500001001"),
        ("陈大文", "13500001002"),
        ("李小红", "13500001003"),
        ("黄伟明", "13500001004"),
        ("周丽", "13500001005"),
    ] {
        workers.push(hires(ben, name, phone).await);
    }
    let leaver = workers[0];
    app.execute("update workers set account_id = (select id from accounts where login = 'ann') where id = 1").await;
    plans(ann, "长者太极班", leaver, 1, ("2026-03-10", "09:00", "10:00"), 12).await;
    plans(ann, "四点半课堂", leaver, 2, ("2026-03-11", "16:30", "18:00"), 12).await;
    for day in ["16", "17", "18", "19", "20", "21"] {
        plans(ann, "讲座", leaver, 1, (&format!("2026-04-{day}"), "14:00", "15:00"), 1).await;
    }
    for worker in &workers[1..5] {
        let body = json!({"supervisor": leaver, "supervised_on": "2025-06-01"});
        ben.post_json(&format!("/api/v1/workers/{worker}/supervisions"), body).await.is(200);
    }
    let posts = json!({
        "center": 1, "agreement": 1, "title": "一线社工", "kind": "social_worker", "qualification": "assistant",
        "working_time": "full", "opened_on": "2026-01-01", "count": 2,
    });
    for post in ben.post_json("/api/v1/posts", posts).await.is(201).json()["items"].as_array().unwrap() {
        let body = json!({"worker": leaver, "filled_on": "2026-01-01"});
        ben.post_json(&format!("/api/v1/posts/{}/fillings", post["id"]), body).await.is(200);
    }
    // Two days ago: one that nobody has closed, and one with hours that nobody has confirmed.
    plans(ann, "合唱团", leaver, 1, ("2026-03-03", "14:00", "16:00"), 1).await;
    plans(ann, "读报会", leaver, 2, ("2026-03-03", "10:00", "12:00"), 1).await;
    let helper =
        ann.post_json("/api/v1/people", json!({"center": 1, "name": "钟志愿"})).await.is(201).json()["id"].clone();
    let reading = app.number("select max(id) from sessions").await;
    let body = json!({"request_id": crate::check_in::request(), "person_id": helper, "role": "volunteer"});
    app.at("2026-03-03T02:10:00Z");
    ann.post_json(&format!("/api/v1/sessions/{reading}/checkins"), body).await.is(201);
    app.at(START);
    ann.post_json(&format!("/api/v1/sessions/{reading}/closing"), json!({"summary": "读了三版"})).await.is(200);
    app.execute("update teams set leader_id = (select person_id from workers where id = 1) where id = 1").await;
    let page = app.sign_in("ann").await;
    page.post("/centers/1/devices", &[("name", "前台平板")]).await.is(200);
    workers
}

/// How many things of each kind, and what became of them.
fn told(items: &Value) -> Vec<(String, String, usize)> {
    let mut told: Vec<(String, String, usize)> = Vec::new();
    for item in items.as_array().unwrap() {
        let kind = item["kind"].as_str().unwrap().to_owned();
        let outcome = item["outcome"].as_str().unwrap_or_default().to_owned();
        match told.iter_mut().find(|(one, other, _)| (one, other) == (&kind, &outcome)) {
            Some((.., count)) => *count += 1,
            None => told.push((kind, outcome, 1)),
        }
    }
    told
}

fn rows(expected: &[(&str, &str, usize)]) -> Vec<(String, String, usize)> {
    expected.iter().map(|(kind, outcome, count)| ((*kind).to_owned(), (*outcome).to_owned(), *count)).collect()
}

on_both_engines! {
    async fn a_worker_with_forty_open_things_leaves(app: TestApp) {
        let (ann, ben) = (app.token("ann").await, app.token("ben").await);
        let workers = forty(&app, &ann, &ben).await;
        let (leaver, heir, outside) = (workers[0], workers[5], workers[1]);
        let open = ben.get(&format!("/api/v1/workers/{leaver}/handover?from=2026-03-06")).await.is(200).json();
        assert_eq!(open["items"].as_array().unwrap().len(), 40);
        assert_eq!(told(&open["items"]), rows(&[
            ("sessions", "", 30), ("supervision", "", 4), ("posts", "", 2), ("closings", "", 1), ("hours", "", 1), ("teams", "", 1), ("devices", "", 1),
        ]));
        let refused = ben.post_json(&format!("/api/v1/workers/{leaver}/ending"), json!({"ended_on": "2026-03-06"})).await.is(409).json();
        assert_eq!(refused["code"], "worker_leads");

        let path = format!("/api/v1/workers/{leaver}/handover");
        let faults = ben.post_json(&path, json!({"from": "2026-03-06", "leaves": true})).await.is(422).json();
        assert_eq!(faults["errors"]["successor"]["code"], "field.nobody_leads");
        let faults = ben.post_json(&path, json!({"from": "2026-03-06", "successor": outside, "leaves": true})).await.is(422).json();
        assert_eq!(faults["errors"]["supervisor"]["code"], "field.supervises_themselves", "they would supervise themselves");
        assert_eq!(app.number("select count(*) from handovers").await, 0, "all or nothing");
        let before = app.number("select count(*) from audit_events").await;
        let made = ben.post_json(&path, json!({"from": "2026-03-06", "successor": heir, "leaves": true})).await.is(201).json();
        let items = &made["items"];
        assert_eq!(items.as_array().unwrap().len(), 40, "{items:#}");
        assert_eq!(told(items), rows(&[
            ("sessions", "given", 30), ("supervision", "given", 4), ("posts", "given", 2),
            ("closings", "listed", 1), ("hours", "listed", 1), ("teams", "listed", 1), ("devices", "listed", 1),
        ]));
        assert!(items.as_array().unwrap().iter().all(|item| item["worker_id"] == json!(heir)), "{items:#}");
        assert_eq!(app.number(LED_BY_NOBODY).await, 0);
        assert_eq!(app.number("select count(*) from sessions where worker_id = 6 and status = 'planned'").await, 30);
        assert_eq!(app.number("select count(*) from sessions where worker_id = 1").await, 2, "who led what was held stays");
        // 30 sessions, 4 colleagues, 2 posts, the handover, and the end.
        assert_eq!(app.number("select count(*) from audit_events").await - before, 30 + 4 + 2 + 1 + 1);
        let posts = ben.get("/api/v1/posts?center=1&state=filled").await.is(200).json();
        assert_eq!(posts["items"].as_array().unwrap().len(), 2);
        app.at("2026-03-07T02:00:00Z");
        let ben = app.token("ben").await;
        ben.get(&path).await.is(404);
        let undoing = format!("/api/v1/handovers/{}/undoing", made["id"]);
        ben.post_json(&undoing, json!({})).await.is_refused("handover_gone");
        let page = app.sign_in("ben").await;
        page.get(&format!("/centers/1/handovers/{}", made["id"])).await.is(200)
            .shows("已移交 36 项").shows("列入清单 4 项").shows("长者太极班").shows("交接不能撤销");
        app.token("otto").await.get(&format!("/api/v1/handovers/{}", made["id"])).await.is(404);
    }

    async fn what_was_given_goes_back_but_what_changed_since(app: TestApp) {
        let (ann, ben) = (app.token("ann").await, app.token("ben").await);
        let workers = forty(&app, &ann, &ben).await;
        let path = format!("/api/v1/workers/{}/handover", workers[0]);
        let kinds = json!({"from": "2026-03-06", "sessions": workers[1], "supervisor": workers[5], "rest": workers[2]});
        let made = ben.post_json(&path, kinds).await.is(201).json();
        assert_eq!(told(&made["items"]), rows(&[
            ("sessions", "given", 30), ("supervision", "given", 4), ("posts", "listed", 2),
            ("closings", "listed", 1), ("hours", "listed", 1), ("teams", "listed", 1), ("devices", "listed", 1),
        ]), "nobody was named for the posts");
        ben.post_json(&path, json!({"from": "2026-03-06", "successor": workers[5]})).await.is(201);
        let place = json!({"room": 1, "worker": workers[3], "team": 1, "date": "2026-03-10", "starts": "09:00", "ends": "10:00", "scope": "one"});
        ann.post_json("/api/v1/sessions/1/schedule", place).await.is(200);
        let undone = ben.post_json(&format!("/api/v1/handovers/{}/undoing", made["id"]), json!({})).await.is(200).json();
        assert_eq!(told(&undone["items"])[..3], rows(&[("sessions", "given", 1), ("sessions", "returned", 29), ("supervision", "returned", 4)])[..]);
        ben.post_json(&format!("/api/v1/handovers/{}/undoing", made["id"]), json!({})).await.is(404);
        assert_eq!(app.number("select count(*) from sessions where worker_id = 1 and status = 'planned'").await, 29 + 1);
        assert_eq!(app.number("select count(*) from supervisions where supervisor_id = 1 and ended_on is null and voided_at is null").await, 4);
        assert_eq!(app.number(LED_BY_NOBODY).await, 0);
    }

    async fn of_two_handovers_at_one_moment_one_gives(app: TestApp) {
        let (ann, ben) = (app.token("ann").await, app.token("ben").await);
        let workers = [hires(&ben, "何静雯", "13500001000").await, hires(&ben, "罗志文", "13500001001").await, hires(&ben, "周丽", "13500001005").await];
        for round in 0..10 {
            let date = format!("2026-{:02}-10", round % 9 + 4);
            plans(&ann, "长者太极班", workers[0], if round < 9 { 1 } else { 2 }, (&date, "09:00", "10:00"), 1).await;
            let path = format!("/api/v1/workers/{}/handover", workers[0]);
            let to = |heir: i64| json!({"from": "2026-03-06", "successor": heir});
            let (one, other) = rocket::tokio::join!(ben.post_json(&path, to(workers[1])), ben.post_json(&path, to(workers[2])));
            let mut codes = [one.status.code, other.status.code];
            codes.sort_unstable();
            assert_eq!(codes, [201, 409], "round {round}: {} {}", one.text(), other.text());
            assert_eq!(app.number("select count(*) from sessions where worker_id = 1").await, 0);
        }
        assert_eq!(app.number("select count(*) from handover_items where outcome = 'given'").await, 10, "each once");
    }

    async fn whoever_is_planned_with_while_they_leave_is_there_or_not_planned(app: TestApp) {
        let (ann, ben) = (app.token("ann").await, app.token("ben").await);
        let heir = hires(&ben, "罗志文", "13500001001").await;
        for round in 0..10_i64 {
            let leaver = hires(&ben, "何静雯", &format!("1350000{:04}", 2000 + round)).await;
            let body = json!({
                "center": 1, "title": "早茶会", "kind": 3, "room": 1, "worker": leaver, "date": format!("2026-04-{:02}", round + 1),
                "starts": "09:00", "ends": "10:00", "on_conflict": "fail",
            });
            let leaving = format!("/api/v1/workers/{leaver}/handover");
            let (planned, left) = rocket::tokio::join!(
                ann.post_json("/api/v1/activities", body),
                ben.post_json(&leaving, json!({"from": "2026-03-06", "successor": heir, "leaves": true})),
            );
            assert!(matches!(planned.status.code, 201 | 422), "round {round}: {}", planned.text());
            assert!(matches!(left.status.code, 201 | 409), "round {round}: {}", left.text());
            assert_eq!(app.number(LED_BY_NOBODY).await, 0, "round {round}: {} {}", planned.text(), left.text());
        }
    }

    async fn who_takes_over_is_there(app: TestApp) {
        let (ann, ben) = (app.token("ann").await, app.token("ben").await);
        let (leaver, heir) = (hires(&ben, "何静雯", "13500001000").await, hires(&ben, "罗志文", "13500001001").await);
        plans(&ann, "长者太极班", leaver, 1, ("2026-04-10", "09:00", "10:00"), 1).await;
        plans(&ann, "读报会", heir, 2, ("2026-04-10", "09:30", "10:30"), 1).await;
        let path = format!("/api/v1/workers/{leaver}/handover");
        for (named, field) in [(leaver, "field.not_a_choice"), (999, "field.not_a_choice")] {
            let faults = ben.post_json(&path, json!({"from": "2026-03-06", "successor": named})).await.is(422).json();
            assert_eq!(faults["errors"]["successor"]["code"], field);
        }
        let gone = hires(&ben, "周丽", "13500001005").await;
        ben.post_json(&format!("/api/v1/workers/{gone}/ending"), json!({"ended_on": "2026-04-01"})).await.is(200);
        let faults = ben.post_json(&path, json!({"from": "2026-03-06", "successor": gone})).await.is(422).json();
        assert_eq!(faults["errors"]["sessions"]["code"], "field.worker_gone");
        let made = ben.post_json(&path, json!({"from": "2026-03-06", "successor": heir})).await.is(201).json();
        assert_eq!(made["items"][0]["clashes"], true, "two at one time is said");
        ben.post_json(&path, json!({"from": "2026-03-06", "successor": heir})).await.is_refused("handover_empty");
        app.token("ann").await.post_json(&path, json!({"from": "2026-03-06", "successor": heir})).await.is(403);
        app.token("otto").await.get(&path).await.is(404);
        let page = app.sign_in("ben").await;
        page.get(&format!("/centers/1/workers/{leaver}/handover")).await.is(200).shows("手上没有要交接的工作");
        page.get(&format!("/centers/1/workers/{heir}/handover")).await.is(200).shows("之后的场次").shows("读报会");
        let leaving = [("ended_on", "2026-03-06")];
        page.post(&format!("/centers/1/workers/{heir}/ending"), &leaving).await.is(422).shows("还有 2 项工作").shows("办理交接");
    }
}

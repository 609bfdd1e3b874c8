//! What was kept long enough is listed, and what is listed is erased, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::check_in::{another, request, session};
use crate::imports::{SMALL, sends};
use crate::support::dump::Dump;
use crate::support::{Engine, TestApp, User, on_both_engines, run};

async fn listed(app: &TestApp) -> Value {
    let ada = app.token("ada").await;
    let run = ada.post_json("/api/v1/retention/runs", json!({})).await.is(201).json();
    app.run_jobs().await;
    ada.get(&format!("/api/v1/retention/runs/{}", run["id"])).await.is(200).json()
}

/// What stands in a list, by kind.
async fn items(by: &User<'_>, run: &Value) -> BTreeMap<String, BTreeSet<i64>> {
    let (mut all, mut next) = (BTreeMap::<String, BTreeSet<i64>>::new(), Some(String::new()));
    while let Some(cursor) = next {
        let cursor = if cursor.is_empty() { cursor } else { format!("?cursor={cursor}") };
        let page = by.get(&format!("/api/v1/retention/runs/{}/items{cursor}", run["id"])).await.is(200).json();
        for item in page["items"].as_array().unwrap() {
            let kind = item["kind"].as_str().unwrap().to_owned();
            assert!(all.entry(kind).or_default().insert(item["record_id"].as_i64().unwrap()), "twice: {item}");
        }
        next = page["next"].as_str().map(str::to_owned);
    }
    all
}

fn records(run: &Value) -> i64 {
    run["records"].as_object().unwrap().values().map(|kind| kind["listed"].as_i64().unwrap()).sum()
}

async fn erased(app: &TestApp, run: &Value) -> Value {
    let ada = app.token("ada").await;
    let path = format!("/api/v1/retention/runs/{}", run["id"]);
    ada.post_json(&format!("{path}/confirmation"), json!({ "records": records(run) })).await.is(200);
    app.run_jobs().await;
    ada.get(&path).await.is(200).json()
}

async fn registers(app: &TestApp, body: Value) -> i64 {
    app.token("ann").await.post_json("/api/v1/people", body).await.is(201).json()["id"].as_i64().unwrap()
}

async fn comes(app: &TestApp, session: i64, person: i64) {
    let body = json!({"request_id": request(), "person_id": person, "role": "participant"});
    app.token("ann").await.post_json(&format!("/api/v1/sessions/{session}/checkins"), body).await.is(201);
}

on_both_engines! {
    async fn what_is_listed_is_what_is_erased(app: TestApp) {
        session(&app, None, None).await;
        let phone = |name: &str, phone: &str| json!({"center": 1, "name": name, "phone": phone});
        let gone = registers(&app, phone("久不来", "13900000001")).await;
        let stays = registers(&app, phone("常来人", "13900000002")).await;
        let returns = registers(&app, phone("又来人", "13900000003")).await;
        let paper = json!({"valid_from": "2026-01-01", "document": "低保证"});
        registers(&app, json!({"center": 1, "name": "有证人", "phone": "13900000004", "needy": paper})).await;
        let ann = app.token("ann").await;
        let walk_in = json!({"request_id": request(), "name": "散客人", "role": "participant"});
        let came = ann.post_json("/api/v1/sessions/1/walk_ins", walk_in).await.is(201).json();
        let escort = json!({"way": "in", "name": "接送外婆"});
        ann.post_json(&format!("/api/v1/sessions/1/checkins/{}/escorts", came["id"]), escort).await.is(200);
        sends(&ann, "/api/v1/people/imports?center=1", "roster.csv", SMALL).await.is(201);
        let fields = [("request_id", &*request()), ("name", "常来人"), ("phone", "13900000002")];
        app.anyone().post("/c/tea", &fields).await.is(200);
        app.sign_in("ann").await.post(&format!("/centers/1/people/{gone}/reveals"), &[("which", "phone"), ("reason", "当时的理由")]).await.is(200);

        app.at("2031-04-01T02:00:00Z");
        another(&app, "later", "2031-04-01", None, None).await;
        comes(&app, 2, stays).await;
        let before = Dump::of(app.db()).await;
        let run = listed(&app).await;
        assert_eq!(run["state"], "listed");
        let ada = app.token("ada").await;
        let found = items(&ada, &run).await;
        assert_eq!(found["unseen_people"], BTreeSet::from([gone, returns]));
        assert_eq!(found["walk_ins"], BTreeSet::from([came["person_id"].as_i64().unwrap()]));
        let many = |kind: &str| found.get(kind).map_or(0, BTreeSet::len);
        assert_eq!([many("escorts"), many("rosters"), many("scan_phones"), many("phones")], [1; 4], "{found:?}");
        assert!(many("log_reasons") > 0 && many("logins") > 0, "{found:?}");
        let changes = before.changes(&Dump::of(app.db()).await, &["seen_at"]);
        let told = |line: &&String| !["retention_", "audit_events got", "jobs ", "logins ", "settings "].iter().any(|start| line.starts_with(start));
        let changes: Vec<_> = changes.iter().filter(told).collect();
        assert!(changes.is_empty(), "a list erases nothing: {changes:#?}");

        // The page and the file say the same, and no name.
        let browser = app.sign_in("ada").await;
        let path = format!("/retention/runs/{}", run["id"]);
        browser.get(&path).await.is(200).shows("久**").hides("久不来").shows("等待确认");
        let file = browser.post(&format!("{path}/file"), &[("format", "csv")]).await.is(200);
        assert_eq!(file.text().lines().count() as i64, records(&run) + 1);
        file.shows("久**").hides("久不来");
        let wrong = [("records", "1")];
        browser.post(&format!("{path}/confirmation"), &wrong).await.is(422).shows("和清单的总条数不一样");

        // Somebody comes back before the list is confirmed.
        comes(&app, 2, returns).await;
        let done = erased(&app, &run).await;
        assert_eq!(done["state"], "done");
        assert_eq!((&done["records"]["unseen_people"]["erased"], &done["records"]["unseen_people"]["left"]), (&json!(1), &json!(1)));
        for (kind, counted) in done["records"].as_object().unwrap() {
            let left = i64::from(kind == "unseen_people");
            assert_eq!(counted["erased"].as_i64().unwrap() + left, counted["listed"].as_i64().unwrap(), "{kind}");
        }
        let names: Vec<String> = sqlx::query_scalar("select name from people where erased_at is null order by id")
            .fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert_eq!(names, ["常来人", "又来人", "有证人"]);
        let dump = Dump::of(app.db()).await.text();
        for word in ["久不来", "散客人", "接送外婆", "当时的理由", "13900000001"] {
            assert!(!dump.contains(word), "{word}");
        }
        browser.get(&path).await.is(200).shows("有变化，留下");
        // Once more there is nothing, and the list cannot be confirmed again.
        ada.post_json(&format!("/api/v1{path}/confirmation"), json!({ "records": records(&run) })).await.is(409).is_refused("retention_not_listed");
        assert_eq!(records(&listed(&app).await), 0);
    }

    async fn terms_are_set_and_bounded(app: TestApp) {
        let ada = app.token("ada").await;
        let terms = ada.get("/api/v1/retention").await.is(200).json();
        assert_eq!((&terms["months"]["log_reasons"], &terms["months"]["rosters"]), (&json!(36), &json!(6)));
        let set = ada.post_json("/api/v1/retention", json!({"months": {"walk_ins": 3, "escorts": 0}})).await.is(200).json();
        assert_eq!((&set["months"]["walk_ins"], &set["months"]["escorts"], &set["months"]["logins"]), (&json!(3), &Value::Null, &json!(12)));
        for months in [json!({"log_reasons": 12}), json!({"logins": 5}), json!({"phones": 601}), json!({"phones": -1})] {
            ada.post_json("/api/v1/retention", json!({ "months": months })).await.is(422);
        }
        let browser = app.sign_in("ada").await;
        browser.get("/retention").await.is(200).shows("个人信息保护法");
        browser.post("/retention", &[("months.walk_ins", ""), ("months.logins", "6")]).await.is(303);
        let terms = ada.get("/api/v1/retention").await.is(200).json();
        assert_eq!((&terms["months"]["walk_ins"], &terms["months"]["logins"]), (&Value::Null, &json!(6)));
        for login in ["ann", "ben", "tom", "pat"] {
            app.sign_in(login).await.get("/retention").await.is(403);
        }
        // What is kept for good is in no list, and a new list drops the one before.
        app.at("2040-01-01T02:00:00Z");
        let ada = app.token("ada").await;
        let first = listed(&app).await;
        listed(&app).await;
        let first = ada.get(&format!("/api/v1/retention/runs/{}", first["id"])).await.is(200).json();
        assert_eq!(first["state"], "dropped");
        ada.post_json(&format!("/api/v1/retention/runs/{}/confirmation", first["id"]), json!({ "records": records(&first) })).await.is(409);
    }
}

/// Somebody's life in months before today: when they were registered, when they came, and what keeps them.
#[derive(Clone, Debug)]
struct Life {
    registered: u32,
    came: Vec<u32>,
    has_phone: bool,
    /// Until how many months ago a membership holds; none without one; 0 holds on.
    paper: Option<u32>,
    serves: bool,
    has_hours: bool,
}

impl Life {
    /// The plain model: in which list they stand, if in any.
    fn expected(&self) -> Option<&'static str> {
        let last = self.came.iter().copied().filter(|month| *month <= self.registered).min();
        let last = last.map_or(self.registered, |last| last.min(self.registered));
        let kept = self.paper == Some(0) || self.serves || self.has_hours;
        let alone = !self.has_phone && self.paper.is_none();
        let (kind, months) = if alone { ("walk_ins", 24) } else { ("unseen_people", 60) };
        (!kept && last > months).then_some(kind)
    }
}

fn lives() -> impl Strategy<Value = Vec<Life>> {
    let life = (
        1_u32..90,
        proptest::collection::vec(1_u32..90, 0..3),
        any::<bool>(),
        proptest::option::of(0_u32..30),
        0_u32..8,
    );
    let life = life.prop_map(|(registered, came, has_phone, paper, keeps)| Life {
        registered,
        came: came.into_iter().filter(|month| *month <= registered).collect(),
        has_phone,
        paper: paper.filter(|ended| *ended <= registered),
        serves: keeps == 0,
        has_hours: keeps == 1,
    });
    proptest::collection::vec(life, 1..12)
}

/// Writes a life as it would lie there. A month has 30 days here: whoever is past a term by one of them is past it by the calendar,
/// and nobody else.
async fn lives_so(app: &TestApp, number: usize, life: &Life) -> i64 {
    let ago = |months: u32| app.clock.now().0.0 - i64::from(months) * 30 * 86_400_000 + 86_400_000 / 2;
    let day = |months: u32| {
        let at = linli::clock::Timestamp(ago(months));
        linli::clock::Zone::SHANGHAI.date(at).to_string()
    };
    let mut tx = app.begin().await;
    let phone = life.has_phone.then(|| format!("hash {number}"));
    let person: i64 = sqlx::query_scalar(
        "insert into people (name, name_key, name_fold, pinyin, sounds, phone_hash, created_at, updated_at)
         values ('某人', '某人', '某人', 'mou', 'mou', $1, $2, $2) returning id",
    )
    .bind(phone)
    .bind(ago(life.registered))
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    sqlx::query("insert into enrolments (person_id, center_id, enrolled_at) values ($1, 1, $2)")
        .bind(person)
        .bind(ago(life.registered))
        .execute(&mut *tx)
        .await
        .unwrap();
    for (nth, month) in life.came.iter().enumerate() {
        sqlx::query(
            "insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth, voided_at)
             values (1, $1, 'participant', 'roster', $2, $2, 0, 0, 0, 0, $3)",
        )
        .bind(person)
        .bind(ago(*month))
        // One that counts, and others that were taken back: they came all the same.
        .bind((nth > 0).then_some(1_i64))
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    if let Some(ended) = life.paper {
        sqlx::query(
            "insert into group_memberships (person_id, priority_group, valid_from, valid_to, document, created_at)
             values ($1, 'needy', '2000-01-01', $2, '证', 0)",
        )
        .bind(person)
        .bind((ended > 0).then(|| day(ended)))
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    if life.serves {
        sqlx::query(
            "insert into team_members (team_id, person_id, joined_on, created_at) values (1, $1, '2000-01-01', 0)",
        )
        .bind(person)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    if life.has_hours {
        sqlx::query(
            "insert into hours_entries (person_id, served_on, minutes, source, original_minutes, confirmed_at)
             values ($1, '2000-01-01', 60, 'imported', 60, 0)",
        )
        .bind(person)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    person
}

fn random_lives(engine: Engine) {
    run(engine, async |app| {
        session(&app, None, None).await;
        let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
        let mut number = 0;
        let mut counted = 0;
        for _ in 0..40 {
            let lives = lives().new_tree(&mut runner).unwrap().current();
            let mut expected = BTreeMap::<String, BTreeSet<i64>>::new();
            for life in &lives {
                number += 1;
                let person = lives_so(&app, number, life).await;
                if let Some(kind) = life.expected() {
                    counted += 1;
                    expected.entry(kind.to_owned()).or_default().insert(person);
                }
            }
            let run = listed(&app).await;
            let ada = app.token("ada").await;
            let mut found = items(&ada, &run).await;
            found.retain(|kind, _| ["walk_ins", "unseen_people"].contains(&kind.as_str()));
            assert_eq!(found, expected, "{lives:?}");
            if records(&run) > 0 {
                erased(&app, &run).await;
            }
            let mut gone: BTreeSet<i64> =
                sqlx::query_scalar::<_, i64>("select id from people where erased_at is not null")
                    .fetch_all(&mut *app.db().read().await.unwrap())
                    .await
                    .unwrap()
                    .into_iter()
                    .collect();
            let all: BTreeSet<i64> = expected.into_values().flatten().collect();
            gone.retain(|id| all.contains(id));
            assert_eq!(gone, all, "what was listed was erased");
        }
        assert!(counted > 20, "{counted}");
        assert_eq!(app.number("select count(*) from people where erased_at is not null").await, counted);
        eprintln!("{engine:?}: {number} lives, {counted} erased as the model says");
    });
}

#[test]
fn random_lives_are_listed_as_a_plain_model_says_sqlite() {
    random_lives(Engine::Sqlite);
}

#[test]
fn random_lives_are_listed_as_a_plain_model_says_postgres() {
    random_lives(Engine::Postgres);
}

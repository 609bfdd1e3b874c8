//! Histories made at random against the plain model: series with what is made up for, changes of one, later or all, skips,
//! cancellations, restorations and closures. After each step every session stands once and as in the model, and no two live bookings
//! of a room overlap.

use linli::clock::Date;
use proptest::collection::vec;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::model::{BASE, DAY, Model, One, Step, collide, step};
use crate::support::{Answer, Engine, TestApp, User, run};

/// The base's midnight in Dongguan.
const MIDNIGHT: i64 = 1_775_404_800_000;

const OVERLAPS: &str = "select count(*) from bookings a join bookings b on b.room_id = a.room_id and b.id > a.id
    where a.released_at is null and b.released_at is null and a.starts_at < b.ends_at and b.starts_at < a.ends_at";

#[derive(sqlx::FromRow)]
struct Row {
    local_date: String,
    starts_at: i64,
    ends_at: i64,
    capacity: i64,
    status: String,
    by_hand: i64,
    rooms: String,
    live: i64,
}

struct Play<'a> {
    app: &'a TestApp,
    ann: &'a User<'a>,
    /// The numbers of the sessions, in the model's order.
    ids: Vec<i64>,
    model: Model,
}

async fn write(app: &TestApp, sql: &str) {
    let mut tx = app.begin().await;
    sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

fn date(day: i64) -> Date {
    let base = Date::parse(BASE).unwrap();
    if day < 0 { base.minus_days(day.unsigned_abs()) } else { base.plus_days(day.unsigned_abs()) }
}

fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

/// Where and when, as a program says it.
fn place(day: i64, (from, to): (i64, i64), rooms: &[i64], capacity: i64) -> Value {
    let mut body =
        json!({"date": date(day).to_string(), "starts": clock(from), "ends": clock(to), "capacity": capacity});
    match rooms {
        [] => body["venue"] = json!("广场"),
        [room, more @ ..] => {
            body["room"] = json!(room);
            body["more_rooms"] = json!(more);
        }
    }
    body
}

fn is_as_expected(answer: &Answer, expected: bool, step: &Step) {
    let done = (200..300).contains(&answer.status.code);
    assert!(done || [409, 422].contains(&answer.status.code), "{step:?}: {} {}", answer.status, answer.text());
    assert_eq!(done, expected, "{step:?}: {} {}", answer.status, answer.text());
}

impl Play<'_> {
    /// One of the sessions there are.
    fn at(&self, place: usize) -> Option<usize> {
        (!self.ids.is_empty()).then(|| place % self.ids.len())
    }

    async fn step(&mut self, step: &Step) {
        match step {
            Step::Plans { day, time, rooms, times } => self.plans(*day, *time, rooms, *times).await,
            Step::Changes { at, .. } => {
                if let Some(at) = self.at(*at) {
                    self.changes(at, step).await;
                }
            }
            Step::Drops { at, scope, skips } => {
                let Some(at) = self.at(*at) else { return };
                let way = if *skips { "skipping" } else { "cancellation" };
                let path = format!("/api/v1/sessions/{}/{way}", self.ids[at]);
                let answer = self.ann.post_json(&path, json!({"reason": "台风", "scope": scope.code()})).await;
                is_as_expected(&answer, self.model.drop_out(at, *scope, *skips), step);
            }
            Step::Restores(at) => {
                let Some(at) = self.at(*at) else { return };
                let path = format!("/api/v1/sessions/{}/restoration", self.ids[at]);
                let answer = self.ann.post_json(&path, json!({})).await;
                is_as_expected(&answer, self.model.restore(at), step);
            }
            Step::Closes { room, day, from, hours } => {
                let begins = day * DAY + from * 60;
                let (from, to) = (begins, begins + hours * 60);
                let (starts, ends) = (MIDNIGHT + from * 60_000, MIDNIGHT + to * 60_000);
                let sql = format!(
                    "insert into room_closures (room_id, starts_at, ends_at, reason, created_at)
                     values ({room}, {starts}, {ends}, '检修', 0)"
                );
                write(self.app, &sql).await;
                self.model.closures.push((*room, from, to));
            }
        }
    }

    async fn plans(&mut self, day: i64, time: (i64, i64), rooms: &[i64], times: usize) {
        let mut body = place(day, time, rooms, 10);
        let plan = json!({"center": 1, "title": "合唱团", "kind": 3, "repeat": "weekly", "times": times, "on_conflict": "skip"});
        body.as_object_mut().unwrap().extend(plan.as_object().unwrap().clone());
        let made = self.ann.post_json("/api/v1/activities", body).await.is(201).json();
        let sql = format!("select id from sessions where activity_id = {} order by local_date, id", made["id"]);
        let mut conn = self.app.db().read().await.unwrap();
        let ids: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap();
        self.ids.extend(ids);
        self.model.plan(day, time, rooms, times);
    }

    async fn changes(&mut self, at: usize, step: &Step) {
        let Step::Changes { scope, said, hand, .. } = step else { return };
        let one = &self.model.sessions[at];
        let rooms = said.rooms.clone().unwrap_or_else(|| one.rooms.clone());
        let time = said.time.unwrap_or((one.from, one.to));
        let mut body = place(one.day + said.days, time, &rooms, said.capacity.unwrap_or(one.capacity));
        body["scope"] = json!(scope.code());
        body["by_hand"] = [Value::Null, json!("leave"), json!("change")][usize::from(*hand)].clone();
        let answer = self.ann.post_json(&format!("/api/v1/sessions/{}/schedule", self.ids[at]), body).await;
        is_as_expected(&answer, self.model.change(at, *scope, said, *hand), step);
    }

    async fn is_as_in_the_model(&self, step: &Step) {
        let Some(first) = self.ids.first() else { return };
        let sql = format!(
            "select s.id, s.local_date, s.starts_at, s.ends_at, s.capacity, s.status, s.by_hand,
                    coalesce((select string_agg(cast(x.room_id as text), ',' order by x.room_id) from session_rooms x
                              where x.session_id = s.id), '') as rooms,
                    (select count(*) from bookings b where b.session_id = s.id and b.released_at is null) as live
             from sessions s where s.id >= {first} order by s.id"
        );
        let mut conn = self.app.db().read().await.unwrap();
        let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap();
        assert_eq!(rows.len(), self.model.sessions.len(), "each stands once after {step:?}");
        for (row, one) in rows.iter().zip(&self.model.sessions) {
            assert_eq!(Self::told(row), Self::wanted(one), "after {step:?}: {:#?}", self.model);
        }
        let overlaps: i64 = sqlx::query_scalar(OVERLAPS).fetch_one(&mut *conn).await.unwrap();
        assert_eq!(overlaps, 0, "two live bookings overlap after {step:?}");
        assert!(!collide(&self.model.sessions), "the model itself collides after {step:?}");
    }

    fn told(row: &Row) -> (String, [i64; 5], String, String) {
        let minutes = |at: i64| (at - MIDNIGHT) / 60_000;
        let numbers = [minutes(row.starts_at), minutes(row.ends_at), row.capacity, row.by_hand, row.live];
        (row.local_date.clone(), numbers, row.status.clone(), row.rooms.clone())
    }

    fn wanted(one: &One) -> (String, [i64; 5], String, String) {
        let rooms: Vec<String> = one.rooms.iter().map(ToString::to_string).collect();
        let live = if one.status == "planned" { i64::try_from(rooms.len()).unwrap() } else { 0 };
        let numbers = [one.begins(), one.day * DAY + one.to, one.capacity, one.by_hand, live];
        (date(one.day).to_string(), numbers, one.status.to_owned(), rooms.join(","))
    }
}

fn histories(engine: Engine) {
    let cases: u32 = std::env::var("LINLI_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(40);
    run(engine, |app| async move {
        super::opens_day_and_night(&app).await;
        let ann = app.token("ann").await;
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
        let steps = vec(step(), 4..24);
        for _ in 0..cases {
            let steps = steps.new_tree(&mut runner).unwrap().current();
            println!("{steps:?}");
            let mut play = Play { app: &app, ann: &ann, ids: Vec::new(), model: Model::default() };
            for step in &steps {
                play.step(step).await;
                play.is_as_in_the_model(step).await;
            }
            // The next history has the rooms for itself.
            write(&app, "update bookings set released_at = 1 where released_at is null").await;
            write(&app, "update sessions set status = 'cancelled'").await;
            write(&app, "delete from room_closures").await;
        }
    });
}

#[test]
fn series_are_those_of_the_plain_model_on_sqlite() {
    histories(Engine::Sqlite);
}

#[test]
fn series_are_those_of_the_plain_model_on_postgres() {
    histories(Engine::Postgres);
}

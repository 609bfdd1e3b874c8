//! Histories made at random against the plain model: series with what is made up for, changes of one, later or all, skips,
//! cancellations, restorations, closures and other opening hours. After each step every session stands once and as in the model, and no
//! two live bookings of a room overlap; after each history each session is once in the calendar, and a past month's figures are as before.

use std::collections::BTreeSet;

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

/// Lets a room be open from midnight until `closes` from a day on.
async fn opens(app: &TestApp, room: i64, from: &str, closes: i64) {
    write(app, &format!("insert into room_weeks (room_id, valid_from, created_at) values ({room}, '{from}', 0)")).await;
    let days = (1..=7).map(|day| {
        format!("((select id from room_weeks where room_id = {room} and valid_from = '{from}'), {day}, 0, {closes})")
    });
    let days: Vec<String> = days.collect();
    write(app, &format!("insert into room_week_spans (week_id, weekday, opens, closes) values {}", days.join(", ")))
        .await;
}

/// A session of February that took place, for the figures of a month that is past.
async fn takes_place_in_february(ann: &User<'_>, app: &TestApp) {
    let mut body = place(0, (600, 660), &[1], 10);
    body["date"] = json!("2026-02-25");
    let plan = json!({"center": 1, "title": "早茶", "kind": 3});
    body.as_object_mut().unwrap().extend(plan.as_object().unwrap().clone());
    ann.post_json("/api/v1/activities", body).await.is(201);
    write(app, "update sessions set status = 'completed' where local_date = '2026-02-25'").await;
    let came = "insert into head_counts (session_id, heads, counted_at) select id, 7, 0 from sessions where local_date = '2026-02-25'";
    write(app, came).await;
}

const FEBRUARY: &str = "/api/v1/summary?scope=center:1&from=2026-02-01&to=2026-03-01";

/// Every session of the public calendar, by its lasting name.
async fn is_once_in_the_calendar(app: &TestApp, planned: usize) {
    let feed = app.anyone().get("/calendar/centers/1.ics").await.is(200).text();
    let names: Vec<&str> = feed.lines().filter_map(|line| line.strip_prefix("UID:")).collect();
    let once: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(once.len(), names.len(), "a session stands twice in the calendar");
    assert!(names.len() >= planned, "{} of {planned} in the calendar", names.len());
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
            Step::Opens { room, day, closes } => {
                for (from, closes) in self.model.open(*room, *day, *closes) {
                    opens(self.app, *room, &date(from).to_string(), closes).await;
                }
            }
        }
    }

    async fn plans(&mut self, day: i64, time: (i64, i64), rooms: &[i64], times: usize) {
        let mut body = place(day, time, rooms, 10);
        let plan = json!({"center": 1, "title": "合唱团", "kind": 3, "published": true, "repeat": "weekly", "times": times, "on_conflict": "skip"});
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
        takes_place_in_february(&ann, &app).await;
        let february = ann.get(FEBRUARY).await.is(200).json();
        let held = february["figures"].as_array().unwrap().iter().find(|figure| figure["key"] == "sessions");
        assert_eq!(held.unwrap()["value"], 1, "{february}");
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
            let planned = play.model.sessions.iter().filter(|one| one.status == "planned").count();
            is_once_in_the_calendar(&app, planned).await;
            assert_eq!(ann.get(FEBRUARY).await.is(200).json(), february, "what is past stays as it was");
            // The next history has the rooms for itself, on the day before the base too: there dates were moved.
            let ours = "session_id in (select id from sessions where status <> 'completed')";
            write(&app, &format!("update bookings set released_at = 1 where released_at is null and {ours}")).await;
            write(&app, "update sessions set status = 'cancelled' where status <> 'completed'").await;
            write(&app, "delete from room_closures").await;
            let weeks = format!("select id from room_weeks where valid_from >= '{BASE}'");
            write(&app, &format!("delete from room_week_spans where week_id in ({weeks})")).await;
            write(&app, &format!("delete from room_weeks where valid_from >= '{BASE}'")).await;
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

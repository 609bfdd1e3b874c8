//! Days at the door made at random, against a plain model: online and offline, again, out of order, late, by wrong clocks,
//! with cards that are reported lost and sessions that are cancelled meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use linli::check_in::RequestId;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::card;
use crate::support::{Engine, TestApp, User, run};

const CASES: u32 = 2_000;
const PEOPLE: usize = 5;
const SESSIONS: usize = 3;
const MINUTE: i64 = 60_000;
/// 10:00 in Dongguan on 5 March 2026; every session runs until noon.
const TEN: i64 = 1_772_676_000_000;

#[derive(Clone, Debug)]
struct Scan {
    session: usize,
    person: usize,
    by_card: bool,
    out: bool,
}

#[derive(Clone, Debug)]
enum Step {
    /// Minutes go by.
    Pass(i64),
    Online(Scan),
    /// Kept by device 0 or 1, whose clocks are off.
    Keep(usize, Scan),
    /// The device sends so many of what it keeps, from a place on, turned round or not, and forgets them or not.
    Deliver {
        device: usize,
        from: usize,
        many: usize,
        reversed: bool,
        forgets: bool,
    },
    /// Something sent before comes once more.
    Again(usize),
    Cancel(usize),
    Lose(usize),
}

fn scan() -> impl Strategy<Value = Scan> {
    (0..SESSIONS, 0..PEOPLE, any::<bool>(), proptest::bool::weighted(0.4))
        .prop_map(|(session, person, by_card, out)| Scan { session, person, by_card, out })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..25i64).prop_map(Step::Pass),
        3 => scan().prop_map(Step::Online),
        6 => (0..2usize, scan()).prop_map(|(device, scan)| Step::Keep(device, scan)),
        3 => (0..2usize, 0..8usize, 1..8usize, any::<bool>(), any::<bool>())
            .prop_map(|(device, from, many, reversed, forgets)| Step::Deliver { device, from, many, reversed, forgets }),
        1 => any::<prop::sample::Index>().prop_map(|index| Step::Again(index.index(64))),
        1 => (1..SESSIONS).prop_map(Step::Cancel),
        1 => (0..PEOPLE).prop_map(Step::Lose),
    ]
}

/// A scan as it is sent: what, when by the device's clock, and its number.
#[derive(Clone, Debug)]
struct Sent {
    request: String,
    scan: Scan,
    device_at: i64,
    offline: bool,
}

/// The plain model: a list of what arrived, looked through from the start each time.
#[derive(Default)]
struct Model {
    rows: Vec<Row>,
    cancelled: BTreeSet<usize>,
    lost: BTreeSet<usize>,
}

struct Row {
    request: String,
    session: usize,
    person: usize,
    out: bool,
    at: i64,
    outcome: &'static str,
}

impl Model {
    /// Somebody's times at a session: from first coming to leaving, and how long away between.
    fn stay(&self, session: usize, person: usize) -> Option<(i64, Option<i64>, i64)> {
        const SEEN: [&str; 6] = ["admitted", "already_in", "returned", "left", "already_left", "not_in"];
        let seen = |row: &&Row| row.session == session && row.person == person && SEEN.contains(&row.outcome);
        if !self.rows.iter().filter(seen).any(|row| row.outcome == "admitted") {
            return None;
        }
        let mut times: Vec<(i64, bool)> = self.rows.iter().filter(seen).map(|row| (row.at, row.out)).collect();
        times.sort_unstable();
        let (mut came, mut left, mut away) = (None, None, 0);
        for (at, out) in times {
            if !out && came.is_none() {
                came = Some(at);
            } else if !out && left.is_some() {
                away += at - left.take().unwrap_or(at);
            } else if out && came.is_some() && left.is_none() {
                left = Some(at);
            }
        }
        Some((came?, left, away))
    }

    fn receive(&mut self, sent: &Sent, at: i64) {
        if self.rows.iter().any(|row| row.request == sent.request) {
            return;
        }
        let Scan { session, person, by_card, out } = sent.scan.clone();
        let before = self.stay(session, person);
        let mut row = Row { request: sent.request.clone(), session, person, out, at, outcome: "already_in" };
        let seats = if session == 1 { 2 } else { usize::MAX };
        let taken = (1..PEOPLE).filter(|other| self.stay(session, *other).is_some()).count();
        let cancelled = self.cancelled.contains(&session);
        row.outcome = match before {
            _ if by_card && self.lost.contains(&person) => "card_revoked",
            None if cancelled => "cancelled",
            None if out => "not_in",
            // Person 0 comes as a volunteer and takes no seat.
            None if person > 0 && taken >= seats => "full",
            None => "admitted",
            Some(before) => {
                row.outcome = if out { "already_left" } else { "already_in" };
                self.rows.push(row);
                let after = self.stay(session, person);
                row = self.rows.pop().expect("it was just pushed");
                let moved = after.is_some_and(|after| (after.1, after.2) != (before.1, before.2));
                match (moved, out) {
                    _ if cancelled && after != Some(before) => "cancelled",
                    (true, true) => "left",
                    (true, false) => "returned",
                    (false, true) => "already_left",
                    (false, false) => "already_in",
                }
            }
        };
        self.rows.push(row);
    }

    fn attendances(&self) -> Vec<(usize, usize, i64, Option<i64>, i64)> {
        let all = (0..SESSIONS).flat_map(|session| (0..PEOPLE).map(move |person| (session, person)));
        all.filter_map(|(session, person)| {
            self.stay(session, person).map(|(came, left, away)| (session, person, came, left, away))
        })
        .collect()
    }
}

/// One case's own sessions, people and cards.
struct World {
    session: i64,
    person: i64,
    cards: Vec<String>,
}

impl World {
    async fn build(app: &TestApp) -> Self {
        let mut tx = app.begin().await;
        let session: i64 = sqlx::query_scalar("select cast(coalesce(max(id), 0) as bigint) + 1 from sessions")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        let person: i64 = sqlx::query_scalar("select cast(coalesce(max(id), 0) as bigint) + 1 from people")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        for number in 0..SESSIONS {
            sqlx::query(
                "insert into sessions (activity_id, center_id, team_id, starts_at, ends_at, local_date, capacity, status,
                        updated_at)
                 values (1, 1, 1, $1, $2, '2026-03-05', $3, 'planned', 0)",
            )
            .bind(TEN)
            .bind(TEN + 120 * MINUTE)
            .bind((number == 1).then_some(2i64))
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        for _ in 0..PEOPLE {
            sqlx::query("insert into people (name, name_key, name_fold, pinyin, sounds, created_at, updated_at) values ('陈伯', '陈伯', '陈伯', 'chenbo', 'chen bo', 0, 0)")
                .execute(&mut *tx).await.unwrap();
        }
        sqlx::query(
            "insert into enrolments (person_id, center_id, enrolled_at) select id, 1, 0 from people where id >= $1",
        )
        .bind(person)
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "insert into team_members (team_id, person_id, joined_on, created_at) values (1, $1, '2025-01-01', 0)",
        )
        .bind(person)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let mut cards = Vec::new();
        for number in 0..PEOPLE {
            cards.push(card(app, person + i64::try_from(number).unwrap()).await.to_string());
        }
        Self { session, person, cards }
    }

    fn item(&self, sent: &Sent) -> Value {
        let session = self.session + i64::try_from(sent.scan.session).unwrap();
        let person = self.person + i64::try_from(sent.scan.person).unwrap();
        let mut item = json!({
            "request_id": sent.request, "session_id": session, "way": if sent.scan.out { "out" } else { "in" },
            "occurred_at": instant(sent.device_at), "offline": sent.offline,
        });
        if sent.scan.by_card {
            item["card"] = json!(self.cards[sent.scan.person]);
        } else {
            item["person_id"] = json!(person);
        }
        item
    }
}

fn instant(at: i64) -> String {
    linli::clock::Timestamp(at).rfc3339()
}

async fn play(app: &TestApp, fay: &User<'_>, steps: &[Step]) {
    let world = World::build(app).await;
    let mut model = Model::default();
    let mut now = TEN;
    // Device 0 is 20 minutes ahead, device 1 three hours behind.
    let skew = [20 * MINUTE, -180 * MINUTE];
    let mut kept: [Vec<Sent>; 2] = Default::default();
    let mut log: Vec<(Option<usize>, Sent)> = Vec::new();
    for step in steps {
        let mut sending: Vec<(Option<usize>, Vec<Sent>)> = Vec::new();
        let sent = |scan: &Scan, device_at, offline| Sent {
            request: RequestId::random().to_string(),
            scan: scan.clone(),
            device_at,
            offline,
        };
        match step {
            Step::Pass(minutes) => now = (now + minutes * MINUTE).min(TEN + 600 * MINUTE),
            Step::Online(scan) => sending.push((None, vec![sent(scan, now, false)])),
            Step::Keep(device, scan) => kept[*device].push(sent(scan, now + skew[*device], true)),
            Step::Deliver { device, from, many, reversed, forgets } => {
                let line = &mut kept[*device];
                let (from, to) = ((*from).min(line.len()), (from + many).min(line.len()));
                let mut items: Vec<Sent> =
                    if *forgets { line.drain(from..to).collect() } else { line[from..to].to_vec() };
                if *reversed {
                    items.reverse();
                }
                sending.push((Some(*device), items));
            }
            Step::Again(index) if !log.is_empty() => {
                let (device, sent) = log[index % log.len()].clone();
                sending.push((device, vec![sent]));
            }
            Step::Again(_) => {}
            Step::Cancel(session) => {
                model.cancelled.insert(*session);
                change(
                    app,
                    "update sessions set status = 'cancelled' where id = $1",
                    world.session + i64::try_from(*session).unwrap(),
                )
                .await;
            }
            Step::Lose(person) => {
                model.lost.insert(*person);
                change(
                    app,
                    "update cards set revoked_at = 1 where person_id = $1",
                    world.person + i64::try_from(*person).unwrap(),
                )
                .await;
            }
        }
        for (device, items) in sending {
            if items.is_empty() {
                continue;
            }
            let off = device.map_or(0, |device| skew[device]);
            let body = json!({
                "sent_at": instant(now + off),
                "items": items.iter().map(|sent| world.item(sent)).collect::<Vec<_>>(),
            });
            app.clock.set(linli::clock::Timestamp(now));
            fay.post_json("/api/v1/checkins/batch", body).await.is(200);
            for sent in items {
                model.receive(&sent, (sent.device_at - off).min(now));
                log.push((device, sent));
            }
        }
    }
    assert_same(app, &world, &model, steps).await;
}

async fn change(app: &TestApp, sql: &'static str, id: i64) {
    let mut tx = app.begin().await;
    sqlx::query(sql).bind(id).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn assert_same(app: &TestApp, world: &World, model: &Model, steps: &[Step]) {
    let mut conn = app.db().read().await.unwrap();
    let rows: Vec<(i64, i64, i64, Option<i64>, i64)> = sqlx::query_as(
        "select session_id - $1, person_id - $2, came_at, left_at, away_ms from attendances
         where session_id between $1 and $3 order by session_id, person_id",
    )
    .bind(world.session)
    .bind(world.person)
    .bind(world.session + i64::try_from(SESSIONS).unwrap() - 1)
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    let there: Vec<_> = rows
        .into_iter()
        .map(|(session, person, came, left, away)| {
            (usize::try_from(session).unwrap(), usize::try_from(person).unwrap(), came, left, away)
        })
        .collect();
    assert_eq!(there, model.attendances(), "{steps:#?}");
    let scans: Vec<(String, String)> =
        sqlx::query_as("select request_id, outcome from scans where session_id between $1 and $2")
            .bind(world.session)
            .bind(world.session + i64::try_from(SESSIONS).unwrap() - 1)
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    let scans: BTreeMap<String, String> = scans.into_iter().collect();
    let wanted: BTreeMap<String, String> =
        model.rows.iter().map(|row| (row.request.clone(), row.outcome.to_owned())).collect();
    assert_eq!(scans, wanted, "{steps:#?}");
}

fn days_at_the_door(engine: Engine) {
    run(engine, |app| async move {
        super::session(&app, None, None).await;
        let fay = app.token("fay").await;
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new(config);
        let steps = vec(step(), 1..24);
        for _ in 0..CASES {
            let steps = steps.new_tree(&mut runner).unwrap().current();
            play(&app, &fay, &steps).await;
        }
    });
}

#[test]
fn any_day_at_the_door_ends_as_in_a_plain_model_sqlite() {
    days_at_the_door(Engine::Sqlite);
}

#[test]
fn any_day_at_the_door_ends_as_in_a_plain_model_postgres() {
    days_at_the_door(Engine::Postgres);
}

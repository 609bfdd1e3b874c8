//! Histories made at random against the plain model: claims, confirmations one by one and in bulk, corrections, and their undoing. After
//! each step everybody's minutes, every state and both lists of what waits are those of the model, and no minute counts twice without a
//! reason.

use proptest::collection::vec;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use sqlx::AssertSqlSafe;

use super::model::{Model, PEOPLE, SESSIONS, State, Step, step};
use crate::support::{Answer, Engine, TestApp, User, run};

/// 2026-03-05, 00:00 in Dongguan.
const MIDNIGHT: i64 = 1_772_640_000_000;

struct Play<'a> {
    app: &'a TestApp,
    ann: &'a User<'a>,
    /// The first of each.
    person: i64,
    session: i64,
    attendance: i64,
    claim: i64,
    model: Model,
    now: i64,
}

async fn first(app: &TestApp, table: &str) -> i64 {
    let sql = format!("select cast(coalesce(max(id), 0) as bigint) + 1 from {table}");
    let mut conn = app.db().read().await.unwrap();
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *conn).await.unwrap()
}

async fn write(app: &TestApp, sql: &str) {
    let mut tx = app.begin().await;
    sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap()
}

impl<'a> Play<'a> {
    async fn begin(app: &'a TestApp, ann: &'a User<'a>) -> Self {
        let (person, session) = (first(app, "people").await, first(app, "sessions").await);
        let (attendance, claim) = (first(app, "attendances").await, first(app, "hour_claims").await);
        for place in 0..PEOPLE {
            let id = person + number(place);
            write(
                app,
                "insert into people (name, name_key, name_fold, pinyin, sounds, created_at, updated_at)
                 values ('陈伯', '陈伯', '陈伯', 'chenbo', 'chen bo', 0, 0)",
            )
            .await;
            write(app, &format!("insert into enrolments (person_id, center_id, enrolled_at) values ({id}, 1, 0)"))
                .await;
            write(
                app,
                &format!(
                    "insert into team_members (team_id, person_id, joined_on, created_at) values (1, {id}, '2026-01-01', 0)"
                ),
            )
            .await;
        }
        for (place, (from, to)) in SESSIONS.iter().enumerate() {
            let (starts, ends) = (MIDNIGHT + from * 3_600_000, MIDNIGHT + to * 3_600_000);
            write(
                app,
                &format!(
                    "insert into sessions (activity_id, center_id, team_id, starts_at, ends_at, local_date, status, closed_at, updated_at)
                     values (1, 1, 1, {starts}, {ends}, '2026-03-05', 'completed', {ends}, 0)"
                ),
            )
            .await;
            for who in 0..PEOPLE {
                let (session, person) = (session + number(place), person + number(who));
                write(
                    app,
                    &format!(
                        "insert into attendances (session_id, person_id, part, method, came_at, left_at, recorded_at, elderly, disabled, needy,
                                youth)
                         values ({session}, {person}, 'volunteer', 'roster', {starts}, {ends}, {starts}, 0, 0, 0, 0)"
                    ),
                )
                .await;
            }
        }
        let now = MIDNIGHT + 34 * 3_600_000;
        Self { app, ann, person, session, attendance, claim, model: Model::default(), now }
    }

    /// What waits of it waits no more, so that the next history has its lists for itself.
    async fn end(self) {
        write(
            self.app,
            &format!("update attendances set voided_at = {} where session_id >= {}", self.now, self.session),
        )
        .await;
        write(self.app, "update hour_claims set state = 'withdrawn' where state = 'pending'").await;
    }

    fn attendance(&self, session: usize, who: usize) -> i64 {
        self.attendance + number(session * PEOPLE + who)
    }

    /// The numbers of the rows, in the model's order.
    async fn rows(&self) -> Vec<i64> {
        let sql = format!(
            "select id from hours_entries where person_id >= {} and reverses_id is null order by id",
            self.person
        );
        let mut conn = self.app.db().read().await.unwrap();
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap()
    }

    /// The numbers of the claims, in the model's order: what was refused may have taken one.
    async fn claims(&self) -> Vec<i64> {
        let sql = format!("select id from hour_claims where id >= {} order by id", self.claim);
        let mut conn = self.app.db().read().await.unwrap();
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap()
    }

    async fn claim(&self, place: usize) -> i64 {
        self.claims().await[place]
    }

    async fn posts(&self, path: &str, body: Value) -> Answer {
        self.ann.post_json(path, body).await
    }

    /// What was asked was done, or refused, as the model says.
    fn is_as_expected(answer: &Answer, expected: bool, step: &Step) {
        let done = (200..300).contains(&answer.status.code);
        assert!(done || [409, 422].contains(&answer.status.code), "{step:?}: {} {}", answer.status, answer.text());
        assert_eq!(done, expected, "{step:?}: {} {}", answer.status, answer.text());
    }

    async fn step(&mut self, step: &Step) {
        self.now += 1_000;
        self.app.clock.set(linli::clock::Timestamp(self.now));
        match step {
            Step::Claims { who, from, hours } => {
                let (from_time, to_time) = (format!("{from:02}:00"), format!("{:02}:00", from + hours));
                let body = json!({"center": 1, "person": self.person + number(*who), "served_on": "2026-03-05",
                    "from_time": from_time, "to_time": to_time, "content": "送餐"});
                let answer = self.posts("/api/v1/claims", body).await;
                let expected = self.waits_of(*who) < 20;
                Self::is_as_expected(&answer, expected, step);
                if expected {
                    self.model.claim(*who, (from * 60, (from + hours) * 60));
                }
            }
            Step::Asks { entry, minutes } => self.asks(*entry, *minutes, step).await,
            Step::Confirms { session, who, reason } => {
                let mut body = json!({"attendance": self.attendance(*session, *who), "minutes": 120});
                if *reason {
                    body["reason"] = json!("两处轮流");
                }
                let path = format!("/api/v1/sessions/{}/hours", self.session + number(*session));
                let answer = self.posts(&path, body).await;
                let expected = self.model.confirmed(*session, *who).is_none()
                    && (*reason || !self.model.stay_overlaps(*session, *who));
                Self::is_as_expected(&answer, expected, step);
                if expected {
                    self.model.enter(*who, Some(*session), 120);
                }
            }
            Step::Bulk { stays, reason } => self.bulk(stays, *reason, step).await,
            Step::Decides { places, yes, reason, less } => self.decides(places, (*yes, *reason, *less), step).await,
            Step::Corrects { entry, minutes } => self.corrects(*entry, *minutes, step).await,
            Step::Undoes(place) => self.undoes(*place, step).await,
            Step::Reopens(place) => self.reopens(*place, step).await,
            Step::Withdraws(place) => {
                let pending = self.model.pending();
                if pending.is_empty() {
                    return;
                }
                let place = pending[place % pending.len()];
                let path = format!("/api/v1/claims/{}/withdrawal", self.claim(place).await);
                Self::is_as_expected(&self.posts(&path, json!({})).await, true, step);
                self.model.said[place].state = State::Withdrawn;
            }
        }
    }

    fn waits_of(&self, who: usize) -> usize {
        self.model.pending().into_iter().filter(|place| self.model.said[*place].who == who).count()
    }

    async fn asks(&mut self, entry: usize, minutes: i64, step: &Step) {
        if self.model.rows.is_empty() {
            return;
        }
        let entry = entry % self.model.rows.len();
        let who = self.model.rows[entry].who;
        let body = json!({"center": 1, "person": self.person + number(who), "entry": self.rows().await[entry],
            "minutes": minutes, "reason": "忘了签退"});
        let answer = self.posts("/api/v1/claims/corrections", body).await;
        if self.model.rows[entry].reversed {
            assert_eq!(answer.status.code, 404, "{step:?}");
            return;
        }
        let expected = self.model.may_ask(entry, minutes) && self.waits_of(who) < 20;
        Self::is_as_expected(&answer, expected, step);
        if expected {
            self.model.ask(entry, minutes);
        }
    }

    async fn bulk(&mut self, stays: &[bool], reason: bool, step: &Step) {
        let wanted: Vec<(usize, usize)> = (0..SESSIONS.len())
            .flat_map(|session| (0..PEOPLE).map(move |who| (session, who)))
            .zip(stays)
            .filter_map(|(stay, is_wanted)| is_wanted.then_some(stay))
            .collect();
        let of = |value: Value| -> Value {
            let each = wanted.iter().map(|(session, who)| (self.attendance(*session, *who).to_string(), value.clone()));
            Value::Object(each.collect::<Map<_, _>>())
        };
        let mut body = json!({"center": 1, "confirm": of(json!(true)), "minutes": of(json!(120))});
        if reason {
            body["why"] = of(json!("两处轮流"));
        }
        let answer = self.posts("/api/v1/hours/confirmations", body).await;
        let wait = wanted.iter().all(|(session, who)| self.model.confirmed(*session, *who).is_none());
        let alone = |(session, who): &(usize, usize)| {
            let together = wanted.iter().any(|(other, whose)| {
                let (one, other_stay) = (super::model::stay(*session), super::model::stay(*other));
                other != session && whose == who && one.0 < other_stay.1 && other_stay.0 < one.1
            });
            !together && !self.model.stay_overlaps(*session, *who)
        };
        let expected = !wanted.is_empty() && wait && (reason || wanted.iter().all(alone));
        Self::is_as_expected(&answer, expected, step);
        if expected {
            for (session, who) in wanted {
                self.model.enter(who, Some(session), 120);
            }
        }
    }

    async fn decides(&mut self, places: &[usize], (yes, reason, less): (bool, bool, bool), step: &Step) {
        let pending = self.model.pending();
        if pending.is_empty() {
            return;
        }
        let mut meant: Vec<usize> = places.iter().map(|place| pending[place % pending.len()]).collect();
        meant.sort_unstable();
        meant.dedup();
        let least = |claimed: i64, corrects: Option<usize>| (claimed - 10).max(i64::from(corrects.is_none()));
        let minutes = |said: &super::model::Said| match reason && less {
            true => least(said.minutes, said.corrects),
            false => said.minutes,
        };
        let claims = self.claims().await;
        let of = |value: &dyn Fn(usize) -> Value| -> Value {
            let each = meant.iter().map(|place| (claims[*place].to_string(), value(*place)));
            Value::Object(each.collect::<Map<_, _>>())
        };
        let answer = if yes { "confirm" } else { "decline" };
        let mut body = json!({"center": 1, "answer": answer, "pick": of(&|_| json!(true)), "word": "查无此事",
            "minutes": of(&|place| json!(minutes(&self.model.said[place])))});
        if reason {
            body["why"] = of(&|_| json!("电话核实过"));
        }
        let answer = self.posts("/api/v1/claims/decisions", body).await;
        let expected = !yes || self.model.may_confirm(&meant, reason);
        Self::is_as_expected(&answer, expected, step);
        if !expected {
            return;
        }
        if yes {
            self.model.confirm(&meant, minutes);
        } else {
            for place in meant {
                self.model.said[place].state = State::Declined;
            }
        }
    }

    async fn corrects(&mut self, entry: usize, minutes: i64, step: &Step) {
        let of_sessions: Vec<usize> =
            (0..self.model.rows.len()).filter(|row| self.model.rows[*row].session.is_some()).collect();
        if of_sessions.is_empty() {
            return;
        }
        let row = of_sessions[entry % of_sessions.len()];
        let session = self.session + number(self.model.rows[row].session.unwrap());
        let path = format!("/api/v1/sessions/{session}/hours/{}/correction", self.rows().await[row]);
        let answer = self.posts(&path, json!({"minutes": minutes, "reason": "看了签到表"})).await;
        let expected = !self.model.rows[row].reversed;
        Self::is_as_expected(&answer, expected, step);
        if expected {
            self.model.replace(row, minutes);
        }
    }

    async fn undoes(&mut self, place: usize, step: &Step) {
        let confirmed = self.model.in_state(State::Confirmed);
        if confirmed.is_empty() {
            return;
        }
        let place = confirmed[place % confirmed.len()];
        let path = format!("/api/v1/claims/{}/undoing", self.claim(place).await);
        let answer = self.posts(&path, json!({"reason": "弄错了"})).await;
        let expected = self.model.may_undo(place);
        Self::is_as_expected(&answer, expected, step);
        if expected {
            self.model.undo(place);
        }
    }

    async fn reopens(&mut self, place: usize, step: &Step) {
        let declined = self.model.in_state(State::Declined);
        if declined.is_empty() {
            return;
        }
        let place = declined[place % declined.len()];
        let path = format!("/api/v1/claims/{}/reopening", self.claim(place).await);
        let answer = self.posts(&path, json!({})).await;
        let expected = self.model.may_reopen(place);
        Self::is_as_expected(&answer, expected, step);
        if expected {
            self.model.said[place].state = State::Pending;
        }
    }

    async fn is_as_in_the_model(&self, step: &Step) {
        let mut conn = self.app.db().read().await.unwrap();
        let sql = format!(
            "select person_id - {person}, cast(sum(minutes) as bigint) from hours_entries where person_id >= {person}
             group by person_id order by 1",
            person = self.person
        );
        let minutes: Vec<(i64, i64)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap();
        let served = (0..PEOPLE).filter(|who| self.model.rows.iter().any(|row| row.who == *who));
        let wanted: Vec<(i64, i64)> = served.map(|who| (number(who), self.model.minutes(who))).collect();
        assert_eq!(minutes, wanted, "minutes after {step:?}");
        let sql = format!("select state, entry_id from hour_claims where id >= {} order by id", self.claim);
        let states: Vec<(String, Option<i64>)> =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap();
        let sql = format!(
            "select id, case when reason is null then 0 else 1 end from hours_entries
             where person_id >= {} and reverses_id is null order by id",
            self.person
        );
        let rows: Vec<(i64, i64)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap();
        drop(conn);
        let wanted: Vec<(String, Option<i64>)> = self
            .model
            .said
            .iter()
            .map(|said| (said.state.word().to_owned(), said.entry.map(|row| rows[row].0)))
            .collect();
        assert_eq!(states, wanted, "states after {step:?}");
        for (one, other) in self.model.doubled() {
            assert!(
                rows[one].1 + rows[other].1 > 0,
                "a minute counts twice without a reason after {step:?}: {:?}",
                self.model
            );
        }
        self.lists_are_as_in_the_model(step).await;
    }

    async fn lists_are_as_in_the_model(&self, step: &Step) {
        let told = self.ann.get("/api/v1/hours/pending?center=1").await.is(200).json();
        let told: Vec<(i64, bool)> = told["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["attendance_id"].as_i64().unwrap(), one["overlap"].is_string()))
            .collect();
        let stays = (0..SESSIONS.len()).flat_map(|session| (0..PEOPLE).map(move |who| (session, who)));
        let wanted: Vec<(i64, bool)> = stays
            .filter(|(session, who)| self.model.confirmed(*session, *who).is_none())
            .map(|(session, who)| (self.attendance(session, who), self.model.stay_overlaps(session, who)))
            .collect();
        assert_eq!(told, wanted, "stays that wait after {step:?}");
        let told = self.ann.get("/api/v1/claims?center=1&state=pending").await.is(200).json();
        let is_asked = |one: &Value| !one["overlaps"].as_array().unwrap().is_empty() || one["elsewhere"] == true;
        let mut told: Vec<(i64, bool)> =
            told["items"].as_array().unwrap().iter().map(|one| (one["id"].as_i64().unwrap(), is_asked(one))).collect();
        told.sort_unstable();
        let claims = self.claims().await;
        let wanted: Vec<(i64, bool)> =
            self.model.pending().into_iter().map(|place| (claims[place], self.model.overlaps(place))).collect();
        assert_eq!(told, wanted, "claims that wait after {step:?}");
    }
}

fn histories(engine: Engine) {
    let cases: u32 = std::env::var("LINLI_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(60);
    run(engine, |app| async move {
        crate::check_in::session(&app, None, None).await;
        let ann = app.token("ann").await;
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
        let steps = vec(step(), 4..24);
        for _ in 0..cases {
            let steps = steps.new_tree(&mut runner).unwrap().current();
            println!("{steps:?}");
            let mut play = Play::begin(&app, &ann).await;
            for step in &steps {
                play.step(step).await;
                play.is_as_in_the_model(step).await;
            }
            play.end().await;
        }
    });
}

#[test]
fn hours_are_those_of_the_plain_model_on_sqlite() {
    histories(Engine::Sqlite);
}

#[test]
fn hours_are_those_of_the_plain_model_on_postgres() {
    histories(Engine::Postgres);
}

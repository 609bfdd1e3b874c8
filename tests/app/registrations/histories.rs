//! Random histories of places against the plain model: registering, companions, cancelling, moving up, excusing; the door, closing and opening
//! again; more seats and fewer; two who are one, and their parting; while time passes. After each step every list is the model's, and so is what
//! is kept.

use proptest::collection::vec;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::model::{BORN, DATES, Line, MOMENTS, Model, Start, Step, number, start, step};
use super::{place_of, registers};
use crate::check_in::request;
use crate::support::{Answer, Engine, TestApp, User, run};

/// 2026-03-10, 10:00 in Dongguan.
const TEN: i64 = 1_773_108_000_000;
const WEEK: i64 = 7 * 86_400_000;
const DAYS: [&str; DATES] = ["2026-03-10", "2026-03-17", "2026-03-24"];

struct Play<'a> {
    app: &'a TestApp,
    ann: &'a User<'a>,
    /// The first of each.
    person: i64,
    session: i64,
    model: Model,
    now: i64,
    steps: i64,
}

async fn first(app: &TestApp, table: &str) -> i64 {
    let sql = format!("select cast(coalesce(max(id), 0) as bigint) + 1 from {table}");
    let mut conn = app.db().read().await.unwrap();
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *conn).await.unwrap()
}

async fn write(app: &TestApp, sql: String) {
    let mut tx = app.begin().await;
    sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

impl<'a> Play<'a> {
    async fn begin(app: &'a TestApp, ann: &'a User<'a>, start: Start) -> Self {
        let now = TEN + MOMENTS[0];
        app.clock.set(linli::clock::Timestamp(now));
        let (person, session, activity) =
            (first(app, "people").await, first(app, "sessions").await, first(app, "activities").await);
        write(
            app,
            "insert into activities (center_id, kind_id, title, published, created_at)
             select 1, id, '插花班', 1, 0 from service_kinds where code = 'community_activity'"
                .to_owned(),
        )
        .await;
        let model = Model::new(start);
        for (at, day) in DAYS.iter().enumerate().take(model.dates()) {
            let starts = TEN + number(at) * WEEK;
            write(
                app,
                format!(
                    "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, capacity, status, updated_at)
                     values ({activity}, 1, {starts}, {}, '{}', {}, 'planned', 0)",
                    starts + 2 * 3_600_000,
                    day,
                    start.seats[at]
                ),
            )
            .await;
        }
        for (who, born) in BORN.iter().enumerate() {
            let born = born.map_or("null".to_owned(), |born| format!("'{born}'"));
            write(
                app,
                format!(
                    "insert into people (name, name_key, name_fold, pinyin, sounds, birth_date, created_at, updated_at)
                     values ('陈伯', '陈伯', '陈伯', 'chenbo', 'chen bo', {born}, 0, 0)"
                ),
            )
            .await;
            let id = person + number(who);
            write(app, format!("insert into enrolments (person_id, center_id, enrolled_at) values ({id}, 1, 0)")).await;
        }
        let mut terms = json!({"mode": if start.required { "required" } else { "recommended" }, "kept": start.kept,
            "kept_hours": 24, "companions": 3, "late_minutes": 10});
        for (name, holds) in [("waitlist", start.waitlist), ("whole", start.whole)] {
            if holds {
                terms[name] = json!(true);
            }
        }
        ann.post_json(&format!("/api/v1/activities/{activity}/registration-terms"), terms).await.is(200);
        Self { app, ann, person, session, model, now, steps: 0 }
    }

    /// Nobody waits for anything any more, so that no job looks at it again.
    async fn end(self) {
        let past = format!("where session_id >= {} and state = 'waiting'", self.session);
        write(self.app, format!("update registrations set state = 'cancelled' {past}")).await;
        write(self.app, "update courses set state = 'ended' where state in ('confirmed', 'waiting')".to_owned()).await;
    }

    fn id(&self, who: usize) -> i64 {
        self.person + number(who)
    }

    fn date(&self, at: usize) -> i64 {
        self.session + number(at)
    }

    async fn posts(&self, path: &str, body: Value) -> Answer {
        self.ann.post_json(path, body).await
    }

    /// Of whoever has a turn there; of whoever has none there is nothing to ask.
    async fn turn(&self, at: usize, who: usize) -> Option<(usize, String)> {
        let owner = self.model.stands(who);
        let turn = self.model.live(owner, at)?;
        let id = place_of(self.app, self.date(at), self.id(owner)).await.unwrap();
        Some((turn, format!("/api/v1/sessions/{}/registrations/{id}", self.date(at))))
    }

    async fn step(&mut self, step: &Step) {
        self.steps += 1;
        self.now = TEN + MOMENTS[self.model.moment] + self.steps * 1_000;
        self.app.clock.set(linli::clock::Timestamp(self.now));
        let dates = self.model.dates();
        let (found, expected) = match *step {
            Step::Registers { at, who, companions } => self.registers(at % dates, who, companions).await,
            Step::Cancels { at, who, whole } => {
                let Some((turn, path)) = self.turn(at % dates, who).await else { return };
                let body = if whole { json!({"course": true}) } else { json!({}) };
                (self.posts(&format!("{path}/cancellation"), body).await, self.model.cancels(turn, whole))
            }
            Step::Brings { at, who, companions } => {
                let Some((turn, path)) = self.turn(at % dates, who).await else { return };
                let body = json!({"companions": companions});
                (self.posts(&format!("{path}/companions"), body).await, self.model.brings(turn, companions))
            }
            Step::MovesUp { at, who } => {
                let Some((turn, path)) = self.turn(at % dates, who).await else { return };
                (self.posts(&format!("{path}/place"), json!({})).await, self.model.moves_up(turn))
            }
            Step::Excuses { at, who } => {
                let Some(asked) = self.excuses(at % dates, who).await else { return };
                asked
            }
            Step::Comes { who, anyway } => {
                let body = json!({"request_id": request(), "person_id": self.id(who), "role": "participant", "anyway": anyway});
                let found = self.posts(&format!("/api/v1/sessions/{}/checkins", self.date(0)), body).await;
                (found, self.model.comes(self.model.stands(who), anyway))
            }
            Step::Closes => {
                let path = format!("/api/v1/sessions/{}/closing", self.date(0));
                (self.posts(&path, json!({"summary": "好"})).await, self.model.closes())
            }
            Step::Reopens => {
                let path = format!("/api/v1/sessions/{}/reopening", self.date(0));
                (self.posts(&path, json!({})).await, self.model.reopens())
            }
            Step::Merges(kept, merged) => {
                let Some(asked) = self.merges(kept, merged).await else { return };
                asked
            }
            Step::Undoes(place) => {
                let Some(asked) = self.undoes(place).await else { return };
                asked
            }
            Step::Seats { at, seats } => return self.has_seats(at % dates, seats).await,
            Step::TimePasses => return self.time_passes().await,
        };
        let (found, text) = (found.status.code, found.text());
        let is_done = |code: u16| (200..300).contains(&code);
        assert!(found == expected || is_done(found) && is_done(expected), "{step:?}: {found} {text}, not {expected}");
    }

    async fn registers(&mut self, at: usize, who: usize, companions: i64) -> (Answer, u16) {
        let found = registers(self.ann, self.date(at), self.id(who), companions).await;
        (found, self.model.registers(at, self.model.stands(who), companions))
    }

    /// Who is in was not kept away.
    async fn excuses(&mut self, at: usize, who: usize) -> Option<(Answer, u16)> {
        let owner = self.model.stands(who);
        let turn = self.model.excused(owner, at).filter(|_| at > 0 || !self.model.is_in(owner))?;
        let id: i64 = sqlx::query_scalar(
            "select id from registrations where session_id = $1 and person_id = $2 and state in ('confirmed', 'waiting', 'no_show')",
        )
        .bind(self.date(at))
        .bind(self.id(owner))
        .fetch_one(&mut *self.app.db().read().await.unwrap())
        .await
        .unwrap();
        let path = format!("/api/v1/sessions/{}/registrations/{id}/excuse", self.date(at));
        let found = self.posts(&path, json!({"word": "发烧"})).await;
        self.model.excuses(turn);
        Some((found, 204))
    }

    async fn merges(&mut self, kept: usize, merged: usize) -> Option<(Answer, u16)> {
        let may = self.model.may_merge(kept, merged);
        if may {
            let mut then = self.model.clone();
            then.merge(0, kept, merged);
            if then.is_crossed() {
                return None;
            }
        }
        let body = json!({"kept": self.id(kept), "merged": self.id(merged)});
        let found = self.posts("/api/v1/people/merges", body).await;
        if !may {
            return Some((found, 422));
        }
        let found = found.is(201);
        self.model.merge(found.json()["id"].as_i64().unwrap(), kept, merged);
        Some((found, 201))
    }

    async fn undoes(&mut self, place: usize) -> Option<(Answer, u16)> {
        let count = self.model.merges.len();
        let place = place.checked_rem(count)?;
        let may = self.model.may_undo(place);
        if may {
            let mut then = self.model.clone();
            then.undo(place);
            if then.is_doubled() || self.model.is_of_another_time(place) {
                return None;
            }
        }
        let path = format!("/api/v1/people/merges/{}/undoing", self.model.merges[place].id);
        let found = self.posts(&path, json!({})).await;
        if !may {
            return Some((found, 409));
        }
        self.model.undo(place);
        Some((found, 200))
    }

    async fn has_seats(&mut self, at: usize, seats: i64) {
        write(self.app, format!("update sessions set capacity = {seats} where id = {}", self.date(at))).await;
        self.model.seats[at] = seats;
        self.model.settle();
    }

    async fn time_passes(&mut self) {
        if self.model.moment + 1 == MOMENTS.len() {
            return;
        }
        self.model.moment += 1;
        self.now = TEN + MOMENTS[self.model.moment] + self.steps * 1_000;
        self.app.clock.set(linli::clock::Timestamp(self.now));
        self.model.settle();
        self.app.run_jobs().await;
    }

    /// Each registration that was ever made: at which date, whose, how it stands, and for how many.
    async fn kept(&self) -> Vec<(i64, i64, String, i64)> {
        let sql = format!(
            "select session_id - {session}, person_id - {}, state, heads from registrations where session_id >= {session} order by id",
            self.person,
            session = self.session
        );
        let mut conn = self.app.db().read().await.unwrap();
        sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap()
    }

    async fn list(&self, at: usize) -> Vec<(i64, String, i64, Option<u64>)> {
        let list = self.ann.get(&format!("/api/v1/sessions/{}/registrations", self.date(at))).await.is(200).json();
        let line = |one: &Value| {
            let who = one["person_id"].as_i64().unwrap() - self.person;
            let state = one["state"].as_str().unwrap().to_owned();
            (who, state, one["companions"].as_i64().unwrap(), one["place"].as_u64())
        };
        list["items"].as_array().unwrap().iter().map(line).collect()
    }

    async fn lists_are_as_in_the_model(&self, step: &Step) {
        for at in 0..self.model.dates() {
            let line = |(who, state, companions, place): Line| {
                (number(who), state.to_owned(), companions, place.map(|place| u64::try_from(place).unwrap()))
            };
            let wanted: Vec<_> = self.model.list(at).into_iter().map(line).collect();
            assert_eq!(self.list(at).await, wanted, "date {at} after {step:?}: {:?}", self.model);
        }
    }

    async fn is_as_in_the_model(&self, step: &Step) {
        // Where a date stands by itself, whoever looks sees what is free as given already.
        if !self.model.start.whole {
            self.lists_are_as_in_the_model(step).await;
        }
        let row =
            |turn: &super::model::Turn| (number(turn.at), number(turn.owner), turn.state.word().to_owned(), turn.heads);
        let wanted: Vec<_> = self.model.turns.iter().map(row).collect();
        if self.kept().await != wanted {
            // A seat that became free with more seats, or where two are one, is given in writing with the next who writes: whoever asks
            // for what they have already changes nothing else.
            let one = self
                .model
                .turns
                .iter()
                .find(|turn| self.model.is_coming(turn.at) && self.model.live(turn.owner, turn.at).is_some());
            if let Some(turn) = one {
                registers(self.ann, self.date(turn.at), self.id(turn.owner), 0).await.is(200);
            }
            assert_eq!(self.kept().await, wanted, "after {step:?}: {:?}", self.model);
        }
        if self.model.start.whole {
            self.lists_are_as_in_the_model(step).await;
        }
    }
}

fn histories(engine: Engine) {
    let cases: u32 = std::env::var("LINLI_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12);
    run(engine, |app| async move {
        let ann = app.token("ann").await;
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
        let history = (start(), vec(step(), 6..30));
        for _ in 0..cases {
            let (start, steps) = history.new_tree(&mut runner).unwrap().current();
            println!("{start:?} {steps:?}");
            let mut play = Play::begin(&app, &ann, start).await;
            for step in &steps {
                play.step(step).await;
                play.is_as_in_the_model(step).await;
            }
            play.end().await;
        }
    });
}

#[test]
fn places_stand_as_the_plain_model_says_on_sqlite() {
    histories(Engine::Sqlite);
}

#[test]
fn places_stand_as_the_plain_model_says_on_postgres() {
    histories(Engine::Postgres);
}

//! Histories made at random, with merges and their undoing in between, against the plain model.

use proptest::collection::vec;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::model::{BORN, Member, Model, PARTS, PEOPLE, Paper, SESSIONS, Service, Step, TEN, Void, step};
use crate::check_in::{card, request};
use crate::support::{Engine, TestApp, User, run};

struct Play<'a> {
    app: &'a TestApp,
    ann: &'a User<'a>,
    page: &'a User<'a>,
    person: i64,
    session: i64,
    cards: Vec<String>,
    model: Model,
    now: i64,
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
    async fn begin(app: &'a TestApp, ann: &'a User<'a>, page: &'a User<'a>) -> Self {
        let (person, session) = (first(app, "people").await, first(app, "sessions").await);
        for _ in 0..SESSIONS {
            write(
                app,
                format!(
                    "insert into sessions (activity_id, center_id, team_id, starts_at, ends_at, local_date, status, updated_at)
                     values (1, 1, 1, {TEN}, {}, '2026-03-05', 'planned', 0)",
                    TEN + 36_000_000
                ),
            )
            .await;
        }
        let mut cards = Vec::new();
        for (number, born) in BORN.iter().enumerate() {
            let born = born.map_or("null".to_owned(), |born| format!("'{born}'"));
            write(
                app,
                format!(
                    "insert into people (name, name_key, name_fold, pinyin, sounds, birth_date, created_at, updated_at)
                     values ('陈伯', '陈伯', '陈伯', 'chenbo', 'chen bo', {born}, 0, 0)"
                ),
            )
            .await;
            let id = person + i64::try_from(number).unwrap();
            write(app, format!("insert into enrolments (person_id, center_id, enrolled_at) values ({id}, 1, 0)")).await;
            cards.push(card(app, id).await.to_string());
        }
        let model = Model { born: BORN, cards: std::array::from_fn(|who| who), ..Model::default() };
        Self { app, ann, page, person, session, cards, model, now: TEN + 60_000 }
    }

    fn id(&self, who: usize) -> i64 {
        self.person + i64::try_from(who).unwrap()
    }

    fn session(&self, session: usize) -> i64 {
        self.session + i64::try_from(session).unwrap()
    }

    async fn step(&mut self, step: &Step) {
        self.now += 1_000;
        self.app.clock.set(linli::clock::Timestamp(self.now));
        match *step {
            Step::Comes { session, who, part, by_card } => self.comes(session, who, part, by_card).await,
            Step::Voids(place) => {
                let shown: Vec<usize> =
                    (0..self.model.visits.len()).filter(|place| self.model.visits[*place].void == Void::No).collect();
                if shown.is_empty() {
                    return;
                }
                let place = shown[place % shown.len()];
                let id = self.visits().await[place].0;
                write(
                    self.app,
                    format!("update attendances set voided_at = {}, void_reason = '错' where id = {id}", self.now),
                )
                .await;
                self.model.visits[place].void = Void::ByWorker;
            }
            Step::Granted { who, disabled, ended } => {
                let group = if disabled { "disabled" } else { "needy" };
                let path = format!("/centers/1/people/{}/memberships", self.id(who));
                let until = if ended { "2026-03-04" } else { "" };
                let fields =
                    [("group", group), ("valid_from", "2026-01-10"), ("valid_to", until), ("document", "证明")];
                self.page.post(&path, &fields).await.is(303);
                let owner = self.model.stands(who);
                self.model.papers.push(Paper { owner, disabled, ended });
            }
            Step::Joins(who) => {
                let body = json!({"person_id": self.id(who)});
                self.ann.post_json("/api/v1/teams/1/members", body).await;
                let owner = self.model.stands(who);
                if !self.model.members.iter().any(|row| row.owner == owner && row.open && row.gone.is_none()) {
                    self.model.members.push(Member { owner, open: true, gone: None });
                }
            }
            Step::Leaves(who) => {
                let owner = self.model.stands(who);
                let path = format!("/centers/1/teams/1/members/{}/leaving", self.id(owner));
                self.page.post(&path, &[]).await;
                let mut rows = self.model.members.iter_mut();
                if let Some(row) = rows.find(|row| row.owner == owner && row.open && row.gone.is_none()) {
                    row.open = false;
                }
            }
            Step::Serves { session, who, minutes } => self.serves(session, who, minutes).await,
            Step::Merge(kept, merged) => self.merge(kept, merged).await,
            Step::Undo(place) => self.undo(place).await,
        }
    }

    async fn comes(&mut self, session: usize, who: usize, part: usize, by_card: bool) {
        let mut body = json!({
            "request_id": request(), "role": PARTS[part],
            "occurred_at": linli::clock::Timestamp(self.now).rfc3339(), "method": "roster",
        });
        match by_card {
            true => body["card"] = json!(self.cards[who]),
            false => body["person_id"] = json!(self.id(who)),
        }
        let answer = self.ann.post_json(&format!("/api/v1/sessions/{}/checkins", self.session(session)), body).await;
        assert!([201, 409].contains(&answer.status.code), "{}", answer.text());
        let owner = if by_card { self.model.cards[who] } else { self.model.stands(who) };
        self.model.comes((session, owner, part), by_card.then_some(who), self.now);
    }

    async fn serves(&mut self, session: usize, who: usize, minutes: i64) {
        let owner = self.model.stands(who);
        let known = |row: &Service| row.owner == owner && row.session == session && row.reversed.is_none();
        if self.model.services.iter().any(known) {
            return;
        }
        write(
            self.app,
            format!(
                "insert into hours_entries (person_id, session_id, team_id, minutes, source, original_minutes, confirmed_at)
                 values ({}, {}, 1, {minutes}, 'measured', {minutes}, {})",
                self.id(owner),
                self.session(session),
                self.now
            ),
        )
        .await;
        self.model.services.push(Service { owner, session, minutes, reversed: None });
    }

    async fn merge(&mut self, kept: usize, merged: usize) {
        let body = json!({"kept": self.id(kept), "merged": self.id(merged)});
        let answer = self.ann.post_json("/api/v1/people/merges", body).await;
        if kept == merged || self.model.into[kept].is_some() || self.model.into[merged].is_some() {
            answer.is(422);
            return;
        }
        let id = answer.is(201).json()["id"].as_i64().unwrap();
        self.model.merge(id, kept, merged);
    }

    async fn undo(&mut self, place: usize) {
        if self.model.merges.is_empty() {
            return;
        }
        let place = place % self.model.merges.len();
        let path = format!("/api/v1/people/merges/{}/undoing", self.model.merges[place].id);
        let answer = self.ann.post_json(&path, json!({})).await;
        if self.model.may_undo(place) {
            answer.is(200);
            self.model.undo(place);
        } else {
            answer.is(409);
        }
    }

    /// The attendances: number, whose, at which session, in which part, since when, whether void, and the flags.
    async fn visits(&self) -> Vec<(i64, i64, i64, String, i64, i64, i64)> {
        let sql = format!(
            "select id, person_id - {}, session_id - {}, part, came_at, case when voided_at is null then 0 else 1 end,
                    elderly + 2 * disabled + 4 * needy + 8 * youth
             from attendances where session_id >= {} order by id",
            self.person, self.session, self.session
        );
        let mut conn = self.app.db().read().await.unwrap();
        sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap()
    }

    async fn pairs(&self, sql: &str) -> Vec<(i64, i64)> {
        let sql = sql.replace("{person}", &self.person.to_string()).replace("{session}", &self.session.to_string());
        let mut conn = self.app.db().read().await.unwrap();
        sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap()
    }

    async fn is_as_in_the_model(&self) {
        let model = &self.model;
        let there: Vec<_> = self
            .visits()
            .await
            .into_iter()
            .map(|(_, who, at, part, came, void, flags)| (who, at, part, came, void, flags))
            .collect();
        let wanted: Vec<_> = model
            .visits
            .iter()
            .map(|visit| {
                let [elderly, disabled, needy, youth] = model.flags(visit).map(i64::from);
                (
                    i64::try_from(visit.owner).unwrap(),
                    i64::try_from(visit.session).unwrap(),
                    PARTS[visit.part].to_owned(),
                    visit.came,
                    i64::from(visit.void != Void::No),
                    elderly + 2 * disabled + 4 * needy + 8 * youth,
                )
            })
            .collect();
        assert_eq!(there, wanted, "attendances");
        let number = |place: usize| i64::try_from(place).unwrap();
        let papers = self
            .pairs("select person_id - {person}, case priority_group when 'disabled' then 1 else 0 end from group_memberships
                 where person_id >= {person} order by id")
            .await;
        let wanted: Vec<_> = model.papers.iter().map(|row| (number(row.owner), i64::from(row.disabled))).collect();
        assert_eq!(papers, wanted, "papers");
        let members = self
            .pairs(
                "select person_id - {person}, case when left_on is null then 1 else 0 end from team_members
                 where person_id >= {person} order by id",
            )
            .await;
        let rows = model.members.iter().filter(|row| row.gone.is_none());
        let wanted: Vec<_> = rows.map(|row| (number(row.owner), i64::from(row.open))).collect();
        assert_eq!(members, wanted, "members");
        let hours = self
            .pairs(
                "select person_id - {person}, cast(sum(minutes) as bigint) from hours_entries
                 where person_id >= {person} group by person_id order by person_id",
            )
            .await;
        let wanted: Vec<_> = (0..PEOPLE)
            .filter_map(|who| {
                let mut own = model.services.iter().filter(|row| row.owner == who).peekable();
                own.peek()?;
                Some((number(who), own.filter(|row| row.reversed.is_none()).map(|row| row.minutes).sum()))
            })
            .collect();
        assert_eq!(hours, wanted, "hours");
        let enrolled = self
            .pairs("select person_id - {person}, center_id from enrolments where person_id >= {person} order by 1")
            .await;
        let wanted: Vec<_> = (0..PEOPLE).filter(|who| model.into[*who].is_none()).map(|who| (number(who), 1)).collect();
        assert_eq!(enrolled, wanted, "who is enrolled");
        let led = self.pairs("select id - {person}, merged_into - {person} from people where id >= {person} and merged_into is not null order by 1").await;
        let wanted: Vec<_> = (0..PEOPLE).filter_map(|who| Some((number(who), number(model.into[who]?)))).collect();
        assert_eq!(led, wanted, "who leads to whom");
        let scans = self.pairs("select count(*), count(distinct request_id) from scans x join attendances a on a.id = x.attendance_id and a.person_id <> x.person_id where x.session_id >= {session}").await;
        assert_eq!(scans, [(0, 0)], "scans go with their attendances");
    }

    /// Merging two and taking that back at once leaves everything as it was, but for versions.
    async fn returns(&mut self) {
        let standing: Vec<usize> = (0..PEOPLE).filter(|who| self.model.into[*who].is_none()).collect();
        let [kept, merged, ..] = standing[..] else { return };
        let before = self.rows().await;
        self.now += 1_000;
        self.app.clock.set(linli::clock::Timestamp(self.now));
        self.merge(kept, merged).await;
        assert_ne!(before, self.rows().await, "a merge changes something");
        self.undo(self.model.merges.len() - 1).await;
        assert_eq!(before, self.rows().await, "taken back at once, it is as it was");
    }

    async fn rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for sql in ROWS {
            let sql = sql.replace("{person}", &self.person.to_string()).replace("{session}", &self.session.to_string());
            let mut conn = self.app.db().read().await.unwrap();
            let some: Vec<Option<String>> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap();
            rows.extend(some.into_iter().flatten());
        }
        rows
    }
}

const ROWS: [&str; 8] = [
    "select 'p' || id || name || coalesce(birth_date, '') || coalesce(merged_into, 0) from people where id >= {person} order by id",
    "select 'e' || person_id || ' ' || center_id || ' ' || enrolled_at from enrolments where person_id >= {person} order by person_id",
    "select 'g' || id || ' ' || person_id from group_memberships where person_id >= {person} order by id",
    "select 't' || id || ' ' || person_id || joined_on || coalesce(left_on, '') || created_at from team_members
     where person_id >= {person} order by id",
    "select 'a' || id || ' ' || person_id || ' ' || came_at || ' ' || coalesce(voided_at, 0) || coalesce(void_reason, '') || elderly
        || disabled || needy || youth from attendances where session_id >= {session} order by id",
    "select 's' || id || ' ' || coalesce(person_id, 0) || ' ' || coalesce(attendance_id, 0) from scans where session_id >= {session} order by id",
    "select 'k' || id || ' ' || person_id || ' ' || coalesce(came_with, 0) from cards where person_id >= {person} order by id",
    "select 'h' || id || ' ' || person_id || ' ' || minutes from hours_entries where person_id >= {person} order by id",
];

fn histories(engine: Engine) {
    let cases: u32 = std::env::var("LINLI_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(60);
    run(engine, |app| async move {
        crate::check_in::session(&app, None, None).await;
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
        let steps = vec(step(), 4..30);
        for _ in 0..cases {
            let steps = steps.new_tree(&mut runner).unwrap().current();
            println!("{steps:?}");
            let mut play = Play::begin(&app, &ann, &page).await;
            for step in &steps {
                play.step(step).await;
            }
            play.is_as_in_the_model().await;
            play.returns().await;
            play.is_as_in_the_model().await;
        }
    });
}

#[test]
fn any_history_of_merges_is_as_in_a_plain_model_sqlite() {
    histories(Engine::Sqlite);
}

#[test]
fn any_history_of_merges_is_as_in_a_plain_model_postgres() {
    histories(Engine::Postgres);
}

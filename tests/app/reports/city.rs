//! A city of three centers in which histories happen, and how sessions are planned and held in it through the doors. Each door picks from
//! what is there something that it can be done to, and says whether it was done: a door may refuse, and never fail.

mod agreements;

use linli::clock::{Date, Timestamp, Zone};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

pub(super) use agreements::Payer;

use super::month::{Held, Month, at};
use super::recount::Remembered;
use crate::check_in::request;
use crate::support::{Answer, TestApp, User};

/// A row of three numbers, the first of which is whose it is.
pub(super) type Row = (i64, i64, i64);

pub(super) const NAMES: [&str; 9] =
    ["陈大文", "梁惠芳", "黄丽珍", "李国强", "何伟明", "周小燕", "孙志远", "吴家宝", "欧阳静雯"];

/// Some turn 60, 19 or 6 in the spring of 2026.
pub(super) const BORN: [Option<&str>; 9] = [
    Some("1949-12-31"),
    Some("1966-04-02"),
    Some("2007-04-20"),
    Some("2020-03-25"),
    Some("1985-02-02"),
    None,
    Some("1966-03-16"),
    Some("2012-09-01"),
    None,
];

const PARTS: [&str; 3] = ["participant", "volunteer", "staff"];

pub(super) const ORGANIZATION: &str = "community_organization";

/// A session that is held so many days later: what is planned, who comes in which part, and what is counted without names.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) ahead: u64,
    pub(super) center: i64,
    pub(super) hour: i64,
    pub(super) kind: i64,
    pub(super) in_room: bool,
    pub(super) worker: usize,
    pub(super) team: usize,
    pub(super) came: Vec<(usize, usize)>,
    pub(super) heads: i64,
    pub(super) taps: usize,
    pub(super) closes: bool,
}

pub(super) struct City<'a> {
    pub(super) app: &'a TestApp,
    /// The city's administrator, as a program and at a page.
    pub(super) program: User<'a>,
    page: User<'a>,
    pub(super) people: Vec<i64>,
    pub(super) workers: Vec<i64>,
    /// Who the workers were when they came, whoever they are one with by now.
    pub(super) staff: Vec<i64>,
    teams: Vec<i64>,
    /// What was known of those who were erased since.
    pub(super) remembered: Remembered,
}

/// Whether it was done.
#[track_caller]
pub(super) fn did(answer: &Answer) -> bool {
    let code = answer.status.code;
    assert!(code < 500 && ![400, 401, 403].contains(&code), "{code}: {}", answer.text());
    code < 400
}

/// These numbers, as a statement has them.
pub(super) fn among(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    format!("({})", ids.join(", "))
}

impl<'a> City<'a> {
    /// Three centers, the second and third of one town, with rooms, workers, teams, units and people, and what was held before there was
    /// anything to keep.
    pub(super) async fn found(app: &'a TestApp) -> Self {
        app.execute("update communities set town = '东城' where town = '万江'").await;
        let (program, page) = (app.token("ada").await, app.sign_in("ada").await);
        app.execute("update logins set expires_at = 9000000000000").await;
        for (center, name) in [(2, "堑头大厅"), (3, "涌尾书吧")] {
            let room = [("name", name), ("kind", "2"), ("area_m2", "90"), ("capacity", "40")];
            let hours = [
                ("hours.1.opens", "09:00"),
                ("hours.1.closes", "20:00"),
                ("hours.6.opens", "09:00"),
                ("hours.6.closes", "22:00"),
            ];
            page.post(&format!("/centers/{center}/rooms"), &[&room[..], &hours].concat()).await.is(303);
        }
        let mut month = Month::begin(app).await;
        let workers = vec![month.worker(1, "social_worker").await, month.worker(1, "social_worker").await];
        let teams = vec![1, month.team(9).await];
        month.commit().await;
        for (center, name, kind) in [
            (1, "邻里合唱团", ORGANIZATION),
            (1, "东门药店", "shop"),
            (2, "堑头棋社", ORGANIZATION),
            (3, "涌尾小学", "school"),
        ] {
            let mut unit = json!({"center": center, "name": name, "kind": kind});
            if kind == ORGANIZATION {
                unit["standing"] = json!("on_record");
                unit["founded_on"] = json!("2026-02-10");
                unit["supported_since"] = json!("2026-01-05");
            }
            program.post_json("/api/v1/units", unit).await.is(201);
        }
        let mut people = Vec::new();
        for (place, (name, born)) in NAMES.iter().zip(BORN).enumerate() {
            let mut person = json!({"center": 1 + place % 3, "name": name});
            if let Some(born) = born {
                person["birth_date"] = json!(born);
            }
            people.push(program.post_json("/api/v1/people", person).await.is(201).json()["id"].as_i64().unwrap());
        }
        let remembered = Remembered::default();
        let mut city = Self { app, program, page, people, workers, staff: Vec::new(), teams, remembered };
        let works = city.rows("select person_id, id, center_id from workers order by id").await;
        city.staff = works.into_iter().map(|(person, ..)| person).collect();
        // Most of them go to every center.
        let everywhere = format!(
            "insert into enrolments (person_id, center_id, enrolled_at)
             select p.id, c.id, 0 from people p cross join centers c
             where p.id in {} and p.id < {} and c.id <= 3 and not exists (
                 select 1 from enrolments e where e.person_id = p.id and e.center_id = c.id)",
            among(&city.people),
            city.people[7]
        );
        let mut tx = app.begin().await;
        sqlx::query(AssertSqlSafe(everywhere)).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        city.remembers_the_winter().await;
        city
    }

    /// Sessions of the months before, older than anything may be planned today.
    async fn remembers_the_winter(&self) {
        let mut month = Month::begin(self.app).await;
        for (n, day) in
            ["2025-11-12", "2025-12-31", "2026-01-01", "2026-01-20", "2026-02-11", "2026-02-28"].into_iter().enumerate()
        {
            let (worker, team) = (self.workers.get(n % 3).copied(), self.teams.get(n % 3).copied());
            let held = Held { kind: 1 + i64::try_from(n % 3).unwrap(), room: 1, worker, team, ..Held::default() };
            let here = month.session(at(&format!("{day} 10:00")), 90, held).await;
            let there = Held { center: 2 + i64::try_from(n % 2).unwrap(), worker: None, team: None, ..held };
            let there = month.unbooked(at(&format!("{day} 15:00")), 60, there).await;
            for (place, person) in self.people.iter().enumerate() {
                let session = if (place + n) % 3 == 0 { there } else { here };
                month.attend(session, *person, PARTS[usize::from((place + n) % 4 == 1)]).await;
            }
            month.heads(here, 7, [2, 0, 1, 1], false).await;
        }
        month.commit().await;
    }

    fn now(&self) -> Timestamp {
        self.app.clock.now().0
    }

    pub(super) fn today(&self) -> Date {
        Zone::SHANGHAI.date(self.now())
    }

    pub(super) fn days_ago(&self, days: usize) -> String {
        self.today().minus_days(u64::try_from(days).unwrap()).to_string()
    }

    /// Time goes on, and never back.
    fn reaches(&self, at: Timestamp) {
        self.app.clock.set(Timestamp(at.0.max(self.now().0 + 1_000)));
    }

    pub(super) fn passes(&self) {
        self.reaches(self.now());
    }

    pub(super) async fn rows(&self, sql: &str) -> Vec<Row> {
        let mut conn = self.app.db().read().await.unwrap();
        sqlx::query_as(AssertSqlSafe(sql.to_owned())).fetch_all(&mut *conn).await.expect(sql)
    }

    pub(super) async fn choose(&self, sql: &str, n: usize) -> Option<Row> {
        let rows = self.rows(sql).await;
        if rows.is_empty() { None } else { Some(rows[n % rows.len()]) }
    }

    pub(super) async fn asks(&self, path: &str, body: Value) -> bool {
        did(&self.program.post_json(path, body).await)
    }

    pub(super) async fn sends(&self, path: &str, fields: &[(&str, &str)]) -> bool {
        did(&self.page.post(path, fields).await)
    }

    /// Whoever is neither made one with another nor erased, at each of their centers, with the version.
    pub(super) async fn standing(&self) -> Vec<Row> {
        let sql = format!(
            "select p.id, e.center_id, p.version from people p join enrolments e on e.person_id = p.id
             where p.id in {} and p.merged_into is null and p.erased_at is null order by p.id, e.center_id",
            among(&self.people)
        );
        self.rows(&sql).await
    }

    /// The records of those who work in center 1: two who are made one have one.
    async fn leads(&self) -> Vec<i64> {
        let sql = "select id, person_id, center_id from workers where center_id = 1 order by id";
        self.rows(sql).await.into_iter().map(|(worker, ..)| worker).collect()
    }

    /// Plans a session in a room, or on the square where none can be had.
    async fn plans(&self, plan: &Plan, day: Date) -> Option<i64> {
        let mut body = json!({
            "center": plan.center, "title": "邻里活动", "kind": plan.kind, "date": day.to_string(),
            "starts": format!("{:02}:00", plan.hour), "ends": format!("{:02}:30", (plan.hour + 1) % 24),
            "overlap_reason": "两边轮流",
        });
        let leads = self.leads().await;
        if let Some(worker) = leads.get(plan.worker).filter(|_| plan.center == 1) {
            body["worker"] = json!(worker);
        }
        if let Some(team) = self.teams.get(plan.team).filter(|_| plan.center == 1) {
            body["team"] = json!(team);
        }
        let rooms = "select id, center_id, id from rooms where retired_at is null";
        let room = self.choose(&format!("{rooms} and center_id = {} order by id", plan.center), plan.taps).await;
        let room = room.filter(|_| plan.in_room).map(|(room, ..)| ("room", json!(room)));
        for (field, place) in room.into_iter().chain([("venue", json!("小广场"))]) {
            let mut body = body.clone();
            body[field] = place;
            if self.asks("/api/v1/activities", body).await {
                return Some(self.app.number("select max(id) from sessions").await);
            }
        }
        None
    }

    /// A session that is still to come.
    pub(super) async fn plans_ahead(&self, n: usize, m: usize) -> bool {
        let (center, hour) = (1 + i64::try_from(n % 3).unwrap(), 9 + i64::try_from(m % 10).unwrap());
        let plan = Plan {
            ahead: 0,
            center,
            hour,
            kind: 2,
            in_room: true,
            worker: 0,
            team: m % 3,
            came: vec![],
            heads: 0,
            taps: m,
            closes: false,
        };
        self.plans(&plan, self.today().plus_days(1 + u64::try_from(m % 12).unwrap())).await.is_some()
    }

    /// Plans it, lets them in, and closes it on the same day, or forgets to.
    pub(super) async fn holds(&self, plan: &Plan) -> bool {
        let day = self.today().plus_days(plan.ahead);
        let starts = Zone::SHANGHAI.at_minute(day, plan.hour * 60);
        self.reaches(starts);
        let Some(session) = self.plans(plan, day).await else { return false };
        self.reaches(Timestamp(starts.0 + 600_000));
        let path = format!("/api/v1/sessions/{session}");
        for (who, part) in &plan.came {
            let person = self.people[who % self.people.len()];
            let comes = json!({"request_id": request(), "person_id": person, "role": PARTS[*part], "anyway": true});
            self.asks(&format!("{path}/checkins"), comes).await;
        }
        if plan.heads > 0 {
            let heads = json!({"request_id": request(), "heads": plan.heads, "elderly": plan.heads / 2, "youth": plan.heads / 2});
            self.asks(&format!("{path}/head_counts"), heads).await;
        }
        let taps: Vec<String> =
            (0..plan.taps).map(|tap| format!("{}{}", request(), ["", ":elderly", ":needy"][tap % 3])).collect();
        let taps: Vec<(&str, &str)> = taps.iter().map(|tap| ("tap", tap.as_str())).collect();
        if !taps.is_empty() {
            self.sends(&format!("/centers/{}/sessions/{session}/clicker", plan.center), &taps).await;
        }
        if plan.closes {
            self.reaches(Timestamp(starts.0 + 95 * 60_000));
            return self.asks(&format!("{path}/closing"), json!({"summary": "大家高兴"})).await;
        }
        true
    }

    pub(super) async fn closes(&self, n: usize) -> bool {
        let over = format!(
            "select id, center_id, id from sessions where status = 'planned' and ends_at <= {} order by id",
            self.now().0
        );
        let Some((session, ..)) = self.choose(&over, n).await else { return false };
        self.asks(&format!("/api/v1/sessions/{session}/closing"), json!({"summary": "补记"})).await
    }

    /// On its day, and while none of its hours are confirmed.
    pub(super) async fn reopens(&self, n: usize) -> bool {
        let closed = format!(
            "select id, center_id, id from sessions s where status = 'completed' and local_date >= '{}'
             and not exists (select 1 from hours_entries e where e.session_id = s.id) order by id",
            self.today()
        );
        let Some((session, ..)) = self.choose(&closed, n).await else { return false };
        self.asks(&format!("/api/v1/sessions/{session}/reopening"), json!({})).await
    }

    pub(super) async fn calls_off(&self, n: usize) -> bool {
        let planned = "select id, center_id, id from sessions where status = 'planned' order by id";
        let Some((session, ..)) = self.choose(planned, n).await else { return false };
        self.asks(&format!("/api/v1/sessions/{session}/cancellation"), json!({"reason": "台风"})).await
    }

    pub(super) async fn calls_on(&self, n: usize) -> bool {
        let off = "select id, center_id, id from sessions where status = 'cancelled' order by id";
        let Some((session, ..)) = self.choose(off, n).await else { return false };
        self.asks(&format!("/api/v1/sessions/{session}/restoration"), json!({"overlap_reason": "两边轮流"})).await
    }

    /// A scan that a device kept comes when the session is closed or long over; a worker counts it.
    pub(super) async fn counts_late(&self, n: usize, m: usize) -> bool {
        let begun = format!(
            "select id, center_id, starts_at from sessions where status in ('planned', 'completed') and starts_at < {} order by id",
            self.now().0
        );
        let Some((session, center, starts)) = self.choose(&begun, n).await else { return false };
        let scan = json!({
            "request_id": request(), "session_id": session, "person_id": self.people[m % self.people.len()],
            "role": PARTS[m % 2], "offline": true, "occurred_at": Timestamp(starts).rfc3339(),
        });
        self.asks("/api/v1/checkins/batch", json!({"items": [scan]})).await;
        let scan = self.app.number("select coalesce(max(id), 0) from scans").await;
        self.sends(&format!("/centers/{center}/desk/review/{scan}/counting"), &[]).await
    }

    pub(super) async fn voids(&self, n: usize) -> bool {
        let good = "select id, session_id, person_id from attendances where voided_at is null order by id";
        let Some((attendance, session, _)) = self.choose(good, n).await else { return false };
        let path = format!("/api/v1/sessions/{session}/checkins/{attendance}/void");
        self.asks(&path, json!({"reason": "点错了人"})).await
    }

    pub(super) async fn voids_heads(&self, n: usize) -> bool {
        let good = "select id, session_id, heads from head_counts where voided_at is null order by id";
        let Some((count, session, _)) = self.choose(good, n).await else { return false };
        let path = format!("/api/v1/sessions/{session}/head_counts/{count}/void");
        self.asks(&path, json!({"reason": "数错了"})).await
    }

    pub(super) async fn brings(&self, n: usize, m: usize) -> bool {
        let good = "select id, session_id, person_id from attendances where voided_at is null and part = 'participant' order by id";
        let Some((attendance, session, _)) = self.choose(good, n).await else { return false };
        let path = format!("/api/v1/sessions/{session}/checkins/{attendance}/companions");
        self.asks(&path, json!({"companions": m % 5})).await
    }
}

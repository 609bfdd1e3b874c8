//! Section 5 counted once more: plain Rust over the raw rows, row by row and room by room minute by minute, without
//! looking at how `linli::reports` does it. Groups come from birth dates and memberships and not from the copied flags.

use std::collections::{BTreeMap, BTreeSet};

use linli::clock::{Date, Timestamp, Zone};
use linli::people::groups::{AgeBands, Groups, Membership, PriorityGroup, groups_on};
use serde_json::{Value, json};
use sqlx::FromRow;

use crate::support::TestApp;

#[derive(FromRow)]
struct Session {
    id: i64,
    center_id: i64,
    kind: String,
    worker_id: Option<i64>,
    team_id: Option<i64>,
    starts_at: Timestamp,
    ends_at: Timestamp,
    status: String,
}

#[derive(FromRow)]
struct Attendance {
    session_id: i64,
    person_id: i64,
    part: String,
}

#[derive(FromRow)]
struct Heads {
    session_id: i64,
    heads: i64,
    elderly: i64,
    disabled: i64,
    needy: i64,
    youth: i64,
}

#[derive(FromRow)]
struct Entry {
    id: i64,
    reverses_id: Option<i64>,
    session_id: i64,
    person_id: i64,
    team_id: Option<i64>,
    minutes: i64,
}

#[derive(FromRow)]
struct Grant {
    person_id: i64,
    #[sqlx(flatten)]
    membership: Membership,
}

#[derive(FromRow)]
struct Room {
    id: i64,
    center_id: i64,
    name: String,
    created_at: Timestamp,
}

/// A closure, or a live booking of a session that is not called off.
#[derive(FromRow)]
struct Span {
    room_id: i64,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

/// Everything there is, as it stands in the tables: what is voided or released is left out at once.
pub(super) struct Rows {
    sessions: Vec<Session>,
    attendances: Vec<Attendance>,
    heads: Vec<Heads>,
    entries: Vec<Entry>,
    births: BTreeMap<i64, Option<Date>>,
    grants: Vec<Grant>,
    social_workers: BTreeMap<i64, String>,
    team_kinds: BTreeMap<i64, String>,
    kinds: Vec<String>,
    rooms: Vec<Room>,
    /// By room and weekday.
    hours: BTreeMap<(i64, i64), (i64, i64)>,
    closures: Vec<Span>,
    bookings: Vec<Span>,
    /// By center: registered, and the second number, of which nobody said what it counts.
    population: BTreeMap<i64, (i64, i64)>,
}

async fn load<T>(app: &TestApp, sql: &'static str) -> Vec<T>
where
    T: for<'r> FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
{
    sqlx::query_as(sql).fetch_all(&mut *app.db().read().await.unwrap()).await.expect(sql)
}

impl Rows {
    pub(super) async fn load(app: &TestApp) -> Self {
        let hours: Vec<(i64, i64, i64, i64)> =
            load(app, "select w.room_id, s.weekday, s.opens, s.closes from room_weeks w join room_week_spans s on s.week_id = w.id").await;
        let population: Vec<(i64, i64, i64)> = load(
            app,
            "select c.id, p.registered, p.second from centers c join populations p on p.community_id = c.community_id",
        )
        .await;
        let births: Vec<(i64, Option<Date>)> = load(app, "select id, birth_date from people").await;
        let kinds: Vec<(String,)> = load(app, "select code from service_kinds").await;
        let social_workers: Vec<(i64, String)> = load(
            app,
            "select w.id, p.name from workers w join people p on p.id = w.person_id where w.kind = 'social_worker'",
        )
        .await;
        let team_kinds: Vec<(i64, String)> =
            load(app, "select t.id, k.code from teams t join team_kinds k on k.id = t.kind_id").await;
        Self {
            sessions: load(app, "select s.id, s.center_id, k.code as kind, s.worker_id, s.team_id, s.starts_at, s.ends_at, s.status from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id").await,
            attendances: load(app, "select session_id, person_id, part from attendances where voided_at is null").await,
            heads: load(app, "select session_id, heads, elderly, disabled, needy, youth from head_counts where voided_at is null").await,
            entries: load(app, "select id, reverses_id, session_id, person_id, team_id, minutes from hours_entries").await,
            births: births.into_iter().collect(),
            grants: load(app, "select person_id, id, priority_group, valid_from, valid_to, document from group_memberships").await,
            social_workers: social_workers.into_iter().collect(),
            team_kinds: team_kinds.into_iter().collect(),
            kinds: kinds.into_iter().map(|(code,)| code).collect(),
            rooms: load(app, "select id, center_id, name, created_at from rooms order by center_id, kind_id, name").await,
            hours: hours.into_iter().map(|(room, day, opens, closes)| ((room, day), (opens, closes))).collect(),
            closures: load(app, "select room_id, starts_at, ends_at from room_closures").await,
            bookings: load(app, "select b.room_id, b.starts_at, b.ends_at from bookings b where b.released_at is null").await,
            population: population.into_iter().map(|(center, registered, migrant)| (center, (registered, migrant))).collect(),
        }
    }

    fn groups(&self, person: i64, on: Date) -> Groups {
        let memberships: Vec<Membership> =
            self.grants.iter().filter(|g| g.person_id == person).map(|g| g.membership.clone()).collect();
        groups_on(self.births[&person], &memberships, AgeBands::default(), on)
    }

    /// Minutes of the period in which `room` is open, and in which it is booked.
    fn room_minutes(&self, room: i64, from: Date, to: Date) -> (i64, i64) {
        let of_room = |spans: &[Span]| -> Vec<(i64, i64)> {
            spans.iter().filter(|s| s.room_id == room).map(|s| (s.starts_at.0, s.ends_at.0)).collect()
        };
        let (closures, bookings) = (of_room(&self.closures), of_room(&self.bookings));
        let within = |spans: &[(i64, i64)], now: i64| spans.iter().any(|(start, end)| *start <= now && now < *end);
        let (mut open, mut booked) = (0, 0);
        for day in from.until(to) {
            let midnight = Zone::SHANGHAI.midnight(day).0;
            let hours = self.hours.get(&(room, day.weekday()));
            for minute in 0..1440 {
                let now = midnight + minute * 60_000;
                let by_hours = hours.is_some_and(|(opens, closes)| *opens <= minute && minute < *closes);
                open += i64::from(by_hours && !within(&closures, now));
                booked += i64::from(within(&bookings, now));
            }
        }
        (open, booked)
    }

    /// The answer of `/api/v1/summary` for `centers` and [from, to), as it should be at `now`.
    pub(super) fn summary(&self, centers: &[i64], from: &str, to: &str, now: Timestamp) -> Value {
        let (from, to) = (Date::parse(from).unwrap(), Date::parse(to).unwrap());
        let mine = |s: &&Session| {
            let date = Zone::SHANGHAI.date(s.starts_at);
            centers.contains(&s.center_id) && from <= date && date < to
        };
        let held: BTreeMap<i64, &Session> =
            self.sessions.iter().filter(mine).filter(|s| s.status == "completed").map(|s| (s.id, s)).collect();
        let mut attended: BTreeSet<i64> = BTreeSet::new();
        let mut total = Count::default();
        let mut by_group: BTreeMap<&str, Count> =
            ["elderly", "disabled", "needy", "youth", "none"].map(|name| (name, Count::default())).into();
        let mut by_kind: BTreeMap<&str, Count> = self.kinds.iter().map(|k| (k.as_str(), Count::default())).collect();
        let mut volunteers = Count::default();
        let mut by_team: BTreeMap<&str, Count> = BTreeMap::new();
        let mut unconfirmed = 0;
        let mut without_birth_date = BTreeSet::new();
        let team_kind = |team: Option<i64>| team.map_or("none", |team| self.team_kinds[&team].as_str());

        for attendance in &self.attendances {
            let Some(session) = held.get(&attendance.session_id) else { continue };
            let person = attendance.person_id;
            attended.insert(session.id);
            match attendance.part.as_str() {
                "participant" => {
                    total.came(person);
                    by_kind.get_mut(session.kind.as_str()).unwrap().came(person);
                    let groups = self.groups(person, Zone::SHANGHAI.date(session.starts_at));
                    for group in PriorityGroup::ALL.iter().filter(|group| groups.contains(**group)) {
                        by_group.get_mut(group.code()).unwrap().came(person);
                    }
                    if groups == Groups::default() {
                        by_group.get_mut("none").unwrap().came(person);
                    }
                    if self.births[&person].is_none() {
                        without_birth_date.insert(person);
                    }
                }
                "volunteer" => {
                    volunteers.came(person);
                    by_team.entry(team_kind(session.team_id)).or_default().came(person);
                    let stands = |e: &Entry| {
                        e.reverses_id.is_none() && !self.entries.iter().any(|r| r.reverses_id == Some(e.id))
                    };
                    let confirmed =
                        self.entries.iter().any(|e| e.session_id == session.id && e.person_id == person && stands(e));
                    unconfirmed += i64::from(!confirmed);
                }
                _ => {}
            }
        }
        let mut unnamed = 0;
        for heads in &self.heads {
            let Some(session) = held.get(&heads.session_id) else { continue };
            attended.insert(session.id);
            unnamed += heads.heads;
            total.visits += heads.heads;
            by_kind.get_mut(session.kind.as_str()).unwrap().visits += heads.heads;
            let tally = [heads.elderly, heads.disabled, heads.needy, heads.youth];
            for (name, of_group) in ["elderly", "disabled", "needy", "youth"].iter().zip(tally) {
                by_group.get_mut(name).unwrap().visits += of_group;
            }
            by_group.get_mut("none").unwrap().visits += (heads.heads - tally.iter().sum::<i64>()).max(0);
        }
        for entry in &self.entries {
            let Some(session) = held.get(&entry.session_id) else { continue };
            volunteers.minutes += entry.minutes;
            by_team.entry(team_kind(entry.team_id.or(session.team_id))).or_default().minutes += entry.minutes;
        }
        let mut led: BTreeMap<i64, i64> = BTreeMap::new();
        for session in attended.iter().map(|id| held[id]) {
            by_kind.get_mut(session.kind.as_str()).unwrap().sessions += 1;
            if let Some(worker) = session.worker_id.filter(|worker| self.social_workers.contains_key(worker)) {
                *led.entry(worker).or_default() += 1;
            }
        }
        let mut led: Vec<(i64, i64)> = led.into_iter().collect();
        led.sort_by_key(|(worker, sessions)| (-sessions, *worker));
        let open_sessions =
            self.sessions.iter().filter(mine).filter(|s| s.status == "planned" && s.ends_at <= now).count();
        let rooms: Vec<Value> = self
            .rooms
            .iter()
            .filter(|room| centers.contains(&room.center_id))
            .map(|room| (room, self.room_minutes(room.id, from, to)))
            // A room that was added later was not there, unless it was booked all the same.
            .filter(|(room, (_, booked))| *booked > 0 || Zone::SHANGHAI.date(room.created_at) < to)
            .map(|(room, (open, booked))| {
                json!({ "room_id": room.id, "center_id": room.center_id, "name": room.name, "booked_minutes": booked, "open_minutes": open })
            })
            .collect();
        let count = |count: &Count| json!({ "visits": count.visits, "persons": count.persons.len() });
        json!({
            "from": from, "to": to, "asked_from": from, "asked_to": to,
            "counted": centers.iter().map(|center| json!({ "center_id": center, "from": from, "to": to })).collect::<Vec<_>>(),
            "sessions": attended.len(), "visits": total.visits, "unnamed": unnamed, "persons": total.persons.len(),
            "groups": by_group.iter().map(|(name, group)| (name.to_string(), count(group))).collect::<BTreeMap<_, _>>(),
            "volunteers": {
                "visits": volunteers.visits, "persons": volunteers.persons.len(), "minutes": volunteers.minutes,
                "teams": by_team.iter().map(|(name, team)| (name.to_string(), json!({ "visits": team.visits, "persons": team.persons.len(), "minutes": team.minutes }))).collect::<BTreeMap<_, _>>(),
            },
            "social_workers": led.iter().map(|(worker, sessions)| json!({ "worker_id": worker, "name": self.social_workers[worker], "sessions": sessions })).collect::<Vec<_>>(),
            "kinds": by_kind.iter().map(|(name, kind)| (name.to_string(), json!({ "sessions": kind.sessions, "visits": kind.visits, "persons": kind.persons.len() }))).collect::<BTreeMap<_, _>>(),
            "rooms": rooms,
            "coverage": {
                "persons": total.persons.len(),
                "registered_population": centers.iter().map(|center| self.population[center].0).sum::<i64>(),
                "migrant_population": Value::Null,
                "second_population": centers.iter().map(|center| self.population[center].1).sum::<i64>(),
                "second_population_is": Value::Null,
            },
            "completeness": { "open_sessions": open_sessions, "unconfirmed_hours": unconfirmed, "without_birth_date": without_birth_date.len() },
        })
    }
}

#[derive(Default)]
struct Count {
    sessions: i64,
    visits: i64,
    minutes: i64,
    persons: BTreeSet<i64>,
}

impl Count {
    fn came(&mut self, person: i64) {
        self.visits += 1;
        self.persons.insert(person);
    }
}

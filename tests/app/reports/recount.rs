//! Section 5 counted once more: plain Rust over the raw rows, row by row and room by room minute by minute, without
//! looking at how `linli::figures` does it. Groups come from birth dates and memberships and not from the copied flags.

mod charges;
mod counts;

use std::collections::{BTreeMap, BTreeSet};

use linli::clock::{Date, Timestamp, Zone};
use linli::people::groups::{AgeBands, Groups, Membership, PriorityGroup, groups_on};
use sqlx::FromRow;

pub(super) use charges::Cut;
use charges::Terms;
use counts::Counts;

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
    charged_to: Option<i64>,
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
    session_id: Option<i64>,
    center_id: Option<i64>,
    served_on: Option<Date>,
    person_id: i64,
    team_id: Option<i64>,
    minutes: i64,
}

#[derive(Clone, FromRow)]
struct Grant {
    person_id: i64,
    #[sqlx(flatten)]
    membership: Membership,
    /// The subgroup's code, where it is one.
    code: Option<String>,
}

#[derive(FromRow)]
struct Room {
    id: i64,
    center_id: i64,
    created_at: Timestamp,
    retired_at: Option<Timestamp>,
}

/// A closure, or a live booking of a session that is not called off.
#[derive(FromRow)]
struct Span {
    room_id: i64,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

#[derive(FromRow)]
struct Unit {
    center_id: i64,
    founded_on: Option<Date>,
    supported_since: Option<Date>,
}

#[derive(FromRow)]
struct Participation {
    session_id: i64,
    unit_id: i64,
    part: String,
}

/// A room's weeks by their first days: weekdays with a span of theirs.
type RoomWeeks = BTreeMap<Date, Vec<(i64, i64, i64)>>;

/// A room, a week's first day, and one of its spans, if it has any: weekday, from and to.
type WeekSpan = (i64, Date, Option<i64>, Option<i64>, Option<i64>);

/// What was known of people whom nobody knows any more.
#[derive(Default)]
pub(super) struct Remembered {
    births: BTreeMap<i64, Option<Date>>,
    grants: Vec<Grant>,
}

impl Remembered {
    pub(super) fn knows(&self, person: i64) -> bool {
        self.births.contains_key(&person)
    }
}

/// Everything there is, as it stands in the tables: what is voided or released is left out at once.
pub(super) struct Rows {
    sessions: Vec<Session>,
    attendances: Vec<Attendance>,
    heads: Vec<Heads>,
    entries: Vec<Entry>,
    /// What is said of hours and waits: for which center, of which day.
    claims: Vec<(i64, Date)>,
    births: BTreeMap<i64, Option<Date>>,
    grants: Vec<Grant>,
    social_workers: BTreeSet<i64>,
    team_kinds: BTreeMap<i64, String>,
    subgroups: Vec<String>,
    kinds: Vec<String>,
    rooms: Vec<Room>,
    /// By room and first day: weekdays with a span of theirs.
    weeks: BTreeMap<i64, RoomWeeks>,
    closures: Vec<Span>,
    openings: Vec<Span>,
    bookings: Vec<Span>,
    units: Vec<Unit>,
    participations: Vec<Participation>,
    /// Who pays for which center.
    pub(super) terms: Terms,
    /// By center.
    towns: BTreeMap<i64, String>,
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
        let spans: Vec<WeekSpan> = load(
            app,
            "select w.room_id, w.valid_from, s.weekday, s.opens, s.closes
             from room_weeks w left join room_week_spans s on s.week_id = w.id",
        )
        .await;
        let mut weeks: BTreeMap<i64, RoomWeeks> = BTreeMap::new();
        for (room, from, weekday, opens, closes) in spans {
            let week = weeks.entry(room).or_default().entry(from).or_default();
            if let (Some(weekday), Some(opens), Some(closes)) = (weekday, opens, closes) {
                week.push((weekday, opens, closes));
            }
        }
        let population: Vec<(i64, i64, i64)> = load(
            app,
            "select c.id, p.registered, p.second from centers c join populations p on p.community_id = c.community_id",
        )
        .await;
        let towns: Vec<(i64, String)> =
            load(app, "select c.id, m.town from centers c join communities m on m.id = c.community_id").await;
        let births: Vec<(i64, Option<Date>)> = load(app, "select id, birth_date from people").await;
        let kinds: Vec<(String,)> = load(app, "select code from service_kinds").await;
        let subgroups: Vec<(String,)> = load(app, "select code from subgroups").await;
        let social_workers: Vec<(i64,)> = load(app, "select id from workers where kind = 'social_worker'").await;
        let team_kinds: Vec<(i64, String)> =
            load(app, "select t.id, k.code from teams t join team_kinds k on k.id = t.kind_id").await;
        Self {
            sessions: load(app, "select s.id, s.center_id, k.code as kind, s.worker_id, s.team_id, s.starts_at, s.ends_at, s.status, s.charged_to from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id").await,
            attendances: load(app, "select session_id, person_id, part from attendances where voided_at is null").await,
            heads: load(app, "select session_id, heads, elderly, disabled, needy, youth from head_counts where voided_at is null").await,
            entries: load(app, "select id, reverses_id, session_id, center_id, served_on, person_id, team_id, minutes from hours_entries").await,
            claims: load(app, "select center_id, served_on from hour_claims where state = 'pending'").await,
            terms: Terms::load(app).await,
            towns: towns.into_iter().collect(),
            births: births.into_iter().collect(),
            grants: load(app, "select g.person_id, g.id, coalesce(g.priority_group, s.priority_group) as priority_group, s.name as subgroup, s.name_en as subgroup_en, g.valid_from, g.valid_to, g.document, g.file_id, g.voided_at, g.void_reason, s.code from group_memberships g left join subgroups s on s.id = g.subgroup_id").await,
            social_workers: social_workers.into_iter().map(|(id,)| id).collect(),
            team_kinds: team_kinds.into_iter().collect(),
            subgroups: subgroups.into_iter().map(|(code,)| code).collect(),
            kinds: kinds.into_iter().map(|(code,)| code).collect(),
            rooms: load(app, "select id, center_id, created_at, retired_at from rooms order by center_id, kind_id, name").await,
            weeks,
            closures: load(app, "select room_id, starts_at, ends_at from room_closures where voided_at is null").await,
            openings: load(app, "select room_id, starts_at, ends_at from room_openings where voided_at is null").await,
            bookings: load(app, "select b.room_id, b.starts_at, b.ends_at from bookings b where b.released_at is null").await,
            units: load(app, "select center_id, founded_on, supported_since from units").await,
            participations: load(app, "select session_id, unit_id, part from unit_participations where voided_at is null").await,
            population: population.into_iter().map(|(center, registered, migrant)| (center, (registered, migrant))).collect(),
        }
    }

    fn groups(&self, person: i64, on: Date) -> Groups {
        let memberships: Vec<Membership> =
            self.grants.iter().filter(|g| g.person_id == person).map(|g| g.membership.clone()).collect();
        groups_on(self.births[&person], &memberships, AgeBands::default(), on)
    }

    fn subgroups_of(&self, person: i64, on: Date) -> BTreeSet<String> {
        let held = self.grants.iter().filter(|grant| grant.person_id == person && grant.membership.holds_on(on));
        held.filter_map(|grant| Some(format!(".subgroup.{}", grant.code.as_ref()?))).collect()
    }

    /// What is known of somebody's age and groups, to be kept beyond their erasure: what was counted of them stays counted.
    pub(super) fn remember(&self, person: i64, into: &mut Remembered) {
        into.births.insert(person, self.births[&person]);
        into.grants.extend(self.grants.iter().filter(|grant| grant.person_id == person).cloned());
    }

    /// The rows, with what was known of those who are erased.
    pub(super) fn with(mut self, remembered: &Remembered) -> Self {
        self.births.extend(&remembered.births);
        self.grants.retain(|grant| !remembered.births.contains_key(&grant.person_id));
        self.grants.extend(remembered.grants.iter().cloned());
        self
    }

    /// Minutes of these days in which `room` is open, up to the day on which it was taken out of use, and in which it is booked.
    fn room_minutes(&self, room: &Room, days: &[Date]) -> (i64, i64) {
        let of_room = |spans: &[Span]| -> Vec<(i64, i64)> {
            spans.iter().filter(|s| s.room_id == room.id).map(|s| (s.starts_at.0, s.ends_at.0)).collect()
        };
        let (closures, openings, bookings) =
            (of_room(&self.closures), of_room(&self.openings), of_room(&self.bookings));
        let within = |spans: &[(i64, i64)], now: i64| spans.iter().any(|(start, end)| *start <= now && now < *end);
        let (mut open, mut booked) = (0, 0);
        for day in days.iter().copied() {
            let midnight = Zone::SHANGHAI.midnight(day).0;
            let of_day = |spans: &[(i64, i64)]| -> Vec<(i64, i64)> {
                let touches = |(start, end): &&(i64, i64)| *start < midnight + 86_400_000 && *end > midnight;
                spans.iter().filter(touches).copied().collect()
            };
            let (closures, openings, bookings) = (of_day(&closures), of_day(&openings), of_day(&bookings));
            let is_used = room.retired_at.is_none_or(|at| day < Zone::SHANGHAI.date(at));
            let hours = self.hours_of(room.id, day);
            if closures.is_empty() && openings.is_empty() && bookings.is_empty() {
                let all: i64 = hours.iter().map(|(opens, closes)| closes - opens).sum();
                open += if is_used { all } else { 0 };
                continue;
            }
            for minute in 0..1440 {
                let now = midnight + minute * 60_000;
                let by_hours = hours.iter().any(|(opens, closes)| *opens <= minute && minute < *closes);
                open += i64::from(is_used && (by_hours || within(&openings, now)) && !within(&closures, now));
                booked += i64::from(within(&bookings, now));
            }
        }
        (open, booked)
    }

    /// The centers of a town, by its name.
    pub(super) fn centers_of(&self, town: &str) -> Vec<i64> {
        self.towns.iter().filter(|(_, name)| *name == town).map(|(center, _)| *center).collect()
    }

    /// Residents who took part in `centers` within [from, to), as participant or volunteer, and those of them who had taken
    /// part in none of them before the first of January of the period's last day.
    pub(super) fn newcomers(&self, centers: &[i64], from: &str, to: &str) -> (usize, usize) {
        let (from, to) = (Date::parse(from).unwrap(), Date::parse(to).unwrap());
        let january = Date::parse(&format!("{}-01-01", &to.minus_days(1).to_string()[..4])).unwrap();
        let took_part = |from: Date, to: Date| -> BTreeSet<i64> {
            let held: BTreeSet<i64> = self
                .sessions
                .iter()
                .filter(|session| session.status == "completed" && centers.contains(&session.center_id))
                .filter(|session| (from..to).contains(&Zone::SHANGHAI.date(session.starts_at)))
                .map(|session| session.id)
                .collect();
            let of_them = self.attendances.iter().filter(|one| held.contains(&one.session_id) && one.part != "staff");
            of_them.map(|one| one.person_id).collect()
        };
        let now = took_part(from, to);
        let before = took_part(Date::FIRST, january);
        (now.len(), now.difference(&before).count())
    }

    /// The hours of the week that holds on a day: the latest that has begun, and before the first of them that one.
    fn hours_of(&self, room: i64, day: Date) -> Vec<(i64, i64)> {
        let Some(weeks) = self.weeks.get(&room) else { return Vec::new() };
        let begun = weeks.iter().rfind(|(from, _)| **from <= day);
        let week = begun.or_else(|| weeks.first_key_value()).map(|(_, week)| week);
        let spans = week.into_iter().flatten().filter(|(weekday, ..)| *weekday == day.weekday());
        spans.map(|(_, opens, closes)| (*opens, *closes)).collect()
    }

    /// The figures of `/api/v1/summary` by their keys, for `centers` and [from, to), as they should be at `now`.
    pub(super) fn figures(&self, centers: &[i64], from: &str, to: &str, now: Timestamp) -> BTreeMap<String, i64> {
        self.counted(&Cut::of_all(centers, (from, to)), now)
    }

    /// The same of what is cut out.
    pub(super) fn counted(&self, cut: &Cut<'_>, now: Timestamp) -> BTreeMap<String, i64> {
        let mine = |s: &&Session| self.terms.counts(cut, (s.center_id, Zone::SHANGHAI.date(s.starts_at)), s.charged_to);
        let held: BTreeMap<i64, &Session> =
            self.sessions.iter().filter(mine).filter(|s| s.status == "completed").map(|s| (s.id, s)).collect();
        let mut counts = Counts::default();
        for group in ["elderly", "disabled", "needy", "youth", "none"] {
            counts.begin(&["visits", "persons"], &format!(".{group}"));
        }
        for subgroup in &self.subgroups {
            counts.begin(&["visits", "persons"], &format!(".subgroup.{subgroup}"));
        }
        for kind in &self.kinds {
            counts.begin(&["sessions", "visits", "persons"], &format!(".kind.{kind}"));
        }
        counts.begin(&["sessions", "visits", "unnamed", "persons", "volunteer_visits", "volunteers", "minutes"], "");
        counts.begin(&["unconfirmed_hours", "pending_claims", "without_birth_date"], "");
        let waits = self.claims.iter().filter(|place| self.terms.reads(cut, **place));
        counts.add("pending_claims", &[""], i64::try_from(waits.count()).unwrap());
        let mut attended = self.attended(&held, &mut counts);
        self.add_heads(&held, &mut attended, &mut counts);
        let team_kind = |team: Option<i64>| team.map_or("none", |team| self.team_kinds[&team].as_str());
        for entry in &self.entries {
            let team = match (entry.session_id, entry.center_id, entry.served_on) {
                (Some(session), ..) => match held.get(&session) {
                    Some(session) => entry.team_id.or(session.team_id),
                    None => continue,
                },
                // Service without a session: by its day, for the center that the ledger names.
                (None, Some(center), Some(day)) if self.terms.counts(cut, (center, day), None) => entry.team_id,
                _ => continue,
            };
            let kind = format!(".team.{}", team_kind(team));
            counts.begin(&["volunteer_visits", "volunteers", "minutes"], &kind);
            counts.add("minutes", &["", &kind], entry.minutes);
        }
        for session in attended.iter().map(|id| held[id]) {
            counts.add("sessions", &["", &format!(".kind.{}", session.kind)], 1);
            if let Some(worker) = session.worker_id.filter(|worker| self.social_workers.contains(worker)) {
                let (all, of_kind) = (format!(".worker.{worker}"), format!(".worker.{worker}.kind.{}", session.kind));
                counts.add("led_sessions", &[&all, &of_kind], 1);
                let minutes = (session.ends_at.0 - session.starts_at.0) / 60_000;
                counts.add("led_minutes", &[&all, &of_kind], minutes);
            }
        }
        self.add_units(cut, &attended, &mut counts);
        let is_open = |s: &&Session| s.status == "planned" && s.ends_at <= now;
        let open = self.sessions.iter().filter(mine).filter(is_open).count();
        counts.add("open_sessions", &[""], i64::try_from(open).unwrap());
        for room in self.rooms.iter().filter(|room| cut.centers.contains(&room.center_id)) {
            let days = self.terms.days(cut, room.center_id);
            let (open, booked) = self.room_minutes(room, &days);
            // A room that was added later was not there, nor one that was out of use before, unless it was booked all the same.
            let zone = Zone::SHANGHAI;
            let (made, retired) = (zone.date(room.created_at), room.retired_at.map(|at| zone.date(at)));
            let is_there = |day: &Date| made <= *day && retired.is_none_or(|retired| *day < retired);
            if booked > 0 || days.iter().any(is_there) {
                counts.add("booked_minutes", &[&format!(".room.{}", room.id)], booked);
                counts.add("open_minutes", &[&format!(".room.{}", room.id)], open);
            }
        }
        for center in cut.centers {
            counts.add("registered_population", &[""], self.population[center].0);
            counts.add("second_population", &[""], self.population[center].1);
        }
        counts.into_values()
    }

    /// Counts the attendances, and says in which sessions there were any.
    fn attended(&self, held: &BTreeMap<i64, &Session>, counts: &mut Counts) -> BTreeSet<i64> {
        let team_kind = |team: Option<i64>| team.map_or("none", |team| self.team_kinds[&team].as_str());
        let stands = |e: &Entry| e.reverses_id.is_none() && !self.entries.iter().any(|r| r.reverses_id == Some(e.id));
        let mut attended = BTreeSet::new();
        for attendance in &self.attendances {
            let Some(session) = held.get(&attendance.session_id) else { continue };
            let person = attendance.person_id;
            attended.insert(session.id);
            match attendance.part.as_str() {
                "participant" => {
                    let groups = self.groups(person, Zone::SHANGHAI.date(session.starts_at));
                    let mut of: Vec<String> = PriorityGroup::ALL
                        .iter()
                        .filter(|group| groups.contains(**group))
                        .map(|group| format!(".{group}"))
                        .collect();
                    if groups == Groups::default() {
                        of.push(".none".into());
                    }
                    of.extend(self.subgroups_of(person, Zone::SHANGHAI.date(session.starts_at)));
                    of.extend([String::new(), format!(".kind.{}", session.kind)]);
                    for of in of {
                        counts.add("visits", &[&of], 1);
                        counts.meet("persons", &of, person);
                    }
                    if self.births[&person].is_none() {
                        counts.meet("without_birth_date", "", person);
                    }
                }
                "volunteer" => {
                    let kind = format!(".team.{}", team_kind(session.team_id));
                    counts.begin(&["volunteer_visits", "volunteers", "minutes"], &kind);
                    for of in ["", &kind] {
                        counts.add("volunteer_visits", &[of], 1);
                        counts.meet("volunteers", of, person);
                    }
                    let confirmed = self
                        .entries
                        .iter()
                        .any(|e| e.session_id == Some(session.id) && e.person_id == person && stands(e));
                    counts.add("unconfirmed_hours", &[""], i64::from(!confirmed));
                }
                _ => {}
            }
        }
        attended
    }

    /// Each unit once in each of its parts, and who was founded with support.
    fn add_units(&self, cut: &Cut<'_>, attended: &BTreeSet<i64>, counts: &mut Counts) {
        counts.begin(&["units_served", "units_helping", "units_lending_place", "organizations_founded"], "");
        for row in self.participations.iter().filter(|row| attended.contains(&row.session_id)) {
            counts.meet(&format!("units_{}", row.part), "", row.unit_id);
        }
        for unit in &self.units {
            let (Some(founded), Some(supported)) = (unit.founded_on, unit.supported_since) else { continue };
            let counts_here = supported <= founded && self.terms.reads(cut, (unit.center_id, founded));
            counts.add("organizations_founded", &[""], i64::from(counts_here));
        }
    }

    fn add_heads(&self, held: &BTreeMap<i64, &Session>, attended: &mut BTreeSet<i64>, counts: &mut Counts) {
        for heads in &self.heads {
            let Some(session) = held.get(&heads.session_id) else { continue };
            attended.insert(session.id);
            counts.add("unnamed", &[""], heads.heads);
            counts.add("visits", &["", &format!(".kind.{}", session.kind)], heads.heads);
            let tally = [heads.elderly, heads.disabled, heads.needy, heads.youth];
            for (name, of_group) in [".elderly", ".disabled", ".needy", ".youth"].iter().zip(tally) {
                counts.add("visits", &[name], of_group);
            }
            counts.add("visits", &[".none"], (heads.heads - tally.iter().sum::<i64>()).max(0));
        }
    }
}

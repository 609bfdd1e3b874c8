//! The figures as plain SQL counts them: `count(distinct …)` over sessions and attendances, a statement for each section. These are the
//! statements with which Linli itself counted before it kept sets; they stand here to be measured beside what it does now, and
//! to say what the numbers are.

use std::collections::BTreeMap;

use linli::clock::Zone;
use linli::figures::{Numbers, Period};
use linli::people::groups::PriorityGroup;
use linli::store::Conn;
use sqlx::AssertSqlSafe;

use super::fill::{OPEN, ROOMS};

/// The numbers by name, without those that are zero: what nobody came to has no row.
pub type Told = BTreeMap<String, i64>;

/// The centers and the days that are counted, and the instant at which.
pub struct Question<'a> {
    pub centers: &'a [i64],
    pub period: Period,
    pub now: i64,
}

const ASKED: &str = "asked (center_id, from_date, to_date) as (
    select cast(j.value ->> 'center' as bigint), j.value ->> 'from', j.value ->> 'to'
    from json_each(cast($1 as json_text)) j)";

const EDGES: &str = "edges (center_id, starts_at, ends_at) as (
    select cast(j.value ->> 'center' as bigint), cast(j.value ->> 'starts' as bigint), cast(j.value ->> 'ends' as bigint)
    from json_each(cast($1 as json_text)) j)";

const ATTENDED: &str = "(exists (select 1 from attendances t where t.session_id = h.id and t.voided_at is null)
    or exists (select 1 from head_counts c where c.session_id = h.id and c.voided_at is null))";

const GROUPS: [(&str, &str); 5] = [
    ("elderly", "t.elderly = 1"),
    ("disabled", "t.disabled = 1"),
    ("needy", "t.needy = 1"),
    ("youth", "t.youth = 1"),
    ("rest", "t.elderly = 0 and t.disabled = 0 and t.needy = 0 and t.youth = 0"),
];

/// A part, and its sessions, visits, unnamed heads, persons, volunteers' visits, volunteers and minutes.
type TallyRow = (i64, i64, i64, i64, i64, i64, i64, i64);

/// Visits and persons of each of [`GROUPS`], side by side.
type GroupsRow = (i64, i64, i64, i64, i64, i64, i64, i64, i64, i64);

fn held(part: &str) -> String {
    format!(
        "with {ASKED}, held as (
            select s.id, {part} as part
            from asked q cross join sessions s join activities a on a.id = s.activity_id
            where s.center_id = q.center_id and s.local_date >= q.from_date and s.local_date < q.to_date
              and s.status = 'completed')"
    )
}

impl Question<'_> {
    /// One JSON object with a row for each center, as the house binds lists.
    fn rows(&self, days: &str) -> String {
        let row = |(place, center): (usize, &i64)| format!(r#""{place}":{{"center":{center},{days}}}"#);
        format!("{{{}}}", self.centers.iter().enumerate().map(row).collect::<Vec<_>>().join(","))
    }

    fn asked(&self) -> String {
        self.rows(&format!(r#""from":"{}","to":"{}""#, self.period.from, self.period.to))
    }

    fn edges(&self) -> String {
        let midnight = |day| Zone::SHANGHAI.midnight(day).0;
        self.rows(&format!(r#""starts":{},"ends":{}"#, midnight(self.period.from), midnight(self.period.to)))
    }

    async fn ask<T>(&self, conn: &mut Conn, sql: String) -> Vec<T>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
    {
        sqlx::query_as(AssertSqlSafe(sql)).bind(self.asked()).fetch_all(conn).await.expect("plain SQL")
    }

    /// All of them.
    pub async fn count(&self, conn: &mut Conn) -> Told {
        let mut told = Told::new();
        for (part, name) in [("0", ""), ("a.kind_id", " of kind ")] {
            self.tallies(conn, part, name, &mut told).await;
        }
        self.groups(conn, &mut told).await;
        self.subgroups(conn, &mut told).await;
        self.teams(conn, &mut told).await;
        self.led(conn, &mut told).await;
        self.rooms(conn, &mut told).await;
        self.completeness(conn, &mut told).await;
        told.retain(|_, value| *value != 0);
        told
    }

    async fn tallies(&self, conn: &mut Conn, part: &str, name: &str, told: &mut Told) {
        let sql = format!(
            "{},
            came as (
                select h.part, count(*) as sessions from held h where {ATTENDED} group by h.part),
            named as (
                select h.part, count(*) as visits, count(distinct t.person_id) as persons
                from held h join attendances t on t.session_id = h.id
                where t.part = 'participant' and t.voided_at is null group by h.part),
            unnamed as (
                select h.part, sum(c.heads) as heads from held h join head_counts c on c.session_id = h.id
                where c.voided_at is null group by h.part),
            helped as (
                select h.part, count(*) as visits, count(distinct t.person_id) as persons
                from held h join attendances t on t.session_id = h.id
                where t.part = 'volunteer' and t.voided_at is null group by h.part),
            served as (
                select h.part, sum(e.minutes) as minutes from held h join hours_entries e on e.session_id = h.id group by h.part)
            select cast(p.part as bigint), coalesce(came.sessions, 0),
                   cast(coalesce(named.visits, 0) + coalesce(unnamed.heads, 0) as bigint),
                   cast(coalesce(unnamed.heads, 0) as bigint), coalesce(named.persons, 0), coalesce(helped.visits, 0),
                   coalesce(helped.persons, 0), cast(coalesce(served.minutes, 0) as bigint)
            from (select distinct part from held) p
            left join came on came.part = p.part
            left join named on named.part = p.part
            left join unnamed on unnamed.part = p.part
            left join helped on helped.part = p.part
            left join served on served.part = p.part",
            held(part)
        );
        let parts: Vec<TallyRow> = self.ask(conn, sql).await;
        for (part, sessions, visits, unnamed, persons, helps, helpers, minutes) in parts {
            let of = if name.is_empty() { String::new() } else { format!("{name}{part}") };
            told.insert(format!("sessions{of}"), sessions);
            told.insert(format!("visits{of}"), visits);
            told.insert(format!("persons{of}"), persons);
            if of.is_empty() {
                told.insert("unnamed".into(), unnamed);
                told.insert("volunteer visits".into(), helps);
                told.insert("volunteers".into(), helpers);
                told.insert("minutes".into(), minutes);
            }
        }
    }

    async fn groups(&self, conn: &mut Conn, told: &mut Told) {
        let columns = GROUPS.map(|(_, member)| {
            format!(
                "cast(coalesce(sum(case when {member} then 1 else 0 end), 0) as bigint),
                 count(distinct case when {member} then t.person_id end)"
            )
        });
        let sql = format!(
            "{} select {} from held h join attendances t on t.session_id = h.id
             where t.part = 'participant' and t.voided_at is null",
            held("0"),
            columns.join(", ")
        );
        let named: Vec<GroupsRow> = self.ask(conn, sql).await;
        let sql = format!(
            "{} select cast(coalesce(sum(c.elderly), 0) as bigint), cast(coalesce(sum(c.disabled), 0) as bigint),
                       cast(coalesce(sum(c.needy), 0) as bigint), cast(coalesce(sum(c.youth), 0) as bigint),
                       cast(coalesce(sum(case when c.heads > c.elderly + c.disabled + c.needy + c.youth
                            then c.heads - c.elderly - c.disabled - c.needy - c.youth else 0 end), 0) as bigint)
             from held h join head_counts c on c.session_id = h.id where c.voided_at is null",
            held("0")
        );
        let heads: Vec<(i64, i64, i64, i64, i64)> = self.ask(conn, sql).await;
        let (n, h) = (named[0], heads[0]);
        let visits = [n.0 + h.0, n.2 + h.1, n.4 + h.2, n.6 + h.3, n.8 + h.4];
        for (((name, _), visits), persons) in GROUPS.iter().zip(visits).zip([n.1, n.3, n.5, n.7, n.9]) {
            told.insert(format!("visits of the {name}"), visits);
            told.insert(format!("persons of the {name}"), persons);
        }
    }

    /// `cross join` keeps SQLite to this order: it began with the subgroups, and read every attendance for each of them.
    async fn subgroups(&self, conn: &mut Conn, told: &mut Told) {
        let sql = format!(
            "{} select g.id, count(*), count(distinct t.person_id)
             from held h cross join attendances t cross join subgroups g
             where t.session_id = h.id and (t.subgroups >> cast(g.bit as int)) & 1 = 1
               and t.part = 'participant' and t.voided_at is null and t.subgroups <> 0 group by g.id",
            held("0")
        );
        let found: Vec<(i64, i64, i64)> = self.ask(conn, sql).await;
        for (id, visits, persons) in found {
            told.insert(format!("visits of subgroup {id}"), visits);
            told.insert(format!("persons of subgroup {id}"), persons);
        }
    }

    async fn teams(&self, conn: &mut Conn, told: &mut Told) {
        let sql = format!(
            "{}
            select coalesce(kind_id, 0), cast(sum(visits) as bigint), cast(sum(persons) as bigint), cast(sum(minutes) as bigint)
            from (
                select m.kind_id, count(*) as visits, count(distinct t.person_id) as persons, 0 as minutes
                from held h join attendances t on t.session_id = h.id left join teams m on m.id = h.part
                where t.part = 'volunteer' and t.voided_at is null group by m.kind_id
                union all
                select m.kind_id, 0 as visits, 0 as persons, sum(e.minutes) as minutes
                from held h join hours_entries e on e.session_id = h.id
                left join teams m on m.id = coalesce(e.team_id, h.part) group by m.kind_id) numbers
            group by kind_id",
            held("s.team_id")
        );
        let found: Vec<(i64, i64, i64, i64)> = self.ask(conn, sql).await;
        for (kind, visits, persons, minutes) in found {
            told.insert(format!("visits of team kind {kind}"), visits);
            told.insert(format!("persons of team kind {kind}"), persons);
            told.insert(format!("minutes of team kind {kind}"), minutes);
        }
    }

    async fn led(&self, conn: &mut Conn, told: &mut Told) {
        let sql = format!(
            "{} select v.id, count(*), cast(sum(s.ends_at - s.starts_at) / 60000 as bigint)
             from held h join sessions s on s.id = h.id join workers v on v.id = h.part join people p on p.id = v.person_id
             where v.kind = 'social_worker' and {ATTENDED} group by v.id, p.name",
            held("s.worker_id")
        );
        let found: Vec<(i64, i64, i64)> = self.ask(conn, sql).await;
        for (worker, sessions, minutes) in found {
            told.insert(format!("sessions of worker {worker}"), sessions);
            told.insert(format!("minutes of worker {worker}"), minutes);
        }
    }

    /// What was booked is added up; every room is open as long every day, and never closed.
    async fn rooms(&self, conn: &mut Conn, told: &mut Told) {
        let sql = format!(
            "with {EDGES}
             select b.room_id, cast(sum(
                    case when b.ends_at < e.ends_at then b.ends_at else e.ends_at end
                    - case when b.starts_at > e.starts_at then b.starts_at else e.starts_at end) as bigint)
             from edges e join rooms r on r.center_id = e.center_id
             join bookings b on b.room_id = r.id and b.starts_at < e.ends_at and b.ends_at > e.starts_at
             where b.released_at is null group by b.room_id"
        );
        let booked: Vec<(i64, i64)> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(self.edges()).fetch_all(conn).await.expect("plain SQL");
        for (room, span) in booked {
            told.insert(format!("booked minutes of room {room}"), span / 60_000);
        }
        let days = self.period.days().count() as i64;
        for room in self.centers.iter().flat_map(|center| (center - 1) * ROOMS + 1..=center * ROOMS) {
            told.insert(format!("open minutes of room {room}"), days * OPEN);
        }
    }

    async fn completeness(&self, conn: &mut Conn, told: &mut Told) {
        let sql = format!(
            "{}
            select (select count(*) from asked q cross join sessions s
                    where s.center_id = q.center_id and s.local_date >= q.from_date and s.local_date < q.to_date
                      and s.status = 'planned' and s.ends_at <= $2),
                   (select count(*) from held h join attendances t on t.session_id = h.id
                    where t.part = 'volunteer' and t.voided_at is null
                      and not exists (select 1 from hours_entries e
                                      where e.session_id = t.session_id and e.person_id = t.person_id and e.reverses_id is null
                                        and not exists (select 1 from hours_entries v where v.reverses_id = e.id))),
                   (select count(distinct t.person_id) from held h join attendances t on t.session_id = h.id
                    join people p on p.id = t.person_id
                    where t.part = 'participant' and t.voided_at is null and p.birth_date is null
                      and coalesce(p.erased_born, 0) = 0)",
            held("0")
        );
        let (open, unconfirmed, undated): (i64, i64, i64) = sqlx::query_as(AssertSqlSafe(sql))
            .bind(self.asked())
            .bind(self.now)
            .fetch_one(conn)
            .await
            .expect("plain SQL");
        told.insert("open sessions".into(), open);
        told.insert("unconfirmed hours".into(), unconfirmed);
        told.insert("without birth date".into(), undated);
    }
}

/// What Linli says of the same, by the same names.
pub fn told(numbers: &Numbers) -> Told {
    let total = &numbers.total;
    let mut told = Told::from([
        ("sessions".to_owned(), total.sessions),
        ("visits".to_owned(), total.visits),
        ("unnamed".to_owned(), total.unnamed),
        ("persons".to_owned(), total.persons),
        ("volunteer visits".to_owned(), total.volunteer_visits),
        ("volunteers".to_owned(), total.volunteers),
        ("minutes".to_owned(), total.minutes),
        ("open sessions".to_owned(), numbers.completeness.open_sessions),
        ("unconfirmed hours".to_owned(), numbers.completeness.unconfirmed_hours),
        ("without birth date".to_owned(), numbers.completeness.without_birth_date),
    ]);
    for tally in &numbers.groups {
        let name = tally.group.map_or("rest", PriorityGroup::code);
        told.insert(format!("visits of the {name}"), tally.visits);
        told.insert(format!("persons of the {name}"), tally.persons);
    }
    for tally in &numbers.subgroups {
        told.insert(format!("visits of subgroup {}", tally.subgroup.id), tally.visits);
        told.insert(format!("persons of subgroup {}", tally.subgroup.id), tally.persons);
    }
    for tally in &numbers.kinds {
        told.insert(format!("sessions of kind {}", tally.kind.id), tally.sessions);
        told.insert(format!("visits of kind {}", tally.kind.id), tally.visits);
        told.insert(format!("persons of kind {}", tally.kind.id), tally.persons);
    }
    for tally in &numbers.teams {
        let kind = tally.kind.as_ref().map_or(0, |kind| kind.id);
        told.insert(format!("visits of team kind {kind}"), tally.visits);
        told.insert(format!("persons of team kind {kind}"), tally.persons);
        told.insert(format!("minutes of team kind {kind}"), tally.minutes);
    }
    for led in &numbers.led {
        told.insert(format!("sessions of worker {}", led.worker_id), led.sessions);
        told.insert(format!("minutes of worker {}", led.worker_id), led.minutes);
    }
    for used in &numbers.rooms {
        told.insert(format!("booked minutes of room {}", used.room_id), used.booked_minutes);
        told.insert(format!("open minutes of room {}", used.room_id), used.open_minutes);
    }
    told.retain(|_, value| *value != 0);
    told
}

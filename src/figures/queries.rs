//! The counting itself: a constant number of aggregate queries, whatever the period and however many centers.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::scope::ASKED;
use super::types::{
    Completeness, GroupTally, KindName, KindTally, Led, Numbers, Period, SubgroupTally, Tally, TeamTally, UnitTally,
};
use super::{Reach, room_use};
use crate::activities::queries::ROOM;
use crate::activities::title::{self, Sight};
use crate::activities::{SessionId, Title};
use crate::auth::Viewer;
use crate::centers::population;
use crate::claims::ClaimState;
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::hours::UNCONFIRMED;
use crate::people::groups::PriorityGroup;
use crate::store::Conn;
use crate::units::UnitPart;

/// What sessions are parted by, when their main numbers are wanted part by part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Nothing,
    Day,
    Month,
    Center,
    Kind,
    Session,
}

impl By {
    fn column(self) -> &'static str {
        match self {
            Self::Nothing => "0",
            Self::Day => "s.local_date",
            Self::Month => "substr(s.local_date, 1, 7)",
            Self::Center => "s.center_id",
            Self::Kind => "a.kind_id",
            Self::Session => "s.id",
        }
    }
}

impl By {
    /// The same of a row of the ledger that has no session, where there is such a part: it has neither kind nor session.
    fn loose_column(self) -> Option<&'static str> {
        match self {
            Self::Nothing => Some("0"),
            Self::Day => Some("e.served_on"),
            Self::Month => Some("substr(e.served_on, 1, 7)"),
            Self::Center => Some("e.center_id"),
            Self::Kind | Self::Session => None,
        }
    }
}

/// The condition under which a held session `h` counts: somebody came.
const ATTENDED: &str = "(exists (select 1 from attendances t where t.session_id = h.id and t.voided_at is null)
    or exists (select 1 from head_counts c where c.session_id = h.id and c.voided_at is null))";

/// How many participants session `alias` has, named and unnamed, as an SQL value.
pub(crate) fn present(alias: &str) -> String {
    format!(
        "(select count(*) from attendances t
          where t.session_id = {alias}.id and t.part = 'participant' and t.voided_at is null)
         + (select cast(coalesce(sum(c.heads), 0) as bigint) from head_counts c
            where c.session_id = {alias}.id and c.voided_at is null)"
    )
}

/// The tables `asked`, and `held`: the completed sessions of the days that are asked for, each with its `part`. (`cross join`
/// keeps SQLite to this order, from each center's days into the sessions of these days.)
fn held(part: &str) -> String {
    format!(
        "with {ASKED}, held as (
            select s.id, {part} as part
            from asked q cross join sessions s join activities a on a.id = s.activity_id
            where s.center_id = q.center_id and s.local_date >= q.from_date and s.local_date < q.to_date
              and s.status = 'completed')"
    )
}

/// The table `loose`, after `asked`: the rows of the ledger that have no session and count for the centers that are asked for, by the day on
/// which they served. What was brought from elsewhere counts for none. Without a part it is empty.
fn loose(part: Option<&str>) -> String {
    let (part, only) = part.map_or(("0", "1 = 0"), |part| (part, "1 = 1"));
    format!(
        "loose as (
            select {part} as part, e.team_id, e.minutes
            from asked q cross join hours_entries e
            where {only} and e.session_id is null and e.center_id = q.center_id
              and e.served_on >= q.from_date and e.served_on < q.to_date)"
    )
}

async fn rows<T>(conn: &mut Conn, sql: String, reach: &Reach, period: Period) -> Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
{
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(reach.asked(period)).fetch_all(conn).await?)
}

async fn row<T>(conn: &mut Conn, sql: String, reach: &Reach, period: Period) -> Result<T>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> + Send + Unpin + Default,
{
    Ok(rows(conn, sql, reach, period).await?.pop().unwrap_or_default())
}

#[derive(sqlx::FromRow)]
struct TallyPart {
    part: String,
    #[sqlx(flatten)]
    tally: Tally,
}

/// The main numbers, part by part, by the part's name: a day or month in ISO form, or an id. Persons are exact in each
/// part, so they do not add up over parts. Confirmed minutes are those of the sessions, and of service without one: by its day, for the
/// center that the ledger names. A part may have such minutes and no session.
pub async fn tallies(conn: &mut Conn, by: By, reach: &Reach, period: Period) -> Result<BTreeMap<String, Tally>> {
    let sql = format!(
        "{}, {},
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
            select x.part, sum(x.minutes) as minutes from (
                select h.part, e.minutes from held h join hours_entries e on e.session_id = h.id
                union all
                select l.part, l.minutes from loose l) x
            group by x.part)
        select cast(p.part as text) as part,
               coalesce(came.sessions, 0) as sessions,
               cast(coalesce(named.visits, 0) + coalesce(unnamed.heads, 0) as bigint) as visits,
               cast(coalesce(unnamed.heads, 0) as bigint) as unnamed,
               coalesce(named.persons, 0) as persons,
               coalesce(helped.visits, 0) as volunteer_visits,
               coalesce(helped.persons, 0) as volunteers,
               cast(coalesce(served.minutes, 0) as bigint) as minutes
        from (select part from held union select part from loose) p
        left join came on came.part = p.part
        left join named on named.part = p.part
        left join unnamed on unnamed.part = p.part
        left join helped on helped.part = p.part
        left join served on served.part = p.part",
        held(by.column()),
        loose(by.loose_column())
    );
    let parts: Vec<TallyPart> = rows(conn, sql, reach, period).await?;
    Ok(parts.into_iter().map(|part| (part.part, part.tally)).collect())
}

/// The main numbers of the whole.
pub async fn total(conn: &mut Conn, reach: &Reach, period: Period) -> Result<Tally> {
    Ok(tallies(conn, By::Nothing, reach, period).await?.into_values().next().unwrap_or_default())
}

/// Everything that section 5 counts. Sessions that ended before `now` and are still planned are not closed.
pub async fn count(conn: &mut Conn, reach: &Reach, period: Period, now: Now) -> Result<Numbers> {
    Ok(Numbers {
        period,
        total: total(conn, reach, period).await?,
        groups: groups(conn, reach, period).await?,
        subgroups: subgroups(conn, reach, period).await?,
        kinds: kinds(conn, reach, period).await?,
        teams: teams(conn, reach, period).await?,
        led: led(conn, reach, period).await?,
        rooms: room_use::rooms(conn, reach, period).await?,
        units: units(conn, reach, period).await?,
        population: population::together(conn, &reach.ids(), period.last()).await?,
        completeness: completeness(conn, reach, period, now).await?,
    })
}

#[derive(Default, sqlx::FromRow)]
struct Grouped {
    elderly: i64,
    elderly_persons: i64,
    disabled: i64,
    disabled_persons: i64,
    needy: i64,
    needy_persons: i64,
    youth: i64,
    youth_persons: i64,
    rest: i64,
    rest_persons: i64,
}

#[derive(Default, sqlx::FromRow)]
struct GroupedHeads {
    elderly: i64,
    disabled: i64,
    needy: i64,
    youth: i64,
    rest: i64,
}

async fn groups(conn: &mut Conn, reach: &Reach, period: Period) -> Result<Vec<GroupTally>> {
    let visits_and_persons = [
        ("elderly", "t.elderly = 1"),
        ("disabled", "t.disabled = 1"),
        ("needy", "t.needy = 1"),
        ("youth", "t.youth = 1"),
        ("rest", "t.elderly = 0 and t.disabled = 0 and t.needy = 0 and t.youth = 0"),
    ]
    .map(|(name, member)| {
        format!(
            "cast(coalesce(sum(case when {member} then 1 else 0 end), 0) as bigint) as {name},
             count(distinct case when {member} then t.person_id end) as {name}_persons"
        )
    })
    .join(", ");
    let named: Grouped = row(
        conn,
        format!(
            "{} select {visits_and_persons} from held h join attendances t on t.session_id = h.id
             where t.part = 'participant' and t.voided_at is null",
            held("0")
        ),
        reach,
        period,
    )
    .await?;
    let heads: GroupedHeads = row(
        conn,
        format!(
            "{} select cast(coalesce(sum(c.elderly), 0) as bigint) as elderly,
                       cast(coalesce(sum(c.disabled), 0) as bigint) as disabled,
                       cast(coalesce(sum(c.needy), 0) as bigint) as needy,
                       cast(coalesce(sum(c.youth), 0) as bigint) as youth,
                       cast(coalesce(sum(case when c.heads > c.elderly + c.disabled + c.needy + c.youth
                            then c.heads - c.elderly - c.disabled - c.needy - c.youth else 0 end), 0) as bigint) as rest
             from held h join head_counts c on c.session_id = h.id where c.voided_at is null",
            held("0")
        ),
        reach,
        period,
    )
    .await?;
    let group = |group, visits, persons| GroupTally { group, visits, persons };
    Ok(vec![
        group(Some(PriorityGroup::Elderly), named.elderly + heads.elderly, named.elderly_persons),
        group(Some(PriorityGroup::Disabled), named.disabled + heads.disabled, named.disabled_persons),
        group(Some(PriorityGroup::Needy), named.needy + heads.needy, named.needy_persons),
        group(Some(PriorityGroup::Youth), named.youth + heads.youth, named.youth_persons),
        group(None, named.rest + heads.rest, named.rest_persons),
    ])
}

/// Every subgroup that is granted, or was among those who came.
async fn subgroups(conn: &mut Conn, reach: &Reach, period: Period) -> Result<Vec<SubgroupTally>> {
    let sql = format!(
        "{}, came as (
            select g.id, count(*) as visits, count(distinct t.person_id) as persons
            from held h join attendances t on t.session_id = h.id
            join subgroups g on (t.subgroups >> cast(g.bit as int)) & 1 = 1
            where t.part = 'participant' and t.voided_at is null and t.subgroups <> 0 group by g.id)
         select g.id, g.code, g.name, g.name_en, coalesce(c.visits, 0) as visits, coalesce(c.persons, 0) as persons
         from subgroups g left join came c on c.id = g.id where g.retired_at is null or c.id is not null order by g.id",
        held("0")
    );
    rows(conn, sql, reach, period).await
}

/// Every service kind, those without a session too.
async fn kinds(conn: &mut Conn, reach: &Reach, period: Period) -> Result<Vec<KindTally>> {
    let kinds: Vec<KindName> =
        sqlx::query_as("select id, code, name, name_en from service_kinds order by id").fetch_all(&mut *conn).await?;
    let mut parts = tallies(conn, By::Kind, reach, period).await?;
    Ok(kinds
        .into_iter()
        .map(|kind| {
            let Tally { sessions, visits, persons, .. } = parts.remove(&kind.id.to_string()).unwrap_or_default();
            KindTally { kind, sessions, visits, persons }
        })
        .collect())
}

async fn teams(conn: &mut Conn, reach: &Reach, period: Period) -> Result<Vec<TeamTally>> {
    let kinds: Vec<KindName> =
        sqlx::query_as("select id, code, name, name_en from team_kinds order by id").fetch_all(&mut *conn).await?;
    let sql = format!(
        "{}, {}
        select kind_id, cast(sum(visits) as bigint), cast(sum(persons) as bigint), cast(sum(minutes) as bigint)
        from (
            select m.kind_id, count(*) as visits, count(distinct t.person_id) as persons, 0 as minutes
            from held h join attendances t on t.session_id = h.id left join teams m on m.id = h.part
            where t.part = 'volunteer' and t.voided_at is null group by m.kind_id
            union all
            select m.kind_id, 0 as visits, 0 as persons, sum(e.minutes) as minutes
            from held h join hours_entries e on e.session_id = h.id
            left join teams m on m.id = coalesce(e.team_id, h.part) group by m.kind_id
            union all
            select m.kind_id, 0 as visits, 0 as persons, sum(l.minutes) as minutes
            from loose l left join teams m on m.id = l.team_id group by m.kind_id) numbers
        group by kind_id",
        held("s.team_id"),
        loose(Some("0"))
    );
    let mut found: Vec<(Option<i64>, i64, i64, i64)> = rows(conn, sql, reach, period).await?;
    // The catalog's order; what no team did comes last.
    found.sort_by_key(|(kind, ..)| kind.unwrap_or(i64::MAX));
    Ok(found
        .into_iter()
        .map(|(id, visits, persons, minutes)| {
            let kind = id.and_then(|id| kinds.iter().find(|kind| kind.id == id).cloned());
            TeamTally { kind, visits, persons, minutes }
        })
        .collect())
}

async fn led(conn: &mut Conn, reach: &Reach, period: Period) -> Result<Vec<Led>> {
    let sql = format!(
        "{} select v.id as worker_id, p.name, count(*) as sessions,
                cast(sum(s.ends_at - s.starts_at) / 60000 as bigint) as minutes
         from held h join sessions s on s.id = h.id join workers v on v.id = h.part join people p on p.id = v.person_id
         where v.kind = 'social_worker' and {ATTENDED}
         group by v.id, p.name order by count(*) desc, v.id",
        held("s.worker_id")
    );
    rows(conn, sql, reach, period).await
}

/// From the units to their sessions, for of those there are few.
async fn units(conn: &mut Conn, reach: &Reach, period: Period) -> Result<UnitTally> {
    let sql = format!(
        "with {ASKED}
         select x.part, count(distinct x.unit_id)
         from asked q cross join units u join unit_participations x on x.unit_id = u.id join sessions h on h.id = x.session_id
         where u.center_id = q.center_id and x.voided_at is null and h.status = 'completed'
           and h.local_date >= q.from_date and h.local_date < q.to_date and {ATTENDED}
         group by x.part"
    );
    let parts: Vec<(UnitPart, i64)> = rows(conn, sql, reach, period).await?;
    let of = |part| parts.iter().find(|(found, _)| *found == part).map_or(0, |(_, units)| *units);
    let sql = format!(
        "with {ASKED}
         select count(*) from asked q cross join units u
         where u.center_id = q.center_id and u.founded_on >= q.from_date and u.founded_on < q.to_date
           and u.supported_since <= u.founded_on"
    );
    let (founded,): (i64,) = row(conn, sql, reach, period).await?;
    Ok(UnitTally {
        served: of(UnitPart::Served),
        helping: of(UnitPart::Helping),
        lending: of(UnitPart::Lending),
        founded,
    })
}

/// A session that counted, by its names.
#[derive(sqlx::FromRow)]
pub(crate) struct SessionRow {
    pub id: SessionId,
    pub local_date: Date,
    #[sqlx(flatten)]
    pub title: Title,
    pub room: String,
}

/// The sessions that counted, in order of time.
pub(crate) async fn session_rows(
    by: &Viewer,
    conn: &mut Conn,
    reach: &Reach,
    period: Period,
) -> Result<Vec<SessionRow>> {
    let sql = format!(
        "{} select s.id, s.local_date, {}, {ROOM} as room
         from held h join sessions s on s.id = h.id join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id
         where {ATTENDED} order by s.starts_at, s.id",
        held("0"),
        title::columns("$2")
    );
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(reach.asked(period)).bind(Sight::Of(by).reader());
    Ok(query.fetch_all(conn).await?)
}

async fn completeness(conn: &mut Conn, reach: &Reach, period: Period, now: Now) -> Result<Completeness> {
    let sql = format!(
        "{}
        select (select count(*) from asked q cross join sessions s
                where s.center_id = q.center_id and s.local_date >= q.from_date and s.local_date < q.to_date
                  and s.status = 'planned' and s.ends_at <= $2) as open_sessions,
               (select count(*) from held h join attendances t on t.session_id = h.id
                where {UNCONFIRMED}) as unconfirmed_hours,
               (select count(*) from asked q cross join hour_claims c
                where c.center_id = q.center_id and c.state = $3 and c.served_on >= q.from_date and c.served_on < q.to_date) as pending_claims,
               (select count(distinct t.person_id) from held h join attendances t on t.session_id = h.id
                join people p on p.id = t.person_id
                where t.part = 'participant' and t.voided_at is null and p.birth_date is null
                  and coalesce(p.erased_born, 0) = 0) as without_birth_date",
        held("0"),
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(reach.asked(period))
        .bind(now.0)
        .bind(ClaimState::Pending)
        .fetch_one(conn)
        .await?)
}

//! The counting itself: a constant number of aggregate queries, whatever the period and however many centers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::beside::{self, WaitingWork};
use super::counted::{Counted, Filter};
use super::list::Measure;
use super::masking::Telling;
use super::scope::ASKED;
use super::types::{GroupTally, KindName, KindTally, Numbers, Period, SubgroupTally, Tally, TeamTally};
use super::{Reach, building, led, reading, room_use, rules, told_sessions, united};
use crate::activities::queries::ROOM;
use crate::activities::title::{self, Sight};
use crate::activities::{SessionId, Title};
use crate::auth::Viewer;
use crate::centers::{CenterId, population};
use crate::clock::{Date, Month, Now};
use crate::error::Result;
use crate::people::groups::PriorityGroup;
use crate::store::{self, Conn};

/// What sessions are parted by, when their main numbers are wanted part by part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Nothing,
    Day,
    Month,
    Center,
    Session,
}

impl By {
    fn column(self) -> &'static str {
        match self {
            Self::Nothing => "0",
            Self::Day => "s.local_date",
            Self::Month => "substr(s.local_date, 1, 7)",
            Self::Center => "s.center_id",
            Self::Session => "s.id",
        }
    }
}

impl By {
    /// The same of a row of the ledger that has no session, where there is such a part.
    fn loose_column(self) -> Option<&'static str> {
        match self {
            Self::Nothing => Some("0"),
            Self::Day => Some("e.served_on"),
            Self::Month => Some("substr(e.served_on, 1, 7)"),
            Self::Center => Some("e.center_id"),
            Self::Session => None,
        }
    }
}

/// The condition under which a held session `h` counts: somebody came.
pub(super) const ATTENDED: &str =
    "(exists (select 1 from attendances t where t.session_id = h.id and t.voided_at is null)
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
              and s.status = 'completed' and {})",
        charged("s")
    )
}

/// The condition that `asked q` wants what belongs to the place, whoever pays: once, however many agreements reach it (`-1` is
/// [`super::scope::PLACE_ALONE`]).
pub(super) const OF_PLACE: &str = "(q.agreement_id is null or q.agreement_id = -1)";

/// The condition that `asked q` wants session `alias`: of an agreement only what it is charged with.
pub(super) fn charged(alias: &str) -> String {
    format!("(q.agreement_id is null or q.agreement_id = {})", building::charge(alias))
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
              and e.served_on >= q.from_date and e.served_on < q.to_date
              and (q.agreement_id is null or q.agreement_id = {}))",
        building::main_agreement("e.center_id", "e.served_on")
    )
}

async fn rows<T>(conn: &mut Conn, sql: String, reach: &Reach, period: Period) -> Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
{
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(reach.asked(period)).fetch_all(conn).await?)
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
    match by {
        By::Nothing => {
            let whole = together(conn, reach, period).await?.tally();
            Ok(BTreeMap::from([(String::new(), whole)]))
        }
        By::Month => {
            let months = by_month(conn, reach, period).await?;
            Ok(months.into_iter().map(|(month, counted)| (month.to_string(), counted.tally())).collect())
        }
        By::Center => {
            let centers = by_center(conn, reach, period).await?;
            Ok(centers.into_iter().map(|(center, counted)| (center.to_string(), counted.tally())).collect())
        }
        By::Day | By::Session if reach.small().is_some() => told_sessions::tallies(conn, by, reach, period).await,
        By::Day | By::Session => from_rows(conn, by, reach, period).await,
    }
}

/// Small parts, of which nothing is kept.
async fn from_rows(conn: &mut Conn, by: By, reach: &Reach, period: Period) -> Result<BTreeMap<String, Tally>> {
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
    let counted = together(conn, reach, period).await?;
    let waiting = beside::waiting(conn, reach, period, now).await?;
    let waiting = waiting.into_values().fold(WaitingWork::default(), WaitingWork::and);
    let ageless = beside::ageless(conn, &counted.participants()).await?;
    let (completeness, hidden) = beside::completeness(reach.small(), &counted, waiting, &ageless);
    let kinds = kinds(&service_kinds(conn).await?, &counted);
    let led = led::led(conn, &counted, &kinds).await?;
    Ok(Numbers {
        period,
        total: counted.tally(),
        groups: groups(&counted),
        subgroups: subgroups(conn, &counted).await?,
        kinds,
        teams: teams(&team_kinds(conn).await?, &counted),
        led,
        rooms: room_use::rooms(conn, reach, period, &counted).await?,
        units: beside::units(&counted, beside::founded(conn, reach, period).await?.into_values().sum()),
        population: population::together(conn, &reach.ids(), period.last()).await?,
        completeness,
        hidden,
    })
}

/// All that is asked for as one.
pub(super) async fn together(conn: &mut Conn, reach: &Reach, period: Period) -> Result<Arc<Counted>> {
    reach.may_ask(period)?;
    united::whole(conn, reach.small(), &of_centers(reach, period)).await
}

/// What is asked for, by center: what one of them counts otherwise leaves the others as they were.
pub(super) fn of_centers(reach: &Reach, period: Period) -> Vec<Vec<reading::Ask>> {
    reach.asks(period).chunk_by(|one, other| one.center == other.center).map(<[_]>::to_vec).collect()
}

/// What each center counts by itself.
pub async fn by_center(conn: &mut Conn, reach: &Reach, period: Period) -> Result<BTreeMap<CenterId, Arc<Counted>>> {
    reach.may_ask(period)?;
    let centers = of_centers(reach, period);
    let counted = united::groups(conn, reach.small(), &centers).await?;
    let ids = centers.iter().filter_map(|asks| asks.first()).map(|ask| ask.center);
    Ok(ids.zip(counted.into_iter().map(|one| one.counted)).collect())
}

/// What is counted of each of several, by center, each for itself, before one reader: in as many statements as of one. Nothing of what that
/// reader may not ask for.
pub async fn each_by_center(
    conn: &mut Conn,
    looks: &[(&Reach, Period)],
) -> Result<Vec<Option<BTreeMap<CenterId, Arc<Counted>>>>> {
    let of = |(reach, period): &(&Reach, Period)| reach.may_ask(*period).is_ok().then(|| of_centers(reach, *period));
    let asked: Vec<Option<Vec<Vec<reading::Ask>>>> = looks.iter().map(of).collect();
    let groups: Vec<Vec<reading::Ask>> = asked.iter().flatten().flatten().cloned().collect();
    let mut counted = united::groups(conn, small(looks), &groups).await?.into_iter();
    let mut by_center = |centers: Vec<Vec<reading::Ask>>| {
        let ids = centers.iter().filter_map(|asks| asks.first()).map(|ask| ask.center);
        ids.zip(counted.by_ref()).map(|(center, one)| (center, one.counted)).collect()
    };
    Ok(asked.into_iter().map(|centers| centers.map(&mut by_center)).collect())
}

/// The same of all centers of each together.
pub async fn each_together(conn: &mut Conn, looks: &[(&Reach, Period)]) -> Result<Vec<Option<Arc<Counted>>>> {
    let of = |(reach, period): &(&Reach, Period)| reach.may_ask(*period).is_ok().then(|| reach.asks(*period));
    let asked: Vec<Option<Vec<reading::Ask>>> = looks.iter().map(of).collect();
    let groups: Vec<Vec<reading::Ask>> = asked.iter().flatten().cloned().collect();
    let mut counted = united::groups(conn, small(looks), &groups).await?.into_iter();
    Ok(asked.into_iter().map(|asks| asks.and_then(|_| counted.next()).map(|one| one.counted)).collect())
}

/// The least number that is told to who looks.
fn small(looks: &[(&Reach, Period)]) -> Option<i64> {
    looks.iter().filter_map(|(reach, _)| reach.small()).max()
}

/// From which day to which anything may be counted in each of these centers, both included: none where nothing ever was.
pub(super) async fn bounds(conn: &mut Conn, centers: &[CenterId]) -> Result<BTreeMap<CenterId, (Date, Date)>> {
    type Bound = (CenterId, Option<Date>, Option<Date>, Option<Date>, Option<Date>);
    let found: Vec<Bound> = sqlx::query_as(
        "select c.id, (select min(s.local_date) from sessions s where s.center_id = c.id),
                (select max(s.local_date) from sessions s where s.center_id = c.id),
                (select min(e.served_on) from hours_entries e where e.center_id = c.id),
                (select max(e.served_on) from hours_entries e where e.center_id = c.id)
         from centers c
         where c.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(centers, |center| json!(center)))
    .fetch_all(conn)
    .await?;
    let bound = |(center, first, last, served_first, served_last): Bound| {
        let first = first.into_iter().chain(served_first).min()?;
        let last = last.into_iter().chain(served_last).max()?;
        Some((center, (first, last)))
    };
    Ok(found.into_iter().filter_map(bound).collect())
}

/// What each month of the period counts by itself, as far as it lies in the period; nothing of months in which there was nothing to
/// count, or that are not told yet.
pub async fn by_month(conn: &mut Conn, reach: &Reach, period: Period) -> Result<BTreeMap<Month, Arc<Counted>>> {
    let [months] = by_months(conn, reach, [period]).await?;
    Ok(months)
}

/// The same of several periods, each for itself, in as many statements as for one.
pub async fn by_months<const N: usize>(
    conn: &mut Conn,
    reach: &Reach,
    periods: [Period; N],
) -> Result<[BTreeMap<Month, Arc<Counted>>; N]> {
    for period in periods {
        reach.may_ask_months(period)?;
    }
    let bounds = bounds(conn, &reach.ids()).await?;
    let mut months: BTreeMap<(usize, Month), Vec<reading::Ask>> = BTreeMap::new();
    for (n, period) in periods.iter().enumerate() {
        for (center, (first, last)) in &bounds {
            let known = Period::new(period.from.max(*first), last.plus_days(1).min(period.to));
            for month in known.into_iter().flat_map(rules::months) {
                let days = Period::new(month.first().max(period.from), month.end().min(period.to));
                let Some(days) = days else { continue };
                let asked = reach.asks_of_own(*center, days);
                if !asked.is_empty() && asked.iter().all(|ask| reach.tells_before(ask.days.to)) {
                    months.entry((n, month)).or_default().extend(asked);
                }
            }
        }
    }
    let (months, asks): (Vec<(usize, Month)>, Vec<Vec<reading::Ask>>) = months.into_iter().unzip();
    let counted = united::groups(conn, reach.small(), &asks).await?;
    let mut found: [BTreeMap<Month, Arc<Counted>>; N] = std::array::from_fn(|_| BTreeMap::new());
    for ((n, month), counted) in months.into_iter().zip(counted) {
        if let Some(of_period) = found.get_mut(n) {
            of_period.insert(month, counted.counted);
        }
    }
    Ok(found)
}

/// The four groups in the notice's order, then the rest.
pub(super) fn groups(counted: &Counted) -> Vec<GroupTally> {
    let groups = PriorityGroup::ALL.iter().copied().map(Some).chain([None]);
    groups
        .map(|group| {
            let of = |measure| counted.value(measure, &Filter::Group(group)).unwrap_or(0);
            GroupTally { group, visits: of(Measure::Visits), persons: of(Measure::Persons) }
        })
        .collect()
}

#[derive(sqlx::FromRow)]
struct SubgroupRow {
    #[sqlx(flatten)]
    name: KindName,
    bit: i64,
    retired: i64,
}

/// Every subgroup that is granted, or was among those who came.
async fn subgroups(conn: &mut Conn, counted: &Counted) -> Result<Vec<SubgroupTally>> {
    let rows: Vec<SubgroupRow> = sqlx::query_as(
        "select id, code, name, name_en, bit, case when retired_at is null then 0 else 1 end as retired
         from subgroups order by id",
    )
    .fetch_all(conn)
    .await?;
    let tally = |row: SubgroupRow| {
        let of = |measure| counted.value(measure, &Filter::Subgroup(row.bit)).unwrap_or(0);
        let (visits, persons) = (of(Measure::Visits), of(Measure::Persons));
        let is_hidden = counted.told(Measure::Visits, &Filter::Subgroup(row.bit)) != Telling::Exactly;
        let tally = SubgroupTally { subgroup: row.name, bit: row.bit, visits, persons };
        (row.retired == 0 || tally.visits > 0 || is_hidden).then_some(tally)
    };
    Ok(rows.into_iter().filter_map(tally).collect())
}

/// Every service kind, those without a session too.
pub(super) fn kinds(kinds: &[KindName], counted: &Counted) -> Vec<KindTally> {
    let tally = |kind: &KindName| {
        let of = |measure| counted.value(measure, &Filter::Kind(kind.id)).unwrap_or(0);
        let (sessions, visits, persons) = (of(Measure::Sessions), of(Measure::Visits), of(Measure::Persons));
        KindTally { kind: kind.clone(), sessions, visits, persons }
    };
    kinds.iter().map(tally).collect()
}

pub(super) async fn service_kinds(conn: &mut Conn) -> Result<Vec<KindName>> {
    Ok(sqlx::query_as("select id, code, name, name_en from service_kinds order by id").fetch_all(conn).await?)
}

/// The kinds of teams that helped, in the catalog's order; what no team did comes last.
pub(super) fn teams(kinds: &[KindName], counted: &Counted) -> Vec<TeamTally> {
    let helped = counted.kinds_of_teams();
    let tally = |kind: Option<&KindName>| {
        let id = kind.map(|kind| kind.id);
        let of = |measure| counted.value(measure, &Filter::TeamKind(id)).unwrap_or(0);
        helped.contains(&id).then(|| TeamTally {
            kind: kind.cloned(),
            visits: of(Measure::VolunteerVisits),
            persons: of(Measure::Volunteers),
            minutes: of(Measure::Minutes),
        })
    };
    kinds.iter().map(Some).chain([None]).filter_map(tally).collect()
}

/// The kinds of team, whether or not anybody helped in one.
pub(crate) async fn team_kinds(conn: &mut Conn) -> Result<Vec<KindName>> {
    Ok(sqlx::query_as("select id, code, name, name_en from team_kinds order by id").fetch_all(conn).await?)
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

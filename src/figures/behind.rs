//! The rows behind a figure: the visits, sessions or minutes that it counts, one by one. Their number, the sum of what they say, or the
//! different people or units among them is the figure ([`Amount`]).
//!
//! Who works with the center's people reads their names here, as in the list of people; every other reader of reports reads sessions
//! with how much of the figure is theirs, and who does not see small cells reads that of sessions alone, with the small ones hidden.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::list::{Item, Measure};
use super::masking::Telling;
use super::queries::{self, ATTENDED, By, OF_PLACE, charged};
use super::scope::ASKED;
use super::{Figure, Numbers, Period, Reach, building, figures};
use crate::activities::title::{self, Sight};
use crate::activities::{SessionId, Title};
use crate::auth::{Coordinator, Viewer};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::hours::UNCONFIRMED;
use crate::people::PersonId;
use crate::people::groups::PriorityGroup;
use crate::store::{self, Conn};
use crate::units::UnitPart;

/// How the rows make the figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// By what each of them says: one visit, so many heads, so many minutes.
    Sum,
    /// By the different people among them.
    Persons,
    Units,
}

/// What rows are looked for, of a figure that has some.
struct RowsWanted {
    measure: Measure,
    /// A catalog's code, where it is of one.
    part: String,
    /// A worker's number, or a subgroup's place.
    number: i64,
    item: Item,
}

/// A row behind a figure, or a session with what it has of it.
#[derive(Clone, Debug)]
pub struct BehindRow {
    pub session: Option<SessionId>,
    pub day: Date,
    /// None of service without a session.
    pub title: Option<Title>,
    /// For whoever may read names.
    pub person: Option<(PersonId, String)>,
    /// On that day.
    pub groups: Vec<PriorityGroup>,
    pub unit: Option<String>,
    pub amount: i64,
    pub told: Telling,
}

/// A figure with what is behind it.
pub struct RowsBehind {
    pub figure: Figure,
    pub amount: Amount,
    /// Whether the rows are people's, with their names; else they are sessions.
    pub names: bool,
    /// False where the reader is told the figure alone.
    pub opens: bool,
    pub rows: Vec<BehindRow>,
    /// How many rows there are, of which these may be a page.
    pub total: i64,
}

/// Whether there are rows behind a figure: a population and a room's hours have none.
pub fn has_rows(measure: Measure) -> bool {
    !matches!(measure, Measure::Registered | Measure::Second | Measure::BookedMinutes | Measure::OpenMinutes)
}

fn amount(measure: Measure) -> Amount {
    match measure {
        Measure::Persons | Measure::Volunteers | Measure::WithoutBirthDate => Amount::Persons,
        Measure::UnitsServed | Measure::UnitsHelping | Measure::UnitsLending => Amount::Units,
        _ => Amount::Sum,
    }
}

/// The figure `key` of a period, and the rows behind it from `skip` on, `most` of them at most.
///
/// # Errors
/// `NotFound` for a figure that is not among those of the period, or has no rows; as [`queries::count`].
pub async fn open(
    by: &Viewer,
    conn: &mut Conn,
    reach: &Reach,
    (period, now): (Period, Now),
    key: &str,
    (skip, most): (i64, i64),
) -> Result<RowsBehind> {
    let numbers: Numbers = queries::count(conn, reach, period, now).await?.for_reader(by);
    // A report of several centers lists each kind of team in which anybody helped, in whichever of them.
    let numbers = numbers.with_every_team(queries::team_kinds(conn).await?);
    let figure = figures(&numbers).into_iter().find(|figure| figure.key() == key && has_rows(figure.measure));
    let figure = figure.ok_or(Error::NotFound)?;
    let names = Coordinator::includes(by.role);
    let amount = amount(figure.measure);
    if reach.small().is_some() {
        let opens = is_told_by_session(&figure);
        let rows = if opens { told(by, conn, reach, (period, now), &figure).await? } else { Vec::new() };
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let page = rows.into_iter().skip(usize::try_from(skip).unwrap_or(0));
        let rows = page.take(usize::try_from(most).unwrap_or(0)).collect();
        return Ok(RowsBehind { figure, amount, names, opens, rows, total });
    }
    let wanted = RowsWanted::of(conn, &figure).await?;
    let sql = wanted.rows(names);
    let count = format!("{sql} select count(*) from shown r");
    let total: i64 = sqlx::query_scalar(AssertSqlSafe(count))
        .bind(reach.asked(period))
        .bind(wanted.part.as_str())
        .bind(wanted.number)
        .bind(now.0)
        .fetch_one(&mut *conn)
        .await?;
    let rows = wanted.read(by, conn, (reach, period, now), (skip, most)).await?;
    Ok(RowsBehind { figure, amount, names, opens: true, rows, total })
}

/// What a reader of totals is told of each session: of the whole and of kinds how many came; not who helped, nor of which groups they were.
fn is_told_by_session(figure: &Figure) -> bool {
    let of = matches!(figure.item, Item::Whole | Item::Kind(_));
    of && matches!(figure.measure, Measure::Sessions | Measure::Visits | Measure::Persons)
}

async fn told(
    by: &Viewer,
    conn: &mut Conn,
    reach: &Reach,
    (period, now): (Period, Now),
    figure: &Figure,
) -> Result<Vec<BehindRow>> {
    let of_sessions = Figure { measure: Measure::Sessions, ..figure.clone() };
    let wanted = RowsWanted::of(conn, &of_sessions).await?;
    let mut rows = wanted.read(by, conn, (reach, period, now), (0, i64::MAX)).await?;
    let tallies = queries::tallies(conn, By::Session, reach, period).await?;
    for row in &mut rows {
        let tally = row.session.and_then(|id| tallies.get(&id.to_string())).cloned().unwrap_or_default();
        row.amount = tally.value(figure.measure);
        row.told = tally.told(figure.measure);
    }
    Ok(rows)
}

/// The tables `asked`, `wanted` and `held`, which `$1` to `$4` fill.
fn tables() -> String {
    format!(
        "with {ASKED},
        wanted (part, number, at) as (select cast($2 as text), cast($3 as bigint), cast($4 as bigint)),
        held as (
            select s.id, s.local_date, a.kind_id, s.team_id, s.worker_id, (s.ends_at - s.starts_at) / 60000 as length
            from asked q cross join sessions s join activities a on a.id = s.activity_id
            where s.center_id = q.center_id and s.local_date >= q.from_date and s.local_date < q.to_date
              and s.status = 'completed' and {})",
        charged("s")
    )
}

/// A row as it is found: `session_id, day, person_id, unit_id, flags, amount`.
const NO_SESSION: &str = "cast(null as bigint)";

impl RowsWanted {
    async fn of(conn: &mut Conn, figure: &Figure) -> Result<Self> {
        let code = |kind: &super::KindName| kind.code.clone();
        let (part, number) = match &figure.item {
            Item::Subgroup(subgroup) => {
                let bit: i64 = sqlx::query_scalar("select bit from subgroups where id = $1")
                    .bind(subgroup.id)
                    .fetch_one(conn)
                    .await?;
                (code(subgroup), 1 << bit)
            }
            Item::Kind(kind) | Item::Team(Some(kind)) => (code(kind), 0),
            Item::WorkerKind { id, kind, .. } => (code(kind), *id),
            Item::Worker { id, .. } | Item::Room { id, .. } => (String::new(), *id),
            Item::Whole | Item::Called(_) | Item::Group(_) | Item::Team(None) => (String::new(), 0),
        };
        Ok(Self { measure: figure.measure, part, number, item: figure.item.clone() })
    }

    /// The condition on a held session `h`.
    fn of_kind(&self) -> &'static str {
        match self.item {
            Item::Kind(_) | Item::WorkerKind { .. } => {
                "h.kind_id in (select k.id from service_kinds k join wanted w on w.part = k.code)"
            }
            _ => "1 = 1",
        }
    }

    /// The condition on attendance `t`.
    fn of_attendance(&self) -> String {
        match self.item {
            Item::Group(Some(group)) => format!("t.{} = 1", column(group)),
            Item::Group(None) => "t.elderly + t.disabled + t.needy + t.youth = 0".into(),
            Item::Subgroup(_) => "(t.subgroups & (select w.number from wanted w)) <> 0".into(),
            _ => "1 = 1".into(),
        }
    }

    /// The condition on a team's number.
    fn of_team(&self, team: &str) -> String {
        match self.item {
            Item::Team(Some(_)) => format!(
                "{team} in (select m.id from teams m join team_kinds k on k.id = m.kind_id join wanted w on w.part = k.code)"
            ),
            Item::Team(None) => format!("{team} is null"),
            _ => "1 = 1".into(),
        }
    }

    /// How many of head count `c`.
    fn of_heads(&self) -> String {
        match self.item {
            Item::Group(Some(group)) => format!("c.{}", column(group)),
            Item::Group(None) => "(case when c.heads > c.elderly + c.disabled + c.needy + c.youth
                then c.heads - c.elderly - c.disabled - c.needy - c.youth else 0 end)"
                .into(),
            Item::Subgroup(_) => "0".into(),
            _ => "c.heads".into(),
        }
    }

    /// The statement that gives the rows.
    fn source(&self) -> String {
        use Measure as M;
        match self.measure {
            M::Sessions | M::LedSessions => self.sessions("cast(1 as bigint)"),
            M::LedMinutes => self.sessions("cast(h.length as bigint)"),
            M::Visits => format!("{} union all {}", self.attended("participant", "1 = 1"), self.heads()),
            M::Unnamed => self.heads(),
            M::Persons => self.attended("participant", "1 = 1"),
            M::WithoutBirthDate => self.attended(
                "participant",
                "exists (select 1 from people p where p.id = t.person_id and p.birth_date is null and coalesce(p.erased_born, 0) = 0)",
            ),
            M::VolunteerVisits | M::Volunteers => self.attended("volunteer", "1 = 1"),
            M::UnconfirmedHours => self.attended("volunteer", UNCONFIRMED),
            M::Minutes => self.minutes(),
            M::UnitsServed => Self::units(UnitPart::Served),
            M::UnitsHelping => Self::units(UnitPart::Helping),
            M::UnitsLending => Self::units(UnitPart::Lending),
            M::Founded => format!(
                "select {NO_SESSION} as session_id, u.founded_on as day, {NO_SESSION} as person_id, u.id as unit_id,
                        cast(0 as bigint) as flags, cast(1 as bigint) as amount
                 from asked q cross join units u
                 where u.center_id = q.center_id and u.founded_on >= q.from_date and u.founded_on < q.to_date
                   and u.supported_since <= u.founded_on and {OF_PLACE}"
            ),
            M::OpenSessions => format!(
                "select s.id as session_id, s.local_date as day, {NO_SESSION} as person_id, {NO_SESSION} as unit_id,
                        cast(0 as bigint) as flags, cast(1 as bigint) as amount
                 from asked q cross join sessions s
                 where s.center_id = q.center_id and s.local_date >= q.from_date and s.local_date < q.to_date
                   and s.status = 'planned' and s.ends_at <= (select w.at from wanted w) and {}",
                charged("s")
            ),
            M::PendingClaims => format!(
                "select {NO_SESSION} as session_id, c.served_on as day, c.person_id, {NO_SESSION} as unit_id,
                        cast(0 as bigint) as flags, cast(1 as bigint) as amount
                 from asked q cross join hour_claims c
                 where c.center_id = q.center_id and c.state = 'pending'
                   and c.served_on >= q.from_date and c.served_on < q.to_date and {OF_PLACE}"
            ),
            M::Registered | M::Second | M::BookedMinutes | M::OpenMinutes => format!(
                "select {NO_SESSION} as session_id, q.from_date as day, {NO_SESSION} as person_id, {NO_SESSION} as unit_id,
                        cast(0 as bigint) as flags, cast(0 as bigint) as amount from asked q where 1 = 0"
            ),
        }
    }

    fn sessions(&self, amount: &str) -> String {
        let led = match self.item {
            Item::Worker { .. } | Item::WorkerKind { .. } => "h.worker_id = (select w.number from wanted w)",
            _ => "1 = 1",
        };
        format!(
            "select h.id as session_id, h.local_date as day, {NO_SESSION} as person_id, {NO_SESSION} as unit_id,
                    cast(0 as bigint) as flags, {amount} as amount
             from held h where {ATTENDED} and {} and {led}",
            self.of_kind()
        )
    }

    fn attended(&self, part: &str, but: &str) -> String {
        format!(
            "select h.id as session_id, h.local_date as day, t.person_id, {NO_SESSION} as unit_id,
                    t.elderly + 2 * t.disabled + 4 * t.needy + 8 * t.youth as flags, cast(1 as bigint) as amount
             from held h join attendances t on t.session_id = h.id
             where t.part = '{part}' and t.voided_at is null and {but} and {} and {} and {}",
            self.of_kind(),
            self.of_attendance(),
            self.of_team("h.team_id")
        )
    }

    fn heads(&self) -> String {
        let heads = self.of_heads();
        format!(
            "select h.id as session_id, h.local_date as day, {NO_SESSION} as person_id, {NO_SESSION} as unit_id,
                    cast(0 as bigint) as flags, cast({heads} as bigint) as amount
             from held h join head_counts c on c.session_id = h.id
             where c.voided_at is null and {heads} > 0 and {}",
            self.of_kind()
        )
    }

    /// Of sessions, and of service without one.
    fn minutes(&self) -> String {
        format!(
            "select h.id as session_id, h.local_date as day, e.person_id, {NO_SESSION} as unit_id,
                    cast(0 as bigint) as flags, e.minutes as amount
             from held h join hours_entries e on e.session_id = h.id where {}
             union all
             select {NO_SESSION}, e.served_on, e.person_id, {NO_SESSION}, cast(0 as bigint), e.minutes
             from asked q cross join hours_entries e
             where e.session_id is null and e.center_id = q.center_id and e.served_on >= q.from_date and e.served_on < q.to_date
               and (q.agreement_id is null or q.agreement_id = {}) and {}",
            self.of_team("coalesce(e.team_id, h.team_id)"),
            building::main_agreement("e.center_id", "e.served_on"),
            self.of_team("e.team_id")
        )
    }

    fn units(part: UnitPart) -> String {
        format!(
            "select h.id as session_id, h.local_date as day, {NO_SESSION} as person_id, x.unit_id,
                    cast(0 as bigint) as flags, cast(1 as bigint) as amount
             from held h join unit_participations x on x.session_id = h.id
             where x.voided_at is null and x.part = '{part}' and {ATTENDED}"
        )
    }

    /// The table `shown`: each row, or each session with what it has together.
    fn rows(&self, names: bool) -> String {
        let shown = if names {
            "select r.session_id, r.day, r.person_id, r.unit_id, r.flags, r.amount from found r".to_owned()
        } else {
            let amount = match amount(self.measure) {
                Amount::Sum => "cast(sum(r.amount) as bigint)",
                Amount::Persons => "count(distinct r.person_id)",
                Amount::Units => "count(distinct r.unit_id)",
            };
            format!(
                "select r.session_id, r.day, {NO_SESSION} as person_id, {NO_SESSION} as unit_id, cast(0 as bigint) as flags,
                        {amount} as amount
                 from found r group by r.session_id, r.day"
            )
        };
        format!("{}, found as ({}), shown as ({shown})", tables(), self.source())
    }

    async fn read(
        &self,
        by: &Viewer,
        conn: &mut Conn,
        (reach, period, now): (&Reach, Period, Now),
        (skip, most): (i64, i64),
    ) -> Result<Vec<BehindRow>> {
        let names = Coordinator::includes(by.role) && reach.small().is_none();
        let sql = format!(
            "{} select r.session_id, r.day, r.person_id, p.name, u.name as unit, r.flags, r.amount
             from shown r left join people p on p.id = r.person_id left join units u on u.id = r.unit_id
             order by r.day, coalesce(r.session_id, 0), coalesce(r.person_id, 0), coalesce(r.unit_id, 0), r.amount
             limit $5 offset $6",
            self.rows(names)
        );
        let found: Vec<FoundRow> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(reach.asked(period))
            .bind(self.part.as_str())
            .bind(self.number)
            .bind(now.0)
            .bind(most)
            .bind(skip)
            .fetch_all(&mut *conn)
            .await?;
        let titles = titles(by, conn, found.iter().filter_map(|row| row.session_id)).await?;
        Ok(found.into_iter().map(|row| row.with(&titles)).collect())
    }
}

#[derive(sqlx::FromRow)]
struct FoundRow {
    session_id: Option<SessionId>,
    day: Date,
    person_id: Option<PersonId>,
    name: Option<String>,
    unit: Option<String>,
    flags: i64,
    amount: i64,
}

impl FoundRow {
    fn with(self, titles: &BTreeMap<SessionId, Title>) -> BehindRow {
        let title = self.session_id.and_then(|id| titles.get(&id)).cloned();
        // Whoever may not know what it was called, for it names a person, may not know whom it was for.
        let is_for_reader = title.as_ref().is_none_or(|title| title.own().is_some());
        let is_in = |bit: usize| self.flags & (1 << bit) != 0;
        let groups = [PriorityGroup::Elderly, PriorityGroup::Disabled, PriorityGroup::Needy, PriorityGroup::Youth];
        BehindRow {
            session: self.session_id,
            day: self.day,
            person: self.person_id.zip(self.name).filter(|_| is_for_reader),
            groups: groups.into_iter().enumerate().filter(|(bit, _)| is_in(*bit)).map(|(_, group)| group).collect(),
            unit: self.unit,
            title,
            amount: self.amount,
            told: Telling::Exactly,
        }
    }
}

fn column(group: PriorityGroup) -> &'static str {
    match group {
        PriorityGroup::Elderly => "elderly",
        PriorityGroup::Disabled => "disabled",
        PriorityGroup::Needy => "needy",
        PriorityGroup::Youth => "youth",
    }
}

#[derive(sqlx::FromRow)]
struct TitleRow {
    id: SessionId,
    #[sqlx(flatten)]
    title: Title,
}

async fn titles(
    by: &Viewer,
    conn: &mut Conn,
    sessions: impl Iterator<Item = SessionId>,
) -> Result<BTreeMap<SessionId, Title>> {
    let sessions: std::collections::BTreeSet<SessionId> = sessions.collect();
    let sql = format!(
        "select s.id, {} from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
        title::columns("$2")
    );
    let rows: Vec<TitleRow> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(store::rows(sessions, |id| json!(id)))
        .bind(Sight::Of(by).reader())
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.title)).collect())
}

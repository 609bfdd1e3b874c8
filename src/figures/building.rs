//! Counting from the rows: any number of spans of days at once, by a constant number of statements.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::charged::{ChargedParts, PLACE};
use super::counted::{of_group, of_part, set, sum};
use super::queries::ATTENDED;
use super::room_use;
use super::types::Period;
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::hours::UNCONFIRMED;
use crate::people::groups::PriorityGroup;
use crate::store::{self, Conn};
use crate::units::UnitPart;

/// Days of a center that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CountedDays {
    pub center: CenterId,
    pub days: Period,
}

/// The table `spans (span, center_id, from_date, to_date)`; `$1` is [`asked`].
const SPANS: &str = "spans (span, center_id, from_date, to_date) as (
    select cast(j.value ->> 'span' as bigint), cast(j.value ->> 'center' as bigint), j.value ->> 'from', j.value ->> 'to'
    from json_each(cast($1 as json_text)) j)";

fn asked(spans: &[CountedDays]) -> String {
    store::rows(
        spans.iter().enumerate(),
        |(n, span)| json!({"span": n, "center": span.center, "from": span.days.from, "to": span.days.to}),
    )
}

/// Which agreement pays on a day at a center, where nothing else is said: the oldest of those that hold. 0: none.
pub(super) fn main_agreement(center: &str, day: &str) -> String {
    format!(
        "coalesce((select min(x.agreement_id) from agreement_centers x
                   where x.center_id = {center} and x.starts_on <= {day} and x.ends_on >= {day}), 0)"
    )
}

/// Which agreement is charged with session `alias`: that which it names, as long as it covers the day.
pub(super) fn charge(alias: &str) -> String {
    let main = main_agreement(&format!("{alias}.center_id"), &format!("{alias}.local_date"));
    format!(
        "coalesce((select x.agreement_id from agreement_centers x
                   where x.agreement_id = {alias}.charged_to and x.center_id = {alias}.center_id
                     and x.starts_on <= {alias}.local_date and x.ends_on >= {alias}.local_date), {main})"
    )
}

/// The tables `spans` and `held`: the completed sessions of these days. (`cross join` keeps SQLite to this order.)
fn held() -> String {
    format!(
        "with {SPANS}, held as (
            select s.id, q.span, a.kind_id, coalesce(s.team_id, 0) as team_id, coalesce(s.worker_id, 0) as worker_id,
                   s.ends_at - s.starts_at as length, {} as charge
            from spans q cross join sessions s join activities a on a.id = s.activity_id
            where s.center_id = q.center_id and s.local_date >= q.from_date and s.local_date < q.to_date
              and s.status = 'completed')",
        charge("s")
    )
}

async fn rows<T>(conn: &mut Conn, asked: &str, sql: String) -> Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
{
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(asked).fetch_all(conn).await?)
}

/// What was made so far: a span's part by its number and its charge.
struct BuiltParts(Vec<ChargedParts>);

impl BuiltParts {
    fn part(&mut self, (span, charge): (i64, i64)) -> Option<&mut super::counted::Counted> {
        let parts = self.0.get_mut(usize::try_from(span).ok()?)?;
        Some(parts.part(charge))
    }

    fn add(&mut self, at: (i64, i64), key: super::counted::CountKey, value: i64) {
        if let Some(part) = self.part(at) {
            part.add(key, value);
        }
    }

    fn put(&mut self, sets: BTreeMap<(i64, i64, super::counted::CountKey), Vec<u32>>) {
        for ((span, charge, key), members) in sets {
            if let Some(part) = self.part((span, charge)) {
                part.put(key, members.into_iter().collect());
            }
        }
    }
}

/// Counts each of the spans.
///
/// # Errors
/// `Internal` for a number that no set holds: people are numbered up to 2³² − 1.
pub(super) async fn build(conn: &mut Conn, spans: &[CountedDays]) -> Result<Vec<ChargedParts>> {
    let mut made = BuiltParts(vec![ChargedParts::default(); spans.len()]);
    if spans.is_empty() {
        return Ok(made.0);
    }
    let asked = asked(spans);
    sessions(conn, &asked, &mut made).await?;
    attendances(conn, &asked, &mut made).await?;
    heads(conn, &asked, &mut made).await?;
    minutes(conn, &asked, &mut made).await?;
    units(conn, &asked, &mut made).await?;
    for (span, room, minutes) in room_use::open(conn, spans).await? {
        made.add((span, PLACE), (sum::OPEN, room.0, 0), minutes);
    }
    for (span, room, long) in room_use::booked(conn, spans).await? {
        made.add((span, PLACE), (sum::BOOKED, room.0, 0), long);
    }
    Ok(made.0)
}

async fn sessions(conn: &mut Conn, asked: &str, made: &mut BuiltParts) -> Result<()> {
    let sql = format!(
        "{} select h.span, h.charge, h.kind_id, h.worker_id, count(*), cast(sum(h.length) as bigint)
         from held h where {ATTENDED} group by h.span, h.charge, h.kind_id, h.worker_id",
        held()
    );
    let found: Vec<(i64, i64, i64, i64, i64, i64)> = rows(conn, asked, sql).await?;
    for (span, charge, kind, worker, count, long) in found {
        let at = (span, charge);
        made.add(at, (sum::SESSIONS, kind, 0), count);
        if worker != 0 {
            made.add(at, (sum::LED, worker, kind), count);
            made.add(at, (sum::LED_LONG, worker, kind), long);
        }
    }
    Ok(())
}

/// How the flags of an attendance lie in one number, as they do in a set of subgroups: a value less to be fetched for each.
const FLAGS: &str = "t.elderly + 2 * t.disabled + 4 * t.needy + 8 * t.youth
    + case when t.part = 'volunteer' then 16 else 0 end + 32 * t.subgroups";

async fn attendances(conn: &mut Conn, asked: &str, made: &mut BuiltParts) -> Result<()> {
    let sql = format!(
        "{} select h.span, h.charge, h.kind_id, h.team_id, t.person_id, {FLAGS}
         from held h join attendances t on t.session_id = h.id
         where t.voided_at is null and t.part in ('participant', 'volunteer')",
        held()
    );
    let found: Vec<(i64, i64, i64, i64, i64, i64)> = rows(conn, asked, sql).await?;
    let mut sets: BTreeMap<(i64, i64, super::counted::CountKey), Vec<u32>> = BTreeMap::new();
    for (span, charge, kind, team, person, flags) in found {
        let at = (span, charge);
        let person = u32::try_from(person).map_err(Error::internal)?;
        let mut visit = |word, of_set, of| {
            made.add(at, (word, of, 0), 1);
            sets.entry((span, charge, (of_set, of, 0))).or_default().push(person);
        };
        if flags & 16 != 0 {
            visit(sum::VOLUNTEERS, set::VOLUNTEERS, team);
            continue;
        }
        visit(sum::VISITS, set::PERSONS, kind);
        if flags & 15 == 0 {
            visit(sum::GROUP, set::GROUP, of_group(None));
        }
        for (bit, group) in
            [PriorityGroup::Elderly, PriorityGroup::Disabled, PriorityGroup::Needy, PriorityGroup::Youth]
                .into_iter()
                .enumerate()
        {
            if flags & (1 << bit) != 0 {
                visit(sum::GROUP, set::GROUP, of_group(Some(group)));
            }
        }
        let mut subgroups = flags >> 5;
        while subgroups != 0 {
            let bit = i64::from(subgroups.trailing_zeros());
            visit(sum::SUBGROUP, set::SUBGROUP, bit);
            subgroups &= subgroups - 1;
        }
    }
    made.put(sets);
    let sql = format!(
        "{} select h.span, h.charge, count(*) from held h join attendances t on t.session_id = h.id
         where {UNCONFIRMED} group by h.span, h.charge",
        held()
    );
    let found: Vec<(i64, i64, i64)> = rows(conn, asked, sql).await?;
    found.into_iter().for_each(|(span, charge, count)| made.add((span, charge), (sum::UNCONFIRMED, 0, 0), count));
    Ok(())
}

#[derive(sqlx::FromRow)]
struct HeadRow {
    span: i64,
    charge: i64,
    kind_id: i64,
    heads: i64,
    elderly: i64,
    disabled: i64,
    needy: i64,
    youth: i64,
    rest: i64,
}

async fn heads(conn: &mut Conn, asked: &str, made: &mut BuiltParts) -> Result<()> {
    let sum_of = |column: &str| format!("cast(sum(c.{column}) as bigint) as {column}");
    let sql = format!(
        "{} select h.span, h.charge, h.kind_id, {},
                cast(sum(case when c.heads > c.elderly + c.disabled + c.needy + c.youth
                     then c.heads - c.elderly - c.disabled - c.needy - c.youth else 0 end) as bigint) as rest
         from held h join head_counts c on c.session_id = h.id where c.voided_at is null
         group by h.span, h.charge, h.kind_id",
        held(),
        ["heads", "elderly", "disabled", "needy", "youth"].map(sum_of).join(", ")
    );
    let found: Vec<HeadRow> = rows(conn, asked, sql).await?;
    for row in found {
        let at = (row.span, row.charge);
        made.add(at, (sum::HEADS, row.kind_id, 0), row.heads);
        for (group, heads) in [
            (Some(PriorityGroup::Elderly), row.elderly),
            (Some(PriorityGroup::Disabled), row.disabled),
            (Some(PriorityGroup::Needy), row.needy),
            (Some(PriorityGroup::Youth), row.youth),
            (None, row.rest),
        ] {
            made.add(at, (sum::GROUP, of_group(group), 0), heads);
        }
    }
    Ok(())
}

/// Of sessions, and of service without one: by its day, for the center that the ledger names.
async fn minutes(conn: &mut Conn, asked: &str, made: &mut BuiltParts) -> Result<()> {
    let sql = format!(
        "{} select h.span, h.charge, coalesce(e.team_id, h.team_id) as team_id, cast(sum(e.minutes) as bigint)
         from held h join hours_entries e on e.session_id = h.id
         group by h.span, h.charge, coalesce(e.team_id, h.team_id)
         union all
         select x.span, x.charge, x.team_id, cast(sum(x.minutes) as bigint)
         from (select q.span, {} as charge, coalesce(e.team_id, 0) as team_id, e.minutes
               from spans q cross join hours_entries e
               where e.session_id is null and e.center_id = q.center_id
                 and e.served_on >= q.from_date and e.served_on < q.to_date) x
         group by x.span, x.charge, x.team_id",
        held(),
        main_agreement("e.center_id", "e.served_on")
    );
    let found: Vec<(i64, i64, i64, i64)> = rows(conn, asked, sql).await?;
    found
        .into_iter()
        .for_each(|(span, charge, team, minutes)| made.add((span, charge), (sum::MINUTES, team, 0), minutes));
    Ok(())
}

async fn units(conn: &mut Conn, asked: &str, made: &mut BuiltParts) -> Result<()> {
    let sql = format!(
        "{} select distinct h.span, h.charge, x.part, x.unit_id
         from held h join unit_participations x on x.session_id = h.id
         where x.voided_at is null and {ATTENDED}",
        held()
    );
    let found: Vec<(i64, i64, UnitPart, i64)> = rows(conn, asked, sql).await?;
    let mut sets: BTreeMap<(i64, i64, super::counted::CountKey), Vec<u32>> = BTreeMap::new();
    for (span, charge, part, unit) in found {
        let unit = u32::try_from(unit).map_err(Error::internal)?;
        sets.entry((span, charge, (set::UNITS, of_part(part), 0))).or_default().push(unit);
    }
    made.put(sets);
    Ok(())
}

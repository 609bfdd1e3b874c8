//! Which months are counted otherwise than before: a number for each center and month, raised in the transaction that changes what
//! counts there.
//!
//! What is derived from a month's rows is good as long as it was built from the number that stands here, and from nothing older: so
//! the one who changes something need not know who derives what. Raised are months by completed sessions, for others count nowhere:
//! a check-in at a session that is not closed touches nothing here; and by bookings, which count from the day they are made. Numbers only
//! grow, so the sum over several months says as much as each of them.
//!
//! These rows come last in a transaction, after everything in [`crate::locks`]: which months they are is found where they are asked for,
//! and they are raised in one statement right before the commit, by rising center and month (`Conn::comes_last`). So nobody who holds one
//! waits for anything but another of them in this order, however often and from wherever a transaction marks. Whoever changes something
//! reads what is kept of it only after the commit: until then it looks good.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::clock::{Month, Timestamp, Zone};
use crate::error::Result;
use crate::ids::{CenterId, EntryId, PersonId, RoomId, SessionId, WorkerId};
use crate::store::{self, Conn};

/// Raises each of the months that were asked for once; with none, every month of the center that is marked at any. Months that are not
/// marked here yet become so: who begins to keep them at this moment ([`begin`]) waits for this, and counts what is otherwise by then.
const RAISE: &str = "with asked (center_id, month) as (
        select cast(j.value ->> 'center' as bigint), j.value ->> 'month' from json_each(cast($1 as json_text)) j)
     insert into marks (center_id, month, version)
     select x.center_id, x.month, 1
     from (select q.center_id, q.month from asked q where q.month is not null
           union
           select q.center_id, m.month from asked q cross join (select distinct month from marks) m where q.month is null) x
     where true order by x.center_id, x.month
     on conflict (center_id, month) do update set version = marks.version + 1";

/// The condition that something is among the numbers that are `$1`.
const AMONG: &str = "in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)";

/// Has the months be raised that `select` finds: rows `(center_id, month)` of the numbers `$1`.
async fn raise(tx: &mut Conn, select: &str, numbers: Vec<i64>) -> Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    let sql = format!("select distinct y.center_id, y.month from ({select}) y");
    let found: Vec<(CenterId, String)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(store::rows(numbers, |id| json!(id))).fetch_all(&mut *tx).await?;
    tx.comes_last(RAISE, found.into_iter().map(|(center, month)| json!({"center": center, "month": month})));
    Ok(())
}

/// The months of those of the sessions that are completed; called after the change, or before one that ends it.
pub async fn sessions(tx: &mut Conn, sessions: &[SessionId]) -> Result<()> {
    let select = format!(
        "select s.center_id, substr(s.local_date, 1, 7) as month from sessions s where s.status = 'completed' and s.id {AMONG}"
    );
    raise(tx, &select, sessions.iter().map(|id| id.0).collect()).await
}

/// The months of sessions that were completed before this transaction, and are no longer.
pub async fn reopened(tx: &mut Conn, session: SessionId) -> Result<()> {
    let select = format!("select s.center_id, substr(s.local_date, 1, 7) as month from sessions s where s.id {AMONG}");
    raise(tx, &select, vec![session.0]).await
}

/// The months of entries of the ledger.
pub async fn hours(tx: &mut Conn, entries: &[EntryId]) -> Result<()> {
    let select = format!(
        "select s.center_id, substr(s.local_date, 1, 7) as month
         from hours_entries e join sessions s on s.id = e.session_id where e.id {AMONG} and s.status = 'completed'
         union all
         select e.center_id, substr(e.served_on, 1, 7) from hours_entries e
         where e.id {AMONG} and e.session_id is null and e.center_id is not null and e.served_on is not null"
    );
    raise(tx, &select, entries.iter().map(|id| id.0).collect()).await
}

/// The months in which these people were at completed sessions, led one, or have hours at one or without one.
pub async fn people(tx: &mut Conn, people: &[PersonId]) -> Result<()> {
    let select = format!(
        "select s.center_id, substr(s.local_date, 1, 7) as month
         from attendances_of_people t join sessions s on s.id = t.session_id
         where t.person_id {AMONG} and s.status = 'completed'
         union all
         select s.center_id, substr(s.local_date, 1, 7)
         from hours_entries e join sessions s on s.id = e.session_id
         where e.person_id {AMONG} and s.status = 'completed'
         union all
         select e.center_id, substr(e.served_on, 1, 7) from hours_entries e
         where e.person_id {AMONG} and e.session_id is null and e.center_id is not null and e.served_on is not null
         union all
         select s.center_id, substr(s.local_date, 1, 7) from workers w join sessions s on s.worker_id = w.id
         where w.person_id {AMONG} and s.status = 'completed'"
    );
    raise(tx, &select, people.iter().map(|id| id.0).collect()).await
}

/// The months in which a worker led completed sessions.
pub async fn led(tx: &mut Conn, worker: WorkerId) -> Result<()> {
    let select = format!(
        "select s.center_id, substr(s.local_date, 1, 7) as month from sessions s
         where s.worker_id {AMONG} and s.status = 'completed'"
    );
    raise(tx, &select, vec![worker.0]).await
}

/// A booking that came, went or stands elsewhere: its room, from when, until when.
pub type ChangedBooking = (RoomId, Timestamp, Timestamp);

/// The months in which rooms are booked for longer or shorter than before, whatever for.
pub async fn bookings(tx: &mut Conn, changed: &[ChangedBooking]) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let rooms: BTreeSet<RoomId> = changed.iter().map(|(room, ..)| *room).collect();
    let places: Vec<(RoomId, CenterId, Zone)> = sqlx::query_as(AssertSqlSafe(format!(
        "select r.id, r.center_id, c.zone from rooms r join centers c on c.id = r.center_id where r.id {AMONG}"
    )))
    .bind(store::rows(rooms, |room| json!(room)))
    .fetch_all(&mut *tx)
    .await?;
    let mut months = BTreeSet::new();
    for (room, center, zone) in places {
        for (_, starts, ends) in changed.iter().filter(|(of, ..)| *of == room) {
            let last = Month::of(zone.date(*ends));
            let all = std::iter::successors(Some(Month::of(zone.date(*starts))), |month| Some(month.next()));
            months.extend(all.take_while(|month| *month <= last).map(|month| (center, month)));
        }
    }
    tx.comes_last(
        RAISE,
        months.into_iter().map(|(center, month)| json!({"center": center, "month": month.to_string()})),
    );
    Ok(())
}

/// Every month of these centers that is marked at any center: what holds from day to day is otherwise. Whoever changes that holds the
/// centers before anything else ([`crate::locks`]): months that begin to be marked meanwhile ([`begin`]) wait, and are counted by then.
pub fn all(tx: &mut Conn, centers: impl IntoIterator<Item = CenterId>) {
    tx.comes_last(RAISE, centers.into_iter().map(|center| json!({"center": center})));
}

/// Marks every month of these for every center, as far as none of it is marked: from then on what is derived from it can be kept. Whoever
/// changes an agreement at this moment is waited for, or marks these months too.
pub async fn begin(tx: &mut Conn, months: &[Month]) -> Result<()> {
    store::lock_values(tx, "select id from centers order by id").execute(&mut *tx).await?;
    sqlx::query(
        "insert into marks (center_id, month, version)
         select c.id, j.value ->> 'month', 1 from centers c cross join json_each(cast($1 as json_text)) j
         where true order by c.id, j.value ->> 'month' on conflict (center_id, month) do nothing",
    )
    .bind(store::rows(months, |month| json!({"month": month.to_string()})))
    .execute(tx)
    .await?;
    Ok(())
}

/// A month by its number: these are only compared, thousands at a time.
fn number(month: Month) -> i32 {
    let day = month.first().0;
    day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0)
}

/// `2026-03:7`, as [`versions`] reads it.
fn marked(one: &str) -> Option<(i32, i64)> {
    let (month, version) = one.split_once(':')?;
    let (year, month) = month.split_once('-')?;
    Some((year.parse::<i32>().ok()? * 12 + month.parse::<i32>().ok()? - 1, version.parse().ok()?))
}

/// The numbers of a center's marked months.
#[derive(Clone, Debug, Default)]
struct MarkedMonths {
    /// By month, as far as they were asked for.
    months: Vec<(i32, i64)>,
    /// The sum over every month.
    all: i64,
}

/// The numbers of the marked months of some centers.
#[derive(Clone, Debug, Default)]
pub struct Versions {
    of_centers: BTreeMap<CenterId, MarkedMonths>,
    is_any_marked: bool,
}

impl Versions {
    /// What changes whenever something that counts from the first to the last of these months changes: their sum, and whether it is theirs
    /// alone. A month that is not marked becomes so when it is changed, but for a change of agreements, which raises those alone that are
    /// marked at any center: then the sum of all of this center's tells of it. None as long as nothing is marked anywhere.
    pub fn of(&self, center: CenterId, (first, last): (Month, Month)) -> Option<(bool, i64)> {
        let Some(marked) = self.of_centers.get(&center) else { return self.is_any_marked.then_some((false, 0)) };
        let (first, last) = (number(first), number(last));
        let these = marked.months.iter().filter(|(month, _)| first <= *month && *month <= last);
        let (count, sum) = these.fold((0, 0), |(count, sum), (_, version)| (count + 1, sum + version));
        Some(if count == last - first + 1 { (true, sum) } else { (false, marked.all) })
    }
}

/// The numbers as they stand now, of these centers; of months from the first to the last of these.
pub async fn versions(
    conn: &mut Conn,
    centers: impl IntoIterator<Item = CenterId>,
    (first, last): (Month, Month),
) -> Result<Versions> {
    // A row for each center: thousands of rows cost more on their way than to be found.
    let found: Vec<(Option<CenterId>, Option<String>, i64)> = sqlx::query_as(AssertSqlSafe(format!(
        "select m.center_id,
                string_agg(case when m.month >= $2 and m.month <= $3 then m.month || ':' || cast(m.version as text) end, ','),
                cast(sum(m.version) as bigint)
         from marks m where m.center_id {AMONG} group by m.center_id
         union all
         select cast(null as bigint), cast(null as text), cast(0 as bigint) from (select x.month from marks x limit 1) y"
    )))
    .bind(store::rows(centers, |center| json!(center)))
    .bind(first.to_string())
    .bind(last.to_string())
    .fetch_all(conn)
    .await?;
    let is_any_marked = found.iter().any(|(center, ..)| center.is_none());
    let of_center = |(center, months, all): (Option<CenterId>, Option<String>, i64)| {
        let months = months.iter().flat_map(|months| months.split(',')).filter_map(marked).collect();
        Some((center?, MarkedMonths { months, all }))
    };
    Ok(Versions { of_centers: found.into_iter().filter_map(of_center).collect(), is_any_marked })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    #[test]
    fn a_change_of_any_of_the_months_is_told_and_of_no_other() {
        let months = |december: i64| vec![marked("2026-01:3").unwrap(), (number(month("2025-12")), december)];
        let of = |december, first, last| {
            let marked = MarkedMonths { months: months(december), all: 10 + december };
            let versions = Versions { of_centers: BTreeMap::from([(CenterId(1), marked)]), is_any_marked: true };
            versions.of(CenterId(1), (month(first), month(last)))
        };
        assert_eq!(of(5, "2026-01", "2026-01"), Some((true, 3)));
        assert_eq!(of(6, "2026-01", "2026-01"), Some((true, 3)));
        assert_eq!((of(5, "2025-12", "2026-01"), of(6, "2025-12", "2026-01")), (Some((true, 8)), Some((true, 9))));
        assert_eq!(of(5, "2026-01", "2026-02"), Some((false, 15)), "February is not marked: whatever is tells of it");
        assert_eq!(of(6, "2026-01", "2026-02"), Some((false, 16)));
    }

    #[test]
    fn where_nothing_is_marked_nothing_would_tell() {
        let months = (month("2026-01"), month("2026-02"));
        assert_eq!(Versions::default().of(CenterId(1), months), None);
        let elsewhere = Versions { is_any_marked: true, ..Versions::default() };
        assert_eq!(elsewhere.of(CenterId(1), months), Some((false, 0)));
    }
}

//! Which months are counted otherwise than before: a number for each center and month, raised in the transaction that changes what
//! counts there.
//!
//! What is derived from a month's rows is good as long as it was built from the number that stands here, and from nothing older: so
//! the one who changes something need not know who derives what. Raised are months by completed sessions, for others count nowhere:
//! a check-in at a session that is not closed touches nothing here. Numbers only grow, so the sum over several months says as much
//! as each of them.
//!
//! These rows come last in a transaction, after everything in [`crate::locks`]: they are written by rising center and month, and
//! nothing is held after them.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::clock::{Date, Month};
use crate::error::Result;
use crate::ids::{CenterId, EntryId, PersonId, SessionId};
use crate::store::{self, Conn};

/// What is raised: rows `(center_id, month)` of `select`, each once.
fn raise(select: &str) -> String {
    format!(
        "insert into marks (center_id, month, version)
         select x.center_id, x.month, 1 from (select distinct center_id, month from ({select}) y) x
         where true order by x.center_id, x.month
         on conflict (center_id, month) do update set version = marks.version + 1"
    )
}

/// The months of those of the sessions that are completed; called after the change, or before one that ends it.
pub async fn sessions(tx: &mut Conn, sessions: &[SessionId]) -> Result<()> {
    if sessions.is_empty() {
        return Ok(());
    }
    let sql = raise(
        "select s.center_id, substr(s.local_date, 1, 7) as month from sessions s
         where s.status = 'completed'
           and s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    );
    sqlx::query(AssertSqlSafe(sql)).bind(store::rows(sessions, |id| json!(id))).execute(tx).await?;
    Ok(())
}

/// The months of sessions that were completed before this transaction, and are no longer.
pub async fn reopened(tx: &mut Conn, session: SessionId) -> Result<()> {
    let sql = raise("select s.center_id, substr(s.local_date, 1, 7) as month from sessions s where s.id = $1");
    sqlx::query(AssertSqlSafe(sql)).bind(session).execute(tx).await?;
    Ok(())
}

/// The months of entries of the ledger.
pub async fn hours(tx: &mut Conn, entries: &[EntryId]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    const AMONG: &str = "in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)";
    let sql = raise(&format!(
        "select s.center_id, substr(s.local_date, 1, 7) as month
         from hours_entries e join sessions s on s.id = e.session_id where e.id {AMONG} and s.status = 'completed'
         union all
         select e.center_id, substr(e.served_on, 1, 7) from hours_entries e
         where e.id {AMONG} and e.session_id is null and e.center_id is not null and e.served_on is not null"
    ));
    sqlx::query(AssertSqlSafe(sql)).bind(store::rows(entries, |id| json!(id))).execute(tx).await?;
    Ok(())
}

/// The months in which these people were at completed sessions, led one, or have hours at one or without one.
pub async fn people(tx: &mut Conn, people: &[PersonId]) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    const AMONG: &str = "in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)";
    let sql = raise(&format!(
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
    ));
    sqlx::query(AssertSqlSafe(sql)).bind(store::rows(people, |id| json!(id))).execute(tx).await?;
    Ok(())
}

/// The months of some days of centers.
pub async fn days(tx: &mut Conn, days: &[(CenterId, Date)]) -> Result<()> {
    let months: BTreeSet<(CenterId, String)> =
        days.iter().map(|(center, day)| (*center, Month::of(*day).to_string())).collect();
    if months.is_empty() {
        return Ok(());
    }
    let sql = raise(
        "select cast(j.value ->> 'center' as bigint) as center_id, j.value ->> 'month' as month
         from json_each(cast($1 as json_text)) j",
    );
    let months = store::rows(months, |(center, month)| json!({"center": center, "month": month}));
    sqlx::query(AssertSqlSafe(sql)).bind(months).execute(tx).await?;
    Ok(())
}

/// Every month of these centers that is marked at any center: what holds from day to day is otherwise. Months that are not marked here yet
/// become so: who begins to keep them at this moment ([`begin`]) waits for this, and counts what is otherwise by then.
pub async fn all(tx: &mut Conn, centers: &[CenterId]) -> Result<()> {
    sqlx::query(
        "insert into marks (center_id, month, version)
         select x.center_id, x.month, 1
         from (select cast(cast(j.value as text) as bigint) as center_id, m.month
               from json_each(cast($1 as json_text)) j cross join (select distinct month from marks) m) x
         where true order by x.center_id, x.month
         on conflict (center_id, month) do update set version = marks.version + 1",
    )
    .bind(store::rows(centers, |center| json!(center)))
    .execute(tx)
    .await?;
    Ok(())
}

/// Marks every month of these for every center, as far as none of it is marked: from then on what is derived from it can be kept.
pub async fn begin(tx: &mut Conn, months: &[Month]) -> Result<()> {
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

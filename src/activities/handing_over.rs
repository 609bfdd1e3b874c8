//! The sessions of a worker who leaves, given to another.

use serde_json::json;

use crate::audit;
use crate::auth::Manager;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::ids::SessionId;
use crate::store::{Conn, rows};
use crate::workers::{Worker, WorkerId};

/// The sessions that a worker leads from a day on and that have not been held: to be locked before they are given.
pub async fn led_from(conn: &mut Conn, worker: WorkerId, day: Date) -> Result<Vec<SessionId>> {
    Ok(sqlx::query_scalar(
        "select id from sessions where worker_id = $1 and status = 'planned' and local_date >= $2 order by id",
    )
    .bind(worker)
    .bind(day)
    .fetch_all(conn)
    .await?)
}

/// Lets another lead what a worker leads from a day on. Whoever calls holds the sessions and both workers.
///
/// # Errors
/// `Invalid` at `sessions` where the other one is not there on one of the days.
pub async fn hand_over_sessions(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (from, to): (WorkerId, &Worker),
    day: Date,
) -> Result<Vec<SessionId>> {
    let (first, last): (Option<Date>, Option<Date>) = sqlx::query_as(
        "select min(local_date), max(local_date) from sessions
         where worker_id = $1 and status = 'planned' and local_date >= $2",
    )
    .bind(from)
    .bind(day)
    .fetch_one(&mut *tx)
    .await?;
    if let (Some(gone), Some(last)) = (to.ended_on, last)
        && gone <= last
    {
        return Err(FieldErrors::one("sessions", Fault::bound("field.worker_gone", gone)).into());
    }
    if first.is_some_and(|first| first < to.started_on) {
        return Err(Error::field("sessions", "field.not_there_then"));
    }
    let mut given: Vec<SessionId> = sqlx::query_scalar(
        "update sessions set worker_id = $1, sequence = sequence + 1, updated_at = $2
         where worker_id = $3 and status = 'planned' and local_date >= $4 returning id",
    )
    .bind(to.worker_id)
    .bind(now.0)
    .bind(from)
    .bind(day)
    .fetch_all(&mut *tx)
    .await?;
    given.sort();
    tell(by, now, tx, "session.handed_over", center.id(), &given).await?;
    Ok(given)
}

/// Lets a worker lead again what was given to another, as far as that one leads it still and it has not been held: those that went
/// back.
pub async fn return_sessions(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (worker, given): (WorkerId, &[(SessionId, WorkerId)]),
) -> Result<Vec<SessionId>> {
    let returned: Vec<SessionId> = sqlx::query_scalar(
        "update sessions set worker_id = $2, sequence = sequence + 1, updated_at = $3
         from json_each(cast($1 as json_text)) j
         where sessions.id = cast(j.value ->> 'session' as bigint) and sessions.status = 'planned'
           and sessions.worker_id = cast(j.value ->> 'to' as bigint)
           and exists (select 1 from workers v where v.id = $2
                       and (v.ended_on is null or sessions.local_date < v.ended_on))
         returning id",
    )
    .bind(rows(given, |(session, to)| json!({"session": session, "to": to})))
    .bind(worker)
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await?;
    tell(by, now, tx, "session.handed_back", center.id(), &returned).await?;
    Ok(returned)
}

async fn tell(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    action: &'static str,
    center: CenterId,
    sessions: &[SessionId],
) -> Result<()> {
    let told: Vec<_> = sessions.iter().map(|id| audit::entry(action, id.0).at(center)).collect();
    audit::record_all(tx, by, now, &told).await
}

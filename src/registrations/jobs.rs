//! What becomes due by itself: kept seats that open to all, and dates that were added to a course. Whoever looks at a session's places in
//! between settles them too; so these may come late, or twice.

use std::time::Duration;

use rocket::futures::future::BoxFuture;

use super::hall::{self, Hall, settle};
use super::hand::RegistrationHand;
use super::rules::{self, Seats};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::ids::{ActivityId, SessionId};
use crate::jobs::{JobError, Registry, Task, ask};
use crate::store::Conn;

/// The kept seats of a session open.
const KEPT: &str = "places.kept";

/// A course is looked at for dates that were added.
const DATES: &str = "places.dates";

/// How often that is.
const EVERY: Duration = Duration::from_secs(6 * 3_600);

pub(super) fn registry() -> Registry {
    let registry = Registry::default().on(KEPT, |task| Box::pin(open_kept(task)) as BoxFuture<'_, _>);
    registry.on(DATES, |task| Box::pin(join_dates(task)) as BoxFuture<'_, _>)
}

/// Asks for the seats to be given to who waits, once they are kept no more.
pub(super) async fn ask_for_kept(now: Now, tx: &mut Conn, hall: &Hall) -> Result<()> {
    let due = Seats::open_at(hall.session.starts_at, hall.terms.kept_hours);
    if hall.seats.kept > 0 && now.0 < due && !rules::line(&hall.turns).is_empty() {
        ask(tx, KEPT, &hall.session.id.to_string(), due).await?;
    }
    Ok(())
}

/// Asks for an activity to be looked at again.
pub(super) async fn ask_for_dates(now: Now, tx: &mut Conn, activity: ActivityId) -> Result<()> {
    // On the hour, so that many who register ask for one job.
    let every = i64::try_from(EVERY.as_millis()).unwrap_or(i64::MAX);
    let due = crate::clock::Timestamp((now.0.0 / every + 1) * every);
    ask(tx, DATES, &activity.to_string(), due).await
}

async fn settle_one(now: Now, tx: &mut Conn, session: SessionId) -> Result<()> {
    let mut halls = hall::hold(tx, now, session).await?;
    if !halls.here()?.session.is_coming(now) {
        return Ok(());
    }
    settle(&RegistrationHand::clock(), now, tx, &mut halls).await?;
    // It was moved meanwhile.
    ask_for_kept(now, tx, halls.here()?).await
}

async fn open_kept(task: Task<'_>) -> std::result::Result<(), JobError> {
    let session = SessionId(task.subject().parse().map_err(Error::internal)?);
    let mut tx = task.db.begin().await?;
    settle_one(task.now, &mut tx, session).await?;
    Ok(tx.commit().await?)
}

async fn join_dates(task: Task<'_>) -> std::result::Result<(), JobError> {
    let activity = ActivityId(task.subject().parse().map_err(Error::internal)?);
    let mut tx = task.db.begin().await?;
    let live: i64 =
        sqlx::query_scalar("select count(*) from courses where activity_id = $1 and state in ('confirmed', 'waiting')")
            .bind(activity)
            .fetch_one(&mut *tx)
            .await
            .map_err(Error::from)?;
    let first: Option<SessionId> = sqlx::query_scalar(
        "select id from sessions where activity_id = $1 and status = 'planned' and starts_at > $2 order by starts_at, id limit 1",
    )
    .bind(activity)
    .bind(task.now.0)
    .fetch_optional(&mut *tx)
    .await
    .map_err(Error::from)?;
    // Once nothing is to come, the next who registers asks for it again.
    if let (true, Some(first)) = (live > 0, first) {
        settle_one(task.now, &mut tx, first).await?;
        ask_for_dates(task.now, &mut tx, activity).await?;
    }
    Ok(tx.commit().await?)
}

//! What is done after a new key was made: it takes its place, everything is sealed anew, the older ones are removed.

use std::time::{Duration, Instant};

use rocket::futures::future::BoxFuture;
use rocket::tokio::time::sleep;

use super::{actions, columns, queries};
use crate::audit::Actor;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::jobs::{JobError, Registry, Task, ask};
use crate::store::{self, KeyNumber};

pub const RESEAL: &str = "key.reseal";
pub const REMOVE: &str = "key.remove";

/// So long after the exchange the older keys are removed. It must be more than two minutes: a process that has not read the keys
/// meanwhile seals by an older one for another minute (`store::ring`), and writes that within the next. The rest is for clocks that differ.
const GRACE: Duration = Duration::from_secs(600);

/// After each transaction it rests so many times as long: nobody waits for this, and with SQLite the door waits for each of them.
const PAUSE: u32 = 2;

pub fn registry() -> Registry {
    Registry::default()
        .on(RESEAL, |task| Box::pin(reseal(task)) as BoxFuture<'_, _>)
        .on(REMOVE, |task| Box::pin(remove(task)) as BoxFuture<'_, _>)
}

/// Has the key take its place; none where a later one already has.
async fn begin(task: &Task<'_>) -> Result<Option<(KeyNumber, Timestamp)>, JobError> {
    let number = task.subject().parse().map_err(Error::internal)?;
    let mut tx = task.db.begin().await?;
    let since = actions::put_in_place(task.now, &mut tx, number).await?;
    tx.commit().await?;
    task.sealer.read_keys(task.db).await.map_err(Error::internal)?;
    Ok(since.map(|since| (number, since)))
}

async fn reseal(task: Task<'_>) -> Result<(), JobError> {
    let Some((number, since)) = begin(&task).await? else { return Ok(()) };
    reseal_all(&task, number).await?;
    let mut tx = task.db.begin().await?;
    ask(&mut tx, REMOVE, task.subject(), since.plus(GRACE)).await?;
    Ok(tx.commit().await?)
}

async fn remove(task: Task<'_>) -> Result<(), JobError> {
    let Some((number, _)) = begin(&task).await? else { return Ok(()) };
    // What a process wrote that had not read of the exchange.
    let unreadable = reseal_all(&task, number).await?;
    let values = queries::values(&mut *task.db.read_patiently().await?).await?;
    let mut tx = task.db.begin().await?;
    actions::remove(&Actor::Operator, task.now, &mut tx, number, &values).await?;
    tx.commit().await?;
    match store::wipe(task.db, "data_keys").await {
        Ok(true) => {}
        Ok(false) => return Err(JobError::Again("busy")),
        Err(why) => tracing::warn!("a data key was removed: {why}"),
    }
    if unreadable > 0 {
        tracing::error!(unreadable, "sealed values do not open, and keep their keys");
        return Err(JobError::Never("unreadable"));
    }
    Ok(())
}

/// Seals by this key whatever another has sealed, some rows at a time; says how many values do not open. Begun again, it
/// goes on with what is left.
async fn reseal_all(task: &Task<'_>, number: KeyNumber) -> Result<i64, JobError> {
    let values = queries::values(&mut *task.db.read_patiently().await?).await?;
    let left: i64 = values.iter().filter(|(key, _)| **key != number).map(|(_, many)| many).sum();
    let (mut done, mut unreadable) = (task.done, 0);
    let total = done + left;
    for column in columns() {
        let mut after = Some(column.beginning());
        while let Some(last) = after {
            let began = Instant::now();
            let mut tx = task.db.begin().await?;
            let some = column.reseal_some(&mut tx, task.sealer, number, &last).await?;
            (done, unreadable, after) = (done + some.done, unreadable + some.unreadable, some.last);
            task.report(&mut tx, done, total).await?;
            tx.commit().await?;
            sleep(began.elapsed() * PAUSE).await;
        }
    }
    Ok(unreadable)
}

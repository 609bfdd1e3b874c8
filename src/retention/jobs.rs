//! Making a list, and erasing what stands in it.

use rocket::futures::future::BoxFuture;

use super::{actions, queries};
use crate::audit::Actor;
use crate::auth::accounts;
use crate::clock::Now;
use crate::erasure;
use crate::error::Error;
use crate::ids::RetentionRunId;
use crate::jobs::{JobError, Registry, Task};
use crate::store::{self, Db};

pub const LIST: &str = "retention.list";
pub const ERASE: &str = "retention.erase";
pub const WIPE: &str = "wipe.retention";

pub fn registry() -> Registry {
    Registry::default()
        .on(LIST, |task| Box::pin(list(task)) as BoxFuture<'_, _>)
        .on(ERASE, |task| Box::pin(erase(task)) as BoxFuture<'_, _>)
        .on(WIPE, |task| Box::pin(wipe(task)) as BoxFuture<'_, _>)
}

fn subject(task: &Task<'_>) -> Result<RetentionRunId, JobError> {
    Ok(RetentionRunId(task.subject().parse().map_err(Error::internal)?))
}

async fn list(task: Task<'_>) -> Result<(), JobError> {
    Ok(actions::fill(task.now, task.db, subject(&task)?).await?)
}

async fn erase(task: Task<'_>) -> Result<(), JobError> {
    let id = subject(&task)?;
    let (by, total) = confirmed(task.db, id).await?;
    let mut done = task.done;
    while let Some(part) = actions::next(task.now, task.db, task.sealer, id).await? {
        let mut tx = task.db.begin().await?;
        done += actions::settle(&by, task.now, &mut tx, &part).await?;
        task.report(&mut tx, done, total).await?;
        tx.commit().await?;
    }
    let mut tx = task.db.begin().await?;
    actions::finish(&by, task.now, &mut tx, id).await?;
    let due = erasure::wiped_from(&mut tx, Now(task.now.0)).await?;
    crate::jobs::ask(&mut tx, WIPE, task.subject(), due).await?;
    Ok(tx.commit().await?)
}

/// Whoever confirmed the list, and how many records it has.
async fn confirmed(db: &Db, id: RetentionRunId) -> Result<(Actor, i64), JobError> {
    let mut conn = db.read().await?;
    let run = queries::find(&mut conn, id).await?;
    let account = run.confirmed_account.ok_or(JobError::Never("not_confirmed"))?;
    let by = accounts::actor(&mut conn, account).await?;
    let total = queries::counts(&mut conn, id).await?.iter().map(|count| count.records).sum();
    Ok((by, total))
}

async fn wipe(task: Task<'_>) -> Result<(), JobError> {
    match store::rewrite(task.db, erasure::TABLES).await {
        Ok(true) => {}
        Ok(false) => return Err(JobError::Again("busy")),
        Err(why) => {
            tracing::warn!("what was kept long enough was erased: {why}");
            return Err(JobError::Again("unwiped"));
        }
    }
    let mut tx = task.db.begin().await?;
    erasure::wiped(task.now, &mut tx, task.now.0).await?;
    Ok(tx.commit().await?)
}

//! What is done after somebody was erased: nothing is left in the database's files.

use rocket::futures::future::BoxFuture;

use super::{TABLES, actions, queries};
use crate::error::Error;
use crate::ids::ErasureId;
use crate::jobs::{JobError, Registry, Task};
use crate::store;

pub const WIPE: &str = "wipe.erasure";

pub fn registry() -> Registry {
    Registry::default().on(WIPE, |task| Box::pin(wipe(task)) as BoxFuture<'_, _>)
}

/// One run clears away what all erasures until then have left.
async fn wipe(task: Task<'_>) -> Result<(), JobError> {
    let id = ErasureId(task.subject().parse().map_err(Error::internal)?);
    if !queries::is_unwiped(&mut *task.db.read().await?, id).await? {
        return Ok(());
    }
    match store::rewrite(task.db, TABLES).await {
        Ok(true) => {}
        Ok(false) => return Err(JobError::Again("busy")),
        Err(why) => {
            tracing::warn!("somebody was erased: {why}");
            return Err(JobError::Again("unwiped"));
        }
    }
    let mut tx = task.db.begin().await?;
    actions::wiped(task.now, &mut tx, task.now.0).await?;
    Ok(tx.commit().await?)
}

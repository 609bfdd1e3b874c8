//! Looking after a center's open rooms, every hour and whenever a day is over, as long as there is one.

use rocket::futures::future::BoxFuture;

use super::keeping;
use super::queries;
use crate::activities::title::Sight;
use crate::centers::CenterId;
use crate::error::Error;
use crate::jobs::{JobError, Registry, Task};

pub const KEEP: &str = "keep.open_rooms";

pub(super) fn registry() -> Registry {
    Registry::default().on(KEEP, |task| Box::pin(keep(task)) as BoxFuture<'_, _>)
}

async fn keep(task: Task<'_>) -> Result<(), JobError> {
    let center = CenterId(task.subject().parse().map_err(Error::internal)?);
    // First of all, so that one that fails is not the last.
    let mut tx = task.db.begin().await?;
    let zone = queries::zone(&mut tx, center).await?;
    let today = zone.date(task.now.0);
    let all = queries::of_center(Sight::Public, &mut tx, center).await?;
    let waits = queries::days(&mut tx, center, today).await?.iter().any(|day| day.is_unsettled());
    if waits || all.iter().any(|open| !open.is_ended(today)) {
        crate::jobs::ask(&mut tx, KEEP, task.subject(), keeping::next_look(task.now)).await?;
        tx.commit().await?;
        let mut tx = task.db.begin().await?;
        keeping::keep(task.now, &mut tx, center).await?;
        task.report(&mut tx, 1, 1).await?;
        tx.commit().await?;
    }
    Ok(())
}

//! Long imports: applied and taken back by a job, so that the page may be left.

use rocket::futures::future::BoxFuture;

use super::types::{ImportId, ImportState};
use super::{actions, queries};
use crate::auth::{Coordinator, Role, Viewer};
use crate::centers;
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::jobs::{JobError, Registry, Task};
use crate::store::Conn;

pub const APPLY: &str = "import.apply";

/// Above so many rows an import is applied by a job.
pub const AT_ONCE: i64 = 200;

pub fn registry() -> Registry {
    Registry::default().on(APPLY, |task| Box::pin(apply(task)) as BoxFuture<'_, _>)
}

/// Whoever began the import, with the right that they have today.
async fn maker(conn: &mut Conn, id: ImportId) -> Result<Coordinator> {
    let (account, name, role): (AccountId, String, Role) = sqlx::query_as(
        "select a.id, a.name, a.role from imports i join accounts a on a.id = i.made_by where i.id = $1 and a.disabled_at is null",
    )
    .bind(id)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::Forbidden)?;
    Coordinator::of(Viewer::at_the_command_line(account, name, role)).ok_or(Error::Forbidden)
}

async fn apply(task: Task<'_>) -> std::result::Result<(), JobError> {
    let id = ImportId(task.subject().parse().map_err(Error::internal)?);
    let mut conn = task.db.read().await.map_err(Error::from)?;
    let by = maker(&mut conn, id).await?;
    let center = queries::center_of(&mut conn, id).await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let import = queries::find(&mut conn, center.id(), id).await?;
    let total: i64 = queries::tally(&mut conn, id).await?.iter().map(|tally| tally.rows).sum();
    drop(conn);
    let mut done = task.done;
    while import.state == ImportState::Applying {
        let mut tx = task.db.begin().await.map_err(Error::from)?;
        let some = actions::apply_some(&by, task.now, &mut tx, task.sealer, &center, id).await?;
        done += i64::try_from(some).unwrap_or(0);
        task.report(&mut tx, done, total).await?;
        tx.commit().await.map_err(Error::from)?;
        if some == 0 {
            break;
        }
    }
    Ok(())
}

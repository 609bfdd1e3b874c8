//! Long imports, which go their way as a job, so that the page may be left.

use rocket::futures::future::BoxFuture;

use super::types::{Course, ImportId};
use super::{course, queries};
use crate::auth::{Coordinator, Role, Viewer};
use crate::centers;
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::jobs::{JobError, Registry, Task};
use crate::store::Conn;

pub const APPLY: &str = "import.apply";
pub const UNDO: &str = "import.undo";

pub fn registry() -> Registry {
    Registry::default()
        .on(APPLY, |task| Box::pin(follow(Course::Apply, task)) as BoxFuture<'_, _>)
        .on(UNDO, |task| Box::pin(follow(Course::Undo, task)) as BoxFuture<'_, _>)
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

async fn follow(course: Course, task: Task<'_>) -> std::result::Result<(), JobError> {
    let id = ImportId(task.subject().parse().map_err(Error::internal)?);
    let mut conn = task.db.read().await.map_err(Error::from)?;
    let by = maker(&mut conn, id).await?;
    let center = queries::center_of(&mut conn, id).await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let import = queries::find(&mut conn, center.id(), id).await?;
    let total: i64 = queries::tally(&mut conn, id).await?.iter().map(|tally| tally.rows).sum();
    drop(conn);
    if import.state != course.under_way() {
        return Ok(());
    }
    let mut done = task.done;
    loop {
        let mut tx = task.db.begin().await.map_err(Error::from)?;
        let some = course::go_on(course, &by, task.now, &mut tx, task.sealer, &center, id).await?;
        done += i64::try_from(some).unwrap_or(0);
        task.report(&mut tx, done, total).await?;
        tx.commit().await.map_err(Error::from)?;
        if some == 0 {
            return Ok(());
        }
    }
}

//! Forgetting what somebody was commended for.

use sqlx::AssertSqlSafe;

use crate::audit;
use crate::error::Result;
use crate::files::{self, FileId};
use crate::ids::CommendationId;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Forgets for what people were commended, why an entry was a mistake, and the scans. That a number attended and was commended stays.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let theirs = format!("person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2)");
    let attended = format!(
        "person_id in {AMONG} and (cast($2 as bigint) is null or exists (
             select 1 from trainings g where g.id = trained_people.training_id and g.center_id = $2))"
    );
    let mut scans: Vec<FileId> = Vec::new();
    for sql in [
        format!("select file_id from commendations where {theirs} and file_id is not null"),
        format!("select file_id from trained_people where {attended} and file_id is not null"),
    ] {
        let found: Vec<FileId> =
            sqlx::query_scalar(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).fetch_all(&mut *tx).await?;
        scans.extend(found);
    }
    let sql = format!(
        "update commendations set what = null, file_id = null,
                void_reason = case when void_reason is null then null else '' end where {theirs} returning id"
    );
    let forgotten: Vec<CommendationId> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).fetch_all(&mut *tx).await?;
    let sql = format!("update trained_people set file_id = null where {attended}");
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).execute(&mut *tx).await?;
    audit::forget(tx, "commendation", forgotten.iter().map(|id| id.0)).await?;
    files::forget_all(tx, scans).await
}

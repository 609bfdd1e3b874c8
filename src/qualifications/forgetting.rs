//! Forgetting what somebody was qualified for.

use sqlx::AssertSqlSafe;

use crate::error::Result;
use crate::files::{self, FileId};
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Forgets the certificates' numbers, who gave them out, the scans, and why an entry was a mistake. That a number was qualified when they
/// served stays.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let theirs = format!("person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2)");
    let sql = format!("select file_id from qualifications where {theirs} and file_id is not null");
    let scans: Vec<FileId> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).fetch_all(&mut *tx).await?;
    let sql = format!(
        "update qualifications set number = null, issuer = null, file_id = null,
                void_reason = case when void_reason is null then null else '' end where {theirs}"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).execute(&mut *tx).await?;
    files::forget_all(tx, scans).await
}

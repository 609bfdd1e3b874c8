//! Forgetting what somebody agreed to.

use sqlx::AssertSqlSafe;

use crate::error::Result;
use crate::files::{self, FileId};
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Forgets who agreed for a child, the scans, and why an entry was a mistake. That a number agreed to something on a day stays: the center
/// has to be able to show it (个人信息保护法 art. 69).
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let theirs = format!("person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2)");
    let sql = format!("select file_id from consents where {theirs} and file_id is not null");
    let scans: Vec<FileId> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).fetch_all(&mut *tx).await?;
    let sql = format!(
        "update consents set guardian_sealed = null, file_id = null,
                void_reason = case when void_reason is null then null else '' end where {theirs}"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).execute(&mut *tx).await?;
    files::forget_all(tx, scans).await
}

//! Forgetting what merges changed.

use sqlx::AssertSqlSafe;

use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Forgets what stood in two records before they were one: from then on no merge of theirs can be taken back (DECISIONS 13). That there was
/// one stays, by numbers.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "delete from merge_entries
         where merge_id in (select id from merges where kept_id in {AMONG} or merged_id in {AMONG})"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).execute(tx).await?;
    Ok(())
}

//! Forgetting whose hours these were: the minutes stay, with their source and who confirmed them.

use sqlx::AssertSqlSafe;

use super::EntryId;
use crate::audit;
use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Forgets what was written down beside people's minutes.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update hours_entries set content = null, unit = null, reason = null
         where person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2 or brought_to = $2 or exists (
             select 1 from sessions s where s.id = hours_entries.session_id and s.center_id = $2))
         returning id"
    );
    let entries: Vec<EntryId> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).fetch_all(&mut *tx).await?;
    audit::forget(tx, "hours", entries.iter().map(|id| id.0)).await
}

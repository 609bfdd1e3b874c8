//! Forgetting somebody ends what their phones subscribed to.

use sqlx::AssertSqlSafe;

use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Ends the links of those who are forgotten everywhere. Who is forgotten by one center goes on elsewhere: what took them to the center
/// is gone, and so nothing of it stands in their calendar.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    if gone.center.is_some() {
        return Ok(());
    }
    let sql = format!("update feeds set ended_at = $2 where ended_at is null and person_id in {AMONG}");
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.at).execute(tx).await?;
    Ok(())
}

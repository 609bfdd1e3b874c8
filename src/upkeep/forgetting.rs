//! Forgetting what was said of what somebody borrowed.

use sqlx::AssertSqlSafe;

use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Forgets in which state things came back; that a number had them stays, for the register counts what is out.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update loans set word = null where person_id in {AMONG} and (cast($2 as bigint) is null or exists (
             select 1 from assets a where a.id = loans.asset_id and a.center_id = $2))"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).execute(tx).await?;
    Ok(())
}

//! Forgetting who lived where: the stays stay as numbers.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::HouseholdId;
use crate::audit;
use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::{Conn, rows};

/// Forgets what was written down of people's stays, ends those that go on, and forgets the address where nobody else lives.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update household_members set void_reason = null,
                moved_out = case when moved_out is not null then moved_out when moved_in > $3 then moved_in else $3 end
         where person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2)
         returning household_id"
    );
    let homes: Vec<HouseholdId> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(gone.ids())
        .bind(gone.center)
        .bind(gone.day())
        .fetch_all(&mut *tx)
        .await?;
    let sql = format!(
        "update households set address = null, version = version + 1
         where id in {AMONG} and address is not null and not exists (
             select 1 from household_members m
             where m.household_id = households.id and m.moved_out is null and m.voided_at is null)"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(rows(&homes, |id| json!(id))).execute(&mut *tx).await?;
    audit::forget(tx, "household", homes.iter().map(|id| id.0)).await
}

//! Forgetting what people said of their hours.

use sqlx::AssertSqlSafe;

use super::types::{ClaimId, ClaimState};
use crate::audit;
use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Forgets what was said and answered; what waits is nobody's any more. That so many minutes were claimed and confirmed stays.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update hour_claims set content = null, place = null, reason = null, word = null, request_id = null,
                state = case when state = $3 then $4 else state end
         where person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2) returning id"
    );
    let claims: Vec<ClaimId> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(gone.ids())
        .bind(gone.center)
        .bind(ClaimState::Pending)
        .bind(ClaimState::Withdrawn)
        .fetch_all(&mut *tx)
        .await?;
    audit::forget(tx, "claim", claims.iter().map(|id| id.0)).await
}

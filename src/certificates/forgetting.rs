//! Forgetting whose certificates they were.

use sqlx::AssertSqlSafe;

use super::types::CertificateRequestState;
use crate::audit;
use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Forgets what the papers say and why one was revoked, and what was asked for. That a certificate of so many hours was issued on a day
/// under a number stays; its QR leads to a page that says that the record was erased.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update service_certificates set content_sealed = null, sha256 = null, revoke_reason = null,
                erased_at = coalesce(erased_at, $3)
         where person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2) returning id"
    );
    let certificates: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(gone.ids())
        .bind(gone.center)
        .bind(gone.at)
        .fetch_all(&mut *tx)
        .await?;
    audit::forget(tx, "certificate", certificates).await?;
    let sql = format!(
        "update certificate_requests set purpose = null, word = null, state = case when state = $3 then $4 else state end
         where person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2)"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(gone.ids())
        .bind(gone.center)
        .bind(CertificateRequestState::Open)
        .bind(CertificateRequestState::Declined)
        .execute(tx)
        .await?;
    Ok(())
}

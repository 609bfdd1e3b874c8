//! Forgetting who worked here: that somebody did, as what and how long, stays.

use sqlx::AssertSqlSafe;

use crate::audit;
use crate::auth::AccountId;
use crate::auth::accounts;
use crate::error::{Error, Result};
use crate::ids::WorkerId;
use crate::people::{AMONG, ERASED, Forgetting};
use crate::store::Conn;

/// Forgets the certificates of people who worked here, who else employed them, and, where all forget them, the accounts by which they signed in.
///
/// # Errors
/// `Refused("erasure_works_here")` while one of them works in a center that is to forget them: who is employed is known.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "select count(*) from workers
         where person_id in {AMONG} and (ended_on is null or ended_on > $3)
           and (cast($2 as bigint) is null or center_id = $2)"
    );
    let working: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(gone.ids())
        .bind(gone.center)
        .bind(gone.day())
        .fetch_one(&mut *tx)
        .await?;
    if working > 0 {
        return Err(Error::refused("erasure_works_here"));
    }
    let sql = format!(
        "update workers set certificate_number = null
         where person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2) returning id, account_id"
    );
    let worked: Vec<(WorkerId, Option<AccountId>)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).fetch_all(&mut *tx).await?;
    let sql = format!(
        "update employments set employer = '—' where employer is not null and worker_id in (
            select w.id from workers w
            where w.person_id in {AMONG} and (cast($2 as bigint) is null or w.center_id = $2))"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).execute(&mut *tx).await?;
    audit::forget(tx, "worker", worked.iter().map(|(id, _)| id.0)).await?;
    if gone.center.is_some() {
        return Ok(());
    }
    let own: Vec<AccountId> = worked.into_iter().filter_map(|(_, account)| account).collect();
    accounts::forget(tx, gone.at, &own, ERASED).await
}

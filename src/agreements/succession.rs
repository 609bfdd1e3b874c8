//! Agreements that follow one another: what a purchaser agrees on with the same provider year by year, over some of the same centers.
//! Reports go on from one to the next, with what is late and with what they are compared with. Other centers of the two may run side by
//! side: which report comes before another, their own days say.

use super::types::AgreementId;
use crate::error::Result;
use crate::store::{self, Conn};

/// Agreement `$1` itself, and those of the same parties that share a center with it, by their numbers. On one day the center is never in
/// both: nobody agrees twice on it with the same purchaser.
const SUCCESSION: &str = "select b.id from agreements a
     join agreements b on b.provider_id = a.provider_id and b.purchaser_id = a.purchaser_id
     where a.id = $1 and (b.id = a.id or b.voided_at is null and exists (
           select 1 from agreement_centers x join agreement_centers y on y.center_id = x.center_id
           where x.agreement_id = a.id and y.agreement_id = b.id))";

/// The agreement, those that it follows and those that follow it.
pub async fn all(conn: &mut Conn, id: AgreementId) -> Result<Vec<AgreementId>> {
    let sql = format!("{SUCCESSION} order by b.id");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id).fetch_all(conn).await?)
}

/// Holds them: of two who tell what is late of any of them one comes after the other.
pub async fn hold(tx: &mut Conn, id: AgreementId) -> Result<()> {
    let sql = format!("select g.id from agreements g where g.id in ({SUCCESSION}) order by g.id");
    store::lock_values(tx, &sql).bind(id).execute(tx).await?;
    Ok(())
}

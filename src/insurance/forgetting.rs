//! Forgetting whom a policy names.

use sqlx::AssertSqlSafe;

use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Takes people off the lists; that a number was covered on some days stays.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update insured_people set to_date = case when from_date > $3 then from_date else $3 end
         where person_id in {AMONG} and to_date is null and (cast($2 as bigint) is null or exists (
             select 1 from insurances i where i.id = insured_people.insurance_id and i.center_id = $2))"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).bind(gone.day()).execute(tx).await?;
    Ok(())
}

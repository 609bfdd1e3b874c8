//! Forgetting who took which shift for what reason.

use sqlx::AssertSqlSafe;

use super::types::ShiftState;
use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Frees the shifts to come of those who are forgotten, and forgets what they said; that a number held one on a day stays.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update shifts set word = null,
                state = case when state in ('invited', 'taken') and exists (
                        select 1 from sessions s where s.id = shifts.session_id and s.status = 'planned' and s.ends_at > $3)
                    then $4 else state end
         where person_id in {AMONG} and (cast($2 as bigint) is null or exists (
             select 1 from sessions s where s.id = shifts.session_id and s.center_id = $2))"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(gone.ids())
        .bind(gone.center)
        .bind(gone.at)
        .bind(ShiftState::Ended)
        .execute(tx)
        .await?;
    Ok(())
}

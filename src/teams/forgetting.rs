//! Forgetting who served in a team: that somebody did stays a number.

use sqlx::AssertSqlSafe;

use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Ends people's memberships, and what they lead is led by nobody; why they rested or left is forgotten.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update teams set leader_id = null
         where leader_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2)"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).execute(&mut *tx).await?;
    let sql = format!(
        "update team_members set left_on = case when joined_on > $3 then joined_on else $3 end
         where person_id in {AMONG} and left_on is null and (cast($2 as bigint) is null or exists (
             select 1 from teams t where t.id = team_members.team_id and t.center_id = $2))"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).bind(gone.day()).execute(&mut *tx).await?;
    let sql = format!(
        "update team_member_changes set reason = null
         where person_id in {AMONG} and (cast($2 as bigint) is null or exists (
             select 1 from teams t where t.id = team_member_changes.team_id and t.center_id = $2))"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).execute(tx).await?;
    Ok(())
}

//! Forgetting who was registered where.

use sqlx::AssertSqlSafe;

use super::types::{CourseState, RegistrationState};
use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Frees the places to come of those who are forgotten, and forgets what they said and the links to them; that a number had one on a day stays.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update registrations set word = null, link = '',
                state = case when state in ('confirmed', 'waiting') and exists (
                        select 1 from sessions s where s.id = registrations.session_id and s.status = 'planned' and s.starts_at > $3)
                    then $4 else state end
         where person_id in {AMONG} and (cast($2 as bigint) is null or exists (
             select 1 from sessions s where s.id = registrations.session_id and s.center_id = $2))"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(gone.ids())
        .bind(gone.center)
        .bind(gone.at)
        .bind(RegistrationState::Cancelled)
        .execute(&mut *tx)
        .await?;
    let sql = format!(
        "update courses set link = '', state = case when state in ('confirmed', 'waiting') then $3 else state end
         where person_id in {AMONG} and (cast($2 as bigint) is null or exists (
             select 1 from activities a where a.id = courses.activity_id and a.center_id = $2))"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).bind(CourseState::Ended).execute(tx).await?;
    Ok(())
}

//! Forgetting who came to an appointment.

use sqlx::AssertSqlSafe;

use super::types::AppointmentState;
use crate::audit;
use crate::error::Result;
use crate::ids::AppointmentId;
use crate::people::{AMONG, Forgetting};
use crate::store::Conn;

/// Forgets what was told on a phone, also by somebody who never came, known by name and number as the door knows them; and why something was
/// cancelled. What is to come is cancelled. That somebody had a time stays.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update appointments set told_sealed = null, told_key = case when told_key is null then null else '' end,
                reason = case when reason is null then null else '' end,
                state = case when state = $3 and starts_at > $5 then $4 else state end
         where (person_id in {AMONG} or told_key in (
                 select e.door_key from enrolments e where e.person_id in {AMONG} and e.door_key is not null))
           and (cast($2 as bigint) is null or center_id = $2)
         returning id"
    );
    let forgotten: Vec<AppointmentId> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(gone.ids())
        .bind(gone.center)
        .bind(AppointmentState::Booked)
        .bind(AppointmentState::Cancelled)
        .bind(gone.at)
        .fetch_all(&mut *tx)
        .await?;
    audit::forget(tx, "appointment", forgotten.iter().map(|id| id.0)).await
}

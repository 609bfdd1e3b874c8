//! What somebody is told of their appointments.

use super::types::AppointmentState;
use crate::auth::Viewer;
use crate::clock::{Timestamp, Zone};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Flag};
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct AppointmentToldRow {
    center: String,
    zone: Zone,
    kind: String,
    kind_en: String,
    worker: String,
    starts_at: Timestamp,
    state: AppointmentState,
    reason: Option<String>,
    /// The reader is its worker.
    is_own: Flag,
}

/// The appointments that staff of the reader's centers took for the person. What for, with whom and why it was cancelled is known to its worker
/// alone, who hands that out: to everybody else of the staff an appointment is a time.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<AppointmentToldRow> = sqlx::query_as(
        "select c.name as center, c.zone, k.name as kind, k.name_en as kind_en, p.name as worker, a.starts_at, a.state, a.reason,
                case when w.account_id = $2 then 1 else 0 end as is_own
         from appointments a join centers c on c.id = a.center_id join service_kinds k on k.id = a.kind_id
         join workers w on w.id = a.worker_id join people p on p.id = w.person_id
         where a.person_id = $1 and a.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by a.starts_at, a.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: AppointmentToldRow| {
        let (kind, worker, reason) = match row.is_own.is_set() {
            true => (ToldValue::Named(row.kind, row.kind_en), ToldValue::Text(row.worker), ToldValue::text(row.reason)),
            false => (ToldValue::Word("appointments.of_its_worker".to_owned()), ToldValue::Nothing, ToldValue::Nothing),
        };
        let (day, state) = (row.zone.date(row.starts_at), row.state.key().to_owned());
        [ToldValue::Text(row.center), kind, worker, ToldValue::Day(day), ToldValue::Word(state), reason]
    };
    let heads = [
        "told.center",
        "appointments.kind",
        "appointments.worker",
        "appointments.day",
        "appointments.state",
        "appointments.reason",
    ];
    Ok(vec![ToldPart::new("told.appointments", heads, rows.into_iter().map(row))])
}

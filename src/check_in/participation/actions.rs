//! Letting a unit take part in a session, and taking it back.

use super::ParticipationInput;
use crate::activities::{Session, SessionStatus};
use crate::auth::Coordinator;
use crate::check_in::Code;
use crate::check_in::admit::hold;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::ids::ParticipationId;
use crate::store::Conn;
use crate::{audit, locks, marks, units};

/// Lets a unit of the center take part in a session, planned or held.
///
/// # Errors
/// `NotFound` for another center's unit; `Refused`: `cancelled` for a session that does not take place, `unit_ended` for a unit
/// that was there no more on its day, `unit_takes_part` where it has this part already.
pub async fn take_part(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    input: &ParticipationInput,
) -> Result<ParticipationId> {
    match hold(tx, session.id).await?.door.status {
        SessionStatus::Planned | SessionStatus::Completed => {}
        SessionStatus::Cancelled | SessionStatus::Skipped => return Err(Error::refused(Code::Cancelled.code())),
    }
    // Whoever ends the unit holds it too.
    locks::unit(tx, input.unit).await?;
    let unit = units::queries::find(by, tx, session.center_id, input.unit).await?;
    if unit.ended_on.is_some_and(|last| last < session.local_date) {
        return Err(Error::refused("unit_ended"));
    }
    let id: ParticipationId = sqlx::query_scalar(
        "insert into unit_participations (session_id, unit_id, part, word, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(session.id)
    .bind(unit.id)
    .bind(input.part)
    .bind(input.word.as_deref())
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_unique("unit_participations_good", || Error::refused("unit_takes_part"))?;
    audit::record(tx, by, now, audit::entry("participation.recorded", id.0).at(session.center_id)).await?;
    marks::sessions(tx, &[session.id]).await?;
    Ok(id)
}

/// Takes a unit's part in a session back: it stays on record, and counts no more.
///
/// # Errors
/// `NotFound` where there is none that counts.
pub async fn withdraw(by: &Coordinator, now: Now, tx: &mut Conn, session: &Session, id: ParticipationId) -> Result<()> {
    hold(tx, session.id).await?;
    let withdrawn = sqlx::query(
        "update unit_participations set voided_at = $1, voided_by = $2
         where id = $3 and session_id = $4 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(id)
    .bind(session.id)
    .execute(&mut *tx)
    .await?;
    if withdrawn.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("participation.withdrawn", id.0).at(session.center_id)).await?;
    marks::sessions(tx, &[session.id]).await
}

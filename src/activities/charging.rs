//! Which agreement pays for what a center does. Where two purchasers fund one center at the same time, each activity is charged to one of
//! their agreements, so that no report counts it twice; where nothing is said, it is the center's main one's.
//!
//! A session takes it from its activity when it is made, if the agreement covers its day. A change of the activity reaches those that are
//! not completed; a completed one is corrected by itself, with a reason, for a purchaser may have read it.

use super::forms::Choices;
use super::types::{Activity, ActivityId, Session, SessionId, SessionStatus};
use crate::agreements::{self, AgreementId, Payer};
use crate::auth::Coordinator;
use crate::clock::Now;
use crate::error::{Error, Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::store::Conn;
use crate::{audit, locks, marks};

/// Reads the field `charged_to`. Where there is nothing to choose, what is known stays.
pub(super) fn read(
    read: &mut Reader<'_>,
    choices: &Choices,
    activity: Option<&Activity>,
) -> Option<Option<AgreementId>> {
    let known = activity.and_then(|activity| activity.charged_to);
    let is_offered = |id: AgreementId| choices.payers.iter().any(|payer| payer.id == id);
    let sent = read.optional("charged_to", |text| match parse::choice::<AgreementId>(text)? {
        id if known == Some(id) || is_offered(id) => Ok(id),
        _ => Err(Fault::new("field.not_a_choice")),
    })?;
    // One that ended is not in the form any more: who saves the rest does not mean to take it out.
    let may_choose = choices.payers.len() > 1 && known.is_none_or(is_offered);
    Some(if may_choose { sent } else { sent.or(known) })
}

/// What is charged to an agreement, of those that pay for a center.
pub(super) struct Charge {
    pub(super) to: Option<AgreementId>,
    pub(super) reason: String,
}

/// Fields `charged_to`, one of `payers` or nothing, and `reason`.
pub(super) fn correction(fields: &Fields, payers: &[Payer]) -> Result<Charge> {
    let mut read = fields.read();
    let to = read.optional("charged_to", |text| match parse::choice::<AgreementId>(text)? {
        id if payers.iter().any(|payer| payer.id == id) => Ok(id),
        _ => Err(Fault::new("field.not_a_choice")),
    });
    let reason = read.required("reason", parse::line(80));
    read.finish(|| Some(Charge { to: to?, reason: reason? }))
}

/// The agreements that pay for the center on the session's day.
pub(super) async fn payers_of(conn: &mut Conn, session: &Session) -> Result<Vec<Payer>> {
    let mut payers = agreements::queries::payers(conn, session.center_id, session.local_date).await?;
    payers.retain(|payer| payer.covers(session.local_date));
    Ok(payers)
}

/// What a session is charged to.
pub(super) async fn of_session(conn: &mut Conn, session: SessionId) -> Result<Option<AgreementId>> {
    Ok(sqlx::query_scalar("select charged_to from sessions where id = $1").bind(session).fetch_one(conn).await?)
}

/// Charges an activity to an agreement, or to the center's main one (None), with those of its sessions that are not completed.
pub async fn charge(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    activity: &Activity,
    to: Option<AgreementId>,
) -> Result<()> {
    if activity.charged_to == to {
        return Ok(());
    }
    let sessions = sessions_of(tx, activity.id).await?;
    locks::sessions(tx, sessions).await?;
    let charged = sqlx::query("update activities set charged_to = $1 where id = $2 and charged_to is distinct from $1")
        .bind(to)
        .bind(activity.id)
        .execute(&mut *tx)
        .await?;
    if charged.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query(
        "update sessions set charged_to = (
             select x.agreement_id from agreement_centers x
             where x.agreement_id = $1 and x.center_id = sessions.center_id and x.starts_on <= sessions.local_date
               and x.ends_on >= sessions.local_date)
         where activity_id = $2 and status <> 'completed'",
    )
    .bind(to)
    .bind(activity.id)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("activity.charged", activity.id.0).at(activity.center_id)).await
}

async fn sessions_of(conn: &mut Conn, activity: ActivityId) -> Result<Vec<SessionId>> {
    Ok(sqlx::query_scalar("select id from sessions where activity_id = $1").bind(activity).fetch_all(conn).await?)
}

/// Charges one completed session to another agreement.
///
/// # Errors
/// `Refused("session_not_completed")`: one that is not follows its activity.
pub(super) async fn correct(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    charge: &Charge,
) -> Result<()> {
    if session.status != SessionStatus::Completed {
        return Err(Error::refused("session_not_completed"));
    }
    locks::sessions(tx, [session.id]).await?;
    let corrected = sqlx::query(
        "update sessions set charged_to = $1, updated_at = $2
         where id = $3 and status = 'completed' and charged_to is distinct from $1",
    )
    .bind(charge.to)
    .bind(now.0)
    .bind(session.id)
    .execute(&mut *tx)
    .await?;
    if corrected.rows_affected() == 0 {
        return Ok(());
    }
    let entry = audit::entry("session.charged", session.id.0).at(session.center_id).because(&charge.reason);
    audit::record(tx, by, now, entry).await?;
    marks::sessions(tx, &[session.id]).await
}

//! What the door and closing tell: whose turn came, who did not come.

use serde_json::json;

use super::hand::RegistrationHand;
use super::types::RegisteredBy;
use crate::audit;
use crate::clock::Now;
use crate::error::Result;
use crate::ids::{CenterId, PersonId, SessionId};
use crate::store::{Conn, rows};

/// Writes down the turns of those who are in: they waited, and as the clock had it a place was theirs
/// ([`super::queries::placed`]). Unwritten they would wait for nothing more, and whom they bring would have no seat.
pub async fn take_turns(now: Now, tx: &mut Conn, turns: &[(PersonId, SessionId, CenterId)]) -> Result<()> {
    if turns.is_empty() {
        return Ok(());
    }
    let hand = RegistrationHand::clock();
    sqlx::query(
        "update registrations set state = 'confirmed', changed_at = $2, changed_by = $3
         where state = 'waiting' and (session_id, person_id) in (
             select cast(j.value ->> 'session' as bigint), cast(j.value ->> 'person' as bigint)
             from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(turns, |(person, session, _)| json!({"session": session, "person": person})))
    .bind(now.0)
    .bind(hand.by)
    .execute(&mut *tx)
    .await?;
    let entries: Vec<_> =
        turns.iter().map(|(_, session, center)| audit::entry("session.moved_up", session.0).at(*center)).collect();
    audit::record_all(tx, &hand, now, &entries).await
}

/// Notes who had a place and did not come. Whoever closes the session keeps the audit entry.
pub async fn note_absent(now: Now, tx: &mut Conn, session: SessionId) -> Result<()> {
    sqlx::query(
        "update registrations set state = 'no_show', changed_at = $2, changed_by = $3
         where session_id = $1 and state = 'confirmed'
           and not exists (select 1 from attendances a where a.session_id = registrations.session_id
               and a.person_id = registrations.person_id and a.voided_at is null)",
    )
    .bind(session)
    .bind(now.0)
    .bind(RegisteredBy::Clock)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes back what closing noted: the session is open again.
pub async fn forget_absent(now: Now, tx: &mut Conn, session: SessionId) -> Result<()> {
    sqlx::query(
        "update registrations set state = 'confirmed', changed_at = $2, changed_by = $3 where session_id = $1 and state = 'no_show'",
    )
    .bind(session)
    .bind(now.0)
    .bind(RegisteredBy::Clock)
    .execute(tx)
    .await?;
    Ok(())
}

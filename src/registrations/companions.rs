//! How many somebody brings who is registered already.

use super::actions::kept;
use super::hall::{self, settle};
use super::hand::{RegistrationHand, refused};
use super::rules::Turn;
use super::types::{RegistrationId, RegistrationRefusal, RegistrationState};
use crate::audit;
use crate::clock::Now;
use crate::error::Result;
use crate::ids::SessionId;
use crate::store::Conn;

/// Changes how many somebody brings, at one session.
///
/// # Errors
/// `Refused("registration_full")` where so many do not fit; otherwise as [`super::actions::end`]'s.
pub(super) async fn bring(
    hand: &RegistrationHand,
    now: Now,
    tx: &mut Conn,
    (session, id): (SessionId, RegistrationId),
    companions: i64,
) -> Result<()> {
    let mut halls = hall::hold(tx, now, session).await?;
    let found = kept(tx, session, id).await?;
    let heads = companions + 1;
    if found.heads == heads {
        return Ok(());
    }
    settle(hand, now, tx, &mut halls).await?;
    let hall = halls.here()?;
    if !hall.session.is_coming(now) {
        return Err(refused(RegistrationRefusal::Over));
    }
    let Some(turn) = hall.turns.iter().find(|turn| turn.id == id).copied() else {
        return Err(refused(RegistrationRefusal::Settled));
    };
    let others: Vec<Turn> = hall.turns.iter().filter(|other| other.id != id).copied().collect();
    // More seats than they have now, of which some may be taken already and some free again.
    let more = turn.heads + heads - found.heads;
    if turn.confirmed && heads > found.heads && !hall.seats.fit(&others, more, turn.priority) {
        return Err(refused(RegistrationRefusal::Full));
    }
    let center = hall.session.center_id;
    sqlx::query("update registrations set heads = $2, changed_at = $3, changed_by = $4 where id = $1")
        .bind(id)
        .bind(heads)
        .bind(now.0)
        .bind(hand.by)
        .execute(&mut *tx)
        .await?;
    let change = format!("{} → {companions}", found.heads - 1);
    let entry = audit::entry("session.companions_registered", session.0).at(center).because(&change);
    audit::record(tx, hand, now, entry).await?;
    // Who is in keeps their seats, however few they are said to be.
    let mut halls = hall::hold(tx, now, session).await?;
    settle(hand, now, tx, &mut halls).await
}

/// As [`bring`], of somebody who is registered already and has asked again with more heads; says whether there are more by now.
pub(super) async fn bring_more(
    hand: &RegistrationHand,
    now: Now,
    tx: &mut Conn,
    of: (SessionId, RegistrationId),
    heads: i64,
) -> Result<bool> {
    let found = kept(tx, of.0, of.1).await?;
    let is_live = matches!(found.state, RegistrationState::Confirmed | RegistrationState::Waiting);
    if !is_live || heads <= found.heads {
        return Ok(false);
    }
    bring(hand, now, tx, of, heads - 1).await?;
    Ok(true)
}

//! What a session needs, who is asked, and giving a shift back. Whoever changes anything of a session's shifts holds its row.

use super::forms::{NeedInput, NeedRevision};
use super::hand::{ShiftHand, ShiftRow, refused};
use super::keeper::ShiftKeeper;
use super::queries;
use super::rules::ShiftLimits;
use super::taking::{hold, own, standing};
use super::types::{Need, ShiftId, ShiftNeedId, ShiftRefusal, ShiftSession, ShiftState};
use crate::audit::{self, Acting};
use crate::auth::CityAdmin;
use crate::clock::Now;
use crate::error::{Error, Fault, FieldErrors, OnViolation as _, Result};
use crate::ids::{PersonId, SessionId};
use crate::phones::ConfirmedPhone;
use crate::store::{Conn, Flag};
use crate::teams::{MemberState, account_and_phone};
use crate::{locks, people};

/// Says what a session needs; with `later`, all later planned ones of its series too, but for those that say so already.
///
/// # Errors
/// `Refused("shift_over")`; `Invalid` at `position` for one that the session has, at `team` for another center's, and for a leader another than
/// the own, at `kind` for none; `NotFound` for a leader whose team does not serve there.
pub async fn ask_for(by: &ShiftKeeper, now: Now, tx: &mut Conn, input: &NeedInput) -> Result<ShiftNeedId> {
    locks::sessions(tx, [by.session]).await?;
    let session = queries::session(tx, by.session).await?;
    if !by.keeps(session.team_id, None) {
        return Err(Error::NotFound);
    }
    if !session.is_open(now) {
        return Err(refused(ShiftRefusal::Over));
    }
    look_at(by, tx, input).await?;
    let (account, phone) = account_and_phone(&by.actor());
    let made: Vec<(ShiftNeedId, SessionId)> = sqlx::query_as(
        "insert into shift_needs (session_id, team_id, kind_id, position, wanted, note, made_at, made_by, made_phone)
         select s.id, cast($1 as bigint), cast($2 as bigint), cast($3 as text), cast($4 as bigint), cast($5 as text), cast($6 as bigint),
                cast($7 as bigint), cast($8 as bigint)
         from sessions s
         where s.id = $9 or ($10 = 1 and s.activity_id = $11 and s.starts_at > $12 and s.status = 'planned'
             and (cast($13 as bigint) is null or s.team_id = $13))
         on conflict do nothing returning id, session_id",
    )
    .bind(input.team)
    .bind(input.kind)
    .bind(&input.position)
    .bind(input.wanted)
    .bind(&input.note)
    .bind(now.0)
    .bind(account)
    .bind(phone)
    .bind(session.id)
    .bind(Flag::from(input.later))
    .bind(session.activity_id)
    .bind(session.starts_at)
    .bind(by.team)
    .fetch_all(&mut *tx)
    .await?;
    let here = made.iter().find(|(_, of)| *of == session.id);
    let Some((id, _)) = here else { return Err(Error::field("position", "field.position_taken")) };
    let entries: Vec<_> =
        made.iter().map(|(_, of)| audit::entry("session.shift_needed", of.0).at(session.center_id)).collect();
    audit::record_all(tx, by, now, &entries).await?;
    Ok(*id)
}

/// Whether team and certificate are there to be asked for.
async fn look_at(by: &ShiftKeeper, tx: &mut Conn, input: &NeedInput) -> Result<()> {
    if let Some(team) = input.team {
        let is_here: i64 =
            sqlx::query_scalar("select count(*) from teams where id = $1 and center_id = $2 and disbanded_on is null")
                .bind(team)
                .bind(by.center.id())
                .fetch_one(&mut *tx)
                .await?;
        if is_here == 0 || by.team.is_some_and(|own| own != team) {
            return Err(Error::field("team", "field.not_a_choice"));
        }
    }
    if let Some(kind) = input.kind {
        let is_there: i64 = sqlx::query_scalar("select count(*) from qualification_kinds where id = $1")
            .bind(kind)
            .fetch_one(tx)
            .await?;
        if is_there == 0 {
            return Err(Error::field("kind", "field.not_a_choice"));
        }
    }
    Ok(())
}

/// Holds the session and reads a need that is still there.
async fn held_need(by: &ShiftKeeper, now: Now, tx: &mut Conn, id: ShiftNeedId) -> Result<(Need, ShiftSession)> {
    queries::need(by, tx, id).await?;
    let (need, session) = hold(tx, id).await?;
    if need.withdrawn_at.is_some() {
        return Err(refused(ShiftRefusal::Withdrawn));
    }
    if session.is_open(now) { Ok((need, session)) } else { Err(refused(ShiftRefusal::Over)) }
}

/// Changes what a session needs. Nobody who said yes is sent away: it stays at least as many.
///
/// # Errors
/// `Invalid` at `wanted` for fewer than said yes, at `position` for one that is there; `Refused("shift_over")`,
/// `Refused("shift_withdrawn")`; `NotFound` for another's.
pub async fn revise_need(
    by: &ShiftKeeper,
    now: Now,
    tx: &mut Conn,
    id: ShiftNeedId,
    input: &NeedRevision,
) -> Result<()> {
    let (need, session) = held_need(by, now, tx, id).await?;
    if input.wanted < need.taken {
        let fault = Fault::bound("field.fewer_than_taken", need.taken);
        return Err(FieldErrors::one("wanted", fault).into());
    }
    if (&input.position, input.wanted, &input.note) == (&need.position, need.wanted, &need.note) {
        return Ok(());
    }
    // The session is held: nobody else adds one meanwhile.
    let same: i64 = sqlx::query_scalar(
        "select count(*) from shift_needs n join shift_needs o on o.session_id = n.session_id and o.id <> n.id
             and o.withdrawn_at is null and o.position = $2
             and coalesce(o.team_id, 0) = coalesce(n.team_id, 0) and coalesce(o.kind_id, 0) = coalesce(n.kind_id, 0)
         where n.id = $1",
    )
    .bind(id)
    .bind(&input.position)
    .fetch_one(&mut *tx)
    .await?;
    if same > 0 {
        return Err(Error::field("position", "field.position_taken"));
    }
    sqlx::query("update shift_needs set position = $2, wanted = $3, note = $4 where id = $1")
        .bind(id)
        .bind(&input.position)
        .bind(input.wanted)
        .bind(&input.note)
        .execute(&mut *tx)
        .await
        .on_unique("shift_needs_position", || Error::field("position", "field.position_taken"))?;
    let entry = audit::entry("session.shift_revised", session.id.0).at(session.center_id);
    audit::record(tx, by, now, entry).await
}

/// Nobody is needed there any more, for a reason: who said yes or was asked is free.
///
/// # Errors
/// As [`revise_need`]'s.
pub async fn withdraw_need(by: &ShiftKeeper, now: Now, tx: &mut Conn, id: ShiftNeedId, reason: &str) -> Result<()> {
    let (_, session) = held_need(by, now, tx, id).await?;
    let (account, phone) = account_and_phone(&by.actor());
    sqlx::query(
        "update shift_needs set withdrawn_at = $2, withdrawn_by = $3, withdrawn_phone = $4, withdraw_reason = $5 where id = $1",
    )
    .bind(id)
    .bind(now.0)
    .bind(account)
    .bind(phone)
    .bind(reason)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update shifts set state = $2, changed_at = $3, by_whom = $4, account_id = $5, phone_id = $6
         where need_id = $1 and state in ('invited', 'taken')",
    )
    .bind(id)
    .bind(ShiftState::Ended)
    .bind(now.0)
    .bind(by.by)
    .bind(account)
    .bind(phone)
    .execute(&mut *tx)
    .await?;
    let entry = audit::entry("session.shift_withdrawn", session.id.0).at(session.center_id).because(reason);
    audit::record(tx, by, now, entry).await
}

/// Asks somebody who serves whether they take a shift. More may be asked than are needed: not all say yes.
///
/// # Errors
/// `Refused("shift_outside")`, `Refused("shift_resting")`, `Refused("shift_live")`, and as [`revise_need`]'s.
pub async fn invite(
    by: &ShiftKeeper,
    now: Now,
    tx: &mut Conn,
    (need, person): (ShiftNeedId, PersonId),
) -> Result<ShiftId> {
    let (need, session) = held_need(by, now, tx, need).await?;
    let person = people::queries::find(tx, by.center.id(), person).await?.id;
    let new = ShiftRow { need: need.id, session: session.id, person, state: ShiftState::Invited, instead_of: None };
    let made = ask(&ShiftHand::from(by), now, tx, (&need, &session), new).await?;
    let entry = audit::entry("session.shift_invited", session.id.0).at(session.center_id);
    audit::record(tx, by, now, entry).await?;
    Ok(made)
}

/// Asks whoever serves; their row is held, so that nobody lets them rest meanwhile.
async fn ask(
    hand: &ShiftHand,
    now: Now,
    tx: &mut Conn,
    (need, session): (&Need, &ShiftSession),
    new: ShiftRow,
) -> Result<ShiftId> {
    locks::person(tx, new.person).await?;
    match standing(tx, session, need.team_id.or(session.team_id), new.person).await? {
        MemberState::Active => hand.writes(now, tx, new).await,
        MemberState::Suspended => Err(refused(ShiftRefusal::Resting)),
        MemberState::Outside | MemberState::Left => Err(refused(ShiftRefusal::Outside)),
    }
}

/// Asks another member to take the shift over. Until they say yes the first one holds it.
///
/// # Errors
/// `Refused("shift_settled")` for a shift that is not theirs any more; `Refused("shift_no_team")` where no team serves that a substitute could be
/// of; as [`invite`]'s; `NotFound` for another's.
pub async fn ask_substitute(
    by: &ConfirmedPhone,
    now: Now,
    tx: &mut Conn,
    shift: ShiftId,
    person: PersonId,
) -> Result<ShiftId> {
    let held = own(by, tx, shift).await?;
    let (need, session) = hold(tx, held.need_id).await?;
    if !session.is_open(now) {
        return Err(refused(ShiftRefusal::Over));
    }
    if own(by, tx, shift).await?.state != ShiftState::Taken {
        return Err(refused(ShiftRefusal::Settled));
    }
    if need.team_id.or(session.team_id).is_none() {
        return Err(Error::refused("shift_no_team"));
    }
    let hand = ShiftHand::from(by);
    // One at a time: who was asked before need not answer any more.
    hand.ends_questions(now, tx, shift).await?;
    let new =
        ShiftRow { need: need.id, session: session.id, person, state: ShiftState::Invited, instead_of: Some(shift) };
    let made = ask(&hand, now, tx, (&need, &session), new).await?;
    let entry = audit::entry("session.substitute_asked", session.id.0).at(session.center_id);
    audit::record(tx, by, now, entry).await?;
    Ok(made)
}

/// Says no to an invitation, perhaps with a word.
///
/// # Errors
/// `Refused("shift_settled")` where it was taken back or answered; `NotFound` for another's.
pub async fn decline(by: &ConfirmedPhone, now: Now, tx: &mut Conn, shift: ShiftId, word: Option<&str>) -> Result<()> {
    let held = own(by, tx, shift).await?;
    let (_, session) = hold(tx, held.need_id).await?;
    let (from, to) = (ShiftState::Invited, ShiftState::Declined);
    ShiftHand::from(by).changes(now, tx, shift, (from, to), word).await?;
    let entry = audit::entry("session.shift_declined", session.id.0).at(session.center_id);
    audit::record(tx, by, now, entry).await
}

/// Gives a shift back, with a word.
///
/// # Errors
/// `Refused("shift_over")`; `Refused("shift_settled")` for one that is not theirs any more; `NotFound` for another's.
pub async fn give_back(by: &ConfirmedPhone, now: Now, tx: &mut Conn, shift: ShiftId, word: Option<&str>) -> Result<()> {
    let held = own(by, tx, shift).await?;
    let (_, session) = hold(tx, held.need_id).await?;
    free(&ShiftHand::from(by), now, tx, &session, (shift, word)).await
}

/// Frees somebody who cannot come, or takes a question back.
///
/// # Errors
/// As [`give_back`]'s.
pub async fn release(by: &ShiftKeeper, now: Now, tx: &mut Conn, shift: ShiftId, word: Option<&str>) -> Result<()> {
    let found = queries::shift(tx, shift).await?;
    queries::need(by, tx, found.need_id).await?;
    let (_, session) = hold(tx, found.need_id).await?;
    if queries::shift(tx, shift).await?.state == ShiftState::Invited {
        let (from, to) = (ShiftState::Invited, ShiftState::Ended);
        ShiftHand::from(by).changes(now, tx, shift, (from, to), word).await?;
        let entry = audit::entry("session.shift_question_ended", session.id.0).at(session.center_id);
        return audit::record(tx, by, now, entry).await;
    }
    free(&ShiftHand::from(by), now, tx, &session, (shift, word)).await
}

async fn free(
    hand: &ShiftHand,
    now: Now,
    tx: &mut Conn,
    session: &ShiftSession,
    (shift, word): (ShiftId, Option<&str>),
) -> Result<()> {
    if !session.is_open(now) {
        return Err(refused(ShiftRefusal::Over));
    }
    hand.changes(now, tx, shift, (ShiftState::Taken, ShiftState::GivenBack), word).await?;
    hand.ends_questions(now, tx, shift).await?;
    let entry = audit::entry("session.shift_given_back", session.id.0).at(session.center_id);
    audit::record(tx, hand, now, entry).await
}

/// Says what is too much, from now on: what was taken stays.
pub async fn set_limits(by: &CityAdmin, now: Now, tx: &mut Conn, limits: &ShiftLimits) -> Result<()> {
    if queries::limits(tx).await? == *limits {
        return Ok(());
    }
    sqlx::query(
        "update shift_limits set day_minutes = $1, days_running = $2, minors_from = $3, minors_to = $4, minors_minutes = $5 where id = 1",
    )
    .bind(limits.day_minutes)
    .bind(limits.days_running)
    .bind(limits.minors_from)
    .bind(limits.minors_to)
    .bind(limits.minors_minutes)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("shift_limits.set", 1)).await
}

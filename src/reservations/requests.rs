//! A residents' group's wish for a room: sent, granted, declined, taken back.

use data_encoding::BASE64URL_NOPAD;

use super::actions::{call_off, insert, purpose};
use super::forms::{ReservationTexts, RoomGrant, RoomWish};
use super::queries;
use super::types::{GroupContact, ReservationId, ReservationKind, RoomRequest, RoomRequestId, RoomRequestState};
use crate::activities::occupying;
use crate::audit;
use crate::auth::{Coordinator, logins};
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::ids::RequestId;
use crate::locks;
use crate::people;
use crate::phones::Phone;
use crate::store::{self, Conn, Db, Sealer};

/// The most wishes of one phone that wait at one time.
const MOST: i64 = 5;

/// What stands in the link of whoever sent a form. It follows from the form's number and the installation's key, so that the form sent once
/// more leads to the same page; the database keeps its hash.
fn secret(sealer: &Sealer, request: RequestId) -> String {
    BASE64URL_NOPAD.encode(&sealer.sign("room request", &request.to_string()))
}

/// Asks for a room, and gives the secret of the link by which the answer is seen. The same form once more is the same wish.
///
/// # Errors
/// `Refused("too_many_wishes")`.
pub async fn send(
    by: &Phone,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    (wish, rules): (&RoomWish, &str),
) -> Result<String> {
    let secret = secret(sealer, wish.request);
    let known: Option<RoomRequestId> =
        sqlx::query_scalar("select id from room_requests where request_id = $1 and center_id = $2")
            .bind(wish.request)
            .bind(center.id())
            .fetch_optional(&mut *tx)
            .await?;
    if known.is_some() {
        return Ok(secret);
    }
    if queries::waiting_of(tx, by.id).await? >= MOST {
        return Err(Error::refused("too_many_wishes"));
    }
    let id: RoomRequestId = sqlx::query_scalar(
        "insert into room_requests (center_id, phone_id, request_id, link_hash, state, group_name, contact_sealed, contact_key,
                                    team_id, room_id, day, from_minute, to_minute, heads, purpose, rules, sent_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) returning id",
    )
    .bind(center.id())
    .bind(by.id)
    .bind(wish.request)
    .bind(logins::hash(&secret))
    .bind(RoomRequestState::Open)
    .bind(&wish.group_name)
    .bind(GroupContact::of(&wish.name, &wish.phone).seal(sealer)?)
    .bind(people::door_key(sealer, &wish.name, &wish.phone))
    .bind(wish.team)
    .bind(wish.room)
    .bind(wish.slot.date)
    .bind(wish.slot.from)
    .bind(wish.slot.to)
    .bind(wish.heads)
    .bind(&wish.purpose)
    .bind(rules.to_owned())
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await
    // The same form twice at one moment.
    .on_unique("room_requests_request", || Error::Busy)?;
    audit::record(tx, by, now, audit::entry("room_request.sent", id.0).at(center.id())).await?;
    Ok(secret)
}

/// Grants a wish where a person waits for the answer.
///
/// # Errors
/// `Refused` with what is in the way; as [`grant`].
pub async fn approve(
    by: &Coordinator,
    now: Now,
    db: &Db,
    center: &Center,
    request: &RoomRequest,
    answer: &RoomGrant,
) -> Result<ReservationId> {
    if !request.is_open() {
        return Err(Error::refused("request_answered"));
    }
    let (room, slots) = (&answer.room, [answer.slot]);
    let ways = occupying::in_the_way(by, &mut *db.read().await?, center, room, &slots, None).await?;
    if let Some((_, refusal)) = ways.into_iter().next() {
        return Err(refusal.into());
    }
    let made = async {
        let mut tx = db.begin().await?;
        let made = grant(by, now, &mut tx, center, request, answer).await?;
        tx.commit().await?;
        Ok(made)
    };
    match made.await {
        Err(error) => Err(occupying::named(by, db, center, (room, &slots), None, error).await),
        made => made,
    }
}

/// Grants a wish: the room is booked, on conditions that whoever asked reads by their link.
///
/// # Errors
/// `Refused("request_answered")` where somebody was faster; `room_taken` and `room_out_of_use`.
pub async fn grant(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    request: &RoomRequest,
    answer: &RoomGrant,
) -> Result<ReservationId> {
    if !locks::room(tx, answer.room.id).await? {
        return Err(Error::refused("room_out_of_use"));
    }
    store::lock_values(tx, "select id from room_requests where id = $1").bind(request.id).execute(&mut *tx).await?;
    let kind = ReservationKind::Request;
    let texts = ReservationTexts {
        title: request.purpose.chars().take(60).collect(),
        holder: request.group_name.clone(),
        attendees: None,
        heads: Some(request.heads),
    };
    let what = purpose(kind, &texts.holder);
    let booking = occupying::occupy(tx, &answer.room, &answer.slot, &what).await?;
    let made = insert(now, tx, (center, by.account), (kind, &texts), (booking, None)).await?;
    settle(by, now, tx, request.id, (RoomRequestState::Approved, answer.word.as_deref()), Some(made)).await?;
    audit::record(tx, by, now, audit::entry("room_request.approved", request.id.0).at(center.id())).await?;
    Ok(made)
}

/// Declines with a word, which whoever asked reads by their link.
///
/// # Errors
/// `Refused("request_answered")` where somebody was faster.
pub async fn decline(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    id: RoomRequestId,
    word: &str,
) -> Result<()> {
    settle(by, now, tx, id, (RoomRequestState::Declined, Some(word)), None).await?;
    audit::record(tx, by, now, audit::entry("room_request.declined", id.0).at(center.id())).await
}

/// Answers, once: of two who do, one does.
async fn settle(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    id: RoomRequestId,
    (state, word): (RoomRequestState, Option<&str>),
    made: Option<ReservationId>,
) -> Result<()> {
    let answered = sqlx::query(
        "update room_requests set state = $2, word = $3, answered_at = $4, answered_by = $5, reservation_id = $6
         where id = $1 and state = $7",
    )
    .bind(id)
    .bind(state)
    .bind(word.map(str::to_owned))
    .bind(now.0)
    .bind(by.account)
    .bind(made)
    .bind(RoomRequestState::Open)
    .execute(tx)
    .await?;
    if answered.rows_affected() == 0 { Err(Error::refused("request_answered")) } else { Ok(()) }
}

/// Takes a wish back by the link in hand, before it begins; a room that was granted is free again. Who asked is forgotten.
///
/// # Errors
/// `Refused("request_closed")` for one that is declined, over, or taken back.
pub async fn withdraw(by: &Phone, now: Now, tx: &mut Conn, center: &Center, request: &RoomRequest) -> Result<()> {
    if !request.may_withdraw(&now.0) {
        return Err(Error::refused("request_closed"));
    }
    let withdrawn: Option<Option<ReservationId>> = sqlx::query_scalar(
        "update room_requests set state = $2, answered_at = coalesce(answered_at, $3), contact_sealed = null, contact_key = ''
         where id = $1 and state in ($4, $5) returning reservation_id",
    )
    .bind(request.id)
    .bind(RoomRequestState::Withdrawn)
    .bind(now.0)
    .bind(RoomRequestState::Open)
    .bind(RoomRequestState::Approved)
    .fetch_optional(&mut *tx)
    .await?;
    match withdrawn {
        None => return Err(Error::refused("request_closed")),
        Some(None) => {}
        Some(Some(made)) => {
            call_off(by, now, tx, center, &[made], None).await?;
        }
    }
    audit::record(tx, by, now, audit::entry("room_request.withdrawn", request.id.0).at(center.id())).await
}

/// The number in full, for a reason that is kept.
///
/// # Errors
/// `NotFound` where it was forgotten.
pub async fn reveal(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    request: &RoomRequest,
    reason: &str,
) -> Result<String> {
    let contact = request.contact(sealer)?.ok_or(Error::NotFound)?;
    let entry = audit::entry("room_request.contact_revealed", request.id.0).at(center.id());
    audit::record(tx, by, now, entry.because(reason)).await?;
    Ok(contact.phone)
}

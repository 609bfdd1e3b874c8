//! Sessions that are made, closed and given up by themselves, day after day (`open_rooms`). Who calls has decided, and keeps the
//! audit entries.

use serde_json::json;

use super::actions::book;
use super::forms::Texts;
use super::rules::Slot;
use super::types::{ActivityId, SessionId};
use crate::auth::Coordinator;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::codes::{self, CodeOf};
use crate::error::{Error, OnViolation, Result};
use crate::marks::ChangedBooking;
use crate::rooms::RoomId;
use crate::store::{self, Conn, Violation};
use crate::{audit, marks};

/// Puts an activity into the center's list whose sessions are made later.
pub async fn found(by: &Coordinator, now: Now, tx: &mut Conn, center: CenterId, texts: &Texts) -> Result<ActivityId> {
    let id: ActivityId = sqlx::query_scalar(
        "insert into activities (center_id, kind_id, title, description, published, created_by, created_at, admission)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
    )
    .bind(center)
    .bind(texts.kind)
    .bind(&texts.title)
    .bind(&texts.description)
    .bind(store::Flag::from(texts.published))
    .bind(by.account)
    .bind(now.0)
    .bind(texts.admission)
    .fetch_one(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("activity.scheduled", id.0).at(center)).await?;
    Ok(id)
}

/// In which room the sessions of an activity are, and for how many.
#[derive(Clone, Copy, Debug)]
pub struct StandingPlace {
    pub center: CenterId,
    pub activity: ActivityId,
    pub room: RoomId,
    pub capacity: i64,
}

/// Makes a session for each of the slots, with its code, and books the room for just as long: what stands open is not set up
/// and cleared away. Whoever calls holds the room ([`crate::locks`]).
///
/// # Errors
/// `Refused("room_taken")` where the room is no longer free.
pub async fn make(now: Now, tx: &mut Conn, opened: StandingPlace, slots: &[Slot]) -> Result<Vec<SessionId>> {
    if slots.is_empty() {
        return Ok(Vec::new());
    }
    let ids = store::reserve(tx, "sessions", slots.len()).await?;
    let sessions = store::rows(
        ids.iter().zip(slots),
        |(id, slot)| json!({"id": id, "starts": slot.starts_at.0, "ends": slot.ends_at.0, "date": slot.date}),
    );
    sqlx::query(
        "insert into sessions (id, activity_id, center_id, starts_at, ends_at, local_date, capacity, status, updated_at,
                               charged_to)
         select cast(j.value ->> 'id' as bigint), cast($2 as bigint), cast($3 as bigint),
                cast(j.value ->> 'starts' as bigint), cast(j.value ->> 'ends' as bigint), j.value ->> 'date',
                cast($4 as bigint), 'planned', cast($5 as bigint),
                (select x.agreement_id from activities a
                 join agreement_centers x on x.agreement_id = a.charged_to and x.center_id = a.center_id
                 where a.id = $2 and x.starts_on <= (j.value ->> 'date') and x.ends_on >= (j.value ->> 'date'))
         from json_each(cast($1 as json_text)) j",
    )
    .bind(sessions)
    .bind(opened.activity)
    .bind(opened.center)
    .bind(opened.capacity)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    codes::make(tx, now, CodeOf::Session, &ids).await?;
    let bookings = store::rows(
        ids.iter().zip(slots),
        |(id, slot)| json!({"room": opened.room, "session": id, "from": slot.starts_at.0, "to": slot.ends_at.0}),
    );
    book(tx, bookings).await?;
    Ok(ids.into_iter().map(SessionId).collect())
}

/// Skips those of the sessions that are planned still and to which nobody came, each for its reason, and gives back what they
/// hold. Whoever calls holds them.
pub async fn skip(now: Now, tx: &mut Conn, sessions: &[(SessionId, &str)]) -> Result<Vec<SessionId>> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let mut skipped: Vec<SessionId> = sqlx::query_scalar(
        "update sessions set status = 'skipped', reason = j.value ->> 'reason', sequence = sequence + 1, updated_at = $2
         from json_each(cast($1 as json_text)) j
         where sessions.id = cast(j.value ->> 'id' as bigint) and sessions.status = 'planned'
           and not exists (select 1 from attendances a where a.session_id = sessions.id and a.voided_at is null)
           and not exists (select 1 from head_counts h where h.session_id = sessions.id and h.voided_at is null)
         returning id",
    )
    .bind(store::rows(sessions, |(id, reason)| json!({"id": id, "reason": reason})))
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await?;
    skipped.sort();
    let released: Vec<ChangedBooking> = sqlx::query_as(
        "update bookings set released_at = $2 where released_at is null
           and session_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         returning room_id, starts_at, ends_at",
    )
    .bind(store::rows(&skipped, |id| json!(id)))
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await?;
    marks::bookings(tx, &released).await?;
    Ok(skipped)
}

/// Marks those of the sessions that are planned still as held. What was written about one stays. Whoever calls holds them.
pub async fn complete(now: Now, tx: &mut Conn, sessions: &[SessionId], summary: &str) -> Result<Vec<SessionId>> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let mut closed: Vec<SessionId> = sqlx::query_scalar(
        "update sessions set status = 'completed', summary = coalesce(summary, $2), closed_at = $3, updated_at = $3
         where status = 'planned'
           and id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         returning id",
    )
    .bind(store::rows(sessions, |id| json!(id)))
    .bind(summary)
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await?;
    closed.sort();
    marks::sessions(tx, &closed).await?;
    Ok(closed)
}

/// Has a skipped session take place again, just where and when it was. Whoever calls holds it, and its room.
///
/// # Errors
/// `Refused("room_taken")` if the room has been given away, `Refused("session_changed")` if it is not skipped.
pub async fn take_up(now: Now, tx: &mut Conn, session: SessionId) -> Result<()> {
    let taken_up = sqlx::query(
        "update sessions set status = 'planned', reason = null, sequence = sequence + 1, updated_at = $1
         where id = $2 and status = 'skipped'",
    )
    .bind(now.0)
    .bind(session)
    .execute(&mut *tx)
    .await?;
    if taken_up.rows_affected() == 0 {
        return Err(Error::refused("session_changed"));
    }
    let booked: Vec<ChangedBooking> = sqlx::query_as(
        "update bookings set released_at = null where session_id = $1 and superseded = 0 returning room_id, starts_at, ends_at",
    )
    .bind(session)
    .fetch_all(&mut *tx)
    .await
    .on(&Violation::BookingOverlap, || Error::refused("room_taken"))?;
    marks::bookings(tx, &booked).await
}

//! Rooms for what is no session: a meeting, an appointment, a residents' group, maintenance. The booking is written here, by its
//! owner's wish; what it is for is kept by whoever asked.

use chrono::Timelike as _;
use serde_json::json;

use super::actions::is_room_taken;
use super::booking::Around;
use super::holding::hold;
use super::rules::{self, Slot};
use super::taken;
use super::types::{BookingId, BookingKind, ServiceKindId};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, OnViolation, Refusal, Result};
use crate::marks::{self, ChangedBooking};
use crate::rooms::{self, Room, RoomId};
use crate::store::{Conn, Db, Flag, Violation, rows};
use crate::workers::WorkerId;

/// A stretch shorter than this is no free time worth a word.
const LEAST_FREE: i64 = 30;

/// What a room is needed for.
pub struct Occupying<'a> {
    pub kind: BookingKind,
    /// What those read who may read the center.
    pub label: &'a str,
    /// Whether everybody else reads it too, instead of "busy".
    pub is_public: bool,
    /// Whose time it takes too, and for which kind of service.
    pub time_of: Option<(WorkerId, ServiceKindId)>,
}

/// Where something stands that is to stand elsewhere, and so is not in its own way.
#[derive(Clone, Copy, Debug)]
pub struct Stands {
    pub room: RoomId,
    pub from: Timestamp,
}

/// Books a room. Asking [`in_the_way`] first is a courtesy; here the database decides.
///
/// # Errors
/// `Refused("room_taken")` without the name of what is in the way, which [`named`] adds once the transaction is over;
/// `Refused("room_out_of_use")`.
pub async fn occupy(tx: &mut Conn, room: &Room, slot: &Slot, what: &Occupying<'_>) -> Result<BookingId> {
    hold(tx, [room.id], []).await?;
    book(tx, room, slot, what).await
}

async fn book(tx: &mut Conn, room: &Room, slot: &Slot, what: &Occupying<'_>) -> Result<BookingId> {
    let (from, to) = slot.with_buffer(room.buffer_minutes);
    let booking = sqlx::query_scalar(
        "insert into bookings (kind, room_id, starts_at, ends_at, label, label_public, used_from, used_to, worker_id, service_kind_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
    )
    .bind(what.kind)
    .bind(room.id)
    .bind(from)
    .bind(to)
    .bind(what.label.to_owned())
    .bind(Flag::from(what.is_public))
    .bind(slot.starts_at)
    .bind(slot.ends_at)
    .bind(what.time_of.map(|(worker, _)| worker))
    .bind(what.time_of.map(|(_, kind)| kind))
    .fetch_one(&mut *tx)
    .await
    .on(&Violation::BookingOverlap, || Error::refused("room_taken"))?;
    marks::bookings(tx, &[(room.id, from, to)]).await?;
    Ok(booking)
}

/// Books anew what is to be at another time or in another room. The old booking stays as a trace.
///
/// # Errors
/// As [`occupy`].
pub async fn relocate(
    now: Now,
    tx: &mut Conn,
    booking: BookingId,
    room: &Room,
    slot: &Slot,
    what: &Occupying<'_>,
) -> Result<BookingId> {
    // The room before the booking in it: the order of all.
    hold(tx, [room.id], []).await?;
    let released: Vec<ChangedBooking> = sqlx::query_as(
        "update bookings set released_at = $1, superseded = 1
         where id = $2 and session_id is null and released_at is null returning room_id, starts_at, ends_at",
    )
    .bind(now.0)
    .bind(booking)
    .fetch_all(&mut *tx)
    .await?;
    marks::bookings(tx, &released).await?;
    book(tx, room, slot, what).await
}

/// Gives the room back. The booking still says where it was to be.
pub async fn vacate(now: Now, tx: &mut Conn, booking: BookingId) -> Result<()> {
    vacate_all(now, tx, &[booking]).await
}

/// Gives back what several bookings hold.
pub async fn vacate_all(now: Now, tx: &mut Conn, bookings: &[BookingId]) -> Result<()> {
    let released: Vec<ChangedBooking> = sqlx::query_as(
        "update bookings set released_at = $2
         where session_id is null and released_at is null
           and id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         returning room_id, starts_at, ends_at",
    )
    .bind(rows(bookings, |id| json!(id)))
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await?;
    marks::bookings(tx, &released).await
}

/// Gives the time that live bookings take from one worker to another. Whoever calls holds both.
pub async fn reassign(tx: &mut Conn, bookings: &[BookingId], to: WorkerId) -> Result<()> {
    sqlx::query(
        "update bookings set worker_id = $2
         where session_id is null and released_at is null
           and id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(bookings, |id| json!(id)))
    .bind(to)
    .execute(tx)
    .await?;
    Ok(())
}

/// Changes what a booking is said to be for.
pub async fn relabel(tx: &mut Conn, booking: BookingId, what: &Occupying<'_>) -> Result<()> {
    sqlx::query("update bookings set label = $1, label_public = $2 where id = $3 and session_id is null")
        .bind(what.label.to_owned())
        .bind(Flag::from(what.is_public))
        .bind(booking)
        .execute(tx)
        .await?;
    Ok(())
}

/// Those of `slots` at which the room cannot be had, with what is said of each: who is there, or how the room is closed.
pub async fn in_the_way(
    by: &Coordinator,
    conn: &mut Conn,
    center: &Center,
    room: &Room,
    slots: &[Slot],
    but: Option<Stands>,
) -> Result<Vec<(Slot, Refusal)>> {
    let mut around = Around::load(by, conn, center, slots).await?;
    if let Some(own) = but {
        let is_own = |there: &rules::Occupant| {
            (there.room_id, there.starts_at) == (own.room, own.from) && there.session_id.is_none()
        };
        around.occupants.retain(|there| !is_own(there));
    }
    let refusal = |slot: &Slot| rules::refusal(room, center.zone, slot, &around.state(room, slot));
    Ok(slots.iter().filter_map(|slot| Some((*slot, refusal(slot)?))).collect())
}

/// After the database found the room taken: the refusal that says by what. Every other error stays as it is.
pub async fn named(
    by: &Coordinator,
    db: &Db,
    center: &Center,
    (room, slots): (&Room, &[Slot]),
    but: Option<Stands>,
    error: Error,
) -> Error {
    if !is_room_taken(&error) {
        return error;
    }
    let there = async { in_the_way(by, &mut *db.read().await?, center, room, slots, but).await };
    match there.await {
        Ok(there) => match there.into_iter().next() {
            Some((_, refusal)) => refusal.into(),
            // Given back in the meantime: trying again may well work.
            None => Error::refused("room_was_taken"),
        },
        Err(error) => error,
    }
}

/// When the center's rooms are free on a day, from `now` on: for whoever looks for a time, and without a word of what is there.
pub async fn free_times(
    conn: &mut Conn,
    now: Now,
    center: &Center,
    date: Date,
) -> Result<Vec<(Room, Vec<(i64, i64)>)>> {
    let (dawn, dusk) = (center.zone.midnight(date), center.zone.midnight(date.plus_days(1)));
    let rooms = rooms::queries::of_center(conn, center.id()).await?;
    let closures = rooms::queries::closures(conn, center.id(), dawn, dusk).await?;
    let booked = taken::booked(conn, center.id(), dawn, dusk).await?;
    let past = if center.zone.date(now.0) == date { dawn.minutes_until(now.0) } else { 0 };
    let minute = |at: Timestamp| dawn.minutes_until(at.clamp(dawn, dusk));
    let free = rooms.into_iter().map(|room| {
        let taken = booked.iter().filter(|(there, ..)| *there == room.id);
        let taken = taken.map(|(_, from, to)| (minute(*from) - room.buffer_minutes, minute(*to) + room.buffer_minutes));
        let mut taken: Vec<(i64, i64)> = taken.chain([(0, past)]).collect();
        taken.sort_unstable();
        let open = |from: &i64| {
            let slot = Slot::new(center.zone, date, *from, from + LEAST_FREE);
            rules::open(&room, &slot, &closures).is_ok()
                && taken.iter().all(|(begun, ended)| *begun >= slot.to || slot.from >= *ended)
        };
        let free = joined((0..=1_440 - LEAST_FREE).step_by(15).filter(open));
        (room, free)
    });
    Ok(free.collect())
}

/// Stretches of which each begins with one of `starts`, which rise; those that touch or overlap are one.
fn joined(starts: impl Iterator<Item = i64>) -> Vec<(i64, i64)> {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for from in starts {
        match spans.last_mut() {
            Some((_, to)) if from <= *to => *to = from + LEAST_FREE,
            _ => spans.push((from, from + LEAST_FREE)),
        }
    }
    spans
}

/// A booking's stretch of its day on the center's wall clock.
pub fn slot_of(center: &Center, from: Timestamp, to: Timestamp) -> Slot {
    let minute = |at: chrono::NaiveDateTime| i64::from(at.hour()) * 60 + i64::from(at.minute());
    let (date, ends) = (center.zone.date(from), center.zone.local(to));
    let until = if ends.date() == date.0 { minute(ends) } else { 1_440 };
    Slot { date, from: minute(center.zone.local(from)), to: until, starts_at: from, ends_at: to }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_that_touch_are_one_free_stretch() {
        assert_eq!(joined([540, 555, 570, 690].into_iter()), [(540, 600), (690, 720)]);
        assert_eq!(joined([].into_iter()), []);
    }
}

//! Making, changing and calling off reservations. The booking and what it is for are written in one transaction.

use serde_json::json;

use super::forms::{Cancelling, NewReservation, ReservationTexts, RevisedReservation};
use super::types::{Reservation, ReservationId, ReservationKind, RoomRequestState};
use crate::activities::occupying::{self, Occupying, Stands};
use crate::activities::{BookingId, Slot};
use crate::audit::{self, Acting};
use crate::auth::{AccountId, Coordinator};
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Refusal, Result};
use crate::files::{self, CheckedFile, FileId, Secrecy};
use crate::locks;
use crate::rooms::{self, Room};
use crate::store::{self, Conn, Db, Sealer};

/// What a booking says that a reservation of this kind holds.
pub(super) fn purpose(kind: ReservationKind, label: &str) -> Occupying<'_> {
    Occupying { kind: kind.booking(), label, is_public: kind.is_public(), time_of: None }
}

/// Makes reservations where a person waits for the answer: what is in the way is looked for before, and named where it came in between.
///
/// # Errors
/// `Refused` with what is in the way of the one date, or `several_taken` with the dates of several: then nothing is made.
pub async fn make(
    by: &Coordinator,
    now: Now,
    db: &Db,
    center: &Center,
    input: &NewReservation,
) -> Result<Vec<ReservationId>> {
    let (room, slots) = (&input.room, input.slots.as_slice());
    let ways = occupying::in_the_way(by, &mut *db.read().await?, center, room, slots, None).await?;
    if let Some(refusal) = refusal(ways) {
        return Err(refusal.into());
    }
    let made = async {
        let mut tx = db.begin().await?;
        let made = reserve(by, now, &mut tx, center, input).await?;
        tx.commit().await?;
        Ok(made)
    };
    match made.await {
        Err(error) => Err(occupying::named(by, db, center, (room, slots), None, error).await),
        made => made,
    }
}

/// Why nothing is made: what is in the way of one date, or the dates of several, each with what is there.
fn refusal(ways: Vec<(Slot, Refusal)>) -> Option<Refusal> {
    if ways.len() < 2 {
        return ways.into_iter().next().map(|(_, refusal)| refusal);
    }
    let said = |refusal: &Refusal, name: &str| {
        refusal.args.iter().find(|(arg, _)| *arg == name).map(|(_, value)| value.clone())
    };
    let line = |(slot, refusal): &(Slot, Refusal)| {
        let there = [said(refusal, "title"), said(refusal, "reason"), said(refusal, "time"), said(refusal, "hours")];
        let there = there.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if there.is_empty() { slot.date.to_string() } else { format!("{} {there}", slot.date) }
    };
    let dates = ways.iter().map(line).collect::<Vec<_>>().join("; ");
    Some(Refusal::new("several_taken").with("n", ways.len()).with("dates", dates))
}

/// Makes reservations, or none of them.
///
/// # Errors
/// `Refused("room_taken")` without the name of what is in the way; `Refused("room_out_of_use")`.
pub async fn reserve(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &NewReservation,
) -> Result<Vec<ReservationId>> {
    let mut made: Vec<ReservationId> = Vec::new();
    for slot in &input.slots {
        let what = purpose(input.kind, &input.texts.title);
        let booking = occupying::occupy(tx, &input.room, slot, &what).await?;
        let series = made.first().copied();
        made.push(insert(now, tx, (center, by.account), (input.kind, &input.texts), (booking, series)).await?);
    }
    if let (Some(first), true) = (made.first(), made.len() > 1) {
        sqlx::query("update reservations set series_id = id where id = $1").bind(first).execute(&mut *tx).await?;
    }
    for id in &made {
        audit::record(tx, by, now, audit::entry("reservation.made", id.0).at(center.id())).await?;
    }
    Ok(made)
}

/// The row beside a booking.
pub(super) async fn insert(
    now: Now,
    tx: &mut Conn,
    (center, account): (&Center, AccountId),
    (kind, texts): (ReservationKind, &ReservationTexts),
    (booking, series): (BookingId, Option<ReservationId>),
) -> Result<ReservationId> {
    Ok(sqlx::query_scalar(
        "insert into reservations (center_id, kind, title, holder, attendees, heads, booking_id, series_id, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
    )
    .bind(center.id())
    .bind(kind)
    .bind(&texts.title)
    .bind(&texts.holder)
    .bind(&texts.attendees)
    .bind(texts.heads)
    .bind(booking)
    .bind(series)
    .bind(now.0)
    .bind(account)
    .fetch_one(tx)
    .await?)
}

/// Changes what a reservation says of itself, and where and when it is; nothing, where all is as it was.
///
/// # Errors
/// `Refused` with what is in the way; `reservation_over` for one that is called off, or is to move though it was held;
/// `reservation_changed` where somebody was faster.
pub async fn revise(
    by: &Coordinator,
    now: Now,
    db: &Db,
    center: &Center,
    one: &Reservation,
    input: &RevisedReservation,
) -> Result<()> {
    let known = one.slot(center);
    let moves = input.room.is_some() || (known.starts_at, known.ends_at) != (input.slot.starts_at, input.slot.ends_at);
    let texts = ReservationTexts {
        title: one.title.clone(),
        holder: one.holder.clone(),
        attendees: one.attendees.clone(),
        heads: one.heads,
    };
    if !moves && texts == input.texts {
        return Ok(());
    }
    if one.cancelled_at.is_some() || (moves && one.ends_at <= now.0) {
        return Err(Error::refused("reservation_over"));
    }
    if !moves {
        let mut tx = db.begin().await?;
        write(&mut tx, one, &input.texts, one.booking_id).await?;
        occupying::relabel(&mut tx, one.booking_id, &purpose(one.kind, label(one, &input.texts))).await?;
        audit::record(&mut tx, by, now, audit::entry("reservation.revised", one.id.0).at(center.id())).await?;
        return tx.commit().await.map_err(Error::from);
    }
    let mut conn = db.read().await?;
    let room = match &input.room {
        Some(room) => room.clone(),
        None => rooms::queries::find(&mut conn, center.id(), one.room_id).await.map_err(|error| match error {
            Error::NotFound => Error::refused("room_out_of_use"),
            error => error,
        })?,
    };
    let own = Some(Stands { room: one.room_id, from: one.starts_at });
    let slots = [input.slot];
    let ways = occupying::in_the_way(by, &mut conn, center, &room, &slots, own).await?;
    drop(conn);
    if let Some(refusal) = refusal(ways) {
        return Err(refusal.into());
    }
    let made = async {
        let mut tx = db.begin().await?;
        relocate(by, now, &mut tx, center, one, (&input.texts, &room, &input.slot)).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    match made.await {
        Err(error) => Err(occupying::named(by, db, center, (&room, &slots), own, error).await),
        made => made,
    }
}

/// The room is held first, then the reservation, then its booking: whoever calls it off waits, or is waited for.
async fn relocate(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    one: &Reservation,
    (texts, room, slot): (&ReservationTexts, &Room, &Slot),
) -> Result<()> {
    if !locks::room(tx, room.id).await? {
        return Err(Error::refused("room_out_of_use"));
    }
    write(tx, one, texts, one.booking_id).await?;
    let what = purpose(one.kind, label(one, texts));
    let booking = occupying::relocate(now, tx, one.booking_id, room, slot, &what).await?;
    sqlx::query("update reservations set booking_id = $2 where id = $1")
        .bind(one.id)
        .bind(booking)
        .execute(&mut *tx)
        .await?;
    audit::record(tx, by, now, audit::entry("reservation.moved", one.id.0).at(center.id())).await
}

/// What its booking says: of a residents' group who it is, of the others what it is.
fn label<'a>(one: &Reservation, texts: &'a ReservationTexts) -> &'a str {
    match one.kind {
        ReservationKind::Request => &texts.holder,
        ReservationKind::Meeting | ReservationKind::Maintenance => &texts.title,
    }
}

/// Writes the texts, if it is still what was read.
async fn write(tx: &mut Conn, one: &Reservation, texts: &ReservationTexts, booking: BookingId) -> Result<()> {
    let written = sqlx::query(
        "update reservations set title = $1, holder = $2, attendees = $3, heads = $4
         where id = $5 and booking_id = $6 and cancelled_at is null",
    )
    .bind(&texts.title)
    .bind(&texts.holder)
    .bind(&texts.attendees)
    .bind(texts.heads)
    .bind(one.id)
    .bind(booking)
    .execute(tx)
    .await?;
    if written.rows_affected() == 0 { Err(Error::refused("reservation_changed")) } else { Ok(()) }
}

/// Calls it off, and where that is said those of its series that come after it; the rooms are free again. Whoever asked for the room is
/// told by their link.
///
/// # Errors
/// `Refused("reservation_over")` for one that was held or is called off.
pub async fn cancel(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    one: &Reservation,
    why: &Cancelling,
) -> Result<()> {
    if one.cancelled_at.is_some() || one.ends_at <= now.0 {
        return Err(Error::refused("reservation_over"));
    }
    // The wish before what came of it: in that order it is taken back too.
    sqlx::query("update room_requests set state = $2 where reservation_id = $1 and state = $3")
        .bind(one.id)
        .bind(RoomRequestState::Cancelled)
        .bind(RoomRequestState::Approved)
        .execute(&mut *tx)
        .await?;
    let series = one.series_id.filter(|_| why.later);
    let ids: Vec<ReservationId> = sqlx::query_scalar(
        "select v.id from reservations v join bookings b on b.id = v.booking_id
         where v.cancelled_at is null and (v.id = $1 or (v.series_id = $2 and b.used_from > $3)) order by v.id",
    )
    .bind(one.id)
    .bind(series)
    .bind(one.starts_at)
    .fetch_all(&mut *tx)
    .await?;
    let called_off = call_off(by, now, tx, center, &ids, Some(&why.reason)).await?;
    if called_off == 0 { Err(Error::refused("reservation_over")) } else { Ok(()) }
}

/// Calls these off and gives their rooms back; says how many.
pub(super) async fn call_off(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    ids: &[ReservationId],
    reason: Option<&str>,
) -> Result<usize> {
    const THESE: &str = "id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)";
    let rows = store::rows(ids, |id| json!(id));
    store::lock_values(tx, &format!("select id from reservations where {THESE} order by id"))
        .bind(rows.clone())
        .execute(&mut *tx)
        .await?;
    let sql = format!(
        "update reservations set cancelled_at = $2, cancel_reason = $3 where {THESE} and cancelled_at is null
         returning id, booking_id"
    );
    let gone: Vec<(ReservationId, BookingId)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(rows)
        .bind(now.0)
        .bind(reason.map(str::to_owned))
        .fetch_all(&mut *tx)
        .await?;
    for (id, booking) in &gone {
        occupying::vacate(now, tx, *booking).await?;
        let entry = audit::entry("reservation.cancelled", id.0).at(center.id());
        match reason {
            Some(reason) => audit::record(tx, by, now, entry.because(reason)).await?,
            None => audit::record(tx, by, now, entry).await?,
        }
    }
    Ok(gone.len())
}

/// Writes what was said and decided, or done; nothing, where that stands there already.
///
/// # Errors
/// `Refused("reservation_to_come")` before it has begun, and for one that is called off.
pub async fn write_minutes(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    one: &Reservation,
    minutes: Option<&str>,
) -> Result<()> {
    if !one.has_begun(&now.0) {
        return Err(Error::refused("reservation_to_come"));
    }
    let written = sqlx::query(
        "update reservations set minutes = $2, minutes_at = case when cast($2 as text) is null then null else cast($3 as bigint) end,
                minutes_by = $4
         where id = $1 and cancelled_at is null and minutes is distinct from $2",
    )
    .bind(one.id)
    .bind(minutes.map(str::to_owned))
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    if written.rows_affected() == 0 {
        return Ok(());
    }
    audit::record(tx, by, now, audit::entry("reservation.minutes_written", one.id.0).at(center.id())).await
}

/// The most papers that lie with one.
const MOST_FILES: i64 = 20;

/// Lays a paper with it, sealed.
///
/// # Errors
/// `Refused("too_many_papers")`.
pub async fn keep_file(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, one): (&Center, &Reservation),
    file: &CheckedFile,
) -> Result<FileId> {
    // Of two who bring the last one, one comes after the other.
    store::lock_values(tx, "select id from reservations where id = $1").bind(one.id).execute(&mut *tx).await?;
    let there: i64 = sqlx::query_scalar("select count(*) from reservation_files where reservation_id = $1")
        .bind(one.id)
        .fetch_one(&mut *tx)
        .await?;
    if there >= MOST_FILES {
        return Err(Error::refused("too_many_papers"));
    }
    let kept = files::keep(now, tx, sealer, file, Secrecy::Sealed).await?;
    sqlx::query("insert into reservation_files (reservation_id, file_id, added_at, added_by) values ($1, $2, $3, $4)")
        .bind(one.id)
        .bind(kept)
        .bind(now.0)
        .bind(by.account)
        .execute(&mut *tx)
        .await?;
    audit::record(tx, by, now, audit::entry("reservation.file_kept", one.id.0).at(center.id())).await?;
    Ok(kept)
}

/// Takes a paper away that does not belong there.
///
/// # Errors
/// `NotFound` for another's.
pub async fn drop_file(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, one): (&Center, &Reservation),
    file: FileId,
) -> Result<()> {
    let dropped = sqlx::query("delete from reservation_files where reservation_id = $1 and file_id = $2")
        .bind(one.id)
        .bind(file)
        .execute(&mut *tx)
        .await?;
    if dropped.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    files::forget(tx, file).await?;
    audit::record(tx, by, now, audit::entry("reservation.file_dropped", one.id.0).at(center.id())).await
}

//! Adding, revising, closing and retiring rooms.

use serde_json::json;

use super::types::{ClosureId, Room, RoomId, RoomKindId};
use super::{RoomInput, WeekHours, forms};
use crate::auth::Manager;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Fault, FieldErrors, OnViolation, Result};
use crate::store::{self, Conn};
use crate::{audit, locks};

/// Adds a room to the center.
///
/// # Errors
/// `Invalid` at `name` if the center has a room of that name, at `kind` if there is no such kind.
pub async fn add(by: &Manager, now: Now, tx: &mut Conn, center: &Center, input: &RoomInput) -> Result<RoomId> {
    let id: RoomId = sqlx::query_scalar(
        "insert into rooms (center_id, kind_id, name, area_m2, capacity, buffer_minutes, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(center.id())
    .bind(input.kind)
    .bind(&input.name)
    .bind(input.area_m2)
    .bind(input.capacity)
    .bind(input.buffer_minutes)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await
    .on_unique("rooms_name", name_taken)
    .on_missing(no_such_kind)?;
    set_hours(by, now, tx, center.zone.date(now.0), &[(id, &input.hours)]).await?;
    audit::record(tx, by, now, audit::entry("room.added", id.0).at(center.id())).await?;
    Ok(id)
}

/// Adds many rooms to the center, each of another kind; all of them or none.
///
/// # Errors
/// `Invalid` at the name in the row of each kind whose room the center has by that name already.
pub async fn add_all(by: &Manager, now: Now, tx: &mut Conn, center: &Center, inputs: &[RoomInput]) -> Result<()> {
    let added: Vec<(RoomId, RoomKindId)> = sqlx::query_as(
        "insert into rooms (center_id, kind_id, name, area_m2, capacity, buffer_minutes, created_at)
         select cast($2 as bigint), cast(j.value ->> 'kind' as bigint), j.value ->> 'name',
                cast(j.value ->> 'area_m2' as bigint), cast(j.value ->> 'capacity' as bigint),
                cast(j.value ->> 'buffer_minutes' as bigint), cast($3 as bigint)
         from json_each(cast($1 as json_text)) j where true order by cast(j.key as bigint)
         on conflict (center_id, name) do nothing returning id, kind_id",
    )
    .bind(store::rows(inputs, |input| {
        json!({
            "kind": input.kind, "name": input.name, "area_m2": input.area_m2, "capacity": input.capacity,
            "buffer_minutes": input.buffer_minutes,
        })
    }))
    .bind(center.id())
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await?;
    let room_of = |kind| added.iter().find(|(_, of)| *of == kind).map(|(id, _)| *id);
    let taken: Vec<_> = inputs.iter().filter(|input| room_of(input.kind).is_none()).collect();
    if !taken.is_empty() {
        let fault = |input: &&RoomInput| (forms::in_row("name", input.kind), Fault::new("field.name_taken"));
        return Err(FieldErrors { fields: taken.iter().map(fault).collect(), whole: None }.into());
    }
    let hours: Vec<_> = inputs.iter().filter_map(|input| Some((room_of(input.kind)?, &input.hours))).collect();
    set_hours(by, now, tx, center.zone.date(now.0), &hours).await?;
    let entries: Vec<_> = hours.iter().map(|(id, _)| audit::entry("room.added", id.0).at(center.id())).collect();
    audit::record_all(tx, by, now, &entries).await
}

/// Changes a room, if anything is to be otherwise. Bookings that are there stay as they are, buffers included; other hours
/// hold from today on.
pub async fn revise(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    room: &Room,
    input: &RoomInput,
) -> Result<()> {
    let revised = sqlx::query(
        "update rooms set kind_id = $1, name = $2, area_m2 = $3, capacity = $4, buffer_minutes = $5
         where id = $6 and (kind_id, name, area_m2, capacity, buffer_minutes) is distinct from ($1, $2, $3, $4, $5)",
    )
    .bind(input.kind)
    .bind(&input.name)
    .bind(input.area_m2)
    .bind(input.capacity)
    .bind(input.buffer_minutes)
    .bind(room.id)
    .execute(&mut *tx)
    .await
    .on_unique("rooms_name", name_taken)
    .on_missing(no_such_kind)?;
    let today = center.zone.date(now.0);
    let other_hours = room.hours.week(today) != input.hours;
    if other_hours {
        set_hours(by, now, tx, today, &[(room.id, &input.hours)]).await?;
    }
    if revised.rows_affected() == 0 && !other_hours {
        return Ok(());
    }
    audit::record(tx, by, now, audit::entry("room.revised", room.id.0).at(room.center_id)).await
}

/// Lets the hours of each room be these from `day` on, in the place of what was set on that day before.
async fn set_hours(by: &Manager, now: Now, tx: &mut Conn, day: Date, rooms: &[(RoomId, &WeekHours)]) -> Result<()> {
    let weeks: Vec<(i64, RoomId)> = sqlx::query_as(
        "insert into room_weeks (room_id, valid_from, created_at, created_by)
         select cast(cast(j.value as text) as bigint), cast($2 as text), cast($3 as bigint), cast($4 as bigint)
         from json_each(cast($1 as json_text)) j where true
         on conflict (room_id, valid_from) do update set created_at = excluded.created_at, created_by = excluded.created_by
         returning id, room_id",
    )
    .bind(store::rows(rooms, |(room, _)| json!(room)))
    .bind(day)
    .bind(now.0)
    .bind(by.account)
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query(
        "delete from room_week_spans
         where week_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(&weeks, |(week, _)| json!(week)))
    .execute(&mut *tx)
    .await?;
    let spans = weeks.iter().flat_map(|(week, room)| {
        let hours = rooms.iter().filter(move |(of, _)| of == room).flat_map(|(_, hours)| hours.spans());
        hours.map(move |(weekday, opens, closes)| (*week, weekday, opens, closes))
    });
    sqlx::query(
        "insert into room_week_spans (week_id, weekday, opens, closes)
         select cast(j.value ->> 'week' as bigint), cast(j.value ->> 'weekday' as bigint),
                cast(j.value ->> 'opens' as bigint), cast(j.value ->> 'closes' as bigint)
         from json_each(cast($1 as json_text)) j",
    )
    .bind(store::rows(
        spans,
        |(week, weekday, opens, closes)| json!({"week": week, "weekday": weekday, "opens": opens, "closes": closes}),
    ))
    .execute(tx)
    .await?;
    Ok(())
}

/// Closes a room for a time: repairs, a holiday. Sessions that are booked stay; the week view shows both.
pub async fn close(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    room: &Room,
    (starts_at, ends_at): (Timestamp, Timestamp),
    reason: &str,
) -> Result<()> {
    sqlx::query(
        "insert into room_closures (room_id, starts_at, ends_at, reason, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(room.id)
    .bind(starts_at)
    .bind(ends_at)
    .bind(reason)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("room.closed", room.id.0).at(room.center_id).because(reason)).await
}

/// Takes back a closure that was a mistake: the room is open again. The row stays, with the reason.
///
/// # Errors
/// `NotFound` for another room's closure, and for one that is taken back already.
pub async fn void_closure(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    room: &Room,
    closure: ClosureId,
    reason: &str,
) -> Result<()> {
    let voided = sqlx::query(
        "update room_closures set voided_at = $1, voided_by = $2, void_reason = $3
         where id = $4 and room_id = $5 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(closure)
    .bind(room.id)
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("room.closure_voided", room.id.0).at(room.center_id).because(reason)).await
}

/// Takes a room out of use. Its past stays in the reports.
///
/// # Errors
/// `Refused("room_in_use")` while sessions are planned in it, `Refused("room_out_of_use")` if it is retired already.
pub async fn retire(by: &Manager, now: Now, tx: &mut Conn, center: CenterId, room: &Room) -> Result<()> {
    // A statement of its own: what waits for a row looks for sessions as they were before it waited.
    if !locks::room(tx, room.id).await? {
        return Err(Error::refused("room_out_of_use"));
    }
    let retired = sqlx::query(
        "update rooms set retired_at = $1
         where id = $2 and not exists (
             select 1 from bookings b left join sessions s on s.id = b.session_id
             where b.room_id = rooms.id and b.released_at is null
               and (s.status = 'planned' or s.id is null and b.ends_at > $1))",
    )
    .bind(now.0)
    .bind(room.id)
    .execute(&mut *tx)
    .await?;
    if retired.rows_affected() == 0 {
        return Err(Error::refused("room_in_use"));
    }
    audit::record(tx, by, now, audit::entry("room.retired", room.id.0).at(center)).await
}

/// Puts a room back into use.
///
/// # Errors
/// `NotFound` for another center's room, and for one in use.
pub async fn restore(by: &Manager, now: Now, tx: &mut Conn, center: CenterId, room: RoomId) -> Result<()> {
    let restored =
        sqlx::query("update rooms set retired_at = null where id = $1 and center_id = $2 and retired_at is not null")
            .bind(room)
            .bind(center)
            .execute(&mut *tx)
            .await?;
    if restored.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("room.restored", room.0).at(center)).await
}

fn name_taken() -> Error {
    Error::field("name", "field.name_taken")
}

fn no_such_kind() -> Error {
    Error::field("kind", "field.not_a_choice")
}

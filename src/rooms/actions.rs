//! Adding, revising and retiring rooms.

use serde_json::json;

use super::forms::{self, RoomFacts};
use super::types::{Room, RoomDetails, RoomId, RoomKindId};
use super::weeks::set_hours;
use super::{RoomInput, queries};
use crate::auth::Manager;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Fault, FieldErrors, OnViolation, Result};
use crate::store::{self, Conn};
use crate::{audit, locks, marks};

/// Adds a room to the center, open from today on.
///
/// # Errors
/// `Invalid` at `name` if the center has a room of that name, at `kind` if there is no such kind.
pub async fn add(by: &Manager, now: Now, tx: &mut Conn, center: &Center, input: &RoomInput) -> Result<RoomId> {
    add_from(by, now, tx, center, input, (center.zone.date(now.0), None)).await
}

/// The same from a day on that may lie before today: why, is said then. Reports know the room from that day on.
///
/// # Errors
/// As [`add`].
pub(super) async fn add_from(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &RoomInput,
    (day, why): (Date, Option<&str>),
) -> Result<RoomId> {
    locks::center(tx, center.id()).await?;
    let facts = &input.facts;
    let today = center.zone.date(now.0);
    let there_since = if day < today { center.zone.midnight(day) } else { now.0 };
    let id: RoomId = sqlx::query_scalar(
        "insert into rooms (center_id, kind_id, name, area_m2, capacity, buffer_minutes, created_at, floor, directions)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
    )
    .bind(center.id())
    .bind(facts.kind)
    .bind(&facts.name)
    .bind(facts.area_m2)
    .bind(facts.capacity)
    .bind(facts.buffer_minutes)
    .bind(there_since)
    .bind(&facts.details.floor)
    .bind(&facts.details.directions)
    .fetch_one(&mut *tx)
    .await
    .on_unique("rooms_name", name_taken)
    .on_missing(no_such_kind)?;
    set_features(tx, id, &facts.details).await?;
    set_hours(by, now, tx, (day, why), &[(id, &input.hours)]).await?;
    audit::record(tx, by, now, audit::entry("room.added", id.0).at(center.id())).await?;
    marks::all(tx, [center.id()]);
    Ok(id)
}

/// Adds many rooms to the center, each of another kind; all of them or none.
///
/// # Errors
/// `Invalid` at the name in the row of each kind whose room the center has by that name already.
pub async fn add_all(by: &Manager, now: Now, tx: &mut Conn, center: &Center, inputs: &[RoomInput]) -> Result<()> {
    locks::center(tx, center.id()).await?;
    let added: Vec<(RoomId, RoomKindId)> = sqlx::query_as(
        "insert into rooms (center_id, kind_id, name, area_m2, capacity, buffer_minutes, created_at)
         select cast($2 as bigint), cast(j.value ->> 'kind' as bigint), j.value ->> 'name',
                cast(j.value ->> 'area_m2' as bigint), cast(j.value ->> 'capacity' as bigint),
                cast(j.value ->> 'buffer_minutes' as bigint), cast($3 as bigint)
         from json_each(cast($1 as json_text)) j where true order by cast(j.key as bigint)
         on conflict (center_id, name) do nothing returning id, kind_id",
    )
    .bind(store::rows(inputs, |RoomInput { facts, .. }| {
        json!({
            "kind": facts.kind, "name": facts.name, "area_m2": facts.area_m2, "capacity": facts.capacity,
            "buffer_minutes": facts.buffer_minutes,
        })
    }))
    .bind(center.id())
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await?;
    let room_of = |kind| added.iter().find(|(_, of)| *of == kind).map(|(id, _)| *id);
    let taken: Vec<_> = inputs.iter().filter(|input| room_of(input.facts.kind).is_none()).collect();
    if !taken.is_empty() {
        let fault = |input: &&RoomInput| (forms::in_row("name", input.facts.kind), Fault::new("field.name_taken"));
        return Err(FieldErrors { fields: taken.iter().map(fault).collect(), whole: None }.into());
    }
    let hours: Vec<_> = inputs.iter().filter_map(|input| Some((room_of(input.facts.kind)?, &input.hours))).collect();
    set_hours(by, now, tx, (center.zone.date(now.0), None), &hours).await?;
    let entries: Vec<_> = hours.iter().map(|(id, _)| audit::entry("room.added", id.0).at(center.id())).collect();
    marks::all(tx, [center.id()]);
    audit::record_all(tx, by, now, &entries).await
}

/// Changes a room, if anything is to be otherwise. Bookings that are there stay as they are, buffers included; when it is open
/// is changed by itself.
///
/// # Errors
/// As [`add`].
pub async fn revise(by: &Manager, now: Now, tx: &mut Conn, room: &Room, facts: &RoomFacts) -> Result<()> {
    let RoomDetails { floor, directions, features } = &facts.details;
    let revised = sqlx::query(
        "update rooms set kind_id = $1, name = $2, area_m2 = $3, capacity = $4, buffer_minutes = $5, floor = $6, directions = $7
         where id = $8 and (kind_id, name, area_m2, capacity, buffer_minutes, floor, directions)
               is distinct from ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(facts.kind)
    .bind(&facts.name)
    .bind(facts.area_m2)
    .bind(facts.capacity)
    .bind(facts.buffer_minutes)
    .bind(floor)
    .bind(directions)
    .bind(room.id)
    .execute(&mut *tx)
    .await
    .on_unique("rooms_name", name_taken)
    .on_missing(no_such_kind)?;
    let other_features = queries::details(tx, room.id).await?.features != *features;
    if other_features {
        set_features(tx, room.id, &facts.details).await?;
    }
    if revised.rows_affected() == 0 && !other_features {
        return Ok(());
    }
    audit::record(tx, by, now, audit::entry("room.revised", room.id.0).at(room.center_id)).await
}

/// Lets a room have these features and no others.
async fn set_features(tx: &mut Conn, room: RoomId, details: &RoomDetails) -> Result<()> {
    sqlx::query("delete from room_features where room_id = $1").bind(room).execute(&mut *tx).await?;
    sqlx::query(
        "insert into room_features (room_id, feature)
         select cast($2 as bigint), j.value ->> 'feature' from json_each(cast($1 as json_text)) j",
    )
    .bind(store::rows(&details.features, |feature| json!({"feature": feature})))
    .bind(room)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a room out of use. Its past stays in the reports.
///
/// # Errors
/// `Refused("room_in_use")` while sessions are planned in it, `Refused("room_out_of_use")` if it is retired already.
pub async fn retire(by: &Manager, now: Now, tx: &mut Conn, center: CenterId, room: &Room) -> Result<()> {
    locks::center(tx, center).await?;
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
    marks::all(tx, [center]);
    audit::record(tx, by, now, audit::entry("room.retired", room.id.0).at(center)).await
}

/// Puts a room back into use.
///
/// # Errors
/// `NotFound` for another center's room, and for one in use.
pub async fn restore(by: &Manager, now: Now, tx: &mut Conn, center: CenterId, room: RoomId) -> Result<()> {
    locks::center(tx, center).await?;
    let restored =
        sqlx::query("update rooms set retired_at = null where id = $1 and center_id = $2 and retired_at is not null")
            .bind(room)
            .bind(center)
            .execute(&mut *tx)
            .await?;
    if restored.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    marks::all(tx, [center]);
    audit::record(tx, by, now, audit::entry("room.restored", room.0).at(center)).await
}

fn name_taken() -> Error {
    Error::field("name", "field.name_taken")
}

pub(super) fn no_such_kind() -> Error {
    Error::field("kind", "field.not_a_choice")
}

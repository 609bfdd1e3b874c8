//! Planning a room, saying how far it is, opening it, and giving it up.

use super::forms::{OpenUpInput, PlannedInput, StepInput};
use super::types::{BuildState, PlannedRoom, PlannedRoomId};
use crate::audit;
use crate::auth::Manager;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::files::{self, CheckedFile, Secrecy};
use crate::ids::RoomId;
use crate::rooms::actions::{add_from, no_such_kind};
use crate::store::{Conn, Sealer};

/// Plans a room.
///
/// # Errors
/// `Invalid` at `kind` if there is no such kind.
pub async fn add(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &PlannedInput,
) -> Result<PlannedRoomId> {
    let id: PlannedRoomId = sqlx::query_scalar(
        "insert into planned_rooms (center_id, kind_id, name, area_m2, way, cost_yuan, note, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
    )
    .bind(center.id())
    .bind(input.kind)
    .bind(&input.name)
    .bind(input.area_m2)
    .bind(input.way)
    .bind(input.cost_yuan)
    .bind(&input.note)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_missing(no_such_kind)?;
    sqlx::query(
        "insert into planned_room_steps (planned_room_id, state, on_date, created_at, created_by)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(BuildState::Planned)
    .bind(center.zone.date(now.0))
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("planned_room.added", id.0).at(center.id())).await?;
    Ok(id)
}

/// Changes what is planned, if anything is to be otherwise.
///
/// # Errors
/// `Refused("planned_room_done")` where it was opened or given up.
pub async fn revise(by: &Manager, now: Now, tx: &mut Conn, planned: &PlannedRoom, input: &PlannedInput) -> Result<()> {
    hold(tx, planned).await?;
    let revised = sqlx::query(
        "update planned_rooms set kind_id = $1, name = $2, area_m2 = $3, way = $4, cost_yuan = $5, note = $6
         where id = $7 and (kind_id, name, area_m2, way, cost_yuan, note) is distinct from ($1, $2, $3, $4, $5, $6)",
    )
    .bind(input.kind)
    .bind(&input.name)
    .bind(input.area_m2)
    .bind(input.way)
    .bind(input.cost_yuan)
    .bind(&input.note)
    .bind(planned.id)
    .execute(&mut *tx)
    .await
    .on_missing(no_such_kind)?;
    if revised.rows_affected() == 0 {
        return Ok(());
    }
    audit::record(tx, by, now, audit::entry("planned_room.revised", planned.id.0).at(planned.center_id)).await
}

/// Says how far it is, perhaps with a picture.
///
/// # Errors
/// As [`revise`].
pub async fn step(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    planned: &PlannedRoom,
    (input, picture): (&StepInput, Option<&CheckedFile>),
) -> Result<()> {
    hold(tx, planned).await?;
    let file = match picture {
        Some(picture) => Some(files::keep(now, tx, sealer, picture, Secrecy::Plain).await?),
        None => None,
    };
    sqlx::query(
        "insert into planned_room_steps (planned_room_id, state, on_date, note, file_id, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(planned.id)
    .bind(input.state)
    .bind(input.on_date)
    .bind(&input.note)
    .bind(file)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    let entry = audit::entry("planned_room.stepped", planned.id.0).at(planned.center_id);
    audit::record(tx, by, now, entry).await
}

/// Opens it: from that day on it is a room like the others, with the hours and the places that it has in truth.
///
/// # Errors
/// As [`revise`] and [`crate::rooms::add`].
pub async fn open_up(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    (center, planned): (&Center, &PlannedRoom),
    input: &OpenUpInput,
) -> Result<RoomId> {
    hold(tx, planned).await?;
    let since = (input.opened_on, input.reason.as_deref());
    let room = add_from(by, now, tx, center, &input.room, since).await?;
    sqlx::query("update planned_rooms set room_id = $1, opened_on = $2 where id = $3")
        .bind(room)
        .bind(input.opened_on)
        .bind(planned.id)
        .execute(&mut *tx)
        .await?;
    audit::record(tx, by, now, audit::entry("planned_room.opened", planned.id.0).at(planned.center_id)).await?;
    Ok(room)
}

/// Gives it up. It stays on record, with the reason.
///
/// # Errors
/// As [`revise`].
pub async fn withdraw(by: &Manager, now: Now, tx: &mut Conn, planned: &PlannedRoom, reason: &str) -> Result<()> {
    hold(tx, planned).await?;
    sqlx::query("update planned_rooms set withdrawn_at = $1, withdrawn_reason = $2 where id = $3")
        .bind(now.0)
        .bind(reason)
        .bind(planned.id)
        .execute(&mut *tx)
        .await?;
    let entry = audit::entry("planned_room.withdrawn", planned.id.0).at(planned.center_id);
    audit::record(tx, by, now, entry.because(reason)).await
}

/// Holds it until the transaction ends: of two who open it at once, one comes first.
///
/// # Errors
/// `Refused("planned_room_done")` where it was opened or given up.
async fn hold(tx: &mut Conn, planned: &PlannedRoom) -> Result<()> {
    let held = sqlx::query(
        "update planned_rooms set created_at = created_at where id = $1 and room_id is null and withdrawn_at is null",
    )
    .bind(planned.id)
    .execute(tx)
    .await?;
    if held.rows_affected() == 0 {
        return Err(Error::refused("planned_room_done"));
    }
    Ok(())
}

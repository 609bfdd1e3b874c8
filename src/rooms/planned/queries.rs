//! Reading planned rooms, always within a center that the viewer was let into.

use super::types::{PlannedRoom, PlannedRoomId, PlannedStep, PlannedStepId};
use crate::auth::Viewer;
use crate::centers::{self, Center, CenterId};
use crate::error::{Error, Result};
use crate::store::Conn;

/// A planned room with how it stands: as the latest entry says.
const COLUMNS: &str =
    "select p.id, p.center_id, p.name, p.kind_id, k.name as kind, k.name_en as kind_en, p.area_m2, p.way, p.cost_yuan,
        p.note, s.state, s.on_date as since, p.room_id, p.opened_on, p.withdrawn_at, p.withdrawn_reason
     from planned_rooms p
     join room_kinds k on k.id = p.kind_id
     join planned_room_steps s on s.id = (
         select o.id from planned_room_steps o where o.planned_room_id = p.id order by o.id desc limit 1)";

/// Those of a center that are still to come, as they were entered.
pub async fn coming(conn: &mut Conn, center: CenterId) -> Result<Vec<PlannedRoom>> {
    let sql =
        format!("{COLUMNS} where p.center_id = $1 and p.room_id is null and p.withdrawn_at is null order by p.id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).fetch_all(conn).await?)
}

/// All of a center's, those that were opened or given up too, the latest first.
pub async fn all(conn: &mut Conn, center: CenterId) -> Result<Vec<PlannedRoom>> {
    let sql = format!("{COLUMNS} where p.center_id = $1 order by p.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).fetch_all(conn).await?)
}

/// One of the center.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(conn: &mut Conn, center: CenterId, id: PlannedRoomId) -> Result<PlannedRoom> {
    let sql = format!("{COLUMNS} where p.id = $1 and p.center_id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(center).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The planned room, and its center.
///
/// # Errors
/// `NotFound` where the viewer does not reach the center.
pub async fn open_to(by: &Viewer, conn: &mut Conn, id: PlannedRoomId) -> Result<(Center, PlannedRoom)> {
    let center: Option<CenterId> = sqlx::query_scalar("select center_id from planned_rooms where id = $1")
        .bind(id)
        .fetch_optional(&mut *conn)
        .await?;
    let center = centers::queries::open_to(by, conn, center.ok_or(Error::NotFound)?).await?;
    let planned = find(conn, center.id(), id).await?;
    Ok((center, planned))
}

/// How far it was when, the latest first.
pub async fn steps(conn: &mut Conn, id: PlannedRoomId) -> Result<Vec<PlannedStep>> {
    Ok(sqlx::query_as(
        "select id, state, on_date, note, file_id from planned_room_steps
         where planned_room_id = $1 order by id desc",
    )
    .bind(id)
    .fetch_all(conn)
    .await?)
}

/// One of its steps.
///
/// # Errors
/// `NotFound` for another room's.
pub async fn step(conn: &mut Conn, id: PlannedRoomId, step: PlannedStepId) -> Result<PlannedStep> {
    sqlx::query_as(
        "select id, state, on_date, note, file_id from planned_room_steps where planned_room_id = $1 and id = $2",
    )
    .bind(id)
    .bind(step)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

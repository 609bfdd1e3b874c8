//! Reading rooms, always within a center that the viewer was let into.

use std::collections::BTreeMap;

use serde_json::json;

use super::Weeks;
use super::types::{Closure, Room, RoomId, RoomKind, RoomKindId};
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Result};
use crate::store::{self, Conn};

const COLUMNS: &str = "select r.id, r.center_id, r.name, r.kind_id, k.class, k.name as kind, k.name_en as kind_en,
        r.area_m2, r.capacity, r.buffer_minutes
     from rooms r join room_kinds k on k.id = r.kind_id";

/// The center's rooms that are in use, with their hours: required kinds first.
pub async fn of_center(conn: &mut Conn, center: CenterId) -> Result<Vec<Room>> {
    let sql = format!("{COLUMNS} where r.center_id = $1 and r.retired_at is null order by k.id, r.name");
    let mut rooms: Vec<Room> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).fetch_all(&mut *conn).await?;
    let ids: Vec<RoomId> = rooms.iter().map(|room| room.id).collect();
    let mut hours = hours(conn, &ids).await?;
    for room in &mut rooms {
        room.hours = hours.remove(&room.id).unwrap_or_default();
    }
    Ok(rooms)
}

/// The center's rooms that are out of use, the latest first. Their hours are not read.
pub async fn retired(conn: &mut Conn, center: CenterId) -> Result<Vec<Room>> {
    let sql = format!("{COLUMNS} where r.center_id = $1 and r.retired_at is not null order by r.retired_at desc, r.id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).fetch_all(conn).await?)
}

/// The kind and the square metres of each room that the center had in use at an instant.
pub async fn in_use_at(conn: &mut Conn, center: CenterId, at: Timestamp) -> Result<Vec<(RoomKindId, i64)>> {
    Ok(sqlx::query_as(
        "select kind_id, area_m2 from rooms
         where center_id = $1 and created_at < $2 and (retired_at is null or retired_at >= $2) order by id",
    )
    .bind(center)
    .bind(at)
    .fetch_all(conn)
    .await?)
}

/// One room of the center.
///
/// # Errors
/// `NotFound` for another center's room, and for a retired one.
pub async fn find(conn: &mut Conn, center: CenterId, id: RoomId) -> Result<Room> {
    let sql = format!("{COLUMNS} where r.id = $1 and r.center_id = $2 and r.retired_at is null");
    let mut room: Room = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .bind(center)
        .fetch_optional(&mut *conn)
        .await?
        .ok_or(Error::NotFound)?;
    room.hours = hours(conn, &[id]).await?.remove(&id).unwrap_or_default();
    Ok(room)
}

/// A span of a room's week; a week without any is one row of nothing.
#[derive(sqlx::FromRow)]
struct SpanRow {
    room_id: RoomId,
    valid_from: Date,
    weekday: Option<i64>,
    opens: Option<i64>,
    closes: Option<i64>,
}

/// The weeks of these rooms, of all times. A room of a week without a span is closed all through it.
pub async fn hours(conn: &mut Conn, rooms: &[RoomId]) -> Result<BTreeMap<RoomId, Weeks>> {
    let spans: Vec<SpanRow> = sqlx::query_as(
        "select w.room_id, w.valid_from, s.weekday, s.opens, s.closes
         from room_weeks w left join room_week_spans s on s.week_id = w.id
         where w.room_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(rooms, |room| json!(room)))
    .fetch_all(conn)
    .await?;
    let mut hours: BTreeMap<RoomId, Weeks> = BTreeMap::new();
    for row in spans {
        let week = hours.entry(row.room_id).or_default().from(row.valid_from);
        if let (Some(weekday), Some(opens), Some(closes)) = (row.weekday, row.opens, row.closes) {
            week.add(weekday, opens, closes);
        }
    }
    Ok(hours)
}

pub async fn kinds(conn: &mut Conn) -> Result<Vec<RoomKind>> {
    Ok(sqlx::query_as("select id, code, class, name, name_en from room_kinds order by id").fetch_all(conn).await?)
}

/// The closures of a center's rooms that touch [from, to).
pub async fn closures(conn: &mut Conn, center: CenterId, from: Timestamp, to: Timestamp) -> Result<Vec<Closure>> {
    Ok(sqlx::query_as(
        "select c.id, c.room_id, c.starts_at, c.ends_at, c.reason
         from closures_held c join rooms r on r.id = c.room_id
         where r.center_id = $1 and c.starts_at < $3 and c.ends_at > $2 order by c.starts_at",
    )
    .bind(center)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?)
}

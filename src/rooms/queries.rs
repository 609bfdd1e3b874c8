//! Reading rooms, always within a center that the viewer was let into.

use std::collections::BTreeMap;

use serde_json::json;

use super::Weeks;
use super::types::{
    Closure, ExtraOpening, Room, RoomDetails, RoomFeature, RoomId, RoomKind, RoomKindId, RoomPhoto, RoomPhotoId,
    RoomWeek, RoomWeekId,
};
use crate::auth::Viewer;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::files::FileId;
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

/// The room, and its center.
///
/// # Errors
/// `NotFound` where the viewer does not reach the center, and as [`find`].
pub async fn open_to(by: &Viewer, conn: &mut Conn, id: RoomId) -> Result<(Center, Room)> {
    let center: Option<CenterId> =
        sqlx::query_scalar("select center_id from rooms where id = $1").bind(id).fetch_optional(&mut *conn).await?;
    let center = centers::queries::open_to(by, conn, center.ok_or(Error::NotFound)?).await?;
    let room = find(conn, center.id(), id).await?;
    Ok((center, room))
}

/// The weeks of these rooms, of all times, and their extra openings. A room of a week without a span is closed all through it.
pub async fn hours(conn: &mut Conn, rooms: &[RoomId]) -> Result<BTreeMap<RoomId, Weeks>> {
    let spans: Vec<SpanRow> = sqlx::query_as(
        "select w.room_id, w.valid_from, s.weekday, s.opens, s.closes
         from room_weeks w left join room_week_spans s on s.week_id = w.id
         where w.room_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(rooms, |room| json!(room)))
    .fetch_all(&mut *conn)
    .await?;
    let mut hours: BTreeMap<RoomId, Weeks> = BTreeMap::new();
    for row in spans {
        let week = hours.entry(row.room_id).or_default().from(row.valid_from);
        if let (Some(weekday), Some(opens), Some(closes)) = (row.weekday, row.opens, row.closes) {
            week.add(weekday, opens, closes);
        }
    }
    let extra: Vec<(RoomId, Timestamp, Timestamp, Zone)> = sqlx::query_as(
        "select o.room_id, o.starts_at, o.ends_at, c.zone
         from openings_held o join rooms r on r.id = o.room_id join centers c on c.id = r.center_id
         where o.room_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(rooms, |room| json!(room)))
    .fetch_all(conn)
    .await?;
    for (room, starts_at, ends_at, zone) in extra {
        hours.entry(room).or_default().open_extra(zone, starts_at, ends_at);
    }
    Ok(hours)
}

/// Where a room is, and how one gets into it.
pub async fn details(conn: &mut Conn, room: RoomId) -> Result<RoomDetails> {
    let (floor, directions): (Option<String>, Option<String>) =
        sqlx::query_as("select floor, directions from rooms where id = $1").bind(room).fetch_one(&mut *conn).await?;
    let features: Vec<RoomFeature> =
        sqlx::query_scalar("select feature from room_features where room_id = $1").bind(room).fetch_all(conn).await?;
    Ok(RoomDetails { floor, directions, features: features.into_iter().collect() })
}

/// The weeks of a room as they were written down, the latest first.
pub async fn weeks(conn: &mut Conn, room: RoomId) -> Result<Vec<RoomWeek>> {
    Ok(sqlx::query_as("select id, valid_from, reason from room_weeks where room_id = $1 order by valid_from desc")
        .bind(room)
        .fetch_all(conn)
        .await?)
}

/// One of them.
///
/// # Errors
/// `NotFound` for another room's.
pub async fn week(conn: &mut Conn, room: RoomId, id: RoomWeekId) -> Result<RoomWeek> {
    sqlx::query_as("select id, valid_from, reason from room_weeks where room_id = $1 and id = $2")
        .bind(room)
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

pub async fn photos(conn: &mut Conn, room: RoomId) -> Result<Vec<RoomPhoto>> {
    Ok(sqlx::query_as("select id, file_id, caption from room_photos where room_id = $1 order by id")
        .bind(room)
        .fetch_all(conn)
        .await?)
}

/// One of them.
///
/// # Errors
/// `NotFound` for another room's.
pub async fn photo(conn: &mut Conn, room: RoomId, id: RoomPhotoId) -> Result<RoomPhoto> {
    sqlx::query_as("select id, file_id, caption from room_photos where room_id = $1 and id = $2")
        .bind(room)
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// What anybody may see: a picture of a room that is in use.
///
/// # Errors
/// `NotFound` for any other.
pub async fn public_photo(conn: &mut Conn, id: RoomPhotoId) -> Result<FileId> {
    sqlx::query_scalar(
        "select p.file_id from room_photos p join rooms r on r.id = p.room_id where p.id = $1 and r.retired_at is null",
    )
    .bind(id)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
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

/// The extra openings of a center's rooms that touch [from, to).
pub async fn openings(conn: &mut Conn, center: CenterId, from: Timestamp, to: Timestamp) -> Result<Vec<ExtraOpening>> {
    Ok(sqlx::query_as(
        "select o.id, o.room_id, o.starts_at, o.ends_at, o.reason
         from openings_held o join rooms r on r.id = o.room_id
         where r.center_id = $1 and o.starts_at < $3 and o.ends_at > $2 order by o.starts_at, o.id",
    )
    .bind(center)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?)
}

//! How much of its opening time each room was booked. The database adds up the bookings; what a room's hours and
//! closures leave open is decided in [`rules`].

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::queries::places;
use super::{Period, Reach, RoomUse, rules};
use crate::centers::{Center, CenterId};
use crate::clock::{Timestamp, Zone};
use crate::error::Result;
use crate::rooms::{RoomId, WeekHours};
use crate::store::Conn;

#[derive(sqlx::FromRow)]
struct RoomRow {
    id: RoomId,
    center_id: CenterId,
    name: String,
    created_at: Timestamp,
    retired_at: Option<Timestamp>,
}

/// The rooms that the period knew: added before its end and not retired before its beginning, or booked all the same.
/// A room retired within it is open until the day before.
pub(super) async fn rooms(conn: &mut Conn, reach: &Reach, period: Period) -> Result<Vec<RoomUse>> {
    let rooms: Vec<RoomRow> = of_centers(
        conn,
        "select r.id, r.center_id, r.name, r.created_at, r.retired_at from rooms r where r.center_id in",
        "order by r.center_id, r.kind_id, r.name",
        reach,
    )
    .await?;
    let hours = hours(conn, reach).await?;
    let closures = closures(conn, reach, period).await?;
    let booked = booked(conn, reach, period).await?;
    let mut used = Vec::with_capacity(rooms.len());
    for room in rooms {
        let zone = zone_of(reach, room.center_id);
        let booked_ms = booked.get(&room.id).copied().unwrap_or(0);
        let retired = room.retired_at.map(|at| zone.date(at));
        let use_of = |days: Period| Period::new(days.from, retired.map_or(days.to, |day| day.min(days.to)));
        let open: Vec<Period> = reach.days(room.center_id, period).into_iter().filter_map(use_of).collect();
        let created = zone.date(room.created_at);
        let known = open.iter().any(|days| created < days.to);
        if known || booked_ms > 0 {
            let week = hours.get(&room.id).cloned().unwrap_or_default();
            let closed = closures.get(&room.id).map_or(&[][..], Vec::as_slice);
            used.push(RoomUse {
                room_id: room.id,
                center_id: room.center_id,
                name: room.name,
                booked_minutes: booked_ms / 60_000,
                open_minutes: open.iter().map(|days| rules::open_minutes(&week, closed, zone, *days)).sum(),
            });
        }
    }
    Ok(used)
}

fn zone_of(reach: &Reach, id: CenterId) -> Zone {
    reach.centers().iter().find(|center| center.id() == id).map_or(Zone::SHANGHAI, |center| center.zone)
}

/// The rows of `select … in` for the reach's centers.
async fn of_centers<T>(conn: &mut Conn, select: &str, rest: &str, reach: &Reach) -> Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
{
    let sql = format!("{select} ({}) {rest}", places(1, reach));
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for center in reach.centers() {
        query = query.bind(center.id());
    }
    Ok(query.fetch_all(conn).await?)
}

async fn hours(conn: &mut Conn, reach: &Reach) -> Result<BTreeMap<RoomId, WeekHours>> {
    let rows: Vec<(RoomId, i64, i64, i64)> = of_centers(
        conn,
        "select o.room_id, o.weekday, o.opens, o.closes from room_hours o join rooms r on r.id = o.room_id
         where r.center_id in",
        "",
        reach,
    )
    .await?;
    let mut hours: BTreeMap<RoomId, WeekHours> = BTreeMap::new();
    for (room, weekday, opens, closes) in rows {
        hours.entry(room).or_default().set(weekday, opens, closes);
    }
    Ok(hours)
}

/// The days of the period that the viewer may read of each center, as instants of its zone.
fn spans(reach: &Reach, period: Period) -> Vec<(CenterId, Timestamp, Timestamp)> {
    let of_center = |center: &Center| {
        let (id, zone) = (center.id(), center.zone);
        reach.days(id, period).into_iter().map(move |days| (id, zone.midnight(days.from), zone.midnight(days.to)))
    };
    reach.centers().iter().flat_map(of_center).collect()
}

/// Placeholders for so many spans, as a table `edges (center_id, starts_at, ends_at)` to join.
fn edges(spans: usize) -> String {
    let rows: Vec<String> =
        (0..spans).map(|index| format!("(${}, ${}, ${})", index * 3 + 1, index * 3 + 2, index * 3 + 3)).collect();
    let rows = if rows.is_empty() { "(0, 0, 0)".to_owned() } else { rows.join(", ") };
    format!("with edges (center_id, starts_at, ends_at) as (values {rows})")
}

async fn within_edges<T>(conn: &mut Conn, select: &str, reach: &Reach, period: Period) -> Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
{
    let spans = spans(reach, period);
    let mut query = sqlx::query_as(AssertSqlSafe(format!("{} {select}", edges(spans.len()))));
    for (center, starts, ends) in spans {
        query = query.bind(center).bind(starts).bind(ends);
    }
    Ok(query.fetch_all(conn).await?)
}

type Spans = BTreeMap<RoomId, Vec<(Timestamp, Timestamp)>>;

/// The closures that touch the period.
async fn closures(conn: &mut Conn, reach: &Reach, period: Period) -> Result<Spans> {
    let rows: Vec<(RoomId, Timestamp, Timestamp)> = within_edges(
        conn,
        "select x.room_id, x.starts_at, x.ends_at
         from edges e join rooms r on r.center_id = e.center_id
         join closures_held x on x.room_id = r.id and x.starts_at < e.ends_at and x.ends_at > e.starts_at",
        reach,
        period,
    )
    .await?;
    let mut closures = Spans::new();
    for (room, starts, ends) in rows {
        closures.entry(room).or_default().push((starts, ends));
    }
    Ok(closures)
}

/// Milliseconds booked in each room, cut at the period's edges. Live bookings do not overlap: the database sees to that.
async fn booked(conn: &mut Conn, reach: &Reach, period: Period) -> Result<BTreeMap<RoomId, i64>> {
    let rows: Vec<(RoomId, i64)> = within_edges(
        conn,
        "select b.room_id, cast(sum(
                case when b.ends_at < e.ends_at then b.ends_at else e.ends_at end
                - case when b.starts_at > e.starts_at then b.starts_at else e.starts_at end) as bigint)
         from edges e join rooms r on r.center_id = e.center_id
         join bookings b on b.room_id = r.id and b.starts_at < e.ends_at and b.ends_at > e.starts_at
         join sessions s on s.id = b.session_id
         where b.released_at is null and s.status not in ('cancelled', 'skipped')
         group by b.room_id",
        reach,
        period,
    )
    .await?;
    Ok(rows.into_iter().collect())
}

//! How much of its opening time each room was booked. The database adds up the bookings; what a room's hours and
//! closures leave open is decided in [`rules`].

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::{Period, RoomUse};
use super::{Reach, rules};
use crate::centers::{Center, CenterId};
use crate::clock::{Timestamp, Zone};
use crate::error::Result;
use crate::rooms::{self, RoomId};
use crate::store::{self, Conn};

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
pub(crate) async fn rooms(conn: &mut Conn, reach: &Reach, period: Period) -> Result<Vec<RoomUse>> {
    let rooms: Vec<RoomRow> = sqlx::query_as(
        "select r.id, r.center_id, r.name, r.created_at, r.retired_at from rooms r
         where r.center_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by r.center_id, r.kind_id, r.name",
    )
    .bind(store::rows(reach.ids(), |center| json!(center)))
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<RoomId> = rooms.iter().map(|room| room.id).collect();
    let hours = rooms::queries::hours(conn, &ids).await?;
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
            let weeks = hours.get(&room.id).cloned().unwrap_or_default();
            let closed = closures.get(&room.id).map_or(&[][..], Vec::as_slice);
            used.push(RoomUse {
                room_id: room.id,
                center_id: room.center_id,
                name: room.name,
                booked_minutes: booked_ms / 60_000,
                open_minutes: open.iter().map(|days| rules::open_minutes(&weeks, closed, zone, *days)).sum(),
            });
        }
    }
    Ok(used)
}

fn zone_of(reach: &Reach, id: CenterId) -> Zone {
    reach.centers().iter().find(|center| center.id() == id).map_or(Zone::SHANGHAI, |center| center.zone)
}

/// The days of the period that the viewer may read of each center, as instants of its zone.
fn spans(reach: &Reach, period: Period) -> Vec<(CenterId, Timestamp, Timestamp)> {
    let of_center = |center: &Center| {
        let (id, zone) = (center.id(), center.zone);
        reach.days(id, period).into_iter().map(move |days| (id, zone.midnight(days.from), zone.midnight(days.to)))
    };
    reach.centers().iter().flat_map(of_center).collect()
}

/// The table `edges (center_id, starts_at, ends_at)` of such spans, which are `$1`.
const EDGES: &str = "edges (center_id, starts_at, ends_at) as (
    select cast(j.value ->> 'center' as bigint), cast(j.value ->> 'starts' as bigint), cast(j.value ->> 'ends' as bigint)
    from json_each(cast($1 as json_text)) j)";

async fn within_edges<T>(conn: &mut Conn, select: &str, reach: &Reach, period: Period) -> Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
{
    let span = |(center, starts, ends): (CenterId, Timestamp, Timestamp)| json!({"center": center, "starts": starts.0, "ends": ends.0});
    Ok(sqlx::query_as(AssertSqlSafe(format!("with {EDGES} {select}")))
        .bind(store::rows(spans(reach, period), span))
        .fetch_all(conn)
        .await?)
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
         where b.released_at is null
         group by b.room_id",
        reach,
        period,
    )
    .await?;
    Ok(rows.into_iter().collect())
}

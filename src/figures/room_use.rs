//! How much of its opening time each room was booked. The database adds up the bookings; what a room's hours and
//! closures leave open is decided in [`rules`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::building::CountedDays;
use super::counted::{Counted, Filter};
use super::list::Measure;
use super::types::{Period, RoomUse};
use super::{Reach, rules};
use crate::centers::CenterId;
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
    zone: Zone,
}

async fn of_centers(conn: &mut Conn, centers: impl IntoIterator<Item = CenterId>) -> Result<Vec<RoomRow>> {
    Ok(sqlx::query_as(
        "select r.id, r.center_id, r.name, r.created_at, r.retired_at, c.zone from rooms r join centers c on c.id = r.center_id
         where r.center_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by r.center_id, r.kind_id, r.name",
    )
    .bind(store::rows(centers, |center| json!(center)))
    .fetch_all(conn)
    .await?)
}

impl RoomRow {
    /// The days of `days` on which it was in use, as far as they end before it was retired.
    fn used(&self, days: Period) -> Option<Period> {
        let retired = self.retired_at.map(|at| self.zone.date(at));
        Period::new(days.from, retired.map_or(days.to, |day| day.min(days.to)))
    }
}

/// The rooms that the period knew: added before its end and not retired before its beginning, or booked all the same.
/// A room retired within it is open until the day before. How long they were open and booked is in `counted`.
pub(super) async fn rooms(conn: &mut Conn, reach: &Reach, period: Period, counted: &Counted) -> Result<Vec<RoomUse>> {
    Ok(used(of_centers(conn, reach.ids()).await?, (reach, period), |_| Some(counted)))
}

/// The same of what each center counts by itself.
pub(super) async fn rooms_of_each(
    conn: &mut Conn,
    reach: &Reach,
    period: Period,
    counted: &BTreeMap<CenterId, Arc<Counted>>,
) -> Result<Vec<RoomUse>> {
    let rooms = of_centers(conn, reach.ids()).await?;
    Ok(used(rooms, (reach, period), |center| counted.get(&center).map(Arc::as_ref)))
}

fn used<'a>(
    rooms: Vec<RoomRow>,
    (reach, period): (&Reach, Period),
    counted: impl Fn(CenterId) -> Option<&'a Counted>,
) -> Vec<RoomUse> {
    let days: BTreeMap<CenterId, Vec<Period>> =
        reach.ids().into_iter().map(|id| (id, reach.days(id, period))).collect();
    let mut used = Vec::with_capacity(rooms.len());
    for room in rooms {
        let counted = counted(room.center_id);
        let minutes =
            |measure| counted.and_then(|counted| counted.value(measure, &Filter::Room(room.id.0))).unwrap_or(0);
        let booked_minutes = minutes(Measure::BookedMinutes);
        let created = room.zone.date(room.created_at);
        let mut open = days.get(&room.center_id).into_iter().flatten().filter_map(|days| room.used(*days));
        if open.any(|days| created < days.to) || booked_minutes > 0 {
            used.push(RoomUse {
                room_id: room.id,
                center_id: room.center_id,
                booked_minutes,
                open_minutes: minutes(Measure::OpenMinutes),
                name: room.name,
            });
        }
    }
    used
}

/// Minutes in which each room was open, by the span's number.
pub(super) async fn open(conn: &mut Conn, spans: &[CountedDays]) -> Result<Vec<(i64, RoomId, i64)>> {
    let mut of_center: BTreeMap<CenterId, Vec<(i64, Period)>> = BTreeMap::new();
    for (n, span) in (0..).zip(spans) {
        of_center.entry(span.center).or_default().push((n, span.days));
    }
    let rooms = of_centers(conn, of_center.keys().copied()).await?;
    let ids: Vec<RoomId> = rooms.iter().map(|room| room.id).collect();
    let hours = rooms::queries::hours(conn, &ids).await?;
    let closures = closures(conn, &of_center).await?;
    let mut open = Vec::new();
    for room in rooms {
        let Some(weeks) = hours.get(&room.id) else { continue };
        let closed = closures.get(&room.id).map_or(&[][..], Vec::as_slice);
        for (span, days) in of_center.get(&room.center_id).into_iter().flatten() {
            if let Some(days) = room.used(*days) {
                open.push((*span, room.id, rules::open_minutes(weeks, closed, room.zone, days)));
            }
        }
    }
    Ok(open)
}

type Spans = BTreeMap<RoomId, Vec<(Timestamp, Timestamp)>>;

/// The closures that may touch the spans: those between the first and the last day of each center's.
async fn closures(conn: &mut Conn, spans: &BTreeMap<CenterId, Vec<(i64, Period)>>) -> Result<Spans> {
    let edges = spans.iter().filter_map(|(center, spans)| {
        let from = spans.iter().map(|(_, days)| days.from).min()?;
        let to = spans.iter().map(|(_, days)| days.to).max()?;
        // A day more on each side, for zones differ: what is cut off too much is cut again.
        Some((*center, Zone::SHANGHAI.midnight(from.minus_days(1)), Zone::SHANGHAI.midnight(to.plus_days(1))))
    });
    let edge = |(center, starts, ends): (CenterId, Timestamp, Timestamp)| json!({"center": center, "starts": starts.0, "ends": ends.0});
    let rows: Vec<(RoomId, Timestamp, Timestamp)> = sqlx::query_as(
        "with edges (center_id, starts_at, ends_at) as (
            select cast(j.value ->> 'center' as bigint), cast(j.value ->> 'starts' as bigint), cast(j.value ->> 'ends' as bigint)
            from json_each(cast($1 as json_text)) j)
         select x.room_id, x.starts_at, x.ends_at
         from edges e join rooms r on r.center_id = e.center_id
         join closures_held x on x.room_id = r.id and x.starts_at < e.ends_at and x.ends_at > e.starts_at",
    )
    .bind(store::rows(edges, edge))
    .fetch_all(conn)
    .await?;
    let mut closures = Spans::new();
    for (room, starts, ends) in rows {
        closures.entry(room).or_default().push((starts, ends));
    }
    Ok(closures)
}

/// Longest time that a booking takes, in milliseconds: a week. Nobody books longer; what began before that is over, and an index
/// finds the rest.
const LONGEST: i64 = 7 * 24 * 3_600_000;

/// Milliseconds booked in each room, by the span's number, cut at the span's edges. Live bookings do not overlap: the database sees to that.
pub(super) async fn booked(conn: &mut Conn, spans: &[CountedDays]) -> Result<Vec<(i64, RoomId, i64)>> {
    let zones = zones(conn, spans).await?;
    let edges = store::rows((0..).zip(spans), |(n, span): (i64, &CountedDays)| {
        let zone = zones.get(&span.center).copied().unwrap_or(Zone::SHANGHAI);
        let (starts, ends) = (zone.midnight(span.days.from), zone.midnight(span.days.to));
        json!({"span": n, "center": span.center, "starts": starts.0, "ends": ends.0})
    });
    Ok(sqlx::query_as(AssertSqlSafe(format!(
        "with edges (span, center_id, starts_at, ends_at) as (
            select cast(j.value ->> 'span' as bigint), cast(j.value ->> 'center' as bigint), cast(j.value ->> 'starts' as bigint),
                   cast(j.value ->> 'ends' as bigint)
            from json_each(cast($1 as json_text)) j)
         select e.span, b.room_id, cast(sum(
                case when b.ends_at < e.ends_at then b.ends_at else e.ends_at end
                - case when b.starts_at > e.starts_at then b.starts_at else e.starts_at end) as bigint)
         from edges e cross join rooms r cross join bookings b
         where r.center_id = e.center_id and b.room_id = r.id and b.starts_at < e.ends_at and b.ends_at > e.starts_at
           and b.starts_at > e.starts_at - {LONGEST} and b.released_at is null
         group by e.span, b.room_id"
    )))
    .bind(edges)
    .fetch_all(conn)
    .await?)
}

/// The zones of the spans' centers.
async fn zones(conn: &mut Conn, spans: &[CountedDays]) -> Result<BTreeMap<CenterId, Zone>> {
    let centers: BTreeSet<CenterId> = spans.iter().map(|span| span.center).collect();
    let zones: Vec<(CenterId, Zone)> = sqlx::query_as(
        "select c.id, c.zone from centers c
         where c.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(centers, |center| json!(center)))
    .fetch_all(conn)
    .await?;
    Ok(zones.into_iter().collect())
}

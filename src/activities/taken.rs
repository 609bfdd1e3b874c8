//! Reading when rooms are taken, and by what.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::rules::{Occupant, Slot};
use super::title::{self, Sight};
use super::types::OtherBooking;
use crate::auth::Coordinator;
use crate::centers::CenterId;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::rooms::RoomId;
use crate::store::{self, Conn};
use crate::web::Lang;

/// The longest time before a slot at which a booking that touches it can begin: a day, both of its buffers, and the slot's own.
pub(crate) const REACH_MILLIS: i64 = (24 + 3 * 4) * 3_600_000;

/// What stands in the way of `slots` in any of the center's rooms, their buffers counted: first which bookings these are, then what they are.
pub async fn occupants(by: &Coordinator, conn: &mut Conn, center: CenterId, slots: &[Slot]) -> Result<Vec<Occupant>> {
    if slots.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = store::rows(slots, |slot| json!({"from": slot.starts_at.0, "to": slot.ends_at.0}));
    let near: Option<String> =
        sqlx::query_scalar(AssertSqlSafe(near_sql())).bind(wanted).bind(center).fetch_one(&mut *conn).await?;
    let near: BTreeSet<i64> = near.iter().flat_map(|near| near.split(',')).filter_map(|id| id.parse().ok()).collect();
    if near.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "with there as (
             select b.room_id, b.session_id, {}, b.label, b.label_public, b.starts_at as booked_from, b.ends_at as booked_to,
                    coalesce(s.starts_at, b.used_from) as starts_at, coalesce(s.ends_at, b.used_to) as ends_at
             from bookings b
             left join sessions s on s.id = b.session_id
             left join activities a on a.id = s.activity_id
             left join service_kinds k on k.id = a.kind_id
             where b.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)
         )
         select room_id, session_id, coalesce(title, label) as title, coalesce(kind, cast($3 as text)) as kind,
                coalesce(kind_en, cast($4 as text)) as kind_en, coalesce(confidential, 1 - label_public) as confidential,
                booked_from, booked_to, starts_at, ends_at
         from there order by booked_from",
        title::columns("$1")
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(store::rows(near, |id| json!(id)))
        .bind(Lang::Zh.text("bookings.busy"))
        .bind(Lang::En.text("bookings.busy"))
        .fetch_all(conn)
        .await?)
}

/// The numbers of the bookings near what is wanted (`$1`) in the center's (`$2`) rooms, between commas. One look into the index per room and
/// slot, however many bookings there are: told of the three as tables to be joined, either engine would rather read every booking, for it
/// cannot know how few begin within a day and a half.
pub(super) fn near_sql() -> String {
    format!(
        "select string_agg(
             (select string_agg(cast(b.id as text), ',') from bookings b
              where b.room_id = r.id and b.released_at is null
                and b.starts_at < w.wanted_to + r.buffer_minutes * 60000
                and b.starts_at > w.wanted_from - {REACH_MILLIS}
                and b.ends_at > w.wanted_from - r.buffer_minutes * 60000), ',')
         from (select cast(j.value ->> 'from' as bigint) as wanted_from, cast(j.value ->> 'to' as bigint) as wanted_to
               from json_each(cast($1 as json_text)) j) w
         cross join rooms r where r.center_id = $2"
    )
}

/// The live bookings of the center's rooms that are no session's and touch [from, to), as `sight` reads them: what one is for is
/// read by who coordinates the center or receives people there, and by everybody where it says so; of a worker's time, by that worker.
pub async fn other_bookings(
    sight: Sight<'_>,
    conn: &mut Conn,
    center: CenterId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<OtherBooking>> {
    Ok(sqlx::query_as(AssertSqlSafe(other_bookings_sql()))
        .bind(center)
        .bind(from)
        .bind(to)
        .bind(sight.reader())
        .bind(title::ALL)
        .bind(title::TITLE)
        .bind(sight.account())
        .fetch_all(conn)
        .await?)
}

/// One look into the index per room, from the day before on, however many bookings there were.
pub(super) fn other_bookings_sql() -> String {
    format!(
        "select b.id, b.room_id, b.kind, case when b.label_public = 1 or cast($4 as bigint) in ($5, $6) then b.label else null end as label,
                b.worker_id, k.name as service, k.name_en as service_en, b.used_from as starts_at, b.used_to as ends_at
         from rooms r cross join bookings b
         left join workers v on v.id = b.worker_id and v.account_id = $7
         left join service_kinds k on k.id = b.service_kind_id and v.id is not null
         where r.center_id = $1 and b.room_id = r.id and b.session_id is null and b.released_at is null
           and b.starts_at < $3 and b.starts_at > cast($2 as bigint) - {REACH_MILLIS} and b.ends_at > $2 and b.used_from < $3 and b.used_to > $2
         order by b.used_from, b.id"
    )
}

/// When the center's rooms are booked within [from, to), buffers included, and for nobody knows what.
pub async fn booked(
    conn: &mut Conn,
    center: CenterId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(RoomId, Timestamp, Timestamp)>> {
    let query = sqlx::query_as(AssertSqlSafe(booked_sql()));
    Ok(query.bind(center).bind(from).bind(to).fetch_all(conn).await?)
}

pub(super) fn booked_sql() -> String {
    format!(
        "select b.room_id, b.starts_at, b.ends_at from rooms r cross join bookings b
         where r.center_id = $1 and b.room_id = r.id and b.released_at is null
           and b.starts_at < $3 and b.starts_at > cast($2 as bigint) - {REACH_MILLIS} and b.ends_at > $2
         order by b.starts_at"
    )
}

//! Reading appointments and times, of a center that the reader was let into.

use std::collections::HashMap;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::rules::{self, AHEAD, TakenTimes};
use super::types::{
    Appointment, AppointmentGuest, AppointmentId, AppointmentState, AppointmentTimes, AppointmentTimesId,
    AppointmentTold, FreeSlot,
};
use crate::activities::rules as programme;
use crate::auth::{Coordinator, Viewer};
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::ids::{PersonId, WorkerId};
use crate::phones::Phone;
use crate::rooms::{self, RoomId};
use crate::store::{Conn, Sealed, Sealer, rows};
use crate::{activities, holidays};

const TIMES: &str = "select t.id, t.worker_id, p.name as worker, t.room_id, r.name as room, r.buffer_minutes, t.kind_id, k.name as kind, k.name_en as kind_en,
        t.weekday, t.from_minute, t.to_minute, t.slot_minutes, t.by_phone, t.valid_from,
        case when t.ended_on is null then w.ended_on when w.ended_on is null then t.ended_on
             when w.ended_on < t.ended_on then w.ended_on else t.ended_on end as ended_on
     from appointment_times t join workers w on w.id = t.worker_id join people p on p.id = w.person_id
     join rooms r on r.id = t.room_id join service_kinds k on k.id = t.kind_id";

/// The times that hold today or later.
pub async fn times(conn: &mut Conn, center: CenterId, today: Date) -> Result<Vec<AppointmentTimes>> {
    let sql = format!(
        "{TIMES} where t.center_id = $1 and (t.ended_on is null or t.ended_on > $2) and (w.ended_on is null or w.ended_on > $2)
         order by t.weekday, t.from_minute, t.id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(today).fetch_all(conn).await?)
}

/// One of them, whether it holds or not.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn one_times(conn: &mut Conn, center: CenterId, id: AppointmentTimesId) -> Result<AppointmentTimes> {
    let sql = format!("{TIMES} where t.center_id = $1 and t.id = $2");
    sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The center of times that the viewer may reach.
pub(super) async fn center_of_times(by: &Viewer, conn: &mut Conn, id: AppointmentTimesId) -> Result<CenterId> {
    reach(by, conn, "appointment_times", id.0).await
}

/// The center of an appointment that the viewer may reach.
pub(super) async fn center_of(by: &Viewer, conn: &mut Conn, id: AppointmentId) -> Result<CenterId> {
    reach(by, conn, "appointments", id.0).await
}

async fn reach(by: &Viewer, conn: &mut Conn, table: &str, id: i64) -> Result<CenterId> {
    let sql = format!(
        "select x.center_id from {table} x join account_centers r on r.center_id = x.center_id where x.id = $1 and r.account_id = $2"
    );
    let found: Option<CenterId> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).bind(by.account).fetch_optional(conn).await?;
    found.ok_or(Error::NotFound)
}

/// What is in the way of these workers and in the center's rooms from one instant to another.
pub(super) async fn taken(
    conn: &mut Conn,
    center: CenterId,
    workers: &[WorkerId],
    (from, to): (Timestamp, Timestamp),
) -> Result<TakenTimes> {
    let workers = sqlx::query_as(
        "with asked as (select cast(cast(j.value as text) as bigint) as id from json_each(cast($1 as json_text)) j)
         select s.worker_id, s.starts_at, s.ends_at from asked q join sessions s on s.worker_id = q.id
         where s.status in ('planned', 'completed') and s.starts_at < $3 and $2 < s.ends_at
         union all
         select a.worker_id, a.starts_at, a.ends_at from asked q join appointments a on a.worker_id = q.id
         where a.state <> $4 and a.starts_at < $3 and $2 < a.ends_at",
    )
    .bind(rows(workers, |id| json!(id)))
    .bind(from)
    .bind(to)
    .bind(AppointmentState::Cancelled)
    .fetch_all(&mut *conn)
    .await?;
    let rooms = sqlx::query_as(
        "select b.room_id, b.starts_at, b.ends_at from bookings b join rooms r on r.id = b.room_id
         where r.center_id = $1 and b.released_at is null and b.starts_at < $3 and $2 < b.ends_at",
    )
    .bind(center)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    Ok(TakenTimes { workers, rooms })
}

/// The free slots of the coming days, of all times or of those that a phone may take.
pub async fn free(
    conn: &mut Conn,
    now: Now,
    center: &Center,
    by_phone: bool,
) -> Result<(Vec<AppointmentTimes>, Vec<FreeSlot>)> {
    let today = center.zone.date(now.0);
    let last = today.plus_days(AHEAD);
    let mut offered = times(conn, center.id(), today).await?;
    offered.retain(|one| !by_phone || one.by_phone.is_set());
    let workers: Vec<WorkerId> = offered.iter().map(|one| one.worker_id).collect();
    let span = (center.zone.midnight(today), center.zone.midnight(last));
    let taken = taken(conn, center.id(), &workers, span).await?;
    let rooms = rooms::queries::of_center(conn, center.id()).await?;
    let closures = rooms::queries::closures(conn, center.id(), span.0, span.1).await?;
    let off = holidays::queries::between(conn, today, last).await?;
    let is_off = |day: Date| off.iter().any(|holiday| holiday.covers(day));
    let is_open = |room: RoomId, slot: &activities::Slot| {
        rooms.iter().find(|one| one.id == room).is_some_and(|room| programme::open(room, slot, &closures).is_ok())
    };
    let free = rules::free(&offered, center.zone, today.until(last), now.0, &taken, (is_off, is_open));
    Ok((offered, free))
}

const APPOINTMENT: &str = "select a.id, a.center_id, a.worker_id, p.name as worker, w.account_id as worker_account, k.name as kind,
        k.name_en as kind_en, r.name as room, a.room_id, a.booking_id, a.starts_at, a.ends_at, a.state, a.phone_id, a.reason, c.zone
     from appointments a join centers c on c.id = a.center_id join workers w on w.id = a.worker_id join people p on p.id = w.person_id
     join service_kinds k on k.id = a.kind_id join rooms r on r.id = a.room_id";

/// The center's appointments from an instant on, the next first: when, with whom, where; not for whom.
pub async fn coming(_: &Coordinator, conn: &mut Conn, center: CenterId, from: Timestamp) -> Result<Vec<Appointment>> {
    let sql = format!("{APPOINTMENT} where a.center_id = $1 and a.ends_at > $2 order by a.starts_at, a.id limit 400");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(from).fetch_all(conn).await?)
}

/// Those of the reader's own worker that are over and of which is not said what became, the latest first.
pub async fn unsettled(by: &Coordinator, conn: &mut Conn, center: CenterId, now: Now) -> Result<Vec<Appointment>> {
    let sql = format!(
        "{APPOINTMENT} where a.center_id = $1 and a.state = $2 and a.ends_at <= $3 and w.account_id = $4
         order by a.starts_at desc, a.id limit 100"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(AppointmentState::Booked)
        .bind(now.0)
        .bind(by.account)
        .fetch_all(conn)
        .await?)
}

/// Those to come of the reader's own worker that were called off, but by the one who was to come: whoever had one is to be told.
pub async fn to_tell(by: &Coordinator, conn: &mut Conn, center: CenterId, now: Now) -> Result<Vec<Appointment>> {
    let sql = format!(
        "{APPOINTMENT} where a.center_id = $1 and a.state = $2 and a.starts_at > $3 and a.ended_by is not null
           and w.account_id = $4 order by a.starts_at, a.id limit 100"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(AppointmentState::Cancelled)
        .bind(now.0)
        .bind(by.account)
        .fetch_all(conn)
        .await?)
}

/// One of them.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(conn: &mut Conn, center: CenterId, id: AppointmentId) -> Result<Appointment> {
    let sql = format!("{APPOINTMENT} where a.center_id = $1 and a.id = $2");
    sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The phone's own that are not over.
pub async fn of_phone(by: &Phone, conn: &mut Conn, now: Now) -> Result<Vec<Appointment>> {
    let sql = format!("{APPOINTMENT} where a.phone_id = $1 and a.ends_at > $2 order by a.starts_at, a.id limit 20");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(by.id).bind(now.0).fetch_all(conn).await?)
}

#[derive(sqlx::FromRow)]
struct GuestRow {
    id: AppointmentId,
    person_id: Option<PersonId>,
    name: Option<String>,
    told_sealed: Option<Sealed>,
}

/// Who comes, of those appointments whose worker reads them; of the others nothing is read.
pub async fn guests(
    by: &Coordinator,
    conn: &mut Conn,
    sealer: &Sealer,
    appointments: &[Appointment],
) -> Result<HashMap<AppointmentId, AppointmentGuest>> {
    let own = appointments.iter().filter(|one| one.worker_account == Some(by.account));
    let found: Vec<GuestRow> = sqlx::query_as(
        "select a.id, a.person_id, p.name, a.told_sealed
         from json_each(cast($1 as json_text)) j join appointments a on a.id = cast(cast(j.value as text) as bigint)
         join workers w on w.id = a.worker_id and w.account_id = $2 left join people p on p.id = a.person_id",
    )
    .bind(rows(own, |one| json!(one.id)))
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let guest = |row: GuestRow| {
        let told = row.told_sealed.as_ref().map(|sealed| AppointmentTold::open(sealed, sealer)).transpose()?;
        let name = row.name.or_else(|| told.as_ref().map(|told| told.name.clone())).unwrap_or_default();
        Ok((row.id, AppointmentGuest { name, person_id: row.person_id, told }))
    };
    found.into_iter().map(guest).collect()
}

//! The appointments of a worker who leaves: given to another, who reads who comes from then on, or called off.

use serde_json::json;

use super::types::{AppointmentId, AppointmentState};
use crate::activities::BookingId;
use crate::activities::occupying;
use crate::audit;
use crate::auth::Manager;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::ids::WorkerId;
use crate::store::{Conn, rows};
use crate::workers::Worker;

/// One that is to take place: for whom and for what stays with its worker, for the kind of service tells of a person already.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct OpenAppointment {
    pub id: AppointmentId,
    pub starts_at: Timestamp,
}

/// From when on they are open: from the day's beginning, and what has begun stays theirs.
fn since(center: &Center, now: Now, day: Date) -> Timestamp {
    center.zone.midnight(day).max(Timestamp(now.0.0 + 1))
}

/// What a worker has taken on from a day on.
pub async fn open_from(
    conn: &mut Conn,
    now: Now,
    center: &Center,
    worker: WorkerId,
    day: Date,
) -> Result<Vec<OpenAppointment>> {
    Ok(sqlx::query_as(
        "select a.id, a.starts_at from appointments a
         where a.worker_id = $1 and a.state = $2 and a.starts_at >= $3 order by a.starts_at, a.id",
    )
    .bind(worker)
    .bind(AppointmentState::Booked)
    .bind(since(center, now, day))
    .fetch_all(conn)
    .await?)
}

/// Gives what a worker has taken on from a day on to another. Whoever calls holds both workers.
///
/// # Errors
/// `Invalid` at `appointments` where the other one is not there on one of the days, or has another appointment then.
pub async fn hand_over_appointments(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (from, to): (WorkerId, &Worker),
    day: Date,
) -> Result<Vec<AppointmentId>> {
    let since = since(center, now, day);
    let (first, last): (Option<Timestamp>, Option<Timestamp>) = sqlx::query_as(
        "select min(starts_at), max(starts_at) from appointments where worker_id = $1 and state = $2 and starts_at >= $3",
    )
    .bind(from)
    .bind(AppointmentState::Booked)
    .bind(since)
    .fetch_one(&mut *tx)
    .await?;
    if let (Some(gone), Some(last)) = (to.ended_on, last)
        && gone <= center.zone.date(last)
    {
        return Err(FieldErrors::one("appointments", Fault::bound("field.worker_gone", gone)).into());
    }
    if first.is_some_and(|first| center.zone.date(first) < to.started_on) {
        return Err(Error::field("appointments", "field.not_there_then"));
    }
    let clash: Option<Timestamp> = sqlx::query_scalar(
        "select min(a.starts_at) from appointments a
         join appointments o on o.worker_id = $2 and o.state = $3 and o.starts_at < a.ends_at and o.ends_at > a.starts_at
         where a.worker_id = $1 and a.state = $3 and a.starts_at >= $4",
    )
    .bind(from)
    .bind(to.worker_id)
    .bind(AppointmentState::Booked)
    .bind(since)
    .fetch_one(&mut *tx)
    .await?;
    if let Some(at) = clash {
        let told = center.zone.local(at).format("%Y-%m-%d %H:%M");
        return Err(FieldErrors::one("appointments", Fault::bound("field.has_appointment_then", told)).into());
    }
    let given: Vec<(AppointmentId, BookingId)> = sqlx::query_as(
        "update appointments set worker_id = $1 where worker_id = $2 and state = $3 and starts_at >= $4
         returning id, booking_id",
    )
    .bind(to.worker_id)
    .bind(from)
    .bind(AppointmentState::Booked)
    .bind(since)
    .fetch_all(&mut *tx)
    .await?;
    let (given, bookings) = apart(given);
    occupying::reassign(tx, &bookings, to.worker_id).await?;
    tell(by, now, tx, "appointment.handed_over", center.id(), &given).await?;
    Ok(given)
}

/// Calls off what a worker has taken on from a day on.
pub async fn cancel_appointments(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: WorkerId,
    (day, reason): (Date, &str),
) -> Result<Vec<AppointmentId>> {
    let off: Vec<(AppointmentId, BookingId)> = sqlx::query_as(
        "update appointments set state = $1, ended_at = $2, ended_by = $3, reason = $4
         where worker_id = $5 and state = $6 and starts_at >= $7 returning id, booking_id",
    )
    .bind(AppointmentState::Cancelled)
    .bind(now.0)
    .bind(by.account)
    .bind(reason.to_owned())
    .bind(worker)
    .bind(AppointmentState::Booked)
    .bind(since(center, now, day))
    .fetch_all(&mut *tx)
    .await?;
    let (off, bookings) = apart(off);
    occupying::vacate_all(now, tx, &bookings).await?;
    tell(by, now, tx, "appointment.cancelled", center.id(), &off).await?;
    Ok(off)
}

/// Gives a worker back what was given to another, as far as that one has it still, it has not begun, and the worker took on nothing else
/// for that time: those that went back.
pub async fn return_appointments(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (worker, given): (WorkerId, &[(AppointmentId, WorkerId)]),
) -> Result<Vec<AppointmentId>> {
    let returned: Vec<(AppointmentId, BookingId)> = sqlx::query_as(
        "update appointments set worker_id = $2
         from json_each(cast($1 as json_text)) j
         where appointments.id = cast(j.value ->> 'appointment' as bigint) and appointments.state = $3
           and appointments.starts_at > $4 and appointments.worker_id = cast(j.value ->> 'to' as bigint)
           and not exists (select 1 from appointments o where o.worker_id = $2 and o.state = $3
                           and o.starts_at < appointments.ends_at and o.ends_at > appointments.starts_at)
         returning id, booking_id",
    )
    .bind(rows(given, |(appointment, to)| json!({"appointment": appointment, "to": to})))
    .bind(worker)
    .bind(AppointmentState::Booked)
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await?;
    let (returned, bookings) = apart(returned);
    occupying::reassign(tx, &bookings, worker).await?;
    tell(by, now, tx, "appointment.handed_back", center.id(), &returned).await?;
    Ok(returned)
}

fn apart(mut both: Vec<(AppointmentId, BookingId)>) -> (Vec<AppointmentId>, Vec<BookingId>) {
    both.sort_by_key(|(id, _)| id.0);
    both.into_iter().unzip()
}

async fn tell(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    action: &'static str,
    center: CenterId,
    appointments: &[AppointmentId],
) -> Result<()> {
    let told: Vec<_> = appointments.iter().map(|id| audit::entry(action, id.0).at(center)).collect();
    audit::record_all(tx, by, now, &told).await
}

//! Offering times, taking a slot, cancelling it, and saying what became of it.

use super::forms::{OfferedTimes, PhoneWish, SlotWish};
use super::queries;
use super::rules;
use super::types::{Appointment, AppointmentId, AppointmentState, AppointmentTimes, AppointmentTimesId};
use crate::activities::occupying::{self, Occupying};
use crate::activities::{BookingKind, Slot};
use crate::audit::{self, Acting};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::ids::{AccountId, CenterId, PersonId, PhoneId};
use crate::phones::Phone;
use crate::store::{Conn, Flag, Sealer};
use crate::{activities, holidays, locks, people, rooms, workers};

/// What everybody reads of the room's booking: that it is needed.
const LABEL: &str = "预约";

/// Offers times. Slots follow from them; none is written before somebody takes it.
///
/// # Errors
/// `Invalid` at `worker`, `room` or `kind` for one that the center does not have.
pub async fn offer(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &OfferedTimes,
) -> Result<AppointmentTimesId> {
    let choice = |field: &'static str| {
        move |error| match error {
            Error::NotFound => Error::field(field, "field.not_a_choice"),
            error => error,
        }
    };
    workers::queries::find(tx, center.id(), input.worker).await.map_err(choice("worker"))?;
    rooms::queries::find(tx, center.id(), input.room).await.map_err(choice("room"))?;
    let id: AppointmentTimesId = sqlx::query_scalar(
        "insert into appointment_times (center_id, worker_id, room_id, kind_id, weekday, from_minute, to_minute, slot_minutes,
                                        by_phone, valid_from, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id",
    )
    .bind(center.id())
    .bind(input.worker)
    .bind(input.room)
    .bind(input.kind)
    .bind(input.weekday)
    .bind(input.from)
    .bind(input.to)
    .bind(input.slot_minutes)
    .bind(Flag::from(input.by_phone))
    .bind(input.valid_from)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_missing(|| Error::field("kind", "field.not_a_choice"))?;
    audit::record(tx, by, now, audit::entry("appointment_times.offered", id.0).at(center.id())).await?;
    Ok(id)
}

/// Ends times from today on. What was taken stays taken.
///
/// # Errors
/// `NotFound` where that was done before.
pub async fn end_times(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    times: &AppointmentTimes,
) -> Result<()> {
    let today = center.zone.date(now.0);
    let ended =
        sqlx::query("update appointment_times set ended_on = $1 where id = $2 and (ended_on is null or ended_on > $1)")
            .bind(today)
            .bind(times.id)
            .execute(&mut *tx)
            .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("appointment_times.ended", times.id.0).at(center.id())).await
}

/// Who takes a slot: staff for somebody, or a phone.
pub enum SlotTaker<'a> {
    Staff(&'a Coordinator, PersonId),
    Phone(&'a Phone, &'a PhoneWish),
}

/// Takes a slot, and books the room. The same request again finds what it took.
///
/// # Errors
/// `Refused("appointment_gone")` for a slot that is not free any more; `NotFound` for times that are not offered to who asks, and for a
/// person whom the center does not know; `Refused("too_many_appointments")` for a phone that has three already.
pub async fn take(
    asker: &SlotTaker<'_>,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    wish: &SlotWish,
) -> Result<AppointmentId> {
    if let Some(known) = taken_before(asker, tx, sealer, center, wish).await? {
        return Ok(known);
    }
    let times = queries::one_times(tx, center.id(), wish.times).await?;
    // Whoever takes another slot of this worker waits, or is waited for.
    locks::room(tx, times.room_id).await?;
    if let SlotTaker::Staff(_, person) = asker {
        locks::people_shared(tx, [*person]).await?;
    }
    locks::workers(tx, [times.worker_id]).await?;
    // A double tap waited here for its first half.
    if let Some(known) = taken_before(asker, tx, sealer, center, wish).await? {
        return Ok(known);
    }
    // As they are now that nobody else ends them, or the worker's time here.
    let times = queries::one_times(tx, center.id(), wish.times).await?;
    let (person, phone, told, key) = match asker {
        SlotTaker::Staff(_, person) => {
            people::queries::find(tx, center.id(), *person).await?;
            (Some(*person), None, None, None)
        }
        SlotTaker::Phone(phone, said) => {
            if !times.by_phone.is_set() {
                return Err(Error::NotFound);
            }
            refuse_many(tx, phone, now).await?;
            let key = people::door_key(sealer, &said.name, &said.phone);
            (None, Some(phone.id), Some(said.told.seal(sealer)?), Some(key))
        }
    };
    let slot = free_slot(now, tx, center, &times, wish).await?;
    let room = rooms::queries::find(tx, center.id(), times.room_id).await?;
    let gone = |error: Error| match error {
        Error::Refused(refusal) if refusal.code == "room_taken" => Error::refused("appointment_gone"),
        error => error,
    };
    let what = Occupying {
        kind: BookingKind::Appointment,
        label: LABEL,
        is_public: false,
        time_of: Some((times.worker_id, times.kind_id)),
    };
    let booking = occupying::occupy(tx, &room, &slot, &what).await.map_err(gone)?;
    let account: Option<AccountId> = match asker {
        SlotTaker::Staff(by, _) => Some(by.account),
        SlotTaker::Phone(..) => None,
    };
    let id: AppointmentId = sqlx::query_scalar(
        "insert into appointments (center_id, worker_id, kind_id, room_id, booking_id, request_id, starts_at, ends_at, state, person_id,
                                   phone_id, told_sealed, told_key, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning id",
    )
    .bind(center.id())
    .bind(times.worker_id)
    .bind(times.kind_id)
    .bind(times.room_id)
    .bind(booking)
    .bind(wish.request)
    .bind(slot.starts_at)
    .bind(slot.ends_at)
    .bind(AppointmentState::Booked)
    .bind(person)
    .bind(phone)
    .bind(told)
    .bind(key)
    .bind(now.0)
    .bind(account)
    .fetch_one(&mut *tx)
    .await
    .on_unique("appointments_live", || Error::refused("appointment_gone"))?;
    // Who took it is told; for whom, it is not.
    let entry = audit::entry("appointment.taken", id.0).at(center.id());
    match asker {
        SlotTaker::Staff(by, _) => audit::record(tx, *by, now, entry).await?,
        SlotTaker::Phone(phone, _) => audit::record(tx, *phone, now, entry).await?,
    }
    Ok(id)
}

/// What the same request took before. A phone whose first answer was lost on its way never got its secret, and is another one now: the
/// number of the request, which nobody else knows, and the same name and number make it the appointment's.
///
/// # Errors
/// `NotFound` where it was another center's, or somebody else's.
async fn taken_before(
    asker: &SlotTaker<'_>,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    wish: &SlotWish,
) -> Result<Option<AppointmentId>> {
    let known: Option<(AppointmentId, CenterId, Option<PhoneId>, Option<String>)> =
        sqlx::query_as("select id, center_id, phone_id, told_key from appointments where request_id = $1")
            .bind(wish.request)
            .fetch_optional(&mut *tx)
            .await?;
    let Some((id, at, phone, key)) = known else { return Ok(None) };
    if at != center.id() {
        return Err(Error::NotFound);
    }
    match asker {
        SlotTaker::Staff(..) => Ok(Some(id)),
        SlotTaker::Phone(now_there, _) if phone == Some(now_there.id) => Ok(Some(id)),
        SlotTaker::Phone(now_there, said) => {
            if key != Some(people::door_key(sealer, &said.name, &said.phone)) {
                return Err(Error::NotFound);
            }
            sqlx::query("update appointments set phone_id = $1 where id = $2")
                .bind(now_there.id)
                .bind(id)
                .execute(tx)
                .await?;
            Ok(Some(id))
        }
    }
}

/// Appointments that one phone has at one time.
const MOST: i64 = 3;

async fn refuse_many(tx: &mut Conn, phone: &Phone, now: Now) -> Result<()> {
    let held: i64 =
        sqlx::query_scalar("select count(*) from appointments where phone_id = $1 and state = $2 and ends_at > $3")
            .bind(phone.id)
            .bind(AppointmentState::Booked)
            .bind(now.0)
            .fetch_one(tx)
            .await?;
    if held >= MOST { Err(Error::refused("too_many_appointments")) } else { Ok(()) }
}

/// The slot that is asked for, if it is one of these times and free.
async fn free_slot(
    now: Now,
    tx: &mut Conn,
    center: &Center,
    times: &AppointmentTimes,
    wish: &SlotWish,
) -> Result<Slot> {
    let gone = || Error::refused("appointment_gone");
    let day = center.zone.date(wish.starts_at);
    let (dawn, dusk) = (center.zone.midnight(day), center.zone.midnight(day.plus_days(1)));
    let today = center.zone.date(now.0);
    if day < today || day > today.plus_days(rules::AHEAD) {
        return Err(gone());
    }
    let taken = queries::taken(tx, center.id(), &[times.worker_id], (dawn, dusk)).await?;
    let room = rooms::queries::find(tx, center.id(), times.room_id).await?;
    let closures = rooms::queries::closures(tx, center.id(), dawn, dusk).await?;
    let off = holidays::queries::between(tx, day, day).await?;
    let is_off = |day| off.iter().any(|holiday| holiday.covers(day));
    let is_open = |_, slot: &Slot| activities::rules::open(&room, slot, &closures).is_ok();
    let free =
        rules::free(std::slice::from_ref(times), center.zone, std::iter::once(day), now.0, &taken, (is_off, is_open));
    free.into_iter().map(|one| one.slot).find(|slot| slot.starts_at == wish.starts_at).ok_or_else(gone)
}

/// Cancels an appointment and gives the room back.
///
/// # Errors
/// `Refused("appointment_over")` for one that has begun or was cancelled.
pub async fn cancel(
    (by, account): (&impl Acting, Option<AccountId>),
    now: Now,
    tx: &mut Conn,
    appointment: &Appointment,
    reason: Option<&str>,
) -> Result<()> {
    let cancelled = sqlx::query(
        "update appointments set state = $1, ended_at = $2, ended_by = $3, reason = $4
         where id = $5 and state = $6 and starts_at > $2",
    )
    .bind(AppointmentState::Cancelled)
    .bind(now.0)
    .bind(account)
    .bind(reason.map(str::to_owned))
    .bind(appointment.id)
    .bind(AppointmentState::Booked)
    .execute(&mut *tx)
    .await?;
    if cancelled.rows_affected() == 0 {
        return Err(Error::refused("appointment_over"));
    }
    occupying::vacate(now, tx, appointment.booking_id).await?;
    audit::record(tx, by, now, audit::entry("appointment.cancelled", appointment.id.0).at(appointment.center_id)).await
}

/// Says whether they came. It may be said otherwise later.
///
/// # Errors
/// `NotFound` for another worker's; `Refused("appointment_not_begun")`, `Refused("appointment_over")` for a cancelled one.
pub async fn outcome(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    appointment: &Appointment,
    outcome: AppointmentState,
) -> Result<()> {
    if appointment.worker_account != Some(by.account) {
        return Err(Error::NotFound);
    }
    if appointment.starts_at > now.0 {
        return Err(Error::refused("appointment_not_begun"));
    }
    let said =
        sqlx::query("update appointments set state = $1, ended_at = $2, ended_by = $3 where id = $4 and state <> $5")
            .bind(outcome)
            .bind(now.0)
            .bind(by.account)
            .bind(appointment.id)
            .bind(AppointmentState::Cancelled)
            .execute(&mut *tx)
            .await?;
    if said.rows_affected() == 0 {
        return Err(Error::refused("appointment_over"));
    }
    let entry = match outcome {
        AppointmentState::Came => audit::entry("appointment.came", appointment.id.0),
        _ => audit::entry("appointment.missed", appointment.id.0),
    };
    audit::record(tx, by, now, entry.at(appointment.center_id)).await
}

//! `/api/v1/appointments` and `/api/v1/appointment_times`.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::{self, SlotTaker};
use super::types::{Appointment, AppointmentGuest, AppointmentId, AppointmentTimes, AppointmentTimesId, FreeSlot};
use super::{forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, take, cancel, outcome, times, offer, end]
}

/// An appointment. Who comes, and what for, is there for its worker alone: to everybody else the worker is busy.
#[derive(Serialize, ToSchema)]
pub(crate) struct AppointmentJson {
    id: i64,
    worker_id: i64,
    room_id: i64,
    /// The kind of service, where the reader is its worker
    kind: Option<String>,
    starts_at: String,
    ends_at: String,
    /// `booked`, `cancelled`, `came` or `missed`
    state: String,
    /// Whom it is for, where the reader is its worker
    person_id: Option<i64>,
    name: Option<String>,
    word: Option<String>,
    reason: Option<String>,
}

impl AppointmentJson {
    fn of(one: Appointment, guest: Option<&AppointmentGuest>) -> Self {
        Self {
            id: one.id.0,
            worker_id: one.worker_id.0,
            room_id: one.room_id.0,
            kind: guest.and(Some(one.kind)),
            starts_at: one.starts_at.rfc3339(),
            ends_at: one.ends_at.rfc3339(),
            state: one.state.to_string(),
            person_id: guest.and_then(|guest| guest.person_id).map(|id| id.0),
            name: guest.map(|guest| guest.name.clone()),
            word: guest.and_then(|guest| guest.told.as_ref()?.word.clone()),
            // Why it was cancelled may tell of whoever did not come.
            reason: guest.and(one.reason),
        }
    }
}

async fn opened(by: &Coordinator, conn: &mut Conn, id: AppointmentId) -> Result<Appointment> {
    let center = queries::center_of(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    queries::find(conn, center.id(), id).await
}

/// A center's appointments that are not over, at most 400, the next first.
#[utoipa::path(context_path = "/api/v1", tag = "appointments", params(("center" = i64, Query)), responses((status = 200, body = List<AppointmentJson>), (status = "4XX", body = Problem)))]
#[get("/appointments?<center>")]
pub(crate) async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: Option<&str>,
) -> Result<Json<List<AppointmentJson>>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let coming = queries::coming(&by, &mut conn, center.id(), now.0).await?;
    let guests = queries::guests(&by, &mut conn, sealer, &coming).await?;
    let json = coming.into_iter().map(|one| {
        let guest = guests.get(&one.id);
        AppointmentJson::of(one, guest)
    });
    Ok(Json(List::whole(json.collect())))
}

/// A slot for somebody.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::for_person` reads it")]
pub(crate) struct NewAppointment {
    center: i64,
    /// A UUID of the client's: the same again finds what it took
    request_id: String,
    times: i64,
    /// When the slot begins
    starts_at: String,
    person: i64,
}

/// Takes a slot for somebody. 409 `appointment_gone`. The answer says what everybody may know.
#[utoipa::path(context_path = "/api/v1", tag = "appointments", request_body = NewAppointment, responses((status = 201, body = AppointmentJson), (status = "4XX", body = Problem)))]
#[post("/appointments", data = "<fields>")]
pub(crate) async fn take(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Created<Json<AppointmentJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let (wish, person) = forms::for_person(&fields)?;
    let id = actions::take(&SlotTaker::Staff(&by, person), now, &mut tx, sealer, &center, &wish).await?;
    let made = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    let at = format!("/api/v1/appointments?center={}", center.id());
    Ok(Created::new(at).body(Json(AppointmentJson::of(made, None))))
}

/// Why an appointment does not take place.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct AppointmentCancelled {
    reason: String,
}

/// Cancels an appointment. 409 `appointment_over`.
#[utoipa::path(context_path = "/api/v1", tag = "appointments", params(("id" = i64, Path)), request_body = AppointmentCancelled, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/appointments/<id>/cancellation", data = "<fields>")]
pub(crate) async fn cancel(by: Coordinator, db: &Db, now: Now, id: AppointmentId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let one = opened(&by, &mut tx, id).await?;
    let reason = forms::reason(&fields)?.ok_or_else(|| Error::field("reason", "field.required"))?;
    actions::cancel((&by, Some(by.account)), now, &mut tx, &one, Some(&reason)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// What became of an appointment.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::outcome` reads it")]
pub(crate) struct AppointmentOutcome {
    /// `came` or `missed`
    outcome: String,
}

/// Says whether they came; for its worker alone. 409 `appointment_not_begun`, `appointment_over`.
#[utoipa::path(context_path = "/api/v1", tag = "appointments", params(("id" = i64, Path)), request_body = AppointmentOutcome, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/appointments/<id>/outcome", data = "<fields>")]
pub(crate) async fn outcome(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: AppointmentId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let one = opened(&by, &mut tx, id).await?;
    actions::outcome(&by, now, &mut tx, &one, forms::outcome(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// A free slot.
#[derive(Serialize, ToSchema)]
pub(crate) struct FreeSlotJson {
    starts_at: String,
    ends_at: String,
}

impl From<&FreeSlot> for FreeSlotJson {
    fn from(one: &FreeSlot) -> Self {
        Self { starts_at: one.slot.starts_at.rfc3339(), ends_at: one.slot.ends_at.rfc3339() }
    }
}

/// When a worker may be booked, with what is free of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AppointmentTimesJson {
    id: i64,
    worker_id: i64,
    room_id: i64,
    kind: String,
    /// 1 Monday to 7 Sunday
    weekday: i64,
    /// Minutes after midnight
    from_minute: i64,
    to_minute: i64,
    slot_minutes: i64,
    by_phone: bool,
    valid_from: String,
    ended_on: Option<String>,
    free: Vec<FreeSlotJson>,
}

impl AppointmentTimesJson {
    fn of(one: AppointmentTimes, free: &[FreeSlot]) -> Self {
        Self {
            free: free.iter().filter(|slot| slot.times == one.id).map(FreeSlotJson::from).collect(),
            id: one.id.0,
            worker_id: one.worker_id.0,
            room_id: one.room_id.0,
            kind: one.kind,
            weekday: one.weekday,
            from_minute: one.from_minute,
            to_minute: one.to_minute,
            slot_minutes: one.slot_minutes,
            by_phone: one.by_phone.is_set(),
            valid_from: one.valid_from.to_string(),
            ended_on: one.ended_on.map(|day| day.to_string()),
        }
    }
}

/// The times that a center offers, with the free slots of the coming 28 days.
#[utoipa::path(context_path = "/api/v1", tag = "appointments", params(("center" = i64, Query)), responses((status = 200, body = List<AppointmentTimesJson>), (status = "4XX", body = Problem)))]
#[get("/appointment_times?<center>")]
pub(crate) async fn times(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: Option<&str>,
) -> Result<Json<List<AppointmentTimesJson>>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let (times, free) = queries::free(&mut conn, now, &center, false).await?;
    Ok(Json(List::whole(times.into_iter().map(|one| AppointmentTimesJson::of(one, &free)).collect())))
}

/// When a worker may be booked.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::times` reads it")]
pub(crate) struct NewAppointmentTimes {
    center: i64,
    worker: i64,
    room: i64,
    /// A kind of service
    kind: i64,
    weekday: i64,
    starts: String,
    ends: String,
    slot_minutes: i64,
    /// Whether residents take one by phone
    by_phone: Option<bool>,
    valid_from: Option<String>,
}

/// Offers times.
#[utoipa::path(context_path = "/api/v1", tag = "appointments", request_body = NewAppointmentTimes, responses((status = 201, body = AppointmentTimesJson), (status = "4XX", body = Problem)))]
#[post("/appointment_times", data = "<fields>")]
pub(crate) async fn offer(
    by: Coordinator,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Created<Json<AppointmentTimesJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center: Center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::times(&fields, center.zone.date(now.0))?;
    let id = actions::offer(&by, now, &mut tx, &center, &input).await?;
    let made = queries::one_times(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    let at = format!("/api/v1/appointment_times?center={}", center.id());
    Ok(Created::new(at).body(Json(AppointmentTimesJson::of(made, &[]))))
}

/// Ends times from today on; what was taken stays. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "appointments", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/appointment_times/<id>/ending")]
pub(crate) async fn end(by: Coordinator, db: &Db, now: Now, id: AppointmentTimesId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let center = queries::center_of_times(&by, &mut tx, id).await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let times = queries::one_times(&mut tx, center.id(), id).await?;
    actions::end_times(&by, now, &mut tx, &center, &times).await?;
    tx.commit().await?;
    Ok(NoContent)
}

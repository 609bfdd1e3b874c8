//! Planned sessions and other bookings whose room is shut to them ([`rooms::affected`]), with what they are called: the list that is left
//! when rooms were closed over what is planned, until each is moved or cancelled, or its room is open again.

use askama::Template;
use rocket::serde::json::Json;
use rocket::{Route, get, routes};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::queries::select;
use super::taken;
use super::title::Sight;
use super::types::{BookingKind, OtherBooking, Session, SessionId};
use crate::api::{self, List, Problem};
use crate::auth::{CenterReader, Coordinator, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Now, Timestamp};
use crate::error::Result;
use crate::fields::parse;
use crate::rooms::affected::{self, AffectedBooking, AffectedSession};
use crate::store::{self, Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list]
}

pub(super) fn programs() -> Vec<Route> {
    routes![told, told_bookings]
}

/// A session, and the rooms that are shut to it.
struct ShutSession {
    session: Session,
    rooms: Vec<AffectedSession>,
}

/// The center's, the next first, as the viewer reads them.
async fn hits(by: &Viewer, conn: &mut Conn, center: &Center, now: Now) -> Result<Vec<ShutSession>> {
    let affected = affected::of_center(conn, center, now).await?;
    if affected.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "{} where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)
         order by s.starts_at, s.id",
        select()
    );
    let sessions: Vec<Session> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(store::rows(&affected, |one| json!(one.id)))
        .fetch_all(conn)
        .await?;
    let rooms_of = |id: SessionId| affected.iter().filter(|one| one.id == id).cloned().collect();
    Ok(sessions.into_iter().map(|session| ShutSession { rooms: rooms_of(session.id), session }).collect())
}

/// What else a room is booked for, and how it is shut.
struct ShutBooking {
    booking: OtherBooking,
    room: AffectedBooking,
}

impl ShutBooking {
    /// Where it is dealt with, below the center's page.
    fn page(&self) -> &'static str {
        match self.booking.kind {
            BookingKind::Appointment => "appointments",
            BookingKind::Session | BookingKind::Meeting | BookingKind::Request | BookingKind::Maintenance => {
                "reservations"
            }
        }
    }
}

/// The center's, the next first, as the viewer reads them.
async fn booked(by: &Viewer, conn: &mut Conn, center: &Center, now: Now) -> Result<Vec<ShutBooking>> {
    let affected = affected::bookings_of_center(conn, center, now).await?;
    let Some(last) = affected.iter().map(|one| one.ends_at).max() else { return Ok(Vec::new()) };
    let until = Timestamp(last.0 + 1);
    let mut known = taken::other_bookings(Sight::Of(by), conn, center.id(), now.0, until).await?;
    let with_what = |room: AffectedBooking| {
        let at = known.iter().position(|booking| booking.id == room.id)?;
        Some(ShutBooking { booking: known.swap_remove(at), room })
    };
    Ok(affected.into_iter().filter_map(with_what).collect())
}

#[derive(Template)]
#[template(path = "activities/affected.html")]
struct AffectedPage {
    center: Center,
    hits: Vec<ShutSession>,
    booked: Vec<ShutBooking>,
    may_schedule: bool,
}

impl View for AffectedPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("affected.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }
}

#[get("/centers/<center>/affected-sessions")]
async fn list(by: CenterReader, db: &Db, now: Now, center: CenterId) -> Result<Page<AffectedPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let hits = hits(&by, &mut conn, &center, now).await?;
    let booked = booked(&by, &mut conn, &center, now).await?;
    Ok(Page(AffectedPage { center, hits, booked, may_schedule: Coordinator::includes(by.role) }))
}

/// A planned session whose room is shut to it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AffectedSessionJson {
    session_id: i64,
    activity_id: i64,
    title: String,
    room_id: i64,
    room: String,
    starts_at: String,
    ends_at: String,
    /// Why the room is closed; without one it is outside its opening hours
    reason: Option<String>,
}

/// A center's planned sessions whose rooms are closed, or outside their hours, at that time; one for each such room, the next first.
#[utoipa::path(context_path = "/api/v1", tag = "activities", params(("center" = i64, Query)), responses((status = 200, body = List<AffectedSessionJson>), (status = "4XX", body = Problem)))]
#[get("/affected-sessions?<center>")]
pub(crate) async fn told(
    by: CenterReader,
    db: &Db,
    now: Now,
    lang: Lang,
    center: Option<&str>,
) -> Result<Json<List<AffectedSessionJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let told = hits(&by, &mut conn, &center, now).await?.into_iter().flat_map(|ShutSession { session, rooms }| {
        let of_room = move |one: AffectedSession| AffectedSessionJson {
            session_id: session.id.0,
            activity_id: session.activity_id.0,
            title: session.title.pick(lang).to_owned(),
            room_id: one.room_id.0,
            reason: one.reason().map(str::to_owned),
            room: one.room,
            starts_at: one.starts_at.rfc3339(),
            ends_at: one.ends_at.rfc3339(),
        };
        rooms.into_iter().map(of_room)
    });
    Ok(Json(List::whole(told.collect())))
}

/// What else a room is booked for that is shut to it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AffectedBookingJson {
    booking_id: i64,
    /// `meeting`, `maintenance`, `request` or `appointment`
    kind: String,
    /// What it is for, for whom that is; an appointment is no more than busy
    label: Option<String>,
    room_id: i64,
    room: String,
    starts_at: String,
    ends_at: String,
    /// Why the room is closed; without one it is outside its opening hours
    reason: Option<String>,
}

/// A center's meetings, maintenance, residents' groups and appointments whose rooms are closed, or outside their hours, at that time; the
/// next first.
#[utoipa::path(context_path = "/api/v1", tag = "activities", params(("center" = i64, Query)), responses((status = 200, body = List<AffectedBookingJson>), (status = "4XX", body = Problem)))]
#[get("/affected-bookings?<center>")]
pub(crate) async fn told_bookings(
    by: CenterReader,
    db: &Db,
    now: Now,
    center: Option<&str>,
) -> Result<Json<List<AffectedBookingJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let told = booked(&by, &mut conn, &center, now).await?.into_iter().map(|ShutBooking { booking, room }| {
        AffectedBookingJson {
            booking_id: booking.id.0,
            kind: booking.kind.to_string(),
            label: booking.label.filter(|_| booking.worker_id.is_none()),
            room_id: room.room_id.0,
            reason: room.reason().map(str::to_owned),
            room: room.room,
            starts_at: room.starts_at.rfc3339(),
            ends_at: room.ends_at.rfc3339(),
        }
    });
    Ok(Json(List::whole(told.collect())))
}

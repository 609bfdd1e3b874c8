//! `/api/v1/rooms/<id>`: a room with everything that is known of it, its weeks, closures, extra openings and pictures.

use std::collections::BTreeMap;

use rocket::form::Form as Multipart;
use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::api::{Hours, OpeningJson, RoomJson};
use super::photos::{self, SentPhoto};
use super::types::{Closure, ClosureId, ExtraOpening, OpeningId, Room, RoomId, RoomPhoto, RoomPhotoId, RoomWeekId};
use super::{actions, forms, queries, times, times_forms, weeks};
use crate::api::{self, List, Problem};
use crate::auth::{CenterReader, Manager};
use crate::centers::{self, Center};
use crate::clock::{Date, Now, Timestamp};
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![
        show,
        revise,
        set_week,
        undo_week,
        closures,
        close,
        void_closure,
        openings,
        open_extra,
        void_opening,
        add_photo,
        remove_photo
    ]
}

/// Opening hours from a day on, until the next day on which others begin.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomWeekJson {
    id: i64,
    valid_from: String,
    /// Why, where it began before the day on which it was entered
    past_reason: Option<String>,
    week: Vec<OpeningJson>,
}

/// A picture that anybody may see at `path`.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomPhotoJson {
    id: i64,
    path: String,
    caption: Option<String>,
}

impl From<RoomPhoto> for RoomPhotoJson {
    fn from(photo: RoomPhoto) -> Self {
        Self { id: photo.id.0, path: photo.path(), caption: photo.caption }
    }
}

/// A time in which a room is closed although its week says open, or open although it says closed.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomTimeJson {
    id: i64,
    room_id: i64,
    /// Instants
    starts_at: String,
    ends_at: String,
    reason: String,
}

impl From<Closure> for RoomTimeJson {
    fn from(one: Closure) -> Self {
        let (starts_at, ends_at) = (one.starts_at.rfc3339(), one.ends_at.rfc3339());
        Self { id: one.id.0, room_id: one.room_id.0, starts_at, ends_at, reason: one.reason }
    }
}

impl From<ExtraOpening> for RoomTimeJson {
    fn from(one: ExtraOpening) -> Self {
        let (starts_at, ends_at) = (one.starts_at.rfc3339(), one.ends_at.rfc3339());
        Self { id: one.id.0, room_id: one.room_id.0, starts_at, ends_at, reason: one.reason }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RoomShown {
    #[serde(flatten)]
    room: RoomJson,
    floor: Option<String>,
    /// How to get there
    directions: Option<String>,
    /// Of `step_free`, `lift`, `wide_door`, `accessible_toilet`, `hearing_loop` and `tactile_paving`
    features: Vec<String>,
    /// The latest first
    weeks: Vec<RoomWeekJson>,
    photos: Vec<RoomPhotoJson>,
}

impl RoomShown {
    async fn load(conn: &mut Conn, room: Room, today: Date) -> Result<Self> {
        let details = queries::details(conn, room.id).await?;
        let weeks = queries::weeks(conn, room.id).await?.into_iter().map(|week| RoomWeekJson {
            id: week.id.0,
            valid_from: week.valid_from.to_string(),
            past_reason: week.reason,
            week: OpeningJson::all(&room.hours.week(week.valid_from)),
        });
        let weeks = weeks.collect();
        let photos = queries::photos(conn, room.id).await?.into_iter().map(RoomPhotoJson::from).collect();
        let features = details.features.iter().map(ToString::to_string).collect();
        let (floor, directions) = (details.floor, details.directions);
        Ok(Self { room: RoomJson::of(room, today), floor, directions, features, weeks, photos })
    }
}

/// A room.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path)), responses((status = 200, body = RoomShown), (status = "4XX", body = Problem)))]
#[get("/rooms/<id>")]
pub(crate) async fn show(by: CenterReader, db: &Db, now: Now, id: RoomId) -> Result<Json<RoomShown>> {
    let mut conn = db.read().await?;
    let (center, room) = queries::open_to(&by, &mut conn, id).await?;
    Ok(Json(RoomShown::load(&mut conn, room, center.zone.date(now.0)).await?))
}

/// What a room is, whenever it is open.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::facts` reads it")]
pub(crate) struct RevisedRoom {
    name: String,
    /// The id of a kind of room
    kind: i64,
    area_m2: i64,
    capacity: i64,
    buffer_minutes: Option<i64>,
    floor: Option<String>,
    /// How to get there
    directions: Option<String>,
    /// Of `step_free`, `lift`, `wide_door`, `accessible_toilet`, `hearing_loop` and `tactile_paving`
    features: Option<Vec<String>>,
}

/// Changes a room.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path)), request_body = RevisedRoom, responses((status = 200, body = RoomShown), (status = "4XX", body = Problem)))]
#[post("/rooms/<id>", data = "<fields>")]
pub(crate) async fn revise(by: Manager, db: &Db, now: Now, id: RoomId, fields: Fields) -> Result<Json<RoomShown>> {
    let mut tx = db.begin().await?;
    let (center, room) = queries::open_to(&by, &mut tx, id).await?;
    actions::revise(&by, now, &mut tx, &room, &forms::facts(&fields)?).await?;
    let room = queries::find(&mut tx, center.id(), id).await?;
    let shown = RoomShown::load(&mut tx, room, center.zone.date(now.0)).await?;
    tx.commit().await?;
    Ok(Json(shown))
}

/// Opening hours from a day on.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `times_forms::week` reads it")]
pub(crate) struct NewRoomWeek {
    first_day: String,
    /// Needed where the first day is before today
    past_reason: Option<String>,
    /// By weekday, 1 (Monday) to 7; a weekday without hours is closed
    hours: Option<BTreeMap<String, Hours>>,
    /// Every span of the week by itself: a day may have several
    week: Option<Vec<OpeningJson>>,
}

/// Lets a room have other opening hours from a day on; what is before stays. Planned sessions that lie outside are listed by
/// `/affected-sessions`.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path)), request_body = NewRoomWeek, responses((status = 200, body = RoomShown), (status = "4XX", body = Problem)))]
#[post("/rooms/<id>/weeks", data = "<fields>")]
pub(crate) async fn set_week(by: Manager, db: &Db, now: Now, id: RoomId, fields: Fields) -> Result<Json<RoomShown>> {
    let mut tx = db.begin().await?;
    let (center, room) = queries::open_to(&by, &mut tx, id).await?;
    let today = center.zone.date(now.0);
    weeks::set_week(&by, now, &mut tx, &room, &times_forms::week(&fields, today)?).await?;
    let room = queries::find(&mut tx, center.id(), id).await?;
    let shown = RoomShown::load(&mut tx, room, today).await?;
    tx.commit().await?;
    Ok(Json(shown))
}

/// Takes back opening hours that have not begun.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path), ("week" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/rooms/<id>/weeks/<week>/void")]
pub(crate) async fn undo_week(by: Manager, db: &Db, now: Now, id: RoomId, week: RoomWeekId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, room) = queries::open_to(&by, &mut tx, id).await?;
    let week = queries::week(&mut tx, id, week).await?;
    weeks::undo_week(&by, now, &mut tx, &room, &week, center.zone.date(now.0)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// A center whose rooms' times are asked for.
async fn asked(by: &CenterReader, conn: &mut Conn, center: Option<&str>) -> Result<Center> {
    let center = api::asked("center", center, parse::choice)?;
    centers::queries::open_to(by, conn, center).await
}

/// The closures of a center's rooms that have not ended.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("center" = i64, Query)), responses((status = 200, body = List<RoomTimeJson>), (status = "4XX", body = Problem)))]
#[get("/room-closures?<center>")]
pub(crate) async fn closures(
    by: CenterReader,
    db: &Db,
    now: Now,
    center: Option<&str>,
) -> Result<Json<List<RoomTimeJson>>> {
    let mut conn = db.read().await?;
    let center = asked(&by, &mut conn, center).await?;
    let found = queries::closures(&mut conn, center.id(), now.0, Timestamp(i64::MAX)).await?;
    Ok(Json(List::whole(found.into_iter().map(RoomTimeJson::from).collect())))
}

/// A closure of some rooms, or of all of a center's.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `times_forms::closing` reads it")]
pub(crate) struct NewRoomClosure {
    center: i64,
    rooms: Option<Vec<i64>>,
    /// Every room of the center
    all: Option<bool>,
    /// Local days, both included
    from: String,
    to: String,
    /// A wall clock time on the first and on the last day, `08:30`; whole days without
    starts: Option<String>,
    ends: Option<String>,
    reason: String,
}

/// Closes rooms for a time. Planned sessions stay, and are listed by `/affected-sessions`.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", request_body = NewRoomClosure, responses((status = 201), (status = "4XX", body = Problem)))]
#[post("/room-closures", data = "<fields>")]
pub(crate) async fn close(by: Manager, db: &Db, now: Now, fields: Fields) -> Result<Created<()>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let rooms = queries::of_center(&mut tx, center.id()).await?;
    let input = times_forms::closing(&fields, now, &center, &rooms)?;
    times::close(&by, now, &mut tx, center.id(), &input).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/room-closures?center={}", center.id())))
}

/// Why it is taken back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `times_forms::why` reads it")]
pub(crate) struct RoomTimeVoid {
    reason: String,
}

/// Takes back a room's closure.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path), ("closure" = i64, Path)), request_body = RoomTimeVoid, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/rooms/<id>/closures/<closure>/void", data = "<fields>")]
pub(crate) async fn void_closure(
    by: Manager,
    db: &Db,
    now: Now,
    id: RoomId,
    closure: ClosureId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (_, room) = queries::open_to(&by, &mut tx, id).await?;
    times::void_closure(&by, now, &mut tx, &room, closure, &times_forms::why(&fields, "reason")?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// The extra openings of a center's rooms that have not ended.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("center" = i64, Query)), responses((status = 200, body = List<RoomTimeJson>), (status = "4XX", body = Problem)))]
#[get("/room-openings?<center>")]
pub(crate) async fn openings(
    by: CenterReader,
    db: &Db,
    now: Now,
    center: Option<&str>,
) -> Result<Json<List<RoomTimeJson>>> {
    let mut conn = db.read().await?;
    let center = asked(&by, &mut conn, center).await?;
    let found = queries::openings(&mut conn, center.id(), now.0, Timestamp(i64::MAX)).await?;
    Ok(Json(List::whole(found.into_iter().map(RoomTimeJson::from).collect())))
}

/// An extra opening of some rooms, or of all of a center's.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `times_forms::opening` reads it")]
pub(crate) struct NewRoomOpening {
    center: i64,
    rooms: Option<Vec<i64>>,
    /// Every room of the center
    all: Option<bool>,
    /// A local day
    day: String,
    /// Wall clock times
    opens: String,
    closes: String,
    why: String,
}

/// Opens rooms at a time at which their weeks are closed.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", request_body = NewRoomOpening, responses((status = 201), (status = "4XX", body = Problem)))]
#[post("/room-openings", data = "<fields>")]
pub(crate) async fn open_extra(by: Manager, db: &Db, now: Now, fields: Fields) -> Result<Created<()>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let rooms = queries::of_center(&mut tx, center.id()).await?;
    let input = times_forms::opening(&fields, now, &center, &rooms)?;
    times::open_extra(&by, now, &mut tx, center.id(), &input).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/room-openings?center={}", center.id())))
}

/// Takes back a room's extra opening.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path), ("opening" = i64, Path)), request_body = RoomTimeVoid, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/rooms/<id>/openings/<opening>/void", data = "<fields>")]
pub(crate) async fn void_opening(
    by: Manager,
    db: &Db,
    now: Now,
    id: RoomId,
    opening: OpeningId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (_, room) = queries::open_to(&by, &mut tx, id).await?;
    times::void_opening(&by, now, &mut tx, &room, opening, &times_forms::why(&fields, "reason")?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// A picture.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct NewRoomPhoto {
    /// JPEG or PNG, up to 10 MB
    #[schema(format = Binary)]
    photo: String,
    caption: Option<String>,
}

/// Keeps a picture of a room, which anybody may see.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path)), request_body(content = NewRoomPhoto, content_type = "multipart/form-data"), responses((status = 201, body = RoomPhotoJson), (status = "4XX", body = Problem)))]
#[post("/rooms/<id>/photos", data = "<sent>")]
pub(crate) async fn add_photo(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: RoomId,
    sent: rocket::form::Result<'_, Multipart<SentPhoto>>,
) -> Result<Created<Json<RoomPhotoJson>>> {
    let (_, room) = queries::open_to(&by, &mut *db.read().await?, id).await?;
    let (picture, caption) = SentPhoto::checked(sent).await?;
    let mut tx = db.begin().await?;
    let photo = photos::keep_photo(&by, now, &mut tx, sealer, &room, (&picture, caption.as_deref())).await?;
    let kept = RoomPhotoJson::from(queries::photo(&mut tx, id, photo).await?);
    tx.commit().await?;
    Ok(Created::new(kept.path.clone()).body(Json(kept)))
}

/// Takes a picture of a room away.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path), ("photo" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/rooms/<id>/photos/<photo>/removal")]
pub(crate) async fn remove_photo(by: Manager, db: &Db, now: Now, id: RoomId, photo: RoomPhotoId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (_, room) = queries::open_to(&by, &mut tx, id).await?;
    let photo = queries::photo(&mut tx, id, photo).await?;
    photos::remove_photo(&by, now, &mut tx, &room, &photo).await?;
    tx.commit().await?;
    Ok(NoContent)
}

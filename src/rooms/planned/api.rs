//! `/api/v1/planned-rooms`.

use std::collections::BTreeMap;

use rocket::form::Form as Multipart;
use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::pages::{SentStep, StepBody};
use super::types::{PlannedRoom, PlannedRoomId, PlannedStep, PlannedStepId};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::{CenterReader, Manager};
use crate::centers;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::files::{self, FileAnswer};
use crate::rooms::api::{Hours, OpeningJson, RoomJson};
use crate::rooms::queries as rooms;
use crate::store::{Db, Sealer};
use crate::web::Fields;

pub(in crate::rooms) fn routes() -> Vec<Route> {
    routes![list, create, show, revise, step, picture, open_up, withdraw]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PlannedRoomJson {
    id: i64,
    center_id: i64,
    name: String,
    kind: String,
    /// As planned
    area_m2: i64,
    /// `conversion` (改建), `extension` (扩建), `new_building` (新建) or `fitting_out` (装修)
    way: String,
    cost_yuan: Option<i64>,
    note: Option<String>,
    /// `planned`, `under_way` or `finished`, since when
    state: String,
    since: String,
    /// The room that it became, and the day on which it opened
    room_id: Option<i64>,
    opened_on: Option<String>,
    /// Why it was given up
    withdrawn_reason: Option<String>,
}

impl From<PlannedRoom> for PlannedRoomJson {
    fn from(one: PlannedRoom) -> Self {
        Self {
            id: one.id.0,
            center_id: one.center_id.0,
            name: one.name,
            kind: one.kind,
            area_m2: one.area_m2,
            way: one.way.to_string(),
            cost_yuan: one.cost_yuan,
            note: one.note,
            state: one.state.to_string(),
            since: one.since.to_string(),
            room_id: one.room_id.map(|id| id.0),
            opened_on: one.opened_on.map(|day| day.to_string()),
            withdrawn_reason: one.withdrawn_reason,
        }
    }
}

/// How far it was on a day.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlannedStepJson {
    id: i64,
    state: String,
    on_date: String,
    note: Option<String>,
    has_photo: bool,
}

impl From<PlannedStep> for PlannedStepJson {
    fn from(step: PlannedStep) -> Self {
        Self {
            id: step.id.0,
            state: step.state.to_string(),
            on_date: step.on_date.to_string(),
            note: step.note,
            has_photo: step.file_id.is_some(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PlannedRoomShown {
    #[serde(flatten)]
    room: PlannedRoomJson,
    /// The latest first
    steps: Vec<PlannedStepJson>,
}

/// A center's planned rooms, those that were opened or given up too; the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("center" = i64, Query)), responses((status = 200, body = List<PlannedRoomJson>), (status = "4XX", body = Problem)))]
#[get("/planned-rooms?<center>")]
pub(crate) async fn list(by: CenterReader, db: &Db, center: Option<&str>) -> Result<Json<List<PlannedRoomJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::all(&mut conn, center.id()).await?;
    Ok(Json(List::whole(found.into_iter().map(PlannedRoomJson::from).collect())))
}

/// What is planned of a room.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::planned` reads it")]
pub(crate) struct NewPlannedRoom {
    center: i64,
    name: String,
    /// The id of a kind of room
    kind: i64,
    area_m2: i64,
    /// `conversion`, `extension`, `new_building` or `fitting_out`
    way: String,
    cost_yuan: Option<i64>,
    note: Option<String>,
}

/// Plans a room.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", request_body = NewPlannedRoom, responses((status = 201, body = PlannedRoomJson), (status = "4XX", body = Problem)))]
#[post("/planned-rooms", data = "<fields>")]
pub(crate) async fn create(by: Manager, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<PlannedRoomJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let id = actions::add(&by, now, &mut tx, &center, &forms::planned(&fields)?).await?;
    let made = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/planned-rooms/{id}")).body(Json(made.into())))
}

/// A planned room, and how far it was when.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path)), responses((status = 200, body = PlannedRoomShown), (status = "4XX", body = Problem)))]
#[get("/planned-rooms/<id>")]
pub(crate) async fn show(by: CenterReader, db: &Db, id: PlannedRoomId) -> Result<Json<PlannedRoomShown>> {
    let mut conn = db.read().await?;
    let (_, room) = queries::open_to(&by, &mut conn, id).await?;
    let steps = queries::steps(&mut conn, id).await?.into_iter().map(PlannedStepJson::from).collect();
    Ok(Json(PlannedRoomShown { room: room.into(), steps }))
}

/// What is planned of a room otherwise.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::planned` reads it")]
pub(crate) struct RevisedPlannedRoom {
    name: String,
    /// The id of a kind of room
    kind: i64,
    area_m2: i64,
    /// `conversion`, `extension`, `new_building` or `fitting_out`
    way: String,
    cost_yuan: Option<i64>,
    note: Option<String>,
}

/// Changes what is planned of a room.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path)), request_body = RevisedPlannedRoom, responses((status = 200, body = PlannedRoomJson), (status = "4XX", body = Problem)))]
#[post("/planned-rooms/<id>", data = "<fields>")]
pub(crate) async fn revise(
    by: Manager,
    db: &Db,
    now: Now,
    id: PlannedRoomId,
    fields: Fields,
) -> Result<Json<PlannedRoomJson>> {
    let mut tx = db.begin().await?;
    let (center, room) = queries::open_to(&by, &mut tx, id).await?;
    actions::revise(&by, now, &mut tx, &room, &forms::planned(&fields)?).await?;
    let room = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(room.into()))
}

/// How far a planned room is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct NewPlannedStep {
    /// `planned`, `under_way` or `finished`
    state: String,
    /// Today or before
    on_date: String,
    step_note: Option<String>,
    /// A photo (JPEG, PNG), up to 10 MB
    #[schema(format = Binary)]
    photo: Option<String>,
}

/// Says how far a planned room is, perhaps with a photo.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path)), request_body(content = NewPlannedStep, content_type = "multipart/form-data"), responses((status = 200, body = PlannedRoomJson), (status = "4XX", body = Problem)))]
#[post("/planned-rooms/<id>/steps", data = "<sent>")]
pub(crate) async fn step(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PlannedRoomId,
    sent: rocket::form::Result<'_, Multipart<SentStep>>,
) -> Result<Json<PlannedRoomJson>> {
    let (center, room) = queries::open_to(&by, &mut *db.read().await?, id).await?;
    let (input, photo) = StepBody::of(sent)?.checked(center.zone.date(now.0)).await?;
    let mut tx = db.begin().await?;
    actions::step(&by, now, &mut tx, sealer, &room, (&input, photo.as_ref())).await?;
    let room = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(room.into()))
}

/// The photo of a step.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path), ("step" = i64, Path)), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/planned-rooms/<id>/steps/<step>/photo")]
pub(crate) async fn picture(
    by: CenterReader,
    db: &Db,
    sealer: &State<Sealer>,
    id: PlannedRoomId,
    step: PlannedStepId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    queries::open_to(&by, &mut conn, id).await?;
    let file = queries::step(&mut conn, id, step).await?.file_id.ok_or(Error::NotFound)?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, file).await?))
}

/// A planned room as it is in truth when it opens.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::open_up` reads it")]
pub(crate) struct OpenedRoom {
    /// Today or before
    opened_on: String,
    /// Needed where that is before today
    past_reason: Option<String>,
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
    /// By weekday, 1 (Monday) to 7
    hours: Option<BTreeMap<String, Hours>>,
    /// Every span of its first week
    week: Option<Vec<OpeningJson>>,
}

/// Opens a planned room (开放使用): it becomes a room like the others.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path)), request_body = OpenedRoom, responses((status = 201, body = RoomJson), (status = "4XX", body = Problem)))]
#[post("/planned-rooms/<id>/opening", data = "<fields>")]
pub(crate) async fn open_up(
    by: Manager,
    db: &Db,
    now: Now,
    id: PlannedRoomId,
    fields: Fields,
) -> Result<Created<Json<RoomJson>>> {
    let mut tx = db.begin().await?;
    let (center, planned) = queries::open_to(&by, &mut tx, id).await?;
    let today = center.zone.date(now.0);
    let input = forms::open_up(&fields, today)?;
    let room = actions::open_up(&by, now, &mut tx, (&center, &planned), &input).await?;
    let made = rooms::find(&mut tx, center.id(), room).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/rooms/{room}")).body(Json(RoomJson::of(made, today))))
}

/// Why it is given up.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::withdrawal` reads it")]
pub(crate) struct RoomWithdrawal {
    reason: String,
}

/// Gives a planned room up.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("id" = i64, Path)), request_body = RoomWithdrawal, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/planned-rooms/<id>/withdrawal", data = "<fields>")]
pub(crate) async fn withdraw(by: Manager, db: &Db, now: Now, id: PlannedRoomId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (_, planned) = queries::open_to(&by, &mut tx, id).await?;
    actions::withdraw(&by, now, &mut tx, &planned, &forms::withdrawal(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

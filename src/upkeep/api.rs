//! `/api/v1/defects` and `/api/v1/drills`.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Defect, DefectId, Drill, DrillId, UpkeepCut};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;
use crate::web::cut::Asked;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, assign, answer, drills, record, void]
}

/// Something broken.
#[derive(Serialize, ToSchema)]
pub(crate) struct DefectJson {
    id: i64,
    room_id: Option<i64>,
    what: String,
    /// `reported`, `assigned`, `mended` or `dismissed`
    state: String,
    has_photo: bool,
    reported_at: String,
    mender: Option<String>,
    mend_by: Option<String>,
    word: Option<String>,
    ended_at: Option<String>,
}

impl From<Defect> for DefectJson {
    fn from(one: Defect) -> Self {
        Self {
            id: one.id.0,
            room_id: one.room_id.map(|id| id.0),
            what: one.what,
            state: one.state.to_string(),
            has_photo: one.photo_id.is_some(),
            reported_at: one.reported_at.rfc3339(),
            mender: one.mender,
            mend_by: one.mend_by.map(|day| day.to_string()),
            word: one.word,
            ended_at: one.ended_at.map(|at| at.rfc3339()),
        }
    }
}

async fn opened(by: &Coordinator, conn: &mut Conn, id: DefectId) -> Result<(Center, Defect)> {
    let center = queries::center_of_defect(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let defect = queries::defect(conn, center.id(), id).await?;
    Ok((center, defect))
}

/// What is broken in a center, at most 400.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("center" = i64, Query), ("state" = Option<String>, Query), ("room" = Option<i64>, Query), ("sort" = Option<String>, Query, description = "`pressing`, `reported` or `room`")), responses((status = 200, body = List<DefectJson>), (status = "4XX", body = Problem)))]
#[get("/defects?<center>")]
pub(crate) async fn list(
    by: Coordinator,
    db: &Db,
    center: Option<&str>,
    asked: Asked,
) -> Result<Json<List<DefectJson>>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    let cut = UpkeepCut::read(&asked.0)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::defects(&mut conn, center.id(), &cut).await?;
    Ok(Json(List::whole(found.into_iter().map(DefectJson::from).collect())))
}

/// Something to report.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::defect` reads it")]
pub(crate) struct NewDefect {
    center: i64,
    /// A UUID of the client's: the same again finds what it reported
    request_id: String,
    what: String,
    room: Option<i64>,
}

/// Reports something broken; a photo is sent from the page.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", request_body = NewDefect, responses((status = 201, body = DefectJson), (status = "4XX", body = Problem)))]
#[post("/defects", data = "<fields>")]
pub(crate) async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Created<Json<DefectJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::defect(&fields)?;
    let id = actions::report((&by, Some(by.account)), now, &mut tx, sealer, &center, (&input, None)).await?;
    let made = queries::defect(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/defects/{id}")).body(Json(made.into())))
}

/// One defect.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("id" = i64, Path)), responses((status = 200, body = DefectJson), (status = "4XX", body = Problem)))]
#[get("/defects/<id>")]
pub(crate) async fn show(by: Coordinator, db: &Db, id: DefectId) -> Result<Json<DefectJson>> {
    let (_, defect) = opened(&by, &mut *db.read().await?, id).await?;
    Ok(Json(defect.into()))
}

/// Who mends something.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::assignment` reads it")]
pub(crate) struct DefectAssignment {
    mender: String,
    mend_by: String,
}

/// Says who mends it, and until when. 409 `defect_over` for one that has ended.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("id" = i64, Path)), request_body = DefectAssignment, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/defects/<id>/assignment", data = "<fields>")]
pub(crate) async fn assign(by: Coordinator, db: &Db, now: Now, id: DefectId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, defect) = opened(&by, &mut tx, id).await?;
    let (mender, until) = forms::assignment(&fields, center.zone.date(now.0))?;
    actions::assign(&by, now, &mut tx, (&center, &defect), (&mender, until)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// What became of something.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::answer` reads it")]
pub(crate) struct DefectAnswered {
    /// `mended`, `dismissed` or `reopened`
    answer: String,
    word: String,
}

/// Ends a defect or begins it again. 409 `defect_over`, `defect_open`.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("id" = i64, Path)), request_body = DefectAnswered, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/defects/<id>/answer", data = "<fields>")]
pub(crate) async fn answer(by: Coordinator, db: &Db, now: Now, id: DefectId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, defect) = opened(&by, &mut tx, id).await?;
    let (answer, word) = forms::answer(&fields)?;
    actions::answer_defect(&by, now, &mut tx, (&center, &defect), (answer, &word)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// A drill or a safety check.
#[derive(Serialize, ToSchema)]
pub(crate) struct DrillJson {
    id: i64,
    held_on: String,
    /// `fire`, `evacuation`, `first_aid`, `flood`, `inspection` or `other`
    kind: String,
    minutes: i64,
    people: i64,
    led_by: String,
    found: Option<String>,
    has_sheet: bool,
    void_reason: Option<String>,
}

impl From<Drill> for DrillJson {
    fn from(one: Drill) -> Self {
        Self {
            id: one.id.0,
            held_on: one.held_on.to_string(),
            kind: one.kind.to_string(),
            minutes: one.minutes,
            people: one.people,
            led_by: one.led_by,
            found: one.found,
            has_sheet: one.file_id.is_some(),
            void_reason: one.void_reason,
        }
    }
}

/// A center's drills, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("center" = i64, Query)), responses((status = 200, body = List<DrillJson>), (status = "4XX", body = Problem)))]
#[get("/drills?<center>")]
pub(crate) async fn drills(by: Coordinator, db: &Db, center: Option<&str>) -> Result<Json<List<DrillJson>>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::drills(&mut conn, center.id()).await?;
    Ok(Json(List::whole(found.into_iter().map(DrillJson::from).collect())))
}

/// A drill to write down.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::drill` reads it")]
pub(crate) struct NewDrill {
    center: i64,
    held_on: String,
    kind: String,
    minutes: i64,
    people: i64,
    led_by: String,
    found: Option<String>,
}

/// Writes down a drill; its sheet is sent from the page.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", request_body = NewDrill, responses((status = 201, body = DrillJson), (status = "4XX", body = Problem)))]
#[post("/drills", data = "<fields>")]
pub(crate) async fn record(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Created<Json<DrillJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::drill(&fields, center.zone.date(now.0))?;
    let id = actions::record_drill(&by, now, &mut tx, sealer, &center, (&input, None)).await?;
    let made = queries::drill(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/drills?center={}", center.id())).body(Json(made.into())))
}

/// Why an entry is a mistake.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct UpkeepReason {
    reason: String,
}

/// Marks a drill as a mistake. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("id" = i64, Path)), request_body = UpkeepReason, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/drills/<id>/void", data = "<fields>")]
pub(crate) async fn void(by: Coordinator, db: &Db, now: Now, id: DrillId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let center = queries::center_of_drill(&by, &mut tx, id).await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let drill = queries::drill(&mut tx, center.id(), id).await?;
    actions::void_drill(&by, now, &mut tx, (&center, &drill), &forms::reason(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

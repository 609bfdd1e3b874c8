//! `/api/v1/assets`: what a center owns and lends.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::api::UpkeepReason;
use super::types::{AssetId, CenterAsset, Loan};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Conn, Db};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, revise, write_off, lend, bring_back]
}

/// Something that the center owns.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssetJson {
    id: i64,
    number: String,
    name: String,
    /// `furniture`, `device`, `sports`, `aid`, `umbrella`, `key`, `book` or `other`
    kind: String,
    /// `funds`, `own` or `donated`
    origin: String,
    room_id: Option<i64>,
    bought_on: Option<String>,
    cost_yuan: Option<i64>,
    lendable: bool,
    note: Option<String>,
    /// Until when it is out
    due_on: Option<String>,
    written_off_on: Option<String>,
    written_off_why: Option<String>,
}

impl From<CenterAsset> for AssetJson {
    fn from(one: CenterAsset) -> Self {
        Self {
            id: one.id.0,
            number: one.number,
            name: one.name,
            kind: one.kind.to_string(),
            origin: one.origin.to_string(),
            room_id: one.room_id.map(|id| id.0),
            bought_on: one.bought_on.map(|day| day.to_string()),
            cost_yuan: one.cost_yuan,
            lendable: one.lendable.is_set(),
            note: one.note,
            due_on: one.due_on.map(|day| day.to_string()),
            written_off_on: one.written_off_on.map(|day| day.to_string()),
            written_off_why: one.written_off_why,
        }
    }
}

/// Who has, or had, a thing.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoanJson {
    id: i64,
    /// The person who borrowed it; none where it was a unit
    person_id: Option<i64>,
    whom: String,
    lent_at: String,
    due_on: String,
    back_at: Option<String>,
    word: Option<String>,
    lost: bool,
}

impl From<Loan> for LoanJson {
    fn from(one: Loan) -> Self {
        Self {
            id: one.id.0,
            person_id: one.person_id.map(|id| id.0),
            whom: one.whom,
            lent_at: one.lent_at.rfc3339(),
            due_on: one.due_on.to_string(),
            back_at: one.back_at.map(|at| at.rfc3339()),
            word: one.word,
            lost: one.lost.is_set(),
        }
    }
}

/// A thing with its loans.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssetWithLoans {
    #[serde(flatten)]
    asset: AssetJson,
    loans: Vec<LoanJson>,
}

async fn opened(by: &Coordinator, conn: &mut Conn, id: AssetId) -> Result<(Center, CenterAsset)> {
    let center = queries::center_of_asset(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let asset = queries::asset(conn, center.id(), id).await?;
    Ok((center, asset))
}

/// A center's register.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("center" = i64, Query)), responses((status = 200, body = List<AssetJson>), (status = "4XX", body = Problem)))]
#[get("/assets?<center>")]
pub(crate) async fn list(by: Coordinator, db: &Db, center: Option<&str>) -> Result<Json<List<AssetJson>>> {
    let center: CenterId = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::assets(&mut conn, center.id()).await?;
    Ok(Json(List::whole(found.into_iter().map(AssetJson::from).collect())))
}

/// Something for the register.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::asset` reads it")]
pub(crate) struct NewAsset {
    center: i64,
    number: String,
    name: String,
    kind: String,
    origin: String,
    room: Option<i64>,
    bought_on: Option<String>,
    cost_yuan: Option<i64>,
    lendable: Option<bool>,
    note: Option<String>,
}

/// Takes something into the register.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", request_body = NewAsset, responses((status = 201, body = AssetJson), (status = "4XX", body = Problem)))]
#[post("/assets", data = "<fields>")]
pub(crate) async fn create(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<AssetJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::asset(&fields, center.zone.date(now.0))?;
    let id = actions::add_asset(&by, now, &mut tx, &center, &input).await?;
    let made = queries::asset(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/assets/{id}")).body(Json(made.into())))
}

/// One thing, with who had it.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("id" = i64, Path)), responses((status = 200, body = AssetWithLoans), (status = "4XX", body = Problem)))]
#[get("/assets/<id>")]
pub(crate) async fn show(by: Coordinator, db: &Db, id: AssetId) -> Result<Json<AssetWithLoans>> {
    let mut conn = db.read().await?;
    let (_, asset) = opened(&by, &mut conn, id).await?;
    let loans = queries::loans(&mut conn, id).await?.into_iter().map(LoanJson::from).collect();
    Ok(Json(AssetWithLoans { asset: asset.into(), loans }))
}

/// What something is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::asset` reads it")]
pub(crate) struct RevisedAsset {
    number: String,
    name: String,
    kind: String,
    origin: String,
    room: Option<i64>,
    bought_on: Option<String>,
    cost_yuan: Option<i64>,
    lendable: Option<bool>,
    note: Option<String>,
}

/// Says otherwise what something is. 409 `asset_written_off`.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("id" = i64, Path)), request_body = RevisedAsset, responses((status = 200, body = AssetJson), (status = "4XX", body = Problem)))]
#[post("/assets/<id>", data = "<fields>")]
pub(crate) async fn revise(by: Coordinator, db: &Db, now: Now, id: AssetId, fields: Fields) -> Result<Json<AssetJson>> {
    let mut tx = db.begin().await?;
    let (center, asset) = opened(&by, &mut tx, id).await?;
    let input = forms::asset(&fields, center.zone.date(now.0))?;
    actions::revise_asset(&by, now, &mut tx, (&center, &asset), &input).await?;
    let revised = queries::asset(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(revised.into()))
}

/// Takes something out of the register. 409 `asset_out`, `asset_written_off`.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("id" = i64, Path)), request_body = UpkeepReason, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/assets/<id>/writing-off", data = "<fields>")]
pub(crate) async fn write_off(by: Coordinator, db: &Db, now: Now, id: AssetId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, asset) = opened(&by, &mut tx, id).await?;
    actions::write_off(&by, now, &mut tx, (&center, &asset), &forms::reason(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// To whom something is lent, and until when.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::loan` reads it")]
pub(crate) struct NewLoan {
    /// A person enrolled in the center; or a unit
    person: Option<i64>,
    unit: Option<String>,
    due_on: String,
}

/// Lends something. 409 `asset_out`, `asset_not_lent`.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("id" = i64, Path)), request_body = NewLoan, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/assets/<id>/loans", data = "<fields>")]
pub(crate) async fn lend(by: Coordinator, db: &Db, now: Now, id: AssetId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, asset) = opened(&by, &mut tx, id).await?;
    let input = forms::loan(&fields, center.zone.date(now.0))?;
    actions::lend(&by, now, &mut tx, (&center, &asset), &input).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// In which state it is back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::return_of` reads it")]
pub(crate) struct LoanReturn {
    /// Needed where it will not come back
    word: Option<String>,
    /// It will not come back, and is written off
    lost: Option<bool>,
}

/// Takes something back. 409 `asset_here` where nobody has it.
#[utoipa::path(context_path = "/api/v1", tag = "upkeep", params(("id" = i64, Path)), request_body = LoanReturn, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/assets/<id>/return", data = "<fields>")]
pub(crate) async fn bring_back(by: Coordinator, db: &Db, now: Now, id: AssetId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, asset) = opened(&by, &mut tx, id).await?;
    let (word, lost) = forms::return_of(&fields)?;
    actions::bring_back(&by, now, &mut tx, (&center, &asset), (word.as_deref(), lost)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

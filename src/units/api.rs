//! `/api/v1/units`. A phone is masked here too; a reveal needs a person at a page, and a reason.

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Unit, UnitId};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::{CenterReader, Coordinator};
use crate::centers;
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, show, create, revise, end, restore]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct UnitJson {
    id: i64,
    center_id: i64,
    name: String,
    /// `enterprise`, `shop`, `school`, `public_institution`, `agency`, `community_organization` or `other`
    kind: String,
    /// Whom to ask for; for who does the center's work, as are phone and note
    contact: Option<String>,
    /// Masked: `138****1234`
    phone: Option<String>,
    address: Option<String>,
    note: Option<String>,
    /// From when on it is in the community
    since: Option<String>,
    /// The last day on which it was
    ended_on: Option<String>,
    /// Of a community organization: `registered`, `on_record` or `neither`
    standing: Option<String>,
    /// Of a community organization
    founded_on: Option<String>,
    /// Since when the community organization is supported, and by whom
    supported_since: Option<String>,
    supported_by: Option<String>,
    /// Grows with every change
    version: i64,
}

impl UnitJson {
    fn of(unit: Unit, sealer: &Sealer) -> Self {
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        Self {
            id: unit.id.0,
            center_id: unit.center_id.0,
            kind: unit.kind.to_string(),
            phone: unit.phone(sealer).map(|phone| phone.masked()),
            since: day(unit.since),
            ended_on: day(unit.ended_on),
            standing: unit.standing.map(|standing| standing.to_string()),
            founded_on: day(unit.founded_on),
            supported_since: day(unit.supported_since),
            version: unit.version,
            name: unit.name,
            contact: unit.contact,
            address: unit.address,
            note: unit.note,
            supported_by: unit.supported_by,
        }
    }
}

/// A center's units; those that were in the community on a day, where `on` says one.
#[utoipa::path(context_path = "/api/v1", tag = "units", params(("center" = i64, Query), ("on" = Option<String>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = List<UnitJson>), (status = "4XX", body = Problem)))]
#[get("/units?<center>&<on>&<cursor>")]
pub(crate) async fn list(
    by: CenterReader,
    db: &Db,
    sealer: &State<Sealer>,
    center: Option<&str>,
    on: Option<&str>,
    cursor: Option<&str>,
) -> Result<Json<List<UnitJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let on = on.map(|day| api::asked("on", Some(day), parse::date)).transpose()?;
    let after = api::after(cursor)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let units = queries::after(&by, &mut conn, center.id(), on, (after, api::PAGE + 1)).await?;
    let units = units.into_iter().map(|unit| UnitJson::of(unit, sealer)).collect();
    Ok(Json(List::page(units, |unit: &UnitJson| unit.id)))
}

/// One unit, if a center of the token's knows it.
#[utoipa::path(context_path = "/api/v1", tag = "units", params(("id" = i64, Path)), responses((status = 200, body = UnitJson), (status = "4XX", body = Problem)))]
#[get("/units/<id>")]
pub(crate) async fn show(by: CenterReader, db: &Db, sealer: &State<Sealer>, id: UnitId) -> Result<Json<UnitJson>> {
    let (_, unit) = queries::open_to(&by, &mut *db.read().await?, id).await?;
    Ok(Json(UnitJson::of(unit, sealer)))
}

/// What a new unit needs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::unit` reads it")]
pub(crate) struct NewUnit {
    center: i64,
    name: String,
    /// `enterprise`, `shop`, `school`, `public_institution`, `agency`, `community_organization` or `other`
    kind: String,
    contact: Option<String>,
    phone: Option<String>,
    address: Option<String>,
    note: Option<String>,
    since: Option<String>,
    /// `registered`, `on_record` or `neither`: a community organization has one, and no other has it or the next three
    standing: Option<String>,
    founded_on: Option<String>,
    supported_since: Option<String>,
    supported_by: Option<String>,
}

/// Registers a unit.
#[utoipa::path(context_path = "/api/v1", tag = "units", request_body = NewUnit, responses((status = 201, body = UnitJson), (status = "4XX", body = Problem)))]
#[post("/units", data = "<fields>")]
pub(crate) async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Created<Json<UnitJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::unit(&fields, center.zone.date(now.0))?;
    let id = actions::register(&by, now, &mut tx, sealer, &center, &input).await?;
    let unit = queries::find(&by, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/units/{id}")).body(Json(UnitJson::of(unit, sealer))))
}

/// All of what is known of a unit: what is left out here is taken out there, but for the phone, of which only a mask is told.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::api_revision` reads it")]
pub(crate) struct RevisedUnit {
    /// The version that the change starts from
    version: i64,
    name: String,
    kind: String,
    contact: Option<String>,
    /// Left out, the one there is stays
    phone: Option<String>,
    forget_phone: Option<bool>,
    address: Option<String>,
    note: Option<String>,
    since: Option<String>,
    standing: Option<String>,
    founded_on: Option<String>,
    supported_since: Option<String>,
    supported_by: Option<String>,
}

/// Revises a unit. 409 `unit_changed` where somebody changed it since that version: read it again first.
#[utoipa::path(context_path = "/api/v1", tag = "units", params(("id" = i64, Path)), request_body = RevisedUnit, responses((status = 200, body = UnitJson), (status = "4XX", body = Problem)))]
#[post("/units/<id>", data = "<fields>")]
pub(crate) async fn revise(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: UnitId,
    fields: Fields,
) -> Result<Json<UnitJson>> {
    let mut tx = db.begin().await?;
    let (center, unit) = queries::open_to(&by, &mut tx, id).await?;
    let input = forms::api_revision(&fields, center.zone.date(now.0))?;
    actions::revise(&by, now, &mut tx, sealer, &unit, &input).await?;
    let unit = queries::find(&by, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(UnitJson::of(unit, sealer)))
}

/// When a unit was in the community for the last time.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::ending` reads it")]
pub(crate) struct UnitEnding {
    /// Today at the latest
    ended_on: String,
}

/// Says that a unit is in the community no more. 409 `unit_in_use` while it takes part in a session of a later day.
#[utoipa::path(context_path = "/api/v1", tag = "units", params(("id" = i64, Path)), request_body = UnitEnding, responses((status = 200, body = UnitJson), (status = "4XX", body = Problem)))]
#[post("/units/<id>/ending", data = "<fields>")]
pub(crate) async fn end(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: UnitId,
    fields: Fields,
) -> Result<Json<UnitJson>> {
    let mut tx = db.begin().await?;
    let (center, _) = queries::open_to(&by, &mut tx, id).await?;
    let last_day = forms::ending(&fields, center.zone.date(now.0))?;
    actions::end(&by, now, &mut tx, &center, id, last_day).await?;
    let unit = queries::find(&by, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(UnitJson::of(unit, sealer)))
}

/// Takes back that a unit ended. 404 where it has not.
#[utoipa::path(context_path = "/api/v1", tag = "units", params(("id" = i64, Path)), responses((status = 200, body = UnitJson), (status = "4XX", body = Problem)))]
#[post("/units/<id>/restoration")]
pub(crate) async fn restore(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: UnitId,
) -> Result<Json<UnitJson>> {
    let mut tx = db.begin().await?;
    let (center, _) = queries::open_to(&by, &mut tx, id).await?;
    actions::restore(&by, now, &mut tx, &center, id).await?;
    let unit = queries::find(&by, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(UnitJson::of(unit, sealer)))
}

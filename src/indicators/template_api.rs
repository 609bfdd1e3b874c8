//! `/api/v1/indicator_templates`.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::choices::IndicatorChoices;
use super::types::{IndicatorTemplate, IndicatorTemplateId, IndicatorTemplateItem, IndicatorTemplateItemId};
use super::{forms, templates};
use crate::api::{List, Problem};
use crate::auth::{CityAdmin, Manager};
use crate::clock::Now;
use crate::error::Result;
use crate::store::Db;
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, items, rename, add_item, remove_item, retire]
}

/// A set of indicators to begin with.
#[derive(Serialize, ToSchema)]
pub(crate) struct IndicatorTemplateJson {
    id: i64,
    name: String,
    /// How many are in it
    items: i64,
}

impl From<IndicatorTemplate> for IndicatorTemplateJson {
    fn from(one: IndicatorTemplate) -> Self {
        Self { id: one.id.0, name: one.name, items: one.items }
    }
}

/// An indicator of a template; its target in minutes where it is told in hours, and in fen where in yuan.
#[derive(Serialize, ToSchema)]
pub(crate) struct IndicatorTemplateItemJson {
    id: i64,
    name: String,
    name_en: String,
    unit: String,
    target: i64,
    span: String,
    place: i64,
    measure: Option<String>,
    within: Option<String>,
}

impl From<IndicatorTemplateItem> for IndicatorTemplateItemJson {
    fn from(one: IndicatorTemplateItem) -> Self {
        Self {
            id: one.id.0,
            name: one.name,
            name_en: one.name_en,
            unit: one.unit.to_string(),
            target: one.target,
            span: one.span.to_string(),
            place: one.place,
            measure: one.measure.map(|measure| measure.to_string()),
            within: one.within.map(|within| within.to_string()),
        }
    }
}

/// What a template is called.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::template_name` reads it")]
pub(crate) struct IndicatorTemplateNamed {
    name: String,
}

/// An indicator for a template.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::item` reads it")]
pub(crate) struct NewTemplateItem {
    name: String,
    /// As the name where it is left out
    name_en: Option<String>,
    /// `sessions`, `activities`, `cases`, `meetings`, `groups`, `visits`, `persons`, `households`, `hours`, `items` or `yuan`
    unit: String,
    /// Whole, in the unit itself: hours, yuan
    target: i64,
    /// `project_year` or `whole`
    span: String,
    place: Option<i64>,
    /// What is counted: `sessions`, `visits`, `persons`, `volunteer_visits`, `volunteers`, `minutes`, `led_sessions`, `led_minutes` or
    /// `booked_minutes`; left out, it is entered by hand. What one worker leads becomes one for each social worker
    measure: Option<String>,
    /// Of which part: `group:elderly`, `subgroup:3`, `kind:2`, `team_kind:5`
    within: Option<String>,
}

/// The templates from which an agreement's indicators may be copied.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", responses((status = 200, body = List<IndicatorTemplateJson>), (status = "4XX", body = Problem)))]
#[get("/indicator_templates")]
pub(crate) async fn list(_by: Manager, db: &Db) -> Result<Json<List<IndicatorTemplateJson>>> {
    let all = templates::all(&mut *db.read().await?).await?;
    Ok(Json(List::whole(all.into_iter().map(IndicatorTemplateJson::from).collect())))
}

/// Begins a template.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", request_body = IndicatorTemplateNamed, responses((status = 201, body = IndicatorTemplateJson), (status = "4XX", body = Problem)))]
#[post("/indicator_templates", data = "<fields>")]
pub(crate) async fn create(
    by: CityAdmin,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Created<Json<IndicatorTemplateJson>>> {
    let name = forms::template_name(&fields)?;
    let mut tx = db.begin().await?;
    let id = templates::found_template(&by, now, &mut tx, &name).await?;
    let made = templates::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/indicator_templates/{id}/items")).body(Json(made.into())))
}

/// What is in a template.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), responses((status = 200, body = List<IndicatorTemplateItemJson>), (status = "4XX", body = Problem)))]
#[get("/indicator_templates/<id>/items")]
pub(crate) async fn items(
    _by: Manager,
    db: &Db,
    id: IndicatorTemplateId,
) -> Result<Json<List<IndicatorTemplateItemJson>>> {
    let mut conn = db.read().await?;
    templates::find(&mut conn, id).await?;
    let items = templates::items(&mut conn, id).await?;
    Ok(Json(List::whole(items.into_iter().map(IndicatorTemplateItemJson::from).collect())))
}

/// Calls a template otherwise.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), request_body = IndicatorTemplateNamed, responses((status = 200, body = IndicatorTemplateJson), (status = "4XX", body = Problem)))]
#[post("/indicator_templates/<id>", data = "<fields>")]
pub(crate) async fn rename(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: IndicatorTemplateId,
    fields: Fields,
) -> Result<Json<IndicatorTemplateJson>> {
    let mut tx = db.begin().await?;
    let template = templates::find(&mut tx, id).await?;
    templates::rename(&by, now, &mut tx, &template, &forms::template_name(&fields)?).await?;
    let made = templates::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(made.into()))
}

/// Puts an indicator into a template.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), request_body = NewTemplateItem, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/indicator_templates/<id>/items", data = "<fields>")]
pub(crate) async fn add_item(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: IndicatorTemplateId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    templates::find(&mut tx, id).await?;
    let wanted = forms::item(&fields)?;
    IndicatorChoices::load(&mut tx, None).await?.check_part(wanted.within)?;
    templates::add_item(&by, now, &mut tx, id, &wanted).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Takes an indicator out of a template; what was copied stays.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path), ("item" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/indicator_templates/<id>/items/<item>/removal")]
pub(crate) async fn remove_item(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: IndicatorTemplateId,
    item: IndicatorTemplateItemId,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    templates::find(&mut tx, id).await?;
    templates::remove_item(&by, now, &mut tx, id, item).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Offers a template no more.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/indicator_templates/<id>/retirement")]
pub(crate) async fn retire(by: CityAdmin, db: &Db, now: Now, id: IndicatorTemplateId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let template = templates::find(&mut tx, id).await?;
    templates::retire(&by, now, &mut tx, &template).await?;
    tx.commit().await?;
    Ok(NoContent)
}

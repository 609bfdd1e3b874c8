//! `/api/v1/departments` and `/api/v1/agreements/{id}/recipients`.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::departments::{self, DepartmentId, Recipient, RecipientId};
use super::departments_pages::reader;
use super::forms;
use super::types::{AgreementId, Organization};
use crate::api::{self, List, Problem};
use crate::auth::{CityAdmin, ReportReader};
use crate::clock::Now;
use crate::error::Result;
use crate::store::Db;
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, add, revise, recipients, name, remove]
}

/// An authority that receives reports of agreements that name it.
#[derive(Serialize, ToSchema)]
pub(crate) struct DepartmentJson {
    id: i64,
    name: String,
    contact: Option<String>,
}

impl From<Organization> for DepartmentJson {
    fn from(one: Organization) -> Self {
        Self { id: one.id, name: one.name, contact: one.contact }
    }
}

/// Every department, by name.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", responses((status = 200, body = List<DepartmentJson>), (status = "4XX", body = Problem)))]
#[get("/departments")]
pub(crate) async fn list(by: CityAdmin, db: &Db) -> Result<Json<List<DepartmentJson>>> {
    let found = departments::all(&by, &mut *db.read().await?).await?;
    Ok(Json(List::whole(found.into_iter().map(DepartmentJson::from).collect())))
}

/// A department's name, which no other has, and how it is reached.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::organization` reads it")]
pub(crate) struct NewDepartment {
    name: String,
    contact: Option<String>,
}

/// Adds a department.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", request_body = NewDepartment, responses((status = 201, body = DepartmentJson), (status = "4XX", body = Problem)))]
#[post("/departments", data = "<fields>")]
pub(crate) async fn add(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<DepartmentJson>>> {
    let new = forms::organization(&fields)?;
    let mut tx = db.begin().await?;
    let id = departments::add(&by, now, &mut tx, &new).await?;
    let added = departments::find(&by, &mut tx, id).await?;
    tx.commit().await?;
    Ok(Created::new("/api/v1/departments").body(Json(added.into())))
}

/// Changes what a department is called and how it is reached.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), request_body = NewDepartment, responses((status = 200, body = DepartmentJson), (status = "4XX", body = Problem)))]
#[post("/departments/<id>", data = "<fields>")]
pub(crate) async fn revise(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: DepartmentId,
    fields: Fields,
) -> Result<Json<DepartmentJson>> {
    let mut tx = db.begin().await?;
    departments::find(&by, &mut tx, id).await?;
    departments::revise(&by, now, &mut tx, id, &forms::organization(&fields)?).await?;
    let revised = departments::find(&by, &mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(revised.into()))
}

/// A department that an agreement names, or named.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecipientJson {
    id: i64,
    department_id: i64,
    name: String,
    added_at: String,
    /// Null while it is named
    removed_at: Option<String>,
}

impl From<Recipient> for RecipientJson {
    fn from(one: Recipient) -> Self {
        Self {
            id: one.id.0,
            department_id: one.department_id.0,
            name: one.name,
            added_at: one.added_at.rfc3339(),
            removed_at: one.removed_at.map(|at| at.rfc3339()),
        }
    }
}

/// Who else receives an agreement's reports: for its parties, whom it names, and who reads its centers anyway.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), responses((status = 200, body = List<RecipientJson>), (status = "4XX", body = Problem)))]
#[get("/agreements/<id>/recipients")]
pub(crate) async fn recipients(by: ReportReader, db: &Db, id: AgreementId) -> Result<Json<List<RecipientJson>>> {
    let mut conn = db.read().await?;
    let agreement = departments::agreement(&by, &mut conn, id).await?;
    let found = departments::recipients(&mut conn, &agreement).await?;
    Ok(Json(List::whole(found.into_iter().map(RecipientJson::from).collect())))
}

/// Which department an agreement is to name.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `api::sent` reads it")]
pub(crate) struct NewRecipient {
    department: i64,
}

/// Names a department in an agreement.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), request_body = NewRecipient, responses((status = 201, body = List<RecipientJson>), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/recipients", data = "<fields>")]
pub(crate) async fn name(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: AgreementId,
    fields: Fields,
) -> Result<Created<Json<List<RecipientJson>>>> {
    let mut tx = db.begin().await?;
    let agreement = departments::agreement(&reader(&by)?, &mut tx, id).await?;
    let department: DepartmentId = api::sent("department", &fields)?;
    departments::name_recipient(&by, now, &mut tx, id, department).await?;
    let found = departments::recipients(&mut tx, &agreement).await?;
    tx.commit().await?;
    let body = List::whole(found.into_iter().map(RecipientJson::from).collect());
    Ok(Created::new(format!("/api/v1/agreements/{id}/recipients")).body(Json(body)))
}

/// Takes a department out of an agreement: it reads nothing by it from now on.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path), ("recipient" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/recipients/<recipient>/removal")]
pub(crate) async fn remove(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: AgreementId,
    recipient: RecipientId,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    departments::remove_recipient(&by, now, &mut tx, id, recipient).await?;
    tx.commit().await?;
    Ok(NoContent)
}

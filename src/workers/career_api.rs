//! `/api/v1/workers/{id}/employments` and `/supervisions`.

use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::career::{self, Employment, EmploymentId, Supervision, SupervisionId};
use super::queries;
use super::types::{Worker, WorkerId};
use crate::api::Problem;
use crate::auth::Manager;
use crate::centers::{self, Center};
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::store::{Conn, Db};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![show, employ, void_employment, supervise, end_supervision, void_supervision]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct EmploymentJson {
    id: i64,
    /// The provider's name, or whoever else employs them
    employer: String,
    /// Until the next one's first day
    started_on: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SupervisionJson {
    id: i64,
    /// The supervisor, or the one who is supervised
    worker_id: i64,
    name: String,
    center: String,
    started_on: String,
    /// The first day without
    ended_on: Option<String>,
}

/// Who employs and supervises a worker, whom they supervise, and where else they serve.
#[derive(Serialize, ToSchema)]
pub(crate) struct CareerJson {
    employments: Vec<EmploymentJson>,
    supervisors: Vec<SupervisionJson>,
    supervised: Vec<SupervisionJson>,
    centers: Vec<ServedJson>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ServedJson {
    worker_id: i64,
    center_id: i64,
    center: String,
    started_on: String,
    ended_on: Option<String>,
}

impl From<Employment> for EmploymentJson {
    fn from(one: Employment) -> Self {
        Self { id: one.id.0, employer: one.employer, started_on: one.started_on.to_string() }
    }
}

impl From<Supervision> for SupervisionJson {
    fn from(one: Supervision) -> Self {
        Self {
            id: one.id.0,
            worker_id: one.other_id.0,
            name: one.name,
            center: one.center,
            started_on: one.started_on.to_string(),
            ended_on: one.ended_on.map(|day| day.to_string()),
        }
    }
}

impl CareerJson {
    async fn of(by: &Manager, conn: &mut Conn, worker: &Worker, today: Date) -> Result<Self> {
        let id = worker.worker_id;
        let elsewhere = queries::elsewhere(by, conn, worker).await?;
        Ok(Self {
            employments: career::employments(conn, id).await?.into_iter().map(EmploymentJson::from).collect(),
            supervisors: career::supervisors(conn, id).await?.into_iter().map(SupervisionJson::from).collect(),
            supervised: career::supervised_by(conn, id, today).await?.into_iter().map(SupervisionJson::from).collect(),
            centers: elsewhere
                .into_iter()
                .map(|one| ServedJson {
                    worker_id: one.worker_id.0,
                    center_id: one.center_id.0,
                    center: one.center,
                    started_on: one.started_on.to_string(),
                    ended_on: one.ended_on.map(|day| day.to_string()),
                })
                .collect(),
        })
    }
}

async fn open(by: &Manager, conn: &mut Conn, id: WorkerId) -> Result<(Center, Worker)> {
    let center = queries::center_of(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let worker = queries::find(conn, center.id(), id).await?;
    Ok((center, worker))
}

/// Who employs and supervises a worker, whom they supervise, and where else they serve.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), responses((status = 200, body = CareerJson), (status = "4XX", body = Problem)))]
#[get("/workers/<id>/career")]
pub(crate) async fn show(by: Manager, db: &Db, now: Now, id: WorkerId) -> Result<Json<CareerJson>> {
    let mut conn = db.read().await?;
    let (center, worker) = open(&by, &mut conn, id).await?;
    Ok(Json(CareerJson::of(&by, &mut conn, &worker, center.zone.date(now.0)).await?))
}

/// Who employs a worker from a day on.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `career::read_employment` reads it")]
pub(crate) struct NewEmployment {
    /// Left out where it is the provider who runs the center
    employer: Option<String>,
    employed_on: String,
}

/// Says who employs a worker from a day on.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), request_body = NewEmployment, responses((status = 200, body = CareerJson), (status = "4XX", body = Problem)))]
#[post("/workers/<id>/employments", data = "<fields>")]
pub(crate) async fn employ(by: Manager, db: &Db, now: Now, id: WorkerId, fields: Fields) -> Result<Json<CareerJson>> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, id).await?;
    let today = center.zone.date(now.0);
    career::employ(&by, now, &mut tx, &center, &worker, &career::read_employment(&fields, today)?).await?;
    let told = CareerJson::of(&by, &mut tx, &worker, today).await?;
    tx.commit().await?;
    Ok(Json(told))
}

/// Takes back an employer who was entered by mistake.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path), ("employment" = i64, Path)), responses((status = 200, body = CareerJson), (status = "4XX", body = Problem)))]
#[post("/workers/<id>/employments/<employment>/void")]
pub(crate) async fn void_employment(
    by: Manager,
    db: &Db,
    now: Now,
    id: WorkerId,
    employment: EmploymentId,
) -> Result<Json<CareerJson>> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, id).await?;
    career::void_employment(&by, now, &mut tx, &center, &worker, employment).await?;
    let told = CareerJson::of(&by, &mut tx, &worker, center.zone.date(now.0)).await?;
    tx.commit().await?;
    Ok(Json(told))
}

/// Who supervises a worker from a day on.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `career::read_supervision` reads it")]
pub(crate) struct NewSupervision {
    /// A social worker of the provider, of this center or another
    supervisor: i64,
    supervised_on: String,
}

/// Names a supervisor; whoever supervises the worker until then does so no more.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), request_body = NewSupervision, responses((status = 200, body = CareerJson), (status = "4XX", body = Problem)))]
#[post("/workers/<id>/supervisions", data = "<fields>")]
pub(crate) async fn supervise(
    by: Manager,
    db: &Db,
    now: Now,
    id: WorkerId,
    fields: Fields,
) -> Result<Json<CareerJson>> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, id).await?;
    let today = center.zone.date(now.0);
    career::supervise(&by, now, &mut tx, &center, &worker, career::read_supervision(&fields, today)?).await?;
    let told = CareerJson::of(&by, &mut tx, &worker, today).await?;
    tx.commit().await?;
    Ok(Json(told))
}

/// From when on nobody supervises a worker.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `career::read_supervision_end` reads it")]
pub(crate) struct SupervisionEnding {
    supervised_until: String,
}

/// Ends a worker's supervision without another's beginning. 404 where nobody supervises them.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), request_body = SupervisionEnding, responses((status = 200, body = CareerJson), (status = "4XX", body = Problem)))]
#[post("/workers/<id>/supervisions/ending", data = "<fields>")]
pub(crate) async fn end_supervision(
    by: Manager,
    db: &Db,
    now: Now,
    id: WorkerId,
    fields: Fields,
) -> Result<Json<CareerJson>> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, id).await?;
    let today = center.zone.date(now.0);
    let day = career::read_supervision_end(&fields, today)?;
    career::end_supervision(&by, now, &mut tx, &center, &worker, day).await?;
    let told = CareerJson::of(&by, &mut tx, &worker, today).await?;
    tx.commit().await?;
    Ok(Json(told))
}

/// Takes back a supervisor who was named by mistake; whoever was before goes on.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path), ("supervision" = i64, Path)), responses((status = 200, body = CareerJson), (status = "4XX", body = Problem)))]
#[post("/workers/<id>/supervisions/<supervision>/void")]
pub(crate) async fn void_supervision(
    by: Manager,
    db: &Db,
    now: Now,
    id: WorkerId,
    supervision: SupervisionId,
) -> Result<Json<CareerJson>> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, id).await?;
    career::void_supervision(&by, now, &mut tx, &center, &worker, supervision).await?;
    let told = CareerJson::of(&by, &mut tx, &worker, center.zone.date(now.0)).await?;
    tx.commit().await?;
    Ok(Json(told))
}

//! `/api/v1/workers`.

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Worker, WorkerId};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::Manager;
use crate::centers;
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, end]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct WorkerJson {
    id: i64,
    person_id: i64,
    name: String,
    /// The name of their sign-in, where they have one
    login: Option<String>,
    /// `social_worker` or `staff`
    kind: String,
    /// `assistant`, `intermediate` or `senior`; social workers alone
    qualification: Option<String>,
    certificate_number: Option<String>,
    started_on: String,
    /// The first day without them, past or to come; null where none is known
    ended_on: Option<String>,
}

impl From<Worker> for WorkerJson {
    fn from(worker: Worker) -> Self {
        Self {
            id: worker.worker_id.0,
            person_id: worker.person.id.0,
            name: worker.person.name,
            login: worker.login,
            kind: worker.kind.to_string(),
            qualification: worker.qualification.map(|level| level.to_string()),
            certificate_number: worker.certificate_number,
            started_on: worker.started_on.to_string(),
            ended_on: worker.ended_on.map(|date| date.to_string()),
        }
    }
}

/// Everyone who works or worked in a center, those who are there today first.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("center" = i64, Query)), responses((status = 200, body = List<WorkerJson>), (status = "4XX", body = Problem)))]
#[get("/workers?<center>")]
pub(crate) async fn list(by: Manager, db: &Db, now: Now, center: Option<&str>) -> Result<Json<List<WorkerJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let workers = queries::all(&mut conn, center.id(), today).await?;
    Ok(Json(List::whole(workers.into_iter().map(WorkerJson::from).collect())))
}

/// What a new worker needs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::worker` reads it")]
pub(crate) struct NewWorker {
    center: i64,
    name: String,
    phone: String,
    /// `social_worker` or `staff`
    kind: String,
    /// `assistant`, `intermediate` or `senior`; social workers alone
    qualification: Option<String>,
    certificate_number: Option<String>,
    /// The first day
    started_on: String,
    /// A social worker's account of this center that has no staff record yet; `sign_in` is not read then
    account: Option<i64>,
    /// True to make a social worker's sign-in along with them, by the three that follow. Without a password the page of the
    /// worker shows a one-time link by which its owner chooses one
    sign_in: Option<bool>,
    login: Option<String>,
    password: Option<String>,
    password_again: Option<String>,
}

/// Adds a worker: the person of this name and phone, registered where the center does not know them.
#[utoipa::path(context_path = "/api/v1", tag = "workers", request_body = NewWorker, responses((status = 201, body = WorkerJson), (status = "4XX", body = Problem)))]
#[post("/workers", data = "<fields>")]
pub(crate) async fn create(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Created<Json<WorkerJson>>> {
    let center = api::sent("center", &fields)?;
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let (input, account) = forms::worker(&fields, center.zone.date(now.0))?.with_account().await?;
    let mut tx = db.begin().await?;
    let id = actions::add(&by, now, &mut tx, sealer, &center, input, account).await?;
    let worker = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/workers?center={}", center.id())).body(Json(worker.into())))
}

/// When a worker's time ends.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::ending` reads it")]
pub(crate) struct EndingBody {
    /// The first day without them: today or earlier ends their sign-in to the center at once, a day to come ends it when
    /// that day begins in the center's zone
    ended_on: Option<String>,
    /// True, in place of a day, to take back an end to come
    stays: Option<bool>,
}

/// Ends a worker's time in the center, or changes or takes back an end that is still to come. 404 where they have left.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), request_body = EndingBody, responses((status = 200, body = WorkerJson), (status = "4XX", body = Problem)))]
#[post("/workers/<id>/ending", data = "<fields>")]
pub(crate) async fn end(by: Manager, db: &Db, now: Now, id: WorkerId, fields: Fields) -> Result<Json<WorkerJson>> {
    let mut tx = db.begin().await?;
    let center = queries::center_of(&by, &mut tx, id).await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let worker = queries::find(&mut tx, center.id(), id).await?;
    actions::end(&by, now, &mut tx, &center, &worker, forms::ending(&fields, center.zone.date(now.0))?).await?;
    let worker = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(worker.into()))
}

//! `/api/v1/workers`.

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Recruited, Worker, WorkerId, WorkersAsked};
use super::{accounts, actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::Manager;
use crate::centers::{self, Center};
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, show, create, revise, end, recruitment, join, part]
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
    /// The last day on which the certificate is good
    certificate_valid_to: Option<String>,
    /// `elderly`, `youth`, `family`, `disabled`, `justice`, `medical`, `school`, `community` or `other`
    work_field: Option<String>,
    /// `community`, `open_call` or `other`
    found_by: Option<String>,
    /// The languages and dialects they speak
    languages: Option<String>,
    started_on: String,
    /// The first day without them, past or to come; null where none is known
    ended_on: Option<String>,
    /// Grows with every change
    version: i64,
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
            certificate_valid_to: worker.certificate_valid_to.map(|date| date.to_string()),
            work_field: worker.work_field.map(|field| field.to_string()),
            found_by: worker.found_by.map(|way| way.to_string()),
            languages: worker.languages,
            started_on: worker.started_on.to_string(),
            ended_on: worker.ended_on.map(|date| date.to_string()),
            version: worker.version,
        }
    }
}

/// Who works or worked in a center, those who are there today first; of one kind, or with an expiring certificate, where asked.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("center" = i64, Query), ("kind" = Option<String>, Query), ("expiring" = Option<bool>, Query)), responses((status = 200, body = List<WorkerJson>), (status = "4XX", body = Problem)))]
#[get("/workers?<center>&<kind>&<expiring>")]
pub(crate) async fn list(
    by: Manager,
    db: &Db,
    now: Now,
    center: Option<&str>,
    kind: Option<&str>,
    expiring: Option<&str>,
) -> Result<Json<List<WorkerJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let kind = kind.map(|kind| api::asked("kind", Some(kind), parse::choice)).transpose()?;
    let expiring = expiring.map(|expiring| api::asked("expiring", Some(expiring), parse::choice)).transpose()?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let asked = WorkersAsked { kind, expiring: expiring.unwrap_or(false), ..WorkersAsked::default() };
    let workers = queries::list(&mut conn, center.id(), today, asked).await?;
    Ok(Json(List::whole(workers.into_iter().map(WorkerJson::from).collect())))
}

/// A worker whom the token's role reaches, with their center.
async fn open(by: &Manager, conn: &mut Conn, id: WorkerId) -> Result<(Center, Worker)> {
    let center = queries::center_of(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let worker = queries::find(conn, center.id(), id).await?;
    Ok((center, worker))
}

/// One worker, present or past.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), responses((status = 200, body = WorkerJson), (status = "4XX", body = Problem)))]
#[get("/workers/<id>", rank = 2)]
pub(crate) async fn show(by: Manager, db: &Db, id: WorkerId) -> Result<Json<WorkerJson>> {
    let (_, worker) = open(&by, &mut *db.read().await?, id).await?;
    Ok(Json(worker.into()))
}

/// How many of the general staff came from the community, which the notice asks for first.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecruitmentJson {
    /// General staff who are there today, in the center
    center_staff: i64,
    /// Of these, found in the community
    center_community: i64,
    /// The same over the centers that the provider runs
    provider_staff: i64,
    provider_community: i64,
}

/// Where a center's and its provider's general staff come from.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("center" = i64, Query)), responses((status = 200, body = RecruitmentJson), (status = "4XX", body = Problem)))]
#[get("/workers/recruitment?<center>")]
pub(crate) async fn recruitment(by: Manager, db: &Db, now: Now, center: Option<&str>) -> Result<Json<RecruitmentJson>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today: Date = center.zone.date(now.0);
    let Recruited { center_staff, center_community, provider_staff, provider_community } =
        queries::recruited(&by, &mut conn, center.id(), today).await?;
    Ok(Json(RecruitmentJson { center_staff, center_community, provider_staff, provider_community }))
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
    /// The last day on which the certificate is good
    certificate_valid_to: Option<String>,
    /// `elderly`, `youth`, `family`, `disabled`, `justice`, `medical`, `school`, `community` or `other`
    work_field: Option<String>,
    /// `community`, `open_call` or `other`
    found_by: Option<String>,
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

/// All of what is known of a worker as such: what is left out here is taken out there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::api_revision` reads it")]
pub(crate) struct RevisedWorker {
    /// The version that the change starts from
    version: i64,
    kind: String,
    qualification: Option<String>,
    certificate_number: Option<String>,
    certificate_valid_to: Option<String>,
    work_field: Option<String>,
    found_by: Option<String>,
    started_on: String,
}

/// Revises a worker. 409 `worker_changed` where somebody changed it since that version: read it again first.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), request_body = RevisedWorker, responses((status = 200, body = WorkerJson), (status = "4XX", body = Problem)))]
#[post("/workers/<id>", data = "<fields>")]
pub(crate) async fn revise(by: Manager, db: &Db, now: Now, id: WorkerId, fields: Fields) -> Result<Json<WorkerJson>> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, id).await?;
    let (record, seen) = forms::api_revision(&fields, center.zone.date(now.0))?;
    actions::revise(&by, now, &mut tx, &center, &worker, &record, seen).await?;
    let worker = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(worker.into()))
}

/// The sign-in that is to be a worker's.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::account` reads it")]
pub(crate) struct JoinedAccount {
    /// A social worker's account of the center that is nobody else's
    account: i64,
}

/// Joins a sign-in to a worker who has none. 409 `worker_has_account` where they have one.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), request_body = JoinedAccount, responses((status = 200, body = WorkerJson), (status = "4XX", body = Problem)))]
#[post("/workers/<id>/account", data = "<fields>")]
pub(crate) async fn join(by: Manager, db: &Db, now: Now, id: WorkerId, fields: Fields) -> Result<Json<WorkerJson>> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, id).await?;
    accounts::join(&by, now, &mut tx, &center, &worker, forms::account(&fields)?).await?;
    let worker = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(worker.into()))
}

/// Parts a sign-in from the worker that it was joined to by mistake. 404 where they have none.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), responses((status = 200, body = WorkerJson), (status = "4XX", body = Problem)))]
#[post("/workers/<id>/account/parting")]
pub(crate) async fn part(by: Manager, db: &Db, now: Now, id: WorkerId) -> Result<Json<WorkerJson>> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, id).await?;
    accounts::part(&by, now, &mut tx, &center, &worker).await?;
    let worker = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(worker.into()))
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

/// Ends a worker's time in the center, or changes or takes back an end that is still to come. 404 where they have left; 409
/// `worker_leads` while they lead a session or have an appointment from that day on, supervise somebody or look after a team: hand that
/// over first.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), request_body = EndingBody, responses((status = 200, body = WorkerJson), (status = "4XX", body = Problem)))]
#[post("/workers/<id>/ending", data = "<fields>")]
pub(crate) async fn end(by: Manager, db: &Db, now: Now, id: WorkerId, fields: Fields) -> Result<Json<WorkerJson>> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, id).await?;
    actions::end(&by, now, &mut tx, &center, &worker, forms::ending(&fields, center.zone.date(now.0))?).await?;
    let worker = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(worker.into()))
}

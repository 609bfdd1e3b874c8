//! `/api/v1/people/<id>/erasure` and `/api/v1/erasures`.

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Erasure, ErasureId, Traces};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::{Coordinator, Manager};
use crate::centers;
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::people::{self, PersonId};
use crate::store::{Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![preview, create, list, approve, decline]
}

/// What an erasure would take, counted, and what would stay.
#[derive(Serialize, ToSchema)]
pub(crate) struct TracesJson {
    person_id: i64,
    /// `everywhere`, or `center` where others know the person too whom you do not answer for
    extent: String,
    numbers: i64,
    notes: i64,
    memberships: i64,
    papers: i64,
    cards: i64,
    phones: i64,
    stays: i64,
    escorts: i64,
    roster_rows: i64,
    /// These stay, as numbers.
    attendances: i64,
    minutes: i64,
    teams: i64,
    /// Whether they work in a center now: then they cannot be erased
    works: bool,
}

impl From<Traces> for TracesJson {
    fn from(traces: Traces) -> Self {
        Self {
            person_id: traces.person_id.0,
            extent: traces.extent().to_string(),
            numbers: traces.numbers,
            notes: traces.notes,
            memberships: traces.memberships,
            papers: traces.papers,
            cards: traces.cards,
            phones: traces.phones,
            stays: traces.stays,
            escorts: traces.escorts,
            roster_rows: traces.roster_rows,
            attendances: traces.attendances,
            minutes: traces.minutes,
            teams: traces.teams,
            works: traces.works.is_set(),
        }
    }
}

/// An erasure that was asked for. Its reason is read at the page, by who may see the person.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureJson {
    id: i64,
    person_id: i64,
    center_id: i64,
    /// `person`, `guardian`, `kin` or `center`
    wanted_by: String,
    asked_at: String,
    /// `asked`, `declined` or `erased`
    state: String,
    decided_at: Option<String>,
    /// `everywhere` or `center`, once it is done
    extent: Option<String>,
    /// When nothing was left in the database's files
    wiped_at: Option<String>,
}

impl From<Erasure> for ErasureJson {
    fn from(erasure: Erasure) -> Self {
        Self {
            id: erasure.id.0,
            person_id: erasure.person_id.0,
            center_id: erasure.center_id.0,
            wanted_by: erasure.wanted_by.to_string(),
            asked_at: erasure.asked_at.rfc3339(),
            state: erasure.state.to_string(),
            decided_at: erasure.decided_at.map(Timestamp::rfc3339),
            extent: erasure.extent.map(|extent| extent.to_string()),
            wiped_at: erasure.wiped_at.map(Timestamp::rfc3339),
        }
    }
}

/// What the person's erasure would take. 410 `gone` for somebody who was erased.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), responses((status = 200, body = TracesJson), (status = "4XX", body = Problem)))]
#[get("/people/<id>/erasure", rank = 2)]
pub(crate) async fn preview(by: Coordinator, db: &Db, now: Now, id: PersonId) -> Result<Json<TracesJson>> {
    let mut conn = db.read().await?;
    let center = people::queries::center_of(&by, &mut conn, id).await?;
    let id = people::queries::find(&mut conn, center, id).await?.id;
    let traces = queries::traces(&by, &mut conn, now, &[id]).await?.pop().ok_or(Error::NotFound)?;
    Ok(Json(traces.into()))
}

/// Why somebody is to be erased.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::erasure` reads it")]
pub(crate) struct NewErasure {
    /// `person`, `guardian`, `kin` or `center`
    wanted_by: String,
    /// Kept when all else goes: without the name
    reason: String,
}

/// Asks for the person's erasure: whoever answers for the center decides. 409 `erasure_asked` where somebody has already.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), request_body = NewErasure, responses((status = 201, body = ErasureJson), (status = "4XX", body = Problem)))]
#[post("/people/<id>/erasure", data = "<fields>")]
pub(crate) async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: PersonId,
    fields: Fields,
) -> Result<Created<Json<ErasureJson>>> {
    let mut tx = db.begin().await?;
    let center = people::queries::center_of(&by, &mut tx, id).await?;
    let (center, person) = people::queries::open_in(&by, &mut tx, center, id).await?;
    let input = forms::erasure(&fields, &person)?;
    let erasure = actions::ask(&by, now, &mut tx, (&center, &person), &input).await?;
    let erasure = queries::find(&mut tx, center.id(), erasure).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/erasures?center={}", center.id())).body(Json(erasure.into())))
}

/// The center's erasures, those that wait first, at most a hundred.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("center" = i64, Query)), responses((status = 200, body = List<ErasureJson>), (status = "4XX", body = Problem)))]
#[get("/erasures?<center>")]
pub(crate) async fn list(by: Manager, db: &Db, center: Option<&str>) -> Result<Json<List<ErasureJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let erasures = queries::of_center(&mut conn, center.id()).await?;
    Ok(Json(List::whole(erasures.into_iter().map(Into::into).collect())))
}

/// That this person is meant.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::confirmation` reads it")]
pub(crate) struct ErasureApproval {
    /// The person's number once more
    number: i64,
}

/// Erases: nothing takes it back. 409 `erasure_decided`, `erasure_works_here`.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), request_body = ErasureApproval, responses((status = 200, body = ErasureJson), (status = "4XX", body = Problem)))]
#[post("/erasures/<id>/approval", data = "<fields>")]
pub(crate) async fn approve(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: ErasureId,
    fields: Fields,
) -> Result<Json<ErasureJson>> {
    let (center, erasure) = actions::open(&by, &mut *db.read().await?, id).await?;
    forms::confirmation(&fields, "number", erasure.person_id)?;
    actions::erase(&by, now, db, sealer, &center, &erasure).await?;
    Ok(Json(queries::find(&mut *db.read().await?, center.id(), id).await?.into()))
}

/// Why somebody is not erased.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::declining` reads it")]
pub(crate) struct ErasureRefusal {
    decline_reason: String,
}

/// Declines an erasure. 409 `erasure_decided`.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), request_body = ErasureRefusal, responses((status = 200, body = ErasureJson), (status = "4XX", body = Problem)))]
#[post("/erasures/<id>/refusal", data = "<fields>")]
pub(crate) async fn decline(
    by: Manager,
    db: &Db,
    now: Now,
    id: ErasureId,
    fields: Fields,
) -> Result<Json<ErasureJson>> {
    let mut tx = db.begin().await?;
    let (center, erasure) = actions::open(&by, &mut tx, id).await?;
    let reason = forms::declining(&fields, "decline_reason")?;
    actions::decline(&by, now, &mut tx, &center, &erasure, &reason).await?;
    let erasure = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(erasure.into()))
}

//! `/api/v1/teams/{id}/applications`: who asked to join, and the answers. Asking is a phone's.

use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Application, ApplicationId};
use super::{actions, forms, queries};
use crate::api::{List, Problem};
use crate::auth::TeamReader;
use crate::clock::Now;
use crate::error::Result;
use crate::ids::TeamId;
use crate::store::{Conn, Db, Sealer};
use crate::teams::{self, Steward};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, approve, decline]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ApplicationJson {
    id: i64,
    /// `waiting`, `approved` or `declined`
    state: String,
    /// Null where it was forgotten, as most of what follows is after a no
    name: Option<String>,
    /// Masked: `138****1234`
    phone: Option<String>,
    birth_date: Option<String>,
    skills: Option<String>,
    available: Option<String>,
    /// Who agrees for a minor, and their number, masked
    guardian: Option<String>,
    guardian_phone: Option<String>,
    sent_at: String,
    answered_at: Option<String>,
    /// Of whoever answered
    word: Option<String>,
    /// Who it was, once it is approved
    person_id: Option<i64>,
}

impl From<Application> for ApplicationJson {
    fn from(application: Application) -> Self {
        let (phone, guardian_phone) = (application.told.masked(), application.told.guardians_masked());
        let Application { row, told } = application;
        Self {
            id: row.id.0,
            state: row.state.code().to_owned(),
            phone,
            birth_date: told.birth_date().map(|day| day.to_string()),
            name: Some(told.name).filter(|name| !name.is_empty()),
            skills: told.skills,
            available: told.available,
            guardian: told.guardian.map(|guardian| guardian.name),
            guardian_phone,
            sent_at: row.sent_at.rfc3339(),
            answered_at: row.answered_at.map(|at| at.rfc3339()),
            word: row.word,
            person_id: row.person_id.map(|id| id.0),
        }
    }
}

async fn steward(by: &TeamReader, conn: &mut Conn, id: TeamId) -> Result<Steward> {
    let center = teams::queries::center_of(by, conn, id).await?;
    Steward::signed_in(by, conn, center, id).await
}

/// Who asked to join the team: those that wait, the first first, then the latest that were answered.
#[utoipa::path(context_path = "/api/v1", tag = "teams", params(("id" = i64, Path)), responses((status = 200, body = List<ApplicationJson>), (status = "4XX", body = Problem)))]
#[get("/teams/<id>/applications")]
pub(crate) async fn list(
    by: TeamReader,
    db: &Db,
    sealer: &State<Sealer>,
    id: TeamId,
) -> Result<Json<List<ApplicationJson>>> {
    let mut conn = db.read().await?;
    let by = steward(&by, &mut conn, id).await?;
    let (waiting, answered) = queries::of_team(&by, &mut conn, sealer).await?;
    Ok(Json(List::whole(waiting.into_iter().chain(answered).map(ApplicationJson::from).collect())))
}

/// A yes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::approval` reads it")]
pub(crate) struct NewApproval {
    /// For whoever asked
    word: Option<String>,
    /// Whoever answers knows them, and that the phone is theirs
    is_them: Option<bool>,
}

/// Takes whoever asked into the team. 409 `application_answered` where somebody was faster.
#[utoipa::path(context_path = "/api/v1", tag = "teams", params(("id" = i64, Path), ("application" = i64, Path)), request_body = NewApproval, responses((status = 200, body = ApplicationJson), (status = "4XX", body = Problem)))]
#[post("/teams/<id>/applications/<application>/approval", data = "<fields>")]
pub(crate) async fn approve(
    by: TeamReader,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: TeamId,
    application: ApplicationId,
    fields: Fields,
) -> Result<Json<ApplicationJson>> {
    let mut tx = db.begin().await?;
    let by = steward(&by, &mut tx, id).await?;
    actions::approve(&by, now, &mut tx, sealer, application, &forms::approval(&fields)?).await?;
    let answered = queries::find(&by, &mut tx, sealer, application).await?;
    tx.commit().await?;
    Ok(Json(answered.into()))
}

/// A no, which says why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::declining` reads it")]
pub(crate) struct NewDeclining {
    word: String,
}

/// Declines. What was told is forgotten but for the name. 409 `application_answered` where somebody was faster.
#[utoipa::path(context_path = "/api/v1", tag = "teams", params(("id" = i64, Path), ("application" = i64, Path)), request_body = NewDeclining, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/teams/<id>/applications/<application>/refusal", data = "<fields>")]
pub(crate) async fn decline(
    by: TeamReader,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: TeamId,
    application: ApplicationId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let by = steward(&by, &mut tx, id).await?;
    actions::decline(&by, now, &mut tx, sealer, application, &forms::declining(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

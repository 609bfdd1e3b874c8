//! `/api/v1/sessions/{id}/registrations`.

use rocket::http::Status;
use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::PlaceTaken;
use super::types::{Registration, RegistrationId};
use super::{forms, queries, staff};
use crate::activities::Session;
use crate::activities::queries::open_to;
use crate::api::{List, Problem};
use crate::auth::Coordinator;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::ids::SessionId;
use crate::store::{Conn, Db};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, register, cancel, excuse, bring, move_up]
}

/// Somebody's seats in a session, or their turn on its waitlist.
#[derive(Serialize, ToSchema)]
pub(crate) struct RegistrationJson {
    id: i64,
    person_id: i64,
    name: String,
    /// `confirmed`, `waiting`, `cancelled`, `excused` or `no_show`
    state: String,
    /// What it comes to now: as `state`, or `came`, `in_vain` or `called_off`
    standing: String,
    /// Whom they bring
    companions: i64,
    /// In a priority group on the session's day: they go first
    priority: bool,
    /// Their number on the waitlist
    place: Option<usize>,
    /// The course, where all dates were taken at once
    course_id: Option<i64>,
    made_at: String,
    /// `phone`, `worker`, `chain` or `clock`
    made_by: String,
    changed_at: String,
    /// The same, or `link`
    changed_by: String,
    word: Option<String>,
    /// What was said on the telephone: `comes`, `cannot` or `not_reached`
    call: Option<String>,
}

impl RegistrationJson {
    fn of(one: &Registration, now: Now) -> Self {
        Self {
            id: one.registration_id.0,
            person_id: one.person.id.0,
            name: one.person.name.clone(),
            state: one.state.to_string(),
            standing: one.standing(&now).to_string(),
            companions: one.companions(),
            priority: one.priority,
            place: one.place,
            course_id: one.course_id.map(|id| id.0),
            made_at: one.made_at.rfc3339(),
            made_by: one.made_by.to_string(),
            changed_at: one.changed_at.rfc3339(),
            changed_by: one.changed_by.to_string(),
            word: one.word.clone(),
            call: one.call.map(|answer| answer.to_string()),
        }
    }
}

async fn one(conn: &mut Conn, now: Now, session: &Session, id: RegistrationId) -> Result<RegistrationJson> {
    let (_, found) = queries::of_session(conn, now, session).await?;
    let found = found.iter().find(|one| one.registration_id == id).ok_or(Error::NotFound)?;
    Ok(RegistrationJson::of(found, now))
}

/// Who is registered at a session: who has a place, the waitlist in its order, and who gave it up.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path)), responses((status = 200, body = List<RegistrationJson>), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/registrations")]
pub(crate) async fn list(by: Coordinator, db: &Db, now: Now, id: SessionId) -> Result<Json<List<RegistrationJson>>> {
    let mut conn = db.read().await?;
    let (_, session) = open_to(&by, now, &mut conn, id).await?;
    let (_, found) = queries::of_session(&mut conn, now, &session).await?;
    Ok(Json(List::whole(found.iter().map(|one| RegistrationJson::of(one, now)).collect())))
}

/// Whom to register.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::guest` reads it")]
pub(crate) struct NewRegistration {
    /// A UUID of the client's; the same again changes nothing
    request_id: String,
    person: i64,
    /// 0 to 20; none where it is not said
    companions: Option<i64>,
    /// Though age, group or more companions than usual speak against it
    anyway: Option<bool>,
}

/// Registers somebody whom the center knows, for all dates where the course is taken whole: 201, or 200 where they were registered before.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path)), request_body = NewRegistration, responses((status = 201, body = RegistrationJson), (status = 200, body = RegistrationJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/registrations", data = "<fields>")]
pub(crate) async fn register(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<(Status, Json<RegistrationJson>)> {
    let mut tx = db.begin().await?;
    let (_, session) = open_to(&by, now, &mut tx, id).await?;
    let PlaceTaken { id: made, first, .. } =
        staff::register_guest(&by, now, &mut tx, &session, &forms::guest(&fields)?).await?;
    let made = one(&mut tx, now, &session, made).await?;
    tx.commit().await?;
    Ok((if first { Status::Created } else { Status::Ok }, Json(made)))
}

/// What is said when a place is given up.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::ending` reads it")]
pub(crate) struct RegistrationEnding {
    word: Option<String>,
    /// All later dates of the course too
    course: Option<bool>,
}

/// Gives a place up; who waits moves up.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path), ("registration" = i64, Path)), request_body = RegistrationEnding, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/registrations/<registration>/cancellation", data = "<fields>")]
pub(crate) async fn cancel(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    registration: RegistrationId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    open_to(&by, now, &mut tx, id).await?;
    let (word, course) = forms::ending(&fields)?;
    staff::cancel(&by, now, &mut tx, (id, registration), (word.as_deref(), course)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Writes down that somebody could not come and said so; also after the session.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path), ("registration" = i64, Path)), request_body = RegistrationEnding, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/registrations/<registration>/excuse", data = "<fields>")]
pub(crate) async fn excuse(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    registration: RegistrationId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    open_to(&by, now, &mut tx, id).await?;
    let (word, _) = forms::ending(&fields)?;
    staff::excuse(&by, now, &mut tx, (id, registration), word.as_deref()).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// How many somebody brings.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::companions` reads it")]
pub(crate) struct BroughtAlong {
    /// 0 to 20
    companions: i64,
}

/// Changes how many somebody brings.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path), ("registration" = i64, Path)), request_body = BroughtAlong, responses((status = 200, body = RegistrationJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/registrations/<registration>/companions", data = "<fields>")]
pub(crate) async fn bring(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    registration: RegistrationId,
    fields: Fields,
) -> Result<Json<RegistrationJson>> {
    let mut tx = db.begin().await?;
    let (_, session) = open_to(&by, now, &mut tx, id).await?;
    staff::bring(&by, now, &mut tx, (id, registration), forms::companions(&fields)?).await?;
    let changed = one(&mut tx, now, &session, registration).await?;
    tx.commit().await?;
    Ok(Json(changed))
}

/// Gives somebody on the waitlist a place out of turn, where one is free that is not kept for others.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path), ("registration" = i64, Path)), responses((status = 200, body = RegistrationJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/registrations/<registration>/place")]
pub(crate) async fn move_up(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    registration: RegistrationId,
) -> Result<Json<RegistrationJson>> {
    let mut tx = db.begin().await?;
    let (_, session) = open_to(&by, now, &mut tx, id).await?;
    staff::move_up(&by, now, &mut tx, (id, registration)).await?;
    let changed = one(&mut tx, now, &session, registration).await?;
    tx.commit().await?;
    Ok(Json(changed))
}

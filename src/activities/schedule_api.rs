//! `/api/v1/sessions/<id>/…`: a session's place in the calendar, as on its page: move it, cancel it, skip it, add it again.

use rocket::serde::json::Json;
use rocket::{Route, post, routes};
use utoipa::ToSchema;

use super::api::SessionJson;
use super::booking::{self, Conflict};
use super::forms::{self, Choices};
use super::types::SessionId;
use super::{placing, queries, rescheduling, rules};
use crate::api::Problem;
use crate::auth::Coordinator;
use crate::clock::Now;
use crate::error::Result;
use crate::store::Db;
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![reschedule, cancel, skip, restore]
}

/// All of where and when a session is to be: what is left out here is left out there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::change` reads it")]
pub(crate) struct NewPlace {
    /// The room; nothing where the session is elsewhere
    room: Option<i64>,
    /// Further rooms at the same time
    more_rooms: Option<Vec<i64>>,
    /// Where a session is that is in no room: a square, a school, an outing, online
    venue: Option<String>,
    worker: Option<i64>,
    team: Option<i64>,
    /// The rooms', where it is missing
    capacity: Option<i64>,
    /// Local
    date: String,
    /// Local wall clock times, `14:00`. An end before the beginning is the next day's, at most twelve hours later
    starts: String,
    ends: String,
    /// `one` (where it is missing), `later` or `all`: what is otherwise than this session has it now is so for the others of
    /// the series too, who move by as many days; what is the same they keep as they have it
    scope: Option<String>,
    /// What becomes of what was set by hand in others of the series and would now be changed: `leave` it, or `change` it too.
    /// Where it is missing and something is to be decided, 422 at this name, with the dates
    by_hand: Option<String>,
    /// Why the worker or the team is to be here though a planned session needs them elsewhere at the time; 422 at this name
    /// where somebody is and it is missing
    overlap_reason: Option<String>,
    /// Why there are to be fewer places than people are there; 422 at this name where there would be and it is missing
    capacity_reason: Option<String>,
    /// The session's `sequence` as it was read: 409 `session_changed` where it was changed since. Without it the change holds against what
    /// stands there now
    sequence: Option<i64>,
}

/// Moves a planned session, and others of its series with it. 409 `room_taken` names what is there; 409 `session_changed` where one of
/// them is being changed by somebody else.
#[utoipa::path(context_path = "/api/v1", tag = "sessions", params(("id" = i64, Path)), request_body = NewPlace, responses((status = 200, body = SessionJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/schedule", data = "<fields>")]
pub(crate) async fn reschedule(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Json<SessionJson>> {
    let mut conn = db.read().await?;
    let (center, session) = queries::open_to(&by, now, &mut conn, id).await?;
    rules::may_change(&session)?;
    let choices = Choices::beside(&mut conn, &center, now, Some(&session)).await?;
    let known = placing::placed(&mut conn, session).await?;
    drop(conn);
    let change = forms::change(&fields, &center, &choices, &known)?;
    rescheduling::reschedule(&by, now, db, &center, &known, &change).await?;
    Ok(Json(queries::session(&by, &mut *db.read().await?, center.id(), id).await?.into()))
}

/// Why sessions do not take place, and which.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct Cancellation {
    reason: String,
    /// `one` (where it is missing), `later` or `all`: of the series, those that have not begun
    scope: Option<String>,
}

async fn drop_out(
    by: &Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: &Fields,
    way: Conflict,
) -> Result<Json<SessionJson>> {
    let mut tx = db.begin().await?;
    let (center, session) = queries::open_to(by, now, &mut tx, id).await?;
    booking::drop_out(by, now, &mut tx, &session, &forms::reason(fields)?, way).await?;
    let session = queries::session(by, &mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(session.into()))
}

/// Cancels a session, and others of its series with it. Everyone sees that they are, and why.
#[utoipa::path(context_path = "/api/v1", tag = "sessions", params(("id" = i64, Path)), request_body = Cancellation, responses((status = 200, body = SessionJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/cancellation", data = "<fields>")]
pub(crate) async fn cancel(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Json<SessionJson>> {
    drop_out(&by, db, now, id, &fields, Conflict::Cancel).await
}

/// Takes a session, and others of its series with it, out of what the public sees.
#[utoipa::path(context_path = "/api/v1", tag = "sessions", params(("id" = i64, Path)), request_body = Cancellation, responses((status = 200, body = SessionJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/skipping", data = "<fields>")]
pub(crate) async fn skip(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Json<SessionJson>> {
    drop_out(&by, db, now, id, &fields, Conflict::Skip).await
}

/// What may be said where a session is added again.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::overlap_reason` reads it")]
pub(crate) struct Restoration {
    /// Why it is meant so, where who leads it, or helps, is busy elsewhere then
    overlap_reason: Option<String>,
}

/// Adds a cancelled or skipped session again, where and when it was. 409 `room_taken` names what is there now; 422 at `overlap_reason`
/// where who leads it, or helps, is busy elsewhere by now.
#[utoipa::path(context_path = "/api/v1", tag = "sessions", params(("id" = i64, Path)), request_body = Restoration, responses((status = 200, body = SessionJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/restoration", data = "<fields>")]
pub(crate) async fn restore(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Json<SessionJson>> {
    let (center, session) = queries::open_to(&by, now, &mut *db.read().await?, id).await?;
    let reason = forms::overlap_reason(&fields)?;
    booking::restore(&by, now, db, &center, &session, reason.as_deref()).await?;
    Ok(Json(queries::session(&by, &mut *db.read().await?, center.id(), id).await?.into()))
}

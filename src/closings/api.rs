//! `/api/v1/sessions/<id>/closing`: closing a session, and its record.

use std::collections::BTreeMap;

use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::wechat_api::{NotPicturedJson, SessionPhotoJson, photos_of};
use super::{actions, forms, queries, rules};
use crate::activities::{self, Session, SessionId};
use crate::api::Problem;
use crate::auth::Coordinator;
use crate::check_in;
use crate::check_in::closing_api::{VolunteerHoursJson, hours_of};
use crate::clock::Now;
use crate::error::Result;
use crate::store::{Conn, Db};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![record, close, reopen, revise]
}

/// A session's record.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClosingJson {
    session_id: i64,
    /// `planned`, `completed`, `cancelled` or `skipped`
    status: String,
    summary: Option<String>,
    /// What was used up
    materials: Option<String>,
    /// For whoever holds the activity's next session
    next_time: Option<String>,
    /// What was left for this one, as it was closed before
    last_time: Option<String>,
    closed_at: Option<String>,
    /// Of summary, materials and the word for next time: to be sent as `seen` with a change of them
    mark: String,
    volunteers: Vec<VolunteerHoursJson>,
    photos: Vec<SessionPhotoJson>,
    /// Of those who are there or have a place or a shift, who did not agree to be pictured: first who refused
    not_pictured: Vec<NotPicturedJson>,
}

async fn record_of(by: &Coordinator, conn: &mut Conn, now: Now, session: Session) -> Result<ClosingJson> {
    let notes = queries::notes(conn, session.id).await?;
    Ok(ClosingJson {
        session_id: session.id.0,
        status: session.status.to_string(),
        mark: rules::mark(session.summary.as_deref(), &notes),
        materials: notes.materials,
        next_time: notes.next_time,
        last_time: check_in::queries::last_word(by, conn, &session).await?,
        volunteers: hours_of(conn, now, &session).await?,
        photos: photos_of(conn, session.id).await?,
        not_pictured: NotPicturedJson::all(queries::not_pictured(by, conn, &session).await?),
        summary: session.summary,
        closed_at: session.closed_at.map(|at| at.rfc3339()),
    })
}

/// What is written down of a session, before it is closed and after.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path)), responses((status = 200, body = ClosingJson), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/closing")]
pub(crate) async fn record(by: Coordinator, db: &Db, now: Now, id: SessionId) -> Result<Json<ClosingJson>> {
    let mut conn = db.read().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut conn, id).await?;
    Ok(Json(record_of(&by, &mut conn, now, session).await?))
}

/// Opens a session again that was closed by mistake: on its local day, while none of its hours are confirmed.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path)), responses((status = 200, body = ClosingJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/reopening")]
pub(crate) async fn reopen(by: Coordinator, db: &Db, now: Now, id: SessionId) -> Result<Json<ClosingJson>> {
    let mut tx = db.begin().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut tx, id).await?;
    check_in::reopen(&by, now, &mut tx, &session).await?;
    tx.commit().await?;
    let mut conn = db.read().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut conn, id).await?;
    Ok(Json(record_of(&by, &mut conn, now, session).await?))
}

/// What a session is closed with.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::notes` and `check_in::forms::closing` read it")]
pub(crate) struct NewClosing {
    summary: String,
    /// What was used up
    materials: Option<String>,
    /// For whoever holds the activity's next session
    next_time: Option<String>,
    /// By attendance: true for the volunteers whose hours are confirmed now; others may be later
    confirm: Option<BTreeMap<String, bool>>,
    /// By attendance: the minutes that are confirmed
    minutes: Option<BTreeMap<String, i64>>,
    /// By attendance: the reason, which minutes above `explained_minutes` need
    why: Option<BTreeMap<String, String>>,
}

/// Closes a session. From then on it only changes by corrections. 409 `session_not_begun` before its start,
/// `session_not_planned` where it was closed or cancelled.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path)), request_body = NewClosing, responses((status = 200, body = ClosingJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/closing", data = "<fields>")]
pub(crate) async fn close(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Json<ClosingJson>> {
    let mut tx = db.begin().await?;
    let (center, session) = activities::queries::open_to(&by, now, &mut tx, id).await?;
    actions::close(&by, now, &mut tx, &session, &fields).await?;
    let closed = activities::queries::session(&by, &mut tx, center.id(), id).await?;
    let record = record_of(&by, &mut tx, now, closed).await?;
    tx.commit().await?;
    Ok(Json(record))
}

/// What was written of a closed session, as it is put right.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::record` reads it")]
pub(crate) struct RevisedRecordBody {
    summary: String,
    /// What was used up; what is not sent stays as it is
    materials: Option<String>,
    /// For whoever holds the activity's next session; what is not sent stays as it is
    next_time: Option<String>,
    /// The `mark` of the record that was read: refused where it is another by now. Without it what is there now is changed
    seen: Option<String>,
}

/// Puts right what was written of a closed session. 409 `session_still_open`, `session_record_changed`.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path)), request_body = RevisedRecordBody, responses((status = 200, body = ClosingJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/record", data = "<fields>")]
pub(crate) async fn revise(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Json<ClosingJson>> {
    let mut tx = db.begin().await?;
    let (center, session) = activities::queries::open_to(&by, now, &mut tx, id).await?;
    let revised = forms::record(&fields, &queries::notes(&mut tx, id).await?)?;
    actions::revise(&by, now, &mut tx, &session, &revised).await?;
    let session = activities::queries::session(&by, &mut tx, center.id(), id).await?;
    let record = record_of(&by, &mut tx, now, session).await?;
    tx.commit().await?;
    Ok(Json(record))
}

//! `/api/v1/sessions/<id>/hours` and `/api/v1/hours`: the volunteers' hours of a session, and those that wait.

use std::collections::BTreeMap;

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::{actions, forms, pending};
use crate::activities::{self, Session, SessionId};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers;
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::hours::queries::volunteers;
use crate::hours::{self, EntryId, Volunteer};
use crate::store::{Conn, Db};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, confirm, correct, pending_hours, confirm_several]
}

/// A volunteer at a session: what the door saw, and what is confirmed of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct VolunteerHoursJson {
    attendance_id: i64,
    person_id: i64,
    came_at: String,
    left_at: Option<String>,
    /// From coming to leaving, or to the session's end where the check-out was forgotten; to now, while it is running
    measured_minutes: i64,
    forgot_to_leave: bool,
    /// The most minutes that session and door explain: more are confirmed with a reason
    explained_minutes: i64,
    /// When else they served meanwhile, by hours that count: to confirm both needs a reason
    overlap: Option<String>,
    /// Null until a worker confirms
    confirmed: Option<HoursEntryJson>,
}

/// The row of the ledger that counts now.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoursEntryJson {
    id: i64,
    minutes: i64,
    /// `measured`, `adjusted`, `self_reported` or `imported`
    source: String,
    /// Why it is not what the door saw, where somebody said so
    reason: Option<String>,
}

impl From<Volunteer> for VolunteerHoursJson {
    fn from(volunteer: Volunteer) -> Self {
        Self {
            attendance_id: volunteer.attendance.0,
            person_id: volunteer.person.id.0,
            came_at: volunteer.came_at.rfc3339(),
            left_at: volunteer.left_at.map(|at| at.rfc3339()),
            measured_minutes: volunteer.stay.minutes,
            forgot_to_leave: volunteer.stay.forgot_to_leave,
            explained_minutes: volunteer.explained,
            overlap: volunteer.overlap,
            confirmed: volunteer.entry.map(|entry| HoursEntryJson {
                id: entry.id.0,
                minutes: entry.minutes,
                source: entry.source.to_string(),
                reason: entry.reason,
            }),
        }
    }
}

/// Of each of the session's volunteers, what the door saw and what is confirmed.
pub(crate) async fn hours_of(conn: &mut Conn, now: Now, session: &Session) -> Result<Vec<VolunteerHoursJson>> {
    Ok(volunteers(conn, now, session).await?.into_iter().map(VolunteerHoursJson::from).collect())
}

/// The session's volunteers, each with what the door saw and what is confirmed.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path)), responses((status = 200, body = List<VolunteerHoursJson>), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/hours")]
pub(crate) async fn list(by: Coordinator, db: &Db, now: Now, id: SessionId) -> Result<Json<List<VolunteerHoursJson>>> {
    let mut conn = db.read().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut conn, id).await?;
    Ok(Json(List::whole(hours_of(&mut conn, now, &session).await?)))
}

/// A volunteer's stay at a closed session, whose hours nobody confirmed yet.
#[derive(Serialize, ToSchema)]
pub(crate) struct PendingHoursJson {
    session_id: i64,
    team_id: Option<i64>,
    date: String,
    /// After the ten working days of order 67 art. 11
    overdue: bool,
    #[serde(flatten)]
    stay: VolunteerHoursJson,
}

/// The hours of a center that wait to be confirmed, the longest waiting first, a hundred at most.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("center" = i64, Query)), responses((status = 200, body = List<PendingHoursJson>), (status = "4XX", body = Problem)))]
#[get("/hours/pending?<center>")]
pub(crate) async fn pending_hours(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: Option<&str>,
) -> Result<Json<List<PendingHoursJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let before = pending::overdue_before(&mut conn, center.zone.date(now.0)).await?;
    let stays = hours::pending(&by, &mut conn, now, &center, None, pending::PAGE).await?;
    let items = stays.into_iter().map(|stay| PendingHoursJson {
        session_id: stay.session.session_id.0,
        team_id: stay.session.team_id.map(|id| id.0),
        date: stay.session.local_date.to_string(),
        overdue: stay.session.local_date < before,
        stay: stay.volunteer.into(),
    });
    Ok(Json(List::whole(items.collect())))
}

/// Hours of several sessions that are confirmed at once.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::confirmations` reads it")]
pub(crate) struct NewConfirmations {
    center: i64,
    /// By attendance: true for each that is confirmed, a hundred at most
    confirm: Option<BTreeMap<String, bool>>,
    /// By attendance: the minutes that are confirmed
    minutes: Option<BTreeMap<String, i64>>,
    /// By attendance: the reason, where one is needed
    why: Option<BTreeMap<String, String>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ConfirmedJson {
    /// How many volunteers' hours count now
    confirmed: usize,
}

/// Confirms the hours of several sessions at once: all of it, or nothing. 409 `hours_confirmed` where one is confirmed already.
#[utoipa::path(context_path = "/api/v1", tag = "closing", request_body = NewConfirmations, responses((status = 200, body = ConfirmedJson), (status = "4XX", body = Problem)))]
#[post("/hours/confirmations", data = "<fields>")]
pub(crate) async fn confirm_several(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Json<ConfirmedJson>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let confirmed = pending::confirm_ticked(&by, now, &mut tx, &center, &fields).await?;
    tx.commit().await?;
    Ok(Json(ConfirmedJson { confirmed }))
}

/// Hours that are confirmed after the session was closed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::confirmation` reads it")]
pub(crate) struct NewHours {
    /// A volunteer's attendance
    attendance: i64,
    /// Zero says that no service was given
    minutes: i64,
    /// Needed where the minutes are more than `explained_minutes`
    reason: Option<String>,
}

/// Confirms one volunteer's hours of a closed session. 409 `hours_confirmed` where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path)), request_body = NewHours, responses((status = 201, body = List<VolunteerHoursJson>), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/hours", data = "<fields>")]
pub(crate) async fn confirm(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Created<Json<List<VolunteerHoursJson>>>> {
    let (_, session) = activities::queries::open_to(&by, now, &mut *db.read().await?, id).await?;
    let confirmed = forms::confirmation(&fields, |_| ("minutes".into(), "reason".into()))?;
    let mut tx = db.begin().await?;
    actions::confirm(&by, now, &mut tx, &session, confirmed).await?;
    let hours = hours_of(&mut tx, now, &session).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/sessions/{id}/hours")).body(Json(List::whole(hours))))
}

/// What was really given, and why it is corrected.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::correction` reads it")]
pub(crate) struct Correction {
    /// Zero takes all of it back
    minutes: i64,
    reason: String,
}

/// Corrects confirmed hours: the entry is reversed, and what was really given is entered anew. 409 `hours_reversed`
/// where the entry counts no more.
#[utoipa::path(context_path = "/api/v1", tag = "closing", params(("id" = i64, Path), ("entry" = i64, Path)), request_body = Correction, responses((status = 200, body = List<VolunteerHoursJson>), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/hours/<entry>/correction", data = "<fields>")]
pub(crate) async fn correct(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    entry: EntryId,
    fields: Fields,
) -> Result<Json<List<VolunteerHoursJson>>> {
    let (_, session) = activities::queries::open_to(&by, now, &mut *db.read().await?, id).await?;
    let (minutes, reason) = forms::correction(&fields, "minutes", "reason")?;
    let mut tx = db.begin().await?;
    hours::correct(&by, now, &mut tx, &session, entry, minutes, &reason).await?;
    let hours = hours_of(&mut tx, now, &session).await?;
    tx.commit().await?;
    Ok(Json(List::whole(hours)))
}

//! `/api/v1/sessions/<id>/checkins` and `…/head_counts`.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::admit::{Again, Attempt, Queue, Way, Who};
use super::forms::Shown;
use super::queries::{self, Present};
use super::{actions, forms};
use crate::activities::{self, Session, SessionId};
use crate::api::{List, PAGE, Problem};
use crate::auth::{Greeter, Viewer};
use crate::centers::{self, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, check_in, count_heads]
}

/// The session with this id, found through the center that holds it.
async fn open(by: &Viewer, now: Now, conn: &mut Conn, id: SessionId) -> Result<Session> {
    let center: Option<CenterId> =
        sqlx::query_scalar("select center_id from sessions where id = $1").bind(id).fetch_optional(&mut *conn).await?;
    let center = centers::queries::open_to(by, conn, center.ok_or(Error::NotFound)?).await?;
    activities::queries::session_for(by, now, conn, &center, id).await
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AttendanceJson {
    id: i64,
    person_id: i64,
    /// `participant`, `volunteer` or `staff`
    role: String,
    /// `phone`, `roster`, `walk_in`, `card` or `paper`
    method: String,
    came_at: String,
    left_at: Option<String>,
    /// Priority groups on the session's local date
    groups: Vec<String>,
}

impl From<Present> for AttendanceJson {
    fn from(row: Present) -> Self {
        Self {
            id: row.id.0,
            person_id: row.person_id.0,
            role: row.role.to_string(),
            method: row.method.to_string(),
            came_at: row.came_at.rfc3339(),
            left_at: row.left_at.map(|at| at.rfc3339()),
            groups: row.groups().iter().map(|group| group.to_string()).collect(),
        }
    }
}

/// Who is in: the session's attendances that were not voided.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path), ("cursor" = Option<i64>, Query)), responses((status = 200, body = List<AttendanceJson>), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/checkins?<cursor>")]
pub(crate) async fn list(
    by: Greeter,
    db: &Db,
    now: Now,
    id: SessionId,
    cursor: Option<i64>,
) -> Result<Json<List<AttendanceJson>>> {
    let mut conn = db.read().await?;
    let session = open(&by, now, &mut conn, id).await?;
    let rows = queries::present_after(&mut conn, session.id, cursor.unwrap_or(0), PAGE + 1).await?;
    let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
    Ok(Json(List::page(rows.into_iter().map(AttendanceJson::from).collect(), size, |row| row.id)))
}

/// A try to let a person in.
#[derive(ToSchema)]
#[allow(dead_code)] // describes the body; `forms::api_check_in` reads it
pub(crate) struct NewCheckIn {
    /// A UUID made by the client: the same one again gives the same answer
    request_id: String,
    /// Who it is; exactly one of this and `card`
    person_id: Option<i64>,
    /// The code of a personal card, as it is printed or as the card's whole link
    card: Option<String>,
    /// `participant`, `volunteer` or `staff`
    role: String,
    /// RFC 3339; now, where it is missing
    occurred_at: Option<String>,
    /// `phone`, `roster`, `walk_in`, `card` or `paper`; where it is missing, `card` for a card and else `roster`
    method: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AdmittedJson {
    attendance_id: i64,
    person_id: i64,
    came_at: String,
}

/// Checks a person in: 201 the first time, 200 where the same request comes again, 409 with the refusal's code.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path)), request_body = NewCheckIn, responses((status = 201, body = AdmittedJson), (status = 200, body = AdmittedJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/checkins", data = "<fields>")]
pub(crate) async fn check_in(
    by: Greeter,
    queue: &State<Queue>,
    sealer: &State<Sealer>,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<(Status, Json<AdmittedJson>)> {
    let input = forms::api_check_in(&fields, now)?;
    let attempt = Attempt {
        by: (&by).into(),
        request: input.request,
        session: id,
        who: match input.who {
            Shown::Person(person) => Who::Person(person),
            Shown::Card(code) => Who::Card(code.hash(sealer)),
        },
        part: Some(input.part),
        way: Way::In,
        method: input.method,
        occurred_at: input.occurred_at,
        offline: false,
        again: Again::Repeat,
    };
    let admitted = queue.admit(attempt).await?.or_refusal()?;
    let status = if admitted.first { Status::Created } else { Status::Ok };
    Ok((
        status,
        Json(AdmittedJson {
            attendance_id: admitted.attendance.0,
            person_id: admitted.person.0,
            came_at: admitted.at.rfc3339(),
        }),
    ))
}

/// People counted without a name; one head may be in several groups.
#[derive(ToSchema)]
#[allow(dead_code)] // describes the body; `forms::api_heads` reads it
pub(crate) struct NewHeadCount {
    /// A UUID made by the client: the same one again is the same count
    request_id: String,
    heads: i64,
    elderly: Option<i64>,
    disabled: Option<i64>,
    needy: Option<i64>,
    youth: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HeadCountJson {
    id: i64,
    heads: i64,
}

/// Adds a count of unnamed heads to a session: 201 the first time, 200 where the same request comes again.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path)), request_body = NewHeadCount, responses((status = 201, body = HeadCountJson), (status = 200, body = HeadCountJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/head_counts", data = "<fields>")]
pub(crate) async fn count_heads(
    by: Greeter,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<(Status, Json<HeadCountJson>)> {
    let session = open(&by, now, &mut *db.read().await?, id).await?;
    let (request, heads) = forms::api_heads(&fields)?;
    let mut tx = db.begin().await?;
    let (id, first) = actions::count_heads(&by, now, &mut tx, &session, request, &heads).await?;
    tx.commit().await?;
    let status = if first { Status::Created } else { Status::Ok };
    Ok((status, Json(HeadCountJson { id: id.0, heads: heads.heads })))
}

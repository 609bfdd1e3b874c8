//! `/api/v1/reservations`: rooms for what is no activity.

use rocket::form::Form as Multipart;
use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::listing::ReservationsCut;
use super::papers::{PAPERS, ReservationPaper};
use super::types::{Reservation, ReservationFile, ReservationId};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, Center};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::files::{self, FileAnswer, FileId};
use crate::rooms;
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;
use crate::web::cut::Asked;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, revise, cancel, write_minutes, keep_file, file, drop_file]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ReservationFileJson {
    id: i64,
    /// `jpeg`, `png` or `pdf`
    kind: String,
    added_at: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ReservationJson {
    id: i64,
    center_id: i64,
    /// `meeting`, `maintenance` or `request`
    kind: String,
    title: String,
    /// Who holds the meeting, mends, or which group it is
    holder: String,
    attendees: Option<String>,
    heads: Option<i64>,
    room_id: i64,
    starts_at: String,
    ends_at: String,
    /// `coming`, `held` or `cancelled`
    state: String,
    /// The first of those that were made together
    series_id: Option<i64>,
    minutes: Option<String>,
    minutes_at: Option<String>,
    cancel_reason: Option<String>,
    /// The wish that it grants
    request_id: Option<i64>,
    /// Left out of a list
    files: Option<Vec<ReservationFileJson>>,
}

impl ReservationJson {
    fn of(one: Reservation, now: Now) -> Self {
        Self {
            id: one.id.0,
            center_id: one.center_id.0,
            kind: one.kind.to_string(),
            state: one.standing(&now.0).to_string(),
            title: one.title,
            holder: one.holder,
            attendees: one.attendees,
            heads: one.heads,
            room_id: one.room_id.0,
            starts_at: one.starts_at.rfc3339(),
            ends_at: one.ends_at.rfc3339(),
            series_id: one.series_id.map(|id| id.0),
            minutes: one.minutes,
            minutes_at: one.minutes_at.map(|at| at.rfc3339()),
            cancel_reason: one.cancel_reason,
            request_id: one.request_id.map(|id| id.0),
            files: None,
        }
    }

    fn with(self, files: Vec<ReservationFile>) -> Self {
        let file = |file: ReservationFile| ReservationFileJson {
            id: file.id.0,
            kind: file.kind.to_string(),
            added_at: file.added_at.rfc3339(),
        };
        Self { files: Some(files.into_iter().map(file).collect()), ..self }
    }
}

async fn opened(by: &Coordinator, conn: &mut Conn, id: ReservationId) -> Result<(Center, Reservation)> {
    let center = queries::center_of(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let one = queries::find(conn, center.id(), id).await?;
    Ok((center, one))
}

async fn told(conn: &mut Conn, now: Now, center: &Center, id: ReservationId) -> Result<ReservationJson> {
    let one = queries::find(conn, center.id(), id).await?;
    let files = queries::files(conn, id).await?;
    Ok(ReservationJson::of(one, now).with(files))
}

/// A center's reservations, what is to come first, fifty at most from `page` on.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("center" = i64, Query), ("kind" = Option<String>, Query, description = "`meeting`, `maintenance` or `request`"), ("state" = Option<String>, Query, description = "`coming`, `held` or `cancelled`"), ("when" = Option<String>, Query, description = "`today`, `tomorrow`, `week`, `coming` or `past`"), ("sort" = Option<String>, Query, description = "`nearest`, `latest` or `room`"), ("page" = Option<i64>, Query)), responses((status = 200, body = List<ReservationJson>), (status = "4XX", body = Problem)))]
#[get("/reservations")]
pub(crate) async fn list(by: Coordinator, db: &Db, now: Now, asked: Asked) -> Result<Json<List<ReservationJson>>> {
    let center = api::asked("center", Some(asked.0.get("center")), parse::choice)?;
    let cut = ReservationsCut::read(&asked.0)?;
    let mut read = asked.0.read();
    let page = read.optional("page", parse::integer(1..=100_000));
    let page = read.finish(|| page)?.unwrap_or(1);
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let from = ((page - 1) * queries::PAGE, queries::PAGE);
    let found = queries::list(&mut conn, now, &center, cut, from).await?;
    Ok(Json(List::whole(found.into_iter().map(|one| ReservationJson::of(one, now)).collect())))
}

/// A meeting, or maintenance.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reservation` reads it")]
pub(crate) struct NewReservationJson {
    center: i64,
    /// `meeting` or `maintenance`
    kind: String,
    title: String,
    /// Who holds the meeting, or mends
    holder: String,
    /// In words
    attendees: Option<String>,
    heads: Option<i64>,
    room: i64,
    date: String,
    /// Of the center's clock, as `14:00`
    starts: String,
    ends: String,
    /// How often, once where nothing is said: all of them, or none
    times: Option<i64>,
    /// So many weeks apart
    every: Option<i64>,
}

/// Books a room for a meeting or for maintenance. 409 `room_taken`, `room_closed`, `closed_that_day`, `outside_hours`, `room_out_of_use`; `several_taken`
/// names the dates of several.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", request_body = NewReservationJson, responses((status = 201, body = List<ReservationJson>), (status = "4XX", body = Problem)))]
#[post("/reservations", data = "<fields>")]
pub(crate) async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Created<Json<List<ReservationJson>>>> {
    let center = api::sent("center", &fields)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let rooms = rooms::queries::of_center(&mut conn, center.id()).await?;
    drop(conn);
    let input = forms::reservation(&fields, &center, &rooms, now)?;
    let made = actions::make(&by, now, db, &center, &input).await?;
    let mut conn = db.read().await?;
    let mut told = Vec::new();
    for id in &made {
        told.push(ReservationJson::of(queries::find(&mut conn, center.id(), *id).await?, now));
    }
    let place = match made.as_slice() {
        [one] => format!("/api/v1/reservations/{one}"),
        _ => format!("/api/v1/reservations?center={}", center.id()),
    };
    Ok(Created::new(place).body(Json(List::whole(told))))
}

/// A reservation.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("id" = i64, Path)), responses((status = 200, body = ReservationJson), (status = "4XX", body = Problem)))]
#[get("/reservations/<id>")]
pub(crate) async fn show(by: Coordinator, db: &Db, now: Now, id: ReservationId) -> Result<Json<ReservationJson>> {
    let mut conn = db.read().await?;
    let (center, one) = opened(&by, &mut conn, id).await?;
    Ok(Json(told(&mut conn, now, &center, one.id).await?))
}

/// A reservation as it is to be.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::revision` reads it")]
pub(crate) struct RevisedReservationJson {
    title: String,
    holder: String,
    attendees: Option<String>,
    heads: Option<i64>,
    room: i64,
    date: String,
    starts: String,
    ends: String,
}

/// Changes a reservation, and where and when it is. 409 as when it is made; `reservation_over`, `reservation_changed`.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("id" = i64, Path)), request_body = RevisedReservationJson, responses((status = 200, body = ReservationJson), (status = "4XX", body = Problem)))]
#[post("/reservations/<id>", data = "<fields>")]
pub(crate) async fn revise(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: ReservationId,
    fields: Fields,
) -> Result<Json<ReservationJson>> {
    let mut conn = db.read().await?;
    let (center, one) = opened(&by, &mut conn, id).await?;
    let rooms = rooms::queries::of_center(&mut conn, center.id()).await?;
    drop(conn);
    let input = forms::revision(&fields, &center, &rooms, now, &one)?;
    actions::revise(&by, now, db, &center, &one, &input).await?;
    Ok(Json(told(&mut *db.read().await?, now, &center, id).await?))
}

/// Why it is called off.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::cancelling` reads it")]
pub(crate) struct ReservationCancelling {
    reason: String,
    /// Those of its series that come after it too
    later: Option<bool>,
}

/// Calls a reservation off; the room is free again. 409 `reservation_over`.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("id" = i64, Path)), request_body = ReservationCancelling, responses((status = 200, body = ReservationJson), (status = "4XX", body = Problem)))]
#[post("/reservations/<id>/cancellation", data = "<fields>")]
pub(crate) async fn cancel(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: ReservationId,
    fields: Fields,
) -> Result<Json<ReservationJson>> {
    let (center, one) = opened(&by, &mut *db.read().await?, id).await?;
    let why = forms::cancelling(&fields)?;
    let mut tx = db.begin().await?;
    actions::cancel(&by, now, &mut tx, &center, &one, &why).await?;
    let told = told(&mut tx, now, &center, id).await?;
    tx.commit().await?;
    Ok(Json(told))
}

/// What was said and decided, or done.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::minutes` reads it")]
pub(crate) struct ReservationMinutes {
    /// Nothing takes back what was written
    minutes: Option<String>,
}

/// Writes the minutes. 409 `reservation_to_come` before it has begun.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("id" = i64, Path)), request_body = ReservationMinutes, responses((status = 200, body = ReservationJson), (status = "4XX", body = Problem)))]
#[post("/reservations/<id>/minutes", data = "<fields>")]
pub(crate) async fn write_minutes(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: ReservationId,
    fields: Fields,
) -> Result<Json<ReservationJson>> {
    let (center, one) = opened(&by, &mut *db.read().await?, id).await?;
    let minutes = forms::minutes(&fields)?;
    let mut tx = db.begin().await?;
    actions::write_minutes(&by, now, &mut tx, &center, &one, minutes.as_deref()).await?;
    let told = told(&mut tx, now, &center, id).await?;
    tx.commit().await?;
    Ok(Json(told))
}

/// A paper that lies with a reservation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct SentReservationPaper {
    /// A photo (JPEG, PNG) or a PDF, up to 10 MB
    #[schema(format = Binary)]
    paper: String,
}

/// Lays a paper with a reservation, sealed. 409 `too_many_papers`.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("id" = i64, Path)), request_body(content = SentReservationPaper, content_type = "multipart/form-data"), responses((status = 201, body = ReservationJson), (status = "4XX", body = Problem)))]
#[post("/reservations/<id>/files", data = "<sent>")]
pub(crate) async fn keep_file(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: ReservationId,
    sent: rocket::form::Result<'_, Multipart<ReservationPaper>>,
) -> Result<Created<Json<ReservationJson>>> {
    let (center, one) = opened(&by, &mut *db.read().await?, id).await?;
    let sent = sent.map_err(|_| Error::field("paper", "field.required"))?;
    let paper = sent.into_inner().paper.checked("paper", PAPERS).await?;
    let mut tx = db.begin().await?;
    let file = actions::keep_file(&by, now, &mut tx, sealer, (&center, &one), &paper).await?;
    let told = told(&mut tx, now, &center, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/reservations/{id}/files/{file}")).body(Json(told)))
}

/// A paper of a reservation.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("id" = i64, Path), ("file" = i64, Path)), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/reservations/<id>/files/<file>")]
pub(crate) async fn file(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    id: ReservationId,
    file: FileId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (_, one) = opened(&by, &mut conn, id).await?;
    let file = queries::file(&mut conn, one.id, file).await?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, file).await?))
}

/// Takes a paper away that does not belong there.
#[utoipa::path(context_path = "/api/v1", tag = "reservations", params(("id" = i64, Path), ("file" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/reservations/<id>/files/<file>/removal")]
pub(crate) async fn drop_file(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: ReservationId,
    file: FileId,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, one) = opened(&by, &mut tx, id).await?;
    actions::drop_file(&by, now, &mut tx, (&center, &one), file).await?;
    tx.commit().await?;
    Ok(NoContent)
}

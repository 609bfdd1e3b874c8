//! `/api/v1/people/imports`.

use std::collections::BTreeSet;

use rocket::form::Form as Multipart;
use rocket::http::Status;
use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::service::{self, SaidService};
use super::types::{Course, Decision, Import, ImportId, ImportRow, RowFault};
use super::upload::Upload;
use super::{actions, course, queries, returned};
use crate::api::{self, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, Center};
use crate::clock::{Date, Now};
use crate::error::{Error, Fault, Result};
use crate::fields::{Fields, parse};
use crate::files::{self, FileAnswer};
use crate::store::{Conn, Db, Sealer};
use crate::web::Lang;

pub(super) fn routes() -> Vec<Route> {
    routes![create, show, decide, apply, undo, file]
}

/// A row of a roster, and what is said of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportRowJson {
    /// As in the sheet
    row: i64,
    /// `ok`, `name_missing`, `birth_date`, `birth_id_mismatch`, `id_checksum`, `phone`, `duplicate`, `namesake` or `other`
    verdict: String,
    /// Whom it is about, where somebody is known in the center
    person_id: Option<i64>,
    faults: Vec<ImportFaultJson>,
    /// `created`, `enrolled`, `filled`, `kept`, `skipped` or `failed`, once it is applied
    done: Option<String>,
    /// `undone` or `stays`, once it is taken back
    undone: Option<String>,
    /// The row of the same person that comes first; of this one only the service is written
    same_row: Option<i64>,
    /// The place in a team, where the row says one
    membership: Option<ImportMembershipJson>,
    /// The past hours, where the row says some
    hours: Option<ImportHoursJson>,
}

/// A place in a team that a row says.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportMembershipJson {
    /// `planned`, `written`, `there`, `refused` (a fault says why), `skipped`, `undone` or `stays`
    outcome: String,
    /// Null where no team of the center is called so
    team_id: Option<i64>,
    joined_on: Option<String>,
}

/// Past hours that a row says.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportHoursJson {
    /// `planned`, `written`, `there`, `refused` (a fault says why), `skipped`, `undone` or `stays`
    outcome: String,
    /// Null where it cannot be read
    minutes: Option<i64>,
    /// The day, or the last one of the time that the row says
    served_on: Option<String>,
    content: Option<String>,
    unit: Option<String>,
}

/// Which field, and a stable code.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportFaultJson {
    field: String,
    code: String,
}

impl From<RowFault> for ImportFaultJson {
    fn from(fault: RowFault) -> Self {
        Self { field: fault.field, code: fault.key }
    }
}

impl ImportRowJson {
    fn of(row: ImportRow, sealer: &Sealer, today: Date) -> Self {
        // Only what says something of service is opened.
        let said = match (row.membership, row.hours) {
            (None, None) => SaidService::default(),
            _ => service::read(&actions::opened(sealer, &row.sealed), today, None),
        };
        let (member, served) = (said.member(), said.served());
        Self {
            row: row.row,
            verdict: row.verdict.to_string(),
            person_id: row.person_id.map(|id| id.0),
            faults: row.faults().into_iter().map(Into::into).collect(),
            done: row.done.map(|done| done.to_string()),
            same_row: row.same_row,
            membership: row.membership.map(|outcome| ImportMembershipJson {
                outcome: outcome.to_string(),
                team_id: row.team_id.map(|id| id.0),
                joined_on: member.and_then(|member| member.joined_on).map(|day| day.to_string()),
            }),
            hours: row.hours.map(|outcome| ImportHoursJson {
                outcome: outcome.to_string(),
                minutes: served.map(|served| served.minutes),
                served_on: served.map(|served| served.time.last.to_string()),
                content: served.and_then(|served| served.content.clone()),
                unit: served.and_then(|served| served.unit.clone()),
            }),
            undone: row.undone,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ImportJson {
    id: i64,
    /// `mapped`, `checked`, `applying`, `applied`, `undoing` or `undone`
    state: String,
    rows: Vec<ImportRowJson>,
}

impl ImportJson {
    async fn load(conn: &mut Conn, sealer: &Sealer, import: &Import, today: Date) -> Result<Self> {
        let rows = queries::rows(conn, import.id, 0, false, i64::MAX).await?;
        let rows = rows.into_iter().map(|row| ImportRowJson::of(row, sealer, today)).collect();
        Ok(Self { id: import.id.0, state: import.state.to_string(), rows })
    }
}

/// The roster of a multipart form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `Upload` reads it")]
pub(crate) struct ImportUpload {
    /// XLSX or CSV (UTF-8, UTF-16 or GB18030)
    #[schema(format = Binary)]
    file: String,
}

async fn open(by: &Coordinator, conn: &mut Conn, id: ImportId) -> Result<(Center, Import)> {
    let center = queries::center_of(conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let import = queries::find(conn, center.id(), id).await?;
    Ok((center, import))
}

/// Reads a roster and judges each row; nothing is written of people yet. The columns are guessed by their heads, or read as the
/// last roster with the same heads was. A row may also say in which team somebody serves, and past hours with their day or time: what
/// becomes of these stands beside the verdict, which is of the person.
#[utoipa::path(
    context_path = "/api/v1", tag = "people", params(("center" = i64, Query)),
    request_body(content = ImportUpload, content_type = "multipart/form-data"),
    responses((status = 201, body = ImportJson), (status = "4XX", body = Problem))
)]
#[post("/people/imports?<center>", data = "<upload>")]
pub(crate) async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: Option<&str>,
    upload: rocket::form::Result<'_, Multipart<Upload>>,
) -> Result<Created<Json<ImportJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let upload = upload.map_err(|_| Error::field("file", "field.required"))?;
    let roster = upload.into_inner().roster().await?;
    let mut tx = db.begin().await?;
    let sent = (roster.source, &roster.file, &roster.book);
    let id = actions::begin(&by, now, &mut tx, sealer, &center, sent).await?;
    let import = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    actions::check(&by, now, db, sealer, &center, (&import, roster.book, &import.mapping())).await?;
    let mut conn = db.read().await?;
    let import = queries::find(&mut conn, center.id(), id).await?;
    let told = ImportJson::load(&mut conn, sealer, &import, center.zone.date(now.0)).await?;
    Ok(Created::new(format!("/api/v1/people/imports/{id}")).body(Json(told)))
}

/// An import, its rows and what became of them.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), responses((status = 200, body = ImportJson), (status = "4XX", body = Problem)))]
#[get("/people/imports/<id>")]
pub(crate) async fn show(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: ImportId,
) -> Result<Json<ImportJson>> {
    let mut conn = db.read().await?;
    let (center, import) = open(&by, &mut conn, id).await?;
    Ok(Json(ImportJson::load(&mut conn, sealer, &import, center.zone.date(now.0)).await?))
}

/// What shall become of rows that do not say it themselves.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `decided` reads it")]
pub(crate) struct NewImportDecision {
    /// Rows whose verdict is `birth_id_mismatch` or `namesake`
    rows: Vec<i64>,
    /// For a `birth_id_mismatch` `by_card` or `by_list`, for a `namesake` `same` or `another`; `skip` for both
    decision: String,
}

fn decided(fields: &Fields) -> Result<Vec<(i64, Option<Decision>)>> {
    let mut read = fields.read();
    let rows = read.every("rows", parse::integer(1..=i64::from(u32::MAX)));
    if rows.as_ref().is_some_and(Vec::is_empty) {
        read.fault::<()>("rows", Fault::new("field.required"));
    }
    let decision: Option<Decision> = read.required("decision", parse::choice);
    let rows = read.finish(|| Some((rows?, decision?)))?;
    let (rows, decision) = (rows.0.into_iter().collect::<BTreeSet<i64>>(), rows.1);
    Ok(rows.into_iter().map(|row| (row, Some(decision))).collect())
}

/// Says what shall become of rows that do not say it themselves, before the import is applied. 404 for a row that does not wait for it,
/// 409 `import_applied` afterwards.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), request_body = NewImportDecision, responses((status = 200, body = ImportJson), (status = "4XX", body = Problem)))]
#[post("/people/imports/<id>/decisions", data = "<fields>")]
pub(crate) async fn decide(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: ImportId,
    fields: Fields,
) -> Result<Json<ImportJson>> {
    let mut tx = db.begin().await?;
    let (center, import) = open(&by, &mut tx, id).await?;
    actions::decide(&by, now, &mut tx, &center, &import, &decided(&fields)?).await?;
    let told = ImportJson::load(&mut tx, sealer, &import, center.zone.date(now.0)).await?;
    tx.commit().await?;
    Ok(Json(told))
}

/// Writes the good rows. A row of somebody who is known here adds what is not known, and changes nothing else. What a team refuses (a
/// qualification that is missing, a minor without a guardian's consent) is not written, and the person is; hours come into the ledger once,
/// however often they are sent. A long import goes on after the answer, whose state is then `applying`.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), responses((status = 200, body = ImportJson), (status = 202, body = ImportJson), (status = "4XX", body = Problem)))]
#[post("/people/imports/<id>/application")]
pub(crate) async fn apply(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: ImportId,
) -> Result<(Status, Json<ImportJson>)> {
    set_out(Course::Apply, &by, db, now, sealer, id).await
}

/// Takes an applied import back. Whoever has come since, or was changed since, stays; hours are reversed, and whoever has any in the ledger
/// stays with it. A long import goes on after the answer, whose state is then `undoing`.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), responses((status = 200, body = ImportJson), (status = 202, body = ImportJson), (status = "4XX", body = Problem)))]
#[post("/people/imports/<id>/undoing")]
pub(crate) async fn undo(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: ImportId,
) -> Result<(Status, Json<ImportJson>)> {
    set_out(Course::Undo, &by, db, now, sealer, id).await
}

async fn set_out(
    course: Course,
    by: &Coordinator,
    db: &Db,
    now: Now,
    sealer: &Sealer,
    id: ImportId,
) -> Result<(Status, Json<ImportJson>)> {
    let mut tx = db.begin().await?;
    let (center, import) = open(by, &mut tx, id).await?;
    let is_done = course::set_out(course, by, now, &mut tx, sealer, (&center, &import)).await?;
    let import = queries::find(&mut tx, center.id(), id).await?;
    let told = ImportJson::load(&mut tx, sealer, &import, center.zone.date(now.0)).await?;
    tx.commit().await?;
    Ok((if is_done { Status::Ok } else { Status::Accepted }, Json(told)))
}

/// The file as it came, its formatting kept, with a column that says the verdict of each row.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/people/imports/<id>/file")]
pub(crate) async fn file(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    lang: Lang,
    id: ImportId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (_, import) = open(&by, &mut conn, id).await?;
    let kept = files::read(&mut conn, sealer, import.file_id).await?;
    let rows = queries::rows(&mut conn, id, 0, false, i64::MAX).await?;
    Ok(FileAnswer::attachment(returned::with_verdicts(lang, &import, kept, &rows)?))
}

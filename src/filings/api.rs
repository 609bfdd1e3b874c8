//! `/api/v1/export_profiles`.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::rules::{self, LackAt};
use super::types::{ExportColumn, ExportColumnId, ExportProfile, ExportProfileId, FilledProfile};
use super::{actions, forms, queries, sheet};
use crate::api::{self, List, Problem};
use crate::auth::{CityAdmin, Filer};
use crate::centers;
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;
use crate::web::cut::Asked;
use crate::web::table::File;

pub(super) fn routes() -> Vec<Route> {
    routes![
        list,
        show,
        create,
        revise,
        add_column,
        revise_column,
        move_column,
        remove_column,
        retire,
        bring_back,
        fill,
        take
    ]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ExportProfileJson {
    id: i64,
    name: String,
    /// `volunteers` or `service_records`
    subject: String,
    /// Without its ending; `{center}`, `{from}` and `{to}` stand for what it is filled with
    file_name: String,
    /// `xlsx`, `csv_utf8` or `csv_gb18030`
    format: String,
    note: Option<String>,
    /// To be sent with every change
    version: i64,
    retired: bool,
    /// In their order; left out in the list
    columns: Option<Vec<ExportColumnJson>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ExportColumnJson {
    id: i64,
    title: String,
    /// What stands in it; null where `constant` does in every row
    field: Option<String>,
    constant: Option<String>,
    /// Whether a row without it is told of
    required: bool,
    /// `iso`, `chinese` or `compact`: how a day is written
    date_form: String,
}

impl ExportColumnJson {
    fn of(column: ExportColumn) -> Self {
        Self {
            id: column.id.0,
            title: column.title,
            field: column.field.map(|field| field.to_string()),
            constant: column.constant,
            required: column.required.is_set(),
            date_form: column.date_form.to_string(),
        }
    }
}

impl ExportProfileJson {
    fn of(profile: ExportProfile, columns: Option<Vec<ExportColumn>>) -> Self {
        Self {
            id: profile.id.0,
            name: profile.name,
            subject: profile.subject.to_string(),
            file_name: profile.file_name,
            format: profile.format.to_string(),
            note: profile.note,
            version: profile.version,
            retired: profile.retired_at.is_some(),
            columns: columns.map(|columns| columns.into_iter().map(ExportColumnJson::of).collect()),
        }
    }

    async fn load(conn: &mut Conn, id: ExportProfileId) -> Result<Json<Self>> {
        let profile = queries::profile(conn, id).await?;
        let columns = queries::columns(conn, id).await?;
        Ok(Json(Self::of(profile, Some(columns))))
    }
}

/// All profiles, those in use first.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", responses((status = 200, body = List<ExportProfileJson>), (status = "4XX", body = Problem)))]
#[get("/export_profiles")]
pub(crate) async fn list(_by: Filer, db: &Db) -> Result<Json<List<ExportProfileJson>>> {
    let found = queries::profiles(&mut *db.read().await?).await?;
    Ok(Json(List::whole(found.into_iter().map(|one| ExportProfileJson::of(one, None)).collect())))
}

/// One profile with its columns.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", params(("id" = i64, Path)), responses((status = 200, body = ExportProfileJson), (status = "4XX", body = Problem)))]
#[get("/export_profiles/<id>")]
pub(crate) async fn show(_by: Filer, db: &Db, id: ExportProfileId) -> Result<Json<ExportProfileJson>> {
    ExportProfileJson::load(&mut *db.read().await?, id).await
}

/// A new profile.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::copy` reads it")]
pub(crate) struct NewExportProfile {
    name: String,
    /// The profile whose columns it begins with
    copy_of: i64,
}

/// Makes a profile as a copy of another.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", request_body = NewExportProfile, responses((status = 201, body = ExportProfileJson), (status = "4XX", body = Problem)))]
#[post("/export_profiles", data = "<fields>")]
pub(crate) async fn create(
    by: CityAdmin,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Created<Json<ExportProfileJson>>> {
    let (name, original) = forms::copy(&fields)?;
    let mut tx = db.begin().await?;
    let id = actions::copy(&by, now, &mut tx, (&name, original)).await?;
    let made = ExportProfileJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/export_profiles/{id}")).body(made))
}

/// What is said of a profile besides its columns.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::profile` reads it")]
pub(crate) struct ExportProfileChange {
    version: i64,
    name: String,
    file_name: String,
    /// `xlsx`, `csv_utf8` or `csv_gb18030`
    format: String,
    note: Option<String>,
}

/// Changes a profile. 409 `profile_changed` where somebody changed it meanwhile.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", params(("id" = i64, Path)), request_body = ExportProfileChange, responses((status = 200, body = ExportProfileJson), (status = "4XX", body = Problem)))]
#[post("/export_profiles/<id>", data = "<fields>")]
pub(crate) async fn revise(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ExportProfileId,
    fields: Fields,
) -> Result<Json<ExportProfileJson>> {
    let mut tx = db.begin().await?;
    let profile = queries::profile(&mut tx, id).await?;
    actions::revise(&by, now, &mut tx, &profile, &forms::profile(&fields)?).await?;
    let made = ExportProfileJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(made)
}

/// A column: of `field` and `constant` one.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::column` reads it")]
pub(crate) struct ExportColumnChange {
    version: i64,
    title: String,
    field: Option<String>,
    constant: Option<String>,
    /// False where it is left out
    required: Option<bool>,
    /// `iso` (where it is left out), `chinese` or `compact`
    date_form: Option<String>,
}

/// Puts a column at a profile's end.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", params(("id" = i64, Path)), request_body = ExportColumnChange, responses((status = 201, body = ExportProfileJson), (status = "4XX", body = Problem)))]
#[post("/export_profiles/<id>/columns", data = "<fields>")]
pub(crate) async fn add_column(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ExportProfileId,
    fields: Fields,
) -> Result<Created<Json<ExportProfileJson>>> {
    let mut tx = db.begin().await?;
    let profile = queries::profile(&mut tx, id).await?;
    let input = forms::column(&fields, profile.subject)?;
    actions::add_column(&by, now, &mut tx, &profile, &input).await?;
    let made = ExportProfileJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/export_profiles/{id}")).body(made))
}

/// Changes a column.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", params(("id" = i64, Path), ("column" = i64, Path)), request_body = ExportColumnChange, responses((status = 200, body = ExportProfileJson), (status = "4XX", body = Problem)))]
#[post("/export_profiles/<id>/columns/<column>", data = "<fields>")]
pub(crate) async fn revise_column(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ExportProfileId,
    column: ExportColumnId,
    fields: Fields,
) -> Result<Json<ExportProfileJson>> {
    let mut tx = db.begin().await?;
    let profile = queries::profile(&mut tx, id).await?;
    let column = queries::column(&mut tx, id, column).await?;
    let input = forms::column(&fields, profile.subject)?;
    actions::revise_column(&by, now, &mut tx, (&profile, &column), &input).await?;
    let made = ExportProfileJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(made)
}

/// Where a column goes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::step` reads it")]
pub(crate) struct ExportColumnMove {
    version: i64,
    /// `up` or `down`, by one place
    to: String,
}

/// Moves a column by one place; the first stays first, and the last last.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", params(("id" = i64, Path), ("column" = i64, Path)), request_body = ExportColumnMove, responses((status = 200, body = ExportProfileJson), (status = "4XX", body = Problem)))]
#[post("/export_profiles/<id>/columns/<column>/move", data = "<fields>")]
pub(crate) async fn move_column(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ExportProfileId,
    column: ExportColumnId,
    fields: Fields,
) -> Result<Json<ExportProfileJson>> {
    let mut tx = db.begin().await?;
    let profile = queries::profile(&mut tx, id).await?;
    let column = queries::column(&mut tx, id, column).await?;
    let step = forms::step(&fields)?;
    actions::move_column(&by, now, &mut tx, (&profile, &column), step).await?;
    let made = ExportProfileJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(made)
}

/// What the sender has seen.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::version` reads it")]
pub(crate) struct ExportProfileSeen {
    version: i64,
}

/// Takes a column out. 409 `last_column` for the only one.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", params(("id" = i64, Path), ("column" = i64, Path)), request_body = ExportProfileSeen, responses((status = 200, body = ExportProfileJson), (status = "4XX", body = Problem)))]
#[post("/export_profiles/<id>/columns/<column>/removal", data = "<fields>")]
pub(crate) async fn remove_column(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: ExportProfileId,
    column: ExportColumnId,
    fields: Fields,
) -> Result<Json<ExportProfileJson>> {
    let mut tx = db.begin().await?;
    let profile = queries::profile(&mut tx, id).await?;
    let column = queries::column(&mut tx, id, column).await?;
    let seen = forms::version(&fields)?;
    actions::remove_column(&by, now, &mut tx, (&profile, &column), seen).await?;
    let made = ExportProfileJson::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(made)
}

/// Takes a profile out of use. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/export_profiles/<id>/retirement")]
pub(crate) async fn retire(by: CityAdmin, db: &Db, now: Now, id: ExportProfileId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let profile = queries::profile(&mut tx, id).await?;
    actions::retire(&by, now, &mut tx, &profile).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Brings a profile back into use. 404 where it is in use.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/export_profiles/<id>/return")]
pub(crate) async fn bring_back(by: CityAdmin, db: &Db, now: Now, id: ExportProfileId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let profile = queries::profile(&mut tx, id).await?;
    actions::bring_back(&by, now, &mut tx, &profile).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// What a filled profile would hold, and what its rows lack.
#[derive(Serialize, ToSchema)]
pub(crate) struct FilledProfileJson {
    rows: usize,
    /// True where there are more than the 20,000 that one file holds
    cut: bool,
    /// Records left out because the center forgot the person
    forgotten: i64,
    /// Records left out because they name neither a session nor a team
    homeless: i64,
    lacks: Vec<FilingLackJson>,
}

/// A record that lacks what a column requires.
#[derive(Serialize, ToSchema)]
pub(crate) struct FilingLackJson {
    /// `person`, `session`, `team`, or `record` for one without a session
    at: &'static str,
    person_id: Option<i64>,
    session_id: Option<i64>,
    team_id: Option<i64>,
    /// The day of a record without a session
    served_on: Option<String>,
    /// The titles of the columns that stay empty
    lacks: Vec<String>,
    /// How many rows of the file lack them
    rows: usize,
}

impl FilledProfileJson {
    fn of(filled: &FilledProfile) -> Self {
        let lack = |lack: rules::FilingLack| {
            let row = &filled.rows[lack.first];
            let (at, person, session, team) = match lack.at {
                LackAt::Person(id) => ("person", Some(id), None, None),
                LackAt::Session(id) => ("session", None, Some(id), None),
                LackAt::Team(id) => ("team", None, None, Some(id)),
                LackAt::Record(id, _) => ("record", Some(id), None, None),
            };
            let day = row.served_on().filter(|_| matches!(lack.at, LackAt::Record(..)));
            FilingLackJson {
                at,
                person_id: person.map(|id| id.0),
                session_id: session.map(|id| id.0),
                team_id: team.map(|id| id.0),
                served_on: day.map(|day| day.to_string()),
                lacks: lack.titles,
                rows: lack.rows,
            }
        };
        Self {
            rows: filled.rows.len(),
            cut: filled.is_cut,
            forgotten: filled.forgotten,
            homeless: filled.homeless,
            lacks: rules::lacks(&filled.columns, &filled.rows).into_iter().map(lack).collect(),
        }
    }
}

/// What a profile filled with a center's records would hold, and everything that its rows lack. Both days are included; `team` may stand
/// several times, and left out it is all of the center.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", params(("id" = i64, Path), ("center" = i64, Query), ("from" = String, Query), ("to" = String, Query), ("team" = Option<Vec<i64>>, Query)), responses((status = 200, body = FilledProfileJson), (status = "4XX", body = Problem)))]
#[get("/export_profiles/<id>/filling?<center>")]
pub(crate) async fn fill(
    by: Filer,
    db: &Db,
    sealer: &State<Sealer>,
    id: ExportProfileId,
    center: Option<&str>,
    query: Asked,
) -> Result<Json<FilledProfileJson>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let profile = queries::profile(&mut conn, id).await?;
    let asked = forms::asked(&query.0)?;
    let filled = actions::look(&by, &mut conn, sealer, (&center, profile), &asked).await?;
    Ok(Json(FilledProfileJson::of(&filled)))
}

/// With what a profile is filled.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::taken` reads it")]
pub(crate) struct FilingBody {
    center: i64,
    from: String,
    /// The last day
    to: String,
    /// Left out, all of the center
    team: Option<Vec<i64>>,
    /// Numbers in full: needs the right to reveal, and a `reason`
    full: Option<bool>,
    reason: Option<String>,
}

/// A profile filled, as its file. Posted, for each time is kept in the audit with the number of rows.
#[utoipa::path(context_path = "/api/v1", tag = "export_profiles", params(("id" = i64, Path)), request_body = FilingBody, responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[post("/export_profiles/<id>/filling", data = "<fields>")]
pub(crate) async fn take(
    by: Filer,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: ExportProfileId,
    fields: Fields,
) -> Result<File> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let profile = queries::profile(&mut tx, id).await?;
    let asked = forms::taken(&fields)?;
    let filled = actions::take(&by, now, &mut tx, sealer, (&center, profile), &asked).await?;
    tx.commit().await?;
    sheet::file(&filled, &center, &asked)
}

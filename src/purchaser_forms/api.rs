//! `/api/v1/purchaser-forms`: the workbooks that purchasers keep, and the same filled.

use rocket::form::Form as Multipart;
use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::forms::{self, SentWorkbook};
use super::periods::FormAsked;
use super::types::{CheckedNames, FormFilling, FormKey, FormSource, PurchaserForm};
use super::{FormKeeper, PurchaserFormId, actions, filled, queries};
use crate::api::{List, Problem, asked};
use crate::auth::ReportReader;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::files::{self, FileAnswer};
use crate::store::{Conn, Db, Sealer};
use crate::web::cut::Asked;
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![list, add, keys, show, template, replace, take, filling, remove]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PurchaserFormJson {
    id: i64,
    purchaser_id: i64,
    purchaser: String,
    name: String,
    /// When its file came
    kept_at: String,
    /// Where its empty workbook is
    path: String,
    /// Its named cells; left out in the list
    cells: Option<Vec<NamedCellJson>>,
}

/// A cell, or cells one below the other, that the workbook calls `linli.…`.
#[derive(Serialize, ToSchema)]
pub(crate) struct NamedCellJson {
    name: String,
    /// `月报表!D8`
    place: String,
    /// More than one: a row for each center
    rows: i64,
    /// Whether there is a figure for it; the cells of others stay as they are
    known: bool,
}

impl From<PurchaserForm> for PurchaserFormJson {
    fn from(form: PurchaserForm) -> Self {
        Self {
            id: form.id.0,
            purchaser_id: form.purchaser_id.0,
            purchaser: form.purchaser,
            name: form.name,
            kept_at: form.kept_at.rfc3339(),
            path: format!("/api/v1/purchaser-forms/{}/file", form.id),
            cells: None,
        }
    }
}

impl PurchaserFormJson {
    fn with(self, CheckedNames { known, unknown }: CheckedNames) -> Self {
        let known = known.into_iter().map(|(name, _)| (name, true));
        let cells = known.chain(unknown.into_iter().map(|name| (name, false)));
        let cells = cells.map(|(name, known)| {
            let rows = i64::try_from(name.rows()).unwrap_or(i64::MAX);
            NamedCellJson { name: name.name, place: name.place, rows, known }
        });
        Self { cells: Some(cells.collect()), ..self }
    }
}

/// A key that a cell may be called by.
#[derive(Serialize, ToSchema)]
pub(crate) struct FormKeyJson {
    /// The cell's whole name: `linli.visits.elderly`
    name: String,
    meaning: String,
    meaning_en: String,
}

/// A workbook, XLSX without macros.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct NewPurchaserForm {
    /// Up to 10 MB; its cells that are to be filled are called `linli.<key>`
    #[schema(format = Binary)]
    file: String,
    /// Called like its file where nothing is said
    name: Option<String>,
    /// A purchaser's number, from whoever keeps several purchasers' forms
    purchaser: Option<i64>,
}

/// The file of a form that is there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct ReplacedWorkbook {
    /// As a new form's
    #[schema(format = Binary)]
    file: String,
}

/// Why a form is taken away.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct FormRemoval {
    reason: String,
}

async fn told(
    by: &FormKeeper,
    conn: &mut Conn,
    (sealer, now): (&Sealer, Now),
    id: PurchaserFormId,
) -> Result<PurchaserFormJson> {
    let form = queries::kept_form(by, conn, id).await?;
    let names = filled::checked(by, conn, (sealer, now, Lang::Zh), &form).await?;
    Ok(PurchaserFormJson::from(form).with(names))
}

/// The forms that the caller keeps.
#[utoipa::path(context_path = "/api/v1", tag = "purchaser forms", responses((status = 200, body = List<PurchaserFormJson>), (status = "4XX", body = Problem)))]
#[get("/purchaser-forms")]
pub(crate) async fn list(by: FormKeeper, db: &Db) -> Result<Json<List<PurchaserFormJson>>> {
    let forms = queries::kept(&by, &mut *db.read().await?).await?;
    Ok(Json(List::whole(forms.into_iter().map(PurchaserFormJson::from).collect())))
}

/// Keeps a form. 422 for a workbook that could not be filled: it says which name is wrong.
#[utoipa::path(context_path = "/api/v1", tag = "purchaser forms", request_body(content = NewPurchaserForm, content_type = "multipart/form-data"), responses((status = 201, body = PurchaserFormJson), (status = "4XX", body = Problem)))]
#[post("/purchaser-forms", data = "<sent>")]
pub(crate) async fn add(
    by: FormKeeper,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    sent: rocket::form::Result<'_, Multipart<SentWorkbook>>,
) -> Result<Created<Json<PurchaserFormJson>>> {
    let owners = queries::owners(&by, &mut *db.read().await?).await?;
    let new = SentWorkbook::read(sent, &owners).await?;
    let mut tx = db.begin().await?;
    let id = actions::keep(&by, now, &mut tx, sealer, &new).await?;
    tx.commit().await?;
    let kept = told(&by, &mut *db.read().await?, (sealer.inner(), now), id).await?;
    Ok(Created::new(format!("/api/v1/purchaser-forms/{id}")).body(Json(kept)))
}

/// The keys that a form's cells may be called by. Rooms have keys with their numbers besides: `linli.booked_minutes.room.3`.
#[utoipa::path(context_path = "/api/v1", tag = "purchaser forms", responses((status = 200, body = List<FormKeyJson>), (status = "4XX", body = Problem)))]
#[get("/purchaser-forms/keys")]
pub(crate) async fn keys(by: ReportReader, db: &Db, now: Now) -> Result<Json<List<FormKeyJson>>> {
    let mut conn = db.read().await?;
    let known = filled::known_keys(&by, &mut conn, now, Lang::Zh).await?;
    let english = filled::known_keys(&by, &mut conn, now, Lang::En).await?;
    let both = |(zh, en): (FormKey, FormKey)| FormKeyJson { name: zh.key, meaning: zh.meaning, meaning_en: en.meaning };
    Ok(Json(List::whole(known.into_iter().zip(english).map(both).collect())))
}

/// A form, with its named cells.
#[utoipa::path(context_path = "/api/v1", tag = "purchaser forms", params(("id" = i64, Path)), responses((status = 200, body = PurchaserFormJson), (status = "4XX", body = Problem)))]
#[get("/purchaser-forms/<id>")]
pub(crate) async fn show(
    by: FormKeeper,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PurchaserFormId,
) -> Result<Json<PurchaserFormJson>> {
    Ok(Json(told(&by, &mut *db.read().await?, (sealer.inner(), now), id).await?))
}

/// A form's workbook, empty as it came.
#[utoipa::path(context_path = "/api/v1", tag = "purchaser forms", params(("id" = i64, Path)), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/purchaser-forms/<id>/file")]
pub(crate) async fn template(
    by: FormKeeper,
    db: &Db,
    sealer: &State<Sealer>,
    id: PurchaserFormId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let form = queries::kept_form(&by, &mut conn, id).await?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, form.file_id).await?))
}

/// Puts another workbook in a form's place.
#[utoipa::path(context_path = "/api/v1", tag = "purchaser forms", params(("id" = i64, Path)), request_body(content = ReplacedWorkbook, content_type = "multipart/form-data"), responses((status = 200, body = PurchaserFormJson), (status = "4XX", body = Problem)))]
#[post("/purchaser-forms/<id>/file", data = "<sent>")]
pub(crate) async fn replace(
    by: FormKeeper,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PurchaserFormId,
    sent: rocket::form::Result<'_, Multipart<SentWorkbook>>,
) -> Result<Json<PurchaserFormJson>> {
    let form = queries::kept_form(&by, &mut *db.read().await?, id).await?;
    let file = SentWorkbook::read_file(sent).await?;
    let mut tx = db.begin().await?;
    actions::replace(&by, now, &mut tx, sealer, (&form, &file)).await?;
    tx.commit().await?;
    Ok(Json(told(&by, &mut *db.read().await?, (sealer.inner(), now), id).await?))
}

/// Where the numbers of a filled form are from, and what stays empty in it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FormFillingJson {
    /// Null where several agreements of the purchaser are counted together
    agreement_id: Option<i64>,
    /// `month`, `quarter`, `half_year`, `year` or `whole`
    period: &'static str,
    from: String,
    /// The last day
    to: String,
    /// `live`: counted now; `submitted` or `accepted`: as the report's version has them
    source: &'static str,
    /// The report's number
    report: Option<String>,
    version: Option<i64>,
    /// Names of cells for which there is nothing
    empty: Vec<String>,
}

impl From<FormFilling> for FormFillingJson {
    fn from(FormFilling { days, source, empty, .. }: FormFilling) -> Self {
        let (source, report, version) = match source {
            FormSource::Live | FormSource::Together => ("live", None, None),
            FormSource::Version { report, number, state } => (state.code(), Some(report), Some(number)),
        };
        Self {
            agreement_id: days.agreement.map(|agreement| agreement.id.0),
            period: days.kind.code(),
            from: days.days.from.to_string(),
            to: days.days.last().to_string(),
            source,
            report,
            version,
            empty,
        }
    }
}

/// Fields `period agreement center`.
async fn found(
    by: &ReportReader,
    conn: &mut Conn,
    (sealer, now, lang): (&Sealer, Now, Lang),
    id: PurchaserFormId,
    fields: &Fields,
) -> Result<FormFilling> {
    let asked_for = FormAsked::read(fields.get("agreement"), fields.get("period"), now)?;
    match fields.get("center") {
        "" => filled::of_all(by, conn, (sealer, now, lang), id, &asked_for).await,
        center => {
            let center: CenterId = asked("center", Some(center), parse::choice)?;
            filled::of_center(by, conn, (sealer, now, lang), (center, id), &asked_for).await
        }
    }
}

/// A form filled for a period: of one center, or, without one, with a row for each center of its purchaser that the caller reaches. Where a
/// report of exactly this agreement and period was accepted, or else waits for its answer, with that version's numbers. Without an agreement
/// it is the only one that has any of the days; several are counted together as they stand now. 409 `period_not_over`, `form_wants_totals`
/// where single cells ask for a sum that is not all the caller's, `form_rows` for more centers than rows.
#[utoipa::path(context_path = "/api/v1", tag = "purchaser forms", params(
    ("id" = i64, Path),
    ("period" = String, Query, description = "A month, `2026-03`, or a period as reports are named: `quarter:2026-04-01`"),
    ("agreement" = Option<i64>, Query, description = "Whose period it is"),
    ("center" = Option<i64>, Query, description = "One center"),
), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/purchaser-forms/<id>/filled")]
pub(crate) async fn take(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    id: PurchaserFormId,
    query: Asked,
) -> Result<FileAnswer> {
    let filling = found(&by, &mut *db.read().await?, (sealer.inner(), now, lang), id, &query.0).await?;
    Ok(FileAnswer::attachment(filling.file))
}

/// Where the numbers of the same are from, and which of its cells stay empty.
#[utoipa::path(context_path = "/api/v1", tag = "purchaser forms", params(
    ("id" = i64, Path),
    ("period" = String, Query, description = "As of the filled form"),
    ("agreement" = Option<i64>, Query, description = "Whose period it is"),
    ("center" = Option<i64>, Query, description = "One center"),
), responses((status = 200, body = FormFillingJson), (status = "4XX", body = Problem)))]
#[get("/purchaser-forms/<id>/filling")]
pub(crate) async fn filling(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    id: PurchaserFormId,
    query: Asked,
) -> Result<Json<FormFillingJson>> {
    Ok(Json(found(&by, &mut *db.read().await?, (sealer.inner(), now, lang), id, &query.0).await?.into()))
}

/// Takes a form away, with its file.
#[utoipa::path(context_path = "/api/v1", tag = "purchaser forms", params(("id" = i64, Path)), request_body = FormRemoval, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/purchaser-forms/<id>/removal", data = "<fields>")]
pub(crate) async fn remove(
    by: FormKeeper,
    db: &Db,
    now: Now,
    id: PurchaserFormId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let form = queries::kept_form(&by, &mut tx, id).await?;
    actions::remove(&by, now, &mut tx, &form, &forms::reason(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

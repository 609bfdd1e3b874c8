//! `/api/v1/reports/<id>/…`: a report's evidence, its versions, how two of them differ, and whether they are what was submitted.

use std::collections::BTreeMap;

use rocket::form::Form as Multipart;
use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::api::EvidenceJson;
use super::beside_json::{self, FrozenActivityJson, FrozenIndicatorJson, FrozenMonthJson, FrozenSatisfactionJson};
use super::differences::{other_chapters, other_figures, other_parts, two};
use super::document::{FrozenFigure, ToldNumber};
use super::evidence_pages::file_for;
use super::rights::{ReportSubmitter, ReportWriter};
use super::sent::SentSheet;
use super::types::{EvidenceId, PeriodicReportId};
use super::verifying::{self, Verification};
use super::version_pages::ReadVersion;
use super::{evidence, forms, queries, redacting, settling};
use crate::api::{List, Problem};
use crate::auth::ReportReader;
use crate::clock::Now;
use crate::error::Result;
use crate::files::{self, FileAnswer};
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![choose, add, show, caption, remove, version, redact, differences, verified, drop_report]
}

async fn pieces(conn: &mut Conn, report: PeriodicReportId) -> Result<Json<List<EvidenceJson>>> {
    let found = evidence::of_report(conn, report).await?;
    Ok(Json(List::whole(found.into_iter().map(EvidenceJson::from).collect())))
}

/// Which pictures go with a draft.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::photos` reads it")]
pub(crate) struct ChosenReportPhotos {
    /// Ids of pictures of sessions behind the report, none of a confidential kind
    photo: Option<Vec<i64>>,
}

/// Puts pictures of its sessions to a draft.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), request_body = ChosenReportPhotos, responses((status = 200, body = List<EvidenceJson>), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/photos", data = "<fields>")]
pub(crate) async fn choose(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    fields: Fields,
) -> Result<Json<List<EvidenceJson>>> {
    let by = ReportWriter::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    evidence::choose(&by, now, &mut tx, &report, &forms::photos(&fields)?).await?;
    let told = pieces(&mut tx, id).await?;
    tx.commit().await?;
    Ok(told)
}

/// A sign-in sheet.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct NewReportSheet {
    /// JPEG, PNG or PDF, up to 10 MB
    #[schema(format = Binary)]
    sheet: String,
    caption: Option<String>,
}

/// Keeps a sign-in sheet with a draft, sealed: it stays with the provider.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), request_body(content = NewReportSheet, content_type = "multipart/form-data"), responses((status = 200, body = List<EvidenceJson>), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/evidence", data = "<sent>")]
pub(crate) async fn add(
    by: ReportReader,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PeriodicReportId,
    sent: rocket::form::Result<'_, Multipart<SentSheet>>,
) -> Result<Json<List<EvidenceJson>>> {
    let by = ReportWriter::of(by)?;
    let report = queries::found(&by, &mut *db.read().await?, id).await?;
    let (sheet, caption) = SentSheet::checked(sent).await?;
    let mut tx = db.begin().await?;
    evidence::keep_sheet(&by, now, &mut tx, sealer, &report, (&sheet, caption.as_deref())).await?;
    let told = pieces(&mut tx, id).await?;
    tx.commit().await?;
    Ok(told)
}

/// A file that goes with a report: a sheet for the provider alone.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path), ("evidence" = i64, Path)), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/reports/<id>/evidence/<evidence>")]
pub(crate) async fn show(
    by: ReportReader,
    db: &Db,
    sealer: &State<Sealer>,
    id: PeriodicReportId,
    evidence: EvidenceId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let file = file_for(&by, &mut conn, id, evidence).await?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, file).await?))
}

/// What stands below a picture.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::caption` reads it")]
pub(crate) struct NewEvidenceCaption {
    caption: Option<String>,
}

/// Says otherwise what stands below a piece of a draft's evidence.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path), ("evidence" = i64, Path)), request_body = NewEvidenceCaption, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/evidence/<evidence>", data = "<fields>")]
pub(crate) async fn caption(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    evidence: EvidenceId,
    fields: Fields,
) -> Result<NoContent> {
    let by = ReportWriter::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    let caption = forms::caption(&fields)?;
    evidence::caption(&by, now, &mut tx, &report, (evidence, caption.as_deref())).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Takes a piece of evidence out of a draft.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path), ("evidence" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/evidence/<evidence>/removal")]
pub(crate) async fn remove(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    evidence: EvidenceId,
) -> Result<NoContent> {
    let by = ReportWriter::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    evidence::remove(&by, now, &mut tx, &report, evidence).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// A figure as it was submitted.
#[derive(Serialize, ToSchema)]
pub(crate) struct FrozenFigureJson {
    /// As in `GET /summary`
    key: String,
    /// Null where it is hidden from the purchaser
    value: Option<i64>,
    /// Some of its parts are hidden: it is so much, or more
    at_least: bool,
    unit: &'static str,
    /// What it is of; workers are numbered
    name: Option<String>,
    name_en: Option<String>,
}

impl From<FrozenFigure> for FrozenFigureJson {
    fn from(figure: FrozenFigure) -> Self {
        let told = |name: String| Some(name).filter(|name| !name.is_empty());
        Self {
            key: figure.key,
            value: figure.value,
            at_least: figure.at_least,
            unit: figure.unit.code(),
            name: told(figure.name),
            name_en: told(figure.name_en),
        }
    }
}

fn figures(all: Vec<FrozenFigure>) -> Vec<FrozenFigureJson> {
    all.into_iter().map(FrozenFigureJson::from).collect()
}

/// By how much an earlier report's days are otherwise than it told.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdjustmentJson {
    report: String,
    from: String,
    to: String,
    figures: Vec<FrozenFigureJson>,
    /// That nobody can say by how much: a version that told of these days cannot be read
    unknown: bool,
}

/// A period beside the report's: the one before, or that of the year before.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComparedPeriodJson {
    from: String,
    /// The last of its days
    to: String,
    /// Which of these days were counted, by this agreement or one before it
    counted_from: String,
    counted_to: String,
    figures: Vec<FrozenFigureJson>,
}

/// A center as it was called when a version was submitted.
#[derive(Serialize, ToSchema)]
pub(crate) struct FrozenCenterJson {
    id: i64,
    town: String,
    name: String,
}

/// A version as it was submitted.
#[derive(Serialize, ToSchema)]
pub(crate) struct FrozenVersionJson {
    report_id: i64,
    number: i64,
    state: String,
    digest: String,
    /// `month`, `quarter`, `half_year`, `year` or `whole`
    kind: String,
    from: String,
    /// The last of its days
    to: String,
    /// As they were called then
    provider: String,
    purchaser: String,
    centers: Vec<FrozenCenterJson>,
    /// All centers together
    figures: Vec<FrozenFigureJson>,
    /// By the center's id
    by_center: BTreeMap<String, Vec<FrozenFigureJson>>,
    compared: Vec<ComparedPeriodJson>,
    adjustments: Vec<AdjustmentJson>,
    /// Of the agreement, as they stood at the end of the last day
    indicators: Vec<FrozenIndicatorJson>,
    /// Null for a version from before it was asked for
    satisfaction: Option<FrozenSatisfactionJson>,
    /// Of a report of several months, each
    months: Vec<FrozenMonthJson>,
    activities: Vec<FrozenActivityJson>,
    /// By chapter; null where the words were taken out
    narrative: BTreeMap<String, Option<String>>,
    /// What the purchaser said, by chapter; of the whole under `all`
    comments: BTreeMap<String, String>,
    /// How many rows stand behind the figures, by their kind
    rows: BTreeMap<String, i64>,
}

impl From<ReadVersion> for FrozenVersionJson {
    fn from(read: ReadVersion) -> Self {
        let activities = beside_json::activities(&read);
        let narrative = read.document.narrative.iter().map(|text| text.chapter.to_string());
        let narrative = narrative.map(|chapter| (chapter.clone(), read.words(&chapter).map(str::to_owned))).collect();
        let agreed = (read.document.agreement.from, read.document.agreement.to);
        let compared = read.document.compared.into_iter().map(|other| {
            let (counted_from, counted_to) = other.counted(agreed);
            ComparedPeriodJson {
                from: other.from.to_string(),
                to: other.to.to_string(),
                counted_from: counted_from.to_string(),
                counted_to: counted_to.to_string(),
                figures: figures(other.figures),
            }
        });
        let adjustments = read.document.adjustments.into_iter().map(|told| AdjustmentJson {
            report: told.report,
            from: told.from.to_string(),
            to: told.to.to_string(),
            figures: figures(told.figures),
            unknown: told.unknown,
        });
        let comments = read.comments.into_iter().map(|comment| {
            (comment.chapter.map_or_else(|| "all".to_owned(), |chapter| chapter.to_string()), comment.words)
        });
        let parts = read.document.by_center.into_iter();
        let centers = read.document.centers.into_iter();
        let (head, parties) = (read.document.report, read.document.agreement);
        Self {
            kind: head.kind.to_string(),
            from: head.from.to_string(),
            to: head.to.to_string(),
            provider: parties.provider,
            purchaser: parties.purchaser,
            centers: centers
                .map(|center| FrozenCenterJson { id: center.id.0, town: center.town, name: center.name })
                .collect(),
            report_id: read.report.id.0,
            number: read.version.number,
            state: read.version.state.to_string(),
            digest: read.version.digest,
            narrative,
            indicators: read.document.indicators.into_iter().map(FrozenIndicatorJson::from).collect(),
            satisfaction: read.document.satisfaction.map(FrozenSatisfactionJson::from),
            months: read.document.months.into_iter().map(FrozenMonthJson::from).collect(),
            activities,
            compared: compared.collect(),
            adjustments: adjustments.collect(),
            comments: comments.collect(),
            by_center: parts.map(|part| (part.center.to_string(), figures(part.figures))).collect(),
            figures: figures(read.document.figures),
            rows: read.document.rows.iter().map(|rows| (rows.kind.to_string(), rows.count)).collect(),
        }
    }
}

/// A version as it was submitted, with what the purchaser said of it. 409 `report_unreadable`.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path), ("number" = i64, Path)), responses((status = 200, body = FrozenVersionJson), (status = "4XX", body = Problem)))]
#[get("/reports/<id>/versions/<number>")]
pub(crate) async fn version(
    by: ReportReader,
    db: &Db,
    id: PeriodicReportId,
    number: i64,
) -> Result<Json<FrozenVersionJson>> {
    let mut conn = db.read().await?;
    let report = queries::found(&by, &mut conn, id).await?;
    Ok(Json(ReadVersion::load(&by, &mut conn, report, number).await?.into()))
}

/// Which words are taken out of a version.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::redaction` reads it")]
pub(crate) struct NewRedaction {
    /// A chapter, `evidence.<number>` for what stands below a picture, or `activity.<number>` for an activity's title
    place: String,
    reason: String,
}

/// Takes words out of a version, whole, and the same words out of the report's other versions and its draft. All of them still verify:
/// the words' digests stay.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path), ("number" = i64, Path)), request_body = NewRedaction, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/versions/<number>/redaction", data = "<fields>")]
pub(crate) async fn redact(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    number: i64,
    fields: Fields,
) -> Result<NoContent> {
    let by = ReportSubmitter::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    let version = queries::version(&by, &mut tx, id, number).await?;
    let (place, why) = forms::redaction(&fields)?;
    redacting::redact(&by, now, &mut tx, (&report, &version), (&place, &why)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// A figure that is another in the other version; null where one does not have it, or does not tell it as it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct OtherFigureJson {
    key: String,
    before: Option<i64>,
    after: Option<i64>,
}

/// How two versions differ.
#[derive(Serialize, ToSchema)]
pub(crate) struct DifferencesJson {
    before: i64,
    after: i64,
    figures: Vec<OtherFigureJson>,
    /// The chapters whose words differ
    chapters: Vec<String>,
    /// Whatever else does: `agreement`, `centers` (their own figures), `compared`, `adjustments`, `indicators`, `satisfaction`, `months`,
    /// `activities`, `evidence`, `rows` (which records are behind)
    parts: Vec<&'static str>,
}

/// How two versions of a report differ: the last two, where it is not said which.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path), ("from" = Option<i64>, Query), ("to" = Option<i64>, Query)), responses((status = 200, body = DifferencesJson), (status = "4XX", body = Problem)))]
#[get("/reports/<id>/differences?<from>&<to>")]
pub(crate) async fn differences(
    by: ReportReader,
    db: &Db,
    id: PeriodicReportId,
    from: Option<i64>,
    to: Option<i64>,
) -> Result<Json<DifferencesJson>> {
    let (before, after) = two(&by, &mut *db.read().await?, id, (from, to)).await?;
    let chapters = other_chapters(&before, &after);
    let figures = other_figures(&before.document, &after.document).into_iter();
    let exactly = |told: Option<ToldNumber>| told.and_then(ToldNumber::exactly);
    Ok(Json(DifferencesJson {
        before: before.version.number,
        after: after.version.number,
        figures: figures
            .map(|one| OtherFigureJson { key: one.of.key, before: exactly(one.before), after: exactly(one.after) })
            .collect(),
        chapters: chapters.into_iter().map(|chapter| chapter.to_string()).collect(),
        parts: other_parts(&before, &after).into_iter().map(|part| part.code()).collect(),
    }))
}

/// Something of a version that is otherwise than it was submitted.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportChangeJson {
    /// `document`, `digest` (beside it), `unaudited` (nothing proves with which digest it was submitted), `unreadable`, `version` (it is
    /// gone), `report` (its kind, days or agreement), `state` (what became of it), `comments` (the purchaser's), `text`, `evidence`, `rows` (the
    /// list of rows behind) or `missing` (a row behind)
    part: String,
    /// A chapter, `evidence.<number>`, or a kind of rows
    place: String,
}

/// What came of looking at a version.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerificationJson {
    number: i64,
    /// As it was when it was submitted; empty where nothing knows that any more
    digest: String,
    unchanged: bool,
    changes: Vec<ReportChangeJson>,
    /// Words that were taken out on purpose, and pictures that are gone
    taken_out: Vec<String>,
}

impl From<Verification> for VerificationJson {
    fn from(found: Verification) -> Self {
        let unchanged = found.is_unchanged();
        let change = |one: verifying::ReportChange| ReportChangeJson { part: one.part.to_string(), place: one.place };
        Self {
            number: found.number,
            digest: found.digest,
            unchanged,
            changes: found.changes.into_iter().map(change).collect(),
            taken_out: found.taken_out,
        }
    }
}

/// Whether a report's versions are what was submitted, the last first.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("public_id" = String, Path, description = "As it stands on the report")), responses((status = 200, body = List<VerificationJson>), (status = "4XX", body = Problem)))]
#[get("/report-verifications/<public_id>")]
pub(crate) async fn verified(
    by: ReportReader,
    db: &Db,
    sealer: &State<Sealer>,
    public_id: &str,
) -> Result<Json<List<VerificationJson>>> {
    let mut conn = db.read().await?;
    let report = queries::found_publicly(&by, &mut conn, public_id).await?;
    let found = verifying::verify_for_readers(&mut conn, sealer, &report).await?;
    Ok(Json(List::whole(found.into_iter().map(VerificationJson::from).collect())))
}

/// Drops a draft, or what was returned, whose days are the agreement's no more. 409 `report_agreed` where they are, `report_submitted`,
/// `report_accepted`, `report_dropped`.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/removal")]
pub(crate) async fn drop_report(by: ReportReader, db: &Db, now: Now, id: PeriodicReportId) -> Result<NoContent> {
    let by = ReportSubmitter::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    settling::drop_report(&by, now, &mut tx, &report).await?;
    tx.commit().await?;
    Ok(NoContent)
}

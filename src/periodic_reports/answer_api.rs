//! `/api/v1/reports/<id>/…`: how a report is answered: accepted, returned, received, and an acceptance taken back.

use rocket::response::status::NoContent;
use rocket::{Route, post, routes};
use utoipa::ToSchema;

use super::rights::{ReportAnswerer, ReportReceiver};
use super::types::PeriodicReportId;
use super::{actions, forms, queries};
use crate::api::Problem;
use crate::auth::ReportReader;
use crate::clock::Now;
use crate::error::Result;
use crate::store::Db;
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![accept, undo_acceptance, give_back, receive]
}

/// Which version is accepted.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::version` reads it")]
pub(crate) struct AcceptedVersion {
    /// The last one
    version: i64,
}

/// Accepts a report. 409 `report_not_submitted`, `report_accepted`, `report_version_changed`.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), request_body = AcceptedVersion, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/acceptance", data = "<fields>")]
pub(crate) async fn accept(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    fields: Fields,
) -> Result<NoContent> {
    let by = ReportAnswerer::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    actions::accept(&by, now, &mut tx, &report, forms::version(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Of which version the acceptance is taken back, and why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::acceptance_undone` reads it")]
pub(crate) struct UndoneAcceptance {
    /// The accepted one
    version: i64,
    reason: String,
}

/// Takes an acceptance back: the version waits for its answer again. 409 `report_not_accepted`, `report_version_changed`,
/// `report_acceptance_over` (its day is over), `report_acceptance_told` (a later report was submitted since).
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), request_body = UndoneAcceptance, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/acceptance/undoing", data = "<fields>")]
pub(crate) async fn undo_acceptance(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    fields: Fields,
) -> Result<NoContent> {
    let by = ReportAnswerer::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    let (version, why) = forms::acceptance_undone(&fields)?;
    actions::undo_acceptance(&by, now, &mut tx, &report, (version, &why)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Which version came.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::version` reads it")]
pub(crate) struct ReceivedVersion {
    /// The last one
    version: i64,
}

/// Says that what was submitted last came. Twice is once; 409 `report_not_submitted`, `report_version_changed`.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), request_body = ReceivedVersion, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/receipt", data = "<fields>")]
pub(crate) async fn receive(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    fields: Fields,
) -> Result<NoContent> {
    let by = ReportReceiver::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    actions::confirm_receipt(&by, now, &mut tx, &report, forms::version(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Why a version is returned: at least one of the comments.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::returned` reads it")]
pub(crate) struct ReturnedVersion {
    /// The last one
    version: i64,
    /// On the whole
    comment: Option<String>,
    /// By chapter
    comments: Option<ChapterComments>,
}

/// What is said of each chapter, as far as anything is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::returned` reads it")]
pub(crate) struct ChapterComments {
    overview: Option<String>,
    services: Option<String>,
    groups: Option<String>,
    volunteers: Option<String>,
    problems: Option<String>,
    plan: Option<String>,
    other: Option<String>,
}

/// Returns a report with comments. Errors as of its acceptance.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), request_body = ReturnedVersion, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/return", data = "<fields>")]
pub(crate) async fn give_back(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    fields: Fields,
) -> Result<NoContent> {
    let by = ReportAnswerer::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    actions::give_back(&by, now, &mut tx, &report, &forms::returned(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

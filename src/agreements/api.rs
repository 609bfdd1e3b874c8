//! `/api/v1/agreements`.

use std::collections::BTreeMap;

use rocket::form::{Form as Multipart, FromForm};
use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::documents::{self, PAPERS};
use super::rules;
use super::types::{AgreementDocument, AgreementDocumentId, AgreementId, AgreementRecord, AgreementVersion};
use super::{actions, forms, queries};
use crate::api::{List, Problem};
use crate::auth::{CityAdmin, Manager, ReportReader};
use crate::clock::{Now, Zone};
use crate::error::{Error, Result};
use crate::files::{self, FileAnswer, SentFile};
use crate::store::{Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![
        list,
        show,
        create,
        revise,
        end,
        void,
        list_versions,
        list_documents,
        add_document,
        document,
        remove_document
    ]
}

/// An agreement.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgreementJson {
    id: i64,
    number: Option<String>,
    provider_id: i64,
    provider: String,
    purchaser_id: i64,
    purchaser: String,
    /// The first and the last day
    starts_on: String,
    ends_on: String,
    /// Each with its days, the first and the last; none once it was taken back
    centers: Vec<AgreedCenterJson>,
    services: Option<String>,
    /// Hundredths of a yuan
    amount_fen: Option<i64>,
    payment: Option<String>,
    /// `calendar` or `start`: from when quarters, half-years and years are counted
    years_from: String,
    /// For which periods reports are due, and when
    reports: Vec<DueReportsJson>,
    /// The last day that had been agreed, where it ended early
    agreed_to: Option<String>,
    end_reason: Option<String>,
    voided_at: Option<String>,
    void_reason: Option<String>,
    /// Grows with every change
    version: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AgreedCenterJson {
    center_id: i64,
    center: String,
    starts_on: String,
    ends_on: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DueReportsJson {
    /// `month`, `quarter`, `half_year` or `year`
    cycle: String,
    /// Days after a period's last
    due_days: i64,
    periods: Vec<DuePeriodJson>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DuePeriodJson {
    starts_on: String,
    ends_on: String,
    due_on: Option<String>,
}

impl From<AgreementRecord> for AgreementJson {
    fn from(record: AgreementRecord) -> Self {
        let reports = record.text.cycles.iter().map(|due| DueReportsJson {
            cycle: due.cycle.to_string(),
            due_days: due.due_days,
            periods: rules::periods(&record.text, due.cycle)
                .into_iter()
                .map(|one| DuePeriodJson {
                    starts_on: one.starts_on.to_string(),
                    ends_on: one.ends_on.to_string(),
                    due_on: one.due_on.map(|day| day.to_string()),
                })
                .collect(),
        });
        let reports = reports.collect();
        let text = record.text;
        let centers = text.centers.into_iter().map(|one| AgreedCenterJson {
            center_id: one.center_id.0,
            center: one.center,
            starts_on: one.starts_on.to_string(),
            ends_on: one.ends_on.to_string(),
        });
        Self {
            id: record.id.0,
            number: text.number,
            provider_id: text.provider_id.0,
            provider: text.provider,
            purchaser_id: text.purchaser_id.0,
            purchaser: text.purchaser,
            starts_on: text.starts_on.to_string(),
            ends_on: text.ends_on.to_string(),
            centers: centers.collect(),
            services: text.services,
            amount_fen: text.amount_fen,
            payment: text.payment,
            years_from: text.years_from.to_string(),
            reports,
            agreed_to: record.agreed_to.map(|day| day.to_string()),
            end_reason: record.end_reason,
            voided_at: record.voided_at.map(|at| at.rfc3339()),
            void_reason: record.void_reason,
            version: record.version,
        }
    }
}

/// The agreements that the reader may know of: the city's, their own as a party, or those of their town and center.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", responses((status = 200, body = List<AgreementJson>), (status = "4XX", body = Problem)))]
#[get("/agreements")]
pub(crate) async fn list(by: ReportReader, db: &Db) -> Result<Json<List<AgreementJson>>> {
    let found = queries::open_to_all(&by, &mut *db.read().await?).await?;
    Ok(Json(List::whole(found.into_iter().map(AgreementJson::from).collect())))
}

/// One agreement.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), responses((status = 200, body = AgreementJson), (status = "4XX", body = Problem)))]
#[get("/agreements/<id>")]
pub(crate) async fn show(by: ReportReader, db: &Db, id: AgreementId) -> Result<Json<AgreementJson>> {
    Ok(Json(queries::open_to(&by, &mut *db.read().await?, id).await?.into()))
}

/// What an agreement says.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::agreement` reads it")]
pub(crate) struct NewAgreementBody {
    number: Option<String>,
    provider: i64,
    purchaser: i64,
    /// The first and the last day
    starts_on: String,
    ends_on: String,
    /// The centers that it covers
    center: Vec<i64>,
    /// By center: its first day, where it is not the agreement's
    from: Option<BTreeMap<String, String>>,
    /// By center: its last day, where it is not the agreement's
    to: Option<BTreeMap<String, String>>,
    services: Option<String>,
    /// Yuan, with two decimals at most
    amount: Option<String>,
    payment: Option<String>,
    /// `calendar` (where it is missing) or `start`
    years_from: Option<String>,
    /// Within how many days after its period's end a report is due; none is due for periods that are missing
    due: Option<DueWithin>,
}

/// Days after a period's last, by the kind of period.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::agreement` reads it")]
pub(crate) struct DueWithin {
    month: Option<i64>,
    quarter: Option<i64>,
    half_year: Option<i64>,
    year: Option<i64>,
}

/// Concludes an agreement. 422 at `center` where another provider has one of the centers on some of these days, or the purchaser pays for
/// it already.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", request_body = NewAgreementBody, responses((status = 201, body = AgreementJson), (status = "4XX", body = Problem)))]
#[post("/agreements", data = "<fields>")]
pub(crate) async fn create(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<AgreementJson>>> {
    let new = forms::agreement(&fields, Zone::SHANGHAI.date(now.0))?;
    let mut tx = db.begin().await?;
    let id = actions::conclude(&by, now, &mut tx, &new).await?;
    let made = queries::open_to(&by, &mut tx, id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/agreements/{id}")).body(Json(made.into())))
}

/// All of what an agreement says from now on: what is left out here is taken out there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::api_revision` reads it")]
pub(crate) struct RevisedAgreement {
    /// The version that the change starts from
    version: i64,
    number: Option<String>,
    provider: i64,
    purchaser: i64,
    starts_on: String,
    ends_on: String,
    center: Vec<i64>,
    from: Option<BTreeMap<String, String>>,
    to: Option<BTreeMap<String, String>>,
    services: Option<String>,
    amount: Option<String>,
    payment: Option<String>,
    years_from: Option<String>,
    due: Option<DueWithin>,
    /// Why; 422 at this name where the agreement has begun and it is missing
    reason: Option<String>,
}

/// Changes an agreement; what it said before is kept as a version. 409 `agreement_changed` where somebody changed it since that version: read
/// it again first; `agreement_days_submitted` or `agreement_days_accepted` where days would be lost that such a report tells of. 422 at
/// `provider` or `purchaser` where another is to be its party while posts, activities, papers or reports hang on it.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), request_body = RevisedAgreement, responses((status = 200, body = AgreementJson), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>", data = "<fields>")]
pub(crate) async fn revise(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: AgreementId,
    fields: Fields,
) -> Result<Json<AgreementJson>> {
    let mut tx = db.begin().await?;
    queries::standing(&by, &mut tx, id).await?;
    let revision = forms::api_revision(&fields, Zone::SHANGHAI.date(now.0))?;
    actions::revise(&by, now, &mut tx, id, &revision).await?;
    let made = queries::open_to(&by, &mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(made.into()))
}

/// On which day an agreement ends instead, and why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::ending` reads it")]
pub(crate) struct AgreementEndingBody {
    /// The last day on which it runs
    last_day: String,
    end_reason: String,
}

/// Ends an agreement early, in all its centers. Changing its last day takes that back. 422 at `last_day` where none of them has begun by
/// then; 409 `agreement_has_posts` where posts or activities hang on one that begins later, `agreement_days_submitted` or
/// `agreement_days_accepted` where days would be lost that such a report tells of.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), request_body = AgreementEndingBody, responses((status = 200, body = AgreementJson), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/ending", data = "<fields>")]
pub(crate) async fn end(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: AgreementId,
    fields: Fields,
) -> Result<Json<AgreementJson>> {
    let mut tx = db.begin().await?;
    queries::standing(&by, &mut tx, id).await?;
    let ending = forms::ending(&fields, Zone::SHANGHAI.date(now.0))?;
    actions::end(&by, now, &mut tx, id, &ending).await?;
    let made = queries::open_to(&by, &mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(made.into()))
}

/// Why an agreement is a mistake.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct MistakenAgreement {
    void_reason: String,
}

/// Takes a mistyped agreement back. 409 `agreement_in_use` while posts, activities or papers hang on it; 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), request_body = MistakenAgreement, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/void", data = "<fields>")]
pub(crate) async fn void(by: CityAdmin, db: &Db, now: Now, id: AgreementId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    queries::standing(&by, &mut tx, id).await?;
    let reason = forms::reason(&fields, "void_reason")?;
    actions::take_back(&by, now, &mut tx, id, &reason).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// What an agreement said before it was changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgreementVersionJson {
    /// The first is 1
    number: i64,
    changed_at: String,
    changed_by: String,
    reason: Option<String>,
    /// What it said, whole
    #[schema(value_type = Object)]
    was: serde_json::Value,
}

impl AgreementVersionJson {
    fn of(version: AgreementVersion) -> Result<Self> {
        Ok(Self {
            number: version.number,
            changed_at: version.changed_at.rfc3339(),
            changed_by: version.changed_by,
            reason: version.reason,
            was: serde_json::to_value(&version.was).map_err(Error::internal)?,
        })
    }
}

/// What an agreement said before, the first of it first.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), responses((status = 200, body = List<AgreementVersionJson>), (status = "4XX", body = Problem)))]
#[get("/agreements/<id>/versions")]
pub(crate) async fn list_versions(
    by: ReportReader,
    db: &Db,
    id: AgreementId,
) -> Result<Json<List<AgreementVersionJson>>> {
    let mut conn = db.read().await?;
    let record = queries::open_to(&by, &mut conn, id).await?;
    let found = queries::versions(&mut conn, record.id).await?;
    let told: Result<Vec<_>> = found.into_iter().map(AgreementVersionJson::of).collect();
    Ok(Json(List::whole(told?)))
}

/// A paper of an agreement.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgreementDocumentJson {
    id: i64,
    title: Option<String>,
    added_at: String,
    added_by: String,
    /// Its file is gone then
    removed_at: Option<String>,
    remove_reason: Option<String>,
}

impl From<AgreementDocument> for AgreementDocumentJson {
    fn from(one: AgreementDocument) -> Self {
        Self {
            id: one.id.0,
            title: one.title,
            added_at: one.added_at.rfc3339(),
            added_by: one.added_by,
            removed_at: one.removed_at.map(|at| at.rfc3339()),
            remove_reason: one.remove_reason,
        }
    }
}

/// An agreement's papers, those too that were removed.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), responses((status = 200, body = List<AgreementDocumentJson>), (status = "4XX", body = Problem)))]
#[get("/agreements/<id>/documents")]
pub(crate) async fn list_documents(
    by: ReportReader,
    db: &Db,
    id: AgreementId,
) -> Result<Json<List<AgreementDocumentJson>>> {
    let mut conn = db.read().await?;
    let record = queries::open_to(&by, &mut conn, id).await?;
    let found = queries::documents(&mut conn, record.id).await?;
    Ok(Json(List::whole(found.into_iter().map(AgreementDocumentJson::from).collect())))
}

#[derive(FromForm)]
pub(crate) struct SentAgreementPaper {
    title: Option<String>,
    paper: SentFile,
}

/// A scan of a paper.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct AgreementPaper {
    title: Option<String>,
    /// A photo (JPEG, PNG) or a PDF, up to 10 MB
    #[schema(format = Binary)]
    paper: String,
}

/// Lays a paper with an agreement, sealed. 409 `too_many_papers` at twenty.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path)), request_body(content = AgreementPaper, content_type = "multipart/form-data"), responses((status = 201, body = AgreementDocumentJson), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/documents", data = "<sent>")]
pub(crate) async fn add_document(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: AgreementId,
    sent: rocket::form::Result<'_, Multipart<SentAgreementPaper>>,
) -> Result<Created<Json<AgreementDocumentJson>>> {
    let record = queries::open_to(&by, &mut *db.read().await?, id).await?;
    let sent = sent.map_err(|_| Error::field("paper", "field.required"))?.into_inner();
    let title = forms::title(&Fields::default().with("title", sent.title.unwrap_or_default()))?;
    let paper = sent.paper.checked("paper", PAPERS).await?;
    let mut tx = db.begin().await?;
    let made = documents::add_document(&by, now, &mut tx, sealer, &record, (title.as_deref(), &paper)).await?;
    let found = queries::documents(&mut tx, id).await?.into_iter().find(|one| one.id == made);
    tx.commit().await?;
    let found = found.ok_or(Error::NotFound)?;
    Ok(Created::new(format!("/api/v1/agreements/{id}/documents/{made}")).body(Json(found.into())))
}

/// The file of a paper.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path), ("document" = i64, Path)), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/agreements/<id>/documents/<document>")]
pub(crate) async fn document(
    by: ReportReader,
    db: &Db,
    sealer: &State<Sealer>,
    id: AgreementId,
    document: AgreementDocumentId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let record = queries::open_to(&by, &mut conn, id).await?;
    let file = queries::document(&mut conn, record.id, document).await?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, file).await?))
}

/// Why a paper is taken away.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct MistakenPaper {
    reason: String,
}

/// Takes a paper away: its line stays, its file is deleted.
#[utoipa::path(context_path = "/api/v1", tag = "agreements", params(("id" = i64, Path), ("document" = i64, Path)), request_body = MistakenPaper, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/agreements/<id>/documents/<document>/removal", data = "<fields>")]
pub(crate) async fn remove_document(
    by: CityAdmin,
    db: &Db,
    now: Now,
    id: AgreementId,
    document: AgreementDocumentId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let record = queries::standing(&by, &mut tx, id).await?;
    queries::document(&mut tx, id, document).await?;
    let reason = forms::reason(&fields, "reason")?;
    documents::remove_document(&by, now, &mut tx, &record, (document, &reason)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

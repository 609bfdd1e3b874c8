//! `/api/v1/reports`: reports that agreements owe, as programs draft and submit them, and ask for them.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::listing::{self, OwedCut, OwedReport};
use super::privacy::{self, PrivacyHit};
use super::rights::{ReportAnswerer, ReportSubmitter, ReportWriter, sees_drafts};
use super::types::{Chapter, ChapterText, Evidence, PeriodicReport, PeriodicReportId, ReportVersion};
use super::{actions, evidence, forms, freezing, queries};
use crate::api::{List, Problem};
use crate::auth::ReportReader;
use crate::clock::{Now, Zone};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::Fields;
use crate::web::cut::Asked;

pub(super) fn routes() -> Vec<Route> {
    routes![list, begin, show, write, hits, keep_name, submit, withdraw, remind]
}

/// What an agreement owes for some of its days.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwedReportJson {
    agreement_id: i64,
    provider: String,
    purchaser: String,
    /// `month:2026-03-01`: as which it is begun, and asked for
    period: String,
    /// The first of its days
    from: String,
    /// The last of them
    to: String,
    due_on: String,
    /// `running` (its days are not over), `not_begun`, `draft`, `submitted`, `returned`, `accepted` or `dropped`
    state: String,
    /// False where its days are the agreement's no more: nobody waits for it
    agreed: bool,
    /// False for a report for which the agreement does not ask: nobody waits for it, and it is never late
    awaited: bool,
    /// Days since it was due; 0 where it is not late
    late: i64,
    /// Null where nothing is begun, or is not this reader's to see
    report_id: Option<i64>,
    /// When the purchaser asked for it, where nothing was submitted since
    reminded_at: Option<String>,
}

/// What the agreements owe that the reader reaches, by every one of their centers or as a party: each period that has begun of those for
/// which they ask (months, where they ask for none), and every other report there is.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("q" = Option<String>, Query, description = "In the names of provider and purchaser"), ("state" = Option<String>, Query), ("sort" = Option<String>, Query, description = "`period` (the latest first), `due` or `provider`")), responses((status = 200, body = List<OwedReportJson>), (status = "4XX", body = Problem)))]
#[get("/reports")]
pub(crate) async fn list(by: ReportReader, db: &Db, now: Now, asked: Asked) -> Result<Json<List<OwedReportJson>>> {
    let cut = OwedCut::read(&asked.0)?;
    let owed = listing::owed(&by, &mut *db.read().await?, Zone::SHANGHAI.date(now.0)).await?;
    let told = |one: OwedReport| OwedReportJson {
        report_id: one.path(by.role).and(one.report.as_ref()).map(|report| report.id.0),
        agreement_id: one.agreement.id.0,
        provider: one.agreement.provider,
        purchaser: one.agreement.purchaser,
        period: one.period.to_string(),
        from: one.period.days.from.to_string(),
        to: one.period.days.last().to_string(),
        due_on: one.due_on.to_string(),
        state: one.standing.to_string(),
        agreed: one.is_agreed,
        awaited: one.is_awaited,
        late: one.late,
        reminded_at: one.reminded_at.map(|at| at.rfc3339()),
    };
    Ok(Json(List::whole(cut.of(owed).into_iter().map(told).collect())))
}

/// Which drafts are begun.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::begun` reads it")]
pub(crate) struct NewReports {
    agreement: i64,
    /// `month:2026-03-01`, `quarter:…`, `half_year:…`, `year:…` or `whole:…`, each with the first of its days in the agreement, also of
    /// kinds for which it does not ask
    period: Vec<String>,
}

/// The drafts that were begun: those of which there was a report already are not among them.
#[derive(Serialize, ToSchema)]
pub(crate) struct BegunReportsJson {
    ids: Vec<i64>,
}

/// Begins drafts. 422 at `period` for what is no period of the agreement.
#[utoipa::path(context_path = "/api/v1", tag = "reports", request_body = NewReports, responses((status = 201, body = BegunReportsJson), (status = "4XX", body = Problem)))]
#[post("/reports", data = "<fields>")]
pub(crate) async fn begin(
    by: ReportReader,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Created<Json<BegunReportsJson>>> {
    let by = ReportWriter::of(by)?;
    let (agreement, periods) = forms::begun(&fields)?;
    let mut tx = db.begin().await?;
    let agreement = queries::agreement(&by, &mut tx, agreement).await?;
    let ids = actions::begin(&by, now, &mut tx, &agreement, &periods).await?;
    tx.commit().await?;
    let told = BegunReportsJson { ids: ids.into_iter().map(|id| id.0).collect() };
    Ok(Created::new("/api/v1/reports").body(Json(told)))
}

/// A chapter of a draft.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChapterJson {
    /// `overview`, `services`, `groups`, `volunteers`, `problems`, `plan` or `other`
    chapter: String,
    content: String,
    /// Sent with a change of it
    version: i64,
}

impl From<ChapterText> for ChapterJson {
    fn from(text: ChapterText) -> Self {
        Self { chapter: text.chapter.to_string(), content: text.content, version: text.version }
    }
}

/// What goes with a draft.
#[derive(Serialize, ToSchema)]
pub(crate) struct EvidenceJson {
    id: i64,
    /// `photo`, or `sheet`, which is for the provider alone
    kind: String,
    caption: Option<String>,
    /// Whether its file is still there
    there: bool,
}

impl From<Evidence> for EvidenceJson {
    fn from(one: Evidence) -> Self {
        Self { id: one.id.0, kind: one.kind.to_string(), there: one.digest.is_some(), caption: one.caption }
    }
}

/// A version in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportVersionJson {
    number: i64,
    /// SHA-256 of its canonical document
    digest: String,
    /// `submitted`, `withdrawn`, `returned` or `accepted`
    state: String,
    submitted_at: String,
    answered_at: Option<String>,
}

impl From<ReportVersion> for ReportVersionJson {
    fn from(version: ReportVersion) -> Self {
        Self {
            number: version.number,
            digest: version.digest,
            state: version.state.to_string(),
            submitted_at: version.submitted_at.rfc3339(),
            answered_at: version.answered_at.map(|at| at.rfc3339()),
        }
    }
}

/// A report, and its draft for whoever writes it.
#[derive(Serialize, ToSchema)]
pub(crate) struct PeriodicReportJson {
    id: i64,
    /// As it stands on paper: `R000012`
    number: String,
    /// Under which it is verified
    public_id: String,
    agreement_id: i64,
    /// `month`, `quarter`, `half_year`, `year` or `whole`
    kind: String,
    from: String,
    /// The last of its days
    to: String,
    due_on: String,
    /// `draft`, `submitted`, `returned`, `accepted` or `dropped`
    state: String,
    versions: Vec<ReportVersionJson>,
    /// Null for whoever does not write reports
    chapters: Option<Vec<ChapterJson>>,
    evidence: Option<Vec<EvidenceJson>>,
}

async fn told(by: &ReportReader, conn: &mut Conn, report: PeriodicReport) -> Result<PeriodicReportJson> {
    let versions = queries::versions(by, conn, report.id).await?.into_iter().map(ReportVersionJson::from).collect();
    let (mut chapters, mut pieces) = (None, None);
    if sees_drafts(by.role) {
        chapters = Some(queries::chapters(conn, report.id).await?.into_iter().map(ChapterJson::from).collect());
        pieces = Some(evidence::of_report(conn, report.id).await?.into_iter().map(EvidenceJson::from).collect());
    }
    Ok(PeriodicReportJson {
        id: report.id.0,
        number: report.number(),
        agreement_id: report.agreement_id.0,
        kind: report.kind.to_string(),
        from: report.starts_on.to_string(),
        to: report.ends_on.to_string(),
        due_on: report.due_on.to_string(),
        state: report.state.to_string(),
        public_id: report.public_id,
        versions,
        chapters,
        evidence: pieces,
    })
}

/// A report. A draft is for whoever writes it.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), responses((status = 200, body = PeriodicReportJson), (status = "4XX", body = Problem)))]
#[get("/reports/<id>")]
pub(crate) async fn show(by: ReportReader, db: &Db, id: PeriodicReportId) -> Result<Json<PeriodicReportJson>> {
    let mut conn = db.read().await?;
    let report = queries::found(&by, &mut conn, id).await?;
    Ok(Json(told(&by, &mut conn, report).await?))
}

/// A chapter as it is to be.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::chapter` reads it")]
pub(crate) struct NewChapter {
    /// At most 8,000 characters; nothing takes all of it out
    content: Option<String>,
    /// Of the text that was seen
    version: i64,
}

/// The version that a chapter has now.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChapterVersionJson {
    version: i64,
}

/// Writes a chapter. 409 `chapter_changed` where somebody wrote a newer text meanwhile, `report_submitted`, `report_accepted`.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path), ("chapter" = String, Path)), request_body = NewChapter, responses((status = 200, body = ChapterVersionJson), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/chapters/<chapter>", data = "<fields>")]
pub(crate) async fn write(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    chapter: &str,
    fields: Fields,
) -> Result<Json<ChapterVersionJson>> {
    let by = ReportWriter::of(by)?;
    let chapter: Chapter = chapter.parse().map_err(|_| Error::NotFound)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    let (content, seen) = forms::chapter(&fields)?;
    let version = actions::write_chapter(&by, now, &mut tx, &report, (chapter, &content, seen)).await?;
    tx.commit().await?;
    Ok(Json(ChapterVersionJson { version }))
}

/// A sentence in which somebody may be named.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrivacyHitJson {
    hit: String,
    /// Null for what stands below a picture, for titles, and for what indicators are called
    chapter: Option<String>,
    /// Whose title it is
    activity_id: Option<i64>,
    /// Which indicator is called so, in Chinese or in English
    indicator_id: Option<i64>,
    sentence: String,
    /// `name` or `number`
    why: String,
    /// What was found: names, parts of them, what somebody is called by, numbers; as they are compared, without spaces
    words: Vec<String>,
}

impl From<PrivacyHit> for PrivacyHitJson {
    fn from(hit: PrivacyHit) -> Self {
        let chapter = hit.chapter.map(|chapter| chapter.to_string());
        let activity_id = hit.activity.map(|(_, activity)| activity.0);
        let indicator_id = hit.indicator.map(|(indicator, _)| indicator.0);
        Self {
            hit: hit.hit,
            chapter,
            activity_id,
            indicator_id,
            sentence: hit.sentence,
            why: hit.why.to_string(),
            words: hit.words,
        }
    }
}

/// The sentences of a draft in which somebody may be named, for which nobody answered yet.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), responses((status = 200, body = List<PrivacyHitJson>), (status = "4XX", body = Problem)))]
#[get("/reports/<id>/privacy")]
pub(crate) async fn hits(by: ReportReader, db: &Db, id: PeriodicReportId) -> Result<Json<List<PrivacyHitJson>>> {
    let by = ReportWriter::of(by)?;
    let mut conn = db.read().await?;
    let report = queries::found(&by, &mut conn, id).await?;
    let hits = privacy::check_privacy(&mut conn, &report).await?;
    Ok(Json(List::whole(hits.into_iter().map(PrivacyHitJson::from).collect())))
}

/// That a sentence stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::kept` reads it")]
pub(crate) struct KeptSentence {
    hit: String,
    reason: String,
}

/// Says that a sentence stays, and why.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), request_body = KeptSentence, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/privacy", data = "<fields>")]
pub(crate) async fn keep_name(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    fields: Fields,
) -> Result<NoContent> {
    let by = ReportWriter::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    let (hit, reason) = forms::kept(&fields)?;
    privacy::answer(&by, now, &mut tx, &report, (&hit, &reason)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Submits a report: its next version, frozen. 409 `report_not_over`, `report_not_agreed`, `report_privacy`, `report_submitted`,
/// `report_accepted`.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), responses((status = 200, body = PeriodicReportJson), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/submission")]
pub(crate) async fn submit(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
) -> Result<Json<PeriodicReportJson>> {
    let by = ReportSubmitter::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    freezing::submit(&by, now, db, &mut tx, &report).await?;
    let report = queries::found(&by, &mut tx, id).await?;
    let told = told(&by, &mut tx, report).await?;
    tx.commit().await?;
    Ok(Json(told))
}

/// Takes what was submitted back, while nobody answered. 409 `report_not_submitted`, `report_accepted`.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("id" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/reports/<id>/withdrawal")]
pub(crate) async fn withdraw(by: ReportReader, db: &Db, now: Now, id: PeriodicReportId) -> Result<NoContent> {
    let by = ReportSubmitter::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    freezing::withdraw(&by, now, &mut tx, &report).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Which report is asked for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reminded` reads it")]
pub(crate) struct NewReportReminder {
    agreement: i64,
    /// As in `GET /reports`; its days are over
    period: String,
}

/// Asks for a report: it stands before the provider until something is submitted. Once a day: else 409 `report_reminded_today`.
#[utoipa::path(context_path = "/api/v1", tag = "reports", request_body = NewReportReminder, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/report-reminders", data = "<fields>")]
pub(crate) async fn remind(by: ReportReader, db: &Db, now: Now, fields: Fields) -> Result<NoContent> {
    let by = ReportAnswerer::of(by)?;
    let mut tx = db.begin().await?;
    let agreement = queries::agreement(&by, &mut tx, forms::agreement(&fields)?).await?;
    let period = forms::reminded(&fields, &agreement, Zone::SHANGHAI.date(now.0))?;
    actions::remind(&by, now, &mut tx, &agreement, &period).await?;
    tx.commit().await?;
    Ok(NoContent)
}

//! What goes with a draft: pictures chosen from its sessions, sign-in sheets that are sent, what stands below each; and the files
//! themselves.

use rocket::form::Form as Multipart;
use rocket::{Route, State, get, post, routes};

use super::draft_pages::DraftPage;
use super::rights::{ReportWriter, sees_drafts};
use super::sent::SentSheet;
use super::types::{EvidenceId, EvidenceKind, PeriodicReportId};
use super::{evidence, forms, queries};
use crate::auth::ReportReader;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::files::{self, FileAnswer, FileId};
use crate::ids::SessionPhotoId;
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Submitted};

pub(super) fn routes() -> Vec<Route> {
    routes![choose, offered, add, show, caption, remove]
}

/// Field `photo`, once for each.
#[post("/periodic-reports/<id>/photos", data = "<fields>")]
async fn choose(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    fields: Fields,
) -> Result<Submitted<DraftPage>> {
    let by = ReportWriter::of(by)?;
    let report = queries::found(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let photos = forms::photos(&fields)?;
        let mut tx = db.begin().await?;
        evidence::choose(&by, now, &mut tx, &report, &photos).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}#evidence", report.path()))
    };
    let made = made.await;
    Submitted::of(made, "done.evidence_kept", async |errors| {
        let page = DraftPage::load(&by, &mut *db.read().await?, now, report).await?;
        Ok(page.with_evidence_refused("", errors))
    })
    .await
}

/// A picture that could go with the report.
#[get("/periodic-reports/<id>/photos/<photo>")]
async fn offered(
    by: ReportReader,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PeriodicReportId,
    photo: SessionPhotoId,
) -> Result<FileAnswer> {
    let by = ReportWriter::of(by)?;
    let mut conn = db.read().await?;
    let report = queries::found(&by, &mut conn, id).await?;
    let file = evidence::offered_file(&by, &mut conn, now, &report, photo).await?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, file).await?))
}

/// Fields `sheet caption`.
#[post("/periodic-reports/<id>/evidence", data = "<sent>")]
async fn add(
    by: ReportReader,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PeriodicReportId,
    sent: rocket::form::Result<'_, Multipart<SentSheet>>,
) -> Result<Submitted<DraftPage>> {
    let by = ReportWriter::of(by)?;
    let report = queries::found(&by, &mut *db.read().await?, id).await?;
    let typed = SentSheet::caption_of(&sent);
    let made = async {
        let (sheet, caption) = SentSheet::checked(sent).await?;
        let mut tx = db.begin().await?;
        evidence::keep_sheet(&by, now, &mut tx, sealer, &report, (&sheet, caption.as_deref())).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}#evidence", report.path()))
    };
    let made = made.await;
    Submitted::of(made, "done.evidence_kept", async |errors| {
        let page = DraftPage::load(&by, &mut *db.read().await?, now, report).await?;
        Ok(page.with_evidence_refused(&typed, errors))
    })
    .await
}

/// The file, for who may see it: names stand on sheets, which stay with the provider; pictures go with what was submitted.
///
/// # Errors
/// `NotFound`.
pub(super) async fn file_for(
    by: &ReportReader,
    conn: &mut Conn,
    id: PeriodicReportId,
    evidence: EvidenceId,
) -> Result<FileId> {
    queries::found(by, conn, id).await?;
    let (kind, file) = evidence::file(conn, id, evidence).await?;
    let may = sees_drafts(by.role)
        || match kind {
            EvidenceKind::Photo => evidence::is_submitted(conn, evidence).await?,
            EvidenceKind::Sheet => false,
        };
    if may { Ok(file) } else { Err(Error::NotFound) }
}

#[get("/periodic-reports/<id>/evidence/<evidence>")]
async fn show(
    by: ReportReader,
    db: &Db,
    sealer: &State<Sealer>,
    id: PeriodicReportId,
    evidence: EvidenceId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let file = file_for(&by, &mut conn, id, evidence).await?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, file).await?))
}

/// Field `caption`.
#[post("/periodic-reports/<id>/evidence/<evidence>", data = "<fields>")]
async fn caption(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    evidence: EvidenceId,
    fields: Fields,
) -> Result<Submitted<DraftPage>> {
    let by = ReportWriter::of(by)?;
    let report = queries::found(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let caption = forms::caption(&fields)?;
        let mut tx = db.begin().await?;
        evidence::caption(&by, now, &mut tx, &report, (evidence, caption.as_deref())).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}#evidence", report.path()))
    };
    let made = made.await;
    Submitted::of(made, "done.saved", async |errors| {
        let page = DraftPage::load(&by, &mut *db.read().await?, now, report).await?;
        Ok(page.with_evidence_refused("", errors))
    })
    .await
}

#[post("/periodic-reports/<id>/evidence/<evidence>/removal")]
async fn remove(by: ReportReader, db: &Db, now: Now, id: PeriodicReportId, evidence: EvidenceId) -> Result<Done> {
    let by = ReportWriter::of(by)?;
    let mut tx = db.begin().await?;
    let report = queries::found(&by, &mut tx, id).await?;
    evidence::remove(&by, now, &mut tx, &report, evidence).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{}#evidence", report.path()), "done.evidence_removed"))
}

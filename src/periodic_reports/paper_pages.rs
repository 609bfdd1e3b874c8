//! A report on paper and as files: a version as it was submitted, and the draft for whoever writes it.

use rocket::{Route, State, get, routes};

use super::filed_names::{FiledEnding, FiledName};
use super::paper::{self, FiledReport};
use super::rights::ReportWriter;
use super::rules::{self, ReportStep};
use super::types::PeriodicReportId;
use super::version_pages::ReadVersion;
use super::{evidence, freezing, proof_files, queries};
use crate::auth::ReportReader;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::papers::{self, PrintedPaper};
use crate::store::{Conn, Db, Sealer};
use crate::web::table::File;
use crate::web::{Lang, Page, Site};

pub(super) fn routes() -> Vec<Route> {
    routes![print, print_draft, file]
}

/// A version as its reader may know it.
async fn of_version(
    by: &ReportReader,
    conn: &mut Conn,
    site: &Site,
    (id, number): (PeriodicReportId, i64),
) -> Result<FiledReport> {
    let report = queries::found(by, conn, id).await?;
    let address = site.link(report.verify_path());
    Ok(FiledReport::of_version(ReadVersion::load(by, conn, report, number).await?, address))
}

/// The draft as it would be submitted now; none where nothing is written any more.
async fn of_draft(by: ReportReader, conn: &mut Conn, now: Now, id: PeriodicReportId) -> Result<FiledReport> {
    let by = ReportWriter::of(by)?;
    let report = queries::found(&by, conn, id).await?;
    rules::after(ReportStep::Write, report.state).map_err(|_| Error::NotFound)?;
    let evidence = evidence::of_draft(conn, id).await?;
    let drawn = freezing::drawn(&by, now, conn, &report).await?;
    Ok(FiledReport::of_draft(drawn, (&evidence, &report.path()), now))
}

/// The file that a name asks for.
///
/// # Errors
/// `NotFound` for a version that the reader may not know of, and for a draft that is submitted; `Forbidden` for a draft, for who writes none;
/// those of [`proof_files::proof_file`].
pub(super) async fn filed(
    by: ReportReader,
    (conn, sealer): (&mut Conn, &Sealer),
    (now, lang, site): (Now, Lang, &Site),
    (id, name): (PeriodicReportId, FiledName),
) -> Result<File> {
    let (filed, ending) = match name {
        FiledName::Proof(number, which) => {
            let report = queries::found(&by, conn, id).await?;
            return proof_files::proof_file(&by, conn, report, (number, which)).await;
        }
        FiledName::Paper(Some(number), ending) => (of_version(&by, conn, site, (id, number)).await?, ending),
        FiledName::Paper(None, ending) => (of_draft(by, conn, now, id).await?, ending),
    };
    match ending {
        FiledEnding::Csv => Ok(paper::table(&filed, lang).csv()),
        FiledEnding::Xlsx => papers::xlsx(&filed.without_pictures().paper(lang)),
        FiledEnding::Docx => papers::docx(&filed.with_pictures(conn, sealer).await?.paper(lang)),
    }
}

/// A version as it is printed and filed.
#[get("/periodic-reports/<id>/versions/<number>/print")]
async fn print(
    by: ReportReader,
    db: &Db,
    lang: Lang,
    site: Site,
    id: PeriodicReportId,
    number: i64,
) -> Result<Page<PrintedPaper>> {
    let filed = of_version(&by, &mut *db.read().await?, &site, (id, number)).await?;
    Ok(Page(PrintedPaper::new(filed.paper(lang), format!("/periodic-reports/{id}/versions/{number}"))))
}

/// The draft, marked as one.
#[get("/periodic-reports/<id>/print")]
async fn print_draft(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    id: PeriodicReportId,
) -> Result<Page<PrintedPaper>> {
    let filed = of_draft(by, &mut *db.read().await?, now, id).await?;
    Ok(Page(PrintedPaper::new(filed.paper(lang), format!("/periodic-reports/{id}"))))
}

/// A version or the draft as a file.
#[get("/periodic-reports/<id>/files/<name>")]
async fn file(
    by: ReportReader,
    db: &Db,
    sealer: &State<Sealer>,
    now: Now,
    lang: Lang,
    site: Site,
    id: PeriodicReportId,
    name: FiledName,
) -> Result<File> {
    filed(by, (&mut *db.read().await?, sealer), (now, lang, &site), (id, name)).await
}

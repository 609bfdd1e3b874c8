//! From a number of a report to the rows behind it: those of its center, or of which of its centers. They are what the agreement is charged
//! with, as the report is.

use askama::Template;
use rocket::response::Redirect;
use rocket::{Either, Route, get, routes};

use super::periods::{self, PeriodName};
use super::queries;
use super::types::{PeriodicReport, PeriodicReportId};
use crate::auth::ReportReader;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::figures::{AskedRows, Period, rows_path, scope};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::text::Named as _;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}

/// A center of the report of which the reader may open rows, and for which days these are asked for.
struct OpenedCenter {
    center: CenterId,
    name: String,
    asked: Period,
}

/// The centers of the report whose rows the reader may open: exactly those of the report's days. Who sees no small cells may ask for whole
/// months and for all days of an agreement; what is told is cut to the agreement's days, and so is a report.
async fn opened(by: &ReportReader, conn: &mut Conn, now: Now, report: &PeriodicReport) -> Result<Vec<OpenedCenter>> {
    let reach = match scope::agreement(by, conn, now, report.agreement_id).await {
        Err(Error::NotFound) => return Ok(Vec::new()),
        found => found?,
    };
    let own = report.period();
    let mut centers = Vec::new();
    for (center, name, starts, ends) in queries::covered(conn, report).await? {
        let covered = own.between((starts, ends));
        let asked = [Some(own), Some(own.in_whole_months()), periods::whole(report), covered];
        let asked = asked.into_iter().chain([covered.map(Period::in_whole_months)]).flatten();
        let asked = reach.opened((center, (starts, ends)), own, &asked.collect::<Vec<_>>());
        centers.extend(asked.map(|asked| OpenedCenter { center, name, asked }));
    }
    Ok(centers)
}

/// Below which the rows behind a report's numbers are; empty where the reader may open none.
pub(super) async fn address(by: &ReportReader, conn: &mut Conn, now: Now, report: &PeriodicReport) -> Result<String> {
    let is_open = !opened(by, conn, now, report).await?.is_empty();
    Ok(if is_open { format!("{}/rows", report.path()) } else { String::new() })
}

/// A center of the report, and where the rows behind the figure are of its days.
struct CenterRows {
    name: String,
    path: String,
}

#[derive(Template)]
#[template(path = "periodic_reports/rows.html")]
struct RowsPage {
    name: PeriodName,
    report: PeriodicReport,
    centers: Vec<CenterRows>,
}

impl View for RowsPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", lang.text("periodic.behind"), self.name.in_lang(lang))
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::PeriodicReports)
    }
}

/// The rows as they stand now: a version's numbers stay, and what was corrected since is told by the adjustments.
///
/// # Errors
/// `NotFound` for a report that the reader may not know of, `Refused` for days that the reader may not ask for; the rows' own page says
/// whether there is such a figure.
#[get("/periodic-reports/<id>/rows?<figure>")]
async fn show(
    by: ReportReader,
    db: &Db,
    now: Now,
    id: PeriodicReportId,
    figure: &str,
) -> Result<Either<Redirect, Page<RowsPage>>> {
    let mut conn = db.read().await?;
    let report = queries::found(&by, &mut conn, id).await?;
    let path = |OpenedCenter { center, name, asked }: OpenedCenter| {
        let asked = AskedRows { period: asked, key: figure.to_owned(), agreement: Some(report.agreement_id) };
        CenterRows { name, path: rows_path(center, &asked, None) }
    };
    let centers: Vec<CenterRows> = opened(&by, &mut conn, now, &report).await?.into_iter().map(path).collect();
    match centers.as_slice() {
        [] => {
            scope::agreement(&by, &mut conn, now, report.agreement_id).await?.may_ask(report.period())?;
            Err(Error::NotFound)
        }
        [only] => Ok(Either::Left(Redirect::to(only.path.clone()))),
        _ => {
            let name = PeriodName::of(report.kind, report.period());
            Ok(Either::Right(Page(RowsPage { name, report, centers })))
        }
    }
}

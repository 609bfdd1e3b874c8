//! From a number of a report to the rows behind it: those of its center, or of which of its centers.

use askama::Template;
use rocket::response::Redirect;
use rocket::{Either, Route, get, routes};

use super::periods::PeriodName;
use super::queries;
use super::types::{PeriodicReport, PeriodicReportId};
use crate::auth::ReportReader;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::figures::small_cells;
use crate::store::Db;
use crate::web::nav::Tab;
use crate::web::text::Named as _;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show]
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
/// `NotFound` for a report that the reader may not know of; the rows' own page says whether there is such a figure.
#[get("/periodic-reports/<id>/rows?<figure>")]
async fn show(
    by: ReportReader,
    db: &Db,
    id: PeriodicReportId,
    figure: &str,
) -> Result<Either<Redirect, Page<RowsPage>>> {
    let mut conn = db.read().await?;
    let report = queries::found(&by, &mut conn, id).await?;
    let covered = queries::covered(&mut conn, &report).await?;
    // Who reads by the agreement reads its days and no others, and asks for a report's period; who is inside may ask for any days.
    let cuts = small_cells::are_seen_by(&by);
    let path = |(center, name, starts, ends): (CenterId, String, Date, Date)| {
        let (from, to) = match cuts {
            true => (starts.max(report.starts_on), ends.min(report.ends_on)),
            false => (report.starts_on, report.ends_on),
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("from", &from.to_string()).append_pair("to", &to.plus_days(1).to_string());
        let query = query.append_pair("figure", figure).finish();
        CenterRows { name, path: center.path(format_args!("/rows?{query}")) }
    };
    let centers: Vec<CenterRows> = covered.into_iter().map(path).collect();
    match centers.as_slice() {
        [] => Err(Error::NotFound),
        [only] => Ok(Either::Left(Redirect::to(only.path.clone()))),
        _ => {
            let name = PeriodName::of(report.kind, report.period());
            Ok(Either::Right(Page(RowsPage { name, report, centers })))
        }
    }
}

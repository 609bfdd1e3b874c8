//! The page that proves a report, reached by the code that stands on it.

use askama::Template;
use rocket::{Route, State, get, routes};

use super::periods::PeriodName;
use super::verifying::{self, Verification};
use super::{proof_files, queries};
use crate::auth::ReportReader;
use crate::clock::{Timestamp, Zone};
use crate::error::Result;
use crate::store::{Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}

#[derive(Template)]
#[template(path = "periodic_reports/verify.html")]
struct VerifyPage {
    /// Every version that was submitted and not taken back, the last first; also one that is gone.
    found: Vec<Verification>,
    name: PeriodName,
    number: String,
    path: String,
    /// Whether the reader may have the text that was hashed.
    has_text: bool,
}

impl VerifyPage {
    fn local(&self, at: &Timestamp) -> chrono::NaiveDateTime {
        Zone::SHANGHAI.local(*at)
    }
}

impl View for VerifyPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} {}", lang.text("periodic.verify"), self.number)
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::PeriodicReports)
    }
}

#[get("/reports/verify/<public>")]
async fn show(by: ReportReader, db: &Db, sealer: &State<Sealer>, public: &str) -> Result<Page<VerifyPage>> {
    let mut conn = db.read().await?;
    let report = queries::found_publicly(&by, &mut conn, public).await?;
    Ok(Page(VerifyPage {
        found: verifying::verify_for_readers(&mut conn, sealer, &report).await?,
        name: PeriodName::of(report.kind, report.period()),
        number: report.number(),
        path: report.path(),
        has_text: proof_files::has_text(&by),
    }))
}

//! The month over all the centers that the viewer reaches: what a town or the city compares.

use askama::Template;
use rocket::response::Redirect;
use rocket::{Route, get, routes};

use super::{MonthPath, coverage, group_shares, told};
use crate::auth::ReportReader;
use crate::centers::{Center, Population, population};
use crate::clock::{Month, Now, Zone};
use crate::error::Result;
use crate::figures::queries::{self, By};
use crate::figures::scope;
use crate::figures::{Measure, Numbers, Period, Tally};
use crate::store::Db;
use crate::web::chart::Bars;
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![current, show]
}

#[derive(Template)]
#[template(path = "reports/summary.html")]
struct SummaryPage {
    month: Month,
    /// No month after this one has begun.
    current: Month,
    numbers: Numbers,
    groups: Bars,
    centers: Vec<Line>,
    /// Below which number a count of people is hidden from the reader, where one is.
    least: Option<i64>,
    lang: Lang,
}

struct Line {
    center: Center,
    tally: Tally,
    population: Population,
    /// The days that are counted, where they are not the whole month: a purchaser's agreements'.
    cut: Option<Vec<Period>>,
}

impl SummaryPage {
    fn is_cut(&self) -> bool {
        self.centers.iter().any(|line| line.cut.is_some())
    }

    fn told(&self, tally: &Tally, measure: Measure) -> String {
        told(self.lang, tally, measure)
    }

    fn coverage(&self, tally: &Tally, population: &Population) -> Vec<(&'static str, String)> {
        coverage(tally, *population)
    }
}

impl View for SummaryPage {
    fn title(&self, lang: Lang) -> String {
        lang.with("summary.of_month", [("n", filters::long_month(lang, self.month.first().0))])
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Reports)
    }
}

/// The current month's.
#[get("/summary")]
fn current(_by: ReportReader, now: Now) -> Redirect {
    Redirect::to(format!("/summary/{}", Month::of(Zone::SHANGHAI.date(now.0))))
}

#[get("/summary/<month>")]
async fn show(by: ReportReader, db: &Db, now: Now, lang: Lang, month: MonthPath) -> Result<Page<SummaryPage>> {
    let month = month.0;
    let mut conn = db.read().await?;
    let reach = scope::all(&by, &mut conn, month.into()).await?;
    let numbers = queries::count(&mut conn, &reach, month.into(), now).await?;
    let mut parts = queries::tallies(&mut conn, By::Center, &reach, month.into()).await?;
    let populations = population::of_centers(&mut conn, &reach.ids(), Period::from(month).last()).await?;
    let centers = reach
        .centers()
        .iter()
        .map(|center| {
            let days = reach.days(center.id(), month.into());
            let tally = parts.remove(&center.id().to_string()).unwrap_or_default();
            let population = populations.get(&center.id()).copied().unwrap_or_default();
            Line { center: center.clone(), tally, population, cut: (days != [Period::from(month)]).then_some(days) }
        })
        .collect();
    Ok(Page(SummaryPage {
        month,
        current: Month::of(Zone::SHANGHAI.date(now.0)),
        groups: group_shares(lang, &numbers),
        numbers,
        centers,
        least: reach.small(),
        lang,
    }))
}

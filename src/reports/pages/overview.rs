//! A center's front page: today, this month against the last, a year of visits, and what waits to be done.

use crate::auth::{CenterReader, Coordinator, ReportReader, Role};
use std::collections::BTreeMap;

use askama::Template;
use chrono::Datelike;
use rocket::{Route, get, routes};

use crate::activities::SessionStatus;
use crate::centers::{self, Center, CenterId, Population, population};
use crate::clock::{Date, Month, Now};
use crate::error::{Error, Result};
use crate::figures::queries::{self, By};
use crate::figures::{Period, Tally, hours, scope};
use crate::indicators::Behind;
use crate::reports::steps;
use crate::reports::today::{self, ToDo, TodaySession, WaitingSession};
use crate::store::Db;
use crate::web::chart::{Chart, ChartData, ChartPoint};
use crate::web::filters::{self, long_month};
use crate::web::nav::Tab;
use crate::web::steps::FirstSteps;
use crate::web::{Frame, Lang, Page, View};

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}

#[derive(Template)]
#[template(path = "reports/overview.html")]
struct Overview {
    center: Center,
    now: Now,
    today: Date,
    sessions: Vec<TodaySession>,
    this_month: Tally,
    /// The same days of the month before.
    before: Tally,
    year: Chart,
    to_do: ToDo,
    /// What the agreement asks for and is behind.
    behind: Behind,
    /// Until all of them are done, for whoever may take any.
    steps: Option<FirstSteps>,
    has_begun: bool,
    population: Population,
    role: Role,
}

impl Overview {
    fn month(&self) -> Month {
        Month::of(self.today)
    }

    fn knows_people(&self) -> bool {
        Coordinator::includes(self.role)
    }

    /// Where a session's open end is settled, for who settles it; else its page.
    fn task(&self, session: &WaitingSession) -> String {
        let page = self.center.path(format_args!("/sessions/{}", session.id));
        if self.knows_people() { page + "/closing" } else { page }
    }

    /// By how many percent `now` is above (or below) `before`; nothing where there is nothing to compare with.
    fn change(&self, now: &i64, before: &i64) -> Option<i64> {
        (*before > 0).then(|| (now - before) * 100 / before)
    }

    /// What the page's head says of today: every number once.
    fn stats(&self) -> [(&'static str, String, &'static str, i64, i64); 4] {
        let (now, before) = (&self.this_month, &self.before);
        [
            ("figure.sessions", filters::thousands(now.sessions), "unit.sessions", now.sessions, before.sessions),
            ("figure.visits", filters::thousands(now.visits), "unit.visits", now.visits, before.visits),
            ("figure.persons", filters::thousands(now.persons), "unit.persons", now.persons, before.persons),
            ("reports.hours", hours(now.minutes), "unit.hours", now.minutes / 60, before.minutes / 60),
        ]
    }
}

impl View for Overview {
    fn title(&self, _: Lang) -> String {
        self.center.head.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Overview)
    }
}

#[get("/centers/<center>")]
async fn show(by: CenterReader, db: &Db, now: Now, lang: Lang, center: CenterId) -> Result<Page<Overview>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let month = Month::of(today);
    // A provider's totals are those of the days on which it ran the center: what was before is its forerunner's report.
    let reader = ReportReader::of((*by).clone()).ok_or(Error::Forbidden)?;
    let reach = scope::ever(&reader, &mut conn, now, center.id()).await?;
    let year = Period { from: twelve_months_to(month), to: month.end() };
    let months = queries::tallies(&mut conn, By::Month, &reach, year).await?;
    let beginnings = steps::beginnings(&mut conn, &center, now).await?;
    Ok(Page(Overview {
        steps: beginnings.steps(lang, by.role, &center),
        has_begun: beginnings.are_over(),
        sessions: today::sessions(&by, &mut conn, &center, now).await?,
        before: queries::total(&mut conn, &reach, same_days_before(today)).await?,
        to_do: today::to_do(&by, &mut conn, &center, now).await?,
        behind: Behind::at(&by, &mut conn, now, center.id()).await?,
        this_month: months.get(&month.to_string()).cloned().unwrap_or_default(),
        year: visits_by_month(lang, year, &months),
        population: population::together(&mut conn, &[center.id()], today).await?,
        role: by.role,
        center,
        now,
        today,
    }))
}

/// The first day of the twelve months that end with `month`.
fn twelve_months_to(month: Month) -> Date {
    (0..11).fold(month, |month, _| month.previous()).first()
}

/// The month before, up to the same day: half a month compared with a whole one would always look like a loss.
fn same_days_before(today: Date) -> Period {
    let before = Month::of(today).previous();
    let same_day = before.first().plus_days(u64::from(today.0.day()));
    Period { from: before.first(), to: same_day.min(before.end()) }
}

fn visits_by_month(lang: Lang, year: Period, months: &BTreeMap<String, Tally>) -> Chart {
    let current = Month::of(year.last());
    let point = |month: Month| {
        let point = ChartPoint {
            label: month.first().0.month().to_string(),
            name: long_month(lang, month.first().0),
            strong: month == current,
        };
        (point, months.get(&month.to_string()).map_or(0, |tally| tally.visits))
    };
    let points = crate::figures::rules::months(year).map(point).collect();
    Chart::grouped(lang, &ChartData::single(lang.text("overview.year"), lang.text("reports.month"), points))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_month_before_is_compared_day_for_day() {
        let before = |today: &str| {
            let period = same_days_before(Date::parse(today).unwrap());
            (period.from.to_string(), period.to.to_string())
        };
        assert_eq!(before("2026-03-05"), ("2026-02-01".into(), "2026-02-06".into()));
        assert_eq!(before("2026-03-31"), ("2026-02-01".into(), "2026-03-01".into()));
        assert_eq!(twelve_months_to(Month::parse("2026-03").unwrap()).to_string(), "2025-04-01");
    }
}

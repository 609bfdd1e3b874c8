//! The roll-up of a town, a provider or the city: one address says which, over which days, and in which order.

use std::collections::BTreeMap;

use askama::Template;
use rocket::response::Redirect;
use rocket::{Responder, Route, get, routes};

use super::{GroupShare, group_shares};
use crate::auth::ReportReader;
use crate::clock::{Date, Month, Now, Zone};
use crate::error::{Error, Fault, Result};
use crate::figures::{self, Measure, Period, Reported, Tally, small_cells};
use crate::reports::periods::{self, PeriodKind, ReportPeriod};
use crate::reports::rollup::{self, GROUPS, RollUp, RollUpCut, RollUpOrder, RollUpRow};
use crate::reports::shown::{coverage, told, untold};
use crate::store::Db;
use crate::web::chart::{Chart, ChartData, ChartPoint, ChartSeries};
use crate::web::cut::Asked;
use crate::web::filters::{long_month, thousands};
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, former, former_month]
}

#[derive(Template)]
#[template(path = "reports/rollup.html")]
struct RollUpPage {
    roll: RollUp,
    cut: RollUpCut,
    heads: Vec<RollupHead>,
    centers: Vec<RollUpLine>,
    towns: Vec<RollUpLine>,
    providers: Vec<RollUpLine>,
    total: RollUpLine,
    groups: Chart,
    visits: Chart,
    persons: Chart,
    /// The day before which periods end that are told to the reader; none where all are.
    told_until: Option<Date>,
    /// The periods to choose from, year by year.
    years: Vec<(String, Vec<ReportPeriod>)>,
    /// Why what was asked for could not be read; the page shows the usual then.
    wrong: Option<Fault>,
    lang: Lang,
}

/// A column's name, and where it puts the rows in its order.
struct RollupHead {
    name: String,
    href: String,
    /// Which way the rows stand by this column, for who hears the table; None where by another.
    sorted: Option<&'static str>,
}

struct RollUpLine {
    name: String,
    note: String,
    href: Option<String>,
    cells: Vec<String>,
    cut: Option<Vec<Period>>,
}

impl RollUpPage {
    fn new(roll: RollUp, (cut, told_until): (RollUpCut, Option<Date>), wrong: Option<Fault>, lang: Lang) -> Self {
        let rows = |rows: &[RollUpRow]| rows.iter().map(|row| shown(&roll, &cut, row, lang)).collect::<Vec<_>>();
        Self {
            heads: heads(&cut, lang),
            centers: rows(&roll.rows),
            towns: rows(&roll.towns),
            providers: rows(&roll.providers),
            total: shown(&roll, &cut, &roll.total, lang),
            groups: groups(lang, &roll.total),
            visits: trend(&roll, lang, "rollup.visits", Measure::Visits),
            persons: trend(&roll, lang, "rollup.persons", Measure::Persons),
            years: years(&cut, told_until),
            told_until,
            roll,
            cut,
            wrong,
            lang,
        }
    }

    /// One of the numbers of the whole.
    fn whole(&self, measure: Measure) -> String {
        told(self.lang, &self.roll.total.tally, measure)
    }

    fn residents(&self) -> String {
        let found = self.roll.newcomers;
        figures::shown(self.lang, Measure::Persons, found.residents, found.residents_told)
    }

    fn newcomers(&self) -> String {
        let found = self.roll.newcomers;
        figures::shown(self.lang, Measure::Persons, found.newcomers, found.newcomers_told)
    }

    fn coverage(&self) -> Vec<(&'static str, String)> {
        coverage(&self.roll.total.tally, self.roll.total.population)
    }

    fn name(&self, period: &ReportPeriod) -> String {
        period.title(self.lang)
    }

    fn is_chosen(&self, period: &ReportPeriod) -> bool {
        *period == self.roll.period
    }

    fn scope(&self) -> String {
        self.cut.scope.as_ref().map(rollup::code).unwrap_or_default()
    }

    /// What all of it is called.
    fn scope_name(&self) -> String {
        self.roll.scope_name(&self.cut, self.lang)
    }

    /// The address of the same over another period, and what that is called.
    fn over(&self, period: ReportPeriod) -> (String, String) {
        (self.cut.with("period", &period.to_string()), period.title(self.lang))
    }

    fn previous(&self) -> (String, String) {
        self.over(self.roll.period.previous())
    }

    /// None where that one is not told yet.
    fn next(&self) -> Option<(String, String)> {
        let next = self.roll.period.next();
        is_told(next, self.told_until).then(|| self.over(next))
    }

    /// What stays when another period is chosen.
    fn kept(&self) -> Vec<(&'static str, String)> {
        self.cut.fields().into_iter().filter(|(name, _)| *name != "period").collect()
    }

    /// The month, quarter, half-year and year around its last day.
    fn around(&self) -> Vec<(String, String)> {
        let day = self.roll.period.days().last();
        let others = PeriodKind::OF_CALENDAR.into_iter().map(|kind| ReportPeriod::of(kind, day));
        others
            .filter(|one| *one != self.roll.period && is_told(*one, self.told_until))
            .map(|one| self.over(one))
            .collect()
    }

    fn is_cut(&self) -> bool {
        self.centers.iter().any(|row| row.cut.is_some())
    }

    /// Of what one reads more than one.
    fn has_parts(&self) -> bool {
        self.towns.len() > 1 || self.providers.len() > 1
    }

    fn year(&self) -> String {
        self.roll.year(self.lang)
    }

    /// Names in a row; a dash for nobody.
    fn listed(&self, names: &[String]) -> String {
        if names.is_empty() { "—".to_owned() } else { names.join(&self.lang.text("list.comma")) }
    }

    /// The first and the last of its days.
    fn days(&self) -> (String, String) {
        let days = self.roll.period.days();
        (days.from.to_string(), days.last().to_string())
    }
}

impl View for RollUpPage {
    fn title(&self, lang: Lang) -> String {
        lang.with("summary.of_month", [("n", self.roll.period.title(lang))])
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Reports)
    }
}

fn heads(cut: &RollUpCut, lang: Lang) -> Vec<RollupHead> {
    let orders = [
        RollUpOrder::Name,
        RollUpOrder::Sessions,
        RollUpOrder::Visits,
        RollUpOrder::Persons,
        RollUpOrder::Elderly,
        RollUpOrder::Disabled,
        RollUpOrder::Needy,
        RollUpOrder::Youth,
        RollUpOrder::Volunteers,
        RollUpOrder::Hours,
        RollUpOrder::Coverage,
    ];
    let head = |order: RollUpOrder| RollupHead {
        name: lang.text(order.key()),
        href: cut.with("sort", order.code()),
        sorted: (cut.order == order).then_some(if order == RollUpOrder::Name { "ascending" } else { "descending" }),
    };
    orders.map(head).into()
}

fn shown(roll: &RollUp, cut: &RollUpCut, row: &RollUpRow, lang: Lang) -> RollUpLine {
    let tally = &row.tally;
    let share: Vec<String> = coverage(tally, row.population).into_iter().map(|(_, share)| share).collect();
    let groups = GROUPS.map(|group| {
        let (persons, told) = row.persons_told(Some(group));
        figures::shown(lang, Measure::Persons, persons, told)
    });
    let of = |measure| told(lang, tally, measure);
    let numbers = [Measure::Sessions, Measure::Visits, Measure::Persons].map(of).into_iter().chain(groups);
    let name = match row.name.as_str() {
        "" if row.code.is_empty() => lang.text("reports.total_once"),
        "" => lang.text("overview.no_provider"),
        name => name.to_owned(),
    };
    let is_whole = roll.scopes.iter().any(|(code, _)| *code == row.code);
    RollUpLine {
        name,
        note: match row.center {
            Some(_) => row.note.clone(),
            None => lang.with("summary.count", [("n", row.centers.to_string())]),
        },
        href: match row.center {
            Some(center) => Some(center.path(format_args!("/reports/{}", roll.period))),
            None => is_whole.then(|| cut.with("scope", &row.code)),
        },
        cells: numbers.chain([of(Measure::Volunteers), of(Measure::Minutes), share.join(" / ")]).collect(),
        cut: row.cut.clone(),
    }
}

/// Which share of all persons each group is.
fn groups(lang: Lang, total: &RollUpRow) -> Chart {
    let groups: Vec<GroupShare> = total.groups.iter().map(|one| (one.group, one.persons, one.told)).collect();
    group_shares(lang, (total.tally.persons, total.tally.told(Measure::Persons)), &groups)
}

/// Month by month beside the year before: columns for a year, lines for longer.
fn trend(roll: &RollUp, lang: Lang, title: &str, of: Measure) -> Chart {
    let point = |month: Month| ChartPoint {
        label: if roll.trend.len() > 12 { month.to_string() } else { month.first().to_string()[5..7].to_owned() },
        name: long_month(lang, month.first().0),
        strong: true,
    };
    let series = |key: &str, tallies: Vec<Option<&Tally>>| {
        let word = |(place, tally): (usize, &Option<&Tally>)| Some((place, untold(lang, (*tally)?, of)?));
        ChartSeries {
            name: lang.text(key),
            words: tallies.iter().enumerate().filter_map(word).collect::<BTreeMap<_, _>>(),
            values: tallies.into_iter().map(|tally| tally.map(|tally| tally.value(of))).collect(),
        }
    };
    let data = ChartData {
        title: lang.text(title),
        of: lang.text("reports.month"),
        points: roll.trend.iter().map(|step| point(step.month)).collect(),
        series: vec![
            series("rollup.this", roll.trend.iter().map(|step| step.now.as_ref()).collect()),
            series("rollup.year_before", roll.trend.iter().map(|step| Some(&step.before)).collect()),
        ],
        shown: thousands,
    };
    if roll.trend.len() > 12 { Chart::lines(lang, &data) } else { Chart::grouped(lang, &data) }
}

/// Whether a period is told to who is told those that end before that day.
fn is_told(period: ReportPeriod, until: Option<Date>) -> bool {
    until.is_none_or(|until| period.days().to <= until)
}

/// The year of the period and the two before, and the period itself where it is none of theirs; none that ends after what is told.
fn years(cut: &RollUpCut, told_until: Option<Date>) -> Vec<(String, Vec<ReportPeriod>)> {
    let last = cut.period.days().last().year_start();
    let year = |back: u32| {
        let day = last.minus_years(back);
        let periods = ReportPeriod::of_year(day).into_iter().filter(|one| is_told(*one, told_until)).collect();
        (ReportPeriod::of(PeriodKind::Year, day).to_string(), periods)
    };
    let mut years: Vec<(String, Vec<ReportPeriod>)> = (0..3).map(year).collect();
    if cut.period.kind() == PeriodKind::Days {
        years.insert(0, ("—".to_owned(), vec![cut.period]));
    }
    years
}

#[derive(Responder)]
enum RollUpAnswer {
    Page(Box<Page<RollUpPage>>),
    /// To the center's own report.
    Led(Box<Redirect>),
}

#[get("/reports")]
async fn show(by: ReportReader, db: &Db, now: Now, lang: Lang, asked: Asked) -> Result<RollUpAnswer> {
    let today = Zone::SHANGHAI.date(now.0);
    let mut conn = db.read().await?;
    let latest = small_cells::latest_month(&by, &mut conn, now).await?;
    let (cut, wrong) = periods::or_fault(RollUpCut::read(&asked.0, latest))?;
    let cut = cut.unwrap_or_else(|| RollUpCut::usual(latest));
    if let Some(Reported::Center(center)) = &cut.scope {
        return Ok(RollUpAnswer::Led(Box::new(Redirect::to(center.path(format_args!("/reports/{}", cut.period))))));
    }
    let (roll, cut, wrong) = match rollup::load(&by, &mut conn, &cut, now).await {
        // Days of which no report is made: the page says so, and shows the usual.
        Err(error @ Error::Refused(_)) => {
            let (usual, why) = (RollUpCut::usual(latest), periods::not_told(error)?);
            (rollup::load(&by, &mut conn, &usual, now).await?, usual, Some(why))
        }
        roll => (roll?, cut, wrong),
    };
    let told_until = (latest < Month::of(today)).then(|| latest.end());
    Ok(RollUpAnswer::Page(Box::new(Page(RollUpPage::new(roll, (cut, told_until), wrong, lang)))))
}

/// Where the roll-up of months used to be: links that were sent lead on.
#[get("/summary")]
fn former(_by: ReportReader) -> Redirect {
    Redirect::to("/reports")
}

#[get("/summary/<month>")]
fn former_month(_by: ReportReader, month: &str) -> Redirect {
    let month = Month::parse(month).map_or_else(String::new, |month| format!("?period={month}"));
    Redirect::to(format!("/reports{month}"))
}

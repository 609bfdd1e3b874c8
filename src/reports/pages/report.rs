//! A center's reports: the periods there are, and one of them as page, on paper and as files.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use chrono::Datelike;
use rocket::response::Redirect;
use rocket::{Responder, Route, get, routes};

use super::{GroupShare, export, group_shares};
use crate::auth::{CenterReader, Filer, ReportReader};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Month, Now};
use crate::error::{Error, Fault, Result};
use crate::figures::queries::{self, By};
use crate::figures::scope;
use crate::figures::{self, Figure, Filter, Grid, Measure, Numbers, Section};
use crate::figures::{Period, RoomUse, Tally};
use crate::indicators::Behind;
use crate::papers::PrintedPaper;
use crate::reports::names::{ReportFormat, ReportName};
use crate::reports::paper;
use crate::reports::periods::{self, PeriodKind, ReportPeriod};
use crate::reports::sheet::{self, Sheet};
use crate::reports::shown::{coverage, percent, told, untold};
use crate::store::Db;
use crate::web::chart::{Bar, Chart, ChartData, ChartPoint};
use crate::web::cut::Asked;
use crate::web::filters::{self, long_day, long_month};
use crate::web::nav::Tab;
use crate::web::table::File;
use crate::web::{Frame, Lang, Page, View};

pub(super) fn routes() -> Vec<Route> {
    routes![list, show, print]
}

#[derive(Template)]
#[template(path = "reports/list.html")]
struct ReportsPage {
    center: Center,
    /// As `Sheet::is_inside`.
    is_inside: bool,
    /// Whether the reader may see what goes over where the provider changes.
    reads_changeovers: bool,
    /// Whether the reader may take the sessions' papers.
    keeps_ledger: bool,
    /// The latest first.
    months: Vec<(Month, Tally)>,
    current: Month,
    /// Each year's quarters, halves and the year itself, as far as they have begun, the latest year first.
    years: Vec<Vec<ReportPeriod>>,
    /// Why the days that were asked for make no period.
    wrong: Option<Fault>,
    lang: Lang,
    /// What the agreement asks for and is behind: a purchaser's day begins here.
    behind: Behind,
    /// Below which number a count of people is hidden from the reader, where one is.
    least: Option<i64>,
}

impl ReportsPage {
    fn name(&self, period: &ReportPeriod) -> String {
        period.title(self.lang)
    }

    fn told(&self, tally: &Tally, measure: Measure) -> String {
        told(self.lang, tally, measure)
    }
}

impl View for ReportsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("reports.title")
    }

    fn frame(&self) -> Frame<'_> {
        if self.is_inside { self.center.frame(Tab::Reports) } else { Frame::City(Tab::Reports) }
    }
}

#[derive(Responder)]
enum ReportsAnswer {
    Page(Box<Page<ReportsPage>>),
    /// To the report of the days that were asked for.
    Led(Box<Redirect>),
}

/// Every month with numbers, and the current one; for a purchaser, those of its agreements that are over. Asked `from` one day `to` another,
/// it leads to their report.
#[get("/centers/<center>/reports")]
async fn list(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    asked: Asked,
) -> Result<ReportsAnswer> {
    let (period, mut wrong) = periods::or_fault(periods::asked(&asked.0))?;
    let mut conn = db.read().await?;
    let reach = scope::ever(&by, &mut conn, now, center).await?;
    let center = reach.centers().first().cloned().ok_or(Error::NotFound)?;
    if let Some(period) = period.flatten() {
        match reach.may_ask(period.days()) {
            Ok(()) => {
                let report = center.path(format_args!("/reports/{period}"));
                return Ok(ReportsAnswer::Led(Box::new(Redirect::to(report))));
            }
            Err(error) => wrong = Some(periods::not_told(error)?),
        }
    }
    let current = Month::of(center.zone.date(now.0));
    let ever = Period { from: Date::parse("1900-01-01").unwrap_or(current.first()), to: current.end() };
    let found = queries::tallies(&mut conn, By::Month, &reach, ever).await?;
    let mut months: BTreeMap<Month, Tally> =
        found.into_iter().filter_map(|(month, tally)| Some((Month::parse(&month)?, tally))).collect();
    months.entry(current).or_default();
    let firsts: BTreeSet<Date> = months.keys().map(|month| month.first().year_start()).collect();
    let is_read = |period: &ReportPeriod| {
        let days = period.days();
        period.kind() != PeriodKind::Month && days.from < current.end() && reach.agrees(center.id(), days)
    };
    let years = firsts
        .into_iter()
        .rev()
        .map(|year| ReportPeriod::of_year(year).into_iter().filter(is_read).collect::<Vec<_>>())
        .filter(|periods| !periods.is_empty())
        .collect();
    months.retain(|month, _| reach.agrees(center.id(), (*month).into()));
    let is_inside = centers::queries::is_open_to(&by, &mut conn, center.id()).await?;
    let behind = Behind::at(&by, &mut conn, now, center.id()).await?;
    let reads_changeovers = CenterReader::includes(by.role);
    let months = months.into_iter().rev().collect();
    Ok(ReportsAnswer::Page(Box::new(Page(ReportsPage {
        center,
        is_inside,
        reads_changeovers,
        keeps_ledger: is_inside && Filer::includes(by.role),
        months,
        current,
        years,
        wrong,
        lang,
        behind,
        least: reach.small(),
    }))))
}

#[derive(Template)]
#[template(path = "reports/report.html")]
struct Report {
    sheet: Sheet,
    /// False while the period still runs.
    is_over: bool,
    groups: Chart,
    rooms: Chart,
    steps: Chart,
    lang: Lang,
}

/// A section's table, as it is read.
struct ShownGrid {
    head: Vec<String>,
    rows: Vec<(String, Vec<ShownFigure>)>,
    total: Option<Vec<ShownFigure>>,
}

/// A number as it is read, and where its rows are.
struct ShownFigure {
    text: String,
    rows: Option<String>,
}

/// Which share of all persons each group is.
fn groups(lang: Lang, numbers: &Numbers) -> Chart {
    let told = |filter| numbers.told(Measure::Persons, &filter);
    let groups: Vec<GroupShare> =
        numbers.groups.iter().map(|row| (row.group, row.persons, told(Filter::Group(row.group)))).collect();
    group_shares(lang, (numbers.total.persons, told(Filter::Whole)), &groups)
}

impl Report {
    fn new(sheet: Sheet, now: Now, lang: Lang) -> Self {
        Self {
            is_over: sheet.center.zone.date(now.0) >= sheet.period.days().to,
            // The page shows their tables beside them.
            groups: groups(lang, &sheet.numbers).without_table(),
            rooms: room_use(lang, &sheet.numbers.rooms).without_table(),
            steps: visits(lang, &sheet),
            lang,
            sheet,
        }
    }

    fn heading(&self) -> String {
        self.sheet.period.report_title(self.lang)
    }

    fn running(&self) -> &'static str {
        match self.sheet.period.kind() {
            PeriodKind::Month => "reports.running",
            _ => "reports.period_running",
        }
    }

    fn steps_heading(&self) -> &'static str {
        if self.sheet.is_by_day() { "reports.h_days" } else { "reports.h_months" }
    }

    fn total(&self) -> &Tally {
        &self.sheet.numbers.total
    }

    /// One of the main numbers.
    fn main(&self, measure: Measure) -> ShownFigure {
        let is = |figure: &&Figure| {
            figure.measure == measure && matches!(figure.section, Section::Total | Section::Volunteers)
        };
        let empty = || ShownFigure { text: String::new(), rows: None };
        self.sheet.figures.iter().find(is).map_or_else(empty, |figure| self.shown(figure))
    }

    fn shown(&self, figure: &Figure) -> ShownFigure {
        ShownFigure {
            text: figures::shown(self.lang, figure.measure, figure.value, figure.told),
            rows: figures::behind::has_rows(figure.measure).then(|| self.rows(figure)),
        }
    }

    /// Where the rows behind a figure are.
    fn rows(&self, figure: &Figure) -> String {
        let (center, period) = (&self.sheet.center, self.sheet.period);
        let key = form_urlencoded::byte_serialize(figure.key().as_bytes()).collect::<String>();
        match period.kind() {
            PeriodKind::Month => center.path(format_args!("/reports/{period}/rows?figure={key}")),
            _ => {
                let days = period.days();
                center.path(format_args!("/rows?from={}&to={}&figure={key}", days.from, days.to))
            }
        }
    }

    fn told(&self, tally: &Tally, measure: Measure) -> String {
        told(self.lang, tally, measure)
    }

    fn coverage(&self) -> Vec<(&'static str, String)> {
        coverage(self.total(), self.sheet.numbers.population)
    }

    /// Sessions led by social workers: each has one leader, so these do add up.
    fn led(&self) -> i64 {
        self.sheet.numbers.led.iter().map(|row| row.sessions).sum()
    }

    /// Whether anybody of a subgroup came.
    fn has_subgroups(&self) -> bool {
        let is = |figure: &Figure| figure.section == Section::Subgroups && figure.shown() != Some(0);
        self.sheet.figures.iter().any(is)
    }

    fn grid(&self, section: Section) -> ShownGrid {
        let Grid { measures, rows, total } = figures::grid(&self.sheet.figures, section);
        // Of thirteen subgroups and more a center serves a few; the files list them all.
        let rows: Vec<_> = match section {
            Section::Subgroups => {
                rows.into_iter().filter(|(_, values)| values.iter().any(|of| of.shown() != Some(0))).collect()
            }
            _ => rows,
        };
        let shown = |values: &Vec<Figure>| values.iter().map(|figure| self.shown(figure)).collect();
        ShownGrid {
            head: measures.iter().map(|measure| self.lang.text(measure.key())).collect(),
            rows: rows.iter().map(|(item, values)| (item.label(self.lang), shown(values))).collect(),
            total: total.as_ref().map(shown),
        }
    }

    /// The units of the community.
    fn units(&self) -> impl Iterator<Item = &Figure> {
        self.sheet.figures.iter().filter(|figure| figure.section == Section::Units)
    }

    /// What is missing from the numbers.
    fn missing(&self) -> impl Iterator<Item = &Figure> {
        self.sheet.figures.iter().filter(|figure| figure.section == Section::Completeness)
    }

    fn definitions(&self) -> Vec<&'static str> {
        figures::definitions(&self.sheet.figures)
    }

    fn hides_titles(&self) -> bool {
        self.sheet.sessions.iter().any(|session| session.title.own().is_none())
    }
}

impl View for Report {
    fn title(&self, lang: Lang) -> String {
        self.sheet.period.report_title(lang)
    }

    fn frame(&self) -> Frame<'_> {
        if self.sheet.is_inside { self.sheet.center.frame(Tab::Reports) } else { Frame::City(Tab::Reports) }
    }
}

fn room_use(lang: Lang, rooms: &[RoomUse]) -> Chart {
    let bar = |room: &RoomUse| Bar {
        label: room.name.clone(),
        // In thousandths, so that rooms of any opening time share one scale.
        value: if room.open_minutes > 0 { room.booked_minutes * 1_000 / room.open_minutes } else { 0 },
        shown: percent(room.booked_minutes, room.open_minutes),
        class: "",
    };
    Chart::shares(lang, &lang.text("reports.room_use"), rooms.iter().map(bar).collect(), 1_000)
}

/// Visits day by day, or month by month where the period is long.
fn visits(lang: Lang, sheet: &Sheet) -> Chart {
    let visits = |step: &str| sheet.steps.get(step).map_or(0, |tally| tally.visits);
    let point = |label: u32, name| ChartPoint { label: label.to_string(), name, strong: true };
    let period = sheet.numbers.period;
    let (title, of, steps) = match sheet.is_by_day() {
        true => {
            let day = |day: Date| (point(day.0.day(), long_day(lang, day.0)), day.to_string());
            ("reports.visits_by_day", "reports.date", period.days().map(day).collect())
        }
        false => {
            let month = |month: Month| {
                let first = month.first().0;
                (point(first.month(), long_month(lang, first)), month.to_string())
            };
            let months: Vec<(ChartPoint, String)> = figures::rules::months(period).map(month).collect();
            ("overview.year", "reports.month", months)
        }
    };
    let untold = |step: &str| untold(lang, sheet.steps.get(step)?, Measure::Visits);
    let words = steps.iter().enumerate().filter_map(|(place, (_, step))| Some((place, untold(step)?))).collect();
    let points = steps.into_iter().map(|(point, step)| (point, visits(&step))).collect();
    Chart::grouped(lang, &ChartData::single(lang.text(title), lang.text(of), points).with_words(words))
}

#[derive(Responder)]
enum ReportAnswer {
    Page(Box<Page<Report>>),
    File(Box<File>),
}

#[get("/centers/<center>/reports/<name>")]
async fn show(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    name: ReportName,
) -> Result<ReportAnswer> {
    let mut conn = db.read().await?;
    if let Some(file) = export::file(&by, &mut conn, (center, &name), now, lang).await? {
        return Ok(ReportAnswer::File(Box::new(file)));
    }
    let sheet = sheet::load(&by, &mut conn, center, name.period, now).await?;
    Ok(ReportAnswer::Page(Box::new(Page(Report::new(sheet, now, lang)))))
}

/// The report as it is printed and filed.
#[get("/centers/<center>/reports/<name>/print")]
async fn print(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    name: ReportName,
) -> Result<Page<PrintedPaper>> {
    if name.format != ReportFormat::Page {
        return Err(Error::NotFound);
    }
    let paper = paper::load(&by, &mut *db.read().await?, (center, name.period), now, lang).await?;
    Ok(Page(PrintedPaper::new(paper, center.path(format_args!("/reports/{}", name.period)))))
}

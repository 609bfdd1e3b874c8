//! A center's monthly reports: the months there are, and one of them as page, print, CSV and workbook.

use std::collections::BTreeMap;

use askama::Template;
use chrono::Datelike;
use rocket::request::FromParam;
use rocket::{Responder, Route, get, routes};

use super::{coverage, export, group_shares, percent, told};
use crate::auth::ReportReader;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Month, Now};
use crate::error::{Error, Result};
use crate::figures::queries::{self, By};
use crate::figures::scope;
use crate::figures::{self, Figure, Grid, Measure, Section};
use crate::figures::{Period, RoomUse, Tally};
use crate::reports::sheet::{self, Sheet};
use crate::store::Db;
use crate::web::chart::{Bar, Bars, ChartColumn, Columns};
use crate::web::filters::{self, long_day};
use crate::web::nav::Tab;
use crate::web::table::File;
use crate::web::{Frame, Lang, Page, View};

pub(super) fn routes() -> Vec<Route> {
    routes![list, show]
}

#[derive(Template)]
#[template(path = "reports/list.html")]
struct ReportsPage {
    center: Center,
    /// The latest first.
    months: Vec<(Month, Tally)>,
    current: Month,
    /// Below which number a count of people is hidden from the reader, where one is.
    least: Option<i64>,
    lang: Lang,
}

impl ReportsPage {
    fn told(&self, tally: &Tally, measure: Measure) -> String {
        told(self.lang, tally, measure)
    }
}

impl View for ReportsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("reports.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Reports)
    }
}

/// Every month with numbers, and the current one; for a purchaser, those of its agreements.
#[get("/centers/<center>/reports")]
async fn list(by: ReportReader, db: &Db, now: Now, lang: Lang, center: CenterId) -> Result<Page<ReportsPage>> {
    let mut conn = db.read().await?;
    let reach = scope::ever(&by, &mut conn, center).await?;
    let center = reach.centers().first().cloned().ok_or(Error::NotFound)?;
    let current = Month::of(center.zone.date(now.0));
    let ever = Period { from: Date::parse("1900-01-01").unwrap_or(current.first()), to: current.end() };
    let found = queries::tallies(&mut conn, By::Month, &reach, ever).await?;
    let mut months: BTreeMap<Month, Tally> =
        found.into_iter().filter_map(|(month, tally)| Some((Month::parse(&month)?, tally))).collect();
    months.entry(current).or_default();
    months.retain(|month, _| reach.agrees(center.id(), (*month).into()));
    let months = months.into_iter().rev().collect();
    Ok(Page(ReportsPage { center, months, current, least: reach.small(), lang }))
}

#[derive(Template)]
#[template(path = "reports/report.html")]
struct Report {
    sheet: Sheet,
    /// False while the month still runs.
    is_over: bool,
    groups: Bars,
    rooms: Bars,
    days: Columns,
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

impl Report {
    fn new(sheet: Sheet, now: Now, lang: Lang) -> Self {
        Self {
            is_over: sheet.center.zone.date(now.0) >= sheet.month.end(),
            groups: group_shares(lang, &sheet.numbers),
            rooms: room_use(lang, &sheet.numbers.rooms),
            days: days(lang, &sheet),
            lang,
            sheet,
        }
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
        let (center, month) = (&self.sheet.center, self.sheet.month);
        let key = form_urlencoded::byte_serialize(figure.key().as_bytes()).collect::<String>();
        let rows = || center.path(format_args!("/reports/{month}/rows?figure={key}"));
        ShownFigure {
            text: figures::shown(self.lang, figure.measure, figure.value, figure.told),
            rows: figures::behind::has_rows(figure.measure).then(rows),
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
        lang.with("reports.of_month", [("n", filters::long_month(lang, self.sheet.month.first().0))])
    }

    fn frame(&self) -> Frame<'_> {
        self.sheet.center.frame(Tab::Reports)
    }
}

fn room_use(lang: Lang, rooms: &[RoomUse]) -> Bars {
    let bar = |room: &RoomUse| Bar {
        label: room.name.clone(),
        // In thousandths, so that rooms of any opening time share one scale.
        value: if room.open_minutes > 0 { room.booked_minutes * 1_000 / room.open_minutes } else { 0 },
        shown: percent(room.booked_minutes, room.open_minutes),
        class: "",
    };
    Bars::new(lang, rooms.iter().map(bar).collect(), 1_000)
}

/// Visits day by day; every fifth day bears its number.
fn days(lang: Lang, sheet: &Sheet) -> Columns {
    let column = |date: Date| ChartColumn {
        label: if date.0.day() == 1 || date.0.day().is_multiple_of(5) {
            date.0.day().to_string()
        } else {
            String::new()
        },
        name: long_day(lang, date.0),
        value: sheet.days.get(&date.to_string()).map_or(0, |tally| tally.visits),
        strong: true,
    };
    Columns::new(lang, sheet.numbers.period.days().map(column).collect())
}

/// The last part of a report's address: `2026-03`, or `2026-03.csv` and `2026-03.xlsx` for the files.
struct ReportName {
    month: Month,
    format: Format,
}

#[derive(Clone, Copy)]
enum Format {
    Page,
    Csv,
    Xlsx,
}

impl<'a> FromParam<'a> for ReportName {
    type Error = &'a str;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        let (month, format) = match param.split_once('.') {
            None => (param, Format::Page),
            Some((month, "csv")) => (month, Format::Csv),
            Some((month, "xlsx")) => (month, Format::Xlsx),
            Some(_) => return Err(param),
        };
        Ok(Self { month: Month::parse(month).ok_or(param)?, format })
    }
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
    let sheet = sheet::load(&by, &mut *db.read().await?, center, name.month, now).await?;
    Ok(match name.format {
        Format::Page => ReportAnswer::Page(Box::new(Page(Report::new(sheet, now, lang)))),
        Format::Csv => ReportAnswer::File(Box::new(export::table(&sheet, lang).csv())),
        Format::Xlsx => ReportAnswer::File(Box::new(export::table(&sheet, lang).xlsx()?)),
    })
}

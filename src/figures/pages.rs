//! The administrator's page of small cells, and the page of the rows behind a figure.

use askama::Template;
use rocket::{Route, get, post, routes, uri};

use super::behind::{self, Amount, BehindRow, RowsBehind};
use super::list::{FigureUnit, Measure};
use super::{Period, Reach, Telling, scope, small_cells};
use crate::audit;
use crate::auth::{CityAdmin, ReportReader};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Month, Now};
use crate::error::{Error, Fault, Result};
use crate::fields::parse;
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::table::{Cell, File, Table};
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![settings, set, of_month, rows, file]
}

#[derive(Template)]
#[template(path = "figures/small_cells.html")]
struct SmallCellsPage {
    form: Form,
}

impl SmallCellsPage {
    async fn load(conn: &mut Conn, form: Option<Form>) -> Result<Self> {
        let setting = small_cells::setting(conn).await?;
        let values =
            Fields::default().with("least", setting.least).with("under_way", if setting.under_way { "1" } else { "" });
        Ok(Self { form: form.map_or_else(|| Form::filled(values.clone()), |form| form.over(values.clone())) })
    }
}

impl View for SmallCellsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("small_cells.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/small-cells")]
async fn settings(_by: CityAdmin, db: &Db) -> Result<Page<SmallCellsPage>> {
    Ok(Page(SmallCellsPage::load(&mut *db.read().await?, None).await?))
}

#[post("/small-cells", data = "<fields>")]
async fn set(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Submitted<SmallCellsPage>> {
    let made = async {
        let wanted = small_cells::read(&fields)?;
        let mut tx = db.begin().await?;
        small_cells::set(&by, now, &mut tx, wanted).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(settings)), "done.saved", async |errors| {
        SmallCellsPage::load(&mut *db.read().await?, Some(Form::again(fields, errors))).await
    })
    .await
}

/// How a figure is shown to whom not all of it may be told.
pub(crate) fn shown(lang: Lang, measure: Measure, value: i64, told: Telling) -> String {
    let number = || match measure.unit() {
        FigureUnit::Minutes => hours(value),
        _ => filters::thousands(value),
    };
    match told {
        Telling::Exactly => number(),
        Telling::AtLeast => lang.with("small_cells.at_least", [("n", number())]),
        Telling::Hidden => lang.text("small_cells.mark"),
    }
}

/// A number in a file, or what stands in its place; minutes stay minutes.
pub(crate) fn cell(lang: Lang, value: i64, told: Telling) -> Cell {
    match told {
        Telling::Exactly => Cell::Number(value),
        Telling::AtLeast => Cell::Plain(lang.with("small_cells.at_least", [("n", value.to_string())])),
        Telling::Hidden => Cell::Plain(lang.text("small_cells.mark")),
    }
}

/// Minutes as hours, with a half or tenth where there is one: `386.5`.
pub(crate) fn hours(minutes: i64) -> String {
    match minutes % 60 {
        0 => filters::thousands(minutes / 60),
        _ => {
            let tenths = (minutes * 10 + minutes.signum() * 30) / 60;
            let sign = if tenths < 0 { "-" } else { "" };
            format!("{sign}{}.{}", filters::thousands((tenths / 10).abs()), (tenths % 10).abs())
        }
    }
}

/// Rows on one page.
const PAGE: i64 = 200;

/// Rows in a file: a center's year.
const MOST: i64 = 200_000;

#[derive(Template)]
#[template(path = "figures/behind.html")]
struct BehindPage {
    center: Center,
    period: Period,
    key: String,
    behind: RowsBehind,
    page: i64,
    lang: Lang,
    /// Whether the reader may open what is in the center: a provider that ran it once has its reports alone.
    is_inside: bool,
    /// Whether the reader may open the sessions.
    opens_sessions: bool,
}

impl BehindPage {
    fn name(&self) -> String {
        name(&self.behind, self.lang)
    }

    fn figure(&self) -> String {
        let figure = &self.behind.figure;
        shown(self.lang, figure.measure, figure.value, figure.told)
    }

    /// Minutes are read as hours.
    fn unit(&self) -> &'static str {
        match self.behind.figure.measure.unit() {
            FigureUnit::Minutes => "unit.hours",
            unit => unit.key(),
        }
    }

    fn amount(&self, row: &BehindRow) -> String {
        shown(self.lang, self.behind.figure.measure, row.amount, row.told)
    }

    /// How the rows make the figure.
    fn said(&self) -> &'static str {
        match self.behind.amount {
            Amount::Sum => "behind.by_sum",
            Amount::Persons => "behind.by_persons",
            Amount::Units => "behind.by_units",
        }
    }

    /// Whose page it is, for who may open it.
    fn session(&self, row: &BehindRow) -> Option<String> {
        row.session.filter(|_| self.opens_sessions).map(|id| self.center.path(format_args!("/sessions/{id}")))
    }

    fn pages(&self) -> i64 {
        ((self.behind.total + PAGE - 1) / PAGE).max(1)
    }

    fn at(&self, page: i64) -> String {
        let period = self.period;
        let key = form_urlencoded::byte_serialize(self.key.as_bytes()).collect::<String>();
        self.center.path(format_args!("/rows?from={}&to={}&figure={key}&page={page}", period.from, period.to))
    }

    fn before(&self) -> Option<String> {
        (self.page > 1).then(|| self.at(self.page - 1))
    }

    fn after(&self) -> Option<String> {
        (self.page < self.pages()).then(|| self.at(self.page + 1))
    }

    /// The report of these days.
    fn report(&self) -> String {
        let month = Month::of(self.period.from);
        match Period::from(month) == self.period {
            true => self.center.path(format_args!("/reports/{month}")),
            // Both days are in it.
            false => self.center.path(format_args!("/reports/{}--{}", self.period.from, self.period.last())),
        }
    }

    fn takes_names(&self) -> bool {
        self.behind.names && self.behind.rows.iter().any(|row| row.person.is_some())
    }
}

impl View for BehindPage {
    fn title(&self, lang: Lang) -> String {
        name(&self.behind, lang)
    }

    fn frame(&self) -> Frame<'_> {
        if self.is_inside { self.center.frame(Tab::Reports) } else { Frame::City(Tab::Reports) }
    }
}

/// What the figure is called: its measure, and of what.
fn name(behind: &RowsBehind, lang: Lang) -> String {
    let (measure, item) = (lang.text(behind.figure.measure.key()), behind.figure.item.label(lang));
    if item.is_empty() || item == measure { measure } else { format!("{measure} · {item}") }
}

/// What is asked for: the days and the figure.
pub(super) struct AskedRows {
    pub period: Period,
    pub key: String,
}

impl AskedRows {
    /// Fields `from to figure`.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let (from, to) = (read.required("from", parse::date), read.required("to", parse::date));
        let key = read.required("figure", |text| Ok::<_, Fault>(text.to_owned()));
        let period = from.zip(to).and_then(|(from, to)| match Period::new(from, to) {
            None => read.fault("to", Fault::new("field.period_is_empty")),
            Some(_) if (to.0 - from.0).num_days() > LONGEST => {
                read.fault("to", Fault::bound("field.period_too_long", LONGEST))
            }
            period => period,
        });
        read.finish(|| Some(Self { period: period?, key: key? }))
    }
}

/// The longest period of one answer, in days, as the summary's.
const LONGEST: i64 = 1_100;

async fn load(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    id: CenterId,
    asked: &AskedRows,
    part: (i64, i64),
) -> Result<(Center, RowsBehind)> {
    let reach: Reach = scope::center(by, conn, now, id, asked.period).await?;
    let behind = behind::open(by, conn, &reach, (asked.period, now), &asked.key, part).await?;
    Ok((reach.centers().first().cloned().ok_or(Error::NotFound)?, behind))
}

async fn show(
    by: &ReportReader,
    db: &Db,
    (now, lang): (Now, Lang),
    id: CenterId,
    asked: AskedRows,
    page: Option<i64>,
) -> Result<Page<BehindPage>> {
    let page = page.unwrap_or(1).clamp(1, 100_000);
    let part = ((page - 1) * PAGE, PAGE);
    let mut conn = db.read().await?;
    let (center, behind) = load(by, &mut conn, now, id, &asked, part).await?;
    let is_inside = centers::queries::is_open_to(by, &mut conn, id).await?;
    let opens_sessions = is_inside && small_cells::are_seen_by(by);
    Ok(Page(BehindPage { center, period: asked.period, key: asked.key, behind, page, lang, is_inside, opens_sessions }))
}

/// The rows behind a month's figure.
#[get("/centers/<center>/reports/<month>/rows?<figure>&<page>")]
async fn of_month(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    month: &str,
    figure: &str,
    page: Option<i64>,
) -> Result<Page<BehindPage>> {
    let month = Month::parse(month).ok_or(Error::NotFound)?;
    let asked = AskedRows { period: month.into(), key: figure.to_owned() };
    show(&by, db, (now, lang), center, asked, page).await
}

/// The rows behind a figure of any days.
#[get("/centers/<center>/rows?<from>&<to>&<figure>&<page>")]
async fn rows(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    from: Option<&str>,
    to: Option<&str>,
    figure: Option<&str>,
    page: Option<i64>,
) -> Result<Page<BehindPage>> {
    let fields = Fields::default()
        .with("from", from.unwrap_or_default())
        .with("to", to.unwrap_or_default())
        .with("figure", figure.unwrap_or_default());
    show(&by, db, (now, lang), center, AskedRows::read(&fields)?, page).await
}

#[derive(Clone, Copy)]
enum RowsFormat {
    Csv,
    Xlsx,
}

/// The rows as a file: fields `from to figure format`. Names are in it for whoever reads them on the page, numbers of people are in none.
#[post("/centers/<center>/reports/rows", data = "<fields>")]
async fn file(by: ReportReader, db: &Db, now: Now, lang: Lang, center: CenterId, fields: Fields) -> Result<File> {
    let asked = AskedRows::read(&fields)?;
    let mut read = fields.read();
    let format = read.required("format", |text| match text {
        "csv" => Ok(RowsFormat::Csv),
        "xlsx" => Ok(RowsFormat::Xlsx),
        _ => Err(Fault::new("field.not_a_choice")),
    });
    let format = read.finish(|| format)?;
    let mut conn = db.read().await?;
    let (center, behind) = load(&by, &mut conn, now, center, &asked, (0, MOST)).await?;
    drop(conn);
    let table = table(&center, &behind, &asked, lang);
    let mut tx = db.begin().await?;
    let detail = format!("{} {}", asked.key, behind.rows.len());
    audit::record(&mut tx, &by, now, audit::entry("export.taken", center.id().0).at(center.id()).because(&detail))
        .await?;
    tx.commit().await?;
    match format {
        RowsFormat::Csv => Ok(table.csv()),
        RowsFormat::Xlsx => table.xlsx(),
    }
}

fn table(center: &Center, behind: &RowsBehind, asked: &AskedRows, lang: Lang) -> Table {
    let head = ["csv.date", "reports.session", "csv.kind", "behind.person", "reports.group", "behind.unit"];
    let name = format!("linli-{}-rows-{}", center.id(), asked.period.from);
    let amount = lang.text(behind.figure.measure.key());
    let mut table = Table::new(name, head.iter().map(|key| lang.text(key)).chain([amount]));
    for row in &behind.rows {
        let groups: Vec<String> = row.groups.iter().map(|group| lang.text(group.key())).collect();
        let text = |text: Option<&str>| text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()));
        table.row([
            Cell::Plain(row.day.to_string()),
            text(row.title.as_ref().map(|title| title.pick(lang))),
            text(row.title.as_ref().map(|title| lang.pick(&title.kind, &title.kind_en))),
            text(row.person.as_ref().map(|(_, name)| name.as_str())),
            Cell::Text(groups.join(&lang.text("list.comma"))),
            text(row.unit.as_deref()),
            match row.told {
                Telling::Exactly => Cell::Number(row.amount),
                told => Cell::Text(shown(lang, behind.figure.measure, row.amount, told)),
            },
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_read_as_hours() {
        assert_eq!([0, 60, 90, 23_190, 100, -30].map(hours), ["0", "1", "1.5", "386.5", "1.7", "-0.5"]);
        assert_eq!(hours(60 * 1_264), "1,264");
    }
}

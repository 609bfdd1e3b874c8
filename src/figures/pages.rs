//! The administrator's page of small cells, and the page of the rows behind a figure.

use askama::Template;
use rocket::{Route, get, post, routes, uri};

use super::behind::{self, Amount, BehindRow, RowsBehind};
use super::list::{FigureUnit, Measure};
use super::{Period, Reported, Telling, scope, small_cells};
use crate::agreements::{self, AgreementId, Payer};
use crate::audit;
use crate::auth::{CityAdmin, ReportReader};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Month, Now};
use crate::error::{Error, Fault, Result};
use crate::fields::parse;
use crate::store::{Conn, Db};
use crate::web::cut::Asked;
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
    rows: LoadedRows,
    asked: AskedRows,
    page: i64,
    lang: Lang,
    /// Whether the reader may open what is in the center: a provider that ran it once has its reports alone.
    is_inside: bool,
    /// Whether the reader may open the sessions.
    opens_sessions: bool,
}

impl BehindPage {
    fn name(&self) -> String {
        name(&self.rows.behind, self.lang)
    }

    fn figure(&self) -> String {
        let figure = &self.rows.behind.figure;
        shown(self.lang, figure.measure, figure.value, figure.told)
    }

    /// Minutes are read as hours.
    fn unit(&self) -> &'static str {
        match self.rows.behind.figure.measure.unit() {
            FigureUnit::Minutes => "unit.hours",
            unit => unit.key(),
        }
    }

    fn amount(&self, row: &BehindRow) -> String {
        shown(self.lang, self.rows.behind.figure.measure, row.amount, row.told)
    }

    /// How the rows make the figure.
    fn said(&self) -> &'static str {
        match self.rows.behind.amount {
            Amount::Sum => "behind.by_sum",
            Amount::Persons => "behind.by_persons",
            Amount::Units => "behind.by_units",
        }
    }

    /// Whose page it is, for who may open it.
    fn session(&self, row: &BehindRow) -> Option<String> {
        row.session.filter(|_| self.opens_sessions).map(|id| self.rows.center.path(format_args!("/sessions/{id}")))
    }

    fn pages(&self) -> i64 {
        ((self.rows.behind.total + PAGE - 1) / PAGE).max(1)
    }

    fn at(&self, page: i64) -> String {
        rows_path(self.rows.center.id(), &self.asked, Some(page))
    }

    fn before(&self) -> Option<String> {
        (self.page > 1).then(|| self.at(self.page - 1))
    }

    fn after(&self) -> Option<String> {
        (self.page < self.pages()).then(|| self.at(self.page + 1))
    }

    /// The report of these days, by its address and the key of what it is called; of one agreement's, their list.
    fn report(&self) -> (String, &'static str) {
        if self.asked.agreement.is_some() {
            return ("/periodic-reports".to_owned(), "periodic.title");
        }
        let (period, month) = (self.asked.period, Month::of(self.asked.period.from));
        let days = match Period::from(month) == period {
            true => month.to_string(),
            // Both days are in it.
            false => format!("{}--{}", period.from, period.last()),
        };
        (self.rows.center.path(format_args!("/reports/{days}")), "reports.title")
    }

    fn takes_names(&self) -> bool {
        self.rows.behind.names && self.rows.behind.rows.iter().any(|row| row.person.is_some())
    }
}

impl View for BehindPage {
    fn title(&self, lang: Lang) -> String {
        name(&self.rows.behind, lang)
    }

    fn frame(&self) -> Frame<'_> {
        if self.is_inside { self.rows.center.frame(Tab::Reports) } else { Frame::City(Tab::Reports) }
    }
}

/// What the figure is called: its measure, and of what.
fn name(behind: &RowsBehind, lang: Lang) -> String {
    let (measure, item) = (lang.text(behind.figure.measure.key()), behind.figure.item.label(lang));
    if item.is_empty() || item == measure { measure } else { format!("{measure} · {item}") }
}

/// What is asked for: the days, the figure, and of which agreement alone, where one is named.
pub(crate) struct AskedRows {
    pub period: Period,
    pub key: String,
    pub agreement: Option<AgreementId>,
}

/// Where a center's rows of these days are.
pub(crate) fn rows_path(center: CenterId, asked: &AskedRows, page: Option<i64>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("from", &asked.period.from.to_string()).append_pair("to", &asked.period.to.to_string());
    query.append_pair("figure", &asked.key);
    for (name, value) in [("agreement", asked.agreement.map(|id| id.0)), ("page", page)] {
        if let Some(value) = value {
            query.append_pair(name, &value.to_string());
        }
    }
    center.path(format_args!("/rows?{}", query.finish()))
}

impl AskedRows {
    /// Fields `from to figure agreement`.
    pub(super) fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let (from, to) = (read.required("from", parse::date), read.required("to", parse::date));
        let key = read.required("figure", |text| Ok::<_, Fault>(text.to_owned()));
        let agreement = read.optional("agreement", parse::choice);
        let period = from.zip(to).and_then(|(from, to)| match Period::new(from, to) {
            None => read.fault("to", Fault::new("field.period_is_empty")),
            Some(_) if (to.0 - from.0).num_days() > LONGEST => {
                read.fault("to", Fault::bound("field.period_too_long", LONGEST))
            }
            period => period,
        });
        read.finish(|| Some(Self { period: period?, key: key?, agreement: agreement? }))
    }
}

/// The longest period of one answer, in days, as the summary's.
const LONGEST: i64 = 1_100;

/// The rows behind a center's figure.
struct LoadedRows {
    center: Center,
    behind: RowsBehind,
    /// The agreement that they are charged to, where it is one's alone.
    payer: Option<Payer>,
    /// The days that are counted.
    days: Period,
}

impl LoadedRows {
    async fn load(
        by: &ReportReader,
        conn: &mut Conn,
        now: Now,
        id: CenterId,
        asked: &AskedRows,
        part: (i64, i64),
    ) -> Result<Self> {
        let (reach, payer) = match asked.agreement {
            None => (scope::center(by, conn, now, id, asked.period).await?, None),
            Some(agreement) => {
                let of = (agreement, &Reported::Center(id));
                let reach = scope::charged(by, conn, now, of, asked.period).await?;
                let payers = agreements::queries::payers(conn, id, Date::FIRST).await?;
                (reach, payers.into_iter().find(|payer| payer.id == agreement))
            }
        };
        let behind = behind::open(by, conn, &reach, (asked.period, now), &asked.key, part).await?;
        let center = reach.centers().first().cloned().ok_or(Error::NotFound)?;
        let of_payer = payer.as_ref().and_then(|payer| asked.period.between((payer.starts_on, payer.ends_on)));
        Ok(Self { center, behind, payer, days: of_payer.unwrap_or(asked.period) })
    }
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
    let rows = LoadedRows::load(by, &mut conn, now, id, &asked, part).await?;
    let is_inside = centers::queries::is_open_to(by, &mut conn, id).await?;
    let opens_sessions = is_inside && small_cells::are_seen_by(by);
    Ok(Page(BehindPage { rows, asked, page, lang, is_inside, opens_sessions }))
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
    let asked = AskedRows { period: month.into(), key: figure.to_owned(), agreement: None };
    show(&by, db, (now, lang), center, asked, page).await
}

/// The rows behind a figure of any days: `?from&to&figure&agreement&page`.
#[get("/centers/<center>/rows")]
async fn rows(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    query: Asked,
) -> Result<Page<BehindPage>> {
    let page = query.0.get("page").parse().ok();
    show(&by, db, (now, lang), center, AskedRows::read(&query.0)?, page).await
}

#[derive(Clone, Copy)]
enum RowsFormat {
    Csv,
    Xlsx,
}

/// The rows as a file: fields `from to figure agreement format`. Names are in it for whoever reads them on the page, numbers of people are in none.
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
    let found = LoadedRows::load(&by, &mut conn, now, center, &asked, (0, MOST)).await?;
    drop(conn);
    let table = table(&found, &asked, lang);
    let mut tx = db.begin().await?;
    let of = found.payer.as_ref().map(|payer| format!(" {}", payer.name())).unwrap_or_default();
    let detail = format!("{} {}{of}", asked.key, found.behind.rows.len());
    audit::record(&mut tx, &by, now, audit::entry("export.taken", center.0).at(center).because(&detail)).await?;
    tx.commit().await?;
    match format {
        RowsFormat::Csv => Ok(table.csv()),
        RowsFormat::Xlsx => table.xlsx(),
    }
}

fn table(LoadedRows { center, behind, .. }: &LoadedRows, asked: &AskedRows, lang: Lang) -> Table {
    let head = ["csv.date", "reports.session", "csv.kind", "behind.person", "reports.group", "behind.unit"];
    let of = asked.agreement.map(|agreement| format!("-agreement-{agreement}")).unwrap_or_default();
    let name = format!("linli-{}-rows-{}{of}", center.id(), asked.period.from);
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

//! One indicator over its months, and entering what was reached where Linli cannot count it.

use std::collections::BTreeMap;

use askama::Template;
use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, State, get, post, routes};

use super::actions::AgreementOpened;
use super::chart::{self, MonthLine, MonthPoint};
use super::choices::IndicatorChoices;
use super::counting::{CountAsked, CountedBefore, CountedNumber, IndicatorCounts};
use super::forms::{self, ValueInput};
use super::pages::path;
use super::rights::{ValueKeeper, knows_names};
use super::sheet_pages::open;
use super::standing::{self, IndicatorLine, IndicatorTable};
use super::types::{Indicator, IndicatorId, IndicatorMonth, IndicatorValue, IndicatorValueId};
use super::{actions, queries, rules};
use crate::agreements::AgreementId;
use crate::agreements::terms::ReadCenter;
use crate::auth::{Manager, ReportReader, Viewer};
use crate::clock::{Date, Month, Now, Zone};
use crate::error::{Error, Result};
use crate::figures::{Period, Telling, rules as periods, small_cells};
use crate::files::{self, CheckedFile, FileAnswer, FileKind, SentFile};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// The kinds of files that a paper may be.
const PAPERS: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Pdf];

pub(super) fn routes() -> Vec<Route> {
    routes![show, enter, take_back, paper]
}

/// A month in the table behind the line.
struct MonthRow {
    point: MonthPoint,
    /// What the month itself brought; none where it is to come.
    brought: Option<i64>,
}

/// One indicator: how it stands, its months, and what was entered.
#[derive(Template)]
#[template(path = "indicators/show.html")]
struct IndicatorPage {
    table: IndicatorTable,
    line: IndicatorLine,
    counts: String,
    months: Vec<MonthRow>,
    chart: MonthLine,
    /// The latest month first; what was replaced or taken back too.
    entered: Vec<IndicatorValue>,
    may_define: bool,
    may_enter: bool,
    knows_names: bool,
    form: Form,
    taking_back: Form,
    today: Date,
    told_before: Option<Date>,
    lang: Lang,
}

impl IndicatorPage {
    async fn load(
        by: &ReportReader,
        conn: &mut Conn,
        (now, lang): (Now, Lang),
        (id, indicator): (AgreementId, IndicatorId),
        year: Option<usize>,
    ) -> Result<Self> {
        let table = standing::of_agreement(by, conn, now, id, year).await?;
        let line = table.lines.iter().find(|line| line.indicator.id == indicator).cloned().ok_or(Error::NotFound)?;
        let today = Zone::SHANGHAI.date(now.0);
        let knows_names = knows_names(by);
        let told_before = small_cells::told_before(by, conn, now).await?;
        // What is over is told whole.
        let cut = told_before.filter(|_| table.agreement.ends_on >= today);
        let entered = match line.indicator.is_entered() {
            true => known(queries::history(conn, indicator).await?, &table.centers, knows_names, cut),
            false => Vec::new(),
        };
        let months = months(by, conn, (now, cut), (&table, &line), &entered).await?;
        let points: Vec<MonthPoint> = months.iter().map(|month| month.point.clone()).collect();
        let current = IndicatorMonth(Month::of(today.min(table.agreement.ends_on)));
        Ok(Self {
            counts: counts(conn, lang, &line.indicator).await?,
            chart: MonthLine::new(lang, &line.indicator, &points),
            may_define: Manager::includes(by.role),
            may_enter: line.indicator.is_entered() && ValueKeeper::includes(by.role),
            form: Form::filled(Fields::default().with("month", current)),
            taking_back: Form::new(),
            table,
            line,
            months,
            entered,
            knows_names,
            today,
            told_before,
            lang,
        })
    }

    fn all(&self) -> String {
        path(self.table.agreement.id)
    }

    fn done(&self) -> String {
        self.line.done(self.lang)
    }

    fn here(&self) -> String {
        format!("{}/{}", self.all(), self.line.indicator.id)
    }

    /// The months of the agreement until now, the latest first.
    fn choosable(&self) -> Vec<IndicatorMonth> {
        let last = Month::of(self.today.min(self.table.agreement.ends_on));
        let mut month = Month::of(self.table.agreement.starts_on);
        let mut months = Vec::new();
        while month <= last {
            months.push(IndicatorMonth(month));
            month = month.next();
        }
        months.reverse();
        months
    }

    /// The centers for which may be entered; none where that is no question.
    fn centers(&self) -> Vec<&ReadCenter> {
        let own: Vec<&ReadCenter> = self.table.centers.iter().filter(|center| center.is_read.is_set()).collect();
        if self.line.indicator.center_id.is_some() || own.len() < 2 { Vec::new() } else { own }
    }

    /// The unit in which the form's number is meant; once its reader was told of another, that one.
    fn seen_unit(&self) -> String {
        let seen = self.form.value("unit");
        let is_seen = !seen.is_empty() && self.form.refusal().is_none();
        if is_seen { seen.to_owned() } else { self.line.indicator.unit.to_string() }
    }

    fn reason_field(&self, value: &IndicatorValue) -> String {
        reason_field(value.id)
    }

    fn reached(&self, row: &MonthRow) -> String {
        row.point.reached(self.lang, self.line.indicator.unit).unwrap_or_else(|| "—".to_owned())
    }

    fn bar(&self) -> Option<chart::ProgressBar> {
        self.line.bar(self.lang)
    }

    /// When a value was entered, by the center's clocks.
    fn entered_at(&self, value: &IndicatorValue) -> chrono::NaiveDateTime {
        Zone::SHANGHAI.local(value.entered_at)
    }
}

impl View for IndicatorPage {
    fn title(&self, lang: Lang) -> String {
        lang.pick(&self.line.indicator.name, &self.line.indicator.name_en).to_owned()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Indicators)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.names().any(|name| name.starts_with("void.")) {
            self.taking_back = Form::filled(typed);
        } else {
            self.form = Form::filled(typed);
        }
    }
}

/// The field that says why a value is taken back.
fn reason_field(value: IndicatorValueId) -> String {
    format!("void.{value}")
}

/// What was entered, as a reader may know it: of their centers, without who and with which words where they know no names, and of months
/// that end by `cut` where only these are told.
pub(super) fn known(
    values: Vec<IndicatorValue>,
    centers: &[ReadCenter],
    knows_names: bool,
    cut: Option<Date>,
) -> Vec<IndicatorValue> {
    let is_read = |value: &IndicatorValue| {
        is_told(value.month.0, cut)
            && centers.iter().any(|center| center.center_id == value.center_id && center.is_read.is_set())
    };
    let mut values: Vec<IndicatorValue> = values.into_iter().filter(is_read).collect();
    if !knows_names {
        for value in &mut values {
            value.entered_by.clear();
            value.word = None;
            value.reason = None;
            value.file_id = None;
            value.removed_by = value.removed_by.as_ref().map(|_| String::new());
            value.remove_reason = None;
        }
    }
    values
}

/// Whether a month is told to whoever is told what ends by `cut`.
fn is_told(month: Month, cut: Option<Date>) -> bool {
    cut.is_none_or(|end| month.end() <= end)
}

/// What is counted, in plain words.
async fn counts(conn: &mut Conn, lang: Lang, indicator: &Indicator) -> Result<String> {
    let Some(measure) = indicator.measure else { return Ok(lang.text("indicators.by_hand")) };
    let said = lang.text(measure.key());
    let Some(within) = indicator.within else { return Ok(said) };
    let choices = IndicatorChoices::load(conn, Some(indicator.agreement_id)).await?;
    Ok(format!("{said} · {}", choices.called(lang, within)))
}

/// The months of the line's days: what each brought, and what was reached by its end. People are counted from the beginning on each time,
/// for whoever comes twice is one. Of a month for which nobody entered anything nothing is known.
async fn months(
    by: &ReportReader,
    conn: &mut Conn,
    (now, cut): (Now, Option<Date>),
    (table, line): (&IndicatorTable, &IndicatorLine),
    entered: &[IndicatorValue],
) -> Result<Vec<MonthRow>> {
    let today = Zone::SHANGHAI.date(now.0);
    let Some(days) = line.days else { return Ok(Vec::new()) };
    let knows = line.progress.is_some() || line.is_hidden();
    let is_gone = |month: &Month| knows && month.first() <= today && is_told(*month, cut);
    let gone: Vec<Month> = periods::months(days).filter(is_gone).collect();
    let reached: BTreeMap<Month, CountedNumber> = match line.indicator.counted() {
        None => {
            let of = |month: Month| {
                let is_it = |value: &&IndicatorValue| value.month.0 == month && value.replaced_at.is_none();
                entered.iter().filter(is_it).map(|value| value.value).reduce(|sum, value| sum + value)
            };
            let own = gone.iter().filter(|month| rules::is_month_of(**month, table.agreement.starts_on, days));
            let known = own.filter_map(|month| Some((*month, of(*month)?)));
            rules::cumulated(known).into_iter().map(|(month, sum)| (month, CountedNumber::of(sum))).collect()
        }
        Some((measure, filter)) => {
            let until = |month: Month| Period { from: days.from, to: month.end().min(days.to) };
            let asked: Vec<CountAsked<'_>> = gone
                .iter()
                .map(|month| CountAsked {
                    agreement: table.agreement.id,
                    center: line.indicator.center_id,
                    days: until(*month),
                    measure,
                    filter: &filter,
                    within: line.indicator.within,
                })
                .collect();
            let agreed = (table.agreement.id, table.centers.len());
            let counts =
                IndicatorCounts::of((by, CountedBefore::of(by)), conn, now, &BTreeMap::from([agreed]), &asked).await?;
            gone.iter().zip(&asked).filter_map(|(month, asked)| Some((*month, counts.value(asked)?))).collect()
        }
    };
    // What was counted is not told of every month to everybody: what a month brought follows only beside the one before.
    let mut before = Some(0);
    let rows = periods::months(days).map(|month| {
        let number = reached.get(&month).copied();
        let exact = number.and_then(CountedNumber::exact);
        let brought = exact.zip(before).map(|(done, before)| done - before);
        before = if line.indicator.is_entered() { exact.or(before) } else { exact };
        let done = number.filter(|number| number.told != Telling::Hidden).map(|number| number.value);
        let told = number.map_or(Telling::Exactly, |number| number.told);
        let expected = rules::expected(line.indicator.target, days, month.end());
        MonthRow { point: MonthPoint { month, done, told, expected }, brought }
    });
    Ok(rows.collect())
}

#[get("/agreements/<id>/indicators/<indicator>?<year>", rank = 2)]
async fn show(
    by: ReportReader,
    db: &Db,
    now: Now,
    lang: Lang,
    id: AgreementId,
    indicator: IndicatorId,
    year: Option<usize>,
) -> Result<Page<IndicatorPage>> {
    let mut conn = db.read().await?;
    Ok(Page(IndicatorPage::load(&by, &mut conn, (now, lang), (id, indicator), year).await?))
}

/// A month's value as it is sent, perhaps with its paper.
#[derive(FromForm)]
pub(crate) struct SentValue {
    #[field(default = "")]
    center: String,
    #[field(default = "")]
    month: String,
    #[field(default = "")]
    value: String,
    #[field(default = "")]
    unit: String,
    #[field(default = "")]
    word: String,
    #[field(default = "")]
    reason: String,
    paper: Option<SentFile>,
}

/// The fields, and the paper.
pub(super) struct ValueBody {
    pub fields: Fields,
    paper: Option<SentFile>,
}

impl ValueBody {
    /// # Errors
    /// `Invalid` at `paper` where the body is no form with a file.
    pub(super) fn of(sent: rocket::form::Result<'_, Multipart<SentValue>>) -> Result<Self> {
        let sent = sent.map_err(|_| Error::field("paper", "field.not_a_paper"))?.into_inner();
        let fields = Fields::default()
            .with("center", sent.center.trim())
            .with("month", sent.month.trim())
            .with("value", sent.value.trim())
            .with("unit", sent.unit.trim())
            .with("word", sent.word.trim())
            .with("reason", sent.reason.trim());
        Ok(Self { fields, paper: sent.paper.filter(|paper| !paper.is_empty()) })
    }

    /// # Errors
    /// `Invalid` at what is wrong with it.
    pub(super) async fn checked(self, indicator: &Indicator) -> Result<(ValueInput, Option<CheckedFile>)> {
        let input = forms::value(&self.fields, indicator.unit)?;
        let paper = match self.paper {
            Some(paper) => Some(paper.checked("paper", PAPERS).await?),
            None => None,
        };
        Ok((input, paper))
    }
}

/// The agreement and one of its indicators, for whoever may enter it.
///
/// # Errors
/// `NotFound` for an indicator of a center that is not theirs.
pub(super) async fn open_entry(
    by: &Viewer,
    conn: &mut Conn,
    id: AgreementId,
    indicator: IndicatorId,
) -> Result<(AgreementOpened, Indicator)> {
    let opened = open(by, conn, id).await?;
    let known = queries::find(conn, id, indicator).await?;
    let is_theirs =
        |center: &ReadCenter| center.is_read.is_set() && known.center_id.is_none_or(|id| id == center.center_id);
    if opened.1.iter().any(is_theirs) { Ok((opened, known)) } else { Err(Error::NotFound) }
}

#[post("/agreements/<id>/indicators/<indicator>/values", data = "<sent>")]
async fn enter(
    by: ValueKeeper,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    id: AgreementId,
    indicator: IndicatorId,
    sent: rocket::form::Result<'_, Multipart<SentValue>>,
) -> Result<Submitted<IndicatorPage>> {
    let (opened, known) = open_entry(&by, &mut *db.read().await?, id, indicator).await?;
    let mut typed = Fields::default();
    let made = async {
        let body = ValueBody::of(sent)?;
        typed = body.fields.clone();
        let (input, paper) = body.checked(&known).await?;
        let mut tx = db.begin().await?;
        actions::enter(&by, now, &mut tx, sealer, (&opened, &known), (&input, paper.as_ref())).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}/{indicator}", path(id)))
    };
    let made = made.await;
    Submitted::of(made, "done.indicator_entered", async |errors| {
        let page = entering(&by, &mut *db.read().await?, (now, lang), (id, indicator)).await?;
        Ok(IndicatorPage { form: Form::again(typed, errors), ..page })
    })
    .await
}

/// The page as whoever enters has it.
async fn entering(
    by: &ValueKeeper,
    conn: &mut Conn,
    at: (Now, Lang),
    which: (AgreementId, IndicatorId),
) -> Result<IndicatorPage> {
    let reader = ReportReader::of((**by).clone()).ok_or(Error::Forbidden)?;
    IndicatorPage::load(&reader, conn, at, which, None).await
}

/// Takes a month's value back; field `void.<value>`: why.
#[post("/agreements/<id>/indicators/<indicator>/values/<value>/removal", data = "<fields>")]
async fn take_back(
    by: ValueKeeper,
    db: &Db,
    now: Now,
    lang: Lang,
    id: AgreementId,
    indicator: IndicatorId,
    value: IndicatorValueId,
    fields: Fields,
) -> Result<Submitted<IndicatorPage>> {
    let (opened, known) = open_entry(&by, &mut *db.read().await?, id, indicator).await?;
    let made = async {
        let reason = forms::taking_back(&fields, &reason_field(value))?;
        let mut tx = db.begin().await?;
        actions::take_back(&by, now, &mut tx, (&opened, &known), (value, &reason)).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}/{indicator}", path(id)))
    };
    let made = made.await;
    Submitted::of(made, "done.indicator_taken_back", async |errors| {
        let page = entering(&by, &mut *db.read().await?, (now, lang), (id, indicator)).await?;
        Ok(IndicatorPage { taking_back: Form::again(fields, errors), ..page })
    })
    .await
}

/// The paper of a value, for who may enter one: it may show whom somebody visited.
#[get("/agreements/<id>/indicators/<indicator>/values/<value>/paper")]
async fn paper(
    by: ValueKeeper,
    db: &Db,
    sealer: &State<Sealer>,
    id: AgreementId,
    indicator: IndicatorId,
    value: IndicatorValueId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let file = paper_of(&by, &mut conn, (id, indicator, value)).await?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, file).await?))
}

/// # Errors
/// `NotFound` where there is none, and for another center's.
pub(super) async fn paper_of(
    by: &ValueKeeper,
    conn: &mut Conn,
    (id, indicator, value): (AgreementId, IndicatorId, IndicatorValueId),
) -> Result<files::FileId> {
    let (opened, known) = open_entry(by, conn, id, indicator).await?;
    let value = queries::value(conn, known.id, value).await?;
    let is_read = opened.1.iter().any(|center| center.center_id == value.center_id && center.is_read.is_set());
    value.file_id.filter(|_| is_read).ok_or(Error::NotFound)
}

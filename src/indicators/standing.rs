//! How the indicators of agreements stand, as a reader may know it: read with a constant number of statements, however many there are.

use std::borrow::Borrow;
use std::collections::BTreeMap;

pub use super::counting::CountedBefore;
use super::counting::{CountAsked, CountedNumber, IndicatorCounts};
use super::rights::knows_names;
use super::rules::{self, IndicatorState, Progress};
use super::types::{Indicator, IndicatorId, IndicatorSpan, IndicatorValue};
use super::{chart, queries};
use crate::agreements::AgreementId;
use crate::agreements::terms::{self, ReadAgreement, ReadCenter};
use crate::auth::ReportReader;
use crate::centers::CenterId;
use crate::clock::{Date, Now, Zone};
use crate::error::{Error, Result};
use crate::figures::{Filter, Period, Telling, small_cells};
use crate::store::Conn;
use crate::web::Lang;
use crate::web::table::Cell;

/// So long after its end an agreement is told of beside those that run, in days.
const TOLD_AFTERWARDS: u64 = 92;

/// An indicator and how it stands in the days that are shown.
#[derive(Clone, Debug)]
pub struct IndicatorLine {
    pub indicator: Indicator,
    /// Of which center; none for all of the agreement.
    pub center: Option<String>,
    /// Its days; none where its center has no part in the year that is shown.
    pub days: Option<Period>,
    /// None where what is done is not known to the reader, or hidden.
    pub progress: Option<Progress>,
    /// How what is done may be told: where it is "at least", `progress` is of what is told.
    pub told: Telling,
}

impl IndicatorLine {
    pub fn state(&self) -> IndicatorState {
        match (&self.progress, self.days) {
            (Some(progress), _) => progress.state,
            (None, Some(_)) => IndicatorState::Unknown,
            (None, None) => IndicatorState::NotBegun,
        }
    }

    pub fn is_hidden(&self) -> bool {
        self.told == Telling::Hidden
    }

    pub fn is_at_least(&self) -> bool {
        self.told == Telling::AtLeast
    }

    /// What is done as it is read, as far as it is told.
    pub fn done(&self, lang: Lang) -> String {
        match (self.told, self.progress) {
            (Telling::Hidden, _) => lang.text("small_cells.mark"),
            (_, None) => "—".to_owned(),
            (told, Some(progress)) => chart::told(lang, self.indicator.unit, progress.done, told),
        }
    }

    /// How much is missing, where its days are over and it was not reached.
    pub fn missed_by(&self) -> Option<i64> {
        let progress = self.progress.filter(|progress| progress.state == IndicatorState::Missed)?;
        Some(self.indicator.target - progress.done)
    }

    /// How much of what is expected by now is done, in permille: by what a list is put in order.
    pub fn permille(&self) -> Option<i64> {
        let progress = self.progress.filter(|progress| progress.expected > 0)?;
        Some(progress.done.saturating_mul(1_000) / progress.expected)
    }

    /// A number of it as it is read: hours, yuan, or as it is.
    pub fn shown(&self, value: impl Borrow<i64>) -> String {
        chart::amount(self.indicator.unit, *value.borrow())
    }

    /// As a cell of a file: a whole number as a number, hours and yuan with a part as they are read.
    pub fn cell(&self, value: i64) -> Cell {
        match value % self.indicator.unit.scale() {
            0 => Cell::Number(value / self.indicator.unit.scale()),
            _ => Cell::Plain(chart::plain(self.indicator.unit, value)),
        }
    }

    pub fn bar(&self, lang: Lang) -> Option<chart::ProgressBar> {
        self.progress.map(|progress| chart::ProgressBar::new(lang, &self.indicator, (&progress, self.told)))
    }
}

/// An agreement with its indicators.
#[derive(Clone, Debug)]
pub struct IndicatorTable {
    pub agreement: ReadAgreement,
    pub centers: Vec<ReadCenter>,
    /// The project years, and the place of the one that is shown among them.
    pub years: Vec<Period>,
    pub year: usize,
    pub lines: Vec<IndicatorLine>,
}

impl IndicatorTable {
    /// The days that are shown of a target of that span.
    pub fn days(&self, span: IndicatorSpan, center: Option<CenterId>) -> Option<Period> {
        days(&self.agreement, &self.centers, (self.years.as_slice(), self.year), span, center)
    }
}

fn days(
    agreement: &ReadAgreement,
    centers: &[ReadCenter],
    (years, year): (&[Period], usize),
    span: IndicatorSpan,
    center: Option<CenterId>,
) -> Option<Period> {
    let whole = Period::new(agreement.starts_on, agreement.ends_on.plus_days(1))?;
    let days = match span {
        IndicatorSpan::Whole => whole,
        IndicatorSpan::ProjectYear => years.get(year).copied()?,
    };
    match center {
        None => Some(days),
        Some(center) => {
            let part = centers.iter().find(|one| one.center_id == center)?;
            rules::common(days, Period::new(part.starts_on, part.ends_on.plus_days(1))?)
        }
    }
}

/// One agreement's, in its project year `year` (from 1) or in the one that runs.
///
/// # Errors
/// `NotFound` for an agreement that the reader may not know of, and for a year that it does not have.
pub async fn of_agreement(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    id: AgreementId,
    year: Option<usize>,
) -> Result<IndicatorTable> {
    let agreement = terms::read_one(by, conn, id).await?;
    let years = rules::project_years(agreement.starts_on, agreement.ends_on);
    if year.is_some_and(|year| year == 0 || year > years.len()) {
        return Err(Error::NotFound);
    }
    let look = IndicatorLook::at(by, conn, now).await?;
    let mut tables = load(by, conn, look, vec![agreement], year.map(|year| year - 1)).await?;
    tables.pop().ok_or(Error::NotFound)
}

/// One agreement's as they stood at the end of a day, in the project year of that day: for a report of the days until then.
///
/// # Errors
/// `NotFound` for an agreement that the reader may not know of.
pub async fn at_the_end_of(
    (by, before): (&ReportReader, CountedBefore),
    conn: &mut Conn,
    now: Now,
    id: AgreementId,
    last: Date,
) -> Result<IndicatorTable> {
    let agreement = terms::read_one(by, conn, id).await?;
    let year = rules::year_of(&rules::project_years(agreement.starts_on, agreement.ends_on), last);
    let until = last.plus_days(1);
    let look = IndicatorLook { now, before, until: Some(until), today: until };
    let mut tables = load(by, conn, look, vec![agreement], Some(year)).await?;
    tables.pop().ok_or(Error::NotFound)
}

/// How it is looked at.
#[derive(Clone, Copy)]
struct IndicatorLook {
    now: Now,
    before: CountedBefore,
    /// The day after those that are counted of what is not over; none where all are.
    until: Option<Date>,
    /// The day at whose beginning it is looked at; what was over by then is counted whole.
    today: Date,
}

impl IndicatorLook {
    /// As it stands now, before whoever reads: who sees no small numbers is told what was done until the end of a month.
    async fn at(by: &ReportReader, conn: &mut Conn, now: Now) -> Result<Self> {
        let until = small_cells::told_before(by, conn, now).await?;
        Ok(Self { now, before: CountedBefore::of(by), until, today: Zone::SHANGHAI.date(now.0) })
    }

    /// The same for a line. A project year that ends within a month that is not over yet is told with that month: told before, it would say
    /// of the month's days to come what comes to it by them.
    fn of_line(self, centers: &[ReadCenter], line: &IndicatorLine) -> Self {
        let (Some(until), Some(days)) = (self.until, line.days) else { return self };
        let goes_on = |one: &ReadCenter| {
            line.indicator.center_id.is_none_or(|id| id == one.center_id)
                && one.starts_on < days.to
                && days.to <= one.ends_on
        };
        match until < days.to && days.to <= self.today && centers.iter().any(goes_on) {
            true => Self { today: days.last(), ..self },
            false => self,
        }
    }

    /// The day at whose beginning some days are looked at.
    fn day(self, days: Period) -> Date {
        match self.until {
            // Nothing of them is told yet: they have not begun.
            Some(until) if days.to > self.today && until <= days.from => days.from.minus_days(1),
            Some(until) if days.to > self.today => until,
            _ => self.today,
        }
    }

    /// The last day that is told of what runs.
    fn last(self) -> Date {
        self.until.map_or(self.today, |until| until.minus_days(1).min(self.today))
    }

    /// Whether of some days nothing is told yet.
    fn is_ahead(self, days: Period) -> bool {
        self.counted(days).is_none()
    }

    /// Those of some days that are counted.
    fn counted(self, days: Period) -> Option<Period> {
        match self.until {
            Some(until) if days.to > self.today => Period::new(days.from, days.to.min(until)),
            _ => Some(days),
        }
    }

    fn knows_names(self, by: &ReportReader) -> bool {
        self.before == CountedBefore::Reader && knows_names(by)
    }
}

/// Which agreements a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedAgreements {
    /// Those that run, and those that have ended lately.
    Running,
    /// As above, those of a center.
    At(CenterId),
    One(AgreementId),
}

/// Of these agreements, as far as the reader may know of them, in the project year that runs.
///
/// # Errors
/// As the database says.
pub async fn of_all(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    which: ListedAgreements,
) -> Result<Vec<IndicatorTable>> {
    let agreements = match which {
        ListedAgreements::One(id) => terms::readable(by, conn, Some(id), (None, None)).await?,
        ListedAgreements::Running => listed(by, conn, now, None).await?,
        ListedAgreements::At(center) => listed(by, conn, now, Some(center)).await?,
    };
    let look = IndicatorLook::at(by, conn, now).await?;
    load(by, conn, look, agreements, None).await
}

/// The agreements of which the reader may ask, also those that ended long ago; where these tables are of more than `most`, only theirs.
///
/// # Errors
/// As the database says.
pub(super) async fn known(
    by: &ReportReader,
    conn: &mut Conn,
    tables: &[IndicatorTable],
    most: usize,
) -> Result<Vec<ReadAgreement>> {
    if tables.len() > most {
        return Ok(tables.iter().map(|table| table.agreement.clone()).collect());
    }
    terms::readable(by, conn, None, (None, None)).await
}

/// Those that run, and those that have ended lately; of a center, where it is said.
async fn listed(by: &ReportReader, conn: &mut Conn, now: Now, at: Option<CenterId>) -> Result<Vec<ReadAgreement>> {
    let today = Zone::SHANGHAI.date(now.0);
    let since = Some(today.minus_days(TOLD_AFTERWARDS));
    let mut agreements = terms::readable(by, conn, None, (since, at)).await?;
    agreements.retain(|agreement| agreement.starts_on <= today);
    Ok(agreements)
}

async fn load(
    by: &ReportReader,
    conn: &mut Conn,
    look: IndicatorLook,
    agreements: Vec<ReadAgreement>,
    year: Option<usize>,
) -> Result<Vec<IndicatorTable>> {
    let mut centers: BTreeMap<AgreementId, Vec<ReadCenter>> = BTreeMap::new();
    for center in terms::centers(by, conn, &agreements).await? {
        centers.entry(center.agreement_id).or_default().push(center);
    }
    let mut indicators: BTreeMap<AgreementId, Vec<Indicator>> = BTreeMap::new();
    for indicator in queries::of(conn, &agreements).await? {
        indicators.entry(indicator.agreement_id).or_default().push(indicator);
    }
    let mut entered: BTreeMap<IndicatorId, Vec<IndicatorValue>> = BTreeMap::new();
    for value in queries::values(conn, &agreements).await? {
        entered.entry(value.indicator_id).or_default().push(value);
    }
    let mut tables: Vec<IndicatorTable> = agreements
        .into_iter()
        .map(|agreement| {
            let centers = centers.remove(&agreement.id).unwrap_or_default();
            let years = rules::project_years(agreement.starts_on, agreement.ends_on);
            let shown = year.unwrap_or_else(|| rules::year_of(&years, look.last()));
            let own = indicators.remove(&agreement.id).unwrap_or_default();
            let lines = lines(look.knows_names(by), own, &agreement, &centers, (years.as_slice(), shown));
            IndicatorTable { agreement, centers, years, year: shown, lines }
        })
        .collect();
    fill(by, conn, look, &mut tables, &entered).await?;
    Ok(tables)
}

/// The lines of an agreement, not filled yet. Of one center, only whoever reads that center is told.
fn lines(
    knows_names: bool,
    indicators: Vec<Indicator>,
    agreement: &ReadAgreement,
    centers: &[ReadCenter],
    years: (&[Period], usize),
) -> Vec<IndicatorLine> {
    let mut number = 0;
    let mut lines = Vec::new();
    for mut indicator in indicators {
        if indicator.worker_id.is_some() && !knows_names {
            number += 1;
            indicator.worker = Some(format!("#{number}"));
        }
        let center = indicator.center_id.and_then(|id| centers.iter().find(|one| one.center_id == id));
        if indicator.center_id.is_some() && !center.is_some_and(|one| one.is_read.is_set()) {
            continue;
        }
        lines.push(IndicatorLine {
            days: days(agreement, centers, years, indicator.span, indicator.center_id),
            center: center.map(|one| one.center.clone()),
            indicator,
            progress: None,
            told: Telling::Exactly,
        });
    }
    lines
}

/// What is asked of the figures for a line; none where it is entered, or not for the reader.
struct IndicatorWish {
    table: usize,
    line: usize,
    filter: Filter,
}

async fn fill(
    by: &ReportReader,
    conn: &mut Conn,
    look: IndicatorLook,
    tables: &mut [IndicatorTable],
    entered: &BTreeMap<IndicatorId, Vec<IndicatorValue>>,
) -> Result<()> {
    let wishes = wishes(tables);
    let done: Vec<Option<CountedNumber>> = {
        let tables: &[IndicatorTable] = tables;
        let agreements: BTreeMap<AgreementId, usize> =
            tables.iter().map(|table| (table.agreement.id, table.centers.len())).collect();
        let wanted: Vec<CountAsked<'_>> = wishes.iter().filter_map(|wish| asked(tables, wish, look)).collect();
        let counts = IndicatorCounts::of((by, look.before), conn, look.now, &agreements, &wanted).await?;
        wishes.iter().map(|wish| counts.value(&asked(tables, wish, look)?)).collect()
    };
    for (wish, done) in wishes.iter().zip(done) {
        let IndicatorTable { centers, lines, .. } = &mut tables[wish.table];
        let line = &mut lines[wish.line];
        let look = look.of_line(centers, line);
        if line.days.is_some_and(|days| look.is_ahead(days)) {
            line.progress = progress(line, Some(0), look);
            continue;
        }
        line.told = done.map_or(Telling::Exactly, |done| done.told);
        line.progress = match (line.told, done) {
            (Telling::Hidden, _) => None,
            (Telling::AtLeast, Some(done)) => progress(line, Some(done.value), look).map(Progress::at_least),
            (_, done) => progress(line, done.map(|done| done.value), look),
        };
    }
    for table in tables {
        let reads_all = reads_all(&table.centers);
        for line in table.lines.iter_mut().filter(|line| line.indicator.is_entered()) {
            let look = look.of_line(&table.centers, line);
            let known = line.indicator.center_id.is_some() || reads_all;
            if line.days.is_some_and(|days| look.is_ahead(days)) {
                line.progress = progress(line, Some(0), look);
                continue;
            }
            let days = line.days.and_then(|days| look.counted(days));
            let own = entered.get(&line.indicator.id).map_or(&[][..], Vec::as_slice);
            let done = days.filter(|_| known).map(|days| sum(own, &table.agreement, days));
            line.progress = progress(line, done, look);
        }
    }
    Ok(())
}

/// Part of a total is no total.
pub(super) fn reads_all(centers: &[ReadCenter]) -> bool {
    centers.iter().all(|center| center.is_read.is_set())
}

fn wishes(tables: &[IndicatorTable]) -> Vec<IndicatorWish> {
    let mut wishes = Vec::new();
    for (place, table) in tables.iter().enumerate() {
        let reads_all = reads_all(&table.centers);
        for (number, line) in table.lines.iter().enumerate() {
            let known = line.indicator.center_id.is_some() || reads_all;
            if let (Some((_, filter)), true) = (line.indicator.counted(), known) {
                wishes.push(IndicatorWish { table: place, line: number, filter });
            }
        }
    }
    wishes
}

fn asked<'a>(tables: &[IndicatorTable], wish: &'a IndicatorWish, look: IndicatorLook) -> Option<CountAsked<'a>> {
    let table = tables.get(wish.table)?;
    let line = table.lines.get(wish.line)?;
    Some(CountAsked {
        agreement: line.indicator.agreement_id,
        center: line.indicator.center_id,
        days: look.of_line(&table.centers, line).counted(line.days?)?,
        measure: line.indicator.measure?,
        filter: &wish.filter,
        within: line.indicator.within,
    })
}

fn progress(line: &IndicatorLine, done: Option<i64>, look: IndicatorLook) -> Option<Progress> {
    let days = line.days?;
    Some(rules::progress(line.indicator.target, done?, days, look.day(days)))
}

/// What of all that was entered for an indicator is of these days.
fn sum(entered: &[IndicatorValue], agreement: &ReadAgreement, days: Period) -> i64 {
    let of_days = entered.iter().filter(|value| rules::is_month_of(value.month.0, agreement.starts_on, days));
    of_days.map(|value| value.value).sum()
}

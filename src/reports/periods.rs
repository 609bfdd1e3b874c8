//! The periods that a report can be of: a month, a quarter, a half-year, a year, or from one day to another. A period has a
//! name that stands in addresses and file names (`2026-03`, `2026-Q1`, `2026-H1`, `2026`, `2026-01-05--2026-02-10`, where
//! both days are in it), and a title that people read.

use std::fmt;
use std::str::FromStr;

use chrono::Datelike;

use crate::clock::{Date, Month};
use crate::error::{Error, Fault, Result};
use crate::fields::{Fields, parse};
use crate::figures::{Period, rules};
use crate::web::Lang;
use crate::web::filters::{long_month, plain_date};

/// The longest period of one answer, in days: three years and a bit.
pub const LONGEST: i64 = 1_100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodKind {
    Month,
    Quarter,
    Half,
    Year,
    /// From one day to another.
    Days,
}

impl PeriodKind {
    /// Those that the calendar gives, the shortest first.
    pub const OF_CALENDAR: [Self; 4] = [Self::Month, Self::Quarter, Self::Half, Self::Year];

    /// How many months it has, where the calendar gives it.
    fn months(self) -> Option<u32> {
        match self {
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::Half => Some(6),
            Self::Year => Some(12),
            Self::Days => None,
        }
    }
}

/// A period that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportPeriod {
    kind: PeriodKind,
    days: Period,
}

impl From<Month> for ReportPeriod {
    fn from(month: Month) -> Self {
        Self { kind: PeriodKind::Month, days: month.into() }
    }
}

impl ReportPeriod {
    /// The month, quarter, half-year or year that holds the day; of the other kind the day itself.
    pub fn of(kind: PeriodKind, day: Date) -> Self {
        let Some(months) = kind.months() else {
            return Self { kind, days: Period { from: day, to: day.plus_days(1) } };
        };
        let first = later(Month::of(day), -i64::from(day.0.month0() % months));
        Self { kind, days: Period { from: first.first(), to: later(first, i64::from(months)).first() } }
    }

    /// From one day to another, both included; by the calendar's name where it has one. `None` where the last day comes
    /// first, or where it is longer than [`LONGEST`].
    pub fn between(first: Date, last: Date) -> Option<Self> {
        let days = Period::new(first, last.plus_days(1))?;
        if (days.to.0 - days.from.0).num_days() > LONGEST {
            return None;
        }
        let named = PeriodKind::OF_CALENDAR.into_iter().map(|kind| Self::of(kind, first)).find(|one| one.days == days);
        Some(named.unwrap_or(Self { kind: PeriodKind::Days, days }))
    }

    pub fn kind(self) -> PeriodKind {
        self.kind
    }

    pub fn days(self) -> Period {
        self.days
    }

    /// Whether it begins and ends with a month.
    pub fn is_whole_months(self) -> bool {
        [self.days.from, self.days.to].into_iter().all(|day| Month::of(day).first() == day)
    }

    /// The period of the same kind before it: as many months where it is whole months, else as many days.
    pub fn previous(self) -> Self {
        self.shifted(-1)
    }

    /// The period of the same kind after it.
    pub fn next(self) -> Self {
        self.shifted(1)
    }

    fn shifted(self, by: i64) -> Self {
        let Period { from, to } = self.days;
        let days = match self.is_whole_months() {
            true => {
                let months = i64::try_from(rules::months(self.days).count()).unwrap_or(1);
                let moved = |day| later(Month::of(day), by * months).first();
                Period { from: moved(from), to: moved(to) }
            }
            false => {
                let length = chrono::TimeDelta::days((to.0 - from.0).num_days() * by);
                let moved = |day: Date| Date(day.0.checked_add_signed(length).unwrap_or(day.0));
                Period { from: moved(from), to: moved(to) }
            }
        };
        Self { days, ..self }
    }

    /// The same days of the year before.
    pub fn year_before(self) -> Period {
        Period { from: self.days.from.minus_years(1), to: self.days.to.minus_years(1) }
    }

    /// What it is called: `2026年3月`, `2026年第1季度`, `2026年上半年`, `2026年`, `2026年1月5日 – 2026年2月10日`.
    pub fn title(self, lang: Lang) -> String {
        let from = self.days.from.0;
        let named = |key: &str, n: u32| lang.with(key, [("year", from.year().to_string()), ("n", n.to_string())]);
        match self.kind {
            PeriodKind::Month => long_month(lang, from),
            PeriodKind::Quarter => named("period.quarter", from.quarter()),
            PeriodKind::Half if from.month() == 1 => named("period.first_half", 1),
            PeriodKind::Half => named("period.second_half", 2),
            PeriodKind::Year => named("period.year", 0),
            PeriodKind::Days => {
                format!("{} – {}", plain_date(lang, from), plain_date(lang, self.days.last().0))
            }
        }
    }

    /// What a report of it is called.
    pub fn report_title(self, lang: Lang) -> String {
        let key = match self.kind {
            PeriodKind::Month => "reports.of_month",
            PeriodKind::Quarter => "reports.of_quarter",
            PeriodKind::Year => "reports.of_year",
            PeriodKind::Half | PeriodKind::Days => "reports.of_days",
        };
        lang.with(key, [("n", self.title(lang))])
    }

    /// The periods of the calendar in a year, the longest first: the year, its halves, quarters and months.
    pub fn of_year(day: Date) -> Vec<Self> {
        let year = Self::of(PeriodKind::Year, day);
        let within = |kind: PeriodKind| {
            let first = Self::of(kind, year.days.from);
            std::iter::successors(Some(first), |one| Some(one.next()))
                .take_while(move |one| one.days.to <= year.days.to)
        };
        PeriodKind::OF_CALENDAR.into_iter().rev().flat_map(within).collect()
    }
}

/// The period that is asked for: field `period`, a name, or `from` and `to`, both days in it. None where nothing is said.
///
/// # Errors
/// `Invalid` for what is no period, or is too long. Whether the reader may ask for it, [`crate::figures::Reach`] says.
pub fn asked(fields: &Fields) -> Result<Option<ReportPeriod>> {
    let mut read = fields.read();
    let named = read.optional("period", parse::choice::<ReportPeriod>);
    let (from, to) = (read.optional("from", parse::date), read.optional("to", parse::date));
    let found = match (named, from, to) {
        (_, Some(Some(from)), Some(Some(to))) => match ReportPeriod::between(from, to) {
            None if to < from => read.fault("to", Fault::new("field.period_is_empty")),
            None => read.fault("to", Fault::bound("field.period_too_long", LONGEST)),
            found => Some(found),
        },
        (_, Some(Some(_)), Some(None)) => read.fault("to", Fault::new("field.required")),
        (_, Some(None), Some(Some(_))) => read.fault("from", Fault::new("field.required")),
        (named, ..) => named,
    };
    read.finish(|| found)
}

/// What was asked for, and why it could not be read.
pub fn or_fault<T>(read: Result<T>) -> Result<(Option<T>, Option<Fault>)> {
    match read {
        Ok(read) => Ok((Some(read), None)),
        Err(Error::Invalid(errors)) => Ok((None, errors.fields.into_iter().next().map(|(_, fault)| fault))),
        Err(error) => Err(error),
    }
}

/// Why who does not see small cells may not ask for some days, from what [`crate::figures::Reach::may_ask`] says.
///
/// # Errors
/// What is said for other reasons.
pub fn not_told(error: Error) -> Result<Fault> {
    match error.code() {
        "not_a_report_s_period" => Ok(Fault::new("field.not_a_report_s_period")),
        "period_not_over" => Ok(Fault::new("field.period_not_over")),
        _ => Err(error),
    }
}

/// The month so many months later, or earlier.
pub fn later(month: Month, months: i64) -> Month {
    let step = |month: Month, _| if months < 0 { month.previous() } else { month.next() };
    (0..months.unsigned_abs()).fold(month, step)
}

impl fmt::Display for ReportPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.days.from.0;
        match self.kind {
            PeriodKind::Month => write!(f, "{}", Month::of(self.days.from)),
            PeriodKind::Quarter => write!(f, "{}-Q{}", from.year(), from.quarter()),
            PeriodKind::Half => write!(f, "{}-H{}", from.year(), from.month0() / 6 + 1),
            PeriodKind::Year => write!(f, "{}", from.year()),
            PeriodKind::Days => write!(f, "{}--{}", self.days.from, self.days.last()),
        }
    }
}

impl FromStr for ReportPeriod {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        const FORM: &str = "not of the form 2026-03, 2026-Q1, 2026-H1, 2026 or 2026-01-05--2026-02-10";
        if let Some((first, last)) = text.split_once("--") {
            return Self::between(Date::parse(first).ok_or(FORM)?, Date::parse(last).ok_or(FORM)?).ok_or(FORM);
        }
        let (year, part) = text.split_at_checked(4).ok_or(FORM)?;
        let (kind, month) = match part {
            "" => (PeriodKind::Year, "01"),
            "-H1" => (PeriodKind::Half, "01"),
            "-H2" => (PeriodKind::Half, "07"),
            "-Q1" => (PeriodKind::Quarter, "01"),
            "-Q2" => (PeriodKind::Quarter, "04"),
            "-Q3" => (PeriodKind::Quarter, "07"),
            "-Q4" => (PeriodKind::Quarter, "10"),
            _ => return Month::parse(text).map(Self::from).ok_or(FORM),
        };
        Month::parse(&format!("{year}-{month}")).map(|month| Self::of(kind, month.first())).ok_or(FORM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> ReportPeriod {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_is_read_by_its_name_and_says_it() {
        for (name, from, to) in [
            ("2026-03", "2026-03-01", "2026-04-01"),
            ("2026-Q1", "2026-01-01", "2026-04-01"),
            ("2026-Q4", "2026-10-01", "2027-01-01"),
            ("2026-H1", "2026-01-01", "2026-07-01"),
            ("2026-H2", "2026-07-01", "2027-01-01"),
            ("2026", "2026-01-01", "2027-01-01"),
            ("2026-01-05--2026-02-10", "2026-01-05", "2026-02-11"),
        ] {
            let days = period(name).days();
            assert_eq!(
                (period(name).to_string(), days.from.to_string(), days.to.to_string()),
                (name.into(), from.into(), to.into())
            );
        }
        let wrong = [
            "",
            "2026-",
            "2026-Q5",
            "2026-H0",
            "2026-13",
            "26",
            "一二三四",
            "2026-02-10--2026-01-05",
            "2020-01-01--2026-01-01",
        ];
        for wrong in wrong {
            assert!(wrong.parse::<ReportPeriod>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_that_the_calendar_names_bear_its_name() {
        for (days, name) in [
            ("2026-03-01--2026-03-31", "2026-03"),
            ("2026-04-01--2026-06-30", "2026-Q2"),
            ("2026-07-01--2026-12-31", "2026-H2"),
            ("2026-01-01--2026-12-31", "2026"),
            ("2026-02-01--2026-04-30", "2026-02-01--2026-04-30"),
        ] {
            assert_eq!(period(days).to_string(), name);
        }
        assert!(period("2026-02-01--2026-04-30").is_whole_months());
        assert!(!period("2026-02-01--2026-04-29").is_whole_months());
    }

    #[test]
    fn before_and_after_are_as_long() {
        for (name, before, after) in [
            ("2026-01", "2025-12", "2026-02"),
            ("2026-Q1", "2025-Q4", "2026-Q2"),
            ("2026-H2", "2026-H1", "2027-H1"),
            ("2026", "2025", "2027"),
            ("2026-02-01--2026-03-31", "2025-12-01--2026-01-31", "2026-04-01--2026-05-31"),
            ("2026-03-02--2026-03-08", "2026-02-23--2026-03-01", "2026-03-09--2026-03-15"),
        ] {
            assert_eq!([period(name).previous().to_string(), period(name).next().to_string()], [before, after]);
        }
        let before = period("2026-Q1").year_before();
        assert_eq!([before.from.to_string(), before.to.to_string()], ["2025-01-01", "2025-04-01"]);
    }

    #[test]
    fn a_year_has_its_parts() {
        let names: Vec<String> =
            ReportPeriod::of_year(Date::parse("2026-05-05").unwrap()).iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), 1 + 2 + 4 + 12);
        assert_eq!(names[..4], ["2026", "2026-H1", "2026-H2", "2026-Q1"]);
        assert_eq!(names[18], "2026-12");
    }
}

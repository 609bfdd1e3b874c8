//! For which periods an agreement's reports are, and until when they are due; and what a change may ask for.

use chrono::{Datelike as _, Months};

use super::types::{AgreementText, ReportCycle, YearsFrom};
use crate::clock::Date;
use crate::error::Fault;

/// A period that a report of an agreement is for, both dates included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuePeriod {
    pub starts_on: Date,
    pub ends_on: Date,
    /// The last day on which the report is in time; none where the agreement asks for no report of such periods.
    pub due_on: Option<Date>,
}

impl ReportCycle {
    pub fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        }
    }
}

/// The periods of one kind that an agreement has, the first of them first. The first and the last are cut to the agreement's days.
pub fn periods(text: &AgreementText, cycle: ReportCycle) -> Vec<DuePeriod> {
    let due_days = text.cycles.iter().find(|one| one.cycle == cycle).map(|one| one.due_days.unsigned_abs());
    let due = |ends_on: Date| due_days.map(|days| ends_on.plus_days(days));
    let parts = parts((text.starts_on, text.ends_on), text.years_from, cycle).into_iter();
    parts.map(|(starts_on, ends_on)| DuePeriod { starts_on, ends_on, due_on: due(ends_on) }).collect()
}

/// The days of an agreement, both included, as periods of one kind: the first of them first, each with its first and its last day, and
/// cut to the agreement's.
pub fn parts((first, last): (Date, Date), years_from: YearsFrom, cycle: ReportCycle) -> Vec<(Date, Date)> {
    let begin = beginning(first, cycle, years_from);
    (0..)
        .map(|place| (after(begin, place * cycle.months()), after(begin, (place + 1) * cycle.months())))
        .take_while(|(from, next)| *from <= last && from < next)
        .map(|(from, next)| (from.max(first), next.minus_days(1).min(last)))
        .collect()
}

/// The first and the last day of the period that comes so many (`back`) before the one in which `day` is, whole. Where years are counted
/// from the agreement's first day, `first`, there is none before it.
pub fn earlier(
    first: Date,
    years_from: YearsFrom,
    cycle: ReportCycle,
    (day, back): (Date, u32),
) -> Option<(Date, Date)> {
    let months = cycle.months();
    if years_from == YearsFrom::Start && cycle != ReportCycle::Month {
        let place = (0_u32..).take_while(|place| after(first, place * months) <= day).last()?.checked_sub(back)?;
        return Some((after(first, place * months), after(first, (place + 1) * months).minus_days(1)));
    }
    let begin = beginning(day, cycle, years_from);
    let from = Date(begin.0.checked_sub_months(Months::new(back * months))?);
    Some((from, after(from, months).minus_days(1)))
}

/// The first day of the period in which `first` is.
fn beginning(first: Date, cycle: ReportCycle, from: YearsFrom) -> Date {
    if from == YearsFrom::Start && cycle != ReportCycle::Month {
        return first;
    }
    let month = first.0.month0() - first.0.month0() % cycle.months();
    Date(first.0.with_day(1).and_then(|day| day.with_month0(month)).unwrap_or(first.0))
}

/// So many months later, on the same day of the month, or on the month's last where it has no such day.
fn after(date: Date, months: u32) -> Date {
    Date(date.0.checked_add_months(Months::new(months)).unwrap_or(date.0))
}

/// The most that an agreement is about: a hundred thousand million fen. More is a slip.
const MOST_FEN: i64 = 100_000_000_000;

/// Reads yuan, `1,200.50`, as fen.
///
/// # Errors
/// `field.not_yuan` for what is none, has more than two decimals, or is beyond a thousand million.
pub fn fen(text: &str) -> Result<i64, Fault> {
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | '，' | ' ')).collect();
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    let is_yuan = !whole.is_empty() && whole.len() <= 10 && digits(whole) && decimals.len() <= 2 && digits(decimals);
    let read = is_yuan.then(|| format!("{whole}{decimals:0<2}").parse::<i64>().ok()).flatten();
    read.filter(|fen| *fen <= MOST_FEN).ok_or(Fault::new("field.not_yuan"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreements::types::{DueCycle, yuan};
    use crate::ids::{ProviderId, PurchaserId};

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn agreement(
        starts_on: &str,
        ends_on: &str,
        years_from: YearsFrom,
        cycles: &[(ReportCycle, i64)],
    ) -> AgreementText {
        AgreementText {
            number: None,
            provider_id: ProviderId(1),
            provider: "甲".into(),
            purchaser_id: PurchaserId(1),
            purchaser: "乙".into(),
            starts_on: date(starts_on),
            ends_on: date(ends_on),
            centers: Vec::new(),
            services: None,
            amount_fen: None,
            payment: None,
            years_from,
            cycles: cycles.iter().map(|(cycle, due_days)| DueCycle { cycle: *cycle, due_days: *due_days }).collect(),
        }
    }

    fn told(text: &AgreementText, cycle: ReportCycle) -> Vec<(String, String)> {
        periods(text, cycle).iter().map(|one| (one.starts_on.to_string(), one.ends_on.to_string())).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
    }

    #[test]
    fn calendar_quarters_are_cut_to_the_agreements_days() {
        let text = agreement("2026-02-15", "2026-10-31", YearsFrom::Calendar, &[]);
        let quarters = [
            ("2026-02-15", "2026-03-31"),
            ("2026-04-01", "2026-06-30"),
            ("2026-07-01", "2026-09-30"),
            ("2026-10-01", "2026-10-31"),
        ];
        assert_eq!(told(&text, ReportCycle::Quarter), pairs(&quarters));
        assert_eq!(
            told(&text, ReportCycle::HalfYear),
            pairs(&[("2026-02-15", "2026-06-30"), ("2026-07-01", "2026-10-31")])
        );
        assert_eq!(told(&text, ReportCycle::Year), pairs(&[("2026-02-15", "2026-10-31")]));
    }

    #[test]
    fn a_project_year_begins_with_the_agreement() {
        let text = agreement("2025-09-01", "2027-08-31", YearsFrom::Start, &[]);
        assert_eq!(
            told(&text, ReportCycle::Year),
            pairs(&[("2025-09-01", "2026-08-31"), ("2026-09-01", "2027-08-31")])
        );
        let quarters = told(&text, ReportCycle::Quarter);
        assert_eq!(quarters.len(), 8);
        assert_eq!(quarters[1], ("2025-12-01".to_owned(), "2026-02-28".to_owned()));
        let calendar = AgreementText { years_from: YearsFrom::Calendar, ..text };
        assert_eq!(told(&calendar, ReportCycle::Year).len(), 3);
    }

    #[test]
    fn the_period_before_is_whole_and_counted_as_the_years_are() {
        let before = |years_from, cycle, day, back| {
            earlier(date("2025-08-31"), years_from, cycle, (date(day), back)).map(|(from, to)| format!("{from} {to}"))
        };
        let (own, calendar) = (YearsFrom::Start, YearsFrom::Calendar);
        let told = |of: &str| Some(of.to_owned());
        assert_eq!(before(own, ReportCycle::Quarter, "2026-03-01", 1), told("2025-11-30 2026-02-27"));
        assert_eq!(before(own, ReportCycle::Quarter, "2025-09-01", 1), None);
        assert_eq!(before(own, ReportCycle::Year, "2026-09-01", 1), told("2025-08-31 2026-08-30"));
        assert_eq!(before(own, ReportCycle::Month, "2026-03-10", 1), told("2026-02-01 2026-02-28"));
        assert_eq!(before(calendar, ReportCycle::Quarter, "2026-03-10", 1), told("2025-10-01 2025-12-31"));
        assert_eq!(before(calendar, ReportCycle::HalfYear, "2026-03-10", 0), told("2026-01-01 2026-06-30"));
    }

    #[test]
    fn months_are_the_calendars_however_years_are_counted() {
        let text = agreement("2026-01-15", "2026-03-10", YearsFrom::Start, &[]);
        let months = [("2026-01-15", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-10")];
        assert_eq!(told(&text, ReportCycle::Month), pairs(&months));
    }

    #[test]
    fn periods_follow_each_other_without_a_gap_and_cover_the_agreement() {
        for starts_on in ["2026-01-01", "2026-01-31", "2026-08-31", "2028-02-29", "2026-12-31"] {
            for years_from in [YearsFrom::Calendar, YearsFrom::Start] {
                let text = agreement(starts_on, "2029-03-30", years_from, &[]);
                for cycle in ReportCycle::ALL {
                    let found = periods(&text, *cycle);
                    assert_eq!(found.first().unwrap().starts_on, text.starts_on);
                    assert_eq!(found.last().unwrap().ends_on, text.ends_on);
                    assert!(found.windows(2).all(|two| two[0].ends_on.plus_days(1) == two[1].starts_on));
                    assert!(found.iter().all(|one| one.starts_on <= one.ends_on));
                }
            }
        }
    }

    #[test]
    fn a_report_is_due_so_many_days_after_its_period() {
        let text = agreement("2026-01-01", "2026-12-31", YearsFrom::Calendar, &[(ReportCycle::Quarter, 15)]);
        assert_eq!(periods(&text, ReportCycle::Quarter)[0].due_on, Some(date("2026-04-15")));
        assert_eq!(periods(&text, ReportCycle::Month)[0].due_on, None);
    }

    #[test]
    fn yuan_are_kept_in_fen() {
        for (text, kept) in [("0", 0), ("1200", 120_000), ("1,200.5", 120_050), ("0.05", 5), ("１", -1), ("1.234", -1)]
        {
            assert_eq!(fen(text).unwrap_or(-1), kept, "{text}");
        }
        for wrong in ["", "-1", "abc", ".5", "99999999999"] {
            assert!(fen(wrong).is_err(), "{wrong}");
        }
        assert_eq!((yuan(120_000), yuan(120_050), yuan(5)), ("1200".into(), "1200.50".into(), "0.05".into()));
    }
}

//! For which days of an agreement there are reports: calendar months, quarters, half-years and years, cut to its days, and all of them
//! together.

use chrono::{Datelike as _, Months};

use super::types::ReportedKind;
use crate::clock::Date;
use crate::figures::Period;
use crate::web::Lang;
use crate::web::text::Named;

/// Days after its end within which a report is due.
const DUE_WITHIN: u64 = 15;

/// Some days of an agreement, for which there is one report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportedPeriod {
    pub kind: ReportedKind,
    pub days: Period,
}

/// `month:2026-03-01`
impl std::fmt::Display for ReportedPeriod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind, self.days.from)
    }
}

/// The day until which a report of these days is to be submitted.
pub fn due(days: Period) -> Date {
    days.last().plus_days(DUE_WITHIN)
}

/// All periods of a kind that hold a day of the agreement, both of whose dates are included: in order, each cut to its days.
pub fn proposed(kind: ReportedKind, starts_on: Date, ends_on: Date) -> Vec<ReportedPeriod> {
    let Some(all) = Period::new(starts_on, ends_on.plus_days(1)) else { return Vec::new() };
    let Some(months) = months(kind) else { return vec![ReportedPeriod { kind, days: all }] };
    let mut found = Vec::new();
    let mut begins = beginning(starts_on, months);
    while begins < all.to {
        let ends = Date(begins.0.checked_add_months(Months::new(months)).unwrap_or(all.to.0));
        if let Some(days) = Period::new(begins.max(all.from), ends.min(all.to)) {
            found.push(ReportedPeriod { kind, days });
        }
        if ends <= begins {
            break;
        }
        begins = ends;
    }
    found
}

/// How many months it takes; none for what is no part of a calendar.
fn months(kind: ReportedKind) -> Option<u32> {
    Some(match kind {
        ReportedKind::Month => 1,
        ReportedKind::Quarter => 3,
        ReportedKind::HalfYear => 6,
        ReportedKind::Year => 12,
        ReportedKind::Whole => return None,
    })
}

/// The first day of the part of the year, so many months long, that holds a day.
fn beginning(day: Date, months: u32) -> Date {
    let first = day.0.with_day(1).and_then(|first| first.with_month0(first.month0() / months * months));
    Date(first.unwrap_or(day.0))
}

/// The same part of the calendar before, and a year before: whole, whatever days of it were agreed.
pub fn compared(kind: ReportedKind, days: Period) -> [Option<Period>; 2] {
    let back = |by: u32| {
        let months = months(kind)?;
        let from = Date(beginning(days.from, months).0.checked_sub_months(Months::new(by))?);
        Period::new(from, Date(from.0.checked_add_months(Months::new(months))?))
    };
    // Before a year there is a year before.
    [months(kind).and_then(back), back(12).filter(|_| kind != ReportedKind::Year)]
}

/// What it is called, in both languages: `2026年3月`, `2026年第1季度`; of all days of an agreement, these days.
pub struct PeriodName {
    zh: String,
    en: String,
}

impl PeriodName {
    pub fn of(kind: ReportedKind, days: Period) -> Self {
        let part = months(kind).unwrap_or(12);
        let key = match kind {
            ReportedKind::Month => "periodic.name_month",
            ReportedKind::Quarter => "periodic.name_quarter",
            ReportedKind::HalfYear if days.from.0.month0() < 6 => "periodic.name_first_half",
            ReportedKind::HalfYear => "periodic.name_second_half",
            ReportedKind::Year => "periodic.name_year",
            ReportedKind::Whole => "periodic.name_whole",
        };
        let values = [
            ("year", days.from.0.year().to_string()),
            ("n", (days.from.0.month0() / part + 1).to_string()),
            ("from", days.from.to_string()),
            ("to", days.last().to_string()),
        ];
        let words = |lang: Lang| lang.with(key, values.iter().map(|(name, value)| (*name, value.clone())));
        Self { zh: words(Lang::Zh), en: words(Lang::En) }
    }
}

impl Named for PeriodName {
    fn in_lang(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn days(of: &[ReportedPeriod]) -> Vec<String> {
        of.iter().map(|one| format!("{}–{}", one.days.from, one.days.last())).collect()
    }

    #[test]
    fn periods_are_of_the_calendar_and_cut_to_the_agreement() {
        let of = |kind| days(&proposed(kind, date("2026-03-10"), date("2026-08-20")));
        assert_eq!(of(ReportedKind::Month).len(), 6);
        assert_eq!(of(ReportedKind::Month)[0], "2026-03-10–2026-03-31");
        assert_eq!(of(ReportedKind::Month)[5], "2026-08-01–2026-08-20");
        assert_eq!(
            of(ReportedKind::Quarter),
            ["2026-03-10–2026-03-31", "2026-04-01–2026-06-30", "2026-07-01–2026-08-20"]
        );
        assert_eq!(of(ReportedKind::HalfYear), ["2026-03-10–2026-06-30", "2026-07-01–2026-08-20"]);
        assert_eq!(of(ReportedKind::Year), ["2026-03-10–2026-08-20"]);
        assert_eq!(of(ReportedKind::Whole), ["2026-03-10–2026-08-20"]);
        assert_eq!(due(Period::from(crate::clock::Month::of(date("2026-03-10")))), date("2026-04-15"));
    }

    #[test]
    fn a_period_is_compared_with_the_one_before_and_that_of_last_year() {
        let march = Period::new(date("2026-03-10"), date("2026-04-01")).unwrap();
        let told = |kind| compared(kind, march).map(|period| period.map(|period| period.from.to_string()));
        assert_eq!(told(ReportedKind::Month), [Some("2026-02-01".to_owned()), Some("2025-03-01".to_owned())]);
        assert_eq!(told(ReportedKind::Quarter), [Some("2025-10-01".to_owned()), Some("2025-01-01".to_owned())]);
        assert_eq!(told(ReportedKind::Year), [Some("2025-01-01".to_owned()), None]);
        assert_eq!(told(ReportedKind::Whole), [None, None]);
    }

    proptest! {
        #[test]
        fn each_day_of_an_agreement_is_in_one_period_of_each_kind(first in 0u64..2_000, long in 0u64..1_500) {
            let starts = date("2020-01-01").plus_days(first);
            let ends = starts.plus_days(long);
            for kind in ReportedKind::ALL {
                let mut next = starts;
                for period in proposed(*kind, starts, ends) {
                    prop_assert_eq!(period.days.from, next);
                    next = period.days.to;
                }
                prop_assert_eq!(next, ends.plus_days(1));
            }
        }
    }
}

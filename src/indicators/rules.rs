//! How far an indicator is: decided from its target, what is done, its days and today, without the database.

use crate::clock::{Date, Month};
use crate::figures::Period;
use crate::store::text_enum;

/// From so many percent of what is expected by now on, it is on track.
pub const ON_TRACK_PERCENT: i64 = 95;

/// From so many percent on, it is behind; below, far behind.
pub const BEHIND_PERCENT: i64 = 80;

/// What will be done is forecast once so many days of the period are over,
pub const FORECAST_DAYS: i64 = 30;

/// or so many percent of them, where that comes first.
pub const FORECAST_PERCENT: i64 = 10;

text_enum!(
    /// How an indicator stands, the worst first: so a list is put in order.
    IndicatorState in "indicator_state" {
        /// Its period is over.
        Missed = "missed",
        FarBehind = "far_behind",
        Behind = "behind",
        /// What is asked for is not known to whoever reads.
        Unknown = "unknown",
        /// Its period is to come.
        NotBegun = "not_begun",
        OnTrack = "on_track",
        Reached = "reached",
    }
);

impl IndicatorState {
    /// Whether somebody has to see to it.
    pub fn is_behind(self) -> bool {
        matches!(self, Self::Missed | Self::FarBehind | Self::Behind)
    }

    /// The look of its badge, and of its bar.
    pub fn look(self) -> &'static str {
        match self {
            Self::Missed | Self::FarBehind => "bad",
            Self::Behind => "warn",
            Self::OnTrack | Self::Reached => "ok",
            Self::Unknown | Self::NotBegun => "plain",
        }
    }

    /// For whoever sees no colours.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Missed => "✕",
            Self::FarBehind => "▼▼",
            Self::Behind => "▼",
            Self::Unknown => "?",
            Self::NotBegun => "○",
            Self::OnTrack => "▲",
            Self::Reached => "✓",
        }
    }
}

/// How far it is. All in what is kept of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: i64,
    /// What would be done by now if every day brought the same.
    pub expected: i64,
    /// What will be done if every day to come brings what the days until now did; none too early, and none where it is over.
    pub forecast: Option<i64>,
    pub state: IndicatorState,
}

impl Progress {
    /// Where only so much, or more, is told to be done: more never stands worse, so what is good is known, and nothing else.
    pub fn at_least(self) -> Self {
        let state = if self.state.is_behind() { IndicatorState::Unknown } else { self.state };
        Self { forecast: None, state, ..self }
    }
}

/// How far it is at the beginning of `today`: the days before are over.
pub fn progress(target: i64, done: i64, days: Period, today: Date) -> Progress {
    let (all, elapsed) = (count(days.from, days.to), elapsed(days, today));
    let expected = share(target, elapsed, all);
    let is_over = today >= days.to;
    let is_early = elapsed < FORECAST_DAYS && elapsed * 100 < all * FORECAST_PERCENT;
    let forecast = (elapsed > 0 && !is_over && !is_early).then(|| share(done, all, elapsed));
    let at_least = |percent: i64| i128::from(done) * 100 >= i128::from(expected) * i128::from(percent);
    let state = if done >= target {
        IndicatorState::Reached
    } else if is_over {
        IndicatorState::Missed
    } else if today < days.from {
        IndicatorState::NotBegun
    } else if at_least(ON_TRACK_PERCENT) {
        IndicatorState::OnTrack
    } else if at_least(BEHIND_PERCENT) {
        IndicatorState::Behind
    } else {
        IndicatorState::FarBehind
    };
    Progress { done, expected, forecast, state }
}

/// What is expected by the beginning of `day`.
pub fn expected(target: i64, days: Period, day: Date) -> i64 {
    share(target, elapsed(days, day), count(days.from, days.to))
}

fn count(from: Date, to: Date) -> i64 {
    (to.0 - from.0).num_days()
}

/// How many of the days lie before `today`.
fn elapsed(days: Period, today: Date) -> i64 {
    count(days.from, today).clamp(0, count(days.from, days.to))
}

/// `of` × `part` ÷ `whole`, rounded down.
fn share(of: i64, part: i64, whole: i64) -> i64 {
    match whole {
        1.. => i64::try_from(i128::from(of) * i128::from(part) / i128::from(whole)).unwrap_or(i64::MAX),
        _ => 0,
    }
}

/// The years of an agreement, both its dates included: each begins on the day and month of its first day, and the last ends with it.
pub fn project_years(starts_on: Date, ends_on: Date) -> Vec<Period> {
    let end = ends_on.plus_days(1);
    let year = |number: u32| {
        let from = starts_on.plus_years(number);
        Period::new(from, starts_on.plus_years(number + 1).min(end))
    };
    (0..).map_while(year).collect()
}

/// Which of the years a day lies in; before the first the first, after the last the last.
pub fn year_of(years: &[Period], day: Date) -> usize {
    years.iter().rposition(|year| year.from <= day).unwrap_or(0)
}

/// The days that both have.
pub fn common(one: Period, other: Period) -> Option<Period> {
    Period::new(one.from.max(other.from), one.to.min(other.to))
}

/// Whether what a month brought belongs to `days`: as its first day within the agreement does. So each month is in one project year.
pub fn is_month_of(month: Month, starts_on: Date, days: Period) -> bool {
    let day = month.first().max(starts_on);
    days.from <= day && day < days.to
}

/// What was reached by the end of each month, of what each month brought.
pub fn cumulated(months: impl IntoIterator<Item = (Month, i64)>) -> Vec<(Month, i64)> {
    let sum = |sum: &mut i64, (month, value): (Month, i64)| {
        *sum += value;
        Some((month, *sum))
    };
    months.into_iter().scan(0, sum).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn year() -> Period {
        Period::new(date("2026-01-01"), date("2027-01-01")).unwrap()
    }

    #[test]
    fn a_year_is_gone_through_day_by_day() {
        let at = |day: &str, done| progress(365, done, year(), date(day));
        assert_eq!(at("2025-12-31", 0).state, IndicatorState::NotBegun);
        assert_eq!(
            at("2026-01-01", 0),
            Progress { done: 0, expected: 0, forecast: None, state: IndicatorState::OnTrack }
        );
        // Twenty-nine days are neither thirty nor a tenth of the year.
        assert_eq!(at("2026-01-30", 29).forecast, None);
        assert_eq!(at("2026-01-31", 30).forecast, Some(365));
        let april = at("2026-04-11", 95);
        assert_eq!((april.expected, april.state), (100, IndicatorState::OnTrack));
        assert_eq!(at("2026-04-11", 94).state, IndicatorState::Behind);
        assert_eq!(at("2026-04-11", 80).state, IndicatorState::Behind);
        assert_eq!(at("2026-04-11", 79).state, IndicatorState::FarBehind);
        assert_eq!(at("2026-04-11", 50).forecast, Some(182), "rounded down");
        assert_eq!(at("2026-04-11", 365).state, IndicatorState::Reached);
        assert_eq!(
            at("2027-01-01", 364),
            Progress { done: 364, expected: 365, forecast: None, state: IndicatorState::Missed }
        );
        assert_eq!(at("2027-06-01", 365).state, IndicatorState::Reached);
    }

    #[test]
    fn of_what_is_at_least_done_only_what_is_good_is_known() {
        let at = |day: &str, done| progress(365, done, year(), date(day)).at_least();
        assert_eq!((at("2026-04-11", 94).state, at("2026-04-11", 94).forecast), (IndicatorState::Unknown, None));
        assert_eq!(at("2027-06-01", 364).state, IndicatorState::Unknown);
        assert_eq!(at("2026-04-11", 95).state, IndicatorState::OnTrack);
        assert_eq!(at("2026-04-11", 365).state, IndicatorState::Reached);
    }

    #[test]
    fn in_a_short_period_a_tenth_is_enough_for_a_forecast() {
        let quarter = Period::new(date("2026-01-01"), date("2026-04-01")).unwrap();
        assert_eq!(progress(90, 8, quarter, date("2026-01-09")).forecast, None);
        assert_eq!(progress(90, 9, quarter, date("2026-01-10")).forecast, Some(90));
    }

    #[test]
    fn a_project_year_need_not_be_a_calendar_year() {
        let years = project_years(date("2026-03-15"), date("2028-04-30"));
        let shown: Vec<_> = years.iter().map(|year| (year.from.to_string(), year.last().to_string())).collect();
        let said = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(
            shown,
            [said("2026-03-15", "2027-03-14"), said("2027-03-15", "2028-03-14"), said("2028-03-15", "2028-04-30")]
        );
        assert_eq!(
            ["2025-01-01", "2026-03-15", "2027-03-14", "2027-03-15", "2030-01-01"]
                .map(|day| year_of(&years, date(day))),
            [0, 0, 0, 1, 2]
        );
        // The month in which a year ends and the next begins belongs to the one that ends.
        let month = Month::parse("2027-03").unwrap();
        let of = |year: usize| is_month_of(month, date("2026-03-15"), years[year]);
        assert!(of(0) && !of(1));
        assert!(is_month_of(Month::parse("2026-03").unwrap(), date("2026-03-15"), years[0]));
    }

    #[test]
    fn an_agreement_of_one_day_has_one_year() {
        assert_eq!(project_years(date("2026-03-15"), date("2026-03-15")).len(), 1);
    }

    proptest! {
        /// As counting day by day finds it.
        #[test]
        fn what_is_expected_is_the_share_of_the_days_gone(target in 1_i64..1_000_000, long in 1_u64..1_200, day in -50_i64..1_300) {
            let from = date("2026-01-01");
            let days = Period::new(from, from.plus_days(long)).unwrap();
            let today = if day < 0 { from.minus_days(day.unsigned_abs()) } else { from.plus_days(day.unsigned_abs()) };
            let gone = days.days().filter(|one| *one < today).count() as i64;
            let found = progress(target, 0, days, today).expected;
            let all = days.days().count() as i64;
            prop_assert!(found * all <= target * gone && target * gone < (found + 1) * all);
            prop_assert!(found <= target && found <= progress(target, 0, days, today.plus_days(1)).expected);
        }

        #[test]
        fn more_done_never_stands_worse(target in 1_i64..100_000, done in 0_i64..100_000, more in 0_i64..1_000, long in 1_u64..800, day in 0_u64..900) {
            let from = date("2026-01-01");
            let days = Period::new(from, from.plus_days(long)).unwrap();
            let today = from.plus_days(day);
            let (one, other) = (progress(target, done, days, today), progress(target, done + more, days, today));
            prop_assert!(one.state <= other.state);
            prop_assert!(one.forecast <= other.forecast);
            prop_assert_eq!(one.state == IndicatorState::Reached, done >= target);
            prop_assert_eq!(one.state == IndicatorState::Missed, done < target && day >= long);
        }

        /// Each day of an agreement is in one of its years, and each month too.
        #[test]
        fn years_lie_side_by_side(start in 0_u64..1_000, long in 0_u64..2_000) {
            let starts_on = date("2024-01-01").plus_days(start);
            let ends_on = starts_on.plus_days(long);
            let years = project_years(starts_on, ends_on);
            prop_assert_eq!(years.first().map(|year| year.from), Some(starts_on));
            prop_assert_eq!(years.last().map(|year| year.last()), Some(ends_on));
            prop_assert!(years.windows(2).all(|pair| pair[0].to == pair[1].from));
            let mut month = Month::of(starts_on);
            while month.first() <= ends_on {
                let holding = years.iter().filter(|year| is_month_of(month, starts_on, **year)).count();
                prop_assert_eq!(holding, 1);
                month = month.next();
            }
        }
    }
}

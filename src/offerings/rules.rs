//! When the like of an activity is to be in another quarter.

use super::types::Quarter;
use crate::activities::{Cadence, End};
use crate::clock::{Date, Month, Zone};

/// What is known of an activity's dates in the quarter in which it took place.
#[derive(Clone, Copy, Debug)]
pub struct HeldDates {
    /// One of its dates in that quarter, as its rule has it.
    pub anchor: Date,
    /// None for a single event.
    pub cadence: Option<Cadence>,
    /// The first and the last of all its dates, whenever they are.
    pub first: Date,
    pub last: Date,
    /// How many dates were asked for, where that was said.
    pub times: Option<i64>,
}

/// When it is to be: its first date and, of a series, where that ends.
pub type NewDates = (Date, Option<End>);

/// Puts it into the quarter `to` as it was in the quarter `from`, on no day before `earliest`: what ran through runs through; what began
/// or ended within the quarter does so in the same week of the new one, or month where it is monthly; so many times stay so many.
pub fn new_dates(held: &HeldDates, zone: Zone, (from, to): (Quarter, Quarter), earliest: Date) -> Option<NewDates> {
    let Some(cadence) = held.cadence else {
        return single(held.anchor, (from, to), earliest).map(|date| (date, None));
    };
    let began = (held.first >= from.first()).then(|| begins_like(held.first, &cadence, (from, to)));
    let start = began.unwrap_or_else(|| to.first()).max(earliest);
    let first = cadence.first_within(zone, held.anchor, start, to.last())?;
    if let Some(times) = held.times.filter(|times| *times >= 2 && began.is_some() && held.last <= from.last()) {
        return Some((first, Some(End::Times(times))));
    }
    let goes_on = held.last >= from.last()
        || cadence.first_within(zone, held.anchor, held.last.plus_days(1), from.last()).is_none();
    let until = if goes_on { to.last() } else { ends_like(held.last, &cadence, (from, to)).min(to.last()) };
    (first <= until).then_some((first, Some(End::Until(until))))
}

/// The next day from `earliest` on that is like the one of a template: of its rule, else of its weekday.
pub fn next_date(anchor: Date, cadence: Option<Cadence>, zone: Zone, earliest: Date) -> Date {
    let of_rule = cadence.and_then(|cadence| cadence.first_within(zone, anchor, earliest, earliest.plus_years(1)));
    let mut week = earliest.until(earliest.plus_days(7));
    of_rule.or_else(|| week.find(|day| day.weekday() == anchor.weekday())).unwrap_or(earliest)
}

fn days(from: Date, to: Date) -> u64 {
    u64::try_from((to.0 - from.0).num_days()).unwrap_or_default()
}

/// The month of `to` that answers to the one of `from` in which `date` lies: its first day, and the first day after it.
fn month_like(date: Date, (from, to): (Quarter, Quarter)) -> (Date, Date) {
    let months = |quarter: Quarter| {
        let second = Month::of(quarter.first()).next();
        [quarter.first(), second.first(), second.next().first(), quarter.end()]
    };
    let place = months(from)[1..3].iter().filter(|first| **first <= date).count();
    let new = months(to);
    (new[place], new[place + 1])
}

/// The first day from which a series that began on `date` may begin.
fn begins_like(date: Date, cadence: &Cadence, (from, to): (Quarter, Quarter)) -> Date {
    match cadence {
        Cadence::Weeks { .. } => to.first().plus_days(days(from.first(), date) / 7 * 7),
        Cadence::Day { .. } | Cadence::Nth { .. } => month_like(date, (from, to)).0,
    }
}

/// The last day until which a series goes that ended on `date`.
fn ends_like(date: Date, cadence: &Cadence, (from, to): (Quarter, Quarter)) -> Date {
    match cadence {
        Cadence::Weeks { .. } => to.first().plus_days(days(from.first(), date) / 7 * 7 + 6),
        Cadence::Day { .. } | Cadence::Nth { .. } => month_like(date, (from, to)).1.minus_days(1),
    }
}

/// The same weekday of the same week of the quarter; of a week that the new one does not have, the week before.
fn single(date: Date, (from, to): (Quarter, Quarter), earliest: Date) -> Option<Date> {
    let week = to.first().plus_days(days(from.first(), date) / 7 * 7);
    let same = week.until(week.plus_days(7)).find(|day| day.weekday() == date.weekday())?;
    let new = if same > to.last() { same.minus_days(7) } else { same };
    (new >= earliest).then_some(new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::activities::Repeat;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn weekly(every: i64) -> Cadence {
        Cadence::of(&format!("FREQ=WEEKLY;INTERVAL={every}")).unwrap()
    }

    fn held(cadence: Cadence, anchor: &str, first: &str, last: &str) -> HeldDates {
        let (anchor, first, last) = (date(anchor), date(first), date(last));
        HeldDates { anchor, cadence: Some(cadence), first, last, times: None }
    }

    const AUTUMN: (&str, &str) = ("2026-Q3", "2026-Q4");

    fn made(held: &HeldDates, (from, to): (&str, &str)) -> Option<(String, Option<End>)> {
        let quarters = (from.parse().unwrap(), to.parse().unwrap());
        let new = new_dates(held, Zone::SHANGHAI, quarters, date("2020-01-01"))?;
        Some((new.0.to_string(), new.1))
    }

    #[test]
    fn what_ran_through_runs_through() {
        let tai_chi = held(weekly(1), "2026-09-28", "2026-03-02", "2026-09-28");
        let until = Some(End::Until(date("2026-12-31")));
        assert_eq!(made(&tai_chi, AUTUMN), Some(("2026-10-05".to_owned(), until)));
        // Every second week stays in step across the quarters' border.
        let fortnightly = held(weekly(2), "2026-09-21", "2026-03-09", "2026-09-21");
        assert_eq!(made(&fortnightly, AUTUMN), Some(("2026-10-05".to_owned(), until)));
    }

    #[test]
    fn a_course_stays_a_course_of_so_many_times_from_the_same_week() {
        let course = HeldDates { times: Some(6), ..held(weekly(1), "2026-07-20", "2026-07-13", "2026-08-17") };
        assert_eq!(made(&course, AUTUMN), Some(("2026-10-12".to_owned(), Some(End::Times(6)))));
        let short = held(weekly(1), "2026-07-20", "2026-07-13", "2026-08-17");
        assert_eq!(made(&short, AUTUMN), Some(("2026-10-12".to_owned(), Some(End::Until(date("2026-11-18"))))));
    }

    #[test]
    fn what_is_monthly_stays_in_its_month() {
        let last_friday = Cadence::of("FREQ=MONTHLY;INTERVAL=1;BYDAY=-1FR").unwrap();
        let one = held(last_friday, "2026-07-31", "2026-07-31", "2026-09-25");
        assert_eq!(made(&one, AUTUMN), Some(("2026-10-30".to_owned(), Some(End::Until(date("2026-12-31"))))));
    }

    #[test]
    fn a_single_event_keeps_its_weekday_and_its_week() {
        let one = |day: &str| {
            let day = date(day);
            HeldDates { anchor: day, cadence: None, first: day, last: day, times: None }
        };
        // Saturday 11 July is in the second week of its quarter, as Saturday 10 October is in that of its own.
        assert_eq!(made(&one("2026-07-11"), AUTUMN), Some(("2026-10-10".to_owned(), None)));
        assert_eq!(made(&one("2026-09-30"), AUTUMN), Some(("2026-12-30".to_owned(), None)));
    }

    proptest! {
        /// Whatever was held, its like lies in the new quarter and falls on the days of its rule.
        #[test]
        fn new_dates_lie_in_the_new_quarter_and_on_the_rules_days(
            every in 1_i64..4, offset in 0_u64..90, before in 0_u64..40, after in 0_u64..20, apart in 1_u32..5,
        ) {
            let from: Quarter = "2026-Q1".parse().unwrap();
            let to = from.plus(apart);
            let anchor = from.first().plus_days(offset);
            let cadence = weekly(every);
            let step = 7 * u64::try_from(every).unwrap();
            let first = anchor.minus_days(before * step);
            let last = anchor.plus_days(after * step);
            let held = HeldDates { anchor, cadence: Some(cadence), first, last, times: None };
            if let Some((new, end)) = new_dates(&held, Zone::SHANGHAI, (from, to), date("2020-01-01")) {
                let Some(end) = end else { panic!("a series has an end") };
                let dates = Repeat { cadence, end }.dates(Zone::SHANGHAI, new);
                prop_assert!(!dates.is_empty());
                for day in dates {
                    prop_assert!(to.first() <= day && day <= to.last());
                    prop_assert_eq!(days(anchor, day) % step, 0);
                }
            }
        }
    }
}

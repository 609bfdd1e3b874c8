//! Decisions about periods and rooms that need no database.

use chrono::Datelike;

use super::types::Period;
use crate::clock::{Date, Month, Timestamp, Zone};
use crate::rooms::Weeks;

/// Minutes in which a room is open on the days of `period`: its weekly hours and extra openings, less the closures, in the
/// center's zone.
/// Closures may overlap each other and reach beyond the hours.
pub fn open_minutes(hours: &Weeks, closures: &[(Timestamp, Timestamp)], zone: Zone, period: Period) -> i64 {
    let closed = merged(closures);
    let open =
        |day: Date| hours.on(day).into_iter().map(move |(o, c)| (zone.at_minute(day, o), zone.at_minute(day, c)));
    let left = |span| length(span) - closed.iter().map(|closure| common(span, *closure)).sum::<i64>();
    period.days().flat_map(open).map(left).sum::<i64>() / 60_000
}

/// The same time in spans that do not overlap.
fn merged(spans: &[(Timestamp, Timestamp)]) -> Vec<(Timestamp, Timestamp)> {
    let mut sorted = spans.to_vec();
    sorted.sort_unstable();
    let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in sorted {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

fn length((start, end): (Timestamp, Timestamp)) -> i64 {
    (end.0 - start.0).max(0)
}

/// Milliseconds that both spans hold.
fn common(a: (Timestamp, Timestamp), b: (Timestamp, Timestamp)) -> i64 {
    length((a.0.max(b.0), a.1.min(b.1)))
}

/// The months that hold a day of `period`, in order.
pub fn months(period: Period) -> impl Iterator<Item = Month> {
    let end = period.to;
    std::iter::successors(Some(Month::of(period.from)), |month| Some(month.next())).take_while(move |m| m.first() < end)
}

/// Whether a purchaser may read `period`: every month of it holds a day of one of its agreements (both ends included).
pub fn is_agreed(period: Period, terms: &[(Date, Date)]) -> bool {
    months(period).all(|month| terms.iter().any(|(starts, ends)| *starts < month.end() && *ends >= month.first()))
}

/// Whether a report is made of `period` (DECISIONS 27): a month, quarter, half-year or year of the calendar; the same of an agreement's own
/// years, where these begin with a month; or all the days of an agreement (both ends included).
pub fn is_reported(period: Period, terms: &[(Date, Date)]) -> bool {
    if terms.iter().any(|(starts, ends)| *starts == period.from && ends.plus_days(1) == period.to) {
        return parts_no_month(period, terms);
    }
    let (first, end) = (Month::of(period.from), Month::of(period.to));
    if first.first() != period.from || end.first() != period.to {
        return false;
    }
    let number = |month: Month| i64::from(month.first().0.year()) * 12 + i64::from(month.first().0.month0());
    let long = number(end) - number(first);
    let begins = |from: Month| (number(first) - number(from)).rem_euclid(long) == 0;
    let of_the_year = Month::of(chrono::NaiveDate::from_ymd_opt(2000, 1, 1).map_or(period.from, Date));
    let own = terms.iter().filter(|(starts, _)| Month::of(*starts).first() == *starts);
    matches!(long, 1 | 3 | 6 | 12) && own.map(|(starts, _)| Month::of(*starts)).chain([of_the_year]).any(begins)
}

/// Whether `period` holds of each month all days of an agreement or none: a part of a month is told by no month's report.
pub fn parts_no_month(period: Period, terms: &[(Date, Date)]) -> bool {
    let parts = |edge: Date| {
        Month::of(edge).first() != edge && terms.iter().any(|(starts, ends)| *starts < edge && *ends >= edge)
    };
    !parts(period.from) && !parts(period.to)
}

/// The days of `period` that a purchaser's agreements cover (both ends included), in order, as periods that neither
/// overlap nor touch. A month that is agreed in part is read in part.
pub fn agreed_days(period: Period, terms: &[(Date, Date)]) -> Vec<Period> {
    let mut sorted = terms.to_vec();
    sorted.sort_unstable();
    let mut days: Vec<Period> = Vec::new();
    for (starts, ends) in sorted {
        let Some(span) = Period::new(starts.max(period.from), ends.plus_days(1).min(period.to)) else { continue };
        match days.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => days.push(span),
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn period(from: &str, to: &str) -> Period {
        Period::new(date(from), date(to)).unwrap()
    }

    #[test]
    fn a_room_is_open_by_its_hours_less_its_closures() {
        let mut hours = Weeks::default();
        hours.from(Date::FIRST).add(1, 540, 1020); // Monday 9:00–17:00
        hours.from(Date::FIRST).add(7, 0, 1440);
        let week = period("2026-03-02", "2026-03-09");
        assert_eq!(open_minutes(&hours, &[], Zone::SHANGHAI, week), 480 + 1440);
        let at = |day, minute| Zone::SHANGHAI.at_minute(date(day), minute);
        // From Sunday the 1st over Monday's first hour, and a second one within it.
        let closures = [(at("2026-03-01", 600), at("2026-03-02", 600)), (at("2026-03-02", 570), at("2026-03-02", 615))];
        assert_eq!(open_minutes(&hours, &closures, Zone::SHANGHAI, week), 480 - 75 + 1440);
    }

    #[test]
    fn a_purchaser_reads_the_months_of_its_agreements() {
        let terms = [(date("2026-01-15"), date("2026-03-10")), (date("2026-04-01"), date("2026-04-30"))];
        let reads = |from, to| is_agreed(period(from, to), &terms);
        assert!(reads("2026-01-01", "2026-02-01"), "its first month is read in part");
        assert!(reads("2026-01-01", "2026-05-01"));
        assert!(!reads("2025-12-31", "2026-02-01"));
        assert!(!reads("2026-04-01", "2026-06-01"));
    }

    #[test]
    fn a_report_is_of_a_month_a_quarter_a_half_or_a_whole_year_or_of_an_agreement() {
        let terms = [(date("2026-03-15"), date("2027-03-14")), (date("2026-05-01"), date("2027-01-31"))];
        let is = |from, to| is_reported(period(from, to), &terms);
        for (from, to) in [
            ("2026-03-01", "2026-04-01"),
            ("2026-04-01", "2026-07-01"),
            ("2026-07-01", "2027-01-01"),
            ("2026-01-01", "2027-01-01"),
            // The second agreement's own quarter, and all days of each.
            ("2026-05-01", "2026-08-01"),
            ("2026-05-01", "2027-02-01"),
            ("2026-03-15", "2027-03-15"),
        ] {
            assert!(is(from, to), "{from} {to}");
        }
        // Another agreement's March would be told in part.
        let beside = [terms[0], (date("2026-01-01"), date("2026-12-31"))];
        assert!(!is_reported(period("2026-03-15", "2027-03-15"), &beside));
        for (from, to) in [
            ("2026-03-02", "2026-04-01"),
            ("2026-03-01", "2026-03-31"),
            ("2026-03-01", "2026-05-01"),
            ("2026-03-01", "2026-06-01"),
            ("2026-03-15", "2026-04-15"),
            ("2026-01-01", "2028-01-01"),
        ] {
            assert!(!is(from, to), "{from} {to}");
        }
    }

    #[test]
    fn a_period_is_cut_to_the_days_that_are_agreed() {
        let terms = [(date("2026-03-20"), date("2026-05-31")), (date("2026-01-15"), date("2026-03-10"))];
        let days = |from, to| agreed_days(period(from, to), &terms);
        assert_eq!(days("2026-01-01", "2026-02-01"), [period("2026-01-15", "2026-02-01")]);
        assert_eq!(
            days("2026-03-01", "2026-04-01"),
            [period("2026-03-01", "2026-03-11"), period("2026-03-20", "2026-04-01")]
        );
        assert_eq!(days("2026-04-01", "2026-05-01"), [period("2026-04-01", "2026-05-01")]);
        assert!(days("2026-06-01", "2026-07-01").is_empty());
        let touching = [(date("2026-01-01"), date("2026-01-31")), (date("2026-02-01"), date("2026-02-28"))];
        let both = period("2026-01-01", "2026-03-01");
        assert_eq!(agreed_days(both, &touching), [both]);
    }

    proptest! {
        #[test]
        fn open_minutes_are_what_counting_minute_by_minute_finds(
            hours in proptest::collection::btree_map(1i64..=7, (0i64..1439, 1i64..600), 0..7),
            closures in proptest::collection::vec((-600i64..5000, 1i64..2000), 0..5),
            extra in proptest::collection::vec((-600i64..5000, 1i64..1000), 0..4),
            days in 1u64..4,
        ) {
            let mut week = Weeks::default();
            for (weekday, (opens, long)) in hours {
                week.from(Date::FIRST).add(weekday, opens, (opens + long).min(1440));
            }
            let from = date("2026-03-06");
            let start = Zone::SHANGHAI.midnight(from);
            let at = |minute: i64| Timestamp(start.0 + minute * 60_000);
            let spans: Vec<_> = closures.iter().map(|(begin, long)| (at(*begin), at(begin + long))).collect();
            let by_hours = week.clone();
            for (begin, long) in &extra {
                week.open_extra(Zone::SHANGHAI, at(*begin), at(begin + long));
            }
            let mut expected = 0;
            for (index, day) in from.until(from.plus_days(days)).enumerate() {
                for minute in 0..1440 {
                    let now = at(i64::try_from(index).unwrap() * 1440 + minute);
                    let extra = extra.iter().any(|(begin, long)| at(*begin) <= now && now < at(begin + long));
                    let open = extra || by_hours.on(day).iter().any(|(opens, closes)| *opens <= minute && minute < *closes);
                    let closed = spans.iter().any(|(begin, end)| *begin <= now && now < *end);
                    expected += i64::from(open && !closed);
                }
            }
            let period = Period::new(from, from.plus_days(days)).unwrap();
            prop_assert_eq!(open_minutes(&week, &spans, Zone::SHANGHAI, period), expected);
        }
    }
}

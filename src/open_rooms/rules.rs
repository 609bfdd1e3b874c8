//! On which days and when a room stands open: arithmetic with spans of minutes.

use std::time::Duration;

use super::types::OpenTerm;
use crate::clock::{Date, Timestamp, Zone};

/// Minutes of a day, from and to.
pub type DaySpan = (i64, i64);

/// Days that are made ahead, today included.
pub const AHEAD: u64 = 14;

/// So long after its end a day's session is closed by itself: the last are counted then, and a tablet sends what it had kept.
pub const GRACE: Duration = Duration::from_secs(30 * 60);

/// What is left between two other bookings is opened from so many minutes on.
pub const SHORTEST: i64 = 30;

/// What is in both, in order and apart.
pub fn within(one: &[DaySpan], other: &[DaySpan]) -> Vec<DaySpan> {
    let cut = |a: &DaySpan, b: &DaySpan| (a.0.max(b.0), a.1.min(b.1));
    let both = one.iter().flat_map(|a| other.iter().map(move |b| cut(a, b)));
    joined(both.filter(|(from, to)| from < to).collect())
}

/// What is in `spans` and in none of `taken`, in order and apart.
pub fn without(spans: &[DaySpan], taken: &[DaySpan]) -> Vec<DaySpan> {
    taken.iter().fold(joined(spans.to_vec()), |left, (from, to)| {
        left.into_iter()
            .flat_map(|(opens, closes)| [(opens, closes.min(*from)), (opens.max(*to), closes)])
            .filter(|(opens, closes)| opens < closes)
            .collect()
    })
}

/// The same minutes in order and apart: what touches is one.
pub fn joined(mut spans: Vec<DaySpan>) -> Vec<DaySpan> {
    spans.sort_unstable();
    let mut apart: Vec<DaySpan> = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match apart.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => apart.push((from, to)),
        }
    }
    apart
}

/// A stretch of time as minutes of a local day.
pub fn on_day(zone: Zone, day: Date, (from, to): (Timestamp, Timestamp)) -> Option<DaySpan> {
    let minute = |at: Timestamp| zone.midnight(day).minutes_until(at);
    // A second that is begun is taken.
    let until = Timestamp(to.0 + 59_999);
    let (from, to) = (minute(from).clamp(0, 1_440), minute(until).clamp(0, 1_440));
    (from < to).then_some((from, to))
}

/// When a room may stand open on a day: by the declaration's term, the room's `hours`, and without what it is `closed` for.
pub fn open_on(term: &OpenTerm, day: Date, is_holiday: bool, hours: &[DaySpan], closed: &[DaySpan]) -> Vec<DaySpan> {
    if !term.is_on(day.weekday()) || (is_holiday && !term.on_holidays) {
        return Vec::new();
    }
    let hours = joined(hours.to_vec());
    let asked = if term.spans.is_empty() { hours.clone() } else { within(&term.spans, &hours) };
    without(&asked, closed)
}

/// What is to become of a day.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DayPlan {
    /// Which of those that are there, by their places, are not to be.
    pub drop: Vec<usize>,
    pub make: Vec<DaySpan>,
}

/// Compares what may be `open`, less what is `taken` by others, with what is `there` and may be given up. What is there already stays;
/// each free stretch of [`SHORTEST`] or more is one session.
pub fn plan(open: &[DaySpan], taken: &[DaySpan], there: &[DaySpan]) -> DayPlan {
    let wanted: Vec<DaySpan> =
        without(open, taken).into_iter().filter(|(opens, closes)| closes - opens >= SHORTEST).collect();
    let drop = there.iter().enumerate().filter(|(_, span)| !wanted.contains(span)).map(|(place, _)| place);
    DayPlan { drop: drop.collect(), make: wanted.iter().filter(|span| !there.contains(span)).copied().collect() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The minutes of the spans, one by one.
    fn minutes(spans: &[DaySpan]) -> Vec<bool> {
        (0..200).map(|minute| spans.iter().any(|(from, to)| *from <= minute && minute < *to)).collect()
    }

    fn spans() -> impl Strategy<Value = Vec<DaySpan>> {
        proptest::collection::vec((0_i64..180, 1_i64..60), 0..6)
            .prop_map(|list| list.into_iter().map(|(from, long)| (from, (from + long).min(200))).collect())
    }

    fn is_apart(spans: &[DaySpan]) -> bool {
        spans.iter().all(|(from, to)| from < to) && spans.windows(2).all(|pair| pair[0].1 < pair[1].0)
    }

    proptest! {
        #[test]
        fn spans_are_sets_of_minutes(one in spans(), other in spans()) {
            let (a, b) = (minutes(&one), minutes(&other));
            let both: Vec<bool> = a.iter().zip(&b).map(|(a, b)| *a && *b).collect();
            let less: Vec<bool> = a.iter().zip(&b).map(|(a, b)| *a && !*b).collect();
            prop_assert_eq!(minutes(&within(&one, &other)), both);
            prop_assert_eq!(minutes(&without(&one, &other)), less);
            prop_assert_eq!(minutes(&joined(one.clone())), a);
            prop_assert!(is_apart(&joined(one.clone())) && is_apart(&within(&one, &other)));
        }

        #[test]
        fn a_plan_once_done_asks_for_nothing_more(open in spans(), taken in spans(), there in spans()) {
            let there = joined(there);
            let plan = plan(&open, &taken, &there);
            let mut after: Vec<DaySpan> =
                there.iter().enumerate().filter(|(n, _)| !plan.drop.contains(n)).map(|(_, span)| *span).collect();
            after.extend(&plan.make);
            after.sort_unstable();
            prop_assert!(after.windows(2).all(|pair| pair[0].1 <= pair[1].0), "two at one time: {:?}", after);
            prop_assert!(after.iter().all(|(opens, closes)| closes - opens >= SHORTEST));
            let (here, free) = (minutes(&after), minutes(&without(&open, &taken)));
            prop_assert!(here.iter().zip(&free).all(|(here, free)| !*here || *free), "open where it cannot be");
            prop_assert_eq!(super::plan(&open, &taken, &after), DayPlan::default());
        }
    }

    #[test]
    fn a_day_follows_hours_holidays_and_closures() {
        let term = OpenTerm {
            valid_from: Date::FIRST,
            weekdays: 31,
            on_holidays: false,
            spans: vec![(540, 720), (840, 1020)],
        };
        let monday = Date::parse("2026-03-09").unwrap();
        assert_eq!(open_on(&term, monday, false, &[(480, 960)], &[]), [(540, 720), (840, 960)]);
        assert_eq!(open_on(&term, monday, true, &[(480, 960)], &[]), []);
        assert_eq!(open_on(&term, monday.plus_days(5), false, &[(480, 960)], &[]), []);
        assert_eq!(open_on(&term, monday, false, &[(480, 960)], &[(600, 900)]), [(540, 600), (900, 960)]);
        let whole = OpenTerm { weekdays: 127, spans: Vec::new(), ..term };
        assert_eq!(open_on(&whole, monday.plus_days(5), false, &[(480, 720), (720, 960)], &[]), [(480, 960)]);
    }

    #[test]
    fn an_instant_within_a_minute_takes_the_whole_of_it() {
        let day = Date::parse("2026-03-09").unwrap();
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        let span = (at("2026-03-08T20:00:00Z"), at("2026-03-09T02:10:30Z"));
        assert_eq!(on_day(Zone::SHANGHAI, day, span), Some((240, 611)));
        assert_eq!(on_day(Zone::SHANGHAI, day.plus_days(1), span), None);
    }
}

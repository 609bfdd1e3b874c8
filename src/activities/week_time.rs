//! A day's minutes: what of a time stands on a day, what is left free, and in which half hours.

use chrono::Timelike as _;

use crate::clock::{Date, Timestamp, Zone};

/// From one minute after midnight to another.
pub type Stretch = (i64, i64);

/// A day.
const DAY: i64 = 1_440;

/// A free stretch shorter than this offers nothing worth booking.
const LEAST_FREE: i64 = 30;

/// What people plan by.
const HALF: i64 = 30;

/// A rest of half an hour shorter than this is no place to click at.
const LEAST_HALF: i64 = 15;

/// What of a time stands on one day, in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnDay {
    pub from: i64,
    pub to: i64,
    pub began_before: bool,
    pub goes_on: bool,
}

/// The minute of its day at which an instant is on the wall clock.
pub fn minute(zone: Zone, at: Timestamp) -> i64 {
    let local = zone.local(at);
    i64::from(local.hour()) * 60 + i64::from(local.minute())
}

/// What of the time from `starts_at` to `ends_at` is on the day `date`; nothing where it is on others.
pub fn on_day(zone: Zone, date: Date, starts_at: Timestamp, ends_at: Timestamp) -> Option<OnDay> {
    let (dawn, dusk) = (zone.midnight(date), zone.midnight(date.plus_days(1)));
    if ends_at <= dawn || dusk <= starts_at {
        return None;
    }
    let from = if starts_at < dawn { 0 } else { minute(zone, starts_at) };
    let to = if ends_at >= dusk { DAY } else { minute(zone, ends_at) };
    // Where clocks are set back it may end, on the wall clock, before it begins: it is drawn as small as can be.
    Some(OnDay { from, to: to.max(from + 5).min(DAY), began_before: starts_at < dawn, goes_on: ends_at > dusk })
}

/// The rest of the day.
pub fn outside(open: &[Stretch]) -> Vec<Stretch> {
    let open = joined(open.to_vec());
    let edges = std::iter::once(0).chain(open.iter().flat_map(|(opens, closes)| [*opens, *closes])).chain([DAY]);
    let edges: Vec<i64> = edges.collect();
    edges.chunks_exact(2).map(|gap| (gap[0], gap[1])).filter(|(from, to)| from < to).collect()
}

/// The same stretches in order and apart.
pub fn joined(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut joined: Vec<Stretch> = Vec::new();
    for (from, to) in stretches {
        match joined.last_mut() {
            Some((_, reached)) if from <= *reached => *reached = to.max(*reached),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// What of the day is left by what is taken, and worth booking.
pub fn free(mut taken: Vec<Stretch>) -> Vec<Stretch> {
    taken.push((DAY, DAY));
    taken.sort_unstable();
    let mut free = Vec::new();
    let mut reached = 0;
    for (from, to) in taken {
        if from - reached >= LEAST_FREE {
            free.push((reached, from));
        }
        reached = reached.max(to);
    }
    free
}

/// A stretch in half hours of the clock. What begins or ends between two of them gives what is left of its half hour.
pub fn halves(from: i64, to: i64) -> Vec<Stretch> {
    let mut halves = Vec::new();
    let mut at = (from + 4) / 5 * 5;
    while at < to {
        let end = ((at / HALF + 1) * HALF).min(to);
        if end - at >= LEAST_HALF {
            halves.push((at, end));
        }
        at = end;
    }
    halves
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_click_at_two_means_two() {
        assert_eq!(halves(830, 930), [(840, 870), (870, 900), (900, 930)], "13:50 is ten minutes before");
        assert_eq!(
            halves(802, 870),
            [(805, 810), (810, 840), (840, 870)][1..],
            "five minutes are no place to click at"
        );
        assert_eq!(halves(855, 930), [(855, 870), (870, 900), (900, 930)]);
    }

    #[test]
    fn hours_that_touch_are_one() {
        assert_eq!(joined(vec![(600, 720), (540, 600), (800, 900), (650, 700)]), [(540, 720), (800, 900)]);
        assert_eq!(outside(&[(540, 720), (800, 1_440)]), [(0, 540), (720, 800)]);
        assert_eq!(outside(&[]), [(0, 1_440)]);
    }

    proptest! {
        /// Minute by minute: what is free is what nothing takes, in stretches of half an hour at least.
        #[test]
        fn what_is_free_is_what_nothing_takes(spans in proptest::collection::vec((0i64..1_440, 1i64..300), 0..8)) {
            let taken: Vec<Stretch> = spans.iter().map(|(from, long)| (*from, (from + long).min(1_440))).collect();
            let free = free(taken.clone());
            let is_taken = |minute: i64| taken.iter().any(|(from, to)| (*from..*to).contains(&minute));
            let mut reached = 0;
            for (from, to) in &free {
                prop_assert!(to - from >= LEAST_FREE && *from >= reached);
                prop_assert!((*from..*to).all(|minute| !is_taken(minute)));
                prop_assert!(*from == 0 || is_taken(from - 1));
                prop_assert!(*to == 1_440 || is_taken(*to));
                reached = *to;
            }
            let long = |minute: i64| (0..LEAST_FREE).all(|more| minute + more < 1_440 && !is_taken(minute + more));
            let found = |minute: i64| free.iter().any(|(from, to)| (*from..*to).contains(&minute));
            prop_assert!((0..1_440).filter(|minute| long(*minute)).all(found));
        }

        /// The half hours of a stretch lie in it, apart, each within one half hour of the clock.
        #[test]
        fn half_hours_lie_within_the_clocks(from in 0i64..1_400, long in 30i64..600) {
            let to = (from + long).min(1_440);
            let mut reached = from;
            for (start, end) in halves(from, to) {
                prop_assert!(reached <= start && end <= to && end - start >= LEAST_HALF);
                prop_assert_eq!(start / HALF, (end - 1) / HALF);
                prop_assert_eq!(start % 5, 0);
                reached = end;
            }
        }
    }
}

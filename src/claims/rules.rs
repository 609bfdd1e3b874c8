//! What can be claimed.

use crate::clock::{Date, Timestamp, Zone};

/// The most minutes that one claim can span.
pub const LONGEST: i64 = 24 * 60;

/// From a wall clock time to another, as minutes after midnight, in a center's zone: one that is not after the first is the next day's.
/// `None` where both are the same, or it would be more than 24 hours.
pub fn span(zone: Zone, day: Date, (from, to): (i64, i64)) -> Option<(Timestamp, Timestamp)> {
    let last = if to > from { day } else { day.plus_days(1) };
    let (starts, ends) = (zone.at_minute(day, from), zone.at_minute(last, to));
    let minutes = starts.minutes_until(ends);
    (from != to && minutes > 0 && minutes <= LONGEST).then_some((starts, ends))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_span_is_the_minutes_that_a_clock_shows_between(day in 0_u64..800, from in 0_i64..1440, to in 0_i64..=1440) {
            let day = Date::parse("2025-06-01").unwrap().plus_days(day);
            let between = (to - from).rem_euclid(1440);
            let minutes = span(Zone::SHANGHAI, day, (from, to)).map(|(starts, ends)| starts.minutes_until(ends));
            let expected = match to - from {
                0 => None,
                1440 => Some(1440),
                _ => Some(between),
            };
            prop_assert_eq!(minutes, expected);
            if let Some((starts, _)) = span(Zone::SHANGHAI, day, (from, to)) {
                prop_assert_eq!(Zone::SHANGHAI.date(starts), day);
            }
        }
    }
}

//! How many stars' hours are reached, and which days a year's list is about.

use super::types::StarLevel;
use crate::clock::Date;
use crate::error::Fault;

/// Of how many stars somebody has the hours: the level with the most hours that their minutes fill. A level is reached with its last
/// minute, not before.
pub fn reached(minutes: i64, levels: &[StarLevel]) -> Option<i64> {
    levels.iter().filter(|level| minutes >= level.hours * 60).map(|level| level.stars).max()
}

/// Whether each level has more hours than the one before.
pub fn rise(hours: &[i64]) -> bool {
    hours.windows(2).all(|pair| pair[0] < pair[1])
}

/// The days that a list is about, both included: those that were said, and where one was not, the first or the last day of the other's
/// year; where neither was, the whole year, `year` or today's.
///
/// # Errors
/// A fault for a last day before the first.
pub fn days(year: Option<i64>, said: (Option<Date>, Option<Date>), today: Date) -> Result<(Date, Date), Fault> {
    let year = year.and_then(|year| Date::parse(&format!("{year:04}-01-01"))).unwrap_or_else(|| today.year_start());
    let last_of = |day: Date| day.year_start().plus_years(1).minus_days(1);
    match said {
        (None, None) => Ok((year, last_of(year))),
        (Some(from), None) => Ok((from, last_of(from))),
        (None, Some(to)) => Ok((to.year_start(), to)),
        (Some(from), Some(to)) if to < from => Err(Fault::new("field.ends_before_start")),
        (Some(from), Some(to)) => Ok((from, to)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [StarLevel; 3] =
        [StarLevel { stars: 1, hours: 100 }, StarLevel { stars: 2, hours: 300 }, StarLevel { stars: 3, hours: 600 }];

    #[test]
    fn a_level_is_reached_with_its_last_minute() {
        for (minutes, stars) in [
            (0, None),
            (-60, None),
            (5_999, None),
            (6_000, Some(1)),
            (17_999, Some(1)),
            (18_000, Some(2)),
            (35_999, Some(2)),
            (36_000, Some(3)),
            (9_000_000, Some(3)),
        ] {
            assert_eq!(reached(minutes, &LEVELS), stars, "{minutes}");
        }
        assert_eq!(reached(9_000, &[]), None);
    }

    #[test]
    fn levels_rise() {
        assert!(rise(&[]) && rise(&[100]) && rise(&[100, 300, 301]));
        assert!(!rise(&[100, 100]) && !rise(&[300, 100]));
    }

    #[test]
    fn a_list_is_about_a_year_or_the_days_that_were_said() {
        let day = |text: &str| Date::parse(text).unwrap();
        let told = |year, from: &str, to: &str| {
            days(year, (Date::parse(from), Date::parse(to)), day("2026-03-05"))
                .map(|(from, to)| (from.to_string(), to.to_string()))
                .map_err(|fault| fault.key)
        };
        let are = |from: &str, to: &str| Ok((from.to_owned(), to.to_owned()));
        assert_eq!(told(None, "", ""), are("2026-01-01", "2026-12-31"));
        assert_eq!(told(Some(2024), "", ""), are("2024-01-01", "2024-12-31"));
        assert_eq!(told(Some(2024), "2025-07-01", ""), are("2025-07-01", "2025-12-31"));
        assert_eq!(told(None, "", "2025-06-30"), are("2025-01-01", "2025-06-30"));
        assert_eq!(told(None, "2024-09-01", "2025-08-31"), are("2024-09-01", "2025-08-31"));
        assert_eq!(told(None, "2025-09-01", "2025-08-31"), Err("field.ends_before_start"));
    }
}

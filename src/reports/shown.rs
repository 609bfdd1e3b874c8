//! How the numbers of a report read.

use crate::centers::Population;
use crate::web::filters::thousands;

/// Minutes as hours, with a half or tenth where there is one: `386.5`.
pub fn hours(minutes: i64) -> String {
    match minutes % 60 {
        0 => thousands(minutes / 60),
        _ => {
            let tenths = (minutes * 10 + minutes.signum() * 30) / 60;
            let sign = if tenths < 0 { "-" } else { "" };
            format!("{sign}{}.{}", thousands((tenths / 10).abs()), (tenths % 10).abs())
        }
    }
}

/// `part` of `whole` as a percentage: whole numbers from 10 % on, one decimal below, a dash where there is no whole.
pub fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "—".to_owned();
    }
    match (part * 1_000 + whole / 2) / whole {
        0 if part > 0 => "<0.1%".to_owned(),
        tenths if tenths % 10 == 0 || tenths >= 100 => format!("{}%", (part * 100 + whole / 2) / whole),
        tenths => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// How many of the residents `persons` are: of all of them where they are known, else of each printed number by itself. The
/// key says of whom.
pub fn coverage(persons: i64, population: Population) -> Vec<(&'static str, String)> {
    match population.all() {
        Some(all) => vec![("reports.coverage_of_all", percent(persons, all))],
        None => vec![
            ("reports.coverage_of_registered", percent(persons, population.registered)),
            ("reports.coverage_of_second", percent(persons, population.second)),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_read_as_hours() {
        assert_eq!([0, 60, 90, 23_190, 100, -30].map(hours), ["0", "1", "1.5", "386.5", "1.7", "-0.5"]);
        assert_eq!(hours(60 * 1_264), "1,264");
    }

    #[test]
    fn shares_read_as_percentages() {
        assert_eq!(
            [(52, 100), (1, 3), (517, 28_400), (1, 100), (0, 5), (3, 0), (2, 35_706)].map(|(a, b)| percent(a, b)),
            ["52%", "33%", "1.8%", "1%", "0%", "—", "<0.1%"]
        );
    }
}

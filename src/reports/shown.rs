//! How the numbers of a report read.

use crate::centers::Population;
use crate::figures::{Measure, Tally, Telling, shown};
use crate::web::Lang;

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

/// How many of the residents the persons are: of all of them where they are known, else of each printed number by itself. The
/// key says of whom. Nothing follows from a number that is not told.
pub fn coverage(tally: &Tally, population: Population) -> Vec<(&'static str, String)> {
    let of = |whole| match tally.told(Measure::Persons) {
        Telling::Exactly => percent(tally.persons, whole),
        Telling::AtLeast | Telling::Hidden => "—".to_owned(),
    };
    match population.all() {
        Some(all) => vec![("reports.coverage_of_all", of(all))],
        None => vec![
            ("reports.coverage_of_registered", of(population.registered)),
            ("reports.coverage_of_second", of(population.second)),
        ],
    }
}

/// One of a tally's numbers, as far as it is told.
pub fn told(lang: Lang, tally: &Tally, measure: Measure) -> String {
    shown(lang, measure, tally.value(measure), tally.told(measure))
}

/// The same where it stands in words or in a chart, which says plain numbers itself: only what is not told as it is.
pub fn untold(lang: Lang, tally: &Tally, measure: Measure) -> Option<String> {
    (tally.told(measure) != Telling::Exactly).then(|| told(lang, tally, measure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_read_as_percentages() {
        assert_eq!(
            [(52, 100), (1, 3), (517, 28_400), (1, 100), (0, 5), (3, 0), (2, 35_706)].map(|(a, b)| percent(a, b)),
            ["52%", "33%", "1.8%", "1%", "0%", "—", "<0.1%"]
        );
    }
}

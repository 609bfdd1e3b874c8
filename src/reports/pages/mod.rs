//! A center's overview, its monthly reports, and the summary over several centers.

mod export;
mod overview;
mod report;
mod summary;

use rocket::Route;
use rocket::request::FromParam;

use crate::centers::Population;
use crate::clock::Month;
use crate::figures::{Filter, Measure, Numbers, Tally, Telling, hours, shown};
use crate::web::Lang;
use crate::web::chart::{Bar, Bars};

pub(super) fn routes() -> Vec<Route> {
    [overview::routes(), report::routes(), summary::routes()].concat()
}

/// A month in a path, `2026-03`.
struct MonthPath(Month);

impl<'a> FromParam<'a> for MonthPath {
    type Error = &'a str;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        Month::parse(param).map(Self).ok_or(param)
    }
}

/// `part` of `whole` as a percentage: whole numbers from 10 % on, one decimal below, a dash where there is no whole.
fn percent(part: i64, whole: i64) -> String {
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
fn coverage(tally: &Tally, population: Population) -> Vec<(&'static str, String)> {
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
fn told(lang: Lang, tally: &Tally, measure: Measure) -> String {
    shown(lang, measure, tally.value(measure), tally.told(measure))
}

/// Each group's share of all persons. Groups overlap, so these are bars of their own and not parts of one.
fn group_shares(lang: Lang, numbers: &Numbers) -> Bars {
    let persons = numbers.total.persons;
    let whole = numbers.told(Measure::Persons, &Filter::Whole);
    let bar = |row: &crate::figures::GroupTally| {
        let told = numbers.told(Measure::Persons, &Filter::Group(row.group));
        Bar {
            label: lang.text(row.group.map_or("reports.rest", |group| group.key())),
            value: row.persons,
            shown: match (whole, told) {
                (Telling::Exactly, Telling::Exactly) => percent(row.persons, persons),
                _ => shown(lang, Measure::Persons, row.persons, told),
            },
            class: row.group.map_or("rest", |group| group.code()),
        }
    };
    Bars::new(lang, numbers.groups.iter().map(bar).collect(), persons)
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

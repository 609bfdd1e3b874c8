//! A center's overview, its reports, and the roll-up of several centers.

pub(super) mod export;
mod overview;
mod report;
mod rollup;

use rocket::Route;

use super::shown::percent;
use crate::figures::{Filter, GroupTally, Measure, Numbers, Telling, shown};
use crate::web::Lang;
use crate::web::chart::{Bar, Chart};

pub(super) fn routes() -> Vec<Route> {
    [overview::routes(), report::routes(), rollup::routes()].concat()
}

/// Each group's share of all persons. Groups overlap, so these are bars of their own and not parts of one.
fn group_shares(lang: Lang, numbers: &Numbers) -> Chart {
    let persons = numbers.total.persons;
    let whole = numbers.told(Measure::Persons, &Filter::Whole);
    let bar = |row: &GroupTally| {
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
    let bars = numbers.groups.iter().map(bar).collect();
    Chart::shares(lang, &lang.text("reports.groups_share"), bars, persons)
}

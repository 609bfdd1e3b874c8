//! A center's overview, its reports, and the roll-up of several centers.

pub(super) mod export;
mod overview;
mod report;
mod rollup;

use rocket::Route;

use super::shown::percent;
use crate::figures::{Measure, Telling, shown};
use crate::people::groups::PriorityGroup;
use crate::web::Lang;
use crate::web::chart::{Bar, Chart};

pub(super) fn routes() -> Vec<Route> {
    [overview::routes(), report::routes(), rollup::routes()].concat()
}

/// Persons of a group, or (`None`) of those who are in none, and how that is told.
type GroupShare = (Option<PriorityGroup>, i64, Telling);

/// Each group's share of all persons. Groups overlap, so these are bars of their own and not parts of one.
fn group_shares(lang: Lang, (persons, whole): (i64, Telling), groups: &[GroupShare]) -> Chart {
    let bar = |(group, value, told): &GroupShare| Bar {
        label: lang.text(group.map_or("reports.rest", |group| group.key())),
        value: *value,
        shown: match (whole, told) {
            (Telling::Exactly, Telling::Exactly) => percent(*value, persons),
            _ => shown(lang, Measure::Persons, *value, *told),
        },
        class: group.map_or("rest", |group| group.code()),
    };
    Chart::shares(lang, &lang.text("reports.groups_share"), groups.iter().map(bar).collect(), persons)
}

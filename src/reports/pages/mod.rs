//! A center's overview, its reports, and the roll-up of several centers.

pub(super) mod export;
mod overview;
mod report;
mod rollup;

use rocket::Route;

use super::shown::percent;
use crate::figures::GroupTally;
use crate::web::Lang;
use crate::web::chart::{Bar, Chart};

pub(super) fn routes() -> Vec<Route> {
    [overview::routes(), report::routes(), rollup::routes()].concat()
}

/// Each group's share of all persons. Groups overlap, so these are bars of their own and not parts of one.
fn group_shares(lang: Lang, groups: &[GroupTally], persons: i64) -> Chart {
    let bar = |row: &GroupTally| Bar {
        label: lang.text(row.group.map_or("reports.rest", |group| group.key())),
        value: row.persons,
        shown: percent(row.persons, persons),
        class: row.group.map_or("rest", |group| group.code()),
    };
    Chart::shares(lang, &lang.text("reports.groups_share"), groups.iter().map(bar).collect(), persons)
}

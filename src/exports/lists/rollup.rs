//! Centers, towns, providers and all of them together in numbers, a row each, with the same columns.

use super::{Listing, Writer, text};
use crate::auth::ReportReader;
use crate::clock::Now;
use crate::error::Result;
use crate::figures::{self, Measure};
use crate::reports::rollup::{self, GROUPS, RollUpCut, RollUpRow};
use crate::reports::shown::coverage;
use crate::store::Conn;
use crate::web::Lang;
use crate::web::table::Cell;

pub(super) async fn numbers(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    lang: Lang,
    cut: &RollUpCut,
) -> Result<Listing> {
    let head = [
        "csv.part",
        "csv.item",
        "rollup.where",
        "reports.period",
        "csv.sessions",
        "csv.visits",
        "csv.unnamed",
        "csv.persons",
        "rollup_order.elderly",
        "rollup_order.disabled",
        "rollup_order.needy",
        "rollup_order.youth",
        "reports.rest",
        "figure.volunteers",
        "csv.minutes",
        "figure.registered_population",
        "figure.second_population",
        "reports.coverage",
    ];
    let roll = rollup::load(by, conn, cut, now).await?;
    let mut file = Writer::new(lang, format!("rollup-{}", roll.period), &head);
    let mut add = |part: &str, rows: &[RollUpRow]| {
        for row in rows {
            file.row(cells(lang, part, &roll.period.to_string(), row));
        }
    };
    add("centers.center", &roll.rows);
    add("export.town", &roll.towns);
    add("centers.provider", &roll.providers);
    add("csv.total", std::slice::from_ref(&roll.total));
    Ok(file.done())
}

fn cells(lang: Lang, part: &str, period: &str, row: &RollUpRow) -> Vec<Cell> {
    let tally = &row.tally;
    // A purchaser's days of a center, where they are not the whole period.
    let counted = row
        .cut
        .as_ref()
        .map(|days| days.iter().map(|days| format!("{} – {}", days.from, days.last())).collect::<Vec<_>>().join("、"));
    let share: Vec<String> = coverage(tally, row.population).into_iter().map(|(_, share)| share).collect();
    let groups = GROUPS.into_iter().map(Some).chain([None]).map(|group| row.persons_told(group));
    let groups = groups.map(|(persons, told)| figures::cell(lang, persons, told));
    let of = |measure| figures::cell(lang, tally.value(measure), tally.told(measure));
    let about = [
        text(lang.text(part)),
        text(&row.name),
        text(&row.note),
        Cell::Plain(counted.unwrap_or_else(|| period.to_owned())),
    ];
    let numbers = [Measure::Sessions, Measure::Visits, Measure::Unnamed, Measure::Persons].map(of);
    let served = [Measure::Volunteers, Measure::Minutes].map(of);
    let residents = [row.population.registered, row.population.second].map(Cell::Number);
    let last = served.into_iter().chain(residents).chain([Cell::Plain(share.join(" / "))]);
    about.into_iter().chain(numbers).chain(groups).chain(last).collect()
}

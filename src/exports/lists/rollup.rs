//! Centers, towns, providers and all of them together in numbers. A program reads one table of them, a row each with the same columns;
//! the workbook has a sheet for each table of the page.

use super::{ListBook, Listing, Writer, text};
use crate::auth::ReportReader;
use crate::clock::Now;
use crate::error::Result;
use crate::figures::{self, Measure, Tally};
use crate::reports::rollup::{self, GROUPS, RollUp, RollUpCut, RollUpRow};
use crate::reports::shown::coverage;
use crate::store::Conn;
use crate::web::Lang;
use crate::web::table::{Cell, Table};

/// What a row is of.
const ABOUT: [&str; 4] = ["csv.part", "csv.item", "rollup.where", "reports.period"];

const NUMBERS: [&str; 14] = [
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

pub(super) async fn numbers(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    lang: Lang,
    cut: &RollUpCut,
) -> Result<Listing> {
    let roll = rollup::load(by, conn, cut, now).await?;
    let name = format!("rollup-{}", roll.period);
    let mut file = Writer::new(lang, name.clone(), &[&ABOUT[..], &NUMBERS].concat());
    let mut add = |part: &str, rows: &[RollUpRow]| {
        for row in rows {
            file.row(line(lang, part, &roll, row));
        }
    };
    add("centers.center", &roll.rows);
    add("export.town", &roll.towns);
    add("centers.provider", &roll.providers);
    add("csv.total", std::slice::from_ref(&roll.total));
    let sheets = [
        ("rollup.by_center", centers(lang, &roll)),
        ("rollup.by_town", parts(lang, "export.town", &roll.towns, &roll.total)),
        ("rollup.by_provider", parts(lang, "centers.provider", &roll.providers, &roll.total)),
        ("rollup.whole", whole(lang, &roll, cut)),
        ("rollup.trend", trend(lang, &roll)),
        ("rollup.served", served(lang, &roll)),
    ];
    let sheets = sheets.into_iter().map(|(key, table)| (lang.text(key), table)).collect();
    Ok(Listing { book: Some(ListBook { name, sheets }), ..file.done() })
}

fn table(lang: Lang, head: &[&str]) -> Table {
    Table::new(String::new(), head.iter().map(|key| lang.text(key)))
}

fn number(count: usize) -> Cell {
    Cell::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// What it is of, over which days, and its numbers.
fn line(lang: Lang, part: &str, roll: &RollUp, row: &RollUpRow) -> Vec<Cell> {
    // A purchaser's days of a center, where they are not the whole period.
    let counted = row
        .cut
        .as_ref()
        .map(|days| days.iter().map(|days| format!("{} – {}", days.from, days.last())).collect::<Vec<_>>().join("、"));
    let about = [
        text(lang.text(part)),
        text(&row.name),
        text(&row.note),
        Cell::Plain(counted.unwrap_or_else(|| roll.period.to_string())),
    ];
    about.into_iter().chain(counts(lang, row)).collect()
}

/// As [`NUMBERS`] are called.
fn counts(lang: Lang, row: &RollUpRow) -> Vec<Cell> {
    let tally = &row.tally;
    let share: Vec<String> = coverage(tally, row.population).into_iter().map(|(_, share)| share).collect();
    let groups = GROUPS.into_iter().map(Some).chain([None]).map(|group| row.persons_told(group));
    let groups = groups.map(|(persons, told)| figures::cell(lang, persons, told));
    let of = |measure| of_tally(lang, tally, measure);
    let numbers = [Measure::Sessions, Measure::Visits, Measure::Unnamed, Measure::Persons].map(of);
    let served = [Measure::Volunteers, Measure::Minutes].map(of);
    let residents = [row.population.registered, row.population.second].map(Cell::Number);
    let last = served.into_iter().chain(residents).chain([Cell::Plain(share.join(" / "))]);
    numbers.into_iter().chain(groups).chain(last).collect()
}

fn of_tally(lang: Lang, tally: &Tally, measure: Measure) -> Cell {
    figures::cell(lang, tally.value(measure), tally.told(measure))
}

/// The centers, and all of them together as the last row.
fn centers(lang: Lang, roll: &RollUp) -> Table {
    let mut sheet = table(lang, &[&ABOUT[..], &NUMBERS].concat());
    for row in &roll.rows {
        sheet.row(line(lang, "centers.center", roll, row));
    }
    sheet.row(line(lang, "csv.total", roll, &roll.total));
    sheet
}

/// Towns or providers, and all of them together as the last row.
fn parts(lang: Lang, of: &str, rows: &[RollUpRow], total: &RollUpRow) -> Table {
    let mut sheet = table(lang, &[&[of, "rollup.centers"][..], &NUMBERS].concat());
    for row in rows.iter().chain((!rows.is_empty()).then_some(total)) {
        let name = match row.name.as_str() {
            "" if row.code.is_empty() => lang.text("reports.total_once"),
            "" => lang.text("overview.no_provider"),
            name => name.to_owned(),
        };
        sheet.row([text(name), number(row.centers)].into_iter().chain(counts(lang, row)));
    }
    sheet
}

/// All of it together, one number below the other, with who took part and who of them is new.
fn whole(lang: Lang, roll: &RollUp, cut: &RollUpCut) -> Table {
    let (total, found, population) = (&roll.total, roll.newcomers, roll.total.population);
    let said = |key: &str| text(lang.text(key));
    let of = |measure: Measure, note: Cell| [said(measure.key()), of_tally(lang, &total.tally, measure), note];
    let mut rows = vec![
        [said("rollup.scope"), text(roll.scope_name(cut, lang)), Cell::Empty],
        [said("reports.period"), Cell::Plain(roll.period.title(lang)), Cell::Empty],
        [said("rollup.centers"), number(roll.centers), Cell::Empty],
        of(Measure::Sessions, Cell::Empty),
        of(Measure::Visits, Cell::Empty),
        of(Measure::Unnamed, Cell::Empty),
        of(Measure::Persons, said("reports.counted_once")),
    ];
    rows.extend(GROUPS.into_iter().map(Some).chain([None]).map(|group| {
        let (persons, told) = total.persons_told(group);
        let name = group.map_or("reports.rest", |group| group.key());
        [said(name), figures::cell(lang, persons, told), said("reports.counted_once")]
    }));
    let residents = figures::cell(lang, found.residents, found.residents_told);
    let newcomers = figures::cell(lang, found.newcomers, found.newcomers_told);
    let new_in_year = text(lang.with("rollup.newcomers", [("n", roll.year(lang))]));
    rows.extend([
        of(Measure::Volunteers, Cell::Empty),
        of(Measure::Minutes, said("unit.minutes")),
        [said("rollup.residents"), residents, said("rollup.residents_note")],
        [new_in_year, newcomers, said("rollup.newcomers_note")],
        [said("figure.registered_population"), Cell::Number(population.registered), Cell::Empty],
        [said("figure.second_population"), Cell::Number(population.second), said(population.second_key())],
    ]);
    for (key, share) in coverage(&total.tally, population) {
        rows.push([said("reports.coverage"), Cell::Plain(lang.with(key, [("n", share)])), Cell::Empty]);
    }
    if let Some(least) = roll.least {
        let note = lang.with("small_cells.note", [("n", least.to_string())]);
        rows.push([said("small_cells.mark"), Cell::Empty, text(note)]);
    }
    let mut sheet = table(lang, &["csv.item", "csv.number", "rollup.note"]);
    for row in rows {
        sheet.row(row);
    }
    sheet
}

/// Month by month beside the year before; nothing of a month that has not begun.
fn trend(lang: Lang, roll: &RollUp) -> Table {
    const OF: [Measure; 2] = [Measure::Visits, Measure::Persons];
    let head = |of: Measure, when: &str| format!("{} · {}", lang.text(of.key()), lang.text(when));
    let heads = OF.into_iter().flat_map(|of| [head(of, "rollup.this"), head(of, "rollup.year_before")]);
    let mut sheet = Table::new(String::new(), std::iter::once(lang.text("reports.month")).chain(heads));
    for step in &roll.trend {
        let cells = OF.into_iter().flat_map(|of| {
            let now = step.now.as_ref().map_or(Cell::Empty, |tally| of_tally(lang, tally, of));
            [now, of_tally(lang, &step.before, of)]
        });
        sheet.row(std::iter::once(Cell::Plain(step.month.to_string())).chain(cells));
    }
    sheet
}

/// Who runs and pays each center, and for whom it is there.
fn served(lang: Lang, roll: &RollUp) -> Table {
    let head = [
        "centers.center",
        "export.town",
        "centers.provider",
        "reports.purchaser",
        "rollup.communities",
        "figure.registered_population",
        "figure.second_population",
        "rollup.note",
    ];
    let mut sheet = table(lang, &head);
    let listed = |names: &[String]| match names {
        [] => Cell::Empty,
        names => text(names.join(&lang.text("list.comma"))),
    };
    for one in &roll.served {
        // As on the page: no number is printed where it is 0.
        let second = Some(one.population.second).filter(|second| *second != 0);
        sheet.row([
            text(&one.name),
            text(&one.town),
            listed(&one.providers),
            listed(&one.purchasers),
            listed(&one.communities),
            Cell::Number(one.population.registered),
            Cell::from(second),
            text(lang.text(one.population.second_key())),
        ]);
    }
    sheet
}

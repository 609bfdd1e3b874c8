//! A frozen report as one table: a number a row, the same columns throughout, so that it can be filtered by its first.

use super::FiledReport;
use crate::figures::{Measure, Telling, cell};
use crate::periodic_reports::document::{FrozenFigure, ToldNumber};
use crate::web::Lang;
use crate::web::table::{Cell, Table};
use crate::web::text::{Named as _, Worded as _};

const COLUMNS: [&str; 7] =
    ["csv.part", "paper.center", "csv.item", "periodic.counted", "csv.number", "paper.unit", "periodic.key"];

/// What a row's number is of.
#[derive(Clone, Copy)]
struct RowOf<'a> {
    part: &'a str,
    center: &'a str,
}

/// All of its figures, those of each center, corrections, months and indicators. Minutes stay minutes.
pub fn table(filed: &FiledReport, lang: Lang) -> Table {
    let document = &filed.document;
    let mut table = Table::new(filed.file(), COLUMNS.map(|key| lang.text(key)));
    for figure in &document.figures {
        let part = lang.text(figure.section.key());
        row(&mut table, lang, RowOf { part: &part, center: "" }, figure);
    }
    for part in &document.by_center {
        let center = document.centers.iter().find(|center| center.id == part.center);
        let center = center.map_or("", |center| center.name.as_str());
        for figure in &part.figures {
            row(&mut table, lang, RowOf { part: &lang.text(figure.section.key()), center }, figure);
        }
    }
    for told in &document.adjustments {
        let part = format!("{} {}", lang.text("periodic.adjustments"), told.report);
        for figure in &told.figures {
            row(&mut table, lang, RowOf { part: &part, center: "" }, figure);
        }
    }
    for month in &document.months {
        let days = format!("{} – {}", month.from, month.to);
        let sessions = ToldNumber::of(Measure::Sessions, Some(month.sessions), false);
        let all =
            [(Measure::Sessions, sessions), (Measure::Visits, month.visits()), (Measure::Persons, month.persons())];
        for (measure, told) in all {
            table.row([
                Cell::Plain(lang.text("reports.month")),
                Cell::Empty,
                Cell::Plain(days.clone()),
                Cell::Plain(lang.text(measure.key())),
                number(lang, told),
                Cell::Plain(lang.text(measure.unit().key())),
                Cell::Plain(measure.code().to_owned()),
            ]);
        }
    }
    beside(filed, lang, &mut table);
    table
}

/// What is no figure: indicators as they are read, and what residents say.
fn beside(filed: &FiledReport, lang: Lang, table: &mut Table) {
    for one in &filed.document.indicators {
        let numbers = [
            ("indicators.target", one.target()),
            ("indicators.done", one.done()),
            ("periodic.expected", one.expected()),
        ];
        for (key, told) in numbers {
            table.row([
                Cell::Plain(lang.text("paper_part.indicators")),
                Cell::Text(one.center.clone().unwrap_or_default()),
                Cell::Text(one.called(lang)),
                Cell::Plain(lang.text(key)),
                told.whole().map_or_else(|| Cell::Plain(told.told(lang)), Cell::Number),
                Cell::Plain(lang.text(one.unit.key())),
                Cell::Empty,
            ]);
        }
    }
    if let Some(told) = &filed.document.satisfaction {
        table.row([
            Cell::Plain(lang.text("periodic.satisfaction")),
            Cell::Empty,
            Cell::Plain(told.told(lang)),
            Cell::Empty,
            told.mean().map_or(Cell::Empty, Cell::Plain),
            Cell::Empty,
            Cell::Empty,
        ]);
    }
}

fn row(table: &mut Table, lang: Lang, of: RowOf<'_>, figure: &FrozenFigure) {
    table.row([
        Cell::Plain(of.part.to_owned()),
        Cell::Text(of.center.to_owned()),
        Cell::Text(figure.in_lang(lang).to_owned()),
        Cell::Plain(lang.text(figure.measure.key())),
        number(lang, figure.told()),
        Cell::Plain(lang.text(figure.unit.key())),
        Cell::Plain(figure.key.clone()),
    ]);
}

fn number(lang: Lang, told: ToldNumber) -> Cell {
    let telling = match (told.value, told.at_least) {
        (None, _) => Telling::Hidden,
        (Some(_), true) => Telling::AtLeast,
        (Some(_), false) => Telling::Exactly,
    };
    cell(lang, told.value.unwrap_or(0), telling)
}

//! Frozen figures as tables on a page: a section each, with what they are compared with beside them and the way to the rows behind them.

use super::document::{FrozenAdjustment, FrozenFigure, ToldNumber};
use super::periods::PeriodName;
use super::rules;
use crate::figures::behind::has_rows;
use crate::figures::{Measure, Period, Section};

/// A section of frozen figures as a table: an item a row, a measure a column.
pub struct FrozenTable {
    pub section: Section,
    pub measures: Vec<Measure>,
    pub rows: Vec<FrozenRow>,
}

impl FrozenTable {
    /// Whether each row has a number in each column.
    pub fn is_even(&self) -> bool {
        self.rows.iter().all(|row| row.cells.len() == self.measures.len())
    }
}

/// An adjustment as a page shows it.
pub struct ShownAdjustment {
    pub report: String,
    pub name: PeriodName,
    /// None where it is not known.
    pub tables: Vec<FrozenTable>,
    pub unknown: bool,
}

impl ShownAdjustment {
    pub fn of(told: &FrozenAdjustment) -> Self {
        let days = Period { from: told.from, to: told.to.plus_days(1) };
        Self {
            report: told.report.clone(),
            name: PeriodName::of(told.kind, days),
            tables: tables(&told.figures, &[]),
            unknown: told.unknown,
        }
    }
}

pub struct FrozenRow {
    /// The first of its figures, which names it.
    pub of: FrozenFigure,
    pub cells: Vec<FrozenCell>,
}

/// A number, and beside it those it is compared with: none where they do not know it.
pub struct FrozenCell {
    /// The figure's.
    pub key: String,
    pub section: Section,
    pub measure: Measure,
    pub told: ToldNumber,
    pub others: Vec<Option<ToldNumber>>,
}

impl FrozenCell {
    /// Where the rows behind it are, below `rows`; none where there are none, and of workers, who are numbered anew in each version.
    pub fn rows(&self, rows: &str) -> Option<String> {
        let opens = !rows.is_empty() && !rules::is_of_workers(self.section) && has_rows(self.measure);
        let key = || form_urlencoded::byte_serialize(self.key.as_bytes()).collect::<String>();
        opens.then(|| format!("{rows}?figure={}", key()))
    }
}

/// Figures as tables, a section each, with those of `others` beside them.
pub fn tables(figures: &[FrozenFigure], others: &[&[FrozenFigure]]) -> Vec<FrozenTable> {
    let sections = figures.chunk_by(|one, other| one.section == other.section);
    let beside = |key: &str| {
        others.iter().map(|other| other.iter().find(|figure| figure.key == key).map(FrozenFigure::told)).collect()
    };
    let row = |row: &[FrozenFigure]| FrozenRow {
        of: row[0].clone(),
        cells: row
            .iter()
            .map(|figure| FrozenCell {
                key: figure.key.clone(),
                section: figure.section,
                measure: figure.measure,
                told: figure.told(),
                others: beside(&figure.key),
            })
            .collect(),
    };
    sections
        .map(|section| {
            let rows = section.chunk_by(|one, other| item_of(one) == item_of(other)).map(row);
            // There are many subgroups, and of most of them nobody came.
            let is_told = |row: &FrozenRow| {
                let is_something = |told: &ToldNumber| told.value != Some(0);
                let mut cells = row.cells.iter();
                row.of.section != Section::Subgroups
                    || cells.any(|one| is_something(&one.told) || one.others.iter().flatten().any(is_something))
            };
            let rows: Vec<FrozenRow> = rows.filter(is_told).collect();
            let mut measures: Vec<Measure> = Vec::new();
            for cell in rows.iter().flat_map(|row| &row.cells) {
                if !measures.contains(&cell.measure) {
                    measures.push(cell.measure);
                }
            }
            FrozenTable { section: section[0].section, measures, rows }
        })
        .filter(|table: &FrozenTable| !table.rows.is_empty())
        .collect()
}

/// What a figure is of: its key after the measure. What has no such part is of the whole, or a row by itself.
fn item_of(figure: &FrozenFigure) -> (&str, &str) {
    let item = figure.key.strip_prefix(figure.measure.code()).unwrap_or_default();
    (item, figure.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::periodic_reports::document::tests::figure;

    #[test]
    fn figures_stand_in_tables_with_what_was_before_beside_them() {
        let figures = [
            figure("sessions", Section::Total, Measure::Sessions, 4, ""),
            figure("visits", Section::Total, Measure::Visits, 30, ""),
            figure("visits.elderly", Section::Groups, Measure::Visits, 12, "老年人"),
            figure("persons.elderly", Section::Groups, Measure::Persons, 5, "老年人"),
            figure("visits.none", Section::Groups, Measure::Visits, 18, "其他"),
        ];
        let before = [figure("visits", Section::Total, Measure::Visits, 20, "")];
        let tables = tables(&figures, &[&before]);
        assert_eq!(tables.iter().map(|table| table.rows.len()).collect::<Vec<_>>(), [1, 2]);
        let cells = &tables[0].rows[0].cells;
        assert_eq!(cells[1].others, [Some(before[0].told())]);
        assert_eq!(cells[0].others, [None]);
        assert_eq!(tables[1].measures, [Measure::Visits, Measure::Persons]);
    }
}

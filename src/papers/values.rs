//! Numbers as a paper shows them.

use crate::documents::{ColumnKind, PaperCell};
use crate::figures::{Figure, FigureUnit, Measure, Section, Telling, shown};
use crate::indicators::IndicatorUnit;
use crate::web::Lang;

/// A figure as a paper reads it: with the name of what it is of, and as its reader may know it.
#[derive(Clone, Debug)]
pub struct PaperFigure {
    /// As [`Figure::key`].
    pub key: String,
    pub section: Section,
    /// What it is of; empty for the whole.
    pub label: String,
    pub measure: Measure,
    /// The number, or what stands in its place.
    pub cell: PaperCell,
}

/// What a number says, as far as it is told: no paper reads a figure's value anywhere else.
pub fn told(lang: Lang, measure: Measure, value: i64, told: Telling) -> PaperCell {
    match told {
        Telling::Exactly => PaperCell::Number(value),
        Telling::AtLeast | Telling::Hidden => PaperCell::Text(shown(lang, measure, value, told)),
    }
}

impl PaperFigure {
    pub fn of(lang: Lang, figure: &Figure) -> Self {
        Self {
            key: figure.key(),
            section: figure.section,
            label: figure.item.label(lang),
            measure: figure.measure,
            cell: told(lang, figure.measure, figure.value, figure.told),
        }
    }

    /// All of a list.
    pub fn all(lang: Lang, figures: &[Figure]) -> Vec<Self> {
        figures.iter().map(|figure| Self::of(lang, figure)).collect()
    }

    /// As it is read: minutes as hours.
    pub fn shown(&self) -> String {
        self.cell.shown(column_kind(self.measure))
    }

    /// The number, where it is told.
    pub fn number(&self) -> Option<i64> {
        number(&self.cell)
    }

    /// As a cell of a column that holds numbers of several kinds.
    pub(super) fn mixed(&self) -> PaperCell {
        mixed(column_kind(self.measure), self.number()).unwrap_or_else(|| self.cell.clone())
    }

    /// What comes after the measure in its key: the figures of one thing share it.
    pub(super) fn item(&self) -> &str {
        self.key.split_once('.').map_or("", |(_, item)| item)
    }

    /// Whether it stands beside `other` in one row.
    pub(super) fn is_with(&self, other: &Self) -> bool {
        (self.section, self.item(), &self.label) == (other.section, other.item(), &other.label)
    }

    pub(super) fn unit(&self, lang: Lang) -> String {
        match self.measure.unit() {
            FigureUnit::Minutes => lang.text("unit.hours"),
            unit @ (FigureUnit::Sessions | FigureUnit::Visits | FigureUnit::Persons | FigureUnit::Units) => {
                lang.text(unit.key())
            }
        }
    }
}

/// How the numbers of a measure are written.
pub(super) fn column_kind(measure: Measure) -> ColumnKind {
    match measure.unit() {
        FigureUnit::Minutes => ColumnKind::Hours,
        FigureUnit::Sessions | FigureUnit::Visits | FigureUnit::Persons | FigureUnit::Units => ColumnKind::Count,
    }
}

/// How the numbers of an indicator are written.
pub fn indicator_kind(unit: IndicatorUnit) -> ColumnKind {
    match unit {
        IndicatorUnit::Hours => ColumnKind::Hours,
        IndicatorUnit::Yuan => ColumnKind::Yuan,
        IndicatorUnit::Sessions
        | IndicatorUnit::Activities
        | IndicatorUnit::Cases
        | IndicatorUnit::Meetings
        | IndicatorUnit::Groups
        | IndicatorUnit::Visits
        | IndicatorUnit::Persons
        | IndicatorUnit::Households
        | IndicatorUnit::Items => ColumnKind::Count,
    }
}

/// The number of a cell that has one.
pub(super) fn number(cell: &PaperCell) -> Option<i64> {
    match cell {
        PaperCell::Number(number) | PaperCell::Of(_, number) => Some(*number),
        PaperCell::Empty | PaperCell::Text(_) | PaperCell::Day(_) => None,
    }
}

/// A number of its own kind, in a column of counts.
pub(super) fn mixed(kind: ColumnKind, number: Option<i64>) -> Option<PaperCell> {
    match kind {
        ColumnKind::Count => number.map(PaperCell::Number),
        kind => number.map(|number| PaperCell::Of(kind, number)),
    }
}

/// Where a number would stand that is not told, or that there is not.
pub(super) fn dash() -> PaperCell {
    PaperCell::Text("—".to_owned())
}

/// `part` of `whole` in thousandths.
pub(super) fn share(part: &PaperCell, whole: &PaperCell) -> PaperCell {
    match (number(part), number(whole)) {
        (Some(part), Some(whole)) if whole > 0 => {
            PaperCell::Number((part.saturating_mul(1_000) + whole / 2).div_euclid(whole))
        }
        _ => dash(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_and_of_what_is_not_told_is_a_dash() {
        let share = |part: PaperCell, whole: PaperCell| share(&part, &whole).shown(ColumnKind::Percent);
        let number = PaperCell::Number;
        assert_eq!(
            [share(number(1), number(3)), share(number(3), number(3)), share(number(0), number(3))],
            ["33.3%", "100.0%", "0.0%"]
        );
        assert_eq!([share(number(1), number(0)), share(number(1), dash()), share(dash(), number(5))], ["—", "—", "—"]);
    }

    #[test]
    fn numbers_of_several_kinds_stand_in_one_column() {
        let shown = |kind| mixed(kind, Some(195)).map(|cell| cell.shown(ColumnKind::Count)).unwrap_or_default();
        assert_eq!([shown(ColumnKind::Count), shown(ColumnKind::Hours)], ["195", "3.3"]);
        assert_eq!(mixed(ColumnKind::Hours, None), None);
    }
}

//! Where the names of a form point, and what must be known of a sheet before cells of it are filled: what is merged, and what a formula
//! fills.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::SheetFault;
use super::filling::MOST_CELLS;
use super::package::attribute;
use super::places::{COLUMNS, LAST_ROW, name_of, place_of};

/// Merged areas, and cells with formulas, of a sheet that is filled.
const MOST_MERGES: usize = 5_000;
const MOST_FORMULAS: usize = 200_000;

/// A rectangle of cells, with its last row and column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) top: u32,
    pub(super) left: usize,
    pub(super) bottom: u32,
    pub(super) right: usize,
}

impl Area {
    /// `$D$5` or `$D$5:$F$5`.
    pub(super) fn of(cells: &str) -> Option<Self> {
        let (first, last) = cells.split_once(':').unwrap_or((cells, cells));
        let ((top, left), (bottom, right)) = (place_of(first)?, place_of(last)?);
        let is_one = 0 < top && top <= bottom && bottom <= LAST_ROW && left <= right && right < COLUMNS;
        is_one.then_some(Self { top, left, bottom, right })
    }

    pub(super) fn holds(&self, row: u32, column: usize) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&column)
    }

    pub(super) fn shown(&self) -> String {
        let (first, last) = (name_of(self.top, self.left), name_of(self.bottom, self.right));
        if first == last { first } else { format!("{first}:{last}") }
    }
}

/// `'月报表'!$D$5` as the sheet's name and the area; none where it points at nothing, or at several places.
pub(super) fn pointed_at(text: &str) -> Option<(String, Area)> {
    let text = text.trim().trim_start_matches('=');
    let (sheet, cells) = match text.strip_prefix('\'') {
        Some(quoted) => {
            let (sheet, cells) = quoted.rsplit_once("'!")?;
            // A quote by itself ends a sheet's name: what follows is another place.
            if sheet.replace("''", "").contains('\'') {
                return None;
            }
            (sheet.replace("''", "'"), cells)
        }
        None => {
            let (sheet, cells) = text.rsplit_once('!')?;
            if sheet.contains(['!', ',', '\'']) {
                return None;
            }
            (sheet.to_owned(), cells)
        }
    };
    Some((sheet, Area::of(cells)?))
}

/// What must be known of a sheet before its cells are filled.
#[derive(Debug, Default)]
pub(super) struct SheetLook {
    merges: Vec<Area>,
    formulas: BTreeSet<(u32, usize)>,
    /// The cells of formulas that fill several at once.
    arrays: Vec<Area>,
}

impl SheetLook {
    pub(super) fn of(xml: &str) -> Result<Self, SheetFault> {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        let (mut look, mut row, mut next) = (Self::default(), 0_u32, 0_usize);
        loop {
            let tag = match reader.read_event().map_err(|_| SheetFault::Broken)? {
                Event::Eof => return Ok(look),
                Event::Start(tag) | Event::Empty(tag) => tag,
                _ => continue,
            };
            let area = || attribute(&tag, "ref").and_then(|area| Area::of(&area));
            let local = tag.local_name();
            let name: &str = local.as_ref();
            match name {
                "row" => {
                    let number = attribute(&tag, "r").and_then(|number| number.parse().ok());
                    (row, next) = (number.unwrap_or(row.saturating_add(1)), 0);
                }
                "c" => {
                    let place = attribute(&tag, "r").and_then(|name| place_of(&name));
                    next = place.map_or(next, |(_, column)| column) + 1;
                }
                "f" => {
                    _ = look.formulas.insert((row, next.saturating_sub(1)));
                    if matches!(attribute(&tag, "t").as_deref(), Some("array" | "dataTable")) {
                        look.arrays.extend(area());
                    }
                }
                "mergeCell" => look.merges.extend(area()),
                _ => {}
            }
            if look.merges.len().max(look.arrays.len()) > MOST_MERGES || look.formulas.len() > MOST_FORMULAS {
                return Err(SheetFault::TooManyCells);
            }
        }
    }

    pub(super) fn has_formula(&self, row: u32, column: usize) -> bool {
        self.formulas.contains(&(row, column)) || self.arrays.iter().any(|area| area.holds(row, column))
    }

    pub(super) fn merge_at(&self, row: u32, column: usize) -> Option<&Area> {
        self.merges.iter().find(|merge| merge.holds(row, column))
    }

    /// The cells of a named area that are filled, from top to bottom: of a merged area the first. None where they do not stand one
    /// below the other, or are too many.
    pub(super) fn cells(&self, area: &Area) -> Option<Vec<(u32, usize)>> {
        if area.top == area.bottom && area.left == area.right {
            let merge = self.merge_at(area.top, area.left);
            return Some(vec![merge.map_or((area.top, area.left), |merge| (merge.top, merge.left))]);
        }
        let (mut row, mut cells) = (area.top, Vec::new());
        while row <= area.bottom {
            let next = match self.merge_at(row, area.left) {
                Some(merge) if (merge.top, merge.left) == (row, area.left) && merge.right >= area.right => {
                    merge.bottom + 1
                }
                None if area.left == area.right => row + 1,
                _ => return None,
            };
            cells.push((row, area.left));
            if cells.len() > MOST_CELLS {
                return None;
            }
            row = next;
        }
        Some(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_points_at_an_area_of_a_sheet() {
        let area = |top, left, bottom, right| Area { top, left, bottom, right };
        assert_eq!(pointed_at("'月报表'!$D$5"), Some(("月报表".to_owned(), area(5, 3, 5, 3))));
        assert_eq!(pointed_at("Sheet1!$A$2:$F$9"), Some(("Sheet1".to_owned(), area(2, 0, 9, 5))));
        assert_eq!(pointed_at("'It''s'!B1"), Some(("It's".to_owned(), area(1, 1, 1, 1))));
        for nowhere in [
            "#REF!",
            "'a'!#REF!",
            "a!$A$1,a!$B$1",
            "'a'!$A$1,'b'!$B$1",
            "a!$A:$A",
            "a!$1:$1",
            "7",
            "",
            "a!A0",
            "a!B2:A1",
        ] {
            assert_eq!(pointed_at(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn merged_cells_are_one() {
        let merges = ["D2:F2", "A5:B6", "A7:B7", "H1:H3"].map(|area| Area::of(area).unwrap()).to_vec();
        let look = SheetLook { merges, ..SheetLook::default() };
        let cells = |area: &str| look.cells(&Area::of(area).unwrap());
        assert_eq!(cells("D2"), Some(vec![(2, 3)]));
        assert_eq!(cells("E2"), Some(vec![(2, 3)]), "the first of its merged area");
        assert_eq!(cells("D2:F2"), Some(vec![(2, 3)]));
        assert_eq!(cells("H1:H3"), Some(vec![(1, 7)]), "one cell, and no list");
        assert_eq!(cells("A5:B7"), Some(vec![(5, 0), (7, 0)]));
        assert_eq!(cells("C1:C4"), Some(vec![(1, 2), (2, 2), (3, 2), (4, 2)]));
        assert_eq!(cells("D2:G2"), None, "wider than what is merged");
        assert_eq!(cells("J1:K1"), None, "two side by side");
        assert_eq!(cells("A6:A8"), None, "begins in the middle of a merged area");
        assert_eq!(cells("A1:A1048576"), None, "too many");
    }
}

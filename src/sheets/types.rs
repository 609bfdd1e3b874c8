//! A table as rows of cells, and why a file is none.

use chrono::{NaiveDateTime, NaiveTime};

use super::{MAX_BYTES, MAX_CELL_CHARS, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT};
use crate::error::{Error, Fault, FieldErrors};

/// A file's sheets, in their order. A text file has one, without a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    pub sheets: Vec<BookSheet>,
}

/// A sheet: its rows that hold something, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BookSheet {
    pub name: String,
    /// Hidden sheets are read as well; whoever shows a choice may leave them out.
    pub is_hidden: bool,
    pub rows: Vec<SheetRow>,
}

/// A row that holds something.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetRow {
    /// As the sheet counts: the first is 1.
    pub number: u32,
    /// From column A to the last cell that holds something.
    pub cells: Vec<SheetCell>,
}

/// What stands in a cell. A formula is what it came to when the file was saved; an error is its text (`#N/A`).
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SheetCell {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    /// A number that is formatted as a date. A time of day alone, or a span of time, is a text (`14:30`).
    Date(NaiveDateTime),
    Bool(bool),
}

impl SheetCell {
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// What stands there, as one would read it: `13800138000`, `0.3`, `2026-03-05`, `2026-03-05 14:30`, `TRUE`. Empty for
    /// nothing. Numbers have all their digits, but no more than the 15 that Excel keeps.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => digits(*number),
            Self::Date(at) if at.time() == NaiveTime::MIN => at.format("%Y-%m-%d").to_string(),
            Self::Date(at) => at.format("%Y-%m-%d %H:%M").to_string(),
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
        }
    }

    /// Whether this is a number so long that its last digits are lost: an ID number of 18 digits that was typed into a cell
    /// for numbers ends in zeros for ever.
    pub fn has_lost_digits(&self) -> bool {
        matches!(self, Self::Number(number) if number.abs() >= 1e15)
    }
}

fn digits(number: f64) -> String {
    // 15 digits, as Excel shows: 0.1 + 0.2 is 0.3.
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

impl BookSheet {
    /// How many columns there are: the first one after the last that holds something has this place.
    pub fn width(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0)
    }
}

/// Why a file is not read, or not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetFault {
    Empty,
    TooLarge,
    /// An .xls of before 2007, or a workbook with a password: the two look alike from outside.
    OldOrLocked,
    /// A zip file that is no workbook: a document, a binary workbook.
    NotAWorkbook,
    /// Neither a workbook nor text: a picture, a PDF.
    NotATable,
    /// A page (HTML) or XML that is called a table.
    Markup,
    /// Text in no encoding that is known here.
    Encoding,
    /// Something in it is not as it must be: cut off, or made to harm.
    Broken,
    /// Its parts are larger together than a table's would be.
    Unpacked,
    TooManyRows,
    TooManyColumns,
    TooManyCells,
    /// A cell's text is too long.
    CellTooLong,
    /// All texts together are.
    TooMuchText,
    /// There is a formula in a cell that is to be written.
    Formula,
    /// It has no sheet, row or column like that.
    NoSuchPlace,
}

impl From<SheetFault> for Fault {
    fn from(fault: SheetFault) -> Self {
        let megabytes = |bytes: usize| bytes >> 20;
        match fault {
            SheetFault::Empty => Self::new("sheet_fault.empty"),
            SheetFault::TooLarge => Self::bound("sheet_fault.too_large", megabytes(MAX_BYTES)),
            SheetFault::OldOrLocked => Self::new("sheet_fault.old_or_locked"),
            SheetFault::NotAWorkbook => Self::new("sheet_fault.not_a_workbook"),
            SheetFault::NotATable => Self::new("sheet_fault.not_a_table"),
            SheetFault::Markup => Self::new("sheet_fault.markup"),
            SheetFault::Encoding => Self::new("sheet_fault.encoding"),
            SheetFault::Broken => Self::new("sheet_fault.broken"),
            SheetFault::Unpacked => Self::bound("sheet_fault.unpacked", megabytes(super::package::MAX_UNPACKED)),
            SheetFault::TooManyRows => Self::bound("sheet_fault.too_many_rows", MAX_ROWS),
            SheetFault::TooManyColumns => Self::bound("sheet_fault.too_many_columns", MAX_COLUMNS),
            SheetFault::TooManyCells => Self::bound("sheet_fault.too_many_cells", MAX_CELLS),
            SheetFault::CellTooLong => Self::bound("sheet_fault.cell_too_long", MAX_CELL_CHARS),
            SheetFault::TooMuchText => Self::bound("sheet_fault.too_much_text", megabytes(MAX_TEXT)),
            SheetFault::Formula => Self::new("sheet_fault.formula"),
            SheetFault::NoSuchPlace => Self::new("sheet_fault.no_such_place"),
        }
    }
}

impl SheetFault {
    /// As the fault of the form's field in which the file was sent.
    pub fn in_field(self, name: &str) -> Error {
        Error::Invalid(FieldErrors::one(name, self.into()))
    }
}

/// Rows while they are read: says no before there are too many.
#[derive(Debug, Default)]
pub(super) struct CellCount {
    cells: usize,
    text: usize,
}

impl CellCount {
    /// Puts a cell that is not empty into its place, counting from 0.
    pub(super) fn place(
        &mut self,
        cells: &mut Vec<SheetCell>,
        column: usize,
        cell: SheetCell,
    ) -> Result<(), SheetFault> {
        if column >= MAX_COLUMNS {
            return Err(SheetFault::TooManyColumns);
        }
        if column >= cells.len() {
            self.cells += column + 1 - cells.len();
            if self.cells > MAX_CELLS {
                return Err(SheetFault::TooManyCells);
            }
            cells.resize_with(column + 1, SheetCell::default);
        }
        cells[column] = cell;
        Ok(())
    }

    /// Counts a text before it is copied.
    pub(super) fn text(&mut self, text: &str) -> Result<(), SheetFault> {
        // Two of Excel's characters are one of ours at most, and one of ours has four bytes at most.
        if text.len() > MAX_CELL_CHARS && text.chars().count() > MAX_CELL_CHARS {
            return Err(SheetFault::CellTooLong);
        }
        self.text += text.len();
        if self.text > MAX_TEXT { Err(SheetFault::TooMuchText) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_with_the_digits_that_excel_keeps() {
        let shown = |number| SheetCell::Number(number).shown();
        assert_eq!(shown(13_800_138_000.0), "13800138000");
        assert_eq!((shown(0.1 + 0.2), shown(-0.0), shown(1.5)), ("0.3".into(), "0".into(), "1.5".into()));
        assert_eq!(shown(441_900_195_001_011_234.0), "441900195001011000");
        assert!(SheetCell::Number(441_900_195_001_011_234.0).has_lost_digits());
        assert!(!SheetCell::Number(13_800_138_000.0).has_lost_digits());
    }

    #[test]
    fn gaps_are_counted_as_cells() {
        let mut counted = CellCount::default();
        for _ in 0..MAX_CELLS / 100 {
            counted.place(&mut Vec::new(), 99, SheetCell::Bool(true)).unwrap();
        }
        assert_eq!(counted.place(&mut Vec::new(), 0, SheetCell::Bool(true)), Err(SheetFault::TooManyCells));
        assert_eq!(counted.place(&mut Vec::new(), MAX_COLUMNS, SheetCell::Bool(true)), Err(SheetFault::TooManyColumns));
    }
}

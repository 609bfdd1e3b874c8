//! Tables that people keep (rosters, a purchaser's own form): read within bounds, and written back without touching what is
//! not ours. A form says itself which of its cells are filled: by the names that it gives them ([`fill`]).
//!
//! A file comes from anybody, so everything is bounded before it is unpacked or allocated: [`package`] inflates a workbook
//! once, keeping nothing, and only what it found harmless is given to `calamine`. What is refused is refused with a reason
//! ([`SheetFault`]), never with half of the rows.

mod areas;
mod delimited;
mod filling;
pub mod headers;
mod package;
mod patch;
mod places;
mod scan;
mod types;
mod xlsx;

pub use delimited::append_column;
pub use filling::{FilledForm, FormFault, FormName, FormValues, fill, named_cells};
pub use patch::{Entered, Patch, patch};
pub use types::{Book, BookSheet, SheetCell, SheetFault, SheetRow};

/// Bytes of a file.
pub const MAX_BYTES: usize = 10 << 20;

/// Rows of a sheet, counted as the sheet counts them: row 50,001 is one too many.
pub const MAX_ROWS: u32 = 50_000;

pub const MAX_COLUMNS: usize = 200;

/// Cells of all sheets together, with the empty ones before the last of each row.
pub const MAX_CELLS: usize = 1_000_000;

/// Characters of a cell: Excel's own limit.
pub const MAX_CELL_CHARS: usize = 32_767;

/// Bytes of all cells' texts together: one long text may stand in a million cells.
pub const MAX_TEXT: usize = 32 << 20;

/// Reads a file by what it holds, whatever it is called: a workbook (XLSX), or text (CSV).
///
/// It keeps a core busy for up to two seconds: lend it a hand (`crate::hands`).
///
/// # Errors
/// What keeps it from being read.
pub fn read(bytes: &[u8]) -> Result<Book, SheetFault> {
    if bytes.len() > MAX_BYTES {
        return Err(SheetFault::TooLarge);
    }
    match bytes {
        [] => Err(SheetFault::Empty),
        [b'P', b'K', 3, 4, ..] => xlsx::read(bytes),
        // An OLE container: Excel's format until 2003, and what a newer workbook with a password is put into.
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(SheetFault::OldOrLocked),
        bytes => delimited::read(bytes),
    }
}

/// Reads cells that were copied in a spreadsheet program and pasted: separated by tabs. Rows count from 1.
///
/// # Errors
/// As [`read`].
pub fn read_pasted(text: &str) -> Result<Book, SheetFault> {
    if text.len() > MAX_BYTES {
        return Err(SheetFault::TooLarge);
    }
    delimited::read_pasted(text)
}

#[cfg(test)]
mod filling_tests;

#[cfg(test)]
mod hostile;

//! A workbook as another program reads it.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};

use super::Answer;

pub(crate) type SheetRows = Vec<Vec<Data>>;

/// A workbook's sheets under their names; no cell of any is a formula.
pub(crate) fn sheets(file: &Answer) -> Vec<(String, SheetRows)> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file.body.clone())).expect("a workbook");
    let names = book.sheet_names();
    let sheet = |name: String| {
        let formulas = book.worksheet_formula(&name).unwrap();
        assert!(formulas.is_empty(), "{name}: {formulas:?}");
        let rows = book.worksheet_range(&name).unwrap().rows().map(<[Data]>::to_vec).collect();
        (name, rows)
    };
    names.into_iter().map(sheet).collect()
}

/// What a row says.
pub(crate) fn texts(row: &[Data]) -> Vec<String> {
    row.iter().map(ToString::to_string).collect()
}

/// What the first sheet says, row by row.
pub(crate) fn first_sheet(file: &Answer) -> Vec<Vec<String>> {
    let rows = sheets(file).into_iter().next().map(|(_, rows)| rows).unwrap_or_default();
    rows.iter().map(|row| texts(row)).collect()
}

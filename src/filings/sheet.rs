//! A filled profile as a file: every cell is text.

use super::rules;
use super::types::{FilingAsked, FilingFormat, FilingRow, FilledProfile};
use crate::centers::Center;
use crate::error::Result;
use crate::web::table::{Cell, File, Table};

/// The cells of one row, in the columns' order.
pub(super) fn cells(filling: &FilledProfile, row: &FilingRow, number: usize) -> Vec<Option<String>> {
    filling.columns.iter().map(|column| rules::cell(column, row, number)).collect()
}

/// The file, called as the profile says.
///
/// # Errors
/// `Internal` for what no workbook holds.
pub(super) fn file(filling: &FilledProfile, center: &Center, asked: &FilingAsked) -> Result<File> {
    let name = rules::file_name(&filling.profile.file_name, &center.head.name, asked.from, asked.to);
    let mut table = Table::new(name, filling.columns.iter().map(|column| column.title.clone()));
    for (number, row) in (1..).zip(&filling.rows) {
        table.row(cells(filling, row, number).into_iter().map(|text| text.map_or(Cell::Empty, Cell::Text)));
    }
    match filling.profile.format {
        FilingFormat::Workbook => table.text_xlsx(),
        FilingFormat::Utf8 => Ok(table.csv_of_titles(false)),
        FilingFormat::Gb18030 => Ok(table.csv_of_titles(true)),
    }
}

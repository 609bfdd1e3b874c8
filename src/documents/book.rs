//! Tables as a workbook: a sheet each, real numbers with their formats, and the head in view.

use std::collections::BTreeSet;

use chrono::Datelike;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::types::{ColumnKind, PaperCell, PaperColumn, PaperTable};
use crate::clock::Date;
use crate::error::{Error, Result};

/// Characters of a sheet's name: Excel's own limit.
const NAME: usize = 31;

/// The widest column, in characters; longer texts break.
const WIDEST: u32 = 60;

/// The workbook.
///
/// # Errors
/// `Internal` for more rows or longer texts than a workbook holds.
pub fn book(tables: &[PaperTable]) -> Result<Vec<u8>> {
    made(tables).map_err(Error::internal)
}

fn made(tables: &[PaperTable]) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The same tables are the same file; when it was fetched is nobody's matter.
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    let mut names = BTreeSet::new();
    for table in tables {
        fill(book.add_worksheet().set_name(sheet_name(&table.title, &mut names))?, table)?;
    }
    book.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, table: &PaperTable) -> std::result::Result<(), XlsxError> {
    let head = Format::new().set_bold().set_text_wrap();
    let formats: Vec<Format> = table.columns.iter().map(|column| format(column.kind)).collect();
    sheet.set_freeze_panes(1, 0)?.set_landscape().set_paper_size(9);
    for (column, PaperColumn { title, width, .. }) in (0..).zip(&table.columns) {
        sheet.set_column_width(column, (*width).clamp(6, WIDEST))?;
        sheet.write_string_with_format(0, column, title, &head)?;
    }
    for (row, cells) in (1..).zip(&table.rows) {
        for (column, (cell, format)) in (0..).zip(cells.iter().zip(&formats)) {
            let kind = table.columns.get(usize::from(column)).map_or(ColumnKind::Text, |column| column.kind);
            match cell {
                PaperCell::Empty => {}
                PaperCell::Text(text) => _ = sheet.write_string_with_format(row, column, text, format)?,
                PaperCell::Number(number) => {
                    sheet.write_number_with_format(row, column, value(*number, kind), format)?;
                }
                PaperCell::Of(kind, number) => {
                    sheet.write_number_with_format(row, column, value(*number, *kind), &self::format(*kind))?;
                }
                PaperCell::Day(day) => match serial(*day) {
                    Some(at) => _ = sheet.write_datetime_with_format(row, column, &at, format)?,
                    None => _ = sheet.write_string_with_format(row, column, day.to_string(), format)?,
                },
            }
        }
    }
    if let (Ok(rows), Ok(columns @ 1..)) = (u32::try_from(table.rows.len()), u16::try_from(table.columns.len())) {
        sheet.autofilter(0, 0, rows, columns - 1)?;
        sheet.set_repeat_rows(0, 0)?;
    }
    Ok(())
}

fn format(kind: ColumnKind) -> Format {
    match kind {
        ColumnKind::Text => Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top),
        ColumnKind::Count => Format::new().set_num_format("#,##0"),
        ColumnKind::Hours => Format::new().set_num_format("#,##0.0"),
        ColumnKind::Percent => Format::new().set_num_format("0.0%"),
        ColumnKind::Yuan => Format::new().set_num_format("#,##0.00"),
        ColumnKind::Day => Format::new().set_num_format("yyyy-mm-dd"),
    }
}

/// Counts, minutes and thousandths are far below the whole numbers that a spreadsheet knows exactly.
fn value(number: i64, kind: ColumnKind) -> f64 {
    let number = number as f64;
    match kind {
        ColumnKind::Hours => number / 60.0,
        ColumnKind::Percent => number / 1_000.0,
        ColumnKind::Yuan => number / 100.0,
        ColumnKind::Text | ColumnKind::Count | ColumnKind::Day => number,
    }
}

/// A day as a spreadsheet counts it: none before 1900.
fn serial(day: Date) -> Option<ExcelDateTime> {
    let (year, month, of_month) = (day.0.year(), day.0.month(), day.0.day());
    ExcelDateTime::from_ymd(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(of_month).ok()?).ok()
}

/// A name that a sheet may have, and that no other has, whatever its capitals.
fn sheet_name(title: &str, taken: &mut BTreeSet<String>) -> String {
    let fits = |c: char| if c.is_control() || "[]:*?/\\'".contains(c) { ' ' } else { c };
    let clean: String = title.chars().map(fits).collect();
    let clean = match clean.trim() {
        "" => "1",
        // Excel keeps this one for itself.
        name if name.eq_ignore_ascii_case("history") => "History 1",
        name => name,
    };
    let cut = |room: usize| cut(clean, room);
    let mut name = cut(NAME);
    let mut number = 2;
    while !taken.insert(name.to_lowercase()) {
        let ending = format!(" ({number})");
        name = cut(NAME - ending.len()) + &ending;
        number += 1;
    }
    name
}

/// As much of a text as fits: Excel counts UTF-16.
fn cut(text: &str, room: usize) -> String {
    let mut left = room;
    let fits = |c: &char| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    };
    text.chars().take_while(fits).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheets::{SheetCell, read};

    #[test]
    fn numbers_are_numbers_and_text_is_text() {
        let column = |title: &str, kind| PaperColumn::new(title, kind, 12);
        let table = PaperTable {
            title: "合计".into(),
            columns: vec![
                column("项目", ColumnKind::Text),
                column("人次", ColumnKind::Count),
                column("时数", ColumnKind::Hours),
                column("占比", ColumnKind::Percent),
                column("日期", ColumnKind::Day),
            ],
            rows: vec![vec![
                PaperCell::Text("=1+1".into()),
                PaperCell::Number(1_234),
                PaperCell::Number(195),
                PaperCell::Number(123),
                PaperCell::Day(Date::parse("2026-03-05").unwrap()),
            ]],
        };
        let found = read(&book(&[table.clone(), table]).unwrap()).unwrap();
        let names: Vec<&str> = found.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        assert_eq!(names, ["合计", "合计 (2)"]);
        let cells = &found.sheets[1].rows[1].cells;
        assert_eq!(cells[0], SheetCell::Text("=1+1".into()));
        assert_eq!(cells[1..4], [SheetCell::Number(1_234.0), SheetCell::Number(3.25), SheetCell::Number(0.123)]);
        assert_eq!(cells[4].shown(), "2026-03-05");
    }

    #[test]
    fn sheets_have_names_that_a_workbook_takes() {
        let mut taken = BTreeSet::new();
        let mut name = |title: &str| sheet_name(title, &mut taken);
        assert_eq!(name("a/b: [c]"), "a b   c");
        assert_eq!((name(""), name("  ")), ("1".to_owned(), "1 (2)".to_owned()));
        assert_eq!(name("HISTORY"), "History 1");
        assert_eq!(name(&"长".repeat(40)).chars().count(), 31);
        assert_eq!(name(&"长".repeat(40)).chars().count(), 31, "cut once more, with a number");
    }
}

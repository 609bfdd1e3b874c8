//! Reading a workbook.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetVisible, Xlsx, XlsxError};
use chrono::{NaiveDate, NaiveDateTime};

use super::package::Package;
use super::types::CellCount;
use super::{Book, BookSheet, MAX_ROWS, SheetCell, SheetFault, SheetRow};

pub(super) fn read(bytes: &[u8]) -> Result<Book, SheetFault> {
    let sheets = Package::open(bytes)?.sheets;
    // It adds without looking where a row's number is too large for a number.
    catch_unwind(AssertUnwindSafe(|| cells(bytes, &sheets))).unwrap_or(Err(SheetFault::Broken))
}

fn cells(bytes: &[u8], sheets: &[(String, Option<String>)]) -> Result<Book, SheetFault> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(fault)?;
    let mut counted = CellCount::default();
    let mut book = Book::default();
    let hidden: Vec<bool> =
        workbook.sheets_metadata().iter().map(|sheet| sheet.visible != SheetVisible::Visible).collect();
    for (number, (name, part)) in sheets.iter().enumerate() {
        let mut rows: BTreeMap<u32, Vec<SheetCell>> = BTreeMap::new();
        if part.is_some() {
            // Cell by cell: a range would be as large as the rectangle from its first cell to its last.
            let mut reader = workbook.worksheet_cells_reader(name).map_err(fault)?;
            while let Some(found) = reader.next_cell().map_err(fault)? {
                let Some(cell) = cell(found.get_value(), &mut counted)? else { continue };
                let (row, column) = found.get_position();
                if row >= MAX_ROWS {
                    return Err(SheetFault::TooManyRows);
                }
                let column = usize::try_from(column).unwrap_or(usize::MAX);
                counted.place(rows.entry(row + 1).or_default(), column, cell)?;
            }
        }
        let rows = rows.into_iter().map(|(number, cells)| SheetRow { number, cells }).collect();
        let is_hidden = hidden.get(number).copied().unwrap_or(false);
        book.sheets.push(BookSheet { name: name.clone(), is_hidden, rows });
    }
    Ok(book)
}

fn fault(error: XlsxError) -> SheetFault {
    match error {
        XlsxError::Password => SheetFault::OldOrLocked,
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => SheetFault::NotAWorkbook,
        _ => SheetFault::Broken,
    }
}

/// What a cell holds, if anything.
fn cell(value: &DataRef<'_>, counted: &mut CellCount) -> Result<Option<SheetCell>, SheetFault> {
    let mut text = |text: &str| {
        counted.text(text)?;
        Ok(Some(SheetCell::Text(text.to_owned())))
    };
    match value {
        DataRef::Empty => Ok(None),
        DataRef::String(words) if words.is_empty() => Ok(None),
        DataRef::SharedString("") => Ok(None),
        DataRef::String(words) => text(words),
        DataRef::SharedString(words) => text(words),
        DataRef::Int(number) => Ok(Some(SheetCell::Number(*number as f64))),
        DataRef::Float(number) if number.is_finite() => Ok(Some(SheetCell::Number(*number))),
        DataRef::Float(number) => text(&number.to_string()),
        DataRef::Bool(is_true) => Ok(Some(SheetCell::Bool(*is_true))),
        DataRef::DateTime(at) => Ok(Some(of_serial(*at))),
        DataRef::DateTimeIso(words) => match of_iso(words) {
            Some(at) => Ok(Some(SheetCell::Date(at))),
            None => text(words),
        },
        DataRef::DurationIso(words) => text(words),
        DataRef::Error(error) => text(&error.to_string()),
    }
}

/// Days since the system's first day, and the part of a day: a date; or a time of day or a span, as its text.
fn of_serial(at: ExcelDateTime) -> SheetCell {
    let serial = at.as_f64();
    if !(0.0..2_958_466.0).contains(&serial) {
        return SheetCell::Number(serial);
    }
    if at.is_duration() || serial < 1.0 {
        let minutes = (serial * 1_440.0).round();
        return SheetCell::Text(format!("{:02}:{:02}", (minutes / 60.0).floor(), minutes % 60.0));
    }
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    // The 29th of February 1900, which Excel believes in, is none.
    NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
        .and_then(|date| date.and_hms_opt(hour.into(), minute.into(), second.into()))
        .map_or(SheetCell::Number(serial), SheetCell::Date)
}

fn of_iso(text: &str) -> Option<NaiveDateTime> {
    let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%dT%H:%M:%S%.f").ok().or_else(date)
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    const ROSTER: &[u8] = include_bytes!("../../tests/samples/roster.xlsx");

    #[test]
    fn the_roster_is_read_as_its_sheet_shows_it() {
        let book = read(ROSTER).unwrap();
        let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        assert_eq!(names, ["居民登记表", "说明"]);
        let rows = &book.sheets[0].rows;
        assert_eq!((rows[0].number, rows[0].cells[0].shown()), (1, "社区居民服务对象登记表".to_owned()));
        let row = |number: u32| rows.iter().find(|row| row.number == number).unwrap();
        assert_eq!(row(3).cells[1].shown(), "姓 名");
        // A date by its format, spaces as they stand, an empty cell between.
        let first: Vec<String> = row(4).cells.iter().map(SheetCell::shown).collect();
        assert_eq!(first, ["1", " 张强玉 ", "男", "1971-03-13", "", "15016613186", "残疾人", "外来"]);
        assert!(matches!(row(4).cells[3], SheetCell::Date(_)));
        assert_eq!(book.sheets[0].width(), 9);
    }

    #[test]
    fn both_date_systems_are_read() {
        let shown = |serial: f64, kind, is_1904| of_serial(ExcelDateTime::new(serial, kind, is_1904)).shown();
        let date = ExcelDateTimeType::DateTime;
        assert_eq!(shown(26_005.0, date, false), "1971-03-13");
        assert_eq!(shown(26_005.0 - 1_462.0, date, true), "1971-03-13");
        assert_eq!(shown(46_086.604_166_67, date, false), "2026-03-05 14:30");
        assert_eq!(shown(0.604_166_67, date, false), "14:30");
        assert_eq!(shown(1.5, ExcelDateTimeType::TimeDelta, false), "36:00");
        assert_eq!(shown(60.0, date, false), "60", "there was no 29 February 1900");
        assert_eq!(shown(-1.0, date, false), "-1");
        assert_eq!(of_iso("2026-03-05").map(|at| SheetCell::Date(at).shown()), Some("2026-03-05".to_owned()));
    }
}

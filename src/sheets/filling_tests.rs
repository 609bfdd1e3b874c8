//! Forms that are filled: what another's workbook holds besides our cells stays as it was, byte for byte.

use std::io::{Cursor, Read as _, Write as _};

use proptest::prelude::*;
use rust_xlsxwriter::{Format, Formula, Workbook};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{Entered, FormFault, FormValues, SheetCell, SheetFault, fill, named_cells, read};

const FORM: &[u8] = include_bytes!("../../tests/samples/purchaser-form.xlsx");
const SHEET: &str = "xl/worksheets/sheet1.xml";

/// Each part as it lies in the file, packed, by name and in order.
fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|number| {
            let mut packed = Vec::new();
            let mut part = archive.by_index_raw(number).unwrap();
            part.read_to_end(&mut packed).unwrap();
            (part.name().unwrap().into_owned(), packed)
        })
        .collect()
}

fn text(bytes: &[u8], part: &str) -> String {
    let mut text = String::new();
    ZipArchive::new(Cursor::new(bytes)).unwrap().by_name(part).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The names of the parts that are not as they were.
fn changed(before: &[u8], after: &[u8]) -> Vec<String> {
    let (before, after) = (parts(before), parts(after));
    assert_eq!(before.len(), after.len());
    before.into_iter().zip(after).filter(|(before, after)| before != after).map(|(before, _)| before.0).collect()
}

fn cell(bytes: &[u8], row: u32, column: usize) -> SheetCell {
    let rows = &read(bytes).unwrap().sheets[0].rows;
    let row = rows.iter().find(|found| found.number == row);
    row.and_then(|row| row.cells.get(column)).cloned().unwrap_or_default()
}

fn number(number: f64) -> Entered {
    Entered::Number(number)
}

fn words(text: &str) -> Entered {
    Entered::Text(text.to_owned())
}

#[test]
fn the_sample_tells_which_cells_it_wants_filled() {
    let names = named_cells(FORM).unwrap();
    assert_eq!(names.len(), 16);
    assert!(names.iter().all(|name| name.rows() == 1));
    let elderly = names.iter().find(|name| name.key == "persons.elderly").unwrap();
    assert_eq!((elderly.name.as_str(), elderly.place.as_str()), ("linli.persons.elderly", "月报表!D9"));
}

#[test]
fn the_sample_is_filled_and_nothing_else_in_it_changes() {
    let values = FormValues::default()
        .with("sessions", number(12.0))
        .with("visits", number(345.0))
        .with("persons", number(67.0))
        .with("persons.elderly", number(0.0))
        .with("hours", number(38.5))
        .with("period", words("2026年3月"))
        .with("center", words("=1+1 <邻里> & Co."))
        .with("not.in.the.form", number(1.0));
    let made = fill(FORM, &values, &[]).unwrap();
    assert_eq!(
        changed(FORM, &made.bytes),
        [SHEET],
        "chart, picture, styles, names and the other sheet are as they were"
    );
    assert_eq!((made.filled.len(), made.unknown.len()), (7, 9));
    assert!(made.unknown.contains(&"linli.visits.needy".to_owned()));
    let number_at = |row| cell(&made.bytes, row, 3);
    assert_eq!(
        (number_at(5), number_at(6), number_at(7)),
        (SheetCell::Number(12.0), SheetCell::Number(345.0), SheetCell::Number(67.0))
    );
    assert_eq!(
        (number_at(8), number_at(9), number_at(18)),
        (SheetCell::Empty, SheetCell::Number(0.0), SheetCell::Number(38.5))
    );
    assert_eq!(cell(&made.bytes, 2, 3), SheetCell::Text("2026年3月".into()), "the first of the merged cells");
    assert_eq!(cell(&made.bytes, 2, 0), SheetCell::Text("=1+1 <邻里> & Co.".into()), "a text, and no formula");
    let (before, after) = (text(FORM, SHEET), text(&made.bytes, SHEET));
    let behind = |text: &str| text.split_once("</sheetData>").unwrap().1.to_owned();
    assert_eq!(behind(&before), behind(&after), "merged cells, margins, the drawing");
    assert!(after.contains("<c r=\"D19\" s=\"6\"><f>IF(D7=0,0,D6/D7)</f><v /></c>"), "the formula");
    assert!(after.contains("<c r=\"D18\" s=\"5\"><v>38.5</v></c>"), "the cell's format");
    assert!(before.contains("审核人") && after.contains("审核人"));
}

#[test]
fn a_form_without_values_is_the_file_that_came() {
    let made = fill(FORM, &FormValues::default(), &[]).unwrap();
    assert_eq!((made.bytes.as_slice(), made.filled.len(), made.unknown.len()), (FORM, 0, 16));
}

/// A form with a row for each of so many centers, the names of whose columns are given.
fn list(rows: u32, names: &[(&str, &str)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("汇总").unwrap();
    sheet.write_string(0, 0, "中心").unwrap();
    for row in 1..=rows {
        sheet.write_number_with_format(row, 1, 7.0, &Format::new().set_bold()).unwrap();
    }
    sheet.write_formula(rows + 1, 1, Formula::new(format!("=SUM(B2:B{})", rows + 1))).unwrap();
    for (name, area) in names {
        book.define_name(*name, &format!("='汇总'!{area}")).unwrap();
    }
    book.save_to_buffer().unwrap()
}

fn centers(count: usize) -> Vec<FormValues> {
    (0..count)
        .map(|n| FormValues::default().with("center", words(&format!("中心{n}"))).with("visits", number(n as f64)))
        .collect()
}

#[test]
fn a_row_for_each_center_in_their_order() {
    let form = list(3, &[("linli.center", "$A$2:$A$4"), ("linli.visits", "$B$2:$B$4"), ("linli.period", "$D$1")]);
    let form = with_part(&form, "xl/workbook.xml", |text| text.replace(" fullCalcOnLoad=\"1\"", ""));
    let whole = FormValues::default().with("period", words("3月")).with("visits", number(99.0));
    let made = fill(&form, &whole, &centers(2)).unwrap();
    let mut parts = changed(&form, &made.bytes);
    parts.sort();
    assert_eq!(parts, ["xl/workbook.xml", SHEET], "the workbook is told to calculate");
    assert!(text(&made.bytes, "xl/workbook.xml").contains("fullCalcOnLoad=\"1\""));
    let column = |column| (2..=4).map(|row| cell(&made.bytes, row, column).shown()).collect::<Vec<_>>();
    assert_eq!(column(0), ["中心0", "中心1", ""]);
    assert_eq!(column(1), ["0", "1", "7"], "the row that is left over stays as it was");
    assert_eq!(cell(&made.bytes, 1, 3).shown(), "3月");
    let refused = fill(&form, &whole, &centers(4)).unwrap_err();
    let expected =
        FormFault::TooFewRows { name: "linli.center".into(), place: "汇总!A2:A4".into(), rows: 3, needed: 4 };
    assert_eq!(refused, expected);
}

#[test]
fn what_cannot_be_filled_is_named() {
    let fault = |area: &str| named_cells(&list(3, &[("linli.visits", area)])).unwrap_err();
    let (name, place) = ("linli.visits".to_owned(), |cells: &str| format!("汇总!{cells}"));
    assert_eq!(fault("$B$5"), FormFault::Formula { name: name.clone(), place: place("B5") });
    assert_eq!(fault("$B$2:$B$5"), FormFault::Formula { name: name.clone(), place: place("B2:B5") });
    assert_eq!(fault("$A$2:$B$4"), FormFault::Shape { name: name.clone(), place: place("A2:B4") });
    let gone = |formula: &str| {
        let mut book = Workbook::new();
        book.add_worksheet();
        book.define_name("linli.visits", formula).unwrap();
        named_cells(&book.save_to_buffer().unwrap()).unwrap_err()
    };
    assert_eq!(gone("=#REF!"), FormFault::Nowhere { name: name.clone() });
    assert_eq!(gone("=Elsewhere!$A$1"), FormFault::Nowhere { name });
    assert_eq!(named_cells(&list(1, &[("others", "$A$1"), ("Linli.Visits", "$D$1")])).unwrap()[0].key, "visits");
}

/// The form with one part's text changed.
fn with_part(form: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut archive = ZipArchive::new(Cursor::new(form)).unwrap();
    for number in 0..archive.len() {
        let (mut bytes, mut found) = (Vec::new(), archive.by_index(number).unwrap());
        found.read_to_end(&mut bytes).unwrap();
        let name = found.name().unwrap().into_owned();
        if name == part {
            bytes = change(String::from_utf8(bytes).unwrap()).into_bytes();
        }
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn hostile_forms_are_refused() {
    let macros = with_part(FORM, "[Content_Types].xml", |text| {
        text.replace(
            "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
            "vnd.ms-excel.sheet.macroEnabled.main",
        )
    });
    assert_eq!(named_cells(&macros), Err(FormFault::Macros));
    let entity = with_part(FORM, "xl/workbook.xml", |text| {
        format!("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>{text}")
    });
    assert_eq!(named_cells(&entity), Err(SheetFault::Broken.into()));
    let many = with_part(FORM, "xl/workbook.xml", |text| {
        let names: String =
            (0..1_001).map(|n| format!("<definedName name=\"linli.a{n}\">a!$A$1</definedName>")).collect();
        text.replace("</definedNames>", &format!("{names}</definedNames>"))
    });
    assert_eq!(named_cells(&many), Err(FormFault::TooManyNames));
    for (file, fault) in [
        (&b""[..], SheetFault::Empty),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", SheetFault::OldOrLocked),
        (b"name,visits\r\n", SheetFault::NotAWorkbook),
        (b"PK\x03\x04 and no more", SheetFault::Broken),
    ] {
        assert_eq!(named_cells(file), Err(fault.into()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_is_filled_in_is_read_again(
        numbers in proptest::collection::vec(-1_000_000_i64..1_000_000, 1..12),
        label in "[=+@\\-]?[!-~\u{4e00}-\u{4e20}]{1,20}",
    ) {
        let rows = u32::try_from(numbers.len()).unwrap();
        let area = format!("$B$2:$B${}", rows + 1);
        let label_at = "$D$1";
        let names = if rows == 1 { [("linli.visits", "$B$2"), ("linli.center", label_at)] } else { [("linli.visits", area.as_str()), ("linli.center", label_at)] };
        let form = list(rows, &names);
        let value = |n: &i64| FormValues::default().with("visits", number(*n as f64));
        let values: Vec<FormValues> = numbers.iter().map(value).collect();
        let whole = values[0].clone().with("center", words(&label));
        let made = fill(&form, &whole, &values).unwrap();
        let still = changed(&form, &made.bytes);
        prop_assert!(still.iter().all(|part| part == SHEET || part == "xl/workbook.xml"));
        for (row, expected) in (2..).zip(&numbers) {
            prop_assert_eq!(cell(&made.bytes, row, 1), SheetCell::Number(*expected as f64));
        }
        prop_assert_eq!(cell(&made.bytes, 1, 3), SheetCell::Text(label));
    }
}

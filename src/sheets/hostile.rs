//! Workbooks that are made to harm, each refused, or read, at little cost. A process of its own reads each, so that what it
//! took can be measured; in a debug build time is not.

use std::io::{Cursor, Write as _};
use std::process::Command;
use std::time::{Duration, Instant};

use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Book, SheetFault, read};

/// What a process may grow by, in KiB.
const GROWTH: u64 = 100 << 10;

const TIME: Duration = Duration::from_secs(2);

/// A workbook of one sheet, with these parts besides or instead.
fn workbook(sheet: &str, others: &[(&str, &str)]) -> Vec<u8> {
    const TYPE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |kind: &str, target: &str| {
        format!("<Relationships><Relationship Id=\"r1\" Type=\"{TYPE}/{kind}\" Target=\"{target}\"/></Relationships>")
    };
    let (package, book) =
        (relation("officeDocument", "xl/workbook.xml"), relation("worksheet", "worksheets/sheet1.xml"));
    let parts = [
        ("_rels/.rels", package.as_str()),
        ("xl/_rels/workbook.xml.rels", &book),
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let is_replaced = |name: &str| others.iter().any(|(other, _)| *other == name);
    for (name, text) in parts.iter().filter(|(name, _)| !is_replaced(name)).chain(others) {
        writer.start_file(*name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const EMPTY: &str = "<worksheet><sheetData/></worksheet>";

fn corners() -> Vec<u8> {
    workbook(
        "<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>\
         <row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData></worksheet>",
        &[],
    )
}

/// Each of the hostile workbooks, and what is said of it.
fn hostile(name: &str) -> (Vec<u8>, Result<Book, SheetFault>) {
    match name {
        "corners" => (corners(), Err(SheetFault::TooManyRows)),
        // 200 MB in a file of 200 KB.
        "bomb" => {
            let cell = "<c><v>1</v></c>".repeat(100);
            let row = format!("<row>{cell}</row>");
            (
                workbook(&format!("<worksheet><sheetData>{}</sheetData></worksheet>", row.repeat(130_000)), &[]),
                Err(SheetFault::Unpacked),
            )
        }
        "strings" => {
            let strings: String = (0..1_000_000).map(|n| format!("<si><t>{n}</t></si>")).collect();
            let strings = format!("<sst>{strings}</sst>");
            (workbook(EMPTY, &[("xl/sharedStrings.xml", &strings)]), Err(SheetFault::TooMuchText))
        }
        "depth" => {
            let deep = "<a>".repeat(5_000_000);
            (workbook(&format!("<worksheet>{deep}"), &[]), Err(SheetFault::Broken))
        }
        "links" => {
            let secret = "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><worksheet><sheetData/></worksheet>";
            (workbook(secret, &[]), Err(SheetFault::Broken))
        }
        other => panic!("{other}"),
    }
}

/// The most memory that this process has had since it last asked, in KiB.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let peak = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    // From now on counts what there is now.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    peak
}

/// Reads the workbook that the environment names; elsewhere there is nothing to do.
#[cfg(target_os = "linux")]
#[test]
fn one_is_read_alone() {
    let Ok(name) = std::env::var("LINLI_HOSTILE") else { return };
    let path = std::env::var("LINLI_HOSTILE_FILE").unwrap();
    let bytes = std::fs::read(path).unwrap();
    _ = peak();
    let before = peak();
    let began = Instant::now();
    let said = read(&bytes).map(|book| book.sheets.iter().map(|sheet| sheet.rows.len()).sum::<usize>());
    let (took, grown) = (began.elapsed(), peak() - before);
    println!("MEASURED {name}: {} KiB, {} ms, {said:?}", grown, took.as_millis());
    assert!(grown < GROWTH, "{name} took {grown} KiB");
    assert!(cfg!(debug_assertions) || took < TIME, "{name} took {took:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn hostile_workbooks_cost_little() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["corners", "bomb", "strings", "depth", "links"] {
        let (bytes, expected) = hostile(name);
        assert_eq!(read(&bytes), expected, "{name}");
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let mut alone = Command::new(std::env::current_exe().unwrap());
        alone.args(["--exact", "sheets::hostile::one_is_read_alone", "--nocapture"]);
        let told = alone.env("LINLI_HOSTILE", name).env("LINLI_HOSTILE_FILE", &path).output().unwrap();
        let said = String::from_utf8_lossy(&told.stdout);
        assert!(told.status.success() && said.contains("MEASURED"), "{said}{}", String::from_utf8_lossy(&told.stderr));
        said.lines().filter(|line| line.contains("MEASURED")).for_each(|line| println!("{line}"));
    }
}

#[test]
fn other_tricks_are_refused() {
    let cells = |cells: &str| format!("<worksheet><sheetData><row r=\"1\">{cells}</row></sheetData></worksheet>");
    // Room for more texts than there is memory.
    let room = "<sst uniqueCount=\"99999999999\"><si><t>a</t></si></sst>";
    assert_eq!(read(&workbook(EMPTY, &[("xl/sharedStrings.xml", room)])), Err(SheetFault::TooMuchText));
    // One long text in very many cells.
    let long = format!("<sst><si><t>{}</t></si></sst>", "长".repeat(30_000));
    let many = "<row>".to_owned() + &"<c t=\"s\"><v>0</v></c>".repeat(150) + "</row>";
    let many = format!("<worksheet><sheetData>{}</sheetData></worksheet>", many.repeat(100));
    assert_eq!(read(&workbook(&many, &[("xl/sharedStrings.xml", &long)])), Err(SheetFault::TooMuchText));
    // More formats than Excel has.
    let formats = format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(80_000));
    assert_eq!(read(&workbook(EMPTY, &[("xl/styles.xml", &formats)])), Err(SheetFault::Broken));
    // A number that is none: calamine stops at it in a debug build, and goes on with what is left of it in another.
    assert!(read(&workbook(&cells("<c r=\"A99999999999\"><v>1</v></c>"), &[])).is_err());
    assert_eq!(read(&workbook(&cells("<c r=\"HA1\"><v>1</v></c>"), &[])), Err(SheetFault::TooManyColumns));
    // Two parts that are one for some.
    assert_eq!(read(&workbook(EMPTY, &[("XL/Workbook.xml", "<workbook/>")])), Err(SheetFault::Broken));
    // A sheet that would be read from a part that nobody has looked through.
    let elsewhere =
        "<Relationships><Relationship Id=\"r1\" Type=\"a/worksheet\" Target=\"media/a.png\"/></Relationships>";
    let book = read(&workbook(EMPTY, &[("xl/_rels/workbook.xml.rels", elsewhere), ("xl/media/a.png", EMPTY)]));
    assert!(book.unwrap().sheets[0].rows.is_empty());
}

#[test]
fn what_only_looks_strange_is_read() {
    // Formats down to the last row of the sheet, and nothing in them.
    let sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\">\
                 <c r=\"XFD1048576\" s=\"1\"/></row></sheetData></worksheet>";
    assert_eq!(read(&workbook(sheet, &[])).unwrap().sheets[0].rows.len(), 1);
    // Links elsewhere are not followed; what they came to is a value.
    let link = "<Relationships><Relationship Id=\"r1\" Type=\"a/externalLinkPath\" TargetMode=\"External\" \
                Target=\"http://example.org/\"/></Relationships>";
    let sheet = "<worksheet><sheetData><row><c><f>[1]a!A1</f><v>7</v></c></row></sheetData></worksheet>";
    let book = read(&workbook(sheet, &[("xl/externalLinks/_rels/externalLink1.xml.rels", link)])).unwrap();
    assert_eq!(book.sheets[0].rows[0].cells[0].shown(), "7");
    for (file, fault) in [
        (&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], SheetFault::OldOrLocked),
        (b"PK\x03\x04 and no more", SheetFault::Broken),
        (b"", SheetFault::Empty),
    ] {
        assert_eq!(read(file), Err(fault));
    }
    let mut document = ZipWriter::new(Cursor::new(Vec::new()));
    document.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    assert_eq!(read(&document.finish().unwrap().into_inner()), Err(SheetFault::NotAWorkbook));
}

/// How fast a table of 20,000 rows is read: printed, for whoever builds with optimization.
#[test]
fn a_large_table_is_read() {
    const ROWS: u32 = 20_000;
    let mut made = Workbook::new();
    let (sheet, mut csv) = (made.add_worksheet(), String::new());
    for row in 0..ROWS {
        let words = [
            "陈英".to_owned(),
            format!("44190019500101{row:04}"),
            format!("138{row:08}"),
            format!("莞城街道 {row} 号"),
        ];
        for (column, word) in (0..).zip(&words) {
            sheet.write_string(row, column, word).unwrap();
        }
        sheet.write_number(row, 4, row).unwrap();
        csv.push_str(&format!("{},{row}\r\n", words.join(",")));
    }
    for (name, file) in [("xlsx", made.save_to_buffer().unwrap()), ("csv", csv.into_bytes())] {
        let began = Instant::now();
        let book = read(&file).unwrap();
        let took = began.elapsed();
        println!("MEASURED {name}: {ROWS} rows in {} ms", took.as_millis());
        assert_eq!((book.sheets[0].rows.len(), book.sheets[0].width()), (ROWS as usize, 5));
        assert!(cfg!(debug_assertions) || took < TIME, "{took:?}");
    }
}

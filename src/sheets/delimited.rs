//! Tables as text: CSV as Excel, WPS and other programs save it, and cells that are pasted.

use std::borrow::Cow;
use std::collections::BTreeMap;

use csv::ByteRecord;
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::types::CellCount;
use super::{Book, BookSheet, MAX_BYTES, MAX_ROWS, SheetCell, SheetFault, SheetRow};

const SEPARATORS: [u8; 3] = *b",;\t";

/// So many rows tell which separator it is.
const SAMPLE: usize = 64;

/// A text whose separators and line ends are single bytes: UTF-8 or GB18030, in whose characters of several bytes none of
/// them occurs. UTF-16 is made UTF-8 and back.
struct Delimited<'a> {
    /// As it came, for the way back.
    encoding: &'static Encoding,
    /// The mark at the beginning.
    mark: &'static [u8],
    bytes: Cow<'a, [u8]>,
}

impl<'a> Delimited<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, SheetFault> {
        let marks: [(&'static [u8], _); 3] =
            [(b"\xef\xbb\xbf", UTF_8), (b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)];
        let marked = marks.into_iter().find(|(mark, _)| bytes.starts_with(mark));
        let (mark, encoding) = marked.unwrap_or_else(|| {
            let is_utf8 = std::str::from_utf8(bytes).is_ok();
            (b"", if is_utf8 { UTF_8 } else { GB18030 })
        });
        let bytes = &bytes[mark.len()..];
        let bytes = match encoding == UTF_8 || encoding == GB18030 {
            true => Cow::Borrowed(bytes),
            false => Cow::Owned(decoded(encoding, bytes)?.into_owned().into_bytes()),
        };
        if bytes.contains(&0) {
            return Err(SheetFault::NotATable);
        }
        Ok(Self { encoding, mark, bytes })
    }

    /// The text of some of our bytes.
    fn decode<'b>(&self, bytes: &'b [u8]) -> Result<Cow<'b, str>, SheetFault> {
        decoded(if self.encoding == GB18030 { GB18030 } else { UTF_8 }, bytes)
    }

    /// Some text as our bytes.
    fn encode<'b>(&self, text: &'b str) -> Cow<'b, [u8]> {
        if self.encoding == GB18030 { GB18030.encode(text).0 } else { Cow::Borrowed(text.as_bytes()) }
    }

    /// The file with `bytes` in the place of ours.
    fn file(&self, bytes: Vec<u8>) -> Vec<u8> {
        let mut file = self.mark.to_vec();
        match self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            false => file.extend(bytes),
            true => {
                let units = String::from_utf8_lossy(&bytes);
                let is_little = self.encoding == UTF_16LE;
                file.extend(
                    units
                        .encode_utf16()
                        .flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }),
                );
            }
        }
        file
    }

    /// The separator with which most rows have the same number of cells.
    fn separator(&self) -> u8 {
        let alike = |separator: u8| {
            let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
            for record in reader(&self.bytes, separator).byte_records().flatten().take(SAMPLE) {
                *widths.entry(record.len()).or_default() += 1;
            }
            widths.into_iter().filter(|(width, _)| *width > 1).map(|(width, rows)| (rows, width)).max()
        };
        // Of equals the first, which `max_by_key` would not take.
        let best = SEPARATORS.into_iter().rev().filter_map(|separator| Some((alike(separator)?, separator)));
        best.max_by_key(|(rows, _)| *rows).map_or(b',', |(_, separator)| separator)
    }

    /// Calls `each` for every row that is not blank, with its number as the sheet counts, its cells, and where it ends, before
    /// its line end.
    fn each_row(
        &self,
        separator: u8,
        mut each: impl FnMut(u32, &ByteRecord, usize) -> Result<(), SheetFault>,
    ) -> Result<(), SheetFault> {
        let mut reader = reader(&self.bytes, separator);
        let (mut record, mut number) = (ByteRecord::new(), 0);
        loop {
            let from = place(&reader);
            if !reader.read_byte_record(&mut record).map_err(|_| SheetFault::Broken)? {
                return Ok(());
            }
            // The reader passes over blank rows, which the sheet counts.
            number += 1 + blank_lines(&self.bytes, from);
            if number > MAX_ROWS {
                return Err(SheetFault::TooManyRows);
            }
            let mut end = place(&reader);
            while end > from && matches!(self.bytes[end - 1], b'\r' | b'\n') {
                end -= 1;
            }
            each(number, &record, end)?;
        }
    }
}

fn place(reader: &csv::Reader<&[u8]>) -> usize {
    usize::try_from(reader.position().byte()).unwrap_or_default()
}

/// How many line ends stand at `from`, without the second half of one that has ended a row.
fn blank_lines(bytes: &[u8], from: usize) -> u32 {
    let mut rest = &bytes[from..];
    if from > 0 && bytes[from - 1] == b'\r' {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut lines = 0;
    while let [b'\r' | b'\n', ..] = rest {
        rest = rest.strip_prefix(b"\r\n").unwrap_or(&rest[1..]);
        lines += 1;
    }
    lines
}

fn decoded<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Result<Cow<'b, str>, SheetFault> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or(SheetFault::Encoding)
}

fn reader(bytes: &[u8], separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(bytes)
}

pub(super) fn read(bytes: &[u8]) -> Result<Book, SheetFault> {
    const PICTURES_AND_THE_LIKE: [&[u8]; 6] = [b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"PK"];
    if PICTURES_AND_THE_LIKE.iter().any(|magic| bytes.starts_with(magic)) {
        return Err(SheetFault::NotATable);
    }
    let text = Delimited::of(bytes)?;
    if text.bytes.trim_ascii_start().starts_with(b"<") {
        return Err(SheetFault::Markup);
    }
    book(&text, text.separator())
}

pub(super) fn read_pasted(text: &str) -> Result<Book, SheetFault> {
    let text = Delimited { encoding: UTF_8, mark: b"", bytes: Cow::Borrowed(text.as_bytes()) };
    book(&text, b'\t')
}

fn book(text: &Delimited<'_>, separator: u8) -> Result<Book, SheetFault> {
    let (mut rows, mut counted) = (Vec::new(), CellCount::default());
    text.each_row(separator, |number, record, _| {
        let mut cells = Vec::new();
        for (column, bytes) in record.iter().enumerate().filter(|(_, bytes)| !bytes.is_empty()) {
            let words = text.decode(bytes)?;
            counted.text(&words)?;
            counted.place(&mut cells, column, SheetCell::Text(words.into_owned()))?;
        }
        if !cells.is_empty() {
            rows.push(SheetRow { number, cells });
        }
        Ok(())
    })?;
    if rows.is_empty() {
        return Err(SheetFault::Empty);
    }
    Ok(Book { sheets: vec![BookSheet { name: String::new(), is_hidden: false, rows }] })
}

/// A text file with one more column after its widest row: these texts in these rows, as [`super::read`] numbers them. It keeps
/// its encoding, separator and line ends, and every byte that it had.
///
/// # Errors
/// `NoSuchPlace` for a row that is not there or blank; as [`super::read`]'s.
pub fn append_column(bytes: &[u8], texts: &BTreeMap<u32, String>) -> Result<Vec<u8>, SheetFault> {
    if bytes.len() > MAX_BYTES {
        return Err(SheetFault::TooLarge);
    }
    let text = Delimited::of(bytes)?;
    let separator = text.separator();
    let (mut width, mut ends) = (0, Vec::new());
    text.each_row(separator, |number, record, end| {
        width = width.max(record.len());
        if let Some(words) = texts.get(&number) {
            ends.push((end, record.len(), words));
        }
        Ok(())
    })?;
    if ends.len() != texts.len() {
        return Err(SheetFault::NoSuchPlace);
    }
    let (mut file, mut done) = (Vec::with_capacity(text.bytes.len() * 2), 0);
    for (end, cells, words) in ends {
        file.extend_from_slice(&text.bytes[done..end]);
        file.extend(std::iter::repeat_n(separator, width + 1 - cells));
        file.extend_from_slice(&text.encode(&quoted(words)));
        done = end;
    }
    file.extend_from_slice(&text.bytes[done..]);
    Ok(text.file(file))
}

/// As a cell of CSV. What a spreadsheet program would take for a formula gets an apostrophe.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*};

    use super::*;

    const ROSTER: &[u8] = include_bytes!("../../tests/samples/roster-gb18030.csv");

    fn shown(book: &Book) -> Vec<(u32, Vec<String>)> {
        let row = |row: &SheetRow| (row.number, row.cells.iter().map(SheetCell::shown).collect());
        book.sheets[0].rows.iter().map(row).collect()
    }

    fn row(number: u32, cells: &[&str]) -> (u32, Vec<String>) {
        (number, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn the_roster_is_read_whatever_its_encoding() {
        let rows = shown(&read(ROSTER).unwrap());
        assert_eq!(rows[0].1[..3], ["序号", "姓 名", "性别"]);
        assert_eq!(rows[1], row(2, &["1", " 张强玉 ", "男", "1971-03-13", "", "15016613186", "残疾人", "外来"]));
        let text = GB18030.decode(ROSTER).0.into_owned();
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in
            [text.clone().into_bytes(), [b"\xef\xbb\xbf", text.as_bytes()].concat(), [b"\xfe\xff", &utf16[..]].concat()]
        {
            assert_eq!(shown(&read(&bytes).unwrap()), rows);
        }
    }

    #[test]
    fn the_separator_is_guessed() {
        let cells = |text: &str| shown(&read(text.as_bytes()).unwrap());
        assert_eq!(cells("名单\na;b, c\nd;e\n"), [row(1, &["名单"]), row(2, &["a", "b, c"]), row(3, &["d", "e"])]);
        assert_eq!(cells("a\tb,c\nd\te"), [row(1, &["a", "b,c"]), row(2, &["d", "e"])]);
        assert_eq!(cells("姓名\n陈英"), [row(1, &["姓名"]), row(2, &["陈英"])]);
    }

    #[test]
    fn rows_are_counted_as_a_sheet_counts_them() {
        let text = "\r\na,b\r\n\r\n\r\n\"c\r\nc\",d\r\n,\r\ne,f";
        assert_eq!(
            shown(&read(text.as_bytes()).unwrap()),
            [row(2, &["a", "b"]), row(5, &["c\r\nc", "d"]), row(7, &["e", "f"])]
        );
        let pasted = read_pasted("a\tb\n\n\"c\nc\"\t=1+1").unwrap();
        assert_eq!(shown(&pasted), [row(1, &["a", "b"]), row(3, &["c\nc", "=1+1"])]);
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_reason() {
        for (bytes, fault) in [
            (&b"%PDF-1.7 ..."[..], SheetFault::NotATable),
            (b"\x89PNG\r\n\x1a\n\0", SheetFault::NotATable),
            (b"a,b\0c", SheetFault::NotATable),
            (b"\r\n<html><table>", SheetFault::Markup),
            (b"\xff\xff\xff,", SheetFault::Encoding),
            (b"\n\n", SheetFault::Empty),
        ] {
            assert_eq!(read(bytes), Err(fault));
        }
        let many = "a,b\n".repeat(MAX_ROWS as usize + 1);
        assert_eq!(read(many.as_bytes()), Err(SheetFault::TooManyRows));
    }

    /// A cell that is text, in which the marks of CSV stand as they will.
    fn cells() -> impl Strategy<Value = Vec<Vec<String>>> {
        // Each row holds something.
        let cell = "[a-c ,;\t\"\r\n=中文姓\u{80}𠮷]{0,6}";
        let row = ("[a-c中]{1,3}", collection::vec(cell, 1..4)).prop_map(|(first, mut rest)| {
            rest.insert(0, first);
            rest
        });
        collection::vec(row, 1..8)
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_and_only_added_to(rows in cells(), form in 0..4_usize, at in 0..8_usize) {
            let mut writer = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let file = match form {
                0 => text.clone().into_bytes(),
                1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
                2 => b"\xff\xfe".iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
                _ => GB18030.encode(&text).0.into_owned(),
            };
            let separated = Delimited::of(&file).unwrap();
            prop_assume!(separated.separator() == b',');
            let without_ends = |row: &Vec<String>| {
                let last = row.iter().rposition(|cell| !cell.is_empty()).unwrap_or(0);
                row[..=last].to_vec()
            };
            let read_rows: Vec<Vec<String>> = shown(&read(&file).unwrap()).into_iter().map(|(_, cells)| cells).collect();
            prop_assert_eq!(&read_rows, &rows.iter().map(without_ends).collect::<Vec<_>>());

            let number = u32::try_from(at % rows.len()).unwrap() + 1;
            let longer = append_column(&file, &BTreeMap::from([(number, "结果".to_owned())])).unwrap();
            let width = rows.iter().map(Vec::len).max().unwrap();
            // As its reader would, who may guess another separator now where both were as likely.
            let again = shown(&book(&Delimited::of(&longer).unwrap(), b',').unwrap());
            for ((was, is), number_is) in read_rows.iter().zip(&again).zip(1..) {
                let mut expected = was.clone();
                if number_is == number {
                    expected.resize(width, String::new());
                    expected.push("结果".to_owned());
                }
                prop_assert_eq!(&is.1, &expected);
            }
            // What was there is there still, before and behind one place.
            let same = file.iter().zip(&longer).take_while(|(a, b)| a == b).count();
            prop_assert!(longer.ends_with(&file[same..]));
        }
    }

    #[test]
    fn a_column_is_appended_and_nothing_else_changed() {
        let texts = BTreeMap::from([(1, "结果".to_owned()), (3, "号码有误，\"请核对\"".to_owned())]);
        let file = append_column(ROSTER, &texts).unwrap();
        let (before, after) = (GB18030.decode(ROSTER).0, GB18030.decode(&file).0);
        let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        assert_eq!(after[0], format!("{},\"结果\"", before[0]));
        assert_eq!(after[1], before[1]);
        assert_eq!(after[2], format!("{},\"号码有误，\"\"请核对\"\"\"", before[2]));
        assert_eq!(after[3..], before[3..]);

        // Short rows are filled up, line ends stay, and so does the encoding.
        let texts = BTreeMap::from([(1, "x".to_owned()), (3, "=1".to_owned())]);
        let made = |file: &[u8]| append_column(file, &texts);
        assert_eq!(made(b"a;b;c\r\n\r\nd;e").unwrap(), b"a;b;c;\"x\"\r\n\r\nd;e;;\"'=1\"");
        let utf16 = |text: &str| -> Vec<u8> {
            b"\xff\xfe".iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
        };
        assert_eq!(made(&utf16("姓\t名\n\n陈\t英\n")).unwrap(), utf16("姓\t名\t\"x\"\n\n陈\t英\t\"'=1\"\n"));
        assert_eq!(made(b"a,b\n\n\n"), Err(SheetFault::NoSuchPlace));
        assert_eq!(append_column(ROSTER, &BTreeMap::new()).unwrap(), ROSTER);
    }
}

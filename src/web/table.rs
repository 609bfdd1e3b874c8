//! Tables to download, one for every format: CSV for programs, and a workbook for people. In both, text stays text: a
//! spreadsheet neither runs what begins like a formula nor makes a day of a room called `1/2`.

use rocket::http::{ContentType, Header};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::error::{Error, Result};
use crate::files::disposition;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Empty,
    /// What somebody typed: text, whatever it looks like.
    Text(String),
    /// What we write: a date, which a program that reads CSV may take for one.
    Plain(String),
    Number(i64),
}

impl From<Option<i64>> for Cell {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Empty, Self::Number)
    }
}

/// The widest column, in pixels; longer texts are read in their cell.
const WIDEST: u32 = 360;

/// Rows of cells under their names.
pub struct Table {
    /// The file's name without its ending.
    name: String,
    head: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub fn new(name: String, head: impl IntoIterator<Item = String>) -> Self {
        Self { name, head: head.into_iter().collect(), rows: Vec::new() }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// UTF-8 with a byte order mark, quoted where needed (RFC 4180).
    pub fn csv(&self) -> File {
        let kind = ContentType::new("text", "csv").with_params(("charset", "utf-8"));
        let text = format!("\u{feff}{}", self.text(quoted));
        File { name: format!("{}.csv", self.name), kind, bytes: text.into_bytes() }
    }

    /// As [`Table::csv`] where somebody else named the columns, in UTF-8 or in GB18030, which has every character too.
    pub fn csv_of_titles(&self, in_gb18030: bool) -> File {
        let text = self.text(|title| quoted(&unformulated(title)));
        let (charset, bytes) = match in_gb18030 {
            true => ("gb18030", encoding_rs::GB18030.encode(&text).0.into_owned()),
            false => ("utf-8", format!("\u{feff}{text}").into_bytes()),
        };
        let kind = ContentType::new("text", "csv").with_params(("charset", charset));
        File { name: format!("{}.csv", self.name), kind, bytes }
    }

    /// The lines of a CSV, the head's names written by `head`.
    fn text(&self, head: impl Fn(&str) -> String) -> String {
        let shown = |cell: &Cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => quoted(&guarded(text)),
            Cell::Plain(text) => quoted(text),
            Cell::Number(number) => number.to_string(),
        };
        let head = self.head.iter().map(|name| head(name)).collect::<Vec<_>>().join(",");
        let lines = self.rows.iter().map(|row| row.iter().map(shown).collect::<Vec<_>>().join(","));
        std::iter::once(head).chain(lines).fold(String::new(), |text, line| text + &line + "\r\n")
    }

    /// A workbook of one sheet: the head stays in view, and can be filtered by.
    ///
    /// # Errors
    /// `Internal` for more rows or longer texts than a workbook holds.
    pub fn xlsx(&self) -> Result<File> {
        let bytes = self.workbook().map_err(Error::internal)?;
        Ok(File { name: format!("{}.xlsx", self.name), kind: workbook_kind(), bytes })
    }

    /// A workbook in which every cell is text, the head and the empty ones too, and stays text for whoever types into it: no number
    /// loses its zeros or its last digits.
    ///
    /// # Errors
    /// As [`Table::xlsx`]'s.
    pub fn text_xlsx(&self) -> Result<File> {
        let made = || {
            let mut book = blank()?;
            self.fill_with_text(book.add_worksheet())?;
            book.save_to_buffer()
        };
        let bytes = made().map_err(|error: XlsxError| Error::internal(error))?;
        Ok(File { name: format!("{}.xlsx", self.name), kind: workbook_kind(), bytes })
    }

    fn fill_with_text(&self, sheet: &mut Worksheet) -> std::result::Result<(), XlsxError> {
        let text = Format::new().set_num_format("@");
        let bold = Format::new().set_num_format("@").set_bold();
        sheet.set_freeze_panes(1, 0)?;
        for (column, name) in (0..).zip(&self.head) {
            sheet.set_column_format(column, &text)?;
            sheet.write_string_with_format(0, column, name, &bold)?;
        }
        for (row, cells) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Empty => sheet.write_blank(row, column, &text)?,
                    Cell::Text(words) | Cell::Plain(words) => {
                        sheet.write_string_with_format(row, column, words, &text)?
                    }
                    Cell::Number(number) => sheet.write_string_with_format(row, column, number.to_string(), &text)?,
                };
            }
        }
        sheet.set_autofit_max_width(WIDEST);
        sheet.autofit();
        Ok(())
    }

    /// A workbook of several sheets, each under its name.
    ///
    /// # Errors
    /// As [`Table::xlsx`]'s, and for a name that a sheet cannot have.
    pub fn workbook_of(name: &str, sheets: &[(String, Self)]) -> Result<File> {
        let made = || {
            let mut book = blank()?;
            for (title, table) in sheets {
                table.fill(book.add_worksheet().set_name(title)?)?;
            }
            book.save_to_buffer()
        };
        let bytes = made().map_err(|error: XlsxError| Error::internal(error))?;
        Ok(File { name: format!("{name}.xlsx"), kind: workbook_kind(), bytes })
    }

    fn workbook(&self) -> std::result::Result<Vec<u8>, XlsxError> {
        let mut book = blank()?;
        self.fill(book.add_worksheet())?;
        book.save_to_buffer()
    }

    fn fill(&self, sheet: &mut Worksheet) -> std::result::Result<(), XlsxError> {
        sheet.set_freeze_panes(1, 0)?;
        for (column, name) in (0..).zip(&self.head) {
            sheet.write_string_with_format(0, column, name, &Format::new().set_bold())?;
        }
        for (row, cells) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Empty => {}
                    Cell::Text(text) | Cell::Plain(text) => {
                        sheet.write_string(row, column, text)?;
                    }
                    // Counts and minutes are far below the whole numbers that a spreadsheet knows exactly.
                    Cell::Number(number) => {
                        sheet.write_number(row, column, *number as f64)?;
                    }
                }
            }
        }
        if let (Ok(rows), Ok(columns @ 1..)) = (u32::try_from(self.rows.len()), u16::try_from(self.head.len())) {
            sheet.autofilter(0, 0, rows, columns - 1)?;
        }
        sheet.set_autofit_max_width(WIDEST);
        sheet.autofit();
        Ok(())
    }
}

/// The same tables are the same file; when it was fetched is nobody's matter.
fn blank() -> std::result::Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    Ok(book)
}

fn workbook_kind() -> ContentType {
    ContentType::new("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
}

/// Text that a spreadsheet would take for a formula (OWASP, "CSV Injection"), a number, a date or a truth gets a tab first:
/// the cell is text then, and shows as it was typed.
fn guarded(text: &str) -> String {
    let first = text.trim_start().chars().next();
    let looks_like_a_value = first.is_some_and(|c| {
        c.is_numeric()
            || matches!(
                c,
                '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '.' | '(' | '$' | '¥' | '￥' | '€' | '£' | '%'
            )
    });
    if looks_like_a_value || is_a_word_of_spreadsheets(text.trim()) || text.starts_with(['\t', '\r', '\n']) {
        format!("\t{text}")
    } else {
        text.to_owned()
    }
}

/// A title that a spreadsheet would take for a formula gets a tab first; others stand as they are, for programs look for them.
fn unformulated(title: &str) -> String {
    let is_formula = title.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r']);
    if is_formula { format!("\t{title}") } else { title.to_owned() }
}

/// `TRUE`, and `Mar1`, which would be a day.
fn is_a_word_of_spreadsheets(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let small = text.to_ascii_lowercase();
    let is_a_day = MONTHS.iter().any(|month| small.starts_with(month)) && small.contains(|c: char| c.is_numeric());
    is_a_day || matches!(small.as_str(), "true" | "false")
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) || cell.trim() != cell {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// A file to download.
pub struct File {
    name: String,
    kind: ContentType,
    bytes: Vec<u8>,
}

impl File {
    /// A workbook that was made elsewhere; the name is without its ending.
    pub fn workbook(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: format!("{name}.xlsx"), kind: workbook_kind(), bytes }
    }

    /// A document to be edited; the name is without its ending.
    pub fn document(name: &str, bytes: Vec<u8>) -> Self {
        let kind = ContentType::new("application", "vnd.openxmlformats-officedocument.wordprocessingml.document");
        Self { name: format!("{name}.docx"), kind, bytes }
    }

    /// JSON as it was written; the name is without its ending.
    pub fn json(name: &str, text: String) -> Self {
        Self { name: format!("{name}.json"), kind: ContentType::JSON, bytes: text.into_bytes() }
    }

    fn disposition(&self) -> String {
        match self.name.is_ascii() {
            true => format!("attachment; filename=\"{}\"", self.name),
            false => disposition("attachment", &self.name),
        }
    }
}

impl<'r> Responder<'r, 'static> for File {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let disposition = self.disposition();
        Response::build()
            .header(self.kind)
            .header(Header::new("Content-Disposition", disposition))
            .sized_body(self.bytes.len(), std::io::Cursor::new(self.bytes))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cells: &[&str]) -> String {
        let mut table = Table::new("x".into(), ["名称".to_owned()]);
        table.row(cells.iter().map(|cell| Cell::Text((*cell).to_owned())));
        String::from_utf8(table.csv().bytes).unwrap()
    }

    #[test]
    fn what_looks_like_a_value_is_guarded_and_the_rest_is_not() {
        for cell in [
            "=1+1",
            " @SUM(A1)",
            "-3",
            "＝1",
            "1/2",
            "0102",
            "3E5",
            "１２",
            "3月5日学雷锋",
            "8:30",
            "(5)",
            ".5",
            "¥5",
            "TRUE",
            "false",
            "Mar1",
            "sept 2",
            "½",
            "\t=1",
        ] {
            assert_eq!(text(&[cell]), format!("\u{feff}名称\r\n\"\t{cell}\"\r\n"), "{cell}");
        }
        for cell in ["第1场", "合唱队", "Room 3", "March past", "A1", "True friends", ""] {
            assert_eq!(text(&[cell]), format!("\u{feff}名称\r\n{cell}\r\n"), "{cell}");
        }
    }

    #[test]
    fn titles_of_others_stand_as_they_are_but_for_formulas() {
        let mut table = Table::new("x".into(), ["1.姓名", "=1+1", "志愿者"].map(str::to_owned));
        table.row([Cell::Text("𠮷".into()), Cell::Empty, Cell::Text("0102".into())]);
        let said = "1.姓名,\"\t=1+1\",志愿者\r\n𠮷,,\"\t0102\"\r\n";
        assert_eq!(String::from_utf8(table.csv_of_titles(false).bytes).unwrap(), format!("\u{feff}{said}"));
        assert_eq!(encoding_rs::GB18030.decode(&table.csv_of_titles(true).bytes).0, said);
    }

    #[test]
    fn numbers_are_numbers_and_text_is_quoted() {
        let mut table = Table::new("x".into(), ["a".to_owned(), "b".to_owned(), "c".to_owned()]);
        table.row([Cell::Text("合唱, \"春\"".into()), Cell::Number(-3), Cell::Empty]);
        table.row([Cell::Plain("2026-03-05".into()), Cell::Empty, Cell::Number(7)]);
        let shown = String::from_utf8(table.csv().bytes).unwrap();
        assert_eq!(shown, "\u{feff}a,b,c\r\n\"合唱, \"\"春\"\"\",-3,\r\n2026-03-05,,7\r\n");
    }

    #[test]
    fn a_reader_gets_back_what_was_written() {
        let cells = ["a\nb", "\"", "", ",", "汉字 "];
        let rendered = text(&cells);
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(rendered.trim_start_matches('\u{feff}').as_bytes());
        let read: Vec<String> = reader.records().nth(1).unwrap().unwrap().iter().map(String::from).collect();
        assert_eq!(read, cells);
    }
}

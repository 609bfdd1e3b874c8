//! CSV files that a spreadsheet opens as they are: UTF-8 with a byte order mark, quoted where needed, and no cell that
//! the spreadsheet would run as a formula.

use rocket::http::{ContentType, Header};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};

/// A file to download: rows of cells under a file name (ASCII).
pub struct Csv {
    name: String,
    rows: Vec<Vec<String>>,
}

impl Csv {
    pub fn new(name: String) -> Self {
        Self { name, rows: Vec::new() }
    }

    /// Adds a row of texts and numbers; see [`text`] for what people typed.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The file's text.
    pub fn render(&self) -> String {
        let lines = self.rows.iter().map(|row| row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(","));
        lines.fold(String::from('\u{feff}'), |text, line| text + &line + "\r\n")
    }
}

/// A cell with text that somebody typed. Excel runs what begins like a formula, so such text gets an apostrophe first
/// (OWASP, "CSV Injection").
pub fn text(cell: &str) -> String {
    match cell.trim_start().chars().next() {
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') => format!("'{cell}"),
        _ if cell.starts_with(['\t', '\r', '\n']) => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}

/// RFC 4180.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) || cell.trim() != cell {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

impl<'r> Responder<'r, 'static> for Csv {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let body = self.render();
        Response::build()
            .header(ContentType::new("text", "csv").with_params(("charset", "utf-8")))
            .header(Header::new("Content-Disposition", format!("attachment; filename=\"{}\"", self.name)))
            .sized_body(body.len(), std::io::Cursor::new(body))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        let mut csv = Csv::new("x.csv".into());
        csv.row([text("=1+1"), text(" @SUM(A1)"), text("合唱, \"春\""), "-3".into(), text("第1场")]);
        assert_eq!(csv.render(), "\u{feff}'=1+1,' @SUM(A1),\"合唱, \"\"春\"\"\",-3,第1场\r\n");
    }

    #[test]
    fn a_spreadsheet_reads_back_what_was_written() {
        let cells = ["a\nb", "\"", "", ",", "汉字 "];
        let mut csv = Csv::new("x.csv".into());
        csv.row(cells.map(String::from));
        let rendered = csv.render();
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(rendered.trim_start_matches('\u{feff}').as_bytes());
        let read: Vec<String> = reader.records().next().unwrap().unwrap().iter().map(String::from).collect();
        assert_eq!(read, cells);
    }
}

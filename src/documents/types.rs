//! What a paper is made of.

use std::sync::Arc;

use crate::clock::Date;

/// A text of some pages, A4 upright.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// In the file's properties; on paper it stands where a block says so.
    pub title: String,
    /// Above every page; none where it is empty.
    pub header: String,
    /// Below every page.
    pub pages: PageWords,
    pub blocks: Vec<Block>,
}

/// What stands around the page's number and the number of pages: `第 ` 3 ` 页 / 共 ` 6 ` 页`.
#[derive(Clone, Debug, Default)]
pub struct PageWords {
    pub before: String,
    pub between: String,
    pub after: String,
}

/// A part of the text.
#[derive(Clone, Debug)]
pub enum Block {
    /// The paper's own title, in the middle.
    Title(String),
    /// A chapter's (1) or a smaller part's (2, 3).
    Heading(u8, String),
    /// Text of one or several lines.
    Paragraph(String),
    /// Smaller, for what explains.
    Note(String),
    Table(PaperTable),
    /// Beside each other, two to a row.
    Pictures(Vec<PaperPicture>),
    PageBreak,
    /// A line each to sign or seal above.
    Signatures(Vec<String>),
}

/// A table with a head, which is repeated on every page.
#[derive(Clone, Debug, Default)]
pub struct PaperTable {
    /// Above it, and as its sheet is called; none where it is empty.
    pub title: String,
    pub columns: Vec<PaperColumn>,
    pub rows: Vec<Vec<PaperCell>>,
}

#[derive(Clone, Debug)]
pub struct PaperColumn {
    pub title: String,
    pub kind: ColumnKind,
    /// In characters; the columns of a paper share its width in this proportion.
    pub width: u32,
}

impl PaperColumn {
    pub fn new(title: impl Into<String>, kind: ColumnKind, width: u32) -> Self {
        Self { title: title.into(), kind, width }
    }
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    /// A whole number.
    Count,
    /// Minutes, shown as hours with one decimal.
    Hours,
    /// Thousandths, shown as a percentage with one decimal.
    Percent,
    /// Fen, shown as yuan with two decimals.
    Yuan,
    Day,
}

impl ColumnKind {
    /// Whether its cells stand at the right.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Count | Self::Hours | Self::Percent | Self::Yuan)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperCell {
    Empty,
    Text(String),
    /// Of a number's column: a count, minutes, thousandths, or fen.
    Number(i64),
    /// A number of another kind than its column's, where a column holds several.
    Of(ColumnKind, i64),
    Day(Date),
}

impl PaperCell {
    /// As it is read on paper: `1,234`, `38.5`, `12.3%`, `2026-03-05`.
    pub fn shown(&self, kind: ColumnKind) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Day(day) => day.to_string(),
            Self::Of(kind, number) => Self::Number(*number).shown(*kind),
            Self::Number(number) => match kind {
                ColumnKind::Hours => tenths(*number * 10, 60),
                ColumnKind::Percent => format!("{}%", tenths(*number, 1)),
                ColumnKind::Yuan => {
                    let sign = if *number < 0 { "-" } else { "" };
                    format!("{sign}{}.{:02}", thousands((*number / 100).abs()), (*number % 100).abs())
                }
                ColumnKind::Text | ColumnKind::Count | ColumnKind::Day => thousands(*number),
            },
        }
    }
}

/// `value / of`, which is in tenths, rounded half away from zero: `38.5`.
fn tenths(value: i64, of: i64) -> String {
    let rounded = (value.abs() * 2 + of) / (of * 2);
    let sign = if value < 0 && rounded > 0 { "-" } else { "" };
    format!("{sign}{}.{}", thousands(rounded / 10), rounded % 10)
}

fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A picture that `files` has looked at: PNG or JPEG.
#[derive(Clone, Debug)]
pub struct PaperPicture {
    pub bytes: Arc<[u8]>,
    /// Below it, and read to who does not see it.
    pub caption: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let shown = |number, kind| PaperCell::Number(number).shown(kind);
        assert_eq!(
            (shown(1_234_567, ColumnKind::Count), shown(-1_000, ColumnKind::Count)),
            ("1,234,567".into(), "-1,000".into())
        );
        assert_eq!(
            (shown(195, ColumnKind::Hours), shown(2, ColumnKind::Hours), shown(3, ColumnKind::Hours)),
            ("3.3".into(), "0.0".into(), "0.1".into())
        );
        assert_eq!(
            (shown(123, ColumnKind::Percent), shown(1_000, ColumnKind::Percent)),
            ("12.3%".into(), "100.0%".into())
        );
        assert_eq!(shown(-90, ColumnKind::Hours), "-1.5");
        assert_eq!(
            (shown(123_456, ColumnKind::Yuan), shown(-5, ColumnKind::Yuan)),
            ("1,234.56".into(), "-0.05".into())
        );
        assert_eq!(PaperCell::Of(ColumnKind::Hours, 90).shown(ColumnKind::Count), "1.5");
    }
}

//! Reading a holiday's form, and a year's arrangement that is brought in.

use chrono::Datelike as _;

use super::reading::{self, LONGEST, ReadLine};
use super::types::{HolidayKind, HolidayMode};
use crate::clock::Date;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::fields::{Fields, parse};
use crate::hands;
use crate::sheets::{self, Book, SheetFault};

pub struct HolidayInput {
    pub kind: HolidayKind,
    pub starts_on: Date,
    pub ends_on: Date,
    pub name: String,
    pub name_en: String,
}

/// Fields `starts_on`, `ends_on` (the same day where it is left empty), `name name_en`, and `kind`, a holiday where it is not said.
pub fn holiday(fields: &Fields, today: Date) -> Result<HolidayInput> {
    let day = parse::day(today, parse::PLANS);
    let mut read = fields.read();
    let kind = read.optional("kind", parse::choice);
    let starts_on = read.required("starts_on", &day);
    let ends_on = read.optional("ends_on", &day);
    let name = read.required("name", parse::line(30));
    let name_en = read.required("name_en", parse::line(60));
    if let (Some(from), Some(Some(to))) = (starts_on, ends_on) {
        if to < from {
            read.fault::<()>("ends_on", Fault::new("field.ends_before_start"));
        } else if (to.0 - from.0).num_days() >= LONGEST {
            read.fault::<()>("ends_on", Fault::bound("field.holiday_too_long", LONGEST));
        }
    }
    read.finish(|| {
        let (starts_on, kind) = (starts_on?, kind?.unwrap_or(HolidayKind::Holiday));
        let ends_on = ends_on?.unwrap_or(starts_on);
        Some(HolidayInput { kind, starts_on, ends_on, name: name?, name_en: name_en? })
    })
}

/// Characters that may be pasted: a year has some twenty lines.
const MOST_TEXT: usize = 20_000;

/// Bytes of a file.
const MOST_BYTES: usize = 1 << 20;

/// A year's arrangement as it was sent: whose, from where, and its lines.
pub struct Arrangement {
    pub year: i64,
    pub source: String,
    pub mode: HolidayMode,
    pub lines: Vec<ReadLine>,
}

/// Fields `year source mode`, and `cells`, the lines as text, where no file comes beside them.
///
/// # Errors
/// `Invalid` at each field, at `file` or `cells` for what cannot be read as a table; `Busy`.
pub async fn arrangement(fields: &Fields, file: Option<Vec<u8>>, today: Date) -> Result<Arrangement> {
    let mut read = fields.read();
    let this = i64::from(today.0.year());
    let year = read.required("year", parse::integer(this - 2..=this + 5));
    let source = read.required("source", parse::line(80));
    let mode = read.required("mode", parse::choice);
    let cells = match file {
        Some(_) => Some(String::new()),
        None => read.required("cells", parse::text(MOST_TEXT)),
    };
    let (year, source, mode, cells) = read.finish(|| Some((year?, source?, mode?, cells?)))?;
    let (field, book) = match file {
        Some(bytes) => ("file", hands::KNOWN.lend(move || open(&bytes)).await?),
        None => ("cells", pasted(&cells)),
    };
    let refused = |fault: Fault| Error::Invalid(FieldErrors::one(field, fault));
    let book = book.map_err(|fault| refused(fault.into()))?;
    let lines = reading::lines(&book, year).map_err(refused)?;
    Ok(Arrangement { year, source, mode, lines })
}

fn open(bytes: &[u8]) -> Result<Book, SheetFault> {
    if bytes.len() > MOST_BYTES { Err(SheetFault::TooLarge) } else { sheets::read(bytes) }
}

/// Cells of a spreadsheet, or lines that somebody typed with commas.
fn pasted(text: &str) -> Result<Book, SheetFault> {
    if text.contains('\t') { sheets::read_pasted(text) } else { sheets::read(text.replace('，', ",").as_bytes()) }
}

/// Fields `year`, whose table is asked for; this year's where it is not said.
pub fn year_asked(fields: &Fields, today: Date) -> i64 {
    let this = i64::from(today.0.year());
    fields.get("year").parse().ok().filter(|year| (this - 10..=this + 6).contains(year)).unwrap_or(this)
}

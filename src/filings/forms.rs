//! Reading a profile's forms, and what one is filled with.

use super::rules;
use super::types::{ColumnStep, DateForm, ExportProfileId, FilingAsked, FilingField, FilingFormat, FilingSubject};
use crate::clock::{Date, Month};
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};

/// Fields `name copy_of`: a new profile begins as a copy of another.
pub fn copy(fields: &Fields) -> Result<(String, ExportProfileId)> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(60));
    let original = read.required("copy_of", parse::choice);
    read.finish(|| Some((name?, original?)))
}

/// What is said of a profile besides its columns.
pub struct ProfileInput {
    pub name: String,
    pub file_name: String,
    pub format: FilingFormat,
    pub note: Option<String>,
    /// What the form was filled from.
    pub version: i64,
}

fn version_in(read: &mut Reader<'_>) -> Option<i64> {
    read.required("version", parse::integer(0..=i64::MAX))
}

fn pattern(text: &str) -> Result<String, Fault> {
    let pattern = parse::line(80)(text)?;
    if rules::makes_a_name(&pattern) { Ok(pattern) } else { Err(Fault::new("field.no_file_name")) }
}

/// Fields `name file_name format note version`.
pub fn profile(fields: &Fields) -> Result<ProfileInput> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(60));
    let file_name = read.required("file_name", pattern);
    let format = read.required("format", parse::choice);
    let note = read.optional("note", parse::text(500));
    let version = version_in(&mut read);
    read.finish(|| {
        Some(ProfileInput { name: name?, file_name: file_name?, format: format?, note: note?, version: version? })
    })
}

/// A column, as it is entered.
pub struct ColumnInput {
    pub title: String,
    pub field: Option<FilingField>,
    pub constant: Option<String>,
    pub required: bool,
    pub date_form: DateForm,
    pub version: i64,
}

/// Fields `title field constant required date_form version`; of `field` and `constant` one.
pub fn column(fields: &Fields, subject: FilingSubject) -> Result<ColumnInput> {
    let mut read = fields.read();
    let title = read.required("title", parse::line(60));
    let field: Option<Option<FilingField>> = read.optional("field", parse::choice);
    let constant = read.optional("constant", parse::line(120));
    let mut required = read.flag("required");
    let date_form = read.optional("date_form", parse::choice);
    let version = version_in(&mut read);
    match (field, &constant) {
        (Some(Some(field)), _) if !field.fits(subject) => {
            read.fault::<()>("field", Fault::new("field.not_a_choice"));
        }
        (Some(Some(_)), Some(Some(_))) => {
            read.fault::<()>("constant", Fault::new("field.constant_or_field"));
        }
        (Some(None), Some(None)) => {
            read.fault::<()>("constant", Fault::new("field.constant_needed"));
        }
        (Some(Some(field)), _) if required && field.mended_at().is_none() => {
            read.fault::<()>("required", Fault::new("field.never_lacks"));
        }
        // The same text in every row is always there.
        (Some(None), _) => required = false,
        _ => {}
    }
    read.finish(|| {
        Some(ColumnInput {
            title: title?,
            field: field?,
            constant: constant?,
            required,
            date_form: date_form?.unwrap_or(DateForm::Iso),
            version: version?,
        })
    })
}

/// Fields `to version`.
pub fn step(fields: &Fields) -> Result<(ColumnStep, i64)> {
    let mut read = fields.read();
    let to = read.required("to", parse::choice);
    let version = version_in(&mut read);
    read.finish(|| Some((to?, version?)))
}

/// Field `version`.
pub fn version(fields: &Fields) -> Result<i64> {
    let mut read = fields.read();
    let version = version_in(&mut read);
    read.finish(|| version)
}

/// The month before: what is filed, mostly.
pub fn last_month(today: Date) -> Fields {
    let month = Month::of(today).previous();
    Fields::default().with("from", month.first()).with("to", month.end().minus_days(1))
}

/// Fields `from to`, both included, and any number of `team`.
pub fn asked(fields: &Fields) -> Result<FilingAsked> {
    read_asked(fields.read(), None)
}

/// As [`asked`], and `full` with a `reason`: numbers in full.
pub fn taken(fields: &Fields) -> Result<FilingAsked> {
    let mut read = fields.read();
    let full = read.flag("full");
    let reason = match read.optional("reason", parse::line(80)) {
        Some(None) if full => read.fault("reason", Fault::new("field.required")),
        reason => reason.flatten().filter(|_| full),
    };
    read_asked(read, reason)
}

fn read_asked(mut read: Reader<'_>, reason: Option<String>) -> Result<FilingAsked> {
    let (from, to) = (read.required("from", parse::date), read.required("to", parse::date));
    let teams = read.every("team", parse::choice);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        read.fault::<()>("to", Fault::new("field.ends_before_start"));
    }
    read.finish(|| Some(FilingAsked { from: from?, to: to?, teams: teams?, reason }))
}

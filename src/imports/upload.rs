//! A roster as it is sent: a file, or cells that were pasted.

use rocket::data::ToByteUnit as _;
use rocket::form::{self, DataField, FromForm, FromFormField, ValueField};

use super::types::ImportSource;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::files::{self, CheckedFile, FileKind};
use crate::sheets::{self, Book};

/// A file of a form, in memory: it holds people's data, which is never written beside the database.
pub struct SentFile {
    name: String,
    bytes: Vec<u8>,
    is_whole: bool,
}

#[rocket::async_trait]
impl<'r> FromFormField<'r> for SentFile {
    fn from_value(field: ValueField<'r>) -> form::Result<'r, Self> {
        Ok(Self { name: String::new(), bytes: field.value.as_bytes().to_vec(), is_whole: true })
    }

    async fn from_data(field: DataField<'r, '_>) -> form::Result<'r, Self> {
        let name = field.file_name.and_then(|name| name.as_str()).unwrap_or_default().to_owned();
        let read = field.data.open(sheets::MAX_BYTES.bytes() + 1).into_bytes().await?;
        Ok(Self { name, is_whole: read.is_complete(), bytes: read.into_inner() })
    }
}

/// What a page sends, or a program.
#[derive(FromForm)]
pub struct Upload {
    pub file: Option<SentFile>,
    pub cells: Option<String>,
}

/// A roster that can be read.
pub struct Roster {
    pub source: ImportSource,
    pub file: CheckedFile,
    pub book: Book,
}

impl Upload {
    /// # Errors
    /// `Invalid` at `file` or `cells`, with what keeps it from being read; `Busy`.
    pub async fn roster(self) -> Result<Roster> {
        let pasted = self.cells.filter(|cells| !cells.trim().is_empty());
        let file = self.file.filter(|file| !file.bytes.is_empty());
        let (field, source, name, bytes) = match (file, pasted) {
            (Some(file), _) if !file.is_whole => return Err(files::FileFault::TooLarge.in_field("file")),
            (Some(file), _) => ("file", None, file.name, file.bytes),
            (None, Some(cells)) => ("cells", Some(ImportSource::Pasted), "cells".to_owned(), cells.into_bytes()),
            (None, None) => return Err(Error::field("file", "field.required")),
        };
        let file = files::check(&name, bytes.clone(), &[FileKind::Xlsx, FileKind::Text]);
        let source = source.unwrap_or(match &file {
            Ok(file) if file.kind() == FileKind::Xlsx => ImportSource::Workbook,
            _ => ImportSource::Text,
        });
        // What the reader says of a file that is none tells more than that it is none.
        let book = super::actions::open(source, bytes).await?;
        let book = book.map_err(|fault| Error::Invalid(FieldErrors::one(field, Fault::from(fault))))?;
        Ok(Roster { source, file: file.map_err(|fault| fault.in_field(field))?, book })
    }
}

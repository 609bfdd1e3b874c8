//! A roster as it is sent: a file, or cells that were pasted.

use rocket::form::FromForm;

use super::types::ImportSource;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::files::{self, CheckedFile, FileKind, SentFile};
use crate::sheets::Book;

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
        let file = self.file.filter(|file| !file.is_empty());
        let (field, source, name, bytes) = match (file, pasted) {
            (Some(file), _) => {
                let (name, bytes) = file.whole().map_err(|fault| fault.in_field("file"))?;
                ("file", None, name, bytes)
            }
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

//! A form as it is sent: the workbook, whose it is, and what it is called.

use rocket::form::{Form as Multipart, FromForm};

use super::types::FormOwner;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::fields::parse;
use crate::files::{CheckedFile, FileKind, SentFile};
use crate::hands;
use crate::ids::PurchaserId;
use crate::sheets::{self, FormName};
use crate::web::Fields;

const WORKBOOK: &[FileKind] = &[FileKind::Xlsx];

/// Characters of a form's name.
const NAME: usize = 60;

#[derive(FromForm)]
pub(crate) struct SentWorkbook {
    file: SentFile,
    #[field(default = "")]
    name: String,
    #[field(default = "")]
    purchaser: String,
}

/// A form that may be kept.
pub struct NewForm {
    pub owner: PurchaserId,
    pub name: String,
    pub file: CheckedFile,
}

impl SentWorkbook {
    /// What was typed beside the file, for a form that is shown again.
    pub(super) fn typed(sent: &rocket::form::Result<'_, Multipart<Self>>) -> Fields {
        sent.as_ref().map_or_else(
            |_| Fields::default(),
            |sent| Fields::default().with("name", sent.name.trim()).with("purchaser", sent.purchaser.trim()),
        )
    }

    /// As it may be kept for one of these owners: called as it is sent, or like its file.
    ///
    /// # Errors
    /// `Invalid` at `file`, `name` or `purchaser`, `Refused` for a workbook that could not be filled.
    pub(super) async fn read(sent: rocket::form::Result<'_, Multipart<Self>>, owners: &[FormOwner]) -> Result<NewForm> {
        let sent = sent.map_err(|_| Error::field("file", "file_fault.wrong_kind"))?.into_inner();
        let fields = Fields::default().with("name", sent.name.trim()).with("purchaser", sent.purchaser.trim());
        let mut read = fields.read();
        let name = read.optional("name", parse::line(NAME));
        let owner = match owners {
            [only] => Some(only.id),
            several => read.required("purchaser", |text| {
                let chosen: PurchaserId = parse::choice(text)?;
                several.iter().find(|owner| owner.id == chosen).ok_or(Fault::new("field.not_a_choice"))?;
                Ok(chosen)
            }),
        };
        let (owner, name) = read.finish(|| owner.zip(name))?;
        let file = checked(sent.file).await?;
        let name = match name {
            Some(name) => name,
            None => {
                let called: String = file.name().trim_end_matches(".xlsx").chars().take(NAME).collect();
                parse::line(NAME)(&called).map_err(|fault| Error::Invalid(FieldErrors::one("name", fault)))?
            }
        };
        Ok(NewForm { owner, name, file })
    }

    /// The file alone, for a form that is there.
    ///
    /// # Errors
    /// As [`SentWorkbook::read`]'s.
    pub(super) async fn read_file(sent: rocket::form::Result<'_, Multipart<Self>>) -> Result<CheckedFile> {
        let sent = sent.map_err(|_| Error::field("file", "file_fault.wrong_kind"))?.into_inner();
        checked(sent.file).await
    }
}

/// A workbook in which something can be filled.
async fn checked(file: SentFile) -> Result<CheckedFile> {
    let file = file.checked("file", WORKBOOK).await?;
    if names(file.bytes().to_vec()).await?.is_empty() { Err(Error::refused("form_without_names")) } else { Ok(file) }
}

/// The named cells of a workbook, looked for by a lent hand.
pub(super) async fn names(bytes: Vec<u8>) -> Result<Vec<FormName>> {
    hands::KNOWN.lend(move || sheets::named_cells(&bytes)).await?.map_err(|fault| fault.in_field("file"))
}

/// Why a form is taken away.
pub(super) fn reason(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required("reason", parse::line(120));
    read.finish(|| reason)
}

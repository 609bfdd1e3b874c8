//! A sign-in sheet as a form sends it.

use rocket::form::{Form as Multipart, FromForm};

use super::forms;
use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::files::{CheckedFile, FileKind, SentFile};

const SHEETS: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Pdf];

#[derive(FromForm)]
pub(crate) struct SentSheet {
    sheet: SentFile,
    #[field(default = "")]
    caption: String,
}

impl SentSheet {
    /// What was written below it, for a form that is shown again.
    pub(super) fn caption_of(sent: &rocket::form::Result<'_, Multipart<Self>>) -> String {
        sent.as_ref().map_or_else(|_| String::new(), |sent| sent.caption.clone())
    }

    /// The file as it may be kept, and what stands below it.
    ///
    /// # Errors
    /// `Invalid` at `sheet` or `caption`.
    pub(super) async fn checked(
        sent: rocket::form::Result<'_, Multipart<Self>>,
    ) -> Result<(CheckedFile, Option<String>)> {
        let sent = sent.map_err(|_| Error::field("sheet", "file_fault.empty"))?.into_inner();
        let caption = forms::caption(&Fields::default().with("caption", sent.caption.trim()))?;
        if sent.sheet.is_empty() {
            return Err(Error::field("sheet", "file_fault.empty"));
        }
        Ok((sent.sheet.checked("sheet", SHEETS).await?, caption))
    }
}

//! Pictures as a form sends them: several at once, as a phone lets choose.

use rocket::form::{Form as Multipart, FromForm};

use super::types::MOST_PHOTOS;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::fields::parse;
use crate::files::{CheckedFile, FileKind, SentFile};
use crate::web::Fields;

const PICTURES: &[FileKind] = &[FileKind::Jpeg, FileKind::Png];

#[derive(FromForm)]
pub(crate) struct SentPhotos {
    photo: Vec<SentFile>,
    #[field(default = "")]
    caption: String,
}

impl SentPhotos {
    /// What was written below them, for a form that is shown again.
    pub(super) fn caption_of(sent: &rocket::form::Result<'_, Multipart<Self>>) -> String {
        sent.as_ref().map_or_else(|_| String::new(), |sent| sent.caption.clone())
    }

    /// The pictures as they may be kept, and what stands below them.
    ///
    /// # Errors
    /// `Invalid` at `photo` or `caption`.
    pub(super) async fn checked(
        sent: rocket::form::Result<'_, Multipart<Self>>,
    ) -> Result<(Vec<CheckedFile>, Option<String>)> {
        // All of them together are more than a form may weigh, or what came is no form.
        let sent = sent.map_err(|_| Error::field("photo", "field.photos_too_large"))?.into_inner();
        let fields = Fields::default().with("caption", sent.caption.trim());
        let mut read = fields.read();
        let caption = read.optional("caption", parse::line(60));
        let caption = read.finish(|| caption)?;
        // A field in which nothing was chosen is sent all the same.
        let photos: Vec<SentFile> = sent.photo.into_iter().filter(|photo| !photo.is_empty()).collect();
        match photos.len() {
            0 => return Err(Error::field("photo", "file_fault.empty")),
            number if number > MOST_PHOTOS => return Err(too_many()),
            _ => {}
        }
        let mut pictures = Vec::with_capacity(photos.len());
        for photo in photos {
            pictures.push(photo.checked("photo", PICTURES).await?);
        }
        Ok((pictures, caption))
    }
}

/// There are more pictures than a session keeps.
pub(super) fn too_many() -> Error {
    FieldErrors::one("photo", Fault::bound("field.too_many_photos", MOST_PHOTOS)).into()
}

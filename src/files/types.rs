//! What a file is, and why one is not taken.

use rocket::http::ContentType;

use super::MAX_BYTES;
use crate::error::{Error, Fault, FieldErrors};
use crate::store::text_enum;

text_enum!(
    /// What a file holds, by its content.
    FileKind in "file_kind" {
        Jpeg = "jpeg",
        Png = "png",
        Pdf = "pdf",
        Xlsx = "xlsx",
        Text = "text",
    }
);

impl FileKind {
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png)
    }

    pub fn content_type(self) -> ContentType {
        match self {
            Self::Jpeg => ContentType::JPEG,
            Self::Png => ContentType::PNG,
            Self::Pdf => ContentType::PDF,
            Self::Xlsx => ContentType::new("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            // Its encoding is whatever it is.
            Self::Text => ContentType::new("text", "plain"),
        }
    }

    /// How its name ends.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Text => "csv",
        }
    }
}

/// A file that may be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct CheckedFile {
    pub(super) kind: FileKind,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

impl CheckedFile {
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// As it came, without what a name may not hold.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What will be kept: a picture is not what was sent.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl std::fmt::Debug for CheckedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckedFile")
            .field("kind", &self.kind)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// A file that was kept.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptFile {
    pub kind: FileKind,
    pub name: String,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for KeptFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptFile").field("kind", &self.kind).field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// How a file lies in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// As it is.
    Plain,
    /// Sealed with its name: what shows or names a person.
    Sealed,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    Empty,
    TooLarge,
    /// It is none of the kinds that are asked for.
    WrongKind,
    /// A picture with more pixels than memory is taken for.
    TooManyPixels,
    /// It begins like one of its kind and does not go on so.
    Broken,
}

impl From<FileFault> for Fault {
    fn from(fault: FileFault) -> Self {
        match fault {
            FileFault::Empty => Self::new("file_fault.empty"),
            FileFault::TooLarge => Self::bound("file_fault.too_large", MAX_BYTES >> 20),
            FileFault::WrongKind => Self::new("file_fault.wrong_kind"),
            FileFault::TooManyPixels => Self::bound("file_fault.too_many_pixels", super::picture::MOST_PIXELS),
            FileFault::Broken => Self::new("file_fault.broken"),
        }
    }
}

impl FileFault {
    /// As the fault of the form's field in which the file was sent.
    pub fn in_field(self, name: &str) -> Error {
        Error::Invalid(FieldErrors::one(name, self.into()))
    }
}

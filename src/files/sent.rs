//! A file as a form sends it.

use rocket::data::ToByteUnit as _;
use rocket::form::{self, DataField, FromFormField, ValueField};

use super::{CheckedFile, FileFault, FileKind, MAX_BYTES, check};
use crate::error::Result;
use crate::hands;

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
        let read = field.data.open(MAX_BYTES.bytes() + 1).into_bytes().await?;
        Ok(Self { name, is_whole: read.is_complete(), bytes: read.into_inner() })
    }
}

impl SentFile {
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Its name and all of it.
    ///
    /// # Errors
    /// `TooLarge` where there was more than is read.
    pub fn whole(self) -> std::result::Result<(String, Vec<u8>), FileFault> {
        if self.is_whole { Ok((self.name, self.bytes)) } else { Err(FileFault::TooLarge) }
    }

    /// As it may be kept, if it is of these kinds.
    ///
    /// # Errors
    /// `Invalid` at `field`; `Busy` where too many want a hand.
    pub async fn checked(self, field: &str, kinds: &'static [FileKind]) -> Result<CheckedFile> {
        let (name, bytes) = self.whole().map_err(|fault| fault.in_field(field))?;
        hands::KNOWN.lend(move || check(&name, bytes, kinds)).await?.map_err(|fault| fault.in_field(field))
    }
}

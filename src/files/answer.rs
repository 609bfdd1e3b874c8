//! A file as an answer.

use std::io::Cursor;

use rocket::Request;
use rocket::http::Header;
use rocket::response::{self, Responder, Response};

use super::KeptFile;

/// A file that is sent: as a picture that a page shows, or to be saved. A browser never shows anything else of what people have
/// sent, nor guesses what it is.
#[derive(Debug)]
pub struct FileAnswer {
    file: KeptFile,
    is_shown: bool,
}

impl FileAnswer {
    /// To be saved, whatever it is.
    pub fn attachment(file: KeptFile) -> Self {
        Self { file, is_shown: false }
    }

    /// Shown where it is a picture, else to be saved.
    pub fn shown(file: KeptFile) -> Self {
        let is_shown = file.kind.is_picture();
        Self { file, is_shown }
    }
}

/// How an answer is to be taken (`inline` or `attachment`) and called, whatever stands in the name.
pub fn disposition(how: &str, name: &str) -> String {
    // For what does not know the second form; RFC 6266 says that the first then need not be right.
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' { c } else { '_' }).collect();
    // RFC 8187: what is no attr-char is percent-encoded, byte by byte.
    let encoded: String = name
        .bytes()
        .map(|byte| match byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect();
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

impl<'r> Responder<'r, 'static> for FileAnswer {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Response::build()
            .header(self.file.kind.content_type())
            .header(Header::new(
                "Content-Disposition",
                disposition(if self.is_shown { "inline" } else { "attachment" }, &self.file.name),
            ))
            .header(Header::new("X-Content-Type-Options", "nosniff"))
            .header(Header::new("Cache-Control", "private, no-store"))
            .sized_body(self.file.bytes.len(), Cursor::new(self.file.bytes))
            .ok()
    }
}

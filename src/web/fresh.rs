//! What a reader has already and need not be sent again (RFC 9110, 13.1.2).

use std::convert::Infallible;
use std::fmt::Display;

use data_encoding::BASE64URL_NOPAD;
use rocket::http::{Header, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::{self, Response};
use sha2::{Digest, Sha256};

/// What an answer is known by: two that are told the same are the same. A weak one, for the bytes are packed anew each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Etag(String);

/// Bytes of it: more than enough that no two answers have one by chance.
const LENGTH: usize = 18;

impl Etag {
    /// The etag of all that the answer depends on.
    pub fn of(all: impl Display) -> Self {
        let digest = Sha256::digest(all.to_string().as_bytes());
        Self(BASE64URL_NOPAD.encode(digest.get(..LENGTH).unwrap_or_default()))
    }

    pub fn header(&self) -> Header<'static> {
        Header::new("ETag", format!("W/\"{}\"", self.0))
    }

    /// 304, with how long it may be kept.
    ///
    /// # Errors
    /// Never.
    pub fn unchanged(&self, cache: impl Into<String>) -> response::Result<'static> {
        Response::build()
            .status(Status::NotModified)
            .header(self.header())
            .header(Header::new("Cache-Control", cache.into()))
            .header(Header::new("Vary", "Accept-Encoding"))
            .ok()
    }
}

/// The tags of what the reader says to have.
#[derive(Clone, Debug)]
pub struct HeldCopy(Vec<String>);

impl HeldCopy {
    pub fn of(request: &Request<'_>) -> Self {
        let lines = request.headers().get("If-None-Match").flat_map(|line| line.split(','));
        Self(lines.map(|one| one.trim().trim_start_matches("W/").trim_matches('"').to_owned()).collect())
    }

    /// Whether they have this one, or whatever there is.
    pub fn has(&self, etag: &Etag) -> bool {
        self.0.iter().any(|one| *one == etag.0 || one == "*")
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for HeldCopy {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self::of(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_is_found_among_those_that_are_held() {
        let (etag, other) = (Etag::of("a page"), Etag::of("another"));
        let held = |text: &str| {
            HeldCopy(
                text.split(',').map(|one| one.trim().trim_start_matches("W/").trim_matches('"').to_owned()).collect(),
            )
        };
        let line = format!("\"x\", W/\"{}\"", etag.0);
        assert!(held(&line).has(&etag) && !held(&line).has(&other));
        assert!(held("*").has(&other) && !held("").has(&other));
        assert_eq!(etag, Etag::of("a page"));
    }
}

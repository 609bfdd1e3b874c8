//! A one-time link as a page shows it: as a code to be scanned from the screen, and as words to be sent.

use chrono::NaiveDateTime;

use super::qr;
use super::site::Site;
use crate::error::Result;

/// A link that is good once.
pub struct OneTimeLink {
    pub url: String,
    /// An `<svg>` element.
    pub qr: String,
    /// Until when, where the page stands.
    pub until: NaiveDateTime,
    /// What it is for: `link.<what>` says so.
    pub what: &'static str,
}

impl OneTimeLink {
    pub fn new(site: &Site, path: impl std::fmt::Display, until: NaiveDateTime, what: &'static str) -> Result<Self> {
        let url = site.link(path);
        Ok(Self { qr: qr::svg(&url)?, url, until, what })
    }
}

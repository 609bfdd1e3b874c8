//! 台账: the papers of a center's sessions over a period, as an office keeps them: of each the notice, the register, the sign-in sheet,
//! pictures, the summary and what was said of it; with what is missing, and where it is mended. Seen on a page, and taken as one archive.
//!
//! It stands above what it shows, and keeps nothing. Of confidential kinds (`activities::title`) nobody's name, nor a title,
//! a text or a picture stands in it, whoever asks: it is handed on.

mod actions;
pub(crate) mod api;
mod archive;
mod days;
pub(crate) mod forms;
mod pages;
mod papers;
mod queries;
pub mod rules;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{TakenLedger, take};
pub use types::{LedgerCut, LedgerPart, LedgerSession};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("ledgers", |rocket| async { rocket.mount("/", pages::routes()).mount("/api/v1", api::routes()) })
}

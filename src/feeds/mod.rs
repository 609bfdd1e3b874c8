//! Calendars for the phones of those who plan, work and come: a center's public one, and by a secret link one of a center with its
//! drafts, of a room, a team, a worker, or of whom a phone is confirmed to belong to. A link is its maker's: it is shown to nobody else,
//! and good for as long as they may see what it shows, so whoever leaves takes no calendar along.
//!
//! A program asks every hour. What it has already it is not sent again, and nothing is written for it.

mod actions;
pub(crate) mod api;
mod calendar;
mod files;
mod forgetting;
pub(crate) mod forms;
mod merging;
mod own;
mod pages;
pub mod queries;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{make, make_own, renew, renew_own, revoke, revoke_own};
pub use forgetting::forget;
pub use merging::{JOURNALED, absorb};
pub use told::told;
pub use types::{Feed, FeedId, FeedOf, FeedSubject};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("feeds", |rocket| async {
        let rocket = rocket.mount("/", files::routes()).mount("/", pages::routes()).mount("/", own::routes());
        rocket.mount("/api/v1", api::routes())
    })
}

//! What somebody says of hours (申报与更正, order 67 art. 13): service that no door saw, or that a row of the ledger is not right. Whoever
//! served asks from a phone that is confirmed to be theirs, the leader of their team for a member, a worker on behalf. A claim is a row of
//! its own and counts nowhere (DECISIONS 28); a worker confirms it into the ledger or declines it with a word, and either can be undone.
//!
//! A claimed stretch is compared with every measured stay of the person, also at other centers, and with every other stretch that they
//! claim: where two overlap, it is confirmed with a reason only. Of another center no more is told than that.

mod actions;
pub(crate) mod api;
mod asking;
mod decisions;
mod forgetting;
pub mod forms;
mod led;
mod listing;
mod merging;
mod own;
mod pages;
mod person;
pub mod queries;
pub mod rules;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{endorse, reopen, undo, withdraw, withdraw_own};
pub use asking::{Claimant, correct, report};
pub use decisions::decide;
pub use forgetting::forget;
pub use listing::ClaimsCut;
pub use merging::{JOURNALED, absorb};
pub use told::told;
pub use types::{Claim, ClaimAnswer, ClaimId, ClaimKind, ClaimOverlap, ClaimState};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("claims", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/", person::routes());
        rocket.mount("/", own::routes()).mount("/", led::routes()).mount("/api/v1", api::routes())
    })
}

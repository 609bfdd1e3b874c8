//! One human, one row (DECISIONS 13): likely doubles are listed, two rows are made one with everything that hangs on them, and that can
//! be taken back. Each feature moves its own rows ([`crate::journal`]); here stands in which order.

mod actions;
pub(crate) mod api;
mod forgetting;
mod forms;
mod pages;
pub mod queries;
mod types;

use rocket::fairing::AdHoc;

use crate::store::SealedColumn;

pub use actions::{merge, tell_apart, undo};
pub use forgetting::forget;
pub use types::{Likeness, Merge, MergeId};

pub const SEALED: &[SealedColumn] = &[SealedColumn::text("merge_entries", &["merge_id", "place"], "sealed")];

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("merges", |rocket| async { rocket.mount("/", pages::routes()).mount("/api/v1", api::routes()) })
}

//! The handover (交接) of a worker's work: all that they have in hand, given to others from a day on in one transaction, and a list
//! of what cannot be given. It stands above whatever a worker leads or is responsible for; each feature gives its own rows.
//!
//! Nobody leaves who leads something still (`workers::end` refuses it), so nothing is led by nobody. What was held already
//! stays theirs: who led a session that took place is history, and reports count it.
//!
//! A handover is taken back as far as what was given stands as it was given, and while the worker is there: whoever has left
//! for good leads nothing, so then there is no undoing; their successor's work is handed over instead.

mod actions;
pub(crate) mod api;
mod forms;
mod merging;
mod pages;
pub mod queries;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{hand_over, undo};
pub use forms::HandoverInput;
pub use merging::{JOURNALED, absorb};
pub use types::{Handover, HandoverId, HandoverItem, HandoverKind, HandoverOutcome, OpenThing};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("handovers", |rocket| async { rocket.mount("/", pages::routes()).mount("/api/v1", api::routes()) })
}

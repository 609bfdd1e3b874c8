//! Households (户): people who live together, with a head, the relations to them, and one address; in and out with dates. Files
//! (建档) are counted by households and by persons.

mod actions;
pub(crate) mod api;
mod forgetting;
pub(crate) mod forms;
mod merging;
mod pages;
pub mod queries;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{join, move_in, open, revise, revise_stay, void_stay};
pub use forgetting::forget;
pub use merging::{JOURNALED, absorb};
pub use told::told;
pub use types::{HomeStay, Household, HouseholdCount, HouseholdId, Housemate, Relation, StayId};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("households", |rocket| async {
        rocket.mount("/", pages::routes()).mount("/api/v1", api::routes())
    })
}

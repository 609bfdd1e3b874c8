//! Places (报名) in sessions and whole courses: on what terms one registers, who has a seat, who waits, and who moves up. By phone on the public
//! page, by a worker, or pasted out of a WeChat group. The session's row is held while anything of it changes, so there are never more heads
//! than seats, and never fewer seats for priority groups than were promised. The door asks who has a place; closing notes who did not come. A
//! session that is moved or cancelled leaves the registrations as they are: what that means is seen when they are read.

mod actions;
pub(crate) mod api;
pub(crate) mod calls;
pub mod chain;
pub(crate) mod chain_api;
mod chain_pages;
mod companions;
mod door;
mod forgetting;
pub(crate) mod forms;
mod guests;
mod hall;
mod hand;
mod jobs;
mod list;
mod matching;
mod merging;
mod public;
pub mod queries;
pub mod rules;
mod staff;
pub mod terms;
pub(crate) mod terms_api;
mod terms_pages;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::PlaceTaken;
pub use door::{forget_absent, note_absent, take_turns};
pub use forgetting::forget;
pub use list::RegistrationsCut;
pub use merging::{JOURNALED, absorb, seat_again, sessions_of_both, sessions_of_returned};
pub use public::{OwnPlaces, RegistrationCard};
pub use staff::{cancel, excuse, register_guest};
pub use told::told;
pub use types::{
    CallAnswer, CallLine, CourseId, CourseState, OwnPlace, RegisteredBy, Registration, RegistrationId,
    RegistrationMode, RegistrationRefusal, RegistrationStanding, RegistrationState, RegistrationTerms,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("registrations", |rocket| async {
        let rocket = rocket.mount("/", public::routes()).mount("/", list::routes()).mount("/", terms_pages::routes());
        let rocket = rocket.mount("/", chain_pages::routes()).mount("/", calls::routes());
        let rocket = rocket.mount("/api/v1", api::routes()).mount("/api/v1", terms_api::routes());
        let rocket = rocket.mount("/api/v1", chain_api::routes()).mount("/api/v1", calls::api_routes());
        crate::jobs::register(rocket, jobs::registry())
    })
}

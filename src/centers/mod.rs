//! Centers: one place with rooms, in one community of one town. The annex of the notice names the first 25.

mod actions;
pub(crate) mod api;
mod front;
pub mod listing;
mod pages;
pub mod population;
mod poster;
pub mod queries;
mod types;

use rocket::fairing::AdHoc;

pub use actions::rename;
pub(crate) use actions::{Founding, found};
pub use front::{FrontNote, FrontNotes, FrontWriter, above_the_list};
pub use population::{Population, SecondNumber};
pub use poster::Poster;
pub use types::{Center, CenterHead, CenterId, CenterKind};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("centers", |rocket| async { rocket.mount("/", pages::routes()).mount("/api/v1", api::routes()) })
}

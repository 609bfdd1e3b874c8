//! Volunteer teams (志愿服务队伍): of one of the notice's eleven kinds or of an own kind, with a leader and members.

mod actions;
pub(crate) mod api;
mod forgetting;
pub(crate) mod forms;
pub mod listing;
mod merging;
mod pages;
pub mod queries;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{add_member, create, disband, lead, leave};
pub use forgetting::forget;
pub use forms::TeamInput;
pub use merging::{JOURNALED, absorb};
pub use told::told;
pub use types::{Member, Team, TeamId, TeamKind, TeamKindId, TeamName};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("teams", |rocket| async { rocket.mount("/", pages::routes()).mount("/api/v1", api::routes()) })
}

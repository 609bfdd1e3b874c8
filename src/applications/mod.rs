//! Joining a team by phone, without an account: who asks, what they were told of the risks and agreed to, and the answer of whoever answers
//! for the team (志愿服务条例 art. 12).
//!
//! The application belongs to the phone that sent it: that phone alone shows it, its answer, and takes it back. Nobody is made by it
//! before somebody says yes, and nothing says whether the center knew them.

mod actions;
pub(crate) mod api;
mod forgetting;
mod forms;
mod join;
mod merging;
mod pages;
pub mod queries;
mod told;
mod types;

use rocket::fairing::AdHoc;

use crate::store::SealedColumn;

pub use actions::{approve, decline, send, withdraw};
pub use forgetting::{forget, forget_old};
pub use forms::{Approval, approval, declining, joining};
pub use merging::{JOURNALED, absorb};
pub use told::told;
pub use types::{Application, ApplicationId, ApplicationState, SelfTold, is_minor};

pub const SEALED: &[SealedColumn] = &[SealedColumn::text("team_applications", &["id"], "told_sealed")];

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("applications", |rocket| async {
        rocket.mount("/", pages::routes()).mount("/", join::routes()).mount("/api/v1", api::routes())
    })
}

//! Programmes (示范点方案): sets of rules for centers, dated. The notice of 2012 is the first, and came with the program: an area
//! 原则上, all required kinds of rooms, half of the optional ones. Falling short of them warns and blocks nothing: the annex itself
//! plans a center of 1,200 m².
//!
//! A version holds from its first day until the next one's, so what a center was measured by last year does not change with
//! this year's rules. Of the programmes that give rules a center has one a day at most.

mod actions;
pub(crate) mod api;
pub(crate) mod forms;
mod pages;
pub mod queries;
pub mod rules;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{add, add_version, end_scope, place, revise, void_scope, void_version};
pub use types::{
    Programme, ProgrammeId, ProgrammeRules, ProgrammeScope, ProgrammeScopeId, ProgrammeVersion, ProgrammeVersionId,
    RequiredKinds, RulesOfDay, ScopeOf,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("programmes", |rocket| async {
        rocket.mount("/", pages::routes()).mount("/api/v1", api::routes())
    })
}

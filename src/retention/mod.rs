//! How long what is kept, and what is done with what was kept long enough (个人信息保护法 art. 19: no longer than the purpose needs).
//!
//! Nothing goes by itself. Somebody has a list made of what is older than its term: records, by number. Somebody confirms the list,
//! and what stands in it is erased, and nothing else: what was changed meanwhile (who came back) is left, and the list says so.

mod actions;
pub(crate) mod api;
mod forms;
mod jobs;
mod pages;
mod queries;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{confirm, list, set_terms};
pub use types::{Outcome, RetentionItem, RetentionKind, RetentionRun, RetentionRunId, RetentionState, RetentionTerm};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("retention", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/api/v1", api::routes());
        crate::jobs::register(rocket, jobs::registry())
    })
}

//! What volunteers are qualified for: a certificate, until when it holds, who looked at it and how. Work that the law asks a
//! qualification for (志愿服务条例 art. 16: medicine, law, psychology) is done by nobody without: a team of such a kind takes in only
//! whose certificate somebody confirmed and has not run out. Which certificates a kind of team accepts is a catalog that the
//! administrator edits; what runs out soon is told ahead.

mod actions;
pub(crate) mod api;
mod forgetting;
pub(crate) mod forms;
mod matrix;
mod merging;
mod pages;
pub mod queries;
pub mod rules;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{admits, confirm, keep_paper, record, void, would_refuse};
pub use forgetting::forget;
pub use forms::QualificationInput;
pub use matrix::{Matrix, QualifiedCut};
pub use merging::{JOURNALED, absorb};
pub use queries::lacking;
pub use told::told;
pub use types::{
    Certificate, CheckedHow, QualificationId, QualificationKind, QualificationKindId, QualificationState, WorkStanding,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("qualifications", |rocket| async {
        rocket.mount("/", pages::routes()).mount("/", matrix::routes()).mount("/api/v1", api::routes())
    })
}

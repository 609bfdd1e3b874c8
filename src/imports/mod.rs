//! Rosters that a center keeps, taken in: a file (XLSX, CSV) or pasted cells, whose columns are guessed and put right, whose rows are
//! each judged before anything is written, and which is taken back as a whole where it was the wrong one.
//!
//! Nothing is guessed that matters: a number that a spreadsheet has spoiled, a year of two digits that may be of either century, a
//! birth date that is not the ID number's, are told and left to whoever knows. The file goes back with a column that says what
//! is wrong, so that it is mended where it is kept.
//!
//! A list of volunteers also brings them into their teams, by the teams' own action with all that it asks (a qualification, a guardian for
//! a minor), and the hours that were recorded before into the ledger, where they are `imported`: each once, however often the list comes.
//! What a team refuses keeps nobody from being registered, and is said.

mod actions;
pub(crate) mod api;
mod check;
mod columns;
mod course;
mod dates;
mod forgetting;
mod jobs;
mod judging;
mod pages;
mod queries;
mod returned;
mod rows;
mod rules;
mod service;
mod serving;
mod shown;
mod told;
mod types;
mod upload;

use rocket::fairing::AdHoc;

pub use forgetting::{NamedRosters, find_named, forget, forget_rosters};
pub use told::told;
pub use types::{
    Course, Decision, Import, ImportField, ImportId, ImportRow, ImportSource, ImportState, Mapping, RowDone, RowFault,
    ServiceOutcome, ServiceTallied, Tallied, Verdict,
};

use crate::store::SealedColumn;

pub const SEALED: &[SealedColumn] = &[
    SealedColumn::text("import_rows", &["import_id", "row"], "sealed"),
    SealedColumn::text("import_rows", &["import_id", "row"], "before_sealed"),
];

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("imports", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/api/v1", api::routes());
        crate::jobs::register(rocket, jobs::registry())
    })
}

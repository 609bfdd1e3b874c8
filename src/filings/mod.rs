//! Export profiles (上报模板): files for other systems, filled with a center's volunteers or with their confirmed hours. Records kept here
//! shall be entered into the ministry's system by its data standard (志愿服务记录与证明出具办法, order 67 art. 4), whose column lists are
//! not public: so the city's administrator edits columns, order, titles and the file's name, and no profile claims to conform.
//!
//! Every cell is text, so that no spreadsheet spoils a number. What a row lacks is said before the file is taken. Numbers stay masked
//! but for who may reveal them, with a reason and one audit entry with the number of rows.

mod actions;
pub(crate) mod api;
pub(crate) mod forms;
mod pages;
mod profile_pages;
pub mod queries;
pub mod rules;
mod sheet;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{add_column, bring_back, copy, move_column, remove_column, retire, revise, revise_column, take};
pub use types::{
    ColumnStep, DateForm, ExportColumn, ExportColumnId, ExportProfile, ExportProfileId, FilingAsked, FilingField,
    FilingFormat, FilingRow, FilingSubject, FilingValue,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("filings", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/", profile_pages::routes());
        rocket.mount("/api/v1", api::routes())
    })
}

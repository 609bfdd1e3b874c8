//! Public holidays (节假日) and make-up workdays (调休补班), a table a year. A series proposes to skip holidays, and who schedules it
//! may book them all the same: a Spring Festival party is held in the Spring Festival.
//!
//! The first start brings the festival days of 全国年节及纪念日放假办法 (State Council 795, 2024) art. 2 for two years, marked as such.
//! Days off that are moved around them are announced year by year (国务院办公厅), so the city administrator brings each year's
//! arrangement in, is asked for it before it is needed, and keeps the list.

mod actions;
pub(crate) mod api;
pub(crate) mod forms;
mod import_pages;
mod pages;
pub mod queries;
mod reading;
mod rules;
mod types;

use rocket::fairing::AdHoc;

pub use actions::add;
pub(crate) use actions::load_statutory;
pub use forms::year_asked;
pub use types::{Holiday, HolidayAsk, HolidayId, HolidayImportId, HolidayKind, Workday, YearDay, YearsAskedFor};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("holidays", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/", import_pages::routes());
        rocket.mount("/api/v1", api::routes())
    })
}

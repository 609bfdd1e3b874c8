//! Public holidays (节假日). A series proposes to skip them, and who schedules it may book them all the same: a
//! Spring Festival party is held in the Spring Festival.
//!
//! The first start brings the festival days of 全国年节及纪念日放假办法 (State Council 795, 2024) art. 2 for two years.
//! Days off that are moved around them are announced year by year, so the city administrator keeps the list.

mod actions;
pub(crate) mod api;
mod forms;
mod pages;
pub mod queries;
mod types;

use rocket::fairing::AdHoc;

pub(crate) use actions::load_statutory;
pub use types::{Holiday, HolidayId};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("holidays", |rocket| async { rocket.mount("/", pages::routes()).mount("/api/v1", api::routes()) })
}

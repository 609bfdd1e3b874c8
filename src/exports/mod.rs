//! Lists as files (XLSX, CSV): the same rows that the list's page shows, cut as it is cut, read by the same query, for the same
//! roles. Numbers stay masked, and what is sealed is in none of them. Each download is an audit entry with the number of rows.

mod lists;
mod pages;
mod types;

use rocket::fairing::AdHoc;

pub use pages::hand_out;
pub use types::{CenterList, CityList, ExportFormat};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("exports", |rocket| async { rocket.mount("/", pages::routes()) })
}

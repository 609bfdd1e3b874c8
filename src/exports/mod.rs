//! Lists as files (XLSX, CSV): the same rows that the list's page shows, cut as it is cut, read by the same query, for the same
//! roles. Numbers stay masked, and what is sealed is in none of them. Each download is an audit entry with the number of rows.
//!
//! And one person's own data, unmasked, for that person ([`own`]).

pub(crate) mod api;
mod lists;
mod own;
mod own_pages;
mod pages;
mod types;

use rocket::fairing::AdHoc;

pub use pages::hand_out;
pub use types::{CenterList, CityList, ExportFormat};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("exports", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/", own_pages::routes());
        rocket.mount("/api/v1", api::routes())
    })
}

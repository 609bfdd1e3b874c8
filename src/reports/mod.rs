//! What a center did, as it is told to whoever may read it: the month's page, print and table, the overview of many centers, the API. All of
//! it reads the one list of [`crate::figures`].

pub(crate) mod api;
mod pages;
mod sheet;
mod steps;
mod today;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("reports", |rocket| async { rocket.mount("/", pages::routes()).mount("/api/v1", api::routes()) })
}

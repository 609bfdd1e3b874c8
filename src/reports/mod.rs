//! What a center did, as it is told to whoever may read it: a period's page, paper and table, the roll-up of many centers, the API. All of
//! it reads the one list of [`crate::figures`].

pub(crate) mod api;
mod names;
mod pages;
mod paper;
mod periods;
pub(crate) mod rollup;
mod sheet;
pub(crate) mod shown;
mod steps;
mod today;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("reports", |rocket| async { rocket.mount("/", pages::routes()).mount("/api/v1", api::routes()) })
}

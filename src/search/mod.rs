//! One search over everything that somebody may see: residents, activities, rooms, teams, workers, centers and accounts, in one list.
//! It asks each feature's tables by the right that the feature's own pages ask for.

pub(crate) mod api;
mod pages;
mod queries;
mod types;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("search", |rocket| async { rocket.mount("/", pages::routes()).mount("/api/v1", api::routes()) })
}

//! The catalogs that the city administrator keeps: kinds of rooms, teams and services, and the age bands of the
//! priority groups. Kinds are added and renamed, never removed: records of every year point at them.

mod actions;
mod defaults;
mod forms;
mod pages;
pub mod queries;
mod types;

use rocket::fairing::AdHoc;

pub(crate) use defaults::load_defaults;
pub use types::{Catalog, Kind};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("catalogs", |rocket| async { rocket.mount("/", pages::routes()) })
}

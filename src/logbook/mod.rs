//! The logbook (操作记录): what was done, by whom and when, as its readers see it. `audit` keeps it.

mod pages;
mod queries;
mod types;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("logbook", |rocket| async { rocket.mount("/", pages::routes()) })
}

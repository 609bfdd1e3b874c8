//! One person's page, and one unit's. Each shows what many features know of somebody, so it stands above them all.

mod pages;
mod queries;
mod unit;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("profile", |rocket| async { rocket.mount("/", pages::routes()).mount("/", unit::routes()) })
}

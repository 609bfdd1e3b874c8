//! Devices (设备): tablets that receive people at a front desk. A device is enrolled by opening a link once, has the
//! front-desk role in its one center and nothing else, and is cut off by one tap.
//!
//! A device is an account without a password, so every right, query and audit entry treats it as anyone else.

mod actions;
mod pages;
mod queries;

use rocket::fairing::AdHoc;

pub use crate::ids::DeviceId;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("devices", |rocket| async { rocket.mount("/", pages::routes()) })
}

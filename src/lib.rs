//! Linli 邻里 runs community comprehensive service centers: who serves, what happens in which room, who came, and what
//! the service purchaser is told about it.
//!
//! Each feature is a folder with a `stage()` that brings its routes. [`rocket`] attaches them all and reads like the
//! table of contents.

pub mod activities;
pub mod agreements;
pub mod api;
pub mod audit;
pub mod auth;
pub mod catalogs;
pub mod centers;
pub mod check_in;
pub mod clock;
pub mod commands;
pub mod demo;
pub mod devices;
pub mod error;
pub mod health;
pub mod holidays;
pub mod hours;
pub mod people;
pub mod portal;
pub mod ratings;
pub mod reports;
pub mod rooms;
pub mod settings;
pub mod start;
pub mod store;
pub mod teams;
pub mod web;
pub mod workers;

use rocket::{Build, Rocket};
use rocket_db_pools::Database;

pub use settings::Settings;

rust_i18n::i18n!("src/web/locales", fallback = "zh-CN");

/// The whole server, not yet launched.
pub fn rocket(settings: Settings) -> Rocket<Build> {
    rocket::custom(settings.figment())
        .manage(settings.clock)
        .manage(settings.sealer)
        .manage(web::site::PublicUrl(settings.public_url))
        .attach(store::Db::init())
        .attach(start::stage())
        .attach(web::stage())
        .attach(health::stage())
        .attach(auth::stage())
        .attach(centers::stage())
        .attach(rooms::stage())
        .attach(check_in::stage())
        .attach(ratings::stage())
        .attach(devices::stage())
        .attach(people::stage())
        .attach(workers::stage())
        .attach(teams::stage())
        .attach(catalogs::stage())
        .attach(holidays::stage())
        .attach(audit::stage())
        .attach(agreements::stage())
        .attach(activities::stage())
        .attach(portal::stage())
        .attach(reports::stage())
        .attach(api::stage())
}

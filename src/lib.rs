//! Linli 邻里 runs community comprehensive service centers: who serves, what happens in which room, who came, and what
//! the service purchaser is told about it.
//!
//! This page is the plan of the house, from the ground to the roof. **A module names only those that stand before it**;
//! `tests/app/floors.rs` reads the list and fails where one does not. Three seams keep the features apart: a lower floor
//! tells a higher one by a row (`audit_events`), never by a call; a page that shows many features stands above them
//! (`profile`, `reports`, `portal`); and who must touch every table asks each table's owner.

// Ground: what everything stands on.
pub mod store;
pub mod spelling;
pub mod ids;
pub mod clock;
pub mod error;
pub mod hands;
pub mod settings;
pub mod fields;
pub mod sheets;
pub mod locks;
pub mod journal;
pub mod marks;
pub mod jobs;
pub mod files;
pub mod archives;
pub mod documents;
pub mod told;
pub mod audit;

// Who may, and what pages and programs are made of.
pub mod auth;
pub mod web;
pub mod api;

// Registry: places and people.
pub mod holidays;
pub mod centers;
pub mod programmes;
pub mod agreements;
pub mod rooms;
pub mod people;
pub mod households;
pub mod units;
pub mod phones;
pub mod codes;
pub mod catalogs;
pub mod qualifications;
pub mod teams;
pub mod workers;
pub mod accounts;
pub mod consents;
pub mod upkeep;
pub mod applications;

// Programme: what is planned.
pub mod activities;
pub mod reservations;
pub mod appointments;
pub mod insurance;
pub mod registrations;
pub mod offerings;
pub mod shifts;

// Presence: who came.
pub mod hours;
pub mod claims;
pub mod honours;
pub mod ratings;
pub mod check_in;
pub mod closings;
pub mod devices;
pub mod open_rooms;

// Account: what is told to others. Reads across, writes its own.
pub mod figures;
pub mod indicators;
pub mod papers;
pub mod reports;
pub mod periodic_reports;
pub mod purchaser_forms;
pub mod handovers;
pub mod changeovers;
pub mod certificates;
pub mod profile;
pub mod ledgers;
pub mod logbook;
pub mod me;

// Outside: what the public sees, what comes in and goes out, and what is looked for.
pub mod feeds;
pub mod portal;
pub mod imports;
pub mod exports;
pub mod filings;
pub mod merges;
pub mod erasure;
pub mod retention;
pub mod search;

// Roof.
pub mod keys;
pub mod openapi;
pub mod health;
pub mod start;
pub mod commands;
pub mod demo;

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
        .attach(jobs::stage())
        .attach(web::stage())
        .attach(auth::stage())
        .attach(holidays::stage())
        .attach(centers::stage())
        .attach(programmes::stage())
        .attach(agreements::stage())
        .attach(rooms::stage())
        .attach(people::stage())
        .attach(households::stage())
        .attach(units::stage())
        .attach(phones::stage())
        .attach(catalogs::stage())
        .attach(qualifications::stage())
        .attach(teams::stage())
        .attach(workers::stage())
        .attach(accounts::stage())
        .attach(consents::stage())
        .attach(upkeep::stage())
        .attach(applications::stage())
        .attach(activities::stage())
        .attach(reservations::stage())
        .attach(appointments::stage())
        .attach(insurance::stage())
        .attach(registrations::stage())
        .attach(offerings::stage())
        .attach(claims::stage())
        .attach(shifts::stage())
        .attach(honours::stage())
        .attach(ratings::stage())
        .attach(check_in::stage())
        .attach(closings::stage())
        .attach(devices::stage())
        .attach(open_rooms::stage())
        .attach(figures::stage())
        .attach(indicators::stage())
        .attach(reports::stage())
        .attach(periodic_reports::stage())
        .attach(purchaser_forms::stage())
        .attach(handovers::stage())
        .attach(changeovers::stage())
        .attach(certificates::stage())
        .attach(profile::stage())
        .attach(ledgers::stage())
        .attach(logbook::stage())
        .attach(me::stage())
        .attach(feeds::stage())
        .attach(portal::stage())
        .attach(imports::stage())
        .attach(merges::stage())
        .attach(exports::stage())
        .attach(filings::stage())
        .attach(erasure::stage())
        .attach(retention::stage())
        .attach(search::stage())
        .attach(keys::stage())
        .attach(openapi::stage())
        .attach(health::stage())
}

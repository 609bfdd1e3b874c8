//! Everything that is tested through Linli's doors, in one binary: HTTP on both engines, and real browsers.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that meets a surprise stops there")]

mod access;
mod accounts;
mod activities;
mod audit;
mod agenda;
mod api;
mod calendars;
mod cards;
mod check_in;
mod confidential;
mod count;
mod door_pages;
mod failure;
mod files;
mod first_use;
mod floors;
mod front_desk;
mod front_desk_journey;
mod hall;
mod hidden;
mod jobs;
mod imports;
mod journeys;
mod lasting;
mod locales;
mod logbook;
mod me;
mod names;
mod openapi;
mod operations;
mod people;
mod races;
mod ratings;
mod releases;
mod reports;
mod rooms;
mod support;
mod teams;
mod templates;
mod unchanged;
mod unseen;
mod workers;
mod wire;
mod years;

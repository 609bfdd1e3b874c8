//! Everything that is tested through Linli's doors, in one binary: HTTP on both engines, and real browsers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that meets a surprise stops there")]

mod access;
mod accounts;
mod activities;
mod calendars;
mod check_in;
mod failure;
mod front_desk;
mod front_desk_journey;
mod journeys;
mod locales;
mod people;
mod reports;
mod rooms;
mod support;
mod teams;
mod workers;

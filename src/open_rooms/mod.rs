//! Rooms that stand open (开放时段): library, chess, fitness, probably a center's largest number. A room's hours become a session
//! for each day, two weeks ahead: made, moved with what closes the room, closed and given up by a job. Who comes is counted by a
//! clicker, or checked in and out as everywhere.
//!
//! What is to be there follows from the declaration, the room's hours, holidays, closures and what else is booked
//! (`rules`); the job compares that with what is there, so it may run at any time, any number of times.

mod actions;
pub(crate) mod api;
mod clicker;
pub(crate) mod forms;
mod jobs;
mod keeping;
mod pages;
pub mod queries;
pub mod rules;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{change, count_after_all, declare, end};
pub use forms::{Declared, OpenTimes};
pub(crate) use keeping::keep;
pub use types::{OpenDay, OpenDayNow, OpenDayRow, OpenRoom, OpenRoomId, OpenTerm, span_text};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("open rooms", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/", clicker::routes()).mount("/api/v1", api::routes());
        crate::jobs::register(rocket, jobs::registry())
    })
}

//! Appointments: a worker's times for one person (个案, 法律, 心理), taken by staff for anybody or by a resident's phone. Who comes is read by
//! that worker alone; to everybody else the time is busy, on every page, feed, code, file and report: an appointment is no session, and
//! its booking says nothing but that the room is needed.

mod actions;
pub(crate) mod api;
pub(crate) mod forms;
mod forgetting;
mod handing_over;
mod merging;
mod own;
mod pages;
mod public;
pub mod queries;
mod rules;
mod told;
mod types;

use rocket::fairing::AdHoc;

use crate::store::SealedColumn;

pub use actions::{SlotTaker, cancel, end_times, offer, outcome, take};
pub use forgetting::forget;
pub use handing_over::{cancel_appointments, hand_over_appointments, open_from, return_appointments};
pub use merging::{JOURNALED, absorb};
pub use told::told;
pub use types::{Appointment, AppointmentState, AppointmentTimes, AppointmentTold, FreeSlot};

pub const SEALED: &[SealedColumn] = &[SealedColumn::text("appointments", &["id"], "told_sealed")];

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("appointments", |rocket| async {
        rocket
            .mount("/", pages::routes())
            .mount("/", public::routes())
            .mount("/", own::routes())
            .mount("/api/v1", api::routes())
    })
}

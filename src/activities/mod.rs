//! Activities and their sessions. An activity is the series or the single event; a session is one occurrence of it.
//!
//! Scheduling occupies rooms. Whether a room is free is shown from what was read a moment ago (`rules`), but decided
//! by the database when the booking is written (`booking_overlap`), so no race can put two sessions into one room.

mod actions;
pub(crate) mod affected;
mod admission;
pub(crate) mod api;
pub mod attributes;
mod booking;
mod charging;
pub(crate) mod charging_pages;
mod engaged;
pub(crate) mod forms;
mod going_on;
mod handing_over;
mod holding;
pub mod listing;
mod merging;
mod month;
mod month_pages;
mod moving;
pub mod notice;
pub mod occupying;
pub mod open;
pub mod prefill;
mod pages;
mod picks;
pub(crate) mod pictures;
mod placing;
#[cfg(test)]
mod plans;
pub mod preview;
mod preview_pages;
pub mod queries;
mod repeat;
mod repeat_forms;
mod rescheduling;
pub mod rules;
pub(crate) mod schedule_api;
mod schedule_pages;
mod taken;
pub mod title;
pub mod together;
mod types;
mod week;
mod week_cut;
mod week_lanes;
mod week_pages;
mod week_queries;
mod week_time;

use rocket::fairing::AdHoc;

pub use actions::{Dated, Fate, ROOM_TAKEN, cancel, restore, revise, schedule, skip};
pub(crate) use actions::{complete, reopen, rewrite_summary, set_rotating};
pub use admission::Admission;
pub use attributes::{Attributes, OfferWords, ServiceLine, Target, TargetGroups};
pub use booking::{lost_single, single_date};
pub use charging::charge;
pub use forms::{Change, Plan, Reason, Setting, Texts};
pub use going_on::{DayGoingOn, LINGERING, published_from};
pub use handing_over::{hand_over_sessions, led_from, return_sessions};
pub use merging::{JOURNALED, absorb};
pub(crate) use pages::{Draft, NewActivityPage, Scheduled, planning, scheduled};
pub(crate) use preview_pages::SeriesLook;
pub use repeat::{Cadence, End, NthWeekday, Repeat, Rhythm, RuleWords};
pub use rules::{SeriesScope, Slot};
pub(crate) use taken::REACH_MILLIS;
pub use title::Title;
pub use types::{
    Activity, ActivityId, BookingId, BookingKind, OtherBooking, PublishedSession, ServiceKind, ServiceKindId, Session,
    SessionId, SessionStatus,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("activities", |rocket| async {
        rocket
            .mount("/", pages::routes())
            .mount("/", schedule_pages::routes())
            .mount("/", week_pages::routes())
            .mount("/", month_pages::routes())
            .mount("/", affected::routes())
            .mount("/", pictures::routes())
            .mount("/", charging_pages::routes())
            .mount("/api/v1", api::routes())
            .mount("/api/v1", schedule_api::routes())
            .mount("/api/v1", affected::programs())
            .mount("/api/v1", pictures::programs())
            .mount("/api/v1", charging_pages::programs())
    })
}

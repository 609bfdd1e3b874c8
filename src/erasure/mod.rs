//! Erasing somebody (个人信息保护法 art. 47): the row stays as a number without content, so that every count and report stays as it
//! was, and everything that says who it was goes. Each feature forgets what it knows (`forget`); here they are asked, one after the
//! other, in one transaction.
//!
//! Who does a center's work asks for it, with whose wish it is and why; whoever answers for the center (its provider's manager, or
//! the city's administrator) decides, and sees the number, never the name. Where other centers that they do not answer for know the
//! person too, their word erases what this center wrote down itself, and the human is erased with the last center's part, or by
//! the city. Afterwards a job sees to it that nothing is left in the database's files.

mod actions;
pub(crate) mod api;
mod forms;
mod jobs;
mod pages;
pub(crate) mod queries;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{ask, decline, erase, erased_with, forget_everything};
pub(crate) use actions::{wiped, wiped_from};
pub use types::{Erasure, ErasureId, ErasureInput, ErasureState, Extent, Traces, WantedBy};

/// The tables in which people stand: what is left in them of erased rows is cleared away afterwards.
pub const TABLES: &[&str] = &[
    "people",
    "enrolments",
    "person_phones",
    "group_memberships",
    "household_members",
    "households",
    "consents",
    "qualifications",
    "insured_people",
    "merge_entries",
    "phones",
    "phone_people",
    "files",
    "file_pieces",
    "import_rows",
    "escorts",
    "attendances",
    "scans",
    "scan_reviews",
    "cards",
    "hours_entries",
    "hour_claims",
    "shifts",
    "registrations",
    "courses",
    "service_certificates",
    "certificate_requests",
    "trained_people",
    "commendations",
    "team_members",
    "team_member_changes",
    "team_applications",
    "room_requests",
    "workers",
    "accounts",
    "logins",
    "audit_events",
];

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("erasure", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/api/v1", api::routes());
        crate::jobs::register(rocket, jobs::registry())
    })
}

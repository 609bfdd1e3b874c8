//! Exchanging the key by which personal data is sealed, while people are served (`linli key rotate`).
//!
//! A new key is announced, so that every process reads it before it is met. Then it becomes the current one: what is written from
//! now on is sealed by it, and a job seals everything else anew, a few rows at a time. Ten minutes after the exchange, when
//! nobody can seal by an older key any more, what a late process may have left is sealed anew too, a count finds nothing, and
//! the older keys are removed. Why nothing becomes unreadable meanwhile stands in `store::ring`.
//!
//! What finds people again without being read (keyed hashes) and what we sign come from the secret itself, and stay.

mod actions;
mod jobs;
mod queries;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{make_first, rotate};
pub use queries::{known, values, work};
pub use types::{KeyState, KnownKey};

use crate::store::SealedColumn;
use crate::{
    applications, appointments, certificates, check_in, consents, files, imports, merges, people, reservations, units,
};

/// Everything that is sealed, as the owners of the tables offer it.
pub const SEALED: &[&[SealedColumn]] = &[
    files::SEALED,
    people::SEALED,
    units::SEALED,
    consents::SEALED,
    applications::SEALED,
    reservations::SEALED,
    check_in::SEALED,
    certificates::SEALED,
    imports::SEALED,
    appointments::SEALED,
    merges::SEALED,
];

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("keys", |rocket| async { crate::jobs::register(rocket, jobs::registry()) })
}

fn columns() -> impl Iterator<Item = &'static SealedColumn> {
    SEALED.iter().copied().flatten()
}

//! People: one human, one row, however many roles.
//!
//! A center knows the people enrolled in it and no others, so a person is always found through the center. Phone and
//! ID number are sealed (`store::Sealer`) and found again by a keyed hash; screens show masks, and a reveal is audited.

mod actions;
pub(crate) mod api;
pub(crate) mod forms;
pub mod groups;
mod list;
mod numbers;
mod pages;
pub mod pinyin;
pub mod queries;
mod reveal;
pub mod rules;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{
    admit_unknown, end_membership, enrol_known, enrolled, grant_membership, register, register_by_name, revise,
    void_membership,
};
pub use forms::{MembershipInput, PersonInput, Revision};
pub use numbers::{IdNumber, PhoneNumber};
pub use reveal::{SealedNumber, reveal};
pub use types::{Person, PersonId, PersonRow, Sex};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("people", |rocket| async {
        rocket.mount("/", list::routes()).mount("/", pages::routes()).mount("/api/v1", api::routes())
    })
}

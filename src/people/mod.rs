//! People: one human, one row, however many roles.
//!
//! A center knows the people enrolled in it and no others, so a person is always found through the center. Phone and
//! ID number are sealed (`store::Sealer`) and found again by a keyed hash; screens show masks, and a reveal is audited.

mod actions;
pub(crate) mod api;
mod consent;
mod facts;
mod forgetting;
pub(crate) mod forms;
pub mod groups;
mod list;
pub mod listing;
mod memberships;
pub mod merging;
mod name;
mod numbers;
pub mod pinyin;
pub mod queries;
pub mod other_phones;
mod reveal;
mod sealing;
pub mod subgroups;
mod taking;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{
    admit_staff, admit_unknown, door_key, enrol_known, enrolled, learn_birth_date, refuse_namesake, register,
    register_by_name, revise,
};
pub use consent::is_stopped;
pub use forgetting::{AMONG, ERASED, Forgetting, forget, hold};
pub use forms::{GrantedCode, MembershipInput, PersonInput, PersonRevision};
pub use memberships::{end_membership, grant_membership, keep_paper, paper, void_membership};
pub use name::Name;
pub use numbers::{IdNumber, PhoneNumber, Sex, masked};
pub use reveal::{SealedNumber, reveal};
pub use sealing::seal_notes;
#[cfg(test)]
pub(crate) use taking::POINTING;
pub use taking::{Taken, TakenAs, give_back, take_in, take_out};
pub use told::told;
pub use types::{Facts, Notes, Person, PersonId, PersonRow, Residence};

use crate::store::SealedColumn;

pub const SEALED: &[SealedColumn] = &[
    SealedColumn::text("people", &["id"], "phone_sealed"),
    SealedColumn::text("people", &["id"], "id_number_sealed"),
    SealedColumn::text("person_phones", &["id"], "phone_sealed"),
    SealedColumn::text("enrolments", &["person_id", "center_id"], "note_sealed"),
    SealedColumn::text("enrolments", &["person_id", "center_id"], "care_sealed"),
    SealedColumn::text("enrolments", &["person_id", "center_id"], "emergency_sealed"),
];

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("people", |rocket| async { rocket.mount("/", list::routes()).mount("/api/v1", api::routes()) })
}

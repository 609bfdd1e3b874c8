//! Units of the community (驻社区企事业单位, 社区社会组织): whom a center serves, who helps it, and who lends it a place. It also
//! supports community organizations until they stand by themselves (培育社区社会组织), and says since when.
//!
//! Each center knows its own. Who reads how a center works reads what a unit is; whom to call there, and what was noted, is for
//! who does the center's work. The phone is sealed as a person's is, shown masked, and a reveal is audited.

mod actions;
pub(crate) mod api;
pub mod forms;
mod pages;
pub mod queries;
mod types;

use rocket::fairing::AdHoc;

use crate::store::SealedColumn;

pub use actions::{end, register, restore, reveal, revise};
pub use forms::UnitInput;
pub use types::{ListedUnit, Unit, UnitId, UnitKind, UnitName, UnitPart, UnitStanding, UnitsAsked};

/// What is sealed here.
pub const SEALED: &[SealedColumn] = &[SealedColumn::text("units", &["id"], "phone_sealed")];

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("units", |rocket| async { rocket.mount("/", pages::routes()).mount("/api/v1", api::routes()) })
}

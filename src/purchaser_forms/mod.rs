//! Purchasers' own forms: a purchaser keeps the workbook that its office asks for, in which cells are called `linli.<key>`, and
//! whoever may read the figures of a center takes it filled, for one center or with a row for each. What else is in the workbook stays
//! as it is: `sheets` fills, this feature knows which value goes by which key. It is filled for whatever a report can be of; where such a
//! report was accepted, or waits for its answer, with what stands in that.
//!
//! A form is the purchaser's, whoever fills it. So nothing goes into it that a purchaser does not read: no worker by name, and none
//! of the subgroups, in which so few are that a number is a person.

mod actions;
pub(crate) mod api;
mod filled;
mod filled_pages;
pub(crate) mod forms;
mod keeper;
mod numbers;
mod pages;
pub(crate) mod periods;
pub mod queries;
pub mod rules;
mod sample;
mod types;

use rocket::fairing::AdHoc;

pub use crate::ids::PurchaserFormId;
pub use actions::{keep, remove, replace};
pub use filled::{empty, of_all, of_center};
pub use keeper::FormKeeper;
pub use types::{FormFilling, FormSource, PurchaserForm};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("purchaser_forms", |rocket| async {
        rocket.mount("/", pages::routes()).mount("/", filled_pages::routes()).mount("/api/v1", api::routes())
    })
}

//! Who runs a center and who pays: providers, purchasers, and the agreements between them.
//!
//! An agreement gives a provider a center for a period; the purchaser reads that center's reports for it.

mod actions;
pub(crate) mod forms;
pub mod listing;
mod pages;
pub mod queries;
pub mod terms;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{add_provider, add_purchaser, conclude, hand_over};
pub use forms::NewAgreement;
pub use types::{Agreement, AgreementId, Organization, ProviderId, PurchaserId};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("agreements", |rocket| async { rocket.mount("/", pages::routes()) })
}

//! Who runs a center and who pays: providers, purchasers, and the agreements between them.
//!
//! An agreement gives a provider a center for a period; the purchaser reads that center's reports for it.

mod actions;
pub(crate) mod forms;
mod pages;
pub mod queries;

use rocket::fairing::AdHoc;

pub use actions::{add_provider, add_purchaser, conclude, hand_over};
pub use forms::NewAgreement;

use crate::centers::CenterId;
use crate::clock::Date;
pub use crate::ids::{AgreementId, ProviderId, PurchaserId};

/// A provider or purchaser, by name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Organization {
    pub id: i64,
    pub name: String,
    pub contact: Option<String>,
}

/// An agreement with the names of its parties. Both dates are included.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Agreement {
    pub id: AgreementId,
    pub provider: String,
    pub purchaser: String,
    pub center_id: CenterId,
    pub center: String,
    pub starts_on: Date,
    pub ends_on: Date,
}

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("agreements", |rocket| async { rocket.mount("/", pages::routes()) })
}

//! What agreements are made of.

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

/// What an agreement says, by number.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Terms {
    pub provider_id: ProviderId,
    pub purchaser_id: PurchaserId,
    pub center_id: CenterId,
    pub center: String,
    pub starts_on: Date,
    pub ends_on: Date,
}

//! What a kept form is.

use super::PurchaserFormId;
use crate::clock::Timestamp;
use crate::ids::{FileId, PurchaserId};
use crate::sheets::FormName;

/// A form that a purchaser keeps.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PurchaserForm {
    pub id: PurchaserFormId,
    pub purchaser_id: PurchaserId,
    /// The purchaser's name.
    pub purchaser: String,
    pub name: String,
    pub file_id: FileId,
    pub kept_at: Timestamp,
}

/// Who may have a form.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FormOwner {
    pub id: PurchaserId,
    pub name: String,
}

/// A key, as a cell is called by it, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormKey {
    pub key: String,
    pub meaning: String,
}

/// Which of a form's named cells are filled, each with what it says, and for which there is nothing.
#[derive(Clone, Debug, Default)]
pub struct CheckedNames {
    pub known: Vec<(FormName, String)>,
    pub unknown: Vec<FormName>,
}

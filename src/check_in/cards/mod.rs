//! Personal cards (居民卡): a random code that admits one person, printed as a QR and in letters. It holds no personal data,
//! and a lost one is revoked and reissued.
//!
//! A card goes with the person, not with a center: whichever center knows the person may print, revoke and replace it,
//! and it opens the door of any. The code is a key, so it stands sealed in the database, and outside it in the card's
//! own link (`/k/<code>`, what the QR holds) and on paper, nowhere else.

mod actions;
pub(super) mod code;
mod own;
mod pages;
pub mod queries;
mod sheet;

use rocket::Route;

pub use actions::{issue, replace, revoke};
pub use code::CardCode;

use super::CardId;
use crate::clock::Timestamp;
use crate::people::PersonId;

pub(super) fn routes() -> Vec<Route> {
    [pages::routes(), sheet::routes(), own::routes()].concat()
}

/// A card as the center's pages show it: never its code.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Card {
    pub id: CardId,
    pub person_id: PersonId,
    pub issued_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl Card {
    pub fn is_good(&self) -> bool {
        self.revoked_at.is_none()
    }
}

//! A data key, and how it stands.

use crate::clock::Timestamp;
use crate::store::{KeyNumber, text_enum};

text_enum!(
    /// How a data key stands.
    KeyState in "key_state" {
        /// The one that comes from the secret: it seals where the others are not known, and cannot be removed.
        Own = "own",
        /// Made, and not yet used.
        Announced = "announced",
        /// What is written now is sealed by it.
        Current = "current",
        /// It opens what it has sealed, until that is sealed anew.
        Old = "old",
    }
);

/// A data key of the database.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KnownKey {
    pub number: KeyNumber,
    pub made_at: Timestamp,
    pub current_at: Option<Timestamp>,
}

impl KnownKey {
    /// How it stands among all there are.
    pub fn state(&self, all: &[Self]) -> KeyState {
        let current = all.iter().filter(|key| key.current_at.is_some()).map(|key| key.number).max();
        match self.current_at {
            None => KeyState::Announced,
            Some(_) if Some(self.number) == current => KeyState::Current,
            Some(_) => KeyState::Old,
        }
    }
}

//! By whose hand a registration is made and changed.

use super::types::{RegisteredBy, RegistrationRefusal};
use crate::audit::{Acting, Actor};
use crate::auth::Coordinator;
use crate::error::Error;
use crate::ids::{AccountId, PhoneId};
use crate::phones::Phone;
use crate::teams::account_and_phone;

/// A refusal as an error.
pub(super) fn refused(why: RegistrationRefusal) -> Error {
    Error::refused(why.code())
}

#[derive(Clone, Debug)]
pub(super) struct RegistrationHand {
    actor: Actor,
    pub by: RegisteredBy,
}

impl Acting for RegistrationHand {
    fn actor(&self) -> Actor {
        self.actor.clone()
    }
}

impl From<&Coordinator> for RegistrationHand {
    fn from(by: &Coordinator) -> Self {
        Self { actor: by.actor(), by: RegisteredBy::Worker }
    }
}

impl From<&Phone> for RegistrationHand {
    fn from(by: &Phone) -> Self {
        Self { actor: by.actor(), by: RegisteredBy::Phone }
    }
}

impl RegistrationHand {
    /// A worker who pastes a 接龙.
    pub(super) fn chain(by: &Coordinator) -> Self {
        Self { by: RegisteredBy::Chain, ..Self::from(by) }
    }

    /// Whoever holds the link to what this phone did, on whatever device.
    pub(super) fn link(phone: Option<PhoneId>) -> Self {
        let actor = phone.map_or(Actor::Operator, |phone| Actor::Phone(phone.0));
        Self { actor, by: RegisteredBy::Link }
    }

    /// Nobody's: time went by.
    pub(super) fn clock() -> Self {
        Self { actor: Actor::Operator, by: RegisteredBy::Clock }
    }

    /// By which account or phone.
    pub(super) fn hands(&self) -> (Option<AccountId>, Option<PhoneId>) {
        account_and_phone(&self.actor)
    }
}

//! The list of accounts: cut to some of them, in an order. No text is looked for: a name does not belong in an address, and
//! the search in the bar finds accounts too.

use super::queries::Account;
use crate::auth::Role;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::store::text_enum;
use crate::web::Lang;
use crate::web::cut::Toolbar;

text_enum!(
    AccountOrder in "account_order" {
        /// The working ones first, by role.
        Role = "role",
        Name = "name",
        /// The last made first.
        Newest = "newest",
    }
);

text_enum!(
    AccountState in "accounts" {
        Active = "active",
        /// Its owner has not chosen a password yet, or is to choose another.
        Waits = "waits",
        Disabled = "disabled",
    }
);

impl Account {
    pub fn state(&self) -> AccountState {
        match (self.disabled_at, self.is_open.is_set()) {
            (Some(_), _) => AccountState::Disabled,
            (None, false) => AccountState::Waits,
            (None, true) => AccountState::Active,
        }
    }
}

/// How the list is cut and put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountsCut {
    role: Option<Role>,
    state: Option<AccountState>,
    order: AccountOrder,
}

impl Default for AccountsCut {
    fn default() -> Self {
        Self { role: None, state: None, order: AccountOrder::Role }
    }
}

impl AccountsCut {
    /// Fields `role state sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let role = read.optional("role", parse::choice);
        let state = read.optional("state", parse::choice);
        let order = read.optional("sort", parse::choice);
        read.finish(|| Some(Self { role: role?, state: state?, order: order?.unwrap_or(AccountOrder::Role) }))
    }

    /// The accounts that it leaves, in its order.
    pub fn of(&self, mut accounts: Vec<Account>) -> Vec<Account> {
        accounts.retain(|account| {
            self.role.is_none_or(|role| role == account.role) && self.state.is_none_or(|state| state == account.state())
        });
        match self.order {
            AccountOrder::Role => {}
            AccountOrder::Name => accounts.sort_by(|a, b| a.name.cmp(&b.name)),
            AccountOrder::Newest => accounts.sort_by_key(|account| std::cmp::Reverse(account.id.0)),
        }
        accounts
    }

    pub fn toolbar(&self, lang: Lang) -> Toolbar {
        Toolbar::ordered(lang, self.order, AccountOrder::ALL, AccountOrder::key)
            .with_words(("role", "accounts.role"), self.role, Role::ALL, Role::key)
            .with_words(("state", "accounts.state"), self.state, AccountState::ALL, AccountState::key)
    }
}

//! Who may what with reports. Each is made of the right to read totals, by who has the role for it; which agreements it reaches, the
//! queries find (`queries::found`).

use std::ops::Deref;

use crate::audit::{Acting, Actor};
use crate::auth::{ReportReader, Role};
use crate::error::{Error, Result};

macro_rules! rights {
    ($($(#[$doc:meta])* $right:ident: $($role:ident)|+;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $right(ReportReader);

        impl $right {
            /// The right of a reader whose role has it.
            ///
            /// # Errors
            /// `Forbidden`.
            pub fn of(by: ReportReader) -> Result<Self> {
                if matches!(by.role, $(Role::$role)|+) { Ok(Self(by)) } else { Err(Error::Forbidden) }
            }
        }

        impl Deref for $right {
            type Target = ReportReader;

            fn deref(&self) -> &ReportReader {
                &self.0
            }
        }

        impl Acting for $right {
            fn actor(&self) -> Actor {
                self.0.actor()
            }
        }
    )+};
}

rights! {
    /// Writes drafts of the agreements of its provider.
    ReportWriter: ProviderManager | SocialWorker;
    /// Submits them for the provider, and takes them back.
    ReportSubmitter: ProviderManager;
    /// Answers them for the purchaser.
    ReportAnswerer: Purchaser;
    /// Confirms that they came: a department that the agreement names.
    ReportReceiver: Department;
}

/// Whether a role writes reports: it sees drafts, which are nobody else's to see.
pub fn sees_drafts(role: Role) -> bool {
    matches!(role, Role::ProviderManager | Role::SocialWorker)
}

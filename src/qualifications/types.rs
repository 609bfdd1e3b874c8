//! What a qualification is.

use crate::clock::{Date, Timestamp};
use crate::files::FileId;
use crate::ids::TeamKindId;
pub use crate::ids::{QualificationId, QualificationKindId};
use crate::people::PersonId;
use crate::store::text_enum;

text_enum!(
    /// How somebody made sure that a certificate is genuine.
    CheckedHow in "checked_how" {
        /// The paper itself was seen.
        Original = "original",
        /// Looked up in the public register.
        Register = "register",
        /// Whoever gave it out was asked.
        Issuer = "issuer",
    }
);

text_enum!(
    /// How a certificate stands on a day.
    QualificationState in "qualification_state" {
        Held = "held",
        /// It holds, and runs out within [`super::rules::WARNED_DAYS`].
        Expiring = "expiring",
        /// Nobody looked at it yet.
        Unconfirmed = "unconfirmed",
        Expired = "expired",
        /// There is none.
        Missing = "missing",
    }
);

impl QualificationState {
    /// Whether the work may be done with it.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Held | Self::Expiring)
    }

    /// The class of its badge.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Held => "ok",
            Self::Expiring | Self::Unconfirmed => "warn",
            Self::Expired | Self::Missing => "bad",
        }
    }
}

/// How a person stands to the work of a kind of team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkStanding {
    pub state: QualificationState,
    /// The last day of the certificate that decides.
    pub valid_to: Option<Date>,
}

/// A kind of certificate, with the kind of team that needs it, if one does.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct QualificationKind {
    pub id: QualificationKindId,
    pub name: String,
    pub name_en: String,
    pub team_kind_id: Option<TeamKindId>,
}

/// A person's certificate.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Certificate {
    pub id: QualificationId,
    pub person_id: PersonId,
    pub kind_id: QualificationKindId,
    pub kind: String,
    pub kind_en: String,
    pub team_kind_id: Option<TeamKindId>,
    pub number: Option<String>,
    pub issuer: Option<String>,
    pub issued_on: Option<Date>,
    /// The last day on which it holds.
    pub valid_to: Option<Date>,
    pub file_id: Option<FileId>,
    pub recorded_at: Timestamp,
    pub recorded_by: Option<String>,
    pub confirmed_how: Option<CheckedHow>,
    pub confirmed_at: Option<Timestamp>,
    pub confirmed_by: Option<String>,
    pub voided_at: Option<Timestamp>,
    pub void_reason: Option<String>,
}

impl Certificate {
    /// Whether somebody may still look at it.
    pub fn waits(&self) -> bool {
        self.confirmed_at.is_none() && self.voided_at.is_none()
    }
}

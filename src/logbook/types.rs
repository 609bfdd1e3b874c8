//! What the logbook is asked for, and a line of it.

use crate::auth::AccountId;
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
use crate::store::{Flag, text_enum};

text_enum!(
    /// What an entry is about, as its reader looks for it.
    LogPart in "log_part" {
        People = "people",
        Sessions = "sessions",
        Presence = "presence",
        Staff = "staff",
        Units = "units",
        Rooms = "rooms",
        Accounts = "accounts",
        City = "city",
        SignIns = "sign_ins",
    }
);

impl LogPart {
    /// The words before the dot of the actions that belong to it.
    pub fn subjects(self) -> &'static [&'static str] {
        match self {
            Self::People => &[
                "person",
                "household",
                "card",
                "phone",
                "import",
                "export",
                "filing",
                "ledger",
                "certificate",
                "certificate_request",
                "certificate_signing",
                "publicity",
            ],
            Self::Sessions => &["activity", "session", "open_room"],
            Self::Presence => &["attendance", "head_count", "scan", "hours", "participation"],
            Self::Staff => &["worker", "post", "team"],
            Self::Units => &["unit"],
            Self::Rooms => &["room", "device", "reservation", "room_request"],
            Self::Accounts => &["account"],
            Self::City => &[
                "center",
                "provider",
                "purchaser",
                "department",
                "agreement",
                "changeover",
                "kind",
                "age_bands",
                "shift_limits",
                "holiday",
                "programme",
                "key",
                "consent_text",
                "retention",
                "small_cells",
                "export_profile",
                "purchaser_form",
            ],
            Self::SignIns => &["login"],
        }
    }
}

/// Which entries are wanted. Signing in and out is shown only where it is asked for: it would fill every page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogAsked {
    pub part: Option<LogPart>,
    /// Who acted.
    pub who: Option<AccountId>,
    pub day: Option<Date>,
    /// Entries with smaller numbers.
    pub before: Option<i64>,
}

/// Something that was done.
#[derive(Debug, sqlx::FromRow)]
pub struct LogEntry {
    pub id: i64,
    pub at: Timestamp,
    pub actor: String,
    pub by_account: Flag,
    pub action: String,
    pub subject: String,
    pub subject_id: i64,
    pub center_id: Option<CenterId>,
    pub center: Option<String>,
    /// A reason or a few words, for whom they are.
    pub detail: Option<String>,
    /// True if there is a reason that this reader is not shown.
    pub kept_back: Flag,
    /// What the record is called now; a resident's name for whom it is.
    pub name: Option<String>,
    /// The title of the activity that it belongs to, or, where that is not for the reader, its kind.
    pub title: Option<String>,
    pub kind: Option<String>,
    kind_en: Option<String>,
    /// The session that it belongs to, and its day.
    pub session_id: Option<i64>,
    pub held_on: Option<Date>,
}

impl LogEntry {
    /// Whether the record is named by more than its number.
    pub fn is_named(&self) -> bool {
        self.name.is_some() || self.kind.is_some()
    }

    pub fn kind_en(&self) -> &str {
        self.kind_en.as_deref().unwrap_or_default()
    }
}

/// Somebody who may have acted, for the list to choose from.
#[derive(Debug, sqlx::FromRow)]
pub struct LogActor {
    pub id: AccountId,
    pub name: String,
}

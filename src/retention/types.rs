//! What is kept for a time, and a list of what was kept long enough.

use crate::clock::{Date, Timestamp, Zone};
use crate::ids::AccountId;
pub use crate::ids::RetentionRunId;
use crate::store::{Flag, text_enum};

text_enum!(
    /// What is kept for a time.
    RetentionKind in "retention_kind" {
        /// Who has not come, nor was met with or changed, and is on no list and in no team. Whoever has hours in the ledger stays.
        UnseenPeople = "unseen_people",
        /// Of whom no more is known than the name: registered at the door.
        WalkIns = "walk_ins",
        /// Who brought and fetched children.
        Escorts = "escorts",
        /// Rosters that were brought in: the files and what stood in their rows.
        Rosters = "rosters",
        /// By which phone somebody came.
        ScanPhones = "scan_phones",
        /// Phones that are remembered.
        Phones = "phones",
        /// Reasons beside the entries of the logbook.
        LogReasons = "log_reasons",
        /// Who asked to join a team, and did not: declined, taken back, or never answered.
        Applications = "applications",
        /// Who asked for a room for a group, once its day is past.
        RoomRequests = "room_requests",
        /// Pictures of sessions: people are on them, and nobody knows who.
        SessionPhotos = "session_photos",
        /// Logins that have ended.
        Logins = "logins",
    }
);

impl RetentionKind {
    /// The months that are shipped; none: for good. Nothing here has a number in law but those of [`Self::least`]; the others are as long as
    /// a project's year and the one after it may be asked about.
    pub fn shipped(self) -> Option<i64> {
        match self {
            Self::UnseenPeople => Some(60),
            Self::SessionPhotos => Some(36),
            Self::WalkIns | Self::Escorts | Self::ScanPhones | Self::Phones => Some(24),
            Self::Rosters => Some(6),
            Self::LogReasons => Some(36),
            Self::Applications | Self::RoomRequests | Self::Logins => Some(12),
        }
    }

    /// The least number of months: what a law asks for (网络安全法 art. 21 no. 3: logs of a network for six months; 个人信息保护法
    /// art. 56: records of how sensitive data was handled for three years), else one.
    pub fn least(self) -> i64 {
        match self {
            Self::Logins => 6,
            Self::LogReasons => 36,
            _ => 1,
        }
    }

    /// Whether its records are people, who are erased as `erasure` does.
    pub fn is_people(self) -> bool {
        matches!(self, Self::UnseenPeople | Self::WalkIns)
    }
}

text_enum!(
    /// How far a list is.
    RetentionState in "retention_state" {
        Listing = "listing",
        Listed = "listed",
        Erasing = "erasing",
        Done = "done",
        /// Another list was made instead.
        Dropped = "dropped",
    }
);

text_enum!(
    /// What became of what stood in a list.
    Outcome in "retention_outcome" {
        Erased = "erased",
        /// It was changed since the list was made.
        Left = "left",
    }
);

/// For how many months something is kept; none: for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionTerm {
    pub kind: RetentionKind,
    pub months: Option<i64>,
}

impl RetentionTerm {
    /// The instant before which it was kept long enough.
    pub fn before(self, today: Date) -> Option<Timestamp> {
        let months = chrono::Months::new(u32::try_from(self.months?).ok()?);
        today.0.checked_sub_months(months).map(|day| Zone::SHANGHAI.midnight(Date(day)))
    }
}

/// A list of what was kept long enough.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RetentionRun {
    pub id: RetentionRunId,
    pub state: RetentionState,
    pub made_at: Timestamp,
    pub made_by: String,
    pub confirmed_at: Option<Timestamp>,
    pub confirmed_by: Option<String>,
    pub confirmed_account: Option<AccountId>,
    pub finished_at: Option<Timestamp>,
}

/// A record in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RetentionItem {
    pub kind: RetentionKind,
    pub record_id: i64,
    pub center: Option<String>,
    /// Of a person.
    pub name: Option<String>,
    pub before: Timestamp,
    pub outcome: Option<Outcome>,
}

impl RetentionItem {
    /// The name with its first character alone: enough to notice a mistake.
    pub fn masked(&self) -> String {
        self.name.as_deref().and_then(|name| name.chars().next()).map(|first| format!("{first}**")).unwrap_or_default()
    }
}

/// How many of a kind a list has, and what became of them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RetentionCount {
    pub kind: RetentionKind,
    pub records: i64,
    pub erased: i64,
    pub left_alone: i64,
    /// Whether there are more than one list takes.
    pub full: Flag,
}

//! What a claim is.

use chrono::NaiveDateTime;

use crate::clock::{Date, Timestamp, Zone};
use crate::hours::MAX_MINUTES;
pub use crate::ids::ClaimId;
use crate::ids::{CenterId, EntryId, SessionId, TeamId};
use crate::people::PersonRow;
use crate::store::{Flag, text_enum};
use crate::teams::ChangedBy;

text_enum!(
    /// What is said.
    ClaimKind in "claim_kind" {
        /// Service that no door saw.
        SelfReported = "self_reported",
        /// That a row of the ledger is not right.
        Correction = "correction",
    }
);

text_enum!(
    /// What became of it.
    ClaimState in "claim_state" {
        Pending = "pending",
        Confirmed = "confirmed",
        Declined = "declined",
        /// Taken back by whoever asked.
        Withdrawn = "withdrawn",
    }
);

impl ClaimState {
    pub fn badge(&self) -> &'static str {
        match self {
            Self::Pending => "warn",
            Self::Confirmed => "ok",
            Self::Declined | Self::Withdrawn => "plain",
        }
    }
}

text_enum!(
    /// What a worker answers to those that are ticked.
    ClaimAnswer in "claim_answer" { Confirm = "confirm", Decline = "decline" }
);

/// Claims of one person that wait at one time, at most.
pub const MOST_PENDING: i64 = 20;

/// Claims of one page, which are decided in one transaction.
pub const PAGE: i64 = 100;

/// A claim as its row has it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Claim {
    #[sqlx(rename = "claim_id")]
    pub id: ClaimId,
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub center_id: CenterId,
    pub center: String,
    pub zone: Zone,
    pub team_id: Option<TeamId>,
    pub team: Option<String>,
    #[sqlx(rename = "claim_kind")]
    pub kind: ClaimKind,
    pub corrects_id: Option<EntryId>,
    /// The minutes of the row that is said to be wrong, and the session that it is of.
    pub was: Option<i64>,
    pub session_id: Option<SessionId>,
    pub served_on: Date,
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    pub minutes: i64,
    pub content: Option<String>,
    /// The kind of service of that session: what is public of it.
    pub service: Option<String>,
    pub service_en: Option<String>,
    pub place: Option<String>,
    pub reason: Option<String>,
    pub state: ClaimState,
    pub asked_as: ChangedBy,
    pub asked_at: Timestamp,
    /// The account, where it was one.
    pub asked_by: Option<String>,
    pub endorsed_at: Option<Timestamp>,
    pub endorsed_by: Option<String>,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<String>,
    pub word: Option<String>,
    pub entry_id: Option<EntryId>,
    /// The minutes that came of it.
    pub counted: Option<i64>,
    /// They count no more: the row was reversed since.
    pub reversed: Flag,
}

impl Claim {
    pub fn is_pending(&self) -> bool {
        self.state == ClaimState::Pending
    }

    pub fn is_correction(&self) -> bool {
        self.kind == ClaimKind::Correction
    }

    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.starts_at.zip(self.ends_at)
    }

    /// The stretch in the center's zone.
    pub fn local_span(&self) -> Option<(NaiveDateTime, NaiveDateTime)> {
        self.span().map(|(from, to)| (self.zone.local(from), self.zone.local(to)))
    }

    pub fn asked_on(&self) -> Date {
        self.zone.date(self.asked_at)
    }

    pub fn endorsed_on(&self) -> Option<Date> {
        self.endorsed_at.map(|at| self.zone.date(at))
    }

    pub fn decided_on(&self) -> Option<Date> {
        self.decided_at.map(|at| self.zone.date(at))
    }

    /// The most minutes that can be confirmed of it.
    pub fn most(&self) -> i64 {
        self.span().map_or(MAX_MINUTES, |(from, to)| from.minutes_until(to))
    }

    /// The least: service of no minutes is declined, but a row may be corrected to nothing.
    pub fn least(&self) -> i64 {
        i64::from(!self.is_correction())
    }
}

/// Other service of the same person at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimOverlap {
    /// At another center, of which no more is told.
    pub elsewhere: bool,
    /// It waits too, and does not count yet.
    pub waits: bool,
    /// When, as `03-05 10:00–12:00`; of another center the stretch that was claimed here.
    pub at: String,
}

impl ClaimOverlap {
    /// The key of the sentence that tells it.
    pub fn key(&self) -> &'static str {
        match (self.elsewhere, self.waits) {
            (true, _) => "claims.overlap_elsewhere",
            (false, true) => "claims.overlap_waits",
            (false, false) => "hours.overlap",
        }
    }
}

/// A row of the ledger that counts, of which may be said that it is not right.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StandingEntry {
    pub id: EntryId,
    pub center_id: Option<CenterId>,
    pub team_id: Option<TeamId>,
    pub team: Option<String>,
    pub served_on: Date,
    pub content: Option<String>,
    pub service: Option<String>,
    pub service_en: Option<String>,
    pub minutes: i64,
    /// The stretch in which they lie, where it came of a claim.
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    /// A question about it is open.
    pub asked: Flag,
}

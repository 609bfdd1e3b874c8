//! What a policy is.

use crate::clock::{Date, Timestamp};
pub use crate::ids::InsuranceId;
use crate::ids::TeamId;
use crate::people::PersonRow;
use crate::store::text_enum;

text_enum!(
    /// Whom a policy covers.
    Covers in "covers" {
        /// Whoever serves in a team of the center.
        Volunteers = "volunteers",
        Team = "team",
        /// Named people.
        People = "people",
    }
);

text_enum!(
    /// How a policy stands on a day.
    InsuranceState in "insurance_state" {
        Running = "running",
        /// It runs, and ends within 30 days.
        Ending = "ending",
        ToCome = "to_come",
        Ended = "ended",
        Voided = "voided",
    }
);

impl InsuranceState {
    pub fn badge(self) -> &'static str {
        match self {
            Self::Running => "ok",
            Self::Ending => "warn",
            Self::ToCome => "info",
            Self::Ended | Self::Voided => "plain",
        }
    }
}

/// Days ahead of which it is told that a policy ends.
const WARNED_DAYS: u64 = 30;

/// A policy of a center. Both dates are included.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Insurance {
    pub id: InsuranceId,
    pub insurer: String,
    pub policy_number: String,
    pub covers: Covers,
    pub team_id: Option<TeamId>,
    pub team: Option<String>,
    pub valid_from: Date,
    pub valid_to: Date,
    pub note: Option<String>,
    pub voided_at: Option<Timestamp>,
    pub void_reason: Option<String>,
}

impl Insurance {
    pub fn state(&self, day: Date) -> InsuranceState {
        match (self.voided_at, self.valid_from > day, self.valid_to < day) {
            (Some(_), ..) => InsuranceState::Voided,
            (None, true, _) => InsuranceState::ToCome,
            (None, false, true) => InsuranceState::Ended,
            (None, false, false) if self.valid_to < day.plus_days(WARNED_DAYS) => InsuranceState::Ending,
            (None, false, false) => InsuranceState::Running,
        }
    }
}

/// Somebody whom a policy covers, from a day on and until another, the first without cover.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Insured {
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub from_date: Date,
    pub to_date: Option<Date>,
}

//! What the ledger is made of.

use super::rules::SeenMinutes;
use crate::clock::Date;
pub use crate::ids::EntryId;
use crate::ids::{AttendanceId, TeamId};
use crate::people::PersonId;
use crate::store::text_enum;

/// The most minutes that one session can give: two days.
pub const MAX_MINUTES: i64 = 2 * 24 * 60;

text_enum!(
    /// Where a row's minutes come from.
    Source in "hours_source" {
        /// From coming to leaving, as the door saw it.
        Measured = "measured",
        /// Changed, or completed, by a worker.
        Adjusted = "adjusted",
        SelfReported = "self_reported",
        Imported = "imported",
    }
);

/// What a worker confirms of one volunteer's stay. [`Volunteer::confirmed`] makes it, for more than the stay explains
/// needs a reason.
#[derive(Clone, Debug)]
pub struct Confirmed {
    pub(super) attendance: AttendanceId,
    pub(super) person: PersonId,
    /// As measured.
    pub(super) stay: SeenMinutes,
    /// As confirmed.
    pub(super) minutes: i64,
    pub(super) reason: Option<String>,
}

impl Confirmed {
    /// A forgotten check-out was not measured, whatever the minutes are.
    pub fn source(&self) -> Source {
        match self.stay.minutes == self.minutes && !self.stay.forgot_to_leave {
            true => Source::Measured,
            false => Source::Adjusted,
        }
    }
}

/// Service that was recorded elsewhere: it has no session, but its day, what was done, and for whom.
#[derive(Clone, Debug)]
pub struct BroughtHours {
    pub person: PersonId,
    pub team: Option<TeamId>,
    /// The last day, where it is the sum of a time.
    pub served_on: Date,
    pub minutes: i64,
    pub content: Option<String>,
    pub unit: Option<String>,
}

/// Service that somebody told of and a worker confirms, for no door saw it.
#[derive(Clone, Debug)]
pub struct ServiceTold {
    pub person: PersonId,
    pub team: Option<TeamId>,
    pub served_on: Date,
    pub content: Option<String>,
    /// Where, or for whom.
    pub unit: Option<String>,
    /// As confirmed.
    pub minutes: i64,
    /// As told.
    pub original: i64,
    pub reason: Option<String>,
}

/// What is entered in the place of an entry, and why.
#[derive(Clone, Debug)]
pub struct Amendment {
    pub entry: EntryId,
    pub minutes: i64,
    pub reason: String,
}

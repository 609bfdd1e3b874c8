//! Volunteer hours (服务时数): a ledger of whole minutes. A row is never changed; a correction is a reversing row and,
//! where something is left, a new one. Only the volunteer part earns hours, and only what a worker confirmed counts
//! (志愿服务记录与证明出具办法 art. 7: time really given; art. 19: nothing else is recorded as service).

mod actions;
pub mod queries;
mod rules;

pub use actions::{confirm, correct, reverse_all};
pub use queries::Volunteer;

use crate::error::Fault;
use crate::ids::AttendanceId;
pub use crate::ids::EntryId;
use crate::people::PersonId;
use crate::store::text_enum;
use rules::Stay;

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
    attendance: AttendanceId,
    person: PersonId,
    /// As measured.
    stay: Stay,
    /// As confirmed.
    minutes: i64,
    reason: Option<String>,
}

impl Volunteer {
    /// What is confirmed of this stay.
    ///
    /// # Errors
    /// A fault for the field of the reason, where `minutes` are more than session and door explain and none is given.
    pub fn confirmed(&self, minutes: i64, reason: Option<String>) -> Result<Confirmed, Fault> {
        if minutes > self.explained && reason.is_none() {
            return Err(Fault::bound("field.reason_for_hours", self.explained));
        }
        let (attendance, person, stay) = (self.attendance, self.person, self.stay);
        Ok(Confirmed { attendance, person, stay, minutes, reason })
    }
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

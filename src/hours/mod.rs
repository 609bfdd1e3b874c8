//! Volunteer hours (服务时数): a ledger of whole minutes. A row is never changed; a correction is a reversing row and,
//! where something is left, a new one. Only the volunteer part earns hours, and only what a worker confirmed counts
//! (志愿服务记录与证明出具办法 art. 7: time really given; art. 19: nothing else is recorded as service).

mod actions;
pub mod queries;

pub use actions::{confirm, correct, reverse_all};
pub use queries::Volunteer;

use crate::check_in::AttendanceId;
use crate::check_in::rules::Stay;
use crate::people::PersonId;
use crate::store::{id_type, text_enum};

id_type!(EntryId);

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

/// What a worker confirms of one volunteer's stay.
#[derive(Clone, Copy, Debug)]
pub struct Confirmed {
    pub attendance: AttendanceId,
    pub person: PersonId,
    /// As measured.
    pub stay: Stay,
    /// As confirmed.
    pub minutes: i64,
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

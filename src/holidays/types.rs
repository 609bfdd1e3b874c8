//! What a holiday is, and a workday that makes up for one.

use crate::clock::{Date, Timestamp};
pub use crate::ids::{HolidayId, HolidayImportId};
use crate::store::{Flag, text_enum};

text_enum!(
    HolidayKind in "holiday_kind" {
        Holiday = "holiday",
        /// A Saturday or Sunday on which people work, because another day is off.
        Workday = "workday",
    }
);

text_enum!(
    /// What becomes of the days that a year has already, when others are brought in.
    HolidayMode in "holiday_mode" {
        /// They go: the file is the whole year's arrangement.
        Replace = "replace",
        /// They stay.
        Add = "add",
    }
);

/// One holiday, the first and the last day included.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Holiday {
    pub id: HolidayId,
    pub starts_on: Date,
    pub ends_on: Date,
    pub name: String,
    pub name_en: String,
}

impl Holiday {
    pub fn covers(&self, day: Date) -> bool {
        self.starts_on <= day && day <= self.ends_on
    }
}

/// Days of a weekend on which people work, the first and the last day included.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Workday {
    pub id: HolidayId,
    pub starts_on: Date,
    pub ends_on: Date,
    pub name: String,
    pub name_en: String,
}

impl Workday {
    pub fn covers(&self, day: Date) -> bool {
        self.starts_on <= day && day <= self.ends_on
    }
}

/// A line of a year's table.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct YearDay {
    pub id: HolidayId,
    pub kind: HolidayKind,
    /// Whose arrangement it belongs to.
    pub year: i64,
    pub starts_on: Date,
    pub ends_on: Date,
    pub name: String,
    pub name_en: String,
    /// Whether the program brought it along.
    pub statutory: Flag,
    /// What the import was taken from that brought it.
    pub source: Option<String>,
}

/// Days that were brought in from a file.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct HolidayImport {
    pub id: HolidayImportId,
    pub year: i64,
    pub source: String,
    pub replaces: Flag,
    pub made_at: Timestamp,
    pub made_by: String,
    /// How many days it brought that still hold.
    pub days: i64,
    pub undone_at: Option<Timestamp>,
}

/// What is known of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearState {
    /// No day of it stands in the table.
    Missing,
    /// Nothing but what the program brought along.
    StatutoryOnly,
    /// Somebody entered days of it.
    Entered,
}

/// That days of a year are wanted before they are needed, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolidayAsk {
    pub year: i64,
    pub why: YearsAskedFor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearsAskedFor {
    /// Sessions are planned in it, and nobody knows which days are off.
    Planned,
    /// It begins soon, and no day of it is there.
    Soon,
    /// It begins soon, and only the statutory days are there: the arrangement moves days around them.
    SoonAnnounced,
}

impl HolidayAsk {
    /// The key of the sentence.
    pub fn key(&self) -> &'static str {
        match self.why {
            YearsAskedFor::Planned => "holidays.ask_planned",
            YearsAskedFor::Soon => "holidays.ask_soon",
            YearsAskedFor::SoonAnnounced => "holidays.ask_announced",
        }
    }
}

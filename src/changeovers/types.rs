//! What a change of provider is made of.

use serde::{Deserialize, Serialize};

use crate::clock::{Date, Timestamp};
pub use crate::ids::ChangeoverId;
use crate::ids::ProviderId;
use crate::store::{Flag, text_enum};

text_enum!(
    /// What goes over. Of the last four the former provider may settle some before it goes.
    ChangeoverItem in "changeover_item" {
        People = "people",
        Households = "households",
        Cards = "cards",
        /// Sessions to come.
        Sessions = "sessions",
        /// Of these, those whose leader goes.
        Leaderless = "leaderless",
        Registrations = "registrations",
        Appointments = "appointments",
        Codes = "codes",
        Rooms = "rooms",
        Teams = "teams",
        Volunteers = "volunteers",
        Units = "units",
        Assets = "assets",
        Loans = "loans",
        Defects = "defects",
        /// Sessions that are over and not closed.
        Closings = "closings",
        Hours = "hours",
        Claims = "claims",
    }
);

text_enum!(
    /// For whom somebody signs.
    ChangeoverSide in "changeover_side" { Giver = "giver", Taker = "taker" }
);

/// How many there are of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct ItemCount {
    pub item: ChangeoverItem,
    pub n: i64,
}

/// One thing by itself: a session to come, a thing that is out, a defect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeoverLine {
    pub item: ChangeoverItem,
    pub day: Option<Date>,
    pub text: String,
    pub note: Option<String>,
    /// A session whose leader goes.
    pub leaderless: bool,
}

/// The list of what goes over, as it was when it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeoverList {
    pub counts: Vec<ItemCount>,
    pub lines: Vec<ChangeoverLine>,
}

impl ChangeoverList {
    /// How many there are of it; 0 where it was not counted.
    pub fn count(&self, item: ChangeoverItem) -> i64 {
        self.counts.iter().find(|count| count.item == item).map_or(0, |count| count.n)
    }
}

/// A center's change from one provider to another, to come or gone by.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Changeover {
    pub from_id: ProviderId,
    pub from_name: String,
    pub to_id: ProviderId,
    pub to_name: String,
    /// The new provider's first day.
    pub changes_on: Date,
    /// None while nobody has made the list.
    pub id: Option<ChangeoverId>,
    pub list: Option<String>,
    pub listed_at: Option<Timestamp>,
    pub listed_by: Option<String>,
    pub given_at: Option<Timestamp>,
    pub given_by: Option<String>,
    pub taken_at: Option<Timestamp>,
    pub taken_by: Option<String>,
    /// Whether the reader's own provider is the former, and the new one.
    gives: Flag,
    takes: Flag,
}

impl Changeover {
    /// The side of which the reader is.
    pub fn side(&self) -> Option<ChangeoverSide> {
        match (self.gives.is_set(), self.takes.is_set()) {
            (true, _) => Some(ChangeoverSide::Giver),
            (false, true) => Some(ChangeoverSide::Taker),
            (false, false) => None,
        }
    }

    /// Whether a side has signed.
    pub fn is_signed_by(&self, side: ChangeoverSide) -> bool {
        match side {
            ChangeoverSide::Giver => self.given_at.is_some(),
            ChangeoverSide::Taker => self.taken_at.is_some(),
        }
    }

    /// Whether anybody has signed: then the list stays as it is.
    pub fn is_signed(&self) -> bool {
        ChangeoverSide::ALL.iter().any(|side| self.is_signed_by(*side))
    }

    /// The list that was made.
    pub fn made(&self) -> Option<ChangeoverList> {
        serde_json::from_str(self.list.as_deref()?).ok()
    }
}

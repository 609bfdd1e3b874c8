//! What a merge is, and why two are taken for one.

use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
pub use crate::ids::MergeId;
use crate::people::{PersonId, PersonRow};
use crate::store::{Flag, text_enum};

text_enum!(
    /// What two people of one name have in common.
    Likeness in "likeness" { BirthDate = "birth_date", Phone = "phone", Household = "household" }
);

/// Two people of a center who may be one.
#[derive(Clone, Debug)]
pub struct Double {
    pub one: PersonRow,
    pub other: PersonRow,
    pub alike: Vec<Likeness>,
}

/// Two who were said to be two.
#[derive(Clone, Debug)]
pub struct ToldApart {
    pub one: PersonRow,
    pub other: PersonRow,
    pub told_at: Timestamp,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Merge {
    pub id: MergeId,
    pub center_id: CenterId,
    pub kept_id: PersonId,
    pub kept: String,
    pub merged_id: PersonId,
    /// What the merged person is called in the row that leads to the other.
    pub merged: String,
    pub made_at: Timestamp,
    pub made_by: String,
    pub undone_at: Option<Timestamp>,
    pub undone_by: Option<String>,
    /// Whether it can be taken back: it stands, and is the last that was made with either.
    pub(super) is_last: Flag,
}

impl Merge {
    pub fn may_undo(&self) -> bool {
        self.undone_at.is_none() && self.is_last.is_set()
    }
}

/// What hangs on a person, and moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Belongings {
    pub visits: i64,
    pub hours_minutes: i64,
    pub memberships: i64,
    pub teams: i64,
    pub posts: i64,
    pub homes: i64,
    pub cards: i64,
    pub phones: i64,
    /// Centers that know them beside this one.
    pub elsewhere: i64,
}

text_enum!(
    /// What was added to a merged person and stays with the one who was kept.
    StayedKind in "stayed" {
        Attendance = "attendance",
        Membership = "membership",
        Team = "team",
        Home = "home",
        Card = "card",
    }
);

/// Something that came after a merge: it stays where it is when the merge is taken back.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Stayed {
    pub kind: StayedKind,
    pub on_date: Option<Date>,
    pub what: String,
}

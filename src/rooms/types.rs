//! What a room is.

use std::collections::BTreeSet;

use super::hours::Weeks;
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp, Zone};
use crate::files::FileId;
pub use crate::ids::{ClosureId, OpeningId, RoomId, RoomKindId, RoomPhotoId, RoomWeekId};
use crate::store::text_enum;

text_enum!(
    /// What the notice asks of a kind of room: all required ones, at least half of the optional ones.
    RoomClass in "room_class" { Required = "required", Optional = "optional", Own = "own" }
);

text_enum!(
    /// What makes a room easier to use for who walks, hears or sees with difficulty.
    RoomFeature in "room_feature" {
        StepFree = "step_free",
        Lift = "lift",
        WideDoor = "wide_door",
        AccessibleToilet = "accessible_toilet",
        HearingLoop = "hearing_loop",
        TactilePaving = "tactile_paving",
    }
);

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RoomKind {
    pub id: RoomKindId,
    pub code: String,
    pub class: RoomClass,
    pub name: String,
    pub name_en: String,
}

/// A room with its kind. `hours` are loaded beside it, those of every time.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Room {
    pub id: RoomId,
    pub center_id: CenterId,
    pub name: String,
    pub kind_id: RoomKindId,
    pub class: RoomClass,
    pub kind: String,
    pub kind_en: String,
    pub area_m2: i64,
    pub capacity: i64,
    /// Minutes kept free before and after every session, for setting up and cleaning.
    pub buffer_minutes: i64,
    #[sqlx(skip)]
    pub hours: Weeks,
}

/// A time in which a room is closed although its hours say open.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Closure {
    pub id: ClosureId,
    pub room_id: RoomId,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub reason: String,
}

impl Closure {
    /// The first and the last day, where it is of whole days.
    pub(super) fn days(&self, zone: Zone) -> Option<(Date, Date)> {
        let (from, after) = (zone.date(self.starts_at), zone.date(self.ends_at));
        let whole = zone.midnight(from) == self.starts_at && zone.midnight(after) == self.ends_at && from < after;
        whole.then(|| (from, after.minus_days(1)))
    }

    /// The field in which a page with several closures asks why `id` is taken back.
    pub(super) fn field_of(id: ClosureId) -> String {
        format!("void_reason.{id}")
    }

    pub(super) fn reason_field(&self) -> String {
        Self::field_of(self.id)
    }
}

/// A time in which a room is open beyond its week.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ExtraOpening {
    pub id: OpeningId,
    pub room_id: RoomId,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub reason: String,
}

impl ExtraOpening {
    /// As [`Closure::field_of`].
    pub(super) fn field_of(id: OpeningId) -> String {
        format!("opening_reason.{id}")
    }

    pub(super) fn reason_field(&self) -> String {
        Self::field_of(self.id)
    }
}

/// Where a room is, and how one gets there and into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomDetails {
    pub floor: Option<String>,
    pub directions: Option<String>,
    pub features: BTreeSet<RoomFeature>,
}

/// A week of a room's opening hours as it was written down; its hours are in the room's [`Weeks`].
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RoomWeek {
    pub id: RoomWeekId,
    pub valid_from: Date,
    pub reason: Option<String>,
}

/// A picture of a room, which anybody may see.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RoomPhoto {
    pub id: RoomPhotoId,
    pub file_id: FileId,
    pub caption: Option<String>,
}

impl RoomPhoto {
    /// Where anybody sees it.
    pub fn path(&self) -> String {
        format!("/room-photos/{}", self.id)
    }
}

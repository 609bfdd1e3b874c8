//! What a planned room is.

use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
use crate::files::FileId;
pub use crate::ids::{PlannedRoomId, PlannedStepId};
use crate::ids::{RoomId, RoomKindId};
use crate::store::text_enum;

text_enum!(
    /// How a room comes to be: 改建, 扩建, 新建, 装修.
    RoomWay in "room_way" {
        Conversion = "conversion",
        Extension = "extension",
        NewBuilding = "new_building",
        FittingOut = "fitting_out",
    }
);

text_enum!(
    /// How far it is.
    BuildState in "build_state" { Planned = "planned", UnderWay = "under_way", Finished = "finished" }
);

impl BuildState {
    /// The look of its badge.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Planned => "plain",
            Self::UnderWay => "info",
            Self::Finished => "ok",
        }
    }
}

/// A room before it opens, and what came of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PlannedRoom {
    pub id: PlannedRoomId,
    pub center_id: CenterId,
    pub name: String,
    pub kind_id: RoomKindId,
    pub kind: String,
    pub kind_en: String,
    pub area_m2: i64,
    pub way: RoomWay,
    pub cost_yuan: Option<i64>,
    pub note: Option<String>,
    /// As the latest entry says, and since when.
    pub state: BuildState,
    pub since: Date,
    pub room_id: Option<RoomId>,
    pub opened_on: Option<Date>,
    pub withdrawn_at: Option<Timestamp>,
    pub withdrawn_reason: Option<String>,
}

impl PlannedRoom {
    /// Whether it is still to come.
    pub fn is_coming(&self) -> bool {
        self.room_id.is_none() && self.withdrawn_at.is_none()
    }
}

/// How far it was on a day.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PlannedStep {
    pub id: PlannedStepId,
    pub state: BuildState,
    pub on_date: Date,
    pub note: Option<String>,
    pub file_id: Option<FileId>,
}

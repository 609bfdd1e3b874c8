//! What the notice asks of a center's rooms (section 四, 4): in principle 1,500 m² in all, every required kind, and at
//! least half of the optional kinds. Falling short warns and blocks nothing: the annex itself plans a center of 1,200 m².

use std::collections::BTreeSet;

use super::types::{Room, RoomClass, RoomKind, RoomKindId};

/// Square metres of all rooms together, 原则上不少于1500平方米.
pub const FLOOR_AREA_M2: i64 = 1_500;

/// How a center's rooms stand to the notice.
#[derive(Debug, PartialEq, Eq)]
pub struct Standard {
    pub area_m2: i64,
    /// Required kinds that no room has.
    pub missing_required: Vec<RoomKind>,
    pub optional_there: usize,
    pub optional_asked: usize,
}

impl Standard {
    pub fn area_is_short(&self) -> bool {
        self.area_m2 < FLOOR_AREA_M2
    }

    pub fn is_met(&self) -> bool {
        !self.area_is_short() && self.missing_required.is_empty() && self.optional_there >= self.optional_asked
    }
}

/// Compares `rooms` with the catalog of kinds.
pub fn standard(rooms: &[Room], kinds: &[RoomKind]) -> Standard {
    let there: BTreeSet<RoomKindId> = rooms.iter().map(|room| room.kind_id).collect();
    let of = |class| kinds.iter().filter(move |kind| kind.class == class);
    Standard {
        area_m2: rooms.iter().map(|room| room.area_m2).sum(),
        missing_required: of(RoomClass::Required).filter(|kind| !there.contains(&kind.id)).cloned().collect(),
        optional_there: of(RoomClass::Optional).filter(|kind| there.contains(&kind.id)).count(),
        optional_asked: of(RoomClass::Optional).count().div_ceil(2),
    }
}

/// How many people a room of this kind mostly holds: proposed to whoever adds it, and corrected by them.
pub fn usual_capacity(kind: &RoomKind) -> i64 {
    match kind.code.as_str() {
        "multi_purpose" => 60,
        "reception" | "elderly" => 40,
        "reading" | "children" => 30,
        "group_work" => 12,
        "casework" => 4,
        _ => 20,
    }
}

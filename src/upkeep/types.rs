//! What is broken, what is owned and lent, and what was practised.

use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::files::FileId;
pub use crate::ids::{AssetId, DefectId, DrillId, LoanId};
use crate::people::PersonId;
use crate::rooms::{Room, RoomId};
use crate::store::{Flag, text_enum};
use crate::web::Lang;
use crate::web::cut::Toolbar;

text_enum!(
    /// Where a defect stands.
    DefectState in "defect_state" {
        Reported = "reported",
        /// Somebody mends it.
        Assigned = "assigned",
        Mended = "mended",
        /// It is none, or nothing is done about it.
        Dismissed = "dismissed",
    }
);

impl DefectState {
    pub fn is_open(self) -> bool {
        matches!(self, Self::Reported | Self::Assigned)
    }
}

text_enum!(
    /// How a defect ends, or begins again.
    DefectAnswer in "defect_answer" { Mended = "mended", Dismissed = "dismissed", Reopened = "reopened" }
);

/// Something broken.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Defect {
    pub id: DefectId,
    pub room_id: Option<RoomId>,
    pub room: Option<String>,
    pub what: String,
    pub state: DefectState,
    pub photo_id: Option<FileId>,
    pub reported_at: Timestamp,
    /// None where it came from a phone.
    pub reported_by: Option<String>,
    pub mender: Option<String>,
    pub mend_by: Option<Date>,
    pub word: Option<String>,
    pub ended_at: Option<Timestamp>,
    pub ended_by: Option<String>,
}

impl Defect {
    pub fn is_overdue(&self, today: &Date) -> bool {
        self.state.is_open() && self.mend_by.is_some_and(|day| day < *today)
    }

    /// The class of its badge.
    pub fn badge(&self, today: &Date) -> &'static str {
        match self.state {
            _ if self.is_overdue(today) => "bad",
            DefectState::Reported => "warn",
            DefectState::Assigned => "accent",
            DefectState::Mended => "ok",
            DefectState::Dismissed => "plain",
        }
    }
}

text_enum!(
    UpkeepOrder in "upkeep_order" {
        /// What is open before what is not, the most pressing first.
        Pressing = "pressing",
        /// The latest first.
        Reported = "reported",
        Room = "room",
    }
);

/// How the list of defects is cut and put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpkeepCut {
    pub(super) state: Option<DefectState>,
    pub(super) room: Option<RoomId>,
    order: UpkeepOrder,
}

impl Default for UpkeepCut {
    fn default() -> Self {
        Self { state: None, room: None, order: UpkeepOrder::Pressing }
    }
}

impl UpkeepCut {
    /// Fields `state room sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let state = read.optional("state", parse::choice);
        let room = read.optional("room", parse::choice);
        let order = read.optional("sort", parse::choice);
        read.finish(|| Some(Self { state: state?, room: room?, order: order?.unwrap_or(UpkeepOrder::Pressing) }))
    }

    /// What is listed after what, over defect `d` and room `r`.
    pub(super) fn order_by(self) -> &'static str {
        match self.order {
            UpkeepOrder::Pressing => {
                "case when d.ended_at is null then 0 else 1 end, case when d.mend_by is null then 1 else 0 end, d.mend_by, d.id desc"
            }
            UpkeepOrder::Reported => "d.id desc",
            UpkeepOrder::Room => "case when r.name is null then 1 else 0 end, r.name, d.id desc",
        }
    }

    pub fn toolbar(self, lang: Lang, rooms: &[Room]) -> Toolbar {
        let rooms = rooms.iter().map(|room| (room.id.to_string(), room.name.clone()));
        Toolbar::ordered(lang, self.order, UpkeepOrder::ALL, UpkeepOrder::key)
            .with(("room", "upkeep.room"), self.room, rooms)
            .with_words(("state", "cut.state"), self.state, DefectState::ALL, DefectState::key)
    }
}

text_enum!(
    AssetKind in "asset_kind" {
        Furniture = "furniture",
        Device = "device",
        Sports = "sports",
        /// A wheelchair, a walking frame.
        Aid = "aid",
        Umbrella = "umbrella",
        Key = "key",
        Book = "book",
        Other = "other",
    }
);

text_enum!(
    /// Out of whose money something came: what the purchaser paid for goes back with the agreement.
    AssetOrigin in "asset_origin" { Funds = "funds", Own = "own", Donated = "donated" }
);

/// Something that the center owns.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CenterAsset {
    pub id: AssetId,
    pub room_id: Option<RoomId>,
    pub room: Option<String>,
    pub number: String,
    pub name: String,
    pub kind: AssetKind,
    pub origin: AssetOrigin,
    pub bought_on: Option<Date>,
    pub cost_yuan: Option<i64>,
    pub lendable: Flag,
    pub note: Option<String>,
    pub written_off_on: Option<Date>,
    pub written_off_why: Option<String>,
    /// Until when it is out; none where it is here.
    pub due_on: Option<Date>,
    /// Who has it.
    pub with_whom: Option<String>,
}

impl CenterAsset {
    pub fn is_here(&self) -> bool {
        self.due_on.is_none() && self.written_off_on.is_none()
    }

    pub fn may_be_lent(&self) -> bool {
        self.is_here() && self.lendable.is_set()
    }

    pub fn is_overdue(&self, today: &Date) -> bool {
        self.due_on.is_some_and(|day| day < *today)
    }
}

/// A thing that somebody has, or had.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Loan {
    pub id: LoanId,
    pub asset_id: AssetId,
    pub person_id: Option<PersonId>,
    pub whom: String,
    pub lent_at: Timestamp,
    pub due_on: Date,
    pub back_at: Option<Timestamp>,
    pub word: Option<String>,
    pub lost: Flag,
}

text_enum!(
    DrillKind in "drill_kind" {
        Fire = "fire",
        Evacuation = "evacuation",
        FirstAid = "first_aid",
        Flood = "flood",
        /// A look at wires, extinguishers and exits.
        Inspection = "inspection",
        Other = "other",
    }
);

/// A drill or a safety check, as it was held.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Drill {
    pub id: DrillId,
    pub held_on: Date,
    pub kind: DrillKind,
    pub minutes: i64,
    pub people: i64,
    pub led_by: String,
    pub found: Option<String>,
    pub file_id: Option<FileId>,
    pub voided_at: Option<Timestamp>,
    pub void_reason: Option<String>,
}

//! What a handover is made of.

use chrono::NaiveDateTime;

use crate::activities::Title;
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
pub use crate::ids::HandoverId;
use crate::store::text_enum;
use crate::workers::WorkerId;

text_enum!(
    /// What a worker has in hand. The first five are given to others; the rest stays theirs by its nature, and is listed for whoever
    /// looks after it from then on.
    HandoverKind in "handover_kind" {
        /// Sessions to come that they lead.
        Sessions = "sessions",
        /// Appointments to come that people have with them.
        Appointments = "appointments",
        /// Colleagues whom they supervise.
        Supervision = "supervision",
        /// Posts that they fill.
        Posts = "posts",
        /// Volunteer teams that they look after.
        Liaison = "liaison",
        /// Sessions that they led and nobody has closed.
        Closings = "closings",
        /// Sessions that they led and whose volunteers' hours nobody has confirmed.
        Hours = "hours",
        /// Volunteer teams that they lead as a volunteer.
        Teams = "teams",
        /// Rosters that they brought in and have not applied.
        Imports = "imports",
        /// Erasures that they asked for and nobody has decided.
        Erasures = "erasures",
        /// Tablets at the front desk that they set up.
        Devices = "devices",
    }
);

impl HandoverKind {
    /// Whether another takes it over as a whole.
    pub fn is_given(self) -> bool {
        self.why().is_none()
    }

    /// The text that says why it cannot be given; none for what can.
    pub fn why(self) -> Option<&'static str> {
        match self {
            Self::Sessions | Self::Appointments | Self::Supervision | Self::Posts | Self::Liaison => None,
            Self::Closings => Some("handover_why.closings"),
            Self::Hours => Some("handover_why.hours"),
            Self::Teams => Some("handover_why.teams"),
            Self::Imports => Some("handover_why.imports"),
            Self::Erasures => Some("handover_why.erasures"),
            Self::Devices => Some("handover_why.devices"),
        }
    }
}

text_enum!(
    /// What became of one thing.
    HandoverOutcome in "handover_outcome" {
        /// Somebody else has it.
        Given = "given",
        /// It was called off.
        Cancelled = "cancelled",
        /// It could not be given, and stands on the list.
        Listed = "listed",
        /// It was given, and went back.
        Returned = "returned",
    }
);

/// What something is called before its reader.
#[derive(Clone, Debug)]
pub enum ThingName {
    /// An activity, on a day.
    Session(Title, Date),
    /// An appointment: that the worker is busy then, and nothing more.
    Appointment(NaiveDateTime),
    Text(String),
    /// What has no name that may be shown: the number.
    Number(i64),
}

/// One thing that a worker has in hand.
#[derive(Clone, Debug)]
pub struct OpenThing {
    pub kind: HandoverKind,
    /// A row of the kind's own table: the session, the supervision, the post, the team …
    pub subject_id: i64,
    pub name: ThingName,
}

/// A handover that was made.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Handover {
    pub id: HandoverId,
    pub center_id: CenterId,
    pub worker_id: WorkerId,
    /// Whose work it was.
    pub name: String,
    pub from_day: Date,
    pub made_at: Timestamp,
    pub made_by: Option<String>,
    pub undone_at: Option<Timestamp>,
}

/// What became of one thing.
#[derive(Clone, Debug)]
pub struct HandoverItem {
    pub kind: HandoverKind,
    pub subject_id: i64,
    pub name: ThingName,
    /// Who has it, or looks after it, from then on.
    pub worker: Option<(WorkerId, String)>,
    pub outcome: HandoverOutcome,
    /// Who has it now has another session or appointment at the same time.
    pub clashes: bool,
}

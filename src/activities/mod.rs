//! Activities and their sessions. An activity is the series or the single event; a session is one occurrence of it.

pub mod queries;

use crate::centers::CenterId;
use crate::clock::{Date, Timestamp, Zone};
use crate::rooms::RoomId;
use crate::store::{id_type, text_enum};
use crate::teams::TeamId;
use crate::workers::WorkerId;

id_type!(ActivityId);
id_type!(SessionId);

text_enum!(
    /// Where a session stands. Skipped and cancelled dates stay as rows, with a reason.
    SessionStatus in "session_status" {
        Planned = "planned",
        Completed = "completed",
        Cancelled = "cancelled",
        Skipped = "skipped",
    }
);

/// One occurrence of an activity, with the names that every page shows of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Session {
    pub id: SessionId,
    pub activity_id: ActivityId,
    pub center_id: CenterId,
    pub center: String,
    pub zone: Zone,
    pub title: String,
    pub description: Option<String>,
    pub kind: String,
    pub kind_en: String,
    pub published: crate::store::Flag,
    pub room_id: RoomId,
    pub room: String,
    pub worker_id: Option<WorkerId>,
    pub worker: Option<String>,
    pub team_id: Option<TeamId>,
    pub team: Option<String>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// The first day in the center's zone: periods are cut by it.
    pub local_date: Date,
    pub capacity: Option<i64>,
    pub status: SessionStatus,
    pub reason: Option<String>,
    pub check_in_token: String,
    pub summary: Option<String>,
    pub closed_at: Option<Timestamp>,
    /// Grows with every change, for calendars.
    pub sequence: i64,
    pub updated_at: Timestamp,
}

impl Session {
    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }
}

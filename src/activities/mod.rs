//! Activities and their sessions. An activity is the series or the single event; a session is one occurrence of it.
//!
//! Scheduling occupies rooms. Whether a room is free is shown from what was read a moment ago (`rules`), but decided
//! by the database when the booking is written (`booking_overlap`), so no race can put two sessions into one room.

mod actions;
pub(crate) mod api;
mod booking;
mod calendar;
mod calendar_pages;
pub(crate) mod forms;
mod pages;
mod preview;
pub mod queries;
pub mod rules;
pub(crate) mod schedule_api;
mod schedule_pages;
pub mod title;
mod week;
mod week_pages;

use chrono::Timelike;
use rocket::fairing::AdHoc;

pub use actions::{Dated, Fate, ROOM_TAKEN, cancel, reschedule, restore, revise, schedule, skip};
pub(crate) use actions::{complete, set_rotating};
pub use forms::{Change, Place, Plan, Reason, Texts};
pub use rules::{End, Repeat, Rhythm, Scope, Slot};
pub use title::Title;

use crate::centers::CenterId;
use crate::clock::{Date, Timestamp, Zone};
pub use crate::ids::{ActivityId, ServiceKindId, SessionId};
use crate::rooms::RoomId;
use crate::store::{Flag, text_enum};
use crate::teams::TeamId;
use crate::workers::WorkerId;

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
    #[sqlx(flatten)]
    pub title: Title,
    pub description: Option<String>,
    pub published: Flag,
    /// The first of its rooms; none where it is elsewhere.
    pub room_id: Option<RoomId>,
    /// Its rooms' names, or its venue.
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
    /// Phones check in with the code on the hall's screen only; a poster's link is not enough.
    pub rotating: Flag,
}

impl Session {
    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }

    /// Where it stands on the center's wall clock.
    pub fn slot(&self) -> rules::Slot {
        let minute = |at: chrono::NaiveDateTime| i64::from(at.hour()) * 60 + i64::from(at.minute());
        let (from, to) = (minute(self.starts()), minute(self.ends()));
        let to = if self.ends().date() == self.local_date.0 { to } else { 1_440 };
        rules::Slot { date: self.local_date, from, to, starts_at: self.starts_at, ends_at: self.ends_at }
    }

    pub fn is_live(&self, now: &Timestamp) -> bool {
        self.status == SessionStatus::Planned && self.starts_at <= *now && *now < self.ends_at
    }

    pub fn is_over(&self, now: &Timestamp) -> bool {
        self.ends_at <= *now
    }
}

/// The series or the single event: what all its sessions have in common.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Activity {
    pub id: ActivityId,
    pub center_id: CenterId,
    #[sqlx(flatten)]
    pub title: Title,
    pub description: Option<String>,
    pub kind_id: ServiceKindId,
    /// RFC 5545 RRULE; none for a single event.
    pub rule: Option<String>,
    pub published: Flag,
}

impl Activity {
    pub fn rhythm(&self) -> Rhythm {
        Rhythm::of(self.rule.as_deref())
    }
}

/// A kind of service (服务类别): reports are cut by it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ServiceKind {
    pub id: ServiceKindId,
    pub code: String,
    pub name: String,
    pub name_en: String,
    /// What its activities say may name a person: see [`title`].
    pub confidential: Flag,
}

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("activities", |rocket| async {
        rocket
            .mount("/", pages::routes())
            .mount("/", schedule_pages::routes())
            .mount("/", week_pages::routes())
            .mount("/", calendar_pages::routes())
            .mount("/api/v1", api::routes())
            .mount("/api/v1", schedule_api::routes())
    })
}

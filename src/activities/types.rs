//! What activities are made of.

use super::admission::Admission;
use super::attributes::Attributes;
use super::title::Title;
use crate::agreements::AgreementId;
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp, Zone};
use crate::ids::FileId;
pub use crate::ids::{ActivityId, BookingId, ServiceKindId, SessionId};
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

text_enum!(
    /// What a room is booked for: a booking has one owner.
    BookingKind in "booking_kind" {
        Session = "session",
        Meeting = "meeting",
        Appointment = "appointment",
        Request = "request",
        Maintenance = "maintenance",
    }
);

/// A room that is booked for something else than a session.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OtherBooking {
    pub id: BookingId,
    pub room_id: RoomId,
    pub kind: BookingKind,
    /// None where it is not for the reader: then the room is busy.
    pub label: Option<String>,
    /// Whose time it takes.
    pub worker_id: Option<WorkerId>,
    /// The kind of service that it is of, in both languages: for that worker alone.
    pub service: Option<String>,
    pub service_en: Option<String>,
    /// When it is used, the room's buffer left out.
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

impl OtherBooking {
    /// Of the reader's own appointment the kind of service, in both languages.
    pub fn own_service(&self) -> Option<(&str, &str)> {
        self.service.as_deref().zip(self.service_en.as_deref())
    }

    /// Whether it is the reader's own appointment.
    pub fn is_own(&self) -> bool {
        self.service.is_some()
    }

    /// Whether it is told as no more than that a worker is busy.
    pub fn is_only_busy(&self) -> bool {
        self.worker_id.is_some() && !self.is_own()
    }
}

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
    pub kind_id: ServiceKindId,
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
    /// The address of its page, for who receives people.
    pub fn path(&self) -> String {
        self.center_id.path(format_args!("/sessions/{}", self.id))
    }

    /// The address that its code leads to, for who comes.
    pub fn door(&self) -> String {
        format!("/c/{}", self.check_in_token)
    }

    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }

    pub fn is_live(&self, now: &Timestamp) -> bool {
        self.status.is_live((self.starts_at, self.ends_at), *now)
    }

    /// Past its end, or closed before it.
    pub fn is_over(&self, now: &Timestamp) -> bool {
        self.status.is_over(self.ends_at, *now)
    }
}

/// A session in a list that hangs out for all: what such a list says of it, for lists of a busy center have a thousand.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PublishedSession {
    pub id: SessionId,
    pub activity_id: ActivityId,
    pub center_id: CenterId,
    pub center: String,
    pub zone: Zone,
    #[sqlx(flatten)]
    pub title: Title,
    pub kind_id: ServiceKindId,
    /// Its rooms' names, or its venue.
    pub room: String,
    pub team_id: Option<TeamId>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub local_date: Date,
    pub capacity: Option<i64>,
    pub status: SessionStatus,
}

impl PublishedSession {
    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }

    pub fn is_live(&self, now: &Timestamp) -> bool {
        self.status.is_live((self.starts_at, self.ends_at), *now)
    }

    /// Past its end, or closed before it.
    pub fn is_over(&self, now: &Timestamp) -> bool {
        self.status.is_over(self.ends_at, *now)
    }
}

impl SessionStatus {
    fn is_live(self, (starts, ends): (Timestamp, Timestamp), now: Timestamp) -> bool {
        self == Self::Planned && starts <= now && now < ends
    }

    fn is_over(self, ends: Timestamp, now: Timestamp) -> bool {
        ends <= now || self == Self::Completed
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
    pub admission: Admission,
    #[sqlx(flatten)]
    pub attributes: Attributes,
    /// Its picture, for whom it is.
    pub picture_file_id: Option<FileId>,
    /// Which of the center's agreements pays for it; the main one where it is none.
    pub charged_to: Option<AgreementId>,
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

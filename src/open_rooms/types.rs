//! What a room that stands open is.

use crate::activities::{ActivityId, SessionId, SessionStatus, Title};
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp, Zone};
pub use crate::ids::OpenRoomId;
use crate::rooms::RoomId;
use crate::store::Flag;

/// A declaration: this room stands open, from a day on.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenRoom {
    pub id: OpenRoomId,
    pub center_id: CenterId,
    pub activity_id: ActivityId,
    pub room_id: RoomId,
    pub room: String,
    #[sqlx(flatten)]
    pub title: Title,
    pub since: Date,
    /// The first day on which it is open no more.
    pub ended_on: Option<Date>,
    pub end_reason: Option<String>,
    /// By their first days.
    #[sqlx(skip)]
    pub terms: Vec<OpenTerm>,
}

impl OpenRoom {
    /// The term that holds on `day`, if it is open at all then.
    pub fn term(&self, day: Date) -> Option<&OpenTerm> {
        if day < self.since || self.is_ended(day) {
            return None;
        }
        self.terms.iter().rev().find(|term| term.valid_from <= day)
    }

    /// The term to show today: the one that holds, or the first to come.
    pub fn shown(&self, today: Date) -> Option<&OpenTerm> {
        self.term(today).or(self.terms.last())
    }

    pub fn is_ended(&self, day: Date) -> bool {
        self.ended_on.is_some_and(|ended| ended <= day)
    }

    pub fn path(&self) -> String {
        self.center_id.path(format_args!("/open-rooms/{}", self.id))
    }
}

/// On which weekdays and from when to when, from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenTerm {
    pub valid_from: Date,
    /// A bit for each, Monday the lowest.
    pub weekdays: i64,
    pub on_holidays: bool,
    /// Minutes after local midnight, in order and apart; none: as long as the room is open.
    pub spans: Vec<(i64, i64)>,
}

impl OpenTerm {
    /// Whether it holds a weekday, 1 (Monday) to 7.
    pub fn is_on(&self, weekday: i64) -> bool {
        (1..=7).contains(&weekday) && self.weekdays >> (weekday - 1) & 1 == 1
    }

    pub fn is_daily(&self) -> bool {
        self.weekdays == 127
    }

    /// `09:00–12:00 14:00–17:00`, and nothing where it is as long as the room is open.
    pub fn hours(&self) -> String {
        self.spans.iter().map(|span| span_text(*span)).collect::<Vec<_>>().join(" ")
    }

    /// The weekdays, 1 to 7.
    pub fn days(&self) -> Vec<i64> {
        (1..=7).filter(|day| self.is_on(*day)).collect()
    }
}

/// A session that was made of a declaration, and how it stands.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenDay {
    pub open_room_id: OpenRoomId,
    pub session_id: SessionId,
    pub local_date: Date,
    pub opens: i64,
    pub closes: i64,
    pub settled_at: Option<Timestamp>,
    pub status: SessionStatus,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Whether somebody came already.
    pub attended: Flag,
    /// It was given up, and a worker had it take place after all.
    pub by_hand: Flag,
    /// Where it is now.
    pub room_id: Option<RoomId>,
}

impl OpenDay {
    /// Whether it may still be given up for another: it is as it was made, in the room of its declaration, and has not begun. What
    /// a worker changed by hand stays.
    pub fn is_to_come(&self, now: Timestamp, (zone, room): (Zone, RoomId)) -> bool {
        let as_made = (zone.at_minute(self.local_date, self.opens), zone.at_minute(self.local_date, self.closes));
        self.status == SessionStatus::Planned
            && self.starts_at > now
            && !self.attended.is_set()
            && !self.by_hand.is_set()
            && (self.starts_at, self.ends_at) == as_made
            && self.room_id == Some(room)
    }

    /// When it is closed by itself: when the last will have been counted, but before its day ends, for until then a worker may open
    /// it again.
    pub fn settles_at(&self, zone: Zone) -> Timestamp {
        let midnight = zone.midnight(self.local_date.plus_days(1));
        self.ends_at.plus(super::rules::GRACE).min(midnight).max(self.ends_at)
    }

    /// Whether it waits to be closed by itself.
    pub fn is_unsettled(&self) -> bool {
        self.status == SessionStatus::Planned && self.settled_at.is_none()
    }
}

/// A day as it was made and as it stands now, for what is told of a month on paper.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenDayNow {
    pub open_room_id: OpenRoomId,
    pub local_date: Date,
    pub opens: i64,
    pub closes: i64,
    pub settled_at: Option<Timestamp>,
    pub status: SessionStatus,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Where it is now.
    pub room: Option<String>,
}

impl OpenDayNow {
    /// Whether somebody took it out by hand: where nobody was counted, the room stood open all the same.
    pub fn is_off(&self) -> bool {
        matches!(self.status, SessionStatus::Cancelled | SessionStatus::Skipped) && self.settled_at.is_none()
    }

    /// Whether it is on at another time than it was made for, or not in `room`.
    pub fn is_moved(&self, zone: Zone, room: &str) -> bool {
        let as_made = (zone.at_minute(self.local_date, self.opens), zone.at_minute(self.local_date, self.closes));
        let is_on = matches!(self.status, SessionStatus::Planned | SessionStatus::Completed);
        is_on && ((self.starts_at, self.ends_at) != as_made || self.room.as_deref().is_some_and(|now| now != room))
    }
}

/// A day's session with what was counted there, for lists.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenDayRow {
    pub open_room_id: OpenRoomId,
    pub session_id: SessionId,
    pub local_date: Date,
    pub opens: i64,
    pub closes: i64,
    pub status: SessionStatus,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub settled_at: Option<Timestamp>,
    /// Participants by name.
    pub named: i64,
    /// Heads without a name.
    pub heads: i64,
    pub elderly: i64,
    pub disabled: i64,
    pub needy: i64,
    pub youth: i64,
}

impl OpenDayRow {
    pub fn visits(&self) -> i64 {
        self.named + self.heads
    }

    pub fn is_on(&self, now: &Timestamp) -> bool {
        self.status == SessionStatus::Planned && self.starts_at <= *now && *now < self.ends_at
    }

    /// Nobody was counted, and so it was skipped by itself.
    pub fn is_uncounted(&self) -> bool {
        self.status == SessionStatus::Skipped && self.settled_at.is_some()
    }

    pub fn hours(&self) -> String {
        span_text((self.opens, self.closes))
    }
}

/// `09:00–17:00`.
pub fn span_text((opens, closes): (i64, i64)) -> String {
    let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    format!("{}–{}", clock(opens), clock(closes))
}

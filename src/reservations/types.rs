//! What a reservation is, and what a residents' group asks for.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::activities::{BookingId, BookingKind, Slot, occupying};
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Result};
use crate::files::{FileId, FileKind};
pub use crate::ids::{ReservationId, RoomRequestId};
use crate::people::{Name, PhoneNumber};
use crate::rooms::RoomId;
use crate::store::{Sealed, Sealer, text_enum};

text_enum!(
    /// What a room is needed for that is no activity.
    ReservationKind in "booking_kind" { Meeting = "meeting", Maintenance = "maintenance", Request = "request" }
);

impl ReservationKind {
    /// Those that a worker enters; the third comes of a residents' group's wish.
    pub const ENTERED: &'static [Self] = &[Self::Meeting, Self::Maintenance];

    pub(super) fn booking(self) -> BookingKind {
        match self {
            Self::Meeting => BookingKind::Meeting,
            Self::Maintenance => BookingKind::Maintenance,
            Self::Request => BookingKind::Request,
        }
    }

    /// Whether everybody may read what the room is needed for: that the lamps are mended is no secret, who meets may be one.
    pub fn is_public(self) -> bool {
        match self {
            Self::Maintenance => true,
            Self::Meeting | Self::Request => false,
        }
    }

    /// The key of what is written afterwards.
    pub fn minutes_key(self) -> &'static str {
        match self {
            Self::Meeting => "reservations.minutes",
            Self::Maintenance | Self::Request => "reservations.outcome",
        }
    }

    /// The key of who it is.
    pub fn holder_key(self) -> &'static str {
        match self {
            Self::Meeting => "reservations.held_by",
            Self::Maintenance => "reservations.mended_by",
            Self::Request => "reservations.group",
        }
    }
}

text_enum!(
    /// Where a reservation stands, by the clock.
    ReservationStanding in "reservation_standing" { Coming = "coming", Held = "held", Cancelled = "cancelled" }
);

impl ReservationStanding {
    pub fn badge(self) -> &'static str {
        match self {
            Self::Coming => "ok",
            Self::Held => "plain",
            Self::Cancelled => "bad",
        }
    }
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Reservation {
    pub id: ReservationId,
    pub center_id: CenterId,
    pub kind: ReservationKind,
    pub title: String,
    pub holder: String,
    pub attendees: Option<String>,
    pub heads: Option<i64>,
    pub booking_id: BookingId,
    pub room_id: RoomId,
    pub room: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub series_id: Option<ReservationId>,
    pub minutes: Option<String>,
    pub minutes_at: Option<Timestamp>,
    pub minutes_by: Option<String>,
    pub created_at: Timestamp,
    pub created_by: String,
    pub cancelled_at: Option<Timestamp>,
    pub cancel_reason: Option<String>,
    /// The wish that it grants.
    pub request_id: Option<RoomRequestId>,
}

impl Reservation {
    pub fn standing(&self, now: &Timestamp) -> ReservationStanding {
        match self.cancelled_at {
            Some(_) => ReservationStanding::Cancelled,
            None if self.ends_at <= *now => ReservationStanding::Held,
            None => ReservationStanding::Coming,
        }
    }

    pub fn has_begun(&self, now: &Timestamp) -> bool {
        self.cancelled_at.is_none() && self.starts_at <= *now
    }

    pub fn slot(&self, center: &Center) -> Slot {
        occupying::slot_of(center, self.starts_at, self.ends_at)
    }

    pub fn path(&self) -> String {
        self.center_id.path(format_args!("/reservations/{}", self.id))
    }
}

/// A paper that lies with a reservation.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReservationFile {
    pub id: FileId,
    pub kind: FileKind,
    pub added_at: Timestamp,
    pub added_by: String,
}

text_enum!(
    /// What became of a residents' group's wish.
    RoomRequestState in "room_request_state" {
        Open = "open",
        Approved = "approved",
        Declined = "declined",
        /// Taken back by whoever asked, also after a yes.
        Withdrawn = "withdrawn",
        /// Granted, and called off by the center.
        Cancelled = "cancelled",
    }
);

impl RoomRequestState {
    pub fn badge(self) -> &'static str {
        match self {
            Self::Open => "warn",
            Self::Approved => "ok",
            Self::Declined | Self::Cancelled => "bad",
            Self::Withdrawn => "plain",
        }
    }
}

/// Who asks for a group, as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupContact {
    pub name: String,
    pub phone: String,
}

impl GroupContact {
    pub(super) fn of(name: &Name, phone: &PhoneNumber) -> Self {
        Self { name: name.to_string(), phone: phone.as_str().to_owned() }
    }

    pub(super) fn seal(&self, sealer: &Sealer) -> Result<Sealed> {
        Ok(sealer.seal(&serde_json::to_string(self).map_err(Error::internal)?))
    }

    /// As a screen shows the number.
    pub fn masked(&self) -> String {
        PhoneNumber::parse(&self.phone).map(|phone| phone.masked()).unwrap_or_default()
    }
}

/// A wish as its row has it, with what it led to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RoomRequest {
    pub id: RoomRequestId,
    pub center_id: CenterId,
    pub state: RoomRequestState,
    pub group_name: String,
    pub contact_sealed: Option<Sealed>,
    pub team: Option<String>,
    pub room_id: Option<RoomId>,
    pub room: Option<String>,
    pub day: Date,
    pub from_minute: i64,
    pub to_minute: i64,
    pub heads: i64,
    pub purpose: String,
    pub rules: String,
    pub sent_at: Timestamp,
    pub answered_at: Option<Timestamp>,
    pub answered_by: Option<String>,
    pub word: Option<String>,
    pub reservation_id: Option<ReservationId>,
    pub booked_room: Option<String>,
    pub booked_from: Option<Timestamp>,
    pub booked_to: Option<Timestamp>,
    pub cancel_reason: Option<String>,
}

impl RoomRequest {
    pub fn is_open(&self) -> bool {
        self.state == RoomRequestState::Open
    }

    /// Whether whoever asked may still take it back: before it begins.
    pub fn may_withdraw(&self, now: &Timestamp) -> bool {
        match self.state {
            RoomRequestState::Open => true,
            RoomRequestState::Approved => self.booked_from.is_some_and(|from| from > *now),
            RoomRequestState::Declined | RoomRequestState::Withdrawn | RoomRequestState::Cancelled => false,
        }
    }

    /// Who asked; none where it was forgotten.
    ///
    /// # Errors
    /// `Internal` for what does not open.
    pub fn contact(&self, sealer: &Sealer) -> Result<Option<GroupContact>> {
        let Some(sealed) = &self.contact_sealed else { return Ok(None) };
        let text = sealer.open(sealed).ok_or_else(|| Error::internal("a room request does not open"))?;
        serde_json::from_str(&text).map(Some).map_err(Error::internal)
    }

    /// Where and when it was granted, on the center's clock.
    pub fn granted(&self, center: &Center) -> Option<(&str, NaiveDateTime, NaiveDateTime)> {
        let room = self.booked_room.as_deref()?;
        Some((room, center.local(&self.booked_from?), center.local(&self.booked_to?)))
    }

    pub fn path(&self) -> String {
        self.center_id.path(format_args!("/room-requests/{}", self.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_booking_is_called_as_its_reservation() {
        for kind in ReservationKind::ALL {
            assert_eq!((kind.code(), kind.key()), (kind.booking().code(), kind.booking().key()));
        }
    }
}

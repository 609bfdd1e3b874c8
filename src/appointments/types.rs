//! What appointments are made of.

use serde::{Deserialize, Serialize};

use crate::activities::{BookingId, ServiceKindId, Slot};
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::ids::{AccountId, PersonId, PhoneId, WorkerId};
pub use crate::ids::{AppointmentId, AppointmentTimesId};
use crate::people::PhoneNumber;
use crate::rooms::RoomId;
use crate::store::{Flag, Sealed, Sealer, text_enum};

text_enum!(
    AppointmentState in "appointment_state" {
        Booked = "booked",
        Cancelled = "cancelled",
        Came = "came",
        Missed = "missed",
    }
);

impl AppointmentState {
    pub fn badge(self) -> &'static str {
        match self {
            Self::Booked => "accent",
            Self::Came => "ok",
            Self::Missed => "warn",
            Self::Cancelled => "plain",
        }
    }
}

/// When a worker may be booked: on one weekday, in slots of so many minutes.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AppointmentTimes {
    pub id: AppointmentTimesId,
    pub worker_id: WorkerId,
    pub worker: String,
    pub room_id: RoomId,
    pub room: String,
    /// Minutes before and after that the room needs.
    pub buffer_minutes: i64,
    pub kind_id: ServiceKindId,
    pub kind: String,
    pub kind_en: String,
    pub weekday: i64,
    pub from_minute: i64,
    pub to_minute: i64,
    pub slot_minutes: i64,
    pub by_phone: Flag,
    pub valid_from: Date,
    /// The first day without it: its own end, or the worker's.
    pub ended_on: Option<Date>,
}

/// A slot that nobody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeSlot {
    pub times: AppointmentTimesId,
    pub slot: Slot,
}

/// An appointment, without who comes: as everybody may know of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Appointment {
    pub id: AppointmentId,
    pub center_id: CenterId,
    pub worker_id: WorkerId,
    pub worker: String,
    /// The account of the worker, who alone reads who comes.
    pub worker_account: Option<AccountId>,
    pub kind: String,
    pub kind_en: String,
    pub room: String,
    pub room_id: RoomId,
    pub booking_id: BookingId,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub state: AppointmentState,
    pub phone_id: Option<PhoneId>,
    pub reason: Option<String>,
    pub zone: Zone,
}

impl Appointment {
    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }

    pub fn day(&self) -> Date {
        self.zone.date(self.starts_at)
    }

    pub fn is_booked(&self) -> bool {
        self.state == AppointmentState::Booked
    }
}

/// What somebody told on their phone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentTold {
    pub name: String,
    pub phone: String,
    pub word: Option<String>,
}

impl AppointmentTold {
    pub(super) fn seal(&self, sealer: &Sealer) -> Result<Sealed> {
        Ok(sealer.seal(&serde_json::to_string(self).map_err(Error::internal)?))
    }

    pub(super) fn open(sealed: &Sealed, sealer: &Sealer) -> Result<Self> {
        let text = sealer.open(sealed).ok_or_else(|| Error::internal("an appointment does not open"))?;
        serde_json::from_str(&text).map_err(Error::internal)
    }

    /// The number as a screen shows it.
    pub fn masked(&self) -> String {
        PhoneNumber::parse(&self.phone).map(|number| number.masked()).unwrap_or_default()
    }
}

/// Who comes, as the worker reads it.
#[derive(Clone, Debug)]
pub struct AppointmentGuest {
    pub name: String,
    pub person_id: Option<PersonId>,
    /// Told on a phone: the number masked, and the word.
    pub told: Option<AppointmentTold>,
}

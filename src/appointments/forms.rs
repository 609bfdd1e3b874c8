//! Reading the forms: the same for pages and programs.

use super::types::{AppointmentState, AppointmentTimesId, AppointmentTold};
use crate::activities::ServiceKindId;
use crate::clock::{Date, Timestamp};
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};
use crate::ids::{PersonId, RequestId, WorkerId};
use crate::people::{Name, PhoneNumber};
use crate::rooms::RoomId;

pub struct OfferedTimes {
    pub worker: WorkerId,
    pub room: RoomId,
    pub kind: ServiceKindId,
    pub weekday: i64,
    pub from: i64,
    pub to: i64,
    pub slot_minutes: i64,
    pub by_phone: bool,
    pub valid_from: Date,
}

/// Fields `worker room kind weekday starts ends slot_minutes by_phone valid_from`.
pub fn times(fields: &Fields, today: Date) -> Result<OfferedTimes> {
    let mut read = fields.read();
    let worker = read.required("worker", parse::choice);
    let room = read.required("room", parse::choice);
    let kind = read.required("kind", parse::choice);
    let weekday = read.required("weekday", parse::integer(1..=7));
    let from = read.required("starts", parse::minute_of_day);
    let to = read.required("ends", parse::end_of_span);
    let slot_minutes = read.required("slot_minutes", parse::integer(10..=240));
    if let (Some(from), Some(to), Some(minutes)) = (from, to, slot_minutes)
        && to < from + minutes
    {
        read.fault::<()>("ends", Fault::new("appointments.too_short"));
    }
    let by_phone = read.flag("by_phone");
    let valid_from =
        read.optional("valid_from", |text| parse::within(parse::date(text)?, &(today..=today.plus_years(1))));
    read.finish(|| {
        let (worker, room, kind) = (worker?, room?, kind?);
        let (weekday, from, to, slot_minutes) = (weekday?, from?, to?, slot_minutes?);
        let valid_from = valid_from?.unwrap_or(today);
        Some(OfferedTimes { worker, room, kind, weekday, from, to, slot_minutes, by_phone, valid_from })
    })
}

/// Which slot is taken: fields `request_id times starts_at`, an instant.
pub struct SlotWish {
    pub request: RequestId,
    pub times: AppointmentTimesId,
    pub starts_at: Timestamp,
}

fn slot_wish(read: &mut crate::fields::Reader<'_>) -> Option<SlotWish> {
    let request = read.required("request_id", |text| text.parse().map_err(|_| Fault::new("field.not_a_uuid")));
    let times = read.required("times", parse::choice);
    let starts_at =
        read.required("starts_at", |text| Timestamp::parse_rfc3339(text).ok_or(Fault::new("field.not_an_instant")));
    Some(SlotWish { request: request?, times: times?, starts_at: starts_at? })
}

/// Fields `request_id times starts_at person`.
pub fn for_person(fields: &Fields) -> Result<(SlotWish, PersonId)> {
    let mut read = fields.read();
    let wish = slot_wish(&mut read);
    let person = read.required("person", parse::choice);
    read.finish(|| Some((wish?, person?)))
}

/// What somebody tells on the phone.
pub struct PhoneWish {
    pub slot: SlotWish,
    pub name: Name,
    pub phone: PhoneNumber,
    pub told: AppointmentTold,
}

/// Fields `request_id times starts_at name phone word`.
pub fn by_phone(fields: &Fields) -> Result<PhoneWish> {
    let mut read = fields.read();
    let slot = slot_wish(&mut read);
    let name = read.required("name", Name::parse);
    let phone = read.required("phone", PhoneNumber::parse);
    let word = read.optional("word", parse::line(80));
    read.finish(|| {
        let (name, phone) = (name?, phone?);
        let told = AppointmentTold { name: name.to_string(), phone: phone.as_str().to_owned(), word: word? };
        Some(PhoneWish { slot: slot?, name, phone, told })
    })
}

/// The field `reason`, perhaps left out where the one who comes cancels.
pub fn reason(fields: &Fields) -> Result<Option<String>> {
    let mut read = fields.read();
    let reason = read.optional("reason", parse::line(80));
    read.finish(|| reason)
}

/// The field `outcome`: `came` or `missed`.
pub fn outcome(fields: &Fields) -> Result<AppointmentState> {
    let mut read = fields.read();
    let outcome = read.required("outcome", |text| match parse::choice(text)? {
        one @ (AppointmentState::Came | AppointmentState::Missed) => Ok(one),
        _ => Err(Fault::new("field.not_a_choice")),
    });
    read.finish(|| outcome)
}

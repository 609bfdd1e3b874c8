//! Reading what a room is needed for: the same for pages and programs.

use std::ops::RangeInclusive;

use super::types::{Reservation, ReservationKind};
use crate::activities::{Slot, rules};
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::ids::{RequestId, TeamId};
use crate::people::{Name, PhoneNumber};
use crate::rooms::{Room, RoomId};

/// The most times that a meeting repeats at once, and the most weeks between two.
const MOST_TIMES: i64 = 26;
const MOST_WEEKS: i64 = 12;

/// How far ahead a residents' group may ask.
const DAYS_AHEAD: u64 = 180;

/// What a reservation says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservationTexts {
    pub title: String,
    pub holder: String,
    pub attendees: Option<String>,
    pub heads: Option<i64>,
}

/// A new one, on one date or on several.
pub struct NewReservation {
    pub kind: ReservationKind,
    pub texts: ReservationTexts,
    pub room: Room,
    pub slots: Vec<Slot>,
}

/// One as it is to be.
pub struct RevisedReservation {
    pub texts: ReservationTexts,
    /// None where it stays in its room.
    pub room: Option<Room>,
    pub slot: Slot,
}

/// The days on which one may be entered today: as sessions, also some that were.
fn days(center: &Center, now: Now) -> RangeInclusive<Date> {
    rules::plannable(center.zone.date(now.0))
}

fn chosen(rooms: &[Room], text: &str) -> Result<Room, Fault> {
    rooms.iter().find(|room| room.id.to_string() == text).cloned().ok_or(Fault::new("field.not_a_choice"))
}

fn texts(read: &mut Reader<'_>) -> Option<ReservationTexts> {
    let title = read.required("title", parse::line(60));
    let holder = read.required("holder", parse::line(60));
    let attendees = read.optional("attendees", parse::line(200));
    let heads = read.optional("heads", parse::integer(1..=5_000));
    Some(ReservationTexts { title: title?, holder: holder?, attendees: attendees?, heads: heads? })
}

/// Fields `date starts ends`; `known`, where it is on a day already, is not judged again.
fn slot(read: &mut Reader<'_>, center: &Center, days: &RangeInclusive<Date>, known: Option<Date>) -> Option<Slot> {
    let date = read.required("date", |text| match parse::date(text)? {
        date if known == Some(date) => Ok(date),
        date => parse::within(date, days),
    });
    let starts = read.required("starts", parse::minute_of_day);
    let ends = read.required("ends", parse::end_of_span);
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends <= starts
    {
        return read.fault("ends", Fault::new("field.ends_before_start"));
    }
    Some(Slot::new(center.zone, date?, starts?, ends?))
}

/// Fields `kind title holder attendees heads room date starts ends`, and `times` and `every` for one that repeats so often, so many
/// weeks apart.
pub fn reservation(fields: &Fields, center: &Center, rooms: &[Room], now: Now) -> Result<NewReservation> {
    let mut read = fields.read();
    let kind = read.required("kind", |text| match parse::choice(text)? {
        ReservationKind::Request => Err(Fault::new("field.not_a_choice")),
        kind => Ok(kind),
    });
    let texts = texts(&mut read);
    let room = read.required("room", |text| chosen(rooms, text));
    let days = days(center, now);
    let first = slot(&mut read, center, &days, None);
    let times = read.optional("times", parse::integer(1..=MOST_TIMES));
    let every = read.optional("every", parse::integer(1..=MOST_WEEKS));
    let slots = match (first, times, every) {
        (Some(first), Some(times), Some(every)) => {
            let dates = dates(first.date, times.unwrap_or(1), every.unwrap_or(1));
            if dates.last().is_some_and(|last| last > days.end()) {
                read.fault("times", Fault::bound("field.times_too_far", *days.end()))
            } else {
                Some(dates.iter().map(|date| Slot::new(center.zone, *date, first.from, first.to)).collect())
            }
        }
        _ => None,
    };
    read.finish(|| Some(NewReservation { kind: kind?, texts: texts?, room: room?, slots: slots? }))
}

/// So many dates, so many weeks apart.
fn dates(first: Date, times: i64, weeks: i64) -> Vec<Date> {
    (0..times).map(|index| first.plus_days((index * weeks * 7).unsigned_abs())).collect()
}

/// Fields `title holder attendees heads room date starts ends`, of one that is there.
pub fn revision(
    fields: &Fields,
    center: &Center,
    rooms: &[Room],
    now: Now,
    one: &Reservation,
) -> Result<RevisedReservation> {
    let mut read = fields.read();
    let texts = texts(&mut read);
    let room = read.required("room", |text| match text == one.room_id.to_string() {
        true => Ok(None),
        false => chosen(rooms, text).map(Some),
    });
    let known = one.slot(center);
    let slot = slot(&mut read, center, &days(center, now), Some(known.date));
    read.finish(|| Some(RevisedReservation { texts: texts?, room: room?, slot: slot? }))
}

/// Why it is called off, and whether those after it are too.
pub struct Cancelling {
    pub reason: String,
    pub later: bool,
}

/// Fields `reason later`.
pub fn cancelling(fields: &Fields) -> Result<Cancelling> {
    let mut read = fields.read();
    let reason = read.required("reason", parse::line(80));
    let later = read.flag("later");
    read.finish(|| Some(Cancelling { reason: reason?, later }))
}

/// What was said and decided; nothing takes back what was written: field `minutes`.
pub fn minutes(fields: &Fields) -> Result<Option<String>> {
    let mut read = fields.read();
    let minutes = read.optional("minutes", parse::text(5_000));
    read.finish(|| minutes)
}

/// What a residents' group asks for.
pub struct RoomWish {
    pub request: RequestId,
    pub group_name: String,
    pub name: Name,
    pub phone: PhoneNumber,
    pub team: Option<TeamId>,
    /// None: any.
    pub room: Option<RoomId>,
    pub slot: Slot,
    pub heads: i64,
    pub purpose: String,
}

/// Fields `request_id group_name name phone team room date starts ends heads purpose promise`.
pub fn wish(fields: &Fields, center: &Center, rooms: &[Room], teams: &[TeamId], now: Now) -> Result<RoomWish> {
    let mut read = fields.read();
    let request = read.required("request_id", |text| text.parse().map_err(|_| Fault::new("field.not_a_uuid")));
    let group_name = read.required("group_name", parse::line(60));
    let name = read.required("name", Name::parse);
    let phone = read.required("phone", PhoneNumber::parse);
    let team = read.optional("team", |text| match parse::choice(text)? {
        team if teams.contains(&team) => Ok(team),
        _ => Err(Fault::new("field.not_a_choice")),
    });
    let room = read.optional("room", |text| Ok(chosen(rooms, text)?.id));
    let today = center.zone.date(now.0);
    let slot = slot(&mut read, center, &(today..=today.plus_days(DAYS_AHEAD)), None);
    if slot.is_some_and(|slot| slot.starts_at <= now.0) {
        read.fault::<()>("starts", Fault::new("field.in_the_past"));
    }
    let heads = read.required("heads", parse::integer(1..=5_000));
    let purpose = read.required("purpose", parse::line(200));
    if !read.flag("promise") {
        read.fault::<()>("promise", Fault::new("field.not_promised"));
    }
    read.finish(|| {
        Some(RoomWish {
            request: request?,
            group_name: group_name?,
            name: name?,
            phone: phone?,
            team: team?,
            room: room?,
            slot: slot?,
            heads: heads?,
            purpose: purpose?,
        })
    })
}

/// A yes: where and when, and on what conditions.
pub struct RoomGrant {
    pub room: Room,
    pub slot: Slot,
    pub word: Option<String>,
}

/// Fields `room date starts ends word`.
pub fn grant(fields: &Fields, center: &Center, rooms: &[Room], now: Now) -> Result<RoomGrant> {
    let mut read = fields.read();
    let room = read.required("room", |text| chosen(rooms, text));
    let today = center.zone.date(now.0);
    let slot = slot(&mut read, center, &(today..=today.plus_days(DAYS_AHEAD)), None);
    let word = read.optional("word", parse::line(200));
    read.finish(|| Some(RoomGrant { room: room?, slot: slot?, word: word? }))
}

/// A no, which says why: field `why`.
pub fn declining(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let why = read.required("why", parse::line(200));
    read.finish(|| why)
}

/// Why a number is looked at: field `reason`.
pub fn reason(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required("reason", parse::line(80));
    read.finish(|| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_second_week_is_fourteen_days_apart() {
        let first = Date::parse("2026-02-24").unwrap();
        let days: Vec<String> = dates(first, 3, 2).iter().map(ToString::to_string).collect();
        assert_eq!(days, ["2026-02-24", "2026-03-10", "2026-03-24"]);
        assert_eq!(dates(first, 1, 1), [first]);
    }
}

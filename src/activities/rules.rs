//! What scheduling decides without asking anybody: on which dates a series falls, and how a room stands at a time.

use std::ops::RangeInclusive;

use chrono::{Datelike, Timelike};

use super::repeat::RuleWords;
use super::title::Title;
use super::types::{Activity, Session, SessionId, SessionStatus};
use crate::clock::{Date, Timestamp, Zone};
use crate::error::Refusal;
use crate::rooms::rules::{LocalSpan, Shut};
use crate::rooms::{self, Closure, Room, RoomId};
use crate::store::text_enum;
use crate::web::Lang;

/// Minutes of a day on the wall clock.
const DAY: i64 = 1_440;

/// How far back a session may be entered afterwards, and how far ahead one may be planned. A mistyped year is told.
const DAYS_BACK: u64 = 92;
const YEARS_AHEAD: u32 = 2;

/// The dates on which a session may be put today.
pub fn plannable(today: Date) -> RangeInclusive<Date> {
    today.minus_days(DAYS_BACK)..=today.plus_years(YEARS_AHEAD)
}

/// The dates that a series which begins on `first` may have, however its end is said.
pub fn series_from(first: Date) -> RangeInclusive<Date> {
    first..=first.plus_years(YEARS_AHEAD)
}

text_enum!(
    /// Which sessions of a series a change is for.
    SeriesScope in "scope" { One = "one", Later = "later", All = "all" }
);

/// A stretch of local time in which a session is to be: of one day, or past its midnight into the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The first day.
    pub date: Date,
    /// Minutes after that day's local midnight. Where it ends on the next day, `to` is more than 1440.
    pub from: i64,
    pub to: i64,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

impl Slot {
    pub fn new(zone: Zone, date: Date, from: i64, to: i64) -> Self {
        let ends_at = match to - DAY {
            ..=0 => zone.at_minute(date, to),
            past => zone.at_minute(date.plus_days(1), past),
        };
        Self { date, from, to, starts_at: zone.at_minute(date, from), ends_at }
    }

    /// Its stretch of each day that it touches.
    pub fn days(&self) -> impl Iterator<Item = (Date, i64, i64)> {
        let first = (self.date, self.from, self.to.min(DAY));
        let second = (self.to > DAY).then(|| (self.date.plus_days(1), 0, self.to - DAY));
        std::iter::once(first).chain(second)
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }

    /// What the session occupies of a room: itself, and the room's buffer before and after.
    pub fn with_buffer(&self, minutes: i64) -> (Timestamp, Timestamp) {
        (Timestamp(self.starts_at.0 - minutes * 60_000), Timestamp(self.ends_at.0 + minutes * 60_000))
    }
}

/// A live booking, and what it is for: a session, or something else that needs the room.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Occupant {
    pub room_id: RoomId,
    pub session_id: Option<SessionId>,
    #[sqlx(flatten)]
    pub title: Title,
    /// The booking, buffers included.
    pub booked_from: Timestamp,
    pub booked_to: Timestamp,
    /// The session itself, or the time for which the room was asked.
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// How a room stands at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Free,
    Taken(Box<Occupant>),
    /// Not within the day's opening hours, which these are.
    OutsideHours(Vec<(i64, i64)>),
    /// Closed for a time, by this reason.
    Closed(String),
}

impl State {
    pub fn is_free(&self) -> bool {
        matches!(self, Self::Free)
    }
}

/// How `room` stands at `slot`, by what was read of bookings and closures (other rooms' may be among them).
pub fn state(room: &Room, slot: &Slot, occupants: &[Occupant], closures: &[Closure]) -> State {
    if let Err(closed) = open(room, slot, closures) {
        return closed;
    }
    let (from, to) = slot.with_buffer(room.buffer_minutes);
    occupants
        .iter()
        .find(|there| there.room_id == room.id && there.booked_from < to && from < there.booked_to)
        .map_or(State::Free, |there| State::Taken(Box::new(there.clone())))
}

/// Whether the room is open all through `slot`; the buffer may lie outside.
///
/// # Errors
/// The state that says why not.
pub fn open(room: &Room, slot: &Slot, closures: &[Closure]) -> Result<(), State> {
    let Slot { date, from, to, starts_at, ends_at } = *slot;
    let when = LocalSpan { date, from, to, starts_at, ends_at };
    rooms::rules::open(room.id, &room.hours, &when, closures).map_err(|shut| match shut {
        Shut::OutsideHours(_) => State::OutsideHours(room.hours.on(shut_on(room, slot).unwrap_or(date))),
        Shut::Closed(_, reason) => State::Closed(reason),
    })
}

/// The first of the slot's days on which the room is not open all through its part of it.
fn shut_on(room: &Room, slot: &Slot) -> Option<Date> {
    let is_open = |(day, from, to): &(Date, i64, i64)| {
        room.hours.on(*day).iter().any(|(opens, closes)| opens <= from && to <= closes)
    };
    slot.days().find(|day| !is_open(day)).map(|(day, ..)| day)
}

/// The refusal that says why `room` cannot be had at `slot`; `None` if it can.
pub fn refusal(room: &Room, zone: Zone, slot: &Slot, state: &State) -> Option<Refusal> {
    let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let day = match state {
        State::OutsideHours(_) => shut_on(room, slot).unwrap_or(slot.date).0,
        _ => slot.date.0,
    };
    let at = |code| Refusal::new(code).with("room", &room.name).with("month", day.month()).with("day", day.day());
    match state {
        State::Free => None,
        State::Taken(there) => {
            let (from, to) = (zone.local(there.starts_at), zone.local(there.ends_at));
            let time = format!("{}–{}", from.format("%H:%M"), to.format("%H:%M"));
            Some(at("room_taken").with("time", time).with("title", there.title.pick(Lang::Zh)))
        }
        State::OutsideHours(hours) if hours.is_empty() => Some(at("closed_that_day")),
        State::OutsideHours(hours) => {
            let spans: Vec<String> =
                hours.iter().map(|(from, to)| format!("{}–{}", clock(*from), clock(*to))).collect();
            Some(at("outside_hours").with("hours", spans.join("、")))
        }
        State::Closed(reason) => Some(at("room_closed").with("reason", reason)),
    }
}

/// Those of a series' sessions that a change of `session` is for: itself, and by `scope` others that are still planned
/// and have not begun. What was held is changed by itself or not at all.
pub fn meant<'a>(session: &Session, series: &'a [Session], scope: SeriesScope, now: Timestamp) -> Vec<&'a Session> {
    let also = |other: &Session| {
        other.status == SessionStatus::Planned
            && other.starts_at > now
            && match scope {
                SeriesScope::One => false,
                SeriesScope::Later => other.starts_at > session.starts_at,
                SeriesScope::All => true,
            }
    };
    series.iter().filter(|other| other.id == session.id || also(other)).collect()
}

/// What is completed stays as it is; corrections are audited elsewhere.
///
/// # Errors
/// `session_completed`.
pub fn may_change(session: &Session) -> Result<(), Refusal> {
    match session.status {
        SessionStatus::Completed => Err(Refusal::new("session_completed")),
        _ => Ok(()),
    }
}

impl Session {
    /// Where it stands on the center's wall clock.
    pub fn slot(&self) -> Slot {
        let minute = |at: chrono::NaiveDateTime| i64::from(at.hour()) * 60 + i64::from(at.minute());
        let (from, to) = (minute(self.starts()), minute(self.ends()));
        let to = to + (self.ends().date() - self.local_date.0).num_days() * DAY;
        Slot { date: self.local_date, from, to, starts_at: self.starts_at, ends_at: self.ends_at }
    }
}

impl Activity {
    pub fn is_series(&self) -> bool {
        self.rule.is_some()
    }

    /// How it repeats, in words.
    pub fn repeats(&self) -> RuleWords {
        RuleWords::of(self.rule.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::centers::CenterId;
    use crate::rooms::{ClosureId, RoomClass, RoomKindId, Weeks};

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    /// Open 9:00 to 18:00 on Fridays, with a buffer of 15 minutes.
    fn room() -> Room {
        let mut hours = Weeks::default();
        hours.from(Date::FIRST).add(5, 540, 1080);
        Room {
            id: RoomId(1),
            center_id: CenterId(1),
            name: "舞蹈室".into(),
            kind_id: RoomKindId(1),
            class: RoomClass::Optional,
            kind: "舞蹈室".into(),
            kind_en: "Dance room".into(),
            area_m2: 60,
            capacity: 30,
            buffer_minutes: 15,
            hours,
        }
    }

    fn friday(from: i64, to: i64) -> Slot {
        Slot::new(Zone::SHANGHAI, date("2026-07-03"), from, to)
    }

    fn occupant(room: i64, slot: Slot) -> Occupant {
        let (booked_from, booked_to) = slot.with_buffer(15);
        Occupant {
            room_id: RoomId(room),
            session_id: Some(SessionId(7)),
            title: Title::of("长者太极班"),
            booked_from,
            booked_to,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
        }
    }

    #[test]
    fn the_buffers_of_two_sessions_may_touch_and_not_overlap() {
        let there = [occupant(1, friday(600, 660)), occupant(2, friday(700, 760))];
        assert!(state(&room(), &friday(690, 750), &there, &[]).is_free());
        assert_eq!(state(&room(), &friday(689, 750), &there, &[]), State::Taken(Box::new(there[0].clone())));
    }

    #[test]
    fn a_room_is_closed_outside_its_hours_and_in_a_closure() {
        assert!(state(&room(), &friday(540, 1080), &[], &[]).is_free());
        assert_eq!(state(&room(), &friday(539, 600), &[], &[]), State::OutsideHours(vec![(540, 1080)]));
        let saturday = Slot::new(Zone::SHANGHAI, date("2026-07-04"), 600, 660);
        assert_eq!(state(&room(), &saturday, &[], &[]), State::OutsideHours(Vec::new()));
        let noon = friday(720, 780);
        let repairs = Closure {
            id: ClosureId(1),
            room_id: RoomId(1),
            starts_at: noon.starts_at,
            ends_at: noon.ends_at,
            reason: "维修".into(),
        };
        assert_eq!(
            state(&room(), &friday(700, 730), &[], std::slice::from_ref(&repairs)),
            State::Closed("维修".into())
        );
        assert!(state(&room(), &friday(660, 720), &[], &[repairs]).is_free());
    }

    #[test]
    fn a_night_is_looked_for_in_the_hours_of_both_days() {
        let mut night = room();
        night.hours.from(Date::FIRST).add(5, 1_200, 1_440);
        night.hours.from(Date::FIRST).add(6, 0, 60);
        assert!(state(&night, &friday(1_320, 1_500), &[], &[]).is_free());
        let late = friday(1_320, 1_530);
        assert_eq!(state(&night, &late, &[], &[]), State::OutsideHours(vec![(0, 60)]));
        assert_eq!((late.ends_at.0 - late.starts_at.0) / 60_000, 210);
        let told = refusal(&night, Zone::SHANGHAI, &late, &State::OutsideHours(vec![(0, 60)])).unwrap();
        assert!(told.args.contains(&("day", "4".into())), "the second day is the one that is too short");
    }

    #[test]
    fn the_refusal_names_what_is_there() {
        let taken = State::Taken(Box::new(occupant(1, friday(840, 960))));
        let refusal = refusal(&room(), Zone::SHANGHAI, &friday(900, 960), &taken).unwrap();
        assert!(refusal.args.contains(&("time", "14:00–16:00".into())));
        assert!(refusal.args.contains(&("title", "长者太极班".into())));
    }
}

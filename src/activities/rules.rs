//! What scheduling decides without asking anybody: on which dates a series falls, and how a room stands at a time.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveTime, TimeZone, Timelike};

use super::title::Title;
use super::types::{Activity, Session, SessionId, SessionStatus};
use crate::clock::{Date, Timestamp, Zone};
use crate::error::Refusal;
use crate::rooms::rules::{LocalSpan, Shut};
use crate::rooms::{self, Closure, Room, RoomId};
use crate::store::text_enum;
use crate::web::Lang;

/// The most dates that one series may have: a weekly one's from the first day of its two years to the last. Keeps
/// every expansion bounded.
pub const MOST_DATES: u16 = 105;

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

/// How many dates, `weeks` apart, a series that begins on `first` may have.
pub fn most_times(first: Date, weeks: i64) -> i64 {
    (series_from(first).end().0 - first.0).num_weeks() / weeks + 1
}

text_enum!(
    /// How an activity repeats.
    Rhythm in "rhythm" { Once = "once", Weekly = "weekly", Fortnightly = "fortnightly" }
);

impl Rhythm {
    /// The rhythm of a stored rule.
    pub fn of(rule: Option<&str>) -> Self {
        match rule {
            None => Self::Once,
            Some(rule) if rule.contains("INTERVAL=2") => Self::Fortnightly,
            Some(_) => Self::Weekly,
        }
    }
}

text_enum!(
    /// Which sessions of a series a change is for.
    SeriesScope in "scope" { One = "one", Later = "later", All = "all" }
);

/// Where a series ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The last date, included.
    Until(Date),
    /// So many dates, the first included.
    Times(i64),
}

/// A series: every so many weeks, until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    pub weeks: i64,
    pub end: End,
}

impl Repeat {
    /// The RFC 5545 rule, as stored. `UNTIL` is an instant in UTC, as the RFC asks where the start has a zone.
    pub fn rule(&self, zone: Zone) -> String {
        let end = match self.end {
            End::Until(date) => {
                let last = Timestamp(zone.midnight(date.plus_days(1)).0 - 1_000);
                format!("UNTIL={}", last.utc().format("%Y%m%dT%H%M%SZ"))
            }
            End::Times(times) => format!("COUNT={times}"),
        };
        format!("FREQ=WEEKLY;INTERVAL={};{end}", self.weeks)
    }

    /// The dates of the series that begins on `first`, at most [`MOST_DATES`]. They are counted on the wall clock, so a
    /// session at 14:00 stays at 14:00 when the zone changes its clocks.
    pub fn dates(&self, zone: Zone, first: Date) -> Vec<Date> {
        let tz = rrule::Tz::from(zone.0);
        // Noon: no zone skips it, so every date of the series is there.
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
        let set = tz
            .from_local_datetime(&first.0.and_time(noon))
            .earliest()
            .and_then(|start| self.rule(zone).parse::<rrule::RRule<rrule::Unvalidated>>().ok()?.build(start).ok());
        set.map(|set| set.all(MOST_DATES).dates).unwrap_or_default().iter().map(|at| Date(at.date_naive())).collect()
    }
}

/// A stretch of one local day, in which a session is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub date: Date,
    /// Minutes after local midnight.
    pub from: i64,
    pub to: i64,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

impl Slot {
    pub fn new(zone: Zone, date: Date, from: i64, to: i64) -> Self {
        Self { date, from, to, starts_at: zone.at_minute(date, from), ends_at: zone.at_minute(date, to) }
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
        Shut::OutsideHours(hours) => State::OutsideHours(hours),
        Shut::Closed(_, reason) => State::Closed(reason),
    })
}

/// The refusal that says why `room` cannot be had at `slot`; `None` if it can.
pub fn refusal(room: &Room, zone: Zone, slot: &Slot, state: &State) -> Option<Refusal> {
    let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let day = slot.date.0;
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
        let to = if self.ends().date() == self.local_date.0 { to } else { 1_440 };
        Slot { date: self.local_date, from, to, starts_at: self.starts_at, ends_at: self.ends_at }
    }
}

impl Activity {
    pub fn rhythm(&self) -> Rhythm {
        Rhythm::of(self.rule.as_deref())
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

    fn dates(repeat: Repeat, first: &str) -> Vec<String> {
        repeat.dates(Zone::SHANGHAI, date(first)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_series_passes_month_ends_and_the_leap_day() {
        let weekly = Repeat { weeks: 1, end: End::Times(5) };
        assert_eq!(dates(weekly, "2028-02-15"), ["2028-02-15", "2028-02-22", "2028-02-29", "2028-03-07", "2028-03-14"]);
        let fortnightly = Repeat { weeks: 2, end: End::Until(date("2026-03-31")) };
        assert_eq!(dates(fortnightly, "2026-02-17"), ["2026-02-17", "2026-03-03", "2026-03-17", "2026-03-31"]);
    }

    #[test]
    fn the_last_day_is_included_and_the_day_after_is_not() {
        let until = |day| Repeat { weeks: 1, end: End::Until(date(day)) };
        assert_eq!(dates(until("2026-07-09"), "2026-07-03").len(), 1);
        assert_eq!(dates(until("2026-07-10"), "2026-07-03").len(), 2);
    }

    #[test]
    fn two_years_of_a_weekly_series_lose_no_date() {
        let first = date("2026-03-06");
        let until = *series_from(first).end();
        let all = Repeat { weeks: 1, end: End::Until(until) }.dates(Zone::SHANGHAI, first);
        assert!(all.last().is_some_and(|last| last.plus_days(7) > until), "{all:?}");
    }

    #[test]
    fn a_series_never_grows_without_end() {
        assert_eq!(dates(Repeat { weeks: 1, end: End::Times(10_000) }, "2026-01-01").len(), usize::from(MOST_DATES));
    }

    #[test]
    fn the_wall_clock_stays_when_the_zone_changes_its_clocks() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let repeat = Repeat { weeks: 1, end: End::Times(3) };
        let starts: Vec<String> = repeat
            .dates(berlin, date("2026-03-22"))
            .into_iter()
            .map(|day| Slot::new(berlin, day, 14 * 60, 15 * 60).starts_at.rfc3339())
            .collect();
        assert_eq!(starts, ["2026-03-22T13:00:00Z", "2026-03-29T12:00:00Z", "2026-04-05T12:00:00Z"]);
    }

    #[test]
    fn the_rule_is_rfc_5545() {
        let until = Repeat { weeks: 2, end: End::Until(date("2026-09-30")) };
        assert_eq!(until.rule(Zone::SHANGHAI), "FREQ=WEEKLY;INTERVAL=2;UNTIL=20260930T155959Z");
        assert_eq!(Rhythm::of(Some(&until.rule(Zone::SHANGHAI))), Rhythm::Fortnightly);
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
    fn the_refusal_names_what_is_there() {
        let taken = State::Taken(Box::new(occupant(1, friday(840, 960))));
        let refusal = refusal(&room(), Zone::SHANGHAI, &friday(900, 960), &taken).unwrap();
        assert!(refusal.args.contains(&("time", "14:00–16:00".into())));
        assert!(refusal.args.contains(&("title", "长者太极班".into())));
    }
}

//! When a room is open, and what the notice asks of a center's rooms (section 四, 4): in principle 1,500 m² in all, every required kind, and at
//! least half of the optional kinds. Falling short warns and blocks nothing: the annex itself plans a center of 1,200 m².

use std::collections::BTreeSet;

use chrono::Timelike;

use super::hours::{Span, Weeks};
use super::types::{Closure, ClosureId, Room, RoomClass, RoomId, RoomKind, RoomKindId};
use crate::clock::{Date, Timestamp, Zone};

/// Square metres of all rooms together, 原则上不少于1500平方米.
pub const FLOOR_AREA_M2: i64 = 1_500;

/// How a center's rooms stand to the notice.
#[derive(Debug, PartialEq, Eq)]
pub struct Standard {
    pub area_m2: i64,
    /// Required kinds that no room has.
    pub missing_required: Vec<RoomKind>,
    pub optional_there: usize,
    pub optional_asked: usize,
}

impl Standard {
    pub fn area_is_short(&self) -> bool {
        self.area_m2 < FLOOR_AREA_M2
    }

    pub fn is_met(&self) -> bool {
        !self.area_is_short() && self.missing_required.is_empty() && self.optional_there >= self.optional_asked
    }
}

/// Compares `rooms` with the catalog of kinds.
pub fn standard(rooms: &[Room], kinds: &[RoomKind]) -> Standard {
    let there: BTreeSet<RoomKindId> = rooms.iter().map(|room| room.kind_id).collect();
    let of = |class| kinds.iter().filter(move |kind| kind.class == class);
    Standard {
        area_m2: rooms.iter().map(|room| room.area_m2).sum(),
        missing_required: of(RoomClass::Required).filter(|kind| !there.contains(&kind.id)).cloned().collect(),
        optional_there: of(RoomClass::Optional).filter(|kind| there.contains(&kind.id)).count(),
        optional_asked: of(RoomClass::Optional).count().div_ceil(2),
    }
}

/// How many people a room of this kind mostly holds: proposed to whoever adds it, and corrected by them.
pub fn usual_capacity(kind: &RoomKind) -> i64 {
    match kind.code.as_str() {
        "multi_purpose" => 60,
        "reception" | "elderly" => 40,
        "reading" | "children" => 30,
        "group_work" => 12,
        "casework" => 4,
        _ => 20,
    }
}

/// Why a room cannot be used at a time at which nobody else is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shut {
    /// Not within the day's opening hours, which these are.
    OutsideHours(Vec<Span>),
    /// Closed for a time, by this reason.
    Closed(ClosureId, String),
}

/// A time of one day, or over midnight, as the wall clock and as the world has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalSpan {
    pub date: Date,
    /// Minutes after the midnight with which `date` begins; the end may be more than a day's.
    pub from: i64,
    pub to: i64,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

impl LocalSpan {
    pub fn between(zone: Zone, starts_at: Timestamp, ends_at: Timestamp) -> Self {
        let minute = |at: chrono::NaiveDateTime| i64::from(at.hour()) * 60 + i64::from(at.minute());
        let (first, last) = (zone.local(starts_at), zone.local(ends_at));
        let nights = (last.date() - first.date()).num_days();
        Self { date: Date(first.date()), from: minute(first), to: nights * 1_440 + minute(last), starts_at, ends_at }
    }
}

/// Whether a room of these hours is open all through a time: the hours and extra openings together, less the closures (other
/// rooms' may be among them).
///
/// # Errors
/// Why it is not.
pub fn open(room: RoomId, hours: &Weeks, when: &LocalSpan, closures: &[Closure]) -> Result<(), Shut> {
    if !hours.covers(when.date, when.from, when.to) {
        return Err(Shut::OutsideHours(hours.on(when.date)));
    }
    let touches = |closure: &&Closure| {
        closure.room_id == room && closure.starts_at < when.ends_at && when.starts_at < closure.ends_at
    };
    match closures.iter().find(touches) {
        Some(closure) => Err(Shut::Closed(closure.id, closure.reason.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FRIDAY: &str = "2026-03-06";

    proptest! {
        #[test]
        fn a_room_is_open_where_counting_minute_by_minute_finds_it_so(
            hours in proptest::collection::vec((1i64..=7, 0i64..1439, 1i64..700), 0..9),
            extra in proptest::collection::vec((0i64..4000, 1i64..1500), 0..4),
            closed in proptest::collection::vec((0i64..4000, 1i64..300), 0..3),
            from in 0i64..1440,
            long in 1i64..1600,
        ) {
            let zone = Zone::SHANGHAI;
            let first = Date::parse(FRIDAY).unwrap();
            let midnight = zone.midnight(first);
            let at = |minute: i64| Timestamp(midnight.0 + minute * 60_000);
            let mut weeks = Weeks::default();
            let mut spans: Vec<(i64, i64, i64)> = Vec::new();
            for (weekday, opens, long) in hours {
                let closes = (opens + long).min(1_440);
                // A form takes none that meets another.
                if spans.iter().all(|(day, from, to)| *day != weekday || closes < *from || *to < opens) {
                    spans.push((weekday, opens, closes));
                    weeks.from(Date::FIRST).add(weekday, opens, closes);
                }
            }
            for (begin, long) in &extra {
                weeks.open_extra(zone, at(*begin), at(begin + long));
            }
            let closures: Vec<Closure> = closed
                .iter()
                .map(|(begin, long)| Closure {
                    id: ClosureId(1),
                    room_id: RoomId(1),
                    starts_at: at(*begin),
                    ends_at: at(begin + long),
                    reason: "维修".into(),
                })
                .collect();
            let within = |times: &[(i64, i64)], now: i64| times.iter().any(|(begin, long)| *begin <= now && now < begin + long);
            let mut is_open = true;
            for now in from..from + long {
                let (day, minute) = (first.plus_days(u64::try_from(now / 1_440).unwrap()), now % 1_440);
                let by_week = spans.iter().any(|(on, opens, closes)| *on == day.weekday() && *opens <= minute && minute < *closes);
                is_open &= (by_week || within(&extra, now)) && !within(&closed, now);
            }
            let when = LocalSpan::between(zone, at(from), at(from + long));
            prop_assert_eq!((when.date, when.from, when.to), (first, from, from + long));
            prop_assert_eq!(open(RoomId(1), &weeks, &when, &closures).is_ok(), is_open);
            prop_assert!(open(RoomId(2), &weeks, &when, &closures).is_ok() == weeks.covers(first, from, from + long));
        }
    }

    #[test]
    fn what_shuts_a_room_is_named() {
        let zone = Zone::SHANGHAI;
        let day = Date::parse(FRIDAY).unwrap();
        let mut weeks = Weeks::default();
        weeks.from(Date::FIRST).add(5, 540, 720);
        weeks.from(Date::FIRST).add(5, 840, 1_080);
        let slot = |from, to| LocalSpan::between(zone, zone.at_minute(day, from), zone.at_minute(day, to));
        assert_eq!(
            open(RoomId(1), &weeks, &slot(700, 850), &[]),
            Err(Shut::OutsideHours(vec![(540, 720), (840, 1_080)])),
            "over the lunch break"
        );
        let noon = slot(600, 660);
        let (starts_at, ends_at) = (noon.starts_at, noon.ends_at);
        let closure = Closure { id: ClosureId(7), room_id: RoomId(1), starts_at, ends_at, reason: "刷墙".into() };
        let closed = open(RoomId(1), &weeks, &slot(540, 610), std::slice::from_ref(&closure));
        assert_eq!(closed, Err(Shut::Closed(ClosureId(7), "刷墙".into())));
        assert_eq!(open(RoomId(1), &weeks, &slot(660, 720), &[closure]), Ok(()));
    }
}

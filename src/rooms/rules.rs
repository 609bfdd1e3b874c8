//! When a room is open, and what is asked of a center's rooms (`programmes`; the notice's section 四, 4 came first): an area in all, every required kind,
//! and a share of the optional kinds. Falling short warns and blocks nothing: the annex itself plans a center of 1,200 m².

use std::collections::BTreeSet;

use chrono::Timelike;

use super::hours::{Span, Weeks};
use super::types::{Closure, ClosureId, RoomClass, RoomId, RoomKind, RoomKindId};
use crate::clock::{Date, Timestamp, Zone};
use crate::programmes::{ProgrammeRules, RequiredKinds};

/// How a center's rooms stand to what is asked of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    pub area_m2: i64,
    /// None where no area is asked for.
    pub area_asked: Option<i64>,
    /// Required kinds that no room has.
    pub missing_required: Vec<RoomKind>,
    pub optional_there: usize,
    pub optional_asked: usize,
}

impl Standard {
    /// The area that is asked for, where the rooms have less.
    pub fn short_area(&self) -> Option<i64> {
        self.area_asked.filter(|asked| self.area_m2 < *asked)
    }

    pub fn is_met(&self) -> bool {
        self.short_area().is_none() && self.missing_required.is_empty() && self.optional_there >= self.optional_asked
    }
}

/// The kinds of the catalog that these rules require.
pub fn required<'a>(kinds: &'a [RoomKind], asked: &'a ProgrammeRules) -> impl Iterator<Item = &'a RoomKind> {
    kinds.iter().filter(|kind| match &asked.kinds {
        RequiredKinds::Catalog => kind.class == RoomClass::Required,
        RequiredKinds::Listed(listed) => listed.contains(&kind.id),
    })
}

/// Compares rooms, each a kind and square metres, with what is asked. A kind that is required counts among the optional ones no
/// more, and of those that the catalog calls required and the rules do not, nothing is asked.
pub fn standard(rooms: &[(RoomKindId, i64)], kinds: &[RoomKind], asked: &ProgrammeRules) -> Standard {
    let there: BTreeSet<RoomKindId> = rooms.iter().map(|(kind, _)| *kind).collect();
    let required: Vec<&RoomKind> = required(kinds, asked).collect();
    let optional: Vec<&RoomKind> = kinds
        .iter()
        .filter(|kind| kind.class == RoomClass::Optional && required.iter().all(|other| other.id != kind.id))
        .collect();
    let percent = usize::try_from(asked.optional_percent).unwrap_or(0);
    Standard {
        area_m2: rooms.iter().map(|(_, area)| area).sum(),
        area_asked: asked.area_m2,
        missing_required: required.into_iter().filter(|kind| !there.contains(&kind.id)).cloned().collect(),
        optional_there: optional.iter().filter(|kind| there.contains(&kind.id)).count(),
        optional_asked: (optional.len() * percent).div_ceil(100),
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

#[cfg(test)]
mod asked {
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;

    use super::*;

    fn kind(id: i64, class: RoomClass) -> RoomKind {
        let (code, name, name_en) = (String::new(), id.to_string(), id.to_string());
        RoomKind { id: RoomKindId(id), code, class, name, name_en }
    }

    fn class(number: u8) -> RoomClass {
        [RoomClass::Required, RoomClass::Optional, RoomClass::Own][usize::from(number)]
    }

    proptest! {
        /// Counting on paper: kind by kind, ticking which are there.
        #[test]
        fn rooms_are_measured_as_on_paper(
            classes in vec(0_u8..3, 0..12),
            rooms in vec((0_i64..12, 1_i64..900), 0..12),
            area in proptest::option::of(1_i64..3_000),
            percent in 0_i64..=100,
            listed in proptest::option::of(btree_set(0_i64..12, 0..6)),
        ) {
            let kinds: Vec<RoomKind> = (0..).zip(&classes).map(|(id, number)| kind(id, class(*number))).collect();
            let asked = ProgrammeRules {
                area_m2: area,
                optional_percent: percent,
                kinds: match &listed {
                    None => RequiredKinds::Catalog,
                    Some(listed) => RequiredKinds::Listed(listed.iter().map(|id| RoomKindId(*id)).collect()),
                },
            };
            let measured: Vec<_> = rooms.iter().map(|(kind, area)| (RoomKindId(*kind), *area)).collect();
            let told = standard(&measured, &kinds, &asked);

            let (mut missing, mut optional, mut had, mut total) = (Vec::new(), 0_i64, 0_i64, 0_i64);
            for (_, area) in &rooms {
                total += area;
            }
            for (id, number) in (0_i64..).zip(&classes) {
                let is_there = rooms.iter().any(|(kind, _)| *kind == id);
                let is_required = match &listed {
                    None => *number == 0,
                    Some(listed) => listed.contains(&id),
                };
                if is_required {
                    if !is_there {
                        missing.push(RoomKindId(id));
                    }
                } else if *number == 1 {
                    optional += 1;
                    had += i64::from(is_there);
                }
            }
            prop_assert_eq!(told.area_m2, total);
            prop_assert_eq!(told.short_area().is_some(), area.is_some_and(|area| total < area));
            prop_assert_eq!(told.missing_required.iter().map(|kind| kind.id).collect::<Vec<_>>(), missing.clone());
            // A share of p percent is reached where had / optional ≥ p / 100.
            let share_is_met = told.optional_there >= told.optional_asked;
            prop_assert_eq!(share_is_met, had * 100 >= optional * percent);
            prop_assert_eq!(told.is_met(), share_is_met && missing.is_empty() && told.short_area().is_none());
        }
    }
}

//! Two series as plain lists: what each step does, and what it may not do.

use proptest::prelude::*;

/// Monday 6 April 2026, a month after the tests' today.
pub(super) const BASE: &str = "2026-04-06";

pub(super) const DATE: i64 = 1;
pub(super) const TIME: i64 = 2;
pub(super) const PLACE: i64 = 4;
pub(super) const CAPACITY: i64 = 32;

pub(super) const DAY: i64 = 1_440;

/// One session. Times are minutes after its day's midnight, days are counted from the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct One {
    pub series: usize,
    pub day: i64,
    pub from: i64,
    pub to: i64,
    pub rooms: Vec<i64>,
    pub capacity: i64,
    pub status: &'static str,
    pub by_hand: i64,
}

impl One {
    pub(super) fn begins(&self) -> i64 {
        self.day * DAY + self.from
    }

    fn meets(&self, (from, to): (i64, i64)) -> bool {
        self.begins() < to && from < self.day * DAY + self.to
    }

    fn collides(&self, other: &Self) -> bool {
        let span = (other.begins(), other.day * DAY + other.to);
        self.meets(span) && self.rooms.iter().any(|room| other.rooms.contains(room))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    One,
    Later,
    All,
}

impl Scope {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Later => "later",
            Self::All => "all",
        }
    }
}

/// What a change says otherwise than the session has it.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub days: i64,
    pub time: Option<(i64, i64)>,
    pub rooms: Option<Vec<i64>>,
    pub capacity: Option<i64>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A weekly series.
    Plans {
        day: i64,
        time: (i64, i64),
        rooms: Vec<i64>,
        times: usize,
    },
    /// `hand` is what becomes of what was set by hand: 0 is not said, 1 stays, 2 is changed too.
    Changes {
        at: usize,
        scope: Scope,
        said: Said,
        hand: u8,
    },
    Drops {
        at: usize,
        scope: Scope,
        skips: bool,
    },
    Restores(usize),
    /// A room is closed for a part of a day.
    Closes {
        room: i64,
        day: i64,
        from: i64,
        hours: i64,
    },
    /// A room has other hours from a day on, for a fortnight: from midnight until `closes`, a minute of the day.
    Opens {
        room: i64,
        day: i64,
        closes: i64,
    },
}

fn rooms() -> impl Strategy<Value = Vec<i64>> {
    prop_oneof![3 => Just(vec![1]), 3 => Just(vec![2]), 1 => Just(vec![1, 2]), 1 => Just(Vec::new())]
}

fn time() -> impl Strategy<Value = (i64, i64)> {
    let hours = prop_oneof![Just(8_i64), Just(9), Just(14), Just(22)];
    (hours, 1_i64..4).prop_map(|(from, hours)| (from * 60, (from + hours) * 60))
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![Just(Scope::One), Just(Scope::Later), Just(Scope::All)]
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let days = prop_oneof![3 => Just(0_i64), 1 => -1_i64..3];
    let said = (days, prop::option::of(time()), prop::option::of(rooms()), prop::option::of(5_i64..20));
    let said = said.prop_map(|(days, time, rooms, capacity)| Said { days, time, rooms, capacity });
    prop_oneof![
        2 => (0_i64..4, time(), rooms(), 2_usize..5)
            .prop_map(|(day, time, rooms, times)| Step::Plans { day, time, rooms, times }),
        8 => (0_usize..30, scope(), said, 0_u8..3)
            .prop_map(|(at, scope, said, hand)| Step::Changes { at, scope, said, hand }),
        3 => (0_usize..30, scope(), any::<bool>()).prop_map(|(at, scope, skips)| Step::Drops { at, scope, skips }),
        3 => (0_usize..30).prop_map(Step::Restores),
        2 => (1_i64..3, 0_i64..25, 7_i64..23, 1_i64..6)
            .prop_map(|(room, day, from, hours)| Step::Closes { room, day, from, hours }),
        1 => (1_i64..3, 0_i64..25, prop_oneof![Just(10_i64), Just(16), Just(24)])
            .prop_map(|(room, day, closes)| Step::Opens { room, day, closes: closes * 60 }),
    ]
}

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub sessions: Vec<One>,
    /// Room, from, to.
    pub closures: Vec<(i64, i64, i64)>,
    /// Room, from which day on, and until which minute it is open then.
    pub weeks: Vec<(i64, i64, i64)>,
    pub series: usize,
}

impl Model {
    fn is_closed(&self, one: &One) -> bool {
        self.closures.iter().any(|(room, from, to)| one.rooms.contains(room) && one.meets((*from, *to)))
            || one.rooms.iter().any(|room| !self.is_within_hours(one, *room))
    }

    /// Whether the room's hours hold it: those of its day, and after midnight those of the next one.
    fn is_within_hours(&self, one: &One, room: i64) -> bool {
        let closes = |day: i64| {
            let begun = self.weeks.iter().filter(|(of, from, _)| *of == room && *from <= day);
            begun.max_by_key(|(_, from, _)| *from).map_or(DAY, |(_, _, closes)| *closes)
        };
        one.to.min(DAY) <= closes(one.day) && one.to - DAY <= closes(one.day + 1)
    }

    /// The hours that are new, by their first days: those from `day` on, and those of before a fortnight later, for a series needs so
    /// many dates and would find them never. Where a room has other hours from one of these days on already, it keeps them.
    pub(super) fn open(&mut self, room: i64, day: i64, closes: i64) -> Vec<(i64, i64)> {
        let mut new = Vec::new();
        for (from, closes) in [(day, closes), (day + 14, DAY)] {
            if !self.weeks.iter().any(|(of, begun, _)| (*of, *begun) == (room, from)) {
                self.weeks.push((room, from, closes));
                new.push((from, closes));
            }
        }
        new
    }

    fn is_taken(&self, one: &One) -> bool {
        self.sessions.iter().any(|other| other.status == "planned" && other.collides(one))
    }

    /// So many that take place, those that are lost made up at the end.
    pub(super) fn plan(&mut self, day: i64, (from, to): (i64, i64), rooms: &[i64], times: usize) {
        let (mut kept, mut day) = (0, day);
        while kept < times {
            let (series, rooms) = (self.series, rooms.to_vec());
            let mut one = One { series, day, from, to, rooms, capacity: 10, status: "planned", by_hand: 0 };
            if self.is_closed(&one) || self.is_taken(&one) {
                one.status = "skipped";
            } else {
                kept += 1;
            }
            self.sessions.push(one);
            day += 7;
        }
        self.series += 1;
    }

    /// The session itself, and others of its series that are planned.
    fn meant(&self, at: usize, scope: Scope) -> Vec<usize> {
        let one = &self.sessions[at];
        let also = |other: &One| {
            other.series == one.series
                && other.status == "planned"
                && match scope {
                    Scope::One => false,
                    Scope::Later => other.begins() > one.begins(),
                    Scope::All => true,
                }
        };
        (0..self.sessions.len()).filter(|place| *place == at || also(&self.sessions[*place])).collect()
    }

    /// Changes what is said; false where it is refused, and nothing is otherwise then.
    pub(super) fn change(&mut self, at: usize, scope: Scope, said: &Said, hand: u8) -> bool {
        let one = self.sessions[at].clone();
        if one.status != "planned" {
            return false;
        }
        let time = said.time.filter(|time| *time != (one.from, one.to));
        let rooms = said.rooms.clone().filter(|rooms| *rooms != one.rooms);
        let capacity = said.capacity.filter(|capacity| *capacity != one.capacity);
        let mut after = self.sessions.clone();
        let mut touched = Vec::new();
        for place in self.meant(at, scope) {
            let other = &self.sessions[place];
            let differs = [
                (DATE, said.days != 0),
                (TIME, time.is_some_and(|time| time != (other.from, other.to))),
                (PLACE, rooms.as_ref().is_some_and(|rooms| *rooms != other.rooms)),
                (CAPACITY, capacity.is_some_and(|capacity| capacity != other.capacity)),
            ];
            let by_hand = |field: i64| place != at && other.by_hand & field != 0;
            let asked = differs.iter().any(|(field, differs)| *differs && by_hand(*field));
            if asked && hand == 0 {
                return false;
            }
            let takes = |field: i64, differs: bool| differs && !(hand == 1 && by_hand(field));
            let taken: i64 =
                differs.iter().filter(|(field, differs)| takes(*field, *differs)).map(|(field, _)| field).sum();
            if taken == 0 {
                continue;
            }
            let new = &mut after[place];
            new.day += if taken & DATE != 0 { said.days } else { 0 };
            (new.from, new.to) = if taken & TIME != 0 { time.unwrap() } else { (new.from, new.to) };
            if taken & PLACE != 0 {
                new.rooms = rooms.clone().unwrap();
            }
            new.capacity = if taken & CAPACITY != 0 { capacity.unwrap() } else { new.capacity };
            // Of what the series now has, nothing is set by hand any more, also where it was the same already.
            let said = [
                (DATE, said.days != 0),
                (TIME, time.is_some()),
                (PLACE, rooms.is_some()),
                (CAPACITY, capacity.is_some()),
            ];
            let kept = |field: i64| {
                hand == 1 && differs.iter().any(|(other, differs)| *other == field && *differs) && by_hand(field)
            };
            let fields: i64 = said.iter().filter(|(field, said)| *said && !kept(*field)).map(|(field, _)| field).sum();
            new.by_hand = if scope == Scope::One { new.by_hand | fields } else { new.by_hand & !fields };
            if taken & (DATE | TIME | PLACE) != 0 {
                touched.push(place);
            }
        }
        if touched.iter().any(|place| self.is_closed(&after[*place])) || collide(&after) {
            return false;
        }
        self.sessions = after;
        true
    }

    pub(super) fn drop_out(&mut self, at: usize, scope: Scope, skips: bool) -> bool {
        if self.sessions[at].status != "planned" {
            return false;
        }
        for place in self.meant(at, scope) {
            self.sessions[place].status = if skips { "skipped" } else { "cancelled" };
        }
        true
    }

    pub(super) fn restore(&mut self, at: usize) -> bool {
        let one = &self.sessions[at];
        if one.status == "planned" || self.is_closed(one) || self.is_taken(one) {
            return false;
        }
        self.sessions[at].status = "planned";
        true
    }
}

/// Whether any two that take place are in one room at one time.
pub(super) fn collide(sessions: &[One]) -> bool {
    let live: Vec<&One> = sessions.iter().filter(|one| one.status == "planned").collect();
    live.iter().enumerate().any(|(place, one)| live[place + 1..].iter().any(|other| one.collides(other)))
}

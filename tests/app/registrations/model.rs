//! A plain model of places, from DESIGN section 2 "Places" and DECISIONS 13 and 19: a list of turns in the order in which they were made, who is
//! in, and whose they are. It knows nothing of how the house keeps them; whatever can be decided is decided at once.

mod acts;
mod merging;

use proptest::prelude::*;

pub(super) const PEOPLE: usize = 7;
/// Two are elderly; of one it is known that they are not.
pub(super) const BORN: [Option<&str>; PEOPLE] =
    [Some("1940-01-01"), Some("1950-05-05"), None, None, None, None, Some("1990-09-09")];
/// Whoever was born before is sixty at the first date.
const SIXTY: &str = "1966-03-10";

pub(super) const DATES: usize = 3;

const MINUTE: i64 = 60_000;
/// Milliseconds after the start of the first date: long before; the kept seats open; the door opens; it has begun; the seats of who did not come
/// open; it is over.
pub(super) const MOMENTS: [i64; 6] =
    [-4_320 * MINUTE, -1_440 * MINUTE, -55 * MINUTE, 2 * MINUTE, 10 * MINUTE, 130 * MINUTE];
const OPEN_TO_ALL: usize = 1;
const DOOR: usize = 2;
const BEGUN: usize = 3;
const LATE: usize = 4;

/// On what terms one registers, and how many seats each date has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) required: bool,
    pub(super) waitlist: bool,
    /// All dates or none; else there is one date.
    pub(super) whole: bool,
    pub(super) kept: i64,
    pub(super) seats: [i64; DATES],
}

pub(super) fn start() -> impl Strategy<Value = Start> {
    let seats = prop::array::uniform3(2..=6i64);
    (any::<bool>(), prop::bool::weighted(0.8), any::<bool>(), 0..=2i64, seats)
        .prop_map(|(required, waitlist, whole, kept, seats)| Start { required, waitlist, whole, kept, seats })
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Registers {
        at: usize,
        who: usize,
        companions: i64,
    },
    /// One date, or all of the course.
    Cancels {
        at: usize,
        who: usize,
        whole: bool,
    },
    Brings {
        at: usize,
        who: usize,
        companions: i64,
    },
    MovesUp {
        at: usize,
        who: usize,
    },
    Excuses {
        at: usize,
        who: usize,
    },
    /// To the door of the first date, let in by a worker who knows that they have no place, or not.
    Comes {
        who: usize,
        anyway: bool,
    },
    Closes,
    Reopens,
    Seats {
        at: usize,
        seats: i64,
    },
    Merges(usize, usize),
    Undoes(usize),
    TimePasses,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let (at, who) = (0..DATES, 0..PEOPLE);
    let one = (at.clone(), who.clone());
    let with = (at.clone(), who.clone(), 0..=2i64);
    prop_oneof![
        10 => with.clone().prop_map(|(at, who, companions)| Step::Registers { at, who, companions }),
        3 => (at.clone(), who.clone(), any::<bool>()).prop_map(|(at, who, whole)| Step::Cancels { at, who, whole }),
        3 => with.prop_map(|(at, who, companions)| Step::Brings { at, who, companions }),
        2 => one.clone().prop_map(|(at, who)| Step::MovesUp { at, who }),
        2 => one.prop_map(|(at, who)| Step::Excuses { at, who }),
        7 => (who.clone(), any::<bool>()).prop_map(|(who, anyway)| Step::Comes { who, anyway }),
        2 => Just(Step::Closes),
        2 => Just(Step::Reopens),
        2 => (at, 1..=7i64).prop_map(|(at, seats)| Step::Seats { at, seats }),
        3 => (who.clone(), who).prop_map(|(kept, merged)| Step::Merges(kept, merged)),
        2 => (0..3usize).prop_map(Step::Undoes),
        5 => Just(Step::TimePasses),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Confirmed,
    Waiting,
    Cancelled,
    Excused,
    NoShow,
    Merged,
}

impl State {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Waiting => "waiting",
            Self::Cancelled => "cancelled",
            Self::Excused => "excused",
            Self::NoShow => "no_show",
            Self::Merged => "merged",
        }
    }

    fn is_live(self) -> bool {
        matches!(self, Self::Confirmed | Self::Waiting)
    }

    /// Nobody has two of these at one date.
    fn holds(self) -> bool {
        self.is_live() || self == Self::NoShow
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whole {
    Confirmed,
    Waiting,
    Ended,
    Merged,
}

#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) owner: usize,
    pub(super) at: usize,
    course: Option<usize>,
    pub(super) heads: i64,
    pub(super) state: State,
    made: usize,
}

#[derive(Clone, Debug)]
struct Course {
    owner: usize,
    state: Whole,
    made: usize,
}

/// Somebody who came to the first date; void once they were there twice, as two who are one.
#[derive(Clone, Debug)]
struct Visit {
    owner: usize,
    void: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) id: i64,
    kept: usize,
    merged: usize,
    undone: bool,
    /// Whether the first date was closed.
    closed: bool,
    turns: Vec<usize>,
    courses: Vec<usize>,
    visits: Vec<usize>,
    led: Vec<usize>,
    /// Turns that stood otherwise before: what they were, and what they became.
    changed: Vec<(usize, State, State)>,
    ended: Vec<(usize, Whole)>,
    /// The birth date was the merged one's alone.
    born: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) start: Start,
    pub(super) seats: [i64; DATES],
    pub(super) moment: usize,
    closed: bool,
    born: [Option<&'static str>; PEOPLE],
    into: [Option<usize>; PEOPLE],
    pub(super) turns: Vec<Turn>,
    courses: Vec<Course>,
    visits: Vec<Visit>,
    pub(super) merges: Vec<Made>,
    made: usize,
}

/// A line of a date's list: whose, how it stands, how many they bring, and their number on the waitlist.
pub(super) type Line = (usize, &'static str, i64, Option<usize>);

impl Model {
    pub(super) fn new(start: Start) -> Self {
        Self {
            start,
            seats: start.seats,
            moment: 0,
            closed: false,
            born: BORN,
            into: [None; PEOPLE],
            turns: Vec::new(),
            courses: Vec::new(),
            visits: Vec::new(),
            merges: Vec::new(),
            made: 0,
        }
    }

    pub(super) fn dates(&self) -> usize {
        if self.start.whole { DATES } else { 1 }
    }

    pub(super) fn stands(&self, who: usize) -> usize {
        self.into[who].unwrap_or(who)
    }

    /// Nobody takes or gives up a place once it has begun.
    pub(super) fn is_coming(&self, at: usize) -> bool {
        at > 0 || self.moment < BEGUN
    }

    pub(super) fn live(&self, owner: usize, at: usize) -> Option<usize> {
        self.turns.iter().position(|turn| turn.owner == owner && turn.at == at && turn.state.is_live())
    }

    /// Their place in the whole course, or their turn for it.
    fn course_of(&self, owner: usize) -> Option<usize> {
        let is_live = |course: &Course| matches!(course.state, Whole::Confirmed | Whole::Waiting);
        self.courses.iter().position(|course| course.owner == owner && is_live(course))
    }

    pub(super) fn waits_for_all(&self, owner: usize) -> bool {
        self.course_of(owner).is_some_and(|course| self.courses[course].state == Whole::Waiting)
    }

    pub(super) fn is_in(&self, owner: usize) -> bool {
        self.visits.iter().any(|visit| visit.owner == owner && visit.void.is_none())
    }

    fn is_in_at(&self, owner: usize, at: usize) -> bool {
        at == 0 && self.is_in(owner)
    }

    fn is_old(&self, owner: usize) -> bool {
        self.born[owner].is_some_and(|born| born < SIXTY)
    }

    /// Priority groups first, then by time.
    fn order(&self, turn: &Turn) -> (bool, usize) {
        (!self.is_old(turn.owner), turn.made)
    }

    /// Heads at a date beside somebody's own, and those of them who are no priority group's. Who is in is counted by the registration, not twice.
    fn taken_beside(&self, at: usize, owner: usize) -> (i64, i64) {
        let confirmed: Vec<&Turn> =
            self.turns.iter().filter(|turn| turn.at == at && turn.state == State::Confirmed).collect();
        let others: Vec<&&Turn> = confirmed.iter().filter(|turn| turn.owner != owner).collect();
        let all: i64 = others.iter().map(|turn| turn.heads).sum();
        let outsiders: i64 = others.iter().filter(|turn| !self.is_old(turn.owner)).map(|turn| turn.heads).sum();
        let is_walk_in = |visit: &&Visit| {
            at == 0
                && visit.void.is_none()
                && visit.owner != owner
                && !confirmed.iter().any(|turn| turn.owner == visit.owner)
        };
        let walk_ins = number(self.visits.iter().filter(is_walk_in).count());
        (all + walk_ins, outsiders + walk_ins)
    }

    fn fits(&self, at: usize, owner: usize, heads: i64) -> bool {
        let kept = if at == 0 && self.moment >= OPEN_TO_ALL { 0 } else { self.start.kept };
        let (all, outsiders) = self.taken_beside(at, owner);
        let seats = self.seats[at];
        all + heads <= seats && (self.is_old(owner) || kept == 0 || outsiders + heads <= seats - kept)
    }

    fn turn_fits(&self, turn: usize) -> bool {
        let turn = &self.turns[turn];
        self.fits(turn.at, turn.owner, turn.heads)
    }

    /// For all dates at once.
    fn is_of_waiting_course(&self, turn: &Turn) -> bool {
        turn.course.is_some_and(|course| self.courses[course].state == Whole::Waiting)
    }

    /// The first in line sits down, and the next; whoever does not fit ends it. Who is in waits for nothing, but for who asks just now.
    fn seat(&mut self, at: usize, newest: Option<usize>) {
        loop {
            let waits = |place: &usize| {
                let turn = &self.turns[*place];
                turn.at == at
                    && turn.state == State::Waiting
                    && !self.is_of_waiting_course(turn)
                    && (newest == Some(*place) || !self.is_in_at(turn.owner, at))
            };
            let first = (0..self.turns.len()).filter(waits).min_by_key(|place| self.order(&self.turns[*place]));
            let Some(first) = first.filter(|first| self.turn_fits(*first)) else { return };
            self.turns[first].state = State::Confirmed;
        }
    }

    /// The turns for all dates to come that a course waits for.
    fn wanted(&self, course: usize) -> Vec<usize> {
        let is_wanted = |place: &usize| {
            let turn = &self.turns[*place];
            turn.course == Some(course) && turn.state == State::Waiting && self.is_coming(turn.at)
        };
        (0..self.turns.len()).filter(is_wanted).collect()
    }

    /// The first in the courses' line gets all dates, and the next; the first for whom one does not do ends it.
    fn seat_courses(&mut self) {
        loop {
            let waits =
                |course: &usize| self.courses[*course].state == Whole::Waiting && !self.wanted(*course).is_empty();
            let line = (0..self.courses.len()).filter(waits);
            let first =
                line.min_by_key(|course| (!self.is_old(self.courses[*course].owner), self.courses[*course].made));
            let Some(course) = first else { return };
            let wanted = self.wanted(course);
            if !wanted.iter().all(|turn| self.turn_fits(*turn)) {
                return;
            }
            wanted.iter().for_each(|turn| self.turns[*turn].state = State::Confirmed);
            self.courses[course].state = Whole::Confirmed;
        }
    }

    /// A seat that is free is given.
    pub(super) fn settle(&mut self) {
        for at in 0..self.dates() {
            if self.is_coming(at) {
                self.seat(at, None);
            }
        }
        self.seat_courses();
    }

    /// Until ten past a seat is kept for who has a place.
    fn keeps_seats(&self, at: usize) -> bool {
        at > 0 || self.moment < LATE && !self.closed
    }

    /// A date's list: who has a place, the waitlist in its order, and who gave it up.
    pub(super) fn list(&self, at: usize) -> Vec<Line> {
        let is_own = |place: &usize| self.turns[*place].at == at && self.turns[*place].state != State::Merged;
        let mut own: Vec<usize> = (0..self.turns.len()).filter(is_own).collect();
        own.sort_by_key(|place| self.turns[*place].made);
        let waits = |place: &usize| {
            let turn = &self.turns[*place];
            turn.state == State::Waiting && !self.is_in_at(turn.owner, at)
        };
        let mut line: Vec<usize> = own.iter().copied().filter(waits).collect();
        line.sort_by_key(|place| self.order(&self.turns[*place]));
        let number = |place: usize| line.iter().position(|other| *other == place).map(|before| before + 1);
        own.sort_by_key(|place| match self.turns[*place].state {
            State::Confirmed | State::NoShow => (0, 0),
            State::Waiting => (1, number(*place).unwrap_or(usize::MAX)),
            _ => (2, 0),
        });
        own.into_iter()
            .map(|place| {
                let turn = &self.turns[place];
                (turn.owner, turn.state.word(), turn.heads - 1, number(place))
            })
            .collect()
    }
}

pub(super) fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap()
}

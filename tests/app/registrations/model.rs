//! A plain model of places, from DESIGN section 2 "Places" and DECISIONS 13 and 19: a list of turns in the order in which they were made, who is
//! in, and whose they are. It knows nothing of how the house keeps them; whatever can be decided is decided at once.

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

    pub(super) fn registers(&mut self, at: usize, owner: usize, companions: i64) -> u16 {
        if self.live(owner, at).is_some() {
            return 200;
        }
        if !self.is_coming(at) {
            return 409;
        }
        self.made += 1;
        let (heads, course) = (1 + companions, self.course_of(owner));
        if self.start.whole && course.is_none() {
            return self.takes_all(owner, heads);
        }
        // Who waits for all dates waits for this one with them, where they stood.
        let made = course.filter(|_| self.waits_for_all(owner)).map_or(self.made, |course| self.courses[course].made);
        self.turns.push(Turn { owner, at, course, heads, state: State::Waiting, made });
        let newest = self.turns.len() - 1;
        self.seat(at, Some(newest));
        self.seat_courses();
        if self.turns[newest].state == State::Waiting && !self.start.waitlist {
            self.turns.pop();
            return 409;
        }
        201
    }

    fn takes_all(&mut self, owner: usize, heads: i64) -> u16 {
        let (before, made, course) = (self.turns.len(), self.made, self.courses.len());
        self.courses.push(Course { owner, state: Whole::Waiting, made });
        for at in 0..self.dates() {
            if self.is_coming(at) && self.live(owner, at).is_none() {
                self.turns.push(Turn { owner, at, course: Some(course), heads, state: State::Waiting, made });
            }
        }
        self.seat_courses();
        if self.courses[course].state == Whole::Waiting && !self.start.waitlist {
            self.turns.truncate(before);
            self.courses.pop();
            return 409;
        }
        201
    }

    /// Gives up a turn that is live.
    pub(super) fn cancels(&mut self, turn: usize, whole: bool) -> u16 {
        if !self.is_coming(self.turns[turn].at) {
            return 409;
        }
        self.turns[turn].state = State::Cancelled;
        if let Some(course) = self.turns[turn].course.filter(|_| whole) {
            for other in 0..self.turns.len() {
                let theirs = self.turns[other].course == Some(course) && self.turns[other].state.is_live();
                if theirs && self.is_coming(self.turns[other].at) {
                    self.turns[other].state = State::Cancelled;
                }
            }
            self.courses[course].state = Whole::Ended;
        }
        self.settle();
        204
    }

    pub(super) fn brings(&mut self, turn: usize, companions: i64) -> u16 {
        let Turn { owner, at, heads, state, .. } = self.turns[turn];
        let wanted = 1 + companions;
        if heads == wanted {
            return 200;
        }
        if !self.is_coming(at) || state == State::Confirmed && wanted > heads && !self.fits(at, owner, wanted) {
            return 409;
        }
        self.turns[turn].heads = wanted;
        self.settle();
        200
    }

    /// By a worker, out of turn: a seat that is free and not kept for others.
    pub(super) fn moves_up(&mut self, turn: usize) -> u16 {
        let one = &self.turns[turn];
        if !self.is_coming(one.at) {
            return 409;
        }
        if one.state == State::Confirmed {
            return 200;
        }
        if self.is_of_waiting_course(one) || !self.turn_fits(turn) {
            return 409;
        }
        self.turns[turn].state = State::Confirmed;
        200
    }

    /// A turn that is live, or that closing noted as missed.
    pub(super) fn excused(&self, owner: usize, at: usize) -> Option<usize> {
        self.turns.iter().position(|turn| turn.owner == owner && turn.at == at && turn.state.holds())
    }

    pub(super) fn excuses(&mut self, turn: usize) {
        self.turns[turn].state = State::Excused;
        self.settle();
    }

    /// At the door of the first date. Until ten past, whoever has a place has a seat, with whom they bring, before anybody who has none; a seat
    /// that is free by then is the first in line's.
    pub(super) fn comes(&mut self, owner: usize, anyway: bool) -> u16 {
        if self.moment < DOOR || self.closed || self.is_in(owner) {
            return 409;
        }
        let mut now = self.clone();
        now.seat(0, None);
        let is_late = self.moment >= LATE;
        let place = now.live(owner, 0).filter(|turn| now.turns[*turn].state == State::Confirmed);
        if self.start.required && !is_late && place.is_none() && !anyway {
            return 409;
        }
        let seats = now.turns.iter().filter(|turn| turn.at == 0 && turn.state == State::Confirmed);
        let held: i64 = seats.map(|turn| turn.heads - i64::from(now.is_in(turn.owner))).sum();
        let others = if is_late || place.is_some() { 0 } else { held };
        let inside = number(self.visits.iter().filter(|visit| visit.void.is_none()).count());
        if inside + others + 1 > self.seats[0] {
            return 409;
        }
        self.visits.push(Visit { owner, void: None });
        if let Some(turn) = place {
            self.turns[turn].state = State::Confirmed;
        }
        self.settle();
        201
    }

    pub(super) fn closes(&mut self) -> u16 {
        if self.moment < BEGUN || self.closed {
            return 409;
        }
        self.closed = true;
        for turn in 0..self.turns.len() {
            let Turn { owner, at, state, .. } = self.turns[turn];
            if at == 0 && state == State::Confirmed && !self.is_in(owner) {
                self.turns[turn].state = State::NoShow;
            }
        }
        200
    }

    pub(super) fn reopens(&mut self) -> u16 {
        if !self.closed {
            return 409;
        }
        self.closed = false;
        for turn in self.turns.iter_mut().filter(|turn| turn.at == 0 && turn.state == State::NoShow) {
            turn.state = State::Confirmed;
        }
        200
    }

    pub(super) fn may_merge(&self, kept: usize, merged: usize) -> bool {
        kept != merged && self.into[kept].is_none() && self.into[merged].is_none()
    }

    /// Two who are one have one place: rather the place than the turn, and else the earlier. Who came by either name did not stay away.
    pub(super) fn merge(&mut self, id: i64, kept: usize, merged: usize) {
        let number = self.merges.len();
        let (mut changed, mut ended) = (Vec::new(), Vec::new());
        for at in 0..self.dates() {
            let rank = |state: State| match state {
                State::Confirmed => 0,
                State::NoShow => 1,
                _ => 2,
            };
            let is_either = |turn: &Turn| turn.owner == kept || turn.owner == merged;
            let mut both: Vec<usize> = (0..self.turns.len())
                .filter(|place| {
                    let turn = &self.turns[*place];
                    turn.at == at && turn.state.holds() && is_either(turn)
                })
                .collect();
            both.sort_by_key(|place| (rank(self.turns[*place].state), self.turns[*place].made));
            for place in both.into_iter().skip(1) {
                changed.push((place, self.turns[place].state, State::Merged));
                self.turns[place].state = State::Merged;
            }
        }
        if let (Some(one), Some(other)) = (self.course_of(kept), self.course_of(merged)) {
            let key = |course: usize| (self.courses[course].state == Whole::Waiting, self.courses[course].made);
            let gone = if key(one) < key(other) { other } else { one };
            ended.push((gone, self.courses[gone].state));
            self.courses[gone].state = Whole::Merged;
        }
        if self.is_in(kept) && self.is_in(merged) {
            let either = |visit: &Visit| (visit.owner == kept || visit.owner == merged) && visit.void.is_none();
            if let Some(later) = self.visits.iter().rposition(either) {
                self.visits[later].void = Some(number);
            }
        }
        let born = self.born[kept].is_none() && self.born[merged].is_some();
        if born {
            self.born[kept] = self.born[merged];
        }
        let of = |owners: Vec<usize>| -> Vec<usize> {
            owners.iter().enumerate().filter(|(_, owner)| **owner == merged).map(|(place, _)| place).collect()
        };
        let turns = of(self.turns.iter().map(|turn| turn.owner).collect());
        let courses = of(self.courses.iter().map(|course| course.owner).collect());
        let visits = of(self.visits.iter().map(|visit| visit.owner).collect());
        let led: Vec<usize> = (0..PEOPLE).filter(|who| self.into[*who] == Some(merged)).collect();
        let closed = self.closed;
        let mut made =
            Made { id, kept, merged, undone: false, closed, turns, courses, visits, led, changed, ended, born };
        self.belong(&made, kept);
        made.led.iter().for_each(|who| self.into[*who] = Some(kept));
        self.into[merged] = Some(kept);
        for place in 0..self.turns.len() {
            let Turn { owner, at, state, .. } = self.turns[place];
            if owner == kept && state == State::NoShow && self.is_in_at(kept, at) {
                made.changed.push((place, State::NoShow, State::Confirmed));
                self.turns[place].state = State::Confirmed;
            }
        }
        self.merges.push(made);
        self.settle();
    }

    /// Gives all that was the merged one's to this one.
    fn belong(&mut self, made: &Made, owner: usize) {
        made.turns.iter().for_each(|place| self.turns[*place].owner = owner);
        made.courses.iter().for_each(|place| self.courses[*place].owner = owner);
        made.visits.iter().for_each(|place| self.visits[*place].owner = owner);
    }

    /// Whether a date is held by a course that counts no more: both took the course, and one gave up a date that the other has. What that comes
    /// to DESIGN does not say.
    pub(super) fn is_crossed(&self) -> bool {
        let is_gone = |course: usize| self.courses[course].state == Whole::Merged;
        self.turns.iter().any(|turn| turn.state.holds() && turn.course.is_some_and(is_gone))
    }

    pub(super) fn may_undo(&self, number: usize) -> bool {
        let one = &self.merges[number];
        let mut later = self.merges[number + 1..].iter().filter(|other| !other.undone);
        !one.undone && !later.any(|other| other.kept == one.kept || other.merged == one.kept)
    }

    /// Whether the first date was closed, or opened again, since.
    pub(super) fn is_of_another_time(&self, number: usize) -> bool {
        self.merges[number].closed != self.closed
    }

    /// Whether somebody has two places at one date, or two in the course: something came since where something has to return to.
    pub(super) fn is_doubled(&self) -> bool {
        let twice = |one: &Turn, other: &Turn| {
            one.owner == other.owner && one.at == other.at && one.state.holds() && other.state.holds()
        };
        let mut turns = self.turns.iter().enumerate();
        let doubled = turns.any(|(place, one)| self.turns[place + 1..].iter().any(|other| twice(one, other)));
        let live = |owner: usize| {
            let own = self.courses.iter().filter(|course| course.owner == owner);
            own.filter(|course| matches!(course.state, Whole::Confirmed | Whole::Waiting)).count()
        };
        doubled || (0..PEOPLE).any(|owner| live(owner) > 1)
    }

    /// All returns that nobody changed since; a place only where there is a seat by now, for there are never more than there are: else they wait,
    /// with the time at which they came.
    pub(super) fn undo(&mut self, number: usize) {
        self.merges[number].undone = true;
        let made = self.merges[number].clone();
        self.belong(&made, made.merged);
        made.led.iter().for_each(|who| self.into[*who] = Some(made.merged));
        self.into[made.merged] = None;
        if made.born {
            self.born[made.kept] = None;
        }
        for visit in self.visits.iter_mut().filter(|visit| visit.void == Some(number)) {
            visit.void = None;
        }
        for (course, was) in &made.ended {
            if self.courses[*course].state == Whole::Merged {
                self.courses[*course].state = *was;
            }
        }
        for (place, was, is) in &made.changed {
            if self.turns[*place].state == *is {
                self.turns[*place].state = *was;
            }
        }
        let is_back = |(place, ..): &(usize, State, State)| {
            let turn = &self.turns[*place];
            turn.state == State::Confirmed && self.keeps_seats(turn.at) && !self.turn_fits(*place)
        };
        let without: Vec<usize> = made.changed.iter().filter(|one| is_back(one)).map(|(place, ..)| *place).collect();
        without.into_iter().for_each(|place| self.turns[place].state = State::Waiting);
        self.settle();
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

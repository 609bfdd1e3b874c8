//! Two who are one, and who part again.

use super::{Made, Model, PEOPLE, State, Turn, Visit, Whole};

impl Model {
    pub(in super::super) fn may_merge(&self, kept: usize, merged: usize) -> bool {
        kept != merged && self.into[kept].is_none() && self.into[merged].is_none()
    }

    /// Two who are one have one place: rather the place than the turn, and else the earlier. Who came by either name did not stay away.
    pub(in super::super) fn merge(&mut self, id: i64, kept: usize, merged: usize) {
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
    pub(in super::super) fn is_crossed(&self) -> bool {
        let is_gone = |course: usize| self.courses[course].state == Whole::Merged;
        self.turns.iter().any(|turn| turn.state.holds() && turn.course.is_some_and(is_gone))
    }

    pub(in super::super) fn may_undo(&self, number: usize) -> bool {
        let one = &self.merges[number];
        let mut later = self.merges[number + 1..].iter().filter(|other| !other.undone);
        !one.undone && !later.any(|other| other.kept == one.kept || other.merged == one.kept)
    }

    /// Whether the first date was closed, or opened again, since.
    pub(in super::super) fn is_of_another_time(&self, number: usize) -> bool {
        self.merges[number].closed != self.closed
    }

    /// Whether somebody has two places at one date, or two in the course: something came since where something has to return to.
    pub(in super::super) fn is_doubled(&self) -> bool {
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
    pub(in super::super) fn undo(&mut self, number: usize) {
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
}

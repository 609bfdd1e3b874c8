//! What people do: each act gives the status with which it is answered.

use super::{BEGUN, Course, DOOR, LATE, Model, State, Turn, Visit, Whole, number};

impl Model {
    pub(in super::super) fn registers(&mut self, at: usize, owner: usize, companions: i64) -> u16 {
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
    pub(in super::super) fn cancels(&mut self, turn: usize, whole: bool) -> u16 {
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

    pub(in super::super) fn brings(&mut self, turn: usize, companions: i64) -> u16 {
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
    pub(in super::super) fn moves_up(&mut self, turn: usize) -> u16 {
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
    pub(in super::super) fn excused(&self, owner: usize, at: usize) -> Option<usize> {
        self.turns.iter().position(|turn| turn.owner == owner && turn.at == at && turn.state.holds())
    }

    pub(in super::super) fn excuses(&mut self, turn: usize) {
        self.turns[turn].state = State::Excused;
        self.settle();
    }

    /// At the door of the first date. Until ten past, whoever has a place has a seat, with whom they bring, before anybody who has none; a seat
    /// that is free by then is the first in line's.
    pub(in super::super) fn comes(&mut self, owner: usize, anyway: bool) -> u16 {
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

    pub(in super::super) fn closes(&mut self) -> u16 {
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

    pub(in super::super) fn reopens(&mut self) -> u16 {
        if !self.closed {
            return 409;
        }
        self.closed = false;
        for turn in self.turns.iter_mut().filter(|turn| turn.at == 0 && turn.state == State::NoShow) {
            turn.state = State::Confirmed;
        }
        200
    }
}

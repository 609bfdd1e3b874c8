//! The schedule as a grid: columns are the rooms of a day, or the days of a room or of a worker; time runs down in steps of
//! five minutes. What is booked over midnight is cut at the day's end and goes on the next day.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::types::{OtherBooking, Session, SessionId, SessionStatus};
use super::week_cut::WeekCut;
use super::week_lanes::{self, Lane};
use super::week_queries::SessionPlaces;
use super::week_time::{self, Stretch};
use crate::clock::{Date, Timestamp, Zone};
use crate::rooms::{Closure, Room, RoomId};
use crate::workers::WorkerId;

/// Five minutes: the grid's step.
const STEP: i64 = 5;

/// The hours shown where nothing says otherwise.
const USUAL: (i64, i64) = (8, 21);

/// What stands in a column from one step to another.
#[derive(Debug, PartialEq, Eq)]
pub struct Booked<T> {
    /// 1 for the first column.
    pub column: usize,
    /// Minutes after midnight.
    pub from: i64,
    pub to: i64,
    pub what: T,
}

impl<T> Booked<T> {
    pub fn start_step(&self) -> i64 {
        self.from / STEP
    }

    pub fn end_step(&self) -> i64 {
        (self.to + STEP - 1) / STEP
    }
}

/// Why nothing can be booked where nothing is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Off {
    /// Outside the opening hours.
    Hours,
    Closure(String),
    /// By a session that the filters leave out: its place is taken all the same.
    Filtered,
}

impl Off {
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Closure(reason) => Some(reason),
            Self::Hours | Self::Filtered => None,
        }
    }

    pub fn is_filtered(&self) -> bool {
        *self == Self::Filtered
    }
}

/// What a block is of.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    Session(&'a Session),
    Other(&'a OtherBooking),
}

impl<'a> What<'a> {
    pub fn session(&self) -> Option<&'a Session> {
        match self {
            Self::Session(session) => Some(session),
            Self::Other(_) => None,
        }
    }

    pub fn other(&self) -> Option<&'a OtherBooking> {
        match self {
            Self::Session(_) => None,
            Self::Other(booking) => Some(booking),
        }
    }

    fn span(&self) -> (Timestamp, Timestamp) {
        match self {
            Self::Session(session) => (session.starts_at, session.ends_at),
            Self::Other(booking) => (booking.starts_at, booking.ends_at),
        }
    }

    fn is_cancelled(&self) -> bool {
        self.session().is_some_and(|session| session.status == SessionStatus::Cancelled)
    }
}

/// A block as it is drawn.
#[derive(Debug)]
pub struct DrawnBlock<'a> {
    pub what: What<'a>,
    /// Beside what else is at that time: its place, and how many there are.
    pub lane: Lane,
    /// Whether it began the day before, and whether it goes on the next.
    pub cut: (bool, bool),
}

impl DrawnBlock<'_> {
    pub fn began_before(&self) -> bool {
        self.cut.0
    }

    pub fn goes_on(&self) -> bool {
        self.cut.1
    }

    pub fn is_whole(&self) -> bool {
        self.cut == (false, false)
    }
}

/// A column's head. A room out of use has a column where it had sessions, and so has what is in no room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub date: Date,
    pub room: Option<RoomId>,
    /// None where the column is of a day, or of what is elsewhere.
    pub name: Option<String>,
    pub capacity: Option<i64>,
}

/// A room that has no column that day, for nothing is booked in it: what it has free.
#[derive(Debug, PartialEq, Eq)]
pub struct Folded {
    pub id: RoomId,
    pub name: String,
    pub capacity: i64,
    pub free: Vec<Stretch>,
}

impl Folded {
    /// What it has free, for a template.
    pub fn times(&self) -> Vec<Stretch> {
        self.free.clone()
    }
}

/// A place to book: half an hour, or what is left of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Half {
    pub room: Option<RoomId>,
    pub date: Date,
    /// Whether it is the first of its stretch: keys stop there, and walk on with the arrows.
    pub is_first: bool,
}

#[derive(Debug)]
pub struct WeekGrid<'a> {
    pub columns: Vec<Column>,
    pub folded: Vec<Folded>,
    pub first_hour: i64,
    pub last_hour: i64,
    pub closed: Vec<Booked<Off>>,
    /// What is free from one time to another, longer than is worth nothing.
    pub free: Vec<Booked<()>>,
    pub blocks: Vec<Booked<DrawnBlock<'a>>>,
    /// The sessions of these columns that the filters leave out.
    filtered: BTreeSet<SessionId>,
    now: Option<(i64, Vec<usize>)>,
}

impl<'a> WeekGrid<'a> {
    /// How many sessions the filters leave out.
    pub fn filtered(&self) -> usize {
        self.filtered.len()
    }

    /// Where the line of the present is drawn, in minutes after midnight, and in which columns; nowhere outside the hours
    /// shown.
    pub fn now_lines(&self) -> Vec<(i64, usize)> {
        match &self.now {
            Some((minute, columns)) if (self.first_hour * 60..self.last_hour * 60).contains(minute) => {
                columns.iter().map(|column| (*minute, *column)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The free stretches in half hours: a click at 14:00 means 14:00.
    pub fn halves(&self) -> Vec<Booked<Half>> {
        let mut halves = Vec::new();
        for stretch in &self.free {
            let Some(column) = self.columns.get(stretch.column - 1) else { continue };
            for (place, (from, to)) in week_time::halves(stretch.from, stretch.to).into_iter().enumerate() {
                let what = Half { room: column.room, date: column.date, is_first: place == 0 };
                halves.push(Booked { column: stretch.column, from, to, what });
            }
        }
        halves
    }

    /// What a column has free.
    pub fn free_of(&self, column: impl Borrow<usize>) -> Vec<Stretch> {
        self.free.iter().filter(|free| free.column == *column.borrow()).map(|free| (free.from, free.to)).collect()
    }

    /// What a screen that shows columns as a list lists: all blocks of `date`, in the order of time, each once.
    pub fn of_day(&self, date: &Date) -> Vec<&Booked<DrawnBlock<'a>>> {
        let is_there = |block: &&Booked<DrawnBlock<'a>>| {
            self.columns.get(block.column - 1).is_some_and(|column| column.date == *date)
        };
        let mut blocks: Vec<_> = self.blocks.iter().filter(is_there).collect();
        blocks.sort_by_key(|block| (block.from, block.to, block.column));
        let mut seen = Vec::new();
        blocks.retain(|block| match block.what.what.session() {
            Some(session) if seen.contains(&session.id) => false,
            Some(session) => {
                seen.push(session.id);
                true
            }
            None => true,
        });
        blocks
    }
}

/// What was read for a grid.
pub struct SeenWeek<'a> {
    pub rooms: &'a [Room],
    pub closures: &'a [Closure],
    pub sessions: &'a [Session],
    pub places: &'a SessionPlaces,
    pub others: &'a [OtherBooking],
    pub cut: &'a WeekCut,
    pub zone: Zone,
    pub now: Timestamp,
}

/// A column before it is drawn.
struct DraftColumn<'a> {
    column: Column,
    open: Vec<Stretch>,
    shut: Vec<(i64, i64, Off)>,
    items: Vec<What<'a>>,
    /// What is between two bookings at least.
    apart: i64,
    /// Whether something can be booked from here.
    offers: bool,
}

impl<'a> SeenWeek<'a> {
    /// All rooms of a day. A room in which nothing is booked is folded, where another has something.
    pub fn rooms_of(&self, date: Date) -> WeekGrid<'a> {
        let mut drafts: Vec<DraftColumn<'_>> = self.rooms.iter().map(|room| self.room_on(room, date)).collect();
        let known = |id: RoomId| self.rooms.iter().any(|room| room.id == id);
        for session in self.sessions.iter().filter(|session| self.touches(session.starts_at, session.ends_at, date)) {
            for (id, name) in self.places.of(session.id).iter().filter(|(id, _)| !known(*id)) {
                if !drafts.iter().any(|draft| draft.column.room == Some(*id)) {
                    drafts.push(self.unknown_room(*id, name.clone(), date));
                }
            }
        }
        let elsewhere = self.elsewhere_on(date);
        if !elsewhere.items.is_empty() {
            drafts.push(elsewhere);
        }
        let is_taken = |draft: &DraftColumn<'_>| {
            !draft.items.is_empty() && self.cut.room.is_none_or(|room| draft.column.room == Some(room))
        };
        let is_any = drafts.iter().any(is_taken);
        let (shown, folded): (Vec<_>, Vec<_>) =
            drafts.into_iter().partition(|draft| self.cut.all || !is_any || is_taken(draft));
        let mut grid = self.draw(shown, date..=date);
        let left_out = folded.iter().flat_map(|draft| &draft.items).filter(|what| !what.is_cancelled());
        grid.filtered.extend(left_out.filter_map(|what| Some(what.session()?.id)));
        grid.folded = folded.into_iter().filter_map(|draft| self.fold(draft)).collect();
        grid
    }

    /// The week of one room that begins on `monday`.
    pub fn week_of_room(&self, room: &Room, monday: Date) -> WeekGrid<'a> {
        let last = monday.plus_days(6);
        let drafts = monday.until(monday.plus_days(7)).map(|date| {
            let mut draft = self.room_on(room, date);
            draft.column.name = None;
            draft.column.capacity = None;
            draft
        });
        self.draw(drafts.collect(), monday..=last)
    }

    /// The week of one worker, in whatever room; what is offered are the hours at which any room of the center is open.
    pub fn week_of_worker(&self, worker: WorkerId, monday: Date) -> WeekGrid<'a> {
        let drafts = monday.until(monday.plus_days(7)).map(|date| {
            let led = self.sessions.iter().filter(|session| session.worker_id == Some(worker)).map(What::Session);
            let others = self.others.iter().filter(|booking| booking.worker_id == Some(worker)).map(What::Other);
            let hours: Vec<Stretch> = self.rooms.iter().flat_map(|room| room.hours.on(date).to_vec()).collect();
            DraftColumn {
                column: Column { date, room: None, name: None, capacity: None },
                open: week_time::joined(hours),
                shut: Vec::new(),
                items: self.seen(led.chain(others), date),
                apart: 0,
                offers: true,
            }
        });
        self.draw(drafts.collect(), monday..=monday.plus_days(6))
    }

    fn touches(&self, starts_at: Timestamp, ends_at: Timestamp, date: Date) -> bool {
        week_time::on_day(self.zone, date, starts_at, ends_at).is_some()
    }

    /// Those that are on the day and stand, and of the cancelled ones those in whose place nothing else is.
    fn seen(&self, all: impl Iterator<Item = What<'a>>, date: Date) -> Vec<What<'a>> {
        let here = all.filter(|what| {
            let (starts_at, ends_at) = what.span();
            let is_skipped = what.session().is_some_and(|session| session.status == SessionStatus::Skipped);
            !is_skipped && self.touches(starts_at, ends_at, date)
        });
        let (cancelled, mut items): (Vec<_>, Vec<_>) = here.partition(What::is_cancelled);
        let standing = items.len();
        for what in cancelled {
            let (starts_at, ends_at) = what.span();
            let covered = items.iter().take(standing).any(|other| {
                let (from, to) = other.span();
                from < ends_at && starts_at < to
            });
            if !covered {
                items.push(what);
            }
        }
        items.sort_by_key(|what| what.span());
        items
    }

    fn room_on(&self, room: &Room, date: Date) -> DraftColumn<'a> {
        let here = self.sessions.iter().filter(|session| self.places.is_in(session.id, room.id)).map(What::Session);
        let others = self.others.iter().filter(|booking| booking.room_id == room.id).map(What::Other);
        let open = room.hours.on(date).to_vec();
        let shut = self.closed(room.id, &open, date);
        DraftColumn {
            column: Column { date, room: Some(room.id), name: Some(room.name.clone()), capacity: Some(room.capacity) },
            open,
            shut,
            items: self.seen(here.chain(others), date),
            // Both sessions keep the buffer, so two of them lie between.
            apart: 2 * room.buffer_minutes,
            offers: true,
        }
    }

    fn unknown_room(&self, id: RoomId, name: String, date: Date) -> DraftColumn<'a> {
        let here = self.sessions.iter().filter(|session| self.places.is_in(session.id, id)).map(What::Session);
        let column = Column { date, room: Some(id), name: Some(name), capacity: None };
        DraftColumn { items: self.seen(here, date), ..DraftColumn::without_hours(column) }
    }

    fn elsewhere_on(&self, date: Date) -> DraftColumn<'a> {
        let here = self.sessions.iter().filter(|session| self.places.of(session.id).is_empty()).map(What::Session);
        let column = Column { date, room: None, name: None, capacity: None };
        DraftColumn { items: self.seen(here, date), ..DraftColumn::without_hours(column) }
    }

    /// The stretches of the day at which the room is closed within its hours.
    fn closed(&self, room: RoomId, open: &[Stretch], date: Date) -> Vec<(i64, i64, Off)> {
        let mut shut = Vec::new();
        for closure in self.closures.iter().filter(|closure| closure.room_id == room) {
            let Some(day) = week_time::on_day(self.zone, date, closure.starts_at, closure.ends_at) else { continue };
            for (opens, closes) in open {
                let (from, to) = (day.from.max(*opens), day.to.min(*closes));
                if from < to {
                    shut.push((from, to, Off::Closure(closure.reason.clone())));
                }
            }
        }
        shut
    }

    fn fold(&self, draft: DraftColumn<'a>) -> Option<Folded> {
        let free = self.free(&draft);
        let Column { room, name, capacity, .. } = draft.column;
        Some(Folded { id: room?, name: name?, capacity: capacity?, free })
    }

    /// Until which minute of the day it is over.
    fn past(&self, date: Date) -> i64 {
        let today = self.zone.date(self.now);
        match date.cmp(&today) {
            std::cmp::Ordering::Less => 1_440,
            std::cmp::Ordering::Equal => week_time::minute(self.zone, self.now),
            std::cmp::Ordering::Greater => 0,
        }
    }

    /// What the column has free: its hours without what is shut, past or booked.
    fn free(&self, draft: &DraftColumn<'a>) -> Vec<Stretch> {
        if !draft.offers {
            return Vec::new();
        }
        let booked = draft.items.iter().filter(|what| !what.is_cancelled()).filter_map(|what| {
            let (starts_at, ends_at) = what.span();
            let day = week_time::on_day(self.zone, draft.column.date, starts_at, ends_at)?;
            Some((day.from - draft.apart, day.to + draft.apart))
        });
        let shut = draft.shut.iter().map(|(from, to, _)| (*from, *to));
        let past = (0, self.past(draft.column.date));
        let taken = week_time::outside(&draft.open).into_iter().chain(shut).chain(booked).chain([past]);
        week_time::free(taken.collect())
    }

    fn draw(&self, drafts: Vec<DraftColumn<'a>>, days: RangeInclusive<Date>) -> WeekGrid<'a> {
        let mut grid = WeekGrid {
            columns: Vec::new(),
            folded: Vec::new(),
            first_hour: USUAL.0,
            last_hour: USUAL.1,
            closed: Vec::new(),
            free: Vec::new(),
            blocks: Vec::new(),
            filtered: BTreeSet::new(),
            now: None,
        };
        let mut hours: Vec<Stretch> = Vec::new();
        for (draft, column) in drafts.into_iter().zip(1..) {
            hours.extend(&draft.open);
            let free = self.free(&draft);
            grid.free.extend(free.into_iter().map(|(from, to)| Booked { column, from, to, what: () }));
            if draft.offers {
                let outside = week_time::outside(&draft.open).into_iter().map(|(from, to)| (from, to, Off::Hours));
                let closed = outside.chain(draft.shut.iter().cloned());
                grid.closed.extend(closed.map(|(from, to, what)| Booked { column, from, to, what }));
            }
            self.draw_items(&mut grid, &mut hours, &draft, column);
            grid.columns.push(draft.column);
        }
        // The grid's first row is the first hour: what stands there takes the whole of it.
        let edges = hours.iter().fold((1_440, 0), |(first, last), (from, to)| (first.min(*from), last.max(*to)));
        if edges.0 < edges.1 {
            (grid.first_hour, grid.last_hour) = (edges.0 / 60, (edges.1 + 59) / 60);
        }
        let today = self.zone.date(self.now);
        if days.contains(&today) {
            let of_today = |(column, place): (&Column, usize)| (column.date == today).then_some(place);
            let columns = grid.columns.iter().zip(1..).filter_map(of_today).collect();
            grid.now = Some((week_time::minute(self.zone, self.now), columns));
        }
        grid
    }

    fn draw_items(&self, grid: &mut WeekGrid<'a>, hours: &mut Vec<Stretch>, draft: &DraftColumn<'a>, column: usize) {
        let mut drawn = Vec::new();
        for what in &draft.items {
            let (starts_at, ends_at) = what.span();
            let Some(day) = week_time::on_day(self.zone, draft.column.date, starts_at, ends_at) else { continue };
            hours.push((day.from, day.to));
            match what.session() {
                Some(session) if !self.cut.leaves(session, self.places) => {
                    if session.status != SessionStatus::Cancelled {
                        grid.filtered.insert(session.id);
                        grid.closed.push(Booked { column, from: day.from, to: day.to, what: Off::Filtered });
                    }
                }
                _ => drawn.push((*what, day)),
            }
        }
        let spans: Vec<Stretch> = drawn.iter().map(|(_, day)| (day.from, day.to)).collect();
        for ((what, day), lane) in drawn.into_iter().zip(week_lanes::lanes(&spans)) {
            let what = DrawnBlock { what, lane, cut: (day.began_before, day.goes_on) };
            grid.blocks.push(Booked { column, from: day.from, to: day.to, what });
        }
    }
}

impl DraftColumn<'_> {
    /// Of what has no opening hours: nothing can be booked there, and nothing is closed.
    fn without_hours(column: Column) -> Self {
        Self { column, open: Vec::new(), shut: Vec::new(), items: Vec::new(), apart: 0, offers: false }
    }
}

#[cfg(test)]
#[path = "week_tests.rs"]
mod tests;

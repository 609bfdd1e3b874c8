//! One day of a center as a grid: rooms are columns, time runs down in steps of five minutes.

use super::types::{Session, SessionStatus};
use crate::clock::{Date, Timestamp, Zone};
use crate::rooms::{Closure, Room, RoomId};

/// Five minutes: the grid's step.
const STEP: i64 = 5;

/// A free stretch shorter than this offers nothing worth booking.
const LEAST_FREE: i64 = 30;

/// The hours shown where nothing says otherwise.
const USUAL: (i64, i64) = (8, 21);

/// What stands in a column from one step to another.
#[derive(Debug, PartialEq, Eq)]
pub struct Booked<T> {
    /// 1 for the first room.
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

    /// The first quarter of an hour in it, which is what people book.
    pub fn rounded_start(&self) -> i64 {
        (self.from + 14) / 15 * 15
    }

    pub fn end_step(&self) -> i64 {
        (self.to + STEP - 1) / STEP
    }
}

/// Why a stretch is hatched: by the opening hours, or for a reason.
pub type Closed = Option<String>;

/// A column's head. A room out of use has a column on the days that it had sessions.
#[derive(Clone, Debug)]
pub struct Column {
    pub id: RoomId,
    pub name: String,
    pub capacity: Option<i64>,
}

pub struct DayGrid<'a> {
    pub columns: Vec<Column>,
    pub first_hour: i64,
    pub last_hour: i64,
    pub closed: Vec<Booked<Closed>>,
    pub free: Vec<Booked<RoomId>>,
    pub blocks: Vec<Booked<&'a Session>>,
    /// None on other days than today.
    now: Option<i64>,
}

impl DayGrid<'_> {
    /// Where the line of the present is drawn, in minutes after midnight.
    pub fn now_line(&self) -> Option<i64> {
        self.now
    }
}

/// The day `date` of a center's rooms. Skipped sessions are not shown; a cancelled one only where its room stands empty.
pub fn day<'a>(
    rooms: &[Room],
    closures: &[Closure],
    sessions: &'a [Session],
    zone: Zone,
    date: Date,
    now: Timestamp,
) -> DayGrid<'a> {
    let shown = shown(sessions, date);
    let columns = columns(rooms, &shown);
    let place =
        |session: &Session| columns.iter().position(|column| Some(column.id) == session.room_id).map_or(1, |at| at + 1);
    let blocks: Vec<Booked<&Session>> = shown
        .iter()
        .map(|session| {
            let slot = session.slot();
            Booked { column: place(session), from: slot.from, to: slot.to.min(1_440), what: *session }
        })
        .collect();
    let hours = rooms.iter().flat_map(|room| room.hours.on(date).iter().copied());
    let spans = hours.chain(blocks.iter().map(|block| (block.from, block.to)));
    let (first, last) = spans.fold((i64::MAX, 0), |(first, last), (from, to)| (first.min(from), last.max(to)));
    let (first_hour, last_hour) = if last == 0 { USUAL } else { (first / 60, (last + 59) / 60) };
    let mut grid = DayGrid { columns, first_hour, last_hour, closed: Vec::new(), free: Vec::new(), blocks, now: None };
    let today = zone.date(now) == date;
    let past = if today {
        zone.midnight(date).minutes_until(now)
    } else if date < zone.date(now) {
        1_440
    } else {
        0
    };
    for (index, room) in rooms.iter().enumerate() {
        let closed = closed(room, closures, zone, date);
        grid.free.extend(free(room, index + 1, &closed, &grid.blocks, past));
        grid.closed.extend(closed.into_iter().map(|(from, to, what)| Booked { column: index + 1, from, to, what }));
    }
    grid.now = today.then_some(past);
    grid
}

fn shown(sessions: &[Session], date: Date) -> Vec<&Session> {
    let stands = |session: &Session| matches!(session.status, SessionStatus::Planned | SessionStatus::Completed);
    let in_a_room = |session: &&Session| session.local_date == date && session.room_id.is_some();
    let here: Vec<&Session> = sessions.iter().filter(in_a_room).collect();
    let mut shown: Vec<&Session> = here.iter().copied().filter(|session| stands(session)).collect();
    for session in here.into_iter().filter(|session| session.status == SessionStatus::Cancelled) {
        let covered = |other: &&Session| {
            other.room_id == session.room_id && other.starts_at < session.ends_at && session.starts_at < other.ends_at
        };
        if !shown.iter().any(covered) {
            shown.push(session);
        }
    }
    shown.sort_by_key(|session| (session.starts_at, session.id));
    shown
}

fn columns(rooms: &[Room], shown: &[&Session]) -> Vec<Column> {
    let mut columns: Vec<Column> = rooms
        .iter()
        .map(|room| Column { id: room.id, name: room.name.clone(), capacity: Some(room.capacity) })
        .collect();
    for session in shown {
        if let Some(id) = session.room_id
            && !columns.iter().any(|column| column.id == id)
        {
            columns.push(Column { id, name: session.room.clone(), capacity: None });
        }
    }
    columns
}

/// The stretches of the day at which the room is closed: outside its spans, and within them by a closure.
fn closed(room: &Room, closures: &[Closure], zone: Zone, date: Date) -> Vec<(i64, i64, Closed)> {
    let open = room.hours.on(date);
    let edges = std::iter::once(0).chain(open.iter().flat_map(|(opens, closes)| [*opens, *closes])).chain([1_440]);
    let edges: Vec<i64> = edges.collect();
    let mut closed: Vec<(i64, i64, Closed)> = edges.chunks_exact(2).map(|gap| (gap[0], gap[1], None)).collect();
    closed.retain(|(from, to, _)| from < to);
    let (dawn, dusk) = (zone.midnight(date), zone.midnight(date.plus_days(1)));
    for closure in closures.iter().filter(|closure| closure.room_id == room.id) {
        if closure.starts_at < dusk && dawn < closure.ends_at {
            let minute = |at: Timestamp| dawn.minutes_until(at.clamp(dawn, dusk)).min(1_440);
            for (opens, closes) in open {
                let (from, to) = (minute(closure.starts_at).max(*opens), minute(closure.ends_at).min(*closes));
                if from < to {
                    closed.push((from, to, Some(closure.reason.clone())));
                }
            }
        }
    }
    closed
}

/// The stretches in which the room could be booked, its buffer around every session left out, from minute `past` on.
fn free(
    room: &Room,
    column: usize,
    closed: &[(i64, i64, Closed)],
    blocks: &[Booked<&Session>],
    past: i64,
) -> Vec<Booked<RoomId>> {
    // Both sessions keep the buffer, so two of them lie between.
    let apart = 2 * room.buffer_minutes;
    let booked = blocks
        .iter()
        .filter(|block| block.column == column && block.what.status != SessionStatus::Cancelled)
        .map(|block| (block.from - apart, block.to + apart));
    let mut taken: Vec<(i64, i64)> = closed.iter().map(|(from, to, _)| (*from, *to)).chain(booked).collect();
    taken.push((0, past));
    taken.push((1_440, 1_440));
    taken.sort_unstable();
    let mut free = Vec::new();
    let mut reached = 0;
    for (from, to) in taken {
        if from - reached >= LEAST_FREE {
            free.push(Booked { column, from: reached, to: from, what: room.id });
        }
        reached = reached.max(to);
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::centers::CenterId;
    use crate::rooms::{RoomClass, RoomKindId, Weeks};

    fn room(buffer_minutes: i64) -> Room {
        let mut hours = Weeks::default();
        hours.from(Date::FIRST).add(5, 540, 1_080);
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
            buffer_minutes,
            hours,
        }
    }

    fn friday() -> Date {
        Date::parse("2026-07-03").unwrap()
    }

    #[test]
    fn a_free_day_offers_the_open_hours_and_hatches_the_rest() {
        let grid = day(&[room(0)], &[], &[], Zone::SHANGHAI, friday(), Timestamp(0));
        let free: Vec<_> = grid.free.iter().map(|span| (span.from, span.to)).collect();
        assert_eq!(free, [(540, 1_080)]);
        let closed: Vec<_> = grid.closed.iter().map(|span| (span.from, span.to)).collect();
        assert_eq!(closed, [(0, 540), (1_080, 1_440)]);
        assert_eq!((grid.first_hour, grid.last_hour), (9, 18));
    }

    #[test]
    fn the_past_cannot_be_booked_and_a_closure_is_hatched() {
        let noon = Zone::SHANGHAI.at_minute(friday(), 720);
        let repairs = Closure {
            id: crate::rooms::ClosureId(1),
            room_id: RoomId(1),
            starts_at: Zone::SHANGHAI.at_minute(friday(), 840),
            ends_at: Zone::SHANGHAI.midnight(friday().plus_days(3)),
            reason: "维修".into(),
        };
        let grid = day(&[room(0)], &[repairs], &[], Zone::SHANGHAI, friday(), noon);
        let free: Vec<_> = grid.free.iter().map(|span| (span.from, span.to)).collect();
        assert_eq!(free, [(720, 840)]);
        assert_eq!(grid.closed.last().map(|span| (span.from, span.to)), Some((840, 1_080)));
        assert_eq!(grid.now, Some(720));
    }

    #[test]
    fn a_day_without_hours_shows_the_usual_ones() {
        let saturday = friday().plus_days(1);
        let grid = day(&[room(0)], &[], &[], Zone::SHANGHAI, saturday, Timestamp(0));
        assert_eq!((grid.first_hour, grid.last_hour, grid.free.len()), (8, 21, 0));
    }
}

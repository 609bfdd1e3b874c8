//! The grid's rules, without a database.

use super::super::title::Title;
use super::super::types::{ActivityId, BookingId, BookingKind, ServiceKindId};
use super::*;
use crate::centers::CenterId;
use crate::fields::Fields;
use crate::rooms::{RoomClass, RoomKindId, Weeks};
use crate::store::Flag;

/// Friday 3 July 2026. Rooms are open on Fridays from 9:00 to 18:00.
fn friday() -> Date {
    Date::parse("2026-07-03").unwrap()
}

fn room(id: i64, buffer_minutes: i64) -> Room {
    let mut hours = Weeks::default();
    hours.from(Date::FIRST).add(5, 540, 1_080);
    Room {
        id: RoomId(id),
        center_id: CenterId(1),
        name: format!("{id} 号室"),
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

/// A planned session of `day`, from one minute after its midnight to another, which may be of the next day.
fn session(id: i64, day: Date, from: i64, to: i64) -> Session {
    let at = |minute: i64| match minute {
        0..=1_440 => Zone::SHANGHAI.at_minute(day, minute),
        _ => Zone::SHANGHAI.at_minute(day.plus_days(1), minute - 1_440),
    };
    Session {
        id: SessionId(id),
        activity_id: ActivityId(1),
        center_id: CenterId(1),
        center: "罗沙".into(),
        zone: Zone::SHANGHAI,
        title: Title::of("合唱团"),
        kind_id: ServiceKindId(3),
        description: None,
        published: Flag::from(true),
        room_id: None,
        room: String::new(),
        worker_id: None,
        worker: None,
        team_id: None,
        team: None,
        starts_at: at(from),
        ends_at: at(to),
        local_date: day,
        capacity: None,
        status: SessionStatus::Planned,
        reason: None,
        check_in_token: String::new(),
        summary: None,
        closed_at: None,
        sequence: 0,
        updated_at: Timestamp(0),
        rotating: Flag::default(),
    }
}

/// What is read for a grid, to be changed by a test.
struct World {
    rooms: Vec<Room>,
    closures: Vec<Closure>,
    sessions: Vec<Session>,
    places: SessionPlaces,
    others: Vec<OtherBooking>,
    cut: WeekCut,
    now: Timestamp,
}

impl World {
    fn of(rooms: impl IntoIterator<Item = i64>) -> Self {
        Self {
            rooms: rooms.into_iter().map(|id| room(id, 0)).collect(),
            closures: Vec::new(),
            sessions: Vec::new(),
            places: SessionPlaces::default(),
            others: Vec::new(),
            cut: WeekCut::read(&Fields::default()),
            now: Timestamp(0),
        }
    }

    fn with(mut self, session: Session, rooms: &[i64]) -> Self {
        for room in rooms {
            self.places.add(session.id, RoomId(*room), format!("{room} 号室"));
        }
        self.sessions.push(session);
        self
    }

    fn cut(mut self, query: &str) -> Self {
        self.cut = WeekCut::read(&Fields::from_form(query));
        self
    }

    fn seen(&self) -> SeenWeek<'_> {
        SeenWeek {
            rooms: &self.rooms,
            closures: &self.closures,
            sessions: &self.sessions,
            places: &self.places,
            others: &self.others,
            cut: &self.cut,
            zone: Zone::SHANGHAI,
            now: self.now,
        }
    }
}

fn blocks(grid: &WeekGrid<'_>) -> Vec<(usize, i64, i64)> {
    grid.blocks.iter().map(|block| (block.column, block.from, block.to)).collect()
}

fn spans<T>(booked: &[Booked<T>]) -> Vec<(i64, i64)> {
    booked.iter().map(|span| (span.from, span.to)).collect()
}

#[test]
fn a_free_day_offers_the_open_hours_and_hatches_the_rest() {
    let world = World::of([1]);
    let grid = world.seen().rooms_of(friday());
    assert_eq!(spans(&grid.free), [(540, 1_080)]);
    assert_eq!(spans(&grid.closed), [(0, 540), (1_080, 1_440)]);
    assert_eq!((grid.first_hour, grid.last_hour), (9, 18));
    let halves = grid.halves();
    assert_eq!((halves.len(), halves[10].from, halves[10].what.room), (18, 840, Some(RoomId(1))), "14:00 is a place");
    assert!(halves[0].what.is_first && !halves[1].what.is_first);
}

#[test]
fn the_past_cannot_be_booked_and_a_closure_is_hatched() {
    let mut world = World::of([1]);
    world.now = Zone::SHANGHAI.at_minute(friday(), 720);
    world.closures.push(Closure {
        id: crate::rooms::ClosureId(1),
        room_id: RoomId(1),
        starts_at: Zone::SHANGHAI.at_minute(friday(), 840),
        ends_at: Zone::SHANGHAI.midnight(friday().plus_days(3)),
        reason: "维修".into(),
    });
    let grid = world.seen().rooms_of(friday());
    assert_eq!(spans(&grid.free), [(720, 840)]);
    let last = grid.closed.last().unwrap();
    assert_eq!((last.from, last.to, last.what.reason()), (840, 1_080, Some("维修")));
    assert_eq!(grid.now_lines(), [(720, 1)]);
}

#[test]
fn a_day_without_hours_shows_the_usual_ones() {
    let world = World::of([1]);
    let grid = world.seen().rooms_of(friday().plus_days(1));
    assert_eq!((grid.first_hour, grid.last_hour, grid.free.len()), (8, 21, 0));
}

/// A14: at 01:28 nothing is drawn at 8:00.
#[test]
fn the_line_of_the_present_is_drawn_within_the_hours_shown_only() {
    let mut world = World::of([1, 2]);
    for (minute, lines) in [(88, 0), (539, 0), (540, 2), (1_079, 2), (1_080, 0)] {
        world.now = Zone::SHANGHAI.at_minute(friday(), minute);
        assert_eq!(world.seen().rooms_of(friday()).now_lines().len(), lines, "minute {minute}");
    }
    world.now = Zone::SHANGHAI.at_minute(friday(), 600);
    let monday = friday().monday();
    assert_eq!(world.seen().week_of_room(&world.rooms[0], monday).now_lines(), [(600, 5)], "on Friday's column alone");
    assert_eq!(world.seen().week_of_room(&world.rooms[0], monday.plus_days(7)).now_lines(), []);
}

/// A13: what has a booking has a column; what has none is folded, and listed with what it has free.
#[test]
fn rooms_without_bookings_are_folded_and_named() {
    let world = World::of(1..=9).with(session(1, friday(), 600, 660), &[4]).with(session(2, friday(), 600, 660), &[9]);
    let grid = world.seen().rooms_of(friday());
    let shown: Vec<_> = grid.columns.iter().filter_map(|column| column.room).collect();
    assert_eq!(shown, [RoomId(4), RoomId(9)]);
    assert_eq!(grid.folded.iter().map(|room| room.id.0).collect::<Vec<_>>(), [1, 2, 3, 5, 6, 7, 8]);
    assert_eq!(grid.folded[0].free, [(540, 1_080)]);
    assert_eq!(blocks(&grid), [(1, 600, 660), (2, 600, 660)]);

    let world = world.cut("all=1");
    let grid = world.seen().rooms_of(friday());
    assert_eq!((grid.columns.len(), grid.folded.len()), (9, 0));
    let empty = World::of(1..=9);
    assert_eq!(empty.seen().rooms_of(friday()).columns.len(), 9, "an empty day folds nothing");
}

#[test]
fn a_session_in_two_rooms_stands_in_both_and_is_listed_once() {
    let world = World::of([1, 2, 3]).with(session(1, friday(), 600, 660), &[1, 3]);
    let grid = world.seen().rooms_of(friday());
    assert_eq!(blocks(&grid), [(1, 600, 660), (2, 600, 660)]);
    assert_eq!(grid.of_day(&friday()).len(), 1);
    assert_eq!(grid.folded.len(), 1);
}

#[test]
fn what_is_in_no_room_and_in_a_room_out_of_use_has_its_column() {
    let world = World::of([1])
        .with(session(1, friday(), 600, 660), &[])
        .with(session(2, friday(), 600, 660), &[7])
        .with(session(3, friday(), 700, 760), &[1]);
    let grid = world.seen().rooms_of(friday());
    let names: Vec<_> = grid.columns.iter().map(|column| column.name.as_deref()).collect();
    assert_eq!(names, [Some("1 号室"), Some("7 号室"), None]);
    assert_eq!(grid.blocks.len(), 3, "all of the day are seen");
}

#[test]
fn over_midnight_it_is_cut_and_goes_on_the_next_day() {
    let world = World::of([1]).with(session(1, friday(), 1_320, 1_500), &[1]);
    let tonight = world.seen().rooms_of(friday());
    assert_eq!(blocks(&tonight), [(1, 1_320, 1_440)]);
    assert_eq!((tonight.blocks[0].what.cut, tonight.last_hour), ((false, true), 24));
    let tomorrow = world.seen().rooms_of(friday().plus_days(1));
    assert_eq!(blocks(&tomorrow), [(1, 0, 60)]);
    assert_eq!((tomorrow.blocks[0].what.cut, tomorrow.first_hour), ((true, false), 0));
    let week = world.seen().week_of_room(&world.rooms[0], friday().monday());
    assert_eq!(blocks(&week), [(5, 1_320, 1_440), (6, 0, 60)]);
    assert_eq!(week.of_day(&friday().plus_days(1)).len(), 1);
    let sunday = World::of([1]).with(session(1, friday().plus_days(2), 1_320, 1_500), &[1]);
    let next = sunday.seen().week_of_room(&sunday.rooms[0], friday().monday().plus_days(7));
    assert_eq!(blocks(&next), [(1, 0, 60)], "into the next week too");
}

#[test]
fn a_cancelled_session_is_shown_where_its_room_stands_empty() {
    let cancelled = |id| Session { status: SessionStatus::Cancelled, ..session(id, friday(), 600, 660) };
    let world = World::of([1, 2]).with(cancelled(1), &[1]).with(session(2, friday(), 630, 690), &[1]);
    assert_eq!(blocks(&world.seen().rooms_of(friday())), [(1, 630, 690)]);
    let world = World::of([1, 2]).with(cancelled(1), &[1]);
    let grid = world.seen().rooms_of(friday());
    assert_eq!((blocks(&grid), spans(&grid.free)), (vec![(1, 600, 660)], vec![(540, 1_080)]), "and it can be booked");
    let skipped = Session { status: SessionStatus::Skipped, ..session(1, friday(), 600, 660) };
    assert_eq!(World::of([1]).with(skipped, &[1]).seen().rooms_of(friday()).blocks.len(), 0);
}

#[test]
fn other_bookings_are_drawn_and_take_their_place() {
    let mut world = World::of([1, 2]);
    world.others.push(OtherBooking {
        id: BookingId(1),
        room_id: RoomId(2),
        kind: BookingKind::Meeting,
        label: Some("例会".into()),
        worker_id: None,
        service: None,
        service_en: None,
        starts_at: Zone::SHANGHAI.at_minute(friday(), 540),
        ends_at: Zone::SHANGHAI.at_minute(friday(), 600),
    });
    let grid = world.seen().rooms_of(friday());
    assert_eq!((grid.columns[0].room, blocks(&grid)), (Some(RoomId(2)), vec![(1, 540, 600)]));
    assert_eq!(spans(&grid.free), [(600, 1_080)]);
    assert_eq!(grid.blocks[0].what.what.other().and_then(|other| other.label.as_deref()), Some("例会"));
}

#[test]
fn the_buffers_of_a_room_are_not_free() {
    let mut world = World::of([]).with(session(1, friday(), 600, 660), &[1]);
    world.rooms.push(room(1, 15));
    assert_eq!(spans(&world.seen().rooms_of(friday()).free), [(540, 570), (690, 1_080)]);
}

/// What is left out by a filter still takes its room, and is counted.
#[test]
fn what_the_filters_leave_out_is_hatched_and_counted() {
    let choir = Session { kind_id: ServiceKindId(5), ..session(1, friday(), 600, 660) };
    let world = World::of([1, 2]).with(choir, &[1]).with(session(2, friday(), 700, 760), &[1]).cut("kind=5");
    let grid = world.seen().rooms_of(friday());
    assert_eq!((blocks(&grid), grid.filtered()), (vec![(1, 600, 660)], 1));
    assert!(grid.closed.iter().any(|off| off.what.is_filtered() && (off.from, off.to) == (700, 760)));
    assert_eq!(spans(&grid.free), [(540, 600), (660, 700), (760, 1_080)]);

    let world = World::of([1, 2])
        .with(session(1, friday(), 600, 660), &[1])
        .with(session(2, friday(), 700, 760), &[2])
        .cut("room=2");
    let grid = world.seen().rooms_of(friday());
    assert_eq!((blocks(&grid), grid.filtered(), grid.folded.len()), (vec![(1, 700, 760)], 1, 1));
}

#[test]
fn a_workers_week_shows_two_places_at_once_beside_each_other() {
    let led = |id, from, to| Session { worker_id: Some(WorkerId(7)), ..session(id, friday(), from, to) };
    let world = World::of([1, 2])
        .with(led(1, 600, 690), &[1])
        .with(led(2, 660, 720), &[2])
        .with(session(3, friday(), 600, 660), &[2]);
    let grid = world.seen().week_of_worker(WorkerId(7), friday().monday());
    assert_eq!(blocks(&grid), [(5, 600, 690), (5, 660, 720)]);
    let lanes: Vec<_> = grid.blocks.iter().map(|block| (block.what.lane.place, block.what.lane.of)).collect();
    assert_eq!(lanes, [(1, 2), (2, 2)]);
    assert_eq!(spans(&grid.free), [(540, 600), (720, 1_080)]);
    assert_eq!(grid.filtered(), 0, "others' sessions are no part of it");
}

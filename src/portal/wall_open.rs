//! When a room that stands open is not open as its line on the wall says: it is closed, or a day was taken out or moved by hand. Told by
//! dates alone: why, may be nobody's business.

use chrono::Datelike as _;

use crate::clock::{Date, Zone};
use crate::open_rooms::{OpenDayNow, OpenRoom, OpenRoomId, rules, span_text};
use crate::rooms::Closure;

/// What is otherwise, on days of the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OpenChange {
    /// Closed on these days, `12–16` or `12`, and where it is a part of the day, from when to when.
    Closed(String, Option<String>),
    /// Taken out by hand.
    Off(String, Option<String>),
    /// Of one day: on which day, from when to when, and where else, if it is in another room.
    Moved(u32, Date, String, Option<String>),
}

/// What is otherwise on the days of [from, to), room by room.
pub(super) fn changes(
    zone: Zone,
    (from, to): (Date, Date),
    open: &[OpenRoom],
    (made, closures): (&[OpenDayNow], &[Closure]),
) -> Vec<(OpenRoomId, OpenChange)> {
    let mut all = Vec::new();
    for one in open {
        let ended = one.ended_on.map_or(to, |ended| ended.min(to));
        let within = (from.max(one.since), ended);
        let of = closures.iter().filter(|closure| closure.room_id == one.room_id);
        all.extend(of.filter_map(|closure| closed(zone, within, closure)).map(|change| (one.id, change)));
        let days: Vec<&OpenDayNow> = made.iter().filter(|day| day.open_room_id == one.id).collect();
        all.extend(by_hand(zone, &one.room, &days).into_iter().map(|change| (one.id, change)));
    }
    all
}

fn closed(zone: Zone, (from, to): (Date, Date), closure: &Closure) -> Option<OpenChange> {
    let span = (closure.starts_at, closure.ends_at);
    let days: Vec<Date> = from.until(to).filter(|day| rules::on_day(zone, *day, span).is_some()).collect();
    let (first, last) = (*days.first()?, *days.last()?);
    if first != last {
        return Some(OpenChange::Closed(format!("{}–{}", first.0.day(), last.0.day()), None));
    }
    let hours = rules::on_day(zone, first, span).filter(|hours| *hours != (0, 1_440)).map(span_text);
    Some(OpenChange::Closed(first.0.day().to_string(), hours))
}

fn by_hand(zone: Zone, room: &str, days: &[&OpenDayNow]) -> Vec<OpenChange> {
    let mut found = Vec::new();
    for day in days.chunk_by(|one, next| one.local_date == next.local_date) {
        let whole = day.iter().all(|span| span.is_off());
        if let Some(first) = day.first().filter(|_| whole) {
            found.push(OpenChange::Off(first.local_date.0.day().to_string(), None));
            continue;
        }
        for span in day {
            let number = span.local_date.0.day();
            if span.is_off() {
                found.push(OpenChange::Off(number.to_string(), Some(span_text((span.opens, span.closes)))));
            } else if span.is_moved(zone, room) {
                let (starts, ends) = (zone.local(span.starts_at), zone.local(span.ends_at));
                let hours = format!("{}–{}", starts.format("%H:%M"), ends.format("%H:%M"));
                let elsewhere = span.room.clone().filter(|now| now != room);
                found.push(OpenChange::Moved(number, zone.date(span.starts_at), hours, elsewhere));
            }
        }
    }
    found
}

//! Reading a room's form: the same for a new room and for a revised one, for pages and API. And that of many new rooms.

use std::ops::RangeInclusive;

use super::hours::Span;
use super::types::{RoomDetails, RoomFeature, RoomKind, RoomKindId};
use super::{WeekHours, rules};
use crate::error::{Error, Fault, Result};
use crate::fields::{Fields, Reader, parse};

/// What a room is, whenever it is open.
pub struct RoomFacts {
    pub name: String,
    pub kind: RoomKindId,
    pub area_m2: i64,
    pub capacity: i64,
    pub buffer_minutes: i64,
    pub details: RoomDetails,
}

/// A new room: with its first week.
pub struct RoomInput {
    pub facts: RoomFacts,
    pub hours: WeekHours,
}

/// Fields `name kind area_m2 capacity buffer_minutes floor directions features`, and the hours as [`week`] reads them.
pub fn room(fields: &Fields) -> Result<RoomInput> {
    let mut read = fields.read();
    let facts = read_facts(&mut read);
    let hours = week(&mut read, fields);
    read.finish(|| Some(RoomInput { facts: facts?, hours }))
}

/// The same without the hours, which have a first day of their own.
pub fn facts(fields: &Fields) -> Result<RoomFacts> {
    let mut read = fields.read();
    let facts = read_facts(&mut read);
    read.finish(|| facts)
}

pub(super) fn read_facts(read: &mut Reader<'_>) -> Option<RoomFacts> {
    let name = read.required("name", parse::line(40));
    let kind = read.required("kind", parse::choice);
    let area_m2 = read.required("area_m2", parse::integer(1..=20_000));
    let capacity = read.required("capacity", parse::integer(1..=5_000));
    let buffer_minutes = read.optional("buffer_minutes", parse::integer(0..=240));
    let floor = read.optional("floor", parse::line(20));
    let directions = read.optional("directions", parse::line(200));
    let features = read.every("features", parse::choice::<RoomFeature>);
    let details = RoomDetails { floor: floor?, directions: directions?, features: features?.into_iter().collect() };
    Some(RoomFacts {
        name: name?,
        kind: kind?,
        area_m2: area_m2?,
        capacity: capacity?,
        buffer_minutes: buffer_minutes?.unwrap_or(0),
        details,
    })
}

/// For each weekday 1 to 7 `hours.N.opens` and `hours.N.closes`, as often as the room opens on that day. A program may also
/// send every span by itself, as `week`.
pub(super) fn week(read: &mut Reader<'_>, fields: &Fields) -> WeekHours {
    let mut hours = WeekHours::default();
    for weekday in 1..=7 {
        let closes = format!("hours.{weekday}.closes");
        let sent = spans(read, fields, (&format!("hours.{weekday}.opens"), &closes));
        add(read, &mut hours, &closes, sent.into_iter().map(|span| (weekday, span)));
    }
    let weekdays = read.every("week.weekday", parse::integer(1..=7)).unwrap_or_default();
    let week = spans(read, fields, ("week.opens", "week.closes"));
    if weekdays.len() == week.len() {
        add(read, &mut hours, "week.closes", weekdays.into_iter().zip(week));
    } else {
        read.fault::<()>("week.weekday", Fault::new("field.required"));
    }
    hours
}

/// The name of a field in the row of `kind`, `name.3`: of those who add a room of each kind at once.
pub fn in_row(field: &str, kind: RoomKindId) -> String {
    format!("{field}.{kind}")
}

/// The days that open alike where many rooms are added at once, and the fields of their hours.
const ALIKE: [(RangeInclusive<i64>, &str, &str); 2] =
    [(1..=5, "weekdays.opens", "weekdays.closes"), (6..=7, "weekend.opens", "weekend.closes")];

/// What the form of many rooms proposes: a room of each kind, called like it, open every day. How large a room is nobody
/// can guess, and a guess would count towards the floor area.
pub fn proposal(kinds: &[RoomKind]) -> Fields {
    let mut fields = Fields::default();
    for kind in kinds {
        fields.add(&in_row("add", kind.id), "1");
        fields.add(&in_row("name", kind.id), &kind.name);
        fields.add(&in_row("capacity", kind.id), &rules::usual_capacity(kind).to_string());
    }
    for (_, opens, closes) in ALIKE {
        fields.add(opens, "08:30");
        fields.add(closes, "21:00");
    }
    fields
}

/// Fields `add name area_m2 capacity` in the row of each of these kinds, read where `add` is ticked; and for all of them
/// `weekdays.opens`, `weekdays.closes`, `weekend.opens` and `weekend.closes`, the last two perhaps empty.
///
/// # Errors
/// `Refused("no_room_ticked")` where no row is.
pub fn rooms(fields: &Fields, kinds: &[RoomKind]) -> Result<Vec<RoomInput>> {
    let mut read = fields.read();
    let ticked: Vec<RoomKindId> =
        kinds.iter().map(|kind| kind.id).filter(|kind| read.flag(&in_row("add", *kind))).collect();
    if ticked.is_empty() {
        return Err(Error::refused("no_room_ticked"));
    }
    let rows: Vec<_> = ticked
        .into_iter()
        .map(|kind| {
            let name = read.required(&in_row("name", kind), parse::line(40));
            let area_m2 = read.required(&in_row("area_m2", kind), parse::integer(1..=20_000));
            let capacity = read.required(&in_row("capacity", kind), parse::integer(1..=5_000));
            (kind, name, area_m2, capacity)
        })
        .collect();
    let hours = hours_alike(&mut read, fields);
    read.finish(|| {
        rows.into_iter()
            .map(|(kind, name, area_m2, capacity)| {
                let details = RoomDetails::default();
                let (name, area_m2, capacity) = (name?, area_m2?, capacity?);
                let facts = RoomFacts { name, kind, area_m2, capacity, buffer_minutes: 0, details };
                Some(RoomInput { facts, hours: hours.clone() })
            })
            .collect()
    })
}

/// The same hours on all weekdays, and perhaps on both days of the weekend.
fn hours_alike(read: &mut Reader<'_>, fields: &Fields) -> WeekHours {
    let mut hours = WeekHours::default();
    for (days, opens, closes) in ALIKE {
        let (first, mut one_day) = (*days.start(), WeekHours::default());
        let sent = spans(read, fields, (opens, closes));
        if first == 1 && fields.get(opens).is_empty() && fields.get(closes).is_empty() {
            read.fault::<()>(opens, Fault::new("field.required"));
        }
        add(read, &mut one_day, closes, sent.into_iter().map(|span| (first, span)));
        for day in days {
            one_day.on(first).iter().for_each(|(from, to)| hours.add(day, *from, *to));
        }
    }
    hours
}

/// The spans whose ends stand one after the other in two fields. Where a form left both ends empty there is none.
fn spans(read: &mut Reader<'_>, fields: &Fields, (opens, closes): (&str, &str)) -> Vec<Span> {
    let (from, to) = (fields.all(opens), fields.all(closes));
    let mut spans = Vec::new();
    for index in 0..from.len().max(to.len()) {
        let end = |sent: &[String]| sent.get(index).cloned().unwrap_or_default();
        let (from, to) = (end(from), end(to));
        if from.is_empty() && to.is_empty() {
            continue;
        }
        if let (Some(from), Some(to)) =
            (time(read, opens, &from, parse::minute_of_day), time(read, closes, &to, parse::end_of_span))
        {
            spans.push((from, to));
        }
    }
    spans
}

fn time(read: &mut Reader<'_>, name: &str, text: &str, parse: impl FnOnce(&str) -> Result<i64, Fault>) -> Option<i64> {
    let time = if text.is_empty() { Err(Fault::new("field.required")) } else { parse(text) };
    time.map_or_else(|fault| read.fault(name, fault), Some)
}

/// Opens the room for these spans too, as long as each ends after it begins and lies apart from the others.
fn add(read: &mut Reader<'_>, hours: &mut WeekHours, name: &str, spans: impl Iterator<Item = (i64, Span)>) {
    for (weekday, (from, to)) in spans {
        if to <= from {
            read.fault::<()>(name, Fault::new("field.closes_before_opening"));
        } else if hours.on(weekday).iter().any(|(opens, closes)| from <= *closes && *opens <= to) {
            read.fault::<()>(name, Fault::new("field.spans_meet"));
        } else {
            hours.add(weekday, from, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn read(hours: &str) -> Result<RoomInput> {
        room(&Fields::from_form(&format!("name=a&kind=1&area_m2=9&capacity=9&{hours}")))
    }

    fn spans(read: RoomInput) -> Vec<(i64, i64, i64)> {
        read.hours.spans().collect()
    }

    #[test]
    fn a_day_may_open_twice() {
        let (late, none, early) = ("opens=14:00&closes=00:00", "opens=&closes=", "opens=8:30&closes=12:00");
        let day = [late, none, early].join("&").replace("opens", "hours.1.opens").replace("closes", "hours.1.closes");
        assert_eq!(spans(read(&day).unwrap()), [(1, 510, 720), (1, 840, 1440)]);
        let sent = r#"{"name": "a", "kind": 1, "area_m2": 9, "capacity": 9, "week": [
            {"weekday": 2, "opens": "08:30", "closes": "12:00"}, {"weekday": 2, "opens": "14:00", "closes": "24:00"}]}"#;
        assert_eq!(spans(room(&Fields::from_json(sent).unwrap()).unwrap()), [(2, 510, 720), (2, 840, 1440)]);
    }

    #[test]
    fn spans_lie_apart_and_have_two_ends() {
        let morning = "hours.1.opens=8:00&hours.1.closes=12:00";
        for (hours, at, key) in [
            ("hours.1.opens=12:00&hours.1.closes=18:00", "hours.1.closes", "field.spans_meet"),
            ("hours.1.opens=9:00&hours.1.closes=10:00", "hours.1.closes", "field.spans_meet"),
            ("week.weekday=1&week.opens=9:00&week.closes=10:00", "week.closes", "field.spans_meet"),
            ("hours.2.opens=8:00&hours.2.closes=8:00", "hours.2.closes", "field.closes_before_opening"),
            ("hours.2.opens=8:00", "hours.2.closes", "field.required"),
            ("week.weekday=1&week.weekday=2&week.opens=18:00&week.closes=19:00", "week.weekday", "field.required"),
        ] {
            let Err(Error::Invalid(errors)) = read(&format!("{morning}&{hours}")) else { panic!("taken: {hours}") };
            assert_eq!(errors.get(at).map(|fault| fault.key), Some(key), "{hours}");
        }
    }
}

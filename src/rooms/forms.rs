//! Reading a room's form: the same for a new room and for a revised one, for pages and API.

use super::WeekHours;
use super::types::RoomKindId;
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};

pub struct RoomInput {
    pub name: String,
    pub kind: RoomKindId,
    pub area_m2: i64,
    pub capacity: i64,
    pub buffer_minutes: i64,
    pub hours: WeekHours,
}

/// Fields `name kind area_m2 capacity buffer_minutes` and, for each weekday 1 to 7, `hours.N.opens` and `hours.N.closes`, as
/// often as the room opens on that day. A program may also send every span by itself, as `week`.
pub fn room(fields: &Fields) -> Result<RoomInput> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(40));
    let kind = read.required("kind", parse::choice);
    let area_m2 = read.required("area_m2", parse::integer(1..=20_000));
    let capacity = read.required("capacity", parse::integer(1..=5_000));
    let buffer_minutes = read.optional("buffer_minutes", parse::integer(0..=240));
    let mut hours = WeekHours::default();
    for weekday in 1..=7 {
        let closes = format!("hours.{weekday}.closes");
        let sent = spans(&mut read, fields, (&format!("hours.{weekday}.opens"), &closes));
        add(&mut read, &mut hours, &closes, sent.into_iter().map(|span| (weekday, span)));
    }
    let weekdays = read.every("week.weekday", parse::integer(1..=7)).unwrap_or_default();
    let week = spans(&mut read, fields, ("week.opens", "week.closes"));
    if weekdays.len() == week.len() {
        add(&mut read, &mut hours, "week.closes", weekdays.into_iter().zip(week));
    } else {
        read.fault::<()>("week.weekday", Fault::new("field.required"));
    }
    read.finish(|| {
        Some(RoomInput {
            name: name?,
            kind: kind?,
            area_m2: area_m2?,
            capacity: capacity?,
            buffer_minutes: buffer_minutes?.unwrap_or(0),
            hours,
        })
    })
}

/// A time in which a room is open, in minutes after local midnight.
type Span = (i64, i64);

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

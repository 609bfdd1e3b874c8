//! Reading a room's form: the same for a new room and for a revised one, for pages and API.

use super::WeekHours;
use super::types::RoomKindId;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};

pub struct RoomInput {
    pub name: String,
    pub kind: RoomKindId,
    pub area_m2: i64,
    pub capacity: i64,
    pub buffer_minutes: i64,
    pub hours: WeekHours,
}

/// Fields `name kind area_m2 capacity buffer_minutes` and, for each weekday 1 to 7, `hours.N.opens` and `hours.N.closes`.
pub fn room(fields: &Fields) -> Result<RoomInput> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(40));
    let kind = read.required("kind", parse::choice);
    let area_m2 = read.required("area_m2", parse::integer(1..=20_000));
    let capacity = read.required("capacity", parse::integer(1..=5_000));
    let buffer_minutes = read.optional("buffer_minutes", parse::integer(0..=240));
    let mut hours = WeekHours::default();
    for weekday in 1..=7 {
        let opens = format!("hours.{weekday}.opens");
        let closes = format!("hours.{weekday}.closes");
        if fields.get(&opens).is_empty() && fields.get(&closes).is_empty() {
            continue;
        }
        if let (Some(from), Some(to)) =
            (read.required(&opens, parse::minute_of_day), read.required(&closes, parse::end_of_span))
        {
            if from < to {
                hours.add(weekday, from, to);
            } else {
                read.fault::<()>(&closes, Fault::new("field.closes_before_opening"));
            }
        }
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

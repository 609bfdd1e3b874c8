//! Reading when rooms are open: a week from its first day on, an extra opening, a closure; for one room or several.

use super::types::{Room, RoomId};
use super::{WeekHours, forms};
use crate::centers::Center;
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};

/// A week of opening hours.
pub struct WeekInput {
    pub first_day: Date,
    /// Why, where it begins before today.
    pub reason: Option<String>,
    pub hours: WeekHours,
}

/// A time of some rooms, and why.
pub struct TimesInput {
    pub rooms: Vec<RoomId>,
    pub span: (Timestamp, Timestamp),
    pub reason: String,
}

/// Fields `first_day past_reason` and the hours, as [`forms::week`] reads them. A past that becomes otherwise wants a reason.
pub fn week(fields: &Fields, today: Date) -> Result<WeekInput> {
    let mut read = fields.read();
    let beginning = first_day(&mut read, "first_day", today);
    let hours = forms::week(&mut read, fields);
    read.finish(|| {
        let (first_day, reason) = beginning?;
        Some(WeekInput { first_day, reason, hours })
    })
}

/// A first day in the field `name`, and why in `past_reason`: before today hours do not begin without one.
pub(super) fn first_day(read: &mut Reader<'_>, name: &str, today: Date) -> Option<(Date, Option<String>)> {
    let day = read.required(name, parse::day(today, parse::PLANS));
    let reason = read.optional("past_reason", parse::line(80));
    if day.is_some_and(|day| day < today) && reason == Some(None) {
        return read.fault("past_reason", Fault::new("field.reason_for_the_past"));
    }
    Some((day?, reason?))
}

/// Fields `from starts to ends reason`: whole days where no time is said; and `rooms`, or `all` for every one of `rooms`.
pub fn closing(fields: &Fields, now: Now, center: &Center, rooms: &[Room]) -> Result<TimesInput> {
    let (zone, day) = (center.zone, parse::day(center.zone.date(now.0), parse::PLANS));
    let mut read = fields.read();
    let rooms = chosen(&mut read, fields, rooms);
    let (from, to) = (read.required("from", &day), read.required("to", &day));
    let starts = read.optional("starts", parse::minute_of_day);
    let ends = read.optional("ends", parse::end_of_span);
    let reason = read.required("reason", parse::line(80));
    let mut span = None;
    if let (Some(from), Some(to), Some(starts), Some(ends)) = (from, to, starts, ends) {
        let (begins, stops) = (zone.at_minute(from, starts.unwrap_or(0)), zone.at_minute(to, ends.unwrap_or(1_440)));
        match (to < from, begins < stops) {
            (true, _) => read.fault::<()>("to", Fault::new("field.ends_before_start")),
            (false, false) => read.fault("ends", Fault::new("field.ends_before_start")),
            (false, true) => {
                span = Some((begins, stops));
                None
            }
        };
    }
    read.finish(|| Some(TimesInput { rooms: rooms?, span: span?, reason: reason? }))
}

/// Fields `day opens closes why`, and `rooms` or `all` as for a closure.
pub fn opening(fields: &Fields, now: Now, center: &Center, rooms: &[Room]) -> Result<TimesInput> {
    let zone = center.zone;
    let mut read = fields.read();
    let rooms = chosen(&mut read, fields, rooms);
    let day = read.required("day", parse::day(zone.date(now.0), parse::PLANS));
    let starts = read.required("opens", parse::minute_of_day);
    let ends = read.required("closes", parse::end_of_span);
    let reason = read.required("why", parse::line(80));
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends <= starts
    {
        read.fault::<()>("closes", Fault::new("field.closes_before_opening"));
    }
    read.finish(|| {
        let (day, starts, ends) = (day?, starts?, ends?);
        Some(TimesInput {
            rooms: rooms?,
            span: (zone.at_minute(day, starts), zone.at_minute(day, ends)),
            reason: reason?,
        })
    })
}

/// Those of `rooms` that are meant. Where there is but one, it is.
fn chosen(read: &mut Reader<'_>, fields: &Fields, rooms: &[Room]) -> Option<Vec<RoomId>> {
    let ids: Vec<RoomId> = rooms.iter().map(|room| room.id).collect();
    let mut named = read.every("rooms", parse::choice::<RoomId>)?;
    named.sort_unstable();
    named.dedup();
    if read.flag("all") || (ids.len() == 1 && fields.all("rooms").is_empty()) {
        return Some(ids);
    }
    match named.as_slice() {
        [] => read.fault("rooms", Fault::new("field.required")),
        named if named.iter().any(|room| !ids.contains(room)) => read.fault("rooms", Fault::new("field.not_a_choice")),
        _ => Some(named),
    }
}

/// Why something of a list is taken back, in the field `name`.
pub fn why(fields: &Fields, name: &str) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required(name, parse::line(80));
    read.finish(|| reason)
}

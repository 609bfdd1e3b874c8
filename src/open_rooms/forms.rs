//! Reading declarations, changes and taps: the same for pages and API.

use std::ops::RangeInclusive;

use super::rules::DaySpan;
use super::types::OpenTerm;
use crate::activities::{Admission, Attributes, ServiceKind, Texts};
use crate::check_in::{RequestId, Tap};
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::rooms::Room;

/// Most taps of one request: what a tablet keeps in a morning without a network comes in several.
pub const MOST_TAPS: usize = 500;

/// On which weekdays, from when to when, and from which day on.
pub struct OpenTimes {
    pub from: Date,
    pub weekdays: i64,
    pub on_holidays: bool,
    pub spans: Vec<DaySpan>,
}

/// A room declared open.
pub struct Declared {
    pub texts: Texts,
    pub room: Room,
    pub times: OpenTimes,
}

/// The days from which on something may be said: nobody opens a room yesterday.
fn days(today: Date) -> RangeInclusive<Date> {
    today..=today.plus_years(1)
}

/// Fields `title description kind published room since weekday on_holidays opens closes opens_2 closes_2`.
pub fn declared(fields: &Fields, today: Date, rooms: &[Room], kinds: &[ServiceKind]) -> Result<Declared> {
    let mut read = fields.read();
    let title = read.required("title", parse::line(60));
    let description = read.optional("description", parse::text(2_000));
    let kind = read.required("kind", |text| {
        let kind = kinds.iter().find(|kind| kind.id.to_string() == text).ok_or(Fault::new("field.not_a_choice"))?;
        // Nobody drops into case work.
        if kind.confidential.is_set() { Err(Fault::new("field.confidential_kind")) } else { Ok(kind.id) }
    });
    let published = read.flag("published");
    let room = read.required("room", |text| {
        rooms.iter().find(|room| room.id.to_string() == text).cloned().ok_or(Fault::new("field.not_a_choice"))
    });
    let times = read_times(&mut read, "since", today);
    read.finish(|| {
        let (title, description, kind, admission) = (title?, description?, kind?, Admission::DropIn);
        let attributes = Attributes::default();
        let texts = Texts { title, description, kind, published, admission, attributes, charged_to: None };
        Some(Declared { texts, room: room?, times: times? })
    })
}

/// Fields `from weekday on_holidays opens closes opens_2 closes_2`.
pub fn change(fields: &Fields, today: Date) -> Result<OpenTimes> {
    let mut read = fields.read();
    let times = read_times(&mut read, "from", today);
    read.finish(|| times)
}

fn read_times(read: &mut Reader<'_>, from: &str, today: Date) -> Option<OpenTimes> {
    let from = read.required(from, |text| parse::within(parse::date(text)?, &days(today)));
    let weekdays = read.every("weekday", parse::integer(1..=7));
    let on_holidays = read.flag("on_holidays");
    let first = read_span(read, "opens", "closes");
    let second = read_span(read, "opens_2", "closes_2");
    let weekdays = weekdays?.iter().fold(0, |bits, day| bits | 1 << (day - 1));
    if weekdays == 0 {
        return read.fault("weekday", Fault::new("field.no_weekday"));
    }
    let mut spans: Vec<DaySpan> = [first?, second?].into_iter().flatten().collect();
    spans.sort_unstable();
    if spans.windows(2).any(|pair| pair[1].0 < pair[0].1) {
        return read.fault("opens_2", Fault::new("field.spans_overlap"));
    }
    Some(OpenTimes { from: from?, weekdays, on_holidays, spans })
}

fn read_span(read: &mut Reader<'_>, opens: &str, closes: &str) -> Option<Option<DaySpan>> {
    let from = read.optional(opens, parse::minute_of_day);
    let to = read.optional(closes, parse::end_of_span);
    match (from?, to?) {
        (None, None) => Some(None),
        (Some(from), Some(to)) if from < to => Some(Some((from, to))),
        (Some(_), Some(_)) => read.fault(closes, Fault::new("field.ends_before_start")),
        (None, Some(_)) => read.fault(opens, Fault::new("field.required")),
        (Some(_), None) => read.fault(closes, Fault::new("field.required")),
    }
}

/// A term as its form holds it.
pub fn filled(term: Option<&OpenTerm>) -> Fields {
    let Some(term) = term else {
        return (1..=7).fold(Fields::default(), |fields, day| fields.with("weekday", day));
    };
    let fields = term.days().into_iter().fold(Fields::default(), |fields, day| fields.with("weekday", day));
    let fields = if term.on_holidays { fields.with("on_holidays", 1) } else { fields };
    let names = [("opens", "closes"), ("opens_2", "closes_2")];
    term.spans.iter().zip(names).fold(fields, |fields, ((from, to), (opens, closes))| {
        fields.with(opens, crate::fields::time_value(*from)).with(closes, crate::fields::time_value(*to))
    })
}

/// From which day on it is open no more, and why.
pub fn ending(fields: &Fields, today: Date) -> Result<(Date, String)> {
    let mut read = fields.read();
    let ended_on = read.required("ended_on", |text| parse::within(parse::date(text)?, &days(today)));
    let reason = read.required("reason", parse::line(80));
    read.finish(|| Some((ended_on?, reason?)))
}

/// What a clicker brings.
pub struct Clicks {
    pub taps: Vec<Tap>,
    pub undone: Vec<RequestId>,
}

/// Fields `tap` (a number of its own for each head, and after a colon the group, if it is known) and `undo` (the numbers of
/// taps to take back).
pub fn clicks(fields: &Fields) -> Result<Clicks> {
    let mut read = fields.read();
    let taps: Vec<Tap> = read.every("tap", tap).unwrap_or_default();
    let undone: Vec<RequestId> = read.every("undo", number).unwrap_or_default();
    if taps.len() + undone.len() > MOST_TAPS {
        read.fault::<()>("tap", Fault::bound("field.too_many_taps", MOST_TAPS));
    }
    if taps.is_empty() && undone.is_empty() {
        read.fault::<()>("tap", Fault::new("field.required"));
    }
    read.finish(|| Some(Clicks { taps, undone }))
}

fn number(text: &str) -> Result<RequestId, Fault> {
    text.parse().map_err(|_| Fault::new("field.not_a_uuid"))
}

fn tap(text: &str) -> Result<Tap, Fault> {
    let (request, group) = text.split_once(':').unwrap_or((text, ""));
    let group = if group.is_empty() { None } else { Some(parse::choice(group)?) };
    Ok(Tap { request: number(request)?, group })
}

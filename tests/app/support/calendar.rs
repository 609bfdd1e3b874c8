//! Calendars as another program reads them: Python's `icalendar` (Debian: python3-icalendar).

use super::python::{python_with, run_python};

/// An event as the parser understood it.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) uid: String,
    pub(crate) summary: String,
    /// With its offset from UTC, so that a wrong zone shows.
    pub(crate) starts: String,
    pub(crate) status: String,
    pub(crate) sequence: i64,
}

const PROGRAM: &str = r#"
import sys
from icalendar import Calendar
calendar = Calendar.from_ical(sys.stdin.buffer.read())
assert calendar.get("version") == "2.0" and calendar.get("prodid"), "no version or product"
for event in calendar.walk("vevent"):
    assert not event.errors, event.errors
    print("\t".join([str(event["uid"]), str(event["summary"]), event["dtstart"].dt.isoformat(), str(event.get("status", "")), str(event.get("sequence", 0))]))
"#;

/// The events of a feed. `None` where the parser is not installed, which is said loudly.
///
/// # Panics
/// With the parser's words, if it does not take the feed.
pub(crate) fn parse(feed: &str) -> Option<Vec<Event>> {
    let text = run_python(python_with("icalendar", "python3-icalendar")?, PROGRAM, feed.as_bytes());
    Some(text.lines().map(event).collect())
}

fn event(line: &str) -> Event {
    let fields: Vec<&str> = line.split('\t').collect();
    let [uid, summary, starts, status, sequence] = fields[..] else { panic!("{line}") };
    Event {
        uid: uid.to_owned(),
        summary: summary.to_owned(),
        starts: starts.to_owned(),
        status: status.to_owned(),
        sequence: sequence.parse().expect("a number"),
    }
}

//! Calendars as other programs read them: Python's `icalendar` (Debian: python3-icalendar), and khal, a calendar for the command line.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use super::process::{find_program, skip};
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

/// When an event is, as a parser understood it: in UTC to the minute, and whether it takes place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instants {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) uid: String,
    pub(crate) status: String,
}

const SPANS: &str = r#"
import sys
from datetime import timezone
from icalendar import Calendar
calendar = Calendar.from_ical(sys.stdin.buffer.read())
for event in calendar.walk("vevent"):
    at = lambda name: event[name].dt.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M")
    print("\t".join([str(event["uid"]), at("dtstart"), at("dtend"), str(event.get("status", ""))]))
"#;

/// The settings under which khal shows everything in UTC, to the minute.
const KHAL: &str = "[calendars]
[[none]]
path = PLACE
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M
longdatetimeformat = %Y-%m-%dT%H:%M
";

/// The feed's events as `icalendar` reads them, by their start. `None` where it is not installed.
pub(crate) fn by_icalendar(feed: &str) -> Option<Vec<Instants>> {
    Some(instants(&run_python(python_with("icalendar", "python3-icalendar")?, SPANS, feed.as_bytes())))
}

/// The same as khal reads them. `None` where it is not installed.
///
/// # Panics
/// With khal's words, if it does not take the feed.
pub(crate) fn by_khal(feed: &str) -> Option<Vec<Instants>> {
    let Some(khal) = find_program("khal") else { return skip("khal not found; every test with it", "khal") };
    let home = tempfile::tempdir().expect("a folder");
    let settings = home.path().join("khal.conf");
    fs::write(&settings, KHAL.replace("PLACE", &home.path().display().to_string())).expect("its settings");
    let mut child = Command::new(khal)
        .arg("-c")
        .arg(&settings)
        .args(["printics", "--format", "{uid}\t{start-long-full}\t{end-long-full}\t{status}"])
        .env("HOME", home.path())
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("khal runs");
    child.stdin.take().expect("a pipe").write_all(feed.as_bytes()).expect("khal reads");
    let output = child.wait_with_output().expect("khal ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    // The first line says how many there are.
    Some(instants(text.split_once('\n').map_or("", |(_, rest)| rest)))
}

fn instants(lines: &str) -> Vec<Instants> {
    let one = |line: &str| {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let [uid, from, to, status] = cells[..] else { panic!("{line}") };
        Instants { from: from.into(), to: to.into(), uid: uid.into(), status: status.into() }
    };
    let mut all: Vec<Instants> = lines.lines().filter(|line| !line.trim().is_empty()).map(one).collect();
    all.sort();
    all
}

//! Calendars as another program reads them: Python's `icalendar` (Debian: python3-icalendar).

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::process::skip;

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
    // Debian's own Python has Debian's packages; another one on the PATH may not.
    let python = ["/usr/bin/python3", "python3"].into_iter().find(|python| knows_icalendar(python));
    let Some(python) = python else {
        return skip("Python's icalendar not found; every calendar test", "python3-icalendar");
    };
    let mut child = Command::new(python)
        .args(["-c", PROGRAM])
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python runs");
    child.stdin.take().expect("a pipe").write_all(feed.as_bytes()).expect("python reads");
    let output = child.wait_with_output().expect("python ends");
    assert!(output.status.success(), "{}\n{feed}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    Some(text.lines().map(event).collect())
}

fn knows_icalendar(python: &str) -> bool {
    (!python.starts_with('/') || Path::new(python).exists())
        && Command::new(python)
            .args(["-c", "import icalendar"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
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

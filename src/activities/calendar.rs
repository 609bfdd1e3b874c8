//! Sessions as iCalendar (RFC 5545), for the calendars on people's phones.
//!
//! Every session is an event of its own with a stable UID, so that one that moves or is cancelled moves or is struck out
//! in the phone as well: `SEQUENCE` grows with each change. Times are the center's wall clock with its zone's rules.

use chrono::{DateTime, Datelike, NaiveDate, Offset, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName};
use ics::parameters::TzIDParam;
use ics::properties::{
    CalScale, Description, DtEnd, DtStart, LastModified, Location, Method, Name, RefreshInterval, Sequence, Status,
    Summary, TzName, URL,
};
use ics::{Daylight, Event, ICalendar, Standard, escape_text};

use super::types::{Session, SessionStatus};
use crate::clock::{Date, Timestamp, Zone};
use crate::web::Lang;

/// What a calendar holds.
pub struct Feed<'a> {
    pub name: &'a str,
    pub zone: Zone,
    /// The days that the sessions are of: the zone's clock changes among them are told.
    pub days: (Date, Date),
    pub sessions: &'a [Session],
    /// Makes UIDs unique in the world.
    pub instance: &'a str,
    /// An absolute link to a session's public page.
    pub link: &'a dyn Fn(&Session) -> String,
}

/// Writes the calendar, its lines ended by CRLF and folded.
pub fn write(feed: &Feed<'_>) -> String {
    let mut calendar = ICalendar::new("2.0", "-//Linli//Linli//ZH");
    calendar.push(CalScale::new("GREGORIAN"));
    calendar.push(Method::new("PUBLISH"));
    calendar.push(Name::new(text(feed.name)));
    calendar.push(ics::components::Property::new("X-WR-CALNAME", text(feed.name)));
    calendar.push(ics::components::Property::new("X-WR-TIMEZONE", feed.zone.name()));
    calendar.push(RefreshInterval::new("PT1H"));
    calendar.push(ics::components::Property::new("X-PUBLISHED-TTL", "PT1H"));
    calendar.add_timezone(timezone(feed.zone, feed.days));
    for session in feed.sessions {
        calendar.add_event(event(feed, session));
    }
    fold(&calendar.to_string())
}

fn event<'a>(feed: &Feed<'_>, session: &Session) -> Event<'a> {
    let uid = format!("session-{}@{}", session.id, feed.instance);
    let mut event = Event::new(uid, utc(session.updated_at));
    let local = |at| feed.zone.local(at).format("%Y%m%dT%H%M%S").to_string();
    let mut starts = DtStart::new(local(session.starts_at));
    starts.add(TzIDParam::new(feed.zone.name()));
    event.push(starts);
    let mut ends = DtEnd::new(local(session.ends_at));
    ends.add(TzIDParam::new(feed.zone.name()));
    event.push(ends);
    event.push(Summary::new(text(session.title.pick(Lang::Zh))));
    event.push(Location::new(text(&format!("{} · {}", session.center, session.room))));
    let said = [session.reason.as_deref(), session.description.as_deref()];
    let said: Vec<&str> = said.into_iter().flatten().collect();
    if !said.is_empty() {
        event.push(Description::new(text(&said.join("\n\n"))));
    }
    event.push(URL::new((feed.link)(session)));
    event.push(match session.status {
        SessionStatus::Cancelled | SessionStatus::Skipped => Status::cancelled(),
        SessionStatus::Planned | SessionStatus::Completed => Status::confirmed(),
    });
    event.push(Sequence::new(session.sequence.to_string()));
    event.push(LastModified::new(utc(session.updated_at)));
    event
}

fn utc(at: Timestamp) -> String {
    at.utc().format("%Y%m%dT%H%M%SZ").to_string()
}

/// TEXT as RFC 5545 writes it: escaped, and without the control characters that it has no place for.
fn text(value: &str) -> String {
    let plain: String = value.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    escape_text(plain).into_owned()
}

/// A zone's offset at an instant.
struct Observance {
    seconds: i32,
    daylight: bool,
    name: String,
}

fn observance(zone: Zone, at: DateTime<Utc>) -> Observance {
    let offset = zone.0.offset_from_utc_datetime(&at.naive_utc());
    Observance {
        seconds: offset.fix().local_minus_utc(),
        daylight: !offset.dst_offset().is_zero(),
        name: offset.abbreviation().unwrap_or_else(|| zone.name()).to_owned(),
    }
}

/// The zone's rules from the new year before the first day until the last: each clock change in it is listed with
/// its own onset. No rule is guessed for later years, for zones change theirs.
fn timezone<'a>(zone: Zone, (from, to): (Date, Date)) -> ics::TimeZone<'a> {
    let new_year = NaiveDate::from_ymd_opt(from.0.year(), 1, 1).unwrap_or(from.0);
    let mut at = zone.midnight(Date(new_year)).utc();
    let end = zone.midnight(to.plus_days(1)).utc();
    let mut here = observance(zone, at);
    let mut rules = match definition(at, here.seconds, &here) {
        Definition::Standard(definition) => ics::TimeZone::standard(zone.name(), definition),
        Definition::Daylight(definition) => ics::TimeZone::daylight(zone.name(), definition),
    };
    while at < end {
        let next = at + chrono::TimeDelta::days(1);
        if observance(zone, next).seconds != here.seconds {
            let onset = onset(zone, at, next);
            let there = observance(zone, onset);
            match definition(onset, here.seconds, &there) {
                Definition::Standard(definition) => rules.add_standard(definition),
                Definition::Daylight(definition) => rules.add_daylight(definition),
            }
            here = there;
        }
        at = next;
    }
    rules
}

enum Definition<'a> {
    Standard(Standard<'a>),
    Daylight(Daylight<'a>),
}

/// An observance that begins at `onset`, before which the zone was `before` seconds ahead of UTC.
fn definition<'a>(onset: DateTime<Utc>, before: i32, then: &Observance) -> Definition<'a> {
    let local = onset.naive_utc() + chrono::TimeDelta::seconds(i64::from(before));
    let starts = local.format("%Y%m%dT%H%M%S").to_string();
    let name = TzName::new(then.name.clone());
    if then.daylight {
        let mut daylight = Daylight::new(starts, offset(before), offset(then.seconds));
        daylight.push(name);
        Definition::Daylight(daylight)
    } else {
        let mut standard = Standard::new(starts, offset(before), offset(then.seconds));
        standard.push(name);
        Definition::Standard(standard)
    }
}

fn offset(seconds: i32) -> String {
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

/// The second at which the zone's offset changes between `low` and `high`.
fn onset(zone: Zone, mut low: DateTime<Utc>, mut high: DateTime<Utc>) -> DateTime<Utc> {
    let before = observance(zone, low).seconds;
    while (high - low).num_seconds() > 1 {
        let middle = low + (high - low) / 2;
        if observance(zone, middle).seconds == before {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The most octets of a line, its break not counted (RFC 5545, 3.1).
const LINE: usize = 75;

/// Folds lines anew: the crate does not count the space that a continued line begins with, and writes 76 octets.
/// No character is cut in two.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + text.len() / 50);
    for line in text.replace("\r\n ", "").split_terminator("\r\n") {
        let mut octets = 0;
        for character in line.chars() {
            if octets + character.len_utf8() > LINE {
                folded.push_str("\r\n ");
                octets = 1;
            }
            folded.push(character);
            octets += character.len_utf8();
        }
        folded.push_str("\r\n");
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone_text(name: &str, from: &str, to: &str) -> String {
        let days = (Date::parse(from).unwrap(), Date::parse(to).unwrap());
        timezone(name.parse().unwrap(), days).to_string()
    }

    #[test]
    fn lines_are_folded_by_octets_and_no_character_is_cut() {
        let long = format!("DESCRIPTION:{}\r\n", "社区综合服务中心".repeat(20));
        let folded = fold(&long);
        assert!(folded.split("\r\n").all(|line| line.len() <= LINE), "{folded}");
        assert_eq!(folded.replace("\r\n ", ""), long);
    }

    #[test]
    fn commas_semicolons_and_lines_are_escaped() {
        assert_eq!(text("第一行，a,b;c\\\n第二行\u{7}"), "第一行，a\\,b\\;c\\\\\\n第二行");
    }

    #[test]
    fn shanghai_has_one_observance() {
        let zone = zone_text("Asia/Shanghai", "2026-11-01", "2027-11-01");
        assert!(zone.contains("TZID:Asia/Shanghai\r\n"));
        assert_eq!(zone.matches("BEGIN:STANDARD").count(), 1);
        assert!(zone.contains("TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\n"), "{zone}");
    }

    #[test]
    fn a_zone_that_changes_its_clocks_lists_each_change() {
        let zone = zone_text("Europe/Berlin", "2026-11-01", "2027-04-30");
        // 2026: winter, summer, winter; 2027: summer.
        assert_eq!(zone.matches("BEGIN:STANDARD").count(), 2);
        assert_eq!(zone.matches("BEGIN:DAYLIGHT").count(), 2);
        assert!(zone.contains("DTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"), "{zone}");
    }
}

//! Sessions as iCalendar (RFC 5545), for the calendars on people's phones.
//!
//! Every session is an event of its own with a stable UID, so that one that moves or is cancelled moves or is struck out
//! in the phone as well: `SEQUENCE` grows with each change. Times are the center's wall clock with its zone's rules.

use chrono::{DateTime, Datelike, NaiveDate, Offset, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName};
use ics::parameters::TzIDParam;
use ics::properties::{
    CalScale, Class, Description, DtEnd, DtStart, LastModified, Location, Method, Name, RefreshInterval, Sequence,
    Status, Summary, TzName, URL,
};
use ics::{Daylight, Event, ICalendar, Standard, escape_text};

use super::types::OccupiedSpan;
use crate::activities::{Session, SessionStatus};
use crate::clock::{Date, Timestamp, Zone};
use crate::web::Lang;

/// What a calendar holds.
pub struct CalendarSheet<'a> {
    pub name: &'a str,
    pub zone: Zone,
    /// The days that the sessions are of: the zone's clock changes among them are told.
    pub days: (Date, Date),
    pub sessions: &'a [Session],
    /// Times at which the room, or the worker's time, is taken for something that is no session.
    pub occupied: &'a [OccupiedSpan],
    /// What more is said of a session to whose calendar this is.
    pub note: &'a dyn Fn(&Session) -> Option<String>,
    /// Makes UIDs unique in the world.
    pub instance: &'a str,
    /// An absolute link to a session's page.
    pub link: &'a dyn Fn(&Session) -> String,
}

/// Writes the calendar, its lines ended by CRLF and folded.
pub fn write(sheet: &CalendarSheet<'_>) -> String {
    let mut calendar = ICalendar::new("2.0", "-//Linli//Linli//ZH");
    calendar.push(CalScale::new("GREGORIAN"));
    calendar.push(Method::new("PUBLISH"));
    calendar.push(Name::new(text(sheet.name)));
    calendar.push(ics::components::Property::new("X-WR-CALNAME", text(sheet.name)));
    calendar.push(ics::components::Property::new("X-WR-TIMEZONE", sheet.zone.name()));
    calendar.push(RefreshInterval::new("PT1H"));
    calendar.push(ics::components::Property::new("X-PUBLISHED-TTL", "PT1H"));
    for zone in zones(sheet) {
        calendar.add_timezone(timezone(zone, sheet.days));
    }
    for session in sheet.sessions {
        calendar.add_event(event(sheet, session));
    }
    for span in sheet.occupied {
        calendar.add_event(busy(sheet, span));
    }
    fold(&calendar.to_string())
}

/// The zones in which its times are written: one, unless somebody comes to centers far from one another.
fn zones(sheet: &CalendarSheet<'_>) -> Vec<Zone> {
    let mut zones = vec![sheet.zone];
    for session in sheet.sessions {
        if zones.iter().all(|zone| zone.name() != session.zone.name()) {
            zones.push(session.zone);
        }
    }
    zones
}

/// From when to when: the clock on the wall of the place, with its zone. Past midnight the end has the next day's date.
fn span(event: &mut Event<'_>, zone: Zone, (from, to): (Timestamp, Timestamp)) {
    let local = |at| zone.local(at).format("%Y%m%dT%H%M%S").to_string();
    let mut starts = DtStart::new(local(from));
    starts.add(TzIDParam::new(zone.name()));
    event.push(starts);
    let mut ends = DtEnd::new(local(to));
    ends.add(TzIDParam::new(zone.name()));
    event.push(ends);
}

fn event<'a>(sheet: &CalendarSheet<'_>, session: &Session) -> Event<'a> {
    let uid = format!("session-{}@{}", session.id, sheet.instance);
    let mut event = Event::new(uid, utc(session.updated_at));
    span(&mut event, session.zone, (session.starts_at, session.ends_at));
    event.push(Summary::new(text(session.title.pick(Lang::Zh))));
    event.push(Location::new(text(&format!("{} · {}", session.center, session.room))));
    let is_open = session.published.is_set() && !session.title.is_confidential();
    let draft = (!is_open).then(|| Lang::Zh.text("feeds.not_public"));
    let said = [session.reason.clone(), (sheet.note)(session), session.description.clone(), draft];
    let said: Vec<String> = said.into_iter().flatten().collect();
    if !said.is_empty() {
        event.push(Description::new(text(&said.join("\n\n"))));
    }
    event.push(URL::new((sheet.link)(session)));
    if !is_open {
        event.push(Class::private());
    }
    event.push(match session.status {
        SessionStatus::Cancelled | SessionStatus::Skipped => Status::cancelled(),
        SessionStatus::Planned | SessionStatus::Completed => Status::confirmed(),
    });
    event.push(Sequence::new(session.sequence.to_string()));
    event.push(LastModified::new(utc(session.updated_at)));
    event
}

/// The room is taken: by whom and for what stays with those who work there. In a worker's own calendar it is their appointment.
fn busy<'a>(sheet: &CalendarSheet<'_>, taken: &OccupiedSpan) -> Event<'a> {
    let uid = format!("booking-{}@{}", taken.id, sheet.instance);
    let mut event = Event::new(uid, utc(taken.starts_at));
    span(&mut event, sheet.zone, (taken.starts_at, taken.ends_at));
    let what = match &taken.service {
        Some(service) => Lang::Zh.with("feeds.appointment", [("n", service.clone())]),
        None => Lang::Zh.text("feeds.taken"),
    };
    event.push(Summary::new(text(&what)));
    if let Some(room) = &taken.room {
        event.push(Location::new(text(room)));
    }
    event.push(Class::private());
    event.push(Status::confirmed());
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
    // The last one may go on past midnight.
    let end = zone.midnight(to.plus_days(2)).utc();
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

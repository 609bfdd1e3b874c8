//! When a room is open: weeks of opening hours, each from its first day on, so that a month that is past never changes, and
//! extra openings beyond them.

use std::collections::BTreeMap;

use chrono::Timelike;

use crate::clock::{Date, Timestamp, Zone};

/// Minutes of a day.
const DAY: i64 = 1_440;

/// A time in which a room is open, in minutes after local midnight.
pub type Span = (i64, i64);

/// One week's opening hours, by weekday (1 Monday to 7 Sunday): spans in minutes after local midnight, in order and apart. A
/// missing day is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeekHours(BTreeMap<i64, Vec<Span>>);

impl WeekHours {
    /// Opens the room on a weekday from `opens` to `closes` too.
    pub fn add(&mut self, weekday: i64, opens: i64, closes: i64) {
        let spans = self.0.entry(weekday).or_default();
        spans.push((opens, closes));
        spans.sort_unstable();
    }

    pub fn on(&self, weekday: i64) -> &[Span] {
        self.0.get(&weekday).map_or(&[], Vec::as_slice)
    }

    /// Every span with its weekday, in order.
    pub fn spans(&self) -> impl Iterator<Item = (i64, i64, i64)> + '_ {
        self.0.iter().flat_map(|(weekday, spans)| spans.iter().map(|(opens, closes)| (*weekday, *opens, *closes)))
    }

    pub fn minutes_a_week(&self) -> i64 {
        self.spans().map(|(_, opens, closes)| closes - opens).sum()
    }
}

/// A room's weeks, by their first days, and what is open beyond them. Before the first week that one holds: nobody knows better.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weeks {
    weeks: BTreeMap<Date, WeekHours>,
    /// The extra openings, cut at the local midnights.
    extra: BTreeMap<Date, Vec<Span>>,
}

impl Weeks {
    /// The week that begins on `from`.
    pub fn from(&mut self, from: Date) -> &mut WeekHours {
        self.weeks.entry(from).or_default()
    }

    /// The week that holds on `day`, without extra openings.
    pub fn week(&self, day: Date) -> WeekHours {
        self.holding(day).cloned().unwrap_or_default()
    }

    /// Opens the room from one time to another, whatever its weeks say.
    pub fn open_extra(&mut self, zone: Zone, starts_at: Timestamp, ends_at: Timestamp) {
        let (first, last) = (zone.local(starts_at), zone.local(ends_at));
        let minute = |at: chrono::NaiveDateTime| i64::from(at.hour()) * 60 + i64::from(at.minute());
        for day in Date(first.date()).until(Date(last.date()).plus_days(1)) {
            let opens = if day.0 == first.date() { minute(first) } else { 0 };
            let closes = if day.0 == last.date() { minute(last) } else { DAY };
            if opens < closes {
                self.extra.entry(day).or_default().push((opens, closes));
            }
        }
    }

    /// The spans in which the room is open on `day`: those of its week and what is open beyond it, in order and apart.
    pub fn on(&self, day: Date) -> Vec<Span> {
        let week = self.holding(day).map_or(&[][..], |week| week.on(day.weekday()));
        match self.extra.get(&day) {
            None => week.to_vec(),
            Some(extra) => apart(week.iter().chain(extra).copied().collect()),
        }
    }

    /// Whether the room is open from `from` to `to`, in minutes after the midnight with which `day` begins; the end may lie on a
    /// later day, for a span until midnight and one from midnight on are one.
    pub fn covers(&self, day: Date, from: i64, to: i64) -> bool {
        let mut reached = from;
        let mut midnight = 0;
        let mut date = day;
        while midnight < to {
            for (opens, closes) in self.on(date) {
                if midnight + opens <= reached {
                    reached = reached.max(midnight + closes);
                }
            }
            midnight += DAY;
            date = date.plus_days(1);
        }
        reached >= to
    }

    fn holding(&self, day: Date) -> Option<&WeekHours> {
        self.weeks.range(..=day).next_back().or_else(|| self.weeks.first_key_value()).map(|(_, week)| week)
    }
}

/// The same time in spans that neither overlap nor touch.
fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for (opens, closes) in spans {
        match merged.last_mut() {
            Some(last) if opens <= last.1 => last.1 = last.1.max(closes),
            _ => merged.push((opens, closes)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_week_holds_until_the_next_one_and_the_first_one_before_it_too() {
        let mut weeks = Weeks::default();
        weeks.from(date("2026-03-02")).add(1, 540, 720);
        weeks.from(date("2026-03-02")).add(1, 480, 510);
        weeks.from(date("2026-03-16")).add(1, 600, 660);
        assert_eq!(weeks.on(date("2026-02-23")), [(480, 510), (540, 720)]);
        assert_eq!(weeks.on(date("2026-03-09")), [(480, 510), (540, 720)]);
        assert_eq!(weeks.on(date("2026-03-10")), []);
        assert_eq!(weeks.on(date("2026-03-16")), [(600, 660)]);
        assert_eq!(weeks.week(date("2026-03-09")).minutes_a_week(), 210);
    }

    #[test]
    fn an_extra_opening_joins_the_days_hours_and_passes_midnight() {
        let zone = Zone::SHANGHAI;
        let mut weeks = Weeks::default();
        weeks.from(Date::FIRST).add(6, 540, 720);
        let at = |day, minute| zone.at_minute(date(day), minute);
        weeks.open_extra(zone, at("2026-03-07", 700), at("2026-03-08", 90));
        assert_eq!(weeks.on(date("2026-03-07")), [(540, 1440)]);
        assert_eq!(weeks.on(date("2026-03-08")), [(0, 90)]);
        assert_eq!(weeks.on(date("2026-03-14")), [(540, 720)]);
        assert_eq!(weeks.week(date("2026-03-07")).minutes_a_week(), 180, "no week of its own");
        assert!(weeks.covers(date("2026-03-07"), 1_380, 1_530));
        assert!(!weeks.covers(date("2026-03-07"), 1_380, 1_531));
        assert!(!weeks.covers(date("2026-03-08"), 90, 91));
    }
}

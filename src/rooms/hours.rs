//! When a room is open: weeks of opening hours, each from its first day on, so that a month that is past never changes.

use std::collections::BTreeMap;

use crate::clock::Date;

/// One week's opening hours, by weekday (1 Monday to 7 Sunday): spans in minutes after local midnight, in order and apart. A
/// missing day is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeekHours(BTreeMap<i64, Vec<(i64, i64)>>);

impl WeekHours {
    /// Opens the room on a weekday from `opens` to `closes` too.
    pub fn add(&mut self, weekday: i64, opens: i64, closes: i64) {
        let spans = self.0.entry(weekday).or_default();
        spans.push((opens, closes));
        spans.sort_unstable();
    }

    pub fn on(&self, weekday: i64) -> &[(i64, i64)] {
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

/// A room's weeks, by their first days. Before the first of them that one holds: nobody knows better.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weeks(BTreeMap<Date, WeekHours>);

impl Weeks {
    /// The week that begins on `from`.
    pub fn from(&mut self, from: Date) -> &mut WeekHours {
        self.0.entry(from).or_default()
    }

    /// The week that holds on `day`.
    pub fn week(&self, day: Date) -> WeekHours {
        self.holding(day).cloned().unwrap_or_default()
    }

    /// The spans in which the room is open on `day`.
    pub fn on(&self, day: Date) -> &[(i64, i64)] {
        self.holding(day).map_or(&[], |week| week.on(day.weekday()))
    }

    fn holding(&self, day: Date) -> Option<&WeekHours> {
        self.0.range(..=day).next_back().or_else(|| self.0.first_key_value()).map(|(_, week)| week)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_holds_until_the_next_one_and_the_first_one_before_it_too() {
        let date = |text| Date::parse(text).unwrap();
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
}

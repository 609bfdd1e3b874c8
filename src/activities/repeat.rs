//! How an activity repeats: a rule of RFC 5545 that a form asks for in words, and the dates on which it falls.

use chrono::{Datelike as _, NaiveTime, TimeZone as _};

use super::rules::series_from;
use crate::clock::{Date, Month, Timestamp, Zone};
use crate::store::text_enum;
use crate::web::Lang;
use crate::web::text::Named;

/// The most dates that one series may have, those that are made up included. Keeps every expansion bounded.
pub const MOST_DATES: u16 = 400;

/// The most weeks or months from one date of a series to the next.
pub const MOST_APART: i64 = 12;

text_enum!(
    /// How an activity repeats, as the form asks for it.
    Rhythm in "rhythm" {
        Once = "once",
        Weekly = "weekly",
        Fortnightly = "fortnightly",
        /// Monday to Friday.
        Workdays = "workdays",
        /// On the first date's day of the month.
        Monthly = "monthly",
        /// On a weekday of the month: the second Tuesday, the last Friday.
        MonthlyWeekday = "monthly_weekday",
    }
);

text_enum!(
    /// Which one of a month's weekdays of a name.
    NthWeekday in "nth_weekday" {
        First = "first",
        Second = "second",
        Third = "third",
        Fourth = "fourth",
        Last = "last",
    }
);

impl NthWeekday {
    /// Which one of its month `date` is. A fifth is the last, for most months have none.
    pub fn of(date: Date) -> Self {
        match date.0.day0() / 7 {
            0 => Self::First,
            1 => Self::Second,
            2 => Self::Third,
            3 => Self::Fourth,
            _ => Self::Last,
        }
    }

    fn ordinal(self) -> &'static str {
        match self {
            Self::First => "1",
            Self::Second => "2",
            Self::Third => "3",
            Self::Fourth => "4",
            Self::Last => "-1",
        }
    }
}

/// The weekdays as RFC 5545 writes them, Monday first.
const CODES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// Some of the week's days: a bit each, Monday first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WeekdaySet(u8);

impl WeekdaySet {
    pub const WORKDAYS: Self = Self(0b1_1111);

    /// Of weekdays from 1 (Monday) to 7 (Sunday).
    pub fn of(days: impl IntoIterator<Item = i64>) -> Self {
        Self(days.into_iter().filter(|day| (1..=7).contains(day)).fold(0, |bits, day| bits | (1 << (day - 1))))
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn has(self, day: i64) -> bool {
        self.days().any(|other| other == day)
    }

    pub fn days(self) -> impl Iterator<Item = i64> {
        (1..=7).filter(move |day| self.0 & (1 << (day - 1)) != 0)
    }

    fn rule(self, ordinal: &str) -> String {
        let codes = (1..=7).zip(CODES).filter(|(day, _)| self.has(*day));
        codes.map(|(_, code)| format!("{ordinal}{code}")).collect::<Vec<_>>().join(",")
    }

    /// `周二、周四`.
    fn words(self, lang: Lang) -> String {
        let names = self.days().map(|day| lang.text(&format!("weekday.{day}")));
        names.collect::<Vec<_>>().join(lang.pick("、", ", "))
    }
}

/// On which dates, without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// Every so many weeks on these weekdays; on the first date's where none is named.
    Weeks { every: i64, on: WeekdaySet },
    /// Every so many months on this day of the month. A month without it has no date.
    Day { every: i64, day: u32 },
    /// Every so many months on these weekdays' nth day.
    Nth { every: i64, nth: NthWeekday, on: WeekdaySet },
}

impl Cadence {
    /// The rule without its end.
    fn rule(&self) -> String {
        match self {
            Self::Weeks { every, on } if on.is_empty() => format!("FREQ=WEEKLY;INTERVAL={every}"),
            Self::Weeks { every, on } => format!("FREQ=WEEKLY;INTERVAL={every};BYDAY={}", on.rule("")),
            Self::Day { every, day } => format!("FREQ=MONTHLY;INTERVAL={every};BYMONTHDAY={day}"),
            Self::Nth { every, nth, on } => {
                format!("FREQ=MONTHLY;INTERVAL={every};BYDAY={}", on.rule(nth.ordinal()))
            }
        }
    }

    /// What a stored rule says; `None` for one that no form makes.
    pub fn of(rule: &str) -> Option<Self> {
        let part = |name: &str| rule.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        let every = part("INTERVAL").and_then(|every| every.parse().ok()).unwrap_or(1);
        let days = part("BYDAY").unwrap_or_default();
        let on = WeekdaySet::of((1..=7).zip(CODES).filter(|(_, code)| days.contains(code)).map(|(day, _)| day));
        match (part("FREQ")?, part("BYMONTHDAY")) {
            ("WEEKLY", _) => Some(Self::Weeks { every, on }),
            ("MONTHLY", Some(day)) => Some(Self::Day { every, day: day.parse().ok()? }),
            ("MONTHLY", None) => {
                let is_said = |nth: &&NthWeekday| days.starts_with(nth.ordinal());
                Some(Self::Nth { every, nth: *NthWeekday::ALL.iter().find(is_said)?, on })
            }
            _ => None,
        }
    }

    pub(super) fn rhythm(&self) -> Rhythm {
        match self {
            Self::Weeks { every: 1, on } if *on == WeekdaySet::WORKDAYS => Rhythm::Workdays,
            Self::Weeks { every: 2, .. } => Rhythm::Fortnightly,
            Self::Weeks { .. } => Rhythm::Weekly,
            Self::Day { .. } => Rhythm::Monthly,
            Self::Nth { .. } => Rhythm::MonthlyWeekday,
        }
    }

    /// `每周 周二、周四`, `每月15日`, `每 2 个月第二个周二`.
    fn words(&self, lang: Lang) -> String {
        let months = |every: &i64| match every {
            1 => lang.text("repeat.each_month"),
            every => lang.with("repeat.each_months", [("n", every.to_string())]),
        };
        match self {
            Self::Weeks { every, on } => {
                let each = match every {
                    3.. => lang.with("repeat.each_weeks", [("n", every.to_string())]),
                    _ => lang.text(self.rhythm().key()),
                };
                let is_enough = on.is_empty() || self.rhythm() == Rhythm::Workdays;
                if is_enough { each } else { format!("{each} {}", on.words(lang)) }
            }
            Self::Day { every, day } => lang.with("repeat.on_day", [("each", months(every)), ("day", day.to_string())]),
            Self::Nth { every, nth, on } => lang.with(
                "repeat.on_nth",
                [("each", months(every)), ("nth", lang.text(nth.key())), ("weekdays", on.words(lang))],
            ),
        }
    }

    /// The first date from `from` to `last`, both included, of a series that has a date on `anchor`, before them.
    pub fn first_within(&self, zone: Zone, anchor: Date, from: Date, last: Date) -> Option<Date> {
        self.dates(zone, anchor, last, MOST_DATES).into_iter().find(|date| *date >= from)
    }

    /// The dates from `first` to `last`, both included, at most `most`. They are counted on the wall clock, so a session at
    /// 14:00 stays at 14:00 when the zone changes its clocks.
    fn dates(&self, zone: Zone, first: Date, last: Date, most: u16) -> Vec<Date> {
        let tz = rrule::Tz::from(zone.0);
        let rule = format!("{};{}", self.rule(), until(zone, last));
        // Noon: no zone skips it, so every date of the series is there.
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
        let set = tz
            .from_local_datetime(&first.0.and_time(noon))
            .earliest()
            .and_then(|start| rule.parse::<rrule::RRule<rrule::Unvalidated>>().ok()?.build(start).ok());
        set.map(|set| set.all(most).dates).unwrap_or_default().iter().map(|at| Date(at.date_naive())).collect()
    }
}

/// `UNTIL` is an instant in UTC, as the RFC asks where the start has a zone.
fn until(zone: Zone, last: Date) -> String {
    let end = Timestamp(zone.midnight(last.plus_days(1)).0 - 1_000);
    format!("UNTIL={}", end.utc().format("%Y%m%dT%H%M%SZ"))
}

/// Where a series ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The last date, included.
    Until(Date),
    /// So many dates that take place, the first included: what is skipped is made up at the end.
    Times(i64),
}

/// A series: on which dates, until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    pub cadence: Cadence,
    pub end: End,
}

impl Repeat {
    /// The RFC 5545 rule, as stored: how the sessions were made. The sessions themselves are the truth.
    pub fn rule(&self, zone: Zone) -> String {
        let end = match self.end {
            End::Until(date) => until(zone, date),
            End::Times(times) => format!("COUNT={times}"),
        };
        format!("{};{end}", self.cadence.rule())
    }

    /// Every date that the series may come to have, from `first` on: with a number of times those too with which skipped
    /// ones could be made up.
    pub fn possible(&self, zone: Zone, first: Date) -> Vec<Date> {
        let bounds = series_from(first);
        let last = match self.end {
            End::Until(date) => date.min(*bounds.end()),
            End::Times(_) => *bounds.end(),
        };
        self.cadence.dates(zone, first, last, MOST_DATES)
    }

    /// The dates of the series where none is skipped.
    pub fn dates(&self, zone: Zone, first: Date) -> Vec<Date> {
        let mut dates = self.possible(zone, first);
        if let End::Times(times) = self.end {
            dates.truncate(usize::try_from(times).unwrap_or_default());
        }
        dates
    }

    /// How many dates are to take place, where that was said.
    pub fn times(&self) -> Option<usize> {
        match self.end {
            End::Until(_) => None,
            End::Times(times) => usize::try_from(times).ok(),
        }
    }

    /// Whether more dates than a series may have lie before its end.
    pub fn is_too_long(&self, zone: Zone, first: Date) -> bool {
        let End::Until(last) = self.end else { return false };
        self.cadence.dates(zone, first, last, MOST_DATES + 1).len() > usize::from(MOST_DATES)
    }

    /// The months between the first and the last date that the rule passes by, for they have no such day.
    pub fn months_without(&self, first: Date, last: Date) -> Vec<Month> {
        let Cadence::Day { every, day } = self.cadence else { return Vec::new() };
        let mut months = Vec::new();
        let (mut month, mut apart) = (Month::of(first), 0);
        while month.first() <= last {
            if apart % every == 0 && month.first().0.with_day(day).is_none() {
                months.push(month);
            }
            (month, apart) = (month.next(), apart + 1);
        }
        months
    }
}

/// How an activity repeats, in both languages.
pub struct RuleWords {
    zh: String,
    en: String,
}

impl RuleWords {
    /// Of a stored rule; none is a single event.
    pub fn of(rule: Option<&str>) -> Self {
        let words = |lang: Lang| match rule.map(Cadence::of) {
            None => lang.text(Rhythm::Once.key()),
            Some(Some(cadence)) => cadence.words(lang),
            Some(None) => lang.text(Rhythm::Weekly.key()),
        };
        Self { zh: words(Lang::Zh), en: words(Lang::En) }
    }

    pub fn of_repeat(repeat: &Repeat) -> Self {
        Self { zh: repeat.cadence.words(Lang::Zh), en: repeat.cadence.words(Lang::En) }
    }
}

impl Named for RuleWords {
    fn in_lang(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rules::Slot;
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn weekly(every: i64, end: End) -> Repeat {
        Repeat { cadence: Cadence::Weeks { every, on: WeekdaySet::default() }, end }
    }

    fn dates(repeat: Repeat, first: &str) -> Vec<String> {
        repeat.dates(Zone::SHANGHAI, date(first)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_series_passes_month_ends_and_the_leap_day() {
        let every_week = weekly(1, End::Times(5));
        assert_eq!(
            dates(every_week, "2028-02-15"),
            ["2028-02-15", "2028-02-22", "2028-02-29", "2028-03-07", "2028-03-14"]
        );
        let fortnightly = weekly(2, End::Until(date("2026-03-31")));
        assert_eq!(dates(fortnightly, "2026-02-17"), ["2026-02-17", "2026-03-03", "2026-03-17", "2026-03-31"]);
    }

    #[test]
    fn the_last_day_is_included_and_the_day_after_is_not() {
        let until = |day| weekly(1, End::Until(date(day)));
        assert_eq!(dates(until("2026-07-09"), "2026-07-03").len(), 1);
        assert_eq!(dates(until("2026-07-10"), "2026-07-03").len(), 2);
    }

    #[test]
    fn two_years_of_a_weekly_series_lose_no_date() {
        let first = date("2026-03-06");
        let until = *series_from(first).end();
        let all = weekly(1, End::Until(until)).dates(Zone::SHANGHAI, first);
        assert!(all.last().is_some_and(|last| last.plus_days(7) > until), "{all:?}");
    }

    #[test]
    fn a_series_never_grows_without_end() {
        let daily = Cadence::Weeks { every: 1, on: WeekdaySet::of(1..=7) };
        let endless = Repeat { cadence: daily, end: End::Times(10_000) };
        assert_eq!(dates(endless, "2026-01-01").len(), usize::from(MOST_DATES));
        let until = Repeat { cadence: daily, end: End::Until(date("2027-03-01")) };
        assert!(until.is_too_long(Zone::SHANGHAI, date("2026-01-01")));
        assert!(!until.is_too_long(Zone::SHANGHAI, date("2026-02-01")));
    }

    #[test]
    fn the_wall_clock_stays_when_the_zone_changes_its_clocks() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let starts: Vec<String> = weekly(1, End::Times(3))
            .dates(berlin, date("2026-03-22"))
            .into_iter()
            .map(|day| Slot::new(berlin, day, 14 * 60, 15 * 60).starts_at.rfc3339())
            .collect();
        assert_eq!(starts, ["2026-03-22T13:00:00Z", "2026-03-29T12:00:00Z", "2026-04-05T12:00:00Z"]);
    }

    #[test]
    fn the_rule_is_rfc_5545_and_is_read_again() {
        let until = weekly(2, End::Until(date("2026-09-30")));
        assert_eq!(until.rule(Zone::SHANGHAI), "FREQ=WEEKLY;INTERVAL=2;UNTIL=20260930T155959Z");
        let on = WeekdaySet::of([2, 4]);
        for (cadence, rule) in [
            (Cadence::Weeks { every: 1, on: WeekdaySet::WORKDAYS }, "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR"),
            (Cadence::Day { every: 1, day: 31 }, "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=31"),
            (Cadence::Nth { every: 2, nth: NthWeekday::Second, on }, "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU,2TH"),
            (
                Cadence::Nth { every: 1, nth: NthWeekday::Last, on: WeekdaySet::of([5]) },
                "FREQ=MONTHLY;INTERVAL=1;BYDAY=-1FR",
            ),
        ] {
            let whole = Repeat { cadence, end: End::Times(3) }.rule(Zone::SHANGHAI);
            assert_eq!(whole, format!("{rule};COUNT=3"));
            assert_eq!(Cadence::of(&whole), Some(cadence));
        }
        assert_eq!(Cadence::of(&until.rule(Zone::SHANGHAI)), Some(until.cadence));
    }

    #[test]
    fn the_last_friday_and_the_31st_fall_where_the_calendar_has_them() {
        let last = Cadence::Nth { every: 1, nth: NthWeekday::Last, on: WeekdaySet::of([5]) };
        let fridays = Repeat { cadence: last, end: End::Times(4) };
        assert_eq!(dates(fridays, "2026-03-06"), ["2026-03-27", "2026-04-24", "2026-05-29", "2026-06-26"]);
        let day = Repeat { cadence: Cadence::Day { every: 1, day: 31 }, end: End::Times(4) };
        assert_eq!(dates(day, "2026-01-31"), ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]);
        let without: Vec<String> =
            day.months_without(date("2026-01-31"), date("2026-07-31")).iter().map(ToString::to_string).collect();
        assert_eq!(without, ["2026-02", "2026-04", "2026-06"]);
    }

    #[test]
    fn a_rule_is_said_in_both_languages() {
        let said = |rule: &str| {
            let words = RuleWords::of(Some(rule));
            (words.in_lang(Lang::Zh).to_owned(), words.in_lang(Lang::En).to_owned())
        };
        assert_eq!(said("FREQ=WEEKLY;INTERVAL=1;COUNT=3").0, "每周");
        assert_eq!(said("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=3").0, "每两周 周二、周四");
        assert_eq!(said("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR;COUNT=3").0, "周一至周五");
        assert_eq!(said("FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=15;COUNT=3").0, "每月15日");
        assert_eq!(said("FREQ=MONTHLY;INTERVAL=1;BYDAY=-1FR;COUNT=3").1, "Every month on the last Fri");
    }

    /// Whether the rule falls on `day`, by the plain words of the form.
    fn falls(cadence: Cadence, first: Date, day: Date) -> bool {
        let months = |day: Date| i64::from(day.0.year()) * 12 + i64::from(day.0.month0());
        let weeks = (day.monday().0 - first.monday().0).num_weeks();
        let apart = months(day) - months(first);
        match cadence {
            Cadence::Weeks { every, on } if on.is_empty() => weeks % every == 0 && day.weekday() == first.weekday(),
            Cadence::Weeks { every, on } => weeks % every == 0 && on.has(day.weekday()),
            Cadence::Day { every, day: wanted } => apart % every == 0 && day.0.day() == wanted,
            Cadence::Nth { every, nth: NthWeekday::Last, on } => {
                apart % every == 0 && on.has(day.weekday()) && day.plus_days(7).0.month() != day.0.month()
            }
            Cadence::Nth { every, nth, on } => {
                let place = NthWeekday::ALL.iter().position(|other| *other == nth).unwrap();
                apart % every == 0 && on.has(day.weekday()) && usize::try_from(day.0.day0() / 7).unwrap() == place
            }
        }
    }

    fn cadence() -> impl Strategy<Value = (Cadence, u64)> {
        let on = (0_u8..128).prop_map(WeekdaySet);
        let some = (1_u8..128).prop_map(WeekdaySet);
        let nth = (0_usize..5).prop_map(|place| NthWeekday::ALL[place]);
        let kinds = (0..3, 1..=MOST_APART, on, some, nth, 0..800_u64);
        kinds.prop_map(|(kind, every, on, some, nth, later)| {
            let first = date("2026-01-01").plus_days(later);
            let cadence = match kind {
                0 => Cadence::Weeks { every, on },
                1 => Cadence::Day { every, day: first.0.day() },
                _ => Cadence::Nth { every, nth, on: some },
            };
            (cadence, later)
        })
    }

    proptest! {
        #[test]
        fn the_dates_are_those_that_the_words_say((cadence, later) in cadence()) {
            let first = date("2026-01-01").plus_days(later);
            let last = *series_from(first).end();
            let told = Repeat { cadence, end: End::Until(last) }.dates(Zone::SHANGHAI, first);
            let days = first.until(last.plus_days(1)).filter(|day| falls(cadence, first, *day));
            let plain: Vec<Date> = days.take(usize::from(MOST_DATES)).collect();
            prop_assert_eq!(told, plain);
        }
    }
}

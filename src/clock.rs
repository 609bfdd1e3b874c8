//! Time. One clock, injected: nothing else in Linli asks what time it is (clippy.toml sees to that).
//!
//! Instants are stored in UTC. What people enter, read and cut periods by is local time in the center's zone.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use rocket::request::{FromRequest, Outcome, Request};
use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Whole minutes from `self` to `later`, rounded down, never below zero.
    pub fn minutes_until(self, later: Self) -> i64 {
        ((later.0 - self.0) / 60_000).max(0)
    }

    /// RFC 3339 in UTC, whole seconds: how the API writes an instant.
    pub fn rfc3339(self) -> String {
        self.utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(Self::from)
    }
}

impl<Z: TimeZone> From<DateTime<Z>> for Timestamp {
    fn from(at: DateTime<Z>) -> Self {
        Self(at.timestamp_millis())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

/// A local date, stored and sent as ISO text (`2026-03-05`), so that it sorts and compares alike everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date(pub NaiveDate);

impl Date {
    /// The first and the last date there is here: from always, without end.
    pub const FIRST: Self = Self(day(1880, 1, 1));
    pub const LAST: Self = Self(day(2200, 12, 31));

    /// Years that a calendar date may have here: birth dates of the living and plans of the near future.
    const YEARS: std::ops::RangeInclusive<i32> = 1880..=2200;

    pub fn parse(text: &str) -> Option<Self> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Self::YEARS.contains(&date.year()).then_some(Self(date))
    }

    pub fn plus_days(self, days: u64) -> Self {
        Self(self.0.checked_add_days(Days::new(days)).unwrap_or(self.0))
    }

    pub fn minus_days(self, days: u64) -> Self {
        Self(self.0.checked_sub_days(Days::new(days)).unwrap_or(self.0))
    }

    /// The same day `years` later; 29 February becomes 28 February where there is none.
    pub fn plus_years(self, years: u32) -> Self {
        Self(self.0.checked_add_months(chrono::Months::new(years * 12)).unwrap_or(self.0))
    }

    /// The same day `years` earlier; 29 February becomes 28 February where there is none.
    pub fn minus_years(self, years: u32) -> Self {
        Self(self.0.checked_sub_months(chrono::Months::new(years * 12)).unwrap_or(self.0))
    }

    /// 1 (Monday) to 7 (Sunday), as in `room_hours`.
    pub fn weekday(self) -> i64 {
        i64::from(self.0.weekday().number_from_monday())
    }

    /// The first day of its year.
    pub fn year_start(self) -> Self {
        Self(self.0.with_ordinal(1).unwrap_or(self.0))
    }

    pub fn monday(self) -> Self {
        self.minus_days(u64::from(self.0.weekday().num_days_from_monday()))
    }

    /// The days of the half-open period [self, to).
    pub fn until(self, to: Self) -> impl Iterator<Item = Self> {
        self.0.iter_days().take_while(move |day| *day < to.0).map(Self)
    }
}

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => NaiveDate::MIN,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%Y-%m-%d").fmt(f)
    }
}

impl std::str::FromStr for Date {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or("not a date of the form 2026-03-05")
    }
}

crate::store::text_column!(Date);

/// A calendar month, in local dates: the usual period of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    pub fn of(date: Date) -> Self {
        Self(Date(date.0.with_day(1).unwrap_or(date.0)))
    }

    pub fn parse(text: &str) -> Option<Self> {
        Date::parse(&format!("{text}-01")).map(Self)
    }

    pub fn first(self) -> Date {
        self.0
    }

    /// The first day of the month after: periods are half open.
    pub fn end(self) -> Date {
        Date(self.0.0.checked_add_months(chrono::Months::new(1)).unwrap_or(self.0.0))
    }

    pub fn next(self) -> Self {
        Self(self.end())
    }

    pub fn previous(self) -> Self {
        Self::of(self.0.minus_days(1))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0.format("%Y-%m").fmt(f)
    }
}

/// The zone in which a center lives, by its IANA name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(pub chrono_tz::Tz);

impl Zone {
    pub const SHANGHAI: Self = Self(chrono_tz::Asia::Shanghai);

    pub fn name(self) -> &'static str {
        self.0.name()
    }

    pub fn local(self, at: Timestamp) -> NaiveDateTime {
        at.utc().with_timezone(&self.0).naive_local()
    }

    pub fn date(self, at: Timestamp) -> Date {
        Date(self.local(at).date())
    }

    /// The instant of a wall clock reading. Where clocks were set back the earlier one is meant; a reading that
    /// clocks skipped moves on by the hour they skipped.
    pub fn instant(self, date: Date, time: NaiveTime) -> Timestamp {
        let local = date.0.and_time(time);
        match self.0.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.into(),
            LocalResult::None => self
                .0
                .from_local_datetime(&(local + chrono::TimeDelta::hours(1)))
                .earliest()
                .map_or(Timestamp(local.and_utc().timestamp_millis()), Into::into),
        }
    }

    pub fn midnight(self, date: Date) -> Timestamp {
        self.instant(date, NaiveTime::MIN)
    }

    /// `minutes` after local midnight, 0 to 1440 (which is the next day's midnight).
    pub fn at_minute(self, date: Date, minutes: i64) -> Timestamp {
        match u32::try_from(minutes).ok().and_then(|m| NaiveTime::from_hms_opt(m / 60, m % 60, 0)) {
            Some(time) => self.instant(date, time),
            None => self.midnight(date.plus_days(1)),
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Zone {
    type Err = chrono_tz::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

crate::store::text_column!(Zone);

/// Where the time comes from: the system, or a hand that tests turn.
#[derive(Clone)]
pub struct Clock(Hand);

#[derive(Clone)]
enum Hand {
    System,
    Held(Arc<AtomicI64>),
}

impl Clock {
    pub fn system() -> Self {
        Self(Hand::System)
    }

    pub fn held_at(at: Timestamp) -> Self {
        Self(Hand::Held(Arc::new(AtomicI64::new(at.0))))
    }

    /// Turns a held clock; the system's runs on.
    pub fn set(&self, at: Timestamp) {
        if let Hand::Held(hand) = &self.0 {
            hand.store(at.0, Ordering::SeqCst);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place")]
    pub fn now(&self) -> Now {
        Now(match &self.0 {
            Hand::System => Timestamp::from(Utc::now()),
            Hand::Held(hand) => Timestamp(hand.load(Ordering::SeqCst)),
        })
    }
}

/// The instant a request is handled at, as a guard: actions take it instead of asking for the time.
#[derive(Clone, Copy, Debug)]
pub struct Now(pub Timestamp);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Now {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let clock = request.rocket().state::<Clock>().cloned().unwrap_or_else(Clock::system);
        Outcome::Success(clock.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_half_open_and_follows_the_calendar() {
        let month = Month::parse("2026-12").unwrap();
        assert_eq!((month.first().to_string(), month.end().to_string()), ("2026-12-01".into(), "2027-01-01".into()));
        assert_eq!(month.previous().to_string(), "2026-11");
        assert!(Month::parse("2026-13").is_none());
    }

    #[test]
    fn local_dates_are_cut_in_the_centers_zone() {
        let late = Timestamp::parse_rfc3339("2026-03-31T16:30:00Z").unwrap();
        assert_eq!(Zone::SHANGHAI.date(late).to_string(), "2026-04-01");
        assert_eq!(Zone::SHANGHAI.midnight(Date::parse("2026-04-01").unwrap()).rfc3339(), "2026-03-31T16:00:00Z");
    }

    #[test]
    fn a_leap_day_child_has_its_birthday_on_the_28th() {
        let born = Date::parse("2004-02-29").unwrap();
        assert_eq!(born.plus_years(6).to_string(), "2010-02-28");
        assert_eq!(born.plus_years(8).to_string(), "2012-02-29");
    }
}

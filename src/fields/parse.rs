//! Parsers for plain values.

use std::ops::RangeInclusive;

use crate::clock::Date;
use crate::error::Fault;
use crate::spelling::{is_unseen, shows_nothing, turns_text};

/// One line of text, at most `max` characters, that shows what it holds: a reader sees something, and nothing hides in it.
pub fn line(max: usize) -> impl Fn(&str) -> Result<String, Fault> {
    move |text| match text {
        text if text.chars().count() > max => Err(Fault::bound("field.too_long", max)),
        text if text.chars().any(char::is_control) => Err(Fault::new("field.one_line")),
        text if shows_nothing(text) => Err(Fault::new("field.nothing_to_see")),
        text if text.chars().any(is_unseen) => Err(Fault::new("field.unseen_characters")),
        text => Ok(text.to_owned()),
    }
}

/// Text of several lines, at most `max` characters. A joiner may stand in it, as between the parts of a picture, but
/// nothing that turns text round, and no control character but line break and tab.
pub fn text(max: usize) -> impl Fn(&str) -> Result<String, Fault> {
    let hides = |c: char| turns_text(c) || (c.is_control() && !matches!(c, '\r' | '\n' | '\t'));
    move |text| match text {
        text if text.chars().count() > max => Err(Fault::bound("field.too_long", max)),
        text if shows_nothing(text) => Err(Fault::new("field.nothing_to_see")),
        text if text.chars().any(hides) => Err(Fault::new("field.unseen_characters")),
        text => Ok(text.to_owned()),
    }
}

pub fn integer(range: RangeInclusive<i64>) -> impl Fn(&str) -> Result<i64, Fault> {
    move |text| match text.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(Fault::bound("field.not_in_range", format!("{}–{}", range.start(), range.end()))),
    }
}

pub fn date(text: &str) -> Result<Date, Fault> {
    Date::parse(text).ok_or(Fault::new("field.not_a_date"))
}

/// How far from today, in whole years, a date of some kind can lie. What lies beyond is a slip, mostly of the year's
/// digits, and is told before anything is planned, counted or closed by it.
#[derive(Clone, Copy)]
pub struct Years {
    pub back: u32,
    pub ahead: u32,
}

/// What a center plans and enters afterwards: closures, holidays.
pub const PLANS: Years = Years { back: 2, ahead: 5 };

/// Agreements.
pub const TERMS: Years = Years { back: 20, ahead: 15 };

/// When somebody began to work, or a team was founded; perhaps shortly.
pub const BEGINNINGS: Years = Years { back: 70, ahead: 1 };

/// Since when a unit is in the community: some schools are older than anybody.
pub const ARRIVALS: Years = Years { back: 125, ahead: 0 };

/// Since when a center supports somebody: centers have been there since 2012, their forerunners a little longer.
pub const SUPPORT: Years = Years { back: 30, ahead: 0 };

/// When somebody stops working.
pub const ENDINGS: Years = Years { back: 70, ahead: 5 };

/// When somebody was born. The oldest human lived 122 years.
pub const BIRTHS: Years = Years { back: 125, ahead: 0 };

/// The first day of a paper about a person.
pub const PAPERS: Years = Years { back: 100, ahead: 1 };

/// The last day of a paper about a person.
pub const EXPIRIES: Years = Years { back: 100, ahead: 60 };

impl Years {
    pub fn around(self, today: Date) -> RangeInclusive<Date> {
        today.minus_years(self.back)..=today.plus_years(self.ahead)
    }
}

/// A date of a kind that can lie so far from today.
pub fn day(today: Date, years: Years) -> impl Fn(&str) -> Result<Date, Fault> {
    move |text| within(date(text)?, &years.around(today))
}

/// The date, if it is one of these.
pub fn within(date: Date, days: &RangeInclusive<Date>) -> Result<Date, Fault> {
    match days.contains(&date) {
        true => Ok(date),
        false => Err(Fault::bound("field.date_too_far", format!("{}–{}", days.start(), days.end()))),
    }
}

/// A wall clock time, `08:30` or `24:00`, as minutes after midnight.
pub fn minute_of_day(text: &str) -> Result<i64, Fault> {
    let digits = |part: &str| match part.as_bytes() {
        [b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9'] => part.parse::<i64>().ok(),
        _ => None,
    };
    // Some browsers send seconds.
    let (hours, rest) = text.split_once(':').unwrap_or_default();
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "00"));
    match (digits(hours), digits(minutes), digits(seconds)) {
        (Some(hours), Some(minutes @ 0..60), Some(0..60)) if hours * 60 + minutes <= 1440 => Ok(hours * 60 + minutes),
        _ => Err(Fault::new("field.not_a_time")),
    }
}

/// A time at which something ends: `00:00` is the end of the day, for browsers cannot show `24:00`.
pub fn end_of_span(text: &str) -> Result<i64, Fault> {
    Ok(match minute_of_day(text)? {
        0 => 1440,
        minutes => minutes,
    })
}

/// A value that parses itself: ids, and the words of closed sets.
pub fn choice<T: std::str::FromStr>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| Fault::new("field.not_a_choice"))
}

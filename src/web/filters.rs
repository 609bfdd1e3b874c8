//! Template filters that know the reader's language: `{{ "people.title"|t }}`, `{{ session.starts|day }}`.
//!
//! The language comes from the render call (see [`super::page`]), so no page struct has to carry it.

use std::borrow::Borrow;
use std::fmt::Display;

use askama::{Template, Values};
use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::chart::Charted;
use super::text::{Lang, Named, Worded};
use crate::clock::Date;
use crate::error::{Fault, Refusal};

/// The name under which a render call passes the language.
pub const LANG: &str = "lang";

fn lang(values: &dyn Values) -> Lang {
    askama::get_value::<Lang>(values, LANG).copied().unwrap_or_default()
}

/// The text of a key.
#[askama::filter_fn]
pub fn t(key: impl Display, values: &dyn Values) -> askama::Result<String> {
    Ok(lang(values).text(&key.to_string()))
}

/// The text of a key with `%{n}` filled in.
#[askama::filter_fn]
pub fn tn<K: Display, N: Display>(key: K, values: &dyn Values, n: N) -> askama::Result<String> {
    Ok(lang(values).with(&key.to_string(), [("n", n.to_string())]))
}

/// A key made of a pattern and a word: `{{ "error.{}.title"|key(name)|t }}`.
#[askama::filter_fn]
pub fn key<P: Display, W: Display>(pattern: P, _: &dyn Values, word: W) -> askama::Result<String> {
    Ok(pattern.to_string().replace("{}", &word.to_string()))
}

/// Thousands apart: `14,633`.
#[askama::filter_fn]
pub fn number<N: Borrow<i64>>(n: N, _: &dyn Values) -> askama::Result<String> {
    Ok(thousands(*n.borrow()))
}

/// The number as [`number`] writes it.
pub fn thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::from(if n < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The path of a style or script.
#[askama::filter_fn]
pub fn asset(name: impl Display, _: &dyn Values) -> askama::Result<String> {
    Ok(super::assets::path(&name.to_string()))
}

/// Chinese or English, of a name that is kept in both: `{{ kind.name|pick(kind.name_en) }}`.
#[askama::filter_fn]
pub fn pick<Z: Display, E: Display>(zh: Z, values: &dyn Values, en: E) -> askama::Result<String> {
    Ok(lang(values).pick(&zh.to_string(), &en.to_string()).to_owned())
}

/// What something is called before this reader.
#[askama::filter_fn]
pub fn called(what: &impl Named, values: &dyn Values) -> askama::Result<String> {
    Ok(what.in_lang(lang(values)).to_owned())
}

/// What something says to this reader.
#[askama::filter_fn]
pub fn told<T: Worded>(what: T, values: &dyn Values) -> askama::Result<String> {
    Ok(what.told(lang(values)))
}

/// `2026年3月5日 周四`, `Thu 5 March 2026`.
#[askama::filter_fn]
pub fn day(date: impl Into<Day>, values: &dyn Values) -> askama::Result<String> {
    Ok(long_day(lang(values), date.into().0))
}

/// `3月5日 周四`, `Thu 5 Mar`.
#[askama::filter_fn]
pub fn short_day(date: impl Into<Day>, values: &dyn Values) -> askama::Result<String> {
    let date = date.into().0;
    Ok(match lang(values) {
        Lang::Zh => format!("{}月{}日 {}", date.month(), date.day(), weekday(Lang::Zh, date)),
        Lang::En => date.format("%a %-d %b").to_string(),
    })
}

/// `2026年3月5日`, `5 March 2026`: without the weekday.
#[askama::filter_fn]
pub fn date(date: impl Into<Day>, values: &dyn Values) -> askama::Result<String> {
    Ok(plain_date(lang(values), date.into().0))
}

/// The date as [`date`] writes it.
pub fn plain_date(lang: Lang, date: NaiveDate) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Lang::En => date.format("%-d %B %Y").to_string(),
    }
}

/// `2026年3月5日 – 3月8日`, `5 March – 8 March 2026`: both days included, and the year said once where it is one.
#[askama::filter_fn]
pub fn until<F: Into<Day>, T: Into<Day>>(from: F, values: &dyn Values, to: T) -> askama::Result<String> {
    let (lang, from, to) = (lang(values), from.into().0, to.into().0);
    Ok(match lang {
        _ if from == to => plain_date(lang, from),
        _ if from.year() != to.year() => format!("{} – {}", plain_date(lang, from), plain_date(lang, to)),
        Lang::Zh => format!("{} – {}月{}日", plain_date(lang, from), to.month(), to.day()),
        Lang::En => format!("{} – {}", from.format("%-d %B"), plain_date(lang, to)),
    })
}

/// `2026年3月`, `March 2026`.
#[askama::filter_fn]
pub fn month(date: impl Into<Day>, values: &dyn Values) -> askama::Result<String> {
    Ok(long_month(lang(values), date.into().0))
}

/// The month as [`month`] writes it.
pub fn long_month(lang: Lang, date: NaiveDate) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月", date.year(), date.month()),
        Lang::En => date.format("%B %Y").to_string(),
    }
}

/// `14:30`.
#[askama::filter_fn]
pub fn time<A: Borrow<NaiveDateTime>>(at: A, _: &dyn Values) -> askama::Result<String> {
    Ok(at.borrow().format("%H:%M").to_string())
}

/// `14:30:05`.
#[askama::filter_fn]
pub fn second<A: Borrow<NaiveDateTime>>(at: A, _: &dyn Values) -> askama::Result<String> {
    Ok(at.borrow().format("%H:%M:%S").to_string())
}

/// A chart with its words in the reader's language: `{{ ratings|chart|safe }}`.
#[askama::filter_fn]
pub fn chart<C: Charted>(of: C, values: &dyn Values) -> askama::Result<String> {
    Template::render(&of.chart(lang(values)))
}

/// `3月5日 14:30`, `5 Mar 14:30`.
#[askama::filter_fn]
pub fn moment<A: Borrow<NaiveDateTime>>(at: A, values: &dyn Values) -> askama::Result<String> {
    let at = at.borrow();
    Ok(match lang(values) {
        Lang::Zh => format!("{}月{}日 {}", at.month(), at.day(), at.format("%H:%M")),
        Lang::En => at.format("%-d %b %H:%M").to_string(),
    })
}

/// Minutes after midnight as a wall clock time: 510 is `08:30`.
#[askama::filter_fn]
pub fn clock<M: Borrow<i64>>(minutes: M, _: &dyn Values) -> askama::Result<String> {
    let minutes = minutes.borrow();
    Ok(format!("{:02}:{:02}", minutes / 60, minutes % 60))
}

/// A field's fault as a sentence.
#[askama::filter_fn]
pub fn fault(fault: &Fault, values: &dyn Values) -> askama::Result<String> {
    Ok(lang(values).with(fault.key, fault.bound.iter().map(|bound| ("bound", bound.clone()))))
}

/// A refusal as a sentence.
#[askama::filter_fn]
pub fn refusal(refusal: &Refusal, values: &dyn Values) -> askama::Result<String> {
    Ok(refusal_text(lang(values), refusal))
}

/// In Chinese with the values as they are; in English with those of `…_en`, where there are.
pub fn refusal_text(lang: Lang, refusal: &Refusal) -> String {
    let english = |name: &str| refusal.args.iter().find(|(other, _)| other.strip_suffix("_en") == Some(name));
    let value = |(name, value): &(&'static str, String)| match english(name) {
        Some((_, value)) if lang == Lang::En => (*name, value.clone()),
        _ => (*name, value.clone()),
    };
    lang.with(&refusal.key, refusal.args.iter().filter(|(name, _)| !name.ends_with("_en")).map(value))
}

/// The date in full, as [`day`] writes it.
pub fn long_day(lang: Lang, date: NaiveDate) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日 {}", date.year(), date.month(), date.day(), weekday(lang, date)),
        Lang::En => date.format("%a %-d %B %Y").to_string(),
    }
}

fn weekday(lang: Lang, date: NaiveDate) -> String {
    lang.text(&format!("weekday.{}", date.weekday().number_from_monday()))
}

/// Anything with a calendar day.
pub struct Day(NaiveDate);

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(date.0)
    }
}

impl From<NaiveDateTime> for Day {
    fn from(at: NaiveDateTime) -> Self {
        Self(at.date())
    }
}

impl From<&Date> for Day {
    fn from(date: &Date) -> Self {
        Self(date.0)
    }
}

impl From<&NaiveDateTime> for Day {
    fn from(at: &NaiveDateTime) -> Self {
        Self(at.date())
    }
}

//! What a request brings: named values from a form or a JSON body, read into typed input with a fault per field.
//!
//! Pages and API read through the same code, so a rule about a field is written once, in the type's `parse`.

use std::collections::BTreeMap;

use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::http::Status;
use rocket::request::Request;
use serde_json::Value;

use crate::error::{Error, Fault, FieldErrors};

/// A body larger than this is refused with 413, never cut.
const LIMIT_KIB: u64 = 256;

/// The values as they came, trimmed; several under one name where several were sent.
#[derive(Clone, Debug, Default)]
pub struct Fields(BTreeMap<String, Vec<String>>);

impl Fields {
    pub fn from_form(body: &str) -> Self {
        let mut fields = Self::default();
        for (name, value) in form_urlencoded::parse(body.as_bytes()) {
            fields.add(&name, &value);
        }
        fields
    }

    /// Flattens a JSON object: nested objects by dots (`hours.1.opens`), lists as several values. `None` if not an object.
    pub fn from_json(body: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(body).ok()?;
        let mut fields = Self::default();
        value.is_object().then(|| fields.flatten("", &value))?;
        Some(fields)
    }

    fn flatten(&mut self, name: &str, value: &Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                    self.flatten(&name, value);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| self.flatten(name, value)),
            Value::String(text) => self.add(name, text),
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) => self.add(name, &value.to_string()),
        }
    }

    /// Adds a value; a NUL, which PostgreSQL's text cannot hold, is dropped, and a break is one character: a browser
    /// sends two for each that a text holds.
    pub fn add(&mut self, name: &str, value: &str) {
        let value = value.trim().replace('\0', "").replace("\r\n", "\n").replace('\r', "\n");
        self.0.entry(name.to_owned()).or_default().push(value);
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.add(name, &value.to_string());
        self
    }

    /// What is not here is as in `rest`.
    pub fn or(mut self, rest: Self) -> Self {
        for (name, values) in rest.0 {
            self.0.entry(name).or_insert(values);
        }
        self
    }

    /// The first value, or "" where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.all(name).first().map_or("", String::as_str)
    }

    pub fn all(&self, name: &str) -> &[String] {
        #[cfg(debug_assertions)]
        asked::note(name);
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).iter().any(|v| v == value)
    }

    /// Reads the fields into input; faults gather until [`Reader::finish`].
    pub fn read(&self) -> Reader<'_> {
        Reader { fields: self, errors: FieldErrors::default() }
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Fields {
    type Error = &'static str;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let body = match whole(data).await {
            Ok(body) => body,
            Err(error) => return Outcome::Error(error),
        };
        let json = request.content_type().is_some_and(|kind| kind.is_json());
        match if json { Self::from_json(&body) } else { Some(Self::from_form(&body)) } {
            Some(fields) => Outcome::Success(fields),
            None => Outcome::Error((Status::BadRequest, "the body is not a JSON object")),
        }
    }
}

/// The whole body as text.
async fn whole(data: Data<'_>) -> Result<String, (Status, &'static str)> {
    match data.open(LIMIT_KIB.kibibytes()).into_string().await {
        Ok(body) if body.is_complete() => Ok(body.into_inner()),
        Ok(_) => Err((Status::PayloadTooLarge, "the body is too large")),
        Err(_) => Err((Status::BadRequest, "the body is not UTF-8 text")),
    }
}

/// A JSON body of a shape that is more than named values: 400 where it is another.
pub struct Body<T>(pub T);

#[rocket::async_trait]
impl<'r, T: serde::de::DeserializeOwned> FromData<'r> for Body<T> {
    type Error = &'static str;

    async fn from_data(_: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match whole(data).await.map(|body| serde_json::from_str(&body)) {
            Ok(Ok(body)) => Outcome::Success(Self(body)),
            Ok(Err(_)) => Outcome::Error((Status::BadRequest, "the body has another shape")),
            Err(error) => Outcome::Error(error),
        }
    }
}

/// Reads fields one by one. A faulty one gives `None` and is noted; `finish` says whether there was any.
pub struct Reader<'a> {
    fields: &'a Fields,
    errors: FieldErrors,
}

impl Reader<'_> {
    pub fn required<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        match self.fields.get(name) {
            "" => self.fault(name, Fault::new("field.required")),
            text => parse(text).map_or_else(|fault| self.fault(name, fault), Some),
        }
    }

    /// `Some(None)` where nothing was entered, `None` where what was entered is faulty.
    pub fn optional<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Option<Option<T>> {
        match self.fields.get(name) {
            "" => Some(None),
            text => parse(text).map_or_else(|fault| self.fault(name, fault), |value| Some(Some(value))),
        }
    }

    pub fn flag(&self, name: &str) -> bool {
        matches!(self.fields.get(name), "1" | "true" | "on")
    }

    /// Every value under `name`, each parsed; `None` if any is faulty.
    pub fn every<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Fault>) -> Option<Vec<T>> {
        let read: Result<Vec<T>, Fault> =
            self.fields.all(name).iter().filter(|text| !text.is_empty()).map(|text| parse(text)).collect();
        read.map_or_else(|fault| self.fault(name, fault), Some)
    }

    pub fn fault<T>(&mut self, name: &str, fault: Fault) -> Option<T> {
        self.errors.fields.push((name.to_owned(), fault));
        None
    }

    /// The input that `build` makes of what was read.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every fault found.
    pub fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, Error> {
        if !self.errors.is_empty() {
            return Err(Error::Invalid(self.errors));
        }
        build().ok_or_else(|| Error::internal("a form was read without a fault, yet a value is missing"))
    }
}

/// Minutes after midnight as a time field holds them: 1440 is `00:00`.
pub fn time_value(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
}

/// Parsers for plain values.
pub mod parse {
    use crate::clock::Date;
    use crate::error::Fault;
    use crate::spelling::{is_unseen, turns_text};

    /// One line of text, at most `max` characters, that shows what it holds: a reader sees something, and nothing hides in it.
    pub fn line(max: usize) -> impl Fn(&str) -> Result<String, Fault> {
        move |text| match text {
            text if text.chars().count() > max => Err(Fault::bound("field.too_long", max)),
            text if text.chars().any(char::is_control) => Err(Fault::new("field.one_line")),
            text if text.chars().all(|c| is_unseen(c) || c.is_whitespace()) => Err(Fault::new("field.nothing_to_see")),
            text if text.chars().any(is_unseen) => Err(Fault::new("field.unseen_characters")),
            text => Ok(text.to_owned()),
        }
    }

    /// Text of several lines, at most `max` characters.
    pub fn text(max: usize) -> impl Fn(&str) -> Result<String, Fault> {
        move |text| match text {
            text if text.chars().count() > max => Err(Fault::bound("field.too_long", max)),
            text if text.chars().all(|c| is_unseen(c) || c.is_whitespace()) => Err(Fault::new("field.nothing_to_see")),
            text if text.chars().any(turns_text) => Err(Fault::new("field.unseen_characters")),
            text => Ok(text.to_owned()),
        }
    }

    pub fn integer(range: std::ops::RangeInclusive<i64>) -> impl Fn(&str) -> Result<i64, Fault> {
        move |text| match text.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(Fault::bound("field.not_in_range", format!("{}–{}", range.start(), range.end()))),
        }
    }

    pub fn date(text: &str) -> Result<Date, Fault> {
        Date::parse(text).ok_or(Fault::new("field.not_a_date"))
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
            (Some(hours), Some(minutes @ 0..60), Some(0..60)) if hours * 60 + minutes <= 1440 => {
                Ok(hours * 60 + minutes)
            }
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
}

/// Which names are asked of a body: for the test that holds what the API's description says of a body against what is
/// really read. In a release nothing is noted.
#[cfg(debug_assertions)]
pub mod asked {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    rocket::tokio::task_local! {
        static NAMES: RefCell<BTreeSet<String>>;
    }

    pub(super) fn note(name: &str) {
        // Outside of a test nobody listens.
        _ = NAMES.try_with(|names| names.borrow_mut().insert(name.to_owned()));
    }

    /// What `asking` gives, and the names that were asked of any body meanwhile.
    pub async fn during<T>(asking: impl Future<Output = T>) -> (T, BTreeSet<String>) {
        let listening = async {
            let given = asking.await;
            (given, NAMES.with(RefCell::take))
        };
        NAMES.scope(RefCell::default(), listening).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_and_json_read_alike() {
        let form = Fields::from_form("name=%E9%99%88%E4%BC%AF&hours.1.opens=08%3A30&group=elderly&group=needy");
        let json = Fields::from_json(r#"{"name":"陈伯","hours":{"1":{"opens":"08:30"}},"group":["elderly","needy"]}"#)
            .unwrap();
        assert_eq!(form.0, json.0);
        assert!(Fields::from_json("[1]").is_none());
    }

    #[test]
    fn times_are_read_strictly_and_midnight_ends_a_day() {
        assert_eq!(parse::minute_of_day("8:05"), Ok(485));
        assert_eq!(parse::minute_of_day("08:05:00"), Ok(485));
        assert_eq!(parse::end_of_span("00:00"), Ok(1440));
        for wrong in ["24:01", "-0:30", "08:30zzz", "4611686018427387914:00", "8", "", "08:60", "８:00"] {
            assert!(parse::minute_of_day(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_fault_is_told_at_its_field() {
        let fields = Fields::from_form("area=-3&opens=25:00&date=2026-02-30");
        let mut read = fields.read();
        read.required("name", parse::line(10));
        read.required("area", parse::integer(1..=9));
        read.required("opens", parse::minute_of_day);
        read.optional("date", parse::date);
        let Err(Error::Invalid(errors)) = read.finish(|| Some(())) else { panic!("taken") };
        let names: Vec<_> = errors.fields.iter().map(|(name, fault)| (name.as_str(), fault.key)).collect();
        assert_eq!(
            names,
            [
                ("name", "field.required"),
                ("area", "field.not_in_range"),
                ("opens", "field.not_a_time"),
                ("date", "field.not_a_date")
            ]
        );
    }
}

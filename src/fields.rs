//! What a request brings: named values from a form or a JSON body, read into typed input with a fault per field.
//!
//! Pages and API read through the same code, so a rule about a field is written once, in the type's `parse`.

pub mod parse;

use std::collections::BTreeMap;

use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::http::Status;
use rocket::request::Request;
use serde_json::Value;

use crate::error::{Error, Fault, FieldErrors};

/// A larger body of somebody who is signed in is refused with 413, never cut.
const LIMIT_KIB: u64 = 256;

/// So much may a stranger send, whose forms are a name, a number, a password or a line: many who send at once cost little.
const STRANGERS_KIB: u64 = 16;

/// Who sends the request, in its local cache: a stranger, unless a guard of `auth` found somebody. Guards come before the body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    Stranger,
    SignedIn,
}

/// The values as they came, trimmed; several under one name where several were sent.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    values: BTreeMap<String, Vec<String>>,
    /// What JSON says of a value besides its text. A form says nothing.
    shapes: BTreeMap<String, Shape>,
    /// Whether tests do not hear of which of them is asked.
    #[cfg(debug_assertions)]
    is_unheard: bool,
}

/// What a JSON value is. One of the wrong kind is never read as another: a list is no text, nor is `"yes"` true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Plain,
    Truth,
    List,
    Object,
}

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
        let shape = match value {
            Value::Null => None,
            Value::Object(_) => Some(Shape::Object),
            Value::Array(_) => Some(Shape::List),
            Value::Bool(_) => Some(Shape::Truth),
            Value::Number(_) | Value::String(_) => Some(Shape::Plain),
        };
        if let Some(shape) = shape {
            // A list's, where the value stands in one.
            self.shapes.entry(name.to_owned()).or_insert(shape);
        }
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
        self.values.entry(name.to_owned()).or_default().push(value);
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.add(name, &value.to_string());
        self
    }

    /// Fields that no body said, as of a form that the server fills for itself: who reads them asks nothing of whoever sent one.
    pub fn unheard(self) -> Self {
        Self {
            #[cfg(debug_assertions)]
            is_unheard: true,
            ..self
        }
    }

    /// What is not here is as in `rest`.
    pub fn or(mut self, rest: Self) -> Self {
        for (name, values) in rest.values {
            self.values.entry(name).or_insert(values);
        }
        self
    }

    /// The first value, or "" where there is none. To be taken over, read it: a [`Reader`] refuses several.
    pub fn get(&self, name: &str) -> &str {
        self.all(name).first().map_or("", String::as_str)
    }

    pub fn all(&self, name: &str) -> &[String] {
        #[cfg(debug_assertions)]
        asked::note(name, !self.is_unheard);
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).iter().any(|v| v == value)
    }

    /// Reads the fields into input; faults gather until [`Reader::finish`].
    pub fn read(&self) -> Reader<'_> {
        Reader { fields: self, errors: FieldErrors::default() }
    }

    /// The one value under `name`, "" where there is none.
    ///
    /// # Errors
    /// Where there are several, or JSON says yes, no or an object.
    fn one(&self, name: &str) -> Result<&str, Fault> {
        match (self.shapes.get(name), self.all(name)) {
            (Some(Shape::List), _) | (_, [_, _, ..]) => Err(Fault::new("field.only_one")),
            (Some(Shape::Truth | Shape::Object), _) => Err(Fault::new("field.wrong_kind")),
            (Some(Shape::Plain) | None, values) => Ok(values.first().map_or("", String::as_str)),
        }
    }

    /// Whether it is yes: a ticked box, or JSON's `true`.
    ///
    /// # Errors
    /// For whatever is neither yes nor no.
    fn truth(&self, name: &str) -> Result<bool, Fault> {
        match (self.shapes.get(name), self.all(name)) {
            (Some(Shape::Truth), [word]) => Ok(word == "true"),
            (None, []) => Ok(false),
            (None, [word]) if matches!(word.as_str(), "1" | "true" | "on") => Ok(true),
            (None, [word]) if matches!(word.as_str(), "" | "0" | "false" | "off") => Ok(false),
            _ => Err(Fault::new("field.not_yes_or_no")),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Fields {
    type Error = &'static str;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let body = match whole(request, data).await {
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
async fn whole(request: &Request<'_>, data: Data<'_>) -> Result<String, (Status, &'static str)> {
    let limit = match request.local_cache(|| Sender::Stranger) {
        Sender::SignedIn => LIMIT_KIB,
        Sender::Stranger => STRANGERS_KIB,
    };
    match data.open(limit.kibibytes()).into_string().await {
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

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match whole(request, data).await.map(|body| serde_json::from_str(&body)) {
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
        match self.fields.one(name) {
            Ok("") => self.fault(name, Fault::new("field.required")),
            Ok(text) => parse(text).map_or_else(|fault| self.fault(name, fault), Some),
            Err(fault) => self.fault(name, fault),
        }
    }

    /// `Some(None)` where nothing was entered, `None` where what was entered is faulty.
    pub fn optional<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Option<Option<T>> {
        match self.fields.one(name) {
            Ok("") => Some(None),
            Ok(text) => parse(text).map_or_else(|fault| self.fault(name, fault), |value| Some(Some(value))),
            Err(fault) => self.fault(name, fault),
        }
    }

    /// Whether a box is ticked; what is neither yes nor no is a fault.
    pub fn flag(&mut self, name: &str) -> bool {
        let truth = self.fields.truth(name);
        truth.unwrap_or_else(|fault| self.fault(name, fault).unwrap_or_default())
    }

    /// Every value under `name`, each parsed; `None` if any is faulty.
    pub fn every<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Fault>) -> Option<Vec<T>> {
        if let Some(Shape::Truth | Shape::Object) = self.fields.shapes.get(name) {
            return self.fault(name, Fault::new("field.wrong_kind"));
        }
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

/// Which names are asked of a body: for the test that holds what the API's description says of a body against what is
/// really read. In a release nothing is noted.
#[cfg(debug_assertions)]
pub mod asked {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    rocket::tokio::task_local! {
        static NAMES: RefCell<BTreeSet<String>>;
    }

    pub(super) fn note(name: &str, is_heard: bool) {
        if !is_heard {
            return;
        }
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
    use crate::clock::Date;

    #[test]
    fn form_and_json_read_alike() {
        let form = Fields::from_form("name=%E9%99%88%E4%BC%AF&hours.1.opens=08%3A30&group=elderly&group=needy");
        let json = Fields::from_json(r#"{"name":"陈伯","hours":{"1":{"opens":"08:30"}},"group":["elderly","needy"]}"#)
            .unwrap();
        assert_eq!(form.values, json.values);
        assert!(Fields::from_json("[1]").is_none());
    }

    #[test]
    fn what_json_says_is_not_read_as_something_else() {
        let json = Fields::from_json(
            r#"{"yes": true, "no": false, "word": "yes", "one": 1, "none": null, "list": ["a"], "two": ["a", "b"], "o": {"a": 1}}"#,
        )
        .unwrap();
        let told = |name: &str| {
            let mut read = json.read();
            (read.flag(name), read.errors.get(name).map(|fault| fault.key))
        };
        assert_eq!(
            [told("yes"), told("no"), told("none"), told("absent")],
            [(true, None), (false, None), (false, None), (false, None)]
        );
        for name in ["word", "one", "list", "two", "o"] {
            assert_eq!(told(name), (false, Some("field.not_yes_or_no")), "{name}");
        }
        for (name, fault) in [
            ("yes", Some("field.wrong_kind")),
            ("o", Some("field.wrong_kind")),
            ("list", Some("field.only_one")),
            ("two", Some("field.only_one")),
            ("one", None),
            ("none", None),
        ] {
            let mut read = json.read();
            read.optional(name, parse::line(9));
            assert_eq!(read.errors.get(name).map(|fault| fault.key), fault, "{name}");
        }
        assert_eq!(json.read().every("two", parse::line(9)), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(json.read().every("o", parse::line(9)), None);
        let form = Fields::from_form("tick=on&other=yes&twice=1&twice=1");
        let mut read = form.read();
        assert_eq!([read.flag("tick"), read.flag("other"), read.flag("twice")], [true, false, false]);
        assert_eq!(read.errors.fields.len(), 2);
    }

    #[test]
    fn a_slip_in_the_year_is_told() {
        let today = Date::parse("2026-03-05").unwrap();
        let planned = parse::day(today, parse::PLANS);
        assert!(planned("2024-03-05").is_ok() && planned("2031-03-05").is_ok());
        assert_eq!(planned("2126-03-05"), Err(Fault::bound("field.date_too_far", "2024-03-05–2031-03-05")));
        assert_eq!(planned("2026-13-05"), Err(Fault::new("field.not_a_date")));
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

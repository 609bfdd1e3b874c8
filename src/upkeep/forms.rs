//! Reading the forms: the same for pages and programs.

use super::types::{AssetKind, AssetOrigin, DefectAnswer, DrillKind};
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};
use crate::people::PersonId;
use crate::rooms::RoomId;

/// Days for which something is lent at most: a wheelchair after an operation stays for months.
const LONGEST_LOAN: u64 = 366;

pub struct DefectInput {
    pub request: String,
    pub what: String,
    pub room: Option<RoomId>,
}

/// Fields `request_id what room`.
pub fn defect(fields: &Fields) -> Result<DefectInput> {
    let mut read = fields.read();
    let request =
        read.required("request_id", |text| text.parse::<uuid::Uuid>().map_err(|_| Fault::new("field.not_a_uuid")));
    let what = read.required("what", parse::text(400));
    let room = read.optional("room", parse::choice);
    read.finish(|| Some(DefectInput { request: request?.to_string(), what: what?, room: room? }))
}

/// Fields `mender mend_by`: who mends it, and until when.
pub fn assignment(fields: &Fields, today: Date) -> Result<(String, Date)> {
    let mut read = fields.read();
    let mender = read.required("mender", parse::line(40));
    let until = read.required("mend_by", |text| parse::within(parse::date(text)?, &(today..=today.plus_years(1))));
    read.finish(|| Some((mender?, until?)))
}

/// Fields `answer word`: `mended`, `dismissed` or `reopened`, and what there is to say of it.
pub fn answer(fields: &Fields) -> Result<(DefectAnswer, String)> {
    let mut read = fields.read();
    let answer = read.required("answer", parse::choice);
    let word = read.required("word", parse::line(80));
    read.finish(|| Some((answer?, word?)))
}

pub struct AssetInput {
    pub number: String,
    pub name: String,
    pub kind: AssetKind,
    pub origin: AssetOrigin,
    pub room: Option<RoomId>,
    pub bought_on: Option<Date>,
    pub cost_yuan: Option<i64>,
    pub lendable: bool,
    pub note: Option<String>,
}

/// Fields `number name kind origin room bought_on cost_yuan lendable note`.
pub fn asset(fields: &Fields, today: Date) -> Result<AssetInput> {
    let mut read = fields.read();
    let number = read.required("number", parse::line(40));
    let name = read.required("name", parse::line(60));
    let kind = read.required("kind", parse::choice);
    let origin = read.required("origin", parse::choice);
    let room = read.optional("room", parse::choice);
    let bought_on = read.optional("bought_on", |text| past(text, today));
    let cost = read.optional("cost_yuan", parse::integer(0..=100_000_000));
    let lendable = read.flag("lendable");
    let note = read.optional("note", parse::line(120));
    read.finish(|| {
        let (number, name, note) = (number?, name?, note?);
        let (kind, origin, room) = (kind?, origin?, room?);
        Some(AssetInput { number, name, kind, origin, room, bought_on: bought_on?, cost_yuan: cost?, lendable, note })
    })
}

/// A day that is not to come, nor of a mistyped year.
fn past(text: &str, today: Date) -> Result<Date, Fault> {
    match parse::within(parse::date(text)?, &(today.minus_years(50)..=today.plus_years(1)))? {
        day if day > today => Err(Fault::new("field.in_the_future")),
        day => Ok(day),
    }
}

/// To whom something is lent.
pub enum Borrower {
    Person(PersonId),
    Unit(String),
}

pub struct LoanInput {
    pub borrower: Borrower,
    pub due_on: Date,
}

/// Fields `person` or `unit`, and `due_on`.
pub fn loan(fields: &Fields, today: Date) -> Result<LoanInput> {
    let mut read = fields.read();
    let person = read.optional("person", parse::choice);
    let unit = read.optional("unit", parse::line(60));
    let last = today.plus_days(LONGEST_LOAN);
    let due_on = read.required("due_on", |text| parse::within(parse::date(text)?, &(today..=last)));
    let borrower = match (person, unit) {
        (Some(Some(person)), Some(None)) => Some(Borrower::Person(person)),
        (Some(None), Some(Some(unit))) => Some(Borrower::Unit(unit)),
        (Some(None), Some(None)) => read.fault("unit", Fault::new("field.required")),
        (Some(Some(_)), Some(Some(_))) => read.fault("unit", Fault::new("upkeep.one_borrower")),
        _ => None,
    };
    read.finish(|| Some(LoanInput { borrower: borrower?, due_on: due_on? }))
}

/// Fields `word lost`: in which state it is back, or that it never will be.
pub fn return_of(fields: &Fields) -> Result<(Option<String>, bool)> {
    let mut read = fields.read();
    let word = read.optional("word", parse::line(80));
    let lost = read.flag("lost");
    if let (Some(None), true) = (&word, lost) {
        read.fault::<()>("word", Fault::new("field.required"));
    }
    read.finish(|| Some((word?, lost)))
}

pub struct DrillInput {
    pub held_on: Date,
    pub kind: DrillKind,
    pub minutes: i64,
    pub people: i64,
    pub led_by: String,
    pub found: Option<String>,
}

/// Fields `held_on kind minutes people led_by found`.
pub fn drill(fields: &Fields, today: Date) -> Result<DrillInput> {
    let mut read = fields.read();
    let held_on = read.required("held_on", |text| past(text, today));
    let kind = read.required("kind", parse::choice);
    let minutes = read.required("minutes", parse::integer(1..=1_440));
    let people = read.required("people", parse::integer(0..=100_000));
    let led_by = read.required("led_by", parse::line(40));
    let found = read.optional("found", parse::text(1_000));
    read.finish(|| {
        let (held_on, kind, minutes) = (held_on?, kind?, minutes?);
        Some(DrillInput { held_on, kind, minutes, people: people?, led_by: led_by?, found: found? })
    })
}

/// The field `reason`.
pub fn reason(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required("reason", parse::line(80));
    read.finish(|| reason)
}

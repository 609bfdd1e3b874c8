//! Reading what was said, and the words that are published.

use super::types::{ConsentAnswer, ConsentMethod, Guardian, Guardianship, Purpose};
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};

/// Characters of a guardian's name.
const NAME: usize = 40;

/// An answer to be written down.
pub struct ConsentInput {
    pub purpose: Purpose,
    pub answer: ConsentAnswer,
    pub given_on: Date,
    pub method: ConsentMethod,
    /// Of the words; those of the day, where it is not said.
    pub version: Option<i64>,
    pub guardian: Option<Guardian>,
}

/// Fields `purpose answer given_on given_method version guardian guardianship`.
pub fn consent(fields: &Fields, today: Date) -> Result<ConsentInput> {
    let mut read = fields.read();
    let purpose = read.required("purpose", asked);
    let answer = read.required("answer", parse::choice);
    let given_on = read.required("given_on", past(today));
    let method = read.required("given_method", noted);
    let version = read.optional("version", parse::integer(1..=100_000));
    let guardian = read_guardian(&mut read);
    read.finish(|| {
        let (purpose, answer, given_on) = (purpose?, answer?, given_on?);
        Some(ConsentInput { purpose, answer, given_on, method: method?, version: version?, guardian: guardian? })
    })
}

/// Fields `consent.service consent.photos consent_method guardian guardianship` of somebody who is being registered: a yes for each box
/// that is ticked. Whose box is not, was not asked.
pub fn at_registration(fields: &Fields, today: Date) -> Result<Vec<ConsentInput>> {
    let mut read = fields.read();
    let ticked: Vec<Purpose> =
        Purpose::ASKED.into_iter().filter(|purpose| read.flag(&format!("consent.{purpose}"))).collect();
    let method = read.optional("consent_method", noted);
    let guardian = read_guardian(&mut read);
    read.finish(|| {
        let (method, guardian) = (method?.unwrap_or(ConsentMethod::Spoken), guardian?);
        let yes = |purpose| ConsentInput {
            purpose,
            answer: ConsentAnswer::Given,
            given_on: today,
            method,
            version: None,
            guardian: guardian.clone(),
        };
        Some(ticked.into_iter().map(yes).collect())
    })
}

/// `Some(None)` where nobody agreed for the person.
fn read_guardian(read: &mut Reader<'_>) -> Option<Option<Guardian>> {
    let name = read.optional("guardian", parse::line(NAME));
    let relation: Option<Option<Guardianship>> = read.optional("guardianship", parse::choice);
    match (name?, relation?) {
        (Some(name), Some(relation)) => Some(Some(Guardian { name, relation })),
        (None, None) => Some(None),
        (Some(_), None) => read.fault("guardianship", Fault::new("field.required")),
        (None, Some(_)) => read.fault("guardian", Fault::new("field.required")),
    }
}

pub struct Withdrawal {
    pub purpose: Purpose,
    pub withdrawn_on: Date,
    pub method: ConsentMethod,
}

/// Fields `purpose`, and with `suffix` `withdrawn_on withdrawn_method`.
pub fn withdrawal(fields: &Fields, suffix: &str, today: Date) -> Result<Withdrawal> {
    let mut read = fields.read();
    let purpose = read.required("purpose", asked);
    let withdrawn_on = read.required(&format!("withdrawn_on{suffix}"), past(today));
    let method = read.required(&format!("withdrawn_method{suffix}"), noted);
    read.finish(|| Some(Withdrawal { purpose: purpose?, withdrawn_on: withdrawn_on?, method: method? }))
}

/// Why an entry is a mistake, in the field `name`.
pub fn void_reason(fields: &Fields, name: &str) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required(name, parse::line(80));
    read.finish(|| reason)
}

/// Words to be published.
pub struct ConsentTextInput {
    pub purpose: Purpose,
    pub wording: String,
    pub wording_en: String,
    pub effective_from: Date,
}

/// Fields `purpose wording wording_en effective_from`, the last today or later.
pub fn text(fields: &Fields, today: Date) -> Result<ConsentTextInput> {
    let mut read = fields.read();
    let purpose: Option<Purpose> = read.required("purpose", parse::choice);
    let (most, most_en) = purpose.map_or((usize::MAX, usize::MAX), Purpose::most);
    let wording = read.required("wording", parse::text(most));
    let wording_en = read.required("wording_en", parse::text(most_en));
    let effective_from = read.required("effective_from", |text| match parse::day(today, parse::PLANS)(text)? {
        day if day < today => Err(Fault::new("field.in_the_past")),
        day => Ok(day),
    });
    read.finish(|| {
        let (wording, wording_en) = (wording?, wording_en?);
        Some(ConsentTextInput { purpose: purpose?, wording, wording_en, effective_from: effective_from? })
    })
}

fn asked(text: &str) -> Result<Purpose, Fault> {
    let purpose = parse::choice(text)?;
    if Purpose::ANSWERED.contains(&purpose) { Ok(purpose) } else { Err(Fault::new("field.not_a_choice")) }
}

/// How an answer came of which somebody makes a note.
fn noted(text: &str) -> Result<ConsentMethod, Fault> {
    let method = parse::choice(text)?;
    if ConsentMethod::NOTED.contains(&method) { Ok(method) } else { Err(Fault::new("field.not_a_choice")) }
}

/// A day on which somebody can have said something: today at the latest.
fn past(today: Date) -> impl Fn(&str) -> Result<Date, Fault> {
    move |text| match parse::day(today, parse::SUPPORT)(text)? {
        day if day > today => Err(Fault::new("field.in_the_future")),
        day => Ok(day),
    }
}

//! Reading the forms of households.

use super::types::Relation;
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::people::PersonId;

/// A household that is opened, and who lives there first.
pub struct HouseholdInput {
    pub address: Option<String>,
    pub opened_on: Date,
    pub head: PersonId,
}

/// Fields `address opened_on head_id`.
pub fn household(fields: &Fields, today: Date) -> Result<HouseholdInput> {
    let mut read = fields.read();
    let (address, opened_on) = (address(&mut read), read.required("opened_on", past_day(today)));
    let head = read.required("head_id", parse::choice);
    read.finish(|| Some(HouseholdInput { address: address?, opened_on: opened_on?, head: head? }))
}

pub struct HouseholdRevision {
    pub address: Option<String>,
    pub opened_on: Date,
    /// What the form was filled from; whoever sends none changes what is there now.
    pub version: Option<i64>,
}

/// Fields `address opened_on version`.
pub fn revision(fields: &Fields, today: Date) -> Result<HouseholdRevision> {
    let mut read = fields.read();
    let version = read.optional("version", parse::integer(0..=i64::MAX));
    let (address, opened_on) = (address(&mut read), read.required("opened_on", past_day(today)));
    read.finish(|| Some(HouseholdRevision { address: address?, opened_on: opened_on?, version: version? }))
}

fn address(read: &mut Reader<'_>) -> Option<Option<String>> {
    read.optional("address", parse::line(120))
}

/// Who comes to live in a household.
pub struct MoveInput {
    pub person: PersonId,
    pub relation: Relation,
    pub moved_in: Date,
}

/// Fields `person_id relation moved_in`.
pub fn move_in(fields: &Fields, today: Date) -> Result<MoveInput> {
    let mut read = fields.read();
    let person = read.required("person_id", parse::choice);
    let relation = read.required("relation", parse::choice);
    let moved_in = read.required("moved_in", past_day(today));
    read.finish(|| Some(MoveInput { person: person?, relation: relation?, moved_in: moved_in? }))
}

pub struct StayInput {
    pub relation: Relation,
    pub moved_in: Date,
    pub moved_out: Option<Date>,
}

/// Fields `relation moved_in moved_out`, each with `suffix`.
pub fn stay(fields: &Fields, suffix: &str, today: Date) -> Result<StayInput> {
    let mut read = fields.read();
    let relation = read.required(&format!("relation{suffix}"), parse::choice);
    let moved_in = read.required(&format!("moved_in{suffix}"), past_day(today));
    let out = format!("moved_out{suffix}");
    let moved_out = read.optional(&out, past_day(today));
    if let (Some(from), Some(Some(to))) = (moved_in, moved_out)
        && to < from
    {
        read.fault::<()>(&out, Fault::new("field.ends_before_start"));
    }
    read.finish(|| Some(StayInput { relation: relation?, moved_in: moved_in?, moved_out: moved_out? }))
}

/// What has happened: no later than today.
fn past_day(today: Date) -> impl Fn(&str) -> Result<Date, Fault> {
    move |text| match parse::day(today, parse::BIRTHS)(text)? {
        day if day > today => Err(Fault::new("field.in_the_future")),
        day => Ok(day),
    }
}

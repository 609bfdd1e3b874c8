//! Reading the forms of trainings, commendations and star levels.

use super::rules;
use super::types::{HonourLevel, Honoured};
use crate::clock::Date;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::fields::{Fields, parse};
use crate::ids::{PersonId, TeamId};

pub struct TrainingInput {
    pub title: String,
    pub held_on: Date,
    pub minutes: i64,
    pub giver: String,
    pub place: Option<String>,
    pub team: Option<TeamId>,
}

/// A day that is over, or today, and not longer ago than records go back.
fn past(today: Date) -> impl Fn(&str) -> std::result::Result<Date, Fault> {
    move |text| match parse::day(today, parse::BEGINNINGS)(text)? {
        day if day > today => Err(Fault::new("field.in_the_future")),
        day => Ok(day),
    }
}

/// Fields `title held_on minutes giver place team`.
pub fn training(fields: &Fields, today: Date) -> Result<TrainingInput> {
    let mut read = fields.read();
    let title = read.required("title", parse::line(60));
    let held_on = read.required("held_on", past(today));
    let minutes = read.required("minutes", parse::integer(5..=6_000));
    let giver = read.required("giver", parse::line(60));
    let place = read.optional("place", parse::line(60));
    let team = read.optional("team", parse::choice);
    read.finish(|| {
        let (title, held_on, minutes) = (title?, held_on?, minutes?);
        Some(TrainingInput { title, held_on, minutes, giver: giver?, place: place?, team: team? })
    })
}

/// Field `person`, once for each of them.
pub fn people(fields: &Fields) -> Result<Vec<PersonId>> {
    let mut read = fields.read();
    let people = read.every("person", parse::choice);
    if people.as_ref().is_some_and(Vec::is_empty) {
        read.fault::<()>("person", Fault::new("field.nobody_chosen"));
    }
    read.finish(|| people)
}

pub struct AwardInput {
    pub title: String,
    pub level: HonourLevel,
    pub giver: Option<String>,
    pub given_on: Date,
    pub for_year: Option<i64>,
    pub what: Option<String>,
}

/// Fields `title level giver given_on for_year what`.
pub fn award(fields: &Fields, today: Date) -> Result<AwardInput> {
    let mut read = fields.read();
    let title = read.required("title", parse::line(40));
    let level = read.required("level", parse::choice);
    let giver = match level {
        Some(HonourLevel::Other) => read.required("giver", parse::line(60)).map(Some),
        _ => read.optional("giver", parse::line(60)),
    };
    let given_on = read.required("given_on", past(today));
    let for_year = read.optional("for_year", parse::integer(1_990..=2_200));
    let what = read.optional("what", parse::line(200));
    read.finish(|| {
        let (title, level, giver) = (title?, level?, giver?);
        Some(AwardInput { title, level, giver, given_on: given_on?, for_year: for_year?, what: what? })
    })
}

/// Whom a commendation honours: fields `team`, or `person` once for each.
pub fn honoured(fields: &Fields) -> Result<Honoured> {
    let mut read = fields.read();
    let team: Option<Option<TeamId>> = read.optional("team", parse::choice);
    let people: Option<Vec<PersonId>> = read.every("person", parse::choice);
    match (team, people.as_ref().map(Vec::len)) {
        (Some(None), Some(0)) => _ = read.fault::<()>("person", Fault::new("field.nobody_chosen")),
        (Some(Some(_)), Some(1..)) => _ = read.fault::<()>("team", Fault::new("field.team_or_people")),
        _ => {}
    }
    read.finish(|| Some(team?.map_or(Honoured::People(people?), Honoured::Team)))
}

/// Field `hours`, once for each level, the lowest first.
pub fn levels(fields: &Fields) -> Result<Vec<i64>> {
    let mut read = fields.read();
    let hours = read.every("hours", parse::integer(1..=99_999));
    if hours.as_ref().is_some_and(|hours| !rules::rise(hours) || !(1..=9).contains(&hours.len())) {
        read.fault::<()>("hours", Fault::new("field.levels_rise"));
    }
    read.finish(|| hours)
}

/// Why an entry is a mistake, in the field `reason`.
pub fn reason(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required("reason", parse::line(80));
    read.finish(|| reason)
}

/// What is said where no file came.
pub fn no_paper() -> Error {
    Error::Invalid(FieldErrors::one("paper", Fault::new("field.required")))
}

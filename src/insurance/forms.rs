//! Reading a policy's form.

use super::types::Covers;
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};
use crate::ids::{PersonId, TeamId};

pub struct InsuranceInput {
    pub insurer: String,
    pub policy_number: String,
    pub covers: Covers,
    pub team: Option<TeamId>,
    pub valid_from: Date,
    pub valid_to: Date,
    pub note: Option<String>,
}

/// Fields `insurer policy_number covers team valid_from valid_to note`.
pub fn insurance(fields: &Fields, today: Date) -> Result<InsuranceInput> {
    let mut read = fields.read();
    let insurer = read.required("insurer", parse::line(60));
    let policy_number = read.required("policy_number", parse::line(60));
    let covers: Option<Covers> = read.required("covers", parse::choice);
    let team = match covers {
        Some(Covers::Team) => read.required("team", parse::choice).map(Some),
        _ => Some(None),
    };
    let valid_from = read.required("valid_from", parse::day(today, parse::BEGINNINGS));
    let valid_to = read.required("valid_to", parse::day(today, parse::ENDINGS));
    let note = read.optional("note", parse::line(120));
    if let (Some(from), Some(to)) = (valid_from, valid_to)
        && to < from
    {
        read.fault::<()>("valid_to", Fault::new("field.ends_before_start"));
    }
    read.finish(|| {
        let (insurer, policy_number, covers, team) = (insurer?, policy_number?, covers?, team?);
        Some(InsuranceInput {
            insurer,
            policy_number,
            covers,
            team,
            valid_from: valid_from?,
            valid_to: valid_to?,
            note: note?,
        })
    })
}

/// Field `person`.
pub fn person(fields: &Fields) -> Result<PersonId> {
    let mut read = fields.read();
    let person = read.required("person", parse::choice);
    read.finish(|| person)
}

/// Field `reason`.
pub fn reason(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required("reason", parse::line(80));
    read.finish(|| reason)
}

/// Fields `risky`, yes or no, and `later`, for all later sessions of the series too.
pub fn risk(fields: &Fields) -> Result<(bool, bool)> {
    let mut read = fields.read();
    let (risky, later) = (read.flag("risky"), read.flag("later"));
    read.finish(|| Some((risky, later)))
}

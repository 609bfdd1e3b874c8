//! Reading a new team's form.

use super::types::TeamKindId;
use crate::clock::Date;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::people::PersonId;

pub struct TeamInput {
    pub name: String,
    pub kind: TeamKindId,
    pub founded_on: Date,
    pub leader: Option<PersonId>,
}

/// Fields `name kind founded_on leader_id`.
pub fn team(fields: &Fields, today: Date) -> Result<TeamInput> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(40));
    let kind = read.required("kind", parse::choice);
    let founded_on = read.required("founded_on", parse::day(today, parse::BEGINNINGS));
    let leader = read.optional("leader_id", parse::choice);
    read.finish(|| Some(TeamInput { name: name?, kind: kind?, founded_on: founded_on?, leader: leader? }))
}

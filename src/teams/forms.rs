//! Reading a new team's form, what it tells, and why somebody rests or leaves.

use super::types::{Team, TeamKindId};
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

/// What a team tells whoever may join.
#[derive(Debug, PartialEq, Eq)]
pub struct Presentation {
    pub about: Option<String>,
    pub sought: Option<String>,
    pub risks: Option<String>,
    pub recruits: bool,
    pub helpers: Option<i64>,
}

impl From<&Team> for Presentation {
    fn from(team: &Team) -> Self {
        Self {
            about: team.about.clone(),
            sought: team.sought.clone(),
            risks: team.risks.clone(),
            recruits: team.recruits.is_set(),
            helpers: team.helpers,
        }
    }
}

impl Presentation {
    /// As its form is filled.
    pub fn as_fields(&self) -> Fields {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let fields = Fields::default()
            .with("about", text(&self.about))
            .with("sought", text(&self.sought))
            .with("risks", text(&self.risks))
            .with("helpers", self.helpers.map(|helpers| helpers.to_string()).unwrap_or_default());
        if self.recruits { fields.with("recruits", 1) } else { fields }
    }
}

/// Fields `about sought risks recruits helpers`.
pub fn presentation(fields: &Fields) -> Result<Presentation> {
    let mut read = fields.read();
    let about = read.optional("about", parse::text(800));
    let sought = read.optional("sought", parse::line(120));
    let risks = read.optional("risks", parse::text(800));
    let recruits = read.flag("recruits");
    let helpers = read.optional("helpers", parse::integer(1..=99));
    read.finish(|| Some(Presentation { about: about?, sought: sought?, risks: risks?, recruits, helpers: helpers? }))
}

/// Why somebody rests, in the field `reason`.
pub fn reason(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required("reason", parse::line(80));
    read.finish(|| reason)
}

/// Why somebody leaves, where they say so.
pub fn reason_or_none(fields: &Fields) -> Result<Option<String>> {
    let mut read = fields.read();
    let reason = read.optional("reason", parse::line(80));
    read.finish(|| reason)
}

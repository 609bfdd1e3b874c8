//! Reading what a session needs, who is asked, and what somebody says to it.

use super::rules::ShiftLimits;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse, time_value};
use crate::ids::{PersonId, QualificationKindId, ShiftNeedId, TeamId};

/// What a session needs.
pub struct NeedInput {
    pub position: String,
    pub wanted: i64,
    pub team: Option<TeamId>,
    pub kind: Option<QualificationKindId>,
    pub note: Option<String>,
    /// At all later planned sessions of its series too.
    pub later: bool,
}

/// Fields `position wanted team kind note later`.
pub fn need(fields: &Fields) -> Result<NeedInput> {
    let mut read = fields.read();
    let position = read.required("position", parse::line(20));
    let wanted = read.required("wanted", parse::integer(1..=99));
    let team = read.optional("team", parse::choice);
    let kind = read.optional("kind", parse::choice);
    let note = read.optional("note", parse::line(120));
    let later = read.flag("later");
    read.finish(|| {
        let (position, wanted, team) = (position?, wanted?, team?);
        Some(NeedInput { position, wanted, team, kind: kind?, note: note?, later })
    })
}

/// What of a need is changed.
pub struct NeedRevision {
    pub position: String,
    pub wanted: i64,
    pub note: Option<String>,
}

/// Fields `position wanted note`.
pub fn revision(fields: &Fields) -> Result<NeedRevision> {
    let mut read = fields.read();
    let position = read.required("position", parse::line(20));
    let wanted = read.required("wanted", parse::integer(1..=99));
    let note = read.optional("note", parse::line(120));
    read.finish(|| Some(NeedRevision { position: position?, wanted: wanted?, note: note? }))
}

/// Field `reason`.
pub fn reason(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required("reason", parse::line(80));
    read.finish(|| reason)
}

/// Fields `need person`, and `anyway` where it is known to be much.
pub fn whom(fields: &Fields) -> Result<(ShiftNeedId, PersonId, bool)> {
    let mut read = fields.read();
    let need = read.required("need", parse::choice);
    let person = read.required("person", parse::choice);
    let anyway = read.flag("anyway");
    read.finish(|| Some((need?, person?, anyway)))
}

/// Fields `need person`.
pub fn invited(fields: &Fields) -> Result<(ShiftNeedId, PersonId)> {
    let mut read = fields.read();
    let need = read.required("need", parse::choice);
    let person = read.required("person", parse::choice);
    read.finish(|| Some((need?, person?)))
}

/// Field `anyway`.
pub fn anyway(fields: &Fields) -> Result<bool> {
    let mut read = fields.read();
    let anyway = read.flag("anyway");
    read.finish(|| Some(anyway))
}

/// Field `word`, where something is said.
pub fn word(fields: &Fields) -> Result<Option<String>> {
    let mut read = fields.read();
    let word = read.optional("word", parse::line(80));
    read.finish(|| word)
}

/// Field `person`.
pub fn person(fields: &Fields) -> Result<PersonId> {
    let mut read = fields.read();
    let person = read.required("person", parse::choice);
    read.finish(|| person)
}

/// Fields `day_hours days_running minors_from minors_to minors_hours`: hours whole, times of the day.
pub fn limits(fields: &Fields) -> Result<ShiftLimits> {
    let mut read = fields.read();
    let day_hours = read.required("day_hours", parse::integer(1..=24));
    let days_running = read.required("days_running", parse::integer(1..=31));
    let minors_from = read.required("minors_from", parse::minute_of_day);
    let minors_to = read.required("minors_to", parse::end_of_span);
    let minors_hours = read.required("minors_hours", parse::integer(1..=24));
    if let (Some(from), Some(to)) = (minors_from, minors_to)
        && to <= from
    {
        read.fault::<()>("minors_to", Fault::new("field.ends_before_start"));
    }
    read.finish(|| {
        Some(ShiftLimits {
            day_minutes: day_hours? * 60,
            days_running: days_running?,
            minors_from: minors_from?,
            minors_to: minors_to?,
            minors_minutes: minors_hours? * 60,
        })
    })
}

/// The limits as their form holds them.
pub fn as_fields(limits: &ShiftLimits) -> Fields {
    Fields::default()
        .with("day_hours", limits.day_minutes / 60)
        .with("days_running", limits.days_running)
        .with("minors_from", time_value(limits.minors_from))
        .with("minors_to", time_value(limits.minors_to))
        .with("minors_hours", limits.minors_minutes / 60)
}

//! Reading which unit takes part in a session, and as what.

use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::units::{UnitId, UnitPart};

/// A unit's part in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParticipationInput {
    pub unit: UnitId,
    pub part: UnitPart,
    /// What it does there, in a few words.
    pub word: Option<String>,
}

/// Fields `unit_id part word`.
pub(super) fn by_id(fields: &Fields) -> Result<ParticipationInput> {
    let mut read = fields.read();
    let unit = read.required("unit_id", parse::choice);
    let part = read.required("part", parse::choice);
    let word = read.optional("word", parse::line(WORD));
    read.finish(|| Some(ParticipationInput { unit: unit?, part: part?, word: word? }))
}

/// The longest word.
const WORD: usize = 40;

/// What a page's form says of the unit.
pub(super) enum Meant {
    /// Chosen among those that its name may mean.
    Chosen(UnitId),
    Typed(String),
}

/// Fields `unit part word`, and `unit_id` where one was chosen of several.
pub(super) fn by_name(fields: &Fields) -> Result<(Meant, UnitPart, Option<String>)> {
    let mut read = fields.read();
    let chosen: Option<Option<UnitId>> = read.optional("unit_id", parse::choice);
    let typed = match chosen {
        Some(Some(_)) => Some(String::new()),
        _ => read.required("unit", parse::line(60)),
    };
    let part = read.required("part", parse::choice);
    let word = read.optional("word", parse::line(WORD));
    read.finish(|| Some((chosen?.map_or_else(|| typed.map(Meant::Typed), |id| Some(Meant::Chosen(id)))?, part?, word?)))
}

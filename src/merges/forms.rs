//! Reading the forms of merges.

use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};
use crate::people::PersonId;
use crate::people::merging::Differing;

pub struct MergeInput {
    pub kept: PersonId,
    pub merged: PersonId,
    /// What holds from the merged one though the other has it too.
    pub taken: Vec<Differing>,
}

/// Fields `kept merged`, and `taken` any number of times.
pub fn merge(fields: &Fields) -> Result<MergeInput> {
    let (kept, merged) = pair(fields, "kept", "merged")?;
    Ok(MergeInput { kept, merged, taken: taken(fields)? })
}

/// Field `taken`, any number of times.
pub fn taken(fields: &Fields) -> Result<Vec<Differing>> {
    let mut read = fields.read();
    let taken = read.every("taken", parse::choice);
    read.finish(|| taken)
}

/// Two fields that name different people.
pub fn pair(fields: &Fields, one: &str, other: &str) -> Result<(PersonId, PersonId)> {
    let mut read = fields.read();
    let first: Option<PersonId> = read.required(one, parse::choice);
    let second: Option<PersonId> = read.required(other, |text| match parse::choice(text) {
        Ok(id) if Some(id) == first => Err(Fault::new("field.same_person")),
        read => read,
    });
    read.finish(|| Some((first?, second?)))
}

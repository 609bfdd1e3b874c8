//! Reading the forms of an erasure.

use super::types::ErasureInput;
use crate::error::{Error, Fault, Result};
use crate::fields::{Fields, parse};
use crate::people::{Person, PersonId};
use crate::spelling;

/// Fields `wanted_by reason`. The reason is kept when all else goes, so it does not name the person.
pub fn erasure(fields: &Fields, person: &Person) -> Result<ErasureInput> {
    let mut read = fields.read();
    let wanted_by = read.required("wanted_by", parse::choice);
    let reason = read.required("reason", |text| {
        let reason = parse::line(80)(text)?;
        let names = spelling::key(&reason).contains(&spelling::key(&person.name));
        if names { Err(Fault::new("field.names_the_person")) } else { Ok(reason) }
    });
    read.finish(|| Some(ErasureInput { wanted_by: wanted_by?, reason: reason? }))
}

/// The person's number, typed by who confirms that they mean it, in the field `name`.
pub fn confirmation(fields: &Fields, name: &str, person: PersonId) -> Result<()> {
    let mut read = fields.read();
    let typed = read.required(name, |text| match text.parse::<PersonId>() {
        Ok(typed) if person == typed => Ok(()),
        _ => Err(Fault::new("field.not_the_number")),
    });
    read.finish(|| typed)
}

/// Why an erasure is declined, in the field `name`.
pub fn declining(fields: &Fields, name: &str) -> Result<String, Error> {
    let mut read = fields.read();
    let reason = read.required(name, parse::line(80));
    read.finish(|| reason)
}

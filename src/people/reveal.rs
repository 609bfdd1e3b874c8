//! Showing a sealed number in full, for a reason that is kept.

use super::queries;
use super::types::PersonId;
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Sealer, text_enum};

text_enum!(
    /// A number that is shown masked until somebody says why they need it.
    SealedNumber in "people" { Phone = "phone", IdNumber = "id_number" }
);

/// Shows a sealed number in full. `reason` is kept in the audit.
///
/// # Errors
/// `NotFound` for another center's person, and where there is no such number.
pub async fn reveal(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, person): (&Center, PersonId),
    which: SealedNumber,
    reason: &str,
) -> Result<String> {
    let person = queries::find(tx, center.id(), person).await?;
    let (number, action) = match which {
        SealedNumber::Phone => (person.phone(sealer).map(|phone| phone.as_str().to_owned()), "person.phone_revealed"),
        SealedNumber::IdNumber => {
            (person.id_number(sealer).map(|number| number.as_str().to_owned()), "person.id_number_revealed")
        }
    };
    let number = number.ok_or(Error::NotFound)?;
    audit::record(tx, by, now, audit::entry(action, person.id.0).at(center.id()).because(reason)).await?;
    Ok(number)
}

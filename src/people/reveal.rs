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
/// `NotFound` for another center's person, and where there is no such number. A number that the key does not open is an
/// error of ours: nobody is told that it is not there.
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
    let (sealed, action) = match which {
        SealedNumber::Phone => (&person.phone_sealed, "person.phone_revealed"),
        SealedNumber::IdNumber => (&person.id_number_sealed, "person.id_number_revealed"),
    };
    let sealed = sealed.as_ref().ok_or(Error::NotFound)?;
    let number = sealer.open(sealed).ok_or_else(|| Error::internal("a sealed number does not open with this key"))?;
    audit::record(tx, by, now, audit::entry(action, person.id.0).at(center.id()).because(reason)).await?;
    Ok(number)
}

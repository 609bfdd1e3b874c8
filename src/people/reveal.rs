//! Showing a sealed number in full, for a reason that is kept.

use super::types::PersonId;
use super::{other_phones, queries};
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Sealer, text_enum};

text_enum!(
    /// A number that is shown masked until somebody says why they need it.
    SealedNumber in "people" {
        Phone = "phone",
        IdNumber = "id_number",
        /// With whose it is.
        Emergency = "emergency",
    }
);

/// Shows a sealed number in full; with the first phone all others. `reason` is kept in the audit.
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
    let (first, action) = match which {
        SealedNumber::Phone => (person.phone_sealed, "person.phone_revealed"),
        SealedNumber::IdNumber => (person.id_number_sealed, "person.id_number_revealed"),
        SealedNumber::Emergency => (person.emergency_sealed, "person.emergency_revealed"),
    };
    let others = match which {
        SealedNumber::Phone => other_phones::of_person(tx, person.id).await?,
        _ => Vec::new(),
    };
    let open =
        |sealed| sealer.open(sealed).ok_or_else(|| Error::internal("a sealed number does not open with this key"));
    let mut numbers = Vec::new();
    if let Some(first) = &first {
        numbers.push(open(first)?);
    }
    for other in &others {
        numbers.push(format!("{} {}", other.label, open(&other.phone_sealed)?));
    }
    if numbers.is_empty() {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry(action, person.id.0).at(center.id()).because(reason)).await?;
    Ok(numbers.join(" · "))
}

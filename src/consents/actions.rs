//! Writing down what people agreed to, taking it back, and publishing the words.

use super::forms::{ConsentInput, ConsentTextInput, Withdrawal};
use super::types::{ConsentAnswer, ConsentId, ConsentMethod, ConsentState, ConsentText, ConsentTextId, Guardian};
use super::{queries, rules};
use crate::audit::Acting;
use crate::auth::{CityAdmin, Coordinator};
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, Fault, FieldErrors, OnViolation, Result};
use crate::files::{self, CheckedFile, Secrecy};
use crate::people::PersonId;
use crate::store::{Conn, Sealer, Violation};
use crate::{audit, locks};

/// Writes down what a person, or their guardian, said to the center. Whoever writes a new group or a note waits for it, or it for them.
///
/// # Errors
/// `Invalid` at `given_on` where there were no words by then, and for a yes from before a no; at `guardian` where one must agree;
/// `Refused("consent_recorded")` for the same once more, `Refused("consent_stands")` for a no beside a yes, which is taken back instead.
pub async fn give(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, person): (&Center, PersonId),
    input: &ConsentInput,
) -> Result<ConsentId> {
    locks::person(tx, person).await?;
    let text = fitting(tx, center, person, input).await?;
    let id: ConsentId = sqlx::query_scalar(
        "insert into consents (person_id, center_id, purpose, text_id, answer, given_on, method, guardian_sealed, guardianship,
                recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
    )
    .bind(person)
    .bind(center.id())
    .bind(input.purpose)
    .bind(text.id)
    .bind(input.answer)
    .bind(input.given_on)
    .bind(input.method)
    .bind(input.guardian.as_ref().map(|guardian| sealer.seal(&guardian.name)))
    .bind(input.guardian.as_ref().map(|guardian| guardian.relation))
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_unique("consents_said", || Error::refused("consent_recorded"))?;
    let action = match input.answer {
        ConsentAnswer::Given => "person.consent_given",
        ConsentAnswer::Declined => "person.consent_declined",
    };
    let detail = format!("{} {}", input.purpose, text.version);
    audit::record(tx, by, now, audit::entry(action, person.0).at(center.id()).because(&detail)).await?;
    Ok(id)
}

/// Keeps a yes that somebody sent from their own phone, to the words that were before them there. Just that once more is that.
pub async fn receive(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, person): (&Center, PersonId),
    (text, given_on): (ConsentTextId, Date),
    guardian: Option<&Guardian>,
) -> Result<()> {
    let kept = sqlx::query(
        "insert into consents (person_id, center_id, purpose, text_id, answer, given_on, method, guardian_sealed, guardianship,
                recorded_at)
         select $1, $2, t.purpose, t.id, $4, $5, $6, $7, $8, cast($9 as bigint) from consent_texts t where t.id = $3
         on conflict (person_id, center_id, text_id, answer, given_on) where withdrawn_on is null and voided_at is null do nothing",
    )
    .bind(person)
    .bind(center.id())
    .bind(text)
    .bind(ConsentAnswer::Given)
    .bind(given_on)
    .bind(ConsentMethod::Form)
    .bind(guardian.map(|guardian| sealer.seal(&guardian.name)))
    .bind(guardian.map(|guardian| guardian.relation))
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    if kept.rows_affected() == 0 {
        return Ok(());
    }
    audit::record(tx, by, now, audit::entry("person.consent_given", person.0).at(center.id())).await
}

/// The words that were before the person, if the answer fits what is known.
async fn fitting(tx: &mut Conn, center: &Center, person: PersonId, input: &ConsentInput) -> Result<ConsentText> {
    let text = queries::text_on(tx, input.purpose, input.version, input.given_on).await?;
    let text = text.ok_or_else(|| match input.version {
        Some(_) => Error::field("version", "field.no_such_text"),
        None => Error::field("given_on", "field.no_text_then"),
    })?;
    let said = queries::of_person(tx, center.id(), person).await?;
    let said: Vec<_> = said.iter().filter(|one| one.purpose == input.purpose).collect();
    if input.answer == ConsentAnswer::Declined {
        let stands = rules::state(said.iter().copied()) == ConsentState::Given;
        return if stands { Err(Error::refused("consent_stands")) } else { Ok(text) };
    }
    if let Some(no) = rules::last_no(said.iter().copied()).filter(|no| input.given_on < *no) {
        let fault = Fault::bound("field.before_a_no", no);
        return Err(FieldErrors::one("given_on", fault).into());
    }
    let born: Option<Date> =
        sqlx::query_scalar("select birth_date from people where id = $1").bind(person).fetch_one(tx).await?;
    if input.guardian.is_none() && rules::needs_guardian(born, input.given_on) {
        let fault = Fault::bound("field.guardian_needed", rules::GUARDED_UNDER);
        return Err(FieldErrors::one("guardian", fault).into());
    }
    Ok(text)
}

/// Takes back every yes to a purpose that the person gave to the center.
///
/// # Errors
/// `Refused("no_consent")` where there is none; `Invalid` at `withdrawn_on` for a day before it was given.
pub async fn withdraw(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, person): (&Center, PersonId),
    input: &Withdrawal,
) -> Result<()> {
    locks::person(tx, person).await?;
    let withdrawn = sqlx::query(
        "update consents set withdrawn_on = $1, withdrawn_method = $2, withdrawn_at = $3, withdrawn_by = $4
         where person_id = $5 and center_id = $6 and purpose = $7 and answer = $8 and withdrawn_on is null and voided_at is null",
    )
    .bind(input.withdrawn_on)
    .bind(input.method)
    .bind(now.0)
    .bind(by.account)
    .bind(person)
    .bind(center.id())
    .bind(input.purpose)
    .bind(ConsentAnswer::Given)
    .execute(&mut *tx)
    .await
    .on(&Violation::Check, || Error::field("withdrawn_on", "field.before_consent"))?;
    if withdrawn.rows_affected() == 0 {
        return Err(Error::refused("no_consent"));
    }
    let entry = audit::entry("person.consent_withdrawn", person.0).at(center.id());
    audit::record(tx, by, now, entry.because(input.purpose.code())).await
}

/// Marks an entry as a mistake, with its withdrawal: it was never said. The row stays, with the reason.
///
/// # Errors
/// `NotFound` for another person's or center's, and for one that is voided already.
pub async fn void(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, person): (&Center, PersonId),
    consent: ConsentId,
    reason: &str,
) -> Result<()> {
    locks::person(tx, person).await?;
    let voided = sqlx::query(
        "update consents set voided_at = $1, voided_by = $2, void_reason = $3
         where id = $4 and person_id = $5 and center_id = $6 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(consent)
    .bind(person)
    .bind(center.id())
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let entry = audit::entry("person.consent_voided", person.0).at(center.id());
    audit::record(tx, by, now, entry.because(reason)).await
}

/// Lays a scan of what was signed with an entry, in the place of the one there was; with none, takes that out.
///
/// # Errors
/// `NotFound` as [`queries::paper`]'s.
pub async fn keep_paper(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, person): (&Center, PersonId),
    consent: ConsentId,
    scan: Option<&CheckedFile>,
) -> Result<()> {
    locks::person(tx, person).await?;
    let before = queries::paper(tx, (center.id(), person), consent).await?;
    let kept = match scan {
        Some(scan) => Some(files::keep(now, tx, sealer, scan, Secrecy::Sealed).await?),
        None => None,
    };
    sqlx::query("update consents set file_id = $2 where id = $1").bind(consent).bind(kept).execute(&mut *tx).await?;
    if let Some(before) = before {
        files::forget(tx, before).await?;
    }
    let action = if kept.is_some() { "person.consent_paper_kept" } else { "person.consent_paper_removed" };
    audit::record(tx, by, now, audit::entry(action, person.0).at(center.id())).await
}

/// Publishes other words for a purpose, as its next version. What was said to those before stays as it was said.
///
/// # Errors
/// `Invalid` at `effective_from` for a day before the last version's.
pub async fn publish(by: &CityAdmin, now: Now, tx: &mut Conn, input: &ConsentTextInput) -> Result<ConsentTextId> {
    let id: Option<ConsentTextId> = sqlx::query_scalar(
        "insert into consent_texts (purpose, version, wording, wording_en, effective_from, published_at, published_by)
         select $1, coalesce(max(t.version), 0) + 1, $2, $3, $4, cast($5 as bigint), cast($6 as bigint)
         from consent_texts t where t.purpose = $1 having coalesce(max(t.effective_from), '') <= $4 returning id",
    )
    .bind(input.purpose)
    .bind(&input.wording)
    .bind(&input.wording_en)
    .bind(input.effective_from)
    .bind(now.0)
    .bind(by.account)
    .fetch_optional(&mut *tx)
    .await
    .on_unique("consent_texts_version", || Error::Busy)?;
    let id = id.ok_or_else(|| Error::field("effective_from", "field.before_last_text"))?;
    let entry = audit::entry("consent_text.published", id.0);
    audit::record(tx, by, now, entry.because(input.purpose.code())).await?;
    Ok(id)
}

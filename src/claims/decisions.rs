//! A worker's answer to what is ticked: all of it, or nothing.

use serde_json::json;

use super::forms::{self, Confirming};
use super::queries;
use super::types::{Claim, ClaimAnswer, ClaimId, ClaimState, PAGE};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::hours::{self, Amendment, EntryId, ServiceTold};
use crate::store::{Conn, rows};
use crate::{audit, locks};

/// Answers as the fields say: `answer`, and `pick.N` for each claim; for those that are confirmed `minutes.N` and `why.N`, and one `word` for whoever
/// asked, which a no needs. How many there were.
///
/// # Errors
/// `Refused("nothing_ticked")`, `Refused("too_many_ticked")`; `Refused("claim_decided")` where another worker was faster with one of them, or
/// it was withdrawn; `Refused("hours_reversed")` for a correction of what counts no more; `Invalid` where a reason or the word is missing.
pub async fn decide(by: &Coordinator, now: Now, tx: &mut Conn, center: &Center, fields: &Fields) -> Result<usize> {
    let (answer, word) = forms::answer(fields)?;
    let wanted = forms::ticks(fields);
    if wanted.is_empty() {
        return Err(Error::refused("nothing_ticked"));
    }
    if i64::try_from(wanted.len()).unwrap_or(i64::MAX) > PAGE {
        return Err(Error::refused("too_many_ticked"));
    }
    let claims = hold(by, tx, center, &wanted).await?;
    match answer {
        ClaimAnswer::Decline => decline(by, now, tx, center, &ticked(fields, claims)?, &word.unwrap_or_default()).await,
        ClaimAnswer::Confirm => {
            let overlaps = queries::overlaps(tx, claims.iter().map(|claim| claim.id)).await?;
            confirm(by, now, tx, center, forms::confirmations(fields, claims, &overlaps)?, word.as_deref()).await
        }
    }
}

/// Without those that a program names to say that they are not meant.
fn ticked(fields: &Fields, claims: Vec<Claim>) -> Result<Vec<ClaimId>> {
    let mut read = fields.read();
    let meant: Vec<ClaimId> =
        claims.iter().map(|claim| claim.id).filter(|id| read.flag(&format!("pick.{id}"))).collect();
    let meant = read.finish(|| Some(meant))?;
    if meant.is_empty() { Err(Error::refused("nothing_ticked")) } else { Ok(meant) }
}

/// Holds the sessions that are corrected and whoever asked: of two confirmations of one person's minutes the later one sees the earlier.
/// What is read then is what is decided.
async fn hold(by: &Coordinator, tx: &mut Conn, center: &Center, wanted: &[ClaimId]) -> Result<Vec<Claim>> {
    let seen = queries::waiting(by, tx, center.id(), wanted).await?;
    locks::sessions(tx, seen.iter().filter_map(|claim| claim.session_id)).await?;
    locks::people(tx, seen.iter().map(|claim| claim.person.id)).await?;
    let claims = queries::waiting(by, tx, center.id(), wanted).await?;
    if claims.len() < wanted.len() { Err(Error::refused("claim_decided")) } else { Ok(claims) }
}

/// Enters what is confirmed into the ledger.
async fn confirm(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    all: Vec<Confirming>,
    word: Option<&str>,
) -> Result<usize> {
    let (corrections, service): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.claim.is_correction());
    let told: Vec<ServiceTold> = service.iter().map(told).collect();
    let entered = hours::enter(by, now, tx, center.id(), &told).await?;
    let changes = corrections.iter().map(amendment).collect::<Result<Vec<_>>>()?;
    let amended = hours::amend(by, now, tx, center.id(), &changes).await?;
    let made: Vec<(&Confirming, EntryId)> =
        service.iter().zip(entered).chain(corrections.iter().zip(amended)).collect();
    let confirmed = sqlx::query(
        "update hour_claims set state = $2, decided_at = $3, decided_by = $4,
                word = (select j.value ->> 'word' from json_each(cast($1 as json_text)) j
                        where cast(j.value ->> 'claim' as bigint) = hour_claims.id),
                entry_id = (select cast(j.value ->> 'entry' as bigint) from json_each(cast($1 as json_text)) j
                            where cast(j.value ->> 'claim' as bigint) = hour_claims.id)
         where state = $5 and id in (select cast(j.value ->> 'claim' as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(&made, |(one, entry)| json!({"claim": one.claim.id, "entry": entry, "word": one.reason.as_deref().or(word)})))
    .bind(ClaimState::Confirmed)
    .bind(now.0)
    .bind(by.account)
    .bind(ClaimState::Pending)
    .execute(&mut *tx)
    .await?;
    if usize::try_from(confirmed.rows_affected()).unwrap_or(usize::MAX) < made.len() {
        return Err(Error::refused("claim_decided"));
    }
    let entries: Vec<_> =
        made.iter().map(|(one, _)| audit::entry("claim.confirmed", one.claim.id.0).at(center.id())).collect();
    audit::record_all(tx, by, now, &entries).await?;
    Ok(made.len())
}

fn told(one: &Confirming) -> ServiceTold {
    let claim = &one.claim;
    ServiceTold {
        person: claim.person.id,
        team: claim.team_id,
        served_on: claim.served_on,
        content: claim.content.clone(),
        unit: claim.place.clone(),
        minutes: one.minutes,
        original: claim.minutes,
        reason: one.reason.clone(),
    }
}

/// The ledger says why: the worker's reason, or else what whoever asked said.
fn amendment(one: &Confirming) -> Result<Amendment> {
    let entry = one.claim.corrects_id.ok_or_else(|| Error::internal("a correction of nothing"))?;
    let reason = one.reason.clone().or_else(|| one.claim.reason.clone()).unwrap_or_default();
    Ok(Amendment { entry, minutes: one.minutes, reason })
}

/// Declines with a word, which whoever asked is shown.
async fn decline(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    claims: &[ClaimId],
    word: &str,
) -> Result<usize> {
    let declined = sqlx::query(
        "update hour_claims set state = $2, decided_at = $3, decided_by = $4, word = $5
         where state = $6 and id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(claims, |id| json!(id)))
    .bind(ClaimState::Declined)
    .bind(now.0)
    .bind(by.account)
    .bind(word.to_owned())
    .bind(ClaimState::Pending)
    .execute(&mut *tx)
    .await?;
    if usize::try_from(declined.rows_affected()).unwrap_or(usize::MAX) < claims.len() {
        return Err(Error::refused("claim_decided"));
    }
    let entries: Vec<_> = claims.iter().map(|id| audit::entry("claim.declined", id.0).at(center.id())).collect();
    audit::record_all(tx, by, now, &entries).await?;
    Ok(claims.len())
}

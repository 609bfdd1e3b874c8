//! Giving cards out, and taking lost ones back.

use std::collections::BTreeSet;

use serde_json::json;

use super::CardCode;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::check_in::types::CardId;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::store::{Conn, Sealer, rows};
use crate::{audit, phones};

/// Gives each of these people of the center a card who has none, and answers with the good cards of them all. Whoever
/// has a card keeps it: asked twice, or by two at once, a person still gets one.
///
/// # Errors
/// `NotFound` where none of them is a person of the center.
pub async fn issue(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    people: &[PersonId],
) -> Result<Vec<CardId>> {
    let people: BTreeSet<PersonId> = people.iter().copied().collect();
    let asked = rows(people, |person| {
        let code = CardCode::random();
        json!({"person": person, "hash": code.hash(sealer), "sealed": sealer.seal(code.plain())})
    });
    let issued: Vec<CardId> = sqlx::query_scalar(
        "insert into cards (person_id, center_id, code_hash, code_sealed, issued_at, issued_by)
         select e.person_id, e.center_id, j.value ->> 'hash', j.value ->> 'sealed', cast($3 as bigint),
                cast($4 as bigint)
         from json_each(cast($1 as json_text)) j
         join enrolments e on e.person_id = cast(j.value ->> 'person' as bigint) and e.center_id = $2
         where not exists (select 1 from cards k where k.person_id = e.person_id and k.revoked_at is null)
         order by e.person_id
         on conflict (person_id, coalesce(came_with, 0)) where revoked_at is null do nothing
         returning id",
    )
    .bind(&asked)
    .bind(center.id())
    .bind(now.0)
    .bind(by.account)
    .fetch_all(&mut *tx)
    .await?;
    let entries: Vec<_> = issued.iter().map(|card| audit::entry("card.issued", card.0).at(center.id())).collect();
    audit::record_all(tx, by, now, &entries).await?;
    let good: Vec<CardId> = sqlx::query_scalar(
        "select k.id
         from json_each(cast($1 as json_text)) j
         join enrolments e on e.person_id = cast(j.value ->> 'person' as bigint) and e.center_id = $2
         join cards k on k.person_id = e.person_id and k.revoked_at is null
         order by k.id",
    )
    .bind(&asked)
    .bind(center.id())
    .fetch_all(tx)
    .await?;
    if good.is_empty() { Err(Error::NotFound) } else { Ok(good) }
}

/// Takes a person's card back: lost, or not wanted any more. It opens no door from now on, and phones that were
/// remembered by it speak for the person no more, for whoever found the card may hold one of them. Who was two has two, and
/// both go: which was lost, nobody can tell.
///
/// # Errors
/// `Refused("no_card")` where the person has no good card, or another worker was faster.
pub async fn revoke(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    person: PersonId,
    reason: &str,
) -> Result<()> {
    let revoked: Vec<CardId> = sqlx::query_scalar(
        "update cards set revoked_at = $1, revoked_by = $2, revoke_reason = $3
         where person_id = $4 and revoked_at is null
           and exists (select 1 from enrolments e where e.person_id = cards.person_id and e.center_id = $5)
         returning id",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(person)
    .bind(center.id())
    .fetch_all(&mut *tx)
    .await?;
    if revoked.is_empty() {
        return Err(Error::refused("no_card"));
    }
    phones::forget_cards(tx, &revoked).await?;
    let entries: Vec<_> =
        revoked.iter().map(|card| audit::entry("card.revoked", card.0).at(center.id()).because(reason)).collect();
    audit::record_all(tx, by, now, &entries).await
}

/// Takes a person's card back and gives another one.
///
/// # Errors
/// As [`revoke`]'s.
pub async fn replace(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    (person, reason): (PersonId, &str),
) -> Result<()> {
    revoke(by, now, tx, center, person, reason).await?;
    issue(by, now, tx, sealer, center, &[person]).await?;
    Ok(())
}

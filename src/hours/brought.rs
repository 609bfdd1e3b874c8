//! Hours that were recorded elsewhere, and come in by a list: written once, and taken back by a reversing row.

use std::collections::HashSet;

use serde_json::json;

use super::types::{BroughtHours, EntryId, Source};
use crate::auth::Coordinator;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::store::{Conn, rows};
use crate::{audit, locks};

/// Writes hours that a list brings, under the list's name. None where the very same came before: of one person, day, length, content
/// and unit. What was corrected since came before too; what was taken back did not.
///
/// # Errors
/// `Invalid` at `hours` for none, or less.
pub async fn import(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    (brought, list): (&BroughtHours, &str),
) -> Result<Option<EntryId>> {
    if brought.minutes <= 0 {
        return Err(Error::field("hours", "import.hours_none"));
    }
    // Of two lists that say the same at one moment, one finds what the other wrote.
    locks::person(tx, brought.person).await?;
    if !known(tx, center, std::slice::from_ref(brought)).await?.is_empty() {
        return Ok(None);
    }
    let id: EntryId = sqlx::query_scalar(
        "insert into hours_entries (person_id, team_id, brought_to, served_on, content, unit, minutes, source, original_minutes,
                confirmed_at, confirmed_by, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id",
    )
    .bind(brought.person)
    .bind(brought.team)
    .bind(center)
    .bind(brought.served_on)
    .bind(brought.content.clone())
    .bind(brought.unit.clone())
    .bind(brought.minutes)
    .bind(Source::Imported)
    .bind(brought.minutes)
    .bind(now.0)
    .bind(by.account)
    .bind(list)
    .fetch_one(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("hours.imported", id.0).at(center)).await?;
    Ok(Some(id))
}

/// The places of those that came before, as [`import`] finds them.
pub async fn known(conn: &mut Conn, center: CenterId, brought: &[BroughtHours]) -> Result<HashSet<usize>> {
    let asked = rows(
        brought.iter().enumerate(),
        |(n, one)| json!({ "n": n, "person": one.person, "day": one.served_on, "minutes": one.minutes, "content": one.content, "unit": one.unit }),
    );
    let found: Vec<i64> = sqlx::query_scalar(
        "with asked as materialized (
            select cast(j.value ->> 'n' as bigint) as n, cast(j.value ->> 'person' as bigint) as person_id, j.value ->> 'day' as served_on,
                   cast(j.value ->> 'minutes' as bigint) as minutes, j.value ->> 'content' as content, j.value ->> 'unit' as unit
            from json_each(cast($1 as json_text)) j
         )
         select distinct q.n from asked q
         join hours_entries h on h.person_id = q.person_id and h.served_on = q.served_on and h.minutes = q.minutes
         where h.brought_to = $2 and h.source = $3 and h.reverses_id is null
           and coalesce(h.content, '') = coalesce(q.content, '') and coalesce(h.unit, '') = coalesce(q.unit, '')
           and not exists (select 1 from hours_entries r where r.reverses_id = h.id and r.source = $3)",
    )
    .bind(asked)
    .bind(center)
    .bind(Source::Imported)
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().filter_map(|n| usize::try_from(n).ok()).collect())
}

/// Takes back what a list brought: a reversing row, which is the list's as well, so that the same may come again. False where somebody
/// corrected it since: that stays.
///
/// # Errors
/// `Busy` where somebody corrects it at this moment.
pub async fn unimport(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    (entry, list): (EntryId, &str),
) -> Result<bool> {
    let reversal: Option<EntryId> = sqlx::query_scalar(
        "insert into hours_entries (person_id, team_id, brought_to, served_on, content, unit, minutes, source, original_minutes,
                confirmed_at, confirmed_by, reverses_id, reason)
         select h.person_id, h.team_id, h.brought_to, h.served_on, h.content, h.unit, -h.minutes, h.source, h.minutes,
                cast($2 as bigint), cast($3 as bigint), h.id, cast($4 as text)
         from hours_entries h
         where h.id = $1 and h.brought_to = $5 and h.source = $6 and h.reverses_id is null
           and not exists (select 1 from hours_entries r where r.reverses_id = h.id)
         returning id",
    )
    .bind(entry)
    .bind(now.0)
    .bind(by.account)
    .bind(list)
    .bind(center)
    .bind(Source::Imported)
    .fetch_optional(&mut *tx)
    .await
    .on_unique("hours_entries_reversal", || Error::Busy)?;
    if reversal.is_none() {
        return Ok(false);
    }
    audit::record(tx, by, now, audit::entry("hours.taken_back", entry.0).at(center)).await?;
    Ok(true)
}

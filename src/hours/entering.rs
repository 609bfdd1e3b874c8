//! Entries that no door measured, and what is entered in the place of others: many at once, in a few statements.

use serde_json::json;

use super::types::{Amendment, EntryId, ServiceTold, Source};
use crate::auth::Coordinator;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::store::{Conn, rows};
use crate::{audit, marks};

/// Enters service that somebody told of, as far as a worker confirms it. It has no session, but a day, what was done, where or for whom,
/// and the center for which it counts. The entries stand in the order of `service`.
pub async fn enter(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    service: &[ServiceTold],
) -> Result<Vec<EntryId>> {
    let mut made: Vec<EntryId> = sqlx::query_scalar(
        "insert into hours_entries (person_id, center_id, team_id, served_on, content, unit, minutes, source, original_minutes,
                confirmed_at, confirmed_by, reason)
         select cast(j.value ->> 'person' as bigint), cast($2 as bigint), cast(j.value ->> 'team' as bigint), j.value ->> 'served_on',
                j.value ->> 'content', j.value ->> 'unit', cast(j.value ->> 'minutes' as bigint), cast($3 as text),
                cast(j.value ->> 'original' as bigint), cast($4 as bigint), cast($5 as bigint), j.value ->> 'reason'
         from json_each(cast($1 as json_text)) j order by cast(j.key as bigint) returning id",
    )
    .bind(rows(service, |one| {
        json!({
            "person": one.person, "team": one.team, "served_on": one.served_on.to_string(), "content": one.content,
            "unit": one.unit, "minutes": one.minutes, "original": one.original, "reason": one.reason,
        })
    }))
    .bind(center)
    .bind(Source::SelfReported)
    .bind(now.0)
    .bind(by.account)
    .fetch_all(&mut *tx)
    .await?;
    // Numbers are given in the order of the rows.
    made.sort_unstable_by_key(|id| id.0);
    let entries: Vec<_> = made.iter().map(|id| audit::entry("hours.confirmed", id.0).at(center)).collect();
    audit::record_all(tx, by, now, &entries).await?;
    marks::hours(tx, &made).await?;
    Ok(made)
}

/// Corrects entries of whatever source: each is reversed, and what was really given is entered anew, at the same session or on the same
/// day. The new entries stand in the order of `changes`.
///
/// # Errors
/// `NotFound` for an entry of another center; `Refused("hours_reversed")` for one that counts no more.
pub async fn amend(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    changes: &[Amendment],
) -> Result<Vec<EntryId>> {
    reverse(by, now, tx, center, changes).await?;
    let mut made: Vec<EntryId> = sqlx::query_scalar(
        "insert into hours_entries (person_id, session_id, center_id, brought_to, team_id, served_on, content, unit, minutes, source,
                original_minutes, confirmed_at, confirmed_by, reason)
         select h.person_id, h.session_id, h.center_id, h.brought_to, h.team_id, h.served_on, h.content, h.unit,
                cast(j.value ->> 'minutes' as bigint), cast($2 as text), h.original_minutes, cast($3 as bigint), cast($4 as bigint),
                j.value ->> 'reason'
         from json_each(cast($1 as json_text)) j join hours_entries h on h.id = cast(j.value ->> 'entry' as bigint)
         order by cast(j.key as bigint) returning id",
    )
    .bind(as_json(changes))
    .bind(Source::Adjusted)
    .bind(now.0)
    .bind(by.account)
    .fetch_all(&mut *tx)
    .await?;
    made.sort_unstable_by_key(|id| id.0);
    tell(by, now, tx, center, "hours.corrected", changes).await?;
    Ok(made)
}

/// Takes an entry back: it counts no more, and nothing stands in its place.
///
/// # Errors
/// As [`amend`].
pub async fn take_back(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    entry: EntryId,
    reason: &str,
) -> Result<()> {
    let gone = [Amendment { entry, minutes: 0, reason: reason.to_owned() }];
    reverse(by, now, tx, center, &gone).await?;
    tell(by, now, tx, center, "hours.reversed", &gone).await
}

async fn reverse(by: &Coordinator, now: Now, tx: &mut Conn, center: CenterId, entries: &[Amendment]) -> Result<()> {
    // What belongs to no center is answered for by whichever knows the person.
    let made: Vec<EntryId> = sqlx::query_scalar(
        "insert into hours_entries (person_id, session_id, center_id, brought_to, team_id, served_on, content, unit, minutes, source,
                original_minutes, confirmed_at, confirmed_by, reverses_id, reason)
         select h.person_id, h.session_id, h.center_id, h.brought_to, h.team_id, h.served_on, h.content, h.unit, -h.minutes, cast($2 as text), h.minutes,
                cast($3 as bigint), cast($4 as bigint), h.id, j.value ->> 'reason'
         from json_each(cast($1 as json_text)) j
         join hours_entries h on h.id = cast(j.value ->> 'entry' as bigint) and h.reverses_id is null
         left join sessions s on s.id = h.session_id left join teams t on t.id = h.team_id
         where coalesce(s.center_id, h.center_id, h.brought_to, t.center_id, $5) = $5
         order by cast(j.key as bigint) returning id",
    )
    .bind(as_json(entries))
    .bind(Source::Adjusted)
    .bind(now.0)
    .bind(by.account)
    .bind(center)
    .fetch_all(&mut *tx)
    .await
    .on_unique("hours_entries_reversal", || Error::refused("hours_reversed"))?;
    if made.len() < entries.len() {
        return Err(Error::NotFound);
    }
    // What stands in their place counts in the same months.
    marks::hours(tx, &made).await
}

fn as_json(changes: &[Amendment]) -> String {
    rows(changes, |one| json!({"entry": one.entry, "minutes": one.minutes, "reason": one.reason}))
}

async fn tell(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    action: &'static str,
    changes: &[Amendment],
) -> Result<()> {
    let entries: Vec<_> =
        changes.iter().map(|one| audit::entry(action, one.entry.0).at(center).because(&one.reason)).collect();
    audit::record_all(tx, by, now, &entries).await
}

//! Writing the ledger: confirming, and correcting by reversal.

use serde_json::json;

use super::queries::overlapping;
use super::types::{Confirmed, EntryId, Source};
use crate::activities::{Session, SessionStatus};
use crate::auth::{Coordinator, Greeter, Viewer};
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::people::PersonId;
use crate::store::{Conn, rows};
use crate::{audit, locks, marks};

/// Confirms a volunteer's minutes of one session. Zero minutes are a confirmation too: the person gave no service.
///
/// # Errors
/// `Refused("hours_confirmed")` where an entry counts already; `NotFound` where the attendance was voided; `Refused("hours_overlap")`
/// where the same time came to count meanwhile and no reason is given.
pub async fn confirm(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    confirmed: &Confirmed,
) -> Result<EntryId> {
    hold(tx, std::slice::from_ref(confirmed)).await?;
    // Taking the attendance's row puts two confirmations in order.
    if !locks::service(tx, session.id, (confirmed.attendance, confirmed.person)).await? {
        return Err(Error::NotFound);
    }
    if !counting(tx, session, confirmed.person).await?.is_empty() {
        return Err(Error::refused("hours_confirmed"));
    }
    no_minute_twice(tx, std::slice::from_ref(confirmed)).await?;
    let entry = LedgerEntry {
        person: confirmed.person,
        minutes: confirmed.minutes,
        source: confirmed.source(),
        original: confirmed.stay.minutes,
        reverses: None,
        reason: confirmed.reason.as_deref(),
    };
    let id = insert(by, now, tx, session, &entry).await?;
    audit::record(tx, by, now, audit::entry("hours.confirmed", id.0).at(session.center_id)).await?;
    Ok(id)
}

/// Holds those whose hours are to be confirmed: of two confirmations of one person's minutes, at two sessions or of a session and of what
/// they told, the later one sees the earlier. Sessions are held before.
pub async fn hold(tx: &mut Conn, hours: &[Confirmed]) -> Result<()> {
    locks::people(tx, hours.iter().map(|one| one.person)).await
}

/// Looks once more, while the people are held, whether the same time counts by now: the form was read before.
async fn no_minute_twice(tx: &mut Conn, hours: &[Confirmed]) -> Result<()> {
    let silent = hours.iter().filter(|one| one.minutes > 0 && one.reason.is_none()).map(|one| one.attendance);
    if overlapping(tx, silent).await?.is_empty() { Ok(()) } else { Err(Error::refused("hours_overlap")) }
}

/// Confirms what waits of several sessions of a center at once: all of it, or nothing. The sessions are held.
///
/// # Errors
/// `Refused("hours_overlap")` as [`confirm`].
pub async fn confirm_all(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    hours: &[Confirmed],
) -> Result<()> {
    hold(tx, hours).await?;
    no_minute_twice(tx, hours).await?;
    let made: Vec<EntryId> = sqlx::query_scalar(
        "insert into hours_entries (person_id, session_id, team_id, minutes, source, original_minutes, confirmed_at, confirmed_by, reason)
         select a.person_id, a.session_id, s.team_id, cast(j.value ->> 'minutes' as bigint), j.value ->> 'source',
                cast(j.value ->> 'original' as bigint), cast($2 as bigint), cast($3 as bigint), j.value ->> 'reason'
         from json_each(cast($1 as json_text)) j
         join attendances a on a.id = cast(j.value ->> 'attendance' as bigint) and a.person_id = cast(j.value ->> 'person' as bigint)
         join sessions s on s.id = a.session_id
         order by cast(j.key as bigint) returning id",
    )
    .bind(rows(hours, |one| {
        json!({
            "attendance": one.attendance, "person": one.person, "minutes": one.minutes, "source": one.source().to_string(),
            "original": one.stay.minutes, "reason": one.reason,
        })
    }))
    .bind(now.0)
    .bind(by.account)
    .fetch_all(&mut *tx)
    .await?;
    // Somebody was made one with another since the list was read.
    if made.len() < hours.len() {
        return Err(Error::Busy);
    }
    let entries: Vec<_> = made.iter().map(|id| audit::entry("hours.confirmed", id.0).at(center)).collect();
    audit::record_all(tx, by, now, &entries).await?;
    marks::hours(tx, &made).await
}

/// Corrects an entry of a completed session: it is reversed, and what was really given is entered anew.
///
/// # Errors
/// `NotFound` for an entry of another session, `Refused("hours_reversed")` for one that counts no more.
pub async fn correct(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    entry: EntryId,
    minutes: i64,
    reason: &str,
) -> Result<()> {
    if session.status != SessionStatus::Completed {
        return Err(Error::refused("session_not_completed"));
    }
    let found: Option<(PersonId, i64, i64)> = sqlx::query_as(
        "select person_id, minutes, original_minutes from hours_entries
         where id = $1 and session_id = $2 and reverses_id is null",
    )
    .bind(entry)
    .bind(session.id)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((person, was, original)) = found else { return Err(Error::NotFound) };
    reverse(by, now, tx, session, (entry, person, was), reason).await?;
    let anew =
        LedgerEntry { person, minutes, source: Source::Adjusted, original, reverses: None, reason: Some(reason) };
    insert(by, now, tx, session, &anew).await?;
    audit::record(tx, by, now, audit::entry("hours.corrected", entry.0).at(session.center_id).because(reason)).await
}

/// Reverses whatever counts for a person at a session: the attendance it came of was a mistake.
pub async fn reverse_all(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    person: PersonId,
    reason: &str,
) -> Result<()> {
    for (entry, minutes) in counting(tx, session, person).await? {
        reverse(by, now, tx, session, (entry, person, minutes), reason).await?;
        audit::record(tx, by, now, audit::entry("hours.reversed", entry.0).at(session.center_id).because(reason))
            .await?;
    }
    Ok(())
}

/// The entries that count: one at most, but for a ledger that was imported.
async fn counting(tx: &mut Conn, session: &Session, person: PersonId) -> Result<Vec<(EntryId, i64)>> {
    Ok(sqlx::query_as(
        "select h.id, h.minutes from hours_entries h
         where h.session_id = $1 and h.person_id = $2 and h.reverses_id is null
           and not exists (select 1 from hours_entries r where r.reverses_id = h.id)",
    )
    .bind(session.id)
    .bind(person)
    .fetch_all(tx)
    .await?)
}

async fn reverse(
    by: &Viewer,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    (entry, person, minutes): (EntryId, PersonId, i64),
    reason: &str,
) -> Result<()> {
    let reversal = LedgerEntry {
        person,
        minutes: -minutes,
        source: Source::Adjusted,
        original: minutes,
        reverses: Some(entry),
        reason: Some(reason),
    };
    insert(by, now, tx, session, &reversal).await.map(|_| ())
}

struct LedgerEntry<'a> {
    person: PersonId,
    minutes: i64,
    source: Source,
    original: i64,
    reverses: Option<EntryId>,
    reason: Option<&'a str>,
}

async fn insert(by: &Viewer, now: Now, tx: &mut Conn, session: &Session, entry: &LedgerEntry<'_>) -> Result<EntryId> {
    let made: EntryId = sqlx::query_scalar(
        "insert into hours_entries (person_id, session_id, team_id, minutes, source, original_minutes, confirmed_at,
                confirmed_by, reverses_id, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
    )
    .bind(entry.person)
    .bind(session.id)
    .bind(session.team_id)
    .bind(entry.minutes)
    .bind(entry.source)
    .bind(entry.original)
    .bind(now.0)
    .bind(by.account)
    .bind(entry.reverses)
    .bind(entry.reason)
    .fetch_one(&mut *tx)
    .await
    .on_unique("hours_entries_reversal", || Error::refused("hours_reversed"))?;
    marks::hours(tx, &[made]).await?;
    Ok(made)
}

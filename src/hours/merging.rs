//! The ledger of two who are one.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::{EntryId, Source};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::{PersonId, SessionId};
use crate::journal::{Journal, JournalTable, MERGED, RowKey};
use crate::store::{Conn, rows};

const ENTRIES: JournalTable = JournalTable::plain("hours_entries", &["id"], &["person_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&ENTRIES];

/// All hours are those of the one who stays. What was confirmed twice for one session counts once: the most that was confirmed of it, for
/// one stay spans both.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    let counting: Vec<(EntryId, SessionId, i64)> = sqlx::query_as(
        "select h.id, h.session_id, h.minutes from hours_entries h
         where h.person_id in ($1, $2) and h.reverses_id is null
           and not exists (select 1 from hours_entries r where r.reverses_id = h.id)
           and h.session_id in (select o.session_id from hours_entries o where o.person_id = $1)
           and h.session_id in (select o.session_id from hours_entries o where o.person_id = $2)
         order by h.session_id, h.minutes desc, h.id",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(&mut *tx)
    .await?;
    let again = counting.windows(2).filter(|pair| pair[0].1 == pair[1].1).map(|pair| pair[1].0);
    let made: Vec<i64> = sqlx::query_scalar(
        "insert into hours_entries (person_id, session_id, team_id, minutes, source, original_minutes, confirmed_at, confirmed_by,
                reverses_id, reason)
         select h.person_id, h.session_id, h.team_id, -h.minutes, $2, h.minutes, cast($3 as bigint), cast($4 as bigint), h.id, $5
         from hours_entries h
         where h.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by h.id returning id",
    )
    .bind(rows(again, |id| json!(id)))
    .bind(Source::Adjusted)
    .bind(journal.at)
    .bind(journal.by)
    .bind(MERGED)
    .fetch_all(&mut *tx)
    .await?;
    journal.made(&ENTRIES, made.into_iter().map(RowKey::from).collect());
    journal.take_over(tx, &ENTRIES, "person_id").await
}

/// After a merge was taken back: what was confirmed since at these sessions, where the other's card was shown, is the other's; where both
/// helped it stays with the one who was kept.
pub async fn hand_over(
    tx: &mut Conn,
    (kept, merged): (PersonId, PersonId),
    since: Timestamp,
    sessions: &[SessionId],
) -> Result<()> {
    const HELPED: &str =
        "select 1 from attendances a where a.session_id = hours_entries.session_id and a.part = 'volunteer'
             and a.voided_at is null and a.person_id";
    let sql = format!(
        "update hours_entries set person_id = $2 where person_id = $1 and confirmed_at >= $4
           and session_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($3 as json_text)) j)
           and exists ({HELPED} = $2) and not exists ({HELPED} = $1)"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(kept)
        .bind(merged)
        .bind(rows(sessions, |id| json!(id)))
        .bind(since)
        .execute(tx)
        .await?;
    Ok(())
}

//! The sessions that two lead who are one.

use serde_json::json;

use crate::error::Result;
use crate::journal::{Journal, JournalTable, RowKey};
use crate::store::{Conn, rows};
use crate::workers::DoubledWorker;

const SESSIONS: JournalTable = JournalTable::plain("sessions", &["id"], &["worker_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&SESSIONS];

/// Sessions led by a staff record that goes are led by the one that stays.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>, doubled: &[DoubledWorker]) -> Result<()> {
    let led: Vec<(i64, i64)> = sqlx::query_as(
        "select s.id, cast(j.value ->> 'stays' as bigint)
         from json_each(cast($1 as json_text)) j join sessions s on s.worker_id = cast(j.value ->> 'gone' as bigint)",
    )
    .bind(rows(doubled, |pair| json!({"gone": pair.gone, "stays": pair.stays})))
    .fetch_all(&mut *tx)
    .await?;
    let led = led.into_iter().map(|(session, worker)| (RowKey::from(session), vec![json!(worker)])).collect();
    journal.change(tx, &SESSIONS, &["worker_id"], led).await
}

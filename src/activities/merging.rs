//! The sessions that two lead who are one, and what else takes their time.

use serde_json::json;

use crate::error::Result;
use crate::journal::{Journal, JournalTable, RowKey};
use crate::store::{Conn, rows};
use crate::workers::DoubledWorker;

const SESSIONS: JournalTable = JournalTable::plain("sessions", &["id"], &["worker_id"], &[]);
const BOOKINGS: JournalTable = JournalTable::plain("bookings", &["id"], &["worker_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&SESSIONS, &BOOKINGS];

/// Sessions led by a staff record that goes are led by the one that stays, which is busy where that one was.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>, doubled: &[DoubledWorker]) -> Result<()> {
    for table in [&SESSIONS, &BOOKINGS] {
        let sql = format!(
            "select x.id, cast(j.value ->> 'stays' as bigint)
             from json_each(cast($1 as json_text)) j join {} x on x.worker_id = cast(j.value ->> 'gone' as bigint)",
            table.name
        );
        let had: Vec<(i64, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(rows(doubled, |pair| json!({"gone": pair.gone, "stays": pair.stays})))
            .fetch_all(&mut *tx)
            .await?;
        let had = had.into_iter().map(|(row, worker)| (RowKey::from(row), vec![json!(worker)])).collect();
        journal.change(tx, table, &["worker_id"], had).await?;
    }
    Ok(())
}

//! The appointments of two who are one, and of a staff record that goes.

use serde_json::json;

use crate::error::Result;
use crate::journal::{Journal, JournalTable, RowKey};
use crate::store::{Conn, rows};
use crate::workers::DoubledWorker;

const APPOINTMENTS: JournalTable = JournalTable::plain("appointments", &["id"], &["worker_id", "person_id"], &[]);
const TIMES: JournalTable = JournalTable::plain("appointment_times", &["id"], &["worker_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&APPOINTMENTS, &TIMES];

/// Whoever stays comes to the appointments of both, and the worker who stays keeps those of both.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>, doubled: &[DoubledWorker]) -> Result<()> {
    for table in [&APPOINTMENTS, &TIMES] {
        let sql = format!(
            "select x.id, cast(j.value ->> 'stays' as bigint)
             from json_each(cast($1 as json_text)) j join {} x on x.worker_id = cast(j.value ->> 'gone' as bigint)",
            table.name
        );
        let kept: Vec<(i64, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(rows(doubled, |pair| json!({"gone": pair.gone, "stays": pair.stays})))
            .fetch_all(&mut *tx)
            .await?;
        let kept = kept.into_iter().map(|(row, worker)| (RowKey::from(row), vec![json!(worker)])).collect();
        journal.change(tx, table, &["worker_id"], kept).await?;
    }
    journal.take_over(tx, &APPOINTMENTS, "person_id").await
}

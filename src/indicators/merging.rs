//! The indicators of a staff record that becomes part of another.

use serde_json::json;

use crate::error::Result;
use crate::journal::{Changes, Journal, JournalTable};
use crate::store::{Conn, rows};
use crate::workers::DoubledWorker;

const INDICATORS: JournalTable = JournalTable::plain("indicators", &["id"], &["worker_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&INDICATORS];

/// What a record that goes was to reach, the one that stays is to.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>, doubled: &[DoubledWorker]) -> Result<()> {
    let found: Vec<(i64, i64)> = sqlx::query_as(
        "select i.id, cast(j.value ->> 'stays' as bigint)
         from json_each(cast($1 as json_text)) j join indicators i on i.worker_id = cast(j.value ->> 'gone' as bigint)",
    )
    .bind(rows(doubled, |pair| json!({"gone": pair.gone, "stays": pair.stays})))
    .fetch_all(&mut *tx)
    .await?;
    let changed: Changes = found.into_iter().map(|(id, stays)| (id.into(), vec![json!(stays)])).collect();
    journal.change(tx, &INDICATORS, &["worker_id"], changed).await
}

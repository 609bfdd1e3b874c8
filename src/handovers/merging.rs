//! The handovers of a staff record that becomes part of another.

use serde_json::json;

use crate::error::Result;
use crate::journal::{Changes, Journal, JournalTable};
use crate::store::{Conn, rows};
use crate::workers::DoubledWorker;

const HANDOVERS: JournalTable = JournalTable::plain("handovers", &["id"], &["worker_id"], &[]);
const ITEMS: JournalTable = JournalTable::plain("handover_items", &["id"], &["worker_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&HANDOVERS, &ITEMS];

/// What a record that goes handed over, and took over, the one that stays did.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>, doubled: &[DoubledWorker]) -> Result<()> {
    let pairs = rows(doubled, |pair| json!({"gone": pair.gone, "stays": pair.stays}));
    for (table, sql) in [
        (
            &HANDOVERS,
            "select h.id, cast(j.value ->> 'stays' as bigint)
             from json_each(cast($1 as json_text)) j join handovers h on h.worker_id = cast(j.value ->> 'gone' as bigint)",
        ),
        (
            &ITEMS,
            "select i.id, cast(j.value ->> 'stays' as bigint)
             from json_each(cast($1 as json_text)) j join handover_items i on i.worker_id = cast(j.value ->> 'gone' as bigint)",
        ),
    ] {
        let found: Vec<(i64, i64)> = sqlx::query_as(sql).bind(&pairs).fetch_all(&mut *tx).await?;
        let changed: Changes = found.into_iter().map(|(id, stays)| (id.into(), vec![json!(stays)])).collect();
        journal.change(tx, table, &["worker_id"], changed).await?;
    }
    Ok(())
}

//! The calendars of two who are one: those of the row that goes end with it, for whose visits they told is somebody else's now.

use serde_json::json;

use crate::error::Result;
use crate::journal::{Journal, JournalTable, RowKey};
use crate::store::{Conn, rows};
use crate::workers::DoubledWorker;

const FEEDS: JournalTable = JournalTable::plain("feeds", &["id"], &["person_id", "worker_id", "ended_at"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&FEEDS];

/// Ends the links of the one who goes, and of their staff record; what there was stands with the one who stays.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>, doubled: &[DoubledWorker]) -> Result<()> {
    let led: Vec<(i64, i64, Option<i64>)> = sqlx::query_as(
        "select f.id, cast(j.value ->> 'stays' as bigint), f.ended_at
         from json_each(cast($1 as json_text)) j join feeds f on f.worker_id = cast(j.value ->> 'gone' as bigint)",
    )
    .bind(rows(doubled, |pair| json!({"gone": pair.gone, "stays": pair.stays})))
    .fetch_all(&mut *tx)
    .await?;
    let at = journal.at;
    let led = led
        .into_iter()
        .map(|(id, worker, ended)| (RowKey::from(id), vec![json!(worker), json!(ended.unwrap_or(at.0))]));
    journal.change(tx, &FEEDS, &["worker_id", "ended_at"], led.collect()).await?;
    let live: Vec<i64> =
        sqlx::query_scalar("select id from feeds where person_id = $1 and ended_at is null order by id")
            .bind(journal.merged)
            .fetch_all(&mut *tx)
            .await?;
    let ended = live.into_iter().map(|id| (RowKey::from(id), vec![json!(at.0)])).collect();
    journal.change(tx, &FEEDS, &["ended_at"], ended).await?;
    journal.take_over(tx, &FEEDS, "person_id").await
}

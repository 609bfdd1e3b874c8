//! The calendars of two who are one: those of the row that goes end with it, for whose visits they told is somebody else's now.

use serde_json::json;

use crate::error::Result;
use crate::journal::{Journal, JournalTable, RowKey};
use crate::store::Conn;

const FEEDS: JournalTable = JournalTable::plain("feeds", &["id"], &["person_id", "ended_at"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&FEEDS];

/// Ends the links of the one who goes; what there was stands with the one who stays.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    let live: Vec<i64> =
        sqlx::query_scalar("select id from feeds where person_id = $1 and ended_at is null order by id")
            .bind(journal.merged)
            .fetch_all(&mut *tx)
            .await?;
    let at = journal.at;
    let ended = live.into_iter().map(|id| (RowKey::from(id), vec![json!(at.0)])).collect();
    journal.change(tx, &FEEDS, &["ended_at"], ended).await?;
    journal.take_over(tx, &FEEDS, "person_id").await
}

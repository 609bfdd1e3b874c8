//! The cover of two who are one.

use crate::error::Result;
use crate::journal::{Journal, JournalTable, RowKey};
use crate::store::Conn;

const INSURED: JournalTable = JournalTable::plain(
    "insured_people",
    &["id"],
    &["insurance_id", "person_id", "added_at", "added_by"],
    &["from_date", "to_date"],
);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&INSURED];

/// Who is on a list as both stands there once, by the earlier line.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    let twice: Vec<i64> = sqlx::query_scalar(
        "select x.id from insured_people x where x.person_id in ($1, $2) and x.to_date is null
           and exists (select 1 from insured_people o where o.insurance_id = x.insurance_id and o.person_id in ($1, $2)
                       and o.to_date is null and o.id < x.id) order by x.id",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(&mut *tx)
    .await?;
    let twice: Vec<RowKey> = twice.into_iter().map(RowKey::from).collect();
    journal.remove(tx, &INSURED, &twice).await?;
    journal.take_over(tx, &INSURED, "person_id").await
}

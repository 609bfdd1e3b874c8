//! The phones that speak for two who are one.

use crate::error::Result;
use crate::ids::PersonId;
use crate::journal::{Journal, JournalTable, RowKey};
use crate::store::Conn;

const PAIRS: JournalTable = JournalTable::plain(
    "phone_people",
    &["phone_id", "person_id"],
    &["added_at", "card_id", "told_version", "confirmed_at", "confirmed_card", "confirmed_by"],
    &["confirmed_how"],
);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&PAIRS];

/// Phones that spoke for either speak for the one who stays. One that spoke for both is confirmed as it was for that one.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    let both: Vec<i64> = sqlx::query_scalar(
        "select f.phone_id from phone_people f join phone_people o on o.phone_id = f.phone_id and o.person_id = $2
         where f.person_id = $1",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(&mut *tx)
    .await?;
    let twice: Vec<RowKey> = both.into_iter().map(|phone| RowKey(vec![phone, journal.merged.0])).collect();
    journal.remove(tx, &PAIRS, &twice).await?;
    journal.take_over(tx, &PAIRS, "person_id").await
}

/// After a merge was taken back: phones that came to speak by the other's card speak for the other.
pub async fn hand_over(tx: &mut Conn, (kept, merged): (PersonId, PersonId)) -> Result<()> {
    sqlx::query(
        "update phone_people set person_id = $2
         where person_id = $1 and card_id in (select k.id from cards k where k.person_id = $2)
           and not exists (select 1 from phone_people o where o.phone_id = phone_people.phone_id and o.person_id = $2)",
    )
    .bind(kept)
    .bind(merged)
    .execute(tx)
    .await?;
    Ok(())
}

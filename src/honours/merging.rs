//! The trainings and commendations of two who are one.

use std::collections::BTreeSet;

use serde_json::json;

use super::types::TrainingId;
use crate::centers::CenterId;
use crate::error::Result;
use crate::journal::{Changes, Journal, JournalTable, MERGED, RowKey};
use crate::store::Conn;

const TRAINED: JournalTable =
    JournalTable::plain("trained_people", &["id"], &["person_id", "removed_at", "removed_by"], &[]);

const COMMENDATIONS: JournalTable =
    JournalTable::plain("commendations", &["id"], &["person_id", "voided_at", "voided_by"], &["void_reason"]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&TRAINED, &COMMENDATIONS];

/// Who attended or was commended as either, did and was as the one who stays; what stands twice counts once: the one with a scan, else the
/// earlier.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    let trained: Vec<(i64, TrainingId)> = sqlx::query_as(
        "select y.id, y.training_id from trained_people y where y.person_id in ($1, $2) and y.removed_at is null
         order by case when y.file_id is null then 1 else 0 end, y.id",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(&mut *tx)
    .await?;
    let mut known = BTreeSet::new();
    let again = trained.into_iter().filter(|(_, training)| !known.insert(training.0));
    let changed: Changes =
        again.map(|(id, _)| (RowKey::from(id), vec![json!(journal.at.0), json!(journal.by)])).collect();
    journal.change(tx, &TRAINED, &["removed_at", "removed_by"], changed).await?;
    journal.take_over(tx, &TRAINED, "person_id").await?;

    let given: Vec<(i64, CenterId, String, String)> = sqlx::query_as(
        "select c.id, c.center_id, c.title, c.given_on from commendations c
         where c.person_id in ($1, $2) and c.voided_at is null
         order by case when c.file_id is null then 1 else 0 end, c.id",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(&mut *tx)
    .await?;
    let mut known = BTreeSet::new();
    let again =
        given.into_iter().filter(|(_, center, title, day)| !known.insert((center.0, title.clone(), day.clone())));
    let void = |id: i64| (RowKey::from(id), vec![json!(journal.at.0), json!(journal.by), json!(MERGED)]);
    let changed: Changes = again.map(|(id, ..)| void(id)).collect();
    journal.change(tx, &COMMENDATIONS, &["voided_at", "voided_by", "void_reason"], changed).await?;
    journal.take_over(tx, &COMMENDATIONS, "person_id").await
}

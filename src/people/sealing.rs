//! Notes from before notes were sealed.

use serde_json::json;

use super::PersonId;
use crate::centers::CenterId;
use crate::error::Result;
use crate::store::{self, Db, Sealer};

/// Notes that are sealed in one transaction.
const SOME: i64 = 500;

/// Seals the notes that lie there as they were written. A note that is written meanwhile is sealed already.
///
/// # Errors
/// As the database says.
pub async fn seal_notes(db: &Db, sealer: &Sealer) -> Result<()> {
    loop {
        let mut tx = db.begin().await?;
        let plain: Vec<(PersonId, CenterId, String)> =
            sqlx::query_as("select person_id, center_id, note from enrolments where note is not null limit $1")
                .bind(SOME)
                .fetch_all(&mut *tx)
                .await?;
        if plain.is_empty() {
            return Ok(());
        }
        let sealed = store::rows(
            &plain,
            |(person, center, note)| json!({"person": person, "center": center, "sealed": sealer.seal(note).as_text()}),
        );
        sqlx::query(
            "update enrolments set note = null, note_sealed = coalesce(note_sealed, (
                 select j.value ->> 'sealed' from json_each(cast($1 as json_text)) j
                 where cast(j.value ->> 'person' as bigint) = enrolments.person_id
                   and cast(j.value ->> 'center' as bigint) = enrolments.center_id))
             where note is not null and exists (
                 select 1 from json_each(cast($1 as json_text)) j
                 where cast(j.value ->> 'person' as bigint) = enrolments.person_id
                   and cast(j.value ->> 'center' as bigint) = enrolments.center_id)",
        )
        .bind(sealed)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
    }
}

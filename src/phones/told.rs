//! What somebody is told of the phones that speak for them.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::PersonId;
use crate::store::Conn;
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct PhoneTold {
    label: String,
    added_at: Timestamp,
    by_card: i64,
    told_version: Option<i64>,
    seen_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

/// The phones that speak for a person, or did.
pub async fn told(conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<PhoneTold> = sqlx::query_as(
        "select p.label, f.added_at, case when f.card_id is null then 0 else 1 end as by_card, f.told_version, p.seen_at, p.revoked_at
         from phone_people f join phones p on p.id = f.phone_id where f.person_id = $1 order by f.added_at, p.id",
    )
    .bind(person)
    .fetch_all(conn)
    .await?;
    let row = |row: PhoneTold| {
        [
            ToldValue::Text(row.label),
            ToldValue::At(row.added_at),
            ToldValue::Truth(row.by_card != 0),
            row.told_version.map_or(ToldValue::Nothing, ToldValue::Number),
            ToldValue::At(row.seen_at),
            ToldValue::at(row.revoked_at),
        ]
    };
    let heads =
        ["told.browser", "told.added_at", "told.by_card", "told.door_version", "told.seen_at", "told.forgotten_at"];
    Ok(vec![ToldPart::new("told.phones", heads, rows.into_iter().map(row))])
}

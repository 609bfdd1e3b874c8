//! What somebody is told of the phones that speak for them.

use super::ConfirmedHow;
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
    confirmed_at: Option<Timestamp>,
    confirmed_how: Option<ConfirmedHow>,
    seen_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

/// The phones that speak for a person, or did.
pub async fn told(conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<PhoneTold> = sqlx::query_as(
        "select p.label, f.added_at, case when f.card_id is null then 0 else 1 end as by_card, f.told_version, c.confirmed_at,
                c.confirmed_how, p.seen_at, p.revoked_at
         from phone_people f join phones p on p.id = f.phone_id
         left join phones_confirmed c on c.phone_id = f.phone_id and c.person_id = f.person_id where f.person_id = $1 order by f.added_at, p.id",
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
            ToldValue::at(row.confirmed_at),
            ToldValue::word(row.confirmed_how.map(ConfirmedHow::key)),
            ToldValue::At(row.seen_at),
            ToldValue::at(row.revoked_at),
        ]
    };
    let heads = [
        "told.browser",
        "told.added_at",
        "told.by_card",
        "told.door_version",
        "told.phone_confirmed_at",
        "told.confirmed_how",
        "told.seen_at",
        "told.forgotten_at",
    ];
    Ok(vec![ToldPart::new("told.phones", heads, rows.into_iter().map(row))])
}

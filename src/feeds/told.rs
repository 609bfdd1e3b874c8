//! What somebody is told of the calendars that show where they come.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::PersonId;
use crate::store::Conn;
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct FeedTold {
    label: String,
    made_at: Timestamp,
    ended_at: Option<Timestamp>,
}

/// The links that phones made for the person, with the phone.
pub async fn told(conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<FeedTold> = sqlx::query_as(
        "select h.label, f.made_at, f.ended_at from feeds f join phones h on h.id = f.phone_id
         where f.person_id = $1 order by f.id",
    )
    .bind(person)
    .fetch_all(conn)
    .await?;
    let row = |row: FeedTold| [ToldValue::Text(row.label), ToldValue::At(row.made_at), ToldValue::at(row.ended_at)];
    let heads = ["told.browser", "feeds.made_at", "feeds.ended_at"];
    Ok(vec![ToldPart::new("told.feeds", heads, rows.into_iter().map(row))])
}

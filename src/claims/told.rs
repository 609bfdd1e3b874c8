//! What somebody is told of what they said of their hours.

use super::types::{ClaimKind, ClaimState};
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct ClaimTold {
    served_on: Date,
    center: String,
    team: Option<String>,
    said: ClaimKind,
    content: Option<String>,
    place: Option<String>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    minutes: i64,
    reason: Option<String>,
    asked_at: Timestamp,
    state: ClaimState,
    decided_at: Option<Timestamp>,
    word: Option<String>,
}

/// What the person claimed at the reader's centers, and the answers.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<ClaimTold> = sqlx::query_as(
        "select c.served_on, n.name as center, t.name as team, c.kind as said, c.content, c.place, c.starts_at, c.ends_at, c.minutes,
                c.reason, c.asked_at, c.state, c.decided_at, c.word
         from hour_claims c join centers n on n.id = c.center_id left join teams t on t.id = c.team_id
         where c.person_id = $1 and c.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by c.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: ClaimTold| {
        [
            ToldValue::day(Some(row.served_on)),
            ToldValue::Text(row.center),
            ToldValue::text(row.team),
            ToldValue::Word(row.said.key().to_owned()),
            ToldValue::text(row.content),
            ToldValue::text(row.place),
            ToldValue::at(row.starts_at),
            ToldValue::at(row.ends_at),
            ToldValue::Number(row.minutes),
            ToldValue::text(row.reason),
            ToldValue::At(row.asked_at),
            ToldValue::Word(row.state.key().to_owned()),
            ToldValue::at(row.decided_at),
            ToldValue::text(row.word),
        ]
    };
    let heads = [
        "told.day",
        "told.center",
        "told.team",
        "claims.kind",
        "claims.content",
        "claims.place",
        "claims.from_time",
        "claims.to_time",
        "told.minutes",
        "told.reason",
        "told.sent_at",
        "told.state",
        "told.answered_at",
        "claims.word",
    ];
    Ok(vec![ToldPart::new("told.claims", heads, rows.into_iter().map(row))])
}

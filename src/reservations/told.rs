//! What somebody is told of the rooms that they asked for.

use super::types::RoomRequestState;
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;
use crate::told::{ToldPart, ToldValue};

/// What the person asked the reader's centers for, and the answers; they are known by name and number as the door knows them.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    type Row = (String, String, Date, String, Timestamp, RoomRequestState, Option<Timestamp>, Option<String>);
    let rows: Vec<Row> = sqlx::query_as(
        "select c.name, q.group_name, q.day, q.purpose, q.sent_at, q.state, q.answered_at, q.word
         from room_requests q join centers c on c.id = q.center_id
         where q.contact_key in (select e.door_key from enrolments e where e.person_id = $1 and e.door_key is not null)
           and q.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by q.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |(center, group, day, purpose, sent, state, answered, word): Row| {
        [
            ToldValue::Text(center),
            ToldValue::Text(group),
            ToldValue::Day(day),
            ToldValue::Text(purpose),
            ToldValue::At(sent),
            ToldValue::Word(RoomRequestState::key(state).to_owned()),
            ToldValue::at(answered),
            ToldValue::text(word),
        ]
    };
    let heads = [
        "told.center",
        "room_requests.group_name",
        "room_requests.day",
        "room_requests.purpose",
        "told.sent_at",
        "told.state",
        "told.answered_at",
        "room_requests.word",
    ];
    Ok(vec![ToldPart::new("told.room_requests", heads, rows.into_iter().map(row))])
}

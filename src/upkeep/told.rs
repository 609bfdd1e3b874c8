//! What somebody is told of what they borrowed.

use crate::auth::Viewer;
use crate::clock::{Date, Timestamp, Zone};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct LoanTold {
    center: String,
    zone: Zone,
    number: String,
    name: String,
    lent_at: Timestamp,
    due_on: Date,
    back_at: Option<Timestamp>,
    word: Option<String>,
}

/// What the person borrowed at the reader's centers.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<LoanTold> = sqlx::query_as(
        "select c.name as center, c.zone, a.number, a.name, l.lent_at, l.due_on, l.back_at, l.word
         from loans l join assets a on a.id = l.asset_id join centers c on c.id = a.center_id
         where l.person_id = $1 and a.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by l.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: LoanTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::Text(row.number),
            ToldValue::Text(row.name),
            ToldValue::Day(row.zone.date(row.lent_at)),
            ToldValue::Day(row.due_on),
            ToldValue::day(row.back_at.map(|at| row.zone.date(at))),
            ToldValue::text(row.word),
        ]
    };
    let heads = [
        "told.center",
        "upkeep.number",
        "upkeep.name",
        "upkeep.lent_on",
        "upkeep.due_on",
        "upkeep.back_on",
        "upkeep.return_word",
    ];
    Ok(vec![ToldPart::new("told.loans", heads, rows.into_iter().map(row))])
}

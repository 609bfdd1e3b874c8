//! What somebody is told of the households in which they live or lived: their own stay and the address, nothing of the others there.

use super::types::Relation;
use crate::auth::Viewer;
use crate::clock::Date;
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct StayTold {
    center: String,
    address: Option<String>,
    relation: Relation,
    moved_in: Date,
    moved_out: Option<Date>,
    void_reason: Option<String>,
}

/// The person's stays, as the reader's centers know them.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<StayTold> = sqlx::query_as(
        "select c.name as center, h.address, m.relation, m.moved_in, m.moved_out, m.void_reason
         from household_members m join households h on h.id = m.household_id join centers c on c.id = m.center_id
         where m.person_id = $1 and m.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by m.moved_in, m.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: StayTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::text(row.address),
            ToldValue::Word(row.relation.key().to_owned()),
            ToldValue::Day(row.moved_in),
            ToldValue::day(row.moved_out),
            ToldValue::text(row.void_reason),
        ]
    };
    let heads = [
        "told.center",
        "households.address",
        "households.relation",
        "households.moved_in",
        "households.moved_out",
        "told.void_reason",
    ];
    Ok(vec![ToldPart::new("told.households", heads, rows.into_iter().map(row))])
}

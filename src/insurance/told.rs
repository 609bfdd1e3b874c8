//! What somebody is told of the insurances that name them.

use crate::auth::Viewer;
use crate::clock::Date;
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct InsuredTold {
    center: String,
    insurer: String,
    policy_number: String,
    from_date: Date,
    to_date: Option<Date>,
    valid_to: Date,
}

/// The policies of the reader's centers on whose list the person stands.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<InsuredTold> = sqlx::query_as(
        "select c.name as center, i.insurer, i.policy_number, x.from_date, x.to_date, i.valid_to
         from insured_people x join insurances i on i.id = x.insurance_id join centers c on c.id = i.center_id
         where x.person_id = $1 and i.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by x.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: InsuredTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::Text(row.insurer),
            ToldValue::Text(row.policy_number),
            ToldValue::Day(row.from_date),
            ToldValue::day(row.to_date),
            ToldValue::Day(row.valid_to),
        ]
    };
    let heads = [
        "told.center",
        "insurance.insurer",
        "insurance.policy_number",
        "insurance.from_date",
        "insurance.to_date",
        "insurance.valid_to",
    ];
    Ok(vec![ToldPart::new("told.insurances", heads, rows.into_iter().map(row))])
}

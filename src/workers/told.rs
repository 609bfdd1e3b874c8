//! What somebody is told of their work in centers.

use super::types::{Qualification, WorkerKind};
use crate::auth::Viewer;
use crate::clock::Date;
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct WorkTold {
    center: String,
    kind: WorkerKind,
    qualification: Option<Qualification>,
    certificate_number: Option<String>,
    login: Option<String>,
    started_on: Date,
    ended_on: Option<Date>,
}

/// The person's work in the reader's centers.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<WorkTold> = sqlx::query_as(
        "select c.name as center, w.kind, w.qualification, w.certificate_number, a.login, w.started_on, w.ended_on
         from workers w join centers c on c.id = w.center_id left join accounts a on a.id = w.account_id
         where w.person_id = $1 and w.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by w.started_on, w.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: WorkTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::Word(row.kind.key().to_owned()),
            ToldValue::word(row.qualification.map(Qualification::key)),
            ToldValue::text(row.certificate_number),
            ToldValue::text(row.login),
            ToldValue::Day(row.started_on),
            ToldValue::day(row.ended_on),
        ]
    };
    let heads = [
        "told.center",
        "workers.kind",
        "workers.qualification",
        "workers.certificate_number",
        "workers.login",
        "workers.started_on",
        "workers.ended_on",
    ];
    Ok(vec![ToldPart::new("told.workers", heads, rows.into_iter().map(row))])
}

//! What somebody is told of what they are qualified for.

use super::types::CheckedHow;
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Flag};
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct QualificationTold {
    center: String,
    kind: String,
    kind_en: String,
    number: Option<String>,
    issuer: Option<String>,
    issued_on: Option<Date>,
    valid_to: Option<Date>,
    recorded_at: Timestamp,
    has_scan: Flag,
    confirmed_how: Option<CheckedHow>,
    confirmed_at: Option<Timestamp>,
    void_reason: Option<String>,
}

/// The person's certificates that the reader's centers wrote down.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<QualificationTold> = sqlx::query_as(
        "select c.name as center, k.name as kind, k.name_en as kind_en, q.number, q.issuer, q.issued_on, q.valid_to, q.recorded_at,
                case when q.file_id is null then 0 else 1 end as has_scan, q.confirmed_how, q.confirmed_at, q.void_reason
         from qualifications q join qualification_kinds k on k.id = q.kind_id join centers c on c.id = q.center_id
         where q.person_id = $1 and q.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by q.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: QualificationTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::Named(row.kind, row.kind_en),
            ToldValue::text(row.number),
            ToldValue::text(row.issuer),
            ToldValue::day(row.issued_on),
            ToldValue::day(row.valid_to),
            ToldValue::At(row.recorded_at),
            ToldValue::Truth(row.has_scan.is_set()),
            ToldValue::word(row.confirmed_how.map(CheckedHow::key)),
            ToldValue::at(row.confirmed_at),
            ToldValue::text(row.void_reason),
        ]
    };
    let heads = [
        "told.center",
        "qualifications.kind",
        "qualifications.number",
        "qualifications.issuer",
        "qualifications.issued_on",
        "qualifications.valid_to",
        "told.recorded_at",
        "told.has_scan",
        "qualifications.confirmed_how",
        "qualifications.confirmed_at",
        "told.void_reason",
    ];
    Ok(vec![ToldPart::new("told.qualifications", heads, rows.into_iter().map(row))])
}

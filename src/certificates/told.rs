//! What somebody is told of the certificates that they were given, and of those that they asked for.

use super::queries;
use super::types::{CertificateRequestState, ServiceCertificate};
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Sealer};
use crate::told::{ToldPart, ToldValue};

const THEIRS: &str =
    "person_id = $1 and center_id in (select r.center_id from account_centers r where r.account_id = $2)";

/// What the reader's centers issued to the person, with whatever stands on it alone, and the person's wishes.
///
/// # Errors
/// `Internal` for what does not open.
pub async fn told(by: &Viewer, conn: &mut Conn, sealer: &Sealer, person: PersonId) -> Result<Vec<ToldPart>> {
    Ok(vec![certificates(by, conn, sealer, person).await?, requests(by, conn, person).await?])
}

async fn certificates(by: &Viewer, conn: &mut Conn, sealer: &Sealer, person: PersonId) -> Result<ToldPart> {
    let sql = format!(
        "{} where c.id in (select id from service_certificates where {THEIRS}) order by c.id",
        queries::select()
    );
    let rows: Vec<ServiceCertificate> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(person).bind(by.account).fetch_all(conn).await?;
    let row = |one: ServiceCertificate| {
        let paper = if one.content_sealed.is_some() { Some(one.paper(sealer)?) } else { None };
        Ok([
            ToldValue::Text(one.number().to_string()),
            ToldValue::Text(one.center.clone()),
            ToldValue::text(paper.as_ref().map(|paper| paper.name.clone())),
            ToldValue::text(paper.and_then(|paper| paper.id_number)),
            ToldValue::Day(one.period_from),
            ToldValue::Day(one.period_to),
            ToldValue::Number(one.minutes),
            ToldValue::Day(one.issued_on),
            ToldValue::Word(one.state().key().to_owned()),
            ToldValue::at(one.revoked_at),
            ToldValue::day(one.published_on),
        ])
    };
    let rows = rows.into_iter().map(row).collect::<Result<Vec<_>>>()?;
    let heads = [
        "certificates.number",
        "told.center",
        "people.name",
        "people.id_number",
        "certificates.from",
        "certificates.to",
        "told.minutes",
        "certificates.issued_on",
        "told.state",
        "certificates.revoked_at",
        "certificates.published_on",
    ];
    Ok(ToldPart::new("told.service_certificates", heads, rows))
}

#[derive(sqlx::FromRow)]
struct RequestTold {
    center: String,
    period_from: Date,
    period_to: Date,
    purpose: Option<String>,
    state: CertificateRequestState,
    asked_at: Timestamp,
    answered_at: Option<Timestamp>,
    word: Option<String>,
}

async fn requests(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<ToldPart> {
    let rows: Vec<RequestTold> = sqlx::query_as(
        "select x.name as center, q.period_from, q.period_to, q.purpose, q.state, q.asked_at, q.answered_at, q.word
         from certificate_requests q join centers x on x.id = q.center_id
         where q.person_id = $1 and q.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by q.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: RequestTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::Day(row.period_from),
            ToldValue::Day(row.period_to),
            ToldValue::text(row.purpose),
            ToldValue::Word(row.state.key().to_owned()),
            ToldValue::At(row.asked_at),
            ToldValue::at(row.answered_at),
            ToldValue::text(row.word),
        ]
    };
    let heads = [
        "told.center",
        "certificates.from",
        "certificates.to",
        "certificates.purpose",
        "told.state",
        "told.sent_at",
        "told.answered_at",
        "certificates.word",
    ];
    Ok(ToldPart::new("told.certificate_requests", heads, rows.into_iter().map(row)))
}

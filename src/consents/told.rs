//! What somebody is told of what they agreed to, with the words that were before them.

use super::types::{ConsentAnswer, ConsentMethod, Guardianship, Purpose};
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::store::{Conn, Flag, Sealed, Sealer};
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct ConsentTold {
    center: String,
    purpose: Purpose,
    version: i64,
    wording: String,
    wording_en: String,
    answer: ConsentAnswer,
    given_on: Date,
    method: ConsentMethod,
    guardian_sealed: Option<Sealed>,
    guardianship: Option<Guardianship>,
    recorded_at: Timestamp,
    has_scan: Flag,
    withdrawn_on: Option<Date>,
    withdrawn_method: Option<ConsentMethod>,
    void_reason: Option<String>,
}

/// What the person said to the reader's centers.
///
/// # Errors
/// `Internal` for a guardian's name that does not open.
pub async fn told(by: &Viewer, conn: &mut Conn, sealer: &Sealer, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<ConsentTold> = sqlx::query_as(
        "select c.name as center, s.purpose, t.version, t.wording, t.wording_en, s.answer, s.given_on, s.method, s.guardian_sealed,
                s.guardianship, s.recorded_at, case when s.file_id is null then 0 else 1 end as has_scan, s.withdrawn_on,
                s.withdrawn_method, s.void_reason
         from consents s join consent_texts t on t.id = s.text_id join centers c on c.id = s.center_id
         where s.person_id = $1 and s.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by s.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: ConsentTold| {
        let guardian = match &row.guardian_sealed {
            Some(sealed) => sealer.open(sealed).map(Some),
            None => Some(None),
        };
        let guardian = guardian.ok_or_else(|| Error::internal("a guardian's name does not open with this key"))?;
        Ok([
            ToldValue::Text(row.center),
            ToldValue::Word(row.purpose.key().to_owned()),
            ToldValue::Number(row.version),
            ToldValue::Named(row.wording, row.wording_en),
            ToldValue::Word(row.answer.key().to_owned()),
            ToldValue::Day(row.given_on),
            ToldValue::Word(row.method.key().to_owned()),
            ToldValue::text(guardian),
            ToldValue::word(row.guardianship.map(Guardianship::key)),
            ToldValue::At(row.recorded_at),
            ToldValue::Truth(row.has_scan.is_set()),
            ToldValue::day(row.withdrawn_on),
            ToldValue::word(row.withdrawn_method.map(ConsentMethod::key)),
            ToldValue::text(row.void_reason),
        ])
    };
    let rows = rows.into_iter().map(row).collect::<Result<Vec<_>>>()?;
    let heads = [
        "told.center",
        "consents.purpose",
        "told.version",
        "consents.wording",
        "consents.answer",
        "consents.given_on",
        "consents.method",
        "consents.guardian",
        "consents.guardianship",
        "told.recorded_at",
        "told.has_scan",
        "consents.withdrawn_on",
        "consents.withdrawn_method",
        "told.void_reason",
    ];
    Ok(vec![ToldPart::new("told.consents", heads, rows)])
}

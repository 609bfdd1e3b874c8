//! Reading what was said, always within a center that the viewer was let into, and the words to which.

use std::collections::HashSet;

use serde_json::json;

use super::types::{Consent, ConsentId, ConsentText, Purpose};
use crate::centers::CenterId;
use crate::clock::{Date, Now, Zone};
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::people::PersonId;
use crate::store::{self, Conn};

const CONSENT: &str = "select c.id, c.purpose, t.version, c.answer, c.given_on, c.method, c.guardian_sealed, c.guardianship, c.recorded_at,
        r.name as recorded_by, c.file_id, c.withdrawn_on, c.withdrawn_method, w.name as withdrawn_by, c.voided_at, c.void_reason,
        case when exists (select 1 from consents_held h where h.id = c.id) then 1 else 0 end as held
     from consents c join consent_texts t on t.id = c.text_id
     left join accounts r on r.id = c.recorded_by left join accounts w on w.id = c.withdrawn_by";

/// All that a person said to the center, the first recorded first; mistaken entries too.
pub async fn of_person(conn: &mut Conn, center: CenterId, person: PersonId) -> Result<Vec<Consent>> {
    let sql = format!("{CONSENT} where c.person_id = $1 and c.center_id = $2 order by c.id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(person).bind(center).fetch_all(conn).await?)
}

/// One entry.
///
/// # Errors
/// `NotFound` for another person's, and for what was said to another center.
pub async fn find(conn: &mut Conn, (center, person): (CenterId, PersonId), id: ConsentId) -> Result<Consent> {
    let sql = format!("{CONSENT} where c.person_id = $1 and c.center_id = $2 and c.id = $3");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(person)
        .bind(center)
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// The scan of what was signed.
///
/// # Errors
/// As [`find`]'s, and `NotFound` for a mistaken entry.
pub async fn paper(conn: &mut Conn, of: (CenterId, PersonId), id: ConsentId) -> Result<Option<FileId>> {
    let consent = find(conn, of, id).await?;
    if consent.voided_at.is_some() { Err(Error::NotFound) } else { Ok(consent.file_id) }
}

const TEXT: &str =
    "select t.id, t.purpose, t.version, t.wording, t.wording_en, t.effective_from, t.published_at from consent_texts t";

/// Every version of every purpose's words, the latest first.
pub async fn texts(conn: &mut Conn) -> Result<Vec<ConsentText>> {
    let sql = format!("{TEXT} order by t.version desc, t.id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await?)
}

/// The words that hold on a day, one version for each purpose that has any by then.
pub async fn texts_on(conn: &mut Conn, on: Date) -> Result<Vec<ConsentText>> {
    let sql = format!(
        "{TEXT} where t.effective_from <= $1 and not exists (
             select 1 from consent_texts n where n.purpose = t.purpose and n.effective_from <= $1 and n.version > t.version)
         order by t.purpose"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(on).fetch_all(conn).await?)
}

/// The words that were before somebody on a day: this version, if it held by then; the one of the day, where none is said.
pub async fn text_on(conn: &mut Conn, purpose: Purpose, version: Option<i64>, on: Date) -> Result<Option<ConsentText>> {
    let sql = format!(
        "{TEXT} where t.purpose = $1 and t.effective_from <= $2 and (cast($3 as bigint) is null or t.version = $3)
         order by t.version desc limit 1"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(purpose).bind(on).bind(version).fetch_optional(conn).await?)
}

/// Whether there is such a version of a purpose's words, and it has begun.
pub async fn is_before_people(conn: &mut Conn, purpose: Purpose, version: i64, now: Now) -> Result<bool> {
    Ok(text_on(conn, purpose, Some(version), Zone::SHANGHAI.date(now.0)).await?.is_some())
}

/// Of these people, those whose guardian agreed to the center that they serve, and did not take it back.
pub async fn volunteers_with_guardian(
    conn: &mut Conn,
    center: CenterId,
    people: &[PersonId],
) -> Result<HashSet<PersonId>> {
    let found: Vec<PersonId> = sqlx::query_scalar(
        "select distinct c.person_id from consents_held h join consents c on c.id = h.id
         where c.center_id = $1 and c.purpose = $2 and c.guardianship is not null
           and c.person_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($3 as json_text)) j)",
    )
    .bind(center)
    .bind(Purpose::Volunteer)
    .bind(store::rows(people, |person| json!(person)))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

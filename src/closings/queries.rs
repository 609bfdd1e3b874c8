//! Reading what is written down of a session, always of one that the reader was let into.

use std::collections::BTreeSet;

use serde_json::json;

use super::types::{NotPictured, SessionNotes, SessionPhoto, SessionPhotoId};
use crate::activities::{Session, SessionId};
use crate::auth::Coordinator;
use crate::centers::CenterId;
use crate::consents::{ConsentAnswer, Purpose};
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::people::PersonRow;
use crate::store::{Conn, Flag, rows};

/// What stands beside the summary.
pub async fn notes(conn: &mut Conn, session: SessionId) -> Result<SessionNotes> {
    let found: Option<SessionNotes> =
        sqlx::query_as("select materials, next_time from session_notes where session_id = $1")
            .bind(session)
            .fetch_optional(conn)
            .await?;
    Ok(found.unwrap_or_default())
}

/// The session's pictures, the first first.
pub async fn photos(conn: &mut Conn, session: SessionId) -> Result<Vec<SessionPhoto>> {
    Ok(sqlx::query_as("select id, caption, chosen from session_photos where session_id = $1 order by id")
        .bind(session)
        .fetch_all(conn)
        .await?)
}

/// The digests of the session's pictures, sealed as they are.
pub(super) async fn digests(conn: &mut Conn, session: SessionId) -> Result<BTreeSet<String>> {
    let known: Vec<String> = sqlx::query_scalar(
        "select f.digest from session_photos o join files f on f.id = o.file_id where o.session_id = $1",
    )
    .bind(session)
    .fetch_all(conn)
    .await?;
    Ok(known.into_iter().collect())
}

/// The file of one of the session's pictures.
///
/// # Errors
/// `NotFound` for another session's.
pub async fn photo(conn: &mut Conn, session: SessionId, id: SessionPhotoId) -> Result<FileId> {
    sqlx::query_scalar("select file_id from session_photos where session_id = $1 and id = $2")
        .bind(session)
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

#[derive(sqlx::FromRow)]
struct Unpictured {
    #[sqlx(flatten)]
    person: PersonRow,
    refused: Flag,
}

/// Of those who are at the session, or have a place or a shift in it, who did not agree to be pictured: who refused, and who did not say.
pub async fn not_pictured(_: &Coordinator, conn: &mut Conn, session: &Session) -> Result<NotPictured> {
    let found: Vec<Unpictured> = sqlx::query_as(
        "with there as (
             select a.person_id as id from attendances a where a.session_id = $1 and a.voided_at is null
             union select r.person_id from registrations r where r.session_id = $1 and r.state = 'confirmed'
             union select s.person_id from shifts s where s.session_id = $1 and s.state = 'taken')
         select p.id, p.name, p.birth_date, p.phone_last4,
                case when exists (select 1 from consents c where c.person_id = p.id and c.center_id = $2
                    and c.purpose = $3 and c.voided_at is null and (c.withdrawn_on is not null or c.answer = $4))
                    then 1 else 0 end as refused
         from there q join people p on p.id = q.id
         where p.erased_at is null
           and not exists (select 1 from photos_allowed f where f.person_id = p.id and f.center_id = $2)
         order by p.pinyin, p.id",
    )
    .bind(session.id)
    .bind(session.center_id)
    .bind(Purpose::Photos)
    .bind(ConsentAnswer::Declined)
    .fetch_all(conn)
    .await?;
    let (refused, unasked): (Vec<_>, Vec<_>) = found.into_iter().partition(|one| one.refused.is_set());
    let people = |rows: Vec<Unpictured>| rows.into_iter().map(|one| one.person).collect();
    Ok(NotPictured { refused: people(refused), unasked: people(unasked) })
}

/// The keys of the names of who is enrolled at a center, or works or worked there: also of the rows that were merged into theirs, which
/// keep how they were called before.
pub(super) async fn name_keys(_: &Coordinator, conn: &mut Conn, center: CenterId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(
        "with here as (
             select e.person_id as id from enrolments e where e.center_id = $1
             union select w.person_id from workers w where w.center_id = $1)
         select p.name_key from here h join people p on p.id = h.id where p.erased_at is null
         union select m.name_key from here h join people m on m.merged_into = h.id where m.erased_at is null",
    )
    .bind(center)
    .fetch_all(conn)
    .await?)
}

/// As `name_keys`, of several centers at once, for a text that tells of all of them.
pub async fn name_keys_of(conn: &mut Conn, centers: &[CenterId]) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(
        "with asked as (select cast(cast(j.value as text) as bigint) as id from json_each(cast($1 as json_text)) j), here as (
             select e.person_id as id from enrolments e join asked q on q.id = e.center_id
             union select w.person_id from workers w join asked q on q.id = w.center_id)
         select p.name_key from here h join people p on p.id = h.id where p.erased_at is null
         union select m.name_key from here h join people m on m.merged_into = h.id where m.erased_at is null",
    )
    .bind(rows(centers, |center| json!(center)))
    .fetch_all(conn)
    .await?)
}

/// The minutes that count of a session's volunteers.
pub(super) async fn served_minutes(conn: &mut Conn, session: SessionId) -> Result<i64> {
    Ok(sqlx::query_scalar("select cast(coalesce(sum(minutes), 0) as bigint) from hours_entries where session_id = $1")
        .bind(session)
        .fetch_one(conn)
        .await?)
}

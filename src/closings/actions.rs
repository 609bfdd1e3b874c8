//! Writing down what was at a session: as it is closed, and afterwards.

use serde_json::json;

use super::forms::{self, RevisedRecord};
use super::photos::too_many;
use super::queries;
use super::rules;
use super::types::{MOST_PHOTOS, SessionNotes, SessionPhotoId};
use crate::activities::{self, Session, SessionId, SessionStatus};
use crate::audit;
use crate::auth::Coordinator;
use crate::check_in;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::files::{self, CheckedFile, FileId, Secrecy};
use crate::store::{Conn, Sealer, rows};

/// Closes a session with what was sent of it: its summary, the hours that were ticked, what was used up, and the word for next time.
///
/// # Errors
/// As [`check_in::close`]'s; `Invalid` with a fault at each field.
pub async fn close(by: &Coordinator, now: Now, tx: &mut Conn, session: &Session, fields: &Fields) -> Result<()> {
    let known = queries::notes(tx, session.id).await?;
    let notes = forms::notes(fields, &known)?;
    check_in::close_as_sent(by, now, tx, session, fields).await?;
    if notes == known { Ok(()) } else { keep_notes(by, now, tx, session.id, &notes).await }
}

/// Puts right what was written of a closed session; where nothing is otherwise, nothing is written.
///
/// # Errors
/// `Refused("session_still_open")` for one that is not closed: what is written of it is written when it is.
/// `Refused("session_record_changed")` where somebody changed it since it was seen.
pub async fn revise(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    record: &RevisedRecord,
) -> Result<()> {
    if check_in::hold_session(tx, session.id).await? != SessionStatus::Completed {
        return Err(Error::refused("session_still_open"));
    }
    let known = queries::notes(tx, session.id).await?;
    if let Some(seen) = &record.seen {
        let written = activities::queries::session(by, tx, session.center_id, session.id).await?;
        if *seen != rules::mark(written.summary.as_deref(), &known) {
            return Err(Error::refused("session_record_changed"));
        }
    }
    let is_rewritten = activities::rewrite_summary(now, tx, session.id, &record.summary).await?;
    let is_noted = known != record.notes;
    if is_noted {
        keep_notes(by, now, tx, session.id, &record.notes).await?;
    }
    if !is_rewritten && !is_noted {
        return Ok(());
    }
    audit::record(tx, by, now, audit::entry("session.record_revised", session.id.0).at(session.center_id)).await
}

async fn keep_notes(by: &Coordinator, now: Now, tx: &mut Conn, session: SessionId, notes: &SessionNotes) -> Result<()> {
    sqlx::query(
        "insert into session_notes (session_id, materials, next_time, changed_at, changed_by) values ($1, $2, $3, $4, $5)
         on conflict (session_id) do update set materials = excluded.materials, next_time = excluded.next_time,
             changed_at = excluded.changed_at, changed_by = excluded.changed_by",
    )
    .bind(session)
    .bind(notes.materials.as_deref())
    .bind(notes.next_time.as_deref())
    .bind(now.0)
    .bind(by.account)
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps pictures of a session that has begun, closed or not, sealed. One that is there already is there: a phone that got no answer
/// sends again.
///
/// # Errors
/// `Refused("photos_before_the_start")`, `Refused("session_not_held")` for one that was cancelled; `Invalid` at `photo` where there would be more than
/// [`MOST_PHOTOS`].
pub async fn add_photos(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    (pictures, caption): (&[CheckedFile], Option<&str>),
) -> Result<()> {
    // Of two who bring the last one, one comes after the other.
    match check_in::hold_session(tx, session.id).await? {
        SessionStatus::Planned if now.0 < session.starts_at => return Err(Error::refused("photos_before_the_start")),
        SessionStatus::Planned | SessionStatus::Completed => {}
        SessionStatus::Cancelled | SessionStatus::Skipped => return Err(Error::refused("session_not_held")),
    }
    let mut known = queries::digests(tx, session.id).await?;
    let is_new = |picture: &&CheckedFile| known.insert(files::digest_of(sealer, picture, Secrecy::Sealed));
    let pictures: Vec<&CheckedFile> = pictures.iter().filter(is_new).collect();
    if pictures.is_empty() {
        return Ok(());
    }
    if queries::photos(tx, session.id).await?.len() + pictures.len() > MOST_PHOTOS {
        return Err(too_many());
    }
    let mut kept: Vec<FileId> = Vec::with_capacity(pictures.len());
    for picture in pictures {
        kept.push(files::keep(now, tx, sealer, picture, Secrecy::Sealed).await?);
    }
    sqlx::query(
        "insert into session_photos (session_id, file_id, caption, added_at, added_by)
         select cast($2 as bigint), cast(cast(j.value as text) as bigint), cast($3 as text), cast($4 as bigint), cast($5 as bigint)
         from json_each(cast($1 as json_text)) j order by cast(cast(j.value as text) as bigint)",
    )
    .bind(rows(&kept, |file| json!(file)))
    .bind(session.id)
    .bind(caption)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    let number = kept.len().to_string();
    let entry = audit::entry("session.photos_added", session.id.0).at(session.center_id).because(&number);
    audit::record(tx, by, now, entry).await
}

/// Takes a picture away, whole: who is on it may have asked for that.
///
/// # Errors
/// `NotFound` for another session's, and for one that is gone already.
pub async fn remove_photo(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    photo: SessionPhotoId,
) -> Result<()> {
    let removed: Option<FileId> =
        sqlx::query_scalar("delete from session_photos where id = $1 and session_id = $2 returning file_id")
            .bind(photo)
            .bind(session.id)
            .fetch_optional(&mut *tx)
            .await?;
    files::forget(tx, removed.ok_or(Error::NotFound)?).await?;
    audit::record(tx, by, now, audit::entry("session.photo_removed", session.id.0).at(session.center_id)).await
}

/// Says which pictures go with the text for the center's account, in the place of those that did.
///
/// # Errors
/// `Refused("session_still_open")`, `Refused("session_confidential")` where there is no such text; `NotFound` for another
/// session's pictures.
pub async fn choose(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    photos: &[SessionPhotoId],
) -> Result<()> {
    if check_in::hold_session(tx, session.id).await? != SessionStatus::Completed {
        return Err(Error::refused("session_still_open"));
    }
    if session.title.is_confidential() {
        return Err(Error::refused("session_confidential"));
    }
    let known = queries::photos(tx, session.id).await?;
    if photos.iter().any(|id| known.iter().all(|one| one.id != *id)) {
        return Err(Error::NotFound);
    }
    if known.iter().all(|one| one.is_chosen() == photos.contains(&one.id)) {
        return Ok(());
    }
    sqlx::query(
        "update session_photos set chosen = case when id in (
             select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j) then 1 else 0 end
         where session_id = $1",
    )
    .bind(session.id)
    .bind(rows(photos, |photo| json!(photo)))
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("session.photos_chosen", session.id.0).at(session.center_id)).await
}

/// Forgets these pictures: they were kept long enough.
pub async fn forget_old(tx: &mut Conn, photos: &[i64]) -> Result<()> {
    let forgotten: Vec<FileId> = sqlx::query_scalar(
        "delete from session_photos
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         returning file_id",
    )
    .bind(rows(photos, |photo| json!(photo)))
    .fetch_all(&mut *tx)
    .await?;
    files::forget_all(tx, forgotten).await
}

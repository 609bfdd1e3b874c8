//! Heads without a name: counted, and taken back.

use super::admit::{hold, hold_at};
use super::types::{Code, HeadCountId, Heads, RequestId};
use super::{queries, rules};
use crate::activities::{Session, SessionId};
use crate::auth::Greeter;
use crate::clock::{Now, Timestamp};
use crate::error::{Error, OnViolation, Result};
use crate::store::Conn;
use crate::{audit, marks};

/// Counts people without a name: they add to visits, never to persons, and they take seats. The same request again is
/// the same count; true where it is the first.
///
/// # Errors
/// `Refused` with the door's code where the session takes nobody or not so many; `Refused("request_reused")` where the
/// number was used for another count, `Refused("voided")` where that count was taken back since.
pub async fn count_heads(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    request: RequestId,
    heads: &Heads,
) -> Result<(HeadCountId, bool)> {
    let (held, _) = hold_at(now, tx, session.id).await?;
    if let Some(id) = counted_before(tx, session, request, heads).await? {
        return Ok((id, false));
    }
    let (_, came_at) = rules::entered(session, now);
    rules::may_enter(&held.door, came_at, now).map_err(|code| Error::refused(code.code()))?;
    if !held.has_room(heads.heads) {
        return Err(Error::refused(Code::Full.code()));
    }
    let id: HeadCountId = sqlx::query_scalar(
        "insert into head_counts (session_id, request_id, heads, elderly, disabled, needy, youth, counted_at, counted_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
    )
    .bind(session.id)
    .bind(request)
    .bind(heads.heads)
    .bind(heads.elderly)
    .bind(heads.disabled)
    .bind(heads.needy)
    .bind(heads.youth)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    // Another session's count took the number meanwhile.
    .on_unique("head_counts_request", || Error::refused("request_reused"))?;
    audit::record(tx, by, now, audit::entry("head_count.added", id.0).at(session.center_id)).await?;
    marks::sessions(tx, &[session.id]).await?;
    Ok((id, true))
}

/// The count that the same request made.
async fn counted_before(
    tx: &mut Conn,
    session: &Session,
    request: RequestId,
    heads: &Heads,
) -> Result<Option<HeadCountId>> {
    let found: Option<(HeadCountId, SessionId, Option<Timestamp>)> =
        sqlx::query_as("select id, session_id, voided_at from head_counts where request_id = $1")
            .bind(request)
            .fetch_optional(&mut *tx)
            .await?;
    let Some((id, of, voided_at)) = found else { return Ok(None) };
    if of != session.id || queries::head_count(tx, id).await? != *heads {
        return Err(Error::refused("request_reused"));
    }
    if voided_at.is_some() { Err(Error::refused("voided")) } else { Ok(Some(id)) }
}

/// Takes back a count of heads. It stays, with the reason in the audit.
///
/// # Errors
/// `Forbidden` for a helper at a completed session, `NotFound` for a count that is not there or already taken back.
pub async fn void_heads(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    id: HeadCountId,
    reason: &str,
) -> Result<()> {
    rules::may_correct(by.role, hold(tx, session.id).await?.door.status)?;
    let voided =
        sqlx::query("update head_counts set voided_at = $1 where id = $2 and session_id = $3 and voided_at is null")
            .bind(now.0)
            .bind(id)
            .bind(session.id)
            .execute(&mut *tx)
            .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("head_count.voided", id.0).at(session.center_id).because(reason)).await?;
    marks::sessions(tx, &[session.id]).await
}

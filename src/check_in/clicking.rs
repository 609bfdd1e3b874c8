//! Heads counted one by one as they come, with a clicker: many taps in one request, each with a number of its own, so that a
//! device without a network sends them later, any number of times.

use serde_json::json;

use super::admit::hold_at;
use super::rules;
use super::types::{Code, Heads, RequestId};
use crate::activities::{Session, SessionId};
use crate::auth::Greeter;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::groups::PriorityGroup;
use crate::store::{self, Conn};
use crate::{audit, marks};

/// One tap: one head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    pub request: RequestId,
    /// To which of the groups whoever taps sees them belong.
    pub group: Option<PriorityGroup>,
}

/// Counts the taps that were not counted before, and takes back those that are undone: what was not counted is as good as
/// taken back. Where people drop in, whoever is there is counted, however many seats there are. Says how many were counted
/// and taken back.
///
/// # Errors
/// `Refused` with the door's code where the session takes nobody, or not so many; `Refused("request_reused")` for a tap that was
/// counted at another session.
pub async fn click(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    taps: &[Tap],
    undone: &[RequestId],
) -> Result<(u64, u64)> {
    let (held, _) = hold_at(now, tx, session.id).await?;
    let (_, came_at) = rules::entered(session, now);
    rules::may_enter(&held.door, came_at, now).map_err(|code| Error::refused(code.code()))?;
    let kept: Vec<&Tap> = taps.iter().filter(|tap| !undone.contains(&tap.request)).collect();
    let counted = sqlx::query(
        "insert into head_counts (session_id, request_id, heads, elderly, disabled, needy, youth, counted_at, counted_by, clicked)
         select cast($2 as bigint), j.value ->> 'request', 1, cast(j.value ->> 'elderly' as bigint),
                cast(j.value ->> 'disabled' as bigint), cast(j.value ->> 'needy' as bigint),
                cast(j.value ->> 'youth' as bigint), cast($3 as bigint), cast($4 as bigint), 1
         from json_each(cast($1 as json_text)) j
         where true
         on conflict (request_id) where request_id is not null do nothing",
    )
    .bind(store::rows(&kept, |tap| {
        let is = |group| i64::from(tap.group == Some(group));
        json!({
            "request": tap.request.to_string(), "elderly": is(PriorityGroup::Elderly),
            "disabled": is(PriorityGroup::Disabled), "needy": is(PriorityGroup::Needy), "youth": is(PriorityGroup::Youth),
        })
    }))
    .bind(session.id)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if !held.is_drop_in() && !held.has_room(i64::try_from(counted).unwrap_or(i64::MAX)) {
        return Err(Error::refused(Code::Full.code()));
    }
    let elsewhere: i64 = sqlx::query_scalar(
        "select count(*) from head_counts where session_id <> $2
           and request_id in (select j.value ->> 'request' from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(&kept, |tap| json!({"request": tap.request.to_string()})))
    .bind(session.id)
    .fetch_one(&mut *tx)
    .await?;
    if elsewhere > 0 {
        return Err(Error::refused("request_reused"));
    }
    let taken_back = take_back(now, tx, session, undone).await?;
    if counted + taken_back > 0 {
        let told = format!("+{counted} −{taken_back}");
        let entry = audit::entry("session.heads_clicked", session.id.0).at(session.center_id).because(&told);
        audit::record(tx, by, now, entry).await?;
        marks::sessions(tx, &[session.id]).await?;
    }
    Ok((counted, taken_back))
}

async fn take_back(now: Now, tx: &mut Conn, session: &Session, undone: &[RequestId]) -> Result<u64> {
    if undone.is_empty() {
        return Ok(0);
    }
    let voided = sqlx::query(
        "update head_counts set voided_at = $3
         where session_id = $2 and clicked = 1 and voided_at is null
           and request_id in (select j.value ->> 'request' from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(undone, |request| json!({"request": request.to_string()})))
    .bind(session.id)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(voided.rows_affected())
}

/// The clicker's last tap at a session that counts: the one that an undo without further words means.
pub async fn last_tap(conn: &mut Conn, session: SessionId) -> Result<Option<RequestId>> {
    Ok(sqlx::query_scalar(
        "select request_id from head_counts where session_id = $1 and clicked = 1 and voided_at is null
         order by id desc limit 1",
    )
    .bind(session)
    .fetch_optional(conn)
    .await?)
}

/// All heads without a name at a session, however they were counted.
pub async fn heads_there(conn: &mut Conn, session: SessionId) -> Result<Heads> {
    Ok(sqlx::query_as(
        "select cast(coalesce(sum(heads), 0) as bigint) as heads, cast(coalesce(sum(elderly), 0) as bigint) as elderly,
                cast(coalesce(sum(disabled), 0) as bigint) as disabled, cast(coalesce(sum(needy), 0) as bigint) as needy,
                cast(coalesce(sum(youth), 0) as bigint) as youth
         from head_counts where session_id = $1 and voided_at is null",
    )
    .bind(session)
    .fetch_one(conn)
    .await?)
}

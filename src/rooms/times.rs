//! Times in which rooms are closed although their weeks say open, and open although they do not.

use serde_json::json;

use super::times_forms::TimesInput;
use super::types::{ClosureId, OpeningId, Room};
use crate::auth::Manager;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{self, Conn};
use crate::{audit, locks, marks};

const CLOSE: &str = "insert into room_closures (room_id, starts_at, ends_at, reason, created_at)
     select cast(cast(j.value as text) as bigint), cast($2 as bigint), cast($3 as bigint), cast($4 as text), cast($5 as bigint)
     from json_each(cast($1 as json_text)) j";

const OPEN: &str = "insert into room_openings (room_id, starts_at, ends_at, reason, created_at)
     select cast(cast(j.value as text) as bigint), cast($2 as bigint), cast($3 as bigint), cast($4 as text), cast($5 as bigint)
     from json_each(cast($1 as json_text)) j";

/// Closes rooms for a time: repairs, a holiday. Sessions that are planned stay; they are told ([`super::affected`]) until each is
/// dealt with.
pub async fn close(by: &Manager, now: Now, tx: &mut Conn, center: CenterId, input: &TimesInput) -> Result<()> {
    keep(by, now, tx, center, (CLOSE, "room.closed"), input).await
}

/// Opens rooms for a time at which their weeks are closed: a make-up workday, an evening.
pub async fn open_extra(by: &Manager, now: Now, tx: &mut Conn, center: CenterId, input: &TimesInput) -> Result<()> {
    keep(by, now, tx, center, (OPEN, "room.opened_extra"), input).await
}

async fn keep(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    (sql, action): (&'static str, &'static str),
    input: &TimesInput,
) -> Result<()> {
    locks::center(tx, center).await?;
    sqlx::query(sql)
        .bind(store::rows(&input.rooms, |room| json!(room)))
        .bind(input.span.0)
        .bind(input.span.1)
        .bind(&input.reason)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
    let entries: Vec<_> =
        input.rooms.iter().map(|room| audit::entry(action, room.0).at(center).because(&input.reason)).collect();
    marks::all(tx, [center]);
    audit::record_all(tx, by, now, &entries).await
}

/// Takes back a closure that was a mistake: the room is open again. The row stays, with the reason.
///
/// # Errors
/// `NotFound` for another room's closure, and for one that is taken back already.
pub async fn void_closure(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    room: &Room,
    closure: ClosureId,
    reason: &str,
) -> Result<()> {
    let sql = "update room_closures set voided_at = $1, voided_by = $2, void_reason = $3
               where id = $4 and room_id = $5 and voided_at is null";
    void(by, now, tx, room, (sql, closure.0, "room.closure_voided"), reason).await
}

/// Takes back an extra opening. Sessions that are planned in it stay, and are told.
///
/// # Errors
/// As [`void_closure`].
pub async fn void_opening(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    room: &Room,
    opening: OpeningId,
    reason: &str,
) -> Result<()> {
    let sql = "update room_openings set voided_at = $1, voided_by = $2, void_reason = $3
               where id = $4 and room_id = $5 and voided_at is null";
    void(by, now, tx, room, (sql, opening.0, "room.opening_voided"), reason).await
}

async fn void(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    room: &Room,
    (sql, id, action): (&'static str, i64, &'static str),
    reason: &str,
) -> Result<()> {
    locks::center(tx, room.center_id).await?;
    let voided =
        sqlx::query(sql).bind(now.0).bind(by.account).bind(reason).bind(id).bind(room.id).execute(&mut *tx).await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    marks::all(tx, [room.center_id]);
    audit::record(tx, by, now, audit::entry(action, room.id.0).at(room.center_id).because(reason)).await
}

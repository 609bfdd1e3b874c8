//! Forgetting who asked for a room.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::RoomRequestState;
use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::{self, Conn};

/// Forgets who asked for a group, and the answers' words: they are known by name and number as the door knows them. That a group asked
/// for a room on a day, and had it, stays.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update room_requests set contact_sealed = null, contact_key = '', word = null,
                state = case when state = $3 then $4 else state end
         where contact_key in (
                 select e.door_key from enrolments e where e.person_id in {AMONG} and e.door_key is not null)
           and (cast($2 as bigint) is null or center_id = $2)"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(gone.ids())
        .bind(gone.center)
        .bind(RoomRequestState::Open)
        .bind(RoomRequestState::Withdrawn)
        .execute(tx)
        .await?;
    Ok(())
}

/// Forgets who sent these, whose day is long past.
pub async fn forget_old(tx: &mut Conn, requests: &[i64]) -> Result<()> {
    let sql = format!(
        "update room_requests set contact_sealed = null, contact_key = '', word = null,
                state = case when state = $2 then $3 else state end
         where id in {AMONG}"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(store::rows(requests, |id| json!(id)))
        .bind(RoomRequestState::Open)
        .bind(RoomRequestState::Withdrawn)
        .execute(tx)
        .await?;
    Ok(())
}

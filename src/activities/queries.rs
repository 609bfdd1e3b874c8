//! Reading activities and sessions.

use super::{Session, SessionId};
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::store::Conn;

/// What a [`Session`] is selected from; a condition follows.
const SESSION: &str = "select s.id, s.activity_id, s.center_id, c.name as center, c.zone, a.title, a.description,
        k.name as kind, k.name_en as kind_en, a.published, s.room_id, r.name as room,
        s.worker_id, w.name as worker, s.team_id, t.name as team,
        s.starts_at, s.ends_at, s.local_date, s.capacity, s.status, s.reason, s.check_in_token, s.summary,
        s.closed_at, s.sequence, s.updated_at
     from sessions s
     join activities a on a.id = s.activity_id
     join service_kinds k on k.id = a.kind_id
     join centers c on c.id = s.center_id
     join rooms r on r.id = s.room_id
     left join workers v on v.id = s.worker_id
     left join people w on w.id = v.person_id
     left join teams t on t.id = s.team_id";

/// One session of the center.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn session(conn: &mut Conn, center: CenterId, id: SessionId) -> Result<Session> {
    let sql = format!("{SESSION} where s.id = $1 and s.center_id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(center).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The session whose QR carries `token`.
pub async fn session_by_token(conn: &mut Conn, token: &str) -> Result<Session> {
    let sql = format!("{SESSION} where s.check_in_token = $1");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(token).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

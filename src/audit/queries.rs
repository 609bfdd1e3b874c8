//! Reading what was done, the latest first.

use crate::auth::{AuditReader, CityAdmin};
use crate::centers::{Center, CenterId};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::Conn;

/// Something that was done.
#[derive(Debug, sqlx::FromRow)]
pub struct Event {
    pub id: i64,
    pub at: Timestamp,
    pub actor: String,
    pub by_account: crate::store::Flag,
    pub action: String,
    pub subject: String,
    pub subject_id: i64,
    pub center_id: Option<CenterId>,
    pub center: Option<String>,
    pub detail: Option<String>,
}

const EVENT: &str = "select e.id, e.at, e.actor, case when e.account_id is null then 0 else 1 end as by_account,
        e.action, e.subject, e.subject_id, e.center_id, c.name as center, e.detail
     from audit_events e left join centers c on c.id = e.center_id";

/// Up to `limit` events of the center with ids below `before`.
pub async fn of_center(
    _: &AuditReader,
    conn: &mut Conn,
    center: &Center,
    before: i64,
    limit: i64,
) -> Result<Vec<Event>> {
    let sql = format!("{EVENT} where e.center_id = $1 and e.id < $2 order by e.id desc limit $3");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center.id()).bind(before).bind(limit).fetch_all(conn).await?)
}

/// Up to `limit` events of the whole city with ids below `before`.
pub async fn all(_: &CityAdmin, conn: &mut Conn, before: i64, limit: i64) -> Result<Vec<Event>> {
    let sql = format!("{EVENT} where e.id < $1 order by e.id desc limit $2");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(before).bind(limit).fetch_all(conn).await?)
}

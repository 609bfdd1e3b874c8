//! Reading what was done, the latest first.

use crate::auth::{AuditReader, CityAdmin, Coordinator, Viewer};
use crate::centers::{Center, CenterId};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::{Conn, Flag};

/// Something that was done.
#[derive(Debug, sqlx::FromRow)]
pub struct LogEntry {
    pub id: i64,
    pub at: Timestamp,
    pub actor: String,
    pub by_account: Flag,
    pub action: String,
    pub subject: String,
    pub subject_id: i64,
    pub center_id: Option<CenterId>,
    pub center: Option<String>,
    /// A reason or a few words, for whom they are.
    pub detail: Option<String>,
    /// True if there is a reason that this reader is not shown.
    pub kept_back: Flag,
}

/// Reasons are free text: "revealed to call Mrs Zhang's son" names somebody, whatever the form asks for. So only who may
/// see the people concerned reads them: the city administrator and the center's social workers. A provider's manager
/// answers for the staff and reads that, when and by whom a number was revealed or a record voided, which is enough to
/// ask; of rooms and accounts, which are the manager's own matter and nobody's private one, the words stay.
fn select(by: &Viewer) -> String {
    let told = if Coordinator::includes(by.role) { "1 = 1" } else { "e.subject in ('room', 'account')" };
    format!(
        "select e.id, e.at, e.actor, case when e.account_id is null then 0 else 1 end as by_account,
                e.action, e.subject, e.subject_id, e.center_id, c.name as center,
                case when {told} then e.detail else null end as detail,
                case when {told} or e.detail is null then 0 else 1 end as kept_back
         from audit_events e left join centers c on c.id = e.center_id"
    )
}

/// Up to `limit` events of the center with ids below `before`.
pub async fn of_center(
    by: &AuditReader,
    conn: &mut Conn,
    center: &Center,
    before: i64,
    limit: i64,
) -> Result<Vec<LogEntry>> {
    let sql = format!("{} where e.center_id = $1 and e.id < $2 order by e.id desc limit $3", select(by));
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center.id()).bind(before).bind(limit).fetch_all(conn).await?)
}

/// Up to `limit` events of the whole city with ids below `before`.
pub async fn all(by: &CityAdmin, conn: &mut Conn, before: i64, limit: i64) -> Result<Vec<LogEntry>> {
    let sql = format!("{} where e.id < $1 order by e.id desc limit $2", select(by));
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(before).bind(limit).fetch_all(conn).await?)
}

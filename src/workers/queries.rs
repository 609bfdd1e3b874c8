//! Reading a center's workers.

use super::types::{Worker, WorkerId};
use crate::auth::{AccountId, Manager, Viewer};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::store::Conn;

const WORKER: &str =
    "select w.id as worker_id, p.id, p.name, p.birth_date, p.phone_last4, w.account_id, a.login, w.kind,
        w.qualification, w.certificate_number, w.started_on, w.ended_on
     from workers w join people p on p.id = w.person_id left join accounts a on a.id = w.account_id";

/// Everyone who works or worked in the center, those who are there today first.
pub async fn all(conn: &mut Conn, center: CenterId, today: Date) -> Result<Vec<Worker>> {
    let sql = format!(
        "{WORKER} where w.center_id = $1
         order by case when w.ended_on is null or w.ended_on > $2 then 0 else 1 end, w.kind desc, p.pinyin, w.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(today).fetch_all(conn).await?)
}

/// The center of a worker whom the viewer's role reaches.
///
/// # Errors
/// `NotFound` for any other worker.
pub async fn center_of(by: &Viewer, conn: &mut Conn, id: WorkerId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select w.center_id from workers w join account_centers r on r.center_id = w.center_id
         where w.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// One worker of the center, present or past.
pub async fn find(conn: &mut Conn, center: CenterId, id: WorkerId) -> Result<Worker> {
    let sql = format!("{WORKER} where w.id = $1 and w.center_id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(center).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// A social worker's account of the center without a staff record: it can sign in, and lead no session.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LooseAccount {
    pub id: AccountId,
    pub name: String,
    pub login: String,
}

pub async fn loose_accounts(_: &Manager, conn: &mut Conn, center: CenterId) -> Result<Vec<LooseAccount>> {
    Ok(sqlx::query_as(
        "select a.id, a.name, a.login from accounts a join account_scopes s on s.account_id = a.id
         where s.center_id = $1 and a.role = 'social_worker' and a.disabled_at is null and a.login is not null
           and not exists (select 1 from workers w where w.account_id = a.id)
         order by a.name, a.id",
    )
    .bind(center)
    .fetch_all(conn)
    .await?)
}

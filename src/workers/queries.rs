//! Reading a center's workers.

use super::{Worker, WorkerId, WorkerName};
use crate::auth::{AccountId, Viewer};
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::store::Conn;

/// The workers who are there now, by name.
pub async fn of_center(conn: &mut Conn, center: CenterId) -> Result<Vec<WorkerName>> {
    Ok(sqlx::query_as(
        "select w.id, p.name from workers w join people p on p.id = w.person_id
         where w.center_id = $1 and w.ended_on is null order by p.pinyin, w.id",
    )
    .bind(center)
    .fetch_all(conn)
    .await?)
}

/// The worker who signs in as `account` in the center, if there is one.
pub async fn of_account(conn: &mut Conn, center: CenterId, account: AccountId) -> Result<Option<WorkerName>> {
    Ok(sqlx::query_as(
        "select w.id, p.name from workers w join people p on p.id = w.person_id
         where w.center_id = $1 and w.account_id = $2 and w.ended_on is null order by w.id limit 1",
    )
    .bind(center)
    .bind(account)
    .fetch_optional(conn)
    .await?)
}

const WORKER: &str =
    "select w.id as worker_id, p.id, p.name, p.birth_date, p.phone_last4, w.account_id, a.login, w.kind,
        w.qualification, w.certificate_number, w.started_on, w.ended_on
     from workers w join people p on p.id = w.person_id left join accounts a on a.id = w.account_id";

/// Everyone who works or worked in the center, the present ones first.
pub async fn all(conn: &mut Conn, center: CenterId) -> Result<Vec<Worker>> {
    let sql = format!(
        "{WORKER} where w.center_id = $1
         order by case when w.ended_on is null then 0 else 1 end, w.kind desc, p.pinyin, w.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).fetch_all(conn).await?)
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

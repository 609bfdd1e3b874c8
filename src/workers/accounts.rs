//! A sign-in and a staff record are joined, whichever was made first, and parted again.

use super::queries::LooseAccount;
use super::types::{Worker, WorkerId};
use crate::auth::accounts;
use crate::auth::{AccountId, Manager, Role};
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::store::Conn;
use crate::{audit, locks};

/// A staff record that an account may be joined to, or is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StaffRecord {
    pub id: WorkerId,
    pub center_id: CenterId,
    pub name: String,
    pub center: String,
}

const RECORD: &str = "select w.id, w.center_id, p.name, c.name as center
     from workers w join people p on p.id = w.person_id join centers c on c.id = w.center_id";

/// The staff records of an account, and those that it may be joined to: of social workers and other staff who are there, have no
/// sign-in, and work where the account reaches.
pub async fn records(
    _: &Manager,
    conn: &mut Conn,
    account: AccountId,
    today: Date,
) -> Result<(Vec<StaffRecord>, Vec<StaffRecord>)> {
    let sql = format!("{RECORD} where w.account_id = $1 order by w.started_on desc, w.id");
    let joined: Vec<StaffRecord> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(account).fetch_all(&mut *conn).await?;
    let sql = format!(
        "{RECORD} join account_centers s on s.center_id = w.center_id join accounts a on a.id = s.account_id
         where a.id = $1 and a.role = $3 and a.login is not null and a.disabled_at is null
           and w.account_id is null and (w.ended_on is null or w.ended_on > $2)
           and not exists (select 1 from workers o where o.account_id = $1
                           and (o.person_id <> w.person_id or o.center_id = w.center_id))
         order by case when p.name = a.name then 0 else 1 end, p.pinyin, w.id"
    );
    let open = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(account)
        .bind(today)
        .bind(Role::SocialWorker)
        .fetch_all(conn)
        .await?;
    Ok((joined, open))
}

/// The accounts that may be joined to a staff record: of social workers of its center, and nobody else's.
pub async fn joinable(_: &Manager, conn: &mut Conn, worker: &Worker, center: CenterId) -> Result<Vec<LooseAccount>> {
    Ok(sqlx::query_as(
        "select a.id, a.name, a.login from accounts a join account_centers s on s.account_id = a.id
         where s.center_id = $1 and a.role = $3 and a.disabled_at is null and a.login is not null
           and not exists (select 1 from workers o where o.account_id = a.id
                           and (o.person_id <> $2 or o.center_id = $1))
         order by case when a.name = $4 then 0 else 1 end, a.name, a.id",
    )
    .bind(center)
    .bind(worker.person.id)
    .bind(Role::SocialWorker)
    .bind(&worker.person.name)
    .fetch_all(conn)
    .await?)
}

/// Joins a sign-in to a staff record: from now on it is by this account that they sign in, and it ends when they leave.
///
/// # Errors
/// `Refused("worker_has_account")` where they have one; `Invalid` at `account` for what is no social worker's account of this
/// center, or is somebody else's; `NotFound` for who has left.
pub async fn join(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    account: AccountId,
) -> Result<()> {
    let today = center.zone.date(now.0);
    if !worker.is_there(today) {
        return Err(Error::NotFound);
    }
    locks::workers(tx, [worker.worker_id]).await?;
    locks::account(tx, account).await?;
    let (_, open) = records(by, tx, account, today).await?;
    if !open.iter().any(|record| record.id == worker.worker_id) {
        return match worker.account_id {
            Some(_) => Err(Error::refused("worker_has_account")),
            None => Err(Error::field("account", "field.account_taken")),
        };
    }
    let joined =
        sqlx::query("update workers set account_id = $1, version = version + 1 where id = $2 and account_id is null")
            .bind(account)
            .bind(worker.worker_id)
            .execute(&mut *tx)
            .await?;
    if joined.rows_affected() == 0 {
        return Err(Error::refused("worker_has_account"));
    }
    let until = worker.ended_on.map(|day| center.zone.midnight(day));
    accounts::reach_until(tx, account, center.id(), until).await?;
    audit::record(tx, by, now, audit::entry("worker.account_joined", worker.worker_id.0).at(center.id())).await
}

/// Parts a sign-in from the staff record that it was joined to by mistake. The account signs in as before, and their leaving ends it no
/// more.
///
/// # Errors
/// `NotFound` where they have none, or have left.
pub async fn part(by: &Manager, now: Now, tx: &mut Conn, center: &Center, worker: &Worker) -> Result<()> {
    let account = worker.account_id.filter(|_| worker.is_there(center.zone.date(now.0))).ok_or(Error::NotFound)?;
    let parted =
        sqlx::query("update workers set account_id = null, version = version + 1 where id = $1 and account_id = $2")
            .bind(worker.worker_id)
            .bind(account)
            .execute(&mut *tx)
            .await?;
    if parted.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    accounts::reach_until(tx, account, center.id(), None).await?;
    audit::record(tx, by, now, audit::entry("worker.account_parted", worker.worker_id.0).at(center.id())).await
}

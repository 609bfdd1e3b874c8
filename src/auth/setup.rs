//! The first administrator: a one-time link, printed at start while there is no account. No default password anywhere.

use super::accounts::{self, NewAccount};
use super::{AccountId, Role, Scope, logins};
use crate::audit::Actor;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db};

/// A fresh link's secret, while Linli has no account that can sign in; earlier links end. `None` once there is one.
pub async fn new_link(db: &Db, now: Now) -> Result<Option<String>> {
    let mut tx = db.begin().await?;
    if !is_open(&mut tx).await? {
        return Ok(None);
    }
    let secret = logins::new_secret();
    sqlx::query("update setup_links set used_at = $1 where used_at is null").bind(now.0).execute(&mut *tx).await?;
    sqlx::query("insert into setup_links (secret_hash, created_at) values ($1, $2)")
        .bind(logins::hash(&secret))
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Some(secret))
}

async fn is_open(conn: &mut Conn) -> Result<bool> {
    let accounts: i64 =
        sqlx::query_scalar("select count(*) from accounts where login is not null").fetch_one(conn).await?;
    Ok(accounts == 0)
}

/// True if the link is good.
pub async fn is_good(conn: &mut Conn, secret: &str) -> Result<bool> {
    let links: i64 = sqlx::query_scalar("select count(*) from setup_links where secret_hash = $1 and used_at is null")
        .bind(logins::hash(secret))
        .fetch_one(&mut *conn)
        .await?;
    Ok(links == 1 && is_open(conn).await?)
}

/// Makes the first administrator, and with that ends the link.
///
/// # Errors
/// `NotFound` for a link that was used or replaced; the conditional update lets one of two simultaneous uses win.
pub async fn create_first_admin(tx: &mut Conn, now: Now, secret: &str, account: NewAccount) -> Result<AccountId> {
    let used = sqlx::query("update setup_links set used_at = $1 where secret_hash = $2 and used_at is null")
        .bind(now.0)
        .bind(logins::hash(secret))
        .execute(&mut *tx)
        .await?;
    if used.rows_affected() != 1 || !is_open(tx).await? {
        return Err(Error::NotFound);
    }
    accounts::create(&Actor::Operator, now, tx, account, Role::CityAdmin, &[Scope::City]).await
}

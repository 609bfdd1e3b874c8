//! The first administrator: a one-time link, printed at start while there is no account. No default password anywhere.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;

use super::accounts::{self, NewAccount};
use super::{AccountId, Role, Scope, logins};
use crate::audit::Actor;
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::store::{Conn, Db, Sealer};

/// So long a link is printed again instead of a new one, by a process that starts beside or after the one that made it.
const PRINTED_AGAIN: Duration = Duration::from_secs(3_600);

#[derive(sqlx::FromRow)]
struct Issued {
    secret_hash: String,
    created_at: Timestamp,
}

/// The link's secret, while Linli has no account that can sign in; `None` once there is one. Several processes that start on
/// one database print the same link: it follows from their key and the link's row, so a stolen database tells nothing.
/// A new one ends the earlier ones.
pub async fn link(db: &Db, sealer: &Sealer, now: Now) -> Result<Option<String>> {
    let mut tx = db.begin_alone().await?;
    if !is_open(&mut tx).await? {
        return Ok(None);
    }
    let instance: String =
        sqlx::query_scalar("select value from settings where key = 'instance'").fetch_one(&mut *tx).await?;
    let secret = |made: Timestamp| BASE64URL_NOPAD.encode(&sealer.sign("setup", &format!("{instance}:{}", made.0)));
    let known: Option<Issued> = sqlx::query_as(
        "select secret_hash, created_at from setup_links where used_at is null order by created_at desc limit 1",
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(link) = known.filter(|link| now.0 < link.created_at.plus(PRINTED_AGAIN))
        && logins::hash(&secret(link.created_at)) == link.secret_hash
    {
        return Ok(Some(secret(link.created_at)));
    }
    sqlx::query("update setup_links set used_at = $1 where used_at is null").bind(now.0).execute(&mut *tx).await?;
    sqlx::query("insert into setup_links (secret_hash, created_at) values ($1, $2)")
        .bind(logins::hash(&secret(now.0)))
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Some(secret(now.0)))
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

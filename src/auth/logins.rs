//! Logins: signed-in browsers and bearer tokens. The secret is random; the database keeps its hash, and a login ends
//! the moment its row says so, or its account is disabled.

use std::time::Duration;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};

use super::{AccountId, LoginId, Role, Viewer};
use crate::audit;
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::store::{self, Conn, Db, text_enum};

pub const COOKIE: &str = "login";

/// A browser stays signed in for a week; a token for two years.
pub const BROWSER_LASTS: Duration = Duration::from_secs(7 * 24 * 3600);
const TOKEN_LASTS: Duration = Duration::from_secs(2 * 365 * 24 * 3600);

/// A device at a front desk stays signed in for a year: nobody is there who could sign it in, and it can be cut off.
pub const DEVICE_LASTS: Duration = Duration::from_secs(365 * 24 * 3600);

/// "Last seen" is written at most this often, so that reading pages does not mean writing.
const SEEN_EVERY: Duration = Duration::from_secs(15 * 60);

text_enum!(Kind in "login" { Browser = "browser", Token = "token" });

/// A new random secret: 256 bits.
pub fn new_secret() -> String {
    BASE64URL_NOPAD.encode(&rand::random::<[u8; 32]>())
}

/// A random secret that is short enough to be typed, for what is good once and for minutes: 60 bits, without letters that
/// look like digits.
pub fn new_short_secret() -> String {
    store::secret(12)
}

/// What the database keeps of a secret. A plain hash is enough: there is nothing to guess in 256 random bits.
pub fn hash(secret: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}

/// Opens a login for `account` and gives its secret, which is shown to nobody again.
pub async fn open(tx: &mut Conn, now: Now, account: AccountId, kind: Kind, label: &str) -> Result<String> {
    let lasts = match kind {
        Kind::Browser => BROWSER_LASTS,
        Kind::Token => TOKEN_LASTS,
    };
    insert(tx, now, account, kind, label, lasts).await
}

/// Opens the one login of a device's account.
pub(crate) async fn open_for_device(tx: &mut Conn, now: Now, account: AccountId, label: &str) -> Result<String> {
    insert(tx, now, account, Kind::Browser, label, DEVICE_LASTS).await
}

async fn insert(
    tx: &mut Conn,
    now: Now,
    account: AccountId,
    kind: Kind,
    label: &str,
    lasts: Duration,
) -> Result<String> {
    let secret = new_secret();
    sqlx::query(
        "insert into logins (account_id, kind, secret_hash, label, created_at, seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $5, $6)",
    )
    .bind(account)
    .bind(kind)
    .bind(hash(&secret))
    .bind(label)
    .bind(now.0)
    .bind(now.0.plus(lasts))
    .execute(tx)
    .await?;
    Ok(secret)
}

#[derive(sqlx::FromRow)]
struct LoginRow {
    login: LoginId,
    account: AccountId,
    name: String,
    role: Role,
    seen_at: Timestamp,
    /// How many of the account's scopes have come to their end.
    ended: i64,
}

/// The condition under which account `a` may sign in at `$2`: it is not disabled, and its role has not ended
/// everywhere.
pub(crate) const LIVE: &str = "(a.disabled_at is null
     and (not exists (select 1 from account_scopes x where x.account_id = a.id and x.ends_at <= $2)
          or exists (select 1 from account_scopes x where x.account_id = a.id
                     and (x.ends_at is null or x.ends_at > $2))))";

/// Whether a login stands, for whoever acts on it without asking who holds it: it may have ended since it was looked up.
pub async fn stands(conn: &mut Conn, now: Now, login: LoginId) -> Result<bool> {
    let sql = format!(
        "select count(*) from logins l join accounts a on a.id = l.account_id
         where l.id = $1 and l.revoked_at is null and l.expires_at > $2 and {LIVE}"
    );
    let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(login).bind(now.0).fetch_one(conn).await?;
    Ok(found > 0)
}

/// Who holds `secret`, if it is good now and of this kind: a token opens no page, and a browser's cookie is no token.
pub async fn viewer(db: &Db, now: Now, kind: Kind, secret: &str) -> Result<Option<Viewer>> {
    let sql = format!(
        "select l.id as login, a.id as account, a.name, a.role, l.seen_at,
                (select count(*) from account_scopes x where x.account_id = a.id and x.ends_at <= $2) as ended
         from logins l join accounts a on a.id = l.account_id
         where l.secret_hash = $1 and l.kind = $3 and l.revoked_at is null and l.expires_at > $2 and {LIVE}"
    );
    let found: Option<LoginRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(hash(secret))
        .bind(now.0)
        .bind(kind)
        .fetch_optional(&mut *db.read().await?)
        .await?;
    let Some(found) = found else { return Ok(None) };
    if found.seen_at.plus(SEEN_EVERY) < now.0 && kind == Kind::Browser {
        see(db, now, &found);
    }
    if found.ended > 0 {
        // Not left for later: what is asked next would still find what has ended.
        let mut tx = db.begin().await?;
        drop_ended(&mut tx, now, found.account).await?;
        tx.commit().await?;
    }
    Ok(Some(Viewer::found(found.login, found.account, found.name, found.role)))
}

/// Notes that a login was seen, beside the request: reading does not wait for writing, nor fail where nothing can be
/// written.
fn see(db: &Db, now: Now, found: &LoginRow) {
    let (db, login, before) = (Db::from((**db).clone()), found.login, found.seen_at);
    rocket::tokio::spawn(async move {
        let seen = async {
            let mut tx = db.begin().await?;
            sqlx::query("update logins set seen_at = $1 where id = $2 and seen_at = $3")
                .bind(now.0)
                .bind(login)
                .bind(before)
                .execute(&mut *tx)
                .await?;
            tx.commit().await
        };
        // The store has told of it.
        _ = seen.await;
    });
}

/// Removes where an account's role has ended. The view `account_centers` knows no time, so this goes before anything is
/// asked of it.
pub(crate) async fn drop_ended(tx: &mut Conn, now: Now, account: AccountId) -> Result<()> {
    sqlx::query("delete from account_scopes where account_id = $1 and ends_at <= $2")
        .bind(account)
        .bind(now.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// A login as its owner sees it.
#[derive(Debug, sqlx::FromRow)]
pub struct Login {
    pub id: LoginId,
    pub label: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
}

/// The live logins of an account, the latest first.
pub async fn of_account(conn: &mut Conn, now: Now, account: AccountId) -> Result<Vec<Login>> {
    Ok(sqlx::query_as(
        "select id, label, created_at, seen_at from logins
         where account_id = $1 and revoked_at is null and expires_at > $2 order by seen_at desc, id desc",
    )
    .bind(account)
    .bind(now.0)
    .fetch_all(conn)
    .await?)
}

/// Ends one of the viewer's own logins.
///
/// # Errors
/// `NotFound` for a login that is another's or has ended.
pub async fn revoke(by: &Viewer, now: Now, tx: &mut Conn, login: LoginId) -> Result<()> {
    let ended =
        sqlx::query("update logins set revoked_at = $1 where id = $2 and account_id = $3 and revoked_at is null")
            .bind(now.0)
            .bind(login)
            .bind(by.account)
            .execute(&mut *tx)
            .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("login.revoked", login.0)).await
}

/// Ends every login of an account but `except`: after a new password, and when the account is disabled.
pub async fn revoke_all(tx: &mut Conn, now: Now, account: AccountId, except: Option<LoginId>) -> Result<()> {
    sqlx::query("update logins set revoked_at = $1 where account_id = $2 and revoked_at is null and id <> $3")
        .bind(now.0)
        .bind(account)
        .bind(except.map_or(0, |login| login.0))
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes logins that ended long ago.
pub(crate) async fn remove(tx: &mut Conn, logins: &[i64]) -> Result<()> {
    sqlx::query(
        "delete from logins
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(logins, |id| serde_json::json!(id)))
    .execute(tx)
    .await?;
    Ok(())
}

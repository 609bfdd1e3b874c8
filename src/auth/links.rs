//! One-time links: whoever an account is made for opens it and chooses the password, which nobody else ever knows. The same
//! link helps whoever has forgotten theirs.
//!
//! A link is good for a week and once. The database keeps its hash; the secret follows from the installation's key and the
//! link's row, so it can be shown again to who made it, and a stolen database opens nothing.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;

use super::logins::{self, LIVE};
use super::password::PasswordHash;
use super::{AccountId, CityAdmin, Manager, Role};
use crate::audit::{self, Acting, Actor};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::store::{Conn, Flag, Sealer};

/// How long a link is good.
const LASTS: Duration = Duration::from_secs(7 * 24 * 3_600);

/// A link that waits for its account's owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLink {
    pub secret: String,
    pub ends_at: Timestamp,
    /// True if it opens an account that nobody has opened yet; else it is for whoever chooses another password.
    pub opens: bool,
}

impl AccountLink {
    /// Where it leads.
    pub fn path(&self) -> String {
        format!("/invitations/{}", self.secret)
    }
}

/// Whom a good link is for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Invited {
    pub account: AccountId,
    pub login: String,
    pub name: String,
    pub role: Role,
    /// True if the account has never been opened; else its owner chooses another password.
    pub opens: Flag,
}

async fn secret(conn: &mut Conn, sealer: &Sealer, account: AccountId, made: Timestamp) -> Result<String> {
    let instance: String =
        sqlx::query_scalar("select value from settings where key = 'instance'").fetch_one(conn).await?;
    Ok(BASE64URL_NOPAD.encode(&sealer.sign("account link", &format!("{instance}:{}:{}", account.0, made.0))))
}

/// Makes a link for an account; an earlier one ends.
pub(crate) async fn issue(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    account: AccountId,
) -> Result<()> {
    // Two in one millisecond would be one link: the account's row is held, and the later one is made a moment later.
    sqlx::query("update accounts set name = name where id = $1").bind(account).execute(&mut *tx).await?;
    sqlx::query("update account_links set used_at = $2 where account_id = $1 and used_at is null")
        .bind(account)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
    let last: Option<Timestamp> = sqlx::query_scalar("select max(created_at) from account_links where account_id = $1")
        .bind(account)
        .fetch_one(&mut *tx)
        .await?;
    let made = last.map_or(now.0, |last| now.0.max(last.plus(Duration::from_millis(1))));
    let secret = secret(tx, sealer, account, made).await?;
    sqlx::query(
        "insert into account_links (account_id, opens, secret_hash, created_at, ends_at)
         select a.id, case when a.password_hash is null
                and not exists (select 1 from account_links l where l.account_id = a.id and l.opens = 0)
                then 1 else 0 end, $2, $3, $4
         from accounts a where a.id = $1",
    )
    .bind(account)
    .bind(logins::hash(&secret))
    .bind(made)
    .bind(now.0.plus(LASTS))
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("account.link_made", account.0)).await
}

/// Gives an account a link in place of its password: every login of it ends, and so does the password.
///
/// # Errors
/// `Refused("own_account")`: nobody locks themselves out. `NotFound` for a program, a device, a disabled account, and for none.
pub async fn reset(by: &CityAdmin, now: Now, tx: &mut Conn, sealer: &Sealer, account: AccountId) -> Result<()> {
    if by.account == account {
        return Err(Error::refused("own_account"));
    }
    let known =
        sqlx::query("update accounts set name = name where id = $1 and login is not null and disabled_at is null")
            .bind(account)
            .execute(&mut *tx)
            .await?;
    if known.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    // Made before the password goes: it shows whether the account was ever opened.
    issue(by, now, tx, sealer, account).await?;
    let had = sqlx::query("update accounts set password_hash = null where id = $1 and password_hash is not null")
        .bind(account)
        .execute(&mut *tx)
        .await?;
    if had.rows_affected() == 0 {
        return Ok(());
    }
    logins::revoke_all(tx, now, account, None).await?;
    audit::record(tx, by, now, audit::entry("account.password_reset", account.0)).await
}

/// Makes another link for an account that nobody has opened yet, for whoever answers for its owner.
///
/// # Errors
/// `NotFound` for an account that was opened: of that only the city administrator makes a new link.
pub async fn issue_again(by: &Manager, now: Now, tx: &mut Conn, sealer: &Sealer, account: AccountId) -> Result<()> {
    if !is_unopened(tx, account).await? {
        return Err(Error::NotFound);
    }
    issue(by, now, tx, sealer, account).await
}

/// Whether an account that signs in by password has never been opened.
pub async fn is_unopened(conn: &mut Conn, account: AccountId) -> Result<bool> {
    let unopened: i64 = sqlx::query_scalar(
        "select count(*) from accounts a where a.id = $1 and a.login is not null and a.password_hash is null and a.disabled_at is null
         and not exists (select 1 from account_links l where l.account_id = a.id and l.opens = 0)",
    )
    .bind(account)
    .fetch_one(conn)
    .await?;
    Ok(unopened == 1)
}

/// The link of an account that is good now, for the city administrator.
pub async fn pending(
    _: &CityAdmin,
    conn: &mut Conn,
    now: Now,
    sealer: &Sealer,
    account: AccountId,
) -> Result<Option<AccountLink>> {
    found(conn, now, sealer, account, 0).await
}

/// The same of an account that nobody has opened yet, for whoever made it.
pub async fn pending_first(
    _: &Manager,
    conn: &mut Conn,
    now: Now,
    sealer: &Sealer,
    account: AccountId,
) -> Result<Option<AccountLink>> {
    found(conn, now, sealer, account, 1).await
}

/// The good link of `account` whose `opens` is at least this.
async fn found(
    conn: &mut Conn,
    now: Now,
    sealer: &Sealer,
    account: AccountId,
    opens: i64,
) -> Result<Option<AccountLink>> {
    let link: Option<(Timestamp, Timestamp, Flag)> = sqlx::query_as(
        "select created_at, ends_at, opens from account_links
         where account_id = $1 and used_at is null and ends_at > $2 and opens >= $3
           and exists (select 1 from accounts a where a.id = account_id and a.disabled_at is null)
         order by id desc limit 1",
    )
    .bind(account)
    .bind(now.0)
    .bind(opens)
    .fetch_optional(&mut *conn)
    .await?;
    let Some((made, ends_at, opens)) = link else { return Ok(None) };
    Ok(Some(AccountLink { secret: secret(conn, sealer, account, made).await?, ends_at, opens: opens.is_set() }))
}

/// Whom a link is for, if it is good.
///
/// # Errors
/// `NotFound` for a link that was used or replaced, has ended, or whose account is disabled.
pub async fn invited(conn: &mut Conn, now: Now, secret: &str) -> Result<Invited> {
    let sql = format!(
        "select a.id as account, a.login, a.name, a.role, l.opens
         from account_links l join accounts a on a.id = l.account_id
         where l.secret_hash = $1 and l.ends_at > $2 and l.used_at is null and a.login is not null and {LIVE}"
    );
    let found = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(logins::hash(secret)).bind(now.0).fetch_optional(conn);
    found.await?.ok_or(Error::NotFound)
}

/// Sets the password that the link's owner chose, and with that ends the link and every other login of the account.
///
/// # Errors
/// `NotFound` as [`invited`]; the conditional update lets one of two simultaneous uses win.
pub async fn accept(tx: &mut Conn, now: Now, secret: &str, password: &PasswordHash) -> Result<Invited> {
    let found = invited(tx, now, secret).await?;
    // The account first and then its link, as whoever makes another link holds them; then asked again.
    sqlx::query("update accounts set name = name where id = $1").bind(found.account).execute(&mut *tx).await?;
    let invited = invited(tx, now, secret).await?;
    let used = sqlx::query("update account_links set used_at = $1 where secret_hash = $2 and used_at is null")
        .bind(now.0)
        .bind(logins::hash(secret))
        .execute(&mut *tx)
        .await?;
    if used.rows_affected() != 1 {
        return Err(Error::NotFound);
    }
    sqlx::query("update accounts set password_hash = $1 where id = $2")
        .bind(password.as_str())
        .bind(invited.account)
        .execute(&mut *tx)
        .await?;
    logins::revoke_all(tx, now, invited.account, None).await?;
    let owner = Actor::Account { id: invited.account, name: invited.name.clone() };
    audit::record(
        tx,
        &owner,
        now,
        audit::entry(
            if invited.opens.is_set() { "account.opened" } else { "account.password_changed" },
            invited.account.0,
        ),
    )
    .await?;
    Ok(invited)
}

//! Accounts: made, disabled and given new passwords. Their pages stand in `accounts`, above the places in which a role holds.

use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::audit::{self, Acting, Actor};
use crate::auth::logins::{self, LIVE};
use crate::auth::password::{NewPassword, PasswordHash};
use crate::auth::{AccountId, CityAdmin, Role, Scope, Viewer};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Fault, OnViolation, Result};
use crate::fields::{Fields, Reader, parse};
use crate::ids::{CenterId, ProviderId, TeamId};
use crate::spelling::narrow;
use crate::store::{self, Conn};

/// Who is to have an account, as a form brings it.
pub struct Applicant {
    pub name: String,
    pub login: String,
    /// None where the owner chooses it, by a one-time link.
    pub password: Option<NewPassword>,
}

impl Applicant {
    /// Ready to be written. To be called before a transaction begins: hashing takes its time.
    pub async fn hashed(self) -> Result<NewAccount> {
        let password = match self.password {
            Some(password) => Some(password.hash().await?),
            None => None,
        };
        Ok(NewAccount { name: self.name, login: self.login, password })
    }
}

pub struct NewAccount {
    name: String,
    login: String,
    password: Option<PasswordHash>,
}

impl NewAccount {
    /// Whether its owner is still to choose a password.
    pub fn waits(&self) -> bool {
        self.password.is_none()
    }
}

/// Reads the name and login of a new account, and its password where one is given: else the owner chooses it.
pub fn read(fields: &Fields) -> Result<Applicant> {
    let mut read = fields.read();
    let name = read.required("name", name);
    let login = read.required("login", login);
    let is_given = !(fields.get("password").is_empty() && fields.get("password_again").is_empty());
    let password = match is_given {
        true => read_password(&mut read, fields, &[fields.get("login"), fields.get("name")]).map(Some),
        false => Some(None),
    };
    read.finish(|| Some(Applicant { name: name?, login: login?, password: password? }))
}

/// The same of whoever makes their own: the password is theirs to choose now.
pub fn read_own(fields: &Fields) -> Result<Applicant> {
    let mut read = fields.read();
    let name = read.required("name", name);
    let login = read.required("login", login);
    let password = read_password(&mut read, fields, &[fields.get("login"), fields.get("name")]);
    read.finish(|| Some(Applicant { name: name?, login: login?, password: Some(password?) }))
}

/// A new password of the account whose login and name are `about`, typed twice.
pub fn read_new_password(fields: &Fields, about: &[&str]) -> Result<NewPassword> {
    let mut read = fields.read();
    let password = read_password(&mut read, fields, about);
    read.finish(|| password)
}

fn read_password(read: &mut Reader<'_>, fields: &Fields, about: &[&str]) -> Option<NewPassword> {
    let password = read.required("password", |text| NewPassword::parse(text, about));
    if password.is_some() && fields.get("password") != fields.get("password_again") {
        read.fault::<()>("password_again", Fault::new("field.password_differs"));
    }
    password
}

/// What an account is called, of a person or of a program.
pub fn name(text: &str) -> Result<String, Fault> {
    parse::line(60)(text)
}

/// A login as it was meant: case does not matter, nor the wide letters and the full stop of a Chinese keyboard.
pub fn typed_login(text: &str) -> String {
    narrow(text).replace('。', ".").to_ascii_lowercase()
}

/// A login: 3 to 40 letters, digits, dots or dashes.
pub fn login(text: &str) -> Result<String, Fault> {
    let text = typed_login(text);
    let fits = (3..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'@'));
    if fits { Ok(text) } else { Err(Fault::new("field.not_a_login")) }
}

/// Makes an account that signs in by password; one without is opened by a link ([`super::links`]).
///
/// # Errors
/// `Invalid` at `login` if the login is taken, at the scope's field if there is no such place; `Internal` if a scope
/// does not fit the role.
pub async fn create(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    account: NewAccount,
    role: Role,
    scopes: &[Scope],
) -> Result<AccountId> {
    let NewAccount { name, login, password } = account;
    insert(by, now, tx, Some(&login), &name, password.as_ref().map(PasswordHash::as_str), role, scopes).await
}

/// Makes an account for another program, and its bearer token, which is shown once.
pub async fn create_token(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    name: &str,
    role: Role,
    scopes: &[Scope],
) -> Result<String> {
    let account = insert(by, now, tx, None, name, None, role, scopes).await?;
    logins::open(tx, now, account, logins::Kind::Token, name).await
}

/// Makes the account of a device that receives people in a center. It has no password: its one login is all there is.
pub(crate) async fn create_for_device(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    name: &str,
    center: CenterId,
) -> Result<AccountId> {
    insert(by, now, tx, None, name, None, Role::FrontDesk, &[Scope::Center(center)]).await
}

/// Ends a device's account and its logins. Its center decides that, so `devices` keeps the audit entry.
pub(crate) async fn end_device(now: Now, tx: &mut Conn, account: AccountId) -> Result<()> {
    sqlx::query("update accounts set disabled_at = $1 where id = $2 and disabled_at is null")
        .bind(now.0)
        .bind(account)
        .execute(&mut *tx)
        .await?;
    logins::revoke_all(tx, now, account, None).await
}

async fn insert(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    login: Option<&str>,
    name: &str,
    hash: Option<&str>,
    role: Role,
    scopes: &[Scope],
) -> Result<AccountId> {
    let id: AccountId = sqlx::query_scalar(
        "insert into accounts (login, name, role, password_hash, created_at) values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(login)
    .bind(name)
    .bind(role)
    .bind(hash)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await
    .on_unique("accounts_login", || Error::field("login", "field.login_taken"))?;
    for scope in scopes {
        grant(tx, id, role, scope).await?;
    }
    audit::record(tx, by, now, audit::entry("account.created", id.0).because(role.code())).await?;
    Ok(id)
}

async fn grant(tx: &mut Conn, account: AccountId, role: Role, scope: &Scope) -> Result<()> {
    if !role.holds_in(scope) {
        return Err(Error::internal(format!("the role {role} does not hold in {scope:?}")));
    }
    if !is_there(tx, scope).await? {
        return Err(Error::field(scope.field(), "field.not_a_choice"));
    }
    let (mut city, mut town, mut center, mut provider, mut team) = (None, None, None, None, None);
    let (mut purchaser, mut department) = (None, None);
    match scope {
        Scope::City => city = Some(1_i64),
        Scope::Town(name) => town = Some(name.as_str()),
        Scope::Center(id) => center = Some(*id),
        Scope::Provider(id) => provider = Some(*id),
        Scope::Purchaser(id) => purchaser = Some(*id),
        Scope::Department(id) => department = Some(*id),
        Scope::Team(id) => team = Some(*id),
    }
    let held_for = if role.is_the_providers() { running(tx, center, team).await? } else { None };
    sqlx::query(
        "insert into account_scopes
             (account_id, city, town, center_id, provider_id, purchaser_id, team_id, department_id, held_for_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(account)
    .bind(city)
    .bind(town)
    .bind(center)
    .bind(provider)
    .bind(purchaser)
    .bind(team)
    .bind(department)
    .bind(held_for)
    .execute(tx)
    .await?;
    Ok(())
}

/// The provider that runs a center, or a team's center.
async fn running(conn: &mut Conn, center: Option<CenterId>, team: Option<TeamId>) -> Result<Option<ProviderId>> {
    Ok(sqlx::query_scalar(
        "select o.provider_id from operators o
         where o.ends_on is null
           and (o.center_id = $1 or o.center_id = (select t.center_id from teams t where t.id = $2))",
    )
    .bind(center)
    .bind(team)
    .fetch_optional(conn)
    .await?)
}

/// Says for which provider the roles of a center's own people are held, where that is not known or was a mistake: given before there
/// was a provider, or under one that never had a day. Whoever hands centers over does so before and after.
pub(crate) async fn hold_for_operators(tx: &mut Conn) -> Result<()> {
    const OF_CENTER: &str = "coalesce(account_scopes.center_id,
        (select t.center_id from teams t where t.id = account_scopes.team_id))";
    let sql = format!(
        "update account_scopes set held_for_id =
             (select o.provider_id from operators o where o.center_id = {OF_CENTER} and o.ends_on is null)
         where (center_id is not null or team_id is not null)
           and not exists (
               select 1 from operators h where h.center_id = {OF_CENTER} and h.provider_id = account_scopes.held_for_id
                 and (h.ends_on is null or h.ends_on >= h.starts_on))
           and account_id in (
               select a.id from accounts a
               where a.role in (select j.value ->> 'is' from json_each(cast($1 as json_text)) j))
           and exists (select 1 from operators r where r.center_id = {OF_CENTER} and r.ends_on is null)"
    );
    let theirs = Role::ALL.iter().filter(|role| role.is_the_providers());
    sqlx::query(AssertSqlSafe(sql)).bind(store::rows(theirs, |role| json!({ "is": role }))).execute(tx).await?;
    Ok(())
}

/// Lets an account keep its role in a center under another provider: they stay, and work for it from then on.
pub(crate) async fn hold_for(tx: &mut Conn, account: AccountId, center: CenterId, provider: ProviderId) -> Result<()> {
    sqlx::query("update account_scopes set held_for_id = $1 where account_id = $2 and center_id = $3")
        .bind(provider)
        .bind(account)
        .bind(center)
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether there is such a place. The places stand above accounts, so no foreign key says so.
async fn is_there(conn: &mut Conn, scope: &Scope) -> Result<bool> {
    let there = match scope {
        Scope::City => return Ok(true),
        Scope::Town(name) => sqlx::query_scalar("select count(*) from communities where town = $1").bind(name),
        Scope::Center(id) => sqlx::query_scalar("select count(*) from centers where id = $1").bind(id),
        Scope::Provider(id) => sqlx::query_scalar("select count(*) from providers where id = $1").bind(id),
        Scope::Purchaser(id) => sqlx::query_scalar("select count(*) from purchasers where id = $1").bind(id),
        Scope::Department(id) => sqlx::query_scalar("select count(*) from departments where id = $1").bind(id),
        Scope::Team(id) => sqlx::query_scalar("select count(*) from teams where id = $1").bind(id),
    };
    let there: i64 = there.fetch_one(conn).await?;
    Ok(there > 0)
}

/// Lets an account's role hold in a center until that instant, or without end.
pub(crate) async fn reach_until(
    tx: &mut Conn,
    account: AccountId,
    center: CenterId,
    until: Option<Timestamp>,
) -> Result<()> {
    sqlx::query("update account_scopes set ends_at = $1 where account_id = $2 and center_id = $3")
        .bind(until)
        .bind(account)
        .bind(center)
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes a center from an account. One that reaches nothing else is disabled, and its logins end.
pub(crate) async fn withdraw(
    by: &impl Acting,
    now: Now,
    tx: &mut Conn,
    account: AccountId,
    center: CenterId,
) -> Result<()> {
    sqlx::query("delete from account_scopes where account_id = $1 and center_id = $2")
        .bind(account)
        .bind(center)
        .execute(&mut *tx)
        .await?;
    let disabled = sqlx::query(
        "update accounts set disabled_at = $1 where id = $2 and disabled_at is null
         and not exists (select 1 from account_scopes s where s.account_id = accounts.id)",
    )
    .bind(now.0)
    .bind(account)
    .execute(&mut *tx)
    .await?;
    if disabled.rows_affected() > 0 {
        logins::revoke_all(tx, now, account, None).await?;
        audit::record(tx, by, now, audit::entry("account.disabled", account.0).at(center)).await?;
    }
    Ok(())
}

/// Disables an account: its logins and tokens end at once.
///
/// # Errors
/// `Refused("own_account")`: nobody locks themselves out.
pub async fn disable(by: &CityAdmin, now: Now, tx: &mut Conn, account: AccountId) -> Result<()> {
    if by.account == account {
        return Err(Error::refused("own_account"));
    }
    let disabled = sqlx::query("update accounts set disabled_at = $1 where id = $2 and disabled_at is null")
        .bind(now.0)
        .bind(account)
        .execute(&mut *tx)
        .await?;
    if disabled.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    logins::revoke_all(tx, now, account, None).await?;
    audit::record(tx, by, now, audit::entry("account.disabled", account.0)).await
}

/// Lets a disabled account sign in again. Its old logins stay ended.
pub async fn enable(by: &CityAdmin, now: Now, tx: &mut Conn, account: AccountId) -> Result<()> {
    let enabled = sqlx::query("update accounts set disabled_at = null where id = $1 and disabled_at is not null")
        .bind(account)
        .execute(&mut *tx)
        .await?;
    if enabled.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("account.enabled", account.0)).await
}

/// Forgets whose accounts these were: they are called `name`, have no login that anybody knows, and sign in no more. What they did
/// stays theirs by number.
pub(crate) async fn forget(tx: &mut Conn, at: Timestamp, accounts: &[AccountId], name: &str) -> Result<()> {
    const GIVEN: &str = "(select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)";
    let ids = store::rows(accounts, |id| json!(id));
    let sql = format!(
        "update accounts set name = $2, login = 'erased-' || cast(id as text), password_hash = null,
                disabled_at = coalesce(disabled_at, $3)
         where id in {GIVEN}"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(&ids).bind(name).bind(at).execute(&mut *tx).await?;
    let sql =
        format!("update logins set label = '', revoked_at = coalesce(revoked_at, $2) where account_id in {GIVEN}");
    sqlx::query(AssertSqlSafe(sql)).bind(&ids).bind(at).execute(&mut *tx).await?;
    audit::rename(tx, accounts, name).await?;
    audit::forget(tx, "account", accounts.iter().map(|id| id.0)).await
}

/// The viewer's own new password; their other logins end.
pub async fn change_password(by: &Viewer, now: Now, tx: &mut Conn, password: &PasswordHash) -> Result<()> {
    set_password(tx, by.account, password).await?;
    logins::revoke_all(tx, now, by.account, Some(by.login)).await?;
    audit::record(tx, by, now, audit::entry("account.password_changed", by.account.0)).await
}

async fn set_password(tx: &mut Conn, account: AccountId, password: &PasswordHash) -> Result<()> {
    let set = sqlx::query("update accounts set password_hash = $1 where id = $2 and login is not null")
        .bind(password.as_str())
        .bind(account)
        .execute(tx)
        .await?;
    if set.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// What the sign-in needs of the account with this login.
#[derive(sqlx::FromRow)]
pub struct Credentials {
    pub id: AccountId,
    pub password_hash: Option<String>,
    pub name: String,
    pub role: Role,
}

pub async fn credentials(conn: &mut Conn, now: Now, login: &str) -> Result<Option<Credentials>> {
    let sql = format!("select a.id, a.password_hash, a.name, a.role from accounts a where a.login = $1 and {LIVE}");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(login.to_ascii_lowercase())
        .bind(now.0)
        .fetch_optional(conn)
        .await?)
}

/// The viewer's own login and password, as far as there are any: a program and a device have none.
pub async fn own_password(by: &Viewer, conn: &mut Conn) -> Result<(Option<String>, Option<String>)> {
    Ok(sqlx::query_as("select login, password_hash from accounts where id = $1")
        .bind(by.account)
        .fetch_one(conn)
        .await?)
}

/// An account as the audit names it.
pub(crate) async fn actor(conn: &mut Conn, account: AccountId) -> Result<Actor> {
    let name = sqlx::query_scalar("select name from accounts where id = $1").bind(account).fetch_one(conn).await?;
    Ok(Actor::Account { id: account, name })
}

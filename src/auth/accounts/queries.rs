//! Reading accounts.

use crate::agreements::{ProviderId, PurchaserId};
use crate::auth::logins::LIVE;
use crate::auth::{AccountId, CityAdmin, Role, Scope};
use crate::centers::CenterId;
use crate::clock::{Now, Timestamp};
use crate::error::Result;
use crate::store::Conn;
use crate::teams::TeamId;

/// An account as the list shows it. `reach` says where its role holds, in the names of the records.
#[derive(Debug, sqlx::FromRow)]
pub struct Account {
    pub id: AccountId,
    pub login: Option<String>,
    pub name: String,
    pub role: Role,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
    pub reach: Option<String>,
}

/// Every account, the working ones first.
pub async fn all(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<Account>> {
    Ok(sqlx::query_as(
        "select a.id, a.login, a.name, a.role, a.created_at, a.disabled_at,
                (select string_agg(coalesce(c.name, p.name, u.name, t.name, s.town, ''), '、')
                 from account_scopes s
                 left join centers c on c.id = s.center_id
                 left join providers p on p.id = s.provider_id
                 left join purchasers u on u.id = s.purchaser_id
                 left join teams t on t.id = s.team_id
                 where s.account_id = a.id) as reach
         from accounts a
         order by case when a.disabled_at is null then 0 else 1 end, a.role, a.id",
    )
    .fetch_all(conn)
    .await?)
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

#[derive(sqlx::FromRow)]
struct ScopeRow {
    city: Option<i64>,
    town: Option<String>,
    center_id: Option<CenterId>,
    provider_id: Option<ProviderId>,
    purchaser_id: Option<PurchaserId>,
    team_id: Option<TeamId>,
}

/// Where an account's role holds.
pub async fn scopes(conn: &mut Conn, account: AccountId) -> Result<Vec<Scope>> {
    let rows: Vec<ScopeRow> = sqlx::query_as(
        "select city, town, center_id, provider_id, purchaser_id, team_id from account_scopes where account_id = $1",
    )
    .bind(account)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| match row {
            ScopeRow { city: Some(_), .. } => Some(Scope::City),
            ScopeRow { town: Some(town), .. } => Some(Scope::Town(town)),
            ScopeRow { center_id: Some(id), .. } => Some(Scope::Center(id)),
            ScopeRow { provider_id: Some(id), .. } => Some(Scope::Provider(id)),
            ScopeRow { purchaser_id: Some(id), .. } => Some(Scope::Purchaser(id)),
            ScopeRow { team_id: Some(id), .. } => Some(Scope::Team(id)),
            _ => None,
        })
        .collect())
}

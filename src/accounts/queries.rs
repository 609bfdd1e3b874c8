//! Reading accounts.

use crate::auth::{AccountId, CityAdmin, Role};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::store::{Conn, Flag};

/// An account as the list shows it. `reach` says where its role holds, in the names of the records.
#[derive(Debug, sqlx::FromRow)]
pub struct Account {
    pub id: AccountId,
    pub login: Option<String>,
    pub name: String,
    pub role: Role,
    pub disabled_at: Option<Timestamp>,
    pub reach: Option<String>,
    /// False where its owner has not chosen a password yet, or is to choose another.
    pub is_open: Flag,
}

const ACCOUNT: &str = "select a.id, a.login, a.name, a.role, a.disabled_at,
                (select string_agg(coalesce(c.name, p.name, u.name, d.name, t.name, s.town, ''), '、')
                 from account_scopes s
                 left join centers c on c.id = s.center_id
                 left join providers p on p.id = s.provider_id
                 left join purchasers u on u.id = s.purchaser_id
                 left join departments d on d.id = s.department_id
                 left join teams t on t.id = s.team_id
                 where s.account_id = a.id) as reach,
                case when a.login is not null and a.password_hash is null then 0 else 1 end as is_open
         from accounts a";

/// Every account, the working ones first.
pub async fn all(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<Account>> {
    let sql = format!("{ACCOUNT} order by case when a.disabled_at is null then 0 else 1 end, a.role, a.id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await?)
}

pub async fn find(_: &CityAdmin, conn: &mut Conn, id: AccountId) -> Result<Account> {
    let sql = format!("{ACCOUNT} where a.id = $1");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

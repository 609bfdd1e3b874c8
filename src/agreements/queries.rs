//! Reading organizations and agreements.

use super::types::{Agreement, AgreementId, Organization, ProviderId, PurchaserId, Terms};
use crate::auth::{CityAdmin, Viewer};
use crate::centers::CenterId;
use crate::error::Result;
use crate::store::Conn;

pub async fn providers(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<Organization>> {
    Ok(sqlx::query_as("select id, name, contact from providers order by name").fetch_all(conn).await?)
}

pub async fn purchasers(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<Organization>> {
    Ok(sqlx::query_as("select id, name, contact from purchasers order by name").fetch_all(conn).await?)
}

/// # Errors
/// `NotFound` where there is none.
pub async fn provider(_: &CityAdmin, conn: &mut Conn, id: ProviderId) -> Result<Organization> {
    Ok(sqlx::query_as("select id, name, contact from providers where id = $1").bind(id).fetch_one(conn).await?)
}

/// # Errors
/// `NotFound` where there is none.
pub async fn purchaser(_: &CityAdmin, conn: &mut Conn, id: PurchaserId) -> Result<Organization> {
    Ok(sqlx::query_as("select id, name, contact from purchasers where id = $1").bind(id).fetch_one(conn).await?)
}

/// One agreement as it may be changed: its center stays.
///
/// # Errors
/// `NotFound` where there is none.
pub async fn terms(_: &CityAdmin, conn: &mut Conn, id: AgreementId) -> Result<Terms> {
    Ok(sqlx::query_as(
        "select g.provider_id, g.purchaser_id, x.center_id, c.name as center, x.starts_on, x.ends_on
         from agreements g join agreement_centers x on x.agreement_id = g.id join centers c on c.id = x.center_id
         where g.id = $1 order by x.center_id limit 1",
    )
    .bind(id)
    .fetch_one(conn)
    .await?)
}

/// Whether there is such a provider, and such a purchaser.
pub(super) async fn are_there(conn: &mut Conn, provider: ProviderId, purchaser: PurchaserId) -> Result<(bool, bool)> {
    let (providers, purchasers): (i64, i64) = sqlx::query_as(
        "select (select count(*) from providers where id = $1), (select count(*) from purchasers where id = $2)",
    )
    .bind(provider)
    .bind(purchaser)
    .fetch_one(conn)
    .await?;
    Ok((providers > 0, purchasers > 0))
}

const COLUMNS: &str = "select g.id, p.name as provider, u.name as purchaser, c.id as center_id, c.name as center,
        x.starts_on, x.ends_on
     from agreements g join providers p on p.id = g.provider_id join purchasers u on u.id = g.purchaser_id
     join agreement_centers x on x.agreement_id = g.id join centers c on c.id = x.center_id";

/// Every agreement, the latest first.
pub async fn all(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<Agreement>> {
    let sql = format!("{COLUMNS} order by x.starts_on desc, g.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await?)
}

/// The condition under which account `$2` knows of agreement `g`: it is a party, its department is named, or it reads the center
/// anyway.
pub(super) const KNOWN: &str = "not exists (
        select 1 from account_scopes s
        where s.account_id = $2
          and (s.purchaser_id is not null and s.purchaser_id <> g.purchaser_id
               or s.provider_id is not null and s.provider_id <> g.provider_id
               or s.department_id is not null and not exists (
                   select 1 from agreement_departments d
                   where d.agreement_id = g.id and d.department_id = s.department_id and d.removed_at is null)))";

/// A center's agreements as far as the viewer is a party or is named, or reads the center anyway.
pub async fn of_center(by: &Viewer, conn: &mut Conn, center: CenterId) -> Result<Vec<Agreement>> {
    let sql = format!(
        "{COLUMNS}
         where c.id = $1
           and exists (select 1 from account_reports r where r.center_id = c.id and r.account_id = $2)
           and {KNOWN}
         order by x.starts_on desc, g.id desc"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(by.account).fetch_all(conn).await?)
}

//! Reading centers. [`open_to`] is the door that every center's page goes through.

use super::types::{Center, CenterHead, CenterId};
use super::{Population, population};
use crate::auth::{CityAdmin, Viewer};
use crate::error::{Error, Result};
use crate::store::Conn;

const COLUMNS: &str =
    "c.id, c.name, c.address, c.zone, c.planned_area_m2, c.created_at, m.town, m.name as community, p.name as provider";

const FROM: &str = "from centers c
    join communities m on m.id = c.community_id
    left join operators o on o.center_id = c.id and o.ends_on is null
    left join providers p on p.id = o.provider_id";

/// The center, if the viewer's role reaches it.
///
/// # Errors
/// `NotFound` for a center that is not there or not theirs.
pub async fn open_to(by: &Viewer, conn: &mut Conn, id: CenterId) -> Result<Center> {
    let sql = format!(
        "select {COLUMNS} {FROM} where c.id = $1
         and exists (select 1 from account_centers r where r.center_id = c.id and r.account_id = $2)"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .bind(by.account)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// All the viewer's centers, whole.
pub async fn open_to_all(by: &Viewer, conn: &mut Conn) -> Result<Vec<Center>> {
    let sql = format!(
        "select {COLUMNS} {FROM}
         where c.id in (select r.center_id from account_centers r where r.account_id = $1) order by c.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(by.account).fetch_all(conn).await?)
}

/// The center, if the viewer reads its reports: of every day, or of some. A provider reads those of the days that were its own, after
/// them too; whose agreement is to come, or names it, reads its own days.
///
/// # Errors
/// `NotFound` for a center that is not there or not theirs.
pub async fn reported_to(by: &Viewer, conn: &mut Conn, id: CenterId) -> Result<Center> {
    let sql = format!(
        "select {COLUMNS} {FROM} where c.id = $1
         and exists (select 1 from account_reports r where r.center_id = c.id and r.account_id = $2)"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .bind(by.account)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// All the centers whose reports the viewer reads, whole.
pub async fn reported_to_all(by: &Viewer, conn: &mut Conn) -> Result<Vec<Center>> {
    let sql = format!(
        "select {COLUMNS} {FROM}
         where c.id in (select r.center_id from account_reports r where r.account_id = $1) order by c.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(by.account).fetch_all(conn).await?)
}

/// Whether the viewer may open what is in the center: a former provider reads reports alone.
pub async fn is_open_to(by: &Viewer, conn: &mut Conn, id: CenterId) -> Result<bool> {
    let found: i64 =
        sqlx::query_scalar("select count(*) from account_centers where center_id = $1 and account_id = $2")
            .bind(id)
            .bind(by.account)
            .fetch_one(conn)
            .await?;
    Ok(found > 0)
}

/// The center as anyone may know it: name and place are public.
pub async fn public(conn: &mut Conn, id: CenterId) -> Result<Center> {
    let sql = format!("select {COLUMNS} {FROM} where c.id = $1");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The centers that the viewer's role reaches.
pub async fn reached_by(by: &Viewer, conn: &mut Conn) -> Result<Vec<CenterHead>> {
    Ok(sqlx::query_as(
        "select c.id, c.name from centers c
         where c.id in (select r.center_id from account_centers r where r.account_id = $1) order by c.id",
    )
    .bind(by.account)
    .fetch_all(conn)
    .await?)
}

/// A center in the list: what a supervisor compares.
#[derive(Debug, sqlx::FromRow)]
pub struct CenterRow {
    #[sqlx(flatten)]
    pub head: CenterHead,
    pub town: String,
    pub community: String,
    pub provider: Option<String>,
    pub planned_area_m2: i64,
    #[sqlx(skip)]
    pub population: Population,
    pub rooms: i64,
    pub upcoming: i64,
}

/// The viewer's centers with their rooms and the sessions planned from today on.
pub async fn list(by: &Viewer, conn: &mut Conn, today: crate::clock::Date) -> Result<Vec<CenterRow>> {
    let sql = format!(
        "select c.id, c.name, m.town, m.name as community, p.name as provider, c.planned_area_m2,
                (select count(*) from rooms r where r.center_id = c.id and r.retired_at is null) as rooms,
                (select count(*) from sessions s
                 where s.center_id = c.id and s.status = 'planned' and s.local_date >= $2) as upcoming
         {FROM}
         where c.id in (select r.center_id from account_centers r where r.account_id = $1)
         order by m.number, c.id"
    );
    let mut rows: Vec<CenterRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(by.account).bind(today).fetch_all(&mut *conn).await?;
    let ids: Vec<CenterId> = rows.iter().map(|row| row.head.id).collect();
    let populations = population::of_centers(conn, &ids, today).await?;
    for row in &mut rows {
        row.population = populations.get(&row.head.id).copied().unwrap_or_default();
    }
    Ok(rows)
}

/// Whether the city has a provider and a purchaser, and whether it has any agreement.
pub async fn founding(_: &CityAdmin, conn: &mut Conn) -> Result<(bool, bool)> {
    let (providers, purchasers, agreements): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from providers), (select count(*) from purchasers),
                (select count(*) from agreements where voided_at is null)",
    )
    .fetch_one(conn)
    .await?;
    Ok((providers > 0 && purchasers > 0, agreements > 0))
}

/// Every center, for the front page.
pub async fn all_public(conn: &mut Conn) -> Result<Vec<Center>> {
    let sql = format!("select {COLUMNS} {FROM} order by m.number, c.id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await?)
}

pub async fn towns(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar("select distinct town from communities order by town").fetch_all(conn).await?)
}

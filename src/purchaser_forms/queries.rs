//! Reading forms. A purchaser sees its own, and nobody another purchaser's but who reads one of its centers.

use sqlx::AssertSqlSafe;

use super::types::{FormOwner, PurchaserForm};
use super::{FormKeeper, PurchaserFormId};
use crate::auth::{ReportReader, Viewer};
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::figures::{KindName, Period};
use crate::ids::PurchaserId;
use crate::store::Conn;

const COLUMNS: &str = "select f.id, f.purchaser_id, u.name as purchaser, f.name, f.file_id, f.kept_at
     from purchaser_forms f join purchasers u on u.id = f.purchaser_id";

/// The purchasers whose forms the keeper keeps.
pub async fn owners(by: &FormKeeper, conn: &mut Conn) -> Result<Vec<FormOwner>> {
    Ok(sqlx::query_as(
        "select u.id, u.name from purchasers u
         where exists (select 1 from account_scopes s
                       where s.account_id = $1 and (s.city = 1 or s.purchaser_id = u.id))
         order by u.name, u.id",
    )
    .bind(by.account)
    .fetch_all(conn)
    .await?)
}

/// The forms that the keeper keeps.
pub async fn kept(by: &FormKeeper, conn: &mut Conn) -> Result<Vec<PurchaserForm>> {
    let sql = format!(
        "{COLUMNS}
         where exists (select 1 from account_scopes s
                       where s.account_id = $1 and (s.city = 1 or s.purchaser_id = f.purchaser_id))
         order by u.name, f.name, f.id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(by.account).fetch_all(conn).await?)
}

/// A form that the keeper keeps.
///
/// # Errors
/// `NotFound` for one that is not there or another purchaser's.
pub async fn kept_form(by: &FormKeeper, conn: &mut Conn, id: PurchaserFormId) -> Result<PurchaserForm> {
    kept(by, conn).await?.into_iter().find(|form| form.id == id).ok_or(Error::NotFound)
}

/// The forms of the purchasers that pay for a center on any day of the period; for a purchaser its own, and for a department those of the
/// purchasers whose agreements name it.
pub async fn of_center(
    by: &ReportReader,
    conn: &mut Conn,
    center: CenterId,
    period: Period,
) -> Result<Vec<PurchaserForm>> {
    let sql = format!(
        "{COLUMNS}
         where exists (select 1 from agreements g join agreement_centers x on x.agreement_id = g.id
                       join account_reports r on r.center_id = x.center_id and r.account_id = $1
                         and (r.agreement_id is null or r.agreement_id = g.id) and r.starts_on < $4 and r.ends_on >= $3
                       where g.purchaser_id = f.purchaser_id and x.center_id = $2
                         and x.starts_on < $4 and x.ends_on >= $3)
           and not exists (select 1 from account_scopes s
                           where s.account_id = $1 and s.purchaser_id is not null and s.purchaser_id <> f.purchaser_id)
         order by u.name, f.name, f.id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(by.account)
        .bind(center)
        .bind(period.from)
        .bind(period.to)
        .fetch_all(conn)
        .await?)
}

/// A form, and the centers that its purchaser pays for on any day of the period, of those that the viewer reaches.
///
/// # Errors
/// `NotFound` for one that is not there, or another purchaser's, or of no center of the viewer's.
pub(super) async fn with_centers(
    by: &Viewer,
    conn: &mut Conn,
    id: PurchaserFormId,
    period: Period,
) -> Result<(PurchaserForm, Vec<CenterId>)> {
    let sql = format!(
        "{COLUMNS}
         where f.id = $1
           and not exists (select 1 from account_scopes s
                           where s.account_id = $2 and s.purchaser_id is not null and s.purchaser_id <> f.purchaser_id)"
    );
    let form: Option<PurchaserForm> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(by.account).fetch_optional(&mut *conn).await?;
    let form = form.ok_or(Error::NotFound)?;
    let centers = paid_by(by, conn, form.purchaser_id, period).await?;
    if centers.is_empty() { Err(Error::NotFound) } else { Ok((form, centers)) }
}

async fn paid_by(by: &Viewer, conn: &mut Conn, purchaser: PurchaserId, period: Period) -> Result<Vec<CenterId>> {
    Ok(sqlx::query_scalar(
        "select c.id from centers c
         where exists (select 1 from agreements g join agreement_centers x on x.agreement_id = g.id
                       join account_reports r on r.center_id = x.center_id and r.account_id = $1
                         and (r.agreement_id is null or r.agreement_id = g.id) and r.starts_on < $4 and r.ends_on >= $3
                       where g.purchaser_id = $2 and x.center_id = c.id and x.starts_on < $4 and x.ends_on >= $3)
         order by c.id",
    )
    .bind(by.account)
    .bind(purchaser)
    .bind(period.from)
    .bind(period.to)
    .fetch_all(conn)
    .await?)
}

/// The kinds of team, whether or not anybody served in one.
pub(super) async fn team_kinds(conn: &mut Conn) -> Result<Vec<KindName>> {
    Ok(sqlx::query_as("select id, code, name, name_en from team_kinds order by id").fetch_all(conn).await?)
}

//! Reading forms. A purchaser sees its own, and nobody another purchaser's but who reads one of its centers.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::{FormOwner, PaidAgreement, PurchaserForm};
use super::{FormKeeper, PurchaserFormId};
use crate::agreements::AgreementId;
use crate::auth::Viewer;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::figures::Period;
use crate::ids::PurchaserId;
use crate::periodic_reports::{self, AgreementFrame};
use crate::store::{self, Conn};

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

/// A form, whoever reads by an agreement of its purchaser: [`paid`] says whether the reader does.
///
/// # Errors
/// `NotFound` for one that is not there, and for a purchaser another's.
pub(super) async fn form(by: &Viewer, conn: &mut Conn, id: PurchaserFormId) -> Result<PurchaserForm> {
    let sql = format!(
        "{COLUMNS}
         where f.id = $1
           and not exists (select 1 from account_scopes s
                           where s.account_id = $2 and s.purchaser_id is not null and s.purchaser_id <> f.purchaser_id)"
    );
    let form: Option<PurchaserForm> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(by.account).fetch_optional(&mut *conn).await?;
    form.ok_or(Error::NotFound)
}

/// The forms of some purchasers, before whoever reads by an agreement of each.
pub(super) async fn of_purchasers(conn: &mut Conn, purchasers: Vec<PurchaserId>) -> Result<Vec<PurchaserForm>> {
    let sql = format!(
        "{COLUMNS}
         where f.purchaser_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by u.name, f.name, f.id"
    );
    let purchasers = store::rows(purchasers, |purchaser| json!(purchaser));
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(purchasers).fetch_all(conn).await?)
}

/// The agreements by which the viewer reads, the latest first: of one purchaser, and of one center, where these are said. A purchaser's are
/// its own.
pub(super) async fn paid(
    by: &Viewer,
    conn: &mut Conn,
    purchaser: Option<PurchaserId>,
    center: Option<CenterId>,
) -> Result<Vec<PaidAgreement>> {
    let found: Vec<(AgreementId, PurchaserId, Date, Date)> = sqlx::query_as(
        "select g.id, g.purchaser_id, min(x.starts_on), max(x.ends_on)
         from agreements g join agreement_centers x on x.agreement_id = g.id
         where (cast($2 as bigint) is null or g.purchaser_id = $2) and (cast($3 as bigint) is null or x.center_id = $3)
           and exists (select 1 from account_reports r
                       where r.center_id = x.center_id and r.account_id = $1
                         and (r.agreement_id is null or r.agreement_id = g.id)
                         and r.starts_on <= x.ends_on and r.ends_on >= x.starts_on)
           and not exists (select 1 from account_scopes s
                           where s.account_id = $1 and s.purchaser_id is not null and s.purchaser_id <> g.purchaser_id)
         group by g.id, g.purchaser_id",
    )
    .bind(by.account)
    .bind(purchaser)
    .bind(center)
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<AgreementId> = found.iter().map(|(id, ..)| *id).collect();
    let with_days = |frame: AgreementFrame| {
        let (_, purchaser, starts_on, ends_on) = found.iter().find(|(id, ..)| *id == frame.id).copied()?;
        Some(PaidAgreement { purchaser, frame, starts_on, ends_on })
    };
    Ok(periodic_reports::queries::frames(conn, &ids).await?.into_iter().filter_map(with_days).collect())
}

/// The centers that a purchaser pays for on any day of the period, of those that the viewer reaches.
pub(super) async fn paid_by(
    by: &Viewer,
    conn: &mut Conn,
    purchaser: PurchaserId,
    period: Period,
) -> Result<Vec<CenterId>> {
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

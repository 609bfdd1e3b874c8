//! The list that hangs out for some days (公示, 民发〔2015〕149号: usually seven): whose service was certified, with the hours, so that whoever
//! knows better can say so.

use serde_json::json;

use super::forms::Publishing;
use super::queries;
use super::types::{PublicityList, PublicityListId, ServiceCertificate};
use crate::audit;
use crate::auth::{Coordinator, Viewer};
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::locks;
use crate::store::{Conn, rows};

/// Days for which a list usually hangs.
pub const USUAL: u64 = 7;

const LIST: &str = "select l.id, l.from_date, l.to_date, l.objections, l.made_at, w.name as made_by,
        (select count(*) from publicity_entries e where e.list_id = l.id) as certificates
     from publicity_lists l left join accounts w on w.id = l.made_by";

/// The center's lists, the latest first.
pub async fn lists(conn: &mut Conn, center: CenterId) -> Result<Vec<PublicityList>> {
    let sql = format!("{LIST} where l.center_id = $1 order by l.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).fetch_all(conn).await?)
}

/// One of them, with its certificates.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(
    conn: &mut Conn,
    center: CenterId,
    id: PublicityListId,
) -> Result<(PublicityList, Vec<ServiceCertificate>)> {
    let sql = format!("{LIST} where l.center_id = $1 and l.id = $2");
    let list: Option<PublicityList> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(&mut *conn).await?;
    let list = list.ok_or(Error::NotFound)?;
    let sql = format!(
        "{} where c.center_id = $1 and c.id in (select e.certificate_id from publicity_entries e where e.list_id = $2)
         order by c.year, c.place",
        queries::select()
    );
    let certificates = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_all(conn).await?;
    Ok((list, certificates))
}

/// The center of a list that the viewer may reach.
///
/// # Errors
/// `NotFound` for another's.
pub(super) async fn center_of(by: &Viewer, conn: &mut Conn, id: PublicityListId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select l.center_id from publicity_lists l join account_centers r on r.center_id = l.center_id
         where l.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// The good certificates that were issued in these days, the first first.
pub async fn candidates(
    conn: &mut Conn,
    center: CenterId,
    (from, to): (Date, Date),
) -> Result<Vec<ServiceCertificate>> {
    let sql = format!(
        "{} where c.center_id = $1 and c.issued_on >= $2 and c.issued_on <= $3 and c.revoked_at is null and c.erased_at is null
         order by c.year, c.place",
        queries::select()
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(from).bind(to).fetch_all(conn).await?)
}

/// Makes certificates public from a day on until another.
///
/// # Errors
/// `Invalid` at `certificate` for one that is not the center's, or not good.
pub async fn publish(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &Publishing,
) -> Result<PublicityListId> {
    locks::center(tx, center.id()).await?;
    let chosen: std::collections::BTreeSet<_> = input.certificates.iter().copied().collect();
    let found = queries::these(tx, center.id(), &input.certificates).await?;
    if found.len() != chosen.len() || found.iter().any(|one| !one.is_good()) {
        return Err(Error::field("certificate", "field.not_a_choice"));
    }
    let id: PublicityListId = sqlx::query_scalar(
        "insert into publicity_lists (center_id, from_date, to_date, objections, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(center.id())
    .bind(input.days.0)
    .bind(input.days.1)
    .bind(&input.objections)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(
        "insert into publicity_entries (list_id, certificate_id)
         select cast($2 as bigint), cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j
         where true order by cast(j.key as bigint)",
    )
    .bind(rows(chosen, |id| json!(id)))
    .bind(id)
    .execute(&mut *tx)
    .await?;
    let count = found.len().to_string();
    audit::record(tx, by, now, audit::entry("publicity.made", id.0).at(center.id()).because(&count)).await?;
    Ok(id)
}

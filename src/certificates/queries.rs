//! Reading certificates: those of a center through whoever was let into it, a volunteer's own through a confirmed phone, and one by what its
//! QR says.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::served;
use super::types::{ServiceCertificate, ServiceCertificateId, Signing};
use crate::auth::{Viewer, logins};
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::phones::ConfirmedPhone;
use crate::store::{Conn, rows};

/// What a [`ServiceCertificate`] is selected from; a condition over `c` follows.
pub(super) fn select() -> String {
    format!(
        "select c.id, c.center_id, x.name as center, c.person_id, p.name,
                (select min(v.id) from volunteers v where v.person_id = c.person_id and v.came_with is null) as volunteer,
                c.year, c.place, c.period_from, c.period_to, c.minutes, {} as ledger_minutes, c.issued_on, w.name as issued_by,
                c.replaces_id, (select r.id from service_certificates r where r.replaces_id = c.id) as replaced_by,
                c.revoked_at, c.revoke_reason, c.erased_at,
                (select max(l.from_date) from publicity_entries e join publicity_lists l on l.id = e.list_id
                 where e.certificate_id = c.id) as published_on,
                c.content_sealed, c.sha256
         from service_certificates c join centers x on x.id = c.center_id join people p on p.id = c.person_id
         left join accounts w on w.id = c.issued_by",
        served::ledger()
    )
}

/// One certificate of the center.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(conn: &mut Conn, center: CenterId, id: ServiceCertificateId) -> Result<ServiceCertificate> {
    let sql = format!("{} where c.center_id = $1 and c.id = $2", select());
    sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The center of a certificate that the viewer may reach.
///
/// # Errors
/// `NotFound` for another's.
pub(super) async fn center_of(by: &Viewer, conn: &mut Conn, id: ServiceCertificateId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select c.center_id from service_certificates c join account_centers r on r.center_id = c.center_id
         where c.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// These certificates of the center, in the order of their numbers.
pub async fn these(conn: &mut Conn, center: CenterId, ids: &[ServiceCertificateId]) -> Result<Vec<ServiceCertificate>> {
    let sql = format!(
        "{} where c.center_id = $1 and c.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)
         order by c.year, c.place",
        select()
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(rows(ids, |id| json!(id))).fetch_all(conn).await?)
}

/// Certificates of the center after a number, for programs.
pub(super) async fn after(
    conn: &mut Conn,
    center: CenterId,
    (after, limit): (i64, i64),
) -> Result<Vec<ServiceCertificate>> {
    let sql = format!("{} where c.center_id = $1 and c.id > $2 order by c.id limit $3", select());
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(after).bind(limit).fetch_all(conn).await?)
}

/// What the center certified of somebody, the latest first.
pub async fn of_person(conn: &mut Conn, center: CenterId, person: PersonId) -> Result<Vec<ServiceCertificate>> {
    let sql = format!("{} where c.center_id = $1 and c.person_id = $2 order by c.id desc", select());
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(person).fetch_all(conn).await?)
}

/// Those of the people for whom the phone is confirmed, the latest first.
pub async fn own(by: &[ConfirmedPhone], conn: &mut Conn) -> Result<Vec<ServiceCertificate>> {
    let sql = format!(
        "{} where c.erased_at is null
           and c.person_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by c.id desc",
        select()
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(rows(by, |one| json!(one.person))).fetch_all(conn).await?)
}

/// The certificate behind what a QR says.
pub(super) async fn by_token(conn: &mut Conn, token: &str) -> Result<Option<ServiceCertificate>> {
    let sql = format!("{} where c.token_hash = $1", select());
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(logins::hash(token)).fetch_optional(conn).await?)
}

/// Who signs the center's certificates, as it is kept.
pub async fn signing(conn: &mut Conn, center: CenterId) -> Result<Option<Signing>> {
    Ok(sqlx::query_as("select in_charge, handled_by, contact from certificate_settings where center_id = $1")
        .bind(center)
        .fetch_optional(conn)
        .await?)
}

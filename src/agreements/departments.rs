//! Departments (相关部门): authorities that receive an agreement's reports without being its party. An agreement names them; from then
//! until they are taken out again they read what its purchaser reads, and accept nothing.

use super::forms::NewOrganization;
use super::queries::KNOWN;
use super::types::{AgreementId, Organization};
use crate::audit;
use crate::auth::{CityAdmin, ReportReader};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, OnViolation, Result};
pub use crate::ids::{DepartmentId, RecipientId};
use crate::store::Conn;

/// Every department, by name.
pub async fn all(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<Organization>> {
    Ok(sqlx::query_as("select id, name, contact from departments order by name").fetch_all(conn).await?)
}

/// # Errors
/// `NotFound` where there is none.
pub async fn find(_: &CityAdmin, conn: &mut Conn, id: DepartmentId) -> Result<Organization> {
    Ok(sqlx::query_as("select id, name, contact from departments where id = $1").bind(id).fetch_one(conn).await?)
}

/// Adds a department.
///
/// # Errors
/// `Invalid` at `name` where another has it.
pub async fn add(by: &CityAdmin, now: Now, tx: &mut Conn, new: &NewOrganization) -> Result<DepartmentId> {
    let id: DepartmentId =
        sqlx::query_scalar("insert into departments (name, contact, created_at) values ($1, $2, $3) returning id")
            .bind(&new.name)
            .bind(new.contact.as_deref())
            .bind(now.0)
            .fetch_one(&mut *tx)
            .await
            .on_unique("departments_name", || Error::field("name", "field.name_taken"))?;
    audit::record(tx, by, now, audit::entry("department.added", id.0)).await?;
    Ok(id)
}

/// Changes what a department is called and how it is reached; where nothing is otherwise, nothing is written.
///
/// # Errors
/// As [`add`].
pub async fn revise(by: &CityAdmin, now: Now, tx: &mut Conn, id: DepartmentId, new: &NewOrganization) -> Result<()> {
    let revised = sqlx::query(
        "update departments set name = $1, contact = $2 where id = $3 and (name <> $1 or contact is distinct from $2)",
    )
    .bind(&new.name)
    .bind(new.contact.as_deref())
    .bind(id)
    .execute(&mut *tx)
    .await
    .on_unique("departments_name", || Error::field("name", "field.name_taken"))?;
    if revised.rows_affected() > 0 {
        audit::record(tx, by, now, audit::entry("department.revised", id.0)).await?;
    }
    Ok(())
}

/// An agreement, as whoever knows of it may read who receives its reports.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReportedAgreement {
    pub id: AgreementId,
    pub provider: String,
    pub purchaser: String,
    /// Its centers, by name.
    pub centers: String,
    pub starts_on: Date,
    pub ends_on: Date,
    /// How many departments it names.
    pub recipients: i64,
}

const AGREEMENT: &str = "select g.id, p.name as provider, u.name as purchaser, g.starts_on, g.ends_on,
        coalesce((select string_agg(c.name, '、') from agreement_centers x join centers c on c.id = x.center_id
                  where x.agreement_id = g.id), '') as centers,
        (select count(*) from agreement_departments n where n.agreement_id = g.id and n.removed_at is null) as recipients
     from agreements g join providers p on p.id = g.provider_id join purchasers u on u.id = g.purchaser_id";

/// Every agreement with how many departments it names, the latest first.
pub async fn agreements(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<ReportedAgreement>> {
    let sql = format!("{AGREEMENT} order by g.starts_on desc, g.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await?)
}

/// One agreement, for its parties, whom it names, and who reads its centers anyway.
///
/// # Errors
/// `NotFound` for anybody else.
pub async fn agreement(by: &ReportReader, conn: &mut Conn, id: AgreementId) -> Result<ReportedAgreement> {
    let sql = format!(
        "{AGREEMENT}
         where g.id = $1 and {KNOWN}
           and exists (select 1 from agreement_centers y join account_reports r on r.center_id = y.center_id
                       where y.agreement_id = g.id and r.account_id = $2)"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .bind(by.account)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// A department that an agreement names.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Recipient {
    pub id: RecipientId,
    pub department_id: DepartmentId,
    pub name: String,
    pub added_at: Timestamp,
    pub removed_at: Option<Timestamp>,
}

/// Whom an agreement names, and named once; those of today first. [`agreement`] says who may ask.
pub async fn recipients(conn: &mut Conn, agreement: &ReportedAgreement) -> Result<Vec<Recipient>> {
    Ok(sqlx::query_as(
        "select n.id, n.department_id, d.name, n.added_at, n.removed_at
         from agreement_departments n join departments d on d.id = n.department_id
         where n.agreement_id = $1 order by case when n.removed_at is null then 0 else 1 end, d.name, n.id desc",
    )
    .bind(agreement.id)
    .fetch_all(conn)
    .await?)
}

/// Names a department in an agreement: it reads the reports of the agreement's days.
///
/// # Errors
/// `Invalid` at `department` where there is no such one, or it is named already.
pub async fn name_recipient(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    agreement: AgreementId,
    department: DepartmentId,
) -> Result<RecipientId> {
    let there: i64 = sqlx::query_scalar("select count(*) from departments where id = $1")
        .bind(department)
        .fetch_one(&mut *tx)
        .await?;
    if there == 0 {
        return Err(Error::field("department", "field.not_a_choice"));
    }
    let id: RecipientId = sqlx::query_scalar(
        "insert into agreement_departments (agreement_id, department_id, added_at, added_by) values ($1, $2, $3, $4)
         returning id",
    )
    .bind(agreement)
    .bind(department)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_unique("agreement_departments_now", || Error::field("department", "field.recipient_named"))?;
    audit::record(tx, by, now, audit::entry("agreement.recipient_added", agreement.0)).await?;
    Ok(id)
}

/// Takes a department out of an agreement: from now on it reads nothing by it.
///
/// # Errors
/// `NotFound` for another agreement's, or one taken out already.
pub async fn remove_recipient(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    agreement: AgreementId,
    id: RecipientId,
) -> Result<()> {
    let removed = sqlx::query(
        "update agreement_departments set removed_at = $1, removed_by = $2
         where id = $3 and agreement_id = $4 and removed_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(id)
    .bind(agreement)
    .execute(&mut *tx)
    .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("agreement.recipient_removed", agreement.0)).await
}

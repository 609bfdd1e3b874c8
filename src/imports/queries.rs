//! Reading imports.

use super::types::{Decision, Import, ImportId, ImportRow, RowDone, ServiceTallied, Tallied};
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::store::{Conn, Sealed};

const IMPORT: &str = "select i.id, i.source, i.file_id, a.name as made_by, i.made_at, i.mapping, i.state,
        case when f.digest = '' then 1 else 0 end as emptied
     from imports i join accounts a on a.id = i.made_by join files f on f.id = i.file_id";

/// One import of the center.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(conn: &mut Conn, center: CenterId, id: ImportId) -> Result<Import> {
    let sql = format!("{IMPORT} where i.id = $1 and i.center_id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(center).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The center that an import belongs to.
///
/// # Errors
/// `NotFound`.
pub async fn center_of(conn: &mut Conn, id: ImportId) -> Result<CenterId> {
    sqlx::query_scalar("select center_id from imports where id = $1")
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// The center's imports, the latest first: at most fifty.
pub async fn of_center(conn: &mut Conn, center: CenterId) -> Result<Vec<Import>> {
    let sql = format!("{IMPORT} where i.center_id = $1 order by i.id desc limit 50");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).fetch_all(conn).await?)
}

const COLUMNS: &str = "row, verdict, faults, sealed, person_id, decision, done, undone, same_row, team_id, membership, hours, member_id, entry_id";

const FROM: &str = "from import_rows where import_id = $1";

/// Up to `limit` rows after the row `after`, as the sheet has them; where `faulty`, only those of which something is said, or of which
/// not all was taken back.
pub async fn rows(conn: &mut Conn, id: ImportId, after: i64, faulty: bool, limit: i64) -> Result<Vec<ImportRow>> {
    let cut = if faulty { "and (verdict <> 'ok' or faults <> '[]' or undone = 'stays')" } else { "" };
    let sql = format!("select {COLUMNS} {FROM} and row > $2 {cut} order by row limit $3");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(after).bind(limit).fetch_all(conn).await?)
}

/// Up to `limit` rows that applying has not come to yet.
pub async fn waiting(conn: &mut Conn, id: ImportId, limit: i64) -> Result<Vec<ImportRow>> {
    let sql = format!("select {COLUMNS} {FROM} and done is null order by row limit $2");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(limit).fetch_all(conn).await?)
}

/// A row that was written, with what it takes to take it back.
#[derive(sqlx::FromRow)]
pub(super) struct AppliedRow {
    #[sqlx(flatten)]
    pub row: ImportRow,
    pub before_sealed: Option<Sealed>,
    pub version: Option<i64>,
}

/// Up to `limit` rows of which something was written and not taken back yet, the last first.
pub(super) async fn to_take_back(conn: &mut Conn, id: ImportId, limit: i64) -> Result<Vec<AppliedRow>> {
    let sql = format!(
        "select {COLUMNS}, before_sealed, version {FROM} and undone is null
           and (done in ($2, $3, $4) or member_id is not null or entry_id is not null)
         order by row desc limit $5"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .bind(RowDone::Created)
        .bind(RowDone::Enrolled)
        .bind(RowDone::Filled)
        .bind(limit)
        .fetch_all(conn)
        .await?)
}

/// How many rows there are of each outcome, of memberships and of hours.
pub async fn tally_service(conn: &mut Conn, id: ImportId) -> Result<Vec<ServiceTallied>> {
    Ok(sqlx::query_as(
        "select 0 as is_hours, membership as outcome, count(*) as rows from import_rows
         where import_id = $1 and membership is not null group by membership
         union all
         select 1 as is_hours, hours as outcome, count(*) as rows from import_rows
         where import_id = $1 and hours is not null group by hours
         order by 1, 2",
    )
    .bind(id)
    .fetch_all(conn)
    .await?)
}

/// How many rows are to be written because somebody said so.
pub async fn decided(conn: &mut Conn, id: ImportId) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "select count(*) from import_rows where import_id = $1 and decision is not null and decision <> $2",
    )
    .bind(id)
    .bind(Decision::Skip)
    .fetch_one(conn)
    .await?)
}

pub async fn tally(conn: &mut Conn, id: ImportId) -> Result<Vec<Tallied>> {
    Ok(sqlx::query_as(
        "select verdict, case when person_id is null then 0 else 1 end as known, done, count(*) as rows,
                count(undone) as taken_back
         from import_rows
         where import_id = $1 group by verdict, case when person_id is null then 0 else 1 end, done",
    )
    .bind(id)
    .fetch_all(conn)
    .await?)
}

/// How a file with these heads was last read in the center: its columns, as JSON.
pub async fn remembered(conn: &mut Conn, center: CenterId, heads: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("select columns from import_mappings where center_id = $1 and heads = $2")
        .bind(center)
        .bind(heads)
        .fetch_optional(conn)
        .await?)
}

//! Reading imports.

use super::types::{Import, ImportId, ImportRow, Tallied};
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::store::Conn;

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

const ROW: &str =
    "select row, verdict, faults, sealed, person_id, decision, done, undone from import_rows where import_id = $1";

/// Up to `limit` rows after the row `after`, as the sheet has them; of those that nothing is wrong with none, where `faulty`.
pub async fn rows(conn: &mut Conn, id: ImportId, after: i64, faulty: bool, limit: i64) -> Result<Vec<ImportRow>> {
    let cut = if faulty { "and verdict <> 'ok'" } else { "" };
    let sql = format!("{ROW} and row > $2 {cut} order by row limit $3");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(after).bind(limit).fetch_all(conn).await?)
}

/// Up to `limit` rows that applying has not come to yet.
pub async fn waiting(conn: &mut Conn, id: ImportId, limit: i64) -> Result<Vec<ImportRow>> {
    let sql = format!("{ROW} and done is null order by row limit $2");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(limit).fetch_all(conn).await?)
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

//! Keys that are known before their rows are written.

use sqlx::AssertSqlSafe;

use super::Conn;

/// Takes so many keys of a table out of circulation, in rising order. Whoever writes rows with them need not have the
/// database give the keys back, row by row. `table` is one with a `bigserial` key called `id`; the transaction writes.
pub(crate) async fn reserve(tx: &mut Conn, table: &'static str, count: usize) -> sqlx::Result<Vec<i64>> {
    if super::writes_alone(tx) {
        // As `autoincrement` itself: above the highest key there is and above every one there was.
        let sql = format!(
            "select max(coalesce((select seq from sqlite_sequence where name = $1), 0),
                        coalesce((select max(id) from {table}), 0))"
        );
        let last: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).bind(table).fetch_one(tx).await?;
        return Ok((last + 1..).take(count).collect());
    }
    let mut ids: Vec<i64> =
        sqlx::query_scalar("select nextval(pg_get_serial_sequence($1, 'id')) from generate_series(1, $2)")
            .bind(table)
            .bind(count as i64)
            .fetch_all(tx)
            .await?;
    ids.sort_unstable();
    Ok(ids)
}

//! Keys that are known before their rows are written.

use super::Conn;

/// Takes so many keys of a table out of circulation, in rising order. Whoever writes rows with them need not have the
/// database give the keys back, row by row. `table` is one with a `bigserial` key called `id`; the transaction writes.
pub(crate) async fn reserve(tx: &mut Conn, table: &'static str, count: usize) -> sqlx::Result<Vec<i64>> {
    if super::writes_alone(tx) {
        let last: Option<i64> = sqlx::query_scalar("select seq from sqlite_sequence where name = $1")
            .bind(table)
            .fetch_optional(tx)
            .await?;
        return Ok((last.unwrap_or(0) + 1..).take(count).collect());
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

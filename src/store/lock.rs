//! Holding rows until a transaction ends.

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe};

use super::Conn;

/// `sql`, a select, as a query that keeps the rows it finds from everybody else until the transaction ends. On SQLite a
/// transaction that writes has the whole database, so there it is a plain select.
///
/// Read what depends on the rows with the next statement: on PostgreSQL one that waited still sees what was there before.
pub(crate) fn lock(conn: &Conn, sql: &str) -> Query<'static, Any, AnyArguments> {
    match conn.backend_name() {
        "PostgreSQL" => sqlx::query(AssertSqlSafe(format!("{sql} for update"))),
        _ => sqlx::query(AssertSqlSafe(sql.to_owned())),
    }
}

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
    locking(conn, sql, "update")
}

/// As [`lock`], shared: those who share rows do not wait for each other, only for who locks them and the other way round.
/// It is the lock by which a foreign key holds the row that it points to, so who writes such a row pays nothing more.
pub(crate) fn share(conn: &Conn, sql: &str) -> Query<'static, Any, AnyArguments> {
    locking(conn, sql, "key share")
}

fn locking(conn: &Conn, sql: &str, how: &str) -> Query<'static, Any, AnyArguments> {
    match conn.backend_name() {
        "PostgreSQL" => sqlx::query(AssertSqlSafe(format!("{sql} for {how}"))),
        _ => sqlx::query(AssertSqlSafe(sql.to_owned())),
    }
}

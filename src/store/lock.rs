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

/// As [`lock`], for who changes values that no foreign key points to: rows that point to these can be written meanwhile.
pub(crate) fn lock_values(conn: &Conn, sql: &str) -> Query<'static, Any, AnyArguments> {
    locking(conn, sql, "no key update")
}

/// As [`lock`], shared: those who share rows do not wait for each other, only for who locks them and the other way round.
/// It is the lock by which a foreign key holds the row that it points to, so who writes such a row pays nothing more.
pub(crate) fn share(conn: &Conn, sql: &str) -> Query<'static, Any, AnyArguments> {
    locking(conn, sql, "key share")
}

/// Whether a transaction that writes keeps everybody else from writing, so that it need not hold any row: SQLite.
pub(crate) fn writes_alone(conn: &Conn) -> bool {
    conn.backend_name() == "SQLite"
}

fn locking(conn: &Conn, sql: &str, how: &str) -> Query<'static, Any, AnyArguments> {
    if writes_alone(conn) {
        sqlx::query(AssertSqlSafe(sql.to_owned()))
    } else {
        sqlx::query(AssertSqlSafe(format!("{sql} for {how}")))
    }
}

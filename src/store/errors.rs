//! What a database error means, by one name on both engines.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sqlx::error::ErrorKind;

/// A rule of the schema that a statement ran into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Two live bookings of one room would overlap.
    BookingOverlap,
    /// What a unique index holds is there already; the text is the index's name.
    Unique(String),
    ForeignKey,
    Check,
}

/// Which rule of the schema `error` reports, if it reports one.
///
/// The overlap arrives on PostgreSQL as the exclusion constraint's name, on SQLite as the trigger's `raise` text; a unique
/// index on PostgreSQL by its name, on SQLite by its columns.
pub fn violation(error: &sqlx::Error) -> Option<Violation> {
    let error = error.as_database_error()?;
    if error.constraint() == Some("booking_overlap") || error.message().ends_with("booking_overlap") {
        return Some(Violation::BookingOverlap);
    }
    match error.kind() {
        ErrorKind::UniqueViolation => {
            Some(Violation::Unique(error.constraint().map_or_else(|| index_over(error.message()), str::to_owned)))
        }
        ErrorKind::ForeignKeyViolation => Some(Violation::ForeignKey),
        ErrorKind::CheckViolation => Some(Violation::Check),
        _ => None,
    }
}

/// The unique index over the columns that SQLite's message lists: `UNIQUE constraint failed: rooms.center_id, rooms.name`.
fn index_over(message: &str) -> String {
    let columns = message.rsplit_once("failed: ").map_or(message, |(_, columns)| columns);
    UNIQUE.get(columns).cloned().unwrap_or_else(|| columns.to_owned())
}

/// The schema's unique indexes: their columns, as SQLite lists them, and their names.
static UNIQUE: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| super::migrations::texts().flat_map(indexes).collect());

fn indexes(migration: String) -> Vec<(String, String)> {
    let index = |line: &str| {
        let (name, rest) = line.strip_prefix("create unique index ")?.split_once(" on ")?;
        let (table, rest) = rest.split_once(" (")?;
        let (columns, _) = rest.split_once(')')?;
        let columns: Vec<String> = columns.split(", ").map(|column| format!("{table}.{column}")).collect();
        Some((columns.join(", "), name.to_owned()))
    };
    migration.lines().filter_map(index).collect()
}

/// True when the database cannot be reached or will not answer now: the user is told to try again soon.
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // 57P0x: PostgreSQL is shutting down or starting up. 53300: it has no connection left. 40P01 and 40001: it gave
        // up one of two transactions that stood in each other's way, and nothing of it was written. SQLite 5: busy.
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| code.starts_with("57P") || matches!(&*code, "53300" | "40P01" | "40001" | "5")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unique_index_is_known_by_its_columns_too() {
        assert_eq!(index_over("UNIQUE constraint failed: rooms.center_id, rooms.name"), "rooms_name");
        assert_eq!(index_over("UNIQUE constraint failed: accounts.login"), "accounts_login");
        let all: usize =
            super::super::migrations::texts().map(|text| text.matches("create unique index ").count()).sum();
        assert_eq!(UNIQUE.len(), all, "no two over the same columns, and each on one line");
    }
}

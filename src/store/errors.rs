//! What a database error means, by one name on both engines.

use sqlx::error::ErrorKind;

/// A rule of the schema that a statement ran into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Two live bookings of one room would overlap.
    BookingOverlap,
    /// A unique key is taken; the text names the key: PostgreSQL's index or constraint, SQLite's `table.column` list.
    Unique(String),
    ForeignKey,
    Check,
}

impl Violation {
    /// True if a unique key over `column` is taken.
    pub fn is_unique(&self, column: &str) -> bool {
        matches!(self, Self::Unique(key) if key.contains(column))
    }
}

/// Which rule of the schema `error` reports, if it reports one.
///
/// The overlap arrives on PostgreSQL as the exclusion constraint's name, on SQLite as the trigger's `raise` text.
pub fn violation(error: &sqlx::Error) -> Option<Violation> {
    let error = error.as_database_error()?;
    if error.constraint() == Some("booking_overlap") || error.message().ends_with("booking_overlap") {
        return Some(Violation::BookingOverlap);
    }
    match error.kind() {
        ErrorKind::UniqueViolation => {
            Some(Violation::Unique(error.constraint().unwrap_or_else(|| error.message()).to_owned()))
        }
        ErrorKind::ForeignKeyViolation => Some(Violation::ForeignKey),
        ErrorKind::CheckViolation => Some(Violation::Check),
        _ => None,
    }
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

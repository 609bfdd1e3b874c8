//! What a database error means, by one name on both engines.

use sqlx::error::ErrorKind;
use sqlx::postgres::PgDatabaseError;

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

/// Why the database does not do what it is asked now, though there is nothing wrong with what it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Two transactions stood in each other's way, or one waited too long for another: none of it was written.
    Contention,
    /// We are about to end, and have let go of it.
    Closing,
    DiskFull,
    /// The disk or the memory failed it.
    Machine(String),
    /// It may be read and not written: a standby, or a file without the right to write.
    ReadOnly,
    /// It refuses the name, the password, or where we come from.
    NoEntry(String),
    /// There is no such database.
    Missing(String),
    /// It was asked and has not answered for so long.
    Silent,
    /// It cannot be reached, or the connection broke.
    Away(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Contention => f.write_str("another transaction is in the way"),
            Self::Closing => f.write_str("Linli is about to end"),
            Self::DiskFull => f.write_str("its disk is full; nothing can be written until there is space again"),
            Self::Machine(why) => write!(f, "its disk or memory fails: {why}"),
            Self::ReadOnly => f.write_str("it can be read but not written (a standby, or no right to write)"),
            Self::NoEntry(why) => write!(f, "it does not let Linli in: {why}"),
            Self::Missing(why) => write!(f, "it is not there: {why}"),
            Self::Silent => f.write_str("it does not answer (or, on PostgreSQL, waits for its synchronous standby)"),
            Self::Away(why) => write!(f, "it cannot be reached: {why}"),
        }
    }
}

/// What kind of trouble `error` reports, if it is one that goes away by itself or by somebody's care for the database:
/// the user is told to try again soon.
pub fn trouble(error: &sqlx::Error) -> Option<Trouble> {
    match error {
        sqlx::Error::PoolClosed => Some(Trouble::Closing),
        sqlx::Error::Io(io) if io.kind() == std::io::ErrorKind::TimedOut => Some(Trouble::Silent),
        // A protocol error: what answers is no PostgreSQL, as a proxy that has lost its own.
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => Some(Trouble::Away(error.to_string())),
        sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => of_postgres(error.code(), error.message()),
            None => of_sqlite(&error.code()?, error.message()),
        },
        _ => None,
    }
}

/// By SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn of_postgres(code: &str, message: &str) -> Option<Trouble> {
    Some(match code {
        // Serialization, deadlock, and a lock that was waited for too long.
        "40001" | "40P01" | "55P03" => Trouble::Contention,
        "53100" => Trouble::DiskFull,
        "25006" => Trouble::ReadOnly,
        "3D000" => Trouble::Missing(message.to_owned()),
        // 53300 among them: no connection is left.
        _ if code.starts_with("53") || code.starts_with("58") => Trouble::Machine(message.to_owned()),
        _ if code.starts_with("28") => Trouble::NoEntry(message.to_owned()),
        // 08: the connection, or a pooler's refusal. 57P0x: it is shutting down or starting up.
        _ if code.starts_with("08") || code.starts_with("57P") => Trouble::Away(message.to_owned()),
        _ => return None,
    })
}

/// By the result code, whose lowest byte is the kind: <https://www.sqlite.org/rescode.html>.
fn of_sqlite(code: &str, message: &str) -> Option<Trouble> {
    Some(match code.parse::<u32>().ok()? & 0xff {
        // Busy, locked.
        5 | 6 => Trouble::Contention,
        13 => Trouble::DiskFull,
        8 => Trouble::ReadOnly,
        // No memory, an input or output error, the WAL's locking protocol.
        7 | 10 | 15 => Trouble::Machine(message.to_owned()),
        14 => Trouble::Missing(message.to_owned()),
        _ => return None,
    })
}

/// True when the database cannot be reached or will not answer or write now: the user is told to try again soon.
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    trouble(error).is_some()
}

/// What is said where the database has not answered in time.
pub(super) fn silence() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "the database did not answer in time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_cannot_help_is_trouble_and_what_we_asked_wrongly_is_not() {
        let postgres = |code| of_postgres(code, "why");
        assert_eq!(postgres("53100"), Some(Trouble::DiskFull));
        assert_eq!(postgres("25006"), Some(Trouble::ReadOnly));
        assert_eq!(postgres("28P01"), Some(Trouble::NoEntry("why".to_owned())));
        assert_eq!(postgres("3D000"), Some(Trouble::Missing("why".to_owned())));
        assert_eq!(postgres("53300"), Some(Trouble::Machine("why".to_owned())));
        for away in ["57P01", "57P03", "08006", "08P01"] {
            assert_eq!(postgres(away), Some(Trouble::Away("why".to_owned())), "{away}");
        }
        for contention in ["40001", "40P01", "55P03"] {
            assert_eq!(postgres(contention), Some(Trouble::Contention), "{contention}");
        }
        for ours in ["23505", "23P01", "42601", "42P01", "22P02"] {
            assert_eq!(postgres(ours), None, "{ours}");
        }
        let sqlite = |code| of_sqlite(code, "why");
        assert_eq!(sqlite("13"), Some(Trouble::DiskFull));
        // SQLITE_IOERR_WRITE, SQLITE_BUSY_SNAPSHOT, SQLITE_READONLY_DIRECTORY.
        assert_eq!(sqlite("778"), Some(Trouble::Machine("why".to_owned())));
        assert_eq!(sqlite("517"), Some(Trouble::Contention));
        assert_eq!(sqlite("1544"), Some(Trouble::ReadOnly));
        // A unique key, a damaged file, no database.
        for ours in ["2067", "11", "26", "1"] {
            assert_eq!(sqlite(ours), None, "{ours}");
        }
    }
}

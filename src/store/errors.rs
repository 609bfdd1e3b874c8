//! What a database error means, by one name on both engines.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sqlx::error::ErrorKind;
use sqlx::postgres::PgDatabaseError;

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

    #[test]
    fn a_unique_index_is_known_by_its_columns_too() {
        assert_eq!(index_over("UNIQUE constraint failed: rooms.center_id, rooms.name"), "rooms_name");
        assert_eq!(index_over("UNIQUE constraint failed: accounts.login"), "accounts_login");
        // An index that was dropped and made again under its name is one.
        let all: std::collections::BTreeSet<String> = super::super::migrations::texts()
            .flat_map(|text| {
                let made = text.split("create unique index ").skip(1);
                made.filter_map(|rest| rest.split(' ').next().map(str::to_owned)).collect::<Vec<_>>()
            })
            .collect();
        let known: std::collections::BTreeSet<String> = UNIQUE.values().cloned().collect();
        assert_eq!(known, all, "no two over the same columns, and each on one line");
    }
}

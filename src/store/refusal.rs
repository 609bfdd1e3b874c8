//! Why a database cannot be opened or used at all, in sentences for who looks after it.

use std::path::PathBuf;

use super::KeyNumber;
use super::errors::trouble;

#[derive(Debug)]
pub enum OpenError {
    UnknownScheme,
    /// The URL cannot be read.
    BadUrl(String),
    /// There is no database where one should be.
    NothingThere(String),
    /// There is a database, and it is not Linli's.
    NotOurs(String),
    /// The folder of the file is not there.
    NoFolder(PathBuf),
    /// The file cannot be read as a database, or not be written.
    BadFile(PathBuf, String),
    /// A newer program has migrated it: the highest migration.
    Newer(i64),
    /// One of its migrations is not the one that this program knows.
    Altered(i64),
    /// A migration began and did not end.
    Unfinished(i64),
    /// What we talk to gives another connection for each transaction.
    Pooler,
    /// Another key than this one sealed what is in it.
    WrongKey,
    /// One of its data keys is not wrapped by this key, or was altered.
    LockedKey(KeyNumber),
    /// The database of this place does not do what it must, now.
    Database(String, sqlx::Error),
    Migration(sqlx::migrate::MigrateError),
}

impl OpenError {
    /// True if trying again helps nothing: somebody must do something, and start again.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Database(..) | Self::Migration(_))
    }
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownScheme => f.write_str("DATABASE_URL must begin with sqlite: or postgres://"),
            Self::BadUrl(why) => write!(f, "DATABASE_URL cannot be read: {why}"),
            Self::NothingThere(place) => {
                write!(f, "there is no database at {place}; DATABASE_URL says where to look")
            }
            Self::NotOurs(place) => write!(
                f,
                "{place} is no Linli database: there is no record of Linli's migrations in it; DATABASE_URL says where to look"
            ),
            Self::NoFolder(path) => write!(f, "there is no folder {}: make it, or name another", path.display()),
            Self::BadFile(path, why) => write!(f, "the database {} cannot be used: {why}", path.display()),
            Self::Newer(version) => write!(
                f,
                "this database was made by a newer Linli (migration {version}); start that one, or put the backup back"
            ),
            Self::Altered(version) => write!(
                f,
                "this database was made by another Linli: its migration {version} is not this program's. Start the one \
                 that made it, or put a backup back that this one made; a database from before 0.1.0 cannot be carried over"
            ),
            Self::Unfinished(version) => write!(
                f,
                "migration {version} of this database began and did not end; put the backup back that was made before it"
            ),
            Self::Pooler => f.write_str(
                "DATABASE_URL leads to a pooler that changes connections between transactions (pgbouncer: pool_mode = \
                 transaction); Linli needs pool_mode = session, or PostgreSQL itself",
            ),
            Self::WrongKey => f.write_str(
                "this key is not the one this database was made with: put the right linli.key beside it, or the right \
                 LINLI_KEY into the environment",
            ),
            Self::LockedKey(number) => write!(
                f,
                "data key {number} of this database does not open with this key: what it has sealed cannot be read. Put the \
                 right linli.key beside it, or the right LINLI_KEY into the environment, or the backup back"
            ),
            Self::Database(place, error) => match trouble(error) {
                Some(trouble) => write!(f, "the database ({place}) is in trouble: {trouble}"),
                None => write!(f, "the database ({place}) cannot be used: {error}"),
            },
            Self::Migration(error) => write!(f, "the database cannot be migrated: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}

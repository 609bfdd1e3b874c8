//! Opening either engine, and one pool type over both for `rocket_db_pools`.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use rocket::figment::Figment;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Executor};

use super::Tx;

/// How long a request may wait for a connection: a lost database is told to the user within two seconds.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// What each SQLite connection is told first. FULL: "checked in" means on disk.
const SQLITE: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; \
                      pragma busy_timeout = 5000; pragma temp_store = memory;";

/// And the one that writes: to keep 64 MB of indexes at hand, and to copy the WAL into the database every 16 MB. After
/// the default 4 MB that stopped a full hall's door several times a second. (A second connection that did it beside the
/// writer was slower: the two waited for one disk.)
const SQLITE_WRITER: &str = "pragma cache_size = -64000; pragma wal_autocheckpoint = 4000;";

/// What the door's connection to PostgreSQL is told first. Its statements find a few rows by key: one plan is good for all
/// values, and it goes through the indexes also before PostgreSQL has learnt how much a table has grown since the
/// morning. Left to itself it planned longer than it ran, and read whole tables.
const POSTGRES_DOOR: &str = "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; \
                             set enable_hashjoin = off; set enable_mergejoin = off; set jit = off;";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// The engine that a database URL names.
    pub fn of(url: &str) -> Result<Self, OpenError> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Ok(Self::Sqlite),
            Some("postgres" | "postgresql") => Ok(Self::Postgres),
            _ => Err(OpenError::UnknownScheme),
        }
    }
}

#[derive(Debug)]
pub enum OpenError {
    UnknownScheme,
    Database(sqlx::Error),
    Migration(sqlx::migrate::MigrateError),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownScheme => f.write_str("DATABASE_URL must begin with sqlite: or postgres://"),
            Self::Database(error) => write!(f, "the database cannot be opened: {error}"),
            Self::Migration(error) => write!(f, "the database cannot be migrated: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<sqlx::migrate::MigrateError> for OpenError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(error)
    }
}

/// Readers, and who may write: SQLite allows one writer at a time, so it gets a pool of one, and waiting writers
/// queue there in order instead of failing as "busy". PostgreSQL writes through the same pool that it reads through.
#[derive(Clone, Debug)]
pub struct Pool {
    engine: Engine,
    options: AnyConnectOptions,
    readers: AnyPool,
    writers: AnyPool,
}

impl Pool {
    /// Opens the database that `url` names; an SQLite file that is not there is made.
    ///
    /// # Errors
    /// When the URL names no known engine, or SQLite's file cannot be opened. PostgreSQL is reached at first use, so
    /// that Linli starts, says 503 and recovers when its database is late.
    pub async fn open(url: &str, connections: u32) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(url)?;
        let options = AnyConnectOptions::from_str(&match engine {
            Engine::Sqlite => with_create_mode(url),
            Engine::Postgres => url.to_owned(),
        })?;
        Ok(match engine {
            Engine::Sqlite => {
                // The writer first: it makes the file and turns WAL on before a reader looks.
                let writers = connections_of(engine, 1, SQLITE_WRITER).acquire_timeout(Duration::from_secs(10));
                let writers = writers.connect_with(options.clone()).await?;
                let readers = connections_of(engine, connections, "").connect_lazy_with(options.clone());
                Self { engine, options, readers, writers }
            }
            Engine::Postgres => {
                let readers = connections_of(engine, connections, "").connect_lazy_with(options.clone());
                Self { engine, options, writers: readers.clone(), readers }
            }
        })
    }

    /// The same database for the door's thread, which has a runtime of its own: a connection to PostgreSQL lives by the
    /// runtime that opened it. SQLite's writer is one for all.
    pub fn apart(&self) -> Self {
        match self.engine {
            Engine::Sqlite => self.clone(),
            Engine::Postgres => {
                let own = connections_of(self.engine, 1, POSTGRES_DOOR).connect_lazy_with(self.options.clone());
                Self { readers: own.clone(), writers: own, ..self.clone() }
            }
        }
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A connection to read with.
    pub async fn read(&self) -> sqlx::Result<PoolConnection<Any>> {
        self.readers.acquire().await
    }

    /// A transaction to write in. SQLite takes the write lock at once: a transaction that reads first and writes
    /// later could otherwise find, at its first write, that the world has moved on.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        match self.engine {
            Engine::Sqlite => self.writers.begin_with("begin immediate").await,
            Engine::Postgres => self.writers.begin().await,
        }
    }

    /// A connection outside the pool, closed by its user: for migrations, whose lock must not outlive a failure.
    pub(super) async fn connect_alone(&self) -> sqlx::Result<sqlx::AnyConnection> {
        self.writers.acquire().await.map(PoolConnection::detach)
    }

    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

fn connections_of(engine: Engine, most: u32, words: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(PATIENCE)
        // A ping before use finds a server that went away; a file does not go away.
        .test_before_acquire(engine == Engine::Postgres)
        .after_connect(move |conn, _| {
            Box::pin(async move {
                if engine == Engine::Sqlite {
                    conn.execute(SQLITE).await?;
                }
                if !words.is_empty() {
                    conn.execute(words).await?;
                }
                Ok(())
            })
        })
}

/// SQLite's file is made when it is not there, unless the URL says otherwise.
fn with_create_mode(url: &str) -> String {
    match url.split_once('?') {
        Some((_, query)) if query.contains("mode=") => url.to_owned(),
        Some(_) => format!("{url}&mode=rwc"),
        None => format!("{url}?mode=rwc"),
    }
}

/// Where an SQLite URL keeps its file; `None` for PostgreSQL and for a database in memory.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?.split('?').next()?;
    let path = path.strip_prefix("//").unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}

#[rocket::async_trait]
impl rocket_db_pools::Pool for Pool {
    type Connection = PoolConnection<Any>;
    type Error = rocket_db_pools::Error<OpenError, sqlx::Error>;

    async fn init(figment: &Figment) -> Result<Self, Self::Error> {
        let config: rocket_db_pools::Config = figment.extract()?;
        let size = u32::try_from(config.max_connections).unwrap_or(16);
        Self::open(&config.url, size).await.map_err(rocket_db_pools::Error::Init)
    }

    async fn get(&self) -> Result<Self::Connection, Self::Error> {
        self.read().await.map_err(rocket_db_pools::Error::Get)
    }

    /// Called when shutdown begins, while requests are still in hand and need their connections: nothing ends here. Who
    /// launched the server closes the pool when it has returned.
    async fn close(&self) {}
}

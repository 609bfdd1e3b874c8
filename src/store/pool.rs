//! Opening either engine, and one pool type over both for `rocket_db_pools`.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rocket::figment::Figment;
use rocket::futures::future::BoxFuture;
use rocket::tokio::runtime::Handle;
use rocket::tokio::time::{Instant, timeout};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor};

use super::conn::{Limit, Reading, Tx, Watch};
use super::errors::silence;
use super::file::{self, sqlite_file, with_mode};
use super::pulse::Pulse;
use super::schema::{Standing, standing};
use super::{OpenError, Stage, Trouble};

/// How long a request may wait for a connection: a lost database is told to the user within two seconds.
pub(super) const PATIENCE: Duration = Duration::from_millis(1_500);

/// How long a transaction may take from `begin` to the end of `commit`. A server that has gone mute, or that waits for a
/// synchronous standby that is dead, never answers: it is given up then, and the user is told to come again. Not left to
/// PostgreSQL's `statement_timeout`: at a commit that waits for its standby it would report success.
const ANSWERS_WITHIN: Duration = Duration::from_secs(8);

/// How long a reader waits for a statement's first row, and for the next one. Wide reports take seconds; a mute server
/// must not keep a connection for ever.
const READS_WITHIN: Duration = Duration::from_secs(30);

/// What each SQLite connection is told first. FULL: "checked in" means on disk.
const SQLITE: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; \
                      pragma busy_timeout = 5000; pragma temp_store = memory;";

/// And the one that writes: to overwrite what is deleted, to keep 64 MB of indexes at hand, and to copy the WAL into the
/// database every 16 MB. After the default 4 MB that stopped a full hall's door several times a second. (A second connection that
/// did it beside the writer was slower: the two waited for one disk.)
const SQLITE_WRITER: &str = "pragma secure_delete = on; pragma cache_size = -64000; pragma wal_autocheckpoint = 4000;";

/// What every connection to PostgreSQL but the door's plans by. Statements ask for what lies near in an index, by lists whose length it
/// cannot know (see migration 0114): on its own it reads whole tables for a center's month. To compile a plan takes a hundred milliseconds,
/// which no statement of ours wins back; and pages that are read a lot lie in memory, or on a disk that has no arm to move.
const POSTGRES_PLANS: &str = "set jit = off; set random_page_cost = 1.1;";

const POSTGRES_READER: &str = "set application_name = 'linli';";

/// What who writes to PostgreSQL is told first. A wait for a row ends at the server before we give the connection up, and
/// a transaction whose Linli has vanished with its machine does not hold its rows for the hours that TCP takes to notice.
const POSTGRES_WRITER: &str = "set application_name = 'linli writer'; set lock_timeout = '7s'; \
                               set idle_in_transaction_session_timeout = '60s';";

/// And the door's connection. Its statements find a few rows by key: one plan is good for all values, and it goes through
/// the indexes also before PostgreSQL has learnt how much a table has grown since the morning. Left to itself it planned
/// longer than it ran, and read whole tables.
const POSTGRES_DOOR: &str = "set application_name = 'linli writer'; set lock_timeout = '7s'; \
                             set idle_in_transaction_session_timeout = '60s'; \
                             set plan_cache_mode = force_generic_plan; set enable_seqscan = off; \
                             set enable_hashjoin = off; set enable_mergejoin = off; set jit = off;";

/// Transactions that happen once for all processes, one after another: a number of our own among PostgreSQL's advisory locks.
const ONE_AT_A_TIME: i64 = 0x4c69_6e6c_6931;

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

/// Readers, and who may write: SQLite allows one writer at a time, so it gets a pool of one, and waiting writers
/// queue there in order instead of failing as "busy". PostgreSQL's writers have their own connections too: when its commits
/// hang, people still read.
#[derive(Clone, Debug)]
pub struct Pool {
    engine: Engine,
    /// As who makes the file opens it.
    options: AnyConnectOptions,
    /// SQLite's.
    file: Option<PathBuf>,
    readers: AnyPool,
    writers: AnyPool,
    /// The door's one connection to PostgreSQL, for reading and writing, where this is the door's.
    own: Option<AnyPool>,
    /// Where the pool was opened: what is found out for all is asked there.
    pub(super) home: Handle,
    pub(super) pulse: Arc<Pulse>,
}

/// A connection that is being opened. Boxed, for every handler's future must be shown to be `Send`, down to the driver, and this is
/// in all of them: shown here once, it need not be shown again four hundred times.
pub type Opening<'a, T> = BoxFuture<'a, sqlx::Result<T>>;

impl Pool {
    /// A pool of the database that `url` names. It is reached at first use, so that Linli starts, says 503 and recovers
    /// when its database is late; [`super::migrate`] makes a file that is not there.
    ///
    /// # Errors
    /// When the URL names no engine or cannot be read.
    pub fn of(url: &str, connections: u32) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(url)?;
        let read = |url: &str| AnyConnectOptions::from_str(url).map_err(|error| OpenError::BadUrl(error.to_string()));
        let (file, place) = match engine {
            Engine::Sqlite => {
                let file = sqlite_file(url).ok_or_else(|| OpenError::BadUrl("it names no file".to_owned()))?;
                let place = file.display().to_string();
                (Some(file), place)
            }
            Engine::Postgres => (None, place_of(url)?),
        };
        let pulse = Arc::new(Pulse::of(place));
        let (readers, writers) = match engine {
            Engine::Sqlite => {
                let options = read(&with_mode(url, "rw"))?;
                (
                    connections_of(engine, connections, SQLITE, &pulse).connect_lazy_with(options.clone()),
                    connections_of(engine, 1, &format!("{SQLITE}{SQLITE_WRITER}"), &pulse)
                        .acquire_timeout(ANSWERS_WITHIN)
                        .connect_lazy_with(options),
                )
            }
            Engine::Postgres => {
                let connect = |most, words| {
                    let words = format!("{POSTGRES_PLANS}{words}");
                    Ok::<_, OpenError>(connections_of(engine, most, &words, &pulse).connect_lazy_with(read(url)?))
                };
                (connect(connections, POSTGRES_READER)?, connect(connections.div_ceil(2), POSTGRES_WRITER)?)
            }
        };
        let options = read(&if engine == Engine::Sqlite { with_mode(url, "rwc") } else { url.to_owned() })?;
        Ok(Self { engine, options, file, readers, writers, own: None, home: Handle::current(), pulse })
    }

    /// Opens the database that `url` names; an SQLite file that is not there is made.
    ///
    /// # Errors
    /// When the URL cannot be read, or SQLite's file cannot be opened. PostgreSQL is reached at first use.
    pub async fn open(url: &str, connections: u32) -> Result<Self, OpenError> {
        let pool = Self::of(url, connections)?;
        if pool.engine == Engine::Sqlite {
            _ = pool.connect_alone().await?.close().await;
        }
        Ok(pool)
    }

    /// Opens a database that is there and is Linli's; makes none.
    ///
    /// # Errors
    /// `NothingThere` and `NotOurs`, and as [`Self::open`].
    pub async fn open_existing(url: &str, connections: u32) -> Result<Self, OpenError> {
        let pool = Self::of(url, connections)?;
        if pool.file.as_ref().is_some_and(|file| !file.exists()) {
            return Err(OpenError::NothingThere(pool.pulse.place.clone()));
        }
        let mut conn = pool.connect_alone().await?;
        if standing(&mut conn, &pool).await? == Standing::Empty {
            return Err(OpenError::NotOurs(pool.pulse.place.clone()));
        }
        _ = conn.close().await;
        Ok(pool)
    }

    /// The same database for the door's thread, which has a runtime of its own: a connection to PostgreSQL lives by the
    /// runtime that opened it. SQLite's writer is one for all.
    pub fn apart(&self) -> Self {
        match self.engine {
            Engine::Sqlite => self.clone(),
            Engine::Postgres => {
                let own = connections_of(self.engine, 1, POSTGRES_DOOR, &self.pulse);
                let own = own.connect_lazy_with(self.options.clone());
                Self { own: Some(own), ..self.clone() }
            }
        }
    }

    /// Whether SQLite's writer is at work: then nobody else can be, however well all is.
    pub(super) fn is_writing(&self) -> bool {
        self.engine == Engine::Sqlite && self.writers.size() > 0 && self.writers.num_idle() == 0
    }

    /// The same database as all but the door use it.
    pub(super) fn at_home(&self) -> Self {
        Self { own: None, ..self.clone() }
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// How far the database is ready for this program.
    pub fn stage(&self) -> Stage {
        self.pulse.stage()
    }

    /// How many statements were sent to the database since the start, by everybody.
    pub fn statements(&self) -> u64 {
        self.pulse.statements.load(Ordering::Relaxed)
    }

    pub fn set_stage(&self, stage: Stage) {
        self.pulse.set_stage(stage);
    }

    /// What has been wrong with the database since something was committed.
    pub fn trouble(&self) -> Option<Trouble> {
        self.pulse.last()
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// Unavailable, where there is none within two seconds.
    pub fn read(&self) -> Opening<'_, Reading> {
        Box::pin(self.reader(Limit::Each(READS_WITHIN)))
    }

    /// As [`Self::read`], for what reads all of a database.
    ///
    /// # Errors
    /// As [`Self::read`]'s.
    pub async fn read_patiently(&self) -> sqlx::Result<Reading> {
        self.reader(Limit::None).await
    }

    /// As [`Self::read`], of one state of the database: what is committed after the first statement is seen by none of the others.
    ///
    /// # Errors
    /// As [`Self::read`]'s.
    pub async fn read_still(&self) -> sqlx::Result<Reading> {
        let readers = self.own.as_ref().unwrap_or(&self.readers);
        let begin = match self.engine {
            Engine::Sqlite => "begin",
            Engine::Postgres => "begin isolation level repeatable read read only",
        };
        let tx = self.opened(readers.begin_with(begin)).await;
        Ok(Reading::still(tx.inspect_err(|error| self.pulse.hears(error))?, self.watch(Limit::Each(READS_WITHIN))))
    }

    async fn reader(&self, limit: Limit) -> sqlx::Result<Reading> {
        let conn = self.opened(self.own.as_ref().unwrap_or(&self.readers).acquire()).await;
        Ok(Reading::new(conn.inspect_err(|error| self.pulse.hears(error))?, self.watch(limit)))
    }

    /// A transaction to write in. SQLite takes the write lock at once: a transaction that reads first and writes
    /// later could otherwise find, at its first write, that the world has moved on.
    ///
    /// # Errors
    /// Unavailable, where it cannot begin, and where its statements and its commit take longer than eight seconds. After
    /// one was given up on PostgreSQL the others fail at once until commits are answered again, for each that is given up
    /// keeps a process waiting at the server.
    pub fn begin(&self) -> Opening<'_, Tx> {
        Box::pin(async {
            if self.pulse.gave_up() && self.engine == Engine::Postgres {
                self.can_write().await.map_err(|_| silence())?;
            }
            let end = Instant::now() + ANSWERS_WITHIN;
            let watch = self.watch(Limit::Until(end));
            let mut watch = if self.engine == Engine::Postgres { watch.telling() } else { watch };
            let tx = watch.over(self.begun()).await?;
            Ok(Tx::new(tx, watch))
        })
    }

    /// A transaction to see whether there can be one, soon; nobody else is kept from beginning by what comes of it.
    pub(super) async fn begin_for_a_look(&self) -> sqlx::Result<Tx> {
        let mut watch = self.watch(Limit::Until(Instant::now() + PATIENCE));
        let tx = watch.over(self.begun()).await?;
        Ok(Tx::new(tx, watch))
    }

    /// As [`Self::begin`], for work that may take long and that nobody waits for at a page.
    ///
    /// # Errors
    /// Unavailable, where it cannot begin.
    pub async fn begin_patiently(&self) -> sqlx::Result<Tx> {
        let mut watch = self.watch(Limit::None);
        let tx = watch.over(self.begun()).await?;
        Ok(Tx::new(tx, watch))
    }

    /// A transaction of which all processes together have one at a time, for what must happen once.
    ///
    /// # Errors
    /// As [`Self::begin_patiently`]'s.
    pub async fn begin_alone(&self) -> sqlx::Result<Tx> {
        let mut tx = self.begin_patiently().await?;
        if self.engine == Engine::Postgres {
            sqlx::query("select pg_advisory_xact_lock($1)::text").bind(ONE_AT_A_TIME).execute(&mut *tx).await?;
        }
        Ok(tx)
    }

    fn watch(&self, limit: Limit) -> Watch {
        Watch::new(&self.pulse, limit)
    }

    async fn begun(&self) -> sqlx::Result<sqlx::Transaction<'static, Any>> {
        let writers = self.own.as_ref().unwrap_or(&self.writers);
        match self.engine {
            Engine::Sqlite => self.opened(writers.begin_with("begin immediate")).await,
            Engine::Postgres => self.opened(writers.begin()).await,
        }
    }

    /// Waits for a connection, and no longer than it takes to see that none can be made. sqlx would try on until its time
    /// is up, and then say no more than that.
    async fn opened<T>(&self, opening: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        let unready = self.pulse.unready.clone();
        let opened = rocket::tokio::select! {
            opened = opening => opened,
            // Heard of where it arose.
            () = unready.notified() => return Err(sqlx::Error::PoolTimedOut),
        };
        if let Err(sqlx::Error::PoolTimedOut) = &opened {
            self.find_the_cause();
        }
        opened
    }

    /// A connection outside the pool, closed by its user: for migrations, whose lock must not outlive a failure, and for
    /// a first look. SQLite's file is made if it is not there.
    ///
    /// # Errors
    /// As the system says it, in a sentence.
    pub(super) async fn connect_alone(&self) -> Result<AnyConnection, OpenError> {
        if let Some(path) = &self.file {
            file::prepare(path)?;
        }
        let connect = async {
            let mut conn = AnyConnection::connect_with(&self.options).await?;
            conn.execute(if self.engine == Engine::Sqlite { SQLITE } else { POSTGRES_READER }).await?;
            Ok(conn)
        };
        timeout(ANSWERS_WITHIN, connect)
            .await
            .unwrap_or_else(|_| Err(silence()))
            .map_err(|error| self.cannot_open(error))
    }

    /// What an error at the first contact means: for a file, often something that somebody must see to.
    pub(super) fn cannot_open(&self, error: sqlx::Error) -> OpenError {
        let fault = match (&self.file, &error) {
            (Some(path), sqlx::Error::Database(error)) => file::fault(path, error.as_ref()),
            (None, sqlx::Error::Configuration(why)) => Some(OpenError::BadUrl(why.to_string())),
            _ => None,
        };
        fault.unwrap_or_else(|| OpenError::Database(self.pulse.place.clone(), error))
    }

    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

/// Where a PostgreSQL database is, without its password.
fn place_of(url: &str) -> Result<String, OpenError> {
    let options = PgConnectOptions::from_str(url).map_err(|error| OpenError::BadUrl(error.to_string()))?;
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    Ok(format!("{database} at {}:{}", options.get_host(), options.get_port()))
}

fn connections_of(engine: Engine, most: u32, words: &str, pulse: &Arc<Pulse>) -> AnyPoolOptions {
    let (words, pulse) = (Arc::<str>::from(words), pulse.clone());
    AnyPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(move |conn, known| {
            Box::pin(async move {
                // A ping before use finds a server that went away; a file does not go away, and who has just come back
                // has just been asked.
                if engine == Engine::Postgres && known.idle_for > Duration::from_millis(100) {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        .after_release(move |conn, _| Box::pin(is_fit(engine, conn)))
        .after_connect(move |conn, _| {
            let (words, pulse) = (words.clone(), pulse.clone());
            Box::pin(async move {
                let told = conn.execute(sqlx::AssertSqlSafe(&*words)).await;
                if let Err(error) = &told {
                    pulse.hears(error);
                    pulse.unready.notify_waiters();
                }
                told.map(drop)
            })
        })
}

/// Whether a connection that comes back may be used again; else it is closed, and the next user opens another.
///
/// SQLite ends a transaction by itself where the disk is full or fails, and then has none to roll back: the driver goes on
/// believing that there is one, and could begin no other on this connection for ever. One to PostgreSQL that does not answer
/// soon would keep its place in the pool until TCP gives it up.
async fn is_fit(engine: Engine, conn: &mut AnyConnection) -> sqlx::Result<bool> {
    match engine {
        // Who has only read has nothing in line. The ping comes after the rollback that waits there.
        Engine::Sqlite if !conn.is_in_transaction() => {}
        Engine::Sqlite => conn.ping().await?,
        Engine::Postgres => timeout(PATIENCE, conn.ping()).await.unwrap_or_else(|_| Err(silence()))?,
    }
    Ok(!conn.is_in_transaction())
}

#[rocket::async_trait]
impl rocket_db_pools::Pool for Pool {
    type Connection = Reading;
    type Error = rocket_db_pools::Error<OpenError, sqlx::Error>;

    async fn init(figment: &Figment) -> Result<Self, Self::Error> {
        let config: rocket_db_pools::Config = figment.extract()?;
        let size = u32::try_from(config.max_connections).unwrap_or(12);
        Self::of(&config.url, size).map_err(rocket_db_pools::Error::Init)
    }

    async fn get(&self) -> Result<Self::Connection, Self::Error> {
        self.read().await.map_err(rocket_db_pools::Error::Get)
    }

    /// Called when shutdown begins, while requests are still in hand and need their connections: nothing ends here. Who
    /// launched the server closes the pool when it has returned.
    async fn close(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rocket::async_test]
    async fn a_connection_that_cannot_be_made_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("text.db");
        std::fs::write(&file, "Dear database,\n".repeat(1_000)).unwrap();
        let pool = Pool::of(&format!("sqlite:{}", file.display()), 2).unwrap();
        let began = Instant::now();
        assert!(pool.read().await.is_err() && pool.begin().await.is_err());
        assert!(began.elapsed() < PATIENCE, "took {:?}", began.elapsed());
    }

    #[rocket::async_test]
    async fn a_place_has_no_password() {
        let pool = Pool::of("postgres://linli:secret@db.example:5433/city?sslmode=require", 1).unwrap();
        assert_eq!(pool.pulse.place, "city at db.example:5433");
        assert!(matches!(Pool::of("mysql://db", 1), Err(OpenError::UnknownScheme)));
        assert!(matches!(Pool::of("sqlite::memory:", 1), Err(OpenError::BadUrl(_))));
    }
}

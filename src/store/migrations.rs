//! Forward-only migrations, embedded in the binary and run through `sqlx::migrate`.
//!
//! A file is shared (`0005_centers.sql`) or belongs to one engine (`0016_activities.sqlite.sql`). In a shared file the
//! one difference that every table has, its key, is written `bigserial primary key` and rewritten here for SQLite; and so is the
//! type of what is no text, `bytea`.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use rocket::tokio::runtime;
use rocket::tokio::sync::oneshot;
use rust_embed::RustEmbed;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection, SqlSafeStr};

use super::schema::{Standing, standing};
use super::{Engine, OpenError, Pool};

#[derive(RustEmbed)]
#[folder = "migrations"]
struct MigrationFiles;

/// Held while this process migrates an SQLite database.
static AT_ONCE: Mutex<()> = Mutex::new(());

/// Brings the database to this program's version; makes the file of an SQLite database that is not there. On PostgreSQL
/// several processes may try at once: one does, the others wait.
///
/// # Errors
/// Final ones for a database that this program must not touch; others, where trying again may help.
pub async fn migrate(pool: &Pool) -> Result<(), OpenError> {
    // On a thread of its own: the migrator's future is not `Send` for every lifetime, so no request or fairing may hold
    // it. And not on the runtime's: a process that is told to stop must not wait for another's migration to end.
    let (pool, (tell, told)) = (pool.clone(), oneshot::channel());
    let lost = |error: std::io::Error| OpenError::Database(String::from("this machine"), sqlx::Error::Io(error));
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(lost)?;
    std::thread::Builder::new()
        .name("migrations".to_owned())
        .spawn(move || {
            // SQLite has no lock for it: of two at one moment each would see that a migration is missing, and run it.
            let one = (pool.engine() == Engine::Sqlite).then(|| AT_ONCE.lock().unwrap_or_else(PoisonError::into_inner));
            _ = tell.send(runtime.block_on(run(&pool)));
            drop(one);
        })
        .map_err(lost)?;
    told.await.map_err(|error| lost(std::io::Error::other(error)))?
}

async fn run(pool: &Pool) -> Result<(), OpenError> {
    // A connection of its own: a failed run leaves PostgreSQL's advisory lock with the connection that took it.
    let mut conn = pool.connect_alone().await?;
    pool.has_sessions(&mut conn).await?;
    if standing(&mut conn, pool).await? != Standing::Current {
        Migrator::with_migrations(all(pool.engine())).run(&mut conn).await.map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(error) => pool.cannot_open(error),
            error => OpenError::Migration(error),
        })?;
    }
    _ = conn.close().await;
    Ok(())
}

fn all(engine: Engine) -> Vec<Migration> {
    MigrationFiles::iter().filter_map(|name| migration(&name, engine)).collect()
}

/// This program's migrations: their numbers and checksums.
pub(super) fn known(engine: Engine) -> Vec<(i64, Vec<u8>)> {
    all(engine).into_iter().map(|migration| (migration.version, migration.checksum.into_owned())).collect()
}

/// The number of this program's last migration.
pub(super) fn last() -> i64 {
    MigrationFiles::iter().filter_map(|name| name.split_once('_')?.0.parse().ok()).max().unwrap_or(0)
}

/// Every migration's text.
pub(super) fn texts() -> impl Iterator<Item = String> {
    MigrationFiles::iter()
        .filter_map(|name| Some(String::from_utf8_lossy(&MigrationFiles::get(&name)?.data).into_owned()))
}

fn migration(file: &str, engine: Engine) -> Option<Migration> {
    let (number, rest) = file.strip_suffix(".sql")?.split_once('_')?;
    let name = match (rest.split_once('.'), engine) {
        (None, _) => rest,
        (Some((name, "sqlite")), Engine::Sqlite) | (Some((name, "postgres")), Engine::Postgres) => name,
        _ => return None,
    };
    let text = MigrationFiles::get(file)?;
    let text = String::from_utf8_lossy(&text.data);
    let sql = match engine {
        Engine::Sqlite => Cow::from(
            text.replace("bigserial primary key", "integer primary key autoincrement").replace(" bytea ", " blob "),
        ),
        Engine::Postgres => text,
    };
    Some(Migration::new(
        number.parse().ok()?,
        name.to_owned().into(),
        MigrationType::Simple,
        AssertSqlSafe(sql.into_owned()).into_sql_str(),
        false,
    ))
}

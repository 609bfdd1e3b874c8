//! Forward-only migrations, embedded in the binary and run through `sqlx::migrate`.
//!
//! A file is shared (`0005_centers.sql`) or belongs to one engine (`0016_activities.sqlite.sql`). In a shared file the
//! one difference that every table has, its key, is written `bigserial primary key` and rewritten here for SQLite.

use std::borrow::Cow;

use rocket::tokio::runtime::Handle;
use rocket::tokio::task::spawn_blocking;
use rust_embed::RustEmbed;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection, SqlSafeStr};

use super::{Engine, OpenError, Pool};

#[derive(RustEmbed)]
#[folder = "migrations"]
struct Files;

/// Brings the database to this program's version. On PostgreSQL several processes may try at once: one does, the others wait.
pub async fn migrate(pool: &Pool) -> Result<(), OpenError> {
    let pool = pool.clone();
    // On a thread of its own: the migrator's future is not `Send` for every lifetime, so no request or fairing may hold it.
    let ran = spawn_blocking(move || {
        Handle::current().block_on(async {
            let migrations = Files::iter().filter_map(|name| migration(&name, pool.engine())).collect();
            // A connection of its own: a failed run leaves PostgreSQL's advisory lock with the connection that took it.
            let mut conn = pool.connect_alone().await?;
            let ran = Migrator::with_migrations(migrations).run(&mut conn).await;
            conn.close().await?;
            Ok(ran?)
        })
    });
    ran.await.map_err(|error| OpenError::Database(sqlx::Error::Io(std::io::Error::other(error))))?
}

/// Every migration's text.
pub(super) fn texts() -> impl Iterator<Item = String> {
    Files::iter().filter_map(|name| Some(String::from_utf8_lossy(&Files::get(&name)?.data).into_owned()))
}

fn migration(file: &str, engine: Engine) -> Option<Migration> {
    let (number, rest) = file.strip_suffix(".sql")?.split_once('_')?;
    let name = match (rest.split_once('.'), engine) {
        (None, _) => rest,
        (Some((name, "sqlite")), Engine::Sqlite) | (Some((name, "postgres")), Engine::Postgres) => name,
        _ => return None,
    };
    let text = Files::get(file)?;
    let text = String::from_utf8_lossy(&text.data);
    let sql = match engine {
        Engine::Sqlite => Cow::from(text.replace("bigserial primary key", "integer primary key autoincrement")),
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

//! Looking after the database file: a copy while it is in use, and whether it is whole.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use rocket::tokio::time::sleep;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

use super::{Conn, Engine, Pool, file};

/// Writes a consistent copy of an SQLite database to `to`, which must not exist, while others go on using it. The copy
/// is for its owner alone; it has its name only when all of it is on disk.
///
/// # Errors
/// A sentence: what keeps it from being written.
pub async fn copy_to(pool: &Pool, to: &Path) -> Result<(), String> {
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let copied = write_copy(pool, part).await.and_then(|()| {
        let named = File::open(part).and_then(|copy| copy.sync_all()).and_then(|()| fs::rename(part, to));
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        named.and_then(|()| File::open(folder)?.sync_all()).map_err(|error| format!("{}: {error}", to.display()))
    });
    if copied.is_err() {
        _ = fs::remove_file(part);
    }
    copied
}

async fn write_copy(pool: &Pool, part: &Path) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("the copy {} cannot be written: {error}", part.display());
    // What an earlier try left; SQLite copies into an empty file only.
    _ = fs::remove_file(part);
    file::make_private(part).map_err(|error| failed(&error))?;
    let target = part.to_string_lossy().into_owned();
    let mut conn = pool.read_patiently().await.map_err(|error| pool.cannot_open(error).to_string())?;
    sqlx::query("vacuum into $1").bind(target).execute(&mut *conn).await.map_err(|error| failed(&error))?;
    Ok(())
}

/// What is wrong with the database; nothing, as a rule.
pub async fn problems(pool: &Pool) -> sqlx::Result<Vec<String>> {
    let mut conn = pool.read_patiently().await?;
    let found: Vec<String> = match pool.engine() {
        Engine::Sqlite => {
            let lines: Vec<String> =
                sqlx::query_scalar("select integrity_check from pragma_integrity_check").fetch_all(&mut *conn).await?;
            lines.into_iter().filter(|line| line != "ok").collect()
        }
        // PostgreSQL checks its own pages; here it is enough that it answers.
        Engine::Postgres => sqlx::query_scalar::<_, i64>("select 1").fetch_one(&mut *conn).await.map(|_| Vec::new())?,
    };
    Ok(found)
}

/// How often, and how long after another, what others are reading is waited for.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// Sees that of rows of a small table that were deleted nothing is left in the database's files: SQLite has overwritten them
/// (`secure_delete`), and its write-ahead log is emptied; PostgreSQL writes the table anew. Says whether it was done, for who
/// reads long may keep it from being.
///
/// # Errors
/// A sentence: what keeps it from being done.
pub async fn wipe(pool: &Pool, table: &'static str) -> Result<bool, String> {
    let mut conn = pool.connect_alone().await.map_err(|error| left(&error))?;
    let wiped = match pool.engine() {
        Engine::Postgres => conn
            .execute(AssertSqlSafe(format!("vacuum full {table}")))
            .await
            .map(|_| true)
            .map_err(|error| left(&error)),
        Engine::Sqlite => empty_log(&mut conn).await,
    };
    _ = conn.close().await;
    wiped
}

/// As [`wipe`], of whatever was deleted or changed: SQLite writes the whole database anew, for a page that was once divided may keep
/// copies of what stood in it, and nobody else writes meanwhile. PostgreSQL gives the places of what is gone in these tables free;
/// their bytes stand in its files until something else does, and no query or dump finds them.
///
/// # Errors
/// A sentence: what keeps it from being done.
pub async fn rewrite(pool: &Pool, tables: &[&'static str]) -> Result<bool, String> {
    let mut conn = pool.connect_alone().await.map_err(|error| left(&error))?;
    let rewritten = match pool.engine() {
        Engine::Postgres => {
            let vacuum = format!("vacuum {}", tables.join(", "));
            conn.execute(AssertSqlSafe(vacuum)).await.map(|_| true).map_err(|error| left(&error))
        }
        Engine::Sqlite => match conn.execute("vacuum").await {
            Ok(_) => empty_log(&mut conn).await,
            Err(error) if is_locked(&error) => Ok(false),
            Err(error) => Err(left(&error)),
        },
    };
    _ = conn.close().await;
    rewritten
}

fn left(error: &dyn std::fmt::Display) -> String {
    format!("what was deleted may still stand in a file: {error}")
}

fn is_locked(error: &sqlx::Error) -> bool {
    // SQLITE_BUSY and SQLITE_LOCKED.
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    matches!(code.map(|code| code & 0xff), Some(5 | 6))
}

/// Copies the write-ahead log into the database and empties it; false while others read in it.
async fn empty_log(conn: &mut AnyConnection) -> Result<bool, String> {
    let emptied = async {
        // Whoever writes waits as long as this does, so it is short, and tried again.
        conn.execute("pragma busy_timeout = 200").await?;
        for _ in 0..TRIES {
            let busy: i64 = sqlx::query_scalar("pragma wal_checkpoint(truncate)").fetch_one(&mut *conn).await?;
            if busy == 0 {
                return Ok(true);
            }
            sleep(PAUSE).await;
        }
        Ok(false)
    };
    emptied.await.map_err(|error: sqlx::Error| left(&error))
}

/// Bytes of the database's file; 0 on PostgreSQL, which goes on serving whatever is cleared away.
///
/// # Errors
/// As the database says.
pub async fn size(conn: &mut Conn) -> sqlx::Result<i64> {
    if conn.backend_name() != "SQLite" {
        return Ok(0);
    }
    sqlx::query_scalar("select c.page_count * s.page_size from pragma_page_count() c, pragma_page_size() s")
        .fetch_one(conn)
        .await
}

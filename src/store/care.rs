//! Looking after the database file: a copy while it is in use, and whether it is whole.

use std::path::Path;

use super::{Engine, Pool};

/// Writes a consistent copy of an SQLite database to `file`, which must not exist, while others go on using it.
pub async fn copy_to(pool: &Pool, file: &Path) -> sqlx::Result<()> {
    let target = file.to_string_lossy().into_owned();
    sqlx::query("vacuum into $1").bind(target).execute(&mut *pool.read().await?).await?;
    Ok(())
}

/// What is wrong with the database; nothing, as a rule.
pub async fn problems(pool: &Pool) -> sqlx::Result<Vec<String>> {
    let mut conn = pool.read().await?;
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

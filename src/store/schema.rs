//! Whether a database is of this program's version: older ones are migrated, newer and altered ones refused.

use sqlx::{AnyConnection, AssertSqlSafe};

use super::migrations::{known, last};
use super::{Conn, Engine, OpenError, Pool};

/// How a database stands to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is nothing of Linli's in it.
    Empty,
    /// It wants migrations.
    Behind,
    Current,
}

#[derive(sqlx::FromRow)]
struct Applied {
    version: i64,
    is_done: i64,
    checksum: Vec<u8>,
}

/// How the database stands to this program, by what it records of its migrations.
///
/// # Errors
/// `Newer`, `Altered` and `Unfinished`, and where it does not answer.
pub(super) async fn standing(conn: &mut AnyConnection, pool: &Pool) -> Result<Standing, OpenError> {
    let failed = |error| pool.cannot_open(error);
    if !is_recorded(conn, pool.engine()).await.map_err(failed)? {
        return Ok(Standing::Empty);
    }
    let applied: Vec<Applied> = sqlx::query_as(
        "select version, case when success then 1 else 0 end as is_done, checksum from _sqlx_migrations
         order by version",
    )
    .fetch_all(conn)
    .await
    .map_err(failed)?;
    judge(&applied, &known(pool.engine()))
}

/// Whether the database is of this program's version.
///
/// # Errors
/// As for a start.
pub async fn is_current(pool: &Pool) -> Result<bool, OpenError> {
    Ok(standing(&mut pool.connect_alone().await?, pool).await? == Standing::Current)
}

/// What the migrations on record mean to a program that knows these.
fn judge(applied: &[Applied], known: &[(i64, Vec<u8>)]) -> Result<Standing, OpenError> {
    let highest = known.iter().map(|(version, _)| *version).max().unwrap_or(0);
    // Another line of descent first: its numbers mean nothing here.
    let altered = applied.iter().find(|one| {
        let ours = known.iter().find(|(version, _)| *version == one.version);
        ours.map_or(one.version < highest, |(_, checksum)| *checksum != one.checksum)
    });
    if let Some(altered) = altered {
        return Err(OpenError::Altered(altered.version));
    }
    if let Some(newest) = applied.last().filter(|newest| newest.version > highest) {
        return Err(OpenError::Newer(newest.version));
    }
    if let Some(unfinished) = applied.iter().find(|one| one.is_done == 0) {
        return Err(OpenError::Unfinished(unfinished.version));
    }
    Ok(if applied.len() == known.len() { Standing::Current } else { Standing::Behind })
}

/// Whether there is a record of migrations.
async fn is_recorded(conn: &mut AnyConnection, engine: Engine) -> sqlx::Result<bool> {
    let sql = match engine {
        Engine::Sqlite => "select count(*) from sqlite_master where type = 'table' and name = '_sqlx_migrations'",
        Engine::Postgres => {
            "select count(*) from (select to_regclass('_sqlx_migrations') as it) t where it is not null"
        }
    };
    let found: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(conn).await?;
    Ok(found > 0)
}

/// The number of a newer program's migration, if one has changed the database since it was prepared.
///
/// # Errors
/// Where the database does not answer.
pub(super) async fn newer(conn: &mut Conn) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("select version from _sqlx_migrations where version > $1 order by version desc limit 1")
        .bind(last())
        .fetch_optional(conn)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(version: i64, is_done: i64, checksum: u8) -> Applied {
        Applied { version, is_done, checksum: vec![checksum] }
    }

    #[test]
    fn a_database_is_judged_by_its_migrations() {
        let known = [(1, vec![10]), (2, vec![20]), (4, vec![40])];
        let judged = |applied: &[Applied]| judge(applied, &known).map_err(|error| format!("{error:?}"));
        let (first, second) = (|| applied(1, 1, 10), || applied(2, 1, 20));
        assert_eq!(judged(&[]), Ok(Standing::Behind));
        assert_eq!(judged(&[first(), second()]), Ok(Standing::Behind));
        assert_eq!(judged(&[first(), second(), applied(4, 1, 40)]), Ok(Standing::Current));
        assert_eq!(judged(&[first(), second(), applied(5, 1, 50)]), Err("Newer(5)".to_owned()));
        assert_eq!(judged(&[first(), applied(2, 1, 21)]), Err("Altered(2)".to_owned()));
        assert_eq!(judged(&[first(), applied(2, 0, 20)]), Err("Unfinished(2)".to_owned()));
        // From before the first release: more migrations than ours, and other ones.
        assert_eq!(judged(&[applied(1, 1, 11), applied(9, 1, 90)]), Err("Altered(1)".to_owned()));
        assert_eq!(judged(&[first(), applied(3, 1, 30)]), Err("Altered(3)".to_owned()));
    }
}

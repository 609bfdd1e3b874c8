//! Whether the database can be read and written now, asked as seldom as it can be.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use rocket::tokio::time::timeout;
use sqlx::Connection as _;

use super::errors::{silence, trouble};
use super::pool::PATIENCE;
use super::schema::newer;
use super::{Engine, OpenError, Pool, Stage, Trouble};

/// Least time between two looks whether something can be written.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How many bytes are written to see whether it can be. In doubt as many as a check-in's pages have, for a full disk may
/// still have room for a few; and random ones, which PostgreSQL cannot press together.
const FEW: usize = 12;
const MANY: usize = 24_576;

/// Who of ours waits at the server for longer than anybody should. A commit that waits for a dead synchronous standby
/// does until that is back, also when we have long given it up, and each new one would wait beside it.
const WAITING: &str = "select count(*) from pg_stat_activity
    where datname = current_database() and usename = current_user and application_name = 'linli writer'
      and state = 'active' and wait_event is not null and now() - query_start > interval '1.5 seconds'";

impl Pool {
    /// Whether people can be served: the database answers, it can be written, and it is of this program's version.
    ///
    /// # Errors
    /// What is wrong.
    pub async fn is_well(&self) -> Result<(), Trouble> {
        let answer = async {
            let mut conn = self.read().await?;
            let sql = match self.engine() {
                Engine::Sqlite => "select 0",
                // A standby, or a role that may not write.
                Engine::Postgres => {
                    "select case when current_setting('transaction_read_only') = 'on' then 1 else 0 end"
                }
            };
            sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *conn).await
        };
        let answer = timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(silence()));
        match answer.map_err(|error| of(&error))? {
            0 => self.can_write().await,
            _ => {
                self.pulse.suffers(Trouble::ReadOnly);
                Err(Trouble::ReadOnly)
            }
        }
    }

    /// Whether something can be written. What was committed in the last seconds says so; else one row is written, at most
    /// once a second, whoever asks.
    ///
    /// # Errors
    /// What keeps it from being written.
    pub(super) async fn can_write(&self) -> Result<(), Trouble> {
        if self.pulse.is_fresh() {
            return Ok(());
        }
        let _turn = self.pulse.asking.lock().await;
        if let Some(found) = self.pulse.found_within(LOOK_AGAIN) {
            return found;
        }
        let pool = self.at_home();
        let found = self.home.spawn(async move { pool.write_something().await }).await;
        let found = found.unwrap_or(Err(Trouble::Closing));
        self.pulse.finds(found.clone());
        found
    }

    async fn write_something(&self) -> Result<(), Trouble> {
        let in_doubt = self.pulse.is_in_doubt();
        // An import may take longer than who asks would wait for the writer; whoever does wait too long raises the doubt.
        if !in_doubt && self.is_writing() {
            return Ok(());
        }
        if in_doubt && self.engine() == Engine::Postgres && self.is_waited_for().await? {
            return Err(Trouble::Silent);
        }
        let mut bytes = vec![0; if in_doubt { MANY } else { FEW }];
        rand::fill(&mut bytes[..]);
        let row = BASE64URL_NOPAD.encode(&bytes);
        let written = async {
            let mut tx = self.begin_for_a_look().await?;
            sqlx::query(
                "insert into settings (key, value) values ('pulse', $1)
                 on conflict (key) do update set value = excluded.value",
            )
            .bind(row)
            .execute(&mut *tx)
            .await?;
            tx.commit().await
        };
        written.await.map_err(|error| of(&error))
    }

    async fn is_waited_for(&self) -> Result<bool, Trouble> {
        let asked = async {
            let mut conn = self.read().await?;
            sqlx::query_scalar::<_, i64>(WAITING).fetch_one(&mut *conn).await
        };
        let waiting = timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(silence()));
        Ok(waiting.map_err(|error| of(&error))? > 0)
    }

    /// Looks whether a newer program has changed the database since this one prepared it: then this one serves no more,
    /// for it would write by old rules. And whether that was taken back.
    pub async fn look_at_schema(&self) {
        let newer = async { newer(&mut *self.read().await?).await }.await;
        match (newer, self.stage()) {
            (Ok(Some(version)), Stage::Ready) => {
                tracing::error!("{}; until then, everybody is told 503", OpenError::Newer(version));
                self.set_stage(Stage::Outgrown(version));
            }
            (Ok(None), Stage::Outgrown(_)) => self.set_stage(Stage::Ready),
            _ => {}
        }
    }

    /// Whether what we talk to keeps a connection for who opened it.
    ///
    /// # Errors
    /// `Pooler`, where two connections that are open at one time are one at the server.
    pub(super) async fn has_sessions(&self, first: &mut sqlx::AnyConnection) -> Result<(), OpenError> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        let mut second = self.connect_alone().await?;
        let process = async |conn: &mut sqlx::AnyConnection| {
            let process = sqlx::query_scalar::<_, i64>("select pg_backend_pid()::bigint").persistent(false);
            process.fetch_one(conn).await.map_err(|error| self.cannot_open(error))
        };
        let are_one = process(first).await? == process(&mut second).await?;
        _ = second.close().await;
        if are_one { Err(OpenError::Pooler) } else { Ok(()) }
    }

    /// Asks once outside the pool why there is no connection, for the log: the pool only says that none came.
    pub(super) fn find_the_cause(&self) {
        self.pulse.doubts();
        if !self.pulse.is_news(&Trouble::Away(String::new())) {
            return;
        }
        let pool = self.at_home();
        self.home.spawn(async move {
            let cause = match pool.engine() {
                Engine::Sqlite => None,
                Engine::Postgres => pool.connect_alone().await.err(),
            };
            match cause {
                Some(error) => tracing::error!("{error}; until it is over, who needs it is told 503"),
                None => {
                    tracing::error!("no connection to the database ({}) is free: all are at work", pool.pulse.place)
                }
            }
        });
    }
}

fn of(error: &sqlx::Error) -> Trouble {
    trouble(error).unwrap_or_else(|| Trouble::Away(error.to_string()))
}

//! The table: asking, taking, reporting, ending.

use std::time::Duration;

use serde_json::json;

use super::{JobError, JobProgress, JobState};
use crate::clock::{Now, Timestamp};
use crate::error::Result;
use crate::store::{Conn, Db, rows};

/// So long a job is its runner's alone, from the last report or heartbeat on.
const LEASE: Duration = Duration::from_secs(120);

/// After the first failure; twice as long after each further one.
const BACKOFF: Duration = Duration::from_secs(60);

const LONGEST_BACKOFF: Duration = Duration::from_secs(3_600);

/// So often a job is begun, about five hours long, before it counts as failed for good.
const ATTEMPTS: i64 = 10;

/// So long it is told how a job ended.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3_600);

/// Asks for a job, in the transaction that makes it necessary; it runs after the commit, when it is due. Asked for twice it is
/// one job; asked for again after it has failed for good, it is tried again.
///
/// # Errors
/// As the database says.
pub async fn ask(tx: &mut Conn, kind: &'static str, subject: &str, due: Timestamp) -> Result<()> {
    sqlx::query(
        "insert into jobs (kind, subject, due, state, ready_at, attempts, progress_done, progress_total)
         values ($1, $2, $3, $4, $3, 0, 0, 0)
         on conflict (kind, subject, due) do update
         set state = excluded.state, attempts = 0, error_code = null, finished_at = null where jobs.state = $5",
    )
    .bind(kind)
    .bind(subject.to_owned())
    .bind(due)
    .bind(JobState::Waiting)
    .bind(JobState::Failed)
    .execute(tx)
    .await?;
    Ok(())
}

/// How far the latest job of this kind and subject is, if there was ever one.
///
/// # Errors
/// As the database says.
pub async fn progress(conn: &mut Conn, kind: &'static str, subject: &str) -> Result<Option<JobProgress>> {
    let found = sqlx::query_as(
        "select state, due, ready_at, attempts, progress_done as done, progress_total as total, error_code, finished_at
         from jobs where kind = $1 and subject = $2 order by due desc limit 1",
    )
    .bind(kind)
    .bind(subject.to_owned())
    .fetch_optional(conn)
    .await?;
    Ok(found)
}

/// A job that is ours for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leased {
    pub id: i64,
    pub kind: String,
    pub subject: String,
    pub due: Timestamp,
    /// How far the last runner came.
    pub done: i64,
    attempts: i64,
    /// Ours among all who may ever have it.
    token: String,
}

#[derive(sqlx::FromRow)]
struct DueRow {
    id: i64,
    kind: String,
    subject: String,
    due: Timestamp,
    done: i64,
    attempts: i64,
}

/// Takes the job of one of these kinds that has waited longest, if there is one: due, or left by a runner whose lease has ended.
pub(super) async fn take(db: &Db, now: Now, kinds: &[&'static str]) -> Result<Option<Leased>> {
    let kinds = rows(kinds, |kind| json!({ "kind": kind }));
    loop {
        let found: Option<DueRow> = sqlx::query_as(
            "select id, kind, subject, due, progress_done as done, attempts from jobs
             where (state = $1 and ready_at <= $3 or state = $2 and leased_until <= $3)
                   and kind in (select j.value ->> 'kind' from json_each(cast($4 as json_text)) j)
             order by ready_at, id limit 1",
        )
        .bind(JobState::Waiting)
        .bind(JobState::Running)
        .bind(now.0)
        .bind(kinds.clone())
        .fetch_optional(&mut *db.read().await?)
        .await?;
        let Some(row) = found else { return Ok(None) };
        let token = crate::store::secret(16);
        let mut tx = db.begin().await?;
        // Whoever else has found it too has counted an attempt.
        let taken = sqlx::query(
            "update jobs set state = $1, leased_by = $2, leased_until = $3, attempts = attempts + 1
             where id = $4 and attempts = $5 and state in ($1, $6)",
        )
        .bind(JobState::Running)
        .bind(token.clone())
        .bind(now.0.plus(LEASE))
        .bind(row.id)
        .bind(row.attempts)
        .bind(JobState::Waiting)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        if taken.rows_affected() == 1 {
            let DueRow { id, kind, subject, due, done, attempts } = row;
            let job = Leased { id, kind, subject, due, done, attempts: attempts + 1, token };
            if job.attempts <= ATTEMPTS {
                return Ok(Some(job));
            }
            // So often a process has ended in the middle of it: perhaps because of it.
            end(db, &job, now, &Err(JobError::Never("died"))).await?;
        }
    }
}

/// Holds the job longer, and says how far it is, if that is known.
///
/// # Errors
/// `Lost` where somebody else has it.
pub(super) async fn renew(
    tx: &mut Conn,
    job: &Leased,
    now: Now,
    progress: Option<(i64, i64)>,
) -> std::result::Result<(), JobError> {
    let (done, total) = progress.unzip();
    let renewed = sqlx::query(
        "update jobs set leased_until = $1, progress_done = coalesce($2, progress_done),
                         progress_total = coalesce($3, progress_total)
         where id = $4 and leased_by = $5",
    )
    .bind(now.0.plus(LEASE))
    .bind(done)
    .bind(total)
    .bind(job.id)
    .bind(job.token.clone())
    .execute(tx)
    .await?;
    if renewed.rows_affected() == 1 { Ok(()) } else { Err(JobError::Lost) }
}

/// Notes how the job ended; nothing where somebody else has it.
pub(super) async fn end(db: &Db, job: &Leased, now: Now, ended: &std::result::Result<(), JobError>) -> Result<()> {
    let (state, code) = match ended {
        Ok(()) => (JobState::Done, None),
        Err(JobError::Lost) => return Ok(()),
        Err(JobError::Again(code)) if job.attempts < ATTEMPTS => (JobState::Waiting, Some(*code)),
        Err(JobError::Again(code) | JobError::Never(code)) => (JobState::Failed, Some(*code)),
    };
    let is_over = state != JobState::Waiting;
    let mut tx = db.begin().await?;
    sqlx::query(
        "update jobs set state = $1, error_code = $2, ready_at = $3, finished_at = $4, leased_by = null, leased_until = null
         where id = $5 and leased_by = $6",
    )
    .bind(state)
    .bind(code)
    .bind(if is_over { now.0 } else { now.0.plus(backoff(job.attempts)) })
    .bind(is_over.then_some(now.0))
    .bind(job.id)
    .bind(job.token.clone())
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Gives the job back as if it had not been begun: this process is about to end.
pub(super) async fn hand_back(db: &Db, job: &Leased, now: Now) -> Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "update jobs set state = $1, ready_at = $2, attempts = attempts - 1, leased_by = null, leased_until = null
         where id = $3 and leased_by = $4",
    )
    .bind(JobState::Waiting)
    .bind(now.0)
    .bind(job.id)
    .bind(job.token.clone())
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Forgets jobs that ended long ago.
///
/// # Errors
/// As the database says.
pub async fn sweep(db: &Db, now: Now) -> Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query("delete from jobs where finished_at < $1").bind(now.0.minus(KEPT)).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// How long after so many attempts the next one is.
fn backoff(attempts: i64) -> Duration {
    let doubled = u32::try_from(attempts - 1).ok().and_then(|doubled| 2_u32.checked_pow(doubled)).unwrap_or(u32::MAX);
    BACKOFF.saturating_mul(doubled).min(LONGEST_BACKOFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_last_up_to_an_hour() {
        let minutes: Vec<u64> = [1, 2, 3, 6, 7, 60, 200].map(|attempts| backoff(attempts).as_secs() / 60).to_vec();
        assert_eq!(minutes, [1, 2, 4, 32, 60, 60, 60]);
    }
}

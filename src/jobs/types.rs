//! What a job is, and how it ends.

use crate::clock::Timestamp;
use crate::error::Error;
use crate::store::text_enum;

text_enum!(
    /// How far a job is.
    JobState in "job_state" {
        Waiting = "waiting",
        Running = "running",
        Done = "done",
        /// It has failed for good: who asks for it again has it tried again.
        Failed = "failed",
    }
);

/// How far a job is, for a page that waits for it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct JobProgress {
    pub state: JobState,
    pub due: Timestamp,
    /// From when on it may be run (again).
    pub ready_at: Timestamp,
    /// How often it was begun.
    pub attempts: i64,
    /// Of `total`, which is 0 while it is not known.
    pub done: i64,
    pub total: i64,
    /// What went wrong the last time.
    pub error_code: Option<String>,
    pub finished_at: Option<Timestamp>,
}

/// Why a job was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobError {
    /// Trying again later may help.
    Again(&'static str),
    /// It would fail again.
    Never(&'static str),
    /// Another process has taken it over; whatever is not committed must not be.
    Lost,
}

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthorized | Error::Unavailable | Error::Busy | Error::Internal(_) => Self::Again(error.code()),
            Error::NotFound | Error::Gone(_) | Error::Forbidden | Error::Refused(_) | Error::Invalid(_) => {
                Self::Never(error.code())
            }
        }
    }
}

impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        Error::from(error).into()
    }
}

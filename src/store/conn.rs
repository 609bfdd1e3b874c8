//! A connection as everybody gets it: it waits only so long for an answer, and the store hears of every error.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rocket::futures::future::BoxFuture;
use rocket::futures::stream::{BoxStream, Stream, StreamExt as _};
use rocket::tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use sqlx::any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Either, Execute, Executor, SqlStr, Transaction};

use super::errors::silence;
use super::pulse::Pulse;

/// A connection: what every query takes. What is read with and a transaction are one by deref.
pub struct Conn {
    raw: Raw,
    watch: Watch,
}

enum Raw {
    Reader(PoolConnection<Any>),
    Writer(Transaction<'static, Any>),
}

/// A connection to read with; dropped, it goes back to the others.
pub struct Reading(Conn);

/// A transaction in which to write. Dropped without `commit`, it never happened.
pub struct Tx(Conn);

/// How long an answer is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Limit {
    /// All of a transaction, until then.
    Until(Instant),
    /// Each statement, and each row after another.
    Each(Duration),
    /// As long as it takes.
    None,
}

impl Limit {
    /// Until when the next answer must be there.
    fn next(self) -> Option<Instant> {
        match self {
            Self::Until(end) => Some(end),
            Self::Each(span) => Some(Instant::now() + span),
            Self::None => None,
        }
    }
}

/// Who waits how long, and who hears of it.
pub(super) struct Watch {
    pub pulse: Arc<Pulse>,
    pub limit: Limit,
    /// Whether a transaction without an answer keeps others from beginning (see [`Pulse::gives_up`]).
    pub is_telling: bool,
}

impl Watch {
    /// Waits for an answer, as long as the limit lets it.
    pub(super) async fn over<T>(&self, answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        let heard = match self.limit.next() {
            Some(end) => timeout_at(end, answer).await.unwrap_or_else(|_| Err(silence())),
            None => answer.await,
        };
        heard.inspect_err(|error| self.hears(error))
    }

    fn hears(&self, error: &sqlx::Error) {
        let is_silence = matches!(error, sqlx::Error::Io(io) if io.kind() == std::io::ErrorKind::TimedOut);
        if is_silence && self.is_telling {
            self.pulse.gives_up();
        } else {
            self.pulse.hears(error);
        }
    }
}

impl Conn {
    /// The name of the engine's driver.
    pub(super) fn backend_name(&self) -> &str {
        match &self.raw {
            Raw::Reader(conn) => conn.backend_name(),
            Raw::Writer(tx) => tx.backend_name(),
        }
    }

    fn split(&mut self) -> (&mut AnyConnection, &Watch) {
        let raw = match &mut self.raw {
            Raw::Reader(conn) => &mut **conn,
            Raw::Writer(tx) => &mut **tx,
        };
        (raw, &self.watch)
    }
}

impl Reading {
    pub(super) fn new(conn: PoolConnection<Any>, watch: Watch) -> Self {
        Self(Conn { raw: Raw::Reader(conn), watch })
    }
}

impl Tx {
    pub(super) fn new(tx: Transaction<'static, Any>, watch: Watch) -> Self {
        Self(Conn { raw: Raw::Writer(tx), watch })
    }

    /// Makes it last: when this returns well, all of it is on disk (and on the synchronous standby, where there is one).
    ///
    /// # Errors
    /// As the database says. Without an answer in time it is unknown whether the transaction happened.
    pub async fn commit(self) -> sqlx::Result<()> {
        let Conn { raw, watch } = self.0;
        if let Raw::Writer(tx) = raw {
            watch.over(tx.commit()).await?;
            watch.pulse.wrote();
        }
        Ok(())
    }
}

impl Deref for Reading {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Reading {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conn").field("limit", &self.watch.limit).finish_non_exhaustive()
    }
}

type Step = Either<AnyQueryResult, AnyRow>;

impl<'c> Executor<'c> for &'c mut Conn {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Step>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let (raw, watch) = self.split();
        Steps { steps: raw.fetch_many(query), watch, until: None }.boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let (raw, watch) = self.split();
        Box::pin(watch.over(raw.fetch_optional(query)))
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [AnyTypeInfo]) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
    where
        'c: 'e,
    {
        let (raw, watch) = self.split();
        Box::pin(watch.over(raw.prepare_with(sql, parameters)))
    }
}

/// What a statement gives, as long as the limit lets it come.
struct Steps<'e> {
    steps: BoxStream<'e, sqlx::Result<Step>>,
    watch: &'e Watch,
    /// Set while it is waited; most rows come without that.
    until: Option<Pin<Box<Sleep>>>,
}

impl Stream for Steps<'_> {
    type Item = sqlx::Result<Step>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = match self.steps.as_mut().poll_next(cx) {
            Poll::Ready(next) => next,
            Poll::Pending => {
                if self.until.is_none() {
                    self.until = self.watch.limit.next().map(|end| Box::pin(sleep_until(end)));
                }
                match self.until.as_mut().map(|until| until.as_mut().poll(cx)) {
                    Some(Poll::Ready(())) => Some(Err(silence())),
                    _ => return Poll::Pending,
                }
            }
        };
        self.until = None;
        if let Some(Err(error)) = &next {
            self.watch.hears(error);
        }
        Poll::Ready(next)
    }
}

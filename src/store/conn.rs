//! A connection as everybody gets it: it waits only so long for an answer, and the store hears of every error.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use rocket::futures::future::BoxFuture;
use rocket::futures::stream::{BoxStream, Stream, StreamExt as _};
use rocket::tokio::time::{Instant, Sleep, sleep_until};
use serde_json::Value;
use sqlx::any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Either, Execute, Executor, SqlStr, Transaction};

use super::errors::silence;
use super::pool::Opening;
use super::pulse::Pulse;
use super::recalled::Recalled;
use super::rows::rows;

/// A connection: what every query takes. What is read with and a transaction are one by deref.
pub struct Conn {
    raw: Raw,
    watch: Watch,
    /// What the transaction does right before it is committed: statements, each with its rows.
    last: BTreeMap<&'static str, Vec<Value>>,
}

enum Raw {
    Reader(PoolConnection<Any>),
    /// Of one state.
    Still(Transaction<'static, Any>),
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

/// Who waits how long, and who hears of it.
pub(super) struct Watch {
    pub pulse: Arc<Pulse>,
    limit: Limit,
    /// Whether a transaction without an answer keeps others from beginning (see [`Pulse::gives_up`]).
    is_telling: bool,
    /// One for all of the connection's statements: each that is set anew wakes the runtime's thread.
    timer: Option<Pin<Box<Sleep>>>,
    is_waiting: bool,
}

impl Watch {
    pub(super) fn new(pulse: &Arc<Pulse>, limit: Limit) -> Self {
        Self { pulse: pulse.clone(), limit, is_telling: false, timer: None, is_waiting: false }
    }

    /// A watch whose transaction keeps others from beginning when it gets no answer.
    pub(super) fn telling(self) -> Self {
        Self { is_telling: true, ..self }
    }

    /// Waits for an answer, as long as the limit lets it.
    pub(super) async fn over<T>(&mut self, answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        let mut answer = pin!(answer);
        poll_fn(|cx| {
            let polled = answer.as_mut().poll(cx);
            self.bound(cx, polled)
        })
        .await
    }

    /// What was polled, or silence where it has not come in time; the store hears of it if it is an error.
    fn bound<T>(&mut self, cx: &mut Context<'_>, polled: Poll<sqlx::Result<T>>) -> Poll<sqlx::Result<T>> {
        let heard = match polled {
            Poll::Ready(heard) => heard,
            Poll::Pending if self.has_ended(cx) => Err(silence()),
            Poll::Pending => return Poll::Pending,
        };
        self.is_waiting = false;
        Poll::Ready(heard.inspect_err(|error| self.hears(error)))
    }

    fn has_ended(&mut self, cx: &mut Context<'_>) -> bool {
        let end = match self.limit {
            Limit::None => return false,
            Limit::Until(end) => end,
            Limit::Each(span) => Instant::now() + span,
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if !std::mem::replace(&mut self.is_waiting, true) && timer.deadline() != end {
            timer.as_mut().reset(end);
        }
        timer.as_mut().poll(cx).is_ready()
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
            Raw::Still(tx) | Raw::Writer(tx) => tx.backend_name(),
        }
    }

    /// What was put together before; nothing for who writes, and may have changed what it follows from.
    pub(crate) fn recalled(&self) -> Option<Arc<Recalled>> {
        matches!(self.raw, Raw::Reader(_)).then(|| self.watch.pulse.recalled.clone())
    }

    /// Has a statement come last in this transaction, right before the commit, once with all the rows that were given for it, which are its
    /// `$1`. It is for rows that many transactions write: whoever holds one of them waits for nothing else any more.
    pub(crate) fn comes_last(&mut self, sql: &'static str, given: impl IntoIterator<Item = Value>) {
        debug_assert!(matches!(self.raw, Raw::Writer(_)), "who only reads commits nothing");
        let mut given = given.into_iter().peekable();
        if given.peek().is_some() {
            self.last.entry(sql).or_default().extend(given);
        }
    }

    fn split(&mut self) -> (&mut AnyConnection, &mut Watch) {
        let raw = match &mut self.raw {
            Raw::Reader(conn) => &mut **conn,
            Raw::Still(tx) | Raw::Writer(tx) => &mut **tx,
        };
        // Whatever was waited for before, and perhaps no more.
        self.watch.is_waiting = false;
        self.watch.pulse.statements.fetch_add(1, Ordering::Relaxed);
        (raw, &mut self.watch)
    }
}

impl Reading {
    pub(super) fn new(conn: PoolConnection<Any>, watch: Watch) -> Self {
        Self(Conn { raw: Raw::Reader(conn), watch, last: BTreeMap::new() })
    }

    /// One that reads within a transaction.
    pub(super) fn still(tx: Transaction<'static, Any>, watch: Watch) -> Self {
        Self(Conn { raw: Raw::Still(tx), watch, last: BTreeMap::new() })
    }
}

impl Tx {
    pub(super) fn new(tx: Transaction<'static, Any>, watch: Watch) -> Self {
        Self(Conn { raw: Raw::Writer(tx), watch, last: BTreeMap::new() })
    }

    /// Makes it last: when this returns well, all of it is on disk (and on the synchronous standby, where there is one).
    ///
    /// # Errors
    /// As the database says. Without an answer in time it is unknown whether the transaction happened.
    pub fn commit(mut self) -> Opening<'static, ()> {
        Box::pin(async move {
            for (sql, given) in std::mem::take(&mut self.0.last) {
                sqlx::query(sql).bind(rows(given, |row| row)).execute(&mut self.0).await?;
            }
            let Conn { raw, mut watch, .. } = self.0;
            if let Raw::Writer(tx) = raw {
                watch.over(tx.commit()).await?;
                watch.pulse.wrote();
            }
            Ok(())
        })
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
        Steps { steps: raw.fetch_many(query), watch }.boxed()
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
    watch: &'e mut Watch,
}

impl Stream for Steps<'_> {
    type Item = sqlx::Result<Step>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.steps.as_mut().poll_next(cx).map(Option::transpose);
        self.watch.bound(cx, polled).map(Result::transpose)
    }
}

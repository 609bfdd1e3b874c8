//! Group commit: the tries that wait at the same moment are decided and committed together, and each is answered after
//! its commit, never before.
//!
//! One thread per process takes what waits, up to [`MOST`], into one transaction; while that is written, the next ones
//! gather. A lone try does not wait for company. It is a thread and no task, so that between two statements it does not
//! stand in line behind all the requests that have just come: the next batch would wait for the next request. How long a
//! transaction may take is the store's to say: one without an answer is given up after seconds, and the line with it. Nothing
//! is decided from memory: sessions, people, seats and rights are read inside the transaction that holds the sessions'
//! rows, so it is as true with several processes on one PostgreSQL.

use std::panic::AssertUnwindSafe;

use rocket::futures::FutureExt as _;
use rocket::tokio::runtime;
use rocket::tokio::sync::{mpsc, oneshot};

use super::{Answer, Attempt, admit, admit_one};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::store::Db;

/// Most tries of one transaction: beyond it a commit gets longer than people like to wait.
const MOST: usize = 512;

/// Most tries that wait; whoever comes then waits to be let in line.
const LINE: usize = 8_192;

struct Caller {
    attempt: Attempt,
    answer: oneshot::Sender<Result<Answer>>,
}

/// The line at the door, for all requests of this process.
#[derive(Clone)]
pub struct Queue(mpsc::Sender<Caller>);

impl Queue {
    /// Opens the line; the thread behind it ends when the last `Queue` is gone.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn open(db: &Db, clock: Clock) -> std::io::Result<Self> {
        let (line, waiting) = mpsc::channel(LINE);
        let requests = runtime::Handle::current();
        let db = Db::from(db.apart());
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new()
            .name("door".to_owned())
            .spawn(move || runtime.block_on(serve(db, clock, waiting, &requests)))?;
        Ok(Self(line))
    }

    /// Decides one try and answers once that is on disk.
    ///
    /// # Errors
    /// As [`admit`]'s for one try.
    pub async fn admit(&self, attempt: Attempt) -> Result<Answer> {
        let (answer, heard) = oneshot::channel();
        self.0.send(Caller { attempt, answer }).await.map_err(|_| Error::Unavailable)?;
        heard.await.map_err(|_| Error::Unavailable)?
    }

    /// Decides several tries, in their order.
    pub async fn admit_all(&self, attempts: Vec<Attempt>) -> Result<Vec<Result<Answer>>> {
        let mut heard = Vec::with_capacity(attempts.len());
        for attempt in attempts {
            let (answer, hear) = oneshot::channel();
            self.0.send(Caller { attempt, answer }).await.map_err(|_| Error::Unavailable)?;
            heard.push(hear);
        }
        let mut answers = Vec::with_capacity(heard.len());
        for hear in heard {
            answers.push(hear.await.map_err(|_| Error::Unavailable)?);
        }
        Ok(answers)
    }
}

async fn serve(db: Db, clock: Clock, mut line: mpsc::Receiver<Caller>, requests: &runtime::Handle) {
    let mut batch = Vec::with_capacity(MOST);
    while line.recv_many(&mut batch, MOST).await > 0 {
        let (attempts, waiting): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|waiting| (waiting.attempt, waiting.answer)).unzip();
        let answers = match commit(&db, &clock, &attempts).await {
            Ok(answers) => answers,
            // Whether they were let in is known when they come again, by their requests' numbers.
            Err(Error::Unavailable) => {
                turn_away(&mut line);
                attempts.iter().map(|_| Err(Error::Unavailable)).collect()
            }
            // One of them spoiled it for all: each alone, so that the others are not harmed.
            Err(_) => each_alone(&db, &clock, attempts).await,
        };
        // Told where the requests live: from here each would be woken by a call to the system.
        requests.spawn(async move {
            for (waiting, answer) in waiting.into_iter().zip(answers) {
                // Whoever hung up is in all the same.
                let _ = waiting.send(answer);
            }
        });
    }
}

/// Whoever has waited while there was no database is told at once, and need not wait for it in turn.
fn turn_away(line: &mut mpsc::Receiver<Caller>) {
    while let Ok(waiting) = line.try_recv() {
        let _ = waiting.answer.send(Err(Error::Unavailable));
    }
}

async fn commit(db: &Db, clock: &Clock, attempts: &[Attempt]) -> Result<Vec<Result<Answer>>> {
    guarded(async {
        let mut tx = db.begin().await?;
        let answers = admit(clock.now(), &mut tx, attempts).await?;
        tx.commit().await?;
        Ok(answers)
    })
    .await
}

/// Decides one after another; once the database is not there for one, it is not for those after it.
async fn each_alone(db: &Db, clock: &Clock, attempts: Vec<Attempt>) -> Vec<Result<Answer>> {
    let mut answers = Vec::with_capacity(attempts.len());
    let mut attempts = attempts.into_iter();
    for attempt in attempts.by_ref() {
        answers.push(alone(db, clock, attempt).await);
        if matches!(answers.last(), Some(Err(Error::Unavailable))) {
            break;
        }
    }
    answers.extend(attempts.map(|_| Err(Error::Unavailable)));
    answers
}

async fn alone(db: &Db, clock: &Clock, attempt: Attempt) -> Result<Answer> {
    guarded(async {
        let mut tx = db.begin().await?;
        let answer = admit_one(clock.now(), &mut tx, attempt).await?;
        tx.commit().await?;
        Ok(answer)
    })
    .await
}

/// A panic costs those their answer whom it concerns, not everybody the door: the transaction is dropped with it.
async fn guarded<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(Error::internal("a panic at the door")))
}

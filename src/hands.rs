//! Work that keeps a core busy and takes much memory: hashing a password takes 19 MiB, reading a photo up to 110. Few hands
//! do it; some wait for one, for a moment; who comes then is told to come again. So many who come at once cost no more than a
//! few, and leave the other pages a core.
//!
//! A flood of strangers must not keep those from working who are known, so the two have hands of their own. A hand is a thread
//! that stays: memory that was freed stays with the thread that had it, so work that went round many threads would keep it
//! many times.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rocket::tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use rocket::tokio::time::timeout;

use crate::error::{Error, Result};

/// So long one waits for a hand: at a page that is about as long as people do.
const PATIENCE: Duration = Duration::from_secs(3);

/// So many wait for each hand; the last of them for about as long as [`PATIENCE`].
const LINE: usize = 32;

/// For whoever is not known: signing in.
pub static STRANGERS: LazyLock<Hands> = LazyLock::new(|| Hands::new(half_of_the_cores()));

/// For those who are signed in, or were in this browser.
pub static KNOWN: LazyLock<Hands> = LazyLock::new(|| Hands::new(half_of_the_cores()));

fn half_of_the_cores() -> usize {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    (cores / 2).clamp(1, 4)
}

type Work = Box<dyn FnOnce() + Send>;

pub struct Hands {
    line: SyncSender<Work>,
    places: Semaphore,
}

impl Hands {
    fn new(number: usize) -> Self {
        let (line, waiting) = sync_channel(number * LINE);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..number {
            let waiting = waiting.clone();
            let hand = std::thread::Builder::new().name("hand".to_owned()).spawn(move || work_through(&waiting));
            if let Err(error) = hand {
                tracing::error!(%error, "the system gives no thread for long work");
            }
        }
        Self { line, places: Semaphore::new(number * (LINE + 1)) }
    }

    /// A place in line or at work, for whoever must look something up before there is work: where there is none, that is
    /// spared as well, and many who come at once do not take all connections to the database.
    ///
    /// # Errors
    /// `Busy` where too many wait already.
    pub fn place(&self) -> Result<SemaphorePermit<'_>> {
        self.places.try_acquire().map_err(|_| Error::Busy)
    }

    /// Has the work done by the next free hand. Who waits no more when their turn comes is passed over; what has begun is
    /// done, and its hand busy, whoever still listens.
    ///
    /// # Errors
    /// `Busy` where too many wait already, or none was free for too long.
    pub async fn lend<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (tell, told) = oneshot::channel();
        let asked = Instant::now();
        let in_turn = move || {
            if !tell.is_closed() && asked.elapsed() < PATIENCE {
                _ = tell.send(catch_unwind(AssertUnwindSafe(work)));
            }
        };
        self.line.try_send(Box::new(in_turn)).map_err(|_| Error::Busy)?;
        let done = told.await.map_err(|_| Error::Busy)?;
        done.map_err(|_| Error::internal("a panic in long work"))
    }
}

fn work_through(waiting: &Mutex<Receiver<Work>>) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(work) => work(),
            Err(_) => return,
        }
    }
}

/// A place among those of which so many may be at something at one time.
///
/// # Errors
/// `Busy` where none was free for too long.
pub async fn in_time(places: &'static Semaphore) -> Result<SemaphorePermit<'static>> {
    let place = timeout(PATIENCE, places.acquire()).await.map_err(|_| Error::Busy)?;
    place.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rocket::futures::future::join_all;

    use super::*;

    #[rocket::async_test]
    async fn few_work_some_wait_and_the_rest_is_told() {
        static AT_WORK: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let hands = Hands::new(2);
        let work = || {
            MOST.fetch_max(AT_WORK.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(5));
            AT_WORK.fetch_sub(1, Ordering::SeqCst);
        };
        let told = join_all((0..200).map(|_| hands.lend(work))).await;
        assert!(MOST.load(Ordering::SeqCst) <= 2);
        let (done, busy): (Vec<_>, Vec<_>) = told.iter().partition(|told| told.is_ok());
        assert!((2 * LINE..190).contains(&done.len()), "those at work, and those in line: {}", done.len());
        assert!(busy.iter().all(|told| matches!(told, Err(Error::Busy))));
    }

    #[rocket::async_test]
    async fn a_hand_is_free_when_its_work_ends_not_when_nobody_listens() {
        static DONE: AtomicUsize = AtomicUsize::new(0);
        let hands = Hands::new(1);
        let slow = || {
            std::thread::sleep(Duration::from_millis(200));
            DONE.fetch_add(1, Ordering::SeqCst);
        };
        assert!(timeout(Duration::from_millis(20), hands.lend(slow)).await.is_err(), "who asked hangs up");
        assert!(timeout(Duration::from_millis(20), hands.lend(slow)).await.is_err(), "while waiting");
        let began = Instant::now();
        assert_eq!(
            hands.lend(|| DONE.load(Ordering::SeqCst)).await.unwrap(),
            1,
            "what began was done, what had not was not"
        );
        assert!(began.elapsed() > Duration::from_millis(100));
    }

    #[rocket::async_test]
    async fn so_many_may_come_to_wait() {
        let hands = Hands::new(2);
        let places: Vec<_> = std::iter::from_fn(|| hands.place().ok()).collect();
        assert_eq!(places.len(), 2 * (LINE + 1));
        drop(places);
        assert!(hands.place().is_ok());
    }

    #[rocket::async_test]
    async fn a_panic_costs_one_answer_and_no_hand() {
        let hands = Hands::new(1);
        assert!(matches!(hands.lend(|| panic!("on purpose")).await, Err::<(), _>(Error::Internal(_))));
        assert_eq!(hands.lend(|| 7).await.unwrap(), 7);
    }
}

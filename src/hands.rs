//! Work that keeps a core busy and takes much memory: hashing a password takes 19 MiB, reading a photo up to 110. Few hands
//! do it, each on a thread of its own; some wait for one, for a moment; who comes then is told to come again. So many who come
//! at once cost no more than a few, and leave the other pages a core.
//!
//! A flood of strangers must not keep those from working who are known, so the two have hands of their own.

use std::sync::LazyLock;
use std::time::Duration;

use rocket::tokio::sync::{Semaphore, SemaphorePermit};
use rocket::tokio::task::spawn_blocking;
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

pub struct Hands {
    free: Semaphore,
    line: Semaphore,
}

impl Hands {
    fn new(number: usize) -> Self {
        Self { free: Semaphore::new(number), line: Semaphore::new(number * LINE) }
    }

    /// Has the work done by the next free hand.
    ///
    /// # Errors
    /// `Busy` where too many wait already, or none was free for too long.
    pub async fn lend<T: Send + 'static>(&'static self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let waiting = self.line.try_acquire().map_err(|_| Error::Busy)?;
        let hand = in_time(&self.free).await?;
        drop(waiting);
        // Who asked may hang up, and the work goes on: the hand is free when it ends, not when nobody listens any more.
        let done = spawn_blocking(move || {
            let _hand = hand;
            work()
        });
        done.await.map_err(Error::internal)
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
    use rocket::tokio::time::sleep;

    use super::*;

    fn hands(number: usize) -> &'static Hands {
        Box::leak(Box::new(Hands::new(number)))
    }

    #[rocket::async_test]
    async fn few_work_some_wait_and_the_rest_is_told() {
        static AT_WORK: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let hands = hands(2);
        let work = || {
            MOST.fetch_max(AT_WORK.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(5));
            AT_WORK.fetch_sub(1, Ordering::SeqCst);
        };
        let told = join_all((0..200).map(|_| hands.lend(work))).await;
        assert!(MOST.load(Ordering::SeqCst) <= 2);
        let (done, busy): (Vec<_>, Vec<_>) = told.iter().partition(|told| told.is_ok());
        assert!((2 + 2 * LINE..190).contains(&done.len()), "those at work, and those in line: {}", done.len());
        assert!(busy.iter().all(|told| matches!(told, Err(Error::Busy))));
    }

    #[rocket::async_test]
    async fn a_hand_is_free_when_its_work_ends_not_when_nobody_listens() {
        let hands = hands(1);
        let slow = hands.lend(|| std::thread::sleep(Duration::from_millis(200)));
        assert!(timeout(Duration::from_millis(20), slow).await.is_err(), "who asked hangs up");
        assert_eq!(hands.free.available_permits(), 0, "and the work goes on");
        sleep(Duration::from_millis(400)).await;
        assert_eq!(hands.free.available_permits(), 1);
    }
}

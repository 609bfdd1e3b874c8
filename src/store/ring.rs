//! The data keys as a process holds them, unwrapped. In the database they lie wrapped by the installation's secret.
//!
//! That every value stays readable while keys are exchanged (`crate::keys`) rests on three rules:
//! - A key is committed before anything is sealed by it, and who meets a number that is not in the ring reads the ring again:
//!   nothing is unreadable because it is newer than the ring.
//! - Who has not read the ring for [`FRESH`] seals by the secret's own key, which everybody always has: so nobody seals by a key
//!   for longer than that after another has taken its place.
//! - What is sealed is written in the transaction in which it was sealed, and that ends within a minute (`store::pool`). A key is
//!   removed ten minutes after another has taken its place, and only if nothing is found then that it has sealed: nothing is
//!   unreadable because it is older.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, mpsc};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rocket::tokio::runtime;
use sqlx::{Any, Executor};

use super::data_key::{DataKey, KeyNumber};
use super::pool::PATIENCE;
use super::{Flag, OpenError, Pool, Sealed};

/// So long what was read is good to seal by. A server reads every few seconds.
const FRESH: Duration = Duration::from_secs(60);

/// A number that is not there is not asked for again sooner.
const AGAIN: Duration = Duration::from_secs(1);

/// A data key as it lies in the database.
#[derive(sqlx::FromRow)]
pub(super) struct WrappedKey {
    number: KeyNumber,
    wrapped: Sealed,
    is_current: Flag,
}

pub(super) struct Ring {
    wrapping: DataKey,
    held: RwLock<HeldKeys>,
    /// Where it is read: the database that the secret was proved for.
    home: RwLock<Option<Pool>>,
    /// The number that was last looked for in vain, and when. HeldKeys by the one who looks; the others wait for what comes of it.
    asked: Mutex<Option<(KeyNumber, Instant)>>,
}

#[derive(Default)]
struct HeldKeys {
    keys: BTreeMap<KeyNumber, DataKey>,
    current: Option<KeyNumber>,
    /// When the reading began that gave it.
    read_at: Option<TwoClocks>,
}

impl Ring {
    pub(super) fn new(wrapping: DataKey) -> Self {
        Self { wrapping, held: RwLock::default(), home: RwLock::default(), asked: Mutex::default() }
    }

    /// A new key of this number, wrapped.
    pub(super) fn make(&self, number: KeyNumber) -> Sealed {
        Sealed::of(KeyNumber::OWN, &self.wrapping.seal(&place(number), &rand::random::<[u8; 32]>()))
    }

    /// The key to seal by, where it is known which that is.
    pub(super) fn current(&self) -> Option<(KeyNumber, DataKey)> {
        self.current_at(TwoClocks::now())
    }

    fn current_at(&self, now: TwoClocks) -> Option<(KeyNumber, DataKey)> {
        let held = self.held();
        let current = held.current.filter(|_| held.read_at.is_some_and(|read| now.is_within(FRESH, read)))?;
        Some((current, held.keys.get(&current)?.clone()))
    }

    /// The key of a number; one that is not in the ring is looked for in the database.
    pub(super) fn find(&self, number: KeyNumber) -> Option<DataKey> {
        if let Some(key) = self.held().keys.get(&number) {
            return Some(key.clone());
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known_to_be_none = asked.is_some_and(|(it, at)| it == number && at.elapsed() < AGAIN);
        if !is_known_to_be_none && !self.held().keys.contains_key(&number) {
            let home = self.home.read().unwrap_or_else(PoisonError::into_inner).clone();
            let began = TwoClocks::now();
            if let Some(Err(error)) = home.and_then(read_apart).map(|rows| self.hold(&rows, began)) {
                tracing::error!("{error}");
            }
            *asked = Some((number, Instant::now()));
        }
        self.held().keys.get(&number).cloned()
    }

    /// Reads the ring again, and from now on here.
    pub(super) async fn read(&self, pool: &Pool) -> Result<(), OpenError> {
        let began = TwoClocks::now();
        let rows = async { rows(&mut *pool.read().await?).await }.await.map_err(|error| pool.cannot_open(error))?;
        self.hold(&rows, began)?;
        *self.home.write().unwrap_or_else(PoisonError::into_inner) = Some(pool.at_home());
        Ok(())
    }

    /// Takes what was read from a moment on, unless something later is held.
    fn hold(&self, rows: &[WrappedKey], began: TwoClocks) -> Result<(), OpenError> {
        let unwrap = |row: &WrappedKey| {
            let (_, bytes) = row.wrapped.parts()?;
            let key = self.wrapping.open(&place(row.number), &bytes)?.try_into().ok()?;
            Some((row.number, DataKey::new(key)))
        };
        let mut keys = BTreeMap::new();
        for row in rows {
            keys.extend([unwrap(row).ok_or(OpenError::LockedKey(row.number))?]);
        }
        let current = rows.iter().filter(|row| row.is_current.is_set()).map(|row| row.number).max();
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.read_at.is_none_or(|read| read.steady <= began.steady) {
            *held = HeldKeys { keys, current, read_at: Some(began) };
        }
        Ok(())
    }

    fn held(&self) -> RwLockReadGuard<'_, HeldKeys> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a data key is wrapped for: under another number it does not open.
fn place(number: KeyNumber) -> String {
    format!("data key {number}")
}

async fn rows<'c>(at: impl Executor<'c, Database = Any>) -> sqlx::Result<Vec<WrappedKey>> {
    sqlx::query_as(
        "select number, wrapped, case when current_at is null then 0 else 1 end as is_current from data_keys",
    )
    .fetch_all(at)
    .await
}

/// Reads on a thread of its own, over a connection of its own: whoever opens a value waits for no future. It happens only to those who
/// could not read the ring for a while, and takes some milliseconds.
fn read_apart(pool: Pool) -> Option<Vec<WrappedKey>> {
    let (tell, told) = mpsc::channel();
    let read = async move || rows(&mut pool.connect_alone().await.ok()?).await.ok();
    thread::Builder::new()
        .name("keys".to_owned())
        .spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build();
            _ = runtime.map(|runtime| tell.send(runtime.block_on(read())));
        })
        .ok()?;
    told.recv_timeout(PATIENCE).ok()?
}

/// A moment by two clocks: the one stands still while the machine sleeps, the other may be set.
#[derive(Clone, Copy)]
struct TwoClocks {
    steady: Instant,
    wall: SystemTime,
}

impl TwoClocks {
    #[expect(clippy::disallowed_methods, reason = "how old the ring is must not stand still with the injected clock")]
    fn now() -> Self {
        Self { steady: Instant::now(), wall: SystemTime::now() }
    }

    /// Whether it is so soon after an earlier one, whichever clock is asked.
    fn is_within(self, span: Duration, earlier: Self) -> bool {
        let by_wall = self.wall.duration_since(earlier.wall).unwrap_or_else(|error| error.duration());
        self.steady.saturating_duration_since(earlier.steady) < span && by_wall < span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> Ring {
        Ring::new(DataKey::new([5; 32]))
    }

    fn row(ring: &Ring, number: i64, is_current: bool) -> WrappedKey {
        let number = KeyNumber(number);
        WrappedKey { number, wrapped: ring.make(number), is_current: is_current.into() }
    }

    #[test]
    fn nobody_seals_by_a_key_that_is_only_announced_or_long_not_read() {
        let (ring, began) = (ring(), TwoClocks::now());
        assert!(ring.current_at(began).is_none(), "nothing was read");
        ring.hold(&[row(&ring, 1, true), row(&ring, 2, false)], began).unwrap();
        let later = |steady: u64, wall: u64| TwoClocks {
            steady: began.steady + Duration::from_secs(steady),
            wall: began.wall + Duration::from_secs(wall),
        };
        let by = |moment| ring.current_at(moment).map(|(number, _)| number.0);
        assert_eq!([by(began), by(later(59, 59))], [Some(1); 2]);
        assert_eq!(
            [by(later(60, 60)), by(later(3, 3_600)), by(later(3_600, 3))],
            [None; 3],
            "slept, or the clock was set"
        );
        assert_eq!(by(TwoClocks { wall: began.wall - Duration::from_secs(61), ..began }), None, "set back");
        ring.hold(&[row(&ring, 1, true), row(&ring, 2, true)], later(5, 5)).unwrap();
        assert_eq!(by(later(6, 6)), Some(2));
        // A reading that began before and ends after.
        ring.hold(&[row(&ring, 1, true)], began).unwrap();
        assert_eq!(by(later(6, 6)), Some(2));
        assert!(ring.find(KeyNumber(1)).is_some() && ring.find(KeyNumber(3)).is_none());
    }

    #[test]
    fn a_key_opens_with_its_secret_and_under_its_number_only() {
        let (ours, theirs) = (ring(), Ring::new(DataKey::new([6; 32])));
        let refused = theirs.hold(&[row(&ours, 1, true)], TwoClocks::now());
        assert!(matches!(refused, Err(OpenError::LockedKey(KeyNumber(1)))));
        let exchanged = WrappedKey { number: KeyNumber(2), ..row(&ours, 1, true) };
        assert!(matches!(ours.hold(&[exchanged], TwoClocks::now()), Err(OpenError::LockedKey(KeyNumber(2)))));
        assert!(ours.current().is_none(), "what does not open is not held");
    }
}

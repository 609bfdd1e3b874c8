//! What is known of the database from what it did: when it last kept something, what went wrong since, and whether it
//! was prepared for this program. One for all connections of a process.

use std::mem::Discriminant;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rocket::tokio::sync::{self, Notify};

use super::Trouble;
use super::errors::trouble;
use super::recalled::Recalled;

/// The same trouble is told once in so long, however many run into it; and once it was over, after a shorter while, so that
/// what comes and goes with every write does not fill the log.
const TELL_AGAIN: Duration = Duration::from_secs(60);
const TELL_ANEW: Duration = Duration::from_secs(10);

/// A commit so recent shows that the database can be written.
const FRESH: Duration = Duration::from_secs(10);

/// How far the database is ready for this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Not migrated and filled yet, and why.
    Preparing(String),
    Ready,
    /// A newer program has changed it while this one ran: its migration's number.
    Outgrown(i64),
    /// This program and this database do not go together; the sentence says why.
    Refused(String),
}

#[derive(Debug)]
pub(super) struct Pulse {
    /// Where the database is, as people know it; never with a password.
    pub place: String,
    stage: Mutex<Stage>,
    state: Mutex<Memory>,
    /// Woken when a connection could not be made ready: sqlx tries again until time is up, and keeps the reason to itself.
    pub unready: Arc<Notify>,
    /// How many statements were sent since the start: what a page costs does not grow with what it shows.
    pub statements: AtomicU64,
    pub recalled: Arc<Recalled>,
    /// Held by the one who asks the database; the others wait for what it finds.
    pub asking: sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Memory {
    wrote: Option<Instant>,
    in_doubt: bool,
    /// A transaction was given up without an answer, and none has been kept since.
    gave_up: bool,
    asked: Option<(Instant, Result<(), Trouble>)>,
    last: Option<Trouble>,
    /// What was told, and until when it need not be told again.
    told: Vec<(Discriminant<Trouble>, Instant)>,
    /// Something was told that should be taken back when it is over.
    troubled: bool,
}

impl Pulse {
    pub fn of(place: String) -> Self {
        Self {
            place,
            stage: Mutex::new(Stage::Preparing("Linli has just started".to_owned())),
            state: Mutex::default(),
            unready: Arc::default(),
            statements: AtomicU64::default(),
            recalled: Arc::default(),
            asking: sync::Mutex::default(),
        }
    }

    pub fn stage(&self) -> Stage {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_stage(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    /// Notes an error that the database gave, and tells of it once if it is the database's own trouble.
    pub fn hears(&self, error: &sqlx::Error) {
        // That no connection came says nothing of why: who waited for it asks.
        if let sqlx::Error::PoolTimedOut = error {
            return;
        }
        match trouble(error) {
            None | Some(Trouble::Closing) => {}
            Some(Trouble::Contention) => tracing::warn!(%error, "a transaction gave way to another"),
            Some(trouble) => self.suffers(trouble),
        }
    }

    /// Notes trouble of the database, and tells of it once.
    pub fn suffers(&self, trouble: Trouble) {
        self.doubts();
        // The database that comes back may be one that knows less: a copy of last night, or a standby that was behind.
        self.recalled.clear();
        if self.is_news(&trouble) {
            tracing::error!(
                "the database ({}) is in trouble: {trouble}; until it is over, who needs it is told 503",
                self.place
            );
        }
        self.state().last = Some(trouble);
    }

    /// The last trouble since something was committed.
    pub fn last(&self) -> Option<Trouble> {
        self.state().last.clone()
    }

    /// What was committed before says nothing any more.
    pub fn doubts(&self) {
        self.state().in_doubt = true;
    }

    /// Whether nobody was told of such trouble lately; whoever asks tells it now.
    pub fn is_news(&self, trouble: &Trouble) -> bool {
        let (kind, mut state) = (std::mem::discriminant(trouble), self.state());
        state.told.retain(|(_, until)| Instant::now() < *until);
        if state.told.iter().any(|(told, _)| *told == kind) {
            return false;
        }
        state.told.push((kind, Instant::now() + TELL_AGAIN));
        state.troubled = true;
        true
    }

    /// Notes that a transaction was left without an answer. Its connection is lost to us, and on PostgreSQL it goes on
    /// waiting at the server: the next ones are not begun before somebody has looked whether it still does.
    pub fn gives_up(&self) {
        self.state().gave_up = true;
        self.suffers(Trouble::Silent);
    }

    pub fn gave_up(&self) -> bool {
        self.state().gave_up
    }

    /// Notes that something was committed.
    pub fn wrote(&self) {
        let mut state = self.state();
        state.wrote = Some(Instant::now());
        (state.in_doubt, state.gave_up, state.asked, state.last) = (false, false, None, None);
        if std::mem::take(&mut state.troubled) {
            let soon = Instant::now() + TELL_ANEW;
            state.told.iter_mut().for_each(|(_, until)| *until = soon.min(*until));
            tracing::info!("the database ({}) can be written again", self.place);
        }
    }

    /// True if what was committed lately says enough.
    pub fn is_fresh(&self) -> bool {
        let state = self.state();
        !state.in_doubt && state.wrote.is_some_and(|at| at.elapsed() < FRESH)
    }

    pub fn is_in_doubt(&self) -> bool {
        self.state().in_doubt
    }

    /// What was found when the database was last asked, if that is not longer ago.
    pub fn found_within(&self, span: Duration) -> Option<Result<(), Trouble>> {
        self.state().asked.as_ref().filter(|(at, _)| at.elapsed() < span).map(|(_, found)| found.clone())
    }

    pub fn finds(&self, found: Result<(), Trouble>) {
        self.state().asked = Some((Instant::now(), found));
    }

    fn state(&self) -> MutexGuard<'_, Memory> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_once_and_a_commit_ends_it() {
        let pulse = Pulse::of("here".to_owned());
        assert!(pulse.is_news(&Trouble::DiskFull) && !pulse.is_news(&Trouble::DiskFull));
        assert!(pulse.is_news(&Trouble::ReadOnly), "another trouble is news");
        pulse.gives_up();
        assert!(pulse.gave_up() && pulse.is_in_doubt() && !pulse.is_fresh());
        pulse.wrote();
        assert!(!pulse.gave_up() && !pulse.is_in_doubt() && pulse.is_fresh());
        assert!(!pulse.is_news(&Trouble::DiskFull), "what comes and goes is not told each time");
    }

    #[test]
    fn trouble_forgets_what_was_put_together_before() {
        let pulse = Pulse::of("here".to_owned());
        let key = [7; 32];
        for trouble in [Trouble::DiskFull, Trouble::ReadOnly, Trouble::Silent] {
            pulse.recalled.keep(key, Arc::new(1u8), 1);
            pulse.suffers(trouble);
            assert!(pulse.recalled.find::<u8>(&key).is_none());
        }
        pulse.recalled.keep(key, Arc::new(1u8), 1);
        pulse.wrote();
        assert!(pulse.recalled.find::<u8>(&key).is_some(), "a commit is no trouble");
    }
}

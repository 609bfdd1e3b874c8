//! Who does the jobs.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rocket::Shutdown;
use rocket::futures::FutureExt as _;
use rocket::futures::future::BoxFuture;
use rocket::tokio::time::sleep;

use super::queue::{self, Leased};
use super::{JobError, queue::renew};
use crate::clock::{Clock, Now, Timestamp};
use crate::error::Result;
use crate::store::{Conn, Db, Sealer, Stage};

/// Seconds between two looks whether something is due.
pub(super) const EVERY: u64 = 2;

/// How often jobs of long ago are forgotten.
const SWEEP: Duration = Duration::from_secs(3_600);

/// How often a lease is renewed while a handler says nothing: several times before it ends.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// A job at work: what its handler gets.
pub struct Task<'a> {
    pub db: &'a Db,
    pub sealer: &'a Sealer,
    /// When it was begun.
    pub now: Now,
    pub due: Timestamp,
    /// What is done already, where an earlier attempt reported it.
    pub done: i64,
    clock: &'a Clock,
    job: &'a Leased,
}

impl Task<'_> {
    /// What it is about, as it was asked for.
    pub fn subject(&self) -> &str {
        &self.job.subject
    }

    /// Says in the work's own transaction how far it is, `total` being 0 where that is not known, and holds the job longer.
    ///
    /// # Errors
    /// `Lost` where another process has taken the job over: the transaction must not be committed.
    pub async fn report(&self, tx: &mut Conn, done: i64, total: i64) -> std::result::Result<(), JobError> {
        renew(tx, self.job, self.clock.now(), Some((done, total))).await
    }
}

type Ended = std::result::Result<(), JobError>;
type Handler = dyn for<'a> Fn(Task<'a>) -> BoxFuture<'a, Ended> + Send + Sync;

/// Which kinds of jobs there are, and what does each.
#[derive(Clone, Default)]
pub struct Registry(Arc<RwLock<BTreeMap<&'static str, Arc<Handler>>>>);

impl Registry {
    /// With what does the jobs of a kind.
    #[must_use]
    pub fn on(
        self,
        kind: &'static str,
        handler: impl for<'a> Fn(Task<'a>) -> BoxFuture<'a, Ended> + Send + Sync + 'static,
    ) -> Self {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(kind, Arc::new(handler));
        self
    }

    pub(super) fn add(&self, other: Self) {
        let others = other.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(others);
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    fn handler(&self, kind: &str) -> Option<Arc<Handler>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(kind).cloned()
    }
}

/// Runs what is due, one after another, until nothing is; says how many jobs it has begun. Several may do so at once, in one
/// process or many.
///
/// # Errors
/// As the database says. A job's own failure is noted with the job.
pub async fn run_due(db: &Db, sealer: &Sealer, clock: &Clock, registry: &Registry) -> Result<usize> {
    let kinds = registry.kinds();
    let mut begun = 0;
    while let Some(job) = queue::take(db, clock.now(), &kinds).await? {
        begun += 1;
        let ended = run(db, sealer, clock, registry, &job).await;
        note(db, clock, &job, &ended).await?;
    }
    Ok(begun)
}

/// Runs a job, and renews its lease meanwhile.
async fn run(db: &Db, sealer: &Sealer, clock: &Clock, registry: &Registry, job: &Leased) -> Ended {
    // Only kinds that have a handler are taken.
    let Some(handler) = registry.handler(&job.kind) else { return Err(JobError::Again("unknown_kind")) };
    let task = Task { db, sealer, now: clock.now(), due: job.due, done: job.done, clock, job };
    let work = AssertUnwindSafe(async { handler(task).await }).catch_unwind();
    let held = async {
        loop {
            sleep(HEARTBEAT).await;
            // Where the database does not answer, the lease may end, and then the handler's next report says so.
            let beat = async {
                let mut tx = db.begin().await?;
                renew(&mut tx, job, clock.now(), None).await?;
                tx.commit().await.map_err(JobError::from)
            };
            if beat.await == Err(JobError::Lost) {
                return;
            }
        }
    };
    rocket::tokio::select! {
        ended = work => ended.unwrap_or(Err(JobError::Again("panic"))),
        () = held => Err(JobError::Lost),
    }
}

async fn note(db: &Db, clock: &Clock, job: &Leased, ended: &Ended) -> Result<()> {
    if let Err(error) = ended {
        tracing::warn!(kind = job.kind, subject = job.subject, ?error, "a job was not done");
    }
    queue::end(db, job, clock.now(), ended).await
}

/// Looks whether something is due, and asks for the job then.
pub type DueLook = for<'a> fn(&'a Db, Now) -> BoxFuture<'a, Result<()>>;

/// Looks every so often while the database is ready, until shutdown.
pub(super) async fn look_out(
    db: Db,
    clock: Clock,
    (feature, every, look): (&'static str, Duration, DueLook),
    mut shutdown: Shutdown,
) {
    loop {
        rocket::tokio::select! {
            () = sleep(every) => {}
            () = &mut shutdown => return,
        }
        if db.stage() == Stage::Ready
            && let Err(error) = look(&db, clock.now()).await
        {
            tracing::warn!(feature, ?error, "nobody looked whether something is due; trying again in a while");
        }
    }
}

/// What runs jobs in the background of a server.
pub(super) struct Runner {
    db: Db,
    sealer: Sealer,
    clock: Clock,
    registry: Registry,
}

impl Runner {
    pub(super) fn new(db: Db, sealer: Sealer, clock: Clock, registry: Registry) -> Self {
        Self { db, sealer, clock, registry }
    }

    /// Looks every so many seconds for what is due, until shutdown.
    pub(super) async fn attend(self, every: u64, mut shutdown: Shutdown) {
        let kinds = self.registry.kinds();
        let mut swept: Option<Instant> = None;
        loop {
            rocket::tokio::select! {
                () = sleep(Duration::from_secs(every)) => {}
                () = &mut shutdown => return,
            }
            if self.db.stage() == Stage::Ready && swept.is_none_or(|swept| swept.elapsed() > SWEEP) {
                swept = Some(Instant::now());
                if let Err(error) = queue::sweep(&self.db, self.clock.now()).await {
                    tracing::warn!(?error, "jobs of long ago could not be forgotten; trying again in an hour");
                }
            }
            while self.db.stage() == Stage::Ready
                && let Ok(Some(job)) = queue::take(&self.db, self.clock.now(), &kinds).await
            {
                let ended = rocket::tokio::select! {
                    ended = run(&self.db, &self.sealer, &self.clock, &self.registry, &job) => Some(ended),
                    () = &mut shutdown => None,
                };
                let noted = match &ended {
                    Some(ended) => note(&self.db, &self.clock, &job, ended).await,
                    None => queue::hand_back(&self.db, &job, self.clock.now()).await,
                };
                if let Err(error) = noted {
                    tracing::warn!(kind = job.kind, ?error, "how a job ended could not be noted; it is run again");
                }
                if ended.is_none() {
                    return;
                }
            }
        }
    }
}

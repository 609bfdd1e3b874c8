//! Work that is done later, or apart from the page that asks for it: asked for in the transaction that makes it necessary, and
//! run by whichever process is first.
//!
//! A job may be run twice (a process can end between the work and the note that it is done), so a handler works in transactions
//! that leave the same when they are repeated, and says in each how far it is ([`Task::report`]): who has lost the lease meanwhile
//! is told so there, and commits nothing. Those transactions are short: with SQLite nobody else writes meanwhile. What the clock alone decides (an offer has ended) is computed on reading and needs no
//! job.

mod queue;
mod types;
mod worker;

use std::time::Duration;

use rocket::fairing::AdHoc;
use rocket::{Build, Rocket};
use rocket_db_pools::Database;

pub use queue::{ask, progress, sweep};
pub use types::{JobError, JobProgress, JobState};
pub use worker::{DueLook, Registry, Task, run_due};

use crate::clock::Clock;
use crate::store::{Db, Sealer};

/// Begins to run jobs at liftoff, until shutdown. The setting `jobs.every` is how many seconds lie between two looks (2 where it
/// is not set); with 0 this process runs none.
pub fn stage() -> AdHoc {
    AdHoc::on_liftoff("jobs", |rocket| {
        Box::pin(async move {
            let every = rocket.figment().extract_inner("jobs.every").unwrap_or(worker::EVERY);
            let (Some(db), Some(clock), Some(sealer), Some(registry)) = (
                Db::fetch(rocket),
                rocket.state::<Clock>(),
                rocket.state::<Sealer>(),
                rocket.state::<Registry>().filter(|_| every > 0),
            ) else {
                return;
            };
            let runner = worker::Runner::new(Db::from((**db).clone()), sealer.clone(), clock.clone(), registry.clone());
            rocket::tokio::spawn(runner.attend(every, rocket.shutdown()));
        })
    })
}

/// Looks every so often whether something is due that nobody asked for, from a feature's stage, where servers do jobs: `look` asks for the
/// job then. Many processes look at one moment; [`ask`] hears one of those who name the same time.
pub fn looking(name: &'static str, every: Duration, look: DueLook) -> AdHoc {
    AdHoc::on_liftoff(name, move |rocket| {
        Box::pin(async move {
            let runs: u64 = rocket.figment().extract_inner("jobs.every").unwrap_or(worker::EVERY);
            if let (Some(db), Some(clock), 1..) = (Db::fetch(rocket), rocket.state::<Clock>(), runs) {
                let (db, clock) = (Db::from((**db).clone()), clock.clone());
                rocket::tokio::spawn(worker::look_out(db, clock, (name, every, look), rocket.shutdown()));
            }
        })
    })
}

/// With the handlers of a feature's kinds of jobs, from its stage:
/// `jobs::register(rocket, Registry::default().on("a.kind", |task| Box::pin(import(task))))`.
pub fn register(rocket: Rocket<Build>, registry: Registry) -> Rocket<Build> {
    match rocket.state::<Registry>() {
        Some(known) => {
            known.add(registry);
            rocket
        }
        None => rocket.manage(registry),
    }
}

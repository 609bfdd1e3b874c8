//! Jobs: each is done once, by whoever is first, however processes come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use linli::clock::Timestamp;
use linli::jobs::{self, JobError, JobProgress, JobState, Registry, Task};
use rocket::local::asynchronous::Client;
use tokio::time::sleep;

use crate::support::app::{Engine, START, TestApp, fresh_database, run, runtime, settings};

const KIND: &str = "test.count";

fn now() -> Timestamp {
    Timestamp::parse_rfc3339(START).unwrap()
}

async fn ask(app: &TestApp, subject: &str, due: Timestamp) {
    let mut tx = app.begin().await;
    jobs::ask(&mut tx, KIND, subject, due).await.unwrap();
    tx.commit().await.unwrap();
}

async fn progress(app: &TestApp, subject: &str) -> JobProgress {
    jobs::progress(&mut app.db().read().await.unwrap(), KIND, subject).await.unwrap().unwrap()
}

async fn run_due(app: &TestApp, registry: &Registry) -> usize {
    jobs::run_due(app.db(), &app.sealer, &app.clock, registry).await.unwrap()
}

/// A handler that counts its calls, and ends as it is told for each.
fn counting(
    calls: &Arc<AtomicUsize>,
    ends: impl Fn(usize) -> Result<(), JobError> + Send + Sync + Copy + 'static,
) -> Registry {
    let calls = calls.clone();
    Registry::default().on(KIND, move |_| {
        let calls = calls.clone();
        Box::pin(async move { ends(calls.fetch_add(1, Ordering::SeqCst)) })
    })
}

fn two_loops_do_each_job_once(engine: Engine) {
    run(engine, |app| async move {
        const JOBS: usize = 12;
        let calls = Arc::new(AtomicUsize::new(0));
        let registry = counting(&calls, |_| Ok(()));
        for number in 0..JOBS {
            ask(&app, &number.to_string(), now()).await;
            ask(&app, &number.to_string(), now()).await;
        }
        ask(&app, "later", Timestamp(now().0 + 1)).await;
        let (one, other) = tokio::join!(run_due(&app, &registry), run_due(&app, &registry));
        assert_eq!((one + other, calls.load(Ordering::SeqCst)), (JOBS, JOBS));
        let done = progress(&app, "7").await;
        assert_eq!((done.state, done.attempts, done.finished_at), (JobState::Done, 1, Some(now())));
        assert_eq!(progress(&app, "later").await.state, JobState::Waiting);
        let nobody = jobs::progress(&mut app.db().read().await.unwrap(), KIND, "nothing").await.unwrap();
        assert_eq!(nobody, None);
    });
}

/// Reports, waits until somebody else has the job, and reports again.
async fn slow(task: Task<'_>, app: Arc<AtomicUsize>) -> Result<(), JobError> {
    let mut tx = task.db.begin().await?;
    task.report(&mut tx, 3, 10).await?;
    tx.commit().await?;
    app.fetch_add(1, Ordering::SeqCst);
    while app.load(Ordering::SeqCst) < 2 {
        sleep(Duration::from_millis(5)).await;
    }
    let mut tx = task.db.begin().await?;
    task.report(&mut tx, 10, 10).await?;
    tx.commit().await?;
    Ok(())
}

fn a_lease_that_ends_is_taken_over(engine: Engine) {
    run(engine, |app| async move {
        let step = Arc::new(AtomicUsize::new(0));
        let steps = step.clone();
        let slowly = Registry::default().on(KIND, move |task| Box::pin(slow(task, steps.clone())));
        let found = Arc::new(AtomicUsize::new(0));
        let seen = found.clone();
        let other = Registry::default().on(KIND, move |task| {
            seen.store(usize::try_from(task.done).unwrap(), Ordering::SeqCst);
            assert_eq!(task.subject(), "one");
            Box::pin(async { Ok(()) })
        });
        ask(&app, "one", now()).await;
        let after = async {
            while step.load(Ordering::SeqCst) < 1 {
                sleep(Duration::from_millis(5)).await;
            }
            let held = progress(&app, "one").await;
            assert_eq!((held.state, held.done, held.total), (JobState::Running, 3, 10));
            app.at("2026-03-05T02:01:59Z");
            assert_eq!(run_due(&app, &other).await, 0, "it is held");
            app.at("2026-03-05T02:02:00Z");
            assert_eq!(run_due(&app, &other).await, 1);
            step.fetch_add(1, Ordering::SeqCst);
        };
        let (begun, ()) = tokio::join!(run_due(&app, &slowly), after);
        assert_eq!((begun, found.load(Ordering::SeqCst)), (1, 3), "it goes on from where the first one was");
        let done = progress(&app, "one").await;
        assert_eq!((done.state, done.done, done.attempts), (JobState::Done, 3, 2), "who has lost it writes nothing");
    });
}

fn what_fails_is_tried_again_later(engine: Engine) {
    run(engine, |app| async move {
        let calls = Arc::new(AtomicUsize::new(0));
        let registry = counting(&calls, |call| match call {
            0 => Err(JobError::Again("busy")),
            1 => panic!("on purpose"),
            2 => Ok(()),
            _ => Err(JobError::Never("refused")),
        });
        ask(&app, "one", now()).await;
        assert_eq!(run_due(&app, &registry).await, 1);
        let failed = progress(&app, "one").await;
        assert_eq!((failed.state, failed.error_code.as_deref()), (JobState::Waiting, Some("busy")));
        assert_eq!(failed.ready_at, Timestamp(now().0 + 60_000));
        assert_eq!(run_due(&app, &registry).await, 0, "not at once");
        app.at("2026-03-05T02:01:00Z");
        assert_eq!(run_due(&app, &registry).await, 1);
        assert_eq!(progress(&app, "one").await.error_code.as_deref(), Some("panic"));
        app.at("2026-03-05T02:03:00Z");
        assert_eq!(run_due(&app, &registry).await, 1);
        let done = progress(&app, "one").await;
        assert_eq!((done.state, done.attempts, done.error_code), (JobState::Done, 3, None));

        // What would fail again is not tried again, but where somebody asks.
        ask(&app, "two", now()).await;
        assert_eq!(run_due(&app, &registry).await, 1);
        app.at("2026-03-06T02:00:00Z");
        assert_eq!(run_due(&app, &registry).await, 0);
        let failed = progress(&app, "two").await;
        assert_eq!((failed.state, failed.error_code.as_deref()), (JobState::Failed, Some("refused")));
        ask(&app, "two", now()).await;
        assert_eq!(run_due(&app, &registry).await, 1);
    });
}

fn what_was_due_meanwhile_is_caught_up(engine: Engine) {
    run(engine, |app| async move {
        let calls = Arc::new(AtomicUsize::new(0));
        let registry = counting(&calls, |_| Ok(()));
        for hours in 1..=3 {
            ask(&app, "hourly", Timestamp(now().0 + hours * 3_600_000)).await;
        }
        assert_eq!(run_due(&app, &registry).await, 0);
        app.at("2026-03-09T00:00:00Z");
        assert_eq!(run_due(&app, &Registry::default()).await, 0, "who does not know the kind leaves it to others");
        assert_eq!(run_due(&app, &registry).await, 3);
        assert_eq!(run_due(&app, &registry).await, 0);

        // How it ended is told for some time.
        ask(&app, "next year", Timestamp(now().0 + 365 * 86_400_000)).await;
        app.at("2026-06-06T00:00:00Z");
        jobs::sweep(app.db(), app.clock.now()).await.unwrap();
        assert_eq!(app.number("select count(*) from jobs").await, 4);
        app.at("2026-06-08T00:00:00Z");
        jobs::sweep(app.db(), app.clock.now()).await.unwrap();
        assert_eq!(app.number("select count(*) from jobs").await, 1);
    });
}

fn a_server_does_what_is_due_and_hands_back_what_it_cannot_finish(engine: Engine) {
    let Some(url) = fresh_database(engine) else { return };
    runtime().block_on(async move {
        let mut settings = settings(&url);
        settings.overrides = settings.overrides.merge(("jobs.every", 1));
        let (clock, sealer) = (settings.clock.clone(), settings.sealer.clone());
        let registry = Registry::default().on(KIND, |task| {
            Box::pin(async move {
                if task.subject() == "endless" {
                    std::future::pending::<()>().await;
                }
                Ok(())
            })
        });
        // Two features, each with its kinds.
        let rocket = jobs::register(linli::rocket(settings), Registry::default());
        let client = Client::untracked(jobs::register(rocket, registry)).await.unwrap();
        let app = TestApp { client, clock, sealer };
        ask(&app, "short", now()).await;
        ask(&app, "endless", Timestamp(now().0 + 1)).await;
        app.at("2026-03-05T02:00:01Z");
        while progress(&app, "endless").await.state != JobState::Running {
            sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(progress(&app, "short").await.state, JobState::Done);
        app.client.rocket().shutdown().notify();
        while progress(&app, "endless").await.state != JobState::Waiting {
            sleep(Duration::from_millis(50)).await;
        }
        let left = progress(&app, "endless").await;
        assert_eq!((left.attempts, left.error_code), (0, None), "the next process begins it at once");
    });
}

#[test]
fn a_server_does_what_is_due_and_hands_back_what_it_cannot_finish_sqlite() {
    a_server_does_what_is_due_and_hands_back_what_it_cannot_finish(Engine::Sqlite);
}

#[test]
fn a_server_does_what_is_due_and_hands_back_what_it_cannot_finish_postgres() {
    a_server_does_what_is_due_and_hands_back_what_it_cannot_finish(Engine::Postgres);
}

#[test]
fn two_loops_do_each_job_once_sqlite() {
    two_loops_do_each_job_once(Engine::Sqlite);
}

#[test]
fn two_loops_do_each_job_once_postgres() {
    two_loops_do_each_job_once(Engine::Postgres);
}

#[test]
fn a_lease_that_ends_is_taken_over_sqlite() {
    a_lease_that_ends_is_taken_over(Engine::Sqlite);
}

#[test]
fn a_lease_that_ends_is_taken_over_postgres() {
    a_lease_that_ends_is_taken_over(Engine::Postgres);
}

#[test]
fn what_fails_is_tried_again_later_sqlite() {
    what_fails_is_tried_again_later(Engine::Sqlite);
}

#[test]
fn what_fails_is_tried_again_later_postgres() {
    what_fails_is_tried_again_later(Engine::Postgres);
}

#[test]
fn what_was_due_meanwhile_is_caught_up_sqlite() {
    what_was_due_meanwhile_is_caught_up(Engine::Sqlite);
}

#[test]
fn what_was_due_meanwhile_is_caught_up_postgres() {
    what_was_due_meanwhile_is_caught_up(Engine::Postgres);
}

//! kill -9 in the middle of a crowd: who was told "checked in" is in, once; and two processes on one PostgreSQL.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use super::{people, request, session};
use crate::support::load::{Heard, load, post_json};
use crate::support::server::Server;
use crate::support::{Engine, TestApp, app};

const ROUNDS: u64 = 50;
const CROWD: u64 = 10_000;
const CONNECTIONS: usize = 32;

/// A database with a session and a crowd, and a worker's token.
async fn prepare(url: &str, crowd: i64, seats: Option<i64>) -> (TestApp, String) {
    let app = TestApp::open(url).await;
    session(&app, seats, None).await;
    people(&app, crowd).await;
    let token = app.token_text("ann").await;
    // The real clock is far from the tests' own: the session is on now.
    app.execute("update sessions set starts_at = 0, ends_at = 9000000000000, local_date = '2100-01-01' where id = 1")
        .await;
    (app, token)
}

fn scan(token: &str, person: u64, request: &str) -> Vec<u8> {
    let body = json!({"request_id": request, "person_id": person, "role": "participant"});
    post_json("/api/v1/sessions/1/checkins", token, &body.to_string())
}

/// PostgreSQL ends what a dead client had begun, and may still be at it.
pub(crate) async fn settle(app: &TestApp) {
    while app.db().engine() == Engine::Postgres
        && app
            .number(
                "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
                 and state in ('active', 'idle in transaction')",
            )
            .await
            > 0
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A crowd at the door of a server that is killed after `life`: who was admitted, of the requests that were sent.
async fn crowd(server: Server, token: &str, requests: Arc<Vec<String>>, life: Duration) -> BTreeSet<u64> {
    let stop: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
    let (token, address) = (token.to_owned(), server.address);
    let sending = tokio::spawn(async move {
        load(&[address], CONNECTIONS, stop, move |n| {
            let request = requests.get(usize::try_from(n).unwrap())?;
            Some(scan(&token, n + 1, request))
        })
        .await
    });
    tokio::time::sleep(life).await;
    tokio::task::spawn_blocking(move || server.kill()).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    let heard: Heard = sending.await.unwrap();
    heard.answers.iter().filter(|(_, status, _)| matches!(status, 200 | 201)).map(|(n, ..)| n + 1).collect()
}

fn a_killed_server_keeps_its_word(engine: Engine) {
    let Some(url) = app::fresh_database(engine) else { return };
    app::runtime().block_on(async {
        let (app, token) = prepare(&url, i64::try_from(CROWD).unwrap(), None).await;
        let mut told = 0;
        for round in 0..ROUNDS {
            let requests: Arc<Vec<String>> = Arc::new((0..CROWD).map(|_| request()).collect());
            let server = Server::start(env!("CARGO_BIN_EXE_linli"), &url);
            // Never the same moment: 30 to 420 ms into the crowd.
            let life = Duration::from_millis(30 + round * 127 % 390);
            let admitted = crowd(server, &token, requests, life).await;
            told += admitted.len();
            settle(&app).await;
            let there: Vec<i64> = sqlx::query_scalar("select person_id from attendances where voided_at is null")
                .fetch_all(&mut *app.db().read().await.unwrap())
                .await
                .unwrap();
            let present: BTreeSet<u64> = there.iter().map(|id| id.unsigned_abs()).collect();
            assert_eq!(there.len(), present.len(), "round {round}: somebody is in twice");
            let lost: Vec<_> = admitted.difference(&present).collect();
            assert!(lost.is_empty(), "round {round}: told and not there: {lost:?}");
            let scans = app.number("select count(*) from scans where outcome = 'admitted'").await;
            assert_eq!(scans, i64::try_from(there.len()).unwrap(), "round {round}: a scan without its attendance");
            let problems = linli::store::problems(app.db()).await.unwrap();
            assert!(problems.is_empty(), "round {round}: {problems:?}");
            app.execute("delete from scans").await;
            app.execute("delete from attendances").await;
        }
        assert!(told > 200, "the crowd hardly got through: {told} of {} were told", CROWD * ROUNDS);
    });
}

#[test]
fn a_killed_server_keeps_its_word_sqlite() {
    a_killed_server_keeps_its_word(Engine::Sqlite);
}

#[test]
fn a_killed_server_keeps_its_word_postgres() {
    a_killed_server_keeps_its_word(Engine::Postgres);
}

/// A hundred people for ten seats, through two processes at once.
#[test]
fn two_processes_on_one_postgres_share_the_seats() {
    let Some(url) = app::fresh_database(Engine::Postgres) else { return };
    app::runtime().block_on(async {
        let (app, token) = prepare(&url, 100, Some(10)).await;
        let servers =
            [Server::start(env!("CARGO_BIN_EXE_linli"), &url), Server::start(env!("CARGO_BIN_EXE_linli"), &url)];
        static STOP: AtomicBool = AtomicBool::new(false);
        let heard = load(&servers.each_ref().map(|server| server.address), 100, &STOP, move |n| {
            (n < 100).then(|| scan(&token, n + 1, &request()))
        })
        .await;
        assert_eq!((heard.count(201), heard.count(409)), (10, 90));
        assert_eq!(app.number("select count(*) from attendances").await, 10);
    });
}

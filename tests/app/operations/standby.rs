//! PostgreSQL with a synchronous standby: it dies, it takes over, or it is all there is.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{Door, number, numbers};
use crate::check_in::request;
use crate::support::load::{load, post_json};
use crate::support::postgres::Cluster;
use crate::support::process::eventually;
use crate::support::program::Program;
use crate::support::switch::Switch;
use crate::support::{app, postgres};

const CROWD: i64 = 20_000;

/// A primary with a city, and who works at its door. `None` where PostgreSQL is not installed.
async fn primary(crowd: i64) -> Option<(Cluster, Door)> {
    postgres::cluster()?;
    let cluster = Cluster::start_primary();
    cluster.create_database("city", None).await;
    app::fill(&cluster.url("city")).await;
    let door = Door::open(&cluster.url("city"), crowd).await;
    Some((cluster, door))
}

/// Forty people write at pages and one door lets people in, again and again, until told to stop; how often each was told
/// 503, and the longest that anybody waited.
struct Writers {
    stop: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
    slowest: Arc<std::sync::Mutex<Duration>>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Writers {
    fn begin(program: &Arc<Program>, door: &Arc<Door>) -> Self {
        let (stop, refused, slowest): (Arc<AtomicBool>, Arc<AtomicUsize>, Arc<std::sync::Mutex<Duration>>) =
            Default::default();
        let threads = (0..41_i64).map(|n| {
            let (program, door) = (program.clone(), door.clone());
            let (stop, refused, slowest) = (stop.clone(), refused.clone(), slowest.clone());
            std::thread::spawn(move || {
                for round in 0_i64.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let began = Instant::now();
                    let (status, answer) = match n {
                        0 => door.lets_in(&program, round % CROWD + 1),
                        _ => door.writes(&program, &format!("第{n}人{round}")),
                    };
                    let took = began.elapsed();
                    assert!(matches!(status, 201 | 303 | 409 | 503), "{answer}");
                    let mut slowest = slowest.lock().unwrap();
                    *slowest = took.max(*slowest);
                    if status == 503 {
                        refused.fetch_add(1, Ordering::Relaxed);
                        drop(slowest);
                        std::thread::sleep(Duration::from_millis(50));
                    }
                }
            })
        });
        Self { threads: threads.collect(), stop, refused, slowest }
    }

    fn end(self) -> Duration {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
        *self.slowest.lock().unwrap()
    }
}

/// The standby dies: commits hang. Who reads does not notice; who writes is told within ten seconds; no processes pile
/// up at the server; and when the standby is back, all goes on by itself.
#[test]
fn a_dead_standby_hangs_writers_and_nobody_else() {
    let runtime = app::runtime();
    let Some((cluster, door)) = runtime.block_on(primary(CROWD)) else { return };
    let mut standby = cluster.start_standby();
    runtime.block_on(cluster.wait_for_standby());
    let (program, door) = (Arc::new(Program::start(&cluster.url("city"))), Arc::new(door));
    program.is_well_within(10);
    let writers = Writers::begin(&program, &door);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(writers.refused.load(Ordering::Relaxed), 0, "all is well:\n{}", program.log());

    standby.stop();
    let dead = Instant::now();
    let (mut slowest_read, mut sick_after) = (Duration::ZERO, None);
    while dead.elapsed() < Duration::from_secs(13) {
        let began = Instant::now();
        assert_eq!(door.reads(&program), 200, "{:?} after the standby died:\n{}", dead.elapsed(), program.log());
        slowest_read = slowest_read.max(began.elapsed());
        if sick_after.is_none() && program.get("/healthz").0 == 503 {
            sick_after = Some(dead.elapsed());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(sick_after.is_some_and(|after| after < Duration::from_secs(11)), "sick after {sick_after:?}");
    let waiting = runtime.block_on(cluster.waiting());
    assert!(waiting <= 8, "{waiting} processes wait at the server");
    let began = Instant::now();
    assert_eq!(door.lets_in(&program, 1).0, 503);
    assert!(began.elapsed() < Duration::from_secs(3), "the door took {:?} to say so", began.elapsed());
    assert_eq!(program.lines_with("waits for its synchronous standby"), 1, "{}", program.log());

    standby.start_again();
    let back = Instant::now();
    assert!(eventually(Duration::from_secs(10), || door.lets_in(&program, 2).0 != 503), "{}", program.log());
    let back = back.elapsed();
    program.is_well_within(5);
    let slowest = writers.end();
    assert!(slowest < Duration::from_secs(10), "somebody waited {slowest:?} for an answer");
    eprintln!(
        "reads at most {slowest_read:?}, writers at most {slowest:?}, sick after {sick_after:?}, {waiting} waiting, back after {back:?}"
    );
}

/// A server that goes mute (its machine hangs, the network swallows what is sent): given up, and found again.
#[test]
fn a_mute_server_is_given_up_and_found_again() {
    let runtime = app::runtime();
    let Some((cluster, door)) = runtime.block_on(primary(CROWD)) else { return };
    let (program, door) = (Arc::new(Program::start(&cluster.url("city"))), Arc::new(door));
    program.is_well_within(10);
    let writers = Writers::begin(&program, &door);
    std::thread::sleep(Duration::from_millis(500));
    cluster.pause();
    std::thread::sleep(Duration::from_secs(9));
    assert_eq!(program.get("/healthz").0, 503);
    assert_eq!(program.get("/livez").0, 200);
    cluster.resume();
    program.is_well_within(5);
    assert!(eventually(Duration::from_secs(5), || door.lets_in(&program, 1).0 != 503), "{}", program.log());
    assert_eq!(door.reads(&program), 200);
    writers.end();
    assert_eq!(program.lines_with("internal error"), 0, "{}", program.log());
}

/// The primary is killed under load and its standby promoted, five times: who was told "checked in" is in, once.
#[test]
fn a_standby_that_takes_over_knows_all_who_were_let_in() {
    const EACH: u64 = 8_000;
    let runtime = app::runtime();
    let Some((mut cluster, door)) = runtime.block_on(primary(5 * EACH as i64 + 1)) else { return };
    let switch = Switch::to(cluster.port());
    let program = Program::start(&format!("postgres://postgres@127.0.0.1:{}/city", switch.port));
    program.is_well_within(10);
    let mut admitted = BTreeSet::new();
    for round in 0..5 {
        let standby = cluster.start_standby();
        runtime.block_on(cluster.wait_for_standby());
        let stop: &'static AtomicBool = Box::leak(Box::default());
        let (token, address) = (door.token.clone(), program.address);
        let crowd = runtime.spawn(async move {
            load(&[address], 16, stop, move |n| {
                let person = (n < EACH).then_some(round * EACH + n + 1)?;
                let body = serde_json::json!({"request_id": request(), "person_id": person, "role": "participant"});
                Some(post_json("/api/v1/sessions/1/checkins", &token, &body.to_string()))
            })
            .await
        });
        std::thread::sleep(Duration::from_millis(400));
        cluster.kill();
        let killed = Instant::now();
        runtime.block_on(standby.promote());
        switch.turn_to(standby.port());
        let promoted = killed.elapsed();
        while door.lets_in(&program, 5 * EACH as i64 + 1).0 == 503 {
            assert!(killed.elapsed() < Duration::from_secs(20), "nobody is let in again\n{}", program.log());
        }
        let recovered = killed.elapsed() - promoted;
        assert!(recovered < Duration::from_secs(2), "writing {recovered:?} after the standby was promoted");
        std::thread::sleep(Duration::from_millis(200));
        stop.store(true, Ordering::Relaxed);
        let heard = runtime.block_on(crowd).unwrap();
        eprintln!(
            "round {round}: {} let in, {} told 503; promoted after {promoted:?}, writing {recovered:?} after that",
            heard.count(201),
            heard.count(503)
        );
        let let_in = heard.answers.iter().filter(|(_, status, _)| *status == 201);
        admitted.extend(let_in.map(|(n, ..)| (round * EACH + n + 1) as i64));
        cluster = standby;
    }
    let there: Vec<i64> = runtime.block_on(numbers(&cluster.url("city"), "select person_id from attendances"));
    let present: BTreeSet<i64> = there.iter().copied().collect();
    assert_eq!(there.len(), present.len(), "somebody is in twice");
    let lost: Vec<_> = admitted.difference(&present).collect();
    assert!(lost.is_empty(), "{} were told and are not there", lost.len());
    assert!(admitted.len() > 100, "the crowd hardly got through: {}", admitted.len());
}

/// On a standby nothing can be written: no balancer may send people there, until it is promoted.
#[test]
fn a_standby_is_no_place_to_serve_from() {
    let runtime = app::runtime();
    let Some((cluster, door)) = runtime.block_on(primary(10)) else { return };
    // Prepared before, as by the Linli that served from the primary.
    let before = Program::start(&cluster.url("city"));
    before.is_well_within(10);
    let standby = cluster.start_standby();
    let switch = Switch::to(standby.port());
    let program = Program::start(&format!("postgres://postgres@127.0.0.1:{}/city", switch.port));
    assert!(
        eventually(Duration::from_secs(5), || program.get("/healthz").1.contains("read but not written")),
        "{:?}",
        program.get("/healthz")
    );
    for _ in 0..5 {
        assert_eq!(program.get("/healthz").0, 503);
        let (status, answer) = door.lets_in(&program, 1);
        assert!(status == 503 && answer.contains("retry-after: "), "{answer}");
        let (status, answer) = program.post("/sign-in", "", "login=ann&password=correct-harbour-tulip&next=/");
        assert!(status != 500, "{answer}");
    }
    assert_eq!(program.get("/livez").0, 200);
    assert_eq!(program.lines_with("internal error"), 0, "{}", program.log());
    runtime.block_on(standby.promote());
    program.is_well_within(10);
    assert_eq!(door.lets_in(&program, 1).0, 201);
}

/// The database is away behind a proxy that hangs up, refuses us, or is not ours: 503, and the cause told once.
#[test]
fn whatever_answers_in_the_databases_place_is_told_as_its_absence() {
    if postgres::cluster().is_none() {
        return;
    }
    let runtime = app::runtime();
    let Some(url) = app::fresh_database(crate::support::Engine::Postgres) else { return };
    let door = runtime.block_on(Door::open(&url, 10));
    let port =
        |url: &str| -> u16 { url.rsplit(':').next().and_then(|rest| rest.split('/').next()?.parse().ok()).unwrap() };
    let switch = Switch::to(port(&url));
    let program = Program::start(&url.replace(&port(&url).to_string(), &switch.port.to_string()));
    program.is_well_within(10);
    assert_eq!(door.lets_in(&program, 1).0, 201);
    // A web server where the database was.
    let web = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    switch.turn_to(web.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for mut client in web.incoming().flatten() {
            _ = std::io::Write::write_all(&mut client, b"HTTP/1.0 503 Service Unavailable\r\n\r\n");
        }
    });
    runtime.block_on(cut(&url));
    for _ in 0..5 {
        assert_eq!(door.lets_in(&program, 2).0, 503, "{}", program.log());
        assert_eq!(door.reads(&program), 503, "{}", program.log());
        assert_eq!(program.get("/healthz").0, 503);
    }
    assert_eq!(program.lines_with("internal error"), 0, "{}", program.log());
    assert!(program.lines_with("in trouble") <= 2, "{}", program.log());
    switch.turn_to(port(&url));
    program.is_well_within(10);
    assert_eq!(door.lets_in(&program, 3).0, 201);
}

/// Ends all connections to a database but ours.
async fn cut(url: &str) {
    const CUT: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                       where datname = current_database() and pid <> pg_backend_pid()";
    number(url, CUT).await;
}

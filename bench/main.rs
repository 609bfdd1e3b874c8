//! How fast people get in: `cargo bench`. Linli runs as a process of its own, built for release, on a database on disk with
//! the durability it has in service; the load comes from this process, on the same cores. Figures of different machines
//! do not compare, ratios within one run do: every check-in figure stands beside what the same server does at its
//! easiest, `/healthz`, which asks the database one thing, and a small file that is answered out of memory.
//!
//! `cargo bench -- quick` leaves out the five million rows; `sqlite` or `postgres` and numbers of connections choose among
//! the rest; `calendars` looks at a center with a hundred thousand bookings and at nothing else, which takes a few minutes.
//! `city` fills three hundred centers and measures their figures and pages, and nothing else; `city small` a hundredth of it, in
//! seconds. A city's tables have sections of their own in the results, one for each engine.
//! The table is printed and, when nothing was left out but the rows, written to `bench/RESULTS.md` with the command that
//! made it.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a bench that cannot set up its world should stop")]

mod calendars;
mod city;
#[expect(dead_code, reason = "the tests use it")]
#[path = "../tests/app/support/disk.rs"]
mod disk;
mod load;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../tests/app/support/postgres.rs"]
mod postgres;
#[path = "../tests/app/support/process.rs"]
mod process;
#[expect(dead_code, reason = "the tests use the rest")]
mod server;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use linli::auth::{AccountId, Role, Scope, accounts, logins};
use linli::centers::CenterId;
use linli::check_in::RequestId;
use linli::clock::{Clock, Timestamp};
use linli::store::{Db, Engine, Pool};
use load::{Heard, get, get_signed_in, load, post_json};
use server::Server;

/// How long something is measured at a time, and how many times in turn with what it stands beside: what else the machine
/// does comes and goes, and meets them all.
const SPAN: Duration = Duration::from_secs(2);
const TURNS: usize = 3;
const CONNECTIONS: [usize; 4] = [1, 32, 128, 512];
/// People whom the center knows, how many of them come to a session, and the sessions that run at once.
const PEOPLE: u64 = 20_000;
const COMING: u64 = 500;
const SESSIONS: u64 = 8;
/// Sessions for one span: more check-ins than it has room for.
const FRESH: u64 = 200;
/// Attendances of a first year.
const PAST: u64 = 5_000;

struct World {
    url: String,
    db: Db,
    /// Of the front desk, and of a social worker.
    token: String,
    worker: String,
    login: String,
    /// The first session nobody was at yet.
    fresh: AtomicU64,
}

impl World {
    async fn build(url: &str) -> Self {
        let db = Db::from(Pool::open(url, 4).await.expect("the database opens"));
        let clock = Clock::system();
        linli::start::fill(&db, clock.now()).await.expect("the database is filled");
        let secret = async |role| {
            let mut tx = db.begin().await.unwrap();
            let (by, scope) = (linli::audit::Actor::Operator, [Scope::Center(CenterId(1))]);
            let made = accounts::create_token(&by, clock.now(), &mut tx, "bench", role, &scope).await.expect("a token");
            tx.commit().await.unwrap();
            made
        };
        let token = secret(Role::FrontDesk).await;
        let worker = secret(Role::SocialWorker).await;
        // Pages are opened by a browser's login: a token is none.
        let login = {
            let mut tx = db.begin().await.unwrap();
            let account = sqlx::query_scalar("select max(id) from accounts").fetch_one(&mut *tx).await.unwrap();
            let login = logins::open(&mut tx, clock.now(), AccountId(account), logins::Kind::Browser, "bench").await;
            tx.commit().await.unwrap();
            login.expect("a login")
        };
        let world = Self { url: url.to_owned(), db, token, worker, login, fresh: AtomicU64::new(1) };
        world
            .run("insert into room_kinds (code, class, name, name_en) values ('bench', 'own', 'bench', 'bench')")
            .await;
        world
            .run("insert into rooms (center_id, kind_id, name, area_m2, capacity, created_at) select 1, max(id), '大厅', 500, 2000, 0 from room_kinds")
            .await;
        world
            .run("insert into activities (center_id, kind_id, title, published, created_at) values (1, 3, '早茶会', 1, 0)")
            .await;
        world
            .run(&format!(
                "insert into people (name, name_key, name_fold, pinyin, sounds, birth_date, created_at, updated_at)
                 {} select '居民', '居民', '居民', 'jumin', 'ju min', '1950-01-01', 0, 0 from numbers",
                numbers(PEOPLE)
            ))
            .await;
        world.run("insert into enrolments (person_id, center_id, enrolled_at) select id, 1, 0 from people").await;
        // On now, whenever this runs; enough of them that nobody comes twice.
        let today = linli::clock::Zone::SHANGHAI.date(clock.now().0);
        world
            .run(&format!(
                "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, updated_at)
                 {} select 1, 1, {}, {}, '{today}', 'planned', 0 from numbers",
                numbers(FRESH * 64),
                clock.now().0.0 - 3_600_000,
                clock.now().0.0 + 36_000_000,
            ))
            .await;
        world
    }

    async fn run(&self, sql: &str) {
        let mut tx = self.db.begin_patiently().await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await.expect(sql);
        tx.commit().await.unwrap();
    }

    /// Five years of attendances with their scans, at sessions of their own, up to yesterday.
    async fn fill(&self, rows: u64) {
        const YEARS: u64 = 5 * 365 * 24 * 3_600_000;
        const AT_ONCE: u64 = 100;
        let sessions = rows / COMING;
        let steps = sessions.div_ceil(AT_ONCE);
        let yesterday = Clock::system().now().0.0 - 24 * 3_600_000;
        for step in 0..steps {
            let count = AT_ONCE.min(sessions - step * AT_ONCE);
            let at = yesterday - ((steps - 1 - step) * YEARS / steps) as i64;
            let date = linli::clock::Zone::SHANGHAI.date(Timestamp(at));
            self.run(&format!(
                "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, summary, updated_at)
                 {numbers} select 1, 1, {at}, {at} + 3600000, '{date}', 'completed', 'past{rows}-{step}-' || n, 0 from numbers",
                numbers = numbers(count)
            ))
            .await;
            let first: i64 = sqlx::query_scalar("select min(id) from sessions where summary like $1")
                .bind(format!("past{rows}-{step}-%"))
                .fetch_one(&mut *self.db.read().await.unwrap())
                .await
                .unwrap();
            self.run(&format!(
                "insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth)
                 {numbers} select {first} + n / {COMING}, (n + {step}) * 7919 % {PEOPLE} + 1, 'participant', 'card', {at}, {at}, 1, 0, 0, 0 from numbers",
                numbers = numbers(count * COMING)
            ))
            .await;
            self.run(&format!(
                "insert into scans (request_id, session_id, person_id, attendance_id, part, way, method, outcome, occurred_at, recorded_at, offline)
                 select 'past-' || id, session_id, person_id, id, part, 'in', method, 'admitted', came_at, recorded_at, 0 from attendances where session_id >= {first} and voided_at is null",
            ))
            .await;
        }
        self.settle().await;
    }

    /// Lets the database do what it puts off while much is written, which in service it does over the years.
    async fn settle(&self) {
        let words: &[&str] = match self.db.engine() {
            Engine::Sqlite => &["pragma wal_checkpoint(truncate)"],
            Engine::Postgres => &["vacuum analyze", "checkpoint"],
        };
        let mut conn = self.db.read().await.unwrap();
        for word in words {
            sqlx::query(*word).execute(&mut *conn).await.expect(word);
        }
    }
}

/// `numbers(n)`: 0 to so many, on both engines.
fn numbers(count: u64) -> String {
    format!("with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n + 1 < {count})")
}

/// One figure: requests a second, and the latencies in milliseconds.
struct Figure {
    per_second: f64,
    p50: f64,
    p99: f64,
}

impl From<Heard> for Figure {
    fn from(heard: Heard) -> Self {
        Self { per_second: heard.per_second(), p50: heard.percentile(50), p99: heard.percentile(99) }
    }
}

async fn hear(
    addresses: &[SocketAddr],
    connections: usize,
    status: u16,
    next: impl Fn(u64) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> Heard {
    let stop: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
    let ends = tokio::spawn(async move {
        tokio::time::sleep(SPAN).await;
        stop.store(true, Ordering::Relaxed);
    });
    let heard: Heard = load(addresses, connections, stop, next).await;
    ends.await.unwrap();
    assert_eq!(
        heard.count(status),
        heard.answers.len(),
        "answers other than {status}: {:?}",
        heard.answers.iter().find(|a| a.1 != status)
    );
    heard
}

/// Check-ins, and the same server at its easiest.
struct Compared {
    check_ins: Figure,
    health: Figure,
    file: Figure,
}

impl Compared {
    async fn measure(world: &World, addresses: &[SocketAddr], connections: usize) -> Self {
        let easy = async |path: &str| {
            let request = get(path);
            hear(addresses, connections, 200, move |_| Some(request.clone())).await
        };
        let file = linli::web::assets::path("icon.svg");
        let mut heard: [Heard; 3] = Default::default();
        for _ in 0..TURNS {
            heard[0].add(check_ins(world, addresses, connections).await);
            heard[1].add(easy("/healthz").await);
            heard[2].add(easy(&file).await);
        }
        let [check_ins, health, file] = heard.map(Figure::from);
        Self { check_ins, health, file }
    }
}

/// Everybody new at a session: each check-in is a first one.
async fn check_ins(world: &World, addresses: &[SocketAddr], connections: usize) -> Heard {
    // Sessions of its own, so that no figure meets another's people.
    let first = world.fresh.fetch_add(FRESH, Ordering::Relaxed);
    let token: Arc<str> = world.token.as_str().into();
    hear(addresses, connections, 201, move |n| {
        let (round, place) = (n / (SESSIONS * COMING), n % (SESSIONS * COMING));
        let session = first + round * SESSIONS + place % SESSIONS;
        // In no order, and nobody twice: a number without a common divisor goes through all of them.
        let person = (session * 4_001 + place / SESSIONS * 7_919) % PEOPLE + 1;
        let body = format!(
            r#"{{"request_id":"{}","person_id":{person},"role":"participant","method":"card"}}"#,
            RequestId::random()
        );
        Some(post_json(&format!("/api/v1/sessions/{session}/checkins"), &token, &body))
    })
    .await
}

/// What is printed, and kept.
struct Tables {
    check_ins: String,
    pages: String,
}

impl Tables {
    fn new() -> Self {
        Self {
            check_ins: "| check-ins | connections | a second | p50 ms | p99 ms | `/healthz`, a second | ratio | file, a second | ratio |\n\
                        | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
                .to_owned(),
            pages: "| page | the first, ms | p50 ms | p95 ms |\n| --- | ---: | ---: | ---: |\n".to_owned(),
        }
    }

    fn check_ins(&mut self, what: &str, connections: usize, compared: &Compared) {
        let Compared { check_ins: found, health, file } = compared;
        let of = |other: &Figure| 100.0 * found.per_second / other.per_second;
        let line = format!(
            "| {what} | {connections} | {:.0} | {:.1} | {:.1} | {:.0} | {:.0} % | {:.0} | {:.0} % |",
            found.per_second,
            found.p50,
            found.p99,
            health.per_second,
            of(health),
            file.per_second,
            of(file)
        );
        println!("{line}");
        _ = writeln!(self.check_ins, "{line}");
    }

    /// Pages that look for what single people did in all the years: the list of people, and one person's own.
    async fn pages(&mut self, what: &str, world: &World, address: SocketAddr) {
        let asked =
            |text: &str| post_json("/api/v1/search", &world.worker, &format!("{{\"q\":\"{text}\",\"center\":1}}"));
        for (page, request) in [
            ("people", get_signed_in("/centers/1/people?page=200", &world.login)),
            ("a person", get_signed_in("/centers/1/people/7", &world.login)),
            // By the initials of everybody there is, and by the end of a number that nobody has.
            ("search that finds all", asked("jm")),
            ("search that finds none", asked("4711")),
        ] {
            let heard = hear(&[address], 1, 200, move |_| Some(request.clone())).await;
            assert_eq!(heard.count(200), heard.answers.len(), "{page} is answered");
            self.page(&format!("{what}: {page}"), &heard);
        }
    }

    /// What is looked at in a center of a hundred thousand bookings, ten thousand of which a calendar reaches.
    async fn calendars(&mut self, what: &str, planner: &calendars::Planner, address: SocketAddr) {
        for look in planner.looks(address) {
            let heard = look.measure(address).await;
            self.page(&format!("{what}: {}, 100,000 bookings", look.name), &heard);
            if let Some(again) = look.again(address) {
                let heard = again.measure(address).await;
                self.page(&format!("{what}: {}, 100,000 bookings", again.name), &heard);
            }
        }
    }

    fn page(&mut self, page: &str, heard: &Heard) {
        // The first one finds the database's cache without what it needs; a percentile would hide it or be it.
        let first = heard.answers.first().map_or(0.0, |(.., took)| took.as_secs_f64() * 1_000.0);
        let (middle, slow) = (heard.percentile(50), heard.percentile(95));
        let line = format!("| {page} | {first:.1} | {middle:.1} | {slow:.1} |");
        println!("{line}");
        _ = writeln!(self.pages, "{line}");
    }
}

/// What the command line asks for.
struct Wanted {
    quick: bool,
    /// Nothing but the center with a hundred thousand bookings.
    calendars: bool,
    /// Nothing but a whole city, or a hundredth of one.
    city: Option<city::Size>,
    engine: Option<Engine>,
    connections: Vec<usize>,
}

impl Wanted {
    fn of(arguments: &[String]) -> Self {
        let has = |word: &str| arguments.iter().any(|argument| argument == word);
        let engine = has("sqlite").then_some(Engine::Sqlite).or(has("postgres").then_some(Engine::Postgres));
        let connections: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
        let size = if has("small") { city::Size::SMALL } else { city::Size::WHOLE };
        let city = has("city").then_some(size);
        Self { quick: has("quick"), calendars: has("calendars"), city, engine, connections }
    }

    fn is_whole(&self) -> bool {
        !self.calendars && self.city.is_none() && self.engine.is_none() && self.connections.is_empty()
    }

    fn engine(&self, engine: Engine) -> bool {
        self.engine.is_none_or(|wanted| wanted == engine)
    }

    fn connections(&self, some: &[usize]) -> Vec<usize> {
        some.iter().copied().filter(|n| self.connections.is_empty() || self.connections.contains(n)).collect()
    }
}

async fn engine(tables: &mut Tables, name: &str, url: &str, wanted: &Wanted) {
    if let Some(size) = wanted.city {
        city::measure(name, url, size).await;
        return;
    }
    let program = env!("CARGO_BIN_EXE_linli");
    let world = World::build(url).await;
    if wanted.calendars {
        let planner = calendars::plan(&world).await;
        let server = Server::start(program, &world.url);
        tables.calendars(name, &planner, server.address).await;
        return;
    }
    world.fill(PAST).await;
    let server = Server::start(program, &world.url);
    _ = check_ins(&world, &[server.address], 32).await; // Warm.
    for connections in wanted.connections(&CONNECTIONS) {
        let compared = Compared::measure(&world, &[server.address], connections).await;
        tables.check_ins(name, connections, &compared);
    }
    tables.pages(name, &world, server.address).await;
    // The check-ins above are of a city without them, as they were before.
    let planner = calendars::plan(&world).await;
    tables.calendars(name, &planner, server.address).await;
    drop(server);
    if name.starts_with("PostgreSQL") && wanted.is_whole() {
        let servers = [Server::start(program, &world.url), Server::start(program, &world.url)];
        let addresses = servers.each_ref().map(|server| server.address);
        let compared = Compared::measure(&world, &addresses, 128).await;
        tables.check_ins(&format!("{name}, two processes"), 128, &compared);
    }
    if wanted.quick {
        return;
    }
    world.fill(5_000_000).await;
    let name = format!("{name}, 5 million rows");
    let server = Server::start(program, &world.url);
    _ = check_ins(&world, &[server.address], 32).await;
    for connections in wanted.connections(&[32, 128]) {
        let compared = Compared::measure(&world, &[server.address], connections).await;
        tables.check_ins(&name, connections, &compared);
    }
    tables.pages(&name, &world, server.address).await;
}

fn main() {
    let wanted = Wanted::of(&std::env::args().collect::<Vec<_>>());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut tables = Tables::new();
    if wanted.calendars {
        print!("{}", tables.pages);
    }
    if wanted.engine(Engine::Sqlite) {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let url = format!("sqlite:{}", folder.path().join("bench.db").display());
        runtime.block_on(engine(&mut tables, "SQLite", &url, &wanted));
    }
    if wanted.engine(Engine::Postgres) {
        let cluster = postgres::Cluster::start_durable();
        runtime.block_on(async {
            cluster.create_database("bench", None).await;
            engine(&mut tables, "PostgreSQL", &cluster.url("bench"), &wanted).await;
        });
    }
    if !wanted.is_whole() {
        return;
    }
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let command = if wanted.quick { "cargo bench -- quick" } else { "cargo bench" };
    let report = format!(
        "# How fast people get in\n\nMade by `{command}` on {cores} cores, which server, database and load share. Every \
         check-in is a first one,\nanswered when it is on disk. Beside it the same server at its easiest: `/healthz`, \
         which asks the database one\nthing, and a small file out of memory. Five thousand attendances were there before; \
         five million where it says so,\nspread over five years.\n\n{}\nOne reader after the other, over the same years. A center with 100,000 bookings has \
         ten and a half years of them,\n10,000 within the year that a calendar holds:\n\n{}",
        tables.check_ins, tables.pages
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/RESULTS.md");
    // The sections that other runs have made stay.
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let sections = before.find("\n## ").map_or("", |at| &before[at..]);
    std::fs::write(path, report + sections).unwrap();
}

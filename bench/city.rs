//! The figures and the pages of a whole city: `cargo bench -- city`. Three hundred centers, two hundred thousand sessions over three
//! years, five million attendances of four hundred and fifty thousand people. What Linli counts stands beside the plain SQL of the same question,
//! in the same run, and its numbers have to be the same. `city small` takes a hundredth, to see whether the bench works.

mod draw;
mod fill;
mod owed;
mod plain;

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use linli::Settings;
use linli::agreements::{ProviderId, PurchaserId};
use linli::audit::Actor;
use linli::auth::{AccountId, ReportReader, Role, Scope, accounts, logins};
use linli::centers::CenterId;
use linli::clock::{Clock, Date, Month};
use linli::figures::{Period, Reported, queries, scope};
use linli::store::{Db, Sealer};
use rocket::figment::Figment;
use rocket::local::asynchronous::Client;
use rocket::request::{FromRequest as _, Outcome};
use rocket_db_pools::Database as _;

use super::load::{Heard, get_signed_in, load, post_form, post_json};
use super::process::children;
use super::server::Server;
use super::{SPAN, Tables};
use fill::City;
pub use fill::Size;
use plain::{Question, Told};

const PROGRAM: &str = env!("CARGO_BIN_EXE_linli");
/// As [`Server::start`] has it.
const KEY_DIGITS: &str = "07";
/// Answers of one page, at most.
const ANSWERS: u64 = 100;
/// As long as an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who looks: a browser's login, and a program's token.
struct Reader {
    login: String,
    token: String,
}

/// Those who have pages of their own.
struct Readers {
    admin: Reader,
    manager: Reader,
    purchaser: Reader,
    worker: Reader,
}

/// Fills the city and measures it; `name` is the database's.
pub async fn measure(name: &str, url: &str, size: Size) {
    let city = City::build(url, size).await;
    let readers = readers(&city).await;
    let mut report = String::new();
    rebuild(&city, &mut report).await;
    at_rest(&city, &mut report).await;
    figures(&city, &readers, &mut report).await;
    correction(&city, &readers, &mut report).await;
    let mut tables = Tables::new();
    let server = Server::start(PROGRAM, url);
    print!("\n{}", tables.pages);
    let owed = owed::owed(&city, &readers, server.address).await;
    pages(&city, &readers, &mut tables, server.address).await;
    owed::pages(&readers, &mut tables, (server.address, &owed)).await;
    say(&mut report, &format!("\nAfter these pages the process has {} MB resident:\n", resident()));
    drop(server);
    say(&mut report, "");
    report.push_str(&tables.pages);
    if size == Size::WHOLE {
        keep(name, &report);
    }
}

/// What is printed, and kept.
fn say(report: &mut String, line: &str) {
    println!("{line}");
    _ = writeln!(report, "{line}");
}

/// Puts an engine's section into the results, in place of the one it had.
fn keep(name: &str, report: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/RESULTS.md");
    let results = std::fs::read_to_string(&path).unwrap_or_default();
    let heading = format!("## A city of three hundred centers, {name}\n");
    let (before, rest) = results.split_once(&heading).unwrap_or((results.as_str(), ""));
    let after = rest.find("\n## ").map_or("", |at| &rest[at + 1..]);
    let command = name.to_lowercase().replace("postgresql", "postgres");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let section = format!(
        "{heading}\nMade by `cargo bench -- city {command}` on {cores} cores: 200,000 sessions and 5 million attendances over three years, \
         450,000 people.\nPlain SQL is `count(distinct …)` over sessions and attendances, in the same run and to the same numbers. \
         The machine's own cache\nwas warm.\n\n{report}"
    );
    let text = [before.trim_end(), section.trim_end(), after.trim_end()];
    let text = text.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    std::fs::write(path, format!("{text}\n")).unwrap();
}

/// An account for each provider and purchaser, and for those who look.
async fn readers(city: &City) -> Readers {
    for provider in 2..=fill::PROVIDERS {
        reader(city, Role::ProviderManager, Scope::Provider(ProviderId(provider))).await;
    }
    for purchaser in 2..=fill::PURCHASERS {
        reader(city, Role::Purchaser, Scope::Purchaser(PurchaserId(purchaser))).await;
    }
    Readers {
        admin: reader(city, Role::CityAdmin, Scope::City).await,
        manager: reader(city, Role::ProviderManager, Scope::Provider(ProviderId(1))).await,
        purchaser: reader(city, Role::Purchaser, Scope::Purchaser(PurchaserId(1))).await,
        worker: reader(city, Role::SocialWorker, Scope::Center(CenterId(1))).await,
    }
}

async fn reader(city: &City, role: Role, scope: Scope) -> Reader {
    let now = Clock::system().now();
    let mut tx = city.db.begin_patiently().await.unwrap();
    let token = accounts::create_token(&Actor::Operator, now, &mut tx, "bench", role, &[scope]).await.expect("a token");
    let account = sqlx::query_scalar("select max(id) from accounts").fetch_one(&mut *tx).await.unwrap();
    let login = logins::open(&mut tx, now, AccountId(account), logins::Kind::Browser, "bench").await.expect("a login");
    tx.commit().await.unwrap();
    Reader { login, token }
}

/// The right to read figures, which only a request has: one that is asked for and goes nowhere.
async fn right(url: &str, login: &str) -> ReportReader {
    let settings = Settings {
        database_url: url.to_owned(),
        public_url: None,
        clock: Clock::system(),
        sealer: Sealer::from_hex(&KEY_DIGITS.repeat(32)).expect("a key"),
        overrides: Figment::new(),
    };
    let rocket = rocket::custom(settings.figment()).manage(settings.clock).attach(Db::init());
    let client = Client::untracked(rocket).await.expect("a rocket that stays on the ground");
    let request = client.get("/reports").cookie((logins::COOKIE, login.to_owned()));
    match ReportReader::from_request(request.inner()).await {
        Outcome::Success(by) => by,
        _ => panic!("the city's administrator reads reports"),
    }
}

/// Runs a command of Linli's to its end: how long it took, or nothing where it fails.
fn command(url: &str, word: &str) -> Option<Duration> {
    let began = Instant::now();
    let done = Command::new(PROGRAM)
        .arg(word)
        .env("DATABASE_URL", url)
        .env("LINLI_KEY", KEY_DIGITS.repeat(32))
        .stdout(Stdio::null())
        .status()
        .expect("Linli can be started");
    done.success().then(|| began.elapsed())
}

/// What is derived from five million rows: how long that takes, and how large it is.
async fn rebuild(city: &City, report: &mut String) {
    say(report, "| derived figures | |\n| --- | ---: |");
    for word in ["rebuild", "check"] {
        let took = command(&city.url, word).map_or("failed".to_owned(), |took| format!("{:.1} s", took.as_secs_f64()));
        say(report, &format!("| `linli {word}` | {took} |"));
    }
    let sql = "select count(*), cast(coalesce(sum(length(content)), 0) as bigint) from figure_sets";
    let size: Result<(i64, i64), _> =
        sqlx::query_as(sql).fetch_one(&mut *city.db.read_patiently().await.unwrap()).await;
    let size = size.map_or("none".to_owned(), |(sets, bytes)| format!("{sets}, {:.1} MB", bytes as f64 / 1_000_000.0));
    say(report, &format!("| sets, and their size | {size} |"));
}

/// How long a process takes until it is well, and what it holds while nobody asks it anything.
async fn at_rest(city: &City, report: &mut String) {
    let mut starts = Vec::new();
    let mut held = 0;
    for _ in 0..3 {
        let began = Instant::now();
        let server = Server::start(PROGRAM, &city.url);
        starts.push(began.elapsed().as_millis());
        tokio::time::sleep(Duration::from_secs(3)).await;
        held = resident();
        drop(server);
    }
    say(report, &format!("| ready after, each of three starts | {starts:?} ms |"));
    say(report, &format!("| resident while idle | {held} MB |"));
}

/// Megabytes that the one Linli we started has in memory.
fn resident() -> u64 {
    let field = |pid: i32, file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let own = std::process::id().cast_signed();
    let linli = children(own).into_iter().find(|pid| field(*pid, "comm").trim() == "linli");
    let status = linli.map(|pid| field(pid, "status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1_024
}

/// A question, as its scope is named.
struct Asked {
    name: &'static str,
    scope: String,
    centers: Vec<i64>,
    period: Period,
}

/// The year before this one, and what lies within it.
async fn questions(city: &City) -> Vec<Asked> {
    let year = city.today.year_start().minus_years(1);
    let after = |months: u32| (0..months).fold(Month::of(year), |month, _| month.next()).first();
    let period = |from: Date, to: Date| Period::new(from, to).expect("a period");
    let centers = async |sql: &'static str| -> Vec<i64> {
        sqlx::query_scalar(sql).fetch_all(&mut *city.db.read().await.unwrap()).await.expect(sql)
    };
    let town: String = sqlx::query_scalar("select town from communities where id = 1")
        .fetch_one(&mut *city.db.read().await.unwrap())
        .await
        .expect("a town");
    let of_town = centers(
        "select c.id from centers c join communities m on m.id = c.community_id
         where m.town = (select town from communities where id = 1)",
    )
    .await;
    assert_eq!(of_town.len() as i64, fill::OF_FIRST_TOWN, "centers of the first town");
    let of_provider = centers("select center_id from operators where provider_id = 1 and ends_on is null").await;
    let days = year.plus_days(69);
    vec![
        Asked {
            name: "the city's year",
            scope: "city".into(),
            centers: city.centers().collect(),
            period: period(year, year.plus_years(1)),
        },
        Asked {
            name: "a center's month",
            scope: "center:1".into(),
            centers: vec![1],
            period: period(after(5), after(6)),
        },
        Asked {
            name: "97 days of a town of 12 centers",
            scope: format!("town:{town}"),
            centers: of_town,
            period: period(days, days.plus_days(97)),
        },
        Asked {
            name: "a provider's quarter",
            scope: "provider:1".into(),
            centers: of_provider,
            period: period(after(3), after(6)),
        },
    ]
}

impl Asked {
    fn request(&self, token: &str) -> Vec<u8> {
        let Period { from, to } = self.period;
        let path = format!("/api/v1/summary?scope={}&from={from}&to={to}", in_query(&self.scope));
        format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
    }

    /// By plain SQL: the numbers, and the quicker of two times.
    async fn plain(&self, city: &City) -> (Told, Duration) {
        let mut conn = city.db.read_patiently().await.unwrap();
        let now = Clock::system().now().0.0;
        let question = Question { centers: &self.centers, period: self.period, now };
        let mut quickest = Duration::MAX;
        let mut told = Told::new();
        for _ in 0..2 {
            let began = Instant::now();
            told = question.count(&mut conn).await;
            quickest = quickest.min(began.elapsed());
        }
        (told, quickest)
    }

    /// By the library, over and over.
    async fn counted(&self, city: &City, by: &ReportReader) -> (Told, Heard) {
        let reported: Reported = self.scope.parse().expect("a scope");
        let mut conn = city.db.read_patiently().await.unwrap();
        let (began, mut heard, mut told) = (Instant::now(), Heard::default(), Told::new());
        while heard.answers.is_empty() || began.elapsed() < SPAN && heard.answers.len() < ANSWERS as usize {
            let now = Clock::system().now();
            let asked = Instant::now();
            let reach = scope::named(by, &mut conn, now, &reported, self.period).await.expect("a reach");
            let numbers = queries::count(&mut conn, &reach, self.period, now).await.expect("numbers");
            heard.answers.push((heard.answers.len() as u64, 200, asked.elapsed()));
            told = plain::told(&numbers);
        }
        (told, heard)
    }
}

/// Each question by plain SQL, by the library, and by a program that asks a server which has just been started.
async fn figures(city: &City, readers: &Readers, report: &mut String) {
    let by = right(&city.url, &readers.admin.login).await;
    say(
        report,
        "\n| figures | plain SQL, ms | library: the first, ms | p50 | p95 | HTTP: the first, ms | p50 | p95 | times faster |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    );
    let mut wrong = Vec::new();
    for asked in questions(city).await {
        let server = Server::start(PROGRAM, &city.url);
        let over_http = ask(server.address, asked.request(&readers.admin.token)).await;
        drop(server);
        let (told, counted) = asked.counted(city, &by).await;
        let (expected, plain) = asked.plain(city).await;
        wrong.extend(differences(&told, &expected).into_iter().map(|line| format!("{}: {line}", asked.name)));
        let plain = plain.as_secs_f64() * 1_000.0;
        say(
            report,
            &format!(
                "| {}{} | {plain:.0} | {} | {} | {:.0} |",
                asked.name,
                refused(&over_http),
                times(&counted),
                times(&over_http),
                plain / counted.percentile(50)
            ),
        );
    }
    wrong.iter().for_each(|line| println!("{line}"));
    assert!(wrong.is_empty(), "{} numbers are not those of plain SQL", wrong.len());
}

/// The first, the middle and the slow ones, as cells of a table.
fn times(heard: &Heard) -> String {
    let first = heard.answers.first().map_or(f64::NAN, |(.., took)| took.as_secs_f64() * 1_000.0);
    format!("{first:.1} | {:.1} | {:.1}", heard.percentile(50), heard.percentile(95))
}

fn differences(told: &Told, expected: &Told) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = told.keys().chain(expected.keys()).collect();
    let of = |told: &Told, name: &String| told.get(name).copied().unwrap_or(0);
    names
        .into_iter()
        .filter(|name| of(told, name) != of(expected, name))
        .map(|name| format!("{name} are {}, told as {}", of(expected, name), of(told, name)))
        .collect()
}

/// One attendance of a past month is voided; then the month is read.
async fn correction(city: &City, readers: &Readers, report: &mut String) {
    let questions = questions(city).await;
    let month = &questions[1];
    let (session, attendance): (i64, i64) = sqlx::query_as(
        "select s.id, min(t.id) from sessions s join attendances t on t.session_id = s.id
         where s.center_id = 1 and s.local_date >= $1 and s.status = 'completed' and t.part = 'participant' and t.voided_at is null
         group by s.id order by s.id limit 1",
    )
    .bind(month.period.from)
    .fetch_one(&mut *city.db.read_patiently().await.unwrap())
    .await
    .expect("an attendance");
    let server = Server::start(PROGRAM, &city.url);
    let path = format!("/api/v1/sessions/{session}/checkins/{attendance}/void");
    let void = post_json(&path, &readers.worker.token, r#"{"reason":"点错了人"}"#);
    let voided = ask_times(server.address, void, 1).await;
    let read = ask(server.address, month.request(&readers.admin.token)).await;
    say(report, "\n| a correction | the first, ms | p50 ms | p95 ms |\n| --- | ---: | ---: | ---: |");
    say(report, &format!("| an attendance of last year is voided{} | {} |", refused(&voided), times(&voided)));
    say(report, &format!("| its center's month, read after that{} | {} |", refused(&read), times(&read)));
    drop(server);
    let by = right(&city.url, &readers.admin.login).await;
    let ((told, _), (expected, _)) = (month.counted(city, &by).await, month.plain(city).await);
    let wrong = differences(&told, &expected);
    assert!(wrong.is_empty(), "after the correction: {wrong:?}");
}

/// Asks the same until the time is up, or often enough.
async fn ask(address: SocketAddr, request: Vec<u8>) -> Heard {
    ask_times(address, request, ANSWERS).await
}

async fn ask_times(address: SocketAddr, request: Vec<u8>, times: u64) -> Heard {
    let stop: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
    let ends = tokio::spawn(async move {
        tokio::time::sleep(SPAN).await;
        stop.store(true, Ordering::Relaxed);
    });
    let addresses = [address];
    let heard = load(&addresses, 1, stop, move |n| (n < times).then(|| request.clone()));
    let heard = tokio::time::timeout(PATIENCE, heard).await.unwrap_or_default();
    ends.abort();
    heard
}

/// What a table says of answers that are none: a page may have gone, or be shut to this reader.
fn refused(heard: &Heard) -> String {
    let other = heard.answers.iter().find(|(_, status, _)| *status != 200);
    match other {
        Some((_, status, _)) => format!(" (answers {status})"),
        None if heard.answers.is_empty() => " (does not answer)".to_owned(),
        None => String::new(),
    }
}

/// Every page that a reader's navigation shows, and those behind it that hold much.
async fn pages(city: &City, readers: &Readers, tables: &mut Tables, address: SocketAddr) {
    let month = Month::of(city.today.year_start().minus_days(200));
    let session =
        city.number("select max(s.id) from sessions s where s.center_id = 1 and s.status = 'completed'").await;
    let next = city.number("select min(s.id) from sessions s where s.center_id = 1 and s.status = 'planned'").await;
    let often = city
        .number("select min(t.person_id) from attendances t where t.session_id = (select max(s.id) from sessions s where s.center_id = 1 and s.status = 'completed')")
        .await;
    let Readers { admin, manager, purchaser, worker } = readers;
    for (role, reader) in
        [("administrator", admin), ("manager", manager), ("purchaser", purchaser), ("social worker", worker)]
    {
        let mut paths = shown(address, &reader.login);
        let mut add = |path: String| {
            if !paths.contains(&path) {
                paths.push(path);
            }
        };
        add(format!("/centers/1/reports/{month}"));
        add(format!("/summary/{month}"));
        if role != "purchaser" {
            add(format!("/centers/1/activities/{}", fill::ACTIVITIES / 2));
            add(format!("/centers/1/sessions/{session}"));
            add(format!("/centers/1/sessions/{next}"));
        }
        if matches!(role, "administrator" | "social worker") {
            add("/centers/1/people?page=20".to_owned());
            add(format!("/centers/1/people/{often}"));
            add("/centers/1/hours".to_owned());
        }
        for path in paths {
            look(tables, &format!("{role}: {path}"), address, get_signed_in(&path, &reader.login)).await;
        }
    }
    look(tables, "anybody: /agenda/1", address, super::load::get("/agenda/1")).await;
    for (what, wanted) in [("a name", "陈秀英"), ("initials", "cxy"), ("what nobody has", "4711")] {
        let form = format!("q={}&center=1", in_query(wanted));
        look(tables, &format!("social worker: search for {what}"), address, post_form("/search", &worker.login, &form))
            .await;
    }
    let form = format!("q={}", in_query("陈秀英"));
    look(tables, "administrator: search of the whole city", address, post_form("/search", &admin.login, &form)).await;
}

async fn look(tables: &mut Tables, page: &str, address: SocketAddr, request: Vec<u8>) {
    let heard = ask(address, request).await;
    tables.page(&format!("{page}{}", refused(&heard)), &heard);
}

/// The addresses in the navigation of the city's pages and of the first center's.
fn shown(address: SocketAddr, login: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for page in ["/centers", "/centers/1", "/centers/1/reports"] {
        let request = format!("GET {page} HTTP/1.0\r\nHost: bench\r\nCookie: login={login}\r\n\r\n");
        let mut socket = TcpStream::connect(address).expect("it is there");
        socket.write_all(request.as_bytes()).expect("it is asked");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("it answers");
        let nav = answer.split_once("<nav class=\"tabs-main\"").and_then(|(_, nav)| nav.split_once("</nav>"));
        for link in nav.map_or("", |(nav, _)| nav).split("href=\"").skip(1) {
            let path = link.split('"').next().unwrap_or_default().to_owned();
            if !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

/// Text as an address or a form holds it.
fn in_query(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { (byte as char).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

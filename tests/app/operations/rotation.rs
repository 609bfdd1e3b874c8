//! The data key is exchanged while people come: no error, nothing unreadable, the older key gone; also where the program is killed in the
//! middle of it.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use linli::clock::{Now, Timestamp};
use linli::files::{self, FileKind, Secrecy};
use linli::store::{Db, Pool, Sealed, Sealer};

use super::{Door, execute, number, numbers};
use crate::support::process::eventually;
use crate::support::program::{Program, linli, said};
use crate::support::{Engine, TestApp, app};

const SOON: Duration = Duration::from_secs(180);

/// Somebody whose numbers must be found nowhere.
const PLANTED: [&str; 2] = ["13922223333", "11010519491231002X"];

/// A door with so many people, of whom the first have phones, somebody with an ID number, and a file.
async fn open(url: &str, crowd: i64, phones: i64) -> Door {
    let door = Door::open(url, crowd).await;
    let app = TestApp::open(url).await;
    let mut tx = app.begin().await;
    let rows: serde_json::Map<_, _> = (1..=phones)
        .map(|id| {
            let phone = format!("138{id:08}");
            let row = serde_json::json!({"sealed": app.sealer.seal(&phone), "hash": app.sealer.hash("phone", &phone)});
            (id.to_string(), row)
        })
        .collect();
    sqlx::query(
        "update people set phone_sealed = j.value ->> 'sealed', phone_hash = j.value ->> 'hash'
         from json_each(cast($1 as json_text)) j where people.id = cast(j.key as bigint)",
    )
    .bind(serde_json::Value::Object(rows).to_string())
    .execute(&mut *tx)
    .await
    .unwrap();
    let file = files::check("残疾证.pdf", [b"%PDF-1.7 ".as_slice(), &[7; 3_000_000]].concat(), FileKind::ALL).unwrap();
    files::keep(Now(Timestamp(0)), &mut tx, &app.sealer, &file, Secrecy::Sealed).await.unwrap();
    tx.commit().await.unwrap();
    let body = serde_json::json!({"center": 1, "name": "王建国", "phone": PLANTED[0], "id_number": PLANTED[1]});
    app.with_token(&door.token).post_json("/api/v1/people", body).await.is(201);
    app.db().close().await;
    door
}

/// Opens all that is sealed as a program does that starts now; how many people have a number.
async fn opens(url: &str) -> usize {
    let db = Db::from(Pool::open_existing(url, 2).await.unwrap());
    let sealer = Sealer::new(&[7; 32]);
    sealer.read_keys(&db).await.unwrap();
    let mut conn = db.read().await.unwrap();
    let sealed: Vec<(i64, String, Sealed, String)> = sqlx::query_as(
        "select id, 'phone', phone_sealed, phone_hash from people where phone_sealed is not null
         union all select id, 'id_number', id_number_sealed, id_number_hash from people where id_number_sealed is not null",
    )
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    for (id, kind, sealed, hash) in &sealed {
        let number = sealer.open(sealed).unwrap_or_else(|| panic!("the {kind} of {id} does not open"));
        assert_eq!(sealer.hash(kind, &number), *hash, "the {kind} of {id}");
    }
    let file = files::read(&mut conn, &sealer, linli::files::FileId(1)).await.unwrap();
    assert_eq!(file.bytes.len(), 3_000_009);
    drop(conn);
    db.close().await;
    sealed.len()
}

pub(super) fn hurry(url: &str, kind: &str) {
    // What a night's patience does: the test does not wait for the announcement, nor ten minutes.
    app::runtime()
        .block_on(execute(url, &format!("update jobs set ready_at = 0 where kind = '{kind}' and state = 'waiting'")));
}

fn asked(url: &str, sql: &'static str) -> i64 {
    app::runtime().block_on(number(url, sql))
}

const WAITING: &str = "select count(*) from jobs where kind = 'key.remove' and state = 'waiting'";
const RUNNING: &str = "select count(*) from jobs where kind = 'key.reseal' and state = 'running'";
const KEYS: &str = "select count(*) from data_keys";

/// What somebody at a desk saw: how many of what, and what went wrong.
#[derive(Default)]
struct Seen {
    check_ins: AtomicI64,
    people: AtomicI64,
    reads: AtomicI64,
    wrong: std::sync::Mutex<Vec<String>>,
}

/// Lets people in, registers some with their numbers, and reads them again, until told to stop.
fn works(
    door: &Door,
    programs: &[Program],
    (turn, phones): (usize, i64),
    next: &AtomicI64,
    stop: &AtomicBool,
    seen: &Seen,
) {
    let wrong = |what: &str, answer: &str| seen.wrong.lock().unwrap().push(format!("{what}: {answer}"));
    for round in 0_usize.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let (here, there) = (&programs[turn % programs.len()], &programs[(turn + 1) % programs.len()]);
        let person = next.fetch_add(1, Ordering::Relaxed);
        match door.lets_in(here, person) {
            (201, _) => _ = seen.check_ins.fetch_add(1, Ordering::Relaxed),
            (_, answer) => wrong("a check-in", &answer),
        }
        if round % 4 != 0 {
            continue;
        }
        let body =
            serde_json::json!({"center": 1, "name": format!("新街坊{person}"), "phone": format!("137{person:08}")});
        let (status, answer) = here.post_json("/api/v1/people", &door.token, &body.to_string());
        let made: Option<serde_json::Value> =
            answer.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok());
        let Some(id) = made.filter(|_| status == 201).and_then(|made| made["id"].as_i64()) else {
            wrong("a registration", &answer);
            continue;
        };
        seen.people.fetch_add(1, Ordering::Relaxed);
        // By the other process, and somebody of long ago.
        let known = 1 + person % phones;
        for (id, end) in [(id, person), (known, known)] {
            let (status, answer) = there.get_with_token(&format!("/api/v1/people/{id}"), &door.token);
            let masked = format!("****{:04}", end % 10_000);
            match status == 200 && answer.contains(&masked) {
                true => _ = seen.reads.fetch_add(1, Ordering::Relaxed),
                false => wrong("a phone", &answer),
            }
        }
    }
}

fn the_key_is_exchanged_while_people_come(engine: Engine, processes: usize) {
    let Some(url) = app::fresh_database(engine) else { return };
    let seconds = std::env::var("LINLI_ROTATION_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let [crowd, phones] = [2_000, 300].map(|many| many * i64::try_from(seconds).unwrap());
    let door = app::runtime().block_on(open(&url, crowd, phones));
    let programs: Vec<Program> = (0..processes).map(|_| Program::start(&url)).collect();
    programs.iter().for_each(|program| program.is_well_within(20));
    let wrapped = app::runtime().block_on(texts(&url, "select wrapped from data_keys"));
    let (stop, next, seen) = (AtomicBool::new(false), AtomicI64::new(1), Seen::default());
    let began = Instant::now();
    let count = |count: &AtomicI64| count.load(Ordering::Relaxed);
    let resealed = std::thread::scope(|scope| {
        for turn in 0..4 {
            let (door, programs, next, stop, seen) = (&door, &programs, &next, &stop, &seen);
            scope.spawn(move || works(door, programs, (turn, phones), next, stop, seen));
        }
        std::thread::sleep(Duration::from_secs(1));
        let (well, told) = said(linli(&url, &["key", "rotate"]));
        assert!(well && told.contains("Key 2 is made."), "{told}");
        let (well, told) = said(linli(&url, &["key", "rotate"]));
        assert!(!well && told.contains("the last rotation is not over yet"), "{told}");
        // A test that has the time waits for the announcement; else the new number is met before it was read.
        if seconds < 30 {
            hurry(&url, "key.reseal");
        }
        let begins = eventually(SOON, || asked(&url, RUNNING) == 1 || asked(&url, WAITING) == 1);
        let begun = (began.elapsed(), count(&seen.check_ins));
        let resealed = begins && eventually(SOON, || asked(&url, WAITING) == 1);
        let resealed = resealed.then(|| (begun, (began.elapsed(), count(&seen.check_ins))));
        std::thread::sleep(Duration::from_secs(seconds).saturating_sub(began.elapsed()));
        stop.store(true, Ordering::Relaxed);
        resealed
    });
    let (well, list) = said(linli(&url, &["key", "list"]));
    assert!(well && list.contains("sealing anew: done"), "{list}");
    // Every process has heard of it, the one that did not do the work too.
    let by_two = |(turn, program): (usize, &Program)| {
        eventually(Duration::from_secs(15), || {
            let body = serde_json::json!({"center": 1, "name": format!("后来的{turn}"), "phone": "13600000000", "anyway": true});
            assert_eq!(program.post_json("/api/v1/people", &door.token, &body.to_string()).0, 201);
            seen.people.fetch_add(1, Ordering::Relaxed);
            asked(
                &url,
                "select case when phone_sealed like '00000002.%' then 1 else 0 end from people order by id desc limit 1",
            ) == 1
        })
    };
    assert!(programs.iter().enumerate().all(by_two), "{}", said(linli(&url, &["key", "list"])).1);
    hurry(&url, "key.remove");
    assert!(eventually(SOON, || asked(&url, KEYS) == 1), "{}", said(linli(&url, &["key", "list"])).1);
    eprintln!(
        "{engine:?}, {processes} processes: in {seconds} s {} check-ins, {} registered, {} numbers read; {phones} people sealed \
         anew, from and to when and how many check-ins: {resealed:?}",
        count(&seen.check_ins),
        count(&seen.people),
        count(&seen.reads)
    );
    let wrong = seen.wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} went wrong, such as {:?}\n{}", wrong.len(), wrong.first(), programs[0].log());
    assert!(count(&seen.check_ins) > 100 && count(&seen.people) > 25 && resealed.is_some());
    assert!(programs.iter().all(|program| program.lines_with("ERROR") == 0), "{}", programs[0].log());
    let people = usize::try_from(phones + count(&seen.people) + 2).unwrap();
    assert_eq!(app::runtime().block_on(opens(&url)), people);
    let (well, list) = said(linli(&url, &["key", "list"]));
    assert!(
        well && list.contains("removing older keys: done") && list.lines().any(|line| line.trim().starts_with("2 ")),
        "{list}"
    );
    nothing_is_left(engine, &url, &wrapped, &programs);
}

async fn texts(url: &str, sql: &'static str) -> Vec<String> {
    use sqlx::Connection as _;
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(url).await.expect("the database opens");
    sqlx::query_scalar(sql).fetch_all(&mut conn).await.expect(sql)
}

/// Neither of the planted numbers nor of the older key anything lies in the database's files, nor in the log.
fn nothing_is_left(engine: Engine, url: &str, wrapped: &[String], programs: &[Program]) {
    assert!(wrapped.len() == 1 && wrapped[0].len() > 60);
    for planted in PLANTED {
        assert!(programs.iter().all(|program| program.lines_with(planted) == 0), "{planted} is in the log");
    }
    if engine == Engine::Postgres {
        let runtime = app::runtime();
        runtime.block_on(execute(url, "checkpoint"));
        let file = "select current_setting('data_directory') || '/' || pg_relation_filepath('data_keys')";
        let bytes = fs::read(&runtime.block_on(texts(url, file))[0]).unwrap();
        let holds = |word: &str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
        let now = runtime.block_on(texts(url, "select wrapped from data_keys"));
        assert!(holds(&now[0]) && !holds(&wrapped[0]), "the table's file holds the key that was removed");
        return;
    }
    let path = url.trim_start_matches("sqlite:");
    let mut looked_at = 0;
    for file in ["", "-wal"].map(|end| format!("{path}{end}")) {
        let bytes = fs::read(&file).unwrap_or_default();
        looked_at += bytes.len();
        let holds = |word: &str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
        assert!(!holds(&wrapped[0]), "{file} holds the key that was removed");
        assert!(!PLANTED.into_iter().any(holds), "{file} holds a planted number");
        assert!(file.ends_with("-wal") || holds("王建国") && holds("00000002."), "{file} is not what is looked at");
    }
    assert!(looked_at > 3_000_000);
}

#[test]
fn the_key_is_exchanged_while_people_come_postgres() {
    the_key_is_exchanged_while_people_come(Engine::Postgres, 2);
}

#[test]
fn the_key_is_exchanged_while_people_come_sqlite() {
    the_key_is_exchanged_while_people_come(Engine::Sqlite, 1);
}

/// Killed in the middle of sealing anew, it goes on where it was.
fn a_rotation_survives_a_kill(engine: Engine) {
    const CROWD: i64 = 2_500;
    const UNDER_WAY: &str =
        "select count(*) from jobs where kind = 'key.reseal' and state = 'running' and progress_done > 300";
    const BY_KEYS: &str =
        "select count(*) from people where phone_sealed is not null group by substr(phone_sealed, 1, 9)";
    let Some(url) = app::fresh_database(engine) else { return };
    app::runtime().block_on(open(&url, CROWD, CROWD));
    let program = Program::start(&url);
    program.is_well_within(20);
    assert!(said(linli(&url, &["key", "rotate"])).0);
    hurry(&url, "key.reseal");
    assert!(eventually(SOON, || asked(&url, UNDER_WAY) == 1), "{}", program.log());
    // As `kill -9`.
    drop(program);
    let by_keys = app::runtime().block_on(numbers(&url, BY_KEYS));
    assert!(by_keys.len() == 2 && by_keys.iter().sum::<i64>() == CROWD + 1, "half of it: {by_keys:?}");
    assert_eq!(app::runtime().block_on(opens(&url)), usize::try_from(CROWD + 2).unwrap());
    let program = Program::start(&url);
    program.is_well_within(20);
    // Two minutes later somebody else takes it over.
    app::runtime().block_on(execute(&url, "update jobs set leased_until = 0 where kind = 'key.reseal'"));
    assert!(eventually(SOON, || asked(&url, WAITING) == 1), "{}", said(linli(&url, &["key", "list"])).1);
    assert_eq!(app::runtime().block_on(numbers(&url, BY_KEYS)), [CROWD + 1]);
    let begun = asked(&url, "select attempts from jobs where kind = 'key.reseal'");
    assert_eq!(begun, 2);
    hurry(&url, "key.remove");
    assert!(eventually(SOON, || asked(&url, KEYS) == 1), "{}", said(linli(&url, &["key", "list"])).1);
    assert_eq!(app::runtime().block_on(opens(&url)), usize::try_from(CROWD + 2).unwrap());
}

#[test]
fn a_rotation_survives_a_kill_sqlite() {
    a_rotation_survives_a_kill(Engine::Sqlite);
}

#[test]
fn a_rotation_survives_a_kill_postgres() {
    a_rotation_survives_a_kill(Engine::Postgres);
}

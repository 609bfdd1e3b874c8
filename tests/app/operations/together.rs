//! Several processes on one PostgreSQL: they start at once, one migrates while others wait, one is newer than the others,
//! or something stands between.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use sqlx::{Connection as _, PgConnection};

use super::{Door, execute, number};
use crate::support::pooler::Pooler;
use crate::support::process::eventually;
use crate::support::program::{Program, linli, said};
use crate::support::{Engine, app, postgres};

/// The one-time link of the first start, without where it leads.
fn link(program: &Program) -> Option<String> {
    program.log().lines().find_map(|line| Some(line.split_once("/setup/")?.1.trim().to_owned()))
}

#[test]
fn four_that_start_on_an_empty_database_fill_it_once_and_print_one_link() {
    let Some(cluster) = postgres::cluster() else { return };
    for round in 0..3 {
        let name = format!("empty_{round}");
        app::apart({
            let name = name.clone();
            async move { cluster.create_database(&name, None).await }
        });
        let url = cluster.url(&name);
        let starting: Vec<_> = (0..4)
            .map(|_| {
                std::thread::spawn({
                    let url = url.clone();
                    move || Program::start(&url)
                })
            })
            .collect();
        let programs: Vec<Program> = starting.into_iter().map(|program| program.join().unwrap()).collect();
        for program in &programs {
            program.is_well_within(30);
            assert!(eventually(Duration::from_secs(5), || link(program).is_some()), "no link:\n{}", program.log());
            assert_eq!(program.lines_with("ERROR"), 0, "{}", program.log());
        }
        let links: BTreeSet<String> = programs.iter().filter_map(link).collect();
        assert_eq!(links.len(), 1, "{links:?}");
        for program in &programs {
            assert_eq!(program.get(&format!("/setup/{}", links.first().unwrap())).0, 200);
        }
        let runtime = app::runtime();
        assert_eq!(runtime.block_on(number(&url, "select count(*) from communities")), 25);
        assert_eq!(runtime.block_on(number(&url, "select count(*) from setup_links")), 1);
    }
}

/// As sqlx computes the lock that a migrating process holds.
fn migrators_lock(database: &str) -> i64 {
    let mut crc = u32::MAX;
    for byte in database.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    0x3d32_ad9e * i64::from(!crc)
}

#[test]
fn while_another_migrates_everybody_is_told_so() {
    let Some(cluster) = postgres::cluster() else { return };
    app::apart(cluster.create_database("migrating", None));
    let url = cluster.url("migrating");
    let runtime = app::runtime();
    let mut other = runtime.block_on(async {
        let mut other = PgConnection::connect(&url).await.unwrap();
        let lock = migrators_lock("migrating");
        sqlx::query("select pg_advisory_lock($1)").bind(lock).execute(&mut other).await.unwrap();
        other
    });
    let (program, mut stopped) = (Program::start(&url), Program::start(&url));
    for path in ["/healthz", "/", "/sign-in"] {
        let (status, answer) = program.get(path);
        assert!(status == 503 && answer.contains("retry-after: "), "{path}: {answer}");
    }
    assert_eq!(program.get("/livez").0, 200);
    assert_eq!(program.lines_with("another process is migrating it"), 1, "{}", program.log());
    // Who is told to stop does not wait for the other's migration.
    crate::support::terminate(i32::try_from(stopped.pid()).unwrap());
    assert_eq!(stopped.ends_within(5), Some(true), "{}", stopped.log());
    runtime.block_on(async move {
        sqlx::query("select pg_advisory_unlock_all()").execute(&mut other).await.unwrap();
    });
    program.is_well_within(20);
    assert_eq!(program.get("/").0, 200);
}

#[test]
fn an_old_one_steps_back_when_a_newer_one_has_migrated() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(url) = app::fresh_database(engine) else { return };
        let runtime = app::runtime();
        let door = runtime.block_on(Door::open(&url, 10));
        let program = Program::start(&url);
        program.is_well_within(10);
        assert_eq!(door.lets_in(&program, 1).0, 201);
        runtime.block_on(execute(
            &url,
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             select 99999999, 'to come', success, checksum, 0 from _sqlx_migrations where version = 1",
        ));
        let began = Instant::now();
        assert!(eventually(Duration::from_secs(8), || program.get("/healthz").0 == 503), "{engine:?}");
        eprintln!("{engine:?}: stepped back after {:?}", began.elapsed());
        assert_eq!(door.lets_in(&program, 2).0, 503);
        assert_eq!(door.reads(&program), 503);
        assert_eq!(program.lines_with("made by a newer Linli (migration 99999999)"), 1, "{}", program.log());
    }
}

#[test]
fn a_pooler_that_mixes_transactions_is_refused() {
    let Some(cluster) = postgres::cluster() else { return };
    let Some(url) = app::fresh_database(Engine::Postgres) else { return };
    let Some(pooler) = Pooler::start("transaction", cluster.port()) else { return };
    let through = url.replace(&cluster.port().to_string(), &pooler.port.to_string());
    for arguments in [&["serve"][..], &["migrate"]] {
        let (well, told) = said(linli(&through, arguments));
        assert!(!well && told.contains("Linli needs pool_mode = session") && !told.contains("panicked"), "{told}");
    }
    let Some(pooler) = Pooler::start("session", cluster.port()) else { return };
    let through = url.replace(&cluster.port().to_string(), &pooler.port.to_string());
    let door = app::runtime().block_on(Door::open(&url, 10));
    let program = Program::start(&through);
    program.is_well_within(10);
    assert_eq!(door.lets_in(&program, 1).0, 201);
    assert_eq!(door.reads(&program), 200);
}

//! Every released schema, with a row in every table, is brought up to date by this program, on both engines, and nothing of
//! it is lost.
//!
//! `tests/releases/VERSION.db` and `VERSION.postgres.sql` are the world of the tests (`support::world`) as that version wrote
//! it; `VERSION.json` says how many rows its tables had and what its reports said. Until a version is released its files may be
//! made anew: `LINLI_REWRITE=1 cargo test --test app releases` (with `pg_dump` on the path).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::app::{Engine, TestApp, apart, fresh_database, runtime};
use crate::support::process::find_program;
use crate::support::program::{linli, said};
use crate::support::world::World;

const RELEASES: &[&str] = &["0.1.0"];

/// What later versions brought along for a table: of which, after which release, how many rows.
const SHIPPED: &[(&str, &str, i64)] = &[
    ("subgroups", "0.1.0", 13),
    ("qualification_kinds", "0.1.0", 10),
    ("shift_limits", "0.1.0", 1),
    ("star_levels", "0.1.0", 5),
    ("export_profiles", "0.1.0", 2),
    ("export_columns", "0.1.0", 20),
];

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases").join(name)
}

/// How many rows each table has.
async fn rows(app: &TestApp) -> BTreeMap<String, i64> {
    let mut conn = app.db().read().await.unwrap();
    let tables = match app.db().engine() {
        Engine::Sqlite => {
            "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name"
        }
        Engine::Postgres => {
            "select cast(tablename as text) from pg_tables where schemaname = 'public' order by tablename"
        }
    };
    let names: Vec<(String,)> =
        sqlx::query_as(sqlx::AssertSqlSafe(tables.to_owned())).fetch_all(&mut *conn).await.unwrap();
    let mut rows = BTreeMap::new();
    for (name,) in names.into_iter().filter(|(name,)| name != "_sqlx_migrations") {
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {name}")));
        rows.insert(name, count.fetch_one(&mut *conn).await.unwrap());
    }
    rows
}

/// What the city's report of the world's months says, by key.
async fn figures(app: &TestApp) -> BTreeMap<String, i64> {
    let answer =
        app.token("ada").await.get("/api/v1/summary?scope=city&from=2026-01-01&to=2026-05-01").await.is(200).json();
    let figure = |figure: &Value| (figure["key"].as_str().unwrap().to_owned(), figure["value"].as_i64().unwrap());
    answer["figures"].as_array().unwrap().iter().map(figure).collect()
}

/// Gives a row to each table that the world leaves empty: by the pages where there is one, else as they will.
async fn complete(app: &TestApp, world: &World) {
    let ann = app.sign_in("ann").await;
    let escorts = world.fill("/centers/1/sessions/$open/attendances/$attendance/escorts");
    ann.post(&escorts, &[("way", "in"), ("name", "外婆")]).await.is(303);
    let dismissal = world.fill("/centers/1/desk/review/$scan/dismissal");
    ann.post(&dismissal, &[("reason", "认错了人")]).await.is(303);
    app.execute("insert into ratings (session_id, local_date, score, comment) select min(id), min(local_date), 4, '茶好' from sessions").await;
    app.execute(
        "insert into room_openings (room_id, starts_at, ends_at, reason, created_at)
         values (1, 1772838000000, 1772866800000, '补班', 1772600000000)",
    )
    .await;
    app.execute(
        "insert into subgroups (code, priority_group, name, name_en, bit) values ('trial', 'elderly', '试用', 'Trial', 61)",
    )
    .await;
}

/// Makes the files of the version that is being worked on.
fn rewrite(version: &str) {
    let (lite, postgres) = (World::of(Engine::Sqlite).unwrap().copy(), World::of(Engine::Postgres).unwrap().copy());
    let told = runtime().block_on(async {
        let app = TestApp::open(&postgres).await;
        complete(&app, World::of(Engine::Postgres).unwrap()).await;
        figures(&app).await;
        app.db().close().await;
        let app = TestApp::open(&lite).await;
        complete(&app, World::of(Engine::Sqlite).unwrap()).await;
        // Asking for the figures is a login more: it is in the file, so it is counted.
        let figures = figures(&app).await;
        let told = json!({ "rows": rows(&app).await, "figures": figures });
        app.db().close().await;
        told
    });
    std::fs::write(file(&format!("{version}.json")), format!("{told:#}\n")).unwrap();
    let path = lite.trim_start_matches("sqlite:");
    std::fs::copy(path, file(&format!("{version}.db"))).unwrap();
    let mut dump = Command::new(find_program("pg_dump").expect("pg_dump"));
    let dumped =
        dump.args(["--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=200", &postgres]).output().unwrap();
    assert!(dumped.status.success(), "{}", String::from_utf8_lossy(&dumped.stderr));
    let text = String::from_utf8(dumped.stdout).unwrap();
    // Not what only psql understands, nor settings that an older server does not know, nor what the file can do without.
    let not_sql = ["\\", "--", "SET ", "SELECT pg_catalog.set_config"];
    let is_sql = |line: &&str| !line.is_empty() && !not_sql.iter().any(|start| line.starts_with(start));
    let text: String = text.lines().filter(is_sql).map(|line| format!("{line}\n")).collect();
    std::fs::write(file(&format!("{version}.postgres.sql")), text).unwrap();
}

/// The database of a release, as that version left it.
fn left_by(version: &str, engine: Engine) -> Option<String> {
    let url = fresh_database(engine)?;
    match engine {
        Engine::Sqlite => {
            std::fs::copy(file(&format!("{version}.db")), url.trim_start_matches("sqlite:")).unwrap();
        }
        Engine::Postgres => {
            let text = std::fs::read_to_string(file(&format!("{version}.postgres.sql"))).unwrap();
            let (to, name) = (url.clone(), url.rsplit('/').next().unwrap().to_owned());
            apart(async move {
                use sqlx::{Connection as _, PgConnection};
                let cluster = crate::support::postgres::cluster().unwrap();
                cluster.drop_database(&name).await;
                cluster.create_database(&name, None).await;
                let mut conn = PgConnection::connect(&to).await.unwrap();
                sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            });
        }
    }
    Some(url)
}

fn is_brought_up_to_date(engine: Engine) {
    if std::env::var_os("LINLI_REWRITE").is_some() && engine == Engine::Sqlite {
        rewrite(env!("CARGO_PKG_VERSION"));
    }
    for version in RELEASES {
        let Some(url) = left_by(version, engine) else { return };
        let (well, lines) = said(linli(&url, &["migrate"]));
        assert!(well, "{version}: {lines}");
        let told: Value =
            serde_json::from_str(&std::fs::read_to_string(file(&format!("{version}.json"))).unwrap()).unwrap();
        runtime().block_on(async {
            let app = TestApp::open(&url).await;
            let rows = rows(&app).await;
            for (table, count) in told["rows"].as_object().unwrap() {
                assert!(count.as_i64() > Some(0), "{version}: {table} is empty, so that nothing is proved of it");
                let shipped = SHIPPED.iter().find(|(of, since, _)| of == table && since == version).map_or(0, |(.., n)| *n);
                assert_eq!(rows.get(table).copied(), count.as_i64().map(|n| n + shipped), "{version}: {table}");
            }
            let figures = figures(&app).await;
            for (key, value) in told["figures"].as_object().unwrap() {
                assert_eq!(figures.get(key), value.as_i64().as_ref(), "{version}: {key}");
            }
            app.db().close().await;
        });
        let (well, lines) = said(linli(&url, &["check"]));
        assert!(well, "{version}: {lines}");
    }
}

#[test]
fn what_a_release_left_is_brought_up_to_date_sqlite() {
    is_brought_up_to_date(Engine::Sqlite);
}

#[test]
fn what_a_release_left_is_brought_up_to_date_postgres() {
    is_brought_up_to_date(Engine::Postgres);
}

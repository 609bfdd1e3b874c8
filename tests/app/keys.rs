//! Data keys are exchanged while people are served: everything is sealed anew, nothing becomes unreadable, the older keys go.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use linli::audit::Actor;
use linli::error::Error;
use linli::files::{self, FileId, FileKind, Secrecy};
use linli::jobs::{self, JobState};
use linli::keys::{self, KeyState};
use linli::store::{KeyNumber, Sealed, Sealer};
use sqlx::AssertSqlSafe;

use crate::check_in::{card, people};
use crate::imports::{SMALL, sends};
use crate::support::world::in_the_world;
use crate::support::{Engine, TestApp, on_both_engines};

/// Another process on the same database, which has read the keys once.
async fn another(app: &TestApp) -> Sealer {
    let sealer = Sealer::new(&[7; 32]);
    sealer.read_keys(app.db()).await.unwrap();
    sealer
}

async fn rotate(app: &TestApp) -> Result<KeyNumber, Error> {
    let mut tx = app.begin().await;
    let number = keys::rotate(&Actor::Operator, app.clock.now(), &mut tx, &app.sealer).await?;
    tx.commit().await.unwrap();
    Ok(number)
}

fn passes(app: &TestApp, seconds: u64) {
    app.clock.set(app.clock.now().0.plus(Duration::from_secs(seconds)));
}

async fn values(app: &TestApp) -> BTreeMap<i64, i64> {
    let values = keys::values(&mut app.db().read().await.unwrap()).await.unwrap();
    values.into_iter().map(|(key, many)| (key.0, many)).collect()
}

async fn numbers(app: &TestApp) -> Vec<i64> {
    let known = keys::known(&mut app.db().read().await.unwrap()).await.unwrap();
    known.iter().map(|key| key.number.0).collect()
}

/// Everything that is sealed but files, opened; what does not open is missing.
async fn opened(app: &TestApp, sealer: &Sealer) -> Vec<(String, String)> {
    const ALL: &str = "select 'phone ' || id as place, phone_sealed as sealed from people where phone_sealed is not null
        union all select 'id ' || id, id_number_sealed from people where id_number_sealed is not null
        union all select 'card ' || id, code_sealed from cards
        union all select 'row ' || import_id || '.' || row, sealed from import_rows
        union all select 'before ' || import_id || '.' || row, before_sealed from import_rows where before_sealed is not null
        order by place";
    let sealed: Vec<(String, Sealed)> =
        sqlx::query_as(ALL).fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
    sealed.into_iter().filter_map(|(place, sealed)| Some((place, sealer.open(&sealed)?))).collect()
}

/// A center that knows something of everything that is sealed, half of it from before keys had numbers; gives the file.
async fn furnish(app: &TestApp) -> FileId {
    let before_numbers = Sealer::new(&[7; 32]);
    people(app, 250).await;
    let mut tx = app.begin().await;
    for id in 1..=250_i64 {
        let phone = format!("138{id:08}");
        let sealer = if id % 2 == 0 { &app.sealer } else { &before_numbers };
        sqlx::query("update people set phone_sealed = $1, phone_hash = $2 where id = $3")
            .bind(sealer.seal(&phone))
            .bind(sealer.hash("phone", &phone))
            .bind(id)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    let bytes = [b"%PDF-1.7 ".as_slice(), &[7; 1_400_000]].concat();
    let file = files::check("残疾证.pdf", bytes, FileKind::ALL).unwrap();
    let id = files::keep(app.clock.now(), &mut tx, &before_numbers, &file, Secrecy::Sealed).await.unwrap();
    let plain = files::check("0000000a.pdf", b"%PDF-1.7 plain".to_vec(), FileKind::ALL).unwrap();
    files::keep(app.clock.now(), &mut tx, &app.sealer, &plain, Secrecy::Plain).await.unwrap();
    tx.commit().await.unwrap();
    card(app, 1).await;
    let ann = app.token("ann").await;
    ann.post_json("/api/v1/people", serde_json::json!({"center": 1, "name": "何伟明", "phone": "13500135000"}))
        .await
        .is(201);
    ann.post_json(
        "/api/v1/people",
        serde_json::json!({"center": 1, "name": "王建国", "id_number": "11010519491231002X"}),
    )
    .await
    .is(201);
    let import = sends(&ann, "/api/v1/people/imports?center=1", "roster.csv", SMALL).await.is(201).json();
    ann.post_json(&format!("/api/v1/people/imports/{}/application", import["id"]), serde_json::json!({})).await.is(200);
    id
}

/// The whole way: announced, exchanged, and the older ones removed.
async fn has_rotated(app: &TestApp) {
    rotate(app).await.unwrap();
    passes(app, 15);
    assert_eq!(app.run_jobs().await, 1);
    passes(app, 600);
    assert_eq!(app.run_jobs().await, 1);
}

on_both_engines! {
    async fn everything_is_sealed_anew_and_the_older_keys_go(app: TestApp) {
        let file = furnish(&app).await;
        let (before, other, late) = (opened(&app, &app.sealer).await, another(&app).await, another(&app).await);
        let counted = values(&app).await;
        assert!(before.len() > 254 && counted[&0] > 125 && counted[&1] > 125, "{}: {counted:?}", before.len());
        let typed = app.sealer.seal_outgoing("what was typed");

        assert_eq!(rotate(&app).await.unwrap(), KeyNumber(2));
        assert!(matches!(rotate(&app).await, Err(Error::Refused(refusal)) if refusal.code == "key_rotation_under_way"));
        assert_eq!(app.run_jobs().await, 0, "every process may read it before it is used");
        app.sealer.read_keys(app.db()).await.unwrap();
        assert_eq!(app.sealer.current_key(), KeyNumber(1), "announced only");
        passes(&app, 15);
        assert_eq!(app.run_jobs().await, 1);
        assert_eq!(values(&app).await, BTreeMap::from([(2, counted.values().sum())]));
        assert_eq!(numbers(&app).await, [1, 2], "what a late process may seal opens");
        assert!(matches!(rotate(&app).await, Err(Error::Refused(_))));
        assert_eq!(opened(&app, &other).await, before, "whoever meets the new number reads the keys again");

        // One process has not read of it yet, another has read nothing for long.
        let mut tx = app.begin().await;
        for (sealer, key, id) in [(&late, 1, 3_i64), (&Sealer::new(&[7; 32]), 0, 5)] {
            assert_eq!(sealer.current_key(), KeyNumber(key));
            let phone = sealer.seal(&format!("138{id:08}"));
            sqlx::query("update people set phone_sealed = $1 where id = $2").bind(phone).bind(id).execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        passes(&app, 599);
        assert_eq!(app.run_jobs().await, 0);
        passes(&app, 1);
        assert_eq!(app.run_jobs().await, 1);
        assert_eq!((numbers(&app).await, values(&app).await), (vec![2], BTreeMap::from([(2, counted.values().sum())])));
        let fresh = another(&app).await;
        assert_eq!(opened(&app, &fresh).await, before);
        let kept = files::read(&mut app.db().read().await.unwrap(), &fresh, file).await.unwrap();
        assert!(kept.name == "残疾证.pdf" && kept.bytes.len() == 1_400_009 && kept.bytes.ends_with(&[7; 9]));
        assert_eq!(fresh.open_returned(&typed).as_deref(), Some("what was typed"));
        let told = "select count(*) from audit_events where actor = 'operator' and (action = 'key.rotated' and subject_id = 2
                    or action = 'key.removed' and subject_id = 1)";
        assert_eq!(app.number(told).await, 2);
        let ada = app.sign_in("ada").await;
        ada.get("/audit?part=city").await.is(200).shows("换了数据密钥");

        // And the next one.
        has_rotated(&app).await;
        assert_eq!((numbers(&app).await, opened(&app, &another(&app).await).await), (vec![3], before));
    }

    async fn a_value_that_changes_meanwhile_is_not_overwritten(app: TestApp) {
        people(&app, 8).await;
        let phone = |id: i64| format!("138{id:08}");
        let mut tx = app.begin().await;
        for id in 1..=8_i64 {
            let sealed = app.sealer.seal(&phone(id));
            sqlx::query("update people set phone_sealed = $1 where id = $2").bind(sealed).bind(id).execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        rotate(&app).await.unwrap();
        passes(&app, 15);
        let mut tx = app.begin().await;
        let sealed = app.sealer.seal("13899999999");
        sqlx::query("update people set phone_sealed = $1 where id = 7").bind(sealed).execute(&mut *tx).await.unwrap();
        // By then the job has come to this row, and waits.
        let commits = async {
            tokio::time::sleep(Duration::from_millis(2_500)).await;
            tx.commit().await.unwrap();
        };
        let (ran, ()) = tokio::join!(app.run_jobs(), commits);
        assert_eq!(ran, 1);
        let all: BTreeMap<String, String> = opened(&app, &another(&app).await).await.into_iter().collect();
        assert_eq!((&all["phone 7"], &all["phone 8"]), (&"13899999999".to_owned(), &phone(8)));
        assert_eq!(values(&app).await, BTreeMap::from([(2, 8)]));
    }

    async fn a_value_that_does_not_open_stays_and_keeps_its_key(app: TestApp) {
        people(&app, 3).await;
        let mut tx = app.begin().await;
        let altered = app.sealer.seal("13800000001").as_text().replace("00000001.", "00000001.AAAA");
        for (id, sealed) in [(1_i64, Sealed::from_text(altered)), (2, app.sealer.seal("13800000002"))] {
            sqlx::query("update people set phone_sealed = $1 where id = $2").bind(sealed).bind(id).execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        has_rotated(&app).await;
        assert_eq!((numbers(&app).await, values(&app).await), (vec![1, 2], BTreeMap::from([(1, 1), (2, 1)])));
        let job = jobs::progress(&mut app.db().read().await.unwrap(), "key.remove", "2").await.unwrap().unwrap();
        assert_eq!((job.state, job.error_code.as_deref()), (JobState::Failed, Some("unreadable")));
        let known = keys::known(&mut app.db().read().await.unwrap()).await.unwrap();
        assert_eq!([known[0].state(&known), known[1].state(&known)], [KeyState::Old, KeyState::Current]);
        // It keeps nobody from making another key.
        has_rotated(&app).await;
        assert_eq!(numbers(&app).await, [1, 3]);
    }

    async fn every_sealed_column_is_sealed_anew(app: TestApp) {
        let listed: BTreeSet<(String, String)> =
            keys::SEALED.iter().copied().flatten().map(|column| (column.table.to_owned(), column.column.to_owned())).collect();
        let columns = match app.db().engine() {
            Engine::Sqlite => "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
                               where m.type = 'table' and lower(c.type) in ('text', 'blob')",
            Engine::Postgres => "select cast(table_name as text), cast(column_name as text) from information_schema.columns
                                 where table_schema = 'public' and data_type in ('text', 'bytea')",
        };
        let there: Vec<(String, String)> =
            sqlx::query_as(columns).fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
        let named: BTreeSet<_> = there.iter().filter(|(_, column)| column == "sealed" || column.ends_with("_sealed")).cloned().collect();
        assert!(named.len() > 4, "{named:?}");
        let unlisted: Vec<_> = named.difference(&listed).collect();
        assert!(unlisted.is_empty(), "their owner offers them in its SEALED: {unlisted:?}");
        let gone: Vec<_> = listed.iter().filter(|column| !there.contains(column)).collect();
        assert!(gone.is_empty(), "no such column: {gone:?}");
        assert!(listed.contains(&("file_pieces".into(), "content".into())) && listed.contains(&("files".into(), "name".into())));
    }
}

/// Whatever is sealed in a center in the middle of its life, also where a column's name does not say so.
fn no_sealed_value_lies_anywhere_else(engine: Engine) {
    in_the_world(engine, async |app, _| {
        furnish_the_world(app).await;
        let texts = match engine {
            Engine::Sqlite => {
                "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
                 where m.type = 'table' and lower(c.type) = 'text'"
            }
            Engine::Postgres => {
                "select cast(table_name as text), cast(column_name as text) from information_schema.columns
                 where table_schema = 'public' and data_type = 'text'"
            }
        };
        let mut conn = app.db().read().await.unwrap();
        let columns: Vec<(String, String)> = sqlx::query_as(texts).fetch_all(&mut *conn).await.unwrap();
        let named = keys::SEALED.iter().copied().flatten().map(|column| (column.table, column.column));
        let named: BTreeSet<_> = named.collect();
        let mut found = BTreeSet::new();
        for (table, column) in &columns {
            let sql = format!("select {column} from {table} where {column} like '%00000001.%'");
            let values: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap();
            found.extend(values.first().map(|_| (table.as_str(), column.as_str())));
        }
        assert!(found.len() > 4, "{found:?}");
        let elsewhere: Vec<_> = found.difference(&named).collect();
        assert!(elsewhere.is_empty(), "sealed, and sealed anew by nobody: {elsewhere:?}");
    });
}

async fn furnish_the_world(app: &TestApp) {
    let ann = app.token("ann").await;
    ann.post_json(
        "/api/v1/people",
        serde_json::json!({"center": 1, "name": "王建国", "phone": "13500135009", "id_number": "11010519491231002X"}),
    )
    .await
    .is(201);
    ann.post_json("/api/v1/people", serde_json::json!({"center": 1, "name": "何伟明", "phone": "13500135000"}))
        .await
        .is(201);
    let roster = "姓名,联系电话,性别\n何伟明,13500135000,男\n".as_bytes();
    let import = sends(&ann, "/api/v1/people/imports?center=1", "roster.csv", roster).await.is(201).json();
    ann.post_json(&format!("/api/v1/people/imports/{}/application", import["id"]), serde_json::json!({})).await.is(200);
}

#[test]
fn no_sealed_value_lies_anywhere_else_sqlite() {
    no_sealed_value_lies_anywhere_else(Engine::Sqlite);
}

#[test]
fn no_sealed_value_lies_anywhere_else_postgres() {
    no_sealed_value_lies_anywhere_else(Engine::Postgres);
}

//! Values that are planted in a serving Linli: what is sealed lies nowhere in clear, and of who was erased nothing is found, in the
//! database's file, its log of writes, a backup, a dump, or what the program says; after an exchange of keys neither.

use std::fs;
use std::time::Duration;

use linli::store::{Db, Pool};
use serde_json::{Value, json};

use super::{Door, number};
use crate::audit::picture;
use crate::check_in::request;
use crate::imports::{sends, sends_as};
use crate::support::dump::Dump;
use crate::support::process::eventually;
use crate::support::program::{Program, linli, said};
use crate::support::{Engine, TestApp, app};

/// What is sealed, from its entry on.
const SEALED: [&str; 9] = [
    "13922223333",
    "11010519491231002X",
    "植入备注七七",
    "植入须知八八",
    "女儿植入妹",
    "13677778888",
    "13544445555",
    "植入名册备注",
    "植入证件九九",
];

/// What lies in clear until its person is erased.
const CLEAR: [&str; 9] = [
    "翟栖植",
    "植入路七十七号",
    "植入话",
    "植入外婆",
    "植入低保证",
    "植入查看理由",
    "植入作废理由",
    "钱植散",
    "植入时数说明",
];

/// A word as it may lie there: plain, as JSON writes it, or as the bytes' hexadecimal digits.
fn forms(word: &str) -> Vec<Vec<u8>> {
    let escaped: String = word.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let hex = data_encoding::HEXLOWER.encode(word.as_bytes());
    let wide = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let texts = [
        word.to_owned(),
        escaped.clone(),
        escaped.to_uppercase().replace("\\U", "\\u"),
        hex.clone(),
        hex.to_uppercase(),
    ];
    texts.into_iter().map(String::into_bytes).chain([wide]).collect()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    forms(word).iter().any(|form| bytes.windows(form.len()).any(|part| part == form))
}

/// Where a word lies: in the files of the database and in a backup made now, or in a dump; and in the log.
fn found(engine: Engine, url: &str, program: &Program, words: &[&str], name: &str) -> Vec<String> {
    let mut places: Vec<(String, Vec<u8>)> = vec![("log".to_owned(), program.log().into_bytes())];
    match engine {
        Engine::Sqlite => {
            let path = url.trim_start_matches("sqlite:");
            let backup = format!("{path}.{name}.backup");
            let (well, told) = said(linli(url, &["backup", &backup]));
            assert!(well, "{told}");
            for file in [path.to_owned(), format!("{path}-wal"), backup] {
                places.push((file.clone(), fs::read(&file).unwrap_or_default()));
            }
            assert!(places[1].1.len() > 100_000 && places[3].1.len() > 100_000, "the files are not what is looked at");
        }
        Engine::Postgres => {
            let dump = app::runtime().block_on(async {
                let db = Db::from(Pool::open_existing(url, 2).await.unwrap());
                let dump = Dump::of(&db).await.text();
                db.close().await;
                dump
            });
            assert!(dump.len() > 10_000);
            places.push(("dump".to_owned(), dump.into_bytes()));
        }
    }
    let in_place = |(place, bytes): &(String, Vec<u8>)| {
        words.iter().filter(|word| holds(bytes, word)).map(|word| format!("{word} in {place}")).collect::<Vec<_>>()
    };
    places.iter().flat_map(in_place).collect()
}

/// What a worker does at pages, before the program that is looked at serves.
async fn at_pages(url: &str) {
    let app = TestApp::open(url).await;
    let (browser, program) = (app.sign_in("ann").await, app.token("ann").await);
    let paper = json!({"valid_from": "2026-01-01", "document": "植入低保证"});
    let body = json!({"center": 1, "name": "翟栖植", "needy": paper, "languages": "植入话"});
    let person = program.post_json("/api/v1/people", body).await.is(201).json()["id"].clone();
    let here = format!("/centers/1/people/{person}");
    let membership = app.number("select max(id) from group_memberships").await;
    let paper = format!("{here}/memberships/{membership}/paper");
    sends_as(&browser, &paper, ("paper", "植入证件九九.png"), &picture()).await.is(303);
    let other = [("label", "家里"), ("other_phone", "13544445555")];
    browser.post(&format!("{here}/phones"), &other).await.is(303);
    let reveal = [("which", "phone"), ("reason", "植入查看理由")];
    browser.post(&format!("{here}/reveals"), &reveal).await.is(200);
    let roster =
        "姓名,联系电话,性别,监护人,备注\n翟栖植,13922223333,男,植入外婆,植入名册备注\n何伟明,13500135000,男,,\n";
    let import =
        sends(&program, "/api/v1/people/imports?center=1", "植入证件九九.csv", roster.as_bytes()).await.is(201).json();
    program.post_json(&format!("/api/v1/people/imports/{}/application", import["id"]), json!({})).await.is(200);
    app.execute(
        "insert into hours_entries (person_id, served_on, content, minutes, source, original_minutes, confirmed_at, reason)
         select id, '2025-06-01', '植入时数说明', 90, 'imported', 90, 0, '植入时数说明' from people where name = '翟栖植'",
    )
    .await;
    app.execute(
        "insert into hour_claims (person_id, center_id, kind, served_on, starts_at, ends_at, minutes, content, place, word, state, asked_as,
                asked_at)
         select id, 1, 'self_reported', '2025-06-01', 1, 60001, 1, '植入时数说明', '植入路七十七号', '植入时数说明', 'declined', 'worker', 0
         from people where name = '翟栖植'",
    )
    .await;
    app.execute("update logins set expires_at = 9000000000000").await;
    app.db().close().await;
}

fn ask(program: &Program, token: &str, path: &str, body: &Value, expected: u16) -> Value {
    let (status, answer) = program.post_json(path, token, &body.to_string());
    assert_eq!(status, expected, "{path}: {answer}\n{}", program.log());
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body).unwrap_or_default()
}

/// What a program brings in; the numbers of the person and of the walk-in.
fn by_program(program: &Program, door: &Door, person: i64) -> i64 {
    let (token, here) = (door.token.as_str(), format!("/api/v1/people/{person}"));
    let (_, known) = program.get_with_token(&here, token);
    let known: Value = serde_json::from_str(known.split_once("\r\n\r\n").unwrap().1).unwrap();
    let record = json!({
        "version": known["version"], "name": "翟栖植", "phone": "13922223333", "id_number": "11010519491231002X",
        "note": "植入备注七七", "care": "植入须知八八", "emergency": "女儿植入妹 13677778888", "address": "植入路七十七号",
        "languages": "植入话",
    });
    ask(program, token, &here, &record, 200);
    let home = json!({"center": 1, "head_id": person, "opened_on": "2026-02-01", "address": "植入路七十七号"});
    ask(program, token, "/api/v1/households", &home, 201);
    let came = ask(
        program,
        token,
        "/api/v1/sessions/1/checkins",
        &json!({"request_id": request(), "person_id": person, "role": "participant"}),
        201,
    );
    let came = format!("/api/v1/sessions/1/checkins/{}", came["attendance_id"]);
    ask(program, token, &format!("{came}/escorts"), &json!({"way": "in", "name": "植入外婆"}), 200);
    let again = json!({"request_id": request(), "person_id": person, "role": "volunteer"});
    let again = ask(program, token, "/api/v1/sessions/1/checkins", &again, 201);
    let void = format!("/api/v1/sessions/1/checkins/{}/void", again["attendance_id"]);
    ask(program, token, &void, &json!({"reason": "植入作废理由"}), 204);
    let walk_in = json!({"request_id": request(), "name": "钱植散", "role": "participant"});
    ask(program, token, "/api/v1/sessions/1/walk_ins", &walk_in, 201)["person_id"].as_i64().unwrap()
}

const UNWIPED: &str = "select count(*) from erasures where wiped_at is null";

fn planted_values_are_found_nowhere(engine: Engine) {
    let Some(url) = app::fresh_database(engine) else { return };
    let door = app::runtime().block_on(Door::open(&url, 400));
    app::runtime().block_on(at_pages(&url));
    let manager = app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        let token = app.token_text("ben").await;
        app.execute("update logins set expires_at = 9000000000000").await;
        app.db().close().await;
        token
    });
    let asked = |sql| app::runtime().block_on(number(&url, sql));
    let program = Program::start(&url);
    program.is_well_within(20);
    let person = asked("select id from people where name = '翟栖植'");
    let walk_in = by_program(&program, &door, person);
    let [pinyin, sounds] = ["pinyin", "sounds"].map(|column| {
        let sql = format!("select {column} from people where id = {person}");
        app::runtime().block_on(super::text(&url, &sql))
    });
    assert!(pinyin.len() > 5 && sounds.len() > 5, "{pinyin} {sounds}");

    let clear = found(engine, &url, &program, &SEALED, "entry");
    assert!(clear.is_empty(), "sealed, and in clear: {clear:#?}");
    let there = found(engine, &url, &program, &CLEAR, "plain");
    let looked_for = |word: &&&str| there.iter().any(|place| place.starts_with(**word));
    assert_eq!(CLEAR.iter().filter(looked_for).count(), CLEAR.len(), "what is looked for can be found: {there:#?}");
    let logged: Vec<_> = there.iter().filter(|place| place.ends_with("log")).collect();
    assert!(logged.is_empty(), "{logged:?}");

    for who in [person, walk_in] {
        let wish = json!({"wanted_by": "person", "reason": "本人书面要求"});
        let erasure = ask(&program, &door.token, &format!("/api/v1/people/{who}/erasure"), &wish, 201);
        let approval = format!("/api/v1/erasures/{}/approval", erasure["id"]);
        ask(&program, &manager, &approval, &json!({ "number": who }), 200);
    }
    assert!(eventually(Duration::from_secs(60), || asked(UNWIPED) == 0), "{}", program.log());
    let all: Vec<&str> = SEALED.iter().chain(&CLEAR).copied().chain([pinyin.as_str(), sounds.as_str()]).collect();
    let left = found(engine, &url, &program, &all, "erased");
    assert!(left.is_empty(), "erased, and still there: {left:#?}");

    assert!(said(linli(&url, &["key", "rotate"])).0);
    super::rotation::hurry(&url, "key.reseal");
    const KEYS: &str = "select count(*) from data_keys";
    const WAITING: &str = "select count(*) from jobs where kind = 'key.remove' and state = 'waiting'";
    assert!(eventually(Duration::from_secs(60), || asked(WAITING) == 1));
    super::rotation::hurry(&url, "key.remove");
    assert!(eventually(Duration::from_secs(60), || asked(KEYS) == 1));
    let left = found(engine, &url, &program, &all, "rotated");
    assert!(left.is_empty(), "after an exchange of keys: {left:#?}");
    assert_eq!(program.lines_with("ERROR"), 0, "{}", program.log());
    let took = program.log().lines().filter(|line| line.contains("/approval")).map(str::to_owned).collect::<Vec<_>>();
    eprintln!("{took:#?}");
    eprintln!("{engine:?}: {} planted words in {} forms looked for, none found", all.len(), forms("word").len());
}

#[test]
fn planted_values_are_found_nowhere_sqlite() {
    planted_values_are_found_nowhere(Engine::Sqlite);
}

#[test]
fn planted_values_are_found_nowhere_postgres() {
    planted_values_are_found_nowhere(Engine::Postgres);
}

//! Export profiles: files for other systems, in which every cell is text, masked, with all that a row lacks said before.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::check_in;
use crate::support::python::{python_with, run_python};
use crate::support::{Answer, TestApp, User, on_both_engines};

const MARCH: [(&str, &str); 2] = [("from", "2026-03-01"), ("to", "2026-03-31")];
const FILE: &str = "/centers/1/filings/1/file";
const ID: &str = "11010519491231002X";

/// What another program finds in a workbook: for each row its cells, as value, type and number format.
const CELLS: &str = r#"
import base64, io, json, sys
import openpyxl
book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(sys.stdin.read())))
assert len(book.sheetnames) == 1, book.sheetnames
print(json.dumps([[[cell.value, cell.data_type, cell.number_format] for cell in row] for row in book.active.iter_rows()]))
"#;

/// The rows of a workbook as another program reads them, every cell of it text. None where there is no such program.
fn text_cells(file: &Answer) -> Option<Vec<Vec<String>>> {
    let python = python_with("openpyxl", "python3-openpyxl")?;
    let told = run_python(python, CELLS, BASE64.encode(&file.body).as_bytes());
    let rows: Vec<Vec<(Option<String>, String, String)>> = serde_json::from_str(&told).expect("every value is text");
    let text = |(value, kind, format): (Option<String>, String, String)| {
        assert_eq!(format, "@", "{value:?}");
        assert!(kind == "s" || (value.is_none() && kind == "n"), "{value:?} is no text but {kind}");
        value.unwrap_or_default()
    };
    Some(rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect())
}

/// The rows of a CSV.
fn lines(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

async fn runs(app: &TestApp, sql: String) {
    let mut tx = app.begin().await;
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// An entry of the ledger: whose, of which session, and for how long.
async fn entry(app: &TestApp, person: i64, session: i64, minutes: i64) -> i64 {
    runs(
        app,
        format!(
            "insert into hours_entries (person_id, session_id, team_id, minutes, source, original_minutes, confirmed_at)
             values ({person}, {session}, 1, {minutes}, 'measured', {minutes}, 0)"
        ),
    )
    .await;
    app.number("select max(id) from hours_entries").await
}

/// One that was brought from elsewhere for the team.
async fn brought(app: &TestApp, person: i64, day: &str, (content, unit): (Option<&str>, Option<&str>), team: &str) {
    let quoted = |text: Option<&str>| text.map_or("null".to_owned(), |text| format!("'{text}'"));
    let (content, unit) = (quoted(content), quoted(unit));
    runs(
        app,
        format!(
            "insert into hours_entries (person_id, team_id, served_on, content, unit, minutes, source, original_minutes, confirmed_at)
             values ({person}, {team}, '{day}', {content}, {unit}, 90, 'imported', 90, 0)"
        ),
    )
    .await;
}

async fn person(app: &TestApp, body: Value) -> i64 {
    let mut whole = json!({"center": 1});
    whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    app.token("ann").await.post_json("/api/v1/people", whole).await.is(201);
    app.number("select max(id) from people").await
}

/// Two volunteers of the team, of whom the second has no number, and the morning at which both helped.
async fn a_morning<'a>(app: &'a TestApp) -> User<'a> {
    check_in::session(app, None, Some(1)).await;
    app.execute("update sessions set summary = '整理图书', status = 'completed'").await;
    let whole = json!({"name": "梁惠芳", "sex": "f", "birth_date": "1949-12-31", "id_number": ID, "phone": "13800138000", "address": "罗沙路 1 号"});
    person(app, whole).await;
    person(app, json!({"name": "=陈公式"})).await;
    let ann = app.sign_in("ann").await;
    for who in ["1", "2"] {
        ann.post("/centers/1/teams/1/members", &[("person", who)]).await.is(303);
        entry(app, who.parse().unwrap(), 1, 95).await;
    }
    ann
}

async fn lacks(app: &TestApp, who: &str, profile: i64) -> Value {
    let path = format!("/api/v1/export_profiles/{profile}/filling?center=1&from=2026-03-01&to=2026-03-31");
    app.token(who).await.get(&path).await.is(200).json()
}

/// A number with its check, another for each `n`.
fn id_number(n: i64) -> String {
    let digits = format!("110105194912{:02}{:03}", n % 28 + 1, n);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{digits}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// Numbers that look random, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn falls(&mut self) -> bool {
        self.roll(3) == 0
    }
}

on_both_engines! {
    async fn every_cell_is_text_and_stands_where_the_profile_says(app: TestApp) {
        let ann = a_morning(&app).await;
        ann.get("/centers/1/filings").await.is(200).shows("示例：志愿服务记录");
        let page = ann.get("/centers/1/filings/1?from=2026-03-01&to=2026-03-31").await.is(200);
        page.shows("共 2 行").shows("1101************2X").hides(ID).shows("身份证件号码").shows("/people/2/edit");
        let file = ann.post(FILE, &MARCH).await.is(200);
        let name = "filename*=UTF-8''%E5%BF%97%E6%84%BF%E6%9C%8D%E5%8A%A1%E8%AE%B0%E5%BD%95_";
        let said = file.header("content-disposition");
        assert!(said.contains(name) && said.ends_with("_2026-03-01_2026-03-31.xlsx"), "{said}");
        let Some(rows) = text_cells(&file) else { return };
        let head = ["志愿者姓名", "身份证件类型", "身份证件号码", "活动名称", "服务日期", "服务地点", "服务内容", "服务时间（小时）", "活动组织单位", "活动负责人"];
        assert_eq!(rows[0], head);
        assert_eq!(rows.len(), 3);
        let of = |name: &str| rows.iter().find(|row| row[0] == name).unwrap().clone();
        let center: String = sqlx::query_scalar("select name from centers where id = 1").fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap();
        let place = format!("{center} 二楼多功能活动室");
        assert_eq!(of("梁惠芳"), ["梁惠芳", "居民身份证", "1101************2X", "早茶会", "2026-03-05", &*place, "整理图书", "1.5", &*center, ""]);
        assert_eq!(of("=陈公式")[..3], ["=陈公式", "", ""], "a formula is a text");
    }

    async fn what_a_row_lacks_is_said_and_nothing_else(app: TestApp) {
        let mut dice = Dice(0x5eed);
        check_in::session(&app, None, Some(1)).await;
        for n in 1..8 {
            check_in::another(&app, &format!("tea{n}"), &format!("2026-03-{:02}", n + 5), None, Some(1)).await;
        }
        let mut expected: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for session in 1..=8 {
            let mut missing = BTreeSet::from(["活动负责人"]);
            if dice.falls() {
                runs(&app, format!("update bookings set superseded = 1 where session_id = {session}")).await;
                missing.insert("服务地点");
            }
            match dice.falls() {
                true => _ = missing.insert("服务内容"),
                false => runs(&app, format!("update sessions set summary = '帮忙' where id = {session}")).await,
            }
            expected.insert(format!("session {session}"), missing);
        }
        for n in 1..=20 {
            let id = if dice.falls() { String::new() } else { id_number(n) };
            let person = person(&app, json!({"name": format!("志愿者{n}"), "id_number": id})).await;
            let mut filed = false;
            for session in 1..=8 {
                if dice.falls() {
                    entry(&app, person, session, 60).await;
                    filed = true;
                }
            }
            if dice.falls() {
                filed = true;
                let (content, unit) = (dice.falls().then_some("探访"), dice.falls().then_some("区义工联"));
                brought(&app, person, "2026-03-20", (content, unit), "1").await;
                let mut missing = BTreeSet::from(["活动负责人", "服务地点"]);
                missing.extend(content.is_none().then_some(["活动名称", "服务内容"]).into_iter().flatten());
                missing.extend(unit.is_none().then_some("活动组织单位"));
                expected.insert(format!("record {person}"), missing);
            }
            if filed && id.is_empty() {
                expected.insert(format!("person {person}"), BTreeSet::from(["身份证件号码"]));
            }
        }
        let sessions: Vec<(i64,)> = sqlx::query_as("select distinct session_id from hours_entries where session_id is not null")
            .fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
        expected.retain(|at, _| !at.starts_with("session") || sessions.iter().any(|(id,)| *at == format!("session {id}")));
        let told = lacks(&app, "ann", 1).await;
        let list = told["lacks"].as_array().unwrap();
        let at = |lack: &Value| {
            let id = if lack["at"] == "session" { &lack["session_id"] } else { &lack["person_id"] };
            format!("{} {id}", lack["at"].as_str().unwrap())
        };
        let found: BTreeMap<String, BTreeSet<&str>> = list.iter()
            .map(|lack| (at(lack), lack["lacks"].as_array().unwrap().iter().map(|title| title.as_str().unwrap()).collect())).collect();
        assert_eq!(found, expected);
        assert_eq!(found.len(), list.len(), "each record stands there once");
        // The file says the same: an empty cell of a required column for each row and title, and no other.
        let Some(rows) = text_cells(&app.sign_in("ann").await.post(FILE, &MARCH).await.is(200)) else { return };
        assert_eq!(json!(rows.len() - 1), told["rows"]);
        let empty = |title: &str| {
            let column = rows[0].iter().position(|head| head == title).unwrap();
            rows[1..].iter().filter(|row| row[column].is_empty()).count()
        };
        let said = |title: &str| list.iter().filter(|lack| lack["lacks"].as_array().unwrap().iter().any(|one| one == title))
            .map(|lack| lack["rows"].as_u64().unwrap() as usize).sum::<usize>();
        for title in ["志愿者姓名", "身份证件号码", "服务日期", "服务时间（小时）", "活动负责人"] {
            assert_eq!(empty(title), said(title), "{title}");
        }
    }

    async fn a_csv_is_read_back_and_no_formula_runs(app: TestApp) {
        let ann = a_morning(&app).await;
        let ada = app.sign_in("ada").await;
        let about = |format: &'static str, version: &'static str| [("name", "记录"), ("file_name", "records"), ("format", format), ("version", version)];
        ada.post("/export-profiles/1", &about("csv_gb18030", "1")).await.is(303);
        let file = ann.post(FILE, &MARCH).await.is(200);
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"records.csv\"");
        let (text, _, faulty) = encoding_rs::GB18030.decode(&file.body);
        assert!(!faulty);
        let rows = lines(&text);
        assert_eq!((rows.len(), rows[0][0].as_str()), (3, "志愿者姓名"));
        assert!(rows.iter().any(|row| row[0] == "\t=陈公式"), "{rows:?}");
        assert!(rows.iter().any(|row| row[2] == "\t1101************2X"), "a number stays text: {rows:?}");
        ada.post("/export-profiles/1", &about("csv_utf8", "2")).await.is(303);
        let file = ann.post(FILE, &MARCH).await.is(200);
        let text = file.text();
        assert_eq!(lines(text.strip_prefix('\u{feff}').expect("a byte order mark")), rows);
    }

    async fn numbers_go_out_in_full_for_a_reason_that_is_kept(app: TestApp) {
        let ann = a_morning(&app).await;
        let full = |reason: &'static str| [&MARCH[..], &[("full", "1"), ("reason", reason)]].concat();
        ann.post(FILE, &full("")).await.is(422);
        assert_eq!(app.number("select count(*) from audit_events where action like 'filing.%'").await, 0);
        let file = ann.post(FILE, &full("导入志愿服务信息系统")).await.is(200);
        let detail: String = sqlx::query_scalar("select detail from audit_events where action = 'filing.taken_in_full'")
            .fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert_eq!(detail, "导入志愿服务信息系统, 2");
        if let Some(rows) = text_cells(&file) {
            assert!(rows.iter().any(|row| row[2] == ID), "{rows:?}");
        }
        // The provider's manager may report, and reveals nothing.
        let ben = app.sign_in("ben").await;
        ben.get("/centers/1/filings/1?from=2026-03-01&to=2026-03-31").await.is(200).hides("name=\"full\"").hides("/people/2/edit");
        ben.post(FILE, &full("导入")).await.is(403);
        ben.post(FILE, &MARCH).await.is(200);
        let body = json!({"center": 1, "from": "2026-03-01", "to": "2026-03-31", "full": true, "reason": "导入"});
        app.token("ben").await.post_json("/api/v1/export_profiles/1/filling", body.clone()).await.is(403);
        app.token("ann").await.post_json("/api/v1/export_profiles/1/filling", body).await.is(200);
        assert_eq!(app.number("select count(*) from audit_events where action = 'filing.taken_in_full'").await, 2);
        assert_eq!(app.number("select count(*) from audit_events where action = 'filing.taken'").await, 1);
        ben.get("/centers/1/audit").await.is(200).hides("导入志愿服务信息系统");
    }

    async fn nobody_else_files_anything_and_no_center_anothers(app: TestApp) {
        a_morning(&app).await;
        for who in ["tom", "cai", "lei", "fay", "pat"] {
            let user = app.sign_in(who).await;
            user.get("/centers/1/filings/1").await.is(403);
            user.post(FILE, &MARCH).await.is(403);
            user.get("/export-profiles").await.is(403);
        }
        let olga = app.sign_in("olga").await;
        olga.get("/centers/1/filings").await.is(404);
        olga.post(FILE, &MARCH).await.is(404);
        let theirs = olga.post("/centers/2/filings/1/file", &MARCH).await.is(200);
        if let Some(rows) = text_cells(&theirs) {
            assert_eq!(rows.len(), 1, "the head alone");
        }
        olga.post("/centers/2/filings/1/file", &[&MARCH[..], &[("team", "1")]].concat()).await.is(422).shows("f-team");
        olga.get("/centers/2/filings/1?from=2026-03-01&to=2026-03-31&team=1").await.is(422);
        olga.get("/centers/2/filings/1?from=2026-03-31&to=2026-03-01").await.is(422);
        olga.post("/export-profiles/1", &[]).await.is(403);
    }

    async fn only_what_counts_is_filed_once(app: TestApp) {
        a_morning(&app).await;
        check_in::another(&app, "tea2", "2026-03-06", None, Some(1)).await;
        // One is reversed and entered anew, one of no minutes, one twice for the same session.
        let wrong = entry(&app, 1, 2, 600).await;
        runs(&app, format!(
            "insert into hours_entries (person_id, session_id, team_id, minutes, source, original_minutes, confirmed_at, reverses_id)
             values (1, 2, 1, -600, 'adjusted', 600, 0, {wrong})"
        )).await;
        entry(&app, 1, 2, 30).await;
        entry(&app, 1, 2, 25).await;
        entry(&app, 2, 2, 0).await;
        brought(&app, 2, "2026-03-31", (Some("探访"), Some("区义工联")), "1").await;
        brought(&app, 2, "2026-04-01", (Some("探访"), None), "1").await;
        brought(&app, 2, "2026-03-07", (Some("探访"), None), "null").await;
        let ann = app.sign_in("ann").await;
        let told = lacks(&app, "ann", 1).await;
        assert_eq!((told["rows"].as_i64(), told["homeless"].as_i64(), told["forgotten"].as_i64()), (Some(4), Some(1), Some(0)));
        ann.get("/centers/1/filings/1?from=2026-03-01&to=2026-03-31").await.is(200).shows("既没有场次也没有队伍");
        if let Some(rows) = text_cells(&ann.post(FILE, &MARCH).await.is(200)) {
            let mut hours: Vec<(&str, &str, &str)> = rows[1..].iter().map(|row| (&*row[0], &*row[4], &*row[7])).collect();
            hours.sort_unstable();
            let all = [("=陈公式", "2026-03-05", "1.5"), ("=陈公式", "2026-03-31", "1.5"), ("梁惠芳", "2026-03-05", "1.5"), ("梁惠芳", "2026-03-06", "0.9")];
            assert_eq!(hours, all);
        }
        // Whom the center forgot is not told of, and that somebody is left out is.
        app.execute("delete from enrolments where person_id = 1").await;
        let told = lacks(&app, "ann", 1).await;
        assert_eq!((told["rows"].as_i64(), told["forgotten"].as_i64()), (Some(2), Some(3)));
    }

    async fn case_work_goes_out_by_its_kind(app: TestApp) {
        a_morning(&app).await;
        app.execute("update activities set title = '陈女士面谈', description = '说家里的事', kind_id = (select id from service_kinds where code = 'case_work')").await;
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/filings/1?from=2026-03-01&to=2026-03-31").await.is(200).hides("陈女士").hides("整理图书").hides("家里的事").shows("个案");
        if let Some(rows) = text_cells(&ann.post(FILE, &MARCH).await.is(200)) {
            assert!(rows[1..].iter().all(|row| (row[3].as_str(), row[6].as_str()) == ("个案", "个案")), "{rows:?}");
        }
    }

    async fn a_volunteer_is_one_row_with_all_teams(app: TestApp) {
        let ann = a_morning(&app).await;
        ann.post("/centers/1/teams", &[("name", "护河队"), ("kind", "5"), ("founded_on", "2026-02-01")]).await.is(303);
        ann.post("/centers/1/teams/2/members", &[("person", "1")]).await.is(303);
        let path = "/centers/1/filings/2/file";
        if let Some(rows) = text_cells(&ann.post(path, &MARCH).await.is(200)) {
            assert_eq!(rows.len(), 3);
            let row = rows.iter().find(|row| row[0] == "梁惠芳").unwrap();
            assert_eq!(row[1..7], ["居民身份证", "1101************2X", "女", "1949-12-31", "138****8000", "罗沙路 1 号"]);
            assert_eq!(row[8..], ["邻里敬老队、护河队", "2026-03-05"]);
            assert!(row[7].len() == 7, "the volunteer's number: {row:?}");
            let of_one = text_cells(&ann.post(path, &[&MARCH[..], &[("team", "2")]].concat()).await.is(200)).unwrap();
            assert_eq!((of_one.len(), of_one[1][8].as_str()), (2, "护河队"));
            let before = [("from", "2026-01-01"), ("to", "2026-03-04")];
            assert_eq!(text_cells(&ann.post(path, &before).await.is(200)).unwrap().len(), 1, "nobody served then");
        }
        let told = lacks(&app, "ann", 2).await;
        assert_eq!(told["lacks"], json!([{"at": "person", "person_id": 2, "session_id": null, "team_id": null, "served_on": null,
            "lacks": ["身份证件类型", "身份证件号码", "性别", "出生日期", "联系电话"], "rows": 1}]));
    }

    async fn an_administrator_edits_profiles(app: TestApp) {
        let ann = a_morning(&app).await;
        let ada = app.sign_in("ada").await;
        ada.get("/catalogs").await.is(200).shows("/export-profiles");
        ada.post("/export-profiles", &[("name", "示例：志愿服务记录"), ("copy_of", "1")]).await.is(422).shows("已经有了");
        ada.post("/export-profiles", &[("name", "本市"), ("copy_of", "99")]).await.is(422);
        let own = ada.post("/export-profiles", &[("name", "本市"), ("copy_of", "1")]).await.leads_to();
        let profile = own.rsplit('/').next().unwrap();
        let columns = format!("{own}/columns");
        for wrong in [
            vec![("title", "城市"), ("version", "1")],
            vec![("title", "城市"), ("constant", "东莞"), ("field", "name"), ("version", "1")],
            vec![("title", "空"), ("field", "blank"), ("required", "1"), ("version", "1")],
            vec![("title", "加入"), ("field", "joined_on"), ("version", "1")],
            vec![("title", "城市"), ("constant", "东莞")],
        ] {
            ada.post(&columns, &wrong).await.is(422);
        }
        ada.post(&columns, &[("title", "城市"), ("constant", "东莞"), ("version", "1")]).await.is(303);
        // Who has not seen that is told so, and loses nothing.
        ada.post(&columns, &[("title", "镇街"), ("constant", "莞城"), ("version", "1")]).await.is(422).shows("刚刚有人改了").shows("镇街");
        let program = app.token("ada").await;
        let api = format!("/api/v1/export_profiles/{profile}");
        let told = program.get(&api).await.is(200).json();
        let ids: Vec<i64> = told["columns"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect();
        assert_eq!((ids.len(), &told["version"]), (11, &json!(2)));
        let last = format!("{api}/columns/{}", ids[10]);
        program.post_json(&format!("{last}/move"), json!({"to": "up", "version": 1})).await.is(409).is_refused("profile_changed");
        let moved = program.post_json(&format!("{last}/move"), json!({"to": "up", "version": 2})).await.is(200).json();
        let titles = |told: &Value| told["columns"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(titles(&moved)[9..], ["城市", "活动负责人"]);
        let same = program.post_json(&format!("{api}/columns/{}/move", ids[0]), json!({"to": "up", "version": 3})).await.is(200).json();
        assert_eq!(same["version"], 3, "the first stays first");
        ada.post(&format!("{columns}/{}/removal", ids[1]), &[("version", "3")]).await.is(303);
        let day = [("title", "日期"), ("field", "served_on"), ("date_form", "chinese"), ("required", "1"), ("version", "4")];
        ada.post(&format!("{columns}/{}", ids[4]), &day).await.is(303);
        ada.get(&format!("{columns}/{}", ids[4])).await.is(200).shows("日期");
        ada.get(&format!("{own}?center=1")).await.is(200).shows("2026年3月5日").hides(ID);
        let file = ann.post(&format!("/centers/1/filings/{profile}/file"), &MARCH).await.is(200);
        if let Some(rows) = text_cells(&file) {
            assert_eq!(rows[0], ["志愿者姓名", "身份证件号码", "活动名称", "日期", "服务地点", "服务内容", "服务时间（小时）", "活动组织单位", "城市", "活动负责人"]);
            assert!(rows[1..].iter().all(|row| (row[3].as_str(), row[8].as_str()) == ("2026年3月5日", "东莞")), "{rows:?}");
        }
        for (name, why) in [("a/b", "斜线"), ("{who}", "花括号")] {
            ada.post(&own, &[("name", "本市"), ("file_name", name), ("format", "xlsx"), ("version", "5")]).await.is(422);
            assert_eq!(app.number("select version from export_profiles where name = '本市'").await, 5, "{why}");
        }
        assert_eq!(app.number("select count(*) from export_columns where profile_id = 1").await, 10, "the copied one is as it was");
    }

    async fn a_profile_keeps_a_column_and_goes_out_of_use(app: TestApp) {
        let ann = a_morning(&app).await;
        let ada = app.sign_in("ada").await;
        app.execute("delete from export_columns where profile_id = 2 and place > 1").await;
        let only = app.number("select id from export_columns where profile_id = 2").await;
        ada.post(&format!("/export-profiles/2/columns/{only}/removal"), &[("version", "1")]).await.is(422).shows("至少要有一列");
        ada.post("/export-profiles/1/columns/99/removal", &[("version", "1")]).await.is(404);
        ada.post("/export-profiles/1/retirement", &[]).await.is(303);
        ada.post("/export-profiles/1/retirement", &[]).await.is(404);
        ann.get("/centers/1/filings").await.is(200).hides("示例：志愿服务记录");
        ann.get("/centers/1/filings/1").await.is(422).shows("已停用");
        ann.post(FILE, &MARCH).await.is(422);
        let body = json!({"center": 1, "from": "2026-03-01", "to": "2026-03-31"});
        app.token("ann").await.post_json("/api/v1/export_profiles/1/filling", body).await.is(409).is_refused("profile_retired");
        ada.get("/export-profiles/1?center=1").await.is(200).shows("已停用").shows("早茶会");
        ada.post("/export-profiles/1/return", &[]).await.is(303);
        ann.post(FILE, &MARCH).await.is(200);
    }

    async fn what_comes_along_claims_nothing(app: TestApp) {
        let told = app.token("ann").await.get("/api/v1/export_profiles").await.is(200).json();
        let all = told["items"].as_array().unwrap();
        assert_eq!(all.len(), 2);
        for one in all {
            assert!(one["name"].as_str().unwrap().starts_with("示例"), "{one}");
            assert!(one["note"].as_str().unwrap().contains("不是民政部或任何信息系统公布的模板"), "{one}");
        }
        // Each field of order 67, art. 7, is required, and so is whose record it is.
        let told = app.token("ann").await.get("/api/v1/export_profiles/1").await.is(200).json();
        let required: Vec<&str> = told["columns"].as_array().unwrap().iter()
            .filter(|column| column["required"] == true).map(|column| column["field"].as_str().unwrap()).collect();
        assert_eq!(required, ["name", "id_number", "activity", "served_on", "place", "content", "hours", "organizer", "in_charge"]);
    }
}

#[test]
fn test_numbers_are_good_numbers() {
    for n in 1..30 {
        assert!(linli::people::IdNumber::parse(&id_number(n)).is_ok(), "{n}");
    }
}

//! 台账: what each session has and lacks, and all of it as one archive that any program opens.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use data_encoding::BASE64;
use linli::sheets;
use serde_json::{Value, json};

use crate::audit::{picture, picture_in};
use crate::check_in::{another, request, session};
use crate::imports::sends_as;
use crate::support::python::{python_with, run_python};
use crate::support::unzip::is_whole_archive;
use crate::support::{Answer, TestApp, User, on_both_engines};

const PAGE: &str = "/centers/1/ledger";
const ARCHIVE: &str = "/centers/1/ledger/archive";
const PHOTOS: &str = "/centers/1/sessions/1/photos";
const MARCH: [(&str, &str); 2] = [("from", "2026-03-01"), ("to", "2026-03-31")];
const LIST: &str = "/api/v1/ledger?center=1&from=2026-03-01&to=2026-03-31";
const FOLDER: &str = "2026-03-05 10-00 早茶会";

/// The files of an archive, by their names.
fn unpacked(answer: &Answer) -> BTreeMap<String, Vec<u8>> {
    opened(&answer.body)
}

fn opened(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        let name = file.name().unwrap().into_owned();
        files.insert(name, content);
    }
    files
}

/// The rows of a workbook's first sheet, as they are read.
fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    let book = sheets::read(bytes).unwrap();
    book.sheets[0].rows.iter().map(|row| row.cells.iter().map(sheets::SheetCell::shown).collect()).collect()
}

/// The text of a document, with its markup.
fn words(bytes: &[u8]) -> String {
    String::from_utf8(opened(bytes)["word/document.xml"].clone()).unwrap()
}

async fn runs(app: &TestApp, sql: String) {
    let mut tx = app.begin().await;
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn comes(app: &TestApp, person: i64, part: &str) {
    let body = json!({"request_id": request(), "person_id": person, "role": part});
    app.token("ann").await.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
}

/// How often each score was given to a session.
async fn rated(app: &TestApp, session: i64, scores: &[i64]) {
    for (number, score) in (1..).zip(scores) {
        let id = session * 100 + number;
        runs(
            app,
            format!("insert into ratings (id, session_id, local_date, score) values ({id}, {session}, '2026-03-05', {score})"),
        )
        .await;
    }
}

/// The session of this morning, of which everything is on record: one who registered and came, a volunteer, two heads without a name, two
/// pictures, a summary and three answers.
async fn a_whole_session<'a>(app: &'a TestApp) -> User<'a> {
    session(app, None, None).await;
    app.execute("update activities set description = '喝茶聊天，自带杯子'").await;
    let guest = json!({"center": 1, "name": "梁惠芳", "phone": "13800138002"});
    app.token("ann").await.post_json("/api/v1/people", guest).await.is(201);
    let helper = json!({"center": 1, "name": "=陈公式"});
    app.token("ann").await.post_json("/api/v1/people", helper).await.is(201);
    let (guest, helper) = (
        app.number("select id from people where name = '梁惠芳'").await,
        app.number("select id from people where name = '=陈公式'").await,
    );
    comes(app, helper, "volunteer").await;
    comes(app, guest, "participant").await;
    runs(
        app,
        format!(
            "insert into registrations (session_id, person_id, state, heads, made_at, changed_at, made_by, changed_by, request_id, link)
             values (1, {guest}, 'confirmed', 2, 0, 0, 'worker', 'worker', 'x', 'x')"
        ),
    )
    .await;
    app.execute(
        "insert into registration_terms (activity_id, mode, whole, kept, kept_hours, waitlist, companions, only_groups, closes_hours,
                late_minutes, changed_at) values (1, 'required', 0, 0, 24, 1, 2, 0, 0, 10, 0)",
    )
    .await;
    app.execute("insert into head_counts (session_id, heads, counted_at) values (1, 2, 0)").await;
    app.at("2026-03-05T04:10:00Z");
    let stay = app.number("select id from attendances where part = 'volunteer'").await.to_string();
    let closing = json!({"summary": "大家很高兴", "confirm": {&*stay: true}, "minutes": {&*stay: 90}});
    app.token("ann").await.post_json("/api/v1/sessions/1/closing", closing).await.is(200);
    let ann = app.sign_in("ann").await;
    sends_as(&ann, PHOTOS, ("photo", "a.png"), &picture()).await.is(303);
    sends_as(&ann, PHOTOS, ("photo", "b.png"), &picture_in(90)).await.is(303);
    rated(app, 1, &[5, 4, 4]).await;
    ann
}

/// What each session lacks, by its number.
async fn missing(app: &TestApp) -> BTreeMap<i64, Vec<String>> {
    let told = app.token("ann").await.get(LIST).await.is(200).json();
    let of = |one: &Value| {
        let missing = one["missing"].as_array().unwrap().iter().map(|part| part.as_str().unwrap().to_owned()).collect();
        (one["id"].as_i64().unwrap(), missing)
    };
    told["sessions"].as_array().unwrap().iter().map(of).collect()
}

async fn detail(app: &TestApp, action: &str) -> String {
    sqlx::query_scalar("select detail from audit_events where action = $1 order by id desc")
        .bind(action)
        .fetch_one(&mut *app.db().read().await.unwrap())
        .await
        .unwrap()
}

on_both_engines! {
    async fn everything_of_a_session_is_in_its_folder(app: TestApp) {
        let ann = a_whole_session(&app).await;
        assert_eq!(missing(&app).await, BTreeMap::from([(1, Vec::new())]));
        let answer = ann.post(ARCHIVE, &MARCH).await.is(200);
        assert_eq!(answer.header("content-type"), "application/zip");
        let files = unpacked(&answer);
        let inside = |name: &str| &files[&format!("{FOLDER}/{name}")];
        let photos: Vec<&String> = files.keys().filter(|name| name.starts_with(&format!("{FOLDER}/照片/"))).collect();
        assert_eq!((files.len(), photos.len()), (8, 2), "{:?}", files.keys());
        // As the closing page shows them, byte by byte.
        for (number, name) in (1..).zip(photos) {
            let shown = ann.get(&format!("{PHOTOS}/{number}")).await.is(200);
            assert_eq!(shown.body, files[name], "{name}");
        }
        let notice = words(inside("通知.docx"));
        assert!(notice.contains("喝茶聊天，自带杯子") && notice.contains("早茶会") && notice.contains("10:00–12:00"), "{notice}");
        assert!(words(inside("小结.docx")).contains("大家很高兴"));
        let register = cells(inside("报名表.xlsx"));
        assert_eq!(register[1][..4], ["1", "梁惠芳", "****8002", "2"]);
        assert_eq!(register[1][5], "来了");
        let sheet = cells(inside("签到表.xlsx"));
        assert_eq!(sheet[0][6], "签名");
        assert_eq!(sheet[1][1..4], ["梁惠芳", "****8002", "参加者"]);
        assert_eq!(sheet[2][1], "=陈公式", "a name is text, whatever it looks like");
        assert_eq!(sheet[3][1], "另有未记名 2 人");
        let answers = cells(inside("满意度.xlsx"));
        assert_eq!(answers[1][1], "3");
        assert!(answers.iter().any(|row| *row == ["平均分", "4.3"]), "{answers:?}");
        let index = cells(&files["00-目录.xlsx"]);
        assert_eq!(index.len(), 2);
        assert_eq!(index[1][..3], ["2026-03-05", "10:00", "早茶会"]);
        // Notice, register, sign-in (1 + 1 + 2), pictures, summary, answers and their average, 90 minutes, nothing missing.
        assert_eq!(index[1][5..13], ["有", "1", "4", "2", "有", "3", "4.3", "1.5"]);
        assert_eq!((index[1][13].as_str(), index[1][14].as_str()), ("", FOLDER));
        assert_eq!(detail(&app, "ledger.sent").await, "2026-03-01–2026-03-31, 1");
        assert_eq!(app.number("select count(*) from audit_events where action like 'ledger.%'").await, 1);
    }

    async fn each_thing_that_is_missing_is_named_and_mended(app: TestApp) {
        let ann = a_whole_session(&app).await;
        ann.get(&format!("{PAGE}?from=2026-03-01&to=2026-03-31&lacking=1")).await.is(200).shows("每一场的资料都齐了").hides("去补");
        for (change, part, page) in [
            ("update activities set description = null", "notice", "/activities/1/edit"),
            ("update registrations set state = 'merged'", "register", "/sessions/1/registrations"),
            ("delete from session_photos", "photos", "/sessions/1/closing"),
            ("update sessions set summary = null", "summary", "/sessions/1/closing"),
            ("delete from ratings", "satisfaction", ""),
            ("delete from hours_entries", "hours", "/sessions/1/closing"),
            ("update attendances set voided_at = 1", "sign_in", "/centers/1/sessions/1"),
        ] {
            app.execute(change).await;
            let lacks = missing(&app).await[&1].clone();
            assert!(lacks.contains(&part.to_owned()) || part == "sign_in", "{part}: {lacks:?}");
            if !page.is_empty() {
                ann.get(&format!("{PAGE}?from=2026-03-01&to=2026-03-31")).await.is(200).shows("去补").shows(page);
            }
        }
        // Two heads without a name are still signed in; without them nobody is.
        app.execute("update head_counts set voided_at = 1").await;
        assert_eq!(missing(&app).await[&1], ["notice", "register", "sign_in", "photos", "summary"]);
        let files = unpacked(&ann.post(ARCHIVE, &MARCH).await.is(200));
        assert_eq!(files.len(), 1, "{:?}", files.keys());
        let index = cells(&files["00-目录.xlsx"]);
        assert_eq!(index[1][13], "通知、报名表、签到表、照片、小结");
        // A manager is not led to what a manager may not enter.
        app.sign_in("ben").await.get(&format!("{PAGE}?from=2026-03-01&to=2026-03-31")).await.is(200).shows("早茶会").hides("去补");
    }

    async fn numbers_are_masked_but_for_a_reason(app: TestApp) {
        let ann = a_whole_session(&app).await;
        let full = |reason: &'static str| [&MARCH[..], &[("full", "1"), ("reason", reason)]].concat();
        ann.post(ARCHIVE, &full("")).await.is(422).shows("e-reason");
        assert_eq!(app.number("select count(*) from audit_events where action like 'ledger.%'").await, 0);
        let files = unpacked(&ann.post(ARCHIVE, &full("年终评估查验")).await.is(200));
        assert_eq!(cells(&files[&format!("{FOLDER}/签到表.xlsx")])[1][2], "13800138002");
        assert_eq!(cells(&files[&format!("{FOLDER}/报名表.xlsx")])[1][2], "13800138002");
        // One session, with a line of the register and two of the sign-in sheet.
        assert_eq!(detail(&app, "ledger.sent_in_full").await, "年终评估查验, 2026-03-01–2026-03-31, 1, 3");
        let ben = app.sign_in("ben").await;
        ben.get(&format!("{PAGE}?from=2026-03-01&to=2026-03-31")).await.is(200).shows("早茶会").hides("name=\"full\"");
        ben.post(ARCHIVE, &full("看看")).await.is(403);
        let masked = unpacked(&ben.post(ARCHIVE, &MARCH).await.is(200));
        assert_eq!(cells(&masked[&format!("{FOLDER}/签到表.xlsx")])[1][2], "****8002");
        let body = json!({"center": 1, "from": "2026-03-01", "to": "2026-03-31"});
        let taken = app.token("ben").await.post_json("/api/v1/ledger/archive", body.clone()).await.is(200);
        assert_eq!(unpacked(&taken), masked, "programs get the same");
        for login in ["pat", "dan", "tom", "cai", "fay", "lei"] {
            app.sign_in(login).await.post(ARCHIVE, &MARCH).await.is(403);
            app.token(login).await.post_json("/api/v1/ledger/archive", body.clone()).await.is(403);
        }
        app.sign_in("olga").await.post(ARCHIVE, &MARCH).await.is(404);
        app.token("olga").await.get(LIST).await.is(404);
    }

    async fn case_work_goes_out_by_its_kind(app: TestApp) {
        let ann = a_whole_session(&app).await;
        app.execute("update service_kinds set confidential = 1").await;
        app.execute("update activities set title = '探访张桂英', description = '张桂英膝盖不好'").await;
        app.execute("update sessions set summary = '张桂英好多了'").await;
        let told = app.token("ann").await.get(LIST).await.is(200).hides("张桂英").json();
        assert_eq!((&told["sessions"][0]["confidential"], &told["missing"]), (&json!(true), &json!(0)));
        let kind = told["sessions"][0]["title"].as_str().unwrap();
        ann.get(&format!("{PAGE}?from=2026-03-01&to=2026-03-31")).await.is(200).shows(kind).hides("张桂英");
        let files = unpacked(&ann.post(ARCHIVE, &MARCH).await.is(200));
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(names, ["00-目录.xlsx"]);
        let index = cells(&files["00-目录.xlsx"]);
        assert_eq!((index[1][2].as_str(), index[1][14].as_str()), (kind, format!("2026-03-05 10-00 {kind}").as_str()));
        assert!(index.iter().flatten().all(|cell| !cell.contains("张桂英") && !cell.contains("梁惠芳")), "{index:?}");
        // Nobody's name is among them: no line was taken.
        let full = [&MARCH[..], &[("full", "1"), ("reason", "查验")]].concat();
        ann.post(ARCHIVE, &full).await.is(200);
        assert_eq!(detail(&app, "ledger.sent_in_full").await, "查验, 2026-03-01–2026-03-31, 1, 0");
    }

    async fn who_was_forgotten_is_named_no_more_and_few_answers_are_not_told(app: TestApp) {
        let ann = a_whole_session(&app).await;
        app.execute("delete from enrolments where person_id in (select id from people where name = '梁惠芳')").await;
        app.execute("delete from ratings where score = 5").await;
        let files = unpacked(&ann.post(ARCHIVE, &MARCH).await.is(200));
        let sheet = cells(&files[&format!("{FOLDER}/签到表.xlsx")]);
        assert_eq!(sheet[1][1..3], ["资料已删除", ""]);
        assert!(sheet.iter().flatten().all(|cell| !cell.contains("梁惠芳")));
        let answers = cells(&files[&format!("{FOLDER}/满意度.xlsx")]);
        assert_eq!((answers[1][1].as_str(), answers[2][0].as_str()), ("2", "不满 3 份，不列分数"));
        assert!(answers.iter().flatten().all(|cell| cell != "4.0"), "{answers:?}");
        let told = app.token("ann").await.get(LIST).await.is(200).json();
        assert_eq!((&told["sessions"][0]["answers"], &told["sessions"][0]["average"]), (&json!(2), &Value::Null));
    }

    async fn which_sessions_is_said_by_days_kind_and_activity(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "later", "2026-03-12", None, None).await;
        another(&app, "off", "2026-03-06", None, None).await;
        app.execute("update sessions set status = 'cancelled', reason = '停电' where id = 3").await;
        app.at("2026-03-08T00:00:00Z");
        let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
        // It is over and was not closed; the next is to come, and the third did not take place.
        let lacks = missing(&app).await;
        assert_eq!(lacks.keys().collect::<Vec<_>>(), [&1]);
        assert_eq!(lacks[&1], ["notice", "sign_in", "photos", "summary"]);
        app.at("2026-03-13T00:00:00Z");
        assert_eq!(missing(&app).await.len(), 2);
        assert_eq!(program.get("/api/v1/ledger?center=1&from=2026-03-06&to=2026-03-12").await.is(200).json()["sessions"][0]["id"], 2);
        let kind = app.number("select kind_id from activities").await;
        for (cut, number) in [(format!("kind={kind}"), 2), (format!("kind={}", kind + 1), 0), ("activity=1".into(), 2), ("activity=2".into(), 0)] {
            let told = program.get(&format!("{LIST}&{cut}")).await.is(200).json();
            assert_eq!(told["sessions"].as_array().unwrap().len(), number, "{cut}");
        }
        ann.get(PAGE).await.is(200).shows("早茶会").shows("缺 4 项");
        ann.get(&format!("{PAGE}?from=2026-03-31&to=2026-03-01")).await.is(422).shows("e-to");
        ann.get(&format!("{PAGE}?from=2010-01-01&to=2026-03-01")).await.is(422).shows("e-to");
        ann.get(&format!("{PAGE}?from=2026-02-01&to=2026-02-28")).await.is(200).shows("这段时间没有已经办过的场次").hides("下载台账");
        ann.post(ARCHIVE, &[("from", "2026-02-01"), ("to", "2026-02-28")]).await.is(422).shows("没有可以下载的");
        program.post_json("/api/v1/ledger/archive", json!({"center": 1, "from": "2026-02-01", "to": "2026-02-28"})).await
            .is(409).is_refused("ledger_empty");
        // Reached from where one looks for it, by who may take it.
        ann.get("/centers/1/reports").await.is(200).shows(PAGE);
        ann.get("/centers/1/activities").await.is(200).shows(PAGE);
        app.sign_in("cai").await.get("/centers/1/reports").await.is(200).hides(PAGE);
        app.sign_in("pat").await.get("/centers/1/reports").await.is(200).hides(PAGE);
    }

    async fn two_sessions_of_one_name_have_two_folders_that_any_system_takes(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "twin", "2026-03-05", None, None).await;
        app.execute("update activities set title = '亲子/手工: \"纸\"?'").await;
        for id in [1, 2] {
            runs(&app, format!("update sessions set status = 'completed', summary = '第{id}场' where id = {id}")).await;
        }
        let files = unpacked(&app.sign_in("ann").await.post(ARCHIVE, &MARCH).await.is(200));
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        let folder = "亲子_手工_ _纸__";
        let expected = [
            "00-目录.xlsx".to_owned(),
            format!("2026-03-05 10-00 (2) {folder}/小结.docx"),
            format!("2026-03-05 10-00 {folder}/小结.docx"),
        ];
        assert_eq!(names, expected);
        assert!(words(&files[&expected[1]]).contains("第2场") && words(&files[&expected[2]]).contains("第1场"));
    }

    async fn two_hundred_sessions_take_few_statements(app: TestApp) {
        session(&app, None, None).await;
        app.at("2026-03-20T00:00:00Z");
        let (ann, days) = (app.sign_in("ann").await, format!("{PAGE}?from=2026-03-01&to=2026-03-31"));
        let statements = async |path: Option<&str>| {
            let before = app.db().statements();
            let answer = match path {
                Some(path) => ann.get(path).await,
                None => ann.post(ARCHIVE, &MARCH).await,
            };
            (answer.is(200), app.db().statements() - before)
        };
        statements(Some(&days)).await;
        let (one, _) = (statements(Some(&days)).await.1, statements(None).await);
        app.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 199)
             insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, updated_at, summary)
             select 1, 1, 1772330400000 + i * 3600000, 1772330400000 + i * 3600000 + 1800000, '2026-03-01', 'completed', 0, '好'
             from n",
        ).await;
        assert_eq!(statements(Some(&days)).await.1, one, "the page reads them all at once");
        let (answer, taken) = statements(None).await;
        assert!(taken <= 48, "{taken} statements");
        let files = unpacked(&answer);
        // The one that was not closed has no paper.
        assert_eq!((files.len(), cells(&files["00-目录.xlsx"]).len()), (200, 201));
    }

    async fn other_programs_open_it(app: TestApp) {
        const LIST_OF_FILES: &str = r#"
import base64, io, json, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(sys.stdin.read())))
assert archive.testzip() is None
print(json.dumps(sorted(archive.namelist())))
"#;
        let ann = a_whole_session(&app).await;
        let answer = ann.post(ARCHIVE, &MARCH).await.is(200);
        is_whole_archive(&answer.body);
        let Some(python) = python_with("zipfile", "python3") else { return };
        let told = run_python(python, LIST_OF_FILES, BASE64.encode(&answer.body).as_bytes());
        let names: Vec<String> = serde_json::from_str(&told).unwrap();
        let mut ours: Vec<String> = unpacked(&answer).into_keys().collect();
        ours.sort();
        assert_eq!(names, ours);
    }
}

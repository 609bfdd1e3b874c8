//! A purchaser's own form: kept by the purchaser, filled for whoever reads the figures, and otherwise as it came.

use std::collections::BTreeMap;

use calamine::Data;
use data_encoding::BASE64;
use linli::sheets;
use rust_xlsxwriter::utility::column_number_to_name;
use serde_json::{Value, json};

use super::month::{Held, Month, at};
use super::{AFTER, HIDDEN, MARCH, a_tricky_month, figures};
use crate::audit::FORM;
use crate::imports::sends_as;
use crate::support::python::{python_with, run_python};
use crate::support::workbook;
use crate::support::{Answer, TestApp, User, on_both_engines};

/// What another program finds in a filled form: its cells as value and type, and what the sheet holds besides.
const CELLS: &str = r#"
import base64, io, json, sys, zipfile
import openpyxl
bytes = base64.b64decode(sys.stdin.read())
sheet = openpyxl.load_workbook(io.BytesIO(bytes)).worksheets[0]
cells = {cell.coordinate: [cell.value, cell.data_type] for row in sheet.iter_rows() for cell in row if cell.value is not None}
parts = zipfile.ZipFile(io.BytesIO(bytes)).namelist()
print(json.dumps({"cells": cells, "charts": len(sheet._charts), "pictures": len(sheet._images), "merged": len(sheet.merged_cells.ranges), "parts": parts}))
"#;

/// A filled form as another program reads it. None where there is no such program.
fn opened(file: &Answer) -> Option<Value> {
    let python = python_with("openpyxl", "python3-openpyxl")?;
    Some(serde_json::from_str(&run_python(python, CELLS, BASE64.encode(&file.body).as_bytes())).unwrap())
}

async fn keeps(user: &User<'_>) -> String {
    sends_as(user, "/purchaser-forms", ("file", "莞城月报表.xlsx"), FORM).await.is(303).leads_to()
}

/// A form with a row for so many centers, and a single cell for what they come to together.
fn list(rows: u32) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("汇总").unwrap();
    for (name, column) in [("linli.center", "A"), ("linli.visits", "B"), ("linli.persons", "C")] {
        book.define_name(name, &format!("='汇总'!${column}$2:${column}${}", rows + 1)).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// A form in whose first column cells are called by these keys, one below the other.
fn named(keys: &[&str]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("表").unwrap();
    for (row, key) in (0..).zip(keys) {
        sheet.write_string(row, 1, *key).unwrap();
    }
    for (row, key) in (1..).zip(keys) {
        book.define_name(format!("linli.{key}"), &format!("='表'!$A${row}")).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// A form with so many rows for each of some keys, side by side, and on a second sheet a single cell for each of others.
fn mixed(lists: &[&str], single: &[&str], rows: u32) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("各中心").unwrap();
    book.add_worksheet().set_name("合计").unwrap();
    for (column, key) in (0..).zip(lists) {
        let column = column_number_to_name(column);
        book.define_name(format!("linli.{key}"), &format!("='各中心'!${column}$1:${column}${rows}")).unwrap();
    }
    for (row, key) in (1..).zip(single) {
        book.define_name(format!("linli.{key}"), &format!("='合计'!$A${row}")).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// Every key that a form may have, the words before the numbers, and those of some rooms.
async fn every_key(app: &TestApp, rooms: &[i64]) -> Vec<String> {
    let keys = app.token("pat").await.get("/api/v1/purchaser-forms/keys").await.is(200).json();
    let keys = keys["items"].as_array().unwrap().iter();
    let mut keys: Vec<String> =
        keys.map(|key| key["name"].as_str().unwrap().strip_prefix("linli.").unwrap().to_owned()).collect();
    for room in rooms {
        keys.extend(["booked_hours", "open_minutes"].map(|measure| format!("{measure}.room.{room}")));
    }
    keys
}

/// How many of [`every_key`] are words.
const WORDS: usize = 6;

/// The month, in which centers 3 and 4 are of pat's agreement too: in the third there is whatever a form may ask for, and people of the
/// first. The number of its room.
async fn three_centers(app: &TestApp) -> i64 {
    a_tricky_month(app).await;
    let mut month = Month::begin(app).await;
    let room = month.room(3, "小活动室").await;
    let mut people = Vec::new();
    for birth in [Some("1950-01-01"), Some("1951-01-01"), Some("1952-01-01"), Some("1980-05-05"), None] {
        people.push(month.person(birth).await);
    }
    let helper = month.person(Some("1990-01-01")).await;
    let there = Held { center: 3, room, ..Held::default() };
    for (day, held) in [("2026-03-17", there), ("2026-03-19", Held::default())] {
        let session = month.session(at(&format!("{day} 14:00")), 90, held).await;
        for person in &people {
            month.attend(session, *person, "participant").await;
        }
        month.heads(session, 6, [3, 0, 0, 0], false).await;
        month.attend(session, helper, "volunteer").await;
        month.hours(session, helper, None, 75).await;
        if held.center == 3 {
            let unit = month.unit(3, Some("2026-03-10"), Some("2026-03-01")).await;
            month.takes_part(session, unit, "served", false).await;
        }
    }
    month.session(at("2026-03-18 14:00"), 60, Held { status: "planned", ..there }).await;
    month.commit().await;
    app.execute(
        "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on)
         select 1, id, '2026-01-01', '2026-12-31' from centers where id in (3, 4)",
    )
    .await;
    app.at(AFTER);
    room
}

/// Whether a cell of this key says what these figures do.
fn says(cell: &Data, told: &BTreeMap<String, i64>, key: &str) -> bool {
    let in_hours = || told.get(&key.replacen("hours", "minutes", 1)).map(|minutes| (*minutes, 60.0));
    match (told.get(key).map(|value| (*value, 1.0)).or_else(in_hours), cell) {
        (None, cell) => *cell == Data::Empty,
        (Some((HIDDEN, _)), Data::String(text)) => text == "＊" || text.starts_with('≥'),
        (Some((value, parts)), Data::Float(number)) => *number == value as f64 / parts,
        _ => false,
    }
}

/// The number under which it is kept.
async fn kept_as(user: &User<'_>, book: &[u8]) -> String {
    let kept = sends_as(user, "/purchaser-forms", ("file", "季报表.xlsx"), book).await.is(303).leads_to();
    kept.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned()
}

fn first_column(file: &Answer) -> Vec<String> {
    let book = sheets::read(&file.body).unwrap();
    book.sheets[0].rows.iter().map(|row| row.cells[0].shown()).collect()
}

/// The provider submits an agreement's report.
async fn reports(app: &TestApp, agreement: &str, period: &str) {
    let ben = app.sign_in("ben").await;
    ben.post("/periodic-reports", &[("agreement", agreement), ("period", period)]).await.is(303);
    let report = app.number("select max(id) from periodic_reports").await;
    ben.post(&format!("/periodic-reports/{report}/submission"), &[]).await.is(303);
}

on_both_engines! {
    async fn a_form_is_filled_with_the_figures_and_is_otherwise_as_it_came(app: TestApp) {
        a_tricky_month(&app).await;
        app.at(AFTER);
        let pat = app.sign_in("pat").await;
        let form = keeps(&pat).await;
        pat.get(&form).await.is(200).shows("莞城月报表").shows("linli.visits.elderly").shows("月报表!D9");
        let id = form.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        let path = format!("/centers/1/reports/2026-03/form/{id}");
        let filled = app.sign_in("ann").await.get(&path).await.is(200);
        let Some(found) = opened(&filled) else { return };
        // The form says what its purchaser is told: it goes there, whoever fills it.
        let told = figures(&app, "pat", "center:1", MARCH).await;
        let mut hidden = 0;
        let cells = app.token("pat").await.get(&format!("/api/v1/purchaser-forms/{id}")).await.is(200).json()["cells"].clone();
        for named in cells.as_array().unwrap().iter().filter(|named| named["known"] == true) {
            let key = named["name"].as_str().unwrap().strip_prefix("linli.").unwrap();
            let place = named["place"].as_str().unwrap().split('!').nth(1).unwrap();
            let Some(value) = told.get(&key.replacen("hours", "minutes", 1)) else { continue };
            let value = match (*value, key.starts_with("hours")) {
                (HIDDEN, _) => json!(["＊", "s"]),
                (minutes, true) => json!([minutes as f64 / 60.0, "n"]),
                (value, false) => json!([value, "n"]),
            };
            hidden += i64::from(value[0] == "＊");
            let filled = &found["cells"][place];
            assert_eq!((filled[0].as_f64(), filled[0].as_str(), &filled[1]), (value[0].as_f64(), value[0].as_str(), &value[1]), "{key}");
        }
        assert_eq!(found["cells"]["D5"], json!([6, "n"]), "sessions are nobody's secret");
        assert!(hidden >= 3, "one disabled, one needy and one youth came: {hidden}");
        assert_eq!(found["cells"]["D19"], json!(["=IF(D7=0,0,D6/D7)", "f"]), "the formula is kept");
        assert_eq!(found["cells"]["D2"], json!(["2026年3月", "s"]), "as text");
        assert_eq!((&found["charts"], &found["merged"]), (&json!(1), &json!(18)));
        let parts = found["parts"].as_array().unwrap();
        assert!(parts.contains(&json!("xl/media/image1.png")) && parts.contains(&json!("xl/charts/chart1.xml")));
    }

    async fn who_may_not_read_the_figures_gets_no_form(app: TestApp) {
        let form = keeps(&app.sign_in("pat").await).await;
        let id = form.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        let month = format!("/centers/1/reports/2026-03/form/{id}");
        for (login, status) in [("ada", 200), ("tom", 200), ("cai", 200), ("ben", 200), ("ann", 200), ("pat", 200), ("olga", 404), ("otto", 404), ("pia", 404)] {
            assert_eq!(app.sign_in(login).await.get(&month).await.status.code, status, "{login}");
        }
        app.sign_in("pat").await.get(&month.replace("2026-03", "2027-03")).await.is(404);
        let pia = app.sign_in("pia").await;
        pia.get(&format!("/purchaser-forms/{id}")).await.is(404);
        pia.get(&format!("/purchaser-forms/{id}/file")).await.is(404);
        pia.get(&format!("/purchaser-forms/{id}/filled?period=2026-03")).await.is(404);
        pia.get("/purchaser-forms").await.is(200).hides("莞城月报表");
        // A form of another purchaser is of none of this center's.
        let other = keeps(&pia).await;
        let other = other.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        app.sign_in("ann").await.get(&format!("/centers/1/reports/2026-03/form/{other}")).await.is(404);
        app.sign_in("ann").await.get("/centers/1/purchaser-forms?month=2026-03").await.is(200).shows(&month);
        // Once she pays for this center too it is; but not for whoever reads by the other's agreement.
        for sql in [
            "insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at) values (1, 2, '2026-01-01', '2026-12-31', 0)",
            "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on)
             select max(id), 1, '2026-01-01', '2026-12-31' from agreements",
        ] {
            app.execute(sql).await;
        }
        let hers = format!("/centers/1/reports/2026-03/form/{other}");
        for (login, own, status) in [("ann", 200, 200), ("pia", 404, 200), ("pat", 200, 404), ("dan", 200, 404)] {
            let user = app.sign_in(login).await;
            assert_eq!(user.get(&month).await.status.code, own, "{login}");
            assert_eq!(user.get(&hers).await.status.code, status, "{login}");
        }
    }

    async fn a_row_for_each_center_and_what_is_wrong_is_named(app: TestApp) {
        a_tricky_month(&app).await;
        app.execute("insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at) values (2, 1, '2026-01-01', '2026-12-31', 0)").await;
        app.execute("insert into agreement_centers (agreement_id, center_id, starts_on, ends_on) select max(id), 2, '2026-01-01', '2026-12-31' from agreements").await;
        app.execute("update sessions set charged_to = (select max(id) from agreements) where center_id = 2").await;
        let pat = app.sign_in("pat").await;
        let kept = sends_as(&pat, "/purchaser-forms", ("file", "汇总.xlsx"), &list(2)).await.is(303).leads_to();
        let id = kept.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        let filled = pat.get(&format!("/purchaser-forms/{id}/filled?period=2026-03")).await.is(200);
        let first = figures(&app, "pat", "center:1", MARCH).await;
        let told = |key: &str| if first[key] == HIDDEN { json!("＊") } else { json!(first[key]) };
        if let Some(found) = opened(&filled) {
            // Two came to the second center.
            assert_eq!((&found["cells"]["B2"][0], &found["cells"]["B3"][0]), (&told("visits"), &json!("＊")));
            assert_eq!((&found["cells"]["C2"][0], &found["cells"]["C3"][0]), (&told("persons"), &json!("＊")));
        }
        // A worker of one of the two centers fills the row of that one.
        let own = app.sign_in("ann").await.get(&format!("/purchaser-forms/{id}/filled?period=2026-03")).await.is(200);
        if let Some(found) = opened(&own) {
            assert_eq!((&found["cells"]["B2"][0], found["cells"].get("B3")), (&told("visits"), None));
        }
        sends_as(&pat, &format!("/purchaser-forms/{id}/replacement"), ("file", "单个.xlsx"), FORM).await.is(303);
        app.token("pat").await.get(&format!("/api/v1/purchaser-forms/{id}")).await.is(200);
        for (name, bytes) in [("空.xlsx", rust_xlsxwriter::Workbook::new().save_to_buffer().unwrap()), ("表.xlsx", b"no workbook".to_vec())] {
            sends_as(&pat, "/purchaser-forms", ("file", name), &bytes).await.is(422);
        }
        sends_as(&pat, "/purchaser-forms", ("file", "单个.xlsx"), FORM).await.is(303);
        sends_as(&pat, "/purchaser-forms", ("file", "单个.xlsx"), FORM).await.is(422).shows("e-name");
    }

    async fn the_same_file_again_changes_nothing_and_a_removal_says_why(app: TestApp) {
        let pat = app.sign_in("pat").await;
        let form = keeps(&pat).await;
        let form = form.split('?').next().unwrap().to_owned();
        let entries = app.number("select count(*) from audit_events").await;
        sends_as(&pat, &format!("{form}/replacement"), ("file", "a.xlsx"), FORM).await.is(303);
        assert_eq!(app.number("select count(*) from audit_events").await, entries);
        pat.post(&format!("{form}/removal"), &[("reason", "")]).await.is(422);
        pat.post(&format!("{form}/removal"), &[("reason", "换成市里的新表")]).await.is(303);
        pat.get(&form).await.is(404);
        assert_eq!(app.number("select count(*) from purchaser_forms").await, 0);
    }

    async fn the_sample_can_be_sent_back_and_every_key_of_it_is_known(app: TestApp) {
        let pat = app.sign_in("pat").await;
        let sample = pat.get("/purchaser-forms/sample").await.is(200);
        let kept = sends_as(&pat, "/purchaser-forms", ("file", "样表.xlsx"), &sample.body).await.is(303).leads_to();
        let id = kept.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        let told = app.token("pat").await.get(&format!("/api/v1/purchaser-forms/{id}")).await.is(200).json();
        let cells = told["cells"].as_array().unwrap();
        assert_eq!(cells.len(), 17);
        assert!(cells.iter().all(|cell| cell["known"] == true), "{cells:#?}");
        let keys = app.token("ann").await.get("/api/v1/purchaser-forms/keys").await.is(200).json();
        let named = |name: &str| keys["items"].as_array().unwrap().iter().any(|key| key["name"] == name);
        assert!(named("linli.hours") && named("linli.sessions.kind.case_work") && named("linli.hours.team.medical"));
        let is_hidden = |key: &Value| key["name"].as_str().is_some_and(|name| name.contains("subgroup") || name.contains("worker"));
        assert!(!keys["items"].as_array().unwrap().iter().any(is_hidden));
    }

    async fn where_a_report_stands_a_form_says_what_it_says(app: TestApp) {
        a_tricky_month(&app).await;
        app.at(AFTER);
        let (pat, program, ann) = (app.sign_in("pat").await, app.token("pat").await, app.sign_in("ann").await);
        let id = kept_as(&pat, &named(&["sessions", "period", "visits", "unnamed", "nothing"])).await;
        let source = async |asked: &str| {
            let told = program.get(&format!("/api/v1/purchaser-forms/{id}/filling?{asked}")).await.is(200).json();
            let mut empty: Vec<String> = serde_json::from_value(told["empty"].clone()).unwrap();
            empty.sort();
            (told["source"].as_str().unwrap().to_owned(), told["report"].clone(), json!(empty))
        };
        assert_eq!(source("period=2026-03").await, ("live".to_owned(), Value::Null, json!(["linli.nothing"])));
        reports(&app, "1", "month:2026-03-01").await;
        assert_eq!(source("period=2026-03").await, ("submitted".to_owned(), json!("R000001"), json!(["linli.nothing"])));
        pat.post("/periodic-reports/1/acceptance", &[("version", "1")]).await.is(303);
        // Afterwards the child of the first of March is taken out: one session less.
        let (session, child) = (
            app.number("select id from sessions where center_id = 1 and local_date = '2026-03-01'").await,
            app.number("select t.id from attendances t join sessions s on s.id = t.session_id where s.center_id = 1 and s.local_date = '2026-03-01'").await,
        );
        let voided = app.token("ann").await
            .post_json(&format!("/api/v1/sessions/{session}/checkins/{child}/void"), json!({"reason": "点错了人"})).await;
        assert!(voided.status.code < 300, "{}", voided.text());
        assert_eq!(figures(&app, "pat", "center:1", MARCH).await["sessions"], 5);
        for path in [
            format!("/purchaser-forms/{id}/filled?period=2026-03"),
            format!("/purchaser-forms/{id}/filled?agreement=1&period=month:2026-03-01"),
            format!("/centers/1/reports/2026-03/form/{id}"),
            format!("/centers/1/reports/month:2026-03-01/form/{id}?agreement=1"),
        ] {
            assert_eq!(first_column(&pat.get(&path).await.is(200))[..2], ["6", "2026年3月"], "{path}");
        }
        let accepted = "按已认可的报告 R000001 第 1 版填写";
        ann.get("/centers/1/purchaser-forms?month=2026-03").await.is(200).shows(accepted).hides("linli.nothing");
        ann.get(&format!("/centers/1/purchaser-forms?month=2026-03&form={id}")).await.is(200).shows("linli.nothing");
        pat.get(&format!("/purchaser-forms/{id}?agreement=1&period=month:2026-03-01")).await.is(200).shows(accepted);
        // What a version does not know stays empty, and is named.
        app.execute("update report_versions set document = replace(document, '\"key\":\"unnamed\"', '\"key\":\"unheard_of\"')").await;
        assert_eq!(source("period=2026-03&center=1").await.2, json!(["linli.nothing", "linli.unnamed"]));
        // A longer period has no report: it is counted now.
        let quarter = format!("/purchaser-forms/{id}/filled?agreement=1&period=quarter:2026-01-01");
        let live = figures(&app, "pat", "center:1", ("2026-01-01", "2026-04-01")).await["sessions"].to_string();
        assert_eq!(first_column(&pat.get(&quarter).await.is(200))[..2], [&*live, "2026年第1季度"]);
        pat.get(&format!("/purchaser-forms/{id}?agreement=1&period=quarter:2026-01-01")).await.is(200).shows("没有已提交的报告");
        for (login, status) in [("pia", 404), ("otto", 404), ("dan", 200), ("ann", 200)] {
            assert_eq!(app.sign_in(login).await.get(&quarter).await.status.code, status, "{login}");
        }
        for word in ["quarter:2026-02-01", "month", "2026-13", "quarter:2027-01-01"] {
            pat.get(&format!("/purchaser-forms/{id}/filled?agreement=1&period={word}")).await.is(404);
        }
        // Nor is one told before it is over.
        app.sign_in("ada").await.post("/small-cells", &[("least", "3")]).await.is(303);
        let half = format!("/api/v1/purchaser-forms/{id}/filled?agreement=1&period=half_year:2026-01-01");
        program.get(&half).await.is(409).is_refused("period_not_over");
    }

    async fn a_form_is_filled_for_an_agreement_s_own_periods_and_for_several_agreements_together(app: TestApp) {
        a_tricky_month(&app).await;
        for sql in [
            "update agreements set starts_on = '2026-02-15', ends_on = '2027-02-14', years_from = 'start' where id = 1",
            "update agreement_centers set starts_on = '2026-02-15', ends_on = '2027-02-14' where agreement_id = 1",
        ] {
            app.execute(sql).await;
        }
        app.at("2026-06-02T02:00:00Z");
        let (pat, program) = (app.sign_in("pat").await, app.token("pat").await);
        let id = kept_as(&pat, &named(&["sessions", "period", "from", "to", "visits"])).await;
        let own = format!("/purchaser-forms/{id}/filled?agreement=1&period=quarter:2026-02-15");
        let live = first_column(&pat.get(&own).await.is(200));
        assert_eq!(live[1..4], ["季度 2026-02-15 至 2026-05-14", "2026-02-15", "2026-05-14"]);
        reports(&app, "1", "quarter:2026-02-15").await;
        assert_eq!(first_column(&pat.get(&own).await.is(200)), live, "as it was counted");
        let told = async |asked: &str| {
            let told = program.get(&format!("/api/v1/purchaser-forms/{id}/filling?{asked}")).await.is(200).json();
            (told["source"].as_str().unwrap().to_owned(), told["agreement_id"].clone())
        };
        assert_eq!(told("period=quarter:2026-02-15").await, ("submitted".to_owned(), json!(1)));
        // A second agreement from 10 March on: a month in which both run is counted of both, unless one is named.
        for sql in [
            "insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at) values (1, 1, '2026-03-10', '2026-12-31', 0)",
            "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on)
             select max(id), 1, '2026-03-10', '2026-12-31' from agreements",
        ] {
            app.execute(sql).await;
        }
        let second = app.number("select max(id) from agreements").await;
        assert_eq!(told("period=2026-03").await, ("live".to_owned(), Value::Null));
        assert_eq!(told("period=2026-02").await, ("live".to_owned(), json!(1)));
        assert_eq!(told(&format!("period=2026-03&agreement={second}")).await, ("live".to_owned(), json!(second)));
        assert_eq!(told("period=quarter:2026-02-15&agreement=1").await, ("submitted".to_owned(), json!(1)));
        pat.get("/centers/1/purchaser-forms?month=2026-03").await.is(200).shows("有几份协议");
        // Both together of days that are no report's are not told.
        pat.get(&format!("/purchaser-forms/{id}/filled?period=quarter:2026-02-15")).await.is(409);
    }

    async fn each_row_says_what_its_center_s_figures_say_and_single_cells_what_a_report_would(app: TestApp) {
        let room = three_centers(&app).await;
        let keys = every_key(&app, &[room, 1]).await;
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let (pat, ada) = (app.sign_in("pat").await, app.token("ada").await);
        let id = kept_as(&pat, &mixed(&keys, &[], 3)).await;
        let filled = format!("/purchaser-forms/{id}/filled?period=2026-03");
        let rows = workbook::sheets(&pat.get(&filled).await.is(200)).swap_remove(0).1;
        assert_eq!((rows.len(), keys[0]), (3, "center"));
        let centers = ada.get("/api/v1/centers").await.is(200).json();
        let mut seen = Vec::new();
        for row in &rows {
            let is_it = |center: &&Value| center["name"].as_str() == Some(&*row[0].to_string());
            let center = centers["items"].as_array().unwrap().iter().find(is_it).unwrap()["id"].as_i64().unwrap();
            let told = figures(&app, "pat", &format!("center:{center}"), MARCH).await;
            for (key, cell) in keys.iter().zip(row).skip(WORDS) {
                assert!(says(cell, &told, key), "center {center}: {key} is {cell:?}, not {:?}", told.get(*key));
            }
            seen.push((center, told["organizations_founded"], told["open_sessions"], told["without_birth_date"]));
        }
        seen.sort_unstable();
        assert_eq!(seen, [(1, 1, 1, HIDDEN), (3, 1, 1, HIDDEN), (4, 0, 0, 0)], "each its own");
        // In single cells, what they come to together: as the report freezes it.
        sends_as(&pat, &format!("/purchaser-forms/{id}/replacement"), ("file", "合计.xlsx"), &named(&keys)).await.is(303);
        let live = first_column(&pat.get(&filled).await.is(200));
        assert!(live[WORDS..].iter().filter(|cell| !cell.is_empty()).count() > 30, "{live:?}");
        reports(&app, "1", "month:2026-03-01").await;
        let told = app.token("pat").await.get(&format!("/api/v1/purchaser-forms/{id}/filling?period=2026-03")).await.is(200).json();
        assert_eq!(told["source"], "submitted");
        let frozen = first_column(&pat.get(&filled).await.is(200));
        for (key, (live, frozen)) in keys.iter().zip(live.iter().zip(&frozen)) {
            assert_eq!(live, frozen, "{key}");
        }
    }

    async fn twelve_centers_take_as_many_statements_as_three(app: TestApp) {
        let room = three_centers(&app).await;
        // By a second agreement: where none is named, both are counted together.
        for sql in [
            "insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at) values (1, 1, '2026-01-01', '2026-12-31', 0)",
            "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on)
             select max(id), 1, '2026-01-01', '2026-12-31' from agreements",
        ] {
            app.execute(sql).await;
        }
        let keys = every_key(&app, &[room, 1]).await;
        let every_other = |first: usize| -> Vec<&str> { keys.iter().skip(first).step_by(2).map(String::as_str).collect() };
        let (pat, program) = (app.sign_in("pat").await, app.token("pat").await);
        let id = kept_as(&pat, &mixed(&every_other(0), &every_other(1), 12)).await;
        // The second time: the first use of a login may note when it was.
        let taken = async |user: &User<'_>, path: &str| {
            user.get(path).await.is(200);
            let before = app.db().statements();
            user.get(path).await.is(200);
            app.db().statements() - before
        };
        let of_all = async || {
            let mut all = Vec::new();
            for days in ["period=2026-03", "agreement=1&period=month:2026-03-01"] {
                all.push(taken(&pat, &format!("/purchaser-forms/{id}/filled?{days}")).await);
                all.push(taken(&program, &format!("/api/v1/purchaser-forms/{id}/filling?{days}")).await);
            }
            all
        };
        let three = of_all().await;
        app.execute(
            "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on)
             select 1, id, '2026-01-01', '2026-12-31' from centers where id between 5 and 13",
        )
        .await;
        let filled = pat.get(&format!("/purchaser-forms/{id}/filled?period=2026-03")).await.is(200);
        assert_eq!(workbook::sheets(&filled).swap_remove(0).1.len(), 12);
        let twelve = of_all().await;
        assert_eq!(twelve, three);
        // What no cell asks for is not read.
        sends_as(&pat, &format!("/purchaser-forms/{id}/replacement"), ("file", "场次.xlsx"), &mixed(&["center", "sessions"], &[], 12)).await.is(303);
        assert!(of_all().await.iter().zip(&twelve).all(|(few, all)| few + 6 <= *all));
    }
}

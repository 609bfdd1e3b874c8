//! A purchaser's own form: kept by the purchaser, filled for whoever reads the figures, and otherwise as it came.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::{AFTER, HIDDEN, MARCH, a_tricky_month, figures};
use crate::audit::FORM;
use crate::imports::sends_as;
use crate::support::python::{python_with, run_python};
use crate::support::{Answer, User, on_both_engines};

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
}

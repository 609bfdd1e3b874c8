//! Rosters taken in: the sample's verdicts, applied once, taken back as a whole, and given back with what is wrong.

use std::collections::BTreeMap;

use calamine::{Reader as _, Xlsx};
use data_encoding::BASE64;
use linli::store::Sealed;
use rocket::http::ContentType;
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook};
use serde_json::{Value, json};

use crate::support::python::{python_with, run_python};
use crate::support::{Answer, TestApp, User, on_both_engines};

/// A roster of two rows.
pub(crate) const SMALL: &[u8] = "姓名,联系电话\n何伟明,13500135000\n何小明,13500135001\n".as_bytes();

const WORKBOOK: &[u8] = include_bytes!("../samples/roster.xlsx");
const TEXT: &[u8] = include_bytes!("../samples/roster-gb18030.csv");

/// Sends a file as a form's `file`.
pub(crate) async fn sends(user: &User<'_>, path: &str, name: &str, bytes: &[u8]) -> Answer {
    sends_as(user, path, ("file", name), bytes).await
}

/// Sends a file in this field.
pub(crate) async fn sends_as(user: &User<'_>, path: &str, (field, name): (&str, &str), bytes: &[u8]) -> Answer {
    const BORDER: &str = "linli-border-0191c7f0";
    let head = format!(
        "--{BORDER}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, format!("\r\n--{BORDER}--\r\n").as_bytes()].concat();
    user.fetch(path, Some((ContentType::new("multipart", "form-data").with_params(("boundary", BORDER)), body))).await
}

/// Says where a workbook that came back is not as it was, and what stands in the first column beyond.
const COMPARED: &str = r#"
import base64, io, json, sys
import openpyxl
both = json.load(sys.stdin)
ours, back = (openpyxl.load_workbook(io.BytesIO(base64.b64decode(both[name]))) for name in ("ours", "back"))
differs, new = [], {}
def told(cell):
    return [cell.value if cell.value is None else str(cell.value), cell.font.b, cell.font.name, cell.font.sz, cell.fill.fgColor.rgb,
            cell.number_format, cell.alignment.horizontal, cell.border.bottom.style]
if ours.sheetnames != back.sheetnames:
    differs.append("sheets")
for place, sheet in enumerate(ours):
    other = back[sheet.title]
    if sorted(map(str, sheet.merged_cells.ranges)) != sorted(map(str, other.merged_cells.ranges)):
        differs.append("merged")
    if sheet.freeze_panes != other.freeze_panes:
        differs.append("panes")
    widths = lambda s: {name: one.width for name, one in s.column_dimensions.items() if one.customWidth}
    if any(widths(other).get(name) != width for name, width in widths(sheet).items()):
        differs.append("widths")
    for row in sheet.iter_rows():
        for cell in row:
            if told(cell) != told(other[cell.coordinate]):
                differs.append(cell.coordinate)
    if place == 0:
        for row in range(1, other.max_row + 1):
            new[row] = other.cell(row, sheet.max_column + 1).value or ""
print(json.dumps({"differs": differs, "new": new}))
"#;

/// A roster that somebody has taken trouble over: a title, colours, widths, a date with its format, panes that stay.
fn formatted() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let title = Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center);
    sheet.merge_range(0, 0, 0, 2, "罗沙社区居民名册（2026 年）", &title).unwrap();
    let head = Format::new().set_bold().set_background_color("D9EAD3").set_border_bottom(FormatBorder::Thin);
    for (column, name) in (0..).zip(["姓名", "联系电话", "出生日期"]) {
        sheet.write_string_with_format(1, column, name, &head).unwrap();
    }
    let date = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    for (row, (name, phone)) in
        (2..).zip([("何伟明", "13500135000"), ("何小明", "1350013500"), ("林美", "13500135002")])
    {
        sheet.write_string(row, 0, name).unwrap();
        sheet.write_string(row, 1, phone).unwrap();
        sheet.write_datetime_with_format(row, 2, ExcelDateTime::from_ymd(1950, 3, 5).unwrap(), &date).unwrap();
    }
    sheet.set_column_width(0, 22).unwrap().set_column_width(2, 17).unwrap();
    sheet.set_freeze_panes(2, 0).unwrap();
    book.add_worksheet().set_name("说明").unwrap().write_string(0, 0, "每月更新").unwrap();
    book.save_to_buffer().unwrap()
}

/// The verdicts that the sample's rows must get, by row of the workbook.
fn expected() -> BTreeMap<i64, String> {
    let rows: Vec<Value> = serde_json::from_str(include_str!("../samples/expected.json")).unwrap();
    rows.iter().map(|row| (row["row"].as_i64().unwrap(), row["kind"].as_str().unwrap().to_owned())).collect()
}

fn verdicts(told: &Value) -> BTreeMap<i64, String> {
    let rows = told["rows"].as_array().unwrap();
    rows.iter().map(|row| (row["row"].as_i64().unwrap(), row["verdict"].as_str().unwrap().to_owned())).collect()
}

fn counted(told: &Value) -> BTreeMap<String, usize> {
    told["rows"].as_array().unwrap().iter().fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(row["done"].as_str().unwrap_or("waiting").to_owned()).or_default() += 1;
        counts
    })
}

/// Everything that is known of the center's people, as text.
async fn known(app: &TestApp) -> Vec<(String, Option<String>, Option<String>, Option<String>)> {
    type Row = (String, Option<String>, Option<String>, Option<Sealed>);
    let sealed: Vec<Row> = sqlx::query_as(
        "select p.name, p.birth_date, p.phone_hash, e.note_sealed from people p join enrolments e on e.person_id = p.id
         order by p.name, p.birth_date, p.phone_hash, e.center_id",
    )
    .fetch_all(&mut *app.db().read().await.unwrap())
    .await
    .unwrap();
    let opened = |note: Option<Sealed>| note.map(|note| app.sealer.open(&note).unwrap());
    sealed.into_iter().map(|(name, born, phone, note)| (name, born, phone, opened(note))).collect()
}

on_both_engines! {
    async fn every_row_of_the_sample_is_judged_as_it_must_be(app: TestApp) {
        let ann = app.token("ann").await;
        let told = sends(&ann, "/api/v1/people/imports?center=1", "名册.xlsx", WORKBOOK).await.is(201).json();
        assert_eq!(verdicts(&told), expected());
        // The same rows as text, without the rows that stand empty in the workbook.
        let told = sends(&ann, "/api/v1/people/imports?center=1", "名册.csv", TEXT).await.is(201).json();
        assert_eq!(verdicts(&told).into_values().collect::<Vec<_>>(), expected().into_values().collect::<Vec<_>>());
        assert_eq!(app.number("select count(*) from people").await, 0, "nothing is written yet");
    }

    async fn applied_twice_it_changes_nothing_and_taken_back_all_is_as_before(app: TestApp) {
        let ann = app.token("ann").await;
        // Somebody of the roster is known already, without a birth date.
        let page = app.sign_in("ann").await;
        page.post("/centers/1/people", &[("name", "张强玉"), ("phone", "15016613186"), ("note", "喜欢下棋")]).await.is(303);
        let before = known(&app).await;
        let first = sends(&ann, "/api/v1/people/imports?center=1", "名册.xlsx", WORKBOOK).await.is(201).json();
        let path = format!("/api/v1/people/imports/{}", first["id"]);
        let told = ann.post_json(&format!("{path}/application"), json!({})).await.is(200).json();
        let counts = counted(&told);
        assert_eq!((counts.get("created"), counts.get("filled")), (Some(&102), Some(&1)), "{counts:?}");
        ann.post_json(&format!("{path}/application"), json!({})).await.is(409).is_refused("import_not_checked");
        let after = known(&app).await;
        assert_eq!(after.len(), before.len() + 102);
        assert!(after.iter().any(|(name, born, _, note)| name == "张强玉" && born.as_deref() == Some("1971-03-13") && note.as_deref() == Some("喜欢下棋")));
        let second = sends(&ann, "/api/v1/people/imports?center=1", "名册.xlsx", WORKBOOK).await.is(201).json();
        let again = ann.post_json(&format!("/api/v1/people/imports/{}/application", second["id"]), json!({})).await.is(200).json();
        let counts = counted(&again);
        assert_eq!(counts.get("kept"), Some(&103), "{counts:?}");
        assert_eq!(known(&app).await, after, "the second time changes nothing");
        let undone = ann.post_json(&format!("{path}/undoing"), json!({})).await.is(200).json();
        assert_eq!(undone["state"], "undone");
        assert_eq!(known(&app).await, before);
        ann.post_json(&format!("{path}/undoing"), json!({})).await.is(409).is_refused("import_not_applied");
    }

    async fn who_has_come_since_stays(app: TestApp) {
        let ann = app.token("ann").await;
        let first = sends(&ann, "/api/v1/people/imports?center=1", "名册.xlsx", WORKBOOK).await.is(201).json();
        let path = format!("/api/v1/people/imports/{}", first["id"]);
        ann.post_json(&format!("{path}/application"), json!({})).await.is(200);
        let id = app.number("select min(id) from people where name = '张强玉'").await;
        app.sign_in("ann").await.post(&format!("/centers/1/people/{id}/memberships"), &[("group", "disabled"), ("valid_from", "2026-01-01"), ("document", "残疾证 1")]).await.is(303);
        ann.post_json(&format!("{path}/undoing"), json!({})).await.is(200);
        assert_eq!(app.number("select count(*) from people").await, 1);
    }

    async fn the_file_goes_back_with_what_is_wrong(app: TestApp) {
        let ann = app.token("ann").await;
        let told = sends(&ann, "/api/v1/people/imports?center=1", "名册.xlsx", WORKBOOK).await.is(201).json();
        let file = ann.get(&format!("/api/v1/people/imports/{}/file", told["id"])).await.is(200);
        let mut book = Xlsx::new(std::io::Cursor::new(file.body)).unwrap();
        let name = book.sheet_names()[0].clone();
        let range = book.worksheet_range(&name).unwrap();
        let row = |number: u32| range.rows().nth((number - 1 - range.start().unwrap().0) as usize).unwrap().last().unwrap().to_string();
        assert!(row(19).contains("ID number") || row(19).contains("身份证"), "{}", row(19));
        let told = sends(&ann, "/api/v1/people/imports?center=1", "名册.csv", TEXT).await.is(201).json();
        let file = ann.get(&format!("/api/v1/people/imports/{}/file", told["id"])).await.is(200);
        assert!(file.body.starts_with(TEXT.split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap()), "in its own encoding");
        assert!(file.body.len() > TEXT.len());
    }

    async fn another_program_opens_it_with_its_own_formatting(app: TestApp) {
        let Some(python) = python_with("openpyxl", "python3-openpyxl") else { return };
        let ann = app.token("ann").await;
        for book in [WORKBOOK.to_vec(), formatted()] {
            let told = sends(&ann, "/api/v1/people/imports?center=1", "名册.xlsx", &book).await.is(201).json();
            let file = ann.get(&format!("/api/v1/people/imports/{}/file", told["id"])).await.is(200);
            let both = json!({"ours": BASE64.encode(&book), "back": BASE64.encode(&file.body)});
            let said = run_python(python, COMPARED, both.to_string().as_bytes());
            let said: Value = serde_json::from_str(&said).unwrap();
            assert_eq!(said["differs"], json!([]), "as it came, but for the new column");
            let faulty = told["rows"].as_array().unwrap().iter().filter(|row| row["verdict"] != "ok");
            for row in faulty {
                assert!(said["new"][row["row"].to_string()].as_str().is_some_and(|text| !text.is_empty()), "{row} {said}");
            }
        }
    }

    async fn by_the_page_columns_are_put_right_and_rows_are_decided(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let list = "/centers/1/people/imports";
        sends(&ann, list, "x.xlsx", b"").await.is(422);
        sends(&ann, list, "x.xlsx", b"PK\x03\x04 no workbook").await.is(422);
        let page = sends(&ann, list, "名册.xlsx", WORKBOOK).await.leads_to();
        ann.get(&page).await.is(200).shows("各列是什么").shows("张强玉");
        ann.post(&format!("{page}/application"), &[]).await.is(409);
        // The first column is a number that nobody reads; the mapping stays as it was guessed.
        ann.post(&format!("{page}/mapping"), &[("column.0", "")]).await.is(303);
        ann.get(&page).await.is(200).shows("与身份证号不符").shows("以身份证号为准").hides("PASSWORD");
        let row = app.number("select min(row) from import_rows where verdict = 'birth_id_mismatch'").await;
        ann.post(&format!("{page}/decisions"), &[(&format!("row.{row}"), "by_card")]).await.is(303);
        ann.post(&format!("{page}/decisions"), &[("row.4", "by_card")]).await.is(404);
        ann.post(&format!("{page}/application"), &[]).await.is(303);
        assert_eq!(app.number("select count(*) from people").await, 104, "with the one that was decided");
        ann.get(&format!("{page}?all=true")).await.is(200).shows("新登记");
        ann.post(&format!("{page}/undoing"), &[]).await.is(303);
        assert_eq!(app.number("select count(*) from people").await, 0);
        // Another center's is not found.
        app.sign_in("olga").await.get(&page).await.is(404);
        app.sign_in("fay").await.get(list).await.is(403);
    }

    async fn a_long_one_goes_its_way_as_a_job(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let rows: String = (0..250).map(|row| format!("何伟{row},1350013{row:04}\n")).collect();
        let page = sends(&ann, "/centers/1/people/imports", "名册.csv", format!("姓名,联系电话\n{rows}").as_bytes()).await.leads_to();
        ann.post(&format!("{page}/mapping"), &[("column.0", "name")]).await.is(303);
        for (step, people, left) in [("application", 250, "写入中"), ("undoing", 0, "撤回中")] {
            ann.post(&format!("{page}/{step}"), &[]).await.is(303);
            ann.get(&page).await.is(200).shows(left).shows("data-reload");
            ann.post(&format!("{page}/{step}"), &[]).await.is(409);
            assert_eq!(app.run_jobs().await, 1);
            ann.get(&page).await.is(200).hides("data-reload");
            assert_eq!(app.number("select count(*) from people").await, people);
        }
    }
}

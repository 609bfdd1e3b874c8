//! A report on paper: printed, as a document and as a workbook, each with the same numbers and nobody's name.

use std::io::{Cursor, Read as _};

use calamine::Data;
use data_encoding::BASE64;
use quick_xml::events::Event;
use serde_json::json;

use super::a_tricky_month;
use super::month::{Held, Month, at};
use crate::support::python::{python_with, run_python};
use crate::support::unzip::is_whole_archive;
use crate::support::workbook::{SheetRows, sheets};
use crate::support::{Answer, TestApp, User, on_both_engines};

const REPORT: &str = "/centers/1/reports/2026-03";
const PRINT: &str = "/centers/1/reports/2026-03/print";

/// The row of a sheet that begins so, without its name.
#[track_caller]
pub(crate) fn row(sheets: &[(String, SheetRows)], sheet: &str, name: &str) -> Vec<Data> {
    let (_, rows) = sheets.iter().find(|(title, _)| title == sheet).unwrap_or_else(|| panic!("no sheet {sheet}"));
    let found = rows.iter().find(|row| row[0] == Data::String(name.to_owned()));
    found.unwrap_or_else(|| panic!("no {name} in {rows:?}"))[1..].to_vec()
}

pub(crate) fn numbers(cells: &[Data]) -> Vec<f64> {
    cells.iter().filter_map(|cell| if let Data::Float(number) = cell { Some(*number) } else { None }).collect()
}

/// All that is written in a document, a line for each of its texts. Every part of it is well-formed.
pub(crate) fn document(file: &Answer) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file.body.clone())).unwrap();
    let mut words = String::new();
    for place in 0..archive.len() {
        let mut text = String::new();
        let mut part = archive.by_index(place).unwrap();
        let is_text = part.name().unwrap().ends_with("word/document.xml");
        if part.name().unwrap().starts_with("word/media/") {
            continue;
        }
        part.read_to_string(&mut text).unwrap();
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut depth = 0;
        loop {
            match reader.read_event().unwrap() {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(depth, 0);
        if is_text {
            let runs = text.split("<w:t xml:space=\"preserve\">").skip(1);
            words.extend(runs.filter_map(|run| run.split("</w:t>").next()).flat_map(|run| [run, "\n"]));
        }
    }
    words
}

/// What is written, as a line by itself.
#[track_caller]
pub(crate) fn says(words: &str, text: &str) {
    assert!(words.lines().any(|line| line == text), "{text:?} is not in {words}");
}

async fn xlsx(user: &User<'_>) -> Vec<(String, SheetRows)> {
    sheets(&user.get(&format!("{REPORT}.xlsx")).await.is(200))
}

async fn docx(user: &User<'_>) -> String {
    document(&user.get(&format!("{REPORT}.docx")).await.is(200))
}

/// An activity of two sessions, to which one came twice and another once, beside three whom nobody knew by name.
async fn an_activity_of_two_sessions(app: &TestApp) {
    let mut month = Month::begin(app).await;
    let (often, once) = (month.person(Some("1950-01-01")).await, month.person(None).await);
    let first = month.session(at("2026-03-03 09:00"), 60, Held::default()).await;
    let second = month.session(at("2026-03-10 09:00"), 60, Held::default()).await;
    for (session, person) in [(first, often), (first, once), (second, often)] {
        month.attend(session, person, "participant").await;
    }
    month.heads(second, 3, [0; 4], false).await;
    month.commit().await;
    app.execute("update sessions set activity_id = (select min(activity_id) from sessions)").await;
    app.at(super::AFTER);
}

on_both_engines! {
    async fn every_output_says_the_same_figures(app: TestApp) {
        a_tricky_month(&app).await;
        let ann = app.sign_in("ann").await;
        let book = xlsx(&ann).await;
        // This month, the month before and by how much it changed, the year before and by how much. In February one person came once.
        for (name, cells) in [
            ("场次", [6.0, 1.0, 5.0, 0.0, 6.0]),
            ("人次", [32.0, 1.0, 31.0, 0.0, 32.0]),
            ("人数", [5.0, 1.0, 4.0, 0.0, 5.0]),
            ("其中：老年人", [2.0, 0.0, 2.0, 0.0, 2.0]),
            ("已确认时数", [3.25, 0.0, 3.25, 0.0, 3.25]),
        ] {
            assert_eq!(numbers(&row(&book, "主要数字", name)), cells, "{name}");
        }
        assert_eq!(numbers(&row(&book, "服务对象", "老年人")), [11.0, 2.0, 0.4], "visits, persons, of all persons");
        assert_eq!(numbers(&row(&book, "服务对象", "合计（人数去重）"))[..2], [32.0, 5.0]);
        // The hour and a half and the three quarters of an hour beside an hour: minutes are hours, and numbers.
        assert_eq!(numbers(&row(&book, "志愿服务", "合计（人数去重）")), [4.0, 2.0, 3.25]);
        assert_eq!(numbers(&row(&book, "数据完整性", "缺出生日期")), [1.0]);

        let words = docx(&ann).await;
        let page = ann.get(PRINT).await.is(200);
        for text in ["2026年3月服务月报", "LL-1-2026-03", "莞爱社会工作服务中心", "莞城街道办事处", "其中：老年人", "32", "3.3", "制表人：", "2026年2月"] {
            assert!(words.contains(text), "{text}");
            assert!(page.text().contains(text), "{text}");
        }
        says(&words, "一、服务对象");
        says(&words, "目录");
        ann.get(REPORT).await.is(200).shows(PRINT).shows(&format!("{REPORT}.docx")).shows(&format!("{REPORT}.xlsx")).shows(&format!("{REPORT}.csv"));
    }

    async fn the_print_has_every_chapter_once(app: TestApp) {
        a_tricky_month(&app).await;
        let page = app.sign_in("ann").await.get(PRINT).await.is(200).text();
        for title in ["服务对象", "服务类别", "活动情况", "志愿服务", "社工服务", "功能室使用", "服务量分布", "数据完整性", "统计口径"] {
            assert_eq!(page.matches(&format!("{title}</h2>")).count(), 1, "{title}");
        }
        assert_eq!(page.matches("<h2>").count(), page.matches("href=\"#part-").count(), "the contents are the chapters");
        assert_eq!(page.matches("<h1>").count(), 1);
        assert!(page.contains("一、") && page.contains("十、") && !page.contains(" style="));
        let mut english = app.sign_in("ann").await;
        english.cookies.push(("lang".into(), "en".into()));
        english.get(PRINT).await.is(200).shows("Main numbers").shows("1. Who was served").shows("lang=\"en\"").hides("服务对象");
    }

    async fn sessions_stand_by_activity_and_persons_count_once(app: TestApp) {
        an_activity_of_two_sessions(&app).await;
        let ann = app.sign_in("ann").await;
        let title: String = "长者健康操与日间关怀".repeat(8);
        let mut tx = app.begin().await;
        sqlx::query("update activities set title = $1").bind(title.clone()).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let book = xlsx(&ann).await;
        let cells = row(&book, "活动情况", &title);
        assert_eq!(cells[1], Data::String("3月3、10日".into()));
        assert_eq!(numbers(&cells), [2.0, 6.0, 2.0], "sessions, visits, persons");
        says(&docx(&ann).await, &title);
        let page = ann.get(PRINT).await.is(200).text();
        assert_eq!(page.matches(&title).count(), 1);
        assert_eq!(numbers(&row(&book, "服务量分布", "2026年3月10日 周二")), [1.0, 4.0, 1.0]);
    }

    async fn what_looks_like_a_formula_is_text(app: TestApp) {
        an_activity_of_two_sessions(&app).await;
        app.execute("update activities set title = '=1+1<b>&'").await;
        app.execute("update rooms set name = '=HYPERLINK(\"http://x\")' where id = 1").await;
        let ann = app.sign_in("ann").await;
        let book = xlsx(&ann).await;
        assert_eq!(numbers(&row(&book, "活动情况", "=1+1<b>&")), [2.0, 6.0, 2.0]);
        assert_eq!(numbers(&row(&book, "功能室使用", "=HYPERLINK(\"http://x\")")).len(), 3);
        says(&docx(&ann).await, "=1+1&lt;b&gt;&amp;");
        ann.get(PRINT).await.is(200).hides("<b>&").shows("=1+1");
    }

    async fn a_purchaser_s_paper_names_nobody(app: TestApp) {
        a_tricky_month(&app).await;
        app.execute("update activities set kind_id = 1, title = '陈大文家庭走访' where id = (select min(activity_id) from sessions)").await;
        for login in ["pat", "dan"] {
            let reader = app.sign_in(login).await;
            let book = xlsx(&reader).await;
            let texts = [reader.get(PRINT).await.is(200).text(), docx(&reader).await, format!("{book:?}")];
            for text in &texts {
                assert!(!text.contains("陈大文") && text.contains("个案") && text.contains("#1"), "{login}: {text}");
                for number in 1..=12 {
                    assert!(!text.contains(&format!("居民{number}号")), "{login}: {text}");
                }
                assert!(text.contains("2025年3月不在可查看的协议期内"), "{login}: {text}");
            }
            reader.get("/centers/1/reports/2025-12/print").await.is(404);
            // Other days than a report is made of.
            reader.get("/centers/1/reports/2026-03-02--2026-03-08/print").await.is(409);
            reader.get("/centers/2/reports/2026-03/print").await.is(404);
        }
        // The provider's own has its workers' names; but no title of case work, for paper goes on to others.
        let ann = app.sign_in("ann").await;
        ann.get(PRINT).await.is(200).hides("陈大文").hides("#1<").shows("居民1号").hides("不在可查看的协议期内");
        ann.get("/centers/1/reports/2026-03.docx/print").await.is(404);
    }

    async fn programs_fetch_the_same_files(app: TestApp) {
        a_tricky_month(&app).await;
        let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
        for (ending, kind) in [
            ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("csv", "text/csv; charset=utf-8"),
        ] {
            let page = ann.get(&format!("{REPORT}.{ending}")).await.is(200);
            let told = program.get(&format!("/api/v1{REPORT}.{ending}")).await.is(200);
            assert_eq!((page.header("content-type"), told.header("content-type")), (kind, kind));
            let name = format!("attachment; filename=\"linli-1-2026-03.{ending}\"");
            assert_eq!((page.header("content-disposition"), told.header("content-disposition")), (name.as_str(), name.as_str()));
        }
        program.get(&format!("/api/v1{REPORT}")).await.is(404);
        app.token("olga").await.get(&format!("/api/v1{REPORT}.docx")).await.is(404);
    }

    async fn an_agreement_s_indicators_are_in_its_report(app: TestApp) {
        an_activity_of_two_sessions(&app).await;
        let body = json!({"name": "服务人次", "name_en": "Visits", "unit": "visits", "target": 24, "span": "whole", "measure": "visits"});
        app.token("ben").await.post_json("/api/v1/agreements/1/indicators", body).await.is(201);
        let ann = app.sign_in("ann").await;
        let cells = row(&xlsx(&ann).await, "协议指标", "服务人次");
        let told = numbers(&cells);
        assert_eq!((told[0], told[1], told[3]), (24.0, 6.0, 0.25), "target, done, share of it: {cells:?}");
        says(&docx(&ann).await, "一、协议指标");
        ann.get(PRINT).await.is(200).shows("协议指标</h2>");
    }

    async fn other_programs_open_both_files(app: TestApp) {
        a_tricky_month(&app).await;
        let ann = app.sign_in("ann").await;
        let file = async |ending: &str| {
            let file = ann.get(&format!("{REPORT}.{ending}")).await.is(200).body;
            is_whole_archive(&file);
            BASE64.encode(&file)
        };
        let (book, words) = (file("xlsx").await, file("docx").await);
        if let Some(python) = python_with("openpyxl", "python3-openpyxl") {
            let told = run_python(python, OPENS_BOOK, book.as_bytes());
            assert!(told.contains("主要数字"), "{told}");
        }
        if let Some(python) = python_with("docx", "python3-docx") {
            let told = run_python(python, OPENS_DOCUMENT, words.as_bytes());
            assert!(told.contains("一、服务对象") && told.contains("LL-1-2026-03"), "{told}");
        }
    }
}

pub(crate) const OPENS_BOOK: &str = r#"
import base64, io, sys
import openpyxl
book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(sys.stdin.read())))
assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
print(book.sheetnames)
"#;

pub(crate) const OPENS_DOCUMENT: &str = r#"
import base64, io, sys
import docx
paper = docx.Document(io.BytesIO(base64.b64decode(sys.stdin.read())))
print([one.text for one in paper.paragraphs])
print([cell.text for table in paper.tables for row in table.rows for cell in row.cells])
print(len(paper.inline_shapes), "pictures")
"#;

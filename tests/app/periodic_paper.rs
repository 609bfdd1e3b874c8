//! A report that an agreement owes, as it is filed: what stands beside its figures, on paper, as a document, a workbook and a table.

use calamine::Data;
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::audit::picture_in;
use crate::check_in::{people, request, session};
use crate::imports::sends_as;
use crate::periodic::{a_draft, a_march, begins, submits, writes};
use crate::reports::paper::{OPENS_BOOK, OPENS_DOCUMENT, document, numbers, row, says};
use crate::support::python::{python_with, run_python};
use crate::support::unzip::is_whole_archive;
use crate::support::workbook::{SheetRows, sheets};
use crate::support::{Answer, TestApp, User, on_both_engines};
use crate::upkeep::sends;

const REPORT: &str = "/periodic-reports/1";
const API: &str = "/api/v1/reports/1";
const PRINT: &str = "/periodic-reports/1/versions/1/print";

/// What a spreadsheet would run.
const FORMULA: &str = "=cmd|1+1";

/// The agreement asks for 24 visits.
async fn an_indicator(app: &TestApp) {
    let body = json!({"name": "服务人次", "name_en": "Visits", "unit": "visits", "target": 24, "span": "whole", "measure": "visits"});
    app.token("ben").await.post_json("/api/v1/agreements/1/indicators", body).await.is(201);
}

/// Three came in March, four answered how it was, and the provider wrote of it; it is submitted.
async fn a_version(app: &TestApp) {
    a_draft(app).await;
    an_indicator(app).await;
    app.execute(
        "insert into ratings (id, session_id, local_date, score)
         values (1, 1, '2026-03-05', 5), (2, 1, '2026-03-05', 5), (3, 1, '2026-03-05', 4), (4, 1, '2026-03-05', 4)",
    )
    .await;
    let ben = app.sign_in("ben").await;
    writes(&ben, "overview", FORMULA, "0").await;
    writes(&ben, "volunteers", "义工队按月排班。", "0").await;
    writes(&ben, "plan", "下月办讲座。", "0").await;
    submits(app, "1").await;
}

/// Two came in March, and two answered.
async fn a_small_version(app: &TestApp) {
    session(app, None, None).await;
    people(app, 2).await;
    for person in 1..=2 {
        let body = json!({"request_id": request(), "person_id": person, "role": "participant"});
        app.token("ann").await.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
    }
    app.at("2026-03-05T04:10:00Z");
    app.token("ann").await.post_json("/api/v1/sessions/1/closing", json!({"summary": "大家喝早茶"})).await.is(200);
    app.execute(
        "insert into ratings (id, session_id, local_date, score)
         values (1, 1, '2026-03-05', 5), (2, 1, '2026-03-05', 1)",
    )
    .await;
    an_indicator(app).await;
    app.at("2026-04-02T02:00:00Z");
    begins(app, "month:2026-03-01").await;
    submits(app, "1").await;
}

async fn xlsx(user: &User<'_>) -> Vec<(String, SheetRows)> {
    sheets(&user.get(&format!("{REPORT}/files/1.xlsx")).await.is(200))
}

async fn docx(user: &User<'_>, name: &str) -> String {
    document(&user.get(&format!("{REPORT}/files/{name}.docx")).await.is(200))
}

/// March's draft with thirteen pictures of two sessions, numbered, and after them a sheet.
async fn a_pictured_draft(app: &TestApp) {
    a_draft(app).await;
    app.execute(
        "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, updated_at)
         values (1, 1, 1772762400000, 1772769600000, '2026-03-06', 'completed', 0)",
    )
    .await;
    // Somebody came, or it would count for nothing.
    app.execute("insert into head_counts (session_id, heads, counted_at) values (2, 5, 1772762400000)").await;
    let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
    let mut chosen = Vec::new();
    for number in 1..=13_u8 {
        let path = format!("/centers/1/sessions/{}/photos", if number < 8 { 1 } else { 2 });
        let photo = ("photo", "早茶.png", picture_in(number * 10));
        let caption = format!("早茶 {number}");
        sends(&ann, &path, &[("caption", caption.as_str())], Some(&photo)).await.is(303);
        chosen.push(number.to_string());
    }
    let fields: Vec<(&str, &str)> = chosen.iter().map(|id| ("photo", id.as_str())).collect();
    ben.post(&format!("{REPORT}/photos"), &fields).await.is(303);
    sends_as(&ben, &format!("{REPORT}/evidence"), ("sheet", "签到表.png"), &picture_in(5)).await.is(303);
    ben.post(&format!("{REPORT}/evidence/14"), &[("caption", "早茶会签到表")]).await.is(303);
}

/// The numbers of the evidence that a printed page shows as pictures.
fn shown(page: &Answer) -> Vec<i64> {
    let text = page.text();
    let found = text.split("<img src=\"/periodic-reports/1/evidence/").skip(1);
    found.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

/// How many pictures are in a document.
fn held(file: &Answer) -> usize {
    let archive = zip::ZipArchive::new(std::io::Cursor::new(file.body.clone())).unwrap();
    let is_picture = |name: &str| name.starts_with("word/media/");
    archive.file_names().filter(|name| name.as_ref().is_ok_and(|name| is_picture(name))).count()
}

async fn version(app: &TestApp) -> Value {
    app.token("pat").await.get(&format!("{API}/versions/1")).await.is(200).json()
}

on_both_engines! {
    async fn a_version_is_filed_with_numbers_words_and_signatures(app: TestApp) {
        a_version(&app).await;
        for login in ["pat", "ben"] {
            let reader = app.sign_in(login).await;
            let book = xlsx(&reader).await;
            assert_eq!(numbers(&row(&book, "主要数字", "人次"))[0].to_string(), "3", "{login}");
            let told = numbers(&row(&book, "协议指标", "服务人次"));
            assert_eq!((told[0], told[1], told.last().copied()), (24.0, 3.0, Some(0.125)), "target, done, share of it");
            assert_eq!(numbers(&row(&book, "活动情况", "早茶会")), [1.0, 3.0, 3.0], "sessions, visits, persons");
            assert_eq!(row(&book, "文字说明", "概况")[0], Data::String(FORMULA.to_owned()));
            let words = docx(&reader, "1").await;
            for text in ["一、概况", FORMULA, "义工队按月排班。", "下月办讲座。", "早茶会"] {
                says(&words, text);
            }
            assert!(words.contains("单位（盖章）："), "{words}");
            let page = reader.get(PRINT).await.is(200).text();
            for text in ["R000001-1", "2026年3月服务报告", "第 1 版", "下期计划</h2>", "4.5 分（满分 5 分），4 份不记名评价", "制表人：", "SHA-256", "/reports/verify/"] {
                assert!(page.contains(text), "{login}: {text}");
            }
            assert!(!page.contains("陈伯") && !words.contains("陈伯"), "{login}");
            assert_eq!(page.matches("<h2>").count(), page.matches("href=\"#part-").count(), "the contents are the chapters");
            let table = reader.get(&format!("{REPORT}/files/1.csv")).await.is(200).text();
            assert!(table.contains(",3,人次,visits\r\n") && table.contains(",4.5,"), "{table}");
        }
        let told = version(&app).await;
        assert_eq!(told["satisfaction"], json!({"answers": 4, "tenths": 45, "at_least": false}));
        assert_eq!(told["activities"][0]["days"], json!(["2026-03-05"]));
        assert_eq!(told["months"], json!([]), "of one month");
        let page = app.sign_in("pat").await.get(&format!("{REPORT}/versions/1")).await.is(200);
        page.shows(PRINT).shows("files/1.docx").shows("files/1.xlsx").shows("files/1.csv").shows("服务人次").shows("role=\"img\"");
    }

    async fn what_is_small_is_a_mark_on_every_paper(app: TestApp) {
        a_small_version(&app).await;
        let told = version(&app).await;
        let indicator = &told["indicators"][0];
        assert_eq!((&indicator["done"], &indicator["hidden"], &indicator["state"]), (&json!(null), &json!(true), &json!("unknown")));
        assert_eq!(told["satisfaction"], json!({"answers": 0, "tenths": null, "at_least": true}));
        assert_eq!((&told["activities"][0]["sessions"], &told["activities"][0]["visits"]), (&json!(1), &json!(null)));
        for login in ["pat", "ben"] {
            let reader = app.sign_in(login).await;
            let book = xlsx(&reader).await;
            for (sheet, name, place) in [("主要数字", "人数", 1), ("协议指标", "服务人次", 2), ("活动情况", "早茶会", 3)] {
                assert_eq!(row(&book, sheet, name)[place], Data::String("＊".into()), "{login}: {sheet}");
            }
            reader.get(PRINT).await.is(200).shows("＊").shows("评价太少，不显示");
        }
        // Who writes it reads what there is until it is frozen.
        app.sign_in("ben").await.post(&format!("{REPORT}/withdrawal"), &[]).await.is(303);
        app.sign_in("ben").await.get(REPORT).await.is(200).shows("服务人次").shows("与以往比较");
    }

    async fn a_draft_is_printed_by_whoever_writes_it_and_marked(app: TestApp) {
        a_draft(&app).await;
        let [ben, pat] = [app.sign_in("ben").await, app.sign_in("pat").await];
        writes(&ben, "overview", "三月平稳。", "0").await;
        let print = format!("{REPORT}/print");
        for login in ["ben", "ann"] {
            app.sign_in(login).await.get(&print).await.is(200).shows("草稿，尚未提交").shows("三月平稳。").hides("SHA-256");
        }
        says(&docx(&ben, "draft").await, "三月平稳。");
        pat.get(&print).await.is(403);
        pat.get(&format!("{REPORT}/files/draft.docx")).await.is(403);
        pat.get(PRINT).await.is(404);
        submits(&app, "1").await;
        ben.get(&print).await.is(404);
        ben.get(&format!("{REPORT}/files/1.pdf")).await.is(404);
        pat.get(PRINT).await.is(200);
        assert_eq!(app.number("select count(*) from report_versions").await, 1, "a print is no version");
    }

    async fn a_longer_report_tells_its_months(app: TestApp) {
        a_draft(&app).await;
        begins(&app, "quarter:2026-01-01").await;
        submits(&app, "2").await;
        let told = app.token("pat").await.get("/api/v1/reports/2/versions/1").await.is(200).json();
        let months = told["months"].as_array().unwrap();
        assert_eq!(
            months.last(),
            Some(&json!({"from": "2026-03-01", "to": "2026-03-31", "sessions": 1, "visits": 3, "persons": 3}))
        );
        assert!(months.len() > 1 && months[..months.len() - 1].iter().all(|month| month["visits"] == 0), "{months:?}");
        let pat = app.sign_in("pat").await;
        pat.get("/periodic-reports/2/versions/1").await.is(200).shows("每月人次与人数").shows("2026年3月 3");
        pat.get("/periodic-reports/2/versions/1/print").await.is(200).shows("服务量分布</h2>");
    }

    async fn words_that_were_taken_out_are_on_no_paper(app: TestApp) {
        a_version(&app).await;
        let ben = app.sign_in("ben").await;
        for place in ["plan", "activity.1"] {
            let fields = [("place", place), ("reason", "写了姓名")];
            ben.post(&format!("{REPORT}/versions/1/redaction"), &fields).await.is(303);
        }
        let pat = app.sign_in("pat").await;
        for text in [pat.get(PRINT).await.is(200).text(), docx(&pat, "1").await, format!("{:?}", xlsx(&pat).await)] {
            assert!(!text.contains("下月办讲座") && !text.contains("早茶会") && text.contains("这段文字已删去"), "{text}");
        }
        let public = app.token("pat").await.get(API).await.is(200).json()["public_id"].as_str().unwrap().to_owned();
        let proved = app.token("pat").await.get(&format!("/api/v1/report-verifications/{public}")).await.is(200).json();
        assert_eq!((&proved["items"][0]["unchanged"], proved["items"][0]["taken_out"].as_array().unwrap().len()), (&json!(true), 2));
    }

    async fn programs_fetch_the_same_files(app: TestApp) {
        a_version(&app).await;
        let (ben, program) = (app.sign_in("ben").await, app.token("ben").await);
        for ending in ["docx", "xlsx", "csv"] {
            let page = ben.get(&format!("{REPORT}/files/1.{ending}")).await.is(200);
            let told = program.get(&format!("{API}/files/1.{ending}")).await.is(200);
            assert_eq!(page.header("content-type"), told.header("content-type"));
            let name = format!("attachment; filename=\"linli-R000001-1.{ending}\"");
            assert_eq!((page.header("content-disposition"), told.header("content-disposition")), (name.as_str(), name.as_str()));
        }
        for login in ["pia", "otto", "olga"] {
            app.token(login).await.get(&format!("{API}/files/1.docx")).await.is(404);
            app.sign_in(login).await.get(PRINT).await.is(404);
        }
    }

    async fn twelve_pictures_stand_on_paper_and_what_else_there_is_is_listed(app: TestApp) {
        a_pictured_draft(&app).await;
        let [ann, ben] = [app.sign_in("ann").await, app.sign_in("ben").await];
        let twelve: Vec<i64> = (1..=12).collect();
        assert_eq!(shown(&ben.get(&format!("{REPORT}/print")).await.is(200)), twelve, "the draft's");
        assert_eq!(held(&ben.get(&format!("{REPORT}/files/draft.docx")).await.is(200)), 12);
        submits(&app, "1").await;
        for login in ["pat", "dan", "ben"] {
            let reader = app.sign_in(login).await;
            let page = reader.get(PRINT).await.is(200);
            assert_eq!(shown(&page), twelve, "{login}");
            let page = page.shows("alt=\"1 早茶 1\"").shows(">1 早茶 1<").shows("alt=\"12 早茶 12\"").shows(">早茶 13<").shows(">早茶会签到表<");
            page.hides(">早茶 12<");
            reader.get(&format!("{REPORT}/evidence/1")).await.is(200);
            let file = reader.get(&format!("{REPORT}/files/1.docx")).await.is(200);
            let words = document(&file);
            for text in ["1 早茶 1", "12 早茶 12", "早茶 13", "早茶会签到表"] {
                says(&words, text);
            }
            assert_eq!(held(&file), 12, "{login}");
            // A workbook has no pictures: all of them are listed.
            let book = xlsx(&reader).await;
            let (_, listed) = book.iter().find(|(title, _)| title == "佐证材料").unwrap();
            assert_eq!(listed.len(), 15, "{listed:?}");
        }
        // One is taken away where it was taken, and of another the words are taken out.
        ann.post("/centers/1/sessions/1/photos/1/removal", &[]).await.is(303);
        let redaction = [("place", "evidence.2"), ("reason", "写了姓名")];
        ben.post(&format!("{REPORT}/versions/1/redaction"), &redaction).await.is(303);
        let pat = app.sign_in("pat").await;
        let page = pat.get(PRINT).await.is(200);
        assert_eq!(shown(&page), (2..=13).collect::<Vec<_>>());
        page.shows(">早茶 1<").shows("alt=\"2 这段文字已删去\"").hides("早茶 2<");
        assert_eq!(held(&pat.get(&format!("{REPORT}/files/1.docx")).await.is(200)), 12);
        // What is not what was submitted is on no paper.
        app.execute("update files set digest = 'x' || digest where id = (select file_id from session_photos where id = 3)").await;
        assert_eq!(shown(&pat.get(PRINT).await.is(200)), [2].into_iter().chain(4..=13).collect::<Vec<_>>());
        assert_eq!(held(&pat.get(&format!("{REPORT}/files/1.docx")).await.is(200)), 11);
        app.execute("delete from file_pieces where file_id = (select file_id from session_photos where id = 4)").await;
        assert_eq!(held(&pat.get(&format!("{REPORT}/files/1.docx")).await.is(200)), 10);
    }

    async fn of_a_month_that_is_compared_the_days_are_said_that_were_counted(app: TestApp) {
        a_march(&app).await;
        let own = [
            ("center", "1"), ("provider", "1"), ("purchaser", "1"), ("starts_on", "2026-03-10"), ("ends_on", "2026-12-31"),
            ("due.month", "15"), ("reason", "补充协议"),
        ];
        app.at("2026-06-03T02:00:00Z");
        app.sign_in("ada").await.post("/agreements/1", &own).await.is(303);
        begins(&app, "month:2026-04-01").await;
        let (cut, days) = ("2026年3月（2026-03-10 – 2026-03-31）", "2026年3月10日 – 2026年3月31日");
        let [ben, pat] = [app.sign_in("ben").await, app.sign_in("pat").await];
        ben.get(REPORT).await.is(200).shows(days).hides("2026年3月1日");
        ben.get(&format!("{REPORT}/print")).await.is(200).shows(cut);
        submits(&app, "1").await;
        for reader in [&ben, &pat] {
            reader.get(&format!("{REPORT}/versions/1")).await.is(200).shows(days).hides("2026年3月1日");
            reader.get(PRINT).await.is(200).shows(cut).shows("2026年3月只统计其中属于协议期的日期");
            says(&docx(reader, "1").await, cut);
            let book = xlsx(reader).await;
            let (_, numbers) = book.iter().find(|(title, _)| title == "主要数字").unwrap();
            assert!(numbers[0].contains(&Data::String(cut.to_owned())), "{:?}", numbers[0]);
        }
        // A whole month is called as ever.
        begins(&app, "month:2026-05-01").await;
        submits(&app, "2").await;
        pat.get("/periodic-reports/2/versions/1").await.is(200).shows("2026年4月1日 – 2026年4月30日");
        pat.get("/periodic-reports/2/versions/1/print").await.is(200).hides("2026年4月（").hides("只统计其中属于协议期的日期");
    }

    async fn other_programs_open_both_files(app: TestApp) {
        a_version(&app).await;
        let pat = app.sign_in("pat").await;
        let file = async |ending: &str| {
            let file = pat.get(&format!("{REPORT}/files/1.{ending}")).await.is(200).body;
            is_whole_archive(&file);
            BASE64.encode(&file)
        };
        let (book, words) = (file("xlsx").await, file("docx").await);
        if let Some(python) = python_with("openpyxl", "python3-openpyxl") {
            let told = run_python(python, OPENS_BOOK, book.as_bytes());
            assert!(told.contains("主要数字") && told.contains("协议指标"), "{told}");
        }
        if let Some(python) = python_with("docx", "python3-docx") {
            let told = run_python(python, OPENS_DOCUMENT, words.as_bytes());
            assert!(told.contains("一、概况") && told.contains("R000001-1") && told.contains(FORMULA), "{told}");
        }
    }
}

//! A report that an agreement owes, as it is filed: what stands beside its figures, on paper, as a document, a workbook and a table.

use calamine::Data;
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::check_in::{people, request, session};
use crate::periodic::{a_draft, begins, submits, writes};
use crate::reports::paper::{OPENS_BOOK, OPENS_DOCUMENT, document, numbers, row, says};
use crate::support::python::{python_with, run_python};
use crate::support::workbook::{SheetRows, sheets};
use crate::support::{TestApp, User, on_both_engines};

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

    async fn other_programs_open_both_files(app: TestApp) {
        a_version(&app).await;
        let pat = app.sign_in("pat").await;
        let file = async |ending: &str| BASE64.encode(&pat.get(&format!("{REPORT}/files/1.{ending}")).await.is(200).body);
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

//! Holidays and make-up workdays: a year's arrangement brought in, looked at first, taken back; and years that are asked for in time.

use rocket::http::ContentType;
use serde_json::{Value, json};

use crate::support::{Answer, User, on_both_engines};

/// An arrangement of 2027, made up for the tests: the real one was not announced when they were written.
const LINES: &str = "日期\t名称\t类型\n1月1日（周五）至3日（周日）\t元旦\t放假\n2月5日至11日\t春节\t放假\n1月31日、2月14日\t春节调休\t补班\n10月1日至7日\t国庆节\t放假\n";

fn arrangement<'a>(mode: &'a str, cells: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("year", "2027"), ("source", "试验通知〔2026〕1号"), ("mode", mode), ("cells", cells)]
}

/// The form as a browser sends it with a file.
async fn uploads(user: &User<'_>, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Answer {
    const BORDER: &str = "linli-border-0191c7f1";
    let part = |name: &str, value: &str| {
        format!("--{BORDER}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes()
    };
    let mut body: Vec<u8> = fields.iter().flat_map(|(name, value)| part(name, value)).collect();
    let head = format!(
        "--{BORDER}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    body.extend([head.as_bytes(), bytes, format!("\r\n--{BORDER}--\r\n").as_bytes()].concat());
    let kind = ContentType::new("multipart", "form-data").with_params(("boundary", BORDER));
    user.fetch("/holidays/imports/preview", Some((kind, body))).await
}

/// Names with their first and last days.
async fn days(user: &User<'_>, list: &str, year: i64) -> Vec<String> {
    let told = user.get(&format!("/api/v1/{list}?from={year}-01-01&to={}-01-01", year + 1)).await.is(200).json();
    let text = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
    let line = |item: &Value| format!("{} {} {}", text(item, "name"), text(item, "starts_on"), text(item, "ends_on"));
    told["items"].as_array().unwrap().iter().map(line).collect()
}

on_both_engines! {
    async fn a_years_arrangement_is_looked_at_then_written_and_taken_back(app: TestApp) {
        let (ada, ann) = (app.sign_in("ada").await, app.token("ann").await);
        let before = days(&ann, "holidays", 2027).await;
        assert_eq!((before.len(), days(&ann, "workdays", 2027).await.len()), (7, 0));
        let looked = ada.post("/holidays/imports/preview", &arrangement("replace", LINES)).await.is(200);
        looked.shows("写入 5 项").shows("将被替换的 7 项").shows("2027年2月14日").shows("补班");
        assert_eq!(days(&ann, "holidays", 2027).await, before, "nothing is written by looking");
        let led = ada.post("/holidays/imports", &arrangement("replace", LINES)).await.leads_to();
        assert_eq!(led, "/holidays?year=2027");
        assert_eq!(
            days(&ann, "holidays", 2027).await,
            ["元旦 2027-01-01 2027-01-03", "春节 2027-02-05 2027-02-11", "国庆节 2027-10-01 2027-10-07"]
        );
        assert_eq!(
            days(&ann, "workdays", 2027).await,
            ["春节调休 2027-01-31 2027-01-31", "春节调休 2027-02-14 2027-02-14"]
        );
        ada.get("/holidays?year=2027").await.is(200).shows("试验通知〔2026〕1号").hides("端午节").shows("撤回");
        ada.get("/holidays?year=2026").await.is(200).shows("端午节").shows("法定节日");
        ada.post("/holidays/imports/1/undoing", &[]).await.is(303);
        assert_eq!(days(&ann, "holidays", 2027).await, before);
        assert!(days(&ann, "workdays", 2027).await.is_empty());
        ada.post("/holidays/imports/1/undoing", &[]).await.is(422).shows("已经撤回了");
        assert_eq!(app.number("select count(*) from audit_events where action in ('holiday.brought_in', 'holiday.import_undone')").await, 2);
    }

    async fn a_faulty_line_keeps_all_of_them_out(app: TestApp) {
        let (ada, program) = (app.sign_in("ada").await, app.token("ada").await);
        for (cells, fault) in [
            ("初一,春节,放假", "日期看不明白"),
            ("1月1日,元旦,加菜", "类型请写"),
            ("2031-01-01,元旦,放假", "不是 2027 年的安排"),
            ("1月1日至3日,元旦,放假\n1月2日,元旦,放假", "与“元旦”的日子重叠"),
            ("1月1日,,放假", "请填写这一项"),
            ("1月1日至2月9日,长假,放假", "节假日最长 31 天"),
        ] {
            let looked = ada.post("/holidays/imports/preview", &arrangement("replace", cells)).await.is(200);
            looked.shows(fault).shows("行读不明白").hides("写入 ");
            ada.post("/holidays/imports", &arrangement("replace", cells)).await.is(422).shows(fault);
        }
        // What stays in the table is in the way too, where the file does not take its place.
        ada.post("/holidays/imports", &arrangement("add", "1月1日至3日,元旦,放假")).await.is(422).shows("重叠");
        ada.post("/holidays/imports", &arrangement("add", "")).await.is(422).shows("请填写这一项");
        let body = json!({"year": 2027, "source": "试验通知", "mode": "replace", "cells": "初一,春节,放假\n1月1日,元旦,放假"});
        let told = program.post_json("/api/v1/holidays/imports/preview", body.clone()).await.is(200).json();
        assert_eq!((&told["lines"][0]["fault"], &told["lines"][1]["fault"]), (&json!("field.holiday_not_days"), &Value::Null));
        let refused = program.post_json("/api/v1/holidays/imports", body).await.is(422).json();
        assert_eq!(refused["errors"]["cells"]["code"], "field.holiday_faulty_lines");
        assert_eq!(app.number("select count(*) from holiday_imports").await, 0);
        assert_eq!(app.number("select count(*) from holidays_held").await, 14);
    }

    async fn a_file_is_read_as_its_lines_are(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let asked = [("year", "2027"), ("source", "试验通知"), ("mode", "replace")];
        let csv = "开始日期,结束日期,名称,类型\n2027-01-01,2027-01-03,元旦,放假\n2027/2/14,,春节调休,补班\n".as_bytes();
        uploads(&ada, &asked, "安排.csv", csv).await.is(200).shows("写入 2 项").shows("2027年2月14日");
        uploads(&ada, &asked, "照片.png", b"\x89PNG\r\n\x1a\n0000").await.is(422).shows("id=\"e-file\"");
        uploads(&ada, &asked, "空.csv", b"").await.is(422);
        // What goes out comes in again as it was, from a workbook too.
        ada.post("/holidays/imports", &arrangement("replace", LINES)).await.is(303);
        for format in ["csv", "xlsx"] {
            let file = ada.post("/exports", &[("list", "holidays"), ("year", "2027"), ("format", format)]).await.is(200);
            let looked = uploads(&ada, &asked, "holidays", &file.body).await.is(200);
            looked.shows("写入 5 项").shows("将被替换的 5 项").shows("Make-up workday, Spring Festival");
        }
    }

    async fn what_was_changed_since_is_not_lost_by_taking_an_import_back(app: TestApp) {
        let (ada, program) = (app.sign_in("ada").await, app.token("ada").await);
        ada.post("/holidays/imports", &arrangement("replace", LINES)).await.is(303);
        ada.post("/holidays/imports", &arrangement("replace", "1月1日,元旦,放假")).await.is(303);
        let undo = |id: i64| format!("/api/v1/holidays/imports/{id}/undoing");
        program.post_json(&undo(1), json!({})).await.is(409).is_refused("holiday_import_replaced");
        program.post_json(&undo(2), json!({})).await.is(200);
        program.post_json(&undo(2), json!({})).await.is(409).is_refused("holiday_import_undone");
        program.post_json(&undo(99), json!({})).await.is(404);
        // The Dragon Boat Festival came with the program, and would come back over what somebody entered.
        let entered = json!({"starts_on": "2027-06-08", "ends_on": "2027-06-10", "name": "龙舟周", "name_en": "Regatta"});
        let id = program.post_json("/api/v1/holidays", entered).await.is(201).json()["id"].as_i64().unwrap();
        program.post_json(&undo(1), json!({})).await.is(409).is_refused("holiday_import_entered");
        assert_eq!(days(&app.token("ann").await, "workdays", 2027).await.len(), 2, "a refusal changes nothing");
        program.post_json(&format!("/api/v1/holidays/{id}/removal"), json!({})).await.is(204);
        program.post_json(&undo(1), json!({})).await.is(200);
        assert_eq!(days(&app.token("ann").await, "holidays", 2027).await.len(), 7);
    }

    async fn a_make_up_workday_is_no_holiday(app: TestApp) {
        let (ada, ann) = (app.sign_in("ada").await, app.token("ann").await);
        let day = [("kind", "workday"), ("starts_on", "2026-03-14"), ("name", "调休上班"), ("name_en", "Make-up workday")];
        ada.post("/holidays", &day).await.is(303);
        ada.get("/holidays").await.is(200).shows("调休上班").shows("补班");
        assert_eq!(days(&ann, "workdays", 2026).await, ["调休上班 2026-03-14 2026-03-14"]);
        assert!(days(&ann, "holidays", 2026).await.iter().all(|line| !line.contains("调休")));
        // A day is one or the other.
        let over = [("kind", "holiday"), ("starts_on", "2026-03-13"), ("ends_on", "2026-03-15"), ("name", "社区节"), ("name_en", "Day")];
        ada.post("/holidays", &over).await.is(422).shows("与“调休上班”的日子重叠");
        ada.post("/holidays", &[("kind", "feast"), day[1], day[2], day[3]]).await.is(422);
        ann.get("/api/v1/workdays?from=2026-03-14&to=2026-03-14").await.is(422);
    }

    async fn years_are_asked_for_before_they_are_needed(app: TestApp) {
        let (ada, ann) = (app.sign_in("ada").await, app.sign_in("ann").await);
        ada.get("/centers").await.is(200).hides("法定节日。").hides("还没有登记节假日。");
        app.execute("insert into activities (center_id, kind_id, title, published, created_at) values (1, 3, '晨练', 0, 0)").await;
        app.execute(
            "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, updated_at)
             select id, 1, 1830384000000, 1830387600000, '2028-01-02', 'planned', 0 from activities",
        )
        .await;
        ada.get("/centers").await.is(200).shows("2028 年已经排了活动");
        ada.get("/holidays").await.is(200).shows("2028 年已经排了活动").shows("value=\"2028\"");
        ann.get("/centers").await.is(200).hides("2028 年已经排了活动");
        app.at("2026-10-31T02:00:00Z");
        app.sign_in("ada").await.get("/holidays").await.is(200).hides("2027 年目前只有法定节日");
        app.at("2026-11-01T02:00:00Z");
        let ada = app.sign_in("ada").await;
        ada.get("/centers").await.is(200).shows("2027 年目前只有法定节日").shows("2028 年已经排了活动");
        ada.post("/holidays/imports", &arrangement("replace", LINES)).await.is(303);
        ada.get("/centers").await.is(200).hides("2027 年目前只有法定节日");
        app.at("2027-11-02T02:00:00Z");
        app.execute("update sessions set status = 'cancelled'").await;
        app.sign_in("ada").await.get("/holidays").await.is(200).shows("2028 年还没有登记节假日").hides("已经排了活动");
    }

    async fn only_the_city_keeps_the_table(app: TestApp) {
        let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
        ann.post("/holidays/imports", &arrangement("replace", LINES)).await.is(403);
        ann.post("/exports", &[("list", "holidays"), ("format", "csv")]).await.is(403);
        program.post_json("/api/v1/holidays", json!({"starts_on": "2027-03-01", "name": "节", "name_en": "Day"})).await.is(403);
        program.get("/api/v1/holidays/imports").await.is(403);
    }
}

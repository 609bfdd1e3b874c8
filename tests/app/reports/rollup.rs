//! Several centers together: towns, providers and the city over months, quarters, halves and years, against the recount.

use std::collections::BTreeMap;

use calamine::Data;
use linli::clock::Timestamp;
use serde_json::Value;

use super::month::{Held, Month, at};
use super::recount::Rows;
use super::{AFTER, HIDDEN, a_tricky_month, assert_same, by_key, figures, summary};
use crate::support::workbook::{SheetRows, sheets};
use crate::support::{TestApp, User, on_both_engines};

/// The quarter, halves and years around the tricky month, as names and as the days that programs ask for.
const LONGER: [(&str, &str, &str); 4] = [
    ("2026-Q1", "2026-01-01", "2026-04-01"),
    ("2026-H1", "2026-01-01", "2026-07-01"),
    ("2026", "2026-01-01", "2027-01-01"),
    ("2025", "2025-01-01", "2026-01-01"),
];

/// Beside March 2026: somebody who came to both centers the year before, and a session in each of two months.
pub(super) async fn a_year(app: &TestApp) {
    a_tricky_month(app).await;
    let mut month = Month::begin(app).await;
    let far = month.room(2, "堑头小室").await;
    let (old, helper) = (month.person(Some("1950-01-01")).await, month.person(Some("1990-01-01")).await);
    for (day, center, room) in
        [("2025-03-10", 1, 1), ("2025-11-11", 2, far), ("2026-01-20", 2, far), ("2026-02-03", 1, 1)]
    {
        let held = Held { center, room, ..Held::default() };
        let session = month.session(at(&format!("{day} 10:00")), 60, held).await;
        month.attend(session, old, "participant").await;
        month.attend(session, helper, "volunteer").await;
        month.heads(session, 4, [1, 0, 0, 0], false).await;
        month.hours(session, helper, None, 60).await;
    }
    month.commit().await;
    app.at(AFTER);
}

/// The parts of an answer: the name of each, and its figures.
fn parts(answer: &Value) -> BTreeMap<String, BTreeMap<String, i64>> {
    let parts = answer["parts"].as_array().unwrap();
    parts.iter().map(|part| (part["part"].as_str().unwrap().to_owned(), by_key(part))).collect()
}

pub(super) async fn parted(app: &TestApp, login: &str, scope: &str, (from, to): (&str, &str), by: &str) -> Value {
    let path = format!("/api/v1/summary?scope={scope}&from={from}&to={to}&by={by}");
    app.token(login).await.get(&path).await.is(200).json()
}

/// Asserts that each part says what the recount of its centers and days says.
fn assert_part(found: &BTreeMap<String, i64>, expected: &BTreeMap<String, i64>, what: &str) {
    for key in ["sessions", "visits", "unnamed", "persons", "volunteer_visits", "volunteers", "minutes"] {
        assert_eq!(found[key], expected[key], "{what}: {key}");
    }
    for group in ["elderly", "disabled", "needy", "youth", "none"] {
        let key = format!("persons.{group}");
        assert_eq!(found[&key], expected[&key], "{what}: {key}");
    }
}

/// The rows of the roll-up's workbook as text.
async fn workbook(app: &TestApp, login: &str, period: &str) -> SheetRows {
    let fields = [("list", "rollup"), ("format", "xlsx"), ("period", period)];
    let file = app.sign_in(login).await.post("/exports", &fields).await.is(200);
    sheets(&file).swap_remove(0).1
}

on_both_engines! {
    async fn quarters_halves_and_years_equal_the_recount(app: TestApp) {
        a_year(&app).await;
        let rows = Rows::load(&app).await;
        let now = Timestamp::parse_rfc3339(AFTER).unwrap();
        let every: Vec<i64> = (1..=25).collect();
        for (name, from, to) in LONGER {
            let expected = |centers| rows.figures(centers, from, to, now);
            assert_same(&figures(&app, "ann", "center:1", (from, to)).await, &expected(&[1]), &format!("center, {name}"));
            assert_same(&figures(&app, "ada", "city", (from, to)).await, &expected(&every), &format!("city, {name}"));
        }
    }

    async fn each_part_equals_the_recount_of_its_centers_and_days(app: TestApp) {
        a_year(&app).await;
        let rows = Rows::load(&app).await;
        let now = Timestamp::parse_rfc3339(AFTER).unwrap();
        let every: Vec<i64> = (1..=25).collect();
        let year = ("2026-01-01", "2027-01-01");
        let by_center = parts(&parted(&app, "ada", "city", year, "center").await);
        assert_eq!(by_center.len(), 25);
        for center in &every {
            let expected = rows.figures(&[*center], year.0, year.1, now);
            assert_part(&by_center[&format!("center:{center}")], &expected, &format!("center {center}"));
        }
        let by_town = parts(&parted(&app, "ada", "city", year, "town").await);
        for (part, found) in &by_town {
            let centers = rows.centers_of(part.strip_prefix("town:").unwrap());
            assert!(!centers.is_empty(), "{part}");
            assert_part(found, &rows.figures(&centers, year.0, year.1, now), part);
        }
        let by_month = parts(&parted(&app, "ada", "city", year, "month").await);
        assert_eq!(by_month.len(), 12);
        for (part, first, end) in [("2026-01", "2026-01-01", "2026-02-01"), ("2026-03", "2026-03-01", "2026-04-01")] {
            assert_part(&by_month[part], &rows.figures(&every, first, end, now), part);
        }
        // What adds up does, and persons are counted once.
        let whole = figures(&app, "ada", "city", year).await;
        for key in ["sessions", "visits", "unnamed", "volunteer_visits", "minutes"] {
            for parts in [&by_center, &by_town, &by_month] {
                assert_eq!(parts.values().map(|part| part[key]).sum::<i64>(), whole[key], "{key}");
            }
        }
        assert!(by_center.values().map(|part| part["persons"]).sum::<i64>() > whole["persons"], "somebody goes to two centers");
        let by_provider = parts(&parted(&app, "ben", "provider:1", year, "provider").await);
        assert_eq!(by_provider.keys().collect::<Vec<_>>(), ["provider:1"]);
        let refused = app.token("ada").await.get("/api/v1/summary?scope=city&from=2026-01-01&to=2027-01-01&by=week").await.is(422).json();
        assert_eq!(refused["errors"]["by"]["code"], "field.not_a_choice");
        assert!(summary_has_no_parts(&app).await);
    }

    async fn residents_and_newcomers_equal_the_recount(app: TestApp) {
        a_year(&app).await;
        let rows = Rows::load(&app).await;
        let every: Vec<i64> = (1..=25).collect();
        let ada = app.sign_in("ada").await;
        for (name, from, to) in LONGER {
            let (residents, new) = rows.newcomers(&every, from, to);
            let page = ada.get(&format!("/reports?period={name}")).await.is(200);
            let told = summary(&app, "ada", "city", (from, to)).await;
            assert_eq!((told["residents"].as_u64(), told["newcomers"].as_u64()), (Some(residents as u64), Some(new as u64)));
            page.shows(&format!("<dd>{residents}<span class=\"unit\">")).shows(&format!("<dd>{new}<span class=\"unit\">"));
        }
        // The two of the year before are no newcomers, whoever came in March first is.
        let (residents, new) = rows.newcomers(&every, "2026-01-01", "2027-01-01");
        assert_eq!(residents - new, 2);
        assert_eq!(rows.newcomers(&every, "2025-01-01", "2026-01-01"), (2, 2));
    }

    async fn one_address_says_what_is_shown(app: TestApp) {
        a_year(&app).await;
        let ada = app.sign_in("ada").await;
        let page = ada.get("/reports?period=2026-Q1").await.is(200);
        page.shows("2026年第1季度汇总").shows("25 个中心").shows("合计人数跨中心去重").shows("/centers/1/reports/2026-Q1")
            .shows("按镇街小计").shows("谁在服务谁").shows("上年同期").shows("period=2025-Q4").shows("period=2026-Q2");
        ada.get("/reports").await.is(200).shows("2026年4月汇总");
        ada.get("/reports?period=2026-13").await.is(200).shows("2026年4月汇总").shows("这个时段无法查看");
        ada.get("/reports?from=2026-03-05&to=2026-03-20").await.is(200).shows("2026年3月5日 – 2026年3月20日汇总");
        ada.get("/reports?from=2026-03-01&to=2026-03-31").await.is(200).shows("2026年3月汇总");
        assert_eq!(ada.get("/reports?scope=center:1&period=2026").await.leads_to(), "/centers/1/reports/2026");
        ada.get("/reports?scope=town:%E4%B8%9C%E5%9F%8E&period=2026").await.is(200).shows("1 个中心").shows("堑头").hides("罗沙社区综合服务中心</a>");
        ada.get("/reports?scope=town:%E6%97%A0&period=2026").await.is(404);
        ada.get("/reports?period=2026&q=%E7%BD%97%E6%B2%99").await.is(200).shows("罗沙社区综合服务中心</a>").hides("堑头社区综合服务中心</a>");
        // The largest first.
        let sorted = ada.get("/reports?period=2026&sort=visits").await.is(200).text();
        let place = |center: i64| sorted.find(&format!("href=\"/centers/{center}/reports/2026\"")).unwrap();
        assert!(place(1) < place(2) && place(2) < place(3));
    }

    async fn each_reader_sees_the_own_centers_and_days(app: TestApp) {
        a_year(&app).await;
        for login in ["ben", "ann", "cai", "pat"] {
            app.sign_in(login).await.get("/reports?period=2026").await.is(200).shows("罗沙社区综合服务中心").hides("堑头社区综合服务中心");
        }
        for login in ["fay", "lei"] {
            app.sign_in(login).await.get("/reports").await.is(403);
        }
        // A town of which one reads a part is no whole.
        app.sign_in("ben").await.get("/reports?scope=city&period=2026").await.is(404);
        // The agreement begins in March: the quarter has months of which none is agreed, and is not read.
        app.execute("update agreement_centers set starts_on = '2026-03-04', ends_on = '2026-12-31' where agreement_id = 1").await;
        let pat = app.sign_in("pat").await;
        pat.get("/reports?period=2026-03").await.is(200).shows("2026年3月4日 – 2026年3月31日").shows("只统计服务协议有效的日期");
        pat.get("/reports?period=2026-Q1").await.is(200).hides("罗沙社区综合服务中心");
        pat.get("/reports?period=2026-Q2").await.is(200).shows("罗沙社区综合服务中心");
        // The periods of reports alone.
        pat.get("/reports?from=2026-03-05&to=2026-03-06").await.is(200).shows("这个时段无法查看").shows("您看到的是整个统计期的数字");
        pat.get("/centers/1/reports/2026-03-05--2026-03-06").await.is(409);
        pat.get("/centers/1/reports?from=2026-03-05&to=2026-03-06").await.is(200).shows("您看到的是整个统计期的数字");
        app.sign_in("ann").await.get("/centers/1/reports/2026-03-05--2026-03-06").await.is(200);
        pat.post("/exports", &[("list", "rollup"), ("format", "csv"), ("from", "2026-03-05"), ("to", "2026-03-06")]).await.is(409);
    }

    /// What is small in a part is hidden there, and of the whole only what the other parts tell is said.
    async fn no_part_tells_a_purchaser_of_very_few(app: TestApp) {
        a_year(&app).await;
        let year = ("2026-01-01", "2027-01-01");
        let exactly = parts(&parted(&app, "ann", "center:1", year, "month").await);
        let told = parts(&parted(&app, "pat", "center:1", year, "month").await);
        assert_eq!(told.keys().collect::<Vec<_>>(), exactly.keys().collect::<Vec<_>>());
        // In February two residents came, and one volunteer helped.
        assert_eq!((exactly["2026-02"]["persons"], exactly["2026-02"]["volunteers"]), (2, 1));
        assert_eq!((told["2026-02"]["persons"], told["2026-02"]["volunteers"]), (HIDDEN, HIDDEN));
        for (month, figures) in &told {
            for (key, value) in figures.iter().filter(|(key, _)| key.starts_with("persons") || key.starts_with("volunteers")) {
                assert!(*value == HIDDEN || *value == 0 || *value >= 3, "{month}: {key} is {value}");
                assert!(*value == HIDDEN || *value == exactly[month][key], "{month}: {key} is {value}");
            }
        }
        // A part says what its month's report says, and nothing more.
        let march = figures(&app, "pat", "center:1", ("2026-03-01", "2026-04-01")).await;
        for (key, value) in &told["2026-03"] {
            assert_eq!(*value, march[key], "{key}");
        }
        let quarter = super::summary(&app, "pat", "center:1", ("2026-01-01", "2026-04-01")).await;
        assert_eq!((&quarter["residents"], &quarter["newcomers"]), (&Value::Null, &Value::Null));
        let own = workbook(&app, "pat", "2026-02").await;
        let row = own.iter().find(|row| row[0] == Data::String("服务中心".into())).unwrap();
        assert_eq!(row[7], Data::String("＊".into()), "persons");
        app.sign_in("pat").await.get("/reports?period=2026-02").await.is(200).shows("＊").shows("不足 3 人");
        app.sign_in("ann").await.get("/reports?period=2026-02").await.is(200).hides("＊");
    }

    async fn a_center_has_a_report_of_each_period(app: TestApp) {
        a_year(&app).await;
        let ann = app.sign_in("ann").await;
        let rows = Rows::load(&app).await;
        let now = Timestamp::parse_rfc3339(AFTER).unwrap();
        for (name, title) in [
            ("2026-Q1", "2026年第1季度服务季报"), ("2026-H1", "2026年上半年服务报告"), ("2026", "2026年服务年报"),
            ("2026-02-01--2026-03-31", "2026年2月1日 – 2026年3月31日服务报告"),
        ] {
            ann.get(&format!("/centers/1/reports/{name}")).await.is(200).shows(title).shows("八、每月人次");
            let file = ann.get(&format!("/centers/1/reports/{name}.xlsx")).await.is(200);
            assert_eq!(file.header("content-disposition"), format!("attachment; filename=\"linli-1-{name}.xlsx\""));
        }
        let csv = ann.get("/centers/1/reports/2026-Q1.csv").await.is(200).text();
        let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
        let lines: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(String::from).collect()).collect();
        let total = lines.iter().find(|row| row[0] == "合计").unwrap();
        let expected = rows.figures(&[1], "2026-01-01", "2026-04-01", now);
        assert_eq!(total[5..8], ["sessions", "visits", "persons"].map(|key| expected[key].to_string()));
        for wrong in ["2026-Q5", "2026-H3", "26", "2026-03-06--2026-03-05", "2020-01-01--2026-01-01"] {
            ann.get(&format!("/centers/1/reports/{wrong}")).await.is(404);
        }
        ann.get("/centers/1/reports").await.is(200).shows("/centers/1/reports/2026-Q1").shows("/centers/1/reports/2025").hides("/reports/2026-Q3");
        assert_eq!(ann.get("/centers/1/reports?from=2026-01-01&to=2026-03-31").await.leads_to(), "/centers/1/reports/2026-Q1");
        ann.get("/centers/1/reports?from=2026-03-31&to=2026-01-01").await.is(200).shows("结束日期须晚于开始日期");
    }

    async fn the_roll_up_goes_out_as_it_is_shown(app: TestApp) {
        a_year(&app).await;
        let rows = Rows::load(&app).await;
        let now = Timestamp::parse_rfc3339(AFTER).unwrap();
        let table = workbook(&app, "ada", "2026").await;
        let every: Vec<i64> = (1..=25).collect();
        let number = |cell: &Data| match cell {
            Data::Float(number) => *number as i64,
            other => panic!("no number: {other:?}"),
        };
        let total = table.iter().find(|row| row[0] == Data::String("合计".into())).unwrap();
        let expected = rows.figures(&every, "2026-01-01", "2027-01-01", now);
        let keys = [
            "sessions", "visits", "unnamed", "persons", "persons.elderly", "persons.disabled", "persons.needy", "persons.youth",
            "persons.none", "volunteers", "minutes", "registered_population",
        ];
        for (column, key) in (4..).zip(keys) {
            assert_eq!(number(&total[column]), expected[key], "{key}");
        }
        assert_eq!(table.iter().filter(|row| row[0] == Data::String("服务中心".into())).count(), 25);
        // Each who downloads it is told, and a purchaser gets no more than the page.
        let own = workbook(&app, "pat", "2026").await;
        assert_eq!(own.iter().filter(|row| row[0] == Data::String("服务中心".into())).count(), 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'export.taken' and detail like 'rollup.xlsx%'").await, 2);
    }

    async fn twenty_five_centers_take_as_many_statements_as_one(app: TestApp) {
        a_year(&app).await;
        let (ada, ann, program) = (app.sign_in("ada").await, app.sign_in("ann").await, app.token("ada").await);
        // The second time: the first use of a login may note when it was.
        let taken = async |user: &User<'_>, path: &str| {
            user.get(path).await.is(200);
            let before = app.db().statements();
            user.get(path).await.is(200);
            app.db().statements() - before
        };
        assert_eq!(taken(&ann, "/reports?period=2026").await, taken(&ada, "/reports?period=2026").await);
        for by in ["center", "town", "provider", "month"] {
            let days = format!("from=2026-01-01&to=2027-01-01&by={by}");
            let one = taken(&program, &format!("/api/v1/summary?scope=center:1&{days}")).await;
            assert_eq!(one, taken(&program, &format!("/api/v1/summary?scope=city&{days}")).await, "{by}");
        }
    }

    async fn a_chart_has_its_numbers_as_a_table(app: TestApp) {
        a_year(&app).await;
        let page = app.sign_in("ada").await.get("/reports?period=2026").await.is(200);
        page.shows("role=\"img\"").shows("<title>每月人次</title>").shows("class=\"legend\"").shows("class=\"expander chart-table\"").hides("style=");
        app.sign_in("ann").await.get("/centers/1/reports/2026-03").await.is(200).shows("<title>每日人次</title>");
        app.sign_in("ann").await.get("/centers/1").await.is(200).shows("<title>每月人次</title>");
    }
}

async fn summary_has_no_parts(app: &TestApp) -> bool {
    summary(app, "ada", "city", ("2026-01-01", "2027-01-01")).await.get("parts").is_none()
}

//! The roll-up as a workbook: a sheet for each table of its page, with the numbers that programs are told, and hidden what is hidden.

use calamine::Data;
use serde_json::{Value, json};

use super::rollup::{a_year, parted};
use super::summary;
use crate::support::workbook::{SheetRows, sheets};
use crate::support::{User, on_both_engines};

const SHEETS: [&str; 6] = ["各中心", "按镇街小计", "按承接机构小计", "总体", "趋势", "谁在服务谁"];

/// What the columns of numbers count, as keys.
const COLUMNS: [&str; 11] = [
    "sessions",
    "visits",
    "unnamed",
    "persons",
    "persons.elderly",
    "persons.disabled",
    "persons.needy",
    "persons.youth",
    "persons.none",
    "volunteers",
    "minutes",
];

/// The same numbers as the whole calls them.
const WHOLE: [(&str, &str); 11] = [
    ("场次", "sessions"),
    ("人次", "visits"),
    ("其中未具名", "unnamed"),
    ("人数", "persons"),
    ("老年人", "persons.elderly"),
    ("残疾人", "persons.disabled"),
    ("困难居民", "persons.needy"),
    ("青少年", "persons.youth"),
    ("其他居民", "persons.none"),
    ("志愿者", "volunteers"),
    ("已确认时数", "minutes"),
];

/// Who reads what, over which period: by its name, and by its days.
const READ: [(&str, &str, &str, &str, &str); 6] = [
    ("ada", "city", "2026", "2026-01-01", "2027-01-01"),
    ("ada", "city", "2026-Q1", "2026-01-01", "2026-04-01"),
    ("ben", "provider:1", "2026", "2026-01-01", "2027-01-01"),
    ("pat", "center:1", "2026-02", "2026-02-01", "2026-03-01"),
    ("pat", "center:1", "2026-Q1", "2026-01-01", "2026-04-01"),
    ("pat", "center:1", "2026", "2026-01-01", "2027-01-01"),
];

/// The roll-up's workbook as `user` reads it.
async fn fetched(user: &User<'_>, fields: &[(&str, &str)]) -> Vec<(String, SheetRows)> {
    let asked = [fields, &[("list", "rollup"), ("format", "xlsx")]].concat();
    sheets(&user.post("/exports", &asked).await.is(200))
}

fn words(text: &str) -> Data {
    Data::String(text.to_owned())
}

fn text(cell: &Data) -> &str {
    match cell {
        Data::String(text) => text,
        other => panic!("no text: {other:?}"),
    }
}

/// A figure of an answer as a cell tells it.
fn as_told(figure: &Value) -> Data {
    match (figure["value"].as_i64(), figure["at_least"].as_i64()) {
        (Some(number), _) => Data::Float(number as f64),
        (None, Some(least)) => words(&format!("≥ {least}")),
        (None, None) => words("＊"),
    }
}

/// One of the figures of an answer, or of a part of it.
fn figure(answer: &Value, key: &str) -> Data {
    let figures = answer["figures"].as_array().unwrap();
    as_told(figures.iter().find(|figure| figure["key"] == *key).unwrap_or_else(|| panic!("no {key}")))
}

fn columns(answer: &Value) -> Vec<Data> {
    COLUMNS.iter().map(|key| figure(answer, key)).collect()
}

/// The number of an item of the whole.
fn item<'a>(whole: &'a [Vec<Data>], name: &str) -> &'a Data {
    &whole.iter().find(|row| row[0] == words(name)).unwrap_or_else(|| panic!("no {name} in {whole:?}"))[1]
}

/// Asserts that each part's row has what programs are told of it, and the last row what they are told of the whole.
fn assert_parts(sheet: &[Vec<Data>], (name, first): (usize, usize), parts: &Value, whole: &Value, what: &str) {
    let line = |name: &Data, numbers: &[Data]| format!("{name:?}: {numbers:?}");
    let numbers = |row: &[Data]| row[first..first + COLUMNS.len()].to_vec();
    let (last, rows) = sheet[1..].split_last().unwrap();
    let mut found: Vec<String> = rows.iter().map(|row| line(&row[name], &numbers(row))).collect();
    let called = |part: &Value| match part["name"].as_str().unwrap() {
        "" => words("尚未委托"),
        name => words(name),
    };
    let parts = parts["parts"].as_array().unwrap();
    let mut expected: Vec<String> = parts.iter().map(|part| line(&called(part), &columns(part))).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "{what}");
    assert_eq!(numbers(last), columns(whole), "{what}");
}

/// Asserts that the months of an answer stand in the trend, and nothing in those that have not begun by April 2026.
fn assert_months(trend: &[Vec<Data>], months: &Value, what: &str) {
    let months = months["parts"].as_array().unwrap();
    assert!(!months.is_empty() && trend.len() > months.len(), "{what}");
    for month in months {
        let name = month["part"].as_str().unwrap();
        let row = trend.iter().find(|row| row[0] == words(name)).unwrap_or_else(|| panic!("{what}: no {name}"));
        let expected = match name <= "2026-04" {
            true => [figure(month, "visits"), figure(month, "persons")],
            false => [Data::Empty, Data::Empty],
        };
        assert_eq!([&row[1], &row[3]], [&expected[0], &expected[1]], "{what}: {name}");
    }
}

on_both_engines! {
    async fn each_sheet_has_the_numbers_that_programs_are_told(app: TestApp) {
        a_year(&app).await;
        for (login, scope, period, from, to) in READ {
            let what = format!("{login}, {period}");
            let found = fetched(&app.sign_in(login).await, &[("period", period)]).await;
            assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), SHEETS, "{what}");
            let whole = summary(&app, login, scope, (from, to)).await;
            for (sheet, by, places) in [(0, "center", (1, 4)), (1, "town", (0, 2)), (2, "provider", (0, 2))] {
                let parts = parted(&app, login, scope, (from, to), by).await;
                assert_parts(&found[sheet].1, places, &parts, &whole, &format!("{what}, by {by}"));
            }
            let told = &found[3].1;
            for (name, key) in WHOLE {
                assert_eq!(*item(told, name), figure(&whole, key), "{what}: {key}");
            }
            let residents = json!({"value": whole["residents"], "at_least": whole["residents_at_least"]});
            assert_eq!(*item(told, "参与居民"), as_told(&residents), "{what}");
            assert_eq!(*item(told, "2026年新增参与居民"), as_told(&json!({"value": whole["newcomers"]})), "{what}");
            for (name, key) in [("户籍人口", "registered_population"), ("附件第二栏人口", "second_population")] {
                assert_eq!(*item(told, name), figure(&whole, key), "{what}: {key}");
            }
            assert_months(&found[4].1, &parted(&app, login, scope, (from, to), "month").await, &what);
        }
    }

    async fn the_trend_stands_beside_the_year_before(app: TestApp) {
        a_year(&app).await;
        let found = fetched(&app.sign_in("ada").await, &[("period", "2026")]).await;
        let trend = &found[4].1;
        assert_eq!(trend.len(), 13);
        assert_eq!(trend[0][..3], ["月份", "人次 · 本期", "人次 · 上年同期"].map(words));
        let before = parted(&app, "ada", "city", ("2025-01-01", "2026-01-01"), "month").await;
        let before = before["parts"].as_array().unwrap();
        assert_eq!(before.len(), 12);
        let mut some = 0;
        for (row, month) in trend[1..].iter().zip(before) {
            assert_eq!(text(&row[0])[5..], month["part"].as_str().unwrap()[5..]);
            assert_eq!([&row[2], &row[4]], [&figure(month, "visits"), &figure(month, "persons")], "{row:?}");
            some += usize::from(row[2] != Data::Float(0.0));
        }
        assert_eq!(some, 2, "somebody came in March and in November");
    }

    async fn who_serves_whom_stands_as_on_the_page(app: TestApp) {
        a_year(&app).await;
        let ada = app.sign_in("ada").await;
        let found = fetched(&ada, &[("period", "2026")]).await;
        let (page, served) = (ada.get("/reports?period=2026").await.is(200).text(), &found[5].1);
        assert_eq!(served.len(), 26);
        let first = served.iter().find(|row| row[0] == words("罗沙社区综合服务中心")).unwrap();
        assert_eq!(first[1..4], ["莞城", "莞爱社会工作服务中心", "莞城街道办事处"].map(words));
        let told = summary(&app, "ann", "center:1", ("2026-01-01", "2027-01-01")).await;
        assert_eq!([&first[5], &first[6]], [&figure(&told, "registered_population"), &figure(&told, "second_population")]);
        for row in &served[1..] {
            for name in row[..5].iter().filter(|cell| **cell != Data::Empty) {
                assert!(page.contains(text(name)), "{name:?} is not on the page");
            }
        }
    }

    async fn a_purchaser_s_workbook_hides_what_the_page_hides(app: TestApp) {
        a_year(&app).await;
        let fields = [("period", "2026-02")];
        let pat = app.sign_in("pat").await;
        let found = fetched(&pat, &fields).await;
        let mark = words("＊");
        // In February two residents came, and one volunteer helped.
        for (sheet, persons) in [(0, 7), (1, 5), (2, 5)] {
            let rows = &found[sheet].1;
            assert_eq!(rows.len(), 3, "the own center, and the whole: {rows:?}");
            for row in &rows[1..] {
                assert_eq!([&row[persons], &row[persons + 6]], [&mark, &mark], "{row:?}");
            }
        }
        for name in ["人数", "志愿者", "2026年新增参与居民"] {
            assert_eq!(*item(&found[3].1, name), mark, "{name}");
        }
        assert!(text(item(&found[3].1, "覆盖率")).contains('—'), "no share of what is hidden");
        let february = found[4].1.iter().find(|row| row[0] == words("2026-02")).unwrap();
        assert_eq!(february[3], mark);
        assert_eq!(found[5].1.len(), 2);
        let whole = format!("{found:?}");
        assert!(whole.contains("罗沙") && whole.contains("不足 3 人") && !whole.contains("堑头"), "{whole}");
        pat.get("/reports?period=2026-02").await.is(200).shows("＊").hides("堑头");
        let all = format!("{:?}", fetched(&app.sign_in("ann").await, &fields).await);
        assert!(!all.contains('＊') && !all.contains('≥'), "{all}");
        // Where there is nothing to read, the sheets have their heads.
        app.at("2027-01-05T02:00:00Z");
        let none = fetched(&app.sign_in("pat").await, &[("period", "2027-01")]).await;
        assert_eq!([1, 2, 5].map(|sheet| none[sheet].1.len()), [1; 3]);
    }

    async fn names_that_look_like_formulas_are_text(app: TestApp) {
        a_year(&app).await;
        app.execute("update centers set name = '=1+1' where id = 1").await;
        app.execute("update providers set name = '=2+2' where id = 1").await;
        app.execute("update purchasers set name = '=3+3' where id = 1").await;
        app.execute("update communities set name = '=4+4' where id = (select community_id from centers where id = 1)").await;
        let ada = app.sign_in("ada").await;
        let found = fetched(&ada, &[("period", "2026")]).await;
        let is_there = |sheet: usize, column: usize, name: &str| found[sheet].1.iter().any(|row| row[column] == words(name));
        assert!(is_there(0, 1, "=1+1") && is_there(2, 0, "=2+2"), "{found:?}");
        let served = found[5].1.iter().find(|row| row[0] == words("=1+1")).unwrap();
        assert_eq!(served[2..4], ["=2+2", "=3+3"].map(words));
        assert!(text(&served[4]).contains("=4+4"), "{served:?}");
        // The other file is one table, with the residents and the share of them that came.
        let csv = ada.post("/exports", &[("list", "rollup"), ("format", "csv"), ("period", "2026")]).await.is(200).text();
        assert!(csv.contains("\"\t=1+1\"") && csv.lines().next().unwrap().ends_with("户籍人口,附件第二栏人口,覆盖率"), "{csv}");
    }

    async fn sheets_are_called_in_the_reader_s_language_and_cut_as_the_page(app: TestApp) {
        let mut ada = app.sign_in("ada").await;
        let all = fetched(&ada, &[("period", "2026-03")]).await;
        let some = fetched(&ada, &[("period", "2026-03"), ("q", "罗沙")]).await;
        assert!(some[0].1.len() > 2 && some[0].1.len() < all[0].1.len());
        assert_eq!(some[1..], all[1..], "the other tables are of all of them");
        let town = fetched(&ada, &[("period", "2026-03"), ("scope", "town:东城")]).await;
        assert_eq!((item(&town[3].1, "范围"), item(&town[3].1, "中心数")), (&words("东城"), &Data::Float(1.0)));
        assert_eq!(*item(&all[3].1, "范围"), words("全部中心"));
        ada.cookies.push(("lang".into(), "en".into()));
        let english = fetched(&ada, &[("period", "2026-03")]).await;
        let names: Vec<&str> = english.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["By center", "By town", "By provider", "All together", "Trend", "Who serves whom"]);
        assert!(names.into_iter().chain(SHEETS).all(|name| name.chars().count() <= 31));
    }

    async fn a_workbook_of_twenty_five_centers_takes_as_many_statements_as_of_one(app: TestApp) {
        a_year(&app).await;
        // The second time: the first use of a login may note when it was.
        let taken = async |user: &User<'_>| {
            fetched(user, &[("period", "2026")]).await;
            let before = app.db().statements();
            fetched(user, &[("period", "2026")]).await;
            app.db().statements() - before
        };
        let (ann, ada) = (app.sign_in("ann").await, app.sign_in("ada").await);
        assert_eq!(taken(&ann).await, taken(&ada).await);
    }
}

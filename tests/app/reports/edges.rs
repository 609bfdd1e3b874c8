//! An agreement that begins within a month: what its purchaser is told of its indicators and its months, and cannot work out from them. Of a
//! month that a period parts sessions are told, and nothing of people; where the agreement itself begins, nothing is parted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::cells::{Known, laws_of_period};
use super::month::{Held, Month, at};
use super::{HIDDEN, figures, summary};
use crate::support::{TestApp, on_both_engines};

const LIST: &str = "/api/v1/agreements/1/indicators";

/// What the agreement asks for: measure, of which part, and the same as the end of a figure's key.
const ASKED: [(&str, Option<&str>, &str); 6] = [
    ("sessions", None, ""),
    ("visits", None, ""),
    ("persons", None, ""),
    ("visits", Some("group:needy"), ".needy"),
    ("persons", Some("group:needy"), ".needy"),
    ("visits", Some("kind:1"), ".kind.case_work"),
];

/// Day, kind of service, and from which person to which.
type HeldOn = (&'static str, i64, usize, usize);

/// From before the agreement until the middle of its second quarter. Two come to case work at its edge and in July; of the four who are
/// needy one comes in early May and three late in it.
const FIRST: [HeldOn; 13] = [
    ("2026-02-05", 3, 0, 10),
    ("2026-02-20", 3, 1, 12),
    ("2026-02-25", 1, 0, 2),
    ("2026-03-05", 3, 3, 12),
    ("2026-03-06", 1, 4, 9),
    ("2026-04-08", 3, 0, 12),
    ("2026-05-05", 3, 3, 8),
    ("2026-05-20", 3, 1, 12),
    ("2026-06-10", 3, 4, 12),
    ("2026-07-08", 3, 2, 12),
    ("2026-07-09", 1, 5, 7),
    ("2026-08-05", 3, 0, 8),
    ("2026-08-25", 3, 0, 6),
];

/// The first agreement runs for two years from the fifteenth of February, and owes a report for each quarter of its own years. What runs is
/// told to nobody who sees no small numbers, as shipped.
async fn from_mid_february(app: &TestApp) -> Vec<i64> {
    let own = [
        ("center", "1"),
        ("provider", "1"),
        ("purchaser", "1"),
        ("starts_on", "2026-02-15"),
        ("ends_on", "2028-02-14"),
        ("years_from", "start"),
        ("due.quarter", "10"),
        ("reason", "补充协议"),
    ];
    app.sign_in("ada").await.post("/agreements/1", &own).await.is(303);
    app.execute("update small_cells set under_way = 0").await;
    let ben = app.token("ben").await;
    for (measure, within, _) in ASKED {
        let mut body = json!({
            "name": measure, "unit": measure, "measure": measure, "target": 10, "span": "project_year"
        });
        if let Some(within) = within {
            body["within"] = json!(within);
        }
        ben.post_json(LIST, body).await.is(201);
    }
    let mut month = Month::begin(app).await;
    let mut people = Vec::new();
    for _ in 0..12 {
        people.push(month.person(Some("1985-05-01")).await);
    }
    for person in &people[..4] {
        month.grant(*person, "needy", "2025-01-01", None).await;
    }
    month.commit().await;
    held(app, &people, &FIRST).await;
    people
}

async fn held(app: &TestApp, people: &[i64], sessions: &[HeldOn]) {
    let mut month = Month::begin(app).await;
    for (day, kind, from, to) in sessions {
        let held = Held { kind: *kind, ..Held::default() };
        let session = month.session(at(&format!("{day} 09:00")), 60, held).await;
        for person in &people[*from..*to] {
            month.attend(session, *person, "participant").await;
        }
    }
    month.commit().await;
    let mut tx = app.begin().await;
    linli::marks::all(&mut tx, [linli::centers::CenterId(1)]);
    tx.commit().await.unwrap();
}

/// A report's first version, as the purchaser reads it.
async fn is_submitted(app: &TestApp, period: &str) -> Value {
    let ben = app.sign_in("ben").await;
    ben.post("/periodic-reports", &[("agreement", "1"), ("period", period)]).await.is(303);
    let id = app.number("select max(id) from periodic_reports").await;
    ben.post(&format!("/periodic-reports/{id}/submission"), &[]).await.is(303);
    app.token("pat").await.get(&format!("/api/v1/reports/{id}/versions/1")).await.is(200).json()
}

/// The indicators as the purchaser reads them now, in the order of [`ASKED`].
async fn read(app: &TestApp, year: &str) -> Vec<Value> {
    let list = app.token("pat").await.get(&format!("{LIST}{year}")).await.is(200).json();
    list["items"].as_array().unwrap().clone()
}

/// So much is told of it: all, or at least so much.
fn told(line: &Value) -> Option<i64> {
    line["done"].as_i64().or(line["at_least"].as_i64())
}

/// The months from one to another, both included: as `2026-03`, and their days.
fn months(from: (i32, u32), to: (i32, u32)) -> Vec<(String, String, String)> {
    let (mut at, mut all) = (from, Vec::new());
    while at <= to {
        let next = if at.1 == 12 { (at.0 + 1, 1) } else { (at.0, at.1 + 1) };
        let name = |(year, month): (i32, u32)| format!("{year}-{month:02}");
        all.push((name(at), format!("{}-01", name(at)), format!("{}-01", name(next))));
        at = next;
    }
    all
}

/// What the purchaser is told of a figure in these months, one by one and together.
async fn by_months(app: &TestApp, key: &str, from: (i32, u32), to: (i32, u32)) -> i64 {
    let mut sum = 0;
    for (_, first, end) in months(from, to) {
        sum += figures(app, "pat", "center:1", (&first, &end)).await[key].max(0);
    }
    sum
}

/// The parts of the months that the quarters of the agreement's years make, as far as they are the agreement's.
const PARTS: [(&str, &str, &str); 9] = [
    ("2026-02", "2026-02-15", "2026-03-01"),
    ("2026-03", "2026-03-01", "2026-04-01"),
    ("2026-04", "2026-04-01", "2026-05-01"),
    ("early May", "2026-05-01", "2026-05-15"),
    ("late May", "2026-05-15", "2026-06-01"),
    ("2026-06", "2026-06-01", "2026-07-01"),
    ("2026-07", "2026-07-01", "2026-08-01"),
    ("early August", "2026-08-01", "2026-08-15"),
    ("late August", "2026-08-15", "2026-09-01"),
];

/// A number of a longer time follows from those of its parts: visits add up, and who came in two of them is one.
fn is_made_of(known: &mut Known, whole: &str, parts: &[&str], keys: &BTreeSet<String>) {
    for key in keys {
        let name = |of: &str| format!("{of} {key}");
        let all: Vec<String> = parts.iter().map(|part| name(part)).collect();
        let adds_up =
            ["visits", "volunteer_visits", "minutes", "unnamed"].iter().any(|measure| key.starts_with(measure));
        if adds_up {
            known.equal(&[name(whole)], &all);
        } else if key.starts_with("persons") || key.starts_with("volunteers") {
            known.at_most(&[name(whole)], &all);
            all.iter().for_each(|part| known.at_most(std::slice::from_ref(part), &[name(whole)]));
        }
    }
}

/// Figures of an answer or a version.
fn tells(known: &mut Known, of: &str, list: &Value, keys: &BTreeSet<String>) {
    for figure in list.as_array().unwrap() {
        let key = figure["key"].as_str().unwrap();
        if keys.contains(key) {
            known.tell(&format!("{of} {key}"), figure);
        }
    }
}

/// Indicators in the order of [`ASKED`], of a version or as they stand. How many are told, in part at least.
fn asked(known: &mut Known, of: &str, lines: &[Value]) -> usize {
    let mut count = 0;
    for ((measure, _, end), line) in ASKED.iter().zip(lines).filter(|((measure, ..), _)| *measure != "sessions") {
        known.tell(&format!("{of} {measure}{end}"), &json!({"value": line["done"], "at_least": line["at_least"]}));
        count += usize::from(told(line).is_some_and(|number| number > 0));
    }
    count
}

/// The months of a version, which begin with that part.
fn tells_months(known: &mut Known, version: &Value, first: usize) {
    let told = version["months"].as_array().unwrap();
    for (month, (name, from, _)) in told.iter().zip(&PARTS[first..]) {
        assert_eq!(month["from"], *from);
        for key in ["visits", "persons"] {
            known.tell(&format!("{name} {key}"), &json!({"value": month[key]}));
        }
    }
}

on_both_engines! {
    async fn a_quarter_that_ends_within_a_month_tells_its_indicators_and_its_months(app: TestApp) {
        from_mid_february(&app).await;
        app.at("2026-09-10T02:00:00Z");
        let version = is_submitted(&app, "quarter:2026-02-15").await;
        let months = version["months"].as_array().unwrap();
        let days: Vec<_> = months.iter().map(|month| (month["from"].as_str().unwrap(), month["to"].as_str().unwrap(), month["sessions"].as_i64())).collect();
        assert_eq!(days, [
            ("2026-02-15", "2026-02-28", Some(2)), ("2026-03-01", "2026-03-31", Some(2)), ("2026-04-01", "2026-04-30", Some(1)),
            ("2026-05-01", "2026-05-14", Some(1)),
        ]);
        // The edge is told as February is, and of early May nothing of people.
        let mut sum = 0;
        for (month, (from, to)) in months.iter().zip([("2026-02-01", "2026-03-01"), ("2026-03-01", "2026-04-01"), ("2026-04-01", "2026-05-01")]) {
            let by_itself = figures(&app, "pat", "center:1", (from, to)).await;
            for key in ["visits", "persons"] {
                assert_eq!(month[key].as_i64().unwrap_or(HIDDEN), by_itself[key], "{key} from {from}");
            }
            sum += by_itself["visits"].max(0);
        }
        assert!(sum > 20, "{sum}");
        assert_eq!((&months[3]["visits"], &months[3]["persons"]), (&Value::Null, &Value::Null));
        // The year has begun with the quarter: its indicators are told as its figures are.
        let lines = version["indicators"].as_array().unwrap();
        for ((measure, _, end), line) in ASKED.iter().zip(lines) {
            let key = format!("{measure}{end}");
            let figure = version["figures"].as_array().unwrap().iter().find(|figure| figure["key"] == key.as_str()).unwrap();
            assert_eq!((&line["done"], &line["at_least"]), (&figure["value"], &figure["at_least"]), "{key}");
        }
        assert_eq!((&lines[0]["done"], &lines[0]["at_least"]), (&json!(6), &json!(false)), "that sessions were is nobody's secret");
        assert_eq!((&lines[1]["done"], &lines[1]["at_least"], &lines[1]["state"]), (&json!(sum), &json!(true), &json!("reached")));
        app.sign_in("pat").await.get("/periodic-reports/1").await.is(200).shows("<svg").shows(&format!("≥ {sum}"));
    }

    async fn the_second_year_of_an_agreement_that_began_within_a_month_is_told(app: TestApp) {
        let people = from_mid_february(&app).await;
        held(&app, &people, &[("2027-02-10", 3, 0, 6), ("2027-02-20", 3, 0, 8), ("2027-03-10", 3, 0, 12)]).await;
        app.at("2027-05-04T02:00:00Z");
        for under_way in ["update small_cells set under_way = 0", "update small_cells set under_way = 1"] {
            app.execute(under_way).await;
            let second = read(&app, "").await;
            assert_eq!((&second[0]["done"], &second[0]["hidden"]), (&json!(2), &json!(false)), "{under_way}");
            for line in &second[1..3] {
                let told = (&line["done"], &line["at_least"], &line["forecast"], &line["state"]);
                assert_eq!(told, (&Value::Null, &json!(12), &Value::Null, &json!("reached")), "March's: {line}");
            }
            let first = read(&app, "?year=1").await;
            assert_eq!((&first[0]["done"], &first[0]["from"]), (&json!(13), &json!("2026-02-15")));
            let (sum, needy) = (by_months(&app, "visits", (2026, 2), (2027, 1)).await, by_months(&app, "visits.needy", (2026, 2), (2027, 1)).await);
            assert_eq!((told(&first[1]), told(&first[3])), (Some(sum), Some(needy)), "{under_way}");
            assert!(first[1]["done"].is_null() && sum > 60 && needy > 0, "of early February nothing: {sum} {needy}");
            // On the list of all agreements, and month by month.
            let all = app.token("pat").await.get("/api/v1/indicators?sort=name").await.is(200).json();
            assert_eq!(all["items"].as_array().unwrap().iter().filter(|line| line["at_least"] == 12).count(), 2);
            app.sign_in("pat").await.get("/agreements/1/indicators").await.is(200).shows("≥ 12");
            app.sign_in("pat").await.get("/agreements/1/indicators/2").await.is(200).shows("2027年3月 ≥ 12");
        }
        let ann = app.token("ann").await.get(LIST).await.is(200).json();
        assert_eq!(ann["items"][1]["done"], 20, "who knows the people reads all of it");
    }

    /// Told before the month is over, the year would say of its days to come what comes to the month by them.
    async fn a_year_that_ends_within_a_month_is_told_with_that_month(app: TestApp) {
        let people = from_mid_february(&app).await;
        held(&app, &people, &[("2027-02-10", 3, 0, 6)]).await;
        app.at("2027-02-20T02:00:00Z");
        let before = read(&app, "").await;
        assert_eq!((&before[0]["done"], &before[0]["from"]), (&json!(12), &json!("2026-02-15")), "until the end of January");
        held(&app, &people, &[("2027-02-20", 3, 0, 7)]).await;
        app.at("2027-03-02T02:00:00Z");
        let after = read(&app, "?year=1").await;
        assert_eq!(after[0]["done"], 13);
        assert_eq!((told(&before[1]), told(&before[2])), (told(&after[1]), told(&after[2])), "{before:?} {after:?}");
        assert!(told(&after[1]).is_some_and(|visits| visits > 60) && after[1]["done"].is_null(), "{after:?}");
        let february = ("2027-02-01", "2027-03-01");
        assert_eq!(figures(&app, "pat", "center:1", february).await["visits"], 13, "the month by itself");
    }

    async fn nothing_hidden_follows_from_an_agreement_that_begins_within_a_month(app: TestApp) {
        from_mid_february(&app).await;
        app.at("2026-09-10T02:00:00Z");
        let mut known = Known::default();
        let mut answers: BTreeMap<String, Value> = BTreeMap::new();
        for (name, from, to) in months((2026, 2), (2026, 8)) {
            answers.insert(name, summary(&app, "pat", "center:1", (&from, &to)).await);
        }
        answers.insert("April to June".to_owned(), summary(&app, "pat", "center:1", ("2026-04-01", "2026-07-01")).await);
        let figures_of = |answer: &Value| answer["figures"].as_array().unwrap().clone();
        let mut keys: BTreeSet<String> = answers.values().flat_map(figures_of).map(|figure| figure["key"].as_str().unwrap().to_owned()).collect();
        keys.retain(|key| !key.contains(".worker.") && key != "without_birth_date" && key != "pending_claims");
        for (name, answer) in &answers {
            tells(&mut known, name, &answer["figures"], &keys);
        }
        let quarters = [is_submitted(&app, "quarter:2026-02-15").await, is_submitted(&app, "quarter:2026-05-15").await];
        let mut told_lines = 0;
        for (version, name) in quarters.iter().zip(["first quarter", "second quarter"]) {
            tells(&mut known, name, &version["figures"], &keys);
            version["by_center"].as_object().unwrap().values().for_each(|list| tells(&mut known, name, list, &keys));
        }
        for (version, name) in quarters.iter().zip(["first quarter", "until mid-August"]) {
            told_lines += asked(&mut known, name, version["indicators"].as_array().unwrap());
        }
        told_lines += asked(&mut known, "until August", &read(&app, "").await);
        assert!(told_lines > 9, "{told_lines}");
        tells_months(&mut known, &quarters[0], 0);
        tells_months(&mut known, &quarters[1], 4);

        let parts: Vec<&str> = PARTS.iter().map(|(name, ..)| *name).collect();
        is_made_of(&mut known, "2026-05", &parts[3..5], &keys);
        is_made_of(&mut known, "2026-08", &parts[7..], &keys);
        is_made_of(&mut known, "April to June", &["2026-04", "2026-05", "2026-06"], &keys);
        is_made_of(&mut known, "first quarter", &parts[..4], &keys);
        is_made_of(&mut known, "second quarter", &parts[4..8], &keys);
        is_made_of(&mut known, "until mid-August", &parts[..8], &keys);
        is_made_of(&mut known, "until August", &parts, &keys);
        let more = ["2026-05", "2026-08", "April to June", "first quarter", "second quarter", "until mid-August", "until August"];
        for name in parts.iter().chain(&more) {
            laws_of_period(&mut known, name, &keys);
        }
        known.work_out();

        let spans = PARTS.into_iter().chain([("2026-05", "2026-05-01", "2026-06-01"), ("2026-08", "2026-08-01", "2026-09-01")]);
        let (mut hidden, mut small) = (0, 0);
        for (name, from, to) in spans {
            let truth = figures(&app, "ann", "center:1", (from, to)).await;
            let answer = answers.get(name);
            for (key, number) in truth.iter().filter(|(key, _)| keys.contains(*key) && (key.starts_with("visits") || key.starts_with("persons"))) {
                let (least, most) = known.bounds[&format!("{name} {key}")];
                assert!(least <= *number && *number <= most, "{key} of {name} is {number}, and known as {least} to {most}");
                let is_hidden = answer.is_some_and(|answer| figures_of(answer).iter().any(|figure| figure["key"] == key.as_str() && figure["value"].is_null()));
                assert!(!is_hidden || least < most, "{key} of {name} is {least}");
                hidden += usize::from(is_hidden);
                if (1..3).contains(number) {
                    assert!(least <= 1 && most >= 2, "{key} of {name} is {least} to {most}");
                    small += 1;
                }
            }
        }
        assert!(hidden > 10 && small > 5, "{hidden} {small}");
    }
}

//! Small cells: what a purchaser is not told, and cannot work out from all that it may fetch.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::gathered::{Purchaser, Sources};
use super::month::{Held, Month, at};
use super::{AFTER, HIDDEN, MARCH, figures, summary};
use crate::support::{TestApp, on_both_engines};

/// Day, kind, from which person to which, heads, volunteers.
type PlannedSession = (&'static str, i64, std::ops::Range<usize>, i64, &'static [usize]);

/// Three months in which few came here and there: somebody needy once in February, one volunteer of the medical team, two people in case
/// work, and sessions with two participants among large ones.
async fn a_quiet_quarter(app: &TestApp) {
    let mut month = Month::begin(app).await;
    let (elders, medical) = (month.team(1).await, month.team(9).await);
    let mut people = Vec::new();
    for n in 0..14 {
        people.push(month.person(Some(if n < 6 { "1950-05-01" } else { "1985-05-01" })).await);
    }
    month.grant(people[0], "needy", "2025-01-01", None).await;
    month.grant(people[1], "living_alone", "2025-01-01", None).await;
    month.grant(people[7], "disabled", "2025-01-01", None).await;
    let held = |kind, team| Held { kind, team, ..Held::default() };
    let plan: [PlannedSession; 11] = [
        ("2026-01-05", 3, 0..12, 0, &[12]),
        ("2026-01-06", 1, 0..1, 0, &[]),
        ("2026-01-07", 2, 3..9, 4, &[]),
        ("2026-02-04", 3, 1..10, 0, &[12, 13]),
        ("2026-02-05", 3, 0..2, 0, &[]),
        ("2026-02-06", 1, 2..4, 0, &[]),
        ("2026-02-09", 2, 4..10, 0, &[13]),
        ("2026-03-03", 3, 2..12, 3, &[12, 13, 11]),
        ("2026-03-04", 3, 5..9, 0, &[]),
        ("2026-03-05", 2, 7..8, 0, &[]),
        ("2026-03-06", 1, 6..12, 0, &[]),
    ];
    for (n, (day, kind, came, heads, helped)) in plan.into_iter().enumerate() {
        let team = if n % 3 == 0 { medical } else { elders };
        let session = month.session(at(&format!("{day} 09:00")), 60, held(kind, Some(team))).await;
        for person in came {
            month.attend(session, people[person], "participant").await;
        }
        if heads > 0 {
            month.heads(session, heads, [0; 4], false).await;
        }
        for volunteer in helped {
            month.attend(session, people[*volunteer], "volunteer").await;
            month.hours(session, people[*volunteer], Some(team), 60).await;
        }
    }
    month.commit().await;
    app.at(AFTER);
}

/// More than anything is here.
const MOST: i64 = 1_000_000;

/// What is known of numbers, by their names: bounds, and sums that are no more than others.
#[derive(Default)]
pub(super) struct Known {
    pub(super) bounds: BTreeMap<String, (i64, i64)>,
    laws: Vec<(Vec<String>, Vec<String>)>,
}

impl Known {
    /// What is told in several places is told of the same number.
    pub(super) fn tell(&mut self, name: &str, figure: &Value) {
        let (value, least) = (figure["value"].as_i64(), figure["at_least"].as_i64());
        let told = match (value, &figure["at_least"]) {
            (Some(value), Value::Bool(true)) => (value, MOST),
            (Some(value), _) => (value, value),
            (None, _) => (least.unwrap_or(0), MOST),
        };
        let bounds = self.bounds.entry(name.to_owned()).or_insert((0, MOST));
        *bounds = (bounds.0.max(told.0), bounds.1.min(told.1));
        assert!(bounds.0 <= bounds.1, "{name} is told as this, and elsewhere as that: {bounds:?}");
    }

    /// Whether it is told as it is, by what has been told until now.
    pub(super) fn is_told(&self, name: &str) -> bool {
        self.bounds.get(name).is_some_and(|(least, most)| least == most)
    }

    /// What is not told is left out of no law: it may be anything.
    pub(super) fn at_most(&mut self, some: &[String], others: &[String]) {
        for name in some.iter().chain(others) {
            self.bounds.entry(name.clone()).or_insert((0, MOST));
        }
        self.laws.push((some.to_vec(), others.to_vec()));
    }

    pub(super) fn equal(&mut self, some: &[String], others: &[String]) {
        self.at_most(some, others);
        self.at_most(others, some);
    }

    pub(super) fn work_out(&mut self) {
        for _ in 0..200 {
            let before = self.bounds.clone();
            for (some, others) in &self.laws {
                let least: i64 = some.iter().map(|name| self.bounds[name].0).sum();
                let most: i64 = others.iter().map(|name| self.bounds[name].1).sum();
                for name in some {
                    let bounds = self.bounds.get_mut(name).unwrap();
                    bounds.1 = bounds.1.min(most - (least - bounds.0));
                }
                for name in others {
                    let bounds = self.bounds.get_mut(name).unwrap();
                    bounds.0 = bounds.0.max(least - (most - bounds.1));
                }
            }
            if self.bounds == before {
                return;
            }
        }
    }
}

/// The periods of reports of 2026, by the first and the last month.
pub(super) fn periods() -> Vec<(u32, u32)> {
    let long = |months: u32| (0..12 / months).map(move |n| (n * months + 1, (n + 1) * months));
    [1, 3, 6, 12].into_iter().flat_map(long).collect()
}

pub(super) fn dates((first, last): (u32, u32)) -> (String, String) {
    let after = if last == 12 { "2027-01-01".to_owned() } else { format!("2026-{:02}-01", last + 1) };
    (format!("2026-{first:02}-01"), after)
}

const JANUARY: (&str, &str) = ("2026-01-01", "2026-02-01");

const GROUPS: [&str; 5] = ["elderly", "disabled", "needy", "youth", "none"];

/// What holds of the numbers of one period, whatever they are.
pub(super) fn laws_of_period(known: &mut Known, period: &str, keys: &BTreeSet<String>) {
    let name = |key: &str| format!("{period} {key}");
    let of = |start: &str| -> Vec<String> {
        keys.iter().filter(|key| key.starts_with(start)).map(|key| name(key)).collect()
    };
    for (visits, persons, part) in [("visits", "persons", "kind"), ("volunteer_visits", "volunteers", "team")] {
        known.equal(&[name(visits)], &of(&format!("{visits}.{part}.")));
        known.at_most(&[name(persons)], &of(&format!("{persons}.{part}.")));
        for key in keys.iter().filter(|key| *key == persons || key.starts_with(&format!("{persons}."))) {
            known.at_most(&[name(key)], &[name(&key.replace(persons, visits))]);
            known.at_most(&[name(key)], &[name(persons)]);
        }
    }
    known.equal(&[name("minutes")], &of("minutes.team."));
    known.at_most(&[name("persons"), name("unnamed")], &[name("visits")]);
    known.at_most(&[name("unconfirmed_hours")], &[name("volunteer_visits")]);
    for measure in ["visits", "persons"] {
        known.at_most(&[name(measure)], &GROUPS.map(|group| name(&format!("{measure}.{group}"))));
        for group in &GROUPS[..4] {
            known.at_most(&[name(&format!("{measure}.{group}"))], &[name(measure)]);
        }
    }
    for group in &GROUPS[..4] {
        known.at_most(&[name(&format!("visits.{group}")), name("visits.none")], &[name("visits")]);
    }
}

/// All that the purchaser may fetch, in one web of bounds: every period's answer, the sessions of each month's file, and whatever else
/// there is.
async fn all_that_is_told(app: &TestApp) -> (Known, Sources) {
    let (token, browser) = (app.token("pat").await, app.sign_in("pat").await);
    let mut known = Known::default();
    let mut kinds: BTreeMap<String, String> = BTreeMap::new();
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let mut items: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut told: BTreeMap<(u32, u32), Value> = BTreeMap::new();
    for period in periods() {
        let (from, to) = dates(period);
        let answer = token.get(&format!("/api/v1/summary?scope=center:1&from={from}&to={to}")).await.is(200).json();
        for figure in answer["figures"].as_array().unwrap() {
            let key = figure["key"].as_str().unwrap();
            keys.insert(key.to_owned());
            if let (Some(name), Some((_, end))) = (figure["name"].as_str(), key.split_once('.')) {
                items.entry(name.to_owned()).or_default().insert(format!(".{end}"));
            }
            if let Some(code) = key.strip_prefix("visits.kind.") {
                kinds.insert(figure["name"].as_str().unwrap().to_owned(), code.to_owned());
            }
        }
        told.insert(period, answer);
    }
    for (period, answer) in &told {
        let name = format!("{period:?}");
        for key in &keys {
            let figures = answer["figures"].as_array().unwrap();
            // A kind of team that is not listed did nothing.
            let figure = figures.iter().find(|figure| figure["key"] == **key).cloned().unwrap_or(json!({"value": 0}));
            known.tell(&format!("{name} {key}"), &figure);
        }
        laws_of_period(&mut known, &name, &keys);
    }
    for period in periods().into_iter().filter(|(first, last)| first != last) {
        for key in &keys {
            let name = |period: (u32, u32)| format!("{period:?} {key}");
            let months: Vec<String> = (period.0..=period.1).map(|month| name((month, month))).collect();
            if key.starts_with("visits")
                || key.starts_with("volunteer_visits")
                || key.starts_with("minutes")
                || key == "unnamed"
            {
                known.equal(&[name(period)], &months);
            } else if key.starts_with("persons") || key.starts_with("volunteers") {
                known.at_most(&[name(period)], &months);
                months.iter().for_each(|month| known.at_most(std::slice::from_ref(month), &[name(period)]));
            }
        }
    }
    for month in 1..=12u32 {
        let csv = browser.get(&format!("/centers/1/reports/2026-{month:02}.csv")).await.is(200).text();
        sessions(&mut known, (month, month), &csv, &kinds);
    }
    // What two things are called is of neither.
    let alone = items.into_iter().filter(|(_, ends)| ends.len() == 1);
    let items = alone.filter_map(|(name, ends)| Some((name, ends.into_iter().next()?))).collect();
    let told = Purchaser { app, program: token, browser, keys, items }.gathers(&mut known).await;
    known.work_out();
    (known, told)
}

/// What a month's numbers are known to be by the purchaser, under this name.
async fn a_month_is_told(app: &TestApp, known: &mut Known, name: &str) {
    let answer = summary(app, "pat", "center:1", JANUARY).await;
    let figures = answer["figures"].as_array().unwrap();
    let keys: BTreeSet<String> = figures.iter().map(|figure| figure["key"].as_str().unwrap().to_owned()).collect();
    for figure in figures {
        known.tell(&format!("{name} {}", figure["key"].as_str().unwrap()), figure);
    }
    laws_of_period(known, name, &keys);
}

/// A month's report is submitted and accepted; what the purchaser reads of it.
async fn is_accepted(app: &TestApp, period: &str) -> Value {
    let (ben, pat) = (app.sign_in("ben").await, app.sign_in("pat").await);
    ben.post("/periodic-reports", &[("agreement", "1"), ("period", period)]).await.is(303);
    let id = app.number("select max(id) from periodic_reports").await;
    ben.post(&format!("/periodic-reports/{id}/submission"), &[]).await.is(303);
    pat.post(&format!("/periodic-reports/{id}/acceptance"), &[("version", "1")]).await.is(303);
    app.token("pat").await.get(&format!("/api/v1/reports/{id}/versions/1")).await.is(200).json()
}

/// Nothing that is hidden of January is one number alone, and all of it is possible.
async fn is_hidden_still(app: &TestApp, known: &Known, name: &str, truth: &BTreeMap<String, i64>) -> usize {
    let told = figures(app, "pat", "center:1", JANUARY).await;
    let hidden = told.iter().filter(|(key, value)| **value == HIDDEN && *key != "without_birth_date");
    let mut count = 0;
    for (key, _) in hidden {
        let (least, most) = known.bounds[&format!("{name} {key}")];
        assert!(least < most, "{key} of {name} is {least}");
        assert!(least <= truth[key] && truth[key] <= most, "{key} of {name}: {least} to {most}, which is wrong");
        count += 1;
    }
    count
}

/// The sessions of a month's file add up to their kinds, and their people to the named visits.
fn sessions(known: &mut Known, period: (u32, u32), csv: &str, kinds: &BTreeMap<String, String>) {
    let name = |key: &str| format!("{period:?} {key}");
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    let of_sessions: Vec<&csv::StringRecord> = rows.iter().filter(|row| !row[3].is_empty()).collect();
    let mut all = Vec::new();
    for (kind, code) in kinds {
        let mut of_kind = Vec::new();
        for row in of_sessions.iter().filter(|row| row[3] == **kind) {
            let [visits, persons] = ["visits", "persons"].map(|measure| format!("{measure} of session {}", &row[2]));
            for (name, cell) in [(&visits, &row[6]), (&persons, &row[7])] {
                let number = cell.parse::<i64>().ok();
                known.tell(name, &json!({ "value": number }));
            }
            known.at_most(std::slice::from_ref(&persons), std::slice::from_ref(&visits));
            known.at_most(std::slice::from_ref(&persons), &[name(&format!("persons.kind.{code}"))]);
            of_kind.push(visits);
            all.push(persons);
        }
        if !of_kind.is_empty() {
            known.equal(&[name(&format!("visits.kind.{code}"))], &of_kind);
        }
    }
    all.push(name("unnamed"));
    known.equal(&[name("visits")], &all);
}

/// The purchaser pays for center 3 too. In February one who is needy came to center 1 and two to center 3, in March it is the other way
/// round; of all others there are as many here as there.
async fn two_centers(app: &TestApp) {
    let parties = [("center", "3"), ("provider", "1"), ("purchaser", "1")];
    let days = [("starts_on", "2026-01-01"), ("ends_on", "2026-12-31")];
    app.sign_in("ada").await.post("/agreements", &[&parties[..], &days].concat()).await.is(303);
    let mut month = Month::begin(app).await;
    let mut people = Vec::new();
    for _ in 0..12 {
        people.push(month.person(Some("1985-05-01")).await);
    }
    for needy in [people[0], people[1]] {
        month.grant(needy, "needy", "2025-01-01", None).await;
    }
    for (day, center, from) in [("2026-02-03", 1, 1), ("2026-02-03", 3, 0), ("2026-03-03", 1, 0), ("2026-03-03", 3, 1)]
    {
        let session = month.unbooked(at(&format!("{day} 09:00")), 60, Held { center, ..Held::default() }).await;
        for person in &people[from..from + 10] {
            month.attend(session, *person, "participant").await;
        }
    }
    month.commit().await;
    app.at(AFTER);
}

/// The names of the roll-up's rows as they stand, the first part of them: the centers.
async fn in_order(app: &TestApp, login: &str, period: &str, sort: &str) -> Vec<String> {
    let fields = [("list", "rollup"), ("format", "csv"), ("period", period), ("sort", sort)];
    let csv = app.sign_in(login).await.post("/exports", &fields).await.is(200).text();
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    rows.iter().filter(|row| row[0] == rows[0][0]).map(|row| row[1].to_owned()).collect()
}

on_both_engines! {
    async fn how_centers_are_put_in_order_tells_nothing_that_is_hidden(app: TestApp) {
        two_centers(&app).await;
        let first = in_order(&app, "pat", "2026-02", "needy").await;
        assert_eq!(first.len(), 2, "{first:?}");
        for sort in ["needy", "persons", "visits", "volunteers", "coverage"] {
            assert_eq!(
                in_order(&app, "pat", "2026-02", sort).await, in_order(&app, "pat", "2026-03", sort).await,
                "by {sort}, where nothing else is otherwise",
            );
        }
        // Who may know it sees the one center before the other, and then behind it.
        let mut orders = Vec::new();
        for period in ["2026-02", "2026-03"] {
            let mut all = in_order(&app, "ada", period, "needy").await;
            all.retain(|name| first.contains(name));
            orders.push(all);
        }
        assert_ne!(orders[0], orders[1]);
    }

    async fn a_purchaser_is_told_no_number_of_very_few(app: TestApp) {
        a_quiet_quarter(&app).await;
        let february = ("2026-02-01", "2026-03-01");
        let (all, told) = (figures(&app, "ann", "center:1", february).await, figures(&app, "pat", "center:1", february).await);
        assert_eq!((all["visits.needy"], all["visits.kind.case_work"], all["visits"]), (1, 2, 19));
        for (key, value) in &told {
            let tells_of_people = ["visits", "persons", "volunteer"].iter().any(|measure| key.starts_with(measure));
            assert!(!tells_of_people || *value == HIDDEN || *value == 0 || *value >= 3, "{key} is {value}");
            assert!(*value == HIDDEN || key.contains(".worker.") || all[key] == *value, "{key} is {value}, not {}", all[key]);
        }
        assert_eq!((told["visits"], told["visits.youth"]), (19, 0), "what tells of nobody is told: {told:?}");
        assert_eq!([told["visits.needy"], told["persons.needy"], told["visits.kind.case_work"]], [HIDDEN; 3]);
        let hidden_kinds = told.iter().filter(|(key, value)| key.starts_with("visits.kind.") && **value == HIDDEN).count();
        assert!(hidden_kinds >= 2, "one alone would follow from the sum");
        let pat = app.sign_in("pat").await;
        for page in ["/centers/1/reports/2026-02", "/centers/1/reports/2026-02.csv"] {
            pat.get(page).await.is(200).shows("＊");
            app.sign_in("ann").await.get(page).await.is(200).hides("＊");
        }
        pat.get("/centers/1/reports/2026-02").await.shows("不足 3 人");
        // A department is told what the purchaser is told.
        assert_eq!(figures(&app, "dan", "center:1", february).await, told);
        app.sign_in("dan").await.get("/centers/1/reports/2026-02.csv").await.is(200).shows("＊");
    }

    async fn nothing_hidden_follows_from_all_that_a_purchaser_may_fetch(app: TestApp) {
        a_quiet_quarter(&app).await;
        let (known, told) = all_that_is_told(&app).await;
        println!("{told:?}");
        assert!(told.values().all(|numbers| *numbers > 0), "some source told nothing: {told:?}");
        let mut hidden = 0;
        for month in 1..=3u32 {
            let (from, to) = dates((month, month));
            let all = figures(&app, "ann", "center:1", (&from, &to)).await;
            let told = figures(&app, "pat", "center:1", (&from, &to)).await;
            for (key, _) in told.iter().filter(|(key, value)| **value == HIDDEN && *key != "without_birth_date") {
                let (least, most) = known.bounds[&format!("{:?} {key}", (month, month))];
                assert!(least < most, "{key} of month {month} is {least}");
                assert!(least <= all[key] && all[key] <= most, "{key}: {least} to {most}, which is wrong");
                if all[key] < 3 && !key.starts_with("minutes") {
                    assert!(least <= 1 && most >= 2, "{key} of month {month} is {least} to {most}");
                }
                hidden += 1;
            }
        }
        assert!(hidden > 10, "{hidden}");
    }

    /// Somebody's visit to January is taken back after it was accepted: the month before and after, and what February's report says of it.
    async fn nothing_hidden_follows_from_what_is_corrected(app: TestApp) {
        a_quiet_quarter(&app).await;
        let mut known = Known::default();
        let before = figures(&app, "ann", "center:1", JANUARY).await;
        a_month_is_told(&app, &mut known, "before").await;
        let frozen = is_accepted(&app, "month:2026-01-01").await;
        for figure in frozen["figures"].as_array().unwrap() {
            let key = figure["key"].as_str().unwrap();
            if !key.contains(".worker.") {
                known.tell(&format!("before {key}"), figure);
            }
        }
        // The one who is needy, at the first session.
        let first = app.number("select min(t.id) from attendances t where t.needy = 1").await;
        let session = app.number("select t.session_id from attendances t where t.needy = 1 order by t.id limit 1").await;
        let path = format!("/api/v1/sessions/{session}/checkins/{first}/void");
        let voided = app.token("ann").await.post_json(&path, json!({"reason": "点错了人"})).await;
        assert!(voided.status.code < 300, "{}", voided.text());
        let after = figures(&app, "ann", "center:1", JANUARY).await;
        assert_eq!((before["visits.needy"], after["visits.needy"]), (2, 1));
        a_month_is_told(&app, &mut known, "after").await;
        let february = is_accepted(&app, "month:2026-02-01").await;
        let told = february["adjustments"][0]["figures"].as_array().unwrap();
        let mut differences = 0;
        for (key, by) in told.iter().filter_map(|figure| Some((figure["key"].as_str()?, figure["value"].as_i64()?))) {
            if !key.contains(".worker.") {
                let [before, after, by_so_many] = [format!("before {key}"), format!("after {key}"), format!("by {}", by.abs())];
                known.tell(&by_so_many, &json!({"value": by.abs()}));
                match by < 0 {
                    true => known.equal(&[before], &[after, by_so_many]),
                    false => known.equal(&[after], &[before, by_so_many]),
                }
                differences += 1;
            }
        }
        assert!(differences > 0, "that one visit less was made is told: {told:?}");
        known.work_out();
        let hidden = is_hidden_still(&app, &known, "after", &after).await;
        assert!(hidden > 3, "{hidden}");
        // What was hidden before is so still, by what is known since.
        for key in ["visits.needy", "persons.needy"] {
            let (least, most) = known.bounds[&format!("before {key}")];
            assert!(least < most && least <= before[key] && before[key] <= most, "{key}: {least} to {most}");
        }
    }

    async fn a_longer_period_says_what_its_shown_parts_have(app: TestApp) {
        a_quiet_quarter(&app).await;
        let quarter = ("2026-01-01", "2026-04-01");
        let told = summary(&app, "pat", "center:1", quarter).await;
        let figure = |key: &str| told["figures"].as_array().unwrap().iter().find(|figure| figure["key"] == key).unwrap().clone();
        let mut months = 0;
        for month in 1..=3 {
            let (from, to) = dates((month, month));
            months += figures(&app, "pat", "center:1", (&from, &to)).await["visits.kind.case_work"].max(0);
        }
        let cases = figure("visits.kind.case_work");
        assert_eq!((&cases["value"], &cases["hidden"]), (&Value::Null, &json!(true)));
        assert_eq!(cases["at_least"].as_i64().unwrap_or(0), months);
        let all = figures(&app, "ann", "center:1", quarter).await;
        assert_eq!(figure("visits")["value"].as_i64(), Some(all["visits"]), "what was hidden in no month is told as it is");
    }

    async fn the_city_says_what_is_small(app: TestApp) {
        a_quiet_quarter(&app).await;
        let ada = app.token("ada").await;
        assert_eq!(ada.get("/api/v1/small-cells").await.is(200).json(), json!({"least": 3, "under_way": true}));
        for least in [json!(1), json!(21), json!("many")] {
            ada.post_json("/api/v1/small-cells", json!({ "least": least })).await.is(422);
        }
        let before = figures(&app, "pat", "center:1", MARCH).await.values().filter(|value| **value == HIDDEN).count();
        ada.post_json("/api/v1/small-cells", json!({"least": 8, "under_way": true})).await.is(200);
        ada.post_json("/api/v1/small-cells", json!({"least": 8, "under_way": true})).await.is(200);
        let after = figures(&app, "pat", "center:1", MARCH).await.values().filter(|value| **value == HIDDEN).count();
        assert!(after > before, "{before} {after}");
        assert_eq!(app.number("select count(*) from audit_events where action = 'small_cells.set'").await, 1);
        let browser = app.sign_in("ada").await;
        browser.get("/small-cells").await.is(200).shows("value=\"8\"");
        browser.post("/small-cells", &[("least", "0")]).await.is(422).shows("id=\"f-least\"");
        browser.post("/small-cells", &[("least", "3"), ("under_way", "1")]).await.is(303);
        app.sign_in("ann").await.get("/small-cells").await.is(403);
    }
}

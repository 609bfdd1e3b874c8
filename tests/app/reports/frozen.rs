//! Reports that are submitted, returned, taken back and accepted in the middle of a history: no version ever changes, each still verifies,
//! and what was accepted, with all that later reports told of it, is what the rows say by now.

use std::collections::{BTreeMap, BTreeSet};

use linli::clock::{Date, Month, Zone};
use linli::periodic_reports::verifying::verify_number;
use proptest::collection::vec;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::city::City;
use super::histories::{DEEDS, Deed, Step, goes_on, step};
use super::recount::Rows;
use super::{HIDDEN, figures};
use crate::support::{Engine, TestApp, run};

/// The sections whose figures later reports correct; of workers the document tells by numbers of its own.
const CORRECTED: [&str; 6] = ["total", "group", "subgroup", "service_kind", "volunteers", "team_kind"];

/// Figures by their keys; none of one that is not told, or not told whole.
type Told = BTreeMap<String, Option<i64>>;

/// A version as it was when it was submitted: its document, and what is read of it.
#[derive(Debug, PartialEq)]
struct AsSubmitted {
    document: String,
    digest: String,
    read: [Value; 4],
}

/// A monthly report of the agreement of center 1.
struct Owed {
    id: i64,
    versions: i64,
    state: String,
    starts_on: Date,
}

/// What came of comparing.
#[derive(Default)]
struct Compared {
    told: usize,
    hidden: usize,
    adjusted: usize,
}

struct Clerks<'a> {
    app: &'a TestApp,
    kept: BTreeMap<(i64, i64), AsSubmitted>,
}

impl Clerks<'_> {
    async fn owed(&self) -> Vec<Owed> {
        let sql =
            "select id, versions, state, starts_on from periodic_reports where agreement_id = 1 order by starts_on";
        let mut conn = self.app.db().read().await.unwrap();
        let rows: Vec<(i64, i64, String, Date)> = sqlx::query_as(sql).fetch_all(&mut *conn).await.unwrap();
        let owed = |(id, versions, state, starts_on)| Owed { id, versions, state, starts_on };
        rows.into_iter().map(owed).collect()
    }

    async fn as_it_is(&self, (report, number): (i64, i64)) -> AsSubmitted {
        let sql =
            format!("select document, digest from report_versions where report_id = {report} and number = {number}");
        let mut conn = self.app.db().read().await.unwrap();
        let (document, digest): (String, String) =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut *conn).await.unwrap();
        drop(conn);
        // Of what was taken back the provider alone knows.
        let reader = self.app.token("ben").await;
        let told = reader.get(&format!("/api/v1/reports/{report}/versions/{number}")).await.is(200).json();
        let read = ["figures", "by_center", "adjustments", "rows"].map(|part| told[part].clone());
        AsSubmitted { document, digest, read }
    }

    /// Every month that is over has a draft.
    async fn begin(&self) {
        let today = Zone::SHANGHAI.date(self.app.clock.now().0);
        let months: Vec<String> = (1..=12)
            .map(|month| Month::of(Date::parse(&format!("2026-{month:02}-01")).unwrap()))
            .filter(|month| month.end() <= today)
            .map(|month| format!("month:{}", month.first()))
            .collect();
        let mut fields = vec![("agreement", "1")];
        fields.extend(months.iter().map(|month| ("period", month.as_str())));
        self.app.sign_in("ben").await.post("/periodic-reports", &fields).await.is(303);
    }

    async fn submit(&mut self, report: &Owed) {
        let ben = self.app.sign_in("ben").await;
        ben.post(&format!("/periodic-reports/{}/submission", report.id), &[]).await.is(303);
        let version = (report.id, report.versions + 1);
        let frozen = self.as_it_is(version).await;
        self.kept.insert(version, frozen);
    }

    async fn accept(&self, id: i64, number: i64) {
        let version = number.to_string();
        let pat = self.app.sign_in("pat").await;
        pat.post(&format!("/periodic-reports/{id}/acceptance"), &[("version", version.as_str())]).await.is(303);
    }

    /// Each report goes on, or waits: it is drafted, submitted, taken back, returned or accepted.
    async fn go_on(&mut self, n: usize) {
        self.begin().await;
        for (place, report) in self.owed().await.into_iter().enumerate() {
            let path = format!("/periodic-reports/{}", report.id);
            let version = report.versions.to_string();
            match (report.state.as_str(), (n * 3 + place) % 5) {
                ("draft" | "returned", 0) => _ = self.app.sign_in("ben").await.get(&path).await.is(200),
                ("draft" | "returned", _) => self.submit(&report).await,
                ("submitted", 0) => {
                    self.app.sign_in("ben").await.post(&format!("{path}/withdrawal"), &[]).await.is(303);
                }
                ("submitted", 1) => {
                    let words = [("version", version.as_str()), ("comment", "请核对人数")];
                    self.app.sign_in("pat").await.post(&format!("{path}/return"), &words).await.is(303);
                }
                ("submitted", _) => self.accept(report.id, report.versions).await,
                _ => {}
            }
        }
    }

    /// All months but the last are submitted and accepted, one after the other.
    async fn settle_all_but_the_last(&mut self) {
        self.begin().await;
        let mut owed = self.owed().await;
        owed.pop();
        for mut report in owed {
            if matches!(report.state.as_str(), "draft" | "returned") {
                self.submit(&report).await;
                report.versions += 1;
                report.state = "submitted".to_owned();
            }
            if report.state == "submitted" {
                self.accept(report.id, report.versions).await;
            }
        }
    }

    /// The last month's report is submitted: it tells what was told of no month yet. Gives its document.
    async fn submit_the_last(&mut self) -> Value {
        let report = self.owed().await.pop().unwrap();
        assert_eq!(report.state, "draft", "its month was not over");
        self.submit(&report).await;
        document(&self.kept[&(report.id, report.versions + 1)])
    }

    /// What was submitted is as it was, byte for byte, and proves it.
    async fn nothing_changed(&self) {
        for (version, before) in &self.kept {
            assert_eq!(self.as_it_is(*version).await, *before, "version {version:?}");
        }
        let reports: BTreeSet<i64> = self.kept.keys().map(|(report, _)| *report).collect();
        for report in reports {
            let mut conn = self.app.db().read().await.unwrap();
            let found = verify_number(&mut conn, &self.app.sealer, &format!("R{report:06}")).await.unwrap();
            for one in &found {
                assert!(one.is_unchanged(), "R{report:06}-{}: {:?}", one.number, one.changes);
            }
            assert_eq!(found.len(), self.kept.keys().filter(|(of, _)| *of == report).count());
        }
    }
}

fn document(version: &AsSubmitted) -> Value {
    serde_json::from_str(&version.document).unwrap()
}

/// Of a document's figures those that are corrected later.
fn told(figures: &Value) -> Told {
    let corrected = |figure: &&Value| CORRECTED.iter().any(|section| figure["section"] == **section);
    let whole = |figure: &Value| {
        let is_whole = figure["hidden"] != json!(true) && figure["at_least"] != json!(true);
        figure["value"].as_i64().filter(|_| is_whole)
    };
    let of = figures.as_array().unwrap().iter().filter(corrected);
    of.map(|figure| (figure["key"].as_str().unwrap().to_owned(), whole(figure))).collect()
}

/// What documents tell of an earlier report, each by itself.
fn told_of(number: &str, documents: &[&Value]) -> Vec<Told> {
    let adjustments = documents.iter().flat_map(|document| document["adjustments"].as_array().unwrap());
    adjustments.filter(|one| one["report"] == number).map(|one| told(&one["figures"])).collect()
}

/// What was accepted of a month, and all that was told of it since, is its recount: of what its purchaser was told then, and is told by now.
fn adds_up(
    base: &Value,
    since: &[Told],
    (recount, shown): (&BTreeMap<String, i64>, &BTreeMap<String, i64>),
    compared: &mut Compared,
) {
    let number = &base["report"]["number"];
    let base = told(&base["figures"]);
    let mut keys: BTreeSet<&String> = base.keys().collect();
    // Kinds of teams are listed where they did something; of the others a version that does not list one does not know it.
    keys.extend(since.iter().flat_map(Told::keys));
    keys.extend(recount.keys().filter(|key| key.contains(".team.")));
    for key in keys {
        let first = base.get(key).copied().unwrap_or(Some(0).filter(|_| key.contains(".team.")));
        // What a version hides is told by nothing that is told later.
        assert!(first.is_some() || shown.get(key) == Some(&HIDDEN), "{number}, {key} was hidden: {:?}", shown.get(key));
        let more: Vec<Option<i64>> = since.iter().filter_map(|told| told.get(key).copied()).collect();
        let all: Option<i64> = std::iter::once(first).chain(more.iter().copied()).sum();
        let Some(all) = all.filter(|_| shown.get(key) != Some(&HIDDEN)) else {
            compared.hidden += 1;
            continue;
        };
        let now = recount.get(key).copied().unwrap_or(0);
        assert_eq!(all, now, "{number}, {key}: {first:?} was accepted, and {more:?} told since");
        compared.told += 1;
        compared.adjusted += usize::from(!more.is_empty());
    }
}

async fn is_accounted_for(clerks: &Clerks<'_>, city: &City<'_>, last: &Value, compared: &mut Compared) {
    let rows = Rows::load(clerks.app).await.with(&city.remembered);
    let accepted: Vec<Owed> = clerks.owed().await.into_iter().filter(|report| report.state == "accepted").collect();
    assert!(accepted.len() >= 3, "January, February and March were accepted");
    let bases: Vec<Value> = accepted.iter().map(|one| document(&clerks.kept[&(one.id, one.versions)])).collect();
    let documents: Vec<&Value> = bases.iter().chain([last]).collect();
    for (report, base) in accepted.iter().zip(&bases) {
        let month = Month::of(report.starts_on);
        let (from, to) = (month.first().to_string(), month.end().to_string());
        let recount = rows.figures(&[1], &from, &to, clerks.app.clock.now().0);
        let shown = figures(clerks.app, "pat", "center:1", (&from, &to)).await;
        adds_up(base, &told_of(&format!("R{:06}", report.id), &documents), (&recount, &shown), compared);
    }
}

async fn plays(app: &TestApp, steps: &[Step], late: &[Step], compared: &mut Compared) {
    let mut city = City::found(app).await;
    // As little is hidden as may be, so that as much as may be is compared.
    app.token("ada").await.post_json("/api/v1/small-cells", json!({"least": 2, "under_way": true})).await.is(200);
    let mut clerks = Clerks { app, kept: BTreeMap::new() };
    let mut done = BTreeMap::new();
    for (n, step) in steps.iter().enumerate() {
        goes_on(&mut city, step, &mut done).await;
        if n % 6 == 5 {
            clerks.go_on(n / 6).await;
        }
        if n % 18 == 17 {
            clerks.nothing_changed().await;
        }
    }
    // The month is over, and one more; then comes what nobody knew of.
    let next = Month::of(city.today()).next();
    app.clock.set(Zone::SHANGHAI.at_minute(next.end(), 9 * 60));
    app.execute("update logins set expires_at = 9000000000000").await;
    clerks.settle_all_but_the_last().await;
    for step in late {
        goes_on(&mut city, step, &mut done).await;
    }
    let last = clerks.submit_the_last().await;
    is_accounted_for(&clerks, &city, &last, compared).await;
    clerks.nothing_changed().await;
}

fn histories(engine: Engine) {
    let cases: usize = std::env::var("LINLI_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(3);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    // What was told of a month is compared with all that its center did: one pays for it, as it was.
    let steps = vec(step(Deed::keeps_agreements), 40..80);
    let mut compared = Compared::default();
    let mut is_there = false;
    for case in 0..cases {
        let steps = steps.new_tree(&mut runner).unwrap().current();
        let each = DEEDS.iter().filter(|(_, deed)| deed.keeps_agreements()).enumerate();
        let late: Vec<Step> = each.map(|(n, (_, deed))| Step::Does(*deed, n * 37 + case, n * 53 + case * 7)).collect();
        let (compared, is_there) = (&mut compared, &mut is_there);
        run(engine, |app| async move {
            *is_there = true;
            println!("{steps:?}");
            plays(&app, &steps, &late, compared).await;
        });
    }
    println!("{} figures compared, {} of them adjusted; {} hidden", compared.told, compared.adjusted, compared.hidden);
    // Without PostgreSQL nothing was done at all.
    assert!(!is_there || compared.told > 20 * cases, "hardly anything is told that could be compared");
    assert!(!is_there || compared.adjusted > 0, "nothing was ever adjusted");
}

#[test]
fn versions_stay_and_adjustments_add_up_sqlite() {
    histories(Engine::Sqlite);
}

#[test]
fn versions_stay_and_adjustments_add_up_postgres() {
    histories(Engine::Postgres);
}

//! Whatever is changed of what was submitted is noticed: by the page that proves it, over the API and by the command alike. What happens
//! lawfully afterwards is no change.

use linli::periodic_reports::canonical::{canonical, sha256};
use serde_json::{Value, json};

use crate::audit::picture_in;
use crate::periodic::{a_march, begins, submits, writes};
use crate::support::program::{linli, said};
use crate::support::{Engine, TestApp, app};

const REPORT: &str = "/periodic-reports/1";
const API: &str = "/api/v1/reports/1";
const LATER: &str = "2026-05-04T02:00:00Z";

/// In March a worker, whose number is 917, led a second session, where one resident was.
const LED: [&str; 3] = [
    "insert into workers (id, person_id, center_id, kind, started_on, created_at)
     values (917, 3, 1, 'social_worker', '2025-01-01', 0)",
    "insert into sessions (activity_id, center_id, worker_id, starts_at, ends_at, local_date, status, updated_at)
     values (1, 1, 917, 1772762400000, 1772769600000, '2026-03-06', 'completed', 0)",
    "insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth)
     values (2, 1, 'participant', 'roster', 1772762400000, 1772762400000, 0, 0, 0, 0)",
];

/// March's report, with a picture (evidence 1) and a sheet (evidence 2), each with a caption: returned, and accepted in its second version.
async fn an_accepted_march(app: &TestApp) {
    a_march(app).await;
    for statement in LED {
        app.execute(statement).await;
    }
    let photo = ("photo", "早茶.png", picture_in(90));
    let ann = app.sign_in("ann").await;
    crate::upkeep::sends(&ann, "/centers/1/sessions/1/photos", &[("caption", "早茶")], Some(&photo)).await.is(303);
    app.at("2026-04-02T02:00:00Z");
    begins(app, "month:2026-03-01").await;
    let (ben, pat) = (app.sign_in("ben").await, app.sign_in("pat").await);
    ben.post(&format!("{REPORT}/photos"), &[("photo", "1")]).await.is(303);
    let sheet = picture_in(30);
    crate::imports::sends_as(&ben, &format!("{REPORT}/evidence"), ("sheet", "签到表.png"), &sheet).await.is(303);
    ben.post(&format!("{REPORT}/evidence/2"), &[("caption", "早茶会签到表")]).await.is(303);
    writes(&ben, "overview", "三月平稳。", "0").await;
    submits(app, "1").await;
    pat.post(&format!("{REPORT}/return"), &[("version", "1"), ("comment", "请补充")]).await.is(303);
    writes(&ben, "overview", "三月平稳，早茶会照常。", "1").await;
    submits(app, "1").await;
    pat.post(&format!("{REPORT}/acceptance"), &[("version", "2")]).await.is(303);
}

/// The database of a city with that report, and the code that stands on it.
fn a_city(engine: Engine) -> Option<(String, String)> {
    let url = app::fresh_database(engine)?;
    let public = app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        an_accepted_march(&app).await;
        let report = app.token("pat").await.get(API).await.is(200).json();
        app.db().close().await;
        report["public_id"].as_str().unwrap().to_owned()
    });
    Some((url, public))
}

/// Runs `test` on a copy of a database, some weeks later.
fn on_a_copy(original: &str, test: impl AsyncFnOnce(&TestApp, &str)) {
    let url = app::copy_of(original);
    app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        app.at(LATER);
        test(&app, &url).await;
        app.db().close().await;
    });
    app::discard(&url);
}

/// What is noticed, as `version part place`: the same by the API, the page and the command.
async fn noticed(app: &TestApp, url: &str, public: &str) -> Vec<String> {
    let told = app.token("pat").await.get(&format!("/api/v1/report-verifications/{public}")).await.is(200).json();
    let mut found = Vec::new();
    for version in told["items"].as_array().unwrap() {
        let changes = version["changes"].as_array().unwrap();
        assert_eq!(version["unchanged"], json!(changes.is_empty()));
        for change in changes {
            let (part, place) = (change["part"].as_str().unwrap(), change["place"].as_str().unwrap());
            found.push(format!("{} {part} {place}", version["number"]).trim_end().to_owned());
        }
    }
    let page = app.sign_in("pat").await.get(&format!("/reports/verify/{public}")).await.is(200).text();
    assert_eq!(page.contains("与提交时不一致"), !found.is_empty(), "the page: {found:?}");
    let (well, words) = said(linli(url, &["verify-report", "R000001"]));
    assert_eq!(well, found.is_empty(), "the command: {words}");
    for one in &found {
        let (number, what) = one.split_once(' ').unwrap();
        let sentence = format!("R000001-{number} is not what was submitted: {what}");
        assert!(words.contains(&sentence), "{sentence:?} is not in {words}");
    }
    found.sort();
    found
}

/// Statements that change something, and what is noticed then.
type Change = (&'static [&'static str], &'static [&'static str]);

fn are_noticed(engine: Engine, changes: &[Change]) {
    let Some((original, public)) = a_city(engine) else { return };
    for (statements, expected) in changes {
        on_a_copy(&original, async |app, url| {
            for statement in *statements {
                app.execute(statement).await;
            }
            assert_eq!(noticed(app, url, &public).await, *expected, "{statements:?}");
        });
    }
}

/// Writes the second version's document otherwise, and its digest as if it had been so.
async fn rewrite(app: &TestApp, change: impl FnOnce(&mut Value)) {
    let mut tx = app.begin().await;
    let text: String =
        sqlx::query_scalar("select document from report_versions where number = 2").fetch_one(&mut *tx).await.unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    change(&mut document);
    let text = canonical(&document).unwrap();
    sqlx::query("update report_versions set document = $1, digest = $2 where number = 2")
        .bind(&text)
        .bind(sha256(&text))
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

fn visits(figures: &mut Value) -> &mut Value {
    figures.as_array_mut().unwrap().iter_mut().find(|figure| figure["key"] == "visits").unwrap()
}

/// Numbers, names and digests.
const DOCUMENT: &[Change] = &[
    (
        &["update report_versions set document = replace(document, '\"value\":2', '\"value\":3') where number = 2"],
        &["2 document"],
    ),
    (&["update report_versions set document = replace(document, '莞爱', '关爱') where number = 2"], &["2 document"]),
    (&["update report_versions set document = document || ' ' where number = 2"], &["2 document"]),
    (&["update report_versions set document = 'x' where number = 1"], &["1 document", "1 unreadable"]),
    (&["update report_versions set digest = 'x' || digest where number = 2"], &["2 digest"]),
    (
        &["update audit_events set detail = replace(detail, '-2 ', '-2 x') where action = 'periodic_report.submitted'"],
        &["2 digest", "2 document"],
    ),
    (&["delete from audit_events where action = 'periodic_report.submitted'"], &["1 unaudited", "2 unaudited"]),
];

/// Words, those below pictures too.
const WORDS: &[Change] = &[
    (
        &[
            "update report_version_texts set content = replace(content, '平稳', '不平') where place = 'overview' and version_id = 2",
        ],
        &["2 text overview"],
    ),
    (
        &["update report_version_texts set content = '别的' where place = 'evidence.2' and version_id = 2"],
        &["2 text evidence.2"],
    ),
    (&["delete from report_version_texts where place = 'overview' and version_id = 1"], &["1 text overview"]),
    (
        &[
            "insert into report_version_texts (version_id, place, content, salt, digest) values (2, 'plan', '办讲座', 's', 'd')",
        ],
        &["2 text plan"],
    ),
    // Taken out, and nobody did that.
    (
        &[
            "update report_version_texts set content = null, salt = null, redacted_at = 1 where place = 'overview' and version_id = 2",
        ],
        &["2 text overview"],
    ),
];

const EVIDENCE: &[Change] = &[
    (
        &["update files set digest = 'x' || digest where id = (select file_id from report_evidence where id = 2)"],
        &["1 evidence evidence.2", "2 evidence evidence.2"],
    ),
    (
        &["delete from file_pieces where file_id = (select file_id from report_evidence where id = 2)"],
        &["1 evidence evidence.2", "2 evidence evidence.2"],
    ),
    (&["delete from report_version_evidence where version_id = 2 and number = 1"], &["2 evidence evidence.1"]),
    (
        &["insert into report_version_evidence (version_id, number, evidence_id) values (2, 3, 1)"],
        &["2 evidence evidence.3"],
    ),
    (
        &["update report_version_evidence set evidence_id = 1 where version_id = 2 and number = 2"],
        &["2 evidence evidence.2"],
    ),
];

/// The rows behind, and the lists of them.
const ROWS: &[Change] = &[
    (&["delete from attendances where person_id = 3"], &["1 missing attendances", "2 missing attendances"]),
    (
        &["delete from attendances where session_id = 2", "delete from sessions where id = 2"],
        &["1 missing attendances", "1 missing sessions", "2 missing attendances", "2 missing sessions"],
    ),
    (
        &["update report_version_rows set ids = replace(ids, '[', '[ ') where kind = 'attendances' and version_id = 2"],
        &["2 rows attendances"],
    ),
    (&["delete from report_version_rows where kind = 'sessions' and version_id = 2"], &["2 rows sessions"]),
    (
        &["insert into report_version_rows (version_id, kind, block, ids, digest) values (2, 'people', 0, '[1]', 'd')"],
        &["2 rows people"],
    ),
];

/// Both versions with all that hangs on them.
const BOTH: [&str; 5] = [
    "delete from report_version_texts",
    "delete from report_version_rows",
    "delete from report_version_evidence",
    "delete from report_comments",
    "delete from report_versions",
];

/// Which report and version it is, and what became of it.
const VERSIONS: &[Change] = &[
    (
        &[
            "delete from report_version_texts where version_id = 1",
            "delete from report_version_rows where version_id = 1",
            "delete from report_version_evidence where version_id = 1",
            "delete from report_comments where version_id = 1",
            "delete from report_versions where id = 1",
        ],
        &["1 version"],
    ),
    (&BOTH, &["1 version", "2 version"]),
    (
        &[BOTH[0], BOTH[1], BOTH[2], BOTH[3], BOTH[4], "update periodic_reports set versions = 0, state = 'draft'"],
        &["1 version", "2 report", "2 state draft", "2 version"],
    ),
    (&["update periodic_reports set kind = 'quarter'"], &["1 report", "2 report"]),
    (&["update periodic_reports set ends_on = '2026-03-30'"], &["1 report", "2 report"]),
    (&["update periodic_reports set state = 'submitted'"], &["2 state submitted"]),
    (&["update report_versions set state = 'returned' where number = 2"], &["2 state returned"]),
    (&["update report_comments set words = '请补充签到表'"], &["1 comments"]),
    (&["delete from report_comments"], &["1 comments"]),
    (
        &["insert into report_comments (version_id, chapter, words) select id, 'plan', '很好' from report_versions"],
        &["1 comments", "2 comments"],
    ),
    (&["update report_versions set state = 'withdrawn'"], &["1 state withdrawn", "2 state withdrawn"]),
    (&["update report_versions set answered_at = answered_at + 1 where number = 2"], &["2 state accepted"]),
];

fn a_number_and_its_digest_changed_together_are_noticed(engine: Engine) {
    let Some((original, public)) = a_city(engine) else { return };
    on_a_copy(&original, async |app, url| {
        rewrite(app, |document| visits(&mut document["figures"])["value"] = json!(40)).await;
        assert_eq!(noticed(app, url, &public).await, ["2 digest", "2 document"]);
    });
}

fn what_happens_lawfully_is_no_change(engine: Engine) {
    let Some((original, public)) = a_city(engine) else { return };
    on_a_copy(&original, async |app, url| {
        assert!(noticed(app, url, &public).await.is_empty(), "nothing happened");
        let pat = app.token("pat").await;
        let told = async || pat.get(&format!("{API}/versions/2")).await.is(200).json();
        let before = told().await;
        let (ann, ben, ada) = (app.sign_in("ann").await, app.sign_in("ben").await, app.sign_in("ada").await);
        let redaction = [("place", "overview"), ("reason", "写了姓名")];
        ben.post(&format!("{REPORT}/versions/2/redaction"), &redaction).await.is(303);
        ann.post("/centers/1/sessions/1/photos/1/removal", &[]).await.is(303);
        let first = app.number("select min(id) from attendances").await;
        let path = format!("/api/v1/sessions/1/checkins/{first}/void");
        let voided = app.token("ann").await.post_json(&path, json!({"reason": "点错了人"})).await;
        assert!(voided.status.code < 300, "{}", voided.text());
        ada.post("/centers/1", &[("name", "罗沙新中心"), ("address", "罗沙路 1 号")]).await.is(303);
        ada.post("/providers/1", &[("name", "关爱社工"), ("contact", "0769")]).await.is(303);

        assert!(noticed(app, url, &public).await.is_empty(), "all of that may be");
        let proofs = pat.get(&format!("/api/v1/report-verifications/{public}")).await.is(200).json();
        assert_eq!(proofs["items"][0]["taken_out"], json!(["overview", "evidence.1"]));
        // As they were called then, and as it was counted then.
        let after = told().await;
        for part in ["provider", "purchaser", "centers", "kind", "from", "to", "figures", "digest"] {
            assert_eq!(after[part], before[part], "{part}");
        }
        let page = app.sign_in("pat").await.get(&format!("{REPORT}/versions/2")).await.is(200);
        page.hides("罗沙新中心").hides("关爱社工").shows(before["centers"][0]["name"].as_str().unwrap());
    });
}

fn a_version_that_cannot_be_read_stands_alone(engine: Engine) {
    let Some((original, public)) = a_city(engine) else { return };
    on_a_copy(&original, async |app, url| {
        // A later program wrote it.
        rewrite(app, |document| document["schema"] = json!(1_000)).await;
        assert_eq!(noticed(app, url, &public).await, ["2 digest", "2 document", "2 unreadable"]);
        let (pat, ben) = (app.sign_in("pat").await, app.sign_in("ben").await);
        pat.get("/periodic-reports").await.is(200).shows("2026年3月");
        pat.get(&format!("{REPORT}/versions/1")).await.is(200).shows("三月平稳。");
        for path in ["", "/versions/2", "/differences"] {
            pat.get(&format!("{REPORT}{path}")).await.is(409).shows("这一版读不出来");
        }
        let program = app.token("pat").await;
        program.get(API).await.is(200);
        program.get(&format!("{API}/versions/2")).await.is(409).is_refused("report_unreadable");

        begins(app, "month:2026-04-01").await;
        ben.get("/periodic-reports/2").await.is(200).shows("无法计算");
        submits(app, "2").await;
        let april = program.get("/api/v1/reports/2/versions/1").await.is(200).json();
        let told = &april["adjustments"][0];
        assert_eq!(
            (&told["report"], &told["unknown"], &told["figures"]),
            (&json!("R000001"), &json!(true), &json!([]))
        );
        pat.get("/periodic-reports/2").await.is(200).shows("无法计算");
    });
}

fn a_frozen_worker_is_a_number_in_a_list(engine: Engine) {
    let Some((original, _)) = a_city(engine) else { return };
    on_a_copy(&original, async |app, _| {
        let count = "select count(*) from report_versions where document like '%.worker.1\"%'";
        assert_eq!(app.number(count).await, 2);
        assert_eq!(app.number("select count(*) from report_versions where document like '%worker.917%'").await, 0);
    });
}

/// Each of these on both engines.
macro_rules! tests {
    ($($name:ident: $test:expr;)+) => {$(
        mod $name {
            use super::*;

            #[test]
            fn sqlite() {
                let test: fn(Engine) = $test;
                test(Engine::Sqlite);
            }

            #[test]
            fn postgres() {
                let test: fn(Engine) = $test;
                test(Engine::Postgres);
            }
        }
    )+};
}

tests! {
    numbers_and_digests_that_are_changed_are_noticed: |engine| are_noticed(engine, DOCUMENT);
    words_that_are_changed_are_noticed: |engine| are_noticed(engine, WORDS);
    evidence_that_is_changed_is_noticed: |engine| are_noticed(engine, EVIDENCE);
    rows_that_are_gone_are_noticed: |engine| are_noticed(engine, ROWS);
    versions_and_answers_that_are_changed_are_noticed: |engine| are_noticed(engine, VERSIONS);
    a_number_with_its_digest: a_number_and_its_digest_changed_together_are_noticed;
    what_is_lawful: what_happens_lawfully_is_no_change;
    an_unreadable_version: a_version_that_cannot_be_read_stands_alone;
    a_workers_number: a_frozen_worker_is_a_number_in_a_list;
}

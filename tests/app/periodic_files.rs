//! What a reader takes along of a version to look after it without Linli: the text that was hashed, the words with their salts, and all of
//! it as JSON. Nobody is given what he may not read.

use data_encoding::BASE64;
use linli::periodic_reports::canonical::sha256;
use serde_json::{Value, json};

use crate::periodic::{a_draft, submits, writes};
use crate::support::python::{python_with, run_python};
use crate::support::{Answer, TestApp, on_both_engines};

const FILES: &str = "/periodic-reports/1/files";
const API: &str = "/api/v1/reports/1";

/// Computes the digests of texts, with nothing of ours.
const DIGESTS: &str = r#"
import base64, hashlib, json, sys
for text in json.loads(base64.b64decode(sys.stdin.read()))["texts"]:
    words = {name: text[name] for name in ("content", "place", "salt")}
    hashed = json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
    print(text["place"], hashlib.sha256(hashed).hexdigest())
"#;

/// March's report with two chapters, submitted.
async fn a_version(app: &TestApp) {
    a_draft(app).await;
    let ben = app.sign_in("ben").await;
    writes(&ben, "overview", "三月“平稳”。\n第二行", "0").await;
    writes(&ben, "plan", "下月办讲座。", "0").await;
    submits(app, "1").await;
}

/// The same file by the page and by the API.
async fn both(app: &TestApp, login: &str, name: &str) -> [Answer; 2] {
    [
        app.sign_in(login).await.get(&format!("{FILES}/{name}")).await,
        app.token(login).await.get(&format!("{API}/files/{name}")).await,
    ]
}

async fn version(app: &TestApp) -> Value {
    app.token("pat").await.get(&format!("{API}/versions/1")).await.is(200).json()
}

/// Where it is verified.
async fn verified(app: &TestApp) -> String {
    let report = app.token("pat").await.get(API).await.is(200).json();
    format!("/reports/verify/{}", report["public_id"].as_str().unwrap())
}

fn places(texts: &Value) -> Vec<&str> {
    texts["texts"].as_array().unwrap().iter().map(|text| text["place"].as_str().unwrap()).collect()
}

on_both_engines! {
    async fn the_text_that_was_hashed_is_fetched_byte_for_byte(app: TestApp) {
        a_version(&app).await;
        let told = version(&app).await;
        let digest = told["digest"].as_str().unwrap();
        let page = verified(&app).await;
        for login in ["ben", "ann", "cai", "tom", "ada"] {
            for answer in both(&app, login, "1.canonical.json").await {
                let answer = answer.is(200);
                let name = "attachment; filename=\"linli-R000001-1.canonical.json\"";
                assert_eq!((answer.header("content-disposition"), answer.header("content-type")), (name, "application/json"));
                assert_eq!(sha256(std::str::from_utf8(&answer.body).unwrap()), digest, "{login}");
                assert!(answer.text().contains("\"attendances\"") && !answer.text().contains("平稳"));
            }
            let reader = app.sign_in(login).await;
            reader.get(&page).await.is(200).shows("/files/1.canonical.json").shows("sha256sum linli-R000001-1.canonical.json");
            reader.get("/periodic-reports/1/versions/1").await.is(200).shows("/files/1.canonical.json").shows("/files/1.json");
        }
        // It is what it was when words are taken out.
        let redaction = [("place", "overview"), ("reason", "写了姓名")];
        app.sign_in("ben").await.post("/periodic-reports/1/versions/1/redaction", &redaction).await.is(303);
        assert_eq!(sha256(&both(&app, "ben", "1.canonical.json").await[0].text()), digest);
    }

    /// How many attendances are behind the figures tells of them what they hide.
    async fn who_reads_no_small_numbers_has_no_text_of_them(app: TestApp) {
        a_version(&app).await;
        let page = verified(&app).await;
        for login in ["pat", "dan"] {
            for answer in both(&app, login, "1.canonical.json").await {
                answer.is(403).hides("\"attendances\"");
            }
            for file in ["1.texts.json", "1.json"] {
                for answer in both(&app, login, file).await {
                    answer.is(200).hides("\"attendances\"");
                }
            }
            let reader = app.sign_in(login).await;
            reader.get(&page).await.is(200).hides("canonical.json").hides("sha256sum").shows("/files/1.texts.json").shows("请留好纸质报告");
            reader.get("/periodic-reports/1/versions/1").await.is(200).hides("canonical.json").shows("/files/1.json");
        }
        for login in ["pia", "otto", "olga"] {
            for file in ["1.canonical.json", "1.texts.json", "1.json"] {
                for answer in both(&app, login, file).await {
                    answer.is(404);
                }
            }
        }
        for file in ["draft.json", "draft.canonical.json", "2.canonical.json", "2.texts.json", "1.other.json"] {
            for answer in both(&app, "ben", file).await {
                answer.is(404);
            }
        }
        // Taken back, it is nobody else's.
        app.sign_in("ben").await.post("/periodic-reports/1/withdrawal", &[]).await.is(303);
        for file in ["1.canonical.json", "1.texts.json", "1.json"] {
            for answer in both(&app, "ada", file).await {
                answer.is(404);
            }
            for answer in both(&app, "ben", file).await {
                answer.is(200);
            }
        }
    }

    async fn words_are_found_in_the_hashed_text_by_their_salts(app: TestApp) {
        a_version(&app).await;
        let hashed = both(&app, "ben", "1.canonical.json").await[0].text();
        let [page, program] = both(&app, "pat", "1.texts.json").await.map(|answer| answer.is(200));
        assert_eq!(page.body, program.body);
        assert_eq!(page.header("content-disposition"), "attachment; filename=\"linli-R000001-1.texts.json\"");
        let told = page.json();
        assert_eq!((&told["version"], &told["digest"]), (&json!("R000001-1"), &version(&app).await["digest"]));
        assert_eq!(places(&told), ["activity.1", "overview", "plan"]);
        for text in told["texts"].as_array().unwrap() {
            assert!(hashed.contains(text["digest"].as_str().unwrap()), "{text}");
        }
        if let Some(python) = python_with("hashlib", "python3") {
            let found = run_python(python, DIGESTS, BASE64.encode(&page.body).as_bytes());
            for text in told["texts"].as_array().unwrap() {
                let line = format!("{} {}", text["place"].as_str().unwrap(), text["digest"].as_str().unwrap());
                assert!(found.lines().any(|one| one == line), "{line} is not in {found}");
            }
        }
        let redaction = [("place", "overview"), ("reason", "写了姓名")];
        app.sign_in("ben").await.post("/periodic-reports/1/versions/1/redaction", &redaction).await.is(303);
        for answer in both(&app, "ben", "1.texts.json").await {
            assert_eq!(places(&answer.is(200).json()), ["activity.1", "plan"]);
        }
    }

    async fn a_version_is_fetched_as_programs_read_it(app: TestApp) {
        a_version(&app).await;
        for login in ["pat", "dan", "ben", "tom"] {
            let told = app.token(login).await.get(&format!("{API}/versions/1")).await.is(200).json();
            for answer in both(&app, login, "1.json").await {
                let answer = answer.is(200);
                assert_eq!(answer.header("content-disposition"), "attachment; filename=\"linli-R000001-1.json\"");
                assert_eq!(answer.json(), told, "{login}");
            }
        }
    }

    /// Who looks after it gets what is there, whatever that is by now.
    async fn a_text_that_was_changed_has_another_digest(app: TestApp) {
        a_version(&app).await;
        app.execute("update report_versions set document = 'x' || document").await;
        let told = app.token("ben").await.get(&format!("/api/v1{}", verified(&app).await.replace("reports/verify", "report-verifications"))).await;
        let digest = told.is(200).json()["items"][0]["digest"].as_str().unwrap().to_owned();
        for answer in both(&app, "ben", "1.canonical.json").await {
            assert_ne!(sha256(&answer.is(200).text()), digest);
        }
        for answer in both(&app, "ben", "1.json").await {
            answer.is(409);
        }
    }
}

//! When things break: the database is lost, the process is told to stop, a body is too large, a path leads nowhere.

use std::process::Stdio;
use std::time::{Duration, Instant};

use linli::audit::Actor;
use linli::auth::{Role, Scope, accounts};
use linli::centers::CenterId;
use linli::check_in::RequestId;
use rocket::futures::future::{join, join_all};
use serde_json::json;

use crate::support::{TestApp, on_both_engines, postgres};

const HEADERS: [(&str, &str); 5] = [
    ("content-security-policy", "default-src 'self'"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cache-control", "no-store"),
];

on_both_engines! {
    async fn every_answer_carries_the_headers(app: TestApp) {
        let ann = app.sign_in("ann").await;
        for path in ["/sign-in", "/centers", "/accounts", "/centers/99/rooms", "/nowhere", "/api/v1/centers", "/healthz"] {
            let answer = ann.get(path).await;
            for (name, value) in HEADERS {
                assert!(answer.header(name).starts_with(value), "{path}: {name}: {}", answer.header(name));
            }
            assert!(!answer.header("content-security-policy").contains("unsafe"));
        }
    }

    async fn too_much_is_refused_and_not_cut(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let long = "长".repeat(200_000);
        ada.post("/providers", &[("name", &long)]).await.is(413).shows("内容太大");
        ada.post("/providers", &[("name", &long[..300])]).await.is(422).shows("最多 80 个字");
    }

    /// A stranger's form is a name, a number, a password, a line: more is not even read.
    async fn a_stranger_sends_little(app: TestApp) {
        let long = "长".repeat(8_000);
        for path in ["/sign-in", "/c/x", "/preferences"] {
            app.anyone().post(path, &[("login", &long), ("name", &long)]).await.is(413).shows("内容太大");
        }
        app.sign_in("ada").await.post("/providers", &[("name", &long)]).await.is(422).shows("最多 80 个字");
        app.token("ann").await.post_json("/api/v1/people", json!({"center": 1, "name": long})).await.is(422);
        app.token("fay").await.post_json("/api/v1/sessions/1/walk_ins", json!({"name": long})).await.is(404);
        for _ in 0..2 {
            app.token("fay").await.post_json("/api/v1/sessions/1/checkins", json!({"request_id": long})).await.is(422);
        }
    }

    /// While one process is newer than the other, each has files of its own under the other's addresses.
    async fn a_file_under_another_checksum_is_not_kept(app: TestApp) {
        let page = app.anyone().get("/sign-in").await.text();
        let path = page.split('"').find(|part| part.starts_with("/assets/") && part.ends_with("/linli.css")).unwrap();
        let kept = app.anyone().get(path).await.is(200);
        assert_eq!(kept.header("cache-control"), "public, max-age=31536000, immutable");
        let other = app.anyone().get("/assets/0123456789ab/linli.css").await.is(200);
        assert_eq!((other.header("cache-control"), &other.body), ("no-cache", &kept.body));
    }

    async fn errors_speak_the_readers_language(app: TestApp) {
        let mut reader = app.anyone();
        reader.get("/nowhere").await.is(404).shows("找不到这个页面").shows("lang=\"zh-CN\"");
        let chosen = reader.post("/preferences", &[("lang", "en"), ("back", "/sign-in")]).await;
        assert_eq!(chosen.leads_to(), "/sign-in");
        reader.keep(&chosen);
        reader.get("/nowhere").await.is(404).shows("Page not found").shows("lang=\"en\"");
    }
}

/// A database that goes away: 503 within two seconds, and back by itself.
#[test]
fn a_lost_database_is_told_and_comes_back() {
    if postgres::cluster().is_none() {
        return;
    }
    let mut cluster = postgres::Cluster::start_new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (app, token) = runtime.block_on(async {
        cluster.create_database("lost", None).await;
        let app = TestApp::open(&cluster.url("lost")).await;
        let mut tx = app.begin().await;
        let desk = [Scope::Center(CenterId(1))];
        let now = app.clock.now();
        let token =
            accounts::create_token(&Actor::Operator, now, &mut tx, "desk", Role::FrontDesk, &desk).await.unwrap();
        tx.commit().await.unwrap();
        (app, token)
    });
    let knock = || {
        let body = json!({"request_id": RequestId::random().to_string(), "person_id": 1, "role": "participant"});
        let desk = app.with_token(&token);
        async move { desk.post_json("/api/v1/sessions/1/checkins", body).await.status.code }
    };
    assert_eq!(runtime.block_on(knock()), 404, "there is no session");
    let ask = |path: &'static str| {
        let began = Instant::now();
        let answer = runtime.block_on(app.anyone().get(path));
        (answer.status.code, began.elapsed())
    };
    assert_eq!(ask("/healthz").0, 200);
    cluster.stop();
    for path in ["/healthz", "/setup/any"] {
        let (status, took) = ask(path);
        assert_eq!(status, 503, "{path}");
        assert!(took < Duration::from_secs(2), "{path} took {took:?}");
    }
    // At the door nobody waits for those before them to be told.
    let began = Instant::now();
    let told = runtime.block_on(async {
        let first = knock();
        let others = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            join_all((0..20).map(|_| knock())).await
        };
        let (first, mut told) = join(first, others).await;
        told.push(first);
        told
    });
    assert_eq!(told, [503; 21]);
    assert!(began.elapsed() < Duration::from_secs(2), "the door took {:?}", began.elapsed());
    cluster.start_again();
    assert_eq!(ask("/healthz").0, 200);
    assert_eq!(runtime.block_on(knock()), 404);
    cluster.pause();
    let (status, took) = ask("/healthz");
    cluster.resume();
    assert_eq!(status, 503);
    assert!(took < Duration::from_secs(2), "a hung server took {took:?}");
    // The machine may be busy with other tests: it comes back by itself, and soon.
    let began = Instant::now();
    while ask("/healthz").0 != 200 {
        assert!(began.elapsed() < Duration::from_secs(10), "it does not come back");
    }
}

/// SIGTERM: what is in hand is finished, and the process ends well.
#[test]
fn a_stopping_server_finishes_what_is_in_hand() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = std::process::Command::new(env!("CARGO_BIN_EXE_linli"))
        .current_dir(folder.path())
        .env("DATABASE_URL", "sqlite:stop.db")
        .env("ROCKET_PORT", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(server.stdout.take().unwrap()));
    let link = lines.find_map(|line| line.unwrap().trim().strip_prefix("http://").map(str::to_owned)).unwrap();
    let (host, path) = link.split_once('/').unwrap();
    // The request is under way (argon2 takes its time) when the signal comes.
    let body = "name=x&login=admin&password=correct-harbour-tulip&password_again=correct-harbour-tulip";
    let mut socket = std::net::TcpStream::connect(host).unwrap();
    let request = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    std::io::Write::write_all(&mut socket, format!("{request}{body}").as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(5));
    let pid = i32::try_from(server.id()).unwrap();
    crate::support::terminate(pid);
    let mut answer = String::new();
    _ = std::io::Read::read_to_string(&mut socket, &mut answer);
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let began = Instant::now();
    assert!(server.wait().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(10));
}

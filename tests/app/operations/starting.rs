//! A start that cannot succeed says why in one sentence, and ends; one whose database is late waits for it and says so.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::support::process::{eventually, skip_until};
use crate::support::program::{Program, linli, said};
use crate::support::{Engine, app, postgres};

fn serve(folder: &Path, url: &str) -> Command {
    let mut command = linli(url, &[]);
    command.current_dir(folder);
    command
}

#[track_caller]
fn ends_with(command: Command, sentences: &[&str]) {
    let began = std::time::Instant::now();
    let (well, told) = said(command);
    assert!(!well, "{told}");
    for sentence in sentences {
        assert!(told.contains(sentence), "{sentence:?} is not in {told}");
    }
    assert!(!told.contains("FailedFairings") && !told.contains("Kind(") && !told.contains("panicked"), "{told}");
    assert!(began.elapsed() < std::time::Duration::from_secs(5), "took {:?}", began.elapsed());
}

#[test]
fn a_start_that_cannot_succeed_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let with = |name: &str, value: &str| {
        let mut command = serve(here, "sqlite:fine.db");
        command.env(name, value);
        command
    };
    ends_with(with("ROCKET_PORT", "99999"), &["ROCKET_PORT cannot be used", "99999"]);
    ends_with(with("ROCKET_PORT", "abc"), &["ROCKET_PORT cannot be used", "abc"]);
    ends_with(with("ROCKET_ADDRESS", "foo"), &["ROCKET_ADDRESS cannot be used: invalid IP address"]);
    ends_with(with("LINLI_KEY", "short"), &["64 hex digits"]);
    ends_with(serve(here, "mysql://db/linli"), &["DATABASE_URL must begin with sqlite: or postgres://"]);
    ends_with(serve(here, "postgres://host:port/linli"), &["DATABASE_URL cannot be read"]);
    ends_with(serve(here, "sqlite::memory:"), &["DATABASE_URL cannot be read"]);
    ends_with(serve(here, "sqlite:no/such/folder/linli.db"), &["there is no folder no/such/folder"]);
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    ends_with(with("ROCKET_PORT", &port), &[&format!("cannot listen on 127.0.0.1:{port}"), "ROCKET_PORT name another"]);
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    let Some(template) = app::fresh_database(Engine::Sqlite) else { return };
    let template = template.trim_start_matches("sqlite:");
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("text.db"), "Dear database,\n".repeat(1_000)).unwrap();
    ends_with(serve(here, "sqlite:text.db"), &["text.db cannot be used: it is no SQLite database"]);
    let whole = fs::read(template).unwrap();
    fs::write(here.join("half.db"), &whole[..whole.len() / 2]).unwrap();
    ends_with(serve(here, "sqlite:half.db"), &["half.db cannot be used: it is damaged", "put the backup back"]);
    fs::create_dir(here.join("folder.db")).unwrap();
    ends_with(serve(here, "sqlite:folder.db"), &["folder.db cannot be used"]);
}

#[test]
fn a_file_that_another_user_owns_says_so() {
    const NOBODY: u32 = 65_534;
    if fs::metadata("/proc/self").map(|me| std::os::unix::fs::MetadataExt::uid(&me)).unwrap() != 0 {
        skip_until::<()>("a test with another user", "Run the tests as root");
        return;
    }
    let Some(template) = app::fresh_database(Engine::Sqlite) else { return };
    let folder = tempfile::Builder::new().tempdir_in("/tmp").unwrap();
    std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    fs::copy(template.trim_start_matches("sqlite:"), folder.path().join("roots.db")).unwrap();
    // A program that somebody else may run: the tests' own may lie in a closed folder.
    let program = folder.path().join("linli");
    fs::copy(env!("CARGO_BIN_EXE_linli"), &program).unwrap();
    let as_nobody = |url: &str| {
        let mut command = Command::new(&program);
        for (name, value) in serve(folder.path(), url).get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped()).current_dir(folder.path()).uid(NOBODY).gid(NOBODY);
        command
    };
    ends_with(as_nobody("sqlite:roots.db"), &["roots.db cannot be used", "give Linli's user the file and its folder"]);
    fs::create_dir(folder.path().join("closed")).unwrap();
    ends_with(as_nobody("sqlite:closed/new.db"), &["closed/new.db cannot be used: it cannot be made"]);
}

#[test]
fn a_database_that_is_late_is_waited_for() {
    if postgres::cluster().is_none() {
        return;
    }
    let mut cluster = postgres::Cluster::start_new();
    app::runtime().block_on(cluster.create_database("late", None));
    cluster.stop();
    let program = Program::start(&cluster.url("late"));
    for path in ["/healthz", "/", "/sign-in", "/c/anything"] {
        let (status, answer) = program.get(path);
        assert!(status == 503 && answer.contains("retry-after: "), "{path}: {answer}");
    }
    let (status, answer) = program.post_json("/api/v1/checkins/batch", "token", "{}");
    assert!(status == 503 && answer.contains("\"code\":\"unavailable\""), "{answer}");
    assert_eq!(program.get("/livez").0, 200);
    assert_eq!(program.get("/assets/x/linli.css").0, 200);
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert_eq!(program.lines_with("cannot be reached"), 1, "told once:\n{}", program.log());
    cluster.start_again();
    program.is_well_within(20);
    assert_eq!(program.get("/").0, 200);
    assert_eq!(program.lines_with("/setup/"), 1, "{}", program.log());
}

#[test]
fn a_database_that_lets_nobody_in_is_told_and_not_given_up() {
    let Some(url) = app::fresh_database(Engine::Postgres) else { return };
    let program = Program::start(&url.replace("postgres@", "stranger@"));
    assert!(program.get("/healthz").1.contains("does not let Linli in"), "{:?}", program.get("/healthz"));
    assert_eq!(program.get("/").0, 503);
    assert_eq!(program.lines_with("role \"stranger\" does not exist"), 1, "{}", program.log());
}

#[test]
fn a_visitor_costs_a_socket_and_many_may_come() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -Sn 200; exec \"$0\"", env!("CARGO_BIN_EXE_linli")]).current_dir(folder.path());
    for (name, value) in serve(folder.path(), "sqlite:many.db").get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let program = Program::run(shell);
    let limits = fs::read_to_string(format!("/proc/{}/limits", program.pid())).unwrap();
    let line: Vec<&str> =
        limits.lines().find(|line| line.starts_with("Max open files")).unwrap().split_whitespace().collect();
    assert_eq!(line[3], line[4], "soft and hard: {line:?}");
    assert_ne!(line[3], "200");
}

#[test]
fn a_proxy_without_a_header_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let https = |header: Option<&str>| {
        let mut command = serve(folder.path(), "sqlite:proxy.db");
        command.env("LINLI_PUBLIC_URL", "https://linli.example").env("ROCKET_PORT", "0");
        header.map(|header| command.env("ROCKET_IP_HEADER", header));
        command
    };
    for (header, warnings) in [(None, 1), (Some("X-Real-IP"), 0)] {
        let mut child = https(header).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_secs(2));
        crate::support::terminate(i32::try_from(child.id()).unwrap());
        assert!(child.wait().unwrap().success());
        let log = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
        assert_eq!(log.matches("ROCKET_IP_HEADER names no header").count(), warnings, "{log}");
        assert!(!log.contains('\u{1b}'), "colours in a log that is no terminal: {log}");
    }
}

#[test]
fn a_broken_start_is_not_waited_for() {
    let Some(url) = app::fresh_database(Engine::Postgres) else { return };
    let mut program = Program::start(&url);
    program.is_well_within(10);
    let id = i32::try_from(program.pid()).unwrap();
    crate::support::terminate(id);
    assert_eq!(program.ends_within(10), Some(true));
    assert!(eventually(std::time::Duration::from_secs(1), || program.get("/livez").0 == 0));
}

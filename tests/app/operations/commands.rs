//! The command line meets wrong paths, wrong keys and files that are no databases: a sentence, no new city, no silence.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::execute;
use crate::support::program::{Program, linli, said};
use crate::support::{Engine, app, postgres};

const TOKEN: [&str; 6] = ["token", "add", "--role", "city_admin", "--name", "kiosk"];

/// A folder with a database of a city in it, and another that is empty.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn with_a_city() -> Self {
        let (desk, template) = (Self::new(), app::fresh_database(Engine::Sqlite).unwrap());
        fs::copy(template.trim_start_matches("sqlite:"), desk.path("linli.db")).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What a command says of the database of that name.
    fn says(&self, database: &str, arguments: &[&str]) -> (bool, String) {
        let mut command = linli(&format!("sqlite:{database}"), arguments);
        command.current_dir(self.folder.path());
        said(command)
    }

    fn files(&self) -> Vec<String> {
        let found = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = found.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[track_caller]
fn fails_with((well, said): &(bool, String), sentence: &str) {
    assert!(!well && said.contains(sentence), "{said}");
    assert!(!said.contains("Kind(") && !said.contains("Error {") && !said.contains("panicked"), "speaks Debug: {said}");
}

fn rights(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_mistyped_path_makes_no_city() {
    let desk = Desk::new();
    for arguments in [&["backup", "copy.db"][..], &["check"], &TOKEN] {
        fails_with(&desk.says("missing.db", arguments), "there is no database at missing.db");
    }
    let mut add =
        linli("sqlite:missing.db", &["account", "add", "--login", "root", "--name", "根", "--role", "city_admin"]);
    add.current_dir(desk.folder.path()).env_remove("LINLI_KEY");
    fails_with(&said(add), "there is no database at missing.db");
    assert!(desk.files().is_empty(), "made of a mistyped path: {:?}", desk.files());
}

#[test]
fn what_is_no_linli_database_is_not_whole() {
    let desk = Desk::new();
    fs::write(desk.path("empty.db"), "").unwrap();
    fs::write(desk.path("text.db"), "not a database, but long enough to have a header\n".repeat(100)).unwrap();
    for arguments in [&["backup", "copy.db"][..], &["check"], &TOKEN] {
        fails_with(&desk.says("empty.db", arguments), "empty.db is no Linli database");
        fails_with(&desk.says("text.db", arguments), "text.db cannot be used: it is no SQLite database");
    }
    assert!(!desk.path("copy.db").exists() && !desk.path("copy.db.part").exists());
}

#[test]
fn a_backup_is_whole_and_its_owners_alone() {
    let desk = Desk::with_a_city();
    let (well, told) = desk.says("linli.db", &["backup", "copy.db"]);
    assert!(well && told.contains("The database is in copy.db"), "{told}");
    assert_eq!(rights(&desk.path("copy.db")), 0o600);
    fails_with(&desk.says("linli.db", &["backup", "copy.db"]), "copy.db exists");
    fails_with(&desk.says("linli.db", &["backup", "nowhere/copy.db"]), "nowhere/copy.db");
    let (well, told) = desk.says("copy.db", &["check"]);
    assert!(well && told.contains("The database is whole."), "{told}");
    assert!(!desk.files().iter().any(|name| name.ends_with(".part")), "{:?}", desk.files());
}

#[test]
fn damage_is_told() {
    let desk = Desk::with_a_city();
    let mut bytes = fs::read(desk.path("linli.db")).unwrap();
    let half = bytes.len() / 2;
    bytes[half..half + 40_000].fill(0x5a);
    fs::write(desk.path("linli.db"), bytes).unwrap();
    let (well, told) = desk.says("linli.db", &["check"]);
    assert!(!well && !told.contains("is whole"), "{told}");
}

#[test]
fn files_with_names_in_them_are_their_owners_alone() {
    let desk = Desk::new();
    let mut migrate = linli("sqlite:new.db", &["migrate"]);
    migrate.current_dir(desk.folder.path()).env_remove("LINLI_KEY");
    assert!(said(migrate).0);
    for name in desk.files() {
        assert_eq!(rights(&desk.path(&name)), 0o600, "{name}");
    }
    // As they were made before.
    fs::set_permissions(desk.path("new.db"), fs::Permissions::from_mode(0o644)).unwrap();
    let mut check = linli("sqlite:new.db", &["check"]);
    check.current_dir(desk.folder.path()).env_remove("LINLI_KEY");
    let (well, told) = said(check);
    assert!(well && told.contains("The key is the one it was made with, and opens its data keys."), "{told}");
    assert_eq!(rights(&desk.path("new.db")), 0o600);
}

/// A city whose key is known, and one that speaks of another key: every command that works with it refuses.
fn a_wrong_key_is_noticed(url: &str) {
    let (well, told) = said(linli(url, &["migrate"]));
    assert!(well, "{told}");
    const SENTENCE: &str = "this key is not the one this database was made with";
    for arguments in [&["serve"][..], &["migrate"], &["demo"], &["check"], &TOKEN] {
        let mut command = linli(url, arguments);
        command.env("LINLI_KEY", "08".repeat(32));
        fails_with(&said(command), SENTENCE);
    }
    let (well, told) = said(linli(url, &TOKEN));
    assert!(well, "the right key still works: {told}");
    let (well, told) = said(linli(url, &["check"]));
    assert!(well && told.contains("The key is the one"), "{told}");
    let mut without = linli(url, &["check"]);
    without.env_remove("LINLI_KEY");
    let (well, told) = said(without);
    assert!(well && told.contains("Its key is not here"), "{told}");
}

/// A data key that was altered, or wrapped by another secret.
fn a_data_key_that_does_not_open_is_noticed(url: &str) {
    let (well, told) = said(linli(url, &["migrate"]));
    assert!(well, "{told}");
    let (well, told) = said(linli(url, &["check"]));
    assert!(well && told.contains("and opens its data keys"), "{told}");
    app::runtime().block_on(execute(url, "update data_keys set wrapped = 'AAAA' || substr(wrapped, 5)"));
    for arguments in [&["serve"][..], &["migrate"], &["check"], &["key", "rotate"], &["key", "list"], &TOKEN] {
        fails_with(&said(linli(url, arguments)), "data key 1 of this database does not open with this key");
    }
}

#[test]
fn a_data_key_that_does_not_open_is_noticed_sqlite() {
    let desk = Desk::with_a_city();
    a_data_key_that_does_not_open_is_noticed(&format!("sqlite:{}", desk.path("linli.db").display()));
}

#[test]
fn a_data_key_that_does_not_open_is_noticed_postgres() {
    if let Some(url) = app::fresh_database(Engine::Postgres) {
        a_data_key_that_does_not_open_is_noticed(&url);
    }
}

#[test]
fn a_wrong_key_is_noticed_sqlite() {
    let desk = Desk::with_a_city();
    a_wrong_key_is_noticed(&format!("sqlite:{}", desk.path("linli.db").display()));
}

#[test]
fn a_wrong_key_is_noticed_postgres() {
    if let Some(url) = app::fresh_database(Engine::Postgres) {
        a_wrong_key_is_noticed(&url);
    }
}

/// A database that this program must not touch, as its record of migrations says.
fn is_refused(url: &str, change: &str, sentence: &str) {
    app::runtime().block_on(execute(url, change));
    for arguments in [&["serve"][..], &["migrate"], &["check"], &TOKEN] {
        fails_with(&said(linli(url, arguments)), sentence);
    }
}

const NEWER: &str = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                     select 99999999, 'to come', success, checksum, 0 from _sqlx_migrations where version = 1";

#[test]
fn a_database_of_another_program_is_refused() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for (change, sentence) in [
            (
                NEWER,
                "this database was made by a newer Linli (migration 99999999); start that one, or put the backup back",
            ),
            // As one from before the first release: its migrations have other contents.
            (
                "update _sqlx_migrations set checksum = (select checksum from _sqlx_migrations where version = 3)
                 where version = 1",
                "this database was made by another Linli: its migration 1 is not this program's",
            ),
            (
                "update _sqlx_migrations set success = false where version = 3",
                "migration 3 of this database began and did not end",
            ),
        ] {
            let Some(url) = app::fresh_database(engine) else { return };
            is_refused(&url, change, sentence);
        }
    }
}

#[test]
fn a_demo_does_not_mix_with_a_city() {
    let desk = Desk::with_a_city();
    fails_with(&desk.says("linli.db", &["demo"]), "the database has accounts already");
}

#[test]
fn a_command_says_why_postgres_is_not_there() {
    if postgres::cluster().is_none() {
        return;
    }
    let port = crate::support::process::free_port();
    let nobody = format!("postgres://linli:secret@127.0.0.1:{port}/linli");
    let told = said(linli(&nobody, &["migrate"]));
    fails_with(&told, &format!("the database (linli at 127.0.0.1:{port}) is in trouble: it cannot be reached"));
    assert!(!told.1.contains("secret"), "{}", told.1);
    let missing = postgres::cluster().unwrap().url("no_such_city");
    fails_with(&said(linli(&missing, &["check"])), "it is not there: database \"no_such_city\" does not exist");
}

/// What a command is told on its standard input.
fn told(mut command: std::process::Command, input: &str) -> (bool, String) {
    use std::io::Write as _;
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

/// The password that a command takes is the one that the page takes, with its spaces and full-width letters.
#[test]
fn a_password_is_one_wherever_it_is_typed() {
    let desk = Desk::with_a_city();
    let url = format!("sqlite:{}", desk.path("linli.db").display());
    let add = |login: &str, name: &str, password: &str| {
        let at = ["account", "add", "--role", "city_admin", "--login", login, "--name", name];
        told(linli(&url, &at), password)
    };
    let (well, said) = add("root", "根", "correct-harbour-tulip \r\n");
    assert!(well && said.contains("root can sign in"), "{said}");
    let (well, said) = add("wide", "宽", "　ｃｏｒｒｅｃｔ-harbour-tulip\n");
    assert!(well, "{said}");
    for (password, fault) in [
        ("correct-har  \n", "At least 12 characters"),
        ("          x \n", "At least 12 characters"),
        ("linlilinlilinli\n", "too easy to guess"),
        ("Guan li yuan zhang\n", "too easy to guess"),
    ] {
        let (well, said) = add("admin", "guan li yuan zhang", password);
        assert!(!well && said.contains(fault), "{password:?}: {said}");
    }
    for name in ["\u{200b}\u{200b}", "A\u{202e}txt", ""] {
        let (well, said) = add("other", name, "correct-harbour-tulip\n");
        assert!(!well && said.contains("name: "), "{name:?}: {said}");
        let (well, said) = said_of_token(&url, name);
        assert!(!well && said.contains("name: "), "{name:?}: {said}");
    }
    let program = Program::start(&url);
    program.is_well_within(20);
    for login in ["root", "wide"] {
        for typed in
            ["correct-harbour-tulip", "correct-harbour-tulip ", " correct-harbour-tulip", "ｃorrect-harbour-tulip"]
        {
            let form = form_urlencoded::Serializer::new(String::new())
                .append_pair("login", login)
                .append_pair("password", typed)
                .finish();
            let (status, answer) = program.post("/sign-in", "", &form);
            assert_eq!(status, 303, "{login}, {typed:?}: {answer}");
        }
        let (status, _) = program.post("/sign-in", "", &format!("login={login}&password=correct-harbour-tuli"));
        assert_eq!(status, 422);
    }
}

fn said_of_token(url: &str, name: &str) -> (bool, String) {
    said(linli(url, &["token", "add", "--role", "city_admin", "--name", name]))
}

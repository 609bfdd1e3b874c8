//! Files: what is kept is what is read, sealed where it must be, and gone when it is forgotten.

use linli::error::Error;
use linli::files::{self, CheckedFile, FileAnswer, FileId, FileKind, KeptFile, Secrecy};
use linli::store::Sealer;
use rocket::local::asynchronous::Client;
use rocket::{State, get, routes};

use crate::support::app::{Engine, TestApp, run};

const SECRET: &[u8] = b"%PDF-1.7 the certificate of Chen Ying";

/// A file of three pieces.
fn long() -> CheckedFile {
    let bytes = [SECRET, &(0..600_000_u32).map(|n| (n % 251) as u8).collect::<Vec<_>>()].concat();
    files::check("证明 1.pdf", bytes, FileKind::ALL).unwrap()
}

async fn keep(app: &TestApp, file: &CheckedFile, secrecy: Secrecy) -> FileId {
    let mut tx = app.begin().await;
    let id = files::keep(app.clock.now(), &mut tx, &app.sealer, file, secrecy).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn read(app: &TestApp, sealer: &Sealer, id: FileId) -> Result<KeptFile, Error> {
    files::read(&mut app.db().read().await.unwrap(), sealer, id).await
}

/// All that lies in the tables, as whoever steals them has it.
async fn lies(app: &TestApp) -> Vec<u8> {
    let mut conn = app.db().read().await.unwrap();
    let pieces: Vec<(Vec<u8>,)> =
        sqlx::query_as("select content from file_pieces order by file_id, number").fetch_all(&mut *conn).await.unwrap();
    let names: Vec<(String, String)> =
        sqlx::query_as("select name, digest from files").fetch_all(&mut *conn).await.unwrap();
    let names = names.into_iter().flat_map(|(name, digest)| (name + &digest).into_bytes());
    pieces.into_iter().flat_map(|(content,)| content).chain(names).collect()
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

fn what_is_kept_is_read_and_forgotten(engine: Engine) {
    run(engine, |app| async move {
        let file = long();
        let plain = keep(&app, &file, Secrecy::Plain).await;
        let other =
            keep(&app, &files::check("a.txt", b"a,b".to_vec(), &[FileKind::Text]).unwrap(), Secrecy::Plain).await;
        let kept = read(&app, &app.sealer, plain).await.unwrap();
        assert_eq!((kept.kind, kept.name.as_str()), (FileKind::Pdf, "证明 1.pdf"));
        assert!(kept.bytes == file.bytes());
        assert_eq!(app.number("select count(*) from file_pieces").await, 4);
        assert!(holds(&lies(&app).await, SECRET));

        let mut tx = app.begin().await;
        files::forget(&mut tx, plain).await.unwrap();
        files::forget(&mut tx, plain).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(read(&app, &app.sealer, plain).await, Err(Error::NotFound)));
        assert_eq!(app.number("select count(*) from file_pieces").await, 1);
        assert_eq!(read(&app, &app.sealer, other).await.unwrap().bytes, b"a,b");
    });
}

fn what_is_sealed_tells_nothing_and_is_not_moved(engine: Engine) {
    run(engine, |app| async move {
        let file = long();
        let id = keep(&app, &file, Secrecy::Sealed).await;
        assert!(read(&app, &app.sealer, id).await.unwrap().bytes == file.bytes());
        let lies = lies(&app).await;
        assert!(!holds(&lies, b"Chen Ying") && !holds(&lies, "证明".as_bytes()));
        let other = Sealer::new(&[9; 32]);
        assert!(matches!(read(&app, &other, id).await, Err(Error::Internal(_))), "another key");
        app.execute("update file_pieces set number = 9 - number where number in (0, 9)").await;
        assert!(matches!(read(&app, &app.sealer, id).await, Err(Error::Internal(_))), "another order");
    });
}

fn what_was_altered_is_not_handed_out(engine: Engine) {
    run(engine, |app| async move {
        let id = keep(&app, &long(), Secrecy::Plain).await;
        app.execute("delete from file_pieces where number = 1").await;
        assert!(matches!(read(&app, &app.sealer, id).await, Err(Error::Internal(_))));
    });
}

#[get("/<how>")]
fn answer(how: &str, file: &State<KeptFile>) -> FileAnswer {
    let file = KeptFile::clone(file);
    if how == "shown" { FileAnswer::shown(file) } else { FileAnswer::attachment(file) }
}

#[tokio::test]
async fn only_pictures_are_shown() {
    let mut seen = Vec::new();
    for (kind, name) in [(FileKind::Jpeg, "a.jpg"), (FileKind::Text, "名 册.csv")] {
        let file = KeptFile { kind, name: name.to_owned(), bytes: b"<script>".to_vec() };
        let client = Client::untracked(rocket::build().manage(file).mount("/", routes![answer])).await.unwrap();
        for how in ["/shown", "/attachment"] {
            let answer = client.get(how).dispatch().await;
            assert_eq!(answer.headers().get_one("X-Content-Type-Options"), Some("nosniff"));
            seen.push(answer.headers().get_one("Content-Disposition").unwrap().to_owned());
        }
    }
    assert_eq!(
        seen,
        [
            "inline; filename=\"a.jpg\"; filename*=UTF-8''a.jpg",
            "attachment; filename=\"a.jpg\"; filename*=UTF-8''a.jpg",
            "attachment; filename=\"___.csv\"; filename*=UTF-8''%E5%90%8D%20%E5%86%8C.csv",
            "attachment; filename=\"___.csv\"; filename*=UTF-8''%E5%90%8D%20%E5%86%8C.csv",
        ]
    );
}

#[test]
fn what_is_kept_is_read_and_forgotten_sqlite() {
    what_is_kept_is_read_and_forgotten(Engine::Sqlite);
}

#[test]
fn what_is_kept_is_read_and_forgotten_postgres() {
    what_is_kept_is_read_and_forgotten(Engine::Postgres);
}

#[test]
fn what_is_sealed_tells_nothing_and_is_not_moved_sqlite() {
    what_is_sealed_tells_nothing_and_is_not_moved(Engine::Sqlite);
}

#[test]
fn what_is_sealed_tells_nothing_and_is_not_moved_postgres() {
    what_is_sealed_tells_nothing_and_is_not_moved(Engine::Postgres);
}

#[test]
fn what_was_altered_is_not_handed_out_sqlite() {
    what_was_altered_is_not_handed_out(Engine::Sqlite);
}

#[test]
fn what_was_altered_is_not_handed_out_postgres() {
    what_was_altered_is_not_handed_out(Engine::Postgres);
}

//! A disk that fills up in the middle of the day: told plainly, nothing acknowledged lost, and over when there is space.

use std::time::{Duration, Instant};

use super::{Door, number};
use crate::support::program::Program;
use crate::support::{Engine, app, disk::SmallDisk, postgres};

const CROWD: i64 = 20_000;

/// What a crowd heard at the door of a disk that is full and then is not.
struct Heard {
    admitted: usize,
    log: String,
}

/// Lets a crowd in until the disk is full, sees what everybody is told, gives the space back, and lets more in.
fn a_crowd_meets_a_full_disk(url: &str, door: &Door, disk: &SmallDisk) -> Heard {
    let program = Program::start(url);
    program.is_well_within(10);
    let mut people = 1..=CROWD;
    let mut admitted = 0;
    let mut lets_one_in = |admitted: &mut usize| {
        let (status, answer) = door.lets_in(&program, people.next().expect("the crowd is large enough"));
        assert!(matches!(status, 201 | 503), "{answer}\n{}", program.log());
        *admitted += usize::from(status == 201);
        (status, answer)
    };
    assert_eq!(lets_one_in(&mut admitted).0, 201);

    disk.fill(150_000);
    let refused = loop {
        let (status, answer) = lets_one_in(&mut admitted);
        if status == 503 {
            break answer;
        }
    };
    assert!(refused.contains("\"code\":\"unavailable\"") && refused.contains("retry-after: "), "{refused}");
    // A little may still fit; a page with a sentence, then, and none but 503 of what does not.
    let large = "长".repeat(20);
    let page = (0..2_000).map(|n| door.writes(&program, &format!("{large}{n}"))).find(|(status, _)| *status != 303);
    let (status, page) = page.expect("the disk is full for pages too");
    assert!(status == 503 && page.contains("请过一会儿再试"), "{page}");
    let items: Vec<_> = (0..500)
        .map(|n| serde_json::json!({"request_id": crate::check_in::request(), "session_id": 1, "person_id": CROWD - n}))
        .collect();
    let batch = serde_json::json!({ "items": items }).to_string();
    let (status, answer) = program.post_json("/api/v1/checkins/batch", &door.token, &batch);
    assert_eq!(status, 503, "a delivery is not answered with nothing: {answer}");
    let sick = crate::support::process::eventually(Duration::from_secs(15), || program.get("/healthz").0 == 503);
    assert!(sick, "{:?}", program.get("/healthz"));
    assert_eq!(program.get("/livez").0, 200);
    assert_eq!(door.reads(&program), 200, "people still read");

    disk.clear();
    let began = Instant::now();
    while lets_one_in(&mut admitted).0 != 201 {
        assert!(began.elapsed() < Duration::from_secs(10), "nobody is let in again\n{}", program.log());
    }
    eprintln!("writing again {:?} after there was space", began.elapsed());
    for _ in 0..20 {
        assert_eq!(lets_one_in(&mut admitted).0, 201);
    }
    assert_eq!(door.writes(&program, "后来的人").0, 303);
    program.is_well_within(5);
    Heard { admitted, log: program.log() }
}

fn lines_with<'a>(log: &'a str, text: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(text)).collect()
}

#[test]
fn a_full_disk_is_told_and_over_by_itself_sqlite() {
    let Some(template) = app::fresh_database(Engine::Sqlite) else { return };
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk"), 40, None) else { return };
    let file = disk.path.join("linli.db");
    std::fs::copy(template.trim_start_matches("sqlite:"), &file).unwrap();
    let url = format!("sqlite:{}", file.display());
    app::runtime().block_on(async {
        let door = Door::open(&url, CROWD).await;
        let heard = tokio::task::block_in_place(|| a_crowd_meets_a_full_disk(&url, &door, &disk));
        let told = lines_with(&heard.log, "its disk is full");
        assert!(told.len() == 1 && told[0].contains(&*file.to_string_lossy()), "{}", heard.log);
        assert!(lines_with(&heard.log, "internal error").is_empty(), "{}", heard.log);
        assert!(number(&url, "select count(*) from attendances").await >= heard.admitted as i64);
        assert_eq!(number(&url, "select count(*) from pragma_integrity_check where integrity_check = 'ok'").await, 1);
    });
}

#[test]
fn a_full_disk_is_told_and_over_by_itself_postgres() {
    if postgres::cluster().is_none() {
        return;
    }
    let Some((cluster, disk)) = postgres::Cluster::start_on_small_disk(120) else { return };
    app::runtime().block_on(async {
        cluster.create_database("full", None).await;
        let url = cluster.url("full");
        app::fill(&url).await;
        let door = Door::open(&url, CROWD).await;
        let heard = tokio::task::block_in_place(|| a_crowd_meets_a_full_disk(&url, &door, &disk));
        assert_eq!(lines_with(&heard.log, "its disk is full").len(), 1, "{}", heard.log);
        assert!(lines_with(&heard.log, "internal error").is_empty(), "{}", heard.log);
        assert!(number(&url, "select count(*) from attendances").await >= heard.admitted as i64);
    });
}

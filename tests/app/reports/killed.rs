//! kill -9 while sessions are closed, visits voided, hours confirmed and people made one, between that and its being counted anew, and in
//! the middle of counting: nothing that is kept is told where it is stale, and every figure is as recounted.

use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use linli::clock::{Clock, Timestamp, Zone};
use linli::figures::refresh::{REFRESH, check, refresh};
use serde_json::{Value, json};

use super::month::{Held, Month};
use super::recount::Rows;
use super::{assert_same, by_key, figures};
use crate::check_in::settle;
use crate::support::load::{load, post_json};
use crate::support::program::{Program, linli};
use crate::support::{Engine, TestApp, app};

const SESSIONS: usize = 60;
const CONNECTIONS: usize = 6;
const DAY: i64 = 86_400_000;

/// The server's clock is the real one; the test's is held there.
fn is_now(app: &TestApp) -> Timestamp {
    let now = Clock::system().now().0;
    app.clock.set(now);
    now
}

async fn pairs(app: &TestApp, sql: &'static str) -> Vec<(i64, i64)> {
    sqlx::query_as(sql).fetch_all(&mut *app.db().read().await.unwrap()).await.expect(sql)
}

/// Sessions of three months, half of them closed, and people who were there; what is to be done to them, as it goes over the wire.
async fn prepare(app: &TestApp, token: &str) -> Vec<Vec<u8>> {
    let now = is_now(app);
    let mut month = Month::begin(app).await;
    let (mut people, mut planned) = (Vec::new(), Vec::new());
    for n in 0..SESSIONS {
        let (status, ago) = (if n % 2 == 0 { "planned" } else { "completed" }, i64::try_from(n % 3).unwrap());
        let held = Held { status, kind: 1 + ago, ..Held::default() };
        let session = month.unbooked(Timestamp(now.0 - (2 + 33 * ago) * DAY), 60, held).await;
        for part in ["participant", "participant", "volunteer"] {
            let person = month.person(Some("1950-05-01")).await;
            month.attend(session, person, part).await;
            people.push(person);
        }
        // Who is merged was here and there, and sometimes at the same one.
        if let Some(earlier) = people.iter().rev().nth(n % 5 + 3) {
            month.attend(session, *earlier, "participant").await;
        }
        if status == "planned" {
            planned.push(session);
        }
    }
    month.commit().await;
    // Once the months were kept they are there to be stale.
    refresh(app.db(), app.clock.now()).await.unwrap();
    let mut tx = app.begin().await;
    linli::jobs::ask(&mut tx, REFRESH, "", now).await.unwrap();
    tx.commit().await.unwrap();
    let good = "select t.session_id, t.id from attendances t join sessions s on s.id = t.session_id
                where s.status = 'completed' and t.voided_at is null order by t.id desc limit 60";
    let helped = "select t.session_id, t.id from attendances t join sessions s on s.id = t.session_id
                  where s.status = 'completed' and t.part = 'volunteer' and t.voided_at is null order by t.id desc limit 60";
    let helped = pairs(app, helped).await;
    let mut sent = Vec::new();
    let mut ask = |path: String, body: Value| sent.push(post_json(&path, token, &body.to_string()));
    let visits = pairs(app, good).await;
    for (n, (session, attendance)) in visits.into_iter().enumerate() {
        if let Some(planned) = planned.get(n / 2).filter(|_| n % 2 == 0) {
            ask(format!("/api/v1/sessions/{planned}/closing"), json!({"summary": "大家高兴"}));
        }
        ask(format!("/api/v1/sessions/{session}/checkins/{attendance}/void"), json!({"reason": "点错了人"}));
        if let Some((session, volunteer)) = helped.get(n).filter(|_| n % 3 == 1) {
            let hours = json!({"attendance": volunteer, "minutes": 45, "reason": "看了签到表"});
            ask(format!("/api/v1/sessions/{session}/hours"), hours);
        }
        if let Some([kept, merged]) = people.get(n * 2..n * 2 + 2) {
            ask("/api/v1/people/merges".to_owned(), json!({"kept": kept, "merged": merged}));
        }
    }
    sent
}

/// Sends it all to a server that is killed after `life`, and with it, in every other round, a `linli rebuild`; how much was done.
async fn storm(url: &str, sent: Vec<Vec<u8>>, round: u64) -> usize {
    let life = Duration::from_millis(120 + round * 467 % 1_400);
    let program = Program::start(url);
    program.is_well_within(30);
    let stop: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
    let address = program.address;
    let sending = tokio::spawn(async move {
        load(&[address], CONNECTIONS, stop, move |n| sent.get(usize::try_from(n).unwrap()).cloned()).await
    });
    let rebuild: Option<Child> = (round % 2 == 1).then(|| linli(url, &["rebuild"]).spawn().unwrap());
    tokio::time::sleep(life).await;
    if let Some(mut rebuild) = rebuild {
        _ = rebuild.kill();
        _ = rebuild.wait();
    }
    drop(program);
    stop.store(true, Ordering::Relaxed);
    let heard = sending.await.unwrap();
    heard.count(200) + heard.count(201) + heard.count(204)
}

/// How many months lie there as they were before something was changed.
const OUTDATED: &str =
    "select count(*) from figure_sets f join marks m on m.center_id = f.center_id and m.month = f.span
     where f.built_from <> m.version";

/// Kills a `linli rebuild` that has counted some months and not all; whether it was caught at that.
async fn is_killed_while_counting(app: &TestApp, url: &str) -> bool {
    let months = "select count(*) from marks";
    let kept = "select count(*) from figure_sets f join marks m on m.center_id = f.center_id and m.month = f.span";
    let all = app.number(months).await;
    let mut rebuild = linli(url, &["rebuild"]).spawn().unwrap();
    let mut some = all;
    while rebuild.try_wait().unwrap().is_none() {
        some = app.number(kept).await;
        if 0 < some && some < all {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    _ = rebuild.kill();
    _ = rebuild.wait();
    settle(app).await;
    // It may have gone on until the signal came.
    let left = app.number(kept).await;
    0 < some && some < all && left < all
}

/// What is kept and good is what the rows say, and so is what is told: here, and by the server that is started again.
async fn is_as_recounted(app: &TestApp, again: &Program, what: &str) {
    let problems = linli::store::problems(app.db()).await.unwrap();
    assert!(problems.is_empty(), "{what}: {problems:?}");
    let wrong = check(&mut app.db().read().await.unwrap(), |_| ()).await.unwrap();
    assert!(wrong.is_empty(), "{what}: {wrong:#?}");
    let (rows, now) = (Rows::load(app).await, app.clock.now().0);
    let today = Zone::SHANGHAI.date(now);
    let every: Vec<i64> = (1..=25).collect();
    let spring = (today.minus_days(100).to_string(), today.plus_days(1).to_string());
    let spring = (spring.0.as_str(), spring.1.as_str());
    let expected = rows.figures(&every, spring.0, spring.1, now);
    assert_same(&figures(app, "ada", "city", spring).await, &expected, what);
    let token = app.token_text("ada").await;
    let path = format!("/api/v1/summary?scope=city&from={}&to={}", spring.0, spring.1);
    let (status, answer) = again.get_with_token(&path, &token);
    assert_eq!(status, 200, "{what}: {answer}");
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    assert_same(&by_key(&serde_json::from_str(body).unwrap()), &expected, &format!("{what}, started again"));
    for ago in [2, 35, 68] {
        let month = linli::clock::Month::of(today.minus_days(ago));
        let month = (month.first().to_string(), month.end().to_string());
        let expected = rows.figures(&[1], &month.0, &month.1, now);
        let found = figures(app, "ann", "center:1", (&month.0, &month.1)).await;
        assert_same(&found, &expected, &format!("{what}, {}", month.0));
    }
}

fn nothing_is_stale_after_a_kill(engine: Engine) {
    let rounds: u64 = std::env::var("LINLI_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(6);
    let Some(url) = app::fresh_database(engine) else { return };
    app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        is_now(&app);
        let token = app.token_text("ann").await;
        let (mut done, mut outdated, mut halved) = (0, 0, 0);
        for round in 0..rounds {
            let sent = prepare(&app, &token).await;
            done += storm(&url, sent, round).await;
            settle(&app).await;
            is_now(&app);
            outdated += u64::from(app.number(OUTDATED).await > 0);
            if round % 3 == 2 {
                halved += u64::from(is_killed_while_counting(&app, &url).await);
            }
            let again = Program::start(&url);
            again.is_well_within(30);
            is_as_recounted(&app, &again, &format!("round {round}")).await;
            drop(again);
            settle(&app).await;
            refresh(app.db(), app.clock.now()).await.unwrap();
            let wrong = check(&mut app.db().read().await.unwrap(), |_| ()).await.unwrap();
            assert!(wrong.is_empty(), "round {round}, counted anew: {wrong:#?}");
        }
        println!("{done} done in {rounds} rounds; {outdated} left old months, {halved} some of them alone");
        assert!(done > usize::try_from(rounds).unwrap() * 4, "hardly anything was done: {done}");
        assert!(outdated >= rounds / 3, "it was hardly ever killed between a change and its being counted: {outdated}");
        assert!(rounds < 6 || halved > 0, "it was never killed while it counted");
    });
}

#[test]
fn nothing_is_stale_after_a_kill_sqlite() {
    nothing_is_stale_after_a_kill(Engine::Sqlite);
}

#[test]
fn nothing_is_stale_after_a_kill_postgres() {
    nothing_is_stale_after_a_kill(Engine::Postgres);
}

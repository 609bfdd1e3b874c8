//! Many who want a place at the same moment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rocket::futures::future::{join, join_all};
use serde_json::json;

use super::{cancels, place_of, planned, registers, who};
use crate::check_in::{another, request};
use crate::support::load::{load, post_json};
use crate::support::server::Server;
use crate::support::{Engine, TestApp, User, app, on_both_engines};

/// Seats, of which so many are kept.
const SEATS: i64 = 10;
const KEPT: i64 = 4;

/// How often; more where there is time.
fn rounds() -> i64 {
    std::env::var("LINLI_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3)
}

/// Ten seats with four of them kept, a hundred people, and of them the last thirty elderly.
async fn hundred(app: &TestApp) {
    let terms = json!({"mode": "recommended", "waitlist": true, "kept": KEPT, "kept_hours": 24});
    planned(app, Some(SEATS), terms, (100, 0)).await;
    app.execute("update people set birth_date = '1940-01-01' where id > 70").await;
}

/// Heads with a place at a session, and those of them who are no priority group's; none where the database has no time for it.
async fn heads(app: &TestApp, session: i64) -> Option<(i64, i64)> {
    let mut conn = app.db().read().await.ok()?;
    sqlx::query_as(
        "select cast(coalesce(sum(r.heads), 0) as bigint), cast(coalesce(sum(case when p.birth_date is null then r.heads else 0 end), 0) as bigint)
         from registrations r join people p on p.id = r.person_id where r.session_id = $1 and r.state = 'confirmed'",
    )
    .bind(session)
    .fetch_one(&mut *conn)
    .await
    .ok()
}

/// Never more than there are, and never fewer kept than promised; gives how many are taken.
fn hold((taken, outsiders): (i64, i64), state: &str) -> i64 {
    assert!(taken <= SEATS && outsiders <= SEATS - KEPT, "{state}: {taken} seats taken, {outsiders} by outsiders");
    taken
}

async fn taken(app: &TestApp, session: i64, state: &str) -> i64 {
    hold(heads(app, session).await.unwrap(), state)
}

/// Does it all, and looks again and again meanwhile.
async fn watched<T>(app: &TestApp, session: i64, state: &str, all: impl Future<Output = T>) -> T {
    let is_over = AtomicBool::new(false);
    let work = async {
        let done = all.await;
        is_over.store(true, Ordering::Relaxed);
        done
    };
    let look = async {
        while !is_over.load(Ordering::Relaxed) {
            if let Some(heads) = heads(app, session).await {
                hold(heads, state);
            }
            rocket::tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    join(work, look).await.0
}

/// Who is in a state, in the order in which it was asked for: whoever held the session's row first.
async fn in_order(app: &TestApp, session: i64, state: &str) -> Vec<i64> {
    sqlx::query_scalar("select person_id from registrations where session_id = $1 and state = $2 order by id")
        .bind(session)
        .bind(state.to_owned())
        .fetch_all(&mut *app.db().read().await.unwrap())
        .await
        .unwrap()
}

/// The waitlist has the elderly first, each group in the order in which they came.
async fn line_is_right(app: &TestApp, ann: &User<'_>, session: i64, state: &str) -> Vec<i64> {
    let line = who(ann, session, "waiting").await;
    let mut expected: Vec<i64> = sqlx::query_scalar(
        "select person_id from registrations where session_id = $1 and state = 'waiting' order by made_at, id",
    )
    .bind(session)
    .fetch_all(&mut *app.db().read().await.unwrap())
    .await
    .unwrap();
    expected.sort_by_key(|person| *person <= 70);
    assert_eq!(line, expected, "{state}");
    line
}

/// As long as nobody has given anything up, the first of each group have the seats.
async fn first_come_are_served(app: &TestApp, session: i64, state: &str) {
    let all: Vec<(i64, String)> = sqlx::query_as(
        "select person_id, state from registrations where session_id = $1 and state in ('confirmed', 'waiting') order by id",
    )
    .bind(session)
    .fetch_all(&mut *app.db().read().await.unwrap())
    .await
    .unwrap();
    for is_old in [false, true] {
        let group: Vec<&str> =
            all.iter().filter(|(person, _)| (*person > 70) == is_old).map(|(_, state)| state.as_str()).collect();
        let waits = group.iter().position(|state| *state == "waiting").unwrap_or(group.len());
        assert!(group[waits..].iter().all(|state| *state == "waiting"), "{state}: {all:?}");
    }
}

/// Who has a place after everybody in this line was asked in turn.
fn next(line: &[i64]) -> Vec<i64> {
    let (mut placed, mut outsiders) = (Vec::new(), 0);
    for person in line {
        let outside = *person <= 70;
        if placed.len() as i64 == SEATS || outside && outsiders == SEATS - KEPT {
            break;
        }
        outsiders += i64::from(outside);
        placed.push(*person);
    }
    placed.sort_unstable();
    placed
}

/// One that finds the database busy comes again, as a good client does.
async fn wants(ann: &User<'_>, session: i64, person: i64) -> u16 {
    loop {
        let answer = registers(ann, session, person, 0).await;
        if answer.status.code != 503 {
            return answer.status.code;
        }
    }
}

async fn gives_up(app: &TestApp, ann: &User<'_>, session: i64, person: i64) -> u16 {
    loop {
        let answer = cancels(app, ann, session, person).await;
        if answer.status.code != 503 {
            return answer.status.code;
        }
    }
}

/// On the telephone.
async fn says_no(ann: &User<'_>, path: &str) -> u16 {
    loop {
        let answer = ann.post_json(path, json!({"answer": "cannot"})).await;
        if answer.status.code != 503 {
            return answer.status.code;
        }
    }
}

on_both_engines! {
    async fn a_hundred_for_ten_seats_are_ten_and_four_are_kept(app: TestApp) {
        hundred(&app).await;
        let ann = app.token("ann").await;
        for round in 0..rounds() {
            let (session, state) = (round + 2, format!("round {round}"));
            if round > 0 {
                another(&app, &format!("round{round}"), "2026-03-10", Some(SEATS), None).await;
            }
            let all = join_all((1..=100).map(|person| wants(&ann, session, person)));
            let all = watched(&app, session, &state, all).await;
            assert!(all.iter().all(|code| *code == 201), "{state}: {all:?}");
            assert_eq!(taken(&app, session, &state).await, SEATS, "{state}");
            first_come_are_served(&app, session, &state).await;
            let line = line_is_right(&app, &ann, session, &state).await;
            assert_eq!(line.len(), 90, "{state}");
            // All give up at once: as many move up, in the line's order.
            let placed = in_order(&app, session, "confirmed").await;
            let all = join_all(placed.iter().map(|person| gives_up(&app, &ann, session, *person)));
            let all = watched(&app, session, &state, all).await;
            assert!(all.iter().all(|code| *code == 204), "{state}: {all:?}");
            let mut now = in_order(&app, session, "confirmed").await;
            now.sort_unstable();
            assert_eq!(now, next(&line), "{state}");
            // They come again, while those who moved up give up: the line goes before whoever comes now.
            let line = line_is_right(&app, &ann, session, &state).await;
            let leave = join_all(now.iter().map(|person| gives_up(&app, &ann, session, *person)));
            let again = join_all(placed.iter().map(|person| wants(&ann, session, *person)));
            let (left, came) = watched(&app, session, &state, join(leave, again)).await;
            assert!(left.iter().all(|code| *code == 204), "{state}: {left:?}");
            assert!(came.iter().all(|code| *code == 201), "{state}: {came:?}");
            assert_eq!(taken(&app, session, &state).await, SEATS, "{state}");
            line_is_right(&app, &ann, session, &state).await;
            let now = in_order(&app, session, "confirmed").await;
            assert!(now.iter().all(|person| line.contains(person)), "{state}: {now:?} before {line:?}");
        }
    }

    /// The day before, four who have a seat cannot come, twice each, at the very moment at which others ask for one: each seat is given once, and
    /// at once.
    async fn who_cannot_come_frees_one_seat_each(app: TestApp) {
        planned(&app, Some(4), json!({"mode": "recommended", "waitlist": true}), (16, 0)).await;
        let ann = app.token("ann").await;
        for person in 1..=10 {
            registers(&ann, 2, person, 0).await.is(201);
        }
        app.at("2026-03-09T01:00:00Z");
        let mut calls = Vec::new();
        for person in 1..=4 {
            let place = place_of(&app, 2, person).await.unwrap();
            calls.extend([format!("/api/v1/calls/{place}"), format!("/api/v1/calls/{place}")]);
        }
        let cannot = join_all(calls.iter().map(|path| says_no(&ann, path)));
        let come = join_all((11..=16).map(|person| wants(&ann, 2, person)));
        let (cannot, come) = join(cannot, come).await;
        assert!(cannot.iter().all(|code| *code == 204) && come.iter().all(|code| *code == 201), "{cannot:?} {come:?}");
        assert_eq!(in_order(&app, 2, "confirmed").await, [5, 6, 7, 8], "the line goes before whoever comes now");
        assert_eq!(app.number("select count(*) from audit_events where action = 'session.registration_cancelled'").await, 4);
        assert_eq!(app.number("select count(*) from audit_events where action = 'session.moved_up'").await, 4);
    }
}

/// A hundred for ten seats of which four are kept, through two processes at once.
#[test]
fn two_processes_on_one_postgres_share_the_seats() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let Some(url) = app::fresh_database(Engine::Postgres) else { return };
    app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        hundred(&app).await;
        let (token, ann) = (app.token_text("ann").await, app.token("ann").await);
        let servers =
            [Server::start(env!("CARGO_BIN_EXE_linli"), &url), Server::start(env!("CARGO_BIN_EXE_linli"), &url)];
        let addresses = servers.each_ref().map(|server| server.address);
        for round in 0..rounds() {
            let (session, state) = (round + 2, format!("round {round}"));
            if round > 0 {
                another(&app, &format!("round{round}"), "2026-03-10", Some(SEATS), None).await;
            }
            // The real clock is far from the tests' own: the session is to come.
            app.execute(
                "update sessions set starts_at = 4102444800000, ends_at = 4102452000000, local_date = '2030-01-01'",
            )
            .await;
            // Whom a busy machine tells to come again does, with the same form.
            let bodies: Vec<String> =
                (1..=100).map(|person| json!({"request_id": request(), "person": person}).to_string()).collect();
            let mut answered = 0;
            for _ in 0..10 {
                let (token, bodies) = (token.clone(), bodies.clone());
                let all = load(&addresses, 24, &STOP, move |n| {
                    let path = format!("/api/v1/sessions/{session}/registrations");
                    Some(post_json(&path, &token, bodies.get(usize::try_from(n).ok()?)?))
                });
                let heard = watched(&app, session, &state, all).await;
                answered = heard.count(201) + heard.count(200);
                assert_eq!(answered + heard.count(503), 100, "{state}");
                if answered == 100 {
                    break;
                }
            }
            assert_eq!(answered, 100, "{state}");
            assert_eq!(taken(&app, session, &state).await, SEATS, "{state}");
            first_come_are_served(&app, session, &state).await;
            assert_eq!(line_is_right(&app, &ann, session, &state).await.len(), 90, "{state}");
            // All who have one give it up through both at once.
            let mut places = Vec::new();
            for person in in_order(&app, session, "confirmed").await {
                places.push(place_of(&app, session, person).await.unwrap());
            }
            let line = who(&ann, session, "waiting").await;
            let token = app.token_text("ann").await;
            let all = load(&addresses, 10, &STOP, move |n| {
                let place = places.get(usize::try_from(n).ok()?)?;
                let path = format!("/api/v1/sessions/{session}/registrations/{place}/cancellation");
                Some(post_json(&path, &token, "{}"))
            });
            let heard = watched(&app, session, &state, all).await;
            assert_eq!(heard.count(204), 10, "{state}");
            let mut now = in_order(&app, session, "confirmed").await;
            now.sort_unstable();
            assert_eq!(now, next(&line), "{state}");
        }
    });
}

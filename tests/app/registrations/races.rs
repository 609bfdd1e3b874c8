//! Many who want a place at the same moment.

use std::sync::atomic::AtomicBool;

use rocket::futures::future::join_all;
use serde_json::json;

use super::{cancels, planned, registers, who};
use crate::check_in::{another, request};
use crate::support::load::{load, post_json};
use crate::support::server::Server;
use crate::support::{Engine, TestApp, app, on_both_engines};

/// How often; more where there is time.
fn rounds() -> i64 {
    std::env::var("LINLI_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5)
}

/// Of a hundred people the last thirty are elderly.
async fn old(app: &TestApp) {
    app.execute("update people set birth_date = '1940-01-01' where id > 70").await;
}

/// Heads with a place at a session, and those of them who are no priority group's.
async fn heads(app: &TestApp, session: i64) -> (i64, i64) {
    sqlx::query_as(
        "select cast(coalesce(sum(r.heads), 0) as bigint), cast(coalesce(sum(case when p.birth_date is null then r.heads else 0 end), 0) as bigint)
         from registrations r join people p on p.id = r.person_id where r.session_id = $1 and r.state = 'confirmed'",
    )
    .bind(session)
    .fetch_one(&mut *app.db().read().await.unwrap())
    .await
    .unwrap()
}

/// Who has a place after everybody in this line was asked in turn, `outsiders` of whom have one already.
fn next(line: &[i64], seats: i64, mut outsiders: i64) -> Vec<i64> {
    let mut placed = Vec::new();
    for person in line {
        let outside = *person <= 70;
        if placed.len() as i64 == seats || outside && outsiders == 6 {
            break;
        }
        outsiders += i64::from(outside);
        placed.push(*person);
    }
    placed.sort_unstable();
    placed
}

on_both_engines! {
    async fn a_hundred_for_ten_seats_are_ten_and_four_are_kept(app: TestApp) {
        let terms = json!({"mode": "recommended", "waitlist": true, "kept": 4, "kept_hours": 24});
        planned(&app, Some(10), terms, (100, 0)).await;
        old(&app).await;
        let ann = app.token("ann").await;
        for round in 0..rounds() {
            let session = round + 2;
            if round > 0 {
                another(&app, &format!("round{round}"), "2026-03-10", Some(10), None).await;
            }
            let all = join_all((1..=100).map(|person| {
                let ann = ann.clone();
                async move {
                    loop {
                        let answer = registers(&ann, session, person, 0).await;
                        if answer.status.code != 503 {
                            return answer.status.code;
                        }
                    }
                }
            })).await;
            assert!(all.iter().all(|code| *code == 201), "round {round}: {all:?}");
            let (taken, outsiders) = heads(&app, session).await;
            assert!(taken == 10 && outsiders <= 6, "round {round}: {taken} {outsiders}");
            // The waitlist has the elderly first, each group in the order in which they came.
            let line = who(&ann, session, "waiting").await;
            let mut expected: Vec<i64> = sqlx::query_scalar(
                "select person_id from registrations where session_id = $1 and state = 'waiting' order by made_at, id",
            ).bind(session).fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
            expected.sort_by_key(|person| *person <= 70);
            assert_eq!(line, expected, "round {round}");
            // All give up at once: as many move up, in the line's order.
            let placed = who(&ann, session, "confirmed").await;
            for person in &placed {
                cancels(&app, &ann, session, *person).await.is(204);
            }
            let mut now = who(&ann, session, "confirmed").await;
            now.sort_unstable();
            assert_eq!(now, next(&line, 10, 0), "round {round}");
        }
    }
}

/// A hundred for ten seats of which four are kept, through two processes at once.
#[test]
fn two_processes_on_one_postgres_share_the_seats() {
    let Some(url) = app::fresh_database(Engine::Postgres) else { return };
    app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        let terms = json!({"mode": "recommended", "waitlist": true, "kept": 4, "kept_hours": 24});
        planned(&app, Some(10), terms, (100, 0)).await;
        old(&app).await;
        // The real clock is far from the tests' own: the session is to come.
        app.execute(
            "update sessions set starts_at = 4102444800000, ends_at = 4102452000000, local_date = '2030-01-01'",
        )
        .await;
        let token = app.token_text("ann").await;
        let servers =
            [Server::start(env!("CARGO_BIN_EXE_linli"), &url), Server::start(env!("CARGO_BIN_EXE_linli"), &url)];
        static STOP: AtomicBool = AtomicBool::new(false);
        let heard = load(&servers.each_ref().map(|server| server.address), 24, &STOP, move |n| {
            let body = json!({"request_id": request(), "person": n + 1});
            (n < 100).then(|| post_json("/api/v1/sessions/2/registrations", &token, &body.to_string()))
        })
        .await;
        assert_eq!(heard.count(201), 100);
        let (taken, outsiders) = heads(&app, 2).await;
        assert!(taken == 10 && outsiders <= 6, "{taken} {outsiders}");
    });
}

//! Many who want a shift at the same moment.

use std::sync::atomic::AtomicBool;

use rocket::futures::future::join_all;
use serde_json::json;

use super::{TAKEN, need, takes};
use crate::check_in::{another, people, session};
use crate::support::load::{load, post_json};
use crate::support::server::Server;
use crate::support::{Engine, TestApp, app, on_both_engines};

/// Everybody serves in team 1.
async fn members(app: &TestApp) {
    app.execute(
        "insert into team_members (team_id, person_id, joined_on, created_at)
         select 1, p.id, '2026-01-01', 0 from people p",
    )
    .await;
}

on_both_engines! {
    async fn fifty_for_ten_shifts_at_one_moment_are_ten(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 50).await;
        members(&app).await;
        let ann = app.token("ann").await;
        let wanted = need(&ann, 1, json!({"position": "签到", "wanted": 10})).await;
        let answers = join_all((1..=50).map(|person| {
            let ann = ann.clone();
            async move {
                loop {
                    let answer = takes(&ann, 1, wanted, person, false).await;
                    if answer.status.code != 503 {
                        return answer.status.code;
                    }
                }
            }
        })).await;
        let count = |status: u16| answers.iter().filter(|code| **code == status).count();
        assert_eq!((count(201), count(409)), (10, 40));
        assert_eq!(app.number(TAKEN).await, 10);
    }
}

/// Fifty for ten shifts, and each of them in two sessions of the same time, through two processes at once.
#[test]
fn two_processes_on_one_postgres_share_the_shifts() {
    let Some(url) = app::fresh_database(Engine::Postgres) else { return };
    app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        session(&app, None, Some(1)).await;
        another(&app, "same", "2026-03-05", None, Some(1)).await;
        people(&app, 50).await;
        members(&app).await;
        // The real clock is far from the tests' own: the sessions are on now.
        app.execute("update sessions set starts_at = 0, ends_at = 9000000000000, local_date = '2100-01-01'").await;
        let ann = app.token("ann").await;
        for session in [1, 2] {
            need(&ann, session, json!({"position": "签到", "wanted": 10})).await;
        }
        let token = app.token_text("ann").await;
        let servers =
            [Server::start(env!("CARGO_BIN_EXE_linli"), &url), Server::start(env!("CARGO_BIN_EXE_linli"), &url)];
        static STOP: AtomicBool = AtomicBool::new(false);
        let heard = load(&servers.each_ref().map(|server| server.address), 24, &STOP, move |n| {
            let (person, session) = (n / 2 + 1, n % 2 + 1);
            let body = json!({"need": session, "person": person, "anyway": true});
            (n < 100).then(|| post_json(&format!("/api/v1/sessions/{session}/shifts"), &token, &body.to_string()))
        })
        .await;
        assert_eq!((heard.count(201), heard.count(409)), (20, 80));
        for session in [1, 2] {
            let sql = format!("select count(*) from shifts where state = 'taken' and session_id = {session}");
            let mut conn = app.db().read().await.unwrap();
            let taken: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *conn).await.unwrap();
            assert_eq!(taken, 10, "session {session}");
        }
        assert_eq!(
            app.number("select count(distinct person_id) from shifts where state = 'taken'").await,
            20,
            "nobody is in two places"
        );
    });
}

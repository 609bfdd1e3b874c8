//! Random histories of shifts against a plain model.

use serde_json::json;

use super::{need, serve, takes};
use crate::check_in::{another, people, session};
use crate::support::{TestApp, on_both_engines};

/// What somebody holds at a session, or is asked.
async fn live(app: &TestApp, session: i64, person: i64) -> Option<i64> {
    sqlx::query_scalar(
        "select id from shifts where session_id = $1 and person_id = $2 and state in ('invited', 'taken')",
    )
    .bind(session)
    .bind(person)
    .fetch_optional(&mut *app.db().read().await.unwrap())
    .await
    .unwrap()
}

on_both_engines! {
    async fn shifts_stand_as_a_plain_model_says(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 5).await;
        serve(&app, 1..=5).await;
        for (token, date) in [("same", "2026-03-05"), ("next", "2026-03-10"), ("last", "2026-03-11")] {
            another(&app, token, date, None, Some(1)).await;
        }
        let ann = app.token("ann").await;
        for session in 1..=4 {
            assert_eq!(need(&ann, session, json!({"position": "签到", "wanted": 2})).await, session);
        }
        // Whether somebody is asked (1) or has said yes (2), by session and person; the first two sessions are at one time.
        let mut model = [[0_u8; 6]; 5];
        let mut dice = 20_260_305_u64;
        let mut below = |n: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((dice >> 33) % n).unwrap()
        };
        for step in 0..500 {
            let (wish, session, person) = (below(3), 1 + below(4), 1 + below(5));
            let (number, who) = (i64::try_from(session).unwrap(), i64::try_from(person).unwrap());
            let stands = model[session][person];
            let other = match session { 1 => model[2][person], 2 => model[1][person], _ => 0 };
            let taken = model[session].iter().filter(|state| **state == 2).count();
            let path = format!("/api/v1/sessions/{session}/shifts");
            let (right, then, found) = match wish {
                0 => {
                    let may = stands == 2 || other != 2 && taken < 2;
                    let found = takes(&ann, number, number, who, false).await;
                    (if may { 201 } else { 409 }, if may { 2 } else { stands }, found)
                }
                1 => {
                    let found = ann.post_json(&format!("{path}/invitations"), json!({"need": number, "person": who})).await;
                    (if stands == 0 { 201 } else { 409 }, stands.max(1), found)
                }
                _ => {
                    let shift = live(&app, number, who).await;
                    assert_eq!(shift.is_some(), stands > 0, "step {step}");
                    let Some(shift) = shift else { continue };
                    (204, 0, ann.post_json(&format!("{path}/{shift}/return"), json!({})).await)
                }
            };
            assert_eq!(found.status.code, right, "step {step}: wish {wish} of {who} at {number}: {}", found.text());
            model[session][person] = then;
        }
        let mut conn = app.db().read().await.unwrap();
        let held: Vec<(i64, i64, String)> = sqlx::query_as(
            "select session_id, person_id, state from shifts where state in ('invited', 'taken') order by session_id, person_id",
        ).fetch_all(&mut *conn).await.unwrap();
        let expected: Vec<(i64, i64, String)> = (1..=4_usize)
            .flat_map(|session| (1..=5_usize).map(move |person| (session, person)))
            .filter(|(session, person)| model[*session][*person] > 0)
            .map(|(session, person)| {
                let state = if model[session][person] == 2 { "taken" } else { "invited" };
                (i64::try_from(session).unwrap(), i64::try_from(person).unwrap(), state.to_owned())
            })
            .collect();
        assert_eq!(held, expected);
    }
}

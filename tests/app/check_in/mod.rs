//! The door: phones, roster, program; refusals, races, closing and hours.

mod closing;
mod company;
mod crash;
mod door;
mod leaving;
mod pending;
mod program;
mod races;
mod random;
mod review;
mod roster;
mod sync;

pub(crate) use crash::settle;
use linli::check_in::RequestId;
use linli::check_in::cards::CardCode;
use linli::store::Tx;
use serde_json::json;

use crate::support::{Answer, TestApp, User};

pub(crate) const SESSION: &str = "/centers/1/sessions/1";

/// How many clients the door has waiting at any moment.
const AT_ONCE: usize = 128;

/// A session this morning, 10:00 to 12:00 in Dongguan, found at `/c/tea`.
pub(crate) async fn session(app: &TestApp, capacity: Option<i64>, team: Option<i64>) {
    app.execute(
        "insert into activities (center_id, kind_id, title, published, created_at)
         select 1, id, '早茶会', 1, 0 from service_kinds where code = 'community_activity'",
    )
    .await;
    another(app, "tea", "2026-03-05", capacity, team).await;
}

/// One more session of the activity, at 10:00 of `date`.
pub(crate) async fn another(app: &TestApp, token: &str, date: &str, capacity: Option<i64>, team: Option<i64>) {
    let starts = linli::clock::Timestamp::parse_rfc3339(&format!("{date}T02:00:00Z")).unwrap();
    let mut tx = app.begin().await;
    let id: i64 = sqlx::query_scalar(
        "insert into sessions (activity_id, center_id, team_id, starts_at, ends_at, local_date, capacity, status,
                updated_at)
         values (1, 1, $1, $2, $3, $4, $5, 'planned', 0) returning id",
    )
    .bind(team)
    .bind(starts)
    .bind(starts.0 + 2 * 3_600_000)
    .bind(date)
    .bind(capacity)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    give_room_and_code(&mut tx, id, token).await;
    tx.commit().await.unwrap();
}

/// Says where a session that was written behind the pages' back is to be, in room 1, without booking it; and gives it a code.
pub(crate) async fn give_room_and_code(tx: &mut Tx, session: i64, token: &str) {
    sqlx::query(
        "insert into bookings (kind, room_id, session_id, starts_at, ends_at, released_at)
         select 'session', 1, id, starts_at, ends_at, 0 from sessions where id = $1",
    )
    .bind(session)
    .execute(&mut **tx)
    .await
    .unwrap();
    sqlx::query("insert into codes (token, kind, subject_id, created_at) values ($1, 'session', $2, 0)")
        .bind(token)
        .bind(session)
        .execute(&mut **tx)
        .await
        .unwrap();
}

/// Enrols `count` people in center 1, with the ids 1 to `count`.
pub(crate) async fn people(app: &TestApp, count: i64) {
    let mut tx = app.begin().await;
    for number in 1..=count {
        let id: i64 = sqlx::query_scalar(
            "insert into people (name, name_key, name_fold, pinyin, sounds, phone_last4, created_at, updated_at)
             values ($1, $1, $1, 'chenbo', 'chen bo', '0081', 0, 0) returning id",
        )
        .bind(format!("陈伯{number}"))
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        sqlx::query("insert into enrolments (person_id, center_id, enrolled_at) values ($1, 1, 0)")
            .bind(id)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) fn request() -> String {
    RequestId::random().to_string()
}

/// A try by API; one that finds the database busy comes again with its number, as a good client does.
async fn tries(user: &User<'_>, person: i64, role: &str, request: &str) -> Answer {
    loop {
        let body = json!({"request_id": request, "person_id": person, "role": role});
        let answer = user.post_json("/api/v1/sessions/1/checkins", body).await;
        if answer.status.code != 503 {
            return answer;
        }
    }
}

async fn ticks(user: &User<'_>, person: &str, role: &str) -> Answer {
    user.post(&format!("{SESSION}/attendances"), &[("request_id", &request()), ("person_id", person), ("role", role)])
        .await
}

fn codes(answers: &[Answer]) -> (usize, usize, usize) {
    let count = |status: u16, code: Option<&str>| {
        answers.iter().filter(|a| a.status.code == status && code.is_none_or(|code| a.json()["code"] == code)).count()
    };
    (count(201, None), count(409, Some("already_in")), count(409, Some("full")))
}

/// A card for the person, good from now on.
pub(crate) async fn card(app: &TestApp, person: i64) -> CardCode {
    let code = CardCode::random();
    let mut tx = app.begin().await;
    sqlx::query(
        "insert into cards (person_id, center_id, code_hash, code_sealed, issued_at) values ($1, 1, $2, $3, 0)",
    )
    .bind(person)
    .bind(code.hash(&app.sealer))
    .bind(app.sealer.seal(code.plain()))
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    code
}

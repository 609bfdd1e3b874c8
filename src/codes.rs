//! The codes behind every QR (`/c/<token>`). One of a session is for the hall's screen and for its sheets; one of an activity, a
//! room or a center lasts, so that a poster is printed once, and leads to the session of the moment. A code is good until it
//! is replaced. It says nothing of what it stands for, and is not to be guessed.

use serde_json::json;

use crate::auth::AccountId;
use crate::clock::Now;
use crate::error::Result;
use crate::store::{Conn, rows, secret, text_enum};

text_enum!(
    /// What a code stands for.
    CodeOf in "code_of" { Session = "session", Activity = "activity", Room = "room", Center = "center" }
);

/// Digits and small letters of a code: 50 bits, and short enough for a coarse QR.
const LENGTH: usize = 10;

/// Gives each of these a code.
pub async fn make(tx: &mut Conn, now: Now, of: CodeOf, subjects: &[i64]) -> Result<()> {
    sqlx::query(
        "insert into codes (token, kind, subject_id, created_at)
         select j.value ->> 'token', $2, cast(j.value ->> 'subject' as bigint), $3
         from json_each(cast($1 as json_text)) j",
    )
    .bind(rows(subjects, |subject| json!({"token": secret(LENGTH), "subject": subject})))
    .bind(of)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives this one a code, unless it has one; says whether it did. Of two who make one at once, one does.
pub async fn make_first(tx: &mut Conn, now: Now, of: CodeOf, subject: i64) -> Result<bool> {
    let made = sqlx::query(
        "insert into codes (token, kind, subject_id, created_at) values ($1, $2, $3, $4)
         on conflict (kind, subject_id) where replaced_at is null do nothing",
    )
    .bind(secret(LENGTH))
    .bind(of)
    .bind(subject)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(made.rows_affected() > 0)
}

/// Takes back the code of this one and gives it another; says whether it had one. What was printed with the old one leads
/// nowhere.
pub async fn replace(tx: &mut Conn, now: Now, by: AccountId, of: CodeOf, subject: i64) -> Result<bool> {
    let replaced =
        sqlx::query(
        "update codes set replaced_at = $1, replaced_by = $2 where kind = $3 and subject_id = $4 and replaced_at is null",
    )
    .bind(now.0)
    .bind(by)
    .bind(of)
    .bind(subject)
    .execute(&mut *tx)
    .await?;
    Ok(replaced.rows_affected() > 0 && make_first(tx, now, of, subject).await?)
}

/// The good code of this one.
pub async fn of(conn: &mut Conn, of: CodeOf, subject: i64) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("select token from codes where kind = $1 and subject_id = $2 and replaced_at is null")
        .bind(of)
        .bind(subject)
        .fetch_optional(conn)
        .await?)
}

/// What a code stands for, while it is good.
pub async fn find(conn: &mut Conn, token: &str) -> Result<Option<(CodeOf, i64)>> {
    if !is_token(token) {
        return Ok(None);
    }
    Ok(sqlx::query_as("select kind, subject_id from codes where token = $1 and replaced_at is null")
        .bind(token.to_owned())
        .fetch_optional(conn)
        .await?)
}

/// Whether a text can be a code: so many digits and small letters, and nothing else. Whoever tries others need not be looked up.
fn is_token(text: &str) -> bool {
    text.len() <= LENGTH && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
}

//! Forgetting who came: that somebody did, when and as what, stays with the flags it was counted by.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::{AttendanceId, CardId};
use crate::audit;
use crate::error::Result;
use crate::ids::{ScanId, SessionId};
use crate::people::{AMONG, Forgetting};
use crate::store::{Conn, rows};

/// Forgets who brought and fetched people, why an attendance of theirs was voided, and by which phone they came; cards open no door
/// any more. Before phones speak for them no more (`phones::forget_people`), for by those scans are found.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "select id, session_id from attendances_of_people
         where person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2)"
    );
    let came: Vec<(AttendanceId, SessionId)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).fetch_all(&mut *tx).await?;
    let attendances = rows(&came, |(id, _)| json!(id));
    let sql = format!("delete from escorts where attendance_id in {AMONG}");
    sqlx::query(AssertSqlSafe(sql)).bind(&attendances).execute(&mut *tx).await?;
    let sql = format!("update attendances set void_reason = null where id in {AMONG} and void_reason is not null");
    sqlx::query(AssertSqlSafe(sql)).bind(&attendances).execute(&mut *tx).await?;
    audit::forget(tx, "attendance", came.iter().map(|(id, _)| id.0)).await?;
    forget_reviews(tx, gone).await?;
    // By the session or by the phone, for nothing leads from a person to all of their scans.
    let sql = format!(
        "update scans set phone_id = null
         where person_id in {AMONG} and phone_id is not null and session_id in (
             select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)"
    );
    let sessions = rows(&came, |(_, session)| json!(session));
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(sessions).execute(&mut *tx).await?;
    if gone.center.is_some() {
        return Ok(());
    }
    let sql = format!(
        "update scans set phone_id = null
         where person_id in {AMONG} and phone_id in (select f.phone_id from phone_people f where f.person_id in {AMONG})"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).execute(&mut *tx).await?;
    let sql = format!(
        "update cards set revoked_at = coalesce(revoked_at, $2), revoke_reason = null
         where person_id in {AMONG} returning id"
    );
    let cards: Vec<CardId> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.at).fetch_all(&mut *tx).await?;
    audit::forget(tx, "card", cards.iter().map(|id| id.0)).await
}

/// What workers said when they decided about people's scans.
async fn forget_reviews(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update scan_reviews set reason = null
         where exists (select 1 from scans x join sessions s on s.id = x.session_id
             where x.id = scan_reviews.scan_id and x.person_id in {AMONG}
               and (cast($2 as bigint) is null or s.center_id = $2))
         returning scan_id"
    );
    let reviewed: Vec<ScanId> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).fetch_all(&mut *tx).await?;
    audit::forget(tx, "scan", reviewed.iter().map(|id| id.0)).await
}

/// Forgets who brought and fetched children long ago.
pub async fn forget_escorts(tx: &mut Conn, escorts: &[i64]) -> Result<()> {
    let sql = format!("delete from escorts where id in {AMONG}");
    sqlx::query(AssertSqlSafe(sql)).bind(rows(escorts, |id| json!(id))).execute(tx).await?;
    Ok(())
}

/// Forgets by which phone people came long ago.
pub async fn forget_phones(tx: &mut Conn, scans: &[i64]) -> Result<()> {
    let sql = format!("update scans set phone_id = null where id in {AMONG}");
    sqlx::query(AssertSqlSafe(sql)).bind(rows(scans, |id| json!(id))).execute(tx).await?;
    Ok(())
}

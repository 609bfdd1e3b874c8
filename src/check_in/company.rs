//! Who comes along with somebody: companions, who are heads without a name, and the grown-ups who bring and fetch a child.

use super::admit::{Door, Way, hold_at};
use super::queries::{self, Present};
use super::rules;
use super::types::{AttendanceId, Code, RequestId};
use crate::activities::{Session, SessionStatus};
use crate::auth::Greeter;
use crate::centers::CenterId;
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::store::Conn;
use crate::{audit, marks};

/// Says how many came along. They are heads without a name: they add to visits, and they take seats.
///
/// # Errors
/// `Refused("full")` where the seats do not suffice, with the door's other codes where it is not open; `Forbidden` for a
/// helper at a completed session.
pub(super) async fn set_companions(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    attendance: AttendanceId,
    heads: i64,
) -> Result<()> {
    let (held, own) = held_with(by, now, tx, session, attendance).await?;
    let before: i64 = sqlx::query_scalar(
        "select cast(coalesce(sum(heads), 0) as bigint) from head_counts where attendance_id = $1 and voided_at is null",
    )
    .bind(attendance)
    .fetch_one(&mut *tx)
    .await?;
    if before == heads {
        return Ok(());
    }
    if heads > before {
        if held.door.status != SessionStatus::Completed {
            rules::may_enter(&held.door, rules::entered(session, now).1, now)
                .map_err(|code| Error::refused(code.code()))?;
        }
        if !held.has_room_for(heads - before, own) {
            return Err(Error::refused(Code::Full.code()));
        }
    }
    leave_alone(now, tx, attendance).await?;
    if heads > 0 {
        sqlx::query(
            "insert into head_counts (session_id, request_id, heads, counted_at, counted_by, attendance_id)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(session.id)
        .bind(RequestId::random())
        .bind(heads)
        .bind(now.0)
        .bind(by.account)
        .bind(attendance)
        .execute(&mut *tx)
        .await?;
    }
    let change = format!("{before} → {heads}");
    let entry = audit::entry("attendance.companions", attendance.0).at(session.center_id).because(&change);
    audit::record(tx, by, now, entry).await?;
    marks::sessions(tx, &[session.id]).await
}

/// Holds the session's row and, with it, an attendance that still counts: it may have been voided while we waited. With how many seats are kept
/// for whom they were to bring.
async fn held_with(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    attendance: AttendanceId,
) -> Result<(Door, i64)> {
    let (held, places) = hold_at(now, tx, session.id).await?;
    rules::may_correct(by.role, held.door.status)?;
    let person = queries::attendance(tx, session.id, attendance).await?.person.id;
    let own = places.get(&(session.id, person)).map_or(0, |place| place.heads);
    Ok((held, own))
}

/// Takes the companions of an attendance back.
pub(super) async fn leave_alone(now: Now, tx: &mut Conn, attendance: AttendanceId) -> Result<()> {
    sqlx::query("update head_counts set voided_at = $1 where attendance_id = $2 and voided_at is null")
        .bind(now.0)
        .bind(attendance)
        .execute(tx)
        .await?;
    Ok(())
}

/// Who brought (`In`) or fetched (`Out`) somebody.
#[derive(Debug, sqlx::FromRow)]
pub struct Escort {
    pub way: Way,
    pub name: String,
    pub recorded_at: Timestamp,
}

/// Writes down who brought or fetched somebody; what was written before is taken back.
///
/// # Errors
/// `Forbidden` for a helper at a completed session.
pub(super) async fn escort(
    by: &Greeter,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    attendance: AttendanceId,
    (way, name): (Way, &str),
) -> Result<()> {
    held_with(by, now, tx, session, attendance).await?;
    sqlx::query("update escorts set voided_at = $1 where attendance_id = $2 and way = $3 and voided_at is null")
        .bind(now.0)
        .bind(attendance)
        .bind(way)
        .execute(&mut *tx)
        .await?;
    sqlx::query("insert into escorts (attendance_id, way, name, recorded_at, recorded_by) values ($1, $2, $3, $4, $5)")
        .bind(attendance)
        .bind(way)
        .bind(name)
        .bind(now.0)
        .bind(by.account)
        .execute(&mut *tx)
        .await?;
    let entry = match way {
        Way::In => audit::entry("attendance.brought", attendance.0),
        Way::Out => audit::entry("attendance.fetched", attendance.0),
    };
    audit::record(tx, by, now, entry.at(session.center_id)).await
}

pub(super) async fn escorts(conn: &mut Conn, attendance: AttendanceId) -> Result<Vec<Escort>> {
    Ok(sqlx::query_as("select way, name, recorded_at from escorts where attendance_id = $1 and voided_at is null")
        .bind(attendance)
        .fetch_all(conn)
        .await?)
}

/// Names that brought or fetched the person to this center before, the latest first: one tap instead of typing, and a name that is not
/// among them is worth a question.
pub(super) async fn usual(conn: &mut Conn, center: CenterId, person: PersonId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(USUAL).bind(person).bind(center).fetch_all(conn).await?)
}

const USUAL: &str = "select e.name from attendances_of_people a cross join escorts e
     where e.attendance_id = a.id and a.person_id = $1 and a.center_id = $2 and e.voided_at is null
       and a.voided_at is null
     group by e.name order by max(e.recorded_at) desc, e.name limit 4";

/// Those who were brought and whom nobody has fetched.
pub fn not_fetched(present: &[Present]) -> Vec<&Present> {
    present.iter().filter(|row| row.brought_by.is_some() && row.fetched_by.is_none()).collect()
}

#[cfg(test)]
mod tests {
    #[rocket::async_test]
    async fn usual_escorts_are_found_without_reading_all_attendances() {
        crate::store::plan::by_person(super::USUAL, 1).await;
    }
}

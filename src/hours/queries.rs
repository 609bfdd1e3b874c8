//! Reading the ledger.

use std::time::Duration;

use super::rules::{self, SeenMinutes};
use super::types::{Confirmed, EntryId, Source};
use crate::activities::{Session, SessionId};
use crate::clock::{Now, Timestamp};
use crate::error::{Fault, Result};
use crate::ids::AttendanceId;
use crate::people::PersonRow;
use crate::store::Conn;

/// A volunteer at a session: what the door saw, and what is confirmed of it.
#[derive(Clone, Debug)]
pub struct Volunteer {
    pub attendance: AttendanceId,
    pub person: PersonRow,
    pub came_at: Timestamp,
    pub left_at: Option<Timestamp>,
    pub stay: SeenMinutes,
    /// The most minutes that need no reason: see [`rules::explained`].
    pub explained: i64,
    /// The row that counts now.
    pub entry: Option<LedgerRow>,
}

impl Volunteer {
    /// What is confirmed of this stay.
    ///
    /// # Errors
    /// A fault for the field of the reason, where `minutes` are more than session and door explain and none is given.
    pub fn confirmed(&self, minutes: i64, reason: Option<String>) -> std::result::Result<Confirmed, Fault> {
        if minutes > self.explained && reason.is_none() {
            return Err(Fault::bound("field.reason_for_hours", self.explained));
        }
        let (attendance, person, stay) = (self.attendance, self.person.id, self.stay);
        Ok(Confirmed { attendance, person, stay, minutes, reason })
    }
}

#[derive(Clone, Debug)]
pub struct LedgerRow {
    pub id: EntryId,
    pub minutes: i64,
    pub source: Source,
    /// Why it is not what the door saw, where somebody said so.
    pub reason: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ServiceRow {
    attendance: AttendanceId,
    #[sqlx(flatten)]
    person: PersonRow,
    came_at: Timestamp,
    left_at: Option<Timestamp>,
    away_ms: i64,
    entry: Option<EntryId>,
    minutes: Option<i64>,
    source: Option<Source>,
    reason: Option<String>,
}

/// When a session is over: at its end, or earlier, when it was closed; of one that is running, now.
fn over(session: &Session, now: Now) -> Timestamp {
    session.ends_at.min(session.closed_at.unwrap_or(now.0)).max(session.starts_at)
}

/// The session's volunteers, each with the entry that counts: not a reversal, and not reversed.
pub async fn volunteers(conn: &mut Conn, now: Now, session: &Session) -> Result<Vec<Volunteer>> {
    let over = over(session, now);
    let rows: Vec<ServiceRow> = sqlx::query_as(
        "select a.id as attendance, p.id, p.name, p.birth_date, p.phone_last4, a.came_at, a.left_at, a.away_ms,
                h.id as entry, h.minutes, h.source, h.reason
         from attendances a
         join people p on p.id = a.person_id
         left join hours_entries h on h.session_id = a.session_id and h.person_id = a.person_id
              and h.reverses_id is null and not exists (select 1 from hours_entries r where r.reverses_id = h.id)
         where a.session_id = $1 and a.part = 'volunteer' and a.voided_at is null
         order by p.pinyin, a.id",
    )
    .bind(session.id)
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Volunteer {
            attendance: row.attendance,
            person: row.person,
            stay: rules::stay(row.came_at, row.left_at, Duration::from_millis(row.away_ms.unsigned_abs()), over),
            explained: rules::explained(row.came_at, row.left_at, (session.starts_at, over)),
            came_at: row.came_at,
            left_at: row.left_at,
            entry: match (row.entry, row.minutes, row.source) {
                (Some(id), Some(minutes), Some(source)) => Some(LedgerRow { id, minutes, source, reason: row.reason }),
                _ => None,
            },
        })
        .collect())
}

/// Whether any hours of the session count.
pub async fn are_confirmed(conn: &mut Conn, session: SessionId) -> Result<bool> {
    let entries: i64 = sqlx::query_scalar(
        "select count(*) from hours_entries h where h.session_id = $1 and h.reverses_id is null
           and not exists (select 1 from hours_entries r where r.reverses_id = h.id)",
    )
    .bind(session)
    .fetch_one(conn)
    .await?;
    Ok(entries > 0)
}

//! Reading the ledger.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;

use super::rules::{self, SeenMinutes};
use super::types::{Confirmed, EntryId, Source};
use crate::activities::{Session, SessionId};
use crate::clock::{Now, Timestamp, Zone};
use crate::error::{Fault, Result};
use crate::ids::AttendanceId;
use crate::people::PersonRow;
use crate::store::{Conn, rows};

/// The condition under which nobody confirmed the hours of attendance `t`: the ledger has no entry that stands, which
/// is one that reverses nothing and is not reversed.
pub const UNCONFIRMED: &str = "(t.part = 'volunteer' and t.voided_at is null
    and not exists (select 1 from hours_entries e
                    where e.session_id = t.session_id and e.person_id = t.person_id and e.reverses_id is null
                      and not exists (select 1 from hours_entries v where v.reverses_id = e.id)))";

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
    /// When else they served meanwhile, by hours that count, in the session's zone.
    pub overlap: Option<String>,
    /// The row that counts now.
    pub entry: Option<LedgerRow>,
}

impl Volunteer {
    /// What is confirmed of this stay.
    ///
    /// # Errors
    /// A fault for the field of the reason, where none is given and `minutes` are more than session and door explain, or the same time
    /// counts already.
    pub fn confirmed(&self, minutes: i64, reason: Option<String>) -> std::result::Result<Confirmed, Fault> {
        if minutes > self.explained && reason.is_none() {
            return Err(Fault::bound("field.reason_for_hours", self.explained));
        }
        if let (Some(other), true, None) = (&self.overlap, minutes > 0, &reason) {
            return Err(Fault::bound("field.reason_for_overlap", other));
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
pub(super) struct ServiceRow {
    pub attendance: AttendanceId,
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub came_at: Timestamp,
    pub left_at: Option<Timestamp>,
    pub away_ms: i64,
    pub entry: Option<EntryId>,
    pub minutes: Option<i64>,
    pub source: Option<Source>,
    pub reason: Option<String>,
}

/// When a session is over: at its end, or earlier, when it was closed; of one that is running, now.
pub(super) fn over((starts, ends): (Timestamp, Timestamp), closed: Option<Timestamp>, now: Now) -> Timestamp {
    ends.min(closed.unwrap_or(now.0)).max(starts)
}

impl ServiceRow {
    pub(super) fn volunteer(
        self,
        session: (Timestamp, Timestamp),
        over: Timestamp,
        overlap: Option<String>,
    ) -> Volunteer {
        let away = Duration::from_millis(self.away_ms.unsigned_abs());
        Volunteer {
            attendance: self.attendance,
            stay: rules::stay(self.came_at, self.left_at, away, over),
            explained: rules::explained(self.came_at, self.left_at, (session.0, over)),
            person: self.person,
            came_at: self.came_at,
            left_at: self.left_at,
            overlap,
            entry: match (self.entry, self.minutes, self.source) {
                (Some(id), Some(minutes), Some(source)) => Some(LedgerRow { id, minutes, source, reason: self.reason }),
                _ => None,
            },
        }
    }
}

/// The session's volunteers, each with the entry that counts: not a reversal, and not reversed.
pub async fn volunteers(conn: &mut Conn, now: Now, session: &Session) -> Result<Vec<Volunteer>> {
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
    .fetch_all(&mut *conn)
    .await?;
    let mut overlaps = overlapping(conn, rows.iter().map(|row| row.attendance)).await?;
    let times = (session.starts_at, session.ends_at);
    let over = over(times, session.closed_at, now);
    Ok(rows
        .into_iter()
        .map(|row| {
            let other = overlaps.remove(&row.attendance).map(|span| told(session.zone, span));
            row.volunteer(times, over, other)
        })
        .collect())
}

/// When somebody served, on which day.
pub(super) fn told(zone: Zone, (from, to): (Timestamp, Timestamp)) -> String {
    let (from, to) = (zone.local(from), zone.local(to));
    format!("{}–{}", from.format("%m-%d %H:%M"), to.format("%H:%M"))
}

/// Of these stays, those at whose time the same person served elsewhere too, by hours that count, and when: as a door saw it, or in the
/// stretch that they told of. Of another center nothing is told but that it was at this time: the stay's own span.
pub(super) async fn overlapping(
    conn: &mut Conn,
    stays: impl IntoIterator<Item = AttendanceId>,
) -> Result<HashMap<AttendanceId, (Timestamp, Timestamp)>> {
    let found: Vec<(AttendanceId, Timestamp, Timestamp)> = sqlx::query_as(
        "with stays as (
             select a.id, a.person_id, a.session_id, s.center_id, a.came_at, coalesce(a.left_at, s.ends_at) as left_at
             from json_each(cast($1 as json_text)) j
             join attendances a on a.id = cast(cast(j.value as text) as bigint) join sessions s on s.id = a.session_id),
         counting as (
             select a.id, a.center_id, a.came_at, a.left_at, e.id as entry, e.session_id, e.person_id
             from stays a
             join hours_entries e on e.person_id = a.person_id and e.reverses_id is null and e.minutes > 0
                  and (e.session_id is null or e.session_id <> a.session_id)
                  and not exists (select 1 from hours_entries r where r.reverses_id = e.id))
         select c.id, case when o.center_id = c.center_id then b.came_at else c.came_at end as from_at,
                case when o.center_id = c.center_id then coalesce(b.left_at, o.ends_at) else c.left_at end as to_at
         from counting c join sessions o on o.id = c.session_id
         join attendances b on b.session_id = c.session_id and b.person_id = c.person_id and b.part = 'volunteer' and b.voided_at is null
         where c.came_at < coalesce(b.left_at, o.ends_at) and b.came_at < c.left_at
         union all
         select c.id, case when q.center_id = c.center_id then q.starts_at else c.came_at end,
                case when q.center_id = c.center_id then q.ends_at else c.left_at end
         from counting c join hour_claims q on q.entry_id = c.entry
         where c.came_at < q.ends_at and q.starts_at < c.left_at
         order by 1, 2 desc",
    )
    .bind(rows(stays, |id| json!(id)))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|(stay, from, to)| (stay, (from, to))).collect())
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

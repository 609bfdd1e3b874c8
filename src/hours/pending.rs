//! What waits to be confirmed, of all closed sessions of a center.

use chrono::NaiveDateTime;
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::queries::{ServiceRow, UNCONFIRMED, Volunteer, over, overlapping, told};
use super::types::Confirmed;
use crate::activities::title::{self, Sight};
use crate::activities::{SessionId, Title};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::Result;
use crate::ids::{AttendanceId, TeamId};
use crate::people::{PersonId, PersonRow};
use crate::store::{Conn, Flag, rows};

/// A volunteer's stay at a closed session, whose hours nobody confirmed yet.
#[derive(Clone, Debug)]
pub struct PendingStay {
    pub session: PendingSession,
    pub volunteer: Volunteer,
    zone: Zone,
}

impl PendingStay {
    fn span(&self) -> (Timestamp, Timestamp) {
        (self.volunteer.came_at, self.volunteer.left_at.unwrap_or(self.session.ends_at))
    }

    pub fn starts(&self) -> NaiveDateTime {
        self.zone.local(self.session.starts_at)
    }

    pub fn came(&self) -> NaiveDateTime {
        self.zone.local(self.volunteer.came_at)
    }

    pub fn left(&self) -> Option<NaiveDateTime> {
        self.volunteer.left_at.map(|left| self.zone.local(left))
    }
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PendingSession {
    pub session_id: SessionId,
    #[sqlx(flatten)]
    pub title: Title,
    pub team_id: Option<TeamId>,
    pub team: Option<String>,
    pub starts_at: Timestamp,
    ends_at: Timestamp,
    closed_at: Option<Timestamp>,
    pub local_date: Date,
}

#[derive(sqlx::FromRow)]
struct PendingRow {
    #[sqlx(flatten)]
    session: PendingSession,
    attendance: AttendanceId,
    id: PersonId,
    name: String,
    birth_date: Option<Date>,
    phone_last4: Option<String>,
    came_at: Timestamp,
    left_at: Option<Timestamp>,
    away_ms: i64,
}

/// What waits at a center, the longest waiting first: `most` of it, or only these stays.
pub async fn pending(
    by: &Coordinator,
    conn: &mut Conn,
    now: Now,
    center: &Center,
    only: Option<&[AttendanceId]>,
    most: i64,
) -> Result<Vec<PendingStay>> {
    let sql = format!(
        "select s.id as session_id, {}, s.team_id, w.name as team, s.starts_at, s.ends_at, s.closed_at, s.local_date, t.id as attendance,
                p.id, p.name, p.birth_date, p.phone_last4, t.came_at, t.left_at, t.away_ms
         from sessions s
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         join attendances t on t.session_id = s.id and {UNCONFIRMED}
         join people p on p.id = t.person_id
         left join teams w on w.id = s.team_id
         where s.center_id = $2 and s.status = 'completed'
           and ($3 = 0 or t.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($4 as json_text)) j))
         order by s.starts_at, s.id, p.pinyin, t.id limit $5",
        title::columns("$1")
    );
    let found: Vec<PendingRow> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center.id())
        .bind(Flag::from(only.is_some()))
        .bind(rows(only.unwrap_or_default(), |id| json!(id)))
        .bind(most)
        .fetch_all(&mut *conn)
        .await?;
    let mut overlaps = overlapping(conn, found.iter().map(|row| row.attendance)).await?;
    Ok(found
        .into_iter()
        .map(|row| {
            let times = (row.session.starts_at, row.session.ends_at);
            let over = over(times, row.session.closed_at, now);
            let other = overlaps.remove(&row.attendance).map(|span| told(center.zone, span));
            let person =
                PersonRow { id: row.id, name: row.name, birth_date: row.birth_date, phone_last4: row.phone_last4 };
            let service = ServiceRow {
                attendance: row.attendance,
                person,
                came_at: row.came_at,
                left_at: row.left_at,
                away_ms: row.away_ms,
                entry: None,
                minutes: None,
                source: None,
                reason: None,
            };
            PendingStay { volunteer: service.volunteer(times, over, other), session: row.session, zone: center.zone }
        })
        .collect())
}

/// How many stays wait at a center, and how many of them from sessions before `day`.
pub async fn pending_count(conn: &mut Conn, center: CenterId, day: Date) -> Result<(i64, i64)> {
    let sql = format!(
        "select count(*), count(case when s.local_date < $2 then 1 end)
         from sessions s join attendances t on t.session_id = s.id and {UNCONFIRMED}
         where s.center_id = $1 and s.status = 'completed'"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(day).fetch_one(conn).await?)
}

/// Of what is to be confirmed together and for no reason said, the stays during which the same person also served at one that stands
/// before it in the list, and when.
pub fn meanwhile(pending: &[PendingStay], hours: &[Confirmed]) -> Vec<(AttendanceId, String)> {
    let counts = |stay: &PendingStay, unexplained: bool| {
        let one = hours.iter().find(|one| one.attendance == stay.volunteer.attendance);
        one.is_some_and(|one| one.minutes > 0 && !(unexplained && one.reason.is_some()))
    };
    let mut found = Vec::new();
    for (place, stay) in pending.iter().enumerate().filter(|(_, stay)| counts(stay, true)) {
        let (came, left) = stay.span();
        let other = pending[..place].iter().find(|other| {
            let (from, to) = other.span();
            other.volunteer.person.id == stay.volunteer.person.id && counts(other, false) && from < left && came < to
        });
        found.extend(other.map(|other| (stay.volunteer.attendance, told(stay.zone, other.span()))));
    }
    found
}

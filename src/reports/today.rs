//! What a center's overview shows beside the numbers: today's sessions, and what waits to be done.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;

use crate::activities::queries::ROOM;
use crate::activities::title::{self, Sight};
use crate::activities::{DayGoingOn, SessionId, SessionStatus, Title};
use crate::auth::{Coordinator, Manager, Viewer};
use crate::centers::Center;
use crate::clock::{Now, Timestamp};
use crate::error::Result;
use crate::figures::queries::present;
use crate::hours::UNCONFIRMED;
use crate::people::listing::RESIDENT;
use crate::qualifications;
use crate::store::Conn;
use crate::{claims, reservations, rooms, workers};

/// A session of today, and how many participants are there.
#[derive(Debug, sqlx::FromRow)]
pub struct TodaySession {
    pub id: SessionId,
    #[sqlx(flatten)]
    pub title: Title,
    pub room: String,
    pub worker: Option<String>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub status: SessionStatus,
    pub present: i64,
}

impl TodaySession {
    pub fn is_on(&self, now: Now) -> bool {
        self.status == SessionStatus::Planned && self.starts_at <= now.0 && now.0 < self.ends_at
    }

    pub fn is_waiting(&self, now: Now) -> bool {
        self.status == SessionStatus::Planned && self.ends_at <= now.0
    }
}

pub async fn sessions(by: &Viewer, conn: &mut Conn, center: &Center, now: Now) -> Result<Vec<TodaySession>> {
    let sql = format!(
        "select s.id, {}, {ROOM} as room, p.name as worker, s.starts_at, s.ends_at, s.status,
                {} as present
         from sessions s join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id
         left join workers v on v.id = s.worker_id left join people p on p.id = v.person_id
         where s.center_id = $2 and {} and s.status <> 'skipped' order by s.starts_at, s.id",
        title::columns("$1"),
        present("s"),
        DayGoingOn::condition("$3", "$4", "$5")
    );
    let today = DayGoingOn::today(center.zone, now);
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center.id())
        .bind(today.date)
        .bind(today.eve)
        .bind(today.from)
        .fetch_all(conn)
        .await?)
}

/// A session that waits for its worker: to be closed, or for hours to be confirmed.
#[derive(Debug, sqlx::FromRow)]
pub struct WaitingSession {
    pub id: SessionId,
    #[sqlx(flatten)]
    pub title: Title,
    pub starts_at: Timestamp,
    pub status: SessionStatus,
    /// Volunteers whose hours nobody confirmed yet.
    pub unconfirmed: i64,
}

impl WaitingSession {
    pub fn is_open(&self) -> bool {
        self.status == SessionStatus::Planned
    }

    pub fn starts(&self, center: &Center) -> NaiveDateTime {
        center.local(&self.starts_at)
    }
}

/// What is missing from the center's numbers, of the last year.
#[derive(Debug)]
pub struct ToDo {
    /// The latest first; the rest is only counted.
    pub sessions: Vec<WaitingSession>,
    pub open_sessions: i64,
    pub unconfirmed_hours: i64,
    /// What is said of hours, and waits for an answer.
    pub pending_claims: i64,
    /// Residents' groups that asked for a room, for who answers them.
    pub room_requests: i64,
    /// People enrolled here whose birth date nobody knows.
    pub without_birth_date: i64,
    /// Who serves in a team without the qualification that its work needs, and whose runs out soon.
    pub unqualified: i64,
    pub qualified_for_weeks: i64,
    /// Posts that an agreement asks for and nobody fills.
    pub vacant_posts: usize,
    /// Planned sessions whose room is closed, or outside its hours, at that time.
    pub shut_sessions: usize,
    /// What else rooms are booked for that are closed then.
    pub shut_bookings: usize,
    /// Workers whose certificate has run out or will soon, for who answers for them.
    pub expiring_certificates: i64,
}

impl ToDo {
    pub fn asks_for_certificates(&self) -> bool {
        self.unqualified > 0 || self.qualified_for_weeks > 0
    }

    pub fn is_empty(&self) -> bool {
        self.open_sessions == 0
            && self.unconfirmed_hours == 0
            && self.pending_claims == 0
            && self.room_requests == 0
            && self.without_birth_date == 0
            && !self.asks_for_certificates()
            && self.vacant_posts == 0
            && self.shut_sessions == 0
            && self.shut_bookings == 0
            && self.expiring_certificates == 0
    }
}

/// Of how many waiting sessions the overview shows a line.
const LINES: usize = 6;

pub async fn to_do(by: &Viewer, conn: &mut Conn, center: &Center, now: Now) -> Result<ToDo> {
    let sql = format!(
        "select w.id, w.title, w.kind, w.kind_en, w.confidential, w.starts_at, w.status, w.unconfirmed from (
            select s.id, {}, s.starts_at, s.status,
                   (select count(*) from attendances t
                    where s.status = 'completed' and t.session_id = s.id and {UNCONFIRMED}) as unconfirmed
            from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
            where s.center_id = $2 and s.local_date >= $3 and s.ends_at <= $4
              and s.status in ('planned', 'completed')) w
         where w.status = 'planned' or w.unconfirmed > 0
         order by w.starts_at desc",
        title::columns("$1")
    );
    let waiting: Vec<WaitingSession> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center.id())
        .bind(center.zone.date(now.0).minus_days(366))
        .bind(now.0)
        .fetch_all(&mut *conn)
        .await?;
    let sql = format!(
        "select count(*) from enrolments e join people p on p.id = e.person_id
         where e.center_id = $1 and p.birth_date is null and {RESIDENT}"
    );
    let without_birth_date =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(center.id()).fetch_one(&mut *conn).await?;
    let today = center.zone.date(now.0);
    let (unqualified, qualified_for_weeks) = qualifications::lacking(conn, center.id(), today).await?;
    let expiring_certificates = match Manager::of(by.clone()) {
        Some(by) => workers::queries::expiring(&by, conn, center.id(), today).await?,
        None => 0,
    };
    let room_requests = match Coordinator::includes(by.role) {
        true => reservations::queries::waiting_at(conn, center.id()).await?,
        false => 0,
    };
    let (shut, shut_bookings) = rooms::affected::all(conn, center, now).await?;
    let shut_sessions = shut.iter().map(|one| one.id).collect::<BTreeSet<_>>().len();
    Ok(ToDo {
        room_requests,
        vacant_posts: workers::posts::queries::vacant(conn, center.id(), today).await?.len(),
        shut_sessions,
        shut_bookings: shut_bookings.len(),
        expiring_certificates,
        open_sessions: i64::try_from(waiting.iter().filter(|session| session.is_open()).count()).unwrap_or(i64::MAX),
        pending_claims: claims::queries::waiting_at(conn, center.id()).await?,
        unconfirmed_hours: waiting.iter().map(|session| session.unconfirmed).sum(),
        sessions: waiting.into_iter().take(LINES).collect(),
        without_birth_date,
        unqualified,
        qualified_for_weeks,
    })
}

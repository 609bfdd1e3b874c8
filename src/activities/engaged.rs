//! Who is busy elsewhere: sessions at the same time, led by the same worker, helped by the same team or served by the same volunteers, and
//! what else takes the worker's time. They stand in nobody's way; whoever schedules is told before anything is saved, and says why it is meant so.

use serde_json::json;

use super::rules::Slot;
use super::title::{self, Sight, Title};
use super::types::SessionId;
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::{Timestamp, Zone};
use crate::error::{Fault, Result};
use crate::store::{Conn, rows};
use crate::teams::TeamId;
use crate::web::Lang;
use crate::workers::WorkerId;

/// The longest time before another at which a session that touches it can begin.
const REACH_MILLIS: i64 = 24 * 3_600_000;

/// What is wanted, as `$1` of a statement tells it.
const WANTED: &str = "wanted (wanted_from, wanted_to, worker, team, session) as (
             select cast(j.value ->> 'from' as bigint), cast(j.value ->> 'to' as bigint),
                    cast(j.value ->> 'worker' as bigint), cast(j.value ->> 'team' as bigint), cast(j.value ->> 'session' as bigint)
             from json_each(cast($1 as json_text)) j)";

/// Who is needed when.
#[derive(Clone, Copy, Debug)]
pub struct WantedTime {
    pub slot: Slot,
    pub worker: Option<WorkerId>,
    pub team: Option<TeamId>,
    /// The session that comes to lie there: who took a shift at it comes with it. None for one that is new.
    pub session: Option<SessionId>,
}

/// What needs the same worker, team or volunteers: a session, or something of which no more is told than that the worker is busy.
#[derive(Clone, Debug)]
pub struct Engaged {
    pub session_id: Option<SessionId>,
    pub(super) worker_id: Option<WorkerId>,
    pub(super) team_id: Option<TeamId>,
    pub(super) worker: Option<String>,
    pub(super) team: Option<String>,
    /// The session that is wanted here, and who of its volunteers took a shift there.
    pub(super) serving: Option<(SessionId, String)>,
    /// A session's.
    pub(super) title: Option<Title>,
    pub(super) starts_at: Timestamp,
    pub(super) ends_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct EngagedSession {
    session_id: SessionId,
    worker_id: Option<WorkerId>,
    team_id: Option<TeamId>,
    worker: Option<String>,
    team: Option<String>,
    #[sqlx(flatten)]
    title: Title,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

impl From<EngagedSession> for Engaged {
    fn from(there: EngagedSession) -> Self {
        Self {
            session_id: Some(there.session_id),
            worker_id: there.worker_id,
            team_id: there.team_id,
            worker: there.worker,
            team: there.team,
            serving: None,
            title: Some(there.title),
            starts_at: there.starts_at,
            ends_at: there.ends_at,
        }
    }
}

/// A booking that takes a worker's time.
#[derive(sqlx::FromRow)]
struct TakenTime {
    worker_id: WorkerId,
    worker: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

impl From<TakenTime> for Engaged {
    fn from(there: TakenTime) -> Self {
        Self {
            session_id: None,
            worker_id: Some(there.worker_id),
            team_id: None,
            worker: Some(there.worker),
            team: None,
            serving: None,
            title: None,
            starts_at: there.starts_at,
            ends_at: there.ends_at,
        }
    }
}

/// A session at which volunteers of another one took shifts too.
#[derive(sqlx::FromRow)]
struct EngagedVolunteers {
    session_id: SessionId,
    wanted: SessionId,
    volunteers: String,
    #[sqlx(flatten)]
    title: Title,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

impl From<EngagedVolunteers> for Engaged {
    fn from(there: EngagedVolunteers) -> Self {
        Self {
            session_id: Some(there.session_id),
            worker_id: None,
            team_id: None,
            worker: None,
            team: None,
            serving: Some((there.wanted, there.volunteers)),
            title: Some(there.title),
            starts_at: there.starts_at,
            ends_at: there.ends_at,
        }
    }
}

impl Engaged {
    pub fn meets(&self, wanted: &WantedTime) -> bool {
        let same = |there: Option<i64>, wanted: Option<i64>| there.is_some() && there == wanted;
        self.starts_at < wanted.slot.ends_at
            && wanted.slot.starts_at < self.ends_at
            && (same(self.worker_id.map(|id| id.0), wanted.worker.map(|id| id.0))
                || same(self.team_id.map(|id| id.0), wanted.team.map(|id| id.0))
                || same(self.serving.as_ref().map(|(of, _)| of.0), wanted.session.map(|id| id.0)))
    }

    /// Who it is that is busy: the worker, the team, or both; or volunteers.
    pub fn who(&self, wanted: &WantedTime) -> String {
        let worker = self.worker.as_ref().filter(|_| self.worker_id == wanted.worker);
        let team = self.team.as_ref().filter(|_| self.team_id == wanted.team);
        let serving = self.serving.as_ref().filter(|(of, _)| Some(*of) == wanted.session).map(|(_, who)| who);
        worker.into_iter().chain(team).chain(serving).cloned().collect::<Vec<_>>().join("、")
    }

    /// `14:00–16:00 长者太极班`; `14:00–16:00 有约` where it is no session.
    pub fn what(&self, zone: Zone) -> String {
        let (from, to) = (zone.local(self.starts_at), zone.local(self.ends_at));
        let what = match &self.title {
            Some(title) => title.pick(Lang::Zh).to_owned(),
            None => Lang::Zh.text("bookings.engaged"),
        };
        format!("{}–{} {what}", from.format("%H:%M"), to.format("%H:%M"))
    }
}

/// The planned sessions of the center that meet any of what is wanted, and what else takes the time of the workers who are.
pub async fn at(by: &Coordinator, conn: &mut Conn, center: CenterId, wanted: &[WantedTime]) -> Result<Vec<Engaged>> {
    let is_anybody = |one: &&WantedTime| one.worker.is_some() || one.team.is_some() || one.session.is_some();
    let asked: Vec<&WantedTime> = wanted.iter().filter(is_anybody).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let has_volunteers = asked.iter().any(|one| one.session.is_some());
    let asked = rows(asked, |one| {
        let (from, to) = (one.slot.starts_at.0, one.slot.ends_at.0);
        json!({"from": from, "to": to, "worker": one.worker, "team": one.team, "session": one.session})
    });
    let sql = format!(
        "with {WANTED},
         busy (id) as (
             select l.id from wanted w cross join sessions l
             where l.worker_id = w.worker and l.status = 'planned' and l.starts_at < w.wanted_to
               and l.starts_at > w.wanted_from - {REACH_MILLIS} and l.ends_at > w.wanted_from
             union
             select h.id from wanted w cross join sessions h
             where h.team_id = w.team and h.status = 'planned' and h.starts_at < w.wanted_to
               and h.starts_at > w.wanted_from - {REACH_MILLIS} and h.ends_at > w.wanted_from)
         select s.id as session_id, s.worker_id, s.team_id, p.name as worker, t.name as team, {}, s.starts_at, s.ends_at
         from busy b
         join sessions s on s.id = b.id
         join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id
         left join workers v on v.id = s.worker_id
         left join people p on p.id = v.person_id
         left join teams t on t.id = s.team_id
         where s.center_id = $3
         order by s.starts_at, s.id",
        title::columns("$2")
    );
    let sessions: Vec<EngagedSession> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(&asked)
        .bind(Sight::Of(by).reader())
        .bind(center)
        .fetch_all(&mut *conn)
        .await?;
    let sql = format!(
        "with {WANTED}
         select distinct b.worker_id, p.name as worker, b.used_from as starts_at, b.used_to as ends_at
         from wanted w
         cross join bookings b
         join workers v on v.id = b.worker_id
         join people p on p.id = v.person_id
         where b.worker_id = w.worker and b.released_at is null and b.starts_at < w.wanted_to
           and b.starts_at > w.wanted_from - 2 * {REACH_MILLIS}
           and b.used_from < w.wanted_to and b.used_to > w.wanted_from and v.center_id = $2
         order by 3, 1",
    );
    let others: Vec<TakenTime> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(&asked).bind(center).fetch_all(&mut *conn).await?;
    let serving = if has_volunteers { served_elsewhere(by, conn, center, asked).await? } else { Vec::new() };
    let mut engaged: Vec<Engaged> = sessions.into_iter().map(Engaged::from).collect();
    engaged.extend(others.into_iter().map(Engaged::from));
    engaged.extend(serving.into_iter().map(Engaged::from));
    engaged.sort_by_key(|there| there.starts_at);
    Ok(engaged)
}

/// Where the volunteers of what is wanted serve at that time, of those who took a shift.
async fn served_elsewhere(
    by: &Coordinator,
    conn: &mut Conn,
    center: CenterId,
    asked: String,
) -> Result<Vec<EngagedVolunteers>> {
    let sql = format!(
        "with {WANTED},
         serving (wanted, session_id, volunteers) as (
             select w.session, z.id, string_agg(p.name, '、')
             from wanted w
             join shifts f on f.session_id = w.session and f.state = 'taken'
             join shifts o on o.person_id = f.person_id and o.state = 'taken' and o.session_id <> f.session_id
             join sessions z on z.id = o.session_id and z.status = 'planned' and z.starts_at < w.wanted_to and z.ends_at > w.wanted_from
             join people p on p.id = f.person_id
             where z.center_id = $3
             group by w.session, z.id)
         select v.wanted, v.session_id, v.volunteers, {}, s.starts_at, s.ends_at
         from serving v
         join sessions s on s.id = v.session_id
         join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id
         order by s.starts_at, s.id",
        title::columns("$2")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(asked)
        .bind(Sight::Of(by).reader())
        .bind(center)
        .fetch_all(conn)
        .await?)
}

/// The first of what is wanted at which somebody is busy, as the fault of the field that asks why it is meant so.
pub fn fault(center: &Center, wanted: &[WantedTime], engaged: &[Engaged]) -> Option<Fault> {
    wanted.iter().find_map(|one| {
        let there = engaged.iter().find(|there| there.meets(one))?;
        let told = format!("{} {} {}", there.who(one), one.slot.date, there.what(center.zone));
        Some(Fault::bound("field.busy_elsewhere", told))
    })
}

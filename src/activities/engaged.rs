//! Who is busy elsewhere: sessions at the same time, led by the same worker or helped by the same team. They stand in nobody's way; whoever
//! schedules is told before anything is saved, and says why it is meant so.

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

/// Who is needed when.
#[derive(Clone, Copy, Debug)]
pub struct WantedTime {
    pub slot: Slot,
    pub worker: Option<WorkerId>,
    pub team: Option<TeamId>,
}

/// A session that needs the same worker or the same team.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Engaged {
    pub session_id: SessionId,
    pub worker_id: Option<WorkerId>,
    pub team_id: Option<TeamId>,
    pub worker: Option<String>,
    pub team: Option<String>,
    #[sqlx(flatten)]
    pub title: Title,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

impl Engaged {
    pub fn meets(&self, wanted: &WantedTime) -> bool {
        let same = |there: Option<i64>, wanted: Option<i64>| there.is_some() && there == wanted;
        self.starts_at < wanted.slot.ends_at
            && wanted.slot.starts_at < self.ends_at
            && (same(self.worker_id.map(|id| id.0), wanted.worker.map(|id| id.0))
                || same(self.team_id.map(|id| id.0), wanted.team.map(|id| id.0)))
    }

    /// Who it is that is busy: the worker, the team, or both.
    pub fn who(&self, wanted: &WantedTime) -> String {
        let worker = self.worker.as_ref().filter(|_| self.worker_id == wanted.worker);
        let team = self.team.as_ref().filter(|_| self.team_id == wanted.team);
        worker.into_iter().chain(team).cloned().collect::<Vec<_>>().join("、")
    }

    /// `14:00–16:00 长者太极班`.
    pub fn what(&self, zone: Zone) -> String {
        let (from, to) = (zone.local(self.starts_at), zone.local(self.ends_at));
        format!("{}–{} {}", from.format("%H:%M"), to.format("%H:%M"), self.title.pick(Lang::Zh))
    }
}

/// The planned sessions that meet any of what is wanted.
pub async fn at(by: &Coordinator, conn: &mut Conn, center: CenterId, wanted: &[WantedTime]) -> Result<Vec<Engaged>> {
    let asked: Vec<&WantedTime> = wanted.iter().filter(|one| one.worker.is_some() || one.team.is_some()).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let asked = rows(
        asked,
        |one| json!({"from": one.slot.starts_at.0, "to": one.slot.ends_at.0, "worker": one.worker, "team": one.team}),
    );
    let sql = format!(
        "with wanted (wanted_from, wanted_to, worker, team) as (
             select cast(j.value ->> 'from' as bigint), cast(j.value ->> 'to' as bigint),
                    cast(j.value ->> 'worker' as bigint), cast(j.value ->> 'team' as bigint)
             from json_each(cast($2 as json_text)) j),
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
        title::columns("$1")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(asked)
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

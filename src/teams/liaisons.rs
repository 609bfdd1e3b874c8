//! The social worker who looks after a team (社工+义工联动): a relation with dates, one at a time. A worker's record stands above the teams;
//! here it is only pointed at.

use serde_json::json;

use super::types::{LiaisonChoice, LiaisonId, LiaisonOf, LookedAfter, Team, TeamId};
use crate::audit;
use crate::auth::{Coordinator, Manager};
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Result};
use crate::fields::{Fields, parse};
use crate::ids::WorkerId;
use crate::journal::{Changes, Journal, JournalTable};
use crate::locks;
use crate::store::{Conn, rows};

pub(super) const LIAISONS: JournalTable = JournalTable::plain("team_liaisons", &["id"], &["worker_id"], &[]);

/// Field `liaison`: the worker who looks after the team, or nobody.
pub fn liaison(fields: &Fields) -> Result<Option<WorkerId>> {
    let mut read = fields.read();
    let worker = read.optional("liaison", parse::choice);
    read.finish(|| worker)
}

/// Who is there on a day, for good, and may look after a team of the center, by name; and who looks after it, or will.
pub async fn choices(
    conn: &mut Conn,
    center: CenterId,
    day: Date,
    known: Option<WorkerId>,
) -> Result<Vec<LiaisonChoice>> {
    Ok(sqlx::query_as(
        "select w.id, p.name from workers w join people p on p.id = w.person_id
         where w.center_id = $1
           and (w.id = $3 or w.started_on <= $2 and w.ended_on is null)
         order by p.pinyin, w.id",
    )
    .bind(center)
    .bind(day)
    .bind(known)
    .fetch_all(conn)
    .await?)
}

/// Who looks after the team and who did, the latest first.
pub async fn of_team(conn: &mut Conn, team: TeamId) -> Result<Vec<LiaisonOf>> {
    Ok(sqlx::query_as(
        "select y.id, y.worker_id, p.name, y.from_date, y.to_date
         from team_liaisons y join workers w on w.id = y.worker_id join people p on p.id = w.person_id
         where y.team_id = $1 and (y.to_date is null or y.to_date > y.from_date)
         order by y.from_date desc, y.id desc",
    )
    .bind(team)
    .fetch_all(conn)
    .await?)
}

/// The teams that a worker looks after on a day or will, that are there.
pub async fn looked_after(conn: &mut Conn, worker: WorkerId, day: Date) -> Result<Vec<LookedAfter>> {
    Ok(sqlx::query_as(
        "select y.id, y.team_id, t.name as team, y.from_date, y.to_date
         from team_liaisons y join teams t on t.id = y.team_id
         where y.worker_id = $1 and t.disbanded_on is null and (y.to_date is null or y.to_date > $2)
           and (y.to_date is null or y.to_date > y.from_date)
         order by t.name, y.id",
    )
    .bind(worker)
    .bind(day)
    .fetch_all(conn)
    .await?)
}

/// Names the worker who looks after the team from today on, or nobody; whoever did, does so until today. Where it is so already, nothing is
/// written.
///
/// # Errors
/// `Invalid` at `liaison` for whoever is not there today as a worker of the center; `NotFound` where the team was disbanded.
pub async fn set_liaison(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    team: &Team,
    worker: Option<WorkerId>,
) -> Result<()> {
    if !locks::team(tx, team.id).await? {
        return Err(Error::NotFound);
    }
    let known: Option<WorkerId> =
        sqlx::query_scalar("select worker_id from team_liaisons where team_id = $1 and to_date is null")
            .bind(team.id)
            .fetch_optional(&mut *tx)
            .await?;
    if known == worker {
        return Ok(());
    }
    let today = center.zone.date(now.0);
    if let Some(worker) = worker {
        // Whoever lets them go waits, or is waited for.
        locks::workers(tx, [worker]).await?;
        if !choices(tx, center.id(), today, None).await?.iter().any(|one| one.id == worker) {
            return Err(Error::field("liaison", "field.not_a_choice"));
        }
    }
    end(tx, team.id, today).await?;
    if let Some(worker) = worker {
        sqlx::query(
            "insert into team_liaisons (team_id, worker_id, from_date, recorded_at, recorded_by) values ($1, $2, $3, $4, $5)",
        )
        .bind(team.id)
        .bind(worker)
        .bind(today)
        .bind(now.0)
        .bind(by.account)
        .execute(&mut *tx)
        .await?;
    }
    audit::record(tx, by, now, audit::entry("team.liaison_changed", team.id.0).at(center.id())).await
}

/// Ends whoever looks after the team on a day or would later.
pub(super) async fn end(tx: &mut Conn, team: TeamId, day: Date) -> Result<()> {
    sqlx::query(
        "update team_liaisons set to_date = case when from_date > $1 then from_date else $1 end
         where team_id = $2 and (to_date is null or to_date > $1)",
    )
    .bind(day)
    .bind(team)
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives all teams that a worker looks after from a day on to another: the new times.
///
/// # Errors
/// `Busy` where somebody else names one at the same moment.
pub async fn hand_over_liaisons(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (from, to): (WorkerId, WorkerId),
    day: Date,
) -> Result<Vec<LiaisonId>> {
    let mut moving = looked_after(tx, from, day).await?;
    for one in &mut moving {
        one.from_date = one.from_date.max(day);
    }
    sqlx::query(
        "update team_liaisons set to_date = j.value ->> 'from' from json_each(cast($1 as json_text)) j
         where team_liaisons.id = cast(j.value ->> 'id' as bigint)",
    )
    .bind(rows(&moving, |one| json!({"id": one.id, "from": one.from_date})))
    .execute(&mut *tx)
    .await?;
    let given: Vec<LiaisonId> = sqlx::query_scalar(
        "insert into team_liaisons (team_id, worker_id, from_date, to_date, recorded_at, recorded_by)
         select cast(j.value ->> 'team' as bigint), cast($2 as bigint), j.value ->> 'from', j.value ->> 'until',
                cast($3 as bigint), cast($4 as bigint)
         from json_each(cast($1 as json_text)) j where true order by cast(j.key as bigint) returning id",
    )
    .bind(rows(&moving, |one| json!({"team": one.team_id, "from": one.from_date, "until": one.to_date})))
    .bind(to)
    .bind(now.0)
    .bind(by.account)
    .fetch_all(&mut *tx)
    .await
    .on_unique("team_liaisons_now", || Error::Busy)?;
    let told: Vec<_> =
        moving.iter().map(|one| audit::entry("team.liaison_changed", one.team_id.0).at(center.id())).collect();
    audit::record_all(tx, by, now, &told).await?;
    Ok(given)
}

/// A time that was given, and the one before it that was cut short for it.
#[derive(sqlx::FromRow)]
struct GivenLiaison {
    id: LiaisonId,
    team_id: TeamId,
    before: LiaisonId,
    to_date: Option<Date>,
}

/// Takes back what [`hand_over_liaisons`] did, as far as it stands: those that went back to the worker.
///
/// # Errors
/// As [`hand_over_liaisons`].
pub async fn return_liaisons(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (worker, ids): (WorkerId, &[LiaisonId]),
) -> Result<Vec<LiaisonId>> {
    let open: Vec<GivenLiaison> = sqlx::query_as(
        "select y.id, y.team_id, max(b.id) as before, y.to_date
         from json_each(cast($1 as json_text)) j
         join team_liaisons y on y.id = cast(cast(j.value as text) as bigint)
         join teams t on t.id = y.team_id and t.disbanded_on is null
         join team_liaisons b on b.team_id = y.team_id and b.worker_id = $2 and b.to_date = y.from_date and b.id < y.id
         where (y.to_date is null or y.to_date > $3) and (y.to_date is null or y.to_date > y.from_date)
         group by y.id, y.team_id, y.to_date order by y.id",
    )
    .bind(rows(ids, |id| json!(id)))
    .bind(worker)
    .bind(center.zone.date(now.0))
    .fetch_all(&mut *tx)
    .await?;
    // The later one ends before the earlier goes on: a team has one at a time.
    sqlx::query(
        "update team_liaisons set to_date = from_date from json_each(cast($1 as json_text)) j
         where team_liaisons.id = cast(j.value ->> 'id' as bigint)",
    )
    .bind(rows(&open, |one| json!({"id": one.id})))
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update team_liaisons set to_date = j.value ->> 'until' from json_each(cast($1 as json_text)) j
         where team_liaisons.id = cast(j.value ->> 'before' as bigint)",
    )
    .bind(rows(&open, |one| json!({"before": one.before, "until": one.to_date})))
    .execute(&mut *tx)
    .await
    .on_unique("team_liaisons_now", || Error::Busy)?;
    let told: Vec<_> =
        open.iter().map(|one| audit::entry("team.liaison_changed", one.team_id.0).at(center.id())).collect();
    audit::record_all(tx, by, now, &told).await?;
    Ok(open.into_iter().map(|one| one.id).collect())
}

/// The teams that a staff record looked after which becomes part of another are the other's: of each pair, which goes and which stays.
pub async fn absorb_liaisons(tx: &mut Conn, journal: &mut Journal<'_>, pairs: &[(WorkerId, WorkerId)]) -> Result<()> {
    let found: Vec<(i64, i64)> = sqlx::query_as(
        "select y.id, cast(j.value ->> 'stays' as bigint) as stays
         from json_each(cast($1 as json_text)) j join team_liaisons y on y.worker_id = cast(j.value ->> 'gone' as bigint)",
    )
    .bind(rows(pairs, |(gone, stays)| json!({"gone": gone, "stays": stays})))
    .fetch_all(&mut *tx)
    .await?;
    let changed: Changes = found.into_iter().map(|(id, stays)| (id.into(), vec![json!(stays)])).collect();
    journal.change(tx, &LIAISONS, &["worker_id"], changed).await
}

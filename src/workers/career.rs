//! Who employs a worker, and who supervises them: relations with dates, kept when they end. What was entered by mistake is taken
//! back, and what it ended goes on.

use serde_json::json;

use super::queries;
use super::types::{Worker, WorkerId};
use crate::auth::{Manager, Viewer};
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Result};
use crate::fields::{Fields, parse};
pub use crate::ids::{EmploymentId, SupervisionId};
use crate::store::{Conn, rows};
use crate::{audit, locks};

/// A worker's time with an employer, until the next one's begins.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Employment {
    pub id: EmploymentId,
    /// The provider's name, or whoever else employs them.
    pub employer: String,
    pub started_on: Date,
}

/// A worker's time under a supervisor.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Supervision {
    pub id: SupervisionId,
    pub worker_id: WorkerId,
    /// The other one's: the supervisor's where the worker was asked for, the worker's where the supervisor was.
    pub other_id: WorkerId,
    pub name: String,
    pub center_id: CenterId,
    pub center: String,
    pub started_on: Date,
    /// The first day without.
    pub ended_on: Option<Date>,
}

impl Supervision {
    pub fn is_open(&self, day: impl std::borrow::Borrow<Date>) -> bool {
        self.ended_on.is_none_or(|ended_on| *day.borrow() < ended_on)
    }
}

/// Who employs a worker from a day on: their center's provider, where nobody else is named.
#[derive(Clone, Debug)]
pub struct EmploymentInput {
    pub employer: Option<String>,
    pub started_on: Date,
}

/// Who supervises a worker from a day on.
#[derive(Clone, Copy, Debug)]
pub struct SupervisionInput {
    pub supervisor: WorkerId,
    pub started_on: Date,
}

/// Fields `employer employed_on`.
pub fn read_employment(fields: &Fields, today: Date) -> Result<EmploymentInput> {
    let mut read = fields.read();
    let employer = read.optional("employer", parse::line(60));
    let started_on = read.required("employed_on", parse::day(today, parse::BEGINNINGS));
    read.finish(|| Some(EmploymentInput { employer: employer?, started_on: started_on? }))
}

/// Fields `supervisor supervised_on`.
pub fn read_supervision(fields: &Fields, today: Date) -> Result<SupervisionInput> {
    let mut read = fields.read();
    let supervisor = read.required("supervisor", parse::choice);
    let started_on = read.required("supervised_on", parse::day(today, parse::BEGINNINGS));
    read.finish(|| Some(SupervisionInput { supervisor: supervisor?, started_on: started_on? }))
}

/// Field `supervised_until`: the first day without a supervisor.
pub fn read_supervision_end(fields: &Fields, today: Date) -> Result<Date> {
    let mut read = fields.read();
    let day = read.required("supervised_until", parse::day(today, parse::ENDINGS));
    read.finish(|| day)
}

/// A worker's employers, the latest first.
pub async fn employments(conn: &mut Conn, worker: WorkerId) -> Result<Vec<Employment>> {
    Ok(sqlx::query_as(
        "select e.id, coalesce(p.name, e.employer) as employer, e.started_on
         from employments e left join providers p on p.id = e.provider_id
         where e.worker_id = $1 and e.voided_at is null order by e.started_on desc, e.id desc",
    )
    .bind(worker)
    .fetch_all(conn)
    .await?)
}

/// A worker's supervisors, the latest first. Of other centers as well: that somebody supervises here is the provider's doing.
pub async fn supervisors(conn: &mut Conn, worker: WorkerId) -> Result<Vec<Supervision>> {
    Ok(sqlx::query_as(
        "select x.id, x.worker_id, w.id as other_id, p.name, w.center_id, c.name as center, x.started_on, x.ended_on
         from supervisions x join workers w on w.id = x.supervisor_id join people p on p.id = w.person_id
         join centers c on c.id = w.center_id
         where x.worker_id = $1 and x.voided_at is null and (x.ended_on is null or x.started_on < x.ended_on)
         order by x.started_on desc, x.id desc",
    )
    .bind(worker)
    .fetch_all(conn)
    .await?)
}

/// Whom a worker supervises on a day or will, who are there themselves.
pub async fn supervised_by(conn: &mut Conn, supervisor: WorkerId, day: Date) -> Result<Vec<Supervision>> {
    Ok(sqlx::query_as(
        "select x.id, x.worker_id, w.id as other_id, p.name, w.center_id, c.name as center, x.started_on, x.ended_on
         from supervisions x join workers w on w.id = x.worker_id join people p on p.id = w.person_id
         join centers c on c.id = w.center_id
         where x.supervisor_id = $1 and x.voided_at is null and (x.ended_on is null or x.ended_on > $2)
           and (w.ended_on is null or w.ended_on > $2)
         order by p.pinyin, x.id",
    )
    .bind(supervisor)
    .bind(day)
    .fetch_all(conn)
    .await?)
}

/// How many a worker supervises on a day or later, who are there themselves.
pub(super) async fn supervised(conn: &mut Conn, supervisor: WorkerId, day: Date) -> Result<i64> {
    let found = supervised_by(conn, supervisor, day).await?;
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}

/// Says who employs a worker from a day on.
///
/// # Errors
/// `Invalid` at `employed_on` where another employer was entered for that day, at `employer` where nobody is named and no provider
/// runs the center.
pub async fn employ(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    input: &EmploymentInput,
) -> Result<()> {
    let provider: Option<i64> = match &input.employer {
        Some(_) => None,
        None => {
            let running = "select provider_id from operators where center_id = $1 and ends_on is null";
            let found = sqlx::query_scalar(running).bind(center.id()).fetch_optional(&mut *tx).await?;
            Some(found.ok_or_else(|| Error::field("employer", "field.required"))?)
        }
    };
    sqlx::query(
        "insert into employments (worker_id, provider_id, employer, started_on, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(worker.worker_id)
    .bind(provider)
    .bind(input.employer.as_deref())
    .bind(input.started_on)
    .bind(now.0)
    .execute(&mut *tx)
    .await
    .on_unique("employments_day", || Error::field("employed_on", "field.day_taken"))?;
    audit::record(tx, by, now, audit::entry("worker.employed", worker.worker_id.0).at(center.id())).await
}

/// Takes back an employer who was entered by mistake: the one before employs them still.
///
/// # Errors
/// `NotFound` for another worker's, or one taken back already.
pub async fn void_employment(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    id: EmploymentId,
) -> Result<()> {
    let voided = sqlx::query(
        "update employments set voided_at = $1, voided_by = $2 where id = $3 and worker_id = $4 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(id)
    .bind(worker.worker_id)
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("worker.employment_voided", worker.worker_id.0).at(center.id())).await
}

/// Names a supervisor for a worker from a day on; whoever supervises them until then does so no more.
///
/// # Errors
/// `Invalid` at `supervisor` for whoever is no social worker of the provider, there on that day, and somebody else; at
/// `supervised_on` for a day before the worker's first, after their last, or not after the day on which the last one began.
pub async fn supervise(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    input: SupervisionInput,
) -> Result<SupervisionId> {
    locks::workers(tx, [worker.worker_id, input.supervisor]).await?;
    if input.started_on < worker.started_on || !worker.is_there(input.started_on) {
        return Err(Error::field("supervised_on", "field.not_there_then"));
    }
    let known = queries::colleagues(by, tx, center.id(), input.started_on).await?;
    let is_named = known.iter().any(|one| one.id == input.supervisor && one.is_there(input.started_on));
    if !is_named || is_same_person(tx, worker, input.supervisor).await? {
        return Err(Error::field("supervisor", "field.not_a_choice"));
    }
    close(tx, worker.worker_id, input.started_on).await?;
    let id = open(tx, now, worker.worker_id, input).await?;
    audit::record(tx, by, now, audit::entry("worker.supervised", worker.worker_id.0).at(center.id())).await?;
    Ok(id)
}

async fn is_same_person(tx: &mut Conn, worker: &Worker, other: WorkerId) -> Result<bool> {
    let found: i64 = sqlx::query_scalar("select count(*) from workers where id = $1 and person_id = $2")
        .bind(other)
        .bind(worker.person.id)
        .fetch_one(tx)
        .await?;
    Ok(found > 0)
}

/// Ends whoever supervises the worker without an end, on a day.
async fn close(tx: &mut Conn, worker: WorkerId, day: Date) -> Result<()> {
    let late: i64 = sqlx::query_scalar(
        "select count(*) from supervisions
         where worker_id = $1 and voided_at is null and (started_on >= $2 or (ended_on is not null and ended_on > $2))",
    )
    .bind(worker)
    .bind(day)
    .fetch_one(&mut *tx)
    .await?;
    if late > 0 {
        return Err(Error::field("supervised_on", "field.supervised_then"));
    }
    sqlx::query(
        "update supervisions set ended_on = $2 where worker_id = $1 and ended_on is null and voided_at is null",
    )
    .bind(worker)
    .bind(day)
    .execute(tx)
    .await?;
    Ok(())
}

async fn open(tx: &mut Conn, now: Now, worker: WorkerId, input: SupervisionInput) -> Result<SupervisionId> {
    Ok(sqlx::query_scalar(
        "insert into supervisions (worker_id, supervisor_id, started_on, created_at) values ($1, $2, $3, $4) returning id",
    )
    .bind(worker)
    .bind(input.supervisor)
    .bind(input.started_on)
    .bind(now.0)
    .fetch_one(tx)
    .await
    .on_unique("supervisions_now", || Error::field("supervised_on", "field.supervised_then"))?)
}

/// Ends a worker's supervision on a day, without another's beginning.
///
/// # Errors
/// `NotFound` where nobody supervises them without an end; `Invalid` at `supervised_until` for a day before it began.
pub async fn end_supervision(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    day: Date,
) -> Result<()> {
    locks::workers(tx, [worker.worker_id]).await?;
    let begun: Date = sqlx::query_scalar(
        "select started_on from supervisions where worker_id = $1 and ended_on is null and voided_at is null",
    )
    .bind(worker.worker_id)
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Error::NotFound)?;
    if day < begun {
        return Err(Error::field("supervised_until", "field.ends_before_start"));
    }
    sqlx::query(
        "update supervisions set ended_on = $2 where worker_id = $1 and ended_on is null and voided_at is null",
    )
    .bind(worker.worker_id)
    .bind(day)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("worker.supervision_ended", worker.worker_id.0).at(center.id())).await
}

/// Takes back a supervisor who was named by mistake; whoever was before goes on.
///
/// # Errors
/// `NotFound` for another worker's, or one taken back already.
pub async fn void_supervision(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    id: SupervisionId,
) -> Result<()> {
    locks::workers(tx, [worker.worker_id]).await?;
    let is_theirs = supervisors(tx, worker.worker_id).await?.iter().any(|one| one.id == id);
    if !is_theirs || take_back(by, now, tx, &[id]).await? == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("worker.supervision_voided", worker.worker_id.0).at(center.id())).await
}

/// Voids supervisions, and lets those go on, until the same day, that ended where these began. How many were voided.
async fn take_back(by: &Viewer, now: Now, tx: &mut Conn, ids: &[SupervisionId]) -> Result<usize> {
    let voided: Vec<(WorkerId, Date, Option<Date>)> = sqlx::query_as(
        "update supervisions set voided_at = $2, voided_by = $3
         where voided_at is null
           and id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         returning worker_id, started_on, ended_on",
    )
    .bind(rows(ids, |id| json!(id)))
    .bind(now.0)
    .bind(by.account)
    .fetch_all(&mut *tx)
    .await?;
    let count = voided.len();
    sqlx::query(
        "update supervisions set ended_on = j.value ->> 'until' from json_each(cast($1 as json_text)) j
         where voided_at is null and worker_id = cast(j.value ->> 'worker' as bigint) and ended_on = j.value ->> 'begun'",
    )
    .bind(rows(voided, |(worker, begun, until)| json!({"worker": worker, "begun": begun, "until": until})))
    .execute(tx)
    .await?;
    Ok(count)
}

/// Names another supervisor from a day on for all whom `from` supervises then or later: the old ones end, the new ones are told.
/// Whoever would supervise themselves keeps the old one.
///
/// # Errors
/// `Invalid` at `supervisor` for whoever is no social worker of the provider, there on that day.
pub async fn hand_over_supervision(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (from, to): (WorkerId, WorkerId),
    day: Date,
) -> Result<Vec<SupervisionId>> {
    let known = queries::colleagues(by, tx, center.id(), day).await?;
    if !known.iter().any(|one| one.id == to && one.is_there(day)) {
        return Err(Error::field("supervisor", "field.not_a_choice"));
    }
    let mut moving: Vec<MovingSupervision> = sqlx::query_as(
        "select x.id, x.worker_id, w.center_id, x.started_on, x.ended_on
         from supervisions x join workers w on w.id = x.worker_id
         where x.supervisor_id = $1 and x.voided_at is null and (x.ended_on is null or x.ended_on > $3)
           and (w.ended_on is null or w.ended_on > $3)
           and w.person_id <> (select t.person_id from workers t where t.id = $2)
         order by x.id",
    )
    .bind(from)
    .bind(to)
    .bind(day)
    .fetch_all(&mut *tx)
    .await?;
    for one in &mut moving {
        one.started_on = one.started_on.max(day);
    }
    sqlx::query(
        "update supervisions set ended_on = j.value ->> 'from' from json_each(cast($1 as json_text)) j
         where supervisions.id = cast(j.value ->> 'id' as bigint)",
    )
    .bind(rows(&moving, |one| json!({"id": one.id, "from": one.started_on})))
    .execute(&mut *tx)
    .await?;
    let given: Vec<SupervisionId> = sqlx::query_scalar(
        "insert into supervisions (worker_id, supervisor_id, started_on, ended_on, created_at)
         select cast(j.value ->> 'worker' as bigint), cast($2 as bigint), j.value ->> 'from', j.value ->> 'until',
                cast($3 as bigint)
         from json_each(cast($1 as json_text)) j where true returning id",
    )
    .bind(rows(&moving, |one| json!({"worker": one.worker_id, "from": one.started_on, "until": one.ended_on})))
    .bind(to)
    .bind(now.0)
    .fetch_all(&mut *tx)
    .await
    .on_unique("supervisions_now", || Error::field("supervisor", "field.supervised_then"))?;
    let told: Vec<_> =
        moving.iter().map(|one| audit::entry("worker.supervised", one.worker_id.0).at(one.center_id)).collect();
    audit::record_all(tx, by, now, &told).await?;
    Ok(given)
}

#[derive(sqlx::FromRow)]
struct MovingSupervision {
    id: SupervisionId,
    worker_id: WorkerId,
    center_id: CenterId,
    started_on: Date,
    ended_on: Option<Date>,
}

/// Takes back what [`hand_over_supervision`] did, as far as it stands: those that were taken back.
pub async fn return_supervision(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    ids: &[SupervisionId],
) -> Result<Vec<SupervisionId>> {
    let open: Vec<(SupervisionId, WorkerId, CenterId)> = sqlx::query_as(
        "select x.id, x.worker_id, w.center_id from supervisions x join workers w on w.id = x.worker_id
         where x.voided_at is null
           and x.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(ids, |id| json!(id)))
    .fetch_all(&mut *tx)
    .await?;
    let ids: Vec<SupervisionId> = open.iter().map(|(id, ..)| *id).collect();
    take_back(by, now, tx, &ids).await?;
    let entry = |worker: &WorkerId| audit::entry("worker.supervision_voided", worker.0);
    let told: Vec<_> = open.iter().map(|(_, worker, center)| entry(worker).at(*center)).collect();
    audit::record_all(tx, by, now, &told).await?;
    Ok(ids)
}

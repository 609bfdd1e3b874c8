//! Taking on workers, changing what is known of them, and letting them go.

use super::types::{Worker, WorkerId, WorkerKind};
use super::{Ending, WorkerInput, WorkerRecord, career, queries};
use crate::auth::accounts::{self, NewAccount};
use crate::auth::{AccountId, Manager, Role, Scope, links};
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Refusal, Result};
use crate::people::{self, PersonId};
use crate::store::{Conn, Sealer};
use crate::{audit, locks, marks, teams};

/// Adds a worker to the center, and the sign-in that came with them or that they have. The person is the one of this name and phone.
///
/// # Errors
/// `Invalid` at `name` if the person works here already on the first day or later, at `login` if the login is taken,
/// at `account` if that is no social worker's of this center, or has a staff record.
pub async fn add(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    input: WorkerInput,
    account: Option<NewAccount>,
) -> Result<WorkerId> {
    let person = people::admit_staff(by, now, tx, sealer, center.id(), &input.name, &input.phone).await?;
    locks::person(tx, person).await?;
    let record = &input.record;
    if is_there_twice(tx, center, person, None, (record.started_on, None)).await? {
        return Err(Error::field("name", "field.works_here"));
    }
    let account = match account {
        None => match input.known_account {
            Some(known) if is_loose(by, tx, center, known).await? => Some(known),
            Some(_) => return Err(Error::field("account", "field.account_taken")),
            None => None,
        },
        Some(account) => {
            let (scope, waits) = ([Scope::Center(center.id())], account.waits());
            let id = accounts::create(by, now, tx, account, Role::SocialWorker, &scope).await?;
            if waits {
                links::issue(by, now, tx, sealer, id).await?;
            }
            Some(id)
        }
    };
    let id: WorkerId = sqlx::query_scalar(
        "insert into workers (person_id, center_id, account_id, kind, qualification, certificate_number, certificate_valid_to,
                              work_field, found_by, started_on, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
    )
    .bind(person)
    .bind(center.id())
    .bind(account)
    .bind(record.kind)
    .bind(record.qualification)
    .bind(record.certificate_number.as_deref())
    .bind(record.certificate_valid_to)
    .bind(record.work_field)
    .bind(record.found_by)
    .bind(record.started_on)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await
    .on_unique("workers_now", || Error::field("name", "field.works_here"))?;
    audit::record(tx, by, now, audit::entry("worker.added", id.0).at(center.id())).await?;
    Ok(id)
}

/// Changes what is known of a worker; where nothing is otherwise, nothing is written.
///
/// # Errors
/// `Refused("worker_changed")` where somebody changed it since `seen`, or since `worker` was read. `Invalid` at `started_on` for a
/// day after their last, or where they would be here twice; at `kind` for who supervises others and is to be no social worker.
pub async fn revise(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    record: &WorkerRecord,
    seen: Option<i64>,
) -> Result<()> {
    if seen.is_some_and(|seen| seen != worker.version) {
        return Err(Error::refused("worker_changed"));
    }
    if worker.is_known_as(record) {
        return Ok(());
    }
    if worker.ended_on.is_some_and(|ended_on| ended_on < record.started_on) {
        return Err(Error::field("started_on", "field.after_the_last_day"));
    }
    locks::person(tx, worker.person.id).await?;
    locks::workers(tx, [worker.worker_id]).await?;
    let times = (record.started_on, worker.ended_on);
    if is_there_twice(tx, center, worker.person.id, Some(worker.worker_id), times).await? {
        return Err(Error::field("started_on", "field.works_here"));
    }
    if record.kind == WorkerKind::Staff && career::supervised(tx, worker.worker_id, center.zone.date(now.0)).await? > 0
    {
        return Err(Error::field("kind", "field.supervises"));
    }
    let revised = sqlx::query(
        "update workers set kind = $1, qualification = $2, certificate_number = $3, certificate_valid_to = $4,
                work_field = $5, found_by = $6, started_on = $7, version = version + 1
         where id = $8 and version = $9",
    )
    .bind(record.kind)
    .bind(record.qualification)
    .bind(record.certificate_number.as_deref())
    .bind(record.certificate_valid_to)
    .bind(record.work_field)
    .bind(record.found_by)
    .bind(record.started_on)
    .bind(worker.worker_id)
    .bind(worker.version)
    .execute(&mut *tx)
    .await?;
    if revised.rows_affected() == 0 {
        return Err(Error::refused("worker_changed"));
    }
    // What they led is told of social workers alone.
    if record.kind != worker.kind {
        marks::led(tx, worker.worker_id).await?;
    }
    audit::record(tx, by, now, audit::entry("worker.revised", worker.worker_id.0).at(center.id())).await
}

async fn is_loose(by: &Manager, tx: &mut Conn, center: &Center, account: AccountId) -> Result<bool> {
    locks::account(tx, account).await?;
    let loose = queries::loose_accounts(by, tx, center.id()).await?;
    Ok(loose.iter().any(|known| known.id == account))
}

/// Ends a worker's time in the center on a day, or takes an end to come back. From that local date on their account, if
/// it is a social worker's of this center alone, signs in no more; one that reaches further loses this center. Before it
/// everything stays, and the day may be changed.
///
/// # Errors
/// `NotFound` if they have left already; `Invalid` at `ended_on` for a day before the first, and where they would be here
/// twice: they were taken on anew from the day that was to be the end. `Refused("worker_leads")` while they lead a session of that
/// day or later, have an appointment then, supervise somebody who stays, or look after a team: that is handed over first.
pub async fn end(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    ending: Ending,
) -> Result<()> {
    let ended_on = match ending {
        Ending::On(day) if day < worker.started_on => return Err(Error::field("ended_on", "field.ends_before_start")),
        Ending::On(day) => Some(day),
        Ending::Never => None,
    };
    let today = center.zone.date(now.0);
    if ended_on == worker.ended_on && worker.is_there(today) {
        return Ok(());
    }
    locks::person(tx, worker.person.id).await?;
    if is_there_twice(tx, center, worker.person.id, Some(worker.worker_id), (worker.started_on, ended_on)).await? {
        return Err(Error::field("ended_on", "field.works_here"));
    }
    if let Some(day) = ended_on {
        // Whoever plans a session with them holds them too.
        locks::workers(tx, [worker.worker_id]).await?;
        let open = leads_from(now, tx, center, worker.worker_id, day).await?;
        if open > 0 {
            return Err(Error::Refused(Refusal::new("worker_leads").with("n", open)));
        }
    }
    let ended = sqlx::query("update workers set ended_on = $1 where id = $2 and (ended_on is null or ended_on > $3)")
        .bind(ended_on)
        .bind(worker.worker_id)
        .bind(today)
        .execute(&mut *tx)
        .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    if let Some(account) = worker.account_id {
        match ended_on {
            Some(day) if day <= today => accounts::withdraw(by, now, tx, account, center.id()).await?,
            day => {
                let until = day.map(|day| center.zone.midnight(day));
                accounts::reach_until(tx, account, center.id(), until).await?;
            }
        }
    }
    let action = if ended_on.is_some() { "worker.ended" } else { "worker.stays" };
    let entry = audit::entry(action, worker.worker_id.0).at(center.id());
    match ended_on {
        Some(day) => audit::record(tx, by, now, entry.because(&day.to_string())).await,
        None => audit::record(tx, by, now, entry).await,
    }
}

/// How many sessions a worker leads from a day on that have not been held, for how much else their time is taken from then on, how many
/// they supervise who stay beyond it, and how many teams they look after.
async fn leads_from(now: Now, tx: &mut Conn, center: &Center, worker: WorkerId, day: Date) -> Result<i64> {
    let sessions: i64 = sqlx::query_scalar(
        "select count(*) from sessions where worker_id = $1 and status = 'planned' and local_date >= $2",
    )
    .bind(worker)
    .bind(day)
    .fetch_one(&mut *tx)
    .await?;
    // Their appointments, of which the room's booking tells; what has begun stays theirs.
    let taken: i64 = sqlx::query_scalar(
        "select count(*) from bookings where worker_id = $1 and released_at is null and used_from >= $2 and used_from > $3",
    )
    .bind(worker)
    .bind(center.zone.midnight(day))
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await?;
    let teams = teams::liaisons::looked_after(tx, worker, day).await?.len();
    Ok(sessions + taken + career::supervised(tx, worker, day).await? + i64::try_from(teams).unwrap_or(i64::MAX))
}

/// Whether the person works in the center at any time of [from, to), beside as `except`.
async fn is_there_twice(
    tx: &mut Conn,
    center: &Center,
    person: PersonId,
    except: Option<WorkerId>,
    (from, to): (Date, Option<Date>),
) -> Result<bool> {
    let others: i64 = sqlx::query_scalar(
        "select count(*) from workers
         where person_id = $1 and center_id = $2 and (ended_on is null or ended_on > $3)
           and ($4 is null or started_on < $4) and ($5 is null or id <> $5)",
    )
    .bind(person)
    .bind(center.id())
    .bind(from)
    .bind(to)
    .bind(except)
    .fetch_one(tx)
    .await?;
    Ok(others > 0)
}

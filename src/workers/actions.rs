//! Taking on workers and letting them go.

use super::{Worker, WorkerId, WorkerInput};
use crate::audit;
use crate::auth::accounts::{self, NewAccount};
use crate::auth::{Manager, Role, Scope, logins};
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::people;
use crate::store::{self, Conn, Sealer, Violation};

/// Adds a worker to the center, and the sign-in that came with them. The person is the one of this name and phone.
///
/// # Errors
/// `Invalid` at `name` if the person works here already, at `login` if the login is taken.
pub async fn add(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    input: WorkerInput,
    account: Option<NewAccount>,
) -> Result<WorkerId> {
    let person = people::admit_unknown(by, now, tx, sealer, center.id(), &input.name, &input.phone).await?;
    let account = match account {
        Some(account) => {
            let scope = [Scope::Center(center.id())];
            Some(accounts::create(by, now, tx, account, Role::SocialWorker, &scope).await?)
        }
        None => None,
    };
    let id: WorkerId = sqlx::query_scalar(
        "insert into workers (person_id, center_id, account_id, kind, qualification, certificate_number, started_on, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
    )
    .bind(person)
    .bind(center.id())
    .bind(account)
    .bind(input.kind)
    .bind(input.qualification)
    .bind(input.certificate_number)
    .bind(input.started_on)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await
    .map_err(|error| match store::violation(&error) {
        Some(Violation::Unique(_)) => Error::field("name", "field.works_here"),
        _ => error.into(),
    })?;
    audit::record(tx, by, now, audit::entry("worker.added", id.0).at(center.id())).await?;
    Ok(id)
}

/// Ends a worker's time in the center on `ended_on`. From that local date on their account, if it is a social worker's
/// of this center alone, signs in no more; one that reaches further loses this center. Before it everything stays.
///
/// # Errors
/// `NotFound` if it has ended already; `Invalid` at `ended_on` for a day before the first.
pub async fn end(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    ended_on: Date,
) -> Result<()> {
    if ended_on < worker.started_on {
        return Err(Error::field("ended_on", "field.ends_before_start"));
    }
    let ended = sqlx::query("update workers set ended_on = $1 where id = $2 and ended_on is null")
        .bind(ended_on)
        .bind(worker.worker_id)
        .execute(&mut *tx)
        .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    if let Some(account) = worker.account_id.filter(|_| ended_on > center.zone.date(now.0)) {
        sqlx::query("update account_scopes set ends_at = $1 where account_id = $2 and center_id = $3")
            .bind(center.zone.midnight(ended_on))
            .bind(account)
            .bind(center.id())
            .execute(&mut *tx)
            .await?;
    } else if let Some(account) = worker.account_id {
        sqlx::query("delete from account_scopes where account_id = $1 and center_id = $2")
            .bind(account)
            .bind(center.id())
            .execute(&mut *tx)
            .await?;
        let disabled = sqlx::query(
            "update accounts set disabled_at = $1 where id = $2 and disabled_at is null
             and not exists (select 1 from account_scopes s where s.account_id = accounts.id)",
        )
        .bind(now.0)
        .bind(account)
        .execute(&mut *tx)
        .await?;
        if disabled.rows_affected() > 0 {
            logins::revoke_all(tx, now, account, None).await?;
            audit::record(tx, by, now, audit::entry("account.disabled", account.0).at(center.id())).await?;
        }
    }
    audit::record(tx, by, now, audit::entry("worker.ended", worker.worker_id.0).at(center.id())).await
}

//! Adding policies and the people whom they cover, and marking what is risky.

use super::forms::InsuranceInput;
use super::types::{Covers, Insurance, InsuranceId};
use crate::activities::{Session, SessionStatus};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::people::{self, PersonId};
use crate::store::Conn;
use crate::{audit, locks, teams};

/// Adds a policy.
///
/// # Errors
/// `Invalid` at `policy_number` for one that is on record, at `team` for another center's.
pub async fn add(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &InsuranceInput,
) -> Result<InsuranceId> {
    if let Some(team) = input.team {
        let found = teams::queries::find(by, tx, center.id(), team).await;
        found.map_err(|error| match error {
            Error::NotFound => Error::field("team", "field.not_a_choice"),
            error => error,
        })?;
    }
    let id: InsuranceId = sqlx::query_scalar(
        "insert into insurances (center_id, insurer, policy_number, covers, team_id, valid_from, valid_to, note, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
    )
    .bind(center.id())
    .bind(&input.insurer)
    .bind(&input.policy_number)
    .bind(input.covers)
    .bind(input.team)
    .bind(input.valid_from)
    .bind(input.valid_to)
    .bind(&input.note)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await
    .on_unique("insurances_policy", || Error::field("policy_number", "field.policy_taken"))?;
    audit::record(tx, by, now, audit::entry("insurance.added", id.0).at(center.id())).await?;
    Ok(id)
}

/// Marks a policy as a mistake: it covers nobody, and never did. The row stays, with the reason.
///
/// # Errors
/// `NotFound` for another center's, and for one that is voided already.
pub async fn void(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    id: InsuranceId,
    reason: &str,
) -> Result<()> {
    let voided = sqlx::query(
        "update insurances set voided_at = $1, voided_by = $2, void_reason = $3
         where id = $4 and center_id = $5 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(id)
    .bind(center.id())
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("insurance.voided", id.0).at(center.id()).because(reason)).await
}

/// Puts somebody on the list of a policy of named people, from today on, or from its first day. Who is on it stays.
///
/// # Errors
/// `Refused("insurance_by_team")` for a policy that covers who serves; `NotFound` for somebody whom the center does not know.
pub async fn insure(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    insurance: &Insurance,
    person: PersonId,
) -> Result<()> {
    if insurance.covers != Covers::People || insurance.voided_at.is_some() {
        return Err(Error::refused("insurance_by_team"));
    }
    let person = people::queries::find(tx, center.id(), person).await?;
    locks::person(tx, person.id).await?;
    let from = center.zone.date(now.0).max(insurance.valid_from);
    let added = sqlx::query(
        "insert into insured_people (insurance_id, person_id, from_date, added_at, added_by) values ($1, $2, $3, $4, $5)
         on conflict (insurance_id, person_id) where to_date is null do nothing",
    )
    .bind(insurance.id)
    .bind(person.id)
    .bind(from)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    if added.rows_affected() > 0 {
        audit::record(tx, by, now, audit::entry("insurance.person_added", insurance.id.0).at(center.id())).await?;
    }
    Ok(())
}

/// Takes somebody off the list, from today on: the days until then stay covered.
///
/// # Errors
/// `NotFound` for somebody who is not on it.
pub async fn withdraw(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    insurance: &Insurance,
    person: PersonId,
) -> Result<()> {
    let today = center.zone.date(now.0);
    let ended = sqlx::query(
        "update insured_people set to_date = case when from_date > $1 then from_date else $1 end
         where insurance_id = $2 and person_id = $3 and to_date is null",
    )
    .bind(today)
    .bind(insurance.id)
    .bind(person)
    .execute(&mut *tx)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("insurance.person_removed", insurance.id.0).at(center.id())).await
}

/// Says that volunteers may come to harm at a session, or that they do not; with `later`, at all later planned ones of its series too.
///
/// # Errors
/// `Refused("session_over")` for one that is not planned any more.
pub async fn mark(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    session: &Session,
    (risky, later): (bool, bool),
) -> Result<()> {
    if session.status != SessionStatus::Planned {
        return Err(Error::refused("session_over"));
    }
    locks::sessions(tx, [session.id]).await?;
    let meant = "(s.id = $1 or ($2 = 1 and s.activity_id = $3 and s.starts_at > $4)) and s.status = 'planned'";
    let sql = match risky {
        true => format!(
            "insert into risky_sessions (session_id, marked_at, marked_by)
             select s.id, cast($5 as bigint), cast($6 as bigint) from sessions s where {meant}
             on conflict (session_id) do nothing"
        ),
        false => format!(
            "delete from risky_sessions where session_id in (select s.id from sessions s where {meant})
               and cast($5 as bigint) is not null and cast($6 as bigint) is not null"
        ),
    };
    let changed = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(session.id)
        .bind(crate::store::Flag::from(later))
        .bind(session.activity_id)
        .bind(session.starts_at)
        .bind(now.0)
        .bind(by.account)
        .execute(&mut *tx)
        .await?;
    if changed.rows_affected() == 0 {
        return Ok(());
    }
    let action = if risky { "session.marked_risky" } else { "session.marked_safe" };
    let count = changed.rows_affected().to_string();
    audit::record(tx, by, now, audit::entry(action, session.id.0).at(session.center_id).because(&count)).await
}

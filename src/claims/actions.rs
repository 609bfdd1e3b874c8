//! Taking a claim back, saying that it is true, and undoing what was decided.

use super::queries;
use super::types::{Claim, ClaimId, ClaimState};
use crate::audit::{self, Acting};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::hours::{self, Amendment, EntryId};
use crate::locks;
use crate::phones::ConfirmedPhone;
use crate::store::Conn;
use crate::teams::{ChangedBy, Steward, account_and_phone};

/// Takes a claim of their own back that nobody decided yet, whoever asked for them.
///
/// # Errors
/// `NotFound` for another's; `Refused("claim_decided")` where it was decided.
pub async fn withdraw_own(by: &ConfirmedPhone, now: Now, tx: &mut Conn, id: ClaimId) -> Result<()> {
    let found: Option<CenterId> =
        sqlx::query_scalar("select center_id from hour_claims where id = $1 and person_id = $2")
            .bind(id)
            .bind(by.person)
            .fetch_optional(&mut *tx)
            .await?;
    let center = found.ok_or(Error::NotFound)?;
    take_back(tx, now, id).await?;
    audit::record(tx, by, now, audit::entry("claim.withdrawn", id.0).at(center)).await
}

/// Takes back what a worker of the center asked on somebody's behalf. What others asked is theirs to take back; it can be declined.
///
/// # Errors
/// `NotFound` for another center's, and for what no worker asked; `Refused("claim_decided")` where it was decided.
pub async fn withdraw(by: &Coordinator, now: Now, tx: &mut Conn, center: &Center, id: ClaimId) -> Result<()> {
    let claim = queries::find(by, tx, center.id(), id).await?;
    if claim.asked_as != ChangedBy::Worker {
        return Err(Error::NotFound);
    }
    take_back(tx, now, id).await?;
    audit::record(tx, by, now, audit::entry("claim.withdrawn", id.0).at(center.id())).await
}

async fn take_back(tx: &mut Conn, now: Now, id: ClaimId) -> Result<()> {
    let withdrawn = sqlx::query("update hour_claims set state = $2, decided_at = $3 where id = $1 and state = $4")
        .bind(id)
        .bind(ClaimState::Withdrawn)
        .bind(now.0)
        .bind(ClaimState::Pending)
        .execute(tx)
        .await?;
    if withdrawn.rows_affected() == 0 { Err(Error::refused("claim_decided")) } else { Ok(()) }
}

/// The team's leader says that it is true, which whoever decides is shown. Nothing is decided by it.
///
/// # Errors
/// `NotFound` for another team's; `Refused("claim_endorsed")` where that was said before, `Refused("claim_decided")`,
/// `Refused("claim_endorsed_by_leader")` for a worker, who decides, and for the leader's own.
pub async fn endorse(by: &Steward, now: Now, tx: &mut Conn, id: ClaimId) -> Result<()> {
    let found: Option<(ClaimState, i64, i64)> = sqlx::query_as(
        "select c.state, case when c.endorsed_at is null then 0 else 1 end as endorsed,
                case when c.person_id = t.leader_id then 1 else 0 end as own
         from hour_claims c join teams t on t.id = c.team_id where c.id = $1 and c.team_id = $2",
    )
    .bind(id)
    .bind(by.team)
    .fetch_optional(&mut *tx)
    .await?;
    match found.ok_or(Error::NotFound)? {
        (_, _, own) if own == 1 || by.by == ChangedBy::Worker => {
            return Err(Error::refused("claim_endorsed_by_leader"));
        }
        (ClaimState::Pending, 0, _) => {}
        (ClaimState::Pending, ..) => return Err(Error::refused("claim_endorsed")),
        _ => return Err(Error::refused("claim_decided")),
    }
    let (account, phone) = account_and_phone(&by.actor());
    let endorsed = sqlx::query(
        "update hour_claims set endorsed_at = $2, endorsed_by = $3, endorsed_phone = $4
         where id = $1 and state = $5 and endorsed_at is null",
    )
    .bind(id)
    .bind(now.0)
    .bind(account)
    .bind(phone)
    .bind(ClaimState::Pending)
    .execute(&mut *tx)
    .await?;
    if endorsed.rows_affected() == 0 {
        return Err(Error::refused("claim_decided"));
    }
    audit::record(tx, by, now, audit::entry("claim.endorsed", id.0).at(by.center.id())).await
}

/// Undoes a confirmation: what came of it is reversed in the ledger, and the claim waits again, with the reason. Of a correction, the row has
/// the minutes again that it had.
///
/// # Errors
/// `NotFound` for another center's; `Refused("claim_not_confirmed")`; `Refused("hours_reversed")` where what came of it was corrected or
/// reversed since: that comes first.
pub async fn undo(by: &Coordinator, now: Now, tx: &mut Conn, center: &Center, id: ClaimId, reason: &str) -> Result<()> {
    let seen = queries::find(by, tx, center.id(), id).await?;
    locks::sessions(tx, seen.session_id).await?;
    locks::people(tx, [seen.person.id]).await?;
    let claim = queries::find(by, tx, center.id(), id).await?;
    let (ClaimState::Confirmed, Some(entry)) = (claim.state, claim.entry_id) else {
        return Err(Error::refused("claim_not_confirmed"));
    };
    match (claim.corrects_id, claim.was) {
        (Some(corrected), Some(was)) => restore(by, now, tx, center, &claim, (corrected, entry, was), reason).await?,
        _ => {
            hours::take_back(by, now, tx, center.id(), entry, reason).await?;
            wait_again(tx, &claim, None, reason).await?;
        }
    }
    audit::record(tx, by, now, audit::entry("claim.undone", id.0).at(center.id()).because(reason)).await
}

/// Enters again what was corrected. The new row stands in the old one's place: for the claim that the old one came of, and for this one,
/// which asks again that it be corrected.
async fn restore(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    claim: &Claim,
    (corrected, entry, was): (EntryId, EntryId, i64),
    reason: &str,
) -> Result<()> {
    let change = Amendment { entry, minutes: was, reason: reason.to_owned() };
    let made = hours::amend(by, now, tx, center.id(), &[change]).await?;
    let anew = made.first().copied().ok_or_else(|| Error::internal("nothing stands in its place"))?;
    wait_again(tx, claim, Some(anew), reason).await?;
    sqlx::query("update hour_claims set entry_id = $2 where entry_id = $1")
        .bind(corrected)
        .bind(anew)
        .execute(tx)
        .await?;
    Ok(())
}

async fn wait_again(tx: &mut Conn, claim: &Claim, corrects: Option<EntryId>, word: &str) -> Result<()> {
    let waits = sqlx::query(
        "update hour_claims set state = $2, entry_id = null, decided_at = null, decided_by = null, word = $3,
                corrects_id = coalesce($4, corrects_id)
         where id = $1 and state = $5",
    )
    .bind(claim.id)
    .bind(ClaimState::Pending)
    .bind(word.to_owned())
    .bind(corrects)
    .bind(ClaimState::Confirmed)
    .execute(tx)
    .await?;
    if waits.rows_affected() == 0 { Err(Error::refused("claim_not_confirmed")) } else { Ok(()) }
}

/// A claim that was declined waits again; the word stays until it is decided anew.
///
/// # Errors
/// `NotFound` for another center's; `Refused("claim_not_declined")`; `Refused("claim_open")` where another about the same row waits.
pub async fn reopen(by: &Coordinator, now: Now, tx: &mut Conn, center: &Center, id: ClaimId) -> Result<()> {
    queries::find(by, tx, center.id(), id).await?;
    let reopened = sqlx::query(
        "update hour_claims set state = $2, decided_at = null, decided_by = null where id = $1 and state = $3",
    )
    .bind(id)
    .bind(ClaimState::Pending)
    .bind(ClaimState::Declined)
    .execute(&mut *tx)
    .await
    .on_unique("hour_claims_correction", || Error::refused("claim_open"))?;
    if reopened.rows_affected() == 0 {
        return Err(Error::refused("claim_not_declined"));
    }
    audit::record(tx, by, now, audit::entry("claim.reopened", id.0).at(center.id())).await
}

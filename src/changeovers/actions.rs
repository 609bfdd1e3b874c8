//! Settling a change of provider, making its list, signing it.

use super::queries;
use super::types::{Changeover, ChangeoverId, ChangeoverSide};
use crate::audit::Actor;
use crate::auth::{CenterReader, Manager};
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::ids::ProviderId;
use crate::store::Conn;
use crate::workers::departing;
use crate::{audit, locks};

/// Settles what a change of provider means for the former one's people, in each center where `agreements::hand_over` made one: their time
/// there ends on the day. The server runs it after that, every hour; safe to run twice.
pub async fn settle(tx: &mut Conn, now: Now) -> Result<()> {
    let changed: Vec<(CenterId, ProviderId, ProviderId, Date)> = sqlx::query_as(
        "select o.center_id, p.provider_id, o.provider_id as taker_id, o.starts_on
         from operators o join operators p on p.id = (
             select max(q.id) from operators q
             where q.center_id = o.center_id and q.id < o.id and q.ends_on >= q.starts_on)
         where o.ends_on is null and p.provider_id <> o.provider_id
           and not exists (select 1 from changeovers x
                           where x.center_id = o.center_id and x.changes_on = o.starts_on
                             and x.from_provider_id = p.provider_id and x.to_provider_id = o.provider_id
                             and x.settled_at is not null)
         order by o.center_id",
    )
    .fetch_all(&mut *tx)
    .await?;
    for (center, former, new, day) in changed {
        locks::center(tx, center).await?;
        let settled: Option<ChangeoverId> = sqlx::query_scalar(
            "insert into changeovers (center_id, from_provider_id, to_provider_id, changes_on, settled_at)
             values ($1, $2, $3, $4, $5)
             on conflict (center_id, changes_on, from_provider_id, to_provider_id) do update
             set settled_at = excluded.settled_at
             where changeovers.settled_at is null
             returning id",
        )
        .bind(center)
        .bind(former)
        .bind(new)
        .bind(day)
        .bind(now.0)
        .fetch_optional(&mut *tx)
        .await?;
        // Another process was first.
        if settled.is_none() {
            continue;
        }
        let by = Actor::Operator;
        departing::depart(&by, now, tx, center, (former, new), day).await?;
        audit::record(tx, &by, now, audit::entry("center.changed_hands", center.0).at(center)).await?;
    }
    Ok(())
}

/// A manager as a reader of the center: every manager is one.
pub(super) fn reader(by: &Manager) -> Result<CenterReader> {
    CenterReader::of((**by).clone()).ok_or(Error::Forbidden)
}

/// The change as it is agreed on while the center is held: whoever gives it to another provider comes before or after.
async fn held(by: &Manager, tx: &mut Conn, now: Now, center: CenterId) -> Result<(Center, Changeover)> {
    locks::center(tx, center).await?;
    queries::opened_change(&reader(by)?, tx, now, center).await
}

/// Makes the list of what goes over to the new provider, as it is now; while nobody has signed it may be made anew. Where the center is
/// given to yet another provider, or on another day, that is another change, with a list of its own.
///
/// # Errors
/// `NotFound` where the center does not change; `Refused("changeover_signed")` where somebody has signed.
pub async fn make_list(by: &Manager, now: Now, tx: &mut Conn, center: CenterId) -> Result<ChangeoverId> {
    let (center, change) = held(by, tx, now, center).await?;
    let list = queries::list(tx, now, &center, &change).await?;
    let list = serde_json::to_string(&list).map_err(|error| Error::internal(error.to_string()))?;
    let made: Option<ChangeoverId> = sqlx::query_scalar(
        "insert into changeovers (center_id, from_provider_id, to_provider_id, changes_on, list, listed_at, listed_by)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (center_id, changes_on, from_provider_id, to_provider_id) do update
         set list = excluded.list, listed_at = excluded.listed_at, listed_by = excluded.listed_by
         where changeovers.given_at is null and changeovers.taken_at is null
         returning id",
    )
    .bind(center.id())
    .bind(change.from_id)
    .bind(change.to_id)
    .bind(change.changes_on)
    .bind(list)
    .bind(now.0)
    .bind(by.account)
    .fetch_optional(&mut *tx)
    .await?;
    let id = made.ok_or_else(|| Error::refused("changeover_signed"))?;
    audit::record(tx, by, now, audit::entry("changeover.listed", id.0).at(center.id())).await?;
    Ok(id)
}

/// Signs a list for the signer's own provider; `seen` is when it was made, where the signer was shown that.
///
/// # Errors
/// `NotFound` where the center does not change; `Refused("changeover_not_a_party")` for who manages neither of the two,
/// `Refused("changeover_other_list")` where the list is for another provider or day than the center is given to by now, or was made anew
/// since it was seen, `Refused("changeover_no_list")` where none was made, `Refused("changeover_signed")` where their side has signed.
pub async fn sign(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: CenterId,
    list: ChangeoverId,
    seen: Option<Timestamp>,
) -> Result<()> {
    let (center, change) = held(by, tx, now, center).await?;
    let side = change.side().ok_or_else(|| Error::refused("changeover_not_a_party"))?;
    if change.id != Some(list) || seen.is_some_and(|seen| change.listed_at != Some(seen)) {
        return Err(Error::refused("changeover_other_list"));
    }
    if change.listed_at.is_none() {
        return Err(Error::refused("changeover_no_list"));
    }
    let sql = match side {
        ChangeoverSide::Giver => {
            "update changeovers set given_at = $1, given_by = $2 where id = $3 and given_at is null"
        }
        ChangeoverSide::Taker => {
            "update changeovers set taken_at = $1, taken_by = $2 where id = $3 and taken_at is null"
        }
    };
    let signed = sqlx::query(sql).bind(now.0).bind(by.account).bind(list).execute(&mut *tx).await?;
    if signed.rows_affected() == 0 {
        return Err(Error::refused("changeover_signed"));
    }
    let entry = audit::entry("changeover.signed", list.0).at(center.id());
    audit::record(tx, by, now, entry.because(side.code())).await
}

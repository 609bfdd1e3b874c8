//! Asking for an erasure, and deciding about it.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::{Erasure, ErasureId, ErasureInput, ErasureState, Extent};
use super::{jobs, queries};
use crate::auth::{Coordinator, Manager};
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, OnViolation, Result};
use crate::imports::{self, NamedRosters};
use crate::people::{self, AMONG, Forgetting, Person, PersonId};
use crate::store::{self, Conn, Db, Sealer};
use crate::{
    applications, appointments, audit, certificates, check_in, claims, consents, feeds, honours, hours, households,
    insurance, merges, phones, qualifications, registrations, reservations, shifts, teams, upkeep, workers,
};

/// Asks for a person's erasure.
///
/// # Errors
/// `Refused("erasure_asked")` where somebody has already.
pub async fn ask(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, person): (&Center, &Person),
    input: &ErasureInput,
) -> Result<ErasureId> {
    let id: ErasureId = sqlx::query_scalar(
        "insert into erasures (person_id, center_id, wanted_by, reason, asked_at, asked_by, state)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(person.id)
    .bind(center.id())
    .bind(input.wanted_by)
    .bind(&input.reason)
    .bind(now.0)
    .bind(by.account)
    .bind(ErasureState::Asked)
    .fetch_one(&mut *tx)
    .await
    .on_unique("erasures_asked", || Error::refused("erasure_asked"))?;
    let entry = audit::entry("person.erasure_asked", person.id.0).at(center.id()).because(&input.reason);
    audit::record(tx, by, now, entry).await?;
    Ok(id)
}

/// Declines an erasure: the person stays, and the reason is kept.
///
/// # Errors
/// `Refused("erasure_decided")` where somebody was faster.
pub async fn decline(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    erasure: &Erasure,
    reason: &str,
) -> Result<()> {
    let declined = sqlx::query(
        "update erasures set state = $1, decided_at = $2, decided_by = $3, decline_reason = $4 where id = $5 and state = $6",
    )
    .bind(ErasureState::Declined)
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(erasure.id)
    .bind(ErasureState::Asked)
    .execute(&mut *tx)
    .await?;
    if declined.rows_affected() == 0 {
        return Err(Error::refused("erasure_decided"));
    }
    let entry = audit::entry("person.erasure_declined", erasure.person_id.0).at(center.id()).because(reason);
    audit::record(tx, by, now, entry).await
}

/// Erases the person whom the erasure is about: everywhere, or what this center wrote down where others know them whom the decider
/// does not answer for. It cannot be taken back. What is left of it in the database's files a job clears away, soon.
///
/// # Errors
/// `Refused("erasure_decided")` where somebody was faster, `Refused("erasure_works_here")` for somebody who works in a center;
/// `Busy` where too many want a hand.
pub async fn erase(
    by: &Manager,
    now: Now,
    db: &Db,
    sealer: &Sealer,
    center: &Center,
    erasure: &Erasure,
) -> Result<Extent> {
    let mut conn = db.read().await?;
    let person = people::queries::find(&mut conn, center.id(), erasure.person_id).await?.id;
    let people = erased_with(&mut conn, &[person]).await?;
    let traces = queries::traces(by, &mut conn, now, &people).await?;
    let extent = match traces.iter().any(|traces| traces.elsewhere.is_set()) {
        true => Extent::Center,
        false => Extent::Everywhere,
    };
    let gone = match extent {
        Extent::Everywhere => Forgetting::everywhere(people, now),
        Extent::Center => Forgetting::at_center(center.id(), people, now),
    };
    let named = imports::find_named(&mut conn, sealer, &gone).await?;
    drop(conn);
    let mut tx = db.begin().await?;
    people::hold(&mut tx, &gone.people).await?;
    // Somebody was made one with another meanwhile, or taken apart: who decides has to see that.
    let person = people::queries::find(&mut tx, center.id(), erasure.person_id).await?.id;
    if erased_with(&mut tx, &[person]).await? != gone.people {
        return Err(Error::Busy);
    }
    decide(by, now, &mut tx, erasure, extent).await?;
    forget_everything(&mut tx, &gone, &named).await?;
    let entry = audit::entry("person.erased", erasure.person_id.0).at(center.id()).because(&erasure.reason);
    audit::record(&mut tx, by, now, entry).await?;
    let due = wiped_from(&mut tx, now).await?;
    crate::jobs::ask(&mut tx, jobs::WIPE, &erasure.id.to_string(), due).await?;
    tx.commit().await?;
    Ok(extent)
}

async fn decide(by: &Manager, now: Now, tx: &mut Conn, erasure: &Erasure, extent: Extent) -> Result<()> {
    let decided = sqlx::query(
        "update erasures set state = $1, decided_at = $2, decided_by = $3, extent = $4 where id = $5 and state = $6",
    )
    .bind(ErasureState::Erased)
    .bind(now.0)
    .bind(by.account)
    .bind(extent)
    .bind(erasure.id)
    .bind(ErasureState::Asked)
    .execute(tx)
    .await?;
    if decided.rows_affected() == 0 { Err(Error::refused("erasure_decided")) } else { Ok(()) }
}

/// Who goes with people: the rows of each human, those that were made one with it among them.
pub async fn erased_with(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<PersonId>> {
    let sql = format!("select id from people where id in {AMONG} or merged_into in {AMONG} order by id");
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).bind(store::rows(people, |id| json!(id))).fetch_all(conn).await?)
}

/// Asks every feature to forget people. The phones come after the door, which finds scans by them; who they are goes last, for until
/// then it leads to the rest.
///
/// # Errors
/// `Refused("erasure_works_here")` where one of them works in a center.
pub async fn forget_everything(tx: &mut Conn, gone: &Forgetting, named: &NamedRosters) -> Result<()> {
    workers::forget(tx, gone).await?;
    check_in::forget(tx, gone).await?;
    phones::forget_people(tx, gone).await?;
    households::forget(tx, gone).await?;
    teams::forget(tx, gone).await?;
    hours::forget(tx, gone).await?;
    claims::forget(tx, gone).await?;
    honours::forget(tx, gone).await?;
    consents::forget(tx, gone).await?;
    qualifications::forget(tx, gone).await?;
    insurance::forget(tx, gone).await?;
    shifts::forget(tx, gone).await?;
    registrations::forget(tx, gone).await?;
    applications::forget(tx, gone).await?;
    reservations::forget(tx, gone).await?;
    certificates::forget(tx, gone).await?;
    upkeep::forget(tx, gone).await?;
    appointments::forget(tx, gone).await?;
    feeds::forget(tx, gone).await?;
    merges::forget(tx, gone).await?;
    imports::forget(tx, named).await?;
    people::forget(tx, gone).await?;
    if gone.center.is_none() {
        close_others(tx, gone).await?;
    }
    // Why it was declined before, perhaps with the name.
    let sql = format!(
        "update erasures set decline_reason = null
         where person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2)"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).execute(tx).await?;
    Ok(())
}

/// Whatever else was asked about them, at other centers too, is done with it.
async fn close_others(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update erasures set state = $2, decided_at = $3, extent = $4 where person_id in {AMONG} and state = $5"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(gone.ids())
        .bind(ErasureState::Erased)
        .bind(gone.at)
        .bind(Extent::Everywhere)
        .bind(ErasureState::Asked)
        .execute(tx)
        .await?;
    Ok(())
}

/// A database of more bytes is written anew at night: meanwhile nobody else writes.
const LARGE: i64 = 256 << 20;

/// The hour of the night at which that is.
const NIGHT: i64 = 3 * 60;

/// When the files may be cleared: at once, or the next night.
pub(crate) async fn wiped_from(conn: &mut Conn, now: Now) -> Result<Timestamp> {
    if store::size(conn).await? <= LARGE {
        return Ok(now.0);
    }
    let today: Date = Zone::SHANGHAI.date(now.0);
    let night = |day| Zone::SHANGHAI.at_minute(day, NIGHT);
    Ok(if now.0 < night(today) { night(today) } else { night(today.plus_days(1)) })
}

/// Notes that nothing is left in the files of who was erased until then.
pub(crate) async fn wiped(now: Now, tx: &mut Conn, until: Timestamp) -> Result<()> {
    sqlx::query("update erasures set wiped_at = $1 where state = $2 and wiped_at is null and decided_at <= $3")
        .bind(now.0)
        .bind(ErasureState::Erased)
        .bind(until)
        .execute(tx)
        .await?;
    Ok(())
}

/// The viewer's right to this center's erasure, found by its number.
///
/// # Errors
/// `NotFound` for another's center.
pub async fn open(by: &Manager, conn: &mut Conn, id: ErasureId) -> Result<(Center, Erasure)> {
    let center: CenterId = queries::center_of(by, conn, id).await?;
    let center = crate::centers::queries::open_to(by, conn, center).await?;
    let erasure = queries::find(conn, center.id(), id).await?;
    Ok((center, erasure))
}

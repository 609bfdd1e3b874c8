//! Setting terms, listing what was kept long enough, and erasing what stands in a list.

use serde_json::json;

use super::types::{Outcome, RetentionKind, RetentionRun, RetentionRunId, RetentionState, RetentionTerm};
use super::{jobs, queries};
use crate::audit::{self, Actor};
use crate::auth::{CityAdmin, logins};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::imports::{self, NamedRosters};
use crate::people::{self, Forgetting, PersonId};
use crate::store::{Conn, Db, Sealer, rows};
use crate::{applications, check_in, closings, erasure, phones, reservations};

/// Sets terms; where none is otherwise, nothing is written.
pub async fn set_terms(by: &CityAdmin, now: Now, tx: &mut Conn, terms: &[RetentionTerm]) -> Result<()> {
    let known = queries::terms(tx).await?;
    let changed: Vec<&RetentionTerm> = terms.iter().filter(|term| !known.contains(term)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into retention_terms (kind, months, set_at, set_by)
         select j.value ->> 'kind', cast(j.value ->> 'months' as bigint), cast($2 as bigint), cast($3 as bigint)
         from json_each(cast($1 as json_text)) j where true
         on conflict (kind) do update set months = excluded.months, set_at = excluded.set_at, set_by = excluded.set_by",
    )
    .bind(rows(&changed, |term| json!({ "kind": term.kind, "months": term.months })))
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    let said = |term: &&RetentionTerm| format!("{} {}", term.kind, term.months.unwrap_or(0));
    let detail = changed.iter().map(said).collect::<Vec<_>>().join(", ");
    audit::record(tx, by, now, audit::entry("retention.terms_set", 0).because(&detail)).await
}

/// Has a list made of what was kept long enough, in the place of one that nobody confirmed.
///
/// # Errors
/// `Refused("retention_erasing")` while another is being erased.
pub async fn list(by: &CityAdmin, now: Now, tx: &mut Conn) -> Result<RetentionRunId> {
    if queries::is_erasing(tx).await? {
        return Err(Error::refused("retention_erasing"));
    }
    sqlx::query("update retention_runs set state = $1, finished_at = $2 where state in ($3, $4)")
        .bind(RetentionState::Dropped)
        .bind(now.0)
        .bind(RetentionState::Listing)
        .bind(RetentionState::Listed)
        .execute(&mut *tx)
        .await?;
    let id: RetentionRunId =
        sqlx::query_scalar("insert into retention_runs (state, made_at, made_by) values ($1, $2, $3) returning id")
            .bind(RetentionState::Listing)
            .bind(now.0)
            .bind(by.account)
            .fetch_one(&mut *tx)
            .await?;
    crate::jobs::ask(tx, jobs::LIST, &id.to_string(), now.0).await?;
    audit::record(tx, by, now, audit::entry("retention.listed", id.0)).await?;
    Ok(id)
}

/// Fills a list; done again, it is the same list.
pub(super) async fn fill(now: Now, db: &Db, id: RetentionRunId) -> Result<()> {
    let mut conn = db.read_patiently().await?;
    let run = queries::find(&mut conn, id).await?;
    if run.state != RetentionState::Listing {
        return Ok(());
    }
    let today = Zone::SHANGHAI.date(run.made_at);
    for term in queries::terms(&mut conn).await? {
        let Some(before) = term.before(today) else { continue };
        let found = queries::kept_long(&mut conn, (term.kind, before, today), None).await?;
        for some in found.chunks(1_000) {
            let mut tx = db.begin().await?;
            sqlx::query(
                "insert into retention_items (run_id, kind, record_id, center_id, before)
                 select cast($2 as bigint), cast($3 as text), cast(j.value ->> 'id' as bigint),
                        cast(j.value ->> 'center' as bigint), cast($4 as bigint)
                 from json_each(cast($1 as json_text)) j where true
                 on conflict (run_id, kind, record_id) do nothing",
            )
            .bind(rows(some, |(id, center)| json!({ "id": id, "center": center })))
            .bind(id)
            .bind(term.kind)
            .bind(before)
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
        }
    }
    drop(conn);
    let mut tx = db.begin().await?;
    sqlx::query("update retention_runs set state = $1, listed_at = $2 where id = $3 and state = $4")
        .bind(RetentionState::Listed)
        .bind(now.0)
        .bind(id)
        .bind(RetentionState::Listing)
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Has what stands in a list erased: nothing brings it back.
///
/// # Errors
/// `Refused("retention_not_listed")` for a list that is not ready, was dropped, or was confirmed already.
pub async fn confirm(by: &CityAdmin, now: Now, tx: &mut Conn, run: &RetentionRun) -> Result<()> {
    let confirmed = sqlx::query(
        "update retention_runs set state = $1, confirmed_at = $2, confirmed_by = $3 where id = $4 and state = $5",
    )
    .bind(RetentionState::Erasing)
    .bind(now.0)
    .bind(by.account)
    .bind(run.id)
    .bind(RetentionState::Listed)
    .execute(&mut *tx)
    .await?;
    if confirmed.rows_affected() == 0 {
        return Err(Error::refused("retention_not_listed"));
    }
    crate::jobs::ask(tx, jobs::ERASE, &run.id.to_string(), now.0).await?;
    audit::record(tx, by, now, audit::entry("retention.confirmed", run.id.0)).await
}

/// The next records of a list, all of one kind.
pub(super) struct RunPart {
    run: RetentionRunId,
    kind: RetentionKind,
    before: Timestamp,
    today: Date,
    listed: Vec<i64>,
    /// Where the people among them stand in rosters.
    named: NamedRosters,
}

/// Records that are erased in one transaction: the door waits for it.
const BATCH: i64 = 200;

/// Looks at the next records, before a transaction begins; none where there are no more.
pub(super) async fn next(now: Now, db: &Db, sealer: &Sealer, run: RetentionRunId) -> Result<Option<RunPart>> {
    let mut conn = db.read_patiently().await?;
    let Some((kind, before, listed)) = queries::unsettled(&mut conn, run, BATCH).await? else { return Ok(None) };
    let today = Zone::SHANGHAI.date(now.0);
    let mut named = NamedRosters::default();
    if kind.is_people() {
        let still = queries::kept_long(&mut conn, (kind, before, today), Some(&listed)).await?;
        let people: Vec<PersonId> = still.into_iter().map(|(id, _)| PersonId(id)).collect();
        let people = erasure::erased_with(&mut conn, &people).await?;
        named = imports::find_named(&mut conn, sealer, &Forgetting::everywhere(people, now)).await?;
    }
    Ok(Some(RunPart { run, kind, before, today, listed, named }))
}

/// Erases those that are still as old as they were; says how many were looked at.
pub(super) async fn settle(by: &Actor, now: Now, tx: &mut Conn, part: &RunPart) -> Result<i64> {
    if part.kind.is_people() {
        let people: Vec<PersonId> = part.listed.iter().copied().map(PersonId).collect();
        people::hold(tx, &people).await?;
    }
    let still = queries::kept_long(tx, (part.kind, part.before, part.today), Some(&part.listed)).await?;
    let still: Vec<i64> = still.into_iter().map(|(id, _)| id).collect();
    forget(by, now, tx, part, &still).await?;
    sqlx::query(
        "update retention_items set outcome = case when record_id in (
                 select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) then $2 else $3 end
         where run_id = $4 and kind = $5 and record_id in (
                 select cast(cast(j.value as text) as bigint) from json_each(cast($6 as json_text)) j)",
    )
    .bind(rows(&still, |id| json!(id)))
    .bind(Outcome::Erased)
    .bind(Outcome::Left)
    .bind(part.run)
    .bind(part.kind)
    .bind(rows(&part.listed, |id| json!(id)))
    .execute(tx)
    .await?;
    Ok(part.listed.len() as i64)
}

async fn forget(by: &Actor, now: Now, tx: &mut Conn, part: &RunPart, records: &[i64]) -> Result<()> {
    match part.kind {
        RetentionKind::UnseenPeople | RetentionKind::WalkIns => {
            let people: Vec<PersonId> = records.iter().copied().map(PersonId).collect();
            let people = erasure::erased_with(tx, &people).await?;
            erasure::forget_everything(tx, &Forgetting::everywhere(people, now), &part.named).await?;
            let why = format!("{} {}", part.kind, part.run);
            let told: Vec<_> = records.iter().map(|id| audit::entry("person.erased", *id).because(&why)).collect();
            audit::record_all(tx, by, now, &told).await
        }
        RetentionKind::Escorts => check_in::forget_escorts(tx, records).await,
        RetentionKind::Rosters => imports::forget_rosters(tx, records).await,
        RetentionKind::ScanPhones => check_in::forget_phones(tx, records).await,
        RetentionKind::Phones => phones::forget_phones(now, tx, records).await,
        RetentionKind::LogReasons => audit::forget_details(tx, records).await,
        RetentionKind::Applications => applications::forget_old(tx, records).await,
        RetentionKind::RoomRequests => reservations::forget_old(tx, records).await,
        RetentionKind::SessionPhotos => closings::forget_old(tx, records).await,
        RetentionKind::Logins => logins::remove(tx, records).await,
    }
}

/// Notes that nothing of a list is left to be done.
pub(super) async fn finish(by: &Actor, now: Now, tx: &mut Conn, id: RetentionRunId) -> Result<()> {
    let finished = sqlx::query("update retention_runs set state = $1, finished_at = $2 where id = $3 and state = $4")
        .bind(RetentionState::Done)
        .bind(now.0)
        .bind(id)
        .bind(RetentionState::Erasing)
        .execute(&mut *tx)
        .await?;
    if finished.rows_affected() == 0 {
        return Ok(());
    }
    let counts = queries::counts(tx, id).await?;
    let all = |of: fn(&super::types::RetentionCount) -> i64| counts.iter().map(of).sum::<i64>();
    let detail = format!("{} / {}", all(|count| count.erased), all(|count| count.records));
    audit::record(tx, by, now, audit::entry("retention.erased", id.0).because(&detail)).await
}

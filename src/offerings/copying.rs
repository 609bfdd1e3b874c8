//! Making a quarter's activities again in another quarter: each in a transaction of its own, as its preview proposed.

use std::collections::BTreeMap;

use super::forms::CopyWish;
use super::sheet::{CopyFate, CopyLine};
use super::types::Quarter;
use super::{queries, sheet};
use crate::activities::preview::Laid;
use crate::activities::{self, Dated, Plan, ROOM_TAKEN, pictures};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Fault, FieldErrors, OnViolation, Refusal, Result};
use crate::ids::{ActivityId, RequestId};
use crate::locks;
use crate::registrations::terms;
use crate::store::{Conn, Db};
use crate::web::Lang;

/// What came of it.
#[derive(Debug, Default)]
pub struct CopyOutcome {
    /// What was made, by this try or before: by what it was made of.
    pub made: BTreeMap<ActivityId, ActivityId>,
    /// What was not, and why.
    pub failed: BTreeMap<ActivityId, Refusal>,
}

/// Makes what was chosen, as drafts, with the terms of registration and the picture of what it is made of. `seen` holds the marks of what
/// whoever chose it saw; what is proposed otherwise by now is not made. Whatever came between, the same try makes nothing twice.
/// There is no undo of the whole: each is a draft that nobody was told of, and is cancelled by itself, all its dates at once.
///
/// # Errors
/// `Invalid` at `overlap_reason` where somebody is busy elsewhere on some date and nobody says why it is meant so; then nothing is made.
/// `NotFound` where something was chosen that did not take place in that quarter.
pub async fn copy(
    by: &Coordinator,
    now: Now,
    db: &Db,
    center: &Center,
    (wish, seen): (&CopyWish, &BTreeMap<ActivityId, String>),
    lang: Lang,
) -> Result<CopyOutcome> {
    let mut lines = sheet::load(by, &mut *db.read().await?, now, center, wish.quarters, lang).await?;
    // Read last: where another try made something while the lines were read, they may hold its sessions and not yet that it is a copy.
    let made = queries::copied(&mut *db.read().await?, center.id(), wish.quarters.1).await?;
    for line in &mut lines {
        if let Some(id) = made.get(&line.source) {
            line.fate = CopyFate::Made(*id);
        }
    }
    let is_chosen = |line: &CopyLine| wish.chosen.contains(&line.source);
    if wish.chosen.iter().any(|id| !lines.iter().any(|line| line.source == *id)) {
        return Err(Error::NotFound);
    }
    let is_busy = lines.iter().filter(|line| is_chosen(line)).any(CopyLine::is_busy);
    if is_busy && wish.overlap_reason.is_none() {
        return Err(FieldErrors::one("overlap_reason", Fault::new("field.busy_on_dates")).into());
    }
    let mut outcome = CopyOutcome::default();
    for line in lines.into_iter().filter(is_chosen) {
        let source = line.source;
        let is_changed = seen.get(&source).is_some_and(|mark| *mark != line.mark());
        let is_ready = line.is_ready();
        let made = match line.fate {
            CopyFate::Made(id) => Ok(id),
            CopyFate::Running => Err(Error::refused("copy_running")),
            CopyFate::Laid(_) if is_changed => Err(Error::refused("copy_changed")),
            CopyFate::Laid(laid) if is_ready => make(by, now, db, center, (source, *laid), wish).await,
            CopyFate::Laid(_) | CopyFate::Faulty(_) | CopyFate::NoDate => Err(Error::refused("copy_not_ready")),
        };
        match made {
            Ok(id) => {
                outcome.made.insert(source, id);
            }
            Err(error) => {
                outcome.failed.insert(source, refusal(error)?);
            }
        }
    }
    Ok(outcome)
}

/// Why one was not made; what is no matter of its own ends the whole.
fn refusal(error: Error) -> Result<Refusal> {
    match error {
        Error::Refused(refusal) if refusal.code == ROOM_TAKEN => Ok(Refusal::new("copy_changed")),
        Error::Refused(refusal) => Ok(refusal),
        Error::Invalid(_) => Ok(Refusal::new("copy_not_ready")),
        error => Err(error),
    }
}

async fn make(
    by: &Coordinator,
    now: Now,
    db: &Db,
    center: &Center,
    (source, (mut plan, laid)): (ActivityId, (Plan, Laid)),
    wish: &CopyWish,
) -> Result<ActivityId> {
    if laid.is_busy() {
        plan.overlap_reason.clone_from(&wish.overlap_reason);
    }
    let dates = laid.dated(&plan);
    save(by, now, db, center, (source, wish.quarters.1, wish.request), (&plan, &dates[..])).await
}

/// Makes an activity again in a quarter, on dates that are decided, with the terms of registration and the picture of what it is made of.
/// Whatever came between, the same try makes nothing twice.
///
/// # Errors
/// `Refused("copy_running")` where that takes place in the quarter itself, else as [`activities::schedule`].
pub async fn save(
    by: &Coordinator,
    now: Now,
    db: &Db,
    center: &Center,
    (source, quarter, request): (ActivityId, Quarter, RequestId),
    (plan, dates): (&Plan, &[Dated]),
) -> Result<ActivityId> {
    let mut tx = db.begin().await?;
    // Of two tries at once one comes after the other, and finds what the first made.
    locks::center(&mut tx, center.id()).await?;
    if let Some(id) = made_before(&mut tx, center, (source, quarter, request)).await? {
        return Ok(id);
    }
    if queries::running(&mut tx, center.id(), quarter).await?.contains(&source) {
        return Err(Error::refused("copy_running"));
    }
    let id = activities::schedule(by, now, &mut tx, center, plan, dates).await?;
    if let Some(terms) = terms::of_activity(&mut tx, source).await? {
        terms::set_for_activity(by, now, &mut tx, (center, id), &terms).await?;
    }
    pictures::share(&mut tx, center.id(), source, id).await?;
    sqlx::query(
        "insert into activity_copies (center_id, source_id, activity_id, quarter, request_id, copied_at, copied_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(center.id())
    .bind(source)
    .bind(id)
    .bind(quarter.first())
    .bind(request)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await
    .on_unique("activity_copies_try", || Error::refused("copy_changed"))?;
    tx.commit().await?;
    Ok(id)
}

/// What this try made before, or another into the same quarter.
async fn made_before(
    tx: &mut Conn,
    center: &Center,
    (source, quarter, request): (ActivityId, Quarter, RequestId),
) -> Result<Option<ActivityId>> {
    match queries::made_by(tx, request, source).await? {
        Some(id) => Ok(Some(id)),
        None => Ok(queries::copied(tx, center.id(), quarter).await?.remove(&source)),
    }
}

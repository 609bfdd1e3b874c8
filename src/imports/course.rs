//! An import on its way: its rows applied, or taken back, some at a time.

use serde_json::json;

use super::actions::opened;
use super::queries;
use super::rows;
use super::serving::{self, BroughtRow};
use super::types::{Decision, Import, ImportId, ImportRow, ImportState, RowDone, ServiceOutcome, Verdict};
use super::{jobs, types::Course};
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::people::{self, Taken, TakenAs};
use crate::store::{Conn, Sealer};

/// Above so many rows an import goes its way by a job, so that the page may be left; one of fewer is done at once, all or none.
const AT_ONCE: i64 = 200;

impl Course {
    /// In which state it begins, in which it is under way, in which it ends.
    fn states(self) -> [ImportState; 3] {
        match self {
            Self::Apply => [ImportState::Checked, ImportState::Applying, ImportState::Applied],
            Self::Undo => [ImportState::Applied, ImportState::Undoing, ImportState::Undone],
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Apply => "import.applied",
            Self::Undo => "import.undone",
        }
    }

    /// Why an import that is in another state does not go this way.
    fn refused(self) -> Error {
        match self {
            Self::Apply => Error::refused("import_not_checked"),
            Self::Undo => Error::refused("import_not_applied"),
        }
    }

    pub(super) fn job(self) -> &'static str {
        match self {
            Self::Apply => jobs::APPLY,
            Self::Undo => jobs::UNDO,
        }
    }

    /// The state in which it is under way.
    pub(super) fn under_way(self) -> ImportState {
        self.states()[1]
    }
}

/// Sets an import on its way: from now on it is not read otherwise. Says whether it is done already, or goes on as a job.
///
/// # Errors
/// `Refused("import_not_checked")` for applying one that is not checked, or was applied; `Refused("import_not_applied")` for taking
/// back one that is not applied.
pub async fn set_out(
    course: Course,
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, import): (&Center, &Import),
) -> Result<bool> {
    let [from, under_way, _] = course.states();
    let begun = sqlx::query("update imports set state = $1 where id = $2 and state = $3")
        .bind(under_way)
        .bind(import.id)
        .bind(from)
        .execute(&mut *tx)
        .await?;
    if begun.rows_affected() == 0 {
        return Err(course.refused());
    }
    audit::record(tx, by, now, audit::entry(course.event(), import.id.0).at(center.id())).await?;
    let total: i64 = queries::tally(tx, import.id).await?.iter().map(|tally| tally.rows).sum();
    if total > AT_ONCE {
        crate::jobs::ask(tx, course.job(), &import.id.to_string(), now.0).await?;
        return Ok(false);
    }
    while go_on(course, by, now, tx, sealer, center, import.id).await? > 0 {}
    Ok(true)
}

/// Goes on with the next rows, and says how many there were: with none it has arrived. Each row is done once, however often this
/// is asked.
pub async fn go_on(
    course: Course,
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    import: ImportId,
) -> Result<usize> {
    let some = match course {
        Course::Apply => apply_some(by, now, tx, sealer, center, import).await?,
        Course::Undo => undo_some(by, now, tx, sealer, center, import).await?,
    };
    if some == 0 {
        let [_, under_way, end] = course.states();
        let at = match course {
            Course::Apply => "applied_at",
            Course::Undo => "undone_at",
        };
        let arrived = format!("update imports set state = $1, {at} = $2 where id = $3 and state = $4");
        sqlx::query(sqlx::AssertSqlSafe(arrived))
            .bind(end)
            .bind(now.0)
            .bind(import)
            .bind(under_way)
            .execute(tx)
            .await?;
    }
    Ok(some)
}

/// Rows that are applied in one transaction: the door does not wait long for it.
const BATCH: i64 = 50;

async fn apply_some(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    import: ImportId,
) -> Result<usize> {
    let waiting = queries::waiting(tx, import, BATCH).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    serving::hold(tx, import).await?;
    let known = queries::find(tx, center.id(), import).await?;
    let list = serving::name(&known);
    for row in &waiting {
        let fields = opened(sealer, &row.sealed);
        let (done, taken) = apply(by, now, tx, sealer, center, (import, row), &fields).await?;
        let served = match &taken {
            Some(taken) => serving::serve(by, now, tx, (center, &list), (row, &fields), taken.person).await?,
            None => BroughtRow::skipped(row),
        };
        keep_done(tx, sealer, (import, row.row), (done, taken), &served).await?;
    }
    Ok(waiting.len())
}

/// Keeps what became of a row.
async fn keep_done(
    tx: &mut Conn,
    sealer: &Sealer,
    (import, row): (ImportId, i64),
    (done, taken): (RowDone, Option<Taken>),
    served: &BroughtRow,
) -> Result<()> {
    let (person, before, version) = match taken {
        // Of whom nothing was written there is nothing to take back.
        Some(taken) => (Some(taken.person), taken.before, Some(taken.version)),
        None => (None, None, None),
    };
    sqlx::query(
        "update import_rows set done = $1, person_id = coalesce($2, person_id), before_sealed = $3, version = $4, membership = $5,
                member_id = $6, hours = $7, entry_id = $8, faults = $9
         where import_id = $10 and row = $11",
    )
    .bind(done)
    .bind(person)
    .bind(before.map(|before| sealer.seal(&before)))
    .bind(version)
    .bind(served.membership)
    .bind(served.member)
    .bind(served.hours)
    .bind(served.entry)
    .bind(json!(served.faults).to_string())
    .bind(import)
    .bind(row)
    .execute(tx)
    .await?;
    Ok(())
}

/// Whom a row means, by what it says and what was decided about it.
enum MeantByRows {
    /// It is not written.
    Nobody,
    /// Whoever an earlier row was.
    AsRow(i64),
    /// Somebody known, or somebody new.
    One(Option<people::PersonId>),
}

impl MeantByRows {
    fn by(row: &ImportRow) -> Self {
        match (row.verdict, row.decision, row.same_row) {
            (Verdict::Ok, _, Some(first)) | (Verdict::Namesake, Some(Decision::Same), Some(first)) => {
                Self::AsRow(first)
            }
            (Verdict::Ok, ..) => Self::One(row.person_id),
            (Verdict::Namesake, Some(Decision::Same), None) if row.person_id.is_some() => Self::One(row.person_id),
            // Who was decided to be another of the name, is one.
            (Verdict::Namesake, Some(Decision::Another), _) => Self::One(None),
            (Verdict::BirthIdMismatch, Some(Decision::ByCard | Decision::ByList), _) => Self::One(row.person_id),
            _ => Self::Nobody,
        }
    }
}

async fn apply(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    (import, row): (ImportId, &ImportRow),
    fields: &Fields,
) -> Result<(RowDone, Option<Taken>)> {
    let person = match MeantByRows::by(row) {
        MeantByRows::Nobody => return Ok((RowDone::Skipped, None)),
        MeantByRows::AsRow(first) => return as_row(tx, import, first).await,
        MeantByRows::One(person) => person,
    };
    let number = u32::try_from(row.row).unwrap_or(0);
    let read = rows::decided(number, fields, row.decision, center.zone.date(now.0));
    let Some(mut input) = read.input else { return Ok((RowDone::Failed, None)) };
    input.anyway = true;
    match people::take_in(by, now, tx, sealer, center, person, &input).await {
        Ok(taken) => Ok((taken.done.into(), Some(taken))),
        // Somebody was registered, or changed, since the rows were checked.
        Err(Error::Refused(_) | Error::Invalid(_) | Error::NotFound | Error::Gone(_)) => Ok((RowDone::Failed, None)),
        Err(error) => Err(error),
    }
}

/// Whoever an earlier row was, if it was written: of this one nothing but the service is.
async fn as_row(tx: &mut Conn, import: ImportId, first: i64) -> Result<(RowDone, Option<Taken>)> {
    let known: Option<(Option<people::PersonId>, Option<RowDone>, Option<i64>)> =
        sqlx::query_as("select person_id, done, version from import_rows where import_id = $1 and row = $2")
            .bind(import)
            .bind(first)
            .fetch_optional(tx)
            .await?;
    match known {
        Some((Some(person), Some(done), version)) if !matches!(done, RowDone::Skipped | RowDone::Failed) => {
            let taken = Taken { done: TakenAs::Kept, person, before: None, version: version.unwrap_or(0) };
            Ok((RowDone::Kept, Some(taken)))
        }
        _ => Ok((RowDone::Skipped, None)),
    }
}

impl From<people::TakenAs> for RowDone {
    fn from(taken: people::TakenAs) -> Self {
        match taken {
            people::TakenAs::Created => Self::Created,
            people::TakenAs::Enrolled => Self::Enrolled,
            people::TakenAs::Filled => Self::Filled,
            people::TakenAs::Kept => Self::Kept,
        }
    }
}

/// Whoever has come since, or was changed since, stays, and the row says so; the same of memberships and hours. Who has hours in the
/// ledger stays too, for nothing is taken out of that.
async fn undo_some(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    import: ImportId,
) -> Result<usize> {
    let applied = queries::to_take_back(tx, import, BATCH).await?;
    if applied.is_empty() {
        return Ok(0);
    }
    let known = queries::find(tx, center.id(), import).await?;
    let list = serving::name(&known);
    serving::hold_applied(tx, &applied.iter().map(|one| &one.row).collect::<Vec<_>>()).await?;
    for applied in &applied {
        let (row, version) = (&applied.row, applied.version.unwrap_or(0));
        let (membership, hours) = serving::take_back(by, now, tx, (center, &list), row).await?;
        let is_back = match (row.person_id, row.done) {
            (Some(person), Some(RowDone::Filled)) => {
                let before = applied.before_sealed.as_ref().and_then(|sealed| sealer.open(sealed)).unwrap_or_default();
                people::give_back(by, now, tx, sealer, center, (person, version), &before).await?
            }
            (Some(person), Some(RowDone::Created | RowDone::Enrolled)) => {
                people::take_out(by, now, tx, center, person).await?
            }
            // Of the person nothing was written.
            (Some(_), _) => true,
            (None, _) => false,
        };
        let stays = [membership, hours].contains(&Some(ServiceOutcome::Stays)) || !is_back;
        sqlx::query(
            "update import_rows set undone = $1, membership = $2, hours = $3 where import_id = $4 and row = $5",
        )
        .bind(if stays { "stays" } else { "undone" })
        .bind(membership)
        .bind(hours)
        .bind(import)
        .bind(row.row)
        .execute(&mut *tx)
        .await?;
    }
    Ok(applied.len())
}

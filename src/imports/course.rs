//! An import on its way: its rows applied, or taken back, some at a time.

use super::actions::opened;
use super::queries;
use super::rows;
use super::types::{Decision, Import, ImportId, ImportRow, ImportState, RowDone, Verdict};
use super::{jobs, types::Course};
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::people::{self, Taken};
use crate::store::{Conn, Sealed, Sealer};

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
    let today = center.zone.date(now.0);
    for row in &waiting {
        let (done, taken) = apply(by, now, tx, sealer, center, row, today).await?;
        let (person, before, version) = match taken {
            Some(taken) => (Some(taken.person), taken.before, Some(taken.version)),
            None => (None, None, None),
        };
        sqlx::query(
            "update import_rows set done = $1, person_id = coalesce($2, person_id), before_sealed = $3, version = $4
             where import_id = $5 and row = $6",
        )
        .bind(done)
        .bind(person)
        .bind(before.map(|before| sealer.seal(&before)))
        .bind(version)
        .bind(import)
        .bind(row.row)
        .execute(&mut *tx)
        .await?;
    }
    Ok(waiting.len())
}

async fn apply(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    row: &ImportRow,
    today: Date,
) -> Result<(RowDone, Option<Taken>)> {
    let is_meant = match row.verdict {
        Verdict::Ok => true,
        verdict => verdict.waits() && row.decision.is_some_and(|decision| decision != Decision::Skip),
    };
    if !is_meant {
        return Ok((RowDone::Skipped, None));
    }
    let number = u32::try_from(row.row).unwrap_or(0);
    let read = rows::decided(number, &opened(sealer, &row.sealed), row.decision, today);
    let Some(mut input) = read.input else { return Ok((RowDone::Failed, None)) };
    // Who was decided to be another of the name, is one.
    let person = row.person_id.filter(|_| row.verdict != Verdict::Namesake);
    input.anyway = true;
    match people::take_in(by, now, tx, sealer, center, person, &input).await {
        Ok(taken) => Ok((taken.done.into(), Some(taken))),
        // Somebody was registered, or changed, since the rows were checked.
        Err(Error::Refused(_) | Error::Invalid(_) | Error::NotFound | Error::Gone(_)) => Ok((RowDone::Failed, None)),
        Err(error) => Err(error),
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

/// Whoever has come since, or was changed since, stays, and the row says so.
async fn undo_some(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    import: ImportId,
) -> Result<usize> {
    #[derive(sqlx::FromRow)]
    struct Applied {
        row: i64,
        done: RowDone,
        person_id: Option<people::PersonId>,
        before_sealed: Option<Sealed>,
        version: Option<i64>,
    }
    let applied: Vec<Applied> = sqlx::query_as(
        "select row, done, person_id, before_sealed, version from import_rows
         where import_id = $1 and undone is null and done in ($2, $3, $4) order by row desc limit $5",
    )
    .bind(import)
    .bind(RowDone::Created)
    .bind(RowDone::Enrolled)
    .bind(RowDone::Filled)
    .bind(BATCH)
    .fetch_all(&mut *tx)
    .await?;
    for row in &applied {
        let undone = match (row.person_id, row.done) {
            (Some(person), RowDone::Filled) => {
                let before = row.before_sealed.as_ref().and_then(|sealed| sealer.open(sealed)).unwrap_or_default();
                people::give_back(by, now, tx, sealer, center, (person, row.version.unwrap_or(0)), &before).await?
            }
            (Some(person), _) => people::take_out(by, now, tx, center, person).await?,
            (None, _) => false,
        };
        sqlx::query("update import_rows set undone = $1 where import_id = $2 and row = $3")
            .bind(if undone { "undone" } else { "stays" })
            .bind(import)
            .bind(row.row)
            .execute(&mut *tx)
            .await?;
    }
    Ok(applied.len())
}

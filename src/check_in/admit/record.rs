//! Writing down what was decided: attendances, their changed times, and a scan for every try.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::decide::{Decided, NewAttendance, Scan, Spot, Stay, TryOutcome, TryVerdict};
use super::types::Key;
use super::{Admitted, Answer, Attempt, Entrance, Refused};
use crate::activities::SessionId;
use crate::centers::CenterId;
use crate::check_in::types::{AttendanceId, Part};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::groups::Groups;
use crate::people::{self, PersonId};
use crate::store::{self, Conn, Flag, place, places, rows, runs};
use crate::{audit, marks, phones, registrations};

/// Writes it all and gives each try its answer, in the tries' order.
pub(super) async fn write(
    now: Now,
    tx: &mut Conn,
    attempts: &[Attempt],
    decided: Decided,
) -> Result<Vec<Result<Answer>>> {
    let Decided { outcomes, new, stays, enrolled, turns } = decided;
    if !enrolled.is_empty() {
        enrol(now, tx, attempts, &enrolled).await?;
    }
    let numbers = if new.is_empty() { Vec::new() } else { insert(now, tx, attempts, &new, &stays).await? };
    let number = |spot: Spot| match spot {
        Spot::There(id) => Some(id),
        Spot::New(n) => numbers.get(n).copied(),
    };
    let changed: Vec<(AttendanceId, Stay)> = stays
        .values()
        .filter_map(|(spot, stay)| match spot {
            Spot::There(id) => Some((*id, *stay)),
            Spot::New(_) => None,
        })
        .collect();
    if !changed.is_empty() {
        update(tx, &changed).await?;
    }
    registrations::take_turns(now, tx, &turns).await?;
    let scans: Vec<ScanRow<'_>> = outcomes
        .iter()
        .zip(attempts)
        .filter_map(|(outcome, attempt)| match outcome {
            Ok(TryOutcome::Scan(scan)) => {
                Some(ScanRow { attempt, scan: scan.clone(), attendance: scan.spot.and_then(number) })
            }
            _ => None,
        })
        .collect();
    keep(now, tx, &scans).await?;
    phones::seen(now, tx, attempts.iter().filter_map(|attempt| attempt.by.phone)).await?;
    // At a session that is closed only a correction lets anybody in: nobody at the door pays for this.
    let corrected: BTreeSet<SessionId> =
        attempts.iter().filter(|one| one.entrance == Entrance::Correction).map(|one| one.session).collect();
    marks::sessions(tx, &corrected.into_iter().collect::<Vec<_>>()).await?;
    Ok(answers(attempts, outcomes, number))
}

fn answers(
    attempts: &[Attempt],
    outcomes: Vec<Result<TryOutcome>>,
    number: impl Fn(Spot) -> Option<AttendanceId>,
) -> Vec<Result<Answer>> {
    let mut answers: Vec<Result<Answer>> = Vec::with_capacity(outcomes.len());
    for (outcome, attempt) in outcomes.into_iter().zip(attempts) {
        let answer = outcome.and_then(|outcome| match outcome {
            TryOutcome::Replay(answer) => Ok(answer),
            TryOutcome::Scan(scan) => said(attempt, &scan, &number),
            TryOutcome::ReplayOf(before) => match answers.get(before) {
                Some(Ok(Answer::Admitted(admitted))) => Ok(Answer::Admitted(Admitted { first: false, ..*admitted })),
                Some(Ok(answer)) => Ok(*answer),
                _ => Err(Error::internal("a repeated try without its first")),
            },
        });
        answers.push(answer);
    }
    answers
}

fn said(attempt: &Attempt, scan: &Scan, number: impl Fn(Spot) -> Option<AttendanceId>) -> Result<Answer> {
    match scan.said {
        TryVerdict::Refused(refused) => Ok(Answer::Refused(refused)),
        TryVerdict::Through { at, .. } => match (scan.spot.and_then(number), scan.person) {
            (Some(attendance), Some(person)) => {
                let (part, way) = (scan.part, attempt.way);
                Ok(Answer::Admitted(Admitted { attendance, person, part, way, at, first: true }))
            }
            _ => Err(Error::internal("an attendance that was not written")),
        },
    }
}

/// Makes centers know who came there with a card or a remembered phone. From then on the center's workers may see who it is,
/// so its logbook says how that came about.
async fn enrol(now: Now, tx: &mut Conn, attempts: &[Attempt], enrolled: &[(PersonId, CenterId, usize)]) -> Result<()> {
    let people: Vec<(PersonId, CenterId)> = enrolled.iter().map(|(person, center, _)| (*person, *center)).collect();
    for fresh in people::enrol_known(now, tx, &people).await? {
        let attempt =
            enrolled.iter().find(|(person, center, _)| (*person, *center) == fresh).map(|(.., n)| &attempts[*n]);
        let Some(actor) = attempt.map(|attempt| attempt.by) else { continue };
        let actor = actor.actor(tx).await?;
        let entry = audit::entry("person.enrolled_at_door", fresh.0.0).at(fresh.1);
        audit::record(tx, &actor, now, entry).await?;
    }
    Ok(())
}

/// Writes the attendances and gives their numbers, in their order.
async fn insert(
    now: Now,
    tx: &mut Conn,
    attempts: &[Attempt],
    new: &[NewAttendance],
    stays: &BTreeMap<Key, (Spot, Stay)>,
) -> Result<Vec<AttendanceId>> {
    let numbers: Vec<AttendanceId> =
        store::reserve(tx, "attendances", new.len()).await?.into_iter().map(AttendanceId).collect();
    let numbered: Vec<(&AttendanceId, &NewAttendance)> = numbers.iter().zip(new).collect();
    for run in runs(&numbered) {
        const COLUMNS: usize = 10;
        let mut query = sqlx::query(AssertSqlSafe(format!(
            "with v as (values {})
             insert into attendances (id, session_id, person_id, part, method, came_at, left_at, away_ms, recorded_by,
                    elderly, disabled, needy, youth, subgroups, recorded_at)
             select column1, column2, column3, column4, column5, column6, column7, column8, column9,
                    column10 & 1, (column10 >> 1) & 1, (column10 >> 2) & 1, (column10 >> 3) & 1, column10 >> 4, {}
             from v where column1 is not null",
            places(tx, run.size, COLUMNS),
            place(tx, run.size * COLUMNS + 1),
        )));
        for row in run.rows() {
            let key = row.map(|(_, new)| new.key);
            let attempt = row.map(|(_, new)| &attempts[new.attempt]);
            let stay = key.and_then(|key| stays.get(&key)).map(|(_, stay)| *stay).unwrap_or_default();
            query = query
                .bind(row.map(|(number, _)| **number))
                .bind(key.map(|key| key.session))
                .bind(key.map(|key| key.person))
                .bind(key.map(|key| key.part))
                .bind(attempt.map(|attempt| attempt.method))
                .bind(stay.came_at.or(attempt.map(|attempt| attempt.occurred_at)))
                .bind(stay.left_at)
                .bind(stay.away_ms)
                .bind(attempt.and_then(|attempt| attempt.by.account()))
                .bind(row.map(|(_, new)| bits(new.groups) | new.subgroups << 4));
        }
        query = query.bind(now.0);
        query.execute(&mut *tx).await?;
    }
    Ok(numbers)
}

/// The four flags in one value: what a value costs on its way to the database is more than what it costs there.
fn bits(groups: Groups) -> i64 {
    [groups.elderly, groups.disabled, groups.needy, groups.youth]
        .iter()
        .rev()
        .fold(0, |bits, is| bits << 1 | i64::from(*is))
}

async fn update(tx: &mut Conn, changed: &[(AttendanceId, Stay)]) -> Result<()> {
    sqlx::query(
        "update attendances set came_at = coalesce(q.came, attendances.came_at), left_at = q.gone, away_ms = q.away
         from (select cast(j.value ->> 'id' as bigint) as id, cast(j.value ->> 'came' as bigint) as came,
                      cast(j.value ->> 'left' as bigint) as gone, cast(j.value ->> 'away' as bigint) as away
               from json_each(cast($1 as json_text)) j) q
         where attendances.id = q.id
           and (attendances.came_at <> q.came or coalesce(attendances.left_at, 0) <> coalesce(q.gone, 0)
                or attendances.away_ms <> q.away)",
    )
    .bind(rows(changed, |(id, stay)| {
        json!({"id": id, "came": stay.came_at.map(|at| at.0), "left": stay.left_at.map(|at| at.0), "away": stay.away_ms})
    }))
    .execute(tx)
    .await?;
    Ok(())
}

/// A try as it is kept.
struct ScanRow<'a> {
    attempt: &'a Attempt,
    scan: Scan,
    attendance: Option<AttendanceId>,
}

/// Keeps the scans.
///
/// # Errors
/// `Refused("request_reused")` where a request has one already. Requests of one session come one after the other, so its
/// number went to another session while we decided.
async fn keep(now: Now, tx: &mut Conn, scans: &[ScanRow<'_>]) -> Result<()> {
    for run in runs(scans) {
        const COLUMNS: usize = 13;
        let mut query = sqlx::query(AssertSqlSafe(format!(
            "with v as (values {})
             insert into scans (request_id, session_id, person_id, attendance_id, card_id, part, way, method, outcome,
                    occurred_at, offline, account_id, phone_id, recorded_at)
             select v.*, {} from v where column1 is not null on conflict (request_id) do nothing",
            places(tx, run.size, COLUMNS),
            place(tx, run.size * COLUMNS + 1),
        )));
        for row in run.rows() {
            let attempt = row.map(|row| row.attempt);
            let scan = row.map(|row| &row.scan);
            query = query
                .bind(scan.map(|scan| scan.request))
                .bind(attempt.map(|attempt| attempt.session))
                .bind(scan.and_then(|scan| scan.person))
                .bind(row.and_then(|row| row.attendance))
                .bind(scan.and_then(|scan| scan.card))
                .bind(scan.map(|scan| scan.part))
                .bind(attempt.map(|attempt| attempt.way))
                .bind(attempt.map(|attempt| attempt.method))
                .bind(scan.map(|scan| scan.said.word()))
                .bind(attempt.map(|attempt| attempt.occurred_at))
                .bind(attempt.map(|attempt| Flag::from(attempt.offline)))
                .bind(attempt.and_then(|attempt| attempt.by.account()))
                .bind(attempt.and_then(|attempt| attempt.by.phone));
        }
        query = query.bind(now.0);
        let kept = query.execute(&mut *tx).await?;
        if usize::try_from(kept.rows_affected()).ok() != Some(run.count()) {
            return Err(Error::refused("request_reused"));
        }
    }
    Ok(())
}

/// A try of somebody whom nobody asked who they are.
pub(super) async fn turned_away(now: Now, tx: &mut Conn, attempt: &Attempt, refused: Refused) -> Result<()> {
    let scan = Scan {
        request: crate::check_in::RequestId::random(),
        person: None,
        card: None,
        part: attempt.part.unwrap_or(Part::Participant),
        spot: None,
        said: TryVerdict::Refused(refused),
    };
    keep(now, tx, &[ScanRow { attempt, scan, attendance: None }]).await
}

//! Writing down what was decided: attendances, their changed times, and a scan for every try.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::decide::{Decided, Key, NewAttendance, Outcome, Said, Scan, Spot, Stay};
use super::{Admitted, Answer, Attempt, Refused};
use crate::activities::SessionId;
use crate::check_in::phones::PhoneId;
use crate::check_in::{AttendanceId, Part};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::store::{Conn, rows};

/// Writes it all and gives each try its answer, in the tries' order.
pub(super) async fn write(
    now: Now,
    tx: &mut Conn,
    attempts: &[Attempt],
    decided: Decided,
) -> Result<Vec<Result<Answer>>> {
    let Decided { outcomes, new, stays, enrolled } = decided;
    if !enrolled.is_empty() {
        enrol(now, tx, &enrolled).await?;
    }
    let numbers = if new.is_empty() { HashMap::new() } else { insert(now, tx, attempts, &new, &stays).await? };
    let number = |spot: Spot| match spot {
        Spot::There(id) => Some(id),
        Spot::New(n) => new.get(n).and_then(|new| numbers.get(&new.key)).copied(),
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
    let scans: Vec<Value> = outcomes
        .iter()
        .zip(attempts)
        .filter_map(|(outcome, attempt)| match outcome {
            Ok(Outcome::Scan(scan)) => Some(row(attempt, scan, scan.spot.and_then(number))),
            _ => None,
        })
        .collect();
    keep(now, tx, scans).await?;
    see_phones(now, tx, attempts).await?;
    Ok(answers(attempts, outcomes, number))
}

fn answers(
    attempts: &[Attempt],
    outcomes: Vec<Result<Outcome>>,
    number: impl Fn(Spot) -> Option<AttendanceId>,
) -> Vec<Result<Answer>> {
    let mut answers: Vec<Result<Answer>> = Vec::with_capacity(outcomes.len());
    for (outcome, attempt) in outcomes.into_iter().zip(attempts) {
        let answer = outcome.and_then(|outcome| match outcome {
            Outcome::Replay(answer) => Ok(answer),
            Outcome::Scan(scan) => said(attempt, &scan, &number),
            Outcome::ReplayOf(before) => match answers.get(before) {
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
        Said::Refused(refused) => Ok(Answer::Refused(refused)),
        Said::Through { at, .. } => match (scan.spot.and_then(number), scan.person) {
            (Some(attendance), Some(person)) => {
                let (part, way) = (scan.part, attempt.way);
                Ok(Answer::Admitted(Admitted { attendance, person, part, way, at, first: true }))
            }
            _ => Err(Error::internal("an attendance that was not written")),
        },
    }
}

async fn enrol(now: Now, tx: &mut Conn, people: &[(PersonId, crate::centers::CenterId)]) -> Result<()> {
    sqlx::query(
        "insert into enrolments (person_id, center_id, enrolled_at)
         select distinct cast(j.value ->> 'person' as bigint), cast(j.value ->> 'center' as bigint), cast($2 as bigint)
         from json_each(cast($1 as json_text)) j where true
         on conflict (person_id, center_id) do nothing",
    )
    .bind(rows(people, |(person, center)| json!({"person": person, "center": center})))
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

async fn insert(
    now: Now,
    tx: &mut Conn,
    attempts: &[Attempt],
    new: &[NewAttendance],
    stays: &std::collections::BTreeMap<Key, (Spot, Stay)>,
) -> Result<HashMap<Key, AttendanceId>> {
    let asked = rows(new, |new| {
        let attempt = &attempts[new.attempt];
        let stay = stays.get(&new.key).map(|(_, stay)| *stay).unwrap_or_default();
        json!({
            "session": new.key.session, "person": new.key.person, "part": new.key.part, "method": attempt.method,
            "came": stay.came_at.unwrap_or(attempt.occurred_at).0, "left": stay.left_at.map(|at| at.0),
            "away": stay.away_ms, "by": attempt.by.account(),
            "elderly": i64::from(new.groups.elderly), "disabled": i64::from(new.groups.disabled),
            "needy": i64::from(new.groups.needy), "youth": i64::from(new.groups.youth),
        })
    });
    let made: Vec<(AttendanceId, SessionId, PersonId, Part)> = sqlx::query_as(
        "insert into attendances (session_id, person_id, role, method, came_at, left_at, away_ms, recorded_at,
                recorded_by, elderly, disabled, needy, youth)
         select cast(j.value ->> 'session' as bigint), cast(j.value ->> 'person' as bigint), j.value ->> 'part',
                j.value ->> 'method', cast(j.value ->> 'came' as bigint), cast(j.value ->> 'left' as bigint),
                cast(j.value ->> 'away' as bigint), cast($2 as bigint), cast(j.value ->> 'by' as bigint),
                cast(j.value ->> 'elderly' as bigint), cast(j.value ->> 'disabled' as bigint),
                cast(j.value ->> 'needy' as bigint), cast(j.value ->> 'youth' as bigint)
         from json_each(cast($1 as json_text)) j order by cast(j.key as bigint)
         returning id, session_id, person_id, role",
    )
    .bind(asked)
    .bind(now.0)
    .fetch_all(tx)
    .await?;
    Ok(made.into_iter().map(|(id, session, person, part)| (Key { session, person, part }, id)).collect())
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

fn row(attempt: &Attempt, scan: &Scan, attendance: Option<AttendanceId>) -> Value {
    let outcome = match scan.said {
        Said::Through { word, .. } => word,
        Said::Refused(refused) => refused.code.code(),
    };
    json!({
        "request": scan.request.to_string(), "session": attempt.session, "person": scan.person,
        "attendance": attendance, "card": scan.card, "part": scan.part, "way": attempt.way, "method": attempt.method,
        "outcome": outcome, "at": attempt.occurred_at.0, "offline": i64::from(attempt.offline),
        "by": attempt.by.account(), "phone": attempt.by.phone,
    })
}

/// Keeps the scans.
///
/// # Errors
/// `Refused("request_reused")` where a request has one already. Requests of one session come one after the other, so its
/// number went to another session while we decided.
async fn keep(now: Now, tx: &mut Conn, scans: Vec<Value>) -> Result<()> {
    let wanted = scans.len();
    if wanted == 0 {
        return Ok(());
    }
    let kept = sqlx::query(
        "insert into scans (request_id, session_id, person_id, attendance_id, card_id, role, way, method, outcome,
                occurred_at, recorded_at, offline, account_id, phone_id)
         select j.value ->> 'request', cast(j.value ->> 'session' as bigint), cast(j.value ->> 'person' as bigint),
                cast(j.value ->> 'attendance' as bigint), cast(j.value ->> 'card' as bigint), j.value ->> 'part',
                j.value ->> 'way', j.value ->> 'method', j.value ->> 'outcome', cast(j.value ->> 'at' as bigint),
                cast($2 as bigint), cast(j.value ->> 'offline' as bigint), cast(j.value ->> 'by' as bigint),
                cast(j.value ->> 'phone' as bigint)
         from json_each(cast($1 as json_text)) j where true order by cast(j.key as bigint)
         on conflict (request_id) do nothing",
    )
    .bind(rows(scans, |row| row))
    .bind(now.0)
    .execute(tx)
    .await?;
    if usize::try_from(kept.rows_affected()).ok() == Some(wanted) {
        Ok(())
    } else {
        Err(Error::refused("request_reused"))
    }
}

/// Phones that knocked were seen.
async fn see_phones(now: Now, tx: &mut Conn, attempts: &[Attempt]) -> Result<()> {
    let phones: BTreeSet<PhoneId> = attempts.iter().filter_map(|attempt| attempt.by.phone).collect();
    if phones.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update phones set seen_at = $2
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(phones, |id| json!(id)))
    .bind(now.0)
    .execute(tx)
    .await?;
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
        said: Said::Refused(refused),
    };
    keep(now, tx, vec![row(attempt, &scan, None)]).await
}

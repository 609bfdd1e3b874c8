//! Handing a worker's work over, and taking that back.

use std::collections::BTreeSet;

use serde_json::json;

use super::forms::HandoverInput;
use super::queries;
use super::types::{Handover, HandoverId, HandoverKind, HandoverOutcome, OpenThing};
use crate::auth::Manager;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::ids::{AppointmentId, FillingId, LiaisonId, SessionId, SupervisionId};
use crate::store::{Conn, rows};
use crate::workers::{self, Ending, Worker, WorkerId, career, posts};
use crate::{activities, appointments, audit, locks, teams};

/// A line of the handover's list.
struct HandoverLine {
    kind: HandoverKind,
    subject: i64,
    worker: Option<WorkerId>,
    outcome: HandoverOutcome,
}

/// Gives all that a worker has in hand from a day on to those who are named for it, writes down what cannot be given, and, where it is
/// wanted, ends their time on that day: all or nothing.
///
/// # Errors
/// `NotFound` for who has left. `Refused("handover_empty")` where they have nothing in hand and do not leave, which is also what the
/// later of two at one moment finds. `Invalid` at `successor` where sessions, colleagues or teams would be left without anybody; at
/// `sessions`, `appointments`, `supervisor`, `posts`, `liaison`, `rest` or `successor` for who may not take that over; as [`workers::end`] where they leave.
pub async fn hand_over(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    input: &HandoverInput,
) -> Result<HandoverId> {
    let (id, from) = (worker.worker_id, input.from);
    let sessions = activities::led_from(tx, id, from).await?;
    locks::sessions(tx, sessions).await?;
    let looked_after = teams::liaisons::looked_after(tx, id, from).await?;
    for team in looked_after.iter().map(|one| one.team_id).collect::<BTreeSet<_>>() {
        locks::team(tx, team).await?;
    }
    // Their end holds them too, before what hangs on them.
    locks::person(tx, worker.person.id).await?;
    let supervised = career::supervised_by(tx, id, from).await?.into_iter().map(|one| one.other_id);
    locks::workers(tx, input.named().chain([id]).chain(supervised)).await?;
    // As it is now that nobody else changes it.
    let worker = workers::queries::find(tx, center.id(), id).await?;
    if !worker.is_there(center.zone.date(now.0)) {
        return Err(Error::NotFound);
    }
    let open = queries::open_things(by, tx, now, center, &worker, from).await?;
    if open.is_empty() && !input.leaves {
        return Err(Error::refused("handover_empty"));
    }
    let mut lines = given(by, now, tx, center, &worker, input, &open).await?;
    let rest = match input.looks_after() {
        Some(rest) => Some(successor(tx, center, &worker, rest, "rest", input).await?.worker_id),
        None => None,
    };
    let is_listed = |thing: &&OpenThing| !thing.kind.is_given();
    lines.extend(open.iter().filter(is_listed).map(|thing| HandoverLine {
        kind: thing.kind,
        subject: thing.subject_id,
        worker: rest,
        outcome: HandoverOutcome::Listed,
    }));
    let handover: HandoverId = sqlx::query_scalar(
        "insert into handovers (center_id, worker_id, from_day, made_at, made_by) values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(center.id())
    .bind(id)
    .bind(from)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    write(tx, handover, &lines).await?;
    audit::record(tx, by, now, audit::entry("worker.handed_over", id.0).at(center.id())).await?;
    if input.leaves {
        let ending = workers::end(by, now, tx, center, &worker, Ending::On(from)).await;
        ending.map_err(|error| error.in_field("ended_on", "from"))?;
    }
    Ok(handover)
}

/// What is given, kind by kind, and what of it stays on the list.
async fn given(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    input: &HandoverInput,
    open: &[OpenThing],
) -> Result<Vec<HandoverLine>> {
    let (id, from) = (worker.worker_id, input.from);
    let has = |kind: HandoverKind| open.iter().any(|thing| thing.kind == kind);
    let nobody = || Error::field("successor", "field.nobody_leads");
    let mut lines = Vec::new();
    if has(HandoverKind::Sessions) {
        let to = input.leads_sessions().ok_or_else(nobody)?;
        let to = successor(tx, center, worker, to, "sessions", input).await?;
        for session in activities::hand_over_sessions(by, now, tx, center, (id, &to), from).await? {
            lines.push(line(HandoverKind::Sessions, session.0, Some(to.worker_id), HandoverOutcome::Given));
        }
    }
    if has(HandoverKind::Appointments) {
        lines.extend(given_appointments(by, now, tx, center, worker, input).await?);
    }
    if has(HandoverKind::Supervision) {
        let to = input.supervises().ok_or_else(nobody)?;
        if to == id {
            return Err(Error::field("supervisor", "field.not_a_choice"));
        }
        for one in career::hand_over_supervision(by, now, tx, center, (id, to), from).await? {
            lines.push(line(HandoverKind::Supervision, one.0, Some(to), HandoverOutcome::Given));
        }
        // Nobody supervises themselves: whoever is left is named another in a step of its own.
        if !career::supervised_by(tx, id, from).await?.is_empty() {
            return Err(Error::field("supervisor", "field.supervises_themselves"));
        }
    }
    if has(HandoverKind::Liaison) {
        let to = input.liaises().ok_or_else(nobody)?;
        let to = successor(tx, center, worker, to, "liaison", input).await?;
        // Whose last day is known would leave the teams with nobody.
        if to.ended_on.is_some() {
            let field = if input.liaison.is_some() { "liaison" } else { "successor" };
            return Err(Error::field(field, "field.not_there_then"));
        }
        let to = to.worker_id;
        for one in teams::hand_over_liaisons(by, now, tx, center, (id, to), from).await? {
            lines.push(line(HandoverKind::Liaison, one.0, Some(to), HandoverOutcome::Given));
        }
    }
    if has(HandoverKind::Posts) {
        let theirs = |kind: HandoverKind| open.iter().filter(move |thing| thing.kind == kind);
        match input.fills_posts() {
            Some(to) => {
                let to = successor(tx, center, worker, to, "posts", input).await?;
                let (filled, vacant) = posts::hand_over_posts(by, now, tx, center, (id, &to), from).await?;
                for one in filled {
                    lines.push(line(HandoverKind::Posts, one.0, Some(to.worker_id), HandoverOutcome::Given));
                }
                lines.extend(
                    vacant.into_iter().map(|one| line(HandoverKind::Posts, one.0, None, HandoverOutcome::Listed)),
                );
            }
            None => lines.extend(
                theirs(HandoverKind::Posts)
                    .map(|thing| line(HandoverKind::Posts, thing.subject_id, None, HandoverOutcome::Listed)),
            ),
        }
    }
    Ok(lines)
}

/// What people have appointments for: with another, or, where that is wanted, called off.
async fn given_appointments(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    input: &HandoverInput,
) -> Result<Vec<HandoverLine>> {
    let (id, from, kind) = (worker.worker_id, input.from, HandoverKind::Appointments);
    if let Some(reason) = &input.appointments_off {
        let off = appointments::cancel_appointments(by, now, tx, center, id, (from, reason)).await?;
        return Ok(off.into_iter().map(|one| line(kind, one.0, None, HandoverOutcome::Cancelled)).collect());
    }
    let to = input.takes_appointments().ok_or_else(|| Error::field("successor", "field.nobody_leads"))?;
    let to = successor(tx, center, worker, to, "appointments", input).await?;
    let given = appointments::hand_over_appointments(by, now, tx, center, (id, &to), from).await?;
    Ok(given.into_iter().map(|one| line(kind, one.0, Some(to.worker_id), HandoverOutcome::Given)).collect())
}

fn line(kind: HandoverKind, subject: i64, worker: Option<WorkerId>, outcome: HandoverOutcome) -> HandoverLine {
    HandoverLine { kind, subject, worker, outcome }
}

/// Somebody else of the center who is there on the day.
async fn successor(
    tx: &mut Conn,
    center: &Center,
    worker: &Worker,
    id: WorkerId,
    field: &'static str,
    input: &HandoverInput,
) -> Result<Worker> {
    let field = if input.successor == Some(id) { "successor" } else { field };
    let to = match workers::queries::find(tx, center.id(), id).await {
        Err(Error::NotFound) => return Err(Error::field(field, "field.not_a_choice")),
        found => found?,
    };
    if to.worker_id == worker.worker_id {
        return Err(Error::field(field, "field.not_a_choice"));
    }
    if !to.is_there(input.from) || input.from < to.started_on {
        return Err(Error::field(field, "field.not_there_then"));
    }
    Ok(to)
}

async fn write(tx: &mut Conn, handover: HandoverId, lines: &[HandoverLine]) -> Result<()> {
    sqlx::query(
        "insert into handover_items (handover_id, kind, subject_id, worker_id, outcome)
         select cast($2 as bigint), j.value ->> 'kind', cast(j.value ->> 'subject' as bigint),
                cast(j.value ->> 'worker' as bigint), j.value ->> 'outcome'
         from json_each(cast($1 as json_text)) j where true order by cast(j.key as bigint)",
    )
    .bind(rows(
        lines,
        |line| json!({"kind": line.kind, "subject": line.subject, "worker": line.worker, "outcome": line.outcome}),
    ))
    .bind(handover)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a handover back, as far as what was given stands as it was given: the list says what went back.
///
/// # Errors
/// `NotFound` where it was taken back already. `Refused("handover_gone")` where the worker has left, or will on a day to come: that is
/// taken back first.
pub async fn undo(by: &Manager, now: Now, tx: &mut Conn, center: &Center, handover: &Handover) -> Result<()> {
    let items = queries::items(by, tx, handover.id).await?;
    let given = |kind: HandoverKind| {
        let of = move |item: &&super::HandoverItem| item.kind == kind && item.outcome == HandoverOutcome::Given;
        items.iter().filter(of)
    };
    let sessions: Vec<(SessionId, WorkerId)> = given(HandoverKind::Sessions)
        .filter_map(|item| Some((SessionId(item.subject_id), item.worker.as_ref()?.0)))
        .collect();
    let taken: Vec<(AppointmentId, WorkerId)> = given(HandoverKind::Appointments)
        .filter_map(|item| Some((AppointmentId(item.subject_id), item.worker.as_ref()?.0)))
        .collect();
    let supervisions: Vec<_> = given(HandoverKind::Supervision).map(|item| SupervisionId(item.subject_id)).collect();
    let fillings: Vec<_> = given(HandoverKind::Posts).map(|item| FillingId(item.subject_id)).collect();
    let liaisons: Vec<_> = given(HandoverKind::Liaison).map(|item| LiaisonId(item.subject_id)).collect();
    locks::sessions(tx, sessions.iter().map(|(id, _)| *id)).await?;
    locks::workers(tx, [handover.worker_id]).await?;
    let worker = workers::queries::find(tx, center.id(), handover.worker_id).await?;
    if worker.ended_on.is_some() {
        return Err(Error::refused("handover_gone"));
    }
    let undone = sqlx::query("update handovers set undone_at = $1, undone_by = $2 where id = $3 and undone_at is null")
        .bind(now.0)
        .bind(by.account)
        .bind(handover.id)
        .execute(&mut *tx)
        .await?;
    if undone.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let sessions = activities::return_sessions(by, now, tx, center, (worker.worker_id, &sessions)).await?;
    let taken = appointments::return_appointments(by, now, tx, center, (worker.worker_id, &taken)).await?;
    let supervisions = career::return_supervision(by, now, tx, &supervisions).await?;
    let fillings = posts::return_posts(by, now, tx, center, &fillings).await?;
    let liaisons = teams::return_liaisons(by, now, tx, center, (worker.worker_id, &liaisons)).await?;
    let returned = [
        (HandoverKind::Sessions, sessions.iter().map(|id| id.0).collect::<Vec<_>>()),
        (HandoverKind::Appointments, taken.iter().map(|id| id.0).collect()),
        (HandoverKind::Supervision, supervisions.iter().map(|id| id.0).collect()),
        (HandoverKind::Posts, fillings.iter().map(|id| id.0).collect()),
        (HandoverKind::Liaison, liaisons.iter().map(|id| id.0).collect()),
    ];
    let returned = returned.iter().flat_map(|(kind, ids)| ids.iter().map(move |id| (kind, id)));
    sqlx::query(
        "update handover_items set outcome = $3 from json_each(cast($1 as json_text)) j
         where handover_id = $2 and kind = j.value ->> 'kind' and outcome = $4
           and subject_id = cast(j.value ->> 'subject' as bigint)",
    )
    .bind(rows(returned, |(kind, id)| json!({"kind": kind, "subject": id})))
    .bind(handover.id)
    .bind(HandoverOutcome::Returned)
    .bind(HandoverOutcome::Given)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("worker.handover_undone", worker.worker_id.0).at(center.id())).await
}

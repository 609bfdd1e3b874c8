//! Writing down trainings and commendations, and taking that back.

use std::collections::BTreeSet;

use serde_json::json;

use super::forms::{AwardInput, TrainingInput};
use super::queries;
use super::types::{Commendation, CommendationId, Honoured, Training, TrainingId};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::files::{self, CheckedFile, Secrecy};
use crate::ids::{PersonId, TeamId};
use crate::store::{Conn, Sealer, rows};
use crate::{audit, locks, people, teams};

/// A team of the center, disbanded or not.
async fn known_team(by: &Coordinator, tx: &mut Conn, center: &Center, team: TeamId) -> Result<()> {
    match teams::queries::find(by, tx, center.id(), team).await {
        Err(Error::NotFound) => Err(Error::field("team", "field.not_a_choice")),
        found => found.map(|_| ()),
    }
}

/// Holds people whom the center knows, all of them.
async fn known_people(tx: &mut Conn, center: &Center, asked: &[PersonId]) -> Result<Vec<PersonId>> {
    let asked: BTreeSet<PersonId> = asked.iter().copied().collect();
    let asked: Vec<PersonId> = asked.into_iter().collect();
    locks::people(tx, asked.iter().copied()).await?;
    let known = people::queries::these(tx, center.id(), &asked).await?;
    if known.len() == asked.len() { Ok(asked) } else { Err(Error::NotFound) }
}

/// Writes down a training. Who attended is entered after it.
///
/// # Errors
/// `Invalid` at `team` for another center's.
pub async fn record(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &TrainingInput,
) -> Result<TrainingId> {
    if let Some(team) = input.team {
        known_team(by, tx, center, team).await?;
    }
    let id: TrainingId = sqlx::query_scalar(
        "insert into trainings (center_id, team_id, title, held_on, minutes, giver, place, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
    )
    .bind(center.id())
    .bind(input.team)
    .bind(&input.title)
    .bind(input.held_on)
    .bind(input.minutes)
    .bind(&input.giver)
    .bind(&input.place)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("training.recorded", id.0).at(center.id())).await?;
    Ok(id)
}

/// Puts people on the list of those who attended. Who is on it stays.
///
/// # Errors
/// `Refused("training_voided")`; `NotFound` where the center does not know one of them.
pub async fn attend(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    training: &Training,
    asked: &[PersonId],
) -> Result<()> {
    if training.voided_at.is_some() {
        return Err(Error::refused("training_voided"));
    }
    let people = known_people(tx, center, asked).await?;
    let added = sqlx::query(
        "insert into trained_people (training_id, person_id, added_at, added_by)
         select cast($2 as bigint), cast(cast(j.value as text) as bigint), cast($3 as bigint), cast($4 as bigint)
         from json_each(cast($1 as json_text)) j where true
         on conflict (training_id, person_id) where removed_at is null do nothing",
    )
    .bind(rows(people, |id| json!(id)))
    .bind(training.id)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    if added.rows_affected() == 0 {
        return Ok(());
    }
    let count = added.rows_affected().to_string();
    let entry = audit::entry("training.people_added", training.id.0).at(center.id()).because(&count);
    audit::record(tx, by, now, entry).await
}

/// Takes somebody off the list who was not there. They can be put on it again.
///
/// # Errors
/// `NotFound` for who is not on it.
pub async fn withdraw(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    training: &Training,
    person: PersonId,
) -> Result<()> {
    locks::person(tx, person).await?;
    let removed = sqlx::query(
        "update trained_people set removed_at = $1, removed_by = $2
         where training_id = $3 and person_id = $4 and removed_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(training.id)
    .bind(person)
    .execute(&mut *tx)
    .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("training.person_removed", training.id.0).at(center.id())).await
}

/// Marks a training as a mistake: nobody attended it. The row stays, with the reason.
///
/// # Errors
/// `NotFound` for another center's, and for one that is voided already.
pub async fn void_training(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    id: TrainingId,
    reason: &str,
) -> Result<()> {
    let voided = sqlx::query(
        "update trainings set voided_at = $1, voided_by = $2, void_reason = $3
         where id = $4 and center_id = $5 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(id)
    .bind(center.id())
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("training.voided", id.0).at(center.id()).because(reason)).await
}

/// Lays a scan of the certificate with somebody on a training's list, in the place of the one there was.
///
/// # Errors
/// `NotFound` as [`queries::training_paper`]'s.
pub(super) async fn keep_certificate(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    (training, person): (&Training, PersonId),
    scan: &CheckedFile,
) -> Result<()> {
    locks::person(tx, person).await?;
    // Of who was erased no new paper is kept.
    people::queries::find(tx, center.id(), person).await?;
    let before = queries::training_paper(tx, training, person).await?;
    let kept = files::keep(now, tx, sealer, scan, Secrecy::Sealed).await?;
    sqlx::query(
        "update trained_people set file_id = $3 where training_id = $1 and person_id = $2 and removed_at is null",
    )
    .bind(training.id)
    .bind(person)
    .bind(kept)
    .execute(&mut *tx)
    .await?;
    if let Some(before) = before {
        files::forget(tx, before).await?;
    }
    audit::record(tx, by, now, audit::entry("training.paper_kept", training.id.0).at(center.id())).await
}

/// Writes down a commendation, of a team or of each of several people. Who has it already, keeps it as it is.
///
/// # Errors
/// `Invalid` at `team` for another center's; `NotFound` where the center does not know one of the people;
/// `Refused("commended_already")` where all of them have this commendation of this day.
pub async fn give(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &AwardInput,
    whom: &Honoured,
) -> Result<Vec<CommendationId>> {
    let given: Vec<CommendationId> = match whom {
        Honoured::Team(team) => {
            known_team(by, tx, center, *team).await?;
            insert(by, now, tx, center, input, &[json!({"team": team})]).await?
        }
        Honoured::People(people) => {
            let people = known_people(tx, center, people).await?;
            let people: Vec<_> = people.into_iter().map(|person| json!({"person": person})).collect();
            insert(by, now, tx, center, input, &people).await?
        }
    };
    if given.is_empty() {
        return Err(Error::refused("commended_already"));
    }
    let told: Vec<_> = given.iter().map(|id| audit::entry("commendation.given", id.0).at(center.id())).collect();
    audit::record_all(tx, by, now, &told).await?;
    Ok(given)
}

async fn insert(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    input: &AwardInput,
    whom: &[serde_json::Value],
) -> Result<Vec<CommendationId>> {
    Ok(sqlx::query_scalar(
        "insert into commendations (center_id, person_id, team_id, title, level, giver, given_on, for_year, what, recorded_at,
                recorded_by)
         select cast($2 as bigint), cast(j.value ->> 'person' as bigint), cast(j.value ->> 'team' as bigint), cast($3 as text),
                cast($4 as text), cast($5 as text), cast($6 as text), cast($7 as bigint), cast($8 as text), cast($9 as bigint),
                cast($10 as bigint)
         from json_each(cast($1 as json_text)) j where true order by cast(j.key as bigint)
         on conflict do nothing returning id",
    )
    .bind(rows(whom, serde_json::Value::clone))
    .bind(center.id())
    .bind(&input.title)
    .bind(input.level)
    .bind(&input.giver)
    .bind(input.given_on)
    .bind(input.for_year)
    .bind(&input.what)
    .bind(now.0)
    .bind(by.account)
    .fetch_all(tx)
    .await?)
}

/// Marks a commendation as a mistake, or as taken back. The row stays, with the reason; the same can be given again.
///
/// # Errors
/// `NotFound` for another center's, and for one that is voided already.
pub async fn void_commendation(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    id: CommendationId,
    reason: &str,
) -> Result<()> {
    let voided = sqlx::query(
        "update commendations set voided_at = $1, voided_by = $2, void_reason = $3
         where id = $4 and center_id = $5 and voided_at is null",
    )
    .bind(now.0)
    .bind(by.account)
    .bind(reason)
    .bind(id)
    .bind(center.id())
    .execute(&mut *tx)
    .await?;
    if voided.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("commendation.voided", id.0).at(center.id()).because(reason)).await
}

/// Lays a scan of the paper with a commendation, in the place of the one there was.
///
/// # Errors
/// `NotFound` for one that is voided.
pub(super) async fn keep_paper(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, one): (&Center, &Commendation),
    scan: &CheckedFile,
) -> Result<()> {
    if let Some(person) = one.person_id {
        locks::person(tx, person).await?;
        people::queries::find(tx, center.id(), person).await?;
    }
    // As it is now that the person is held: of two scans at one moment one takes the other's place.
    let before = queries::commendation(tx, center.id(), one.id).await?;
    if before.voided_at.is_some() {
        return Err(Error::NotFound);
    }
    let kept = files::keep(now, tx, sealer, scan, Secrecy::Sealed).await?;
    sqlx::query("update commendations set file_id = $2 where id = $1")
        .bind(one.id)
        .bind(kept)
        .execute(&mut *tx)
        .await?;
    if let Some(before) = before.file_id {
        files::forget(tx, before).await?;
    }
    audit::record(tx, by, now, audit::entry("commendation.paper_kept", one.id.0).at(center.id())).await
}

//! What is held while sessions are planned: rooms, teams, and those who are to lead.

use std::collections::BTreeSet;

use serde_json::json;

use crate::clock::Date;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::locks;
use crate::rooms::RoomId;
use crate::store::{self, Conn};
use crate::teams::TeamId;
use crate::workers::WorkerId;

/// Lets one booking after the other into each of the rooms, in the order of their ids, and keeps rooms and team from
/// being given up meanwhile; who changes sessions has held them before ([`locks`]). Not needed for which booking wins, but two who insert at once would wait for each other in
/// PostgreSQL's exclusion constraint until it calls that a deadlock.
///
/// # Errors
/// `Refused("room_out_of_use")` or `Refused("team_disbanded")` for what was given up since it was chosen.
pub(super) async fn hold(
    tx: &mut Conn,
    rooms: impl IntoIterator<Item = RoomId>,
    teams: impl IntoIterator<Item = TeamId>,
) -> Result<()> {
    for room in rooms.into_iter().collect::<BTreeSet<_>>() {
        if !locks::room(tx, room).await? {
            return Err(Error::refused("room_out_of_use"));
        }
    }
    for team in teams.into_iter().collect::<BTreeSet<_>>() {
        if !locks::team(tx, team).await? {
            return Err(Error::refused("team_disbanded"));
        }
    }
    Ok(())
}

/// Keeps those who are to lead from leaving meanwhile, and looks whether they are there on the days.
///
/// # Errors
/// `Invalid` at `worker` for who will have left by one of them.
pub(super) async fn hold_leads(tx: &mut Conn, leads: &[(WorkerId, Date)]) -> Result<()> {
    if leads.is_empty() {
        return Ok(());
    }
    locks::workers(tx, leads.iter().map(|(worker, _)| *worker)).await?;
    let gone: Option<Date> = sqlx::query_scalar(
        "select min(v.ended_on) from json_each(cast($1 as json_text)) j
         join workers v on v.id = cast(j.value ->> 'worker' as bigint) and v.ended_on <= j.value ->> 'day'",
    )
    .bind(store::rows(leads, |(worker, day)| json!({"worker": worker, "day": day})))
    .fetch_one(tx)
    .await?;
    match gone {
        Some(day) => Err(FieldErrors::one("worker", Fault::bound("field.worker_gone", day)).into()),
        None => Ok(()),
    }
}

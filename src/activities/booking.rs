//! From a plan to sessions: what the page and the API do alike around the actions.

use super::actions::{self, Dated, Fate};
use super::engaged::{self, WantedTime};
use super::forms::{Plan, Reason};
use super::placing::{self, Placing};
use super::rules::{self, Occupant, Slot, State};
use super::types::{ActivityId, Session, SessionId};
use super::{queries, taken};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, FieldErrors, Result};
use crate::holidays::{self, Holiday};
use crate::rooms::{self, Closure, Room};
use crate::store::{Conn, Db, Tx};

/// What was there around some slots when it was read. Only for showing: the database decides when it is written.
pub struct Around {
    pub occupants: Vec<Occupant>,
    pub closures: Vec<Closure>,
}

impl Around {
    /// Reads bookings and closures around `slots` with three queries, however many slots there are.
    pub async fn load(by: &Coordinator, conn: &mut Conn, center: &Center, slots: &[Slot]) -> Result<Self> {
        let occupants = taken::occupants(by, conn, center.id(), slots).await?;
        let (first, last) =
            (slots.iter().map(|slot| slot.starts_at).min(), slots.iter().map(|slot| slot.ends_at).max());
        let closures = match (first, last) {
            (Some(first), Some(last)) => rooms::queries::closures(conn, center.id(), first, last).await?,
            _ => Vec::new(),
        };
        Ok(Self { occupants, closures })
    }

    pub fn state(&self, room: &Room, slot: &Slot) -> State {
        rules::state(room, slot, &self.occupants, &self.closures)
    }

    /// How the first of the rooms stands that cannot be had then, and which it is; free where all can, or none is needed.
    pub fn state_of_all<'a>(&self, rooms: &'a [Room], slot: &Slot) -> (State, Option<&'a Room>) {
        let mut states = rooms.iter().map(|room| (self.state(room, slot), Some(room)));
        states.find(|(state, _)| !state.is_free()).unwrap_or((State::Free, None))
    }

    /// The same without the sessions `moving`, which do not stand in their own way.
    fn without(mut self, moving: &[SessionId]) -> Self {
        self.occupants.retain(|there| there.session_id.is_none_or(|session| !moving.contains(&session)));
        self
    }
}

/// The holidays from the first of the slots to the last. They stand in nobody's way; whoever schedules is told.
pub async fn holidays(conn: &mut Conn, slots: &[Slot]) -> Result<Vec<Holiday>> {
    match (slots.first(), slots.last()) {
        (Some(first), Some(last)) => holidays::queries::between(conn, first.date, last.date).await,
        _ => Ok(Vec::new()),
    }
}

/// Schedules a single event.
///
/// # Errors
/// As [`single_date`]; refused with what is there where a room was taken.
pub async fn single(by: &Coordinator, now: Now, db: &Db, center: &Center, plan: &Plan) -> Result<ActivityId> {
    let dated = single_date(by, db, center, plan).await?;
    match series(by, now, db, center, plan, &dated).await {
        Err(error) => Err(lost_single(by, db, center, plan, error).await),
        done => done,
    }
}

/// The date of a single event, once it may be scheduled so.
///
/// # Errors
/// Refused with the hours if a room is closed then; `Invalid` at `overlap_reason` where somebody is busy elsewhere then and nobody says
/// why it is meant so.
pub async fn single_date(by: &Coordinator, db: &Db, center: &Center, plan: &Plan) -> Result<[Dated; 1]> {
    let slot = plan.place.slot;
    let mut conn = db.read().await?;
    let closures = Around::load(by, &mut conn, center, &[slot]).await?.closures;
    let rooms = &plan.place.rooms;
    for room in rooms {
        refuse_closed(center, room, &slot, &closures)?;
    }
    ask_who_is_busy(by, &mut conn, center, plan, &[slot]).await?;
    Ok([Dated { slot, fate: Fate::Book(rooms.clone()) }])
}

/// Why a single event could not be scheduled: where a room was taken, by what.
pub async fn lost_single(by: &Coordinator, db: &Db, center: &Center, plan: &Plan, error: Error) -> Error {
    let wanted: Vec<(&Room, Slot)> = plan.place.rooms.iter().map(|room| (room, plan.place.slot)).collect();
    named(by, db, center, &wanted, &[], error).await
}

/// Looks whether who is to lead or to help a plan is busy elsewhere at one of these times.
///
/// # Errors
/// `Invalid` at `overlap_reason` where somebody is, and the plan does not say why it is meant so.
pub async fn ask_who_is_busy(
    by: &Coordinator,
    conn: &mut Conn,
    center: &Center,
    plan: &Plan,
    slots: &[Slot],
) -> Result<()> {
    if plan.overlap_reason.is_some() {
        return Ok(());
    }
    let (worker, team) = (plan.place.worker(), plan.place.team);
    let wanted: Vec<WantedTime> =
        slots.iter().map(|slot| WantedTime { slot: *slot, worker, team, session: None }).collect();
    let there = engaged::at(by, conn, center.id(), &wanted).await?;
    match engaged::fault(center, &wanted, &there) {
        Some(fault) => Err(FieldErrors::one("overlap_reason", fault).into()),
        None => Ok(()),
    }
}

/// Schedules a series whose dates are decided.
///
/// # Errors
/// `Refused("room_taken")`, without saying by whom, if a date was lost meanwhile: the preview shows it.
pub async fn series(
    by: &Coordinator,
    now: Now,
    db: &Db,
    center: &Center,
    plan: &Plan,
    dates: &[Dated],
) -> Result<ActivityId> {
    let mut tx = db.begin().await?;
    let id = actions::schedule(by, now, &mut tx, center, plan, dates).await?;
    tx.commit().await?;
    Ok(id)
}

/// Which way of not taking place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    Cancel,
    Skip,
}

/// Lets a session, and by the reason's scope others of its series, not take place.
///
/// # Errors
/// As [`actions::cancel`].
pub async fn drop_out(
    by: &Coordinator,
    now: Now,
    tx: &mut Tx,
    session: &Session,
    why: &Reason,
    way: Conflict,
) -> Result<()> {
    let series = queries::of_activity(by, tx, session.activity_id).await?;
    let meant = rules::meant(session, &series, why.scope, now.0);
    match way {
        Conflict::Cancel => actions::cancel(by, now, tx, &meant, &why.text).await,
        Conflict::Skip => actions::skip(by, now, tx, &meant, &why.text).await,
    }
}

pub(super) fn refuse_closed(center: &Center, room: &Room, slot: &Slot, closures: &[Closure]) -> Result<()> {
    let refusal =
        rules::open(room, slot, closures).err().and_then(|state| rules::refusal(room, center.zone, slot, &state));
    refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// Adds a cancelled or skipped session again.
///
/// # Errors
/// As [`actions::restore`], with the name of what is in the way; `Refused` if a room is closed then; `Invalid` at `overlap_reason` where
/// who leads it, or helps, is busy elsewhere by now and nobody says why it is meant so.
pub async fn restore(
    by: &Coordinator,
    now: Now,
    db: &Db,
    center: &Center,
    session: &Session,
    overlap_reason: Option<&str>,
) -> Result<()> {
    let mut conn = db.read().await?;
    let placing = placing::placed(&mut conn, session.clone()).await?.placing;
    let known = rooms::queries::of_center(&mut conn, center.id()).await?;
    let rooms = rooms_of(&placing, &known)?;
    if rooms.is_empty() && placing.venue.is_none() {
        return Err(Error::refused("room_out_of_use"));
    }
    let slot = session.slot();
    let closures = Around::load(by, &mut conn, center, &[slot]).await?.closures;
    let wanted = [WantedTime { slot, worker: session.worker_id, team: session.team_id, session: Some(session.id) }];
    let mut there = engaged::at(by, &mut conn, center.id(), &wanted).await?;
    there.retain(|one| one.session_id != Some(session.id));
    drop(conn);
    rules::may_change(session)?;
    for room in &rooms {
        refuse_closed(center, room, &slot, &closures)?;
    }
    // Noted only where it is for something.
    let reason = match (engaged::fault(center, &wanted, &there), overlap_reason) {
        (Some(fault), None) => return Err(FieldErrors::one("overlap_reason", fault).into()),
        (Some(_), said) => said,
        (None, _) => None,
    };
    let made = async {
        let mut tx = db.begin().await?;
        actions::restore(by, now, &mut tx, session, (&rooms[..], reason)).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    match made.await {
        Err(error) => {
            let wanted: Vec<(&Room, Slot)> = rooms.iter().map(|room| (room, slot)).collect();
            Err(named(by, db, center, &wanted, &[session.id], error).await)
        }
        done => done,
    }
}

/// The rooms of a place.
///
/// # Errors
/// `Refused("room_out_of_use")` where one of them is used no more.
pub(super) fn rooms_of(placing: &Placing, known: &[Room]) -> Result<Vec<Room>> {
    let found = placing.rooms.iter().map(|id| known.iter().find(|room| room.id == *id).cloned());
    found.collect::<Option<_>>().ok_or_else(|| Error::refused("room_out_of_use"))
}

/// After the database found a room taken: the refusal that says by what. Every other error stays as it is.
pub(super) async fn named(
    by: &Coordinator,
    db: &Db,
    center: &Center,
    wanted: &[(&Room, Slot)],
    moving: &[SessionId],
    error: Error,
) -> Error {
    if !actions::is_room_taken(&error) {
        return error;
    }
    let slots: Vec<Slot> = wanted.iter().map(|(_, slot)| *slot).collect();
    let around = async { Around::load(by, &mut *db.read().await?, center, &slots).await };
    let around = match around.await {
        Ok(around) => around.without(moving),
        Err(error) => return error,
    };
    let taken = wanted.iter().find_map(|(room, slot)| match around.state(room, slot) {
        State::Taken(there) => rules::refusal(room, center.zone, slot, &State::Taken(there)),
        _ => None,
    });
    // Given back in the meantime: trying again may well work.
    taken.map_or_else(|| Error::refused("room_was_taken"), Error::from)
}

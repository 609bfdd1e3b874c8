//! From a plan to sessions: what the page and the API do alike around the actions.

use super::actions::{self, Dated, Fate, Move};
use super::forms::{Change, Plan, Reason, Setting};
use super::queries::{self, Lead};
use super::rules::{self, Occupant, Slot, State};
use super::types::{ActivityId, Session, SessionId, SessionStatus};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::holidays::{self, Holiday};
use crate::rooms::{self, Closure, Room};
use crate::store::{Conn, Db, Tx};
use crate::workers::WorkerId;

/// What was there around some slots when it was read. Only for showing: the database decides when it is written.
pub struct Around {
    pub occupants: Vec<Occupant>,
    pub closures: Vec<Closure>,
}

impl Around {
    /// Reads bookings and closures around `slots` with two queries, however many slots there are.
    pub async fn load(by: &Coordinator, conn: &mut Conn, center: &Center, slots: &[Slot]) -> Result<Self> {
        let occupants = queries::occupants(by, conn, center.id(), slots).await?;
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
/// Refused with what is there, or with the hours, if the room cannot be had.
pub async fn single(by: &Coordinator, now: Now, db: &Db, center: &Center, plan: &Plan) -> Result<ActivityId> {
    let slot = plan.place.slot;
    let closures = Around::load(by, &mut *db.read().await?, center, &[slot]).await?.closures;
    let room = &plan.place.room;
    refuse_closed(center, room, &slot, &closures)?;
    let dated = [Dated { slot, fate: Fate::Book(room.clone()) }];
    match series(by, now, db, center, plan, &dated).await {
        Err(error) => Err(named(by, db, center, &[(room, slot)], &[], error).await),
        done => done,
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

/// Changes where and when a session is, with whom and for how many, and by the change's scope others of its series: see
/// [`meaning`].
///
/// # Errors
/// As [`actions::reschedule`], with the name of what is in the way; `Refused` if the room is closed on one of the days;
/// `Invalid` at `date` if another of the series would come to lie further back than a session may be entered.
pub async fn reschedule(
    by: &Coordinator,
    now: Now,
    db: &Db,
    center: &Center,
    session: &Session,
    change: &Change,
) -> Result<()> {
    if session.status != SessionStatus::Planned {
        return Err(Error::refused("session_changed"));
    }
    let mut conn = db.read().await?;
    let series = queries::of_activity(by, &mut conn, session.activity_id).await?;
    let rooms = rooms::queries::of_center(&mut conn, center.id()).await?;
    let meant = rules::meant(session, &series, change.scope, now.0);
    let moves: Result<Vec<Move>> =
        meant.into_iter().map(|other| meaning(session, &change.place, other, center, &rooms)).collect();
    let moves: Vec<Move> = moves?.into_iter().filter(Move::is_any).collect();
    // Those that come after the moved one may go further ahead, as a series may that begins there.
    let earliest = *rules::plannable(center.zone.date(now.0)).start();
    let leads = queries::leads(&mut conn, center.id(), earliest, None).await?;
    for Move { session: other, slot, worker, .. } in &moves {
        if slot.date != other.local_date && slot.date < earliest {
            return Err(FieldErrors::one("date", Fault::bound("field.sibling_too_early", earliest)).into());
        }
        if (slot.date, *worker) != (other.local_date, other.worker_id) {
            is_led(&leads, *worker, slot.date).map_err(|fault| FieldErrors::one("worker", fault))?;
        }
    }
    let rebooked = moves.iter().filter(|moved| moved.is_rebooked());
    let wanted: Vec<(&Room, Slot)> = rebooked.filter_map(|moved| Some((moved.room.as_ref()?, moved.slot))).collect();
    let slots: Vec<Slot> = wanted.iter().map(|(_, slot)| *slot).collect();
    let closures = Around::load(by, &mut conn, center, &slots).await?.closures;
    drop(conn);
    for (room, slot) in &wanted {
        refuse_closed(center, room, slot, &closures)?;
    }
    let made = async {
        let mut tx = db.begin().await?;
        actions::reschedule(by, now, &mut tx, &moves).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    match made.await {
        Err(error) => {
            let moving: Vec<SessionId> = moves.iter().map(|moved| moved.session.id).collect();
            Err(named(by, db, center, &wanted, &moving, error).await)
        }
        done => done,
    }
}

/// What a change of `session` means for `other`, which is itself or one of its series. What is said otherwise than `session`
/// has it is so for the other too, and it moves by as many days; what is said as it is the other keeps as it has it, for
/// it may have been changed by itself.
///
/// # Errors
/// `Refused("room_out_of_use")` where it is to keep a room that is used no more.
fn meaning<'a>(
    session: &Session,
    said: &Setting,
    other: &'a Session,
    center: &Center,
    rooms: &[Room],
) -> Result<Move<'a>> {
    let (was, keeps) = (session.slot(), other.slot());
    let times = (said.slot.from, said.slot.to);
    let (from, to) = if times == (was.from, was.to) { (keeps.from, keeps.to) } else { times };
    let days = said.slot.date.0 - session.local_date.0;
    let room = if session.room_id == Some(said.room.id) { other.room_id } else { Some(said.room.id) };
    let room = match room {
        Some(id) => {
            let found = rooms.iter().find(|room| room.id == id).cloned();
            Some(found.ok_or_else(|| Error::refused("room_out_of_use"))?)
        }
        None => None,
    };
    let most = room.as_ref().map(|room| room.capacity);
    let capacity = if said.capacity == session.capacity { other.capacity } else { said.capacity.or(most) };
    let is_moved_in = room.as_ref().is_some_and(|room| other.room_id != Some(room.id));
    Ok(Move {
        slot: Slot::new(center.zone, Date(other.local_date.0 + days), from, to),
        worker: if said.worker() == session.worker_id { other.worker_id } else { said.worker() },
        team: if said.team == session.team_id { other.team_id } else { said.team },
        // Another room may be smaller.
        capacity: if is_moved_in { capacity.or(most).min(most) } else { capacity },
        session: other,
        room,
    })
}

/// Looks whether a worker is there on `day`.
fn is_led(leads: &[Lead], worker: Option<WorkerId>, day: Date) -> Result<(), Fault> {
    let Some(worker) = worker else { return Ok(()) };
    let lead = leads.iter().find(|lead| lead.id == worker).ok_or(Fault::new("field.not_a_choice"))?;
    lead.leads_on(day)
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

fn refuse_closed(center: &Center, room: &Room, slot: &Slot, closures: &[Closure]) -> Result<()> {
    let refusal =
        rules::open(room, slot, closures).err().and_then(|state| rules::refusal(room, center.zone, slot, &state));
    refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// Adds a cancelled or skipped session again.
///
/// # Errors
/// As [`actions::restore`], with the name of what is in the way; `Refused` if the room is closed then.
pub async fn restore(by: &Coordinator, now: Now, db: &Db, center: &Center, session: &Session) -> Result<()> {
    let mut conn = db.read().await?;
    let out_of_use = || Error::refused("room_out_of_use");
    let room = session.room_id.ok_or_else(out_of_use)?;
    let room = rooms::queries::find(&mut conn, center.id(), room).await.map_err(|error| match error {
        Error::NotFound => out_of_use(),
        error => error,
    })?;
    let slot = session.slot();
    let closures = Around::load(by, &mut conn, center, &[slot]).await?.closures;
    drop(conn);
    rules::may_change(session)?;
    refuse_closed(center, &room, &slot, &closures)?;
    let made = async {
        let mut tx = db.begin().await?;
        actions::restore(by, now, &mut tx, session, &room).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    match made.await {
        Err(error) => Err(named(by, db, center, &[(&room, slot)], &[session.id], error).await),
        done => done,
    }
}

/// After the database found a room taken: the refusal that says by what. Every other error stays as it is.
async fn named(
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

//! From a plan to sessions: what the page and the API do alike around the actions.

use super::actions::{self, Dated, Fate};
use super::forms::{Change, Plan, Reason, Setting};
use super::queries;
use super::rules::{self, Occupant, Slot, State};
use super::types::{ActivityId, Session, SessionId};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::holidays::{self, Holiday};
use crate::rooms::{self, Closure, Room};
use crate::store::{Conn, Db, Tx};

/// What was there around some slots when it was read. Only for showing: the database decides when it is written.
pub struct Around {
    pub occupants: Vec<Occupant>,
    pub closures: Vec<Closure>,
}

impl Around {
    /// Reads bookings and closures around `slots` with two queries, however many slots there are.
    pub async fn load(by: &Coordinator, conn: &mut Conn, center: &Center, slots: &[Slot]) -> Result<Self> {
        let occupants = queries::occupants(by, conn, center.id(), slots).await?;
        let closures = match (slots.first(), slots.last()) {
            (Some(first), Some(last)) => {
                rooms::queries::closures(conn, center.id(), first.starts_at, last.ends_at).await?
            }
            _ => Vec::new(),
        };
        Ok(Self { occupants, closures })
    }

    pub fn state(&self, room: &Room, slot: &Slot) -> State {
        rules::state(room, slot, &self.occupants, &self.closures)
    }

    /// The same without the sessions `moving`, which do not stand in their own way.
    fn without(mut self, moving: &[SessionId]) -> Self {
        self.occupants.retain(|there| !moving.contains(&there.session_id));
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
        Err(error) => Err(named(by, db, center, room, &[slot], &[], error).await),
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

/// Moves a session, and by the change's scope others of its series by as many days.
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
    let Setting { room, slot, .. } = &change.place;
    let mut conn = db.read().await?;
    let series = queries::of_activity(by, &mut conn, session.activity_id).await?;
    let days = slot.date.0 - session.local_date.0;
    let moves: Vec<(&Session, Slot)> = rules::meant(session, &series, change.scope, now.0)
        .into_iter()
        .map(|moved| (moved, Slot::new(center.zone, Date(moved.local_date.0 + days), slot.from, slot.to)))
        .collect();
    let slots: Vec<Slot> = moves.iter().map(|(_, slot)| *slot).collect();
    // Those that come after the moved one may go further ahead, as a series may that begins there.
    let earliest = *rules::plannable(center.zone.date(now.0)).start();
    if slots.iter().any(|slot| slot.date < earliest) {
        return Err(FieldErrors::one("date", Fault::bound("field.sibling_too_early", earliest)).into());
    }
    for slot in &slots {
        change.place.is_led_on(slot.date).map_err(|fault| FieldErrors::one("worker", fault))?;
    }
    let closures = Around::load(by, &mut conn, center, &slots).await?.closures;
    drop(conn);
    for slot in &slots {
        refuse_closed(center, room, slot, &closures)?;
    }
    let made = async {
        let mut tx = db.begin().await?;
        actions::reschedule(by, now, &mut tx, &moves, &change.place).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    match made.await {
        Err(error) => {
            let moving: Vec<SessionId> = moves.iter().map(|(moved, _)| moved.id).collect();
            Err(named(by, db, center, room, &slots, &moving, error).await)
        }
        done => done,
    }
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
        Err(error) => Err(named(by, db, center, &room, &[slot], &[session.id], error).await),
        done => done,
    }
}

/// After the database found a room taken: the refusal that says by what. Every other error stays as it is.
async fn named(
    by: &Coordinator,
    db: &Db,
    center: &Center,
    room: &Room,
    slots: &[Slot],
    moving: &[SessionId],
    error: Error,
) -> Error {
    if !actions::is_room_taken(&error) {
        return error;
    }
    let around = async { Around::load(by, &mut *db.read().await?, center, slots).await };
    let around = match around.await {
        Ok(around) => around.without(moving),
        Err(error) => return error,
    };
    let taken = slots.iter().find_map(|slot| match around.state(room, slot) {
        State::Taken(there) => rules::refusal(room, center.zone, slot, &State::Taken(there)),
        _ => None,
    });
    // Given back in the meantime: trying again may well work.
    taken.map_or_else(|| Error::refused("room_was_taken"), Error::from)
}

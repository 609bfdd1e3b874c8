//! A change of where and when, with whom and for how many: what it means for the session itself and for others of its series, and
//! what is asked before it is written.

use super::actions;
use super::booking::{Around, named, refuse_closed, rooms_of};
use super::engaged::{self, WantedTime};
use super::forms::{Change, HandMade, Setting};
use super::moving::{self, Move};
use super::placing::{self, Placed, Placing, SetField, SetFields, seats};
use super::queries::{self, Lead};
use super::rules::{self, SeriesScope, Slot};
use super::types::{Session, SessionId, SessionStatus};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::rooms::{self, Room};
use crate::store::{Conn, Db};
use crate::workers::WorkerId;

/// What is said otherwise than the session has it, which is what is changed.
struct SaidOfSeries<'a> {
    known: &'a Placed,
    place: &'a Setting,
    changed: SetFields,
    /// What is changed for one alone is set by hand in it.
    scope: SeriesScope,
}

/// What of `place` is otherwise than `known` has it.
fn changed(known: &Placed, place: &Setting) -> SetFields {
    let (session, slot) = (&known.session, known.session.slot());
    let capacity = place.capacity.or(seats(&place.rooms));
    let is_elsewhere = !known.placing.is_at(&place.rooms, place.venue.as_deref());
    // Where nothing is said, another place brings its own number.
    let has_other_places = place.capacity != session.capacity
        && capacity != session.capacity
        && !(place.capacity.is_none() && is_elsewhere);
    let all = [
        (SetField::Date, place.slot.date != slot.date),
        (SetField::Time, (place.slot.from, place.slot.to) != (slot.from, slot.to)),
        (SetField::Place, is_elsewhere),
        (SetField::Worker, place.worker() != session.worker_id),
        (SetField::Team, place.team != session.team_id),
        (SetField::Capacity, has_other_places),
    ];
    SetFields::of(all.into_iter().filter_map(|(field, is_other)| is_other.then_some(field)))
}

impl SaidOfSeries<'_> {
    /// What the change means for `other`, which is the session itself or one of its series: of what is changed, `fields`. It moves
    /// by as many days; whatever else it has, it keeps.
    ///
    /// # Errors
    /// `Refused("room_out_of_use")` where it is to keep a room that is used no more.
    fn meaning<'a>(
        &self,
        (other, placing): (&'a Session, &'a Placing),
        fields: SetFields,
        center: &Center,
        known: &[Room],
    ) -> Result<Move<'a>> {
        let (place, keeps) = (self.place, other.slot());
        let (from, to) = match fields.has(SetField::Time) {
            true => (place.slot.from, place.slot.to),
            false => (keeps.from, keeps.to),
        };
        let days = match fields.has(SetField::Date) {
            true => place.slot.date.0 - self.known.session.local_date.0,
            false => chrono::TimeDelta::zero(),
        };
        let (rooms, venue) = match fields.has(SetField::Place) {
            true => (place.rooms.clone(), place.venue.clone()),
            false => (rooms_of(placing, known)?, placing.venue.clone()),
        };
        let most = seats(&rooms);
        let takes_the_places = fields.has(SetField::Place)
            && place.capacity.is_none()
            && (other.id == self.known.session.id || !placing.by_hand.has(SetField::Capacity));
        let capacity = match fields.has(SetField::Capacity) || takes_the_places {
            true => place.capacity.or(most),
            false => other.capacity,
        };
        // Another room may be smaller.
        let is_moved_in = fields.has(SetField::Place) && most.is_some();
        let capacity = if is_moved_in { capacity.or(most).min(most) } else { capacity };
        let by_hand = match self.scope {
            SeriesScope::One => placing.by_hand.and(fields),
            SeriesScope::Later | SeriesScope::All => placing.by_hand.without(fields),
        };
        Ok(Move {
            slot: Slot::new(center.zone, Date(other.local_date.0 + days), from, to),
            worker: if fields.has(SetField::Worker) { place.worker() } else { other.worker_id },
            team: if fields.has(SetField::Team) { place.team } else { other.team_id },
            capacity,
            session: other,
            placing,
            rooms,
            venue,
            by_hand,
            overlap_reason: None,
        })
    }

    /// Those of the changed fields that `other` is asked about: set by hand in it, and really to become otherwise.
    fn asked(&self, other: &Session, placing: &Placing) -> SetFields {
        if other.id == self.known.session.id {
            return SetFields::default();
        }
        let (place, slot) = (self.place, other.slot());
        let same = [
            (SetField::Time, (place.slot.from, place.slot.to) == (slot.from, slot.to)),
            (SetField::Place, placing.is_at(&place.rooms, place.venue.as_deref())),
            (SetField::Worker, place.worker() == other.worker_id),
            (SetField::Team, place.team == other.team_id),
            (SetField::Capacity, place.capacity == other.capacity),
        ];
        let same = SetFields::of(same.into_iter().filter_map(|(field, is_same)| is_same.then_some(field)));
        placing.by_hand.common(self.changed).without(same)
    }
}

/// What a change means for every session that it is for.
///
/// # Errors
/// `Invalid` at `by_hand`, with their dates, where some were changed by hand before and nobody says what becomes of that.
fn moves<'a>(
    said: &SaidOfSeries<'_>,
    meant: &[(&'a Session, &'a Placing)],
    hand_made: Option<HandMade>,
    center: &Center,
    rooms: &[Room],
) -> Result<Vec<Move<'a>>> {
    let asked: Vec<String> = meant
        .iter()
        .filter(|(other, placing)| !said.asked(other, placing).is_empty())
        .map(|(other, _)| other.local_date.to_string())
        .collect();
    if !asked.is_empty() && hand_made.is_none() {
        return Err(FieldErrors::one("by_hand", Fault::bound("field.by_hand_asked", asked.join(", "))).into());
    }
    let mut moves = Vec::new();
    for &(other, placing) in meant {
        let fields = match hand_made {
            Some(HandMade::Leave) => said.changed.without(said.asked(other, placing)),
            Some(HandMade::Change) | None => said.changed,
        };
        let moved = said.meaning((other, placing), fields, center, rooms)?;
        if moved.is_any() {
            moves.push(moved);
        }
    }
    Ok(moves)
}

/// Looks whether every session stays within the days that may be entered, and is led by somebody who is there.
fn refuse_strange_days(moves: &[Move<'_>], leads: &[Lead], earliest: Date) -> Result<()> {
    for Move { session: other, slot, worker, .. } in moves {
        if slot.date != other.local_date && slot.date < earliest {
            return Err(FieldErrors::one("date", Fault::bound("field.sibling_too_early", earliest)).into());
        }
        if (slot.date, *worker) != (other.local_date, other.worker_id) {
            is_led(leads, *worker, slot.date).map_err(|fault| FieldErrors::one("worker", fault))?;
        }
    }
    Ok(())
}

/// Looks whether a worker is there on `day`.
fn is_led(leads: &[Lead], worker: Option<WorkerId>, day: Date) -> Result<(), Fault> {
    let Some(worker) = worker else { return Ok(()) };
    let lead = leads.iter().find(|lead| lead.id == worker).ok_or(Fault::new("field.not_a_choice"))?;
    lead.leads_on(day)
}

/// Looks whether who leads or helps is busy elsewhere, where time, worker or team is to be otherwise; those that are moved
/// together do not count. The reason is noted with those that it is for.
async fn ask_who_is_busy(
    by: &Coordinator,
    conn: &mut Conn,
    center: &Center,
    moves: &mut [Move<'_>],
    reason: Option<&String>,
) -> Result<()> {
    let is_asked = |moved: &Move<'_>| {
        moved.is_at_another_time() || (moved.worker, moved.team) != (moved.session.worker_id, moved.session.team_id)
    };
    // Its volunteers come with it where its time is another.
    let session = |moved: &Move<'_>| moved.is_at_another_time().then_some(moved.session.id);
    let wanted = |moved: &Move<'_>| {
        let (slot, worker, team) = (moved.slot, moved.worker, moved.team);
        WantedTime { slot, worker, team, session: session(moved) }
    };
    let asked: Vec<WantedTime> = moves.iter().filter(|moved| is_asked(moved)).map(wanted).collect();
    let moving: Vec<SessionId> = moves.iter().map(|moved| moved.session.id).collect();
    let mut there = engaged::at(by, conn, center.id(), &asked).await?;
    there.retain(|one| one.session_id.is_none_or(|session| !moving.contains(&session)));
    match (engaged::fault(center, &asked, &there), reason) {
        (Some(fault), None) => Err(FieldErrors::one("overlap_reason", fault).into()),
        _ => {
            for moved in moves.iter_mut().filter(|moved| is_asked(moved)) {
                let wanted = wanted(moved);
                moved.overlap_reason = reason.filter(|_| there.iter().any(|one| one.meets(&wanted))).cloned();
            }
            Ok(())
        }
    }
}

/// Changes where and when a session is, with whom and for how many, and by the change's scope others of its series. Only what
/// is said otherwise than the session has it is changed: that is the answer.
///
/// # Errors
/// As [`moving::reschedule`], with the name of what is in the way; `Refused("session_changed")` if it is otherwise than `change` saw it;
/// `Refused` if a room is closed on one of the days;
/// `Invalid` at `date` if another of the series would come to lie further back than a session may be entered, at `by_hand` and
/// `overlap_reason` where something is asked first.
pub async fn reschedule(
    by: &Coordinator,
    now: Now,
    db: &Db,
    center: &Center,
    known: &Placed,
    change: &Change,
) -> Result<SetFields> {
    let session = &known.session;
    // What the form says is meant against what stood on it: what somebody else changed since would be taken back unseen.
    let is_as_seen = change.seen.is_none_or(|seen| seen == session.sequence);
    if session.status != SessionStatus::Planned || !is_as_seen {
        return Err(Error::refused("session_changed"));
    }
    let mut conn = db.read().await?;
    let series = queries::of_activity(by, &mut conn, session.activity_id).await?;
    let placings = placing::of_activity(&mut conn, session.activity_id).await?;
    let rooms = rooms::queries::of_center(&mut conn, center.id()).await?;
    let meant: Vec<(&Session, &Placing)> = rules::meant(session, &series, change.scope, now.0)
        .into_iter()
        .filter_map(|other| Some((other, placings.get(&other.id)?)))
        .collect();
    let changed = changed(known, &change.place);
    let said = SaidOfSeries { known, place: &change.place, changed, scope: change.scope };
    let mut moves = moves(&said, &meant, change.hand_made, center, &rooms)?;
    // Those that come after the moved one may go further ahead, as a series may that begins there.
    let earliest = *rules::plannable(center.zone.date(now.0)).start();
    let leads = queries::leads(&mut conn, center.id(), earliest, None).await?;
    refuse_strange_days(&moves, &leads, earliest)?;
    let slots: Vec<Slot> = moves.iter().flat_map(Move::wanted).map(|(_, slot)| slot).collect();
    let closures = Around::load(by, &mut conn, center, &slots).await?.closures;
    ask_who_is_busy(by, &mut conn, center, &mut moves, change.overlap_reason.as_ref()).await?;
    drop(conn);
    let wanted: Vec<(&Room, Slot)> = moves.iter().flat_map(Move::wanted).collect();
    for (room, slot) in &wanted {
        refuse_closed(center, room, slot, &closures)?;
    }
    let made = async {
        let mut tx = db.begin().await?;
        moving::reschedule(by, now, &mut tx, &moves, change.capacity_reason.as_deref()).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    match made.await {
        Ok(()) => Ok(changed),
        Err(error) if actions::is_room_taken(&error) => {
            let moving: Vec<SessionId> = moves.iter().map(|moved| moved.session.id).collect();
            Err(named(by, db, center, &wanted, &moving, error).await)
        }
        Err(error) => Err(error),
    }
}

//! Changing where and when sessions are, with whom and for how many.

use super::actions::{book_one, refuse_if_attended, supersede};
use super::admission::Admission;
use super::holding::{hold, hold_leads};
use super::placing::{Placing, SetFields};
use super::rules::{self, Slot};
use super::types::Session;
use crate::auth::Coordinator;
use crate::clock::Now;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::rooms::Room;
use crate::store::Conn;
use crate::teams::TeamId;
use crate::workers::WorkerId;
use crate::{audit, locks};

/// Where and when a session is to be, and with whom.
pub struct Move<'a> {
    pub session: &'a Session,
    /// Where it is.
    pub placing: &'a Placing,
    pub slot: Slot,
    /// None where it is in no room.
    pub rooms: Vec<Room>,
    pub venue: Option<String>,
    pub worker: Option<WorkerId>,
    pub team: Option<TeamId>,
    pub capacity: Option<i64>,
    /// What of it is set by hand from now on.
    pub by_hand: SetFields,
    /// Why it is meant so though somebody is busy elsewhere.
    pub overlap_reason: Option<String>,
}

impl Move<'_> {
    /// Whether it is to be in other rooms, or at another time.
    fn is_rebooked(&self) -> bool {
        self.is_at_another_time() || !self.placing.is_in(&self.rooms)
    }

    pub fn is_at_another_time(&self) -> bool {
        let there = self.session.slot();
        (there.date, there.from, there.to) != (self.slot.date, self.slot.from, self.slot.to)
    }

    /// Whether it is to be elsewhere, or at another time.
    pub fn is_moved(&self) -> bool {
        self.is_at_another_time() || !self.placing.is_at(&self.rooms, self.venue.as_deref())
    }

    /// Whether anything is to be otherwise.
    pub fn is_any(&self) -> bool {
        let Session { worker_id, team_id, capacity, .. } = *self.session;
        self.is_moved() || (worker_id, team_id, capacity) != (self.worker, self.team, self.capacity)
    }

    /// The rooms that it needs anew, each with its time.
    pub fn wanted(&self) -> impl Iterator<Item = (&Room, Slot)> {
        let rooms = if self.is_rebooked() { &self.rooms[..] } else { &[] };
        rooms.iter().map(|room| (room, self.slot))
    }
}

/// Moves sessions, and changes with whom and for how many they are. What they held is released first and booked anew, so that
/// sessions of one series may take each other's times.
///
/// # Errors
/// `Refused("room_taken")` and the others of [`super::schedule`]; `session_completed`; `session_changed` if one is no longer as it was read;
/// `Invalid` at `capacity_reason` where there would be fewer places than people are there, and nobody says why.
pub async fn reschedule(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    moves: &[Move<'_>],
    capacity_reason: Option<&str>,
) -> Result<()> {
    let rebooked = || moves.iter().filter(|moved| moved.is_rebooked());
    let rooms = rebooked().flat_map(|moved| &moved.rooms).map(|room| room.id);
    let teams = moves.iter().filter(|moved| moved.team != moved.session.team_id).filter_map(|moved| moved.team);
    locks::sessions(tx, moves.iter().map(|moved| moved.session.id)).await?;
    hold(tx, rooms, teams).await?;
    let is_led_anew =
        |moved: &&Move<'_>| (moved.slot.date, moved.worker) != (moved.session.local_date, moved.session.worker_id);
    let leads = moves.iter().filter(is_led_anew).filter_map(|moved| Some((moved.worker?, moved.slot.date)));
    hold_leads(tx, &leads.collect::<Vec<_>>()).await?;
    for moved in moves {
        rules::may_change(moved.session)?;
    }
    for moved in rebooked() {
        supersede(now, tx, moved.session.id).await?;
    }
    for moved in moves {
        write_move(now, tx, moved).await?;
        // Attendances carry the groups of the session's date, so that date stays once somebody came.
        if moved.slot.date != moved.session.local_date {
            refuse_if_attended(tx, moved.session).await?;
        }
        let fewer = fewer_places(tx, moved, capacity_reason).await?;
        if moved.is_rebooked() {
            book_one(tx, moved.session.id, &moved.rooms, &moved.slot).await?;
        }
        let why: Vec<&str> = moved.overlap_reason.as_deref().into_iter().chain(fewer).collect();
        let why = why.join("；");
        let entry = match moved.is_moved() {
            true => audit::entry("session.moved", moved.session.id.0),
            false => audit::entry("session.revised", moved.session.id.0),
        };
        let entry = entry.at(moved.session.center_id);
        audit::record(tx, by, now, if why.is_empty() { entry } else { entry.because(&why) }).await?;
    }
    Ok(())
}

/// Every field is written as it was read or is to be, so nobody may have written since.
async fn write_move(now: Now, tx: &mut Conn, moved: &Move<'_>) -> Result<()> {
    let written = sqlx::query(
        "update sessions set worker_id = $1, team_id = $2, capacity = $3, starts_at = $4, ends_at = $5, local_date = $6,
                             venue = $7, by_hand = $8, sequence = sequence + 1, updated_at = $9,
                charged_to = (
                    select x.agreement_id from activities a
                    join agreement_centers x on x.agreement_id = a.charged_to and x.center_id = a.center_id
                    where a.id = sessions.activity_id and x.starts_on <= $6 and x.ends_on >= $6)
         where id = $10 and status = 'planned' and sequence = $11",
    )
    .bind(moved.worker)
    .bind(moved.team)
    .bind(moved.capacity)
    .bind(moved.slot.starts_at)
    .bind(moved.slot.ends_at)
    .bind(moved.slot.date)
    .bind(&moved.venue)
    .bind(moved.by_hand)
    .bind(now.0)
    .bind(moved.session.id)
    .bind(moved.session.sequence)
    .execute(tx)
    .await?;
    if written.rows_affected() == 0 { Err(Error::refused("session_changed")) } else { Ok(()) }
}

/// Why there are to be fewer places than people are there or have a place, where that is so: whom they bring among them, and where people
/// drop in without those who left. Asked after the session's row was written, and so
/// locked: nobody comes in meanwhile.
async fn fewer_places<'a>(tx: &mut Conn, moved: &Move<'_>, reason: Option<&'a str>) -> Result<Option<&'a str>> {
    let Some(places) = moved.capacity.filter(|places| moved.session.capacity.is_none_or(|had| *places < had)) else {
        return Ok(None);
    };
    let present: i64 = sqlx::query_scalar(
        "select (select count(*) from attendances a
                 where a.session_id = s.id and a.part = 'participant' and a.voided_at is null
                   and (y.admission <> $2 or a.left_at is null))
              + (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
                 left join attendances w on w.id = h.attendance_id
                 where h.session_id = s.id and h.voided_at is null
                   and (y.admission <> $2 or (h.attendance_id is not null and w.left_at is null)))
              + (select cast(coalesce(sum(case when q.heads > q.came then q.heads - q.came else 0 end), 0) as bigint)
                 from (select r.heads, case when i.id is null then 0
                              else 1 + (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
                                        where h.attendance_id = i.id and h.voided_at is null) end as came
                       from registrations r
                       left join attendances i on i.session_id = r.session_id and i.person_id = r.person_id
                           and i.part = 'participant' and i.voided_at is null
                       where r.session_id = $1 and r.state = 'confirmed') q)
         from sessions s join activities y on y.id = s.activity_id where s.id = $1",
    )
    .bind(moved.session.id)
    .bind(Admission::DropIn)
    .fetch_one(tx)
    .await?;
    match reason {
        _ if present <= places => Ok(None),
        None => Err(FieldErrors::one("capacity_reason", Fault::bound("field.fewer_places", present)).into()),
        reason => Ok(reason),
    }
}

//! Planned sessions, and what else rooms are booked for, whose room is not open any more: a closure was put over them, the week's hours
//! shrank, or an extra opening was taken back. Found on reading, so that nothing has to be marked, and what is moved or cancelled is off
//! the list by itself.

use std::time::Duration;

use super::queries;
use super::rules::{self, LocalSpan, Shut};
use super::types::{Closure, ClosureId, Room, RoomId};
use crate::centers::Center;
use crate::clock::{Now, Timestamp, Zone};
use crate::error::Result;
use crate::ids::{BookingId, SessionId};
use crate::store::Conn;

/// What is planned in a room, and why the room is shut to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected<Id> {
    pub id: Id,
    pub room_id: RoomId,
    pub room: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub shut: Shut,
}

pub type AffectedSession = Affected<SessionId>;

/// A booking that is no session's; what it is for, whoever keeps it tells.
pub type AffectedBooking = Affected<BookingId>;

impl<Id> Affected<Id> {
    pub fn starts(&self, zone: &Zone) -> chrono::NaiveDateTime {
        zone.local(self.starts_at)
    }

    pub fn ends(&self, zone: &Zone) -> chrono::NaiveDateTime {
        zone.local(self.ends_at)
    }

    /// Why the room is closed, where a closure says so.
    pub fn reason(&self) -> Option<&str> {
        match &self.shut {
            Shut::Closed(_, reason) => Some(reason),
            Shut::OutsideHours(_) => None,
        }
    }

    /// Whether this closure lies over it.
    pub fn is_under(&self, id: ClosureId) -> bool {
        matches!(&self.shut, Shut::Closed(by, _) if *by == id)
    }
}

/// The longest time before now at which a booking begins that goes on: a day and both buffers.
const REACH: Duration = Duration::from_secs((24 + 2 * 4) * 3600);

/// When a center's rooms are open from now on.
struct Doors {
    zone: Zone,
    rooms: Vec<Room>,
    closures: Vec<Closure>,
}

impl Doors {
    async fn load(conn: &mut Conn, center: &Center, now: Now) -> Result<Self> {
        Ok(Self {
            zone: center.zone,
            rooms: queries::of_center(conn, center.id()).await?,
            closures: queries::closures(conn, center.id(), now.0, Timestamp(i64::MAX)).await?,
        })
    }

    /// Of what is planned, that to which its room is shut.
    fn affected<Id>(&self, planned: Vec<InRoom<Id>>) -> Vec<Affected<Id>> {
        let affected = |(id, room_id, starts_at, ends_at): InRoom<Id>| {
            let room = self.rooms.iter().find(|room| room.id == room_id)?;
            let when = LocalSpan::between(self.zone, starts_at, ends_at);
            let shut = rules::open(room_id, &room.hours, &when, &self.closures).err()?;
            Some(Affected { id, room_id, room: room.name.clone(), starts_at, ends_at, shut })
        };
        planned.into_iter().filter_map(affected).collect()
    }
}

/// What, in which room, from when to when.
type InRoom<Id> = (Id, RoomId, Timestamp, Timestamp);

/// The planned sessions of a center that have not ended yet, the next first.
async fn planned(conn: &mut Conn, center: &Center, now: Now) -> Result<Vec<InRoom<SessionId>>> {
    Ok(sqlx::query_as(
        "select s.id, b.room_id, s.starts_at, s.ends_at
         from sessions s join bookings b on b.session_id = s.id and b.released_at is null
         where s.center_id = $1 and s.local_date >= $2 and s.status = 'planned' and s.ends_at > $3
         order by s.starts_at, s.id, b.room_id",
    )
    .bind(center.id())
    .bind(center.zone.date(now.0).minus_days(1))
    .bind(now.0)
    .fetch_all(conn)
    .await?)
}

/// The bookings of a center that are no session's and have not ended yet, the next first: meetings, maintenance, residents' groups,
/// appointments.
async fn booked(conn: &mut Conn, center: &Center, now: Now) -> Result<Vec<InRoom<BookingId>>> {
    Ok(sqlx::query_as(
        "select b.id, b.room_id, b.used_from, b.used_to
         from rooms r cross join bookings b
         where r.center_id = $1 and b.room_id = r.id and b.session_id is null and b.released_at is null and b.starts_at > $3
           and b.used_to > $2
         order by b.used_from, b.id",
    )
    .bind(center.id())
    .bind(now.0)
    .bind(now.0.minus(REACH))
    .fetch_all(conn)
    .await?)
}

/// The sessions of a center whose room is shut to them. What needs its rooms is read with three statements, however many there are.
pub async fn of_center(conn: &mut Conn, center: &Center, now: Now) -> Result<Vec<AffectedSession>> {
    let planned = planned(conn, center, now).await?;
    if planned.is_empty() { Ok(Vec::new()) } else { Ok(Doors::load(conn, center, now).await?.affected(planned)) }
}

/// As [`of_center`], of what else its rooms are booked for.
pub async fn bookings_of_center(conn: &mut Conn, center: &Center, now: Now) -> Result<Vec<AffectedBooking>> {
    let booked = booked(conn, center, now).await?;
    if booked.is_empty() { Ok(Vec::new()) } else { Ok(Doors::load(conn, center, now).await?.affected(booked)) }
}

/// Both, with one look at the rooms.
pub async fn all(conn: &mut Conn, center: &Center, now: Now) -> Result<(Vec<AffectedSession>, Vec<AffectedBooking>)> {
    let (planned, booked) = (planned(conn, center, now).await?, booked(conn, center, now).await?);
    if planned.is_empty() && booked.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let doors = Doors::load(conn, center, now).await?;
    Ok((doors.affected(planned), doors.affected(booked)))
}

//! Planned sessions whose room is not open any more: a closure was put over them, the week's hours shrank, or an extra opening was
//! taken back. Found on reading, so that nothing has to be marked, and a session that is moved or cancelled is off the list by itself.

use super::queries;
use super::rules::{self, LocalSpan, Shut};
use super::types::{Closure, ClosureId, RoomId};
use crate::centers::Center;
use crate::clock::{Now, Timestamp, Zone};
use crate::error::Result;
use crate::ids::SessionId;
use crate::store::Conn;

/// A planned session, and why its room is shut to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedSession {
    pub session_id: SessionId,
    pub room_id: RoomId,
    pub room: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub shut: Shut,
}

impl AffectedSession {
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

/// Those of a center that have not ended yet, the next first. What needs its rooms is read with three statements, however many
/// sessions there are.
pub async fn of_center(conn: &mut Conn, center: &Center, now: Now) -> Result<Vec<AffectedSession>> {
    let planned: Vec<(SessionId, RoomId, Timestamp, Timestamp)> = sqlx::query_as(
        "select s.id, b.room_id, s.starts_at, s.ends_at
         from sessions s join bookings b on b.session_id = s.id and b.released_at is null
         where s.center_id = $1 and s.local_date >= $2 and s.status = 'planned' and s.ends_at > $3
         order by s.starts_at, s.id, b.room_id",
    )
    .bind(center.id())
    .bind(center.zone.date(now.0).minus_days(1))
    .bind(now.0)
    .fetch_all(&mut *conn)
    .await?;
    if planned.is_empty() {
        return Ok(Vec::new());
    }
    let rooms = queries::of_center(conn, center.id()).await?;
    let closures: Vec<Closure> = queries::closures(conn, center.id(), now.0, Timestamp(i64::MAX)).await?;
    let shut = |(session_id, room_id, starts_at, ends_at): (SessionId, RoomId, Timestamp, Timestamp)| {
        let room = rooms.iter().find(|room| room.id == room_id)?;
        let when = LocalSpan::between(center.zone, starts_at, ends_at);
        let shut = rules::open(room_id, &room.hours, &when, &closures).err()?;
        Some(AffectedSession { session_id, room_id, room: room.name.clone(), starts_at, ends_at, shut })
    };
    Ok(planned.into_iter().filter_map(shut).collect())
}

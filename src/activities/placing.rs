//! Where a session is, in one room, in several, or elsewhere; and what of it was set by hand.

use std::collections::BTreeMap;

use serde_json::json;

use super::types::{ActivityId, Session, SessionId};
use crate::error::Result;
use crate::rooms::{Room, RoomId};
use crate::store::{self, Conn, text_enum};

text_enum!(
    /// What of a session can be otherwise than its series has it.
    SetField in "set_field" {
        Date = "date",
        Time = "time",
        Place = "place",
        Worker = "worker",
        Team = "team",
        Capacity = "capacity",
    }
);

impl SetField {
    fn bit(self) -> i64 {
        match self {
            Self::Date => 1,
            Self::Time => 2,
            Self::Place => 4,
            Self::Worker => 8,
            Self::Team => 16,
            Self::Capacity => 32,
        }
    }
}

/// Some of what a session says: a bit each, as in `sessions.by_hand`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct SetFields(i64);

impl SetFields {
    pub fn of(fields: impl IntoIterator<Item = SetField>) -> Self {
        Self(fields.into_iter().fold(0, |bits, field| bits | field.bit()))
    }

    pub fn has(self, field: SetField) -> bool {
        self.0 & field.bit() != 0
    }

    /// As stored.
    pub fn bits(self) -> i64 {
        self.0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn list(self) -> impl Iterator<Item = SetField> {
        SetField::ALL.iter().copied().filter(move |field| self.has(*field))
    }
}

/// Where a session is, or was to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placing {
    /// By rising ids. None where it is elsewhere.
    pub rooms: Vec<RoomId>,
    /// Where that is, in words.
    pub venue: Option<String>,
    pub by_hand: SetFields,
}

impl Placing {
    pub fn is_at(&self, rooms: &[Room], venue: Option<&str>) -> bool {
        self.is_in(rooms) && self.venue.as_deref() == venue
    }

    pub fn is_in(&self, rooms: &[Room]) -> bool {
        rooms.iter().map(|room| room.id).eq(self.rooms.iter().copied())
    }
}

/// A session with its place.
pub struct Placed {
    pub session: Session,
    pub placing: Placing,
}

#[derive(sqlx::FromRow)]
struct PlacingRow {
    id: SessionId,
    room_id: Option<RoomId>,
    venue: Option<String>,
    by_hand: SetFields,
}

/// The places of an activity's sessions.
pub async fn of_activity(conn: &mut Conn, activity: ActivityId) -> Result<BTreeMap<SessionId, Placing>> {
    let rows: Vec<PlacingRow> = sqlx::query_as(
        "select s.id, x.room_id, s.venue, s.by_hand from sessions s left join session_rooms x on x.session_id = s.id
         where s.activity_id = $1 order by s.id, x.room_id",
    )
    .bind(activity)
    .fetch_all(conn)
    .await?;
    Ok(by_session(rows))
}

fn by_session(rows: Vec<PlacingRow>) -> BTreeMap<SessionId, Placing> {
    let mut found: BTreeMap<SessionId, Placing> = BTreeMap::new();
    for row in rows {
        let placing = found.entry(row.id).or_default();
        placing.rooms.extend(row.room_id);
        (placing.venue, placing.by_hand) = (row.venue, row.by_hand);
    }
    found
}

/// The places of sessions.
pub async fn of_sessions(
    conn: &mut Conn,
    sessions: impl IntoIterator<Item = SessionId>,
) -> Result<BTreeMap<SessionId, Placing>> {
    let rows: Vec<PlacingRow> = sqlx::query_as(
        "select s.id, x.room_id, s.venue, s.by_hand from sessions s left join session_rooms x on x.session_id = s.id
         where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by s.id, x.room_id",
    )
    .bind(store::rows(sessions, |id| json!(id)))
    .fetch_all(conn)
    .await?;
    Ok(by_session(rows))
}

/// A session with its place.
pub async fn placed(conn: &mut Conn, session: Session) -> Result<Placed> {
    let placing = of_activity(conn, session.activity_id).await?.remove(&session.id).unwrap_or_default();
    Ok(Placed { session, placing })
}

/// How many people rooms hold together; `None` where there is no room to count.
pub fn seats(rooms: &[Room]) -> Option<i64> {
    (!rooms.is_empty()).then(|| rooms.iter().map(|room| room.capacity).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_by_hand_is_a_bit_each() {
        let all = SetFields::of(SetField::ALL.iter().copied());
        assert_eq!(all, SetFields(63));
        let some = SetFields::of([SetField::Place, SetField::Capacity]);
        assert_eq!(some.list().collect::<Vec<_>>(), [SetField::Place, SetField::Capacity]);
        assert_eq!(all.without(some).and(some), all);
        assert!(all.without(some).common(some).is_empty());
    }
}

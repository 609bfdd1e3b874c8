//! Reading what the schedule needs beside its sessions.

use std::collections::BTreeMap;

use super::queries::{self, Helpers, Lead};
use super::types::{ServiceKind, SessionId};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::Result;
use crate::rooms::{self, Room, RoomId};
use crate::store::Conn;
use crate::workers::WorkerId;

/// The rooms in which sessions are, with their names: the only place of most, both of some, none of what is elsewhere.
#[derive(Clone, Debug, Default)]
pub struct SessionPlaces(BTreeMap<SessionId, Vec<(RoomId, String)>>);

impl SessionPlaces {
    pub fn of(&self, session: SessionId) -> &[(RoomId, String)] {
        self.0.get(&session).map_or(&[], Vec::as_slice)
    }

    pub fn is_in(&self, session: SessionId, room: RoomId) -> bool {
        self.of(session).iter().any(|(id, _)| *id == room)
    }

    pub fn add(&mut self, session: SessionId, room: RoomId, name: String) {
        let rooms = self.0.entry(session).or_default();
        if !rooms.iter().any(|(id, _)| *id == room) {
            rooms.push((room, name));
        }
    }
}

/// The rooms of the center's sessions of the local days [from, to).
pub async fn places(conn: &mut Conn, center: CenterId, from: Date, to: Date) -> Result<SessionPlaces> {
    let rows: Vec<(SessionId, RoomId, String)> = sqlx::query_as(
        "select s.id, x.room_id, x.name from sessions s join session_rooms x on x.session_id = s.id
         where s.center_id = $1 and s.local_date >= $2 and s.local_date < $3 order by s.id, x.room_id",
    )
    .bind(center)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    let mut places = SessionPlaces::default();
    for (session, room, name) in rows {
        places.add(session, room, name);
    }
    Ok(places)
}

/// What the filters offer: everything of the center that a session may be in, led by, helped by or of.
pub struct CalendarChoices {
    pub rooms: Vec<Room>,
    pub leads: Vec<Lead>,
    teams: Vec<Helpers>,
    kinds: Vec<ServiceKind>,
}

/// What stands in a select: the value, and its text in both languages.
type Options = Vec<(i64, String, String)>;

impl CalendarChoices {
    /// With who worked there on `day` or came since, and with the `worker` that is asked for, whenever they left.
    pub async fn load(conn: &mut Conn, center: CenterId, day: Date, worker: Option<WorkerId>) -> Result<Self> {
        Ok(Self {
            rooms: rooms::queries::of_center(conn, center).await?,
            leads: queries::leads(conn, center, day, worker).await?,
            teams: queries::helpers(conn, center).await?,
            kinds: queries::kinds(conn).await?,
        })
    }

    pub fn room_options(&self) -> Options {
        self.rooms.iter().map(|room| (room.id.0, room.name.clone(), room.name.clone())).collect()
    }

    pub fn worker_options(&self) -> Options {
        self.leads.iter().map(|lead| (lead.id.0, lead.name.clone(), lead.name.clone())).collect()
    }

    pub fn team_options(&self) -> Options {
        self.teams.iter().map(|team| (team.id.0, team.name.clone(), team.name.clone())).collect()
    }

    pub fn kind_options(&self) -> Options {
        self.kinds.iter().map(|kind| (kind.id.0, kind.name.clone(), kind.name_en.clone())).collect()
    }
}

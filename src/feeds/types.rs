//! What feeds are made of.

use data_encoding::BASE64URL_NOPAD;

use crate::centers::CenterId;
use crate::clock::{Timestamp, Zone};
pub use crate::ids::FeedId;
use crate::ids::{PersonId, RoomId, TeamId, WorkerId};
use crate::store::{Sealer, text_enum};
use crate::web::{Lang, Site};

text_enum!(
    /// Whose calendar it is.
    FeedOf in "feed_of" {
        /// All of a center, drafts among it.
        Center = "center",
        Room = "room",
        Team = "team",
        Worker = "worker",
        /// What somebody comes to, as a volunteer or otherwise.
        Person = "person",
    }
);

/// What somebody who works here makes a feed of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedSubject {
    Center(CenterId),
    Room(RoomId),
    Team(TeamId),
    /// One's own.
    Worker(WorkerId),
}

impl FeedSubject {
    pub fn of(self) -> FeedOf {
        match self {
            Self::Center(_) => FeedOf::Center,
            Self::Room(_) => FeedOf::Room,
            Self::Team(_) => FeedOf::Team,
            Self::Worker(_) => FeedOf::Worker,
        }
    }

    pub fn number(self) -> i64 {
        match self {
            Self::Center(id) => id.0,
            Self::Room(id) => id.0,
            Self::Team(id) => id.0,
            Self::Worker(id) => id.0,
        }
    }
}

/// A link that is good, with what its calendar is called.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Feed {
    pub id: FeedId,
    pub kind: FeedOf,
    pub center_id: Option<CenterId>,
    pub room_id: Option<RoomId>,
    pub team_id: Option<TeamId>,
    pub worker_id: Option<WorkerId>,
    pub person_id: Option<PersonId>,
    pub center: Option<String>,
    zone: Option<Zone>,
    /// The center's, the room's, the team's or the person's.
    pub name: String,
    nonce: String,
    pub made_at: Timestamp,
}

impl Feed {
    /// The number of what it is of.
    pub fn subject(&self) -> i64 {
        let by_kind = match self.kind {
            FeedOf::Center => self.center_id.map(|id| id.0),
            FeedOf::Room => self.room_id.map(|id| id.0),
            FeedOf::Team => self.team_id.map(|id| id.0),
            FeedOf::Worker => self.worker_id.map(|id| id.0),
            FeedOf::Person => self.person_id.map(|id| id.0),
        };
        by_kind.unwrap_or_default()
    }

    pub fn is_of(&self, subject: FeedSubject) -> bool {
        match subject {
            FeedSubject::Center(id) => self.kind == FeedOf::Center && self.center_id == Some(id),
            FeedSubject::Room(id) => self.room_id == Some(id),
            FeedSubject::Team(id) => self.team_id == Some(id),
            FeedSubject::Worker(id) => self.worker_id == Some(id),
        }
    }

    pub fn zone(&self) -> Zone {
        self.zone.unwrap_or(Zone::SHANGHAI)
    }

    /// What a phone lists it as.
    pub fn title(&self) -> String {
        let called = |key| Lang::Zh.with(key, [("n", self.name.clone())]);
        match self.kind {
            FeedOf::Center => called("feeds.whole_of"),
            FeedOf::Person => called("feeds.calendar_of"),
            FeedOf::Room | FeedOf::Team | FeedOf::Worker => {
                format!("{} · {}", self.name, self.center.as_deref().unwrap_or_default())
            }
        }
    }

    /// Where the calendar is.
    pub fn path(&self, sealer: &Sealer, instance: &str) -> String {
        format!("/calendar/{}.ics", secret(sealer, instance, &self.nonce))
    }

    /// The page on which its maker finds it.
    pub fn home(&self) -> String {
        match (self.kind, self.center_id) {
            (FeedOf::Center | FeedOf::Room | FeedOf::Team, Some(center)) => center.path("/feeds"),
            _ => HOME.to_owned(),
        }
    }
}

/// Where one's own feeds stand.
pub(super) const HOME: &str = "/feeds";

/// A link's secret: it follows from the installation's key, so only who runs it can make or find one.
pub(super) fn secret(sealer: &Sealer, instance: &str, nonce: &str) -> String {
    BASE64URL_NOPAD.encode(&sealer.sign("feed", &format!("{instance}:{nonce}")))
}

/// A booking for something that is no session.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OccupiedSpan {
    pub id: i64,
    /// In whose own calendar it stands: of which kind of service it is, and where. In a room's calendar the room is taken.
    pub service: Option<String>,
    pub room: Option<String>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// A link as its maker is shown it.
pub struct FeedLink {
    pub id: FeedId,
    /// To be entered in a calendar.
    pub url: String,
    /// To be tapped: the phone's calendar opens.
    pub webcal: String,
}

impl FeedLink {
    pub fn of(feed: &Feed, site: &Site, sealer: &Sealer, instance: &str) -> Self {
        let url = site.link(feed.path(sealer, instance));
        let webcal = url.split_once("://").map(|(_, rest)| format!("webcal://{rest}")).unwrap_or_default();
        Self { id: feed.id, url, webcal }
    }
}

/// What a calendar may be had of, with the link where there is one.
pub struct FeedLine {
    pub of: FeedOf,
    pub subject: i64,
    pub label: String,
    pub link: Option<FeedLink>,
}

//! When the door is open.

use std::time::Duration;

use super::types::{Code, Method};
use crate::activities::{Session, SessionStatus};
use crate::auth::{Coordinator, Role};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::Error;

/// How long before the start people may check in.
pub const OPENS_BEFORE: Duration = Duration::from_secs(60 * 60);

/// How long whoever let somebody in may take it back without saying why: a tap beside the name is seen at once.
pub const UNDO_WITHIN: Duration = Duration::from_secs(60);

/// What the door's rule looks at.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Doorway {
    pub status: SessionStatus,
    pub starts_at: Timestamp,
    pub local_date: Date,
    pub zone: Zone,
}

impl Doorway {
    pub fn opens_at(&self) -> Timestamp {
        self.starts_at.minus(OPENS_BEFORE)
    }

    /// The end of the local day after: forgotten sheets are still entered on the next day.
    pub fn closes_at(&self) -> Timestamp {
        self.zone.midnight(self.local_date.plus_days(2))
    }

    /// When somebody came whom a device saw at `at`. Where its clock cannot have been right, nobody knows better than the
    /// session's start.
    pub fn believed(&self, at: Timestamp) -> Timestamp {
        if (self.opens_at()..self.closes_at()).contains(&at) { at } else { self.starts_at }
    }
}

impl From<&Session> for Doorway {
    fn from(session: &Session) -> Self {
        Self {
            status: session.status,
            starts_at: session.starts_at,
            local_date: session.local_date,
            zone: session.zone,
        }
    }
}

/// Whether somebody who came at `came_at` may be let in now.
///
/// # Errors
/// `cancelled`, `closed` or `not_open_yet`.
pub fn may_enter(door: &Doorway, came_at: Timestamp, now: Now) -> Result<(), Code> {
    match door.status {
        SessionStatus::Cancelled | SessionStatus::Skipped => Err(Code::Cancelled),
        SessionStatus::Completed => Err(Code::Closed),
        SessionStatus::Planned if now.0 >= door.closes_at() => Err(Code::Closed),
        SessionStatus::Planned if came_at < door.opens_at() => Err(Code::NotOpenYet),
        SessionStatus::Planned => Ok(()),
    }
}

/// Most companions of one person: more of them are a group, which is counted as one.
pub const MOST_COMPANIONS: i64 = 20;

/// When and how somebody came whom a worker enters now: at once while the session runs, from paper afterwards, and
/// then from the session's start, for nobody knows better.
pub fn entered(session: &Session, now: Now) -> (Method, Timestamp) {
    if now.0 >= session.ends_at { (Method::Paper, session.starts_at) } else { (Method::Roster, now.0) }
}

/// Whether somebody in this role may put right what belongs to a session: a completed one is corrected by who answers for it.
///
/// # Errors
/// `Forbidden`.
pub fn may_correct(role: Role, status: SessionStatus) -> Result<(), Error> {
    let closed = status == SessionStatus::Completed;
    if closed && !Coordinator::includes(role) { Err(Error::Forbidden) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn door(status: SessionStatus) -> Doorway {
        Doorway {
            status,
            starts_at: at("2026-03-05T02:00:00Z"),
            local_date: Date::parse("2026-03-05").unwrap(),
            zone: Zone::SHANGHAI,
        }
    }

    fn tries(status: SessionStatus, when: &str) -> Result<(), Code> {
        may_enter(&door(status), at(when), Now(at(when)))
    }

    #[test]
    fn the_door_opens_an_hour_before_and_closes_with_the_next_day() {
        assert_eq!(tries(SessionStatus::Planned, "2026-03-05T00:59:59Z"), Err(Code::NotOpenYet));
        assert_eq!(tries(SessionStatus::Planned, "2026-03-05T01:00:00Z"), Ok(()));
        assert_eq!(tries(SessionStatus::Planned, "2026-03-06T15:59:59Z"), Ok(()));
        assert_eq!(tries(SessionStatus::Planned, "2026-03-06T16:00:00Z"), Err(Code::Closed));
    }

    #[test]
    fn a_session_that_does_not_take_place_lets_nobody_in() {
        for (status, code) in [
            (SessionStatus::Completed, Code::Closed),
            (SessionStatus::Cancelled, Code::Cancelled),
            (SessionStatus::Skipped, Code::Cancelled),
        ] {
            assert_eq!(tries(status, "2026-03-05T02:00:00Z"), Err(code));
        }
    }
}

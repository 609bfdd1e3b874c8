//! Months as they are planned: each day with what is on it, and the holidays.

use super::types::{Session, SessionStatus};
use super::week_cut::WeekCut;
use super::week_queries::SessionPlaces;
use crate::clock::{Date, Month, Zone};
use crate::holidays::Holiday;

/// As many stand in a day's field; what is beyond is folded.
const SHOWN: usize = 3;

/// One day with its sessions, by their start.
pub struct MonthDay<'a> {
    pub date: Date,
    pub sessions: Vec<&'a Session>,
    pub holiday: Option<&'a Holiday>,
}

impl<'a> MonthDay<'a> {
    /// Those that are shown at once. One alone is never folded: the line that says so would be as long.
    pub fn first(&self) -> &[&'a Session] {
        self.sessions.get(..self.shown()).unwrap_or_default()
    }

    pub fn rest(&self) -> &[&'a Session] {
        self.sessions.get(self.shown()..).unwrap_or_default()
    }

    fn shown(&self) -> usize {
        if self.sessions.len() == SHOWN + 1 { SHOWN + 1 } else { self.sessions.len().min(SHOWN) }
    }

    pub fn is_free(&self) -> bool {
        self.sessions.is_empty() && self.holiday.is_none()
    }
}

/// One month of the calendar.
pub struct MonthSheet<'a> {
    pub month: Month,
    pub days: Vec<MonthDay<'a>>,
}

impl MonthSheet<'_> {
    /// How many take place.
    pub fn count(&self) -> usize {
        let stands = |session: &&&Session| session.status != SessionStatus::Cancelled;
        self.days.iter().map(|day| day.sessions.iter().filter(stands).count()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.days.iter().all(|day| day.sessions.is_empty())
    }
}

/// The month with what `cut` leaves of the sessions. A session stands on the day on which it begins, and on the next one too
/// where it goes on there past midnight. Skipped ones are not shown.
pub fn sheet<'a>(
    month: Month,
    sessions: &'a [Session],
    places: &SessionPlaces,
    holidays: &'a [Holiday],
    cut: &WeekCut,
    zone: Zone,
) -> MonthSheet<'a> {
    let shown: Vec<&Session> = sessions
        .iter()
        .filter(|session| session.status != SessionStatus::Skipped && cut.leaves(session, places))
        .collect();
    let days = month.first().until(month.end()).map(|date| {
        let dawn = zone.midnight(date);
        let is_there =
            |session: &&&Session| session.local_date == date || (session.local_date < date && dawn < session.ends_at);
        MonthDay {
            date,
            sessions: shown.iter().filter(is_there).copied().collect(),
            holiday: holidays.iter().find(|holiday| holiday.covers(date)),
        }
    });
    MonthSheet { month, days: days.collect() }
}

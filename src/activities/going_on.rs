//! A day as those see it who receive people then: what began the evening before and goes on past midnight stands with it until it is
//! over.

use super::types::Session;
use crate::clock::{Date, Now, Timestamp, Zone};

/// A local day, and from when on what began the day before counts to it.
#[derive(Clone, Copy, Debug)]
pub struct DayGoingOn {
    pub date: Date,
    pub eve: Date,
    /// What began the evening before and ends after this is still on.
    pub from: Timestamp,
}

impl DayGoingOn {
    pub fn today(zone: Zone, now: Now) -> Self {
        let date = zone.date(now.0);
        Self { date, eve: date.minus_days(1), from: now.0 }
    }

    pub fn holds(&self, session: &Session) -> bool {
        session.local_date == self.date || (session.local_date == self.eve && session.ends_at > self.from)
    }

    /// The condition that session `s` stands with the day, of which the statement names `date`, `eve` and `from`.
    pub fn condition(date: &str, eve: &str, from: &str) -> String {
        format!("(s.local_date = {date} or (s.local_date = {eve} and s.ends_at > {from}))")
    }
}

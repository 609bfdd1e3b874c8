//! A day as those see it who receive people then: what began the evening before and goes on past midnight stands with it until it is
//! over and everybody has left.

use std::time::Duration;

use super::queries;
use super::types::{PublishedSession, Session};
use crate::centers::CenterId;
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::Result;
use crate::store::Conn;

/// How long after its end an evening's session stands with the next day: people sign out when it is over.
pub const LINGERING: Duration = Duration::from_secs(30 * 60);

/// A local day, and from when on what began the day before counts to it.
#[derive(Clone, Copy, Debug)]
pub struct DayGoingOn {
    pub date: Date,
    pub eve: Date,
    /// What began the evening before and ends after this is still on, or people are just leaving it.
    pub from: Timestamp,
}

impl DayGoingOn {
    pub fn today(zone: Zone, now: Now) -> Self {
        let date = zone.date(now.0);
        Self { date, eve: date.minus_days(1), from: now.0.minus(LINGERING) }
    }

    pub fn holds(&self, session: &Session) -> bool {
        self.holds_span(session.local_date, session.ends_at)
    }

    /// Whether a session of that day stands with it that ends then.
    fn holds_span(&self, local_date: Date, ends: Timestamp) -> bool {
        local_date == self.date || (local_date == self.eve && ends > self.from)
    }

    /// The condition that session `s` stands with the day, of which the statement names `date`, `eve` and `from`.
    pub fn condition(date: &str, eve: &str, from: &str) -> String {
        format!("(s.local_date in ({date}, {eve}) and (s.local_date = {date} or s.ends_at > {from}))")
    }
}

/// What the public sees from `today` on until the local day `to`: what began the day before as long as it is not over. Of one center, or
/// of all.
pub async fn published_from(
    conn: &mut Conn,
    center: Option<CenterId>,
    today: DayGoingOn,
    to: Date,
) -> Result<Vec<PublishedSession>> {
    let mut sessions = queries::published(conn, center, today.eve, to).await?;
    sessions.retain(|session| session.local_date > today.date || today.holds_span(session.local_date, session.ends_at));
    Ok(sessions)
}

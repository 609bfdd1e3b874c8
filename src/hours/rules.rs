//! What a volunteer's stay amounts to.

use std::time::Duration;

use crate::clock::Timestamp;

/// A volunteer's minutes as the door saw them, and whether the check-out was forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenMinutes {
    pub minutes: i64,
    pub forgot_to_leave: bool,
}

/// From coming to leaving; somebody who did not check out is taken to have left at the session's end.
/// The time between leaving and coming back does not count.
pub fn stay(came_at: Timestamp, left_at: Option<Timestamp>, away: Duration, session_ends: Timestamp) -> SeenMinutes {
    let there = left_at.unwrap_or(session_ends).minus(away);
    SeenMinutes { minutes: came_at.minutes_until(there), forgot_to_leave: left_at.is_none() }
}

/// Helpers set up before a session and clear away after it: so long on either side is nothing to wonder about.
const AROUND: Duration = Duration::from_secs(60 * 60);

/// The most minutes that a stay explains by itself: the session's length, or what the door measured within an hour
/// around the session, whichever is more. To confirm more of it needs a reason: a check-out made the next morning
/// measures a night.
pub fn explained(came_at: Timestamp, left_at: Option<Timestamp>, (starts, ends): (Timestamp, Timestamp)) -> i64 {
    let came_at = came_at.max(starts.minus(AROUND));
    let left_at = left_at.unwrap_or(ends).min(ends.plus(AROUND));
    came_at.minutes_until(left_at).max(starts.minutes_until(ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_stay_explains_the_session_and_an_hour_around_it() {
        let session = (at("2026-03-05T02:00:00Z"), at("2026-03-05T04:00:00Z"));
        let stayed = |came, left: Option<&str>| explained(at(came), left.map(at), session);
        assert_eq!(stayed("2026-03-05T03:30:00Z", None), 120, "who came late may have been there all along");
        assert_eq!(stayed("2026-03-05T01:40:00Z", None), 140);
        assert_eq!(stayed("2026-03-05T01:40:00Z", Some("2026-03-05T04:30:00Z")), 170);
        assert_eq!(stayed("2026-03-05T00:00:00Z", Some("2026-03-06T00:00:00Z")), 240);
    }

    #[test]
    fn a_forgotten_check_out_ends_with_the_session() {
        let (came, end) = (at("2026-03-05T02:00:30Z"), at("2026-03-05T04:00:00Z"));
        assert_eq!(stay(came, None, Duration::ZERO, end), SeenMinutes { minutes: 119, forgot_to_leave: true });
        let left = Some(at("2026-03-05T04:10:30Z"));
        assert_eq!(stay(came, left, Duration::ZERO, end), SeenMinutes { minutes: 130, forgot_to_leave: false });
        assert_eq!(stay(came, left, Duration::from_secs(1_800), end).minutes, 100);
        assert_eq!(
            stay(end, None, Duration::ZERO, came).minutes,
            0,
            "who came after the end earns nothing by forgetting"
        );
    }
}

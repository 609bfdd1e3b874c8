//! What a rating is made of.

use crate::activities::{Session, SessionStatus};
use crate::clock::Now;
use std::time::Duration;

/// How long after its end a session may be rated.
pub(super) const OPEN_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Answers that are told together: of fewer, those who were there could guess whose they are.
pub const TOLD_FROM: usize = 3;

/// From the best to the worst.
pub const SCORES: [i64; 5] = [5, 4, 3, 2, 1];

/// Longest remark, in characters.
pub(super) const REMARK: usize = 200;

/// Whether the question is open.
pub(super) fn is_open(session: &Session, now: Now) -> bool {
    let took_place = matches!(session.status, SessionStatus::Planned | SessionStatus::Completed);
    took_place && session.is_over(&now.0) && now.0 < session.ends_at.plus(OPEN_FOR)
}

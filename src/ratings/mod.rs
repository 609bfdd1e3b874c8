//! How it was (满意度): one question to the phones that checked in, for a day after the session, and nobody's name.
//!
//! What is kept says nothing of who answered (migration 0009). One answer per phone is kept by that phone's own cookie
//! and by nothing of ours: a mark on the server would say which phone answered and when. Whoever wants to answer twice
//! can, by clearing cookies between, and loses with them the right to answer, which is the remembered phone's.

mod pages;
mod queries;

use std::time::Duration;

use rocket::fairing::AdHoc;

pub use pages::{Asked, Question, question};
pub use queries::{Summary, summary};

use crate::activities::{Session, SessionStatus};
use crate::clock::Now;

/// How long after its end a session may be rated.
const OPEN_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Answers that are told together: of fewer, those who were there could guess whose they are.
const TOLD_FROM: usize = 3;

/// From the best to the worst.
const SCORES: [i64; 5] = [5, 4, 3, 2, 1];

/// Longest remark, in characters.
const REMARK: usize = 200;

/// Whether the question is open.
fn is_open(session: &Session, now: Now) -> bool {
    let took_place = matches!(session.status, SessionStatus::Planned | SessionStatus::Completed);
    took_place && session.is_over(&now.0) && now.0 < session.ends_at.plus(OPEN_FOR)
}

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("ratings", |rocket| async { rocket.mount("/", pages::routes()) })
}

//! How it was (满意度): one question to the phones that checked in, for a day after the session, and nobody's name.
//!
//! What is kept says nothing of who answered (migration 0009). One answer per phone is kept by that phone's own cookie
//! and by nothing of ours: a mark on the server would say which phone answered and when. Whoever wants to answer twice
//! can, by clearing cookies between, and loses with them the right to answer, which is the remembered phone's.

mod pages;
mod queries;
mod together;
mod types;

use rocket::fairing::AdHoc;

pub use pages::{Question, RatedOn, question};
pub use queries::{RatingSummary, summary};
pub use together::{MonthRatings, Satisfaction, by_month, together};
pub use types::{SCORES, TOLD_FROM};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("ratings", |rocket| async { rocket.mount("/", pages::routes()) })
}

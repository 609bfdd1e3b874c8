//! Accident insurance of volunteers (志愿服务条例 art. 17: before they serve where they may come to harm): policies, whom each covers and
//! when, and the gap before a session that is marked risky. A gap is shown and blocks nothing: the center answers for it. The list
//! for the insurer is the one place where ID numbers go out in full, for a reason that is kept.

mod actions;
pub(crate) mod api;
mod forgetting;
pub(crate) mod forms;
mod merging;
mod pages;
pub mod queries;
mod sheet;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{add, insure, mark, void, withdraw};
pub use forgetting::forget;
pub use merging::{JOURNALED, absorb};
pub use queries::{Gap, gap, leaves_uncovered, uncovered_takers};
pub use told::told;
pub use types::{Covers, Insurance, InsuranceId, Insured};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("insurance", |rocket| async {
        rocket.mount("/", pages::routes()).mount("/", sheet::routes()).mount("/api/v1", api::routes())
    })
}

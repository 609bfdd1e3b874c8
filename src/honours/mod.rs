//! What volunteers were trained in and what they were commended for (志愿服务条例 art. 19), with the date and who gave it; the list from which
//! a year's commendations are chosen; and how many stars' hours somebody has reached. Associations rate volunteers, so nobody is
//! called a volunteer of so many stars here, and nothing is made of the hours but their sum.

mod actions;
pub(crate) mod api;
mod commendation_pages;
mod forgetting;
pub(crate) mod forms;
mod merging;
pub(crate) mod paper_api;
mod papers;
pub mod queries;
pub mod roll;
pub(crate) mod roll_api;
mod roll_pages;
pub mod rules;
mod stars;
mod told;
mod training_pages;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{attend, give, record, void_commendation, void_training, withdraw};
pub use forgetting::forget;
pub use forms::{AwardInput, TrainingInput};
pub use merging::{JOURNALED, absorb};
pub use told::told;
pub use types::{
    Commendation, CommendationId, HonourLevel, Honoured, Honours, StarLevel, Trained, Training, TrainingId, TrainingOf,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("honours", |rocket| async {
        let rocket = rocket.mount("/", training_pages::routes()).mount("/", commendation_pages::routes());
        let rocket = rocket.mount("/", papers::routes()).mount("/", roll_pages::routes()).mount("/", stars::routes());
        let rocket = rocket.mount("/api/v1", api::routes()).mount("/api/v1", paper_api::routes());
        rocket.mount("/api/v1", roll_api::routes())
    })
}

//! What a center offers again: activities kept as templates (活动模板) to begin others with, and a quarter's activities made again in
//! another (复制季度安排). Neither plans by itself: both fill the form of an activity, and what becomes of each date is what its preview
//! proposes.

mod actions;
pub(crate) mod api;
mod copy_pages;
mod copying;
mod date_pages;
pub(crate) mod forms;
pub mod queries;
mod rules;
pub mod sheet;
mod template_pages;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{keep, rename, retire};
pub use copying::copy;
pub use types::{ActivityTemplate, ActivityTemplateId, Quarter};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("offerings", |rocket| async {
        rocket
            .mount("/", copy_pages::routes())
            .mount("/", date_pages::routes())
            .mount("/", template_pages::routes())
            .mount("/api/v1", api::routes())
    })
}

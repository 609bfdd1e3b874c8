//! Workers (社工 and 普通服务人员): the center's staff. A worker is a person who works here for a time; signing in is
//! an account's matter, which may be made along with the worker.
//!
//! `ended_on` is the first day without them: on a day D they are there while it is null or D is before it, however far
//! ahead it lies. Nobody is twice a worker of one center at the same time, and nobody leaves who leads something still:
//! that is handed over first (`handovers`, above whatever a worker leads).

pub mod accounts;
mod actions;
pub(crate) mod api;
pub mod career;
pub(crate) mod career_api;
pub mod departing;
mod forgetting;
pub(crate) mod forms;
mod merging;
mod pages;
pub mod posts;
pub mod queries;
mod record_pages;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{add, end, revise};
pub use forgetting::forget;
pub use forms::{Ending, WorkerInput, WorkerRecord};
pub use merging::{DoubledWorker, JOURNALED, absorb, doubled};
pub use told::told;
pub use types::{Colleague, FoundBy, Qualification, WorkField, Worker, WorkerId, WorkerKind, WorkersAsked};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("workers", |rocket| async {
        rocket
            .mount("/", pages::routes())
            .mount("/", record_pages::routes())
            .mount("/", posts::routes())
            .mount("/api/v1", api::routes())
            .mount("/api/v1", career_api::routes())
            .mount("/api/v1", posts::api::routes())
    })
}

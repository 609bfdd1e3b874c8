//! Rooms for what is no activity (DECISIONS 3): a meeting with its minutes (会议纪要), maintenance, and a residents' group that asked
//! through the public page (场地申请) and was granted a room on conditions.
//!
//! The booking is written by its owner (`activities::occupying`); what it is for is kept here. Such a time counts in the use of rooms
//! and nowhere else: it is no session, and nobody's visit.

mod actions;
pub(crate) mod api;
mod forgetting;
pub(crate) mod forms;
pub mod listing;
mod pages;
mod papers;
mod public;
pub mod queries;
pub(crate) mod request_api;
mod request_pages;
mod requests;
mod told;
mod types;

use rocket::fairing::AdHoc;

use crate::store::SealedColumn;

pub use actions::{cancel, reserve, write_minutes};
pub use forgetting::{forget, forget_old};
pub use listing::ReservationsCut;
pub use requests::{decline, grant, send};
pub use told::told;
pub use types::{Reservation, ReservationId, ReservationKind, ReservationStanding, RoomRequest, RoomRequestId};

pub const SEALED: &[SealedColumn] = &[SealedColumn::text("room_requests", &["id"], "contact_sealed")];

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("reservations", |rocket| async {
        rocket
            .mount("/", pages::routes())
            .mount("/", papers::routes())
            .mount("/", request_pages::routes())
            .mount("/", public::routes())
            .mount("/api/v1", api::routes())
            .mount("/api/v1", request_api::routes())
    })
}

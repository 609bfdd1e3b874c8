//! Rooms (功能室): where things happen. Each has a kind, an area, a capacity and weekly opening hours.

mod actions;
pub(crate) mod api;
pub(crate) mod forms;
mod hours;
pub mod listing;
mod pages;
pub mod queries;
pub mod rules;
pub(crate) mod standard;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{add, close, retire, revise, void_closure};
pub use forms::RoomInput;
pub use hours::{WeekHours, Weeks};
pub use types::{Closure, ClosureId, Room, RoomClass, RoomId, RoomKind, RoomKindId};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("rooms", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/", standard::routes());
        rocket.mount("/api/v1", api::routes()).mount("/api/v1", standard::api_routes())
    })
}

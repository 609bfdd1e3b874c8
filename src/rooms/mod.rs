//! Rooms (功能室): where things happen. Each has a kind, an area, a capacity and weekly opening hours ([`weeks`]), beyond which it
//! may be opened and within which it may be closed ([`times`]). What is planned at a time at which its room is shut is told until it
//! is dealt with ([`affected`]). Before it opens a room is no more than a plan ([`planned`]).

mod actions;
pub mod affected;
pub(crate) mod api;
pub(crate) mod forms;
mod hours;
pub mod listing;
mod pages;
mod photos;
pub mod planned;
pub mod queries;
pub(crate) mod room_api;
mod room_pages;
pub mod rules;
mod times;
pub(crate) mod times_forms;
mod times_pages;
pub(crate) mod standard;
mod types;
mod weeks;

use rocket::fairing::AdHoc;

pub use actions::{add, retire, revise};
pub use forms::{RoomFacts, RoomInput};
pub use hours::{WeekHours, Weeks};
pub use photos::{keep_photo, remove_photo};
pub use times::{close, open_extra, void_closure, void_opening};
pub use times_forms::{TimesInput, WeekInput};
pub use types::{
    Closure, ClosureId, ExtraOpening, OpeningId, Room, RoomClass, RoomDetails, RoomFeature, RoomId, RoomKind,
    RoomKindId, RoomPhoto, RoomPhotoId, RoomWeek, RoomWeekId,
};
pub use weeks::{set_week, undo_week};

pub fn stage() -> AdHoc {
    let pages =
        [pages::routes(), room_pages::routes(), times_pages::routes(), photos::routes(), planned::pages()].concat();
    let api = [api::routes(), room_api::routes(), planned::programs()].concat();
    AdHoc::on_ignite("rooms", |rocket| async {
        let rocket = rocket.mount("/", pages).mount("/", standard::routes());
        rocket.mount("/api/v1", api).mount("/api/v1", standard::api_routes())
    })
}

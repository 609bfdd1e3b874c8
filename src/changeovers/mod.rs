//! Another provider takes a center over (承接机构更换), perhaps in mid-year. What is the center's stays the center's and so comes to the
//! new one by itself: residents, households, sessions to come with their places, cards, codes, teams, rooms, things. What is the former
//! provider's goes with it: its staff, and the reports of its days, which it reads on (`account_reports`) and its successor does not.
//!
//! Who runs a center is `agreements`' to say; from that follows at once who reaches it (`account_centers`). Here is what is above both:
//! the former staff's time ends, and what goes over is counted on a list that both sign. It stands above whatever it counts.

mod actions;
pub(crate) mod api;
mod pages;
pub mod queries;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{make_list, settle, sign};
pub use types::{Changeover, ChangeoverId, ChangeoverItem, ChangeoverList, ChangeoverSide};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("changeovers", |rocket| async {
        rocket.mount("/", pages::routes()).mount("/api/v1", api::routes())
    })
}

//! Check-in (签到): the moment at the door. Whatever the way in (a phone at the poster, a tick on the roster, a program),
//! everyone goes through one service, [`admit`], which decides, keeps the record and answers in stable codes.
//!
//! `scans` holds every try, refused ones too, and is never changed; `attendances` holds who came. What a phone is
//! remembered for is in `phones`, personal cards are in [`cards`], units of the community in [`participation`]; the resident's page is in `door`, the center's in
//! `session`, `attendance`, `desk`, `sheets` and `review`, the hall's screen in `hall`; what is written when a session is closed stands in
//! `closings`.

mod actions;
mod admit;
pub(crate) mod api;
mod attendance;
mod by_itself;
pub mod cards;
mod clicking;
mod closing;
pub(crate) mod closing_api;
mod company;
pub(crate) mod company_api;
mod count;
mod desk;
mod forgetting;
mod door;
pub(crate) mod forms;
mod front_desk;
mod hall;
mod heads;
mod lasting;
pub(crate) mod lasting_api;
mod merging;
pub mod participation;
mod pending;
pub mod queries;
mod review;
pub mod rules;
mod session;
mod sheets;
mod spoken;
pub mod sync;
mod told;
mod types;

use crate::clock::Clock;
use crate::store::{Db, SealedColumn};
use rocket::fairing::AdHoc;
use rocket_db_pools::Database;

pub(crate) use actions::confirm;
pub use actions::{check_out, close, reopen, void, walk_in};
pub use admit::{Admitted, Again, Answer, Attempt, Entrance, Queue, Refused, Via, Way, Who};
pub use by_itself::{ByThemselves, InWords, close_by_themselves};
pub use clicking::{Tap, click, heads_there, last_tap};
pub(crate) use closing::{close_as_sent, hold_session};
pub use forgetting::{forget, forget_escorts, forget_phones};
pub use heads::{count_heads, void_heads};
pub use merging::{JOURNALED, absorb, follow_scans, give_back, moves_attendances, sessions_of_both};
pub use told::told;
pub use types::{AttendanceId, CardId, Code, HeadCountId, Heads, Method, Part, RequestId};

pub const SEALED: &[SealedColumn] = &[SealedColumn::text("cards", &["id"], "code_sealed")];

pub fn stage() -> AdHoc {
    AdHoc::try_on_ignite("check-in", |rocket| async {
        // The database and the clock are there: lib.rs attaches them first.
        let line = match (Db::fetch(&rocket), rocket.state::<Clock>()) {
            (Some(db), Some(clock)) => Queue::open(db, clock.clone())
                .inspect_err(|error| tracing::error!(%error, "the door's thread cannot be started"))
                .ok(),
            _ => None,
        };
        let Some(line) = line else { return Err(rocket) };
        let rocket = rocket
            .manage(line)
            .mount("/", door::routes())
            .mount("/", desk::routes())
            .mount("/", review::routes())
            .mount("/", pending::routes())
            .mount("/", front_desk::routes())
            .mount("/", session::routes())
            .mount("/", attendance::routes())
            .mount("/", participation::routes())
            .mount("/", count::routes())
            .mount("/", sheets::routes())
            .mount("/", lasting::routes())
            .mount("/", hall::routes())
            .mount("/", cards::routes())
            .mount("/api/v1", api::routes())
            .mount("/api/v1", closing_api::routes())
            .mount("/api/v1", company_api::routes())
            .mount("/api/v1", participation::api::routes())
            .mount("/api/v1", lasting_api::routes());
        Ok(rocket)
    })
}

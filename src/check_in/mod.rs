//! Check-in (签到): the moment at the door. Whatever the way in (a phone at the poster, a tick on the roster, a program),
//! everyone goes through one service, [`admit`], which decides, keeps the record and answers in stable codes.
//!
//! `scans` holds every try, refused ones too, and is never changed; `attendances` holds who came. What a phone is
//! remembered for is in `phones`, personal cards are in [`cards`]; the resident's page is in `door`, the center's in
//! `session`, `attendance`, `desk`, `sheets`, `review` and `closing`, the hall's screen in `hall`.

mod actions;
mod admit;
pub(crate) mod api;
mod attendance;
pub mod cards;
mod closing;
pub(crate) mod closing_api;
mod company;
pub(crate) mod company_api;
mod desk;
mod door;
mod forms;
mod front_desk;
mod hall;
pub mod queries;
mod review;
pub mod rules;
mod session;
mod sheets;
mod spoken;
pub mod sync;

use rocket::fairing::AdHoc;
use rocket_db_pools::Database;

pub use actions::{check_out, close, count_heads, void, void_heads, walk_in};
pub use admit::{Admitted, Again, Answer, Attempt, Entrance, Queue, Refused, Via, Way, Who};

use crate::clock::Clock;
pub use crate::ids::{AttendanceId, CardId, HeadCountId, RequestId};
use crate::store::{Db, text_enum};

text_enum!(
    /// What somebody came as. Only volunteers earn hours.
    Part in "part" { Participant = "participant", Volunteer = "volunteer", Staff = "staff" }
);

text_enum!(
    /// The way in.
    Method in "method" {
        /// The session's QR, opened on somebody's own phone.
        Phone = "phone",
        /// Ticked on the roster.
        Roster = "roster",
        /// Registered at the door.
        WalkIn = "walk_in",
        /// A personal card.
        Card = "card",
        /// Entered afterwards, from a sheet of paper or from memory.
        Paper = "paper",
    }
);

text_enum!(
    /// Why somebody was not let in, or not again: stable codes, each with a text that says what to do.
    Code in "refusal" {
        AlreadyIn = "already_in",
        NotOpenYet = "not_open_yet",
        Closed = "closed",
        Cancelled = "cancelled",
        Full = "full",
        UnknownCode = "unknown_code",
        /// The hall's screen shows another code by now, or none was scanned where one is needed.
        CodeExpired = "code_expired",
        CardRevoked = "card_revoked",
        /// Somebody leaves who was not seen coming,
        NotIn = "not_in",
        /// or who left before.
        AlreadyLeft = "already_left",
        /// More names and numbers from one address than a hall sends.
        TooMany = "too_many",
    }
);

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
            .mount("/", front_desk::routes())
            .mount("/", session::routes())
            .mount("/", attendance::routes())
            .mount("/", sheets::routes())
            .mount("/", hall::routes())
            .mount("/", closing::routes())
            .mount("/", cards::routes())
            .mount("/api/v1", api::routes())
            .mount("/api/v1", closing_api::routes())
            .mount("/api/v1", company_api::routes());
        Ok(rocket)
    })
}

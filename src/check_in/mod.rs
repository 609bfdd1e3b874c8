//! Check-in (签到): the moment at the door. Whatever the way in (a phone at the poster, a tick on the roster, a program),
//! everyone goes through one service, [`admit`], which decides, keeps the record and answers in stable codes.
//!
//! `scans` holds every try, refused ones too, and is never changed; `attendances` holds who came. What a phone is
//! remembered for is in [`phones`], personal cards are in [`cards`]; the resident's pages are in `door` and `me`, the
//! center's in `session`, `attendance`, `desk`, `sheets`, `review` and `closing`, the hall's screen in `hall`.

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
mod me;
pub mod phones;
pub mod queries;
mod review;
pub mod rules;
mod session;
mod sheets;
pub mod sync;
mod throttle;
mod unknown;

use rocket::fairing::AdHoc;
use rocket_db_pools::Database;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use actions::{check_out, close, count_heads, void, void_heads, walk_in};
pub use admit::{Admitted, Again, Answer, Attempt, Entrance, Queue, Refused, Via, Way, Who};

pub(crate) use door::{Look, session_behind};

use crate::clock::Clock;
use crate::store::{Db, id_type, text_column, text_enum};

id_type!(
    /// A row of `attendances`: a person, at a session, in a part.
    AttendanceId
);
id_type!(HeadCountId);
id_type!(
    /// A personal card.
    CardId
);

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

/// A try's own number, made by the client: the same number again gives the same answer. Ours begin with the time (UUID
/// version 7), so that those of one hour lie side by side in the index, however many years are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(Uuid);

impl RequestId {
    pub fn random() -> Self {
        Self(Uuid::now_v7())
    }

    /// One that says nothing of the time, for what must not be traced to a moment.
    pub fn timeless() -> Self {
        Self(Uuid::new_v4())
    }

    /// The number of this page's try for `who`. A page has one number and may be gone back to: for the same person it
    /// is the same try, for another one a new try.
    pub fn of(self, who: impl std::fmt::Display) -> Self {
        let digest = Sha256::digest(format!("{self}:{who}"));
        let mut rest = [0; 10];
        rest.copy_from_slice(&digest[..10]);
        let milliseconds = u64::from_be_bytes(*self.0.as_bytes().first_chunk().unwrap_or(&[0; 8])) >> 16;
        Self(uuid::Builder::from_unix_timestamp_millis(milliseconds, &rest).into_uuid())
    }

    /// As a positive number, for a key that is random.
    pub fn number(self) -> i64 {
        i64::try_from(self.0.as_u64_pair().1 & (u64::MAX >> 2)).unwrap_or_default()
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for RequestId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

text_column!(RequestId);

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
            .manage(throttle::Throttle::default())
            .mount("/", door::routes())
            .mount("/", me::routes())
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

#[cfg(test)]
mod tests {
    use super::RequestId;

    #[test]
    fn a_pages_number_is_one_try_per_person() {
        let page = RequestId::random();
        assert_eq!(page.of(7), page.of(7));
        assert_ne!(page.of(7), page.of(8));
        assert_ne!(page.of(7), RequestId::random().of(7));
        assert_eq!(page.to_string()[..13], page.of(7).to_string()[..13]);
    }
}

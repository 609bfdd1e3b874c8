//! Request guards. A page's visitor shows a cookie, the API's a bearer token; both become a [`Viewer`], and a
//! viewer whose role is on a guard's list becomes that guard. There is no other way to make one.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::RwLock;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket_db_pools::Database;

use super::logins::{self, Kind};
use super::{AccountId, LoginId, Role};
use crate::audit::{Acting, Actor};
use crate::clock::Now;
use crate::fields::Sender;
use crate::store::Db;

/// Somebody signed in.
#[expect(clippy::manual_non_exhaustive, reason = "the proof guards against this crate too")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub account: AccountId,
    pub login: LoginId,
    pub name: String,
    pub role: Role,
    // Keeps the struct from being written out elsewhere.
    proof: (),
}

impl Viewer {
    /// Whom a login row names; `logins` alone looks those up.
    pub(super) fn found(login: LoginId, account: AccountId, name: String, role: Role) -> Self {
        Self { account, login, name, role, proof: () }
    }

    /// An account as the command line acts for it. Whoever runs a command has the database in hand anyway.
    pub(crate) fn at_the_command_line(account: AccountId, name: String, role: Role) -> Self {
        Self { account, login: LoginId(0), name, role, proof: () }
    }

    /// The first character of the name, for the round badge beside it.
    pub fn initial(&self) -> char {
        self.name.chars().next().unwrap_or('·')
    }
}

impl Acting for Viewer {
    fn actor(&self) -> Actor {
        Actor::Account { id: self.account, name: self.name.clone() }
    }
}

/// How the request's visitor was found, kept for the request so that several guards ask the database once.
#[derive(Clone)]
enum Visitor {
    Viewer(Viewer),
    Nobody,
    Unavailable,
}

async fn find(request: &Request<'_>) -> Visitor {
    let Some((kind, secret)) = secret(request) else { return Visitor::Nobody };
    let Some(db) = Db::fetch(request.rocket()) else { return Visitor::Unavailable };
    let now = match request.guard::<Now>().await {
        Outcome::Success(now) => now,
        _ => return Visitor::Nobody,
    };
    match logins::viewer(db, now, kind, &secret).await {
        Ok(Some(viewer)) => {
            // The layout reads it from here when it draws the page's chrome.
            request.local_cache(|| Some(viewer.clone()));
            request.local_cache(|| Sender::SignedIn);
            Visitor::Viewer(viewer)
        }
        Ok(None) => Visitor::Nobody,
        Err(_) => Visitor::Unavailable,
    }
}

/// The API takes bearer tokens and no cookies, so no other site's page can use it; pages take cookies only.
fn secret(request: &Request<'_>) -> Option<(Kind, String)> {
    if request.uri().path().starts_with("/api/") {
        let value = request.headers().get_one("Authorization")?;
        let (scheme, token) = value.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| (Kind::Token, token.trim().to_owned()));
    }
    Some((Kind::Browser, request.cookies().get(logins::COOKIE)?.value().to_owned()))
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Viewer {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        match request.local_cache_async(find(request)).await {
            Visitor::Viewer(viewer) => Outcome::Success(viewer.clone()),
            Visitor::Nobody => Outcome::Error((Status::Unauthorized, ())),
            Visitor::Unavailable => Outcome::Error((Status::ServiceUnavailable, ())),
        }
    }
}

/// Declares guards: who is on the list passes, everyone else who is signed in gets 403.
macro_rules! guards {
    ($($(#[$doc:meta])* $guard:ident: $($role:ident)|+;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $guard(Viewer);

        impl $guard {
            /// The roles that have this right.
            pub const ROLES: &'static [Role] = &[$(Role::$role),+];

            /// Whether who has this role has this right.
            pub fn includes(role: Role) -> bool {
                matches!(role, $(Role::$role)|+)
            }

            /// The right of a viewer whose role has it.
            pub(crate) fn of(viewer: Viewer) -> Option<Self> {
                Self::includes(viewer.role).then_some(Self(viewer))
            }
        }

        impl Deref for $guard {
            type Target = Viewer;

            fn deref(&self) -> &Viewer {
                &self.0
            }
        }

        impl Acting for $guard {
            fn actor(&self) -> Actor {
                self.0.actor()
            }
        }

        #[rocket::async_trait]
        impl<'r> FromRequest<'r> for $guard {
            type Error = ();

            async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
                match request.guard::<Viewer>().await {
                    Outcome::Success(viewer) => match Self::of(viewer) {
                        Some(guard) => Outcome::Success(guard),
                        None => Outcome::Error((Status::Forbidden, ())),
                    },
                    Outcome::Error(error) => Outcome::Error(error),
                    Outcome::Forward(status) => Outcome::Forward(status),
                }
            }
        }
    )+};
}

guards! {
    /// Sets up the city: organizations, centers, accounts, catalogs.
    CityAdmin: CityAdmin;
    /// Answers for a provider's centers: their workers, rooms and agreements.
    Manager: CityAdmin | ProviderManager;
    /// Does a center's daily work: people, teams, activities, closing sessions.
    Coordinator: CityAdmin | SocialWorker;
    /// Receives people at the door: today's sessions and check-in.
    Greeter: CityAdmin | SocialWorker | TeamLeader | FrontDesk;
    /// Reads how a center works: rooms, week, activities. No personal data follows from this right.
    CenterReader: CityAdmin | TownSupervisor | Committee | ProviderManager | SocialWorker;
    /// Reads a session's page: every reader of the center, and who receives people there.
    Watcher: CityAdmin | TownSupervisor | Committee | ProviderManager | SocialWorker | TeamLeader | FrontDesk;
    /// Reads the volunteer teams and their members.
    TeamReader: CityAdmin | SocialWorker | TeamLeader;
    /// Subscribes to calendars of what a center plans; a team leader to the own team's. No personal data follows from this right.
    FeedReader: CityAdmin | TownSupervisor | Committee | ProviderManager | SocialWorker | TeamLeader;
    /// Fills export profiles with a center's volunteers and their hours, and takes its sessions' papers, numbers masked: to report them is
    /// the provider's duty.
    Filer: CityAdmin | ProviderManager | SocialWorker;
    /// Reads what was done in a center, and by whom.
    AuditReader: CityAdmin | ProviderManager | SocialWorker;
    /// Reads totals. No personal data follows from this right.
    ReportReader: CityAdmin | TownSupervisor | Committee | ProviderManager | SocialWorker | Purchaser | Department;
}

/// Somebody who may receive people at the door, or could when a token was last looked up: API requests that check
/// people in come by the thousand, and a token says the same for as long as it is good. What is remembered never
/// changes (whose login it is, and in what role); whether it is still good, `check_in`'s `admit` looks up in the
/// transaction that acts on it, so a revoked token admits nobody, in whatever process.
#[derive(Clone, Debug)]
pub struct Doorkeeper(Greeter);

impl Deref for Doorkeeper {
    type Target = Greeter;

    fn deref(&self) -> &Greeter {
        &self.0
    }
}

/// Secrets looked up before, by their kind and hash.
#[derive(Default)]
pub(super) struct Remembered(RwLock<HashMap<(Kind, String), Greeter>>);

/// More tokens than a city's devices; beyond it all are looked up anew.
const REMEMBERED: usize = 4_096;

impl Remembered {
    fn find(&self, secret: &(Kind, String)) -> Option<Greeter> {
        self.0.read().ok()?.get(secret).cloned()
    }

    fn keep(&self, secret: (Kind, String), greeter: &Greeter) {
        if let Ok(mut known) = self.0.write() {
            if known.len() >= REMEMBERED {
                known.clear();
            }
            known.insert(secret, greeter.clone());
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Doorkeeper {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let secret = secret(request).map(|(kind, secret)| (kind, logins::hash(&secret)));
        let remembered = request.rocket().state::<Remembered>();
        if let (Some(secret), Some(remembered)) = (&secret, remembered)
            && let Some(greeter) = remembered.find(secret)
        {
            request.local_cache(|| Sender::SignedIn);
            return Outcome::Success(Self(greeter));
        }
        match request.guard::<Greeter>().await {
            Outcome::Success(greeter) => {
                if let (Some(secret), Some(remembered)) = (secret, remembered) {
                    remembered.keep(secret, &greeter);
                }
                Outcome::Success(Self(greeter))
            }
            Outcome::Error(error) => Outcome::Error(error),
            Outcome::Forward(status) => Outcome::Forward(status),
        }
    }
}

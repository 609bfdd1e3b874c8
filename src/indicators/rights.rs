//! Who may enter by hand.

use std::ops::Deref;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};

use crate::audit::{Acting, Actor};
use crate::auth::{CenterReader, Role, Viewer};

/// Enters what a center reached and Linli cannot count: who answers for the agreement, and the center's social workers. Which centers, says
/// the query that finds the indicator.
#[derive(Clone, Debug)]
pub struct ValueKeeper(Viewer);

impl ValueKeeper {
    /// Whether who has this role has this right.
    pub fn includes(role: Role) -> bool {
        matches!(role, Role::CityAdmin | Role::ProviderManager | Role::SocialWorker)
    }

    /// The right of a viewer whose role has it.
    pub(crate) fn of(viewer: Viewer) -> Option<Self> {
        Self::includes(viewer.role).then_some(Self(viewer))
    }
}

impl Deref for ValueKeeper {
    type Target = Viewer;

    fn deref(&self) -> &Viewer {
        &self.0
    }
}

impl Acting for ValueKeeper {
    fn actor(&self) -> Actor {
        self.0.actor()
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ValueKeeper {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        match request.guard::<Viewer>().await {
            Outcome::Success(viewer) => match Self::of(viewer) {
                Some(keeper) => Outcome::Success(keeper),
                None => Outcome::Error((Status::Forbidden, ())),
            },
            Outcome::Error(error) => Outcome::Error(error),
            Outcome::Forward(status) => Outcome::Forward(status),
        }
    }
}

/// Whether a reader may know who a worker is. A purchaser sees no personal data (DESIGN section 3), and a worker's name is that too: who is
/// let into no center reads numbers in the place of names.
pub(super) fn knows_names(by: &Viewer) -> bool {
    CenterReader::includes(by.role)
}

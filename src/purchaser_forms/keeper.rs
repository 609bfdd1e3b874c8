//! Who keeps forms: a purchaser its own, and the city's administrator for any of them.

use std::ops::Deref;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};

use crate::audit::{Acting, Actor};
use crate::auth::{ReportReader, Role};

/// Keeps purchasers' forms.
#[derive(Clone, Debug)]
pub struct FormKeeper(ReportReader);

impl FormKeeper {
    pub fn includes(role: Role) -> bool {
        matches!(role, Role::CityAdmin | Role::Purchaser)
    }

    /// The right of a reader of figures whose role has it.
    pub fn of(by: ReportReader) -> Option<Self> {
        Self::includes(by.role).then_some(Self(by))
    }
}

impl Deref for FormKeeper {
    type Target = ReportReader;

    fn deref(&self) -> &ReportReader {
        &self.0
    }
}

impl Acting for FormKeeper {
    fn actor(&self) -> Actor {
        self.0.actor()
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for FormKeeper {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        match request.guard::<ReportReader>().await {
            Outcome::Success(by) => match Self::of(by) {
                Some(keeper) => Outcome::Success(keeper),
                None => Outcome::Error((Status::Forbidden, ())),
            },
            Outcome::Error(error) => Outcome::Error(error),
            Outcome::Forward(status) => Outcome::Forward(status),
        }
    }
}

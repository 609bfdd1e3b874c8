//! The gate before the door: at a session whose code rotates, a phone shows that it scanned the screen a moment ago.

use rocket::http::{Cookie, CookieJar, SameSite, Status};
use rocket::request::{FromRequest, Outcome, Request};

use super::code;
use crate::activities::Session;
use crate::check_in::types::Code;
use crate::clock::Now;
use crate::phones::Phone;
use crate::store::Sealer;
use crate::web::Site;

/// Keeps the ticket while the phone's page changes its language or asks for one more of the family: those links carry no
/// code, and a ticket in an address could be sent around.
const COOKIE: &str = "ticket";

/// What the form needs to be sent: a ticket, where the session's code rotates.
#[derive(Clone, Debug, Default)]
pub struct Pass(Option<String>);

impl Pass {
    pub fn ticket(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// Looks at the code and the ticket that a phone brings.
pub struct Gate<'r> {
    sealer: &'r Sealer,
    now: Now,
    jar: &'r CookieJar<'r>,
    code: Option<&'r str>,
    https: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Gate<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let (Some(sealer), Outcome::Success(now)) = (request.rocket().state(), request.guard().await) else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let code = request.query_value("k").and_then(Result::ok);
        Outcome::Success(Self { sealer, now, jar: request.cookies(), code, https: Site::of(request).is_https() })
    }
}

impl Gate<'_> {
    /// Whether the page may ask who is there; a good code becomes a ticket.
    ///
    /// # Errors
    /// `code_expired` or `unknown_code`.
    pub fn opens(&self, session: &Session, phone: Option<&Phone>) -> Result<Pass, Code> {
        if !session.rotating.is_set() {
            return Ok(Pass::default());
        }
        let Some(code) = self.code else {
            let kept = self.jar.get(COOKIE).map_or("", Cookie::value);
            // Whatever is wrong with what the browser kept: the screen has a new one.
            return self.takes(session, phone, kept).map_err(|_| Code::CodeExpired);
        };
        code::check(self.sealer, session.id, self.now, code)?;
        let ticket = code::ticket(self.sealer, session.id, self.now, phone.map(|phone| phone.id));
        self.jar.add(
            Cookie::build((COOKIE, ticket.clone()))
                .path(session.door())
                .http_only(true)
                .same_site(SameSite::Lax)
                .secure(self.https)
                .max_age(rocket::time::Duration::minutes(10)),
        );
        Ok(Pass(Some(ticket)))
    }

    /// Whether a form with this ticket may check in.
    ///
    /// # Errors
    /// `code_expired` or `unknown_code`.
    pub fn takes(&self, session: &Session, phone: Option<&Phone>, ticket: &str) -> Result<Pass, Code> {
        if !session.rotating.is_set() {
            return Ok(Pass::default());
        }
        code::check_ticket(self.sealer, session.id, self.now, phone.map(|phone| phone.id), ticket)?;
        Ok(Pass(Some(ticket.to_owned())))
    }
}

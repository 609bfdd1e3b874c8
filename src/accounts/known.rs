//! A browser remembers in which accounts somebody has signed in with it, by a signed cookie. It opens nothing. But its owner
//! does not stand in line behind a crowd of strangers who guess at the account (`auth::throttle`), nor wait for their hands.

use data_encoding::BASE64URL_NOPAD;
use rocket::http::{Cookie, CookieJar, SameSite};
use rocket::request::{FromRequest, Outcome, Request};

use crate::store::Sealer;
use crate::web::Site;

const COOKIE: &str = "known";

/// A desk's browser is used by a few.
const MOST: usize = 5;

/// Where it is sent: only to who signs in.
const PATH: &str = "/sign-in";

/// The accounts that this browser is known to.
pub(super) struct KnownBrowser<'r> {
    jar: &'r CookieJar<'r>,
    sealer: &'r Sealer,
    is_https: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for KnownBrowser<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        match request.rocket().state::<Sealer>() {
            Some(sealer) => {
                Outcome::Success(Self { jar: request.cookies(), sealer, is_https: Site::of(request).is_https() })
            }
            None => Outcome::Error((rocket::http::Status::InternalServerError, ())),
        }
    }
}

impl KnownBrowser<'_> {
    /// Whether somebody has signed in to the account of this login before.
    pub(super) fn knows(&self, login: &str) -> bool {
        self.marks().iter().any(|mark| is_of(self.sealer, login, mark))
    }

    /// Remembers the account from now on, for a year.
    pub(super) fn keep(&self, login: &str) {
        let others = self.marks().into_iter().filter(|mark| !is_of(self.sealer, login, mark)).take(MOST - 1);
        let marks: Vec<String> = std::iter::once(mark(self.sealer, login)).chain(others).collect();
        self.jar.add(
            Cookie::build((COOKIE, marks.join(".")))
                .path(PATH)
                .http_only(true)
                .same_site(SameSite::Lax)
                .secure(self.is_https)
                .max_age(rocket::time::Duration::days(365)),
        );
    }

    fn marks(&self) -> Vec<String> {
        let cookie = self.jar.get(COOKIE).map_or("", Cookie::value);
        cookie.split('.').take(MOST).map(str::to_owned).collect()
    }
}

const PURPOSE: &str = "known browser";

/// Bytes of a mark: enough that nobody guesses one.
const LENGTH: usize = 16;

/// What stands for an account: nobody makes it up without the key, and it does not tell the login, which is in small letters.
fn mark(sealer: &Sealer, login: &str) -> String {
    BASE64URL_NOPAD.encode(&sealer.sign(PURPOSE, login)[..LENGTH])
}

fn is_of(sealer: &Sealer, login: &str, mark: &str) -> bool {
    let signed = BASE64URL_NOPAD.decode(mark.as_bytes()).unwrap_or_default();
    signed.len() == LENGTH && sealer.has_signed(PURPOSE, login, &signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_of_one_account_and_of_one_installation() {
        let (ours, theirs) = (Sealer::new(&[7; 32]), Sealer::new(&[8; 32]));
        let ann = mark(&ours, "ann");
        assert!(is_of(&ours, "ann", &ann));
        assert!(!is_of(&ours, "ben", &ann) && !is_of(&theirs, "ann", &ann));
        for made_up in ["", &ann[..4], "AAAAAAAAAAAAAAAAAAAAAA", &format!("{ann}{ann}"), "一二三"] {
            assert!(!is_of(&ours, "ann", made_up), "{made_up}");
        }
    }
}

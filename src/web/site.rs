//! What is known of this installation and of the reader's device.

use std::net::IpAddr;

use rocket::request::{FromRequest, Outcome, Request};

/// The address under which people reach Linli, for links that leave the page: QR codes, calendars, one-time links.
#[derive(Clone, Debug)]
pub struct PublicUrl(pub Option<String>);

/// The address for this request: as configured, else as the browser asked.
pub struct Site {
    base: String,
    is_configured: bool,
}

impl Site {
    /// An absolute link to `path`, which begins with a slash.
    pub fn link(&self, path: impl std::fmt::Display) -> String {
        format!("{}{path}", self.base)
    }

    /// Whether its links are the same for all: else they lead where this request says it came, and are for nobody else.
    pub fn is_configured(&self) -> bool {
        self.is_configured
    }

    /// True if people come by https, so that cookies may insist on it.
    pub fn is_https(&self) -> bool {
        self.base.starts_with("https://")
    }

    pub fn of(request: &Request<'_>) -> Self {
        let configured = request.rocket().state::<PublicUrl>().and_then(|url| url.0.clone());
        let is_configured = configured.is_some();
        let base = configured.unwrap_or_else(|| match request.host() {
            Some(host) => format!("http://{host}"),
            None => "http://127.0.0.1:8000".to_owned(),
        });
        Self { base, is_configured }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Site {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self::of(request))
    }
}

/// How the reader wants pages to look: large text (长辈版) is a cookie, one tap away on every page.
#[derive(Clone, Copy, Debug)]
pub struct Appearance {
    pub large: bool,
}

impl Appearance {
    pub const COOKIE: &'static str = "large";

    pub fn of(request: &Request<'_>) -> Self {
        Self { large: request.cookies().get(Self::COOKIE).is_some_and(|cookie| cookie.value() == "1") }
    }
}

/// The browser that asks: from where, and what it calls itself.
pub struct Browser {
    pub address: Option<IpAddr>,
    /// Its `User-Agent`, "?" where it sends none.
    pub agent: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Browser {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        let agent = request.headers().get_one("User-Agent").unwrap_or("?").to_owned();
        Outcome::Success(Self { address: request.client_ip(), agent })
    }
}

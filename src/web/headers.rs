//! What every answer carries, and what every unsafe request must show.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::uri::Origin;
use rocket::http::{Header, Method};
use rocket::request::Request;
use rocket::{Data, Response};

use super::site::PublicUrl;

/// No inline script, no inline style, nothing from elsewhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; \
                                       base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Puts the security headers on every answer, error pages included.
pub struct Headers;

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info { name: "security headers", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        // The address of a calendar is its secret: even what leads on from an error there does not tell it.
        let referrer = if request.uri().path().starts_with("/calendar/") { "no-referrer" } else { "same-origin" };
        for (name, value) in [
            ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
            ("Referrer-Policy", referrer),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(self), microphone=(), geolocation=()"),
        ] {
            response.set_header(Header::new(name, value));
        }
        let https = request.rocket().state::<PublicUrl>().and_then(|url| url.0.as_deref());
        if https.is_some_and(|url| url.starts_with("https://")) {
            response.set_header(Header::new("Strict-Transport-Security", "max-age=31536000"));
        }
        // Pages hold personal data: no cache keeps them. What may be kept says so itself.
        if !response.headers().contains("Cache-Control") {
            response.set_header(Header::new("Cache-Control", "no-store"));
        }
    }
}

/// Refuses unsafe requests that another site's page made this browser send (CSRF).
///
/// As Go's `http.CrossOriginProtection`: `Sec-Fetch-Site` where the browser sends it, else `Origin`, else `Referer`
/// (old WebViews); a request with none of them and no cookie is no browser's. The API takes no cookies, so it needs none of this.
pub struct SameSiteOnly;

#[rocket::async_trait]
impl Fairing for SameSiteOnly {
    fn info(&self) -> Info {
        Info { name: "same site only", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let safe = matches!(request.method(), Method::Get | Method::Head | Method::Options);
        if safe || request.uri().path().starts_with("/api/") || comes_from_us(request) {
            return;
        }
        request.set_method(Method::Get);
        request.set_uri(Origin::path_only("/refused/cross-site"));
    }
}

fn comes_from_us(request: &Request<'_>) -> bool {
    let header = |name| request.headers().get_one(name);
    if let Some(site) = header("Sec-Fetch-Site") {
        return matches!(site, "same-origin" | "none");
    }
    match header("Origin").or_else(|| header("Referer")) {
        Some(from) => is_our_origin(request, from),
        None => request.cookies().iter().next().is_none(),
    }
}

fn is_our_origin(request: &Request<'_>, from: &str) -> bool {
    let authority = |url: &str| -> Option<String> {
        let rest = url.split_once("://")?.1;
        Some(rest.split(['/', '?', '#']).next()?.to_ascii_lowercase())
    };
    let Some(from) = authority(from) else { return false };
    let configured = request.rocket().state::<PublicUrl>().and_then(|url| authority(url.0.as_deref()?));
    let asked = request.headers().get_one("Host").map(str::to_ascii_lowercase);
    Some(&from) == configured.as_ref() || Some(&from) == asked.as_ref()
}

/// One line per request: method, the route's pattern, status, milliseconds. Never the path itself, for paths hold
/// tokens and queries hold names.
pub struct RequestLog;

struct Began(Option<std::time::Instant>);

#[rocket::async_trait]
impl Fairing for RequestLog {
    fn info(&self) -> Info {
        Info { name: "request log", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        request.local_cache(|| Began(Some(std::time::Instant::now())));
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let route = request.route().map_or("-", |route| route.uri.as_str());
        let took = request.local_cache(|| Began(None)).0.map_or(0, |began| began.elapsed().as_millis());
        tracing::info!(method = %request.method(), route, status = response.status().code, ms = took, "request");
    }
}

//! What was typed stays while the reader changes language or text size.
//!
//! Every page has the two buttons above its form. They send that form, unchecked, to `/preferences`, which puts what was
//! typed into a sealed cookie for the one page that the form stands on and leads there; the page takes it and is filled
//! again. So it works on every page, one that answered a POST too, without a script and without a row.

use rocket::http::{Cookie, CookieJar, Method, SameSite};
use rocket::request::Request;

use super::site::Site;
use crate::fields::Fields;
use crate::store::Sealer;

/// The `id` of the form that a page's buttons take along.
pub const FORM: &str = "entry";

const COOKIES: [&str; 2] = ["entry", "entry_rest"];

/// Bytes in one of the cookies: browsers keep 4096 with its name and path, and a proxy takes 8 KiB of all cookies.
const PIECE: usize = 3_600;

/// It is fetched at once; what the browser does not fetch goes.
const SECONDS: i64 = 60;

/// Whether a page has such a form.
pub fn is_in(body: &str) -> bool {
    body.contains(" id=\"entry\"")
}

/// Where the buttons send it: to come back to the page `here`, or to ask again at `ask`.
pub fn change(here: &str, ask: Option<&str>) -> String {
    let encoded = |path: &str| form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>();
    let ask = ask.map_or_else(String::new, |ask| format!("&ask={}", encoded(ask)));
    format!("/preferences?back={}{ask}", encoded(here))
}

/// The page that `request`'s answer stands on: of a form that was sent, where that form is shown.
pub fn stands_on(request: &Request<'_>) -> String {
    if request.method() == Method::Get {
        return request.uri().to_string();
    }
    let Some(route) = request.route() else { return "/".to_owned() };
    let (path, pattern) = (request.uri().path().as_str(), route.uri.path());
    for last in ["new", "edit"] {
        if is_page(request, &format!("{pattern}/{last}")) {
            return format!("{path}/{last}");
        }
    }
    let above = |path: &str| path.rsplit_once('/').map(|(above, _)| above.to_owned());
    let (mut path, mut pattern) = (path.to_owned(), pattern.to_owned());
    while !is_page(request, &pattern) {
        match (above(&path), above(&pattern)) {
            (Some(shorter), Some(wider)) => (path, pattern) = (shorter, wider),
            _ => return "/".to_owned(),
        }
    }
    path
}

/// Whether a page answers under this pattern of a route, whatever its parts are called.
fn is_page(request: &Request<'_>, wanted: &str) -> bool {
    let alike = |one: &str, other: &str| one == other || one.starts_with('<') && other.starts_with('<');
    request.rocket().routes().filter(|route| route.method == Method::Get).any(|route| {
        let (found, wanted) = (route.uri.path().split('/'), wanted.split('/'));
        found.clone().count() == wanted.clone().count() && found.zip(wanted).all(|(one, other)| alike(one, other))
    })
}

/// Keeps what was typed for the page at `back`. What is longer than cookies hold is not kept.
pub fn keep(jar: &CookieJar<'_>, sealer: &Sealer, site: &Site, back: &str, typed: &Fields) {
    let path = path_of(back);
    let values: Vec<(&str, &[String])> = typed
        .names()
        .filter(|name| !(is_ours(name) || name.starts_with("password") || *name == "current_password"))
        .map(|name| (name, typed.all(name)))
        .collect();
    let Ok(text) = serde_json::to_string(&(path, &values)) else { return };
    let sealed = sealer.seal_outgoing(&text);
    if values.is_empty() || sealed.len() > PIECE * COOKIES.len() {
        return;
    }
    let (first, rest) = sealed.split_at(sealed.len().min(PIECE));
    for (name, piece) in COOKIES.into_iter().zip([first, rest]) {
        jar.add(
            Cookie::build((name, piece.to_owned()))
                .path(path.to_owned())
                .http_only(true)
                .same_site(SameSite::Lax)
                .secure(site.is_https())
                .max_age(rocket::time::Duration::seconds(SECONDS)),
        );
    }
}

/// What the two buttons send of their own.
fn is_ours(name: &str) -> bool {
    matches!(name, "lang" | "large" | "back")
}

/// What was kept for the page that `request` asks for, once.
pub fn take(request: &Request<'_>) -> Option<Fields> {
    let jar = request.cookies();
    jar.get(COOKIES[0])?;
    let path = request.uri().path().as_str();
    let sealed: String = COOKIES.iter().filter_map(|name| jar.get(name)).map(Cookie::value).collect();
    let text = request.rocket().state::<Sealer>()?.open_returned(&sealed)?;
    let (of, values): (String, Vec<(String, Vec<String>)>) = serde_json::from_str(&text).ok()?;
    if of != path || request.method() != Method::Get {
        return None;
    }
    for name in COOKIES {
        jar.remove(Cookie::build(name).path(of.clone()));
    }
    let each = values.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    Some(each.fold(Fields::default(), |fields, (name, value)| fields.with(name, value)))
}

fn path_of(page: &str) -> &str {
    page.split(['?', '#']).next().unwrap_or(page)
}

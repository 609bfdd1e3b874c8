//! Language and text size: remembered by this browser, changed by one tap, without an account.

use rocket::fairing::AdHoc;
use rocket::http::{Cookie, CookieJar};
use rocket::response::Redirect;
use rocket::{State, post, routes};

use super::entry;
use super::site::{Appearance, Site};
use super::text::Lang;
use crate::fields::Fields;
use crate::store::Sealer;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("preferences", |rocket| async { rocket.mount("/", routes![update]) })
}

/// Sets `lang` and/or `large`, and goes back to the page `back`, which must be a path of ours; what else the form brings
/// was typed on that page and is kept for it. Where the page answered a question, that is asked again at `ask`.
#[post("/preferences?<back>&<ask>", data = "<fields>")]
fn update(
    fields: Fields,
    sealer: &State<Sealer>,
    site: Site,
    jar: &CookieJar<'_>,
    back: Option<&str>,
    ask: Option<&str>,
) -> Redirect {
    if let Some(lang) = Lang::parse(fields.get("lang")) {
        remember(jar, Lang::COOKIE, lang.tag());
    }
    if let value @ ("0" | "1") = fields.get("large") {
        remember(jar, Appearance::COOKIE, value)
    }
    if let Some(ask) = ask {
        return Redirect::temporary(local_path(ask));
    }
    let back = local_path(back.unwrap_or_else(|| fields.get("back")));
    entry::keep(jar, sealer, &site, &back, &fields);
    Redirect::to(back)
}

fn remember(jar: &CookieJar<'_>, name: &'static str, value: &str) {
    let year = rocket::time::Duration::days(365);
    jar.add(Cookie::build((name, value.to_owned())).path("/").max_age(year).same_site(rocket::http::SameSite::Lax));
}

/// `path` if it leads to a page of ours, else the front page: a redirect must not be turned into a way elsewhere.
pub fn local_path(path: &str) -> String {
    let ours = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n', '\t']);
    if ours && rocket::http::uri::Origin::parse(path).is_ok() { path.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_our_own_paths_are_followed() {
        assert_eq!(local_path("/centers/1?date=2026-03-05"), "/centers/1?date=2026-03-05");
        for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "", "javascript:alert(1)"] {
            assert_eq!(local_path(elsewhere), "/", "{elsewhere}");
        }
    }
}

//! Pages. A handler returns `Page(view)`; the view's struct holds what its template shows and nothing of the chrome.
//!
//! Answering, the page finds the reader's language, account and flash message in the request and puts the layout around.

use std::any::Any;

use askama::Template;
use rocket::http::{ContentType, Cookie, Header, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};

use super::entry;
use super::filters;
use super::frame::Frame;
use super::fresh::{Etag, HeldCopy};
use super::nav::{self, NavItem};
use super::site::Appearance;
use super::text::Lang;
use crate::auth::Viewer;
use crate::error::Error;
use crate::fields::Fields;
use crate::ids::CenterId;

/// The cookie that carries a message's text key over a redirect.
pub const FLASH: &str = "flash";

/// A page's body, and what the layout needs to know of it.
pub trait View: Template {
    /// What the browser's tab says, before the product's name.
    fn title(&self, lang: Lang) -> String;

    fn frame(&self) -> Frame<'_> {
        Frame::Public
    }

    /// Puts back what was typed before the reader changed language or text size.
    fn refill(&mut self, typed: Fields) {
        _ = typed;
    }

    /// What a chat shows of the page where its link is sent to: a title and a line. Of a page that the public may read alone.
    fn share(&self, lang: Lang) -> Option<ShareCard> {
        _ = lang;
        None
    }

    /// Whether the page answers a question that was posted and changes nothing: it is asked again in the other language.
    fn is_answer(&self) -> bool {
        false
    }
}

/// What a chat shows of a link.
pub struct ShareCard {
    pub title: String,
    pub text: String,
}

/// A whole HTML page with status 200.
pub struct Page<V>(pub V);

impl<'r, V: View> Responder<'r, 'static> for Page<V> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self.html(request) {
            Ok(html) => {
                let mut response = Response::build();
                response.header(ContentType::HTML).sized_body(html.len(), std::io::Cursor::new(html)).ok()
            }
            Err(error) => Error::from(error).respond_to(request),
        }
    }
}

/// A page of what anybody may know. Whoever has it already, as a phone that looks again, is told that it is the same, and not sent it
/// anew; who is signed in gets it as every other page, kept nowhere, for their name stands on it.
pub struct PublicPage<V>(pub V);

/// The browser may keep it, and asks each time whether it still holds.
const ASK_AGAIN: &str = "private, no-cache";

impl<'r, V: View> Responder<'r, 'static> for PublicPage<V> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let page = Page(self.0);
        if request.local_cache(|| None::<Viewer>).is_some() {
            return page.respond_to(request);
        }
        let html = match page.html(request) {
            Ok(html) => html,
            Err(error) => return Error::from(error).respond_to(request),
        };
        let etag = Etag::of(&html);
        if HeldCopy::of(request).has(&etag) {
            return etag.unchanged(ASK_AGAIN);
        }
        let mut response = Response::build();
        response.header(ContentType::HTML).header(etag.header()).header(Header::new("Cache-Control", ASK_AGAIN));
        response.sized_body(html.len(), std::io::Cursor::new(html)).ok()
    }
}

impl<V: View> Page<V> {
    fn html(self, request: &Request<'_>) -> askama::Result<String> {
        let mut view = self.0;
        if let Some(typed) = entry::take(request) {
            view.refill(typed);
        }
        render(&view, request)
    }

    /// The page under another status than 200.
    pub fn with(self, status: Status) -> (Status, Self) {
        (status, self)
    }
}

/// The values that filters ask for while a template renders.
struct Values(Lang);

impl askama::Values for Values {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == filters::LANG).then_some(&self.0 as &dyn Any)
    }
}

/// Renders a template that is no page of its own: a fragment, or text in the reader's language.
pub fn fragment(template: &impl Template, lang: Lang) -> askama::Result<String> {
    template.render_with_values(&Values(lang))
}

fn render<V: View>(view: &V, request: &Request<'_>) -> askama::Result<String> {
    let lang = Lang::of(request);
    let frame = view.frame();
    let body = view.render_with_values(&Values(lang))?;
    let title = view.title(lang);
    let look = Appearance::of(request);
    let share = view.share(lang);
    match frame {
        Frame::Print => PrintLayout { lang, title: &title, body: &body }.render_with_values(&Values(lang)),
        Frame::Door => DoorLayout { lang, look, title: &title, share, body: &body }.render_with_values(&Values(lang)),
        Frame::Screen => ScreenLayout { lang, look, title: &title, body: &body }.render_with_values(&Values(lang)),
        Frame::FrontDesk(center) => {
            FrontDeskLayout { lang, look, center, title: &title, body: &body }.render_with_values(&Values(lang))
        }
        Frame::Center { .. } | Frame::City(_) | Frame::Public => {
            let viewer = request.local_cache(|| None::<Viewer>).as_ref();
            let (center, center_id) = match frame {
                Frame::Center { name, id, .. } => (Some(name), Some(id)),
                _ => (None, None),
            };
            Layout {
                lang,
                look,
                title: &title,
                share,
                body: &body,
                viewer,
                center,
                center_id,
                nav: nav::items(viewer, frame),
                flash: take_flash(request),
                here: entry::stands_on(request),
                ask: view.is_answer().then(|| request.uri().path().as_str()),
                has_form: entry::is_in(&body),
                has_text: body.contains("<textarea"),
            }
            .render_with_values(&Values(lang))
        }
    }
}

/// The message left by the page before, once.
fn take_flash(request: &Request<'_>) -> Option<String> {
    let jar = request.cookies();
    let key = jar.get(FLASH)?.value().to_owned();
    jar.remove(Cookie::build(FLASH).path("/"));
    // Only our own keys are texts; anything else in the cookie is not shown.
    key.starts_with("done.").then_some(key)
}

#[derive(Template)]
#[template(path = "layouts/page.html")]
struct Layout<'a> {
    lang: Lang,
    look: Appearance,
    title: &'a str,
    share: Option<ShareCard>,
    body: &'a str,
    viewer: Option<&'a Viewer>,
    /// The center's name, inside one.
    center: Option<&'a str>,
    center_id: Option<CenterId>,
    nav: Vec<NavItem>,
    flash: Option<String>,
    /// The page that this one stands on, to which the reader comes back in another language.
    here: String,
    /// Where the question is asked again that this page answers.
    ask: Option<&'a str>,
    /// Whether there is a form whose content is taken along.
    has_form: bool,
    /// Whether there is a field for a long text, which a script keeps until it is sent.
    has_text: bool,
}

impl Layout<'_> {
    /// The form that the two buttons send: the page's own, or an empty one.
    fn form(&self) -> &'static str {
        if self.has_form { entry::FORM } else { "look" }
    }

    /// Where they send it.
    fn change(&self) -> String {
        entry::change(&self.here, self.ask)
    }
}

#[derive(Template)]
#[template(path = "layouts/print.html")]
struct PrintLayout<'a> {
    lang: Lang,
    title: &'a str,
    body: &'a str,
}

#[derive(Template)]
#[template(path = "layouts/door.html")]
struct DoorLayout<'a> {
    lang: Lang,
    look: Appearance,
    title: &'a str,
    share: Option<ShareCard>,
    body: &'a str,
}

#[derive(Template)]
#[template(path = "layouts/screen.html")]
struct ScreenLayout<'a> {
    lang: Lang,
    look: Appearance,
    title: &'a str,
    body: &'a str,
}

#[derive(Template)]
#[template(path = "layouts/front_desk.html")]
struct FrontDeskLayout<'a> {
    lang: Lang,
    look: Appearance,
    center: CenterId,
    title: &'a str,
    body: &'a str,
}

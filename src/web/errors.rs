//! Errors as answers: a page with plain words, or `application/problem+json` under `/api/`.

use askama::Template;
use rocket::fairing::AdHoc;
use rocket::http::{ContentType, Status};
use rocket::request::Request;
use rocket::response::{self, Redirect, Responder, Response};
use rocket::serde::json::{Value, json};
use rocket::{Route, catch, catchers, get, routes};

use super::filters;
use super::nav::{self, NavItem};
use super::page::{Page, View};
use super::text::Lang;
use crate::auth::Viewer;
use crate::clock::{Date, Zone};
use crate::error::{Error, Refusal};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("errors", |rocket| async {
        rocket.mount("/", routes![cross_site]).register("/", catchers![signed_out, no_such_path, other])
    })
}

#[derive(Template)]
#[template(path = "layouts/error.html")]
struct ErrorPage {
    status: u16,
    /// Keys `error.<name>.title` and `error.<name>.text`.
    name: &'static str,
    refusal: Option<Refusal>,
    reference: Option<String>,
    /// The day on which it was erased.
    erased_on: Option<Date>,
    /// Who reads it, if anybody is signed in.
    who: Option<Viewer>,
    /// Where the reader may find what was looked for.
    ways: Vec<NavItem>,
    /// Where to sign in and come back.
    sign_in: String,
}

impl ErrorPage {
    fn new(request: &Request<'_>, status: Status, name: &'static str) -> Self {
        let who = request.local_cache(|| None::<Viewer>).clone();
        let path = request.uri().path().as_str();
        let above =
            who.as_ref().filter(|_| matches!(status.code, 404 | 410)).and_then(|who| nav::list_above(who, path));
        let sign_in = to_sign_in(request);
        Self {
            status: status.code,
            name,
            refusal: None,
            reference: None,
            erased_on: None,
            who,
            ways: above.into_iter().collect(),
            sign_in,
        }
    }
}

impl View for ErrorPage {
    fn title(&self, lang: Lang) -> String {
        lang.text(&format!("error.{}.title", self.name))
    }
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let status = self.status();
        if matches!(self, Self::Unauthorized) {
            return signed_out(request).respond_to(request);
        }
        if is_api(request) {
            return problem(request, &self);
        }
        let mut page = ErrorPage::new(request, status, name_of(&self));
        match self {
            Self::Internal(reference) => page.reference = Some(reference.0.clone()),
            Self::Gone(at) => page.erased_on = Some(Zone::SHANGHAI.date(at)),
            Self::Refused(refusal) => page.refusal = Some(refusal),
            _ => {}
        }
        (status, Page(page)).respond_to(request)
    }
}

fn name_of(error: &Error) -> &'static str {
    match error {
        Error::Busy => "busy",
        error => name(error.status()),
    }
}

fn name(status: Status) -> &'static str {
    match status.code {
        403 => "forbidden",
        404 => "not_found",
        409 => "refused",
        410 => "gone",
        413 => "too_large",
        415 => "wrong_kind",
        429 => "too_many",
        503 => "unavailable",
        400..=499 => "bad_request",
        _ => "internal",
    }
}

/// Programs, and scripts of our own pages that ask for JSON.
fn is_api(request: &Request<'_>) -> bool {
    let accept = request.headers().get_one("Accept").unwrap_or_default();
    request.uri().path().starts_with("/api/") || accept.starts_with("application/json")
}

/// RFC 9457: `status`, a stable `code`, a `title` for people, and `errors` by field where the input is at fault.
fn problem(request: &Request<'_>, error: &Error) -> response::Result<'static> {
    let lang = Lang::of(request);
    let status = error.status();
    let mut body = problem_body(status, error.code(), &lang.text(&format!("error.{}.title", name_of(error))));
    match error {
        Error::Refused(refusal) => body["detail"] = filters::refusal_text(lang, refusal).into(),
        Error::Internal(reference) => body["reference"] = reference.0.clone().into(),
        Error::Invalid(errors) => {
            let told = errors.fields.iter().map(|(field, fault)| {
                let bound = fault.bound.iter().map(|bound| ("bound", bound.clone()));
                (field.clone(), json!({ "code": fault.key, "message": lang.with(fault.key, bound) }))
            });
            body["errors"] = Value::Object(told.collect());
        }
        _ => {}
    }
    respond_problem(request, status, &body)
}

fn problem_body(status: Status, code: &str, title: &str) -> Value {
    json!({ "type": "about:blank", "status": status.code, "code": code, "title": title })
}

fn respond_problem(request: &Request<'_>, status: Status, body: &Value) -> response::Result<'static> {
    let kind = ContentType::new("application", "problem+json");
    Response::build_from((kind, body.to_string()).respond_to(request)?).status(status).ok()
}

/// Where [`super::headers::SameSiteOnly`] sends what it refuses.
#[get("/refused/cross-site")]
fn cross_site() -> Error {
    Error::Forbidden
}

/// What a catcher answers: a problem to programs, a page or the way to sign in to people.
enum Caught {
    Problem(Status, Value),
    /// As a problem, with the methods that there are.
    Method(Value, String),
    Page(Status, ErrorPage),
    SignIn(String),
}

impl<'r> Responder<'r, 'static> for Caught {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Self::Problem(status, body) => {
                let mut response = respond_problem(request, status, &body)?;
                if status == Status::Unauthorized {
                    response.set_raw_header("WWW-Authenticate", "Bearer");
                }
                Ok(response)
            }
            Self::Method(body, allowed) => {
                let mut response = respond_problem(request, Status::MethodNotAllowed, &body)?;
                response.set_raw_header("Allow", allowed);
                Ok(response)
            }
            Self::Page(status, page) => (status, Page(page)).respond_to(request),
            Self::SignIn(to) => Redirect::to(to).respond_to(request),
        }
    }
}

/// A page asks to sign in and comes back afterwards; a program is told it needs a token.
#[catch(401)]
fn signed_out(request: &Request<'_>) -> Caught {
    if is_api(request) {
        let title = Lang::of(request).text("error.unauthorized.title");
        return Caught::Problem(Status::Unauthorized, problem_body(Status::Unauthorized, "unauthorized", &title));
    }
    Caught::SignIn(to_sign_in(request))
}

/// The way to sign in that comes back to what was asked for.
fn to_sign_in(request: &Request<'_>) -> String {
    let back = form_urlencoded::byte_serialize(request.uri().path().as_str().as_bytes()).collect::<String>();
    format!("/sign-in?next={back}")
}

/// A part of the path is not what it should be (`/centers/abc`): there is nothing there. Rocket forwards it with 422;
/// our own 422s are forms shown again, which are answers and never come here. Where a route is written as the path is, it was asked
/// too, and the body alone was no file (`POST …/people/imports` beside `POST …/people/<id>`).
#[catch(422)]
async fn no_such_path(request: &Request<'_>) -> Caught {
    let path = request.uri().path();
    let is_written = |route: &Route| route.method == request.method() && route.uri.path() == path.as_str();
    let is_there = request.rocket().routes().any(is_written);
    answer(if is_there { Status::UnsupportedMediaType } else { Status::NotFound }, request).await
}

/// What a path under `/api/` can be asked by, where it is one: Rocket, which looks for a route by its method first, finds
/// none for another.
fn allowed(request: &Request<'_>) -> Vec<&'static str> {
    let path: Vec<&str> = request.uri().path().segments().collect();
    let leads = |route: &&Route| {
        let pattern: Vec<&str> = route.uri.path().split('/').filter(|part| !part.is_empty()).collect();
        let fits = |(part, segment): (&&str, &&str)| part.starts_with('<') || part == segment;
        pattern.len() == path.len() && pattern.iter().zip(&path).all(fits)
    };
    let mut methods: Vec<&str> = request.rocket().routes().filter(leads).map(|route| route.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.sort_unstable();
    methods.dedup();
    methods
}

#[catch(default)]
async fn other(status: Status, request: &Request<'_>) -> Caught {
    answer(status, request).await
}

async fn answer(status: Status, request: &Request<'_>) -> Caught {
    let methods = if is_api(request) && status == Status::NotFound { allowed(request) } else { Vec::new() };
    if !methods.is_empty() && !methods.contains(&request.method().as_str()) {
        let title = Lang::of(request).text("error.method_not_allowed.title");
        let body = problem_body(Status::MethodNotAllowed, "method_not_allowed", &title);
        return Caught::Method(body, methods.join(", "));
    }
    let name = name(status);
    if is_api(request) {
        let title = Lang::of(request).text(&format!("error.{name}.title"));
        return Caught::Problem(status, problem_body(status, name, &title));
    }
    if status == Status::NotFound {
        // Where no route was found nobody has asked yet who reads it; the page leads on by that.
        _ = request.guard::<Viewer>().await;
    }
    Caught::Page(status, ErrorPage::new(request, status, name))
}

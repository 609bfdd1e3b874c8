//! Nobody is let in before the database is ready for this program, nor after a newer program has changed it: 503 for
//! everything but `/livez`, `/healthz` (which says why) and the files that need no database.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::uri::Origin;
use rocket::http::{Header, Method, Status};
use rocket::{Data, Request, Response, Route, get, routes};
use rocket_db_pools::Database;

use crate::error::Error;
use crate::store::{Db, Stage};

/// After how many seconds a browser, a program or a balancer may come again.
const RETRY_AFTER: &str = "2";

pub(super) struct ReadyOnly;

#[rocket::async_trait]
impl Fairing for ReadyOnly {
    fn info(&self) -> Info {
        Info { name: "not before the database is ready", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let is_ready = Db::fetch(request.rocket()).is_some_and(|db| db.stage() == Stage::Ready);
        let path = request.uri().path();
        if is_ready || path == "/livez" || path == "/healthz" || path.starts_with("/assets/") {
            return;
        }
        // The answer cannot see the path that was asked for: a program gets it as a program's.
        if path.starts_with("/api/") {
            request.replace_header(Header::new("Accept", "application/json"));
        }
        request.set_method(Method::Get);
        request.set_uri(Origin::path_only("/not-ready"));
    }

    async fn on_response<'r>(&self, _: &'r Request<'_>, response: &mut Response<'r>) {
        if response.status() == Status::ServiceUnavailable && !response.headers().contains("Retry-After") {
            response.set_header(Header::new("Retry-After", RETRY_AFTER));
        }
    }
}

/// Where [`ReadyOnly`] sends whoever comes too early.
#[get("/not-ready")]
fn not_ready() -> Error {
    Error::Unavailable
}

pub(super) fn routes() -> Vec<Route> {
    routes![not_ready]
}

//! `/calendar/….ics`: a center's agenda to subscribe to, and one session to add. Public, and only what is published.

use rocket::http::{ContentType, Header, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::{Route, get, routes};

use super::calendar::{self, Feed};
use super::queries;
use super::types::Session;
use crate::centers;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::Db;
use crate::web::{Lang, Site};

pub(super) fn routes() -> Vec<Route> {
    routes![center, session]
}

/// How far back and ahead a subscription reaches, in days: a month, and a year.
const REACH: (u64, u64) = (31, 366);

/// Seconds for which a calendar may be kept: many phones ask for the same one.
const FRESH: u32 = 300;

/// The id in a file's name, `7.ics`. Anything else is no calendar.
fn id<T: std::str::FromStr>(file: &str) -> Result<T> {
    file.strip_suffix(".ics").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)
}

/// A calendar as an answer.
struct Calendar {
    name: String,
    body: String,
    /// Whether a cache may give it to others: not where its links follow the request's own `Host`.
    is_for_all: bool,
}

impl<'r> Responder<'r, 'static> for Calendar {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let whose = if self.is_for_all { "public" } else { "private" };
        Response::build()
            .status(Status::Ok)
            .header(ContentType::new("text", "calendar").with_params(("charset", "utf-8")))
            .header(Header::new("Cache-Control", format!("{whose}, max-age={FRESH}")))
            .header(Header::new("Content-Disposition", format!("inline; filename=\"{}.ics\"", self.name)))
            .sized_body(self.body.len(), std::io::Cursor::new(self.body))
            .ok()
    }
}

fn page_of(session: &Session) -> String {
    format!("/agenda/{}/sessions/{}", session.center_id, session.id)
}

#[get("/calendar/centers/<file>")]
async fn center(db: &Db, now: Now, site: Site, file: &str) -> Result<Calendar> {
    let mut conn = db.read().await?;
    let center = centers::queries::public(&mut conn, id(file)?).await?;
    let today = center.zone.date(now.0);
    let days = (today.minus_days(REACH.0), today.plus_days(REACH.1));
    let sessions = queries::published(&mut conn, Some(center.id()), days.0, days.1).await?;
    let body = calendar::write(&Feed {
        name: &center.head.name,
        zone: center.zone,
        days,
        sessions: &sessions,
        instance: &queries::instance(&mut conn).await?,
        link: &|session| site.link(page_of(session)),
    });
    Ok(Calendar { name: format!("linli-{}", center.id()), body, is_for_all: site.is_configured() })
}

#[get("/calendar/sessions/<file>")]
async fn session(db: &Db, site: Site, file: &str) -> Result<Calendar> {
    let mut conn = db.read().await?;
    let session = queries::published_session(&mut conn, id(file)?).await?;
    let body = calendar::write(&Feed {
        name: session.title.pick(Lang::Zh),
        zone: session.zone,
        days: (session.local_date, session.local_date),
        sessions: std::slice::from_ref(&session),
        instance: &queries::instance(&mut conn).await?,
        link: &|session| site.link(page_of(session)),
    });
    Ok(Calendar { name: format!("linli-session-{}", session.id), body, is_for_all: site.is_configured() })
}

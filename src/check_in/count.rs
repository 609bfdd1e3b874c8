//! A session's count by itself: the session's page asks for it again while people come in.

use std::time::Duration;

use askama::Template;
use rocket::response::content::RawHtml;
use rocket::{Route, get, routes};

use super::queries::{self, Counts};
use super::rules::Doorway;
use crate::activities::queries::open_in;
use crate::activities::{Session, SessionId, SessionStatus};
use crate::auth::Watcher;
use crate::centers::CenterId;
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::store::Db;
use crate::web::{Lang, filters, page};

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}

/// How long before the door opens a page that stands open waits for it.
const BEFORE: Duration = Duration::from_secs(12 * 3_600);

/// How long after the session's end the page still counts by itself: the last are entered then.
const AFTER: Duration = Duration::from_secs(30 * 60);

/// From when until when the session's page counts by itself, in seconds from now: from when the door opens.
pub(super) fn by_itself(session: &Session, now: Now) -> Option<(i64, i64)> {
    let seconds = |at: Timestamp| (at.0 - now.0.0) / 1_000;
    let opens_at = Doorway::from(session).opens_at();
    let (opens, closes) = (seconds(opens_at), seconds(session.ends_at.plus(AFTER)));
    let is_near = session.status == SessionStatus::Planned && opens_at.minus(BEFORE) <= now.0 && closes > 0;
    is_near.then_some((opens.max(0), closes))
}

#[derive(Template)]
#[template(path = "check_in/count.html")]
struct SessionCount {
    session: Session,
    counts: Counts,
}

/// The piece of the session's page that counts, as it is now.
#[get("/centers/<center>/sessions/<id>/count")]
async fn show(by: Watcher, db: &Db, now: Now, lang: Lang, center: CenterId, id: SessionId) -> Result<RawHtml<String>> {
    let mut conn = db.read().await?;
    let (_, session) = open_in(&by, now, &mut conn, center, id).await?;
    let counts = queries::counts(&mut conn, session.id).await?;
    Ok(RawHtml(page::fragment(&SessionCount { session, counts }, lang).map_err(Error::internal)?))
}

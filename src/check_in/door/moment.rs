//! What stands behind a code that lasts: of an activity, a room or a center. It names no session itself, so it leads to the own
//! code of the session of the moment, which the form is then sent to: at the change of class nobody is misfiled.

use std::time::Duration;

use askama::Template;
use rocket::response::Redirect;

use super::answer::{DoorAnswer, Stop};
use crate::activities::{self, Session};
use crate::check_in::rules::Doorway;
use crate::clock::{Now, Timestamp};
use crate::codes::CodeOf;
use crate::phones::Look;
use crate::store::Conn;
use crate::web::{Frame, Lang, Page, View, filters};

/// How long after its end a session is still the one of the moment: for who leaves late, and who forgot.
const LINGERS: Duration = Duration::from_secs(30 * 60);

/// How far ahead the next one is looked for.
const AHEAD: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Most sessions of a moment, and of what comes.
const MOST: i64 = 12;

/// Which session is meant, or that there is none now, and when the next is.
#[derive(Template)]
#[template(path = "check_in/moment.html")]
pub(super) struct Moment {
    look: Look,
    token: String,
    now: Timestamp,
    /// Those whose door is open.
    open: Vec<Session>,
    /// The next ones, where none is open.
    next: Vec<Session>,
}

impl Moment {
    fn center(&self) -> &str {
        self.open.first().or(self.next.first()).map_or("", |session| &session.center)
    }

    fn runs(&self, session: &Session) -> bool {
        session.starts_at <= self.now && self.now < session.ends_at
    }
}

impl View for Moment {
    fn title(&self, lang: Lang) -> String {
        lang.text(if self.open.is_empty() { "door.none_now" } else { "door.which" })
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Door
    }
}

/// Leads to the only session whose door is open; asks where there are several.
pub(super) async fn answer(
    conn: &mut Conn,
    now: Now,
    look: Look,
    token: &str,
    lasting: (CodeOf, i64),
) -> Result<DoorAnswer, Stop> {
    let span = (now.0.minus(LINGERS), now.0.plus(AHEAD));
    let found = activities::queries::behind_a_code(conn, lasting, span, MOST).await?;
    let (open, mut next): (Vec<Session>, Vec<Session>) =
        found.into_iter().partition(|session| Doorway::from(session).opens_at() <= now.0);
    if let [session] = &open[..] {
        return Ok(DoorAnswer::Led(Redirect::to(session.door())));
    }
    next.truncate(if open.is_empty() { 3 } else { 0 });
    Ok(DoorAnswer::Moment(Page(Moment { look, token: token.to_owned(), now: now.0, open, next })))
}

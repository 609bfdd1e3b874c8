//! The hall's screen: what a television or tablet in the hall shows, and the switch that makes its code rotate.

use askama::Template;
use chrono::NaiveDateTime;
use rocket::{Route, State, get, post, routes};

use super::code;
use crate::activities::{self, Session, SessionId};
use crate::auth::{Coordinator, Watcher};
use crate::centers::CenterId;
use crate::check_in::types::Code;
use crate::check_in::{queries, rules, sheets};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Db, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Frame, Lang, Page, Site, View, filters, qr};

pub(super) fn routes() -> Vec<Route> {
    routes![show, rotate]
}

/// The whole screen. It is drawn anew every few seconds, so nothing on it depends on the screen's own clock.
#[derive(Template)]
#[template(path = "check_in/screen.html")]
struct Screen {
    session: Session,
    /// The picture to scan, or why there is none.
    shown: std::result::Result<String, Code>,
    opens: NaiveDateTime,
    present: i64,
    /// Seconds until the code changes.
    lasts: i64,
}

impl Screen {
    /// It hangs where everybody passes, whoever switched it on.
    fn name(&self) -> &str {
        self.session.title.for_all(Lang::Zh)
    }

    fn rotates(&self) -> bool {
        self.session.rotating.is_set()
    }

    fn step(&self) -> i64 {
        code::STEP / 1_000
    }
}

impl View for Screen {
    fn title(&self, _: Lang) -> String {
        self.name().to_owned()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Screen
    }
}

#[get("/centers/<center>/sessions/<id>/screen")]
async fn show(
    by: Watcher,
    db: &Db,
    now: Now,
    site: Site,
    sealer: &State<Sealer>,
    center: CenterId,
    id: SessionId,
) -> Result<Page<Screen>> {
    let mut conn = db.read().await?;
    let (_, session) = activities::queries::open_in(&by, now, &mut conn, center, id).await?;
    let door = rules::Doorway::from(&session);
    let shown = match rules::may_enter(&door, now.0, now) {
        Ok(()) => Ok(qr::svg(&link(&site, sealer, &session, now))?),
        Err(code) => Err(code),
    };
    Ok(Page(Screen {
        present: queries::counts(&mut conn, id).await?.everybody(),
        opens: session.zone.local(door.opens_at()),
        // Rounded up: who asks then finds the new code.
        lasts: (code::lasts(now) + 999) / 1_000,
        shown,
        session,
    }))
}

fn link(site: &Site, sealer: &Sealer, session: &Session, now: Now) -> String {
    let link = sheets::link(site, session);
    match session.rotating.is_set() {
        true => format!("{link}?k={}", code::now(sealer, session.id, now)),
        false => link,
    }
}

/// Field `rotating`, 1 or 0.
#[post("/centers/<center>/sessions/<id>/rotating-code", data = "<fields>")]
async fn rotate(by: Coordinator, db: &Db, now: Now, center: CenterId, id: SessionId, fields: Fields) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (_, session) = activities::queries::open_in(&by, now, &mut tx, center, id).await?;
    let mut read = fields.read();
    let rotating = read.required("rotating", parse::integer(0..=1));
    let rotating = read.finish(|| rotating)? == 1;
    activities::set_rotating(&by, now, &mut tx, &session, rotating).await?;
    tx.commit().await?;
    let flash = if rotating { "done.code_rotates" } else { "done.code_stands" };
    Ok(Done::to(session.path(), flash))
}

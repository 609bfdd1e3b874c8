//! What is printed or sent around: the session's QR as SVG and PNG, the poster, and the sign-in sheet for paper.

use askama::Template;
use rocket::http::ContentType;
use rocket::{Route, get, routes};

use super::queries::{self, Candidate};
use crate::activities::queries::open_in;
use crate::activities::{Session, SessionId};
use crate::auth::{Greeter, Watcher};
use crate::centers::{Center, CenterId, Poster};
use crate::clock::Now;
use crate::error::Result;
use crate::store::Db;
use crate::web::filters::{self, long_day};
use crate::web::{Frame, Lang, Page, Site, View, qr};

pub(super) fn routes() -> Vec<Route> {
    routes![svg, png, poster, sign_in_sheet]
}

/// Empty lines of a sheet, after the expected names, where the session has no end of seats.
const BLANK_LINES: usize = 15;

/// How many lines a sheet has for so many seats: a fifth more, for who comes beside.
fn lines(seats: i64) -> usize {
    usize::try_from((seats * 6 + 4) / 5).unwrap_or_default()
}

/// The address that the session's QR holds.
pub(super) fn link(site: &Site, session: &Session) -> String {
    site.link(session.door())
}

#[get("/centers/<center>/sessions/<id>/qr.svg")]
async fn svg(
    by: Watcher,
    db: &Db,
    now: Now,
    site: Site,
    center: CenterId,
    id: SessionId,
) -> Result<(ContentType, String)> {
    let (_, session) = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    Ok((ContentType::SVG, qr::svg(&link(&site, &session))?))
}

#[get("/centers/<center>/sessions/<id>/qr.png")]
async fn png(
    by: Watcher,
    db: &Db,
    now: Now,
    site: Site,
    center: CenterId,
    id: SessionId,
) -> Result<(ContentType, Vec<u8>)> {
    let (_, session) = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    Ok((ContentType::PNG, qr::png(&link(&site, &session))?))
}

#[get("/centers/<center>/sessions/<id>/poster")]
async fn poster(by: Watcher, db: &Db, now: Now, site: Site, center: CenterId, id: SessionId) -> Result<Page<Poster>> {
    let (center, session) = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let link = link(&site, &session);
    let (from, to) = (session.starts(), session.ends());
    let day = |lang| long_day(lang, from.date());
    let lines = vec![
        (Lang::Zh, format!("{}　{}–{}", day(Lang::Zh), from.format("%H:%M"), to.format("%H:%M"))),
        (Lang::En, day(Lang::En)),
        (Lang::Zh, session.room.clone()),
    ];
    let name = session.title.for_all(Lang::Zh).to_owned();
    Ok(Page(Poster::new(center, name, link, session.path())?.with_lines(lines)))
}

#[derive(Template)]
#[template(path = "check_in/sheet.html")]
struct SignInSheet {
    center: Center,
    session: Session,
    expected: Vec<Candidate>,
}

impl SignInSheet {
    fn blanks(&self) -> std::ops::Range<usize> {
        let left = |seats| lines(seats).saturating_sub(self.expected.len());
        0..self.session.capacity.map_or(BLANK_LINES, left)
    }
}

impl View for SignInSheet {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", lang.text("sheet.title"), self.session.title.pick(lang))
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Print
    }
}

#[get("/centers/<center>/sessions/<id>/sign-in-sheet")]
async fn sign_in_sheet(by: Greeter, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Page<SignInSheet>> {
    let mut conn = db.read().await?;
    let (center, session) = open_in(&by, now, &mut conn, center, id).await?;
    let mut expected = queries::expected(&mut conn, &session).await?;
    // The most frequent stand first; who is not among as many as there are seats finds an empty line.
    if let Some(seats) = session.capacity {
        expected.truncate(usize::try_from(seats).unwrap_or_default());
    }
    Ok(Page(SignInSheet { center, session, expected }))
}

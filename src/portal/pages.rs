//! The front page, a center's agenda of four weeks, and a session's public page.

use askama::Template;
use rocket::{Route, get, routes};

use crate::activities::{Session, SessionId, SessionStatus, notice, queries};
use crate::auth::Viewer;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::store::Db;
use crate::web::{Frame, Lang, Page, ShareCard, Site, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![front, agenda, session]
}

/// Days that an agenda shows, today included.
const DAYS: u64 = 28;

/// Sessions that the front page shows of today's.
const SHOWN: usize = 12;

#[derive(Template)]
#[template(path = "portal/front.html")]
struct Front {
    centers: Vec<Center>,
    /// What is on or still to come today.
    sessions: Vec<Session>,
    /// How many more there are than shown.
    more: usize,
    today: Date,
    now: Timestamp,
    is_signed_in: bool,
}

impl View for Front {
    fn title(&self, lang: Lang) -> String {
        lang.text("portal.title")
    }
}

#[get("/")]
async fn front(by: Option<Viewer>, db: &Db, now: Now) -> Result<Page<Front>> {
    let mut conn = db.read().await?;
    let today = Zone::SHANGHAI.date(now.0);
    let centers = centers::queries::all_public(&mut conn).await?;
    let mut sessions = queries::published(&mut conn, None, today, today.plus_days(1)).await?;
    sessions.retain(|session| !session.is_over(&now.0));
    let more = sessions.len().saturating_sub(SHOWN);
    sessions.truncate(SHOWN);
    Ok(Page(Front { centers, sessions, more, today, now: now.0, is_signed_in: by.is_some() }))
}

#[derive(Template)]
#[template(path = "portal/agenda.html")]
struct Agenda {
    center: Center,
    sessions: Vec<Session>,
    today: Date,
    now: Timestamp,
    https: String,
    webcal: String,
}

impl Agenda {
    /// The days that have sessions, with them.
    fn days(&self) -> Vec<(Date, &[Session])> {
        self.sessions
            .chunk_by(|one, next| one.local_date == next.local_date)
            .filter_map(|day| Some((day.first()?.local_date, day)))
            .collect()
    }
}

impl View for Agenda {
    fn title(&self, _: Lang) -> String {
        self.center.head.name.clone()
    }

    fn share(&self, lang: Lang) -> Option<ShareCard> {
        let center = &self.center;
        let place = [Some(center.town.as_str()), Some(center.community.as_str()), center.address.as_deref()];
        let place = place.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        Some(ShareCard { title: format!("{} · {}", center.head.name, lang.text("portal.agenda_share")), text: place })
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Public
    }
}

#[get("/agenda/<center>")]
async fn agenda(_by: Option<Viewer>, db: &Db, now: Now, site: Site, center: CenterId) -> Result<Page<Agenda>> {
    let mut conn = db.read().await?;
    let center = centers::queries::public(&mut conn, center).await?;
    let today = center.zone.date(now.0);
    let sessions = queries::published(&mut conn, Some(center.id()), today, today.plus_days(DAYS)).await?;
    let https = site.link(format_args!("/calendar/centers/{}.ics", center.id()));
    let webcal = https.split_once("://").map(|(_, rest)| format!("webcal://{rest}")).unwrap_or_default();
    Ok(Page(Agenda { center, sessions, today, now: now.0, https, webcal }))
}

#[derive(Template)]
#[template(path = "portal/session.html")]
struct Public {
    center: Center,
    session: Session,
    is_live: bool,
    is_over: bool,
}

impl Public {
    fn is_cancelled(&self) -> bool {
        self.session.status == SessionStatus::Cancelled
    }
}

impl View for Public {
    fn title(&self, lang: Lang) -> String {
        self.session.title.pick(lang).to_owned()
    }

    fn share(&self, lang: Lang) -> Option<ShareCard> {
        Some(notice::card(&self.session, lang))
    }
}

#[get("/agenda/<center>/sessions/<id>")]
async fn session(_by: Option<Viewer>, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Page<Public>> {
    let mut conn = db.read().await?;
    let session = queries::published_session(&mut conn, id).await?;
    if session.center_id != center {
        return Err(Error::NotFound);
    }
    let center = centers::queries::public(&mut conn, center).await?;
    let (is_live, is_over) = (session.is_live(&now.0), session.is_over(&now.0));
    Ok(Page(Public { center, session, is_live, is_over }))
}

//! The front page, a center's agenda of four weeks, and a session's public page.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use rocket::{Route, State, get, routes};

use super::open::{self, OpenLine};
use crate::activities::{
    self, Attributes, DayGoingOn, OfferWords, PublishedSession, Session, SessionId, SessionStatus, attributes, notice,
    pictures, queries,
};
use crate::appointments;
use crate::auth::{Role, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::consents::DoorTexts;
use crate::error::{Error, Result};
use crate::ids::{ActivityId, FileId, ServiceKindId};
use crate::phones::Phone;
use crate::registrations::RegistrationCard;
use crate::rooms::{self, RoomDetails, RoomPhoto};
use crate::store::{self, Conn, Db, text_enum};
use crate::teams::{self, PublicTeam};
use crate::web::{Fields, Form, Frame, Lang, Page, PublicPage, ShareCard, Site, View, filters};
use crate::workers::posts::{self, Post};

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
    sessions: Vec<PublishedSession>,
    /// How many more there are than shown.
    more: usize,
    today: Date,
    now: Timestamp,
    is_signed_in: bool,
    /// Of a demo: whom to be, and by which login.
    tries: Vec<(Role, String)>,
}

/// The sign-ins of a demo; none where this is no demo.
async fn tries(conn: &mut Conn) -> Result<Vec<(Role, String)>> {
    let kept = store::kept(conn, store::DEMO).await?.unwrap_or_default();
    let one = |line: &str| line.split_once(' ').and_then(|(role, login)| Some((role.parse().ok()?, login.to_owned())));
    Ok(kept.lines().filter_map(one).collect())
}

impl View for Front {
    fn title(&self, lang: Lang) -> String {
        lang.text("portal.title")
    }
}

#[get("/")]
async fn front(by: Option<Viewer>, db: &Db, now: Now) -> Result<Page<Front>> {
    let mut conn = db.read().await?;
    let going_on = DayGoingOn::today(Zone::SHANGHAI, now);
    let today = going_on.date;
    let centers = centers::queries::all_public(&mut conn).await?;
    let mut sessions = activities::published_from(&mut conn, None, going_on, today.plus_days(1)).await?;
    sessions.retain(|session| !session.is_over(&now.0));
    let more = sessions.len().saturating_sub(SHOWN);
    sessions.truncate(SHOWN);
    let tries = tries(&mut conn).await?;
    Ok(Page(Front { centers, sessions, more, today, now: now.0, is_signed_in: by.is_some(), tries }))
}

#[derive(Template)]
#[template(path = "portal/agenda.html")]
struct Agenda {
    center: Center,
    span: Option<AgendaSpan>,
    kind: Option<ServiceKindId>,
    /// The kinds that there are in these weeks.
    kinds: Vec<(ServiceKindId, String, String)>,
    /// What is shown day by day.
    sessions: Vec<PublishedSession>,
    /// What stands open, a line for each room.
    open: Vec<OpenLine>,
    /// What comes later, by activity.
    later: Vec<Vec<PublishedSession>>,
    /// Whom they are for and what they cost.
    offers: BTreeMap<ActivityId, OfferWords>,
    /// What the center looks for somebody for.
    posts: Vec<Post>,
    today: Date,
    now: Timestamp,
    https: String,
    webcal: String,
    teams: Vec<PublicTeam>,
    /// Whether a phone may take a worker's time.
    gives_appointments: bool,
}

text_enum!(
    /// Of which days an agenda shows the sessions.
    AgendaSpan in "agenda_span" {
        Today = "today",
        Weekend = "weekend",
        Month = "month",
    }
);

/// Days that are shown one by one where nothing else is asked for; what comes later is told by activity.
const WEEK: u64 = 7;

impl AgendaSpan {
    /// Whether it holds the day.
    fn holds(self, day: Date, today: Date) -> bool {
        match self {
            Self::Today => day == today,
            // The one that comes, or that it is.
            Self::Weekend => day.weekday() > 5 && day < today.monday().plus_days(WEEK),
            Self::Month => true,
        }
    }
}

/// The sessions that are shown day by day, and those later, by activity in the order of their next dates.
fn folded(
    sessions: Vec<PublishedSession>,
    span: Option<AgendaSpan>,
    today: Date,
) -> (Vec<PublishedSession>, Vec<Vec<PublishedSession>>) {
    let Some(span) = span else {
        let (near, far): (Vec<_>, Vec<_>) =
            sessions.into_iter().partition(|session| session.local_date < today.plus_days(WEEK));
        let mut later: Vec<Vec<PublishedSession>> = Vec::new();
        for session in far {
            match later
                .iter_mut()
                .find(|group| group.first().is_some_and(|first| first.activity_id == session.activity_id))
            {
                Some(group) => group.push(session),
                None => later.push(vec![session]),
            }
        }
        return (near, later);
    };
    // One that began yesterday and goes on past midnight is today's.
    let is_held = |session: &PublishedSession| span.holds(session.local_date.max(today), today);
    (sessions.into_iter().filter(is_held).collect(), Vec::new())
}

impl Agenda {
    fn spans(&self) -> &'static [AgendaSpan] {
        AgendaSpan::ALL
    }

    fn offer(&self, session: &PublishedSession) -> Option<&OfferWords> {
        self.offers.get(&session.activity_id)
    }

    fn is_span(&self, span: &AgendaSpan) -> bool {
        self.span == Some(*span)
    }

    fn is_kind(&self, kind: &ServiceKindId) -> bool {
        self.kind == Some(*kind)
    }

    /// The address of the same agenda for other days or another kind.
    fn with(&self, span: Option<&AgendaSpan>, kind: Option<&ServiceKindId>) -> String {
        let parts = [span.map(|span| format!("days={span}")), kind.map(|kind| format!("kind={kind}"))];
        format!("?{}", parts.into_iter().flatten().collect::<Vec<_>>().join("&"))
    }

    /// The days that have sessions, with them.
    fn days(&self) -> Vec<(Date, &[PublishedSession])> {
        self.sessions
            .chunk_by(|one, next| one.local_date.max(self.today) == next.local_date.max(self.today))
            .filter_map(|day| Some((day.first()?.local_date.max(self.today), day)))
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

/// What the activities of these sessions offer, of which anything is said.
async fn offers(conn: &mut Conn, sessions: &[PublishedSession]) -> Result<BTreeMap<ActivityId, OfferWords>> {
    let activities: BTreeSet<ActivityId> = sessions.iter().map(|session| session.activity_id).collect();
    let offers = attributes::published(conn, activities).await?.into_iter();
    Ok(offers.filter(|(_, (offer, _))| offer.is_told()).map(|(id, (offer, _))| (id, offer.offer())).collect())
}

/// Words in the address that mean nothing are left out: it may have been cut where it was passed on.
#[get("/agenda/<center>?<days>&<kind>")]
async fn agenda(
    _by: Option<Viewer>,
    db: &Db,
    now: Now,
    site: Site,
    center: CenterId,
    days: Option<&str>,
    kind: Option<&str>,
) -> Result<PublicPage<Agenda>> {
    let mut conn = db.read().await?;
    let center = centers::queries::public(&mut conn, center).await?;
    let going_on = DayGoingOn::today(center.zone, now);
    let today = going_on.date;
    let mut sessions =
        activities::published_from(&mut conn, Some(center.id()), going_on, today.plus_days(DAYS)).await?;
    let mut kinds: Vec<_> = sessions
        .iter()
        .map(|session| (session.kind_id, session.title.kind.clone(), session.title.kind_en.clone()))
        .collect();
    kinds.sort_by_key(|(id, ..)| id.0);
    kinds.dedup();
    let span: Option<AgendaSpan> = days.and_then(|days| days.parse().ok());
    let kind = kind.and_then(|kind| kind.parse().ok()).map(ServiceKindId);
    sessions.retain(|session| kind.is_none_or(|kind| session.kind_id == kind));
    let open = open::folded(&mut conn, &center, (today, today.plus_days(DAYS)), &mut sessions).await?;
    let offers = offers(&mut conn, &sessions).await?;
    let (sessions, later) = folded(sessions, span, today);
    let posts = posts::queries::vacant(&mut conn, center.id(), today).await?;
    let https = site.link(format_args!("/calendar/centers/{}.ics", center.id()));
    let webcal = https.split_once("://").map(|(_, rest)| format!("webcal://{rest}")).unwrap_or_default();
    let teams = teams::queries::all_public(&mut conn, center.id()).await?;
    let times = appointments::queries::times(&mut conn, center.id(), today).await?;
    Ok(PublicPage(Agenda {
        gives_appointments: times.iter().any(|one| one.by_phone.is_set()),
        center,
        span,
        kind,
        kinds,
        sessions,
        open,
        later,
        offers,
        posts,
        today,
        now: now.0,
        https,
        webcal,
        teams,
    }))
}

#[derive(Template)]
#[template(path = "portal/session.html")]
struct Public {
    center: Center,
    session: Session,
    /// Where its room is, and how it looks.
    place: RoomDetails,
    photos: Vec<RoomPhoto>,
    /// Whom it is for, what it costs, and how it looks.
    offer: Attributes,
    picture_file: Option<FileId>,
    is_live: bool,
    is_over: bool,
    places: Option<RegistrationCard>,
}

impl Public {
    fn picture(&self) -> Option<String> {
        self.picture_file.map(pictures::path)
    }

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

    fn refill(&mut self, typed: Fields) {
        if let Some(card) = &mut self.places {
            card.form = Form::filled(typed);
        }
    }
}

#[get("/agenda/<center>/sessions/<id>")]
async fn session(
    _by: Option<Viewer>,
    db: &Db,
    now: Now,
    phone: Option<Phone>,
    texts: &State<DoorTexts>,
    center: CenterId,
    id: SessionId,
) -> Result<Page<Public>> {
    let words = texts.current(db, now).await?;
    let mut conn = db.read().await?;
    let session = queries::published_session(&mut conn, id).await?;
    if session.center_id != center {
        return Err(Error::NotFound);
    }
    let center = centers::queries::public(&mut conn, center).await?;
    let (is_live, is_over) = (session.is_live(&now.0), session.is_over(&now.0));
    let (place, photos) = match session.room_id {
        Some(room) => (rooms::queries::details(&mut conn, room).await?, rooms::queries::photos(&mut conn, room).await?),
        None => (RoomDetails::default(), Vec::new()),
    };
    let mut offers = attributes::published(&mut conn, [session.activity_id]).await?;
    let (offer, picture_file) = offers.remove(&session.activity_id).unwrap_or_default();
    let places = RegistrationCard::load(&mut conn, now, phone.as_ref(), &session, words, Form::new()).await?;
    Ok(Page(Public { center, session, place, photos, offer, picture_file, is_live, is_over, places }))
}

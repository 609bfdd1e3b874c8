//! `/calendar/….ics`: a center's public agenda to subscribe to, one session to add, and what a secret link shows. The secret is the
//! address, and stands in no log, which holds the route's pattern alone, and in no `Referer` (`web::headers`).

use std::collections::BTreeMap;
use std::sync::Arc;

use rocket::http::{ContentType, Header, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::{Route, get, routes};
use sha2::{Digest, Sha256};

use super::calendar::{self, CalendarSheet};
use super::queries::{self, CalendarOf, Gist};
use super::types::{Feed, FeedOf, OccupiedSpan};
use crate::activities::Session;
use crate::activities::queries::{instance, published_session};
use crate::centers;
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::ids::SessionId;
use crate::store::{Conn, Db, Flag, RecallKey};
use crate::web::{Etag, HeldCopy, Lang, Site};

pub(super) fn routes() -> Vec<Route> {
    routes![center, session, secret]
}

/// How far back and ahead a subscription reaches, in days: a month, and a year.
const REACH: (u64, u64) = (31, 366);

/// Seconds for which a public calendar may be kept: many phones ask for the same one.
const FRESH: u32 = 300;

/// The id in a file's name, `7.ics`. Anything else is no calendar.
fn id<T: std::str::FromStr>(file: &str) -> Result<T> {
    file.strip_suffix(".ics").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)
}

/// The days that a calendar holds, and the instant at which the first of them begins to be the first.
fn days(zone: Zone, now: Now) -> ((Date, Date), Timestamp) {
    let today = zone.date(now.0);
    ((today.minus_days(REACH.0), today.plus_days(REACH.1)), zone.midnight(today))
}

/// What is told of a calendar whether it is sent or not.
struct Cover {
    name: String,
    etag: Etag,
    changed: Timestamp,
    cache: String,
}

/// Whether a cache may give it to others: not where its links follow the request's own `Host`.
fn for_all(site: &Site) -> String {
    let whose = if site.is_configured() { "public" } else { "private" };
    format!("{whose}, max-age={FRESH}")
}

/// A calendar as an answer; without the text for who has it already.
struct Calendar {
    cover: Cover,
    body: Option<Arc<[u8]>>,
}

/// What a calendar says, as it goes over the wire.
fn bytes(text: String) -> Arc<[u8]> {
    Arc::from(text.into_bytes())
}

/// The calendars that a process wrote last, each in its place: programs ask for the same one every hour, on many phones, and to write a busy
/// center's year takes longer than to send it. One that is known by another etag is written anew, in the place of the last.
struct CalendarPlace(RecallKey);

/// A calendar as it was written, and what it is known by.
type KeptCalendar = (Etag, Arc<[u8]>);

impl CalendarPlace {
    fn of(what: &str, id: i64) -> Self {
        Self(Sha256::digest(format!("calendar {what} {id}")).into())
    }

    fn recall(&self, conn: &Conn, etag: &Etag) -> Option<Arc<[u8]>> {
        let kept = conn.recalled()?.find::<KeptCalendar>(&self.0)?;
        (kept.0 == *etag).then(|| kept.1.clone())
    }

    fn keep(&self, conn: &Conn, etag: &Etag, body: &Arc<[u8]>) {
        if let Some(recalled) = conn.recalled() {
            recalled.keep(self.0, Arc::new((etag.clone(), body.clone())), body.len());
        }
    }
}

impl<'r> Responder<'r, 'static> for Calendar {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let Self { cover, body } = self;
        let Some(body) = body else { return cover.etag.unchanged(cover.cache) };
        Response::build()
            .status(Status::Ok)
            .header(ContentType::new("text", "calendar").with_params(("charset", "utf-8")))
            .header(cover.etag.header())
            .header(Header::new("Last-Modified", cover.changed.utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string()))
            .header(Header::new("Cache-Control", cover.cache))
            .header(Header::new("Content-Disposition", format!("inline; filename=\"{}.ics\"", cover.name)))
            .sized_body(body.len(), std::io::Cursor::new(body))
            .ok()
    }
}

fn public_page(session: &Session) -> String {
    format!("/agenda/{}/sessions/{}", session.center_id, session.id)
}

#[get("/calendar/centers/<file>")]
async fn center(db: &Db, now: Now, site: Site, held: HeldCopy, file: &str) -> Result<Calendar> {
    let mut conn = db.read().await?;
    let center = centers::queries::public(&mut conn, id(file)?).await?;
    let (days, today) = days(center.zone, now);
    let of = CalendarOf::Public;
    let gist = queries::gist(&mut conn, of, center.id().0, days).await?;
    let rooms = queries::room_names(&mut conn, center.id()).await?;
    let cover = Cover {
        name: format!("linli-{}", center.id()),
        etag: Etag::of(format!(
            "{of:?} {} {days:?} {gist:?} {} {rooms:?} {}",
            center.id(),
            center.head.name,
            site.link("/")
        )),
        changed: gist.latest.max(today),
        cache: for_all(&site),
    };
    if held.has(&cover.etag) {
        return Ok(Calendar { cover, body: None });
    }
    let place = CalendarPlace::of("center", center.id().0);
    if let Some(body) = place.recall(&conn, &cover.etag) {
        return Ok(Calendar { cover, body: Some(body) });
    }
    let sessions = queries::sessions(&mut conn, of, center.id().0, days).await?;
    let instance = instance(&mut conn).await?;
    let body = bytes(calendar::write(&CalendarSheet {
        name: &center.head.name,
        zone: center.zone,
        days,
        sessions: &sessions,
        occupied: &[],
        note: &|_| None,
        instance: &instance,
        link: &|session| site.link(public_page(session)),
    }));
    place.keep(&conn, &cover.etag, &body);
    Ok(Calendar { cover, body: Some(body) })
}

#[get("/calendar/sessions/<file>")]
async fn session(db: &Db, site: Site, held: HeldCopy, file: &str) -> Result<Calendar> {
    let mut conn = db.read().await?;
    let session = published_session(&mut conn, id(file)?).await?;
    let title = session.title.pick(Lang::Zh);
    let known = format!("{} {} {} {:?}", session.id, session.sequence, title, session.description);
    let place = format!("{} {} {:?} {}", session.center, session.room, session.updated_at, site.link("/"));
    let cover = Cover {
        name: format!("linli-session-{}", session.id),
        etag: Etag::of(format!("session {known} {place}")),
        changed: session.updated_at,
        cache: for_all(&site),
    };
    if held.has(&cover.etag) {
        return Ok(Calendar { cover, body: None });
    }
    let instance = instance(&mut conn).await?;
    let body = bytes(calendar::write(&CalendarSheet {
        name: title,
        zone: session.zone,
        days: (session.local_date, session.local_date),
        sessions: std::slice::from_ref(&session),
        occupied: &[],
        note: &|_| None,
        instance: &instance,
        link: &|session| site.link(public_page(session)),
    }));
    Ok(Calendar { cover, body: Some(body) })
}

/// Kept by the program that asked and by nobody else, and asked for each time: a link that was taken back shows nothing any more.
const ASK_AGAIN: &str = "private, no-cache";

/// What a secret link shows, before it is written.
struct Opened {
    feed: Feed,
    days: (Date, Date),
    today: Timestamp,
    gist: Gist,
    occupied: Vec<OccupiedSpan>,
    rooms: Vec<String>,
    kinds: Vec<(i64, String, Flag)>,
    /// What somebody does where they serve.
    positions: BTreeMap<SessionId, String>,
}

impl Opened {
    async fn load(conn: &mut Conn, now: Now, secret: &str) -> Result<Self> {
        let feed = queries::opened(conn, now, secret).await?;
        let (days, today) = days(feed.zone(), now);
        let gist = queries::gist(conn, feed.kind.into(), feed.subject(), days).await?;
        let span = (feed.zone().midnight(days.0), feed.zone().midnight(days.1));
        let occupied = match feed.kind {
            FeedOf::Room => queries::other_bookings(conn, feed.subject(), span).await?,
            // A worker's calendar is had by that worker alone.
            FeedOf::Worker => queries::taken_time(conn, feed.subject(), span).await?,
            FeedOf::Center | FeedOf::Team | FeedOf::Person => Vec::new(),
        };
        let rooms = match feed.center_id {
            Some(center) => queries::room_names(conn, center).await?,
            None => Vec::new(),
        };
        let kinds = queries::kinds(conn).await?;
        let positions = match feed.person_id {
            Some(person) => queries::positions(conn, person).await?,
            None => BTreeMap::new(),
        };
        Ok(Self { feed, days, today, gist, occupied, rooms, kinds, positions })
    }

    fn cover(&self, site: &Site) -> Cover {
        let Self { feed, days, gist, occupied, rooms, kinds, positions, .. } = self;
        let (who, words) = ((feed.id, feed.kind, feed.title()), (rooms, kinds, positions));
        Cover {
            name: "linli".to_owned(),
            etag: Etag::of(format!("{who:?} {days:?} {gist:?} {occupied:?} {words:?} {}", site.link("/"))),
            changed: gist.latest.max(self.today),
            cache: ASK_AGAIN.to_owned(),
        }
    }

    /// Where a session's page is: who comes is shown the public one, and where there is none, their own.
    fn page_of(&self, session: &Session) -> String {
        let is_public = session.published.is_set() && !session.title.is_confidential();
        match self.feed.kind {
            FeedOf::Person if is_public => public_page(session),
            FeedOf::Person => "/me".to_owned(),
            FeedOf::Center | FeedOf::Room | FeedOf::Team | FeedOf::Worker => session.path(),
        }
    }

    async fn write(&self, conn: &mut Conn, site: &Site) -> Result<String> {
        let feed = &self.feed;
        let sessions = queries::sessions(conn, feed.kind.into(), feed.subject(), self.days).await?;
        let instance = instance(conn).await?;
        Ok(calendar::write(&CalendarSheet {
            name: &feed.title(),
            zone: feed.zone(),
            days: self.days,
            sessions: &sessions,
            occupied: &self.occupied,
            note: &|session| self.positions.get(&session.id).cloned(),
            instance: &instance,
            link: &|session| site.link(self.page_of(session)),
        }))
    }
}

#[get("/calendar/<file>")]
async fn secret(db: &Db, now: Now, site: Site, held: HeldCopy, file: &str) -> Result<Calendar> {
    let secret = file.strip_suffix(".ics").ok_or(Error::NotFound)?;
    let mut conn = db.read().await?;
    let opened = Opened::load(&mut conn, now, secret).await?;
    let cover = opened.cover(&site);
    if held.has(&cover.etag) {
        return Ok(Calendar { cover, body: None });
    }
    // A person's is short, and tells of centers whose rooms its etag does not know.
    let place = opened.feed.center_id.map(|_| CalendarPlace::of("feed", opened.feed.id.0));
    if let Some(body) = place.as_ref().and_then(|place| place.recall(&conn, &cover.etag)) {
        return Ok(Calendar { cover, body: Some(body) });
    }
    let body = bytes(opened.write(&mut conn, &site).await?);
    if let Some(place) = place {
        place.keep(&conn, &cover.etag, &body);
    }
    Ok(Calendar { cover, body: Some(body) })
}

//! The form of a residents' group that needs a room, on anybody's phone: no account, no script; and the page behind the link that they
//! are given, which shows the answer and takes the wish back. Of other groups it shows nothing, of a day when rooms are free.

use askama::Template;
use rocket::http::{CookieJar, Status};
use rocket::{Either, Route, State, get, post, routes};

use super::types::{RoomRequest, RoomRequestState};
use super::{forms, queries, requests};
use crate::activities::occupying;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, FieldErrors, Refusal, Result};
use crate::ids::{RequestId, TeamId};
use crate::phones::{self, DoorThrottle, Handset};
use crate::rooms::{self, Room};
use crate::store::{Conn, Db, Sealer};
use crate::teams::{self, PublicTeam};
use crate::web::form::Done;
use crate::web::{Fields, Form, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![ask, send, show, withdraw]
}

/// Days ahead of which the page tells when rooms are free.
const SHOWN: u64 = 180;

/// A room, and from when to when it is free, in minutes after midnight.
type FreeRoom = (Room, Vec<(i64, i64)>);

#[derive(Template)]
#[template(path = "reservations/ask.html")]
struct RoomWishPage {
    center: Center,
    rooms: Vec<Room>,
    teams: Vec<PublicTeam>,
    /// When the rooms are free on a day; none before one was chosen.
    free: Option<(Date, Vec<FreeRoom>)>,
    request: RequestId,
    form: Form,
}

impl RoomWishPage {
    async fn load(conn: &mut Conn, now: Now, center: CenterId, day: &str, form: Form) -> Result<Self> {
        let center = centers::queries::public(conn, center).await?;
        let today = center.zone.date(now.0);
        let day = Date::parse(day).filter(|day| (today..=today.plus_days(SHOWN)).contains(day));
        let free = match day {
            Some(day) => Some((day, occupying::free_times(conn, now, &center, day).await?)),
            None => None,
        };
        // A form that was sent with faults keeps its number: it is still the same wish.
        let request = form.value("request_id").parse().unwrap_or_else(|_| RequestId::random());
        Ok(Self {
            rooms: rooms::queries::of_center(conn, center.id()).await?,
            teams: teams::queries::all_public(conn, center.id()).await?,
            free,
            request,
            form,
            center,
        })
    }

    fn path(&self) -> String {
        format!("/agenda/{}/request", self.center.id())
    }
}

impl View for RoomWishPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("room_requests.ask")
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/agenda/<center>/request?<day>")]
async fn ask(db: &Db, now: Now, center: CenterId, day: Option<&str>) -> Result<Page<RoomWishPage>> {
    let day = day.unwrap_or_default();
    let form = Form::filled(Fields::default().with("date", day));
    Ok(Page(RoomWishPage::load(&mut *db.read().await?, now, center, day, form).await?))
}

/// Once it is committed, the phone gets its cookie, and the link leads to the answer.
#[post("/agenda/<center>/request", data = "<fields>")]
async fn send(
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    throttle: &State<DoorThrottle>,
    at: Handset,
    jar: &CookieJar<'_>,
    center: CenterId,
    fields: Fields,
) -> Result<Either<Done, (Status, Page<RoomWishPage>)>> {
    let page = RoomWishPage::load(&mut *db.read().await?, now, center, fields.get("date"), Form::new()).await?;
    let errors = if throttle.admits(at.browser.address) {
        let made = async {
            let teams: Vec<TeamId> = page.teams.iter().map(|team| team.id).collect();
            let wish = forms::wish(&fields, &page.center, &page.rooms, &teams, now)?;
            let rules = at.look.lang.text("room_requests.rules");
            let mut tx = db.begin().await?;
            let (phone, secret) = phones::known_or_new(at.phone, &at.browser.agent, now, &mut tx).await?;
            let link = requests::send(&phone, now, &mut tx, sealer, &page.center, (&wish, &rules)).await?;
            tx.commit().await?;
            Ok::<_, Error>((link, secret))
        };
        match made.await {
            Ok((link, secret)) => {
                if let Some(secret) = secret {
                    phones::set_cookie(jar, &at.site, secret);
                }
                return Ok(Either::Left(Done::to(format!("{}/{link}", page.path()), "done.request_sent")));
            }
            Err(error) => (Status::UnprocessableEntity, error.into_field_errors()?),
        }
    } else {
        let whole = Some(Refusal::new("too_many_tries"));
        (Status::TooManyRequests, FieldErrors { fields: Vec::new(), whole })
    };
    let request = fields.get("request_id").parse().unwrap_or(page.request);
    let page = RoomWishPage { form: Form::again(fields, errors.1), request, ..page };
    Ok(Either::Right(Page(page).with(errors.0)))
}

/// What became of a wish, for whoever has the link.
#[derive(Template)]
#[template(path = "reservations/answer.html")]
struct WishAnswerPage {
    center: Center,
    one: RoomRequest,
    link: String,
    now: Timestamp,
}

impl WishAnswerPage {
    fn path(&self) -> String {
        format!("/agenda/{}/request/{}", self.center.id(), self.link)
    }

    fn may_withdraw(&self) -> bool {
        self.one.may_withdraw(&self.now)
    }

    fn is_declined(&self) -> bool {
        self.one.state == RoomRequestState::Declined
    }

    fn is_approved(&self) -> bool {
        self.one.state == RoomRequestState::Approved
    }

    /// The key of what comes next.
    fn next(&self) -> &'static str {
        match self.one.state {
            RoomRequestState::Open => "room_requests.next_open",
            RoomRequestState::Approved => "room_requests.next_approved",
            RoomRequestState::Declined => "room_requests.next_declined",
            RoomRequestState::Withdrawn => "room_requests.next_withdrawn",
            RoomRequestState::Cancelled => "room_requests.next_cancelled",
        }
    }
}

impl View for WishAnswerPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("room_requests.answer")
    }
}

#[get("/agenda/<center>/request/<link>")]
async fn show(db: &Db, now: Now, center: CenterId, link: &str) -> Result<Page<WishAnswerPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::public(&mut conn, center).await?;
    let one = queries::by_link(&mut conn, center.id(), link).await?;
    Ok(Page(WishAnswerPage { center, one, link: link.to_owned(), now: now.0 }))
}

/// By the link alone: whoever has it, asked, or was given it by who did.
#[post("/agenda/<center>/request/<link>/withdrawal")]
async fn withdraw(
    db: &Db,
    now: Now,
    throttle: &State<DoorThrottle>,
    at: Handset,
    jar: &CookieJar<'_>,
    center: CenterId,
    link: &str,
) -> Result<Done> {
    if !throttle.admits(at.browser.address) {
        return Err(Error::refused("too_many_tries"));
    }
    let mut tx = db.begin().await?;
    let center = centers::queries::public(&mut tx, center).await?;
    let one = queries::by_link(&mut tx, center.id(), link).await?;
    let (phone, secret) = phones::known_or_new(at.phone, &at.browser.agent, now, &mut tx).await?;
    requests::withdraw(&phone, now, &mut tx, &center, &one).await?;
    tx.commit().await?;
    if let Some(secret) = secret {
        phones::set_cookie(jar, &at.site, secret);
    }
    Ok(Done::to(format!("/agenda/{}/request/{link}", center.id()), "done.request_withdrawn"))
}

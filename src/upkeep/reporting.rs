//! `/agenda/<center>/defects`: whoever stands before something broken says so, from any phone and with a photo.
//!
//! A photo is up to 10 MB and comes from somebody whom nobody knows, so it is not even read where one address sends too much or too
//! many send at once ([`Reporters`]).

use std::sync::Arc;

use askama::Template;
use rocket::form::{Form as Multipart, FromForm};
use rocket::http::{CookieJar, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::tokio::sync::{OwnedSemaphorePermit, Semaphore};
use rocket::{Either, Route, State, get, post, routes};

use super::defect_pages::{PHOTOS, sent_photo};
use super::{actions, forms};
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, FieldErrors, Result};
use crate::files::SentFile;
use crate::phones::{self, DoorThrottle, Handset};
use crate::rooms::{self, Room, RoomId};
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Form, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![form, thanks, send]
}

/// So many photos of strangers are read at once.
const AT_ONCE: usize = 4;

/// A place for each photo that is being read.
pub(super) struct Reporters(Arc<Semaphore>);

impl Default for Reporters {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// May send a photo now: asked before a byte of it is read.
struct Reporter {
    _place: OwnedSemaphorePermit,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Reporter {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let (Some(places), Some(throttle)) =
            (request.rocket().state::<Reporters>(), request.rocket().state::<DoorThrottle>())
        else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        if !throttle.admits(request.client_ip()) {
            return Outcome::Error((Status::TooManyRequests, ()));
        }
        match places.0.clone().try_acquire_owned() {
            Ok(place) => Outcome::Success(Self { _place: place }),
            Err(_) => Outcome::Error((Status::ServiceUnavailable, ())),
        }
    }
}

#[derive(Template)]
#[template(path = "upkeep/report.html")]
struct ReportPage {
    center: Center,
    rooms: Vec<Room>,
    form: Form,
}

impl ReportPage {
    async fn load(conn: &mut Conn, center: CenterId, form: Form) -> Result<Self> {
        let center = centers::queries::public(conn, center).await?;
        Ok(Self { rooms: rooms::queries::of_center(conn, center.id()).await?, center, form })
    }
}

impl View for ReportPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("upkeep.report")
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/agenda/<center>/defects?<room>")]
async fn form(db: &Db, center: CenterId, room: Option<RoomId>) -> Result<Page<ReportPage>> {
    let mut values = Fields::default().with("request_id", uuid::Uuid::now_v7());
    if let Some(room) = room {
        values.add("room", &room.to_string());
    }
    Ok(Page(ReportPage::load(&mut *db.read().await?, center, Form::filled(values)).await?))
}

#[derive(Template)]
#[template(path = "upkeep/thanks.html")]
struct ThanksPage {
    center: Center,
}

impl View for ThanksPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("upkeep.thanks")
    }
}

#[get("/agenda/<center>/defects/thanks")]
async fn thanks(db: &Db, center: CenterId) -> Result<Page<ThanksPage>> {
    Ok(Page(ThanksPage { center: centers::queries::public(&mut *db.read().await?, center).await? }))
}

#[derive(FromForm)]
struct DefectReport<'r> {
    #[field(default = "")]
    request_id: &'r str,
    #[field(default = "")]
    what: &'r str,
    #[field(default = "")]
    room: &'r str,
    photo: Option<SentFile>,
}

#[post("/agenda/<center>/defects", data = "<sent>")]
async fn send(
    _place: Reporter,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    at: Handset,
    jar: &CookieJar<'_>,
    center: CenterId,
    sent: rocket::form::Result<'_, Multipart<DefectReport<'_>>>,
) -> Result<Either<Done, (Status, Page<ReportPage>)>> {
    let read = centers::queries::public(&mut *db.read().await?, center).await?;
    let (fields, photo) = match sent {
        Ok(sent) => {
            let DefectReport { request_id, what, room, photo } = sent.into_inner();
            let fields = Fields::default().with("request_id", request_id).with("what", what).with("room", room);
            (fields, photo)
        }
        Err(_) => (Fields::default().with("request_id", uuid::Uuid::now_v7()), None),
    };
    let made = async {
        let input = forms::defect(&fields)?;
        let photo = sent_photo(photo, PHOTOS).await?;
        let mut tx = db.begin().await?;
        let (phone, secret) = phones::known_or_new(at.phone, &at.browser.agent, now, &mut tx).await?;
        actions::report((&phone, None), now, &mut tx, sealer, &read, (&input, photo.as_ref())).await?;
        tx.commit().await?;
        Ok::<_, Error>(secret)
    };
    match made.await {
        Ok(secret) => {
            if let Some(secret) = secret {
                phones::set_cookie(jar, &at.site, secret);
            }
            let to = format!("/agenda/{center}/defects/thanks");
            Ok(Either::Left(Done::to(to, "done.defect_reported")))
        }
        Err(error) => {
            let errors: FieldErrors = error.into_field_errors()?;
            let page = ReportPage::load(&mut *db.read().await?, center, Form::again(fields, errors)).await?;
            Ok(Either::Right(Page(page).with(Status::UnprocessableEntity)))
        }
    }
}

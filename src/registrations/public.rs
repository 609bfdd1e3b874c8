//! Registering on a phone, from the session's public page: no account, no password, no script; and what the link leads back to.

use std::sync::Arc;

use askama::Template;
use rocket::http::{CookieJar, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Either, Route, State, get, post, routes};
use rocket_db_pools::Database;

use super::actions::{self, PlaceEnding};
use super::guests::take_places;
use super::hand::RegistrationHand;
use super::queries::{self, PhoneGuest, SeatsLeft};
use super::types::{OwnPlace, RegistrationId, RegistrationRefusal};
use super::{forms, rules};
use crate::activities::{self, Session, SessionStatus};
use crate::centers::CenterId;
use crate::clock::Now;
use crate::consents::{DoorText, DoorTexts};
use crate::error::{Error, FieldErrors, Refusal, Result};
use crate::ids::{RequestId, SessionId};
use crate::phones::{self, DoorThrottle, Handset, Phone};
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Form, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, register, by_link, cancel_by_link, cancel_own]
}

/// What a session's public page shows of its places: how many there are, and the form.
pub struct RegistrationCard {
    pub path: String,
    pub left: SeatsLeft,
    /// For whom this phone speaks.
    pub guests: Vec<PhoneGuest>,
    pub request: RequestId,
    pub form: Form,
    pub words: Option<Arc<DoorText>>,
    /// Why nobody can register now.
    pub shut: Option<RegistrationRefusal>,
}

impl RegistrationCard {
    /// None where nobody needs to register.
    pub async fn load(
        conn: &mut Conn,
        now: Now,
        phone: Option<&Phone>,
        session: &Session,
        words: Option<Arc<DoorText>>,
        form: Form,
    ) -> Result<Option<Self>> {
        let left = queries::seats_left(conn, now, session.id).await?;
        if !left.terms.takes() {
            return Ok(None);
        }
        let guests = match phone {
            Some(phone) => queries::guests(conn, phone, session.id).await?,
            None => Vec::new(),
        };
        let is_coming = session.status == SessionStatus::Planned && now.0 < session.starts_at;
        let shut = match rules::is_time(&left.terms, session.starts_at, now.0) {
            _ if !is_coming => Some(RegistrationRefusal::Over),
            Err(why) => Some(why),
            Ok(()) if left.is_full() && !left.terms.waitlist.is_set() && left.terms.kept == 0 => {
                Some(RegistrationRefusal::Full)
            }
            Ok(()) => None,
        };
        // A form that was sent with faults keeps its number: it is still the same wish.
        let request = form.value("request_id").parse().unwrap_or_else(|_| RequestId::random());
        let path = format!("/agenda/{}/sessions/{}/registrations", session.center_id, session.id);
        Ok(Some(Self { path, left, guests, request, form, words, shut }))
    }

    /// Those who are not registered yet.
    pub fn free(&self) -> Vec<&PhoneGuest> {
        self.guests.iter().filter(|guest| guest.state.is_none()).collect()
    }

    pub fn registered(&self) -> Vec<&PhoneGuest> {
        self.guests.iter().filter(|guest| guest.state.is_some()).collect()
    }

    /// The next who registers goes to the waitlist, as far as is known.
    pub fn waits(&self) -> bool {
        self.left.is_full()
    }
}

#[derive(Template)]
#[template(path = "registrations/register.html")]
struct PlacesPage {
    session: Session,
    places: Option<RegistrationCard>,
}

impl PlacesPage {
    fn back(&self) -> String {
        format!("/agenda/{}/sessions/{}", self.session.center_id, self.session.id)
    }
}

impl View for PlacesPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("registrations.title")
    }

    fn refill(&mut self, typed: Fields) {
        if let Some(card) = &mut self.places {
            card.form = Form::filled(typed);
        }
    }
}

/// Who stands before the page, and the words that whoever gives a name has before them.
struct PlaceVisitor {
    handset: Handset,
    words: Option<Arc<DoorText>>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for PlaceVisitor {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let (Outcome::Success(now), Outcome::Success(handset)) =
            (request.guard::<Now>().await, request.guard::<Handset>().await)
        else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let (Some(db), Some(words)) = (Db::fetch(request.rocket()), request.rocket().state::<DoorTexts>()) else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        match words.current(db, now).await {
            Ok(words) => Outcome::Success(Self { handset, words }),
            Err(_) => Outcome::Error((Status::ServiceUnavailable, ())),
        }
    }
}

impl PlaceVisitor {
    async fn page(&self, conn: &mut Conn, now: Now, of: (CenterId, SessionId), form: Form) -> Result<PlacesPage> {
        let session = public(conn, of).await?;
        let (phone, words) = (self.handset.phone.as_ref(), self.words.clone());
        let places = RegistrationCard::load(conn, now, phone, &session, words, form).await?;
        Ok(PlacesPage { session, places })
    }

    /// The version of the words that the form was shown with, as far as it says a true one.
    fn told(&self, said: Option<i64>) -> Option<i64> {
        let latest = self.words.as_ref().map_or(0, |words| words.version);
        said.filter(|version| (1..=latest).contains(version))
    }
}

/// A session that everybody may know of.
async fn public(conn: &mut Conn, (center, id): (CenterId, SessionId)) -> Result<Session> {
    let session = activities::queries::published_session(conn, id).await?;
    if session.center_id == center { Ok(session) } else { Err(Error::NotFound) }
}

#[get("/agenda/<center>/sessions/<id>/registrations")]
async fn show(db: &Db, now: Now, at: PlaceVisitor, center: CenterId, id: SessionId) -> Result<Page<PlacesPage>> {
    Ok(Page(at.page(&mut *db.read().await?, now, (center, id), Form::new()).await?))
}

/// Once it is committed, the phone gets its cookie.
#[post("/agenda/<center>/sessions/<id>/registrations", data = "<fields>")]
async fn register(
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    throttle: &State<DoorThrottle>,
    at: PlaceVisitor,
    jar: &CookieJar<'_>,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Either<Done, (Status, Page<PlacesPage>)>> {
    let session = public(&mut *db.read().await?, (center, id)).await?;
    // Whoever is ticked needs no throttle: their phone is remembered.
    let is_new = at.handset.phone.is_none() || !fields.get("name").is_empty();
    let (status, errors) = if is_new && !throttle.admits(at.handset.browser.address) {
        let whole = Some(Refusal::new("too_many_tries"));
        (Status::TooManyRequests, FieldErrors { fields: Vec::new(), whole })
    } else {
        let made = async {
            let asked = forms::places(&fields)?;
            let asked = forms::Places { words: at.told(asked.words), ..asked };
            let visitor = (at.handset.phone.clone(), at.handset.browser.agent.as_str());
            let mut tx = db.begin().await?;
            let taken = take_places(visitor, now, &mut tx, sealer, &session, &asked).await?;
            tx.commit().await?;
            Ok::<_, Error>(taken)
        };
        match made.await {
            Ok(taken) => {
                if let Some(secret) = taken.secret {
                    phones::set_cookie(jar, &at.handset.site, secret);
                }
                let done = match taken.link {
                    Some(link) => Done::to(format!("/r/{link}"), "done.registered"),
                    None => Done::to(format!("/agenda/{center}/sessions/{id}"), "done.registered_before"),
                };
                return Ok(Either::Left(done));
            }
            Err(error) => (Status::UnprocessableEntity, error.into_field_errors()?),
        }
    };
    let form = Form::again(fields, errors);
    let page = at.page(&mut *db.read().await?, now, (center, id), form).await?;
    Ok(Either::Right(Page(page).with(status)))
}

#[derive(Template)]
#[template(path = "registrations/link.html")]
struct LinkPage {
    link: String,
    places: Vec<OwnPlace>,
    now: Now,
    form: Form,
}

impl LinkPage {
    async fn load(conn: &mut Conn, now: Now, link: &str, form: Form) -> Result<Self> {
        let places = queries::by_link(conn, now, link).await?;
        Ok(Self { link: link.to_owned(), places, now, form })
    }

    fn clock(&self) -> &Now {
        &self.now
    }
}

impl View for LinkPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("registrations.own")
    }
}

#[get("/r/<link>")]
async fn by_link(db: &Db, now: Now, link: &str) -> Result<Page<LinkPage>> {
    Ok(Page(LinkPage::load(&mut *db.read().await?, now, link, Form::new()).await?))
}

/// Whoever holds the link may give up what it leads to, on whatever device: fields `registration course`.
#[post("/r/<link>/cancellation", data = "<fields>")]
async fn cancel_by_link(db: &Db, now: Now, link: &str, fields: Fields) -> Result<Submitted<LinkPage>> {
    let made = async {
        let (id, course) = forms::by_link(&fields)?;
        let mut tx = db.begin().await?;
        let places = queries::by_link(&mut tx, now, link).await?;
        let place = places.into_iter().find(|place| place.registration_id == id).ok_or(Error::NotFound)?;
        let hand = RegistrationHand::link(place.phone_id);
        actions::end(&hand, now, &mut tx, (place.session_id, id), ending(course), None).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("/r/{}", place.link))
    };
    Submitted::of(made.await, "done.registration_cancelled", async |errors| {
        LinkPage::load(&mut *db.read().await?, now, link, Form::again(fields, errors)).await
    })
    .await
}

/// One date, or all that are to come.
pub(super) fn ending(course: bool) -> PlaceEnding {
    if course { PlaceEnding::CancelCourse } else { PlaceEnding::Cancel }
}

/// Field `course`.
#[post("/me/registrations/<id>/cancellation", data = "<fields>")]
async fn cancel_own(db: &Db, now: Now, phone: Option<Phone>, id: RegistrationId, fields: Fields) -> Result<Done> {
    let phone = phone.ok_or(Error::NotFound)?;
    let (_, course) = forms::ending(&fields)?;
    let mut tx = db.begin().await?;
    let place = queries::own_one(&phone, &mut tx, id).await?;
    actions::end(&RegistrationHand::from(&phone), now, &mut tx, (place.session_id, id), ending(course), None).await?;
    tx.commit().await?;
    Ok(Done::to("/me", "done.registration_cancelled"))
}

/// The places to come of a phone's people, on its own page.
pub struct OwnPlaces {
    places: Vec<OwnPlace>,
    now: Now,
}

impl OwnPlaces {
    pub async fn load(phone: &Phone, conn: &mut Conn, now: Now) -> Result<Self> {
        Ok(Self { places: queries::own(phone, conn, now).await?, now })
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn all(&self) -> &[OwnPlace] {
        &self.places
    }

    pub fn clock(&self) -> &Now {
        &self.now
    }

    /// Those of tomorrow, for which it is time to say who cannot come.
    pub fn tomorrow(&self) -> Vec<&OwnPlace> {
        self.places.iter().filter(|place| place.is_tomorrow(&self.now)).collect()
    }
}

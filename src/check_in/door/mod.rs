//! `/c/<token>`, the page behind every QR: light, large, and without a script. GET shows the session, POST checks in,
//! so that a link preview checks nobody in.

mod answer;
mod moment;

use crate::phones::{self, DoorThrottle, Handset, Look, Phone};
use std::ops::Deref;
use std::sync::Arc;

use answer::{AnswerPage, DoorAnswer, Stop};
use askama::Template;
use chrono::NaiveDateTime;
use rocket::http::{CookieJar, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes};
use rocket_db_pools::Database;

use crate::activities::{self, Session, SessionId, notice};
use crate::check_in::admit::{Answer, Refused};
use crate::check_in::forms::{self, DoorInput};
use crate::check_in::hall::{self, Gate, Pass};
use crate::check_in::spoken::{self, Spoken};
use crate::check_in::types::{Code, RequestId};
use crate::check_in::{Queue, Way, actions, rules};
use crate::clock::{Now, Timestamp};
use crate::codes::{self, CodeOf};
use crate::consents::{self, DoorText, DoorTexts, Purpose};
use crate::error::{Error, FieldErrors, Result};
use crate::people::{self, PersonId};
use crate::ratings::{self, RatedOn};
use crate::store::{Conn, Db, Sealer};
use crate::web::{Fields, Form, Frame, Lang, Page, ShareCard, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, check_in, forget]
}

/// The phone's page before it checks in: one tap, "who is here?", or name and phone.
#[derive(Template)]
#[template(path = "check_in/door.html")]
pub(super) struct DoorPage {
    look: Look,
    session: Session,
    today: bool,
    people: Vec<Spoken>,
    /// Asks for a name and a number, at first or for one more of the family.
    asking: bool,
    form: Form,
    request: RequestId,
    pass: Pass,
    /// What whoever gives a name has before them.
    words: Option<Arc<DoorText>>,
}

impl DoorPage {
    fn path(&self) -> String {
        let another = if self.asking && !self.people.is_empty() { "?another" } else { "" };
        format!("{}{another}", self.session.door())
    }

    fn local(&self, at: &Timestamp) -> NaiveDateTime {
        self.session.zone.local(*at)
    }
}

impl View for DoorPage {
    fn title(&self, lang: Lang) -> String {
        self.session.title.pick(lang).to_owned()
    }

    fn share(&self, lang: Lang) -> Option<ShareCard> {
        Some(notice::card(&self.session, lang))
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Door
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// Who stands at the door, and with what.
struct AtTheDoor<'r> {
    now: Now,
    handset: Handset,
    gate: Gate<'r>,
    words: Option<Arc<DoorText>>,
}

impl Deref for AtTheDoor<'_> {
    type Target = Handset;

    fn deref(&self) -> &Handset {
        &self.handset
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for AtTheDoor<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let (Outcome::Success(now), Outcome::Success(handset), Outcome::Success(gate)) =
            (request.guard().await, request.guard().await, request.guard().await)
        else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let (Some(db), Some(words)) = (Db::fetch(request.rocket()), request.rocket().state::<DoorTexts>()) else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        match words.current(db, now).await {
            Ok(words) => Outcome::Success(Self { now, handset, gate, words }),
            Err(_) => Outcome::Error((Status::ServiceUnavailable, ())),
        }
    }
}

impl AtTheDoor<'_> {
    fn closed(&self, session: Session, code: Code) -> AnswerPage {
        AnswerPage::closed(self.look, session, code)
    }

    /// The session behind a code, or the page that says there is none.
    async fn session(&self, conn: &mut Conn, token: &str) -> Result<Session, Stop> {
        match activities::queries::session_by_token(conn, token).await {
            Err(Error::NotFound) => Err(AnswerPage::nowhere(self.look).into()),
            found => Ok(found?),
        }
    }

    /// For whom the phone speaks.
    async fn people(&self, conn: &mut Conn, session: &Session) -> Result<Vec<Spoken>, Error> {
        match &self.phone {
            Some(phone) => spoken::people(conn, phone, session.id).await,
            None => Ok(Vec::new()),
        }
    }

    fn page(&self, session: Session, people: Vec<Spoken>, asking: bool, form: Form) -> DoorPage {
        // A form that was sent with faults keeps its number: it is still the same try.
        let request = form.value("request_id").parse().unwrap_or_else(|_| RequestId::random());
        let today = session.zone.date(self.now.0) == session.local_date;
        let (asking, pass) = (asking || people.is_empty(), Pass::default());
        let words = self.words.clone();
        DoorPage { look: self.look, today, asking, people, session, form, request, pass, words }
    }

    /// The page again, with what is wrong with what was sent.
    async fn again(
        &self,
        db: &Db,
        session: Session,
        pass: Pass,
        (fields, errors): (Fields, FieldErrors),
    ) -> Result<DoorAnswer, Stop> {
        let people = self.people(&mut *db.read().await?, &session).await?;
        let page = DoorPage { pass, ..self.page(session, people, true, Form::again(fields, errors)) };
        Ok(DoorAnswer::asked(page, Status::UnprocessableEntity))
    }

    /// The version of the words that the form was shown with, as far as it says a true one. Another process may know of later words.
    async fn told(&self, db: &Db, fields: &Fields) -> Result<Option<i64>, Error> {
        let Ok(said) = fields.get("words").parse::<i64>() else { return Ok(None) };
        if self.words.as_ref().is_some_and(|words| (1..=words.version).contains(&said)) {
            return Ok(Some(said));
        }
        let is_there =
            consents::queries::is_before_people(&mut *db.read().await?, Purpose::Door, said, self.now).await?;
        Ok(is_there.then_some(said))
    }

    /// A phone that was forgotten meanwhile begins anew.
    fn start_over(&self, session: Session, pass: Pass) -> DoorAnswer {
        let page = DoorPage { pass, ..self.page(session, Vec::new(), true, Form::new()) };
        DoorAnswer::asked(page, Status::UnprocessableEntity)
    }

    /// Whether the form is for somebody who is in already.
    async fn is_in(&self, db: &Db, session: &Session, fields: &Fields) -> Result<bool, Error> {
        match (&self.phone, fields.get("person_id").parse()) {
            (Some(phone), Ok(person)) => hall::is_in(&mut *db.read().await?, phone, session.id, person).await,
            _ => Ok(false),
        }
    }

    /// The gate says no; the door may have a better reason.
    async fn turned_away(&self, db: &Db, session: Session, code: Code) -> Result<AnswerPage, Stop> {
        let code = rules::may_enter(&(&session).into(), self.now.0, self.now).err().unwrap_or(code);
        let mut tx = db.begin().await?;
        hall::turn_away(self.now, &mut tx, self.phone.as_ref(), &session, code).await?;
        tx.commit().await?;
        Ok(self.closed(session, code))
    }

    /// What somebody reads to whom the gate stays shut: that they are in, where they are, or why it is shut.
    fn shut(&self, session: Session, people: Vec<Spoken>, code: Code) -> DoorAnswer {
        let page = match people.into_iter().find_map(|person| Some((person.came_at?, person.name))) {
            Some((since, name)) => {
                let refused = Refused { code: Code::AlreadyIn, person: None, since: Some(since) };
                AnswerPage::of(self.look, session, Some(name), Answer::Refused(refused))
            }
            None => self.closed(session, code),
        };
        let status = if page.is_nowhere() { Status::NotFound } else { Status::Ok };
        DoorAnswer::Told(status, Page(page))
    }
}

/// `?another` asks for one more member of the family; `?k` is what the hall's screen showed (see [`Gate`]).
#[get("/c/<token>?<another>")]
async fn show(
    db: &Db,
    at: AtTheDoor<'_>,
    rated: RatedOn,
    token: &str,
    another: Option<&str>,
) -> Result<DoorAnswer, Stop> {
    let mut conn = db.read().await?;
    let session = match codes::find(&mut conn, token).await? {
        Some((CodeOf::Session, id)) => activities::queries::session_at_the_door(&mut conn, SessionId(id)).await?,
        Some(lasting) => return moment::answer(&mut conn, at.now, at.look, token, lasting).await,
        None => return Err(AnswerPage::nowhere(at.look).into()),
    };
    let mut people = at.people(&mut conn, &session).await?;
    let open = rules::may_enter(&(&session).into(), at.now.0, at.now);
    // Who served checks out first, and is asked afterwards.
    let leaving = open.is_ok() && people.iter().any(Spoken::may_leave);
    if another.is_none()
        && !leaving
        && let Some(phone) = &at.phone
        && let Some(question) = ratings::question(&mut conn, at.now, at.look, &session, phone, rated).await?
    {
        return Ok(DoorAnswer::Question(Page(question)));
    }
    let pass = match open.and_then(|()| at.gate.opens(&session, at.phone.as_ref())) {
        Ok(pass) => pass,
        // No code is needed to go.
        Err(_) if leaving && another.is_none() => Pass::default(),
        Err(code) => {
            // At an open door the others of the family still need the code.
            let told = open.is_err() || another.is_none() && people.iter().all(|person| person.came_at.is_some());
            people.retain(|_| told);
            return Ok(at.shut(session, people, code));
        }
    };
    let page = DoorPage { pass, ..at.page(session, people, another.is_some(), Form::new()) };
    Ok(DoorAnswer::asked(page, Status::Ok))
}

#[post("/c/<token>", data = "<fields>")]
async fn check_in(
    db: &Db,
    sealer: &State<Sealer>,
    throttle: &State<DoorThrottle>,
    queue: &State<Queue>,
    at: AtTheDoor<'_>,
    jar: &CookieJar<'_>,
    token: &str,
    fields: Fields,
) -> Result<DoorAnswer, Stop> {
    let session = at.session(&mut *db.read().await?, token).await?;
    let pass = match at.gate.takes(&session, at.phone.as_ref(), fields.get("ticket")) {
        Ok(pass) => pass,
        Err(_) if !fields.get("leaving").is_empty() => Pass::default(),
        Err(_) if at.is_in(db, &session, &fields).await? => Pass::default(),
        Err(_) if at.phone.is_none() && !throttle.admits(at.browser.address) => {
            return Err(at.closed(session, Code::TooMany).into());
        }
        Err(code) => return Err(at.turned_away(db, session, code).await?.into()),
    };
    let (request, input) = match forms::page(&fields).and_then(|request| Ok((request, forms::door(&fields)?))) {
        Ok(read) => read,
        Err(error) => return at.again(db, session, pass, (fields, error.into_field_errors()?)).await,
    };
    let known = match (&input, &at.phone) {
        (DoorInput::Known(person), Some(phone)) => Some((phone, *person, Way::In)),
        (DoorInput::Leaving(person), Some(phone)) => Some((phone, *person, Way::Out)),
        (DoorInput::Known(_) | DoorInput::Leaving(_), None) => return Ok(at.start_over(session, pass)),
        (DoorInput::New { .. } | DoorInput::Card(_), _) => None,
    };
    let (person, answer) = match known {
        Some((phone, person, way)) => {
            (Some(person), actions::visit(phone, at.now, queue, &session, request, (person, way)).await?)
        }
        None if !throttle.admits(at.browser.address) => return Err(at.closed(session, Code::TooMany).into()),
        None => {
            let told = at.told(db, &fields).await?;
            first_visit(db, sealer, &at, jar, (&session, told), request, input).await?
        }
    };
    let name = match person {
        Some(person) => Some(people::queries::name(&mut *db.read().await?, person).await?),
        None => None,
    };
    Ok(DoorAnswer::told(AnswerPage::of(at.look, session, name, answer)))
}

/// Somebody comes for whom this phone has not spoken before; once it is committed, the phone gets its cookie.
async fn first_visit(
    db: &Db,
    sealer: &Sealer,
    at: &AtTheDoor<'_>,
    jar: &CookieJar<'_>,
    (session, told): (&Session, Option<i64>),
    request: RequestId,
    input: DoorInput,
) -> Result<(Option<PersonId>, Answer), Error> {
    let mut tx = db.begin().await?;
    let visitor = (at.phone.clone(), at.browser.agent.as_str());
    let visit = match input {
        DoorInput::New { name, number } => {
            let said = (&name, &number, told);
            actions::first_visit(visitor, at.now, &mut tx, sealer, session, request, said).await?
        }
        DoorInput::Card(code) => {
            actions::first_visit_by_card(visitor, at.now, &mut tx, session, request, code.hash(sealer)).await?
        }
        DoorInput::Known(_) | DoorInput::Leaving(_) => return Err(Error::internal("nobody new")),
    };
    tx.commit().await?;
    if let Some(secret) = visit.secret {
        phones::set_cookie(jar, &at.site, secret);
    }
    Ok((visit.person, visit.answer))
}

/// "Not me": the phone is forgotten and asks again.
#[post("/c/<token>/forget")]
async fn forget(db: &Db, now: Now, phone: Option<Phone>, jar: &CookieJar<'_>, token: &str) -> Result<Redirect> {
    if let Some(phone) = phone {
        let mut tx = db.begin().await?;
        phones::forget(&phone, now, &mut tx).await?;
        tx.commit().await?;
    }
    phones::drop_cookie(jar);
    Ok(Redirect::to(format!("/c/{}", urlencode(token))))
}

fn urlencode(token: &str) -> String {
    form_urlencoded::byte_serialize(token.as_bytes()).collect()
}
